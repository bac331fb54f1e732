// SPDX-License-Identifier: Apache-2.0
// How a client is told of what is done: each contact, by mail or not, and where else.
import {useState} from 'preact/hooks';
import {path, put} from '../../base/api';
import {t, word} from '../../base/i18n';
import {useDo, useGet} from '../../base/load';
import {say} from '../../base/say';
import {useSession} from '../../base/session';
import {Button, Choice, TextField} from '../../parts/controls';
import {Section} from '../../parts/page';
import {Facts, ProblemNotice, Skeleton} from '../../parts/shown';
import type {ClientRow, Contact, Wish, Wishes} from './clients';
import {personName} from './shown';

interface WishFormProps {
  client: string;
  wish: Wish;
  changed: () => void;
}

/** One's own, which only a contact may change. */
function WishForm({client, wish, changed}: WishFormProps) {
  const [uses, setUses] = useState<'each' | 'none'>(wish.uses === 'none' ? 'none' : 'each');
  const [address, setAddress] = useState('');
  const saving = useDo(async () => {
    await put(path`/v1/clients/${client}/notices`, {contact: wish.contact, uses, ...(address.trim() ? {second_address: address.trim()} : {})});
    say(t('people.told.saved'));
    setAddress('');
    changed();
  });
  return (
    <form onSubmit={event => { event.preventDefault(); void saving.run(); }}>
      <Choice label={t('people.told.uses')} value={uses} options={[['each', t('people.told.each')], ['none', t('people.told.none')]]} onChoose={setUses} />
      <TextField label={t('people.told.second')} hint={t('people.told.second.hint')} type="email" value={address} onText={setAddress} maxLength={254} autoComplete="email" />
      <ProblemNotice problem={saving.problem} />
      <Button look="main" type="submit" busy={saving.busy}>{t('app.save')}</Button>
    </form>
  );
}

function ContactCard({contact, wish, client, changed}: {contact: Contact | undefined; wish: Wish; client: string; changed: () => void}) {
  const session = useSession();
  return (
    <li class="card">
      <h3>{contact ? personName(contact) : t('people.contact')}</h3>
      <Facts rows={[
        contact?.email && [t('people.email'), contact.email],
        [t('people.told.second'), wish.second_address ?? t('people.told.no_second')],
        [t('people.told.uses'), t(wish.uses === 'none' ? 'people.told.none' : 'people.told.each')],
      ]} />
      {wish.contact === session.person.id && <WishForm client={client} wish={wish} changed={changed} />}
    </li>
  );
}

export function Told({client}: {client: ClientRow}) {
  const wishes = useGet<Wishes>(path`/v1/clients/${client.id}/notices`);
  const {data} = wishes;
  return (
    <Section title={t('people.tab.told')}>
      <ProblemNotice problem={wishes.problem} again={wishes.reload} />
      {!data && wishes.busy && <Skeleton rows={3} />}
      {data && (
        <>
          <p class="lead-in">{t('people.told.always')}: {data.always.map(one => word('people.always', one)).join(', ')}.</p>
          <ul class="cards plain-list">
            {data.items.map(wish => <ContactCard key={wish.contact} wish={wish} client={client.id} changed={wishes.reload} contact={client.contacts.find(one => one.id === wish.contact)} />)}
          </ul>
        </>
      )}
    </Section>
  );
}
