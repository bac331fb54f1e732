// SPDX-License-Identifier: Apache-2.0
// Links through which clients hand in what nobody of the staff passes on: opening one, what became of the others.
import {useState} from 'preact/hooks';
import {path, post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo, usePaged} from '../../base/load';
import {usePlace} from '../../base/router';
import {say} from '../../base/say';
import {may, useSession} from '../../base/session';
import {Button, Check, Choice, CopyButton, TextField} from '../../parts/controls';
import {More, Section, Table} from '../../parts/page';
import {Picker} from '../../parts/picker';
import {CLIENTS} from '../../parts/picking';
import {Chip, Empty, Notice, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {faultAt} from './faults';
import {clientOf, nameOf} from './known';
import type {Kind, Mode} from './model';
import {kindName, ModeMarks} from './shown';

const FIELDS = ['username', 'password', 'totp', 'number', 'expiry', 'holder', 'key', 'text'] as const;
type DepositField = (typeof FIELDS)[number];

/** What can be asked for together. */
const SETS: Record<'login' | 'codes' | 'card' | 'api_key' | 'note', readonly DepositField[]> = {
  login: ['username', 'password', 'totp'], codes: ['totp'], card: ['number', 'expiry', 'holder'], api_key: ['key'], note: ['text'],
};
type SetName = keyof typeof SETS;
/** What is asked for unless one says otherwise. */
const FIRST: Record<SetName, readonly DepositField[]> = {...SETS, login: ['username', 'password']};

interface Deposit {
  id: string;
  client: string;
  client_name?: string | null;
  state: 'open' | 'unconfirmed' | 'accepted' | 'refused' | 'expired' | 'dead';
  ask: string | null;
  kind: Kind;
  modes_max: Mode[];
  by_name?: string | null;
  tries_left: number;
  expires: string;
  credential?: string;
}

interface Link {
  id: string;
  url: string;
  words: string[];
  expires: string;
}

const LOOKS = {open: 'notice', unconfirmed: 'warning', accepted: 'ok', refused: 'plain', expired: 'plain', dead: 'alert'} as const;

/** Shown once: whoever closes it opens another link. */
function Opened({link, close}: {link: Link; close: () => void}) {
  const address = new URL(link.url, location.origin).href;
  const mailed = !link.url.startsWith('/'); // a server without an address of its own mails no link
  return (
    <Notice look="ok" urgent title={t(mailed ? 'vault.deposit.opened' : 'vault.deposit.ready')}>
      <p>{t('vault.deposit.say')}</p>
      <p class="words">{link.words.map(word => <strong key={word}>{word}</strong>)}</p>
      <p class="small">{t('vault.deposit.once')}</p>
      <p>{t(mailed ? 'vault.deposit.mailed' : 'vault.deposit.unmailed')} <span class="mono">{address}</span> <CopyButton text={address} label={t('vault.deposit.copy')} /></p>
      <p class="small">{t('vault.until')} <Time at={link.expires} style="minute" /></p>
      <p><Button onClick={close}>{t('vault.deposit.told')}</Button></p>
    </Notice>
  );
}

function NewLink({opened}: {opened: (link: Link) => void}) {
  const {query} = usePlace();
  const [client, setClient] = useState(query.get('client') ?? '');
  const [ask, setAsk] = useState('');
  const [site, setSite] = useState('');
  const [set, setSet] = useState<SetName>('login');
  const [fields, setFields] = useState<readonly DepositField[]>(FIRST.login);
  const send = useDo(async () => {
    opened(await post<Link>('/v1/deposits', {client, ask: ask.trim(), ...(site.trim() ? {site: site.trim()} : {}), fields}));
    setAsk('');
    setSite('');
  });
  const names = (Object.keys(SETS) as SetName[]).map(one => [one, t(one === 'codes' ? 'vault.kind.totp' : `vault.kind.${one}`)] as const);
  return (
    <form class="deposit-form" onSubmit={event => { event.preventDefault(); if (client && fields.length) void send.run(); }}>
      <Picker label={t('vault.client')} source={CLIENTS} value={client} onPick={setClient} />
      <TextField label={t('vault.deposit.ask')} hint={t('vault.deposit.ask.hint')} value={ask} onText={setAsk} required maxLength={200} error={faultAt(send.problem, '/ask')} />
      <TextField label={t('vault.url')} value={site} onText={setSite} maxLength={1000} error={faultAt(send.problem, '/site')} />
      <Choice label={t('vault.kind')} value={set} options={names} onChoose={one => { setSet(one); setFields(FIRST[one]); }} />
      {SETS[set].length > 1 && <fieldset class="inner">
        <legend>{t('vault.deposit.fields')}</legend>
        {SETS[set].map(field => <Check key={field} label={t(`vault.field.${field}`)} checked={fields.includes(field)} onCheck={on => setFields(SETS[set].filter(each => (each === field ? on : fields.includes(each))))} />)}
      </fieldset>}
      {set === 'card' && <p class="hint">{t('vault.card.code')} <a href="/vault?show=slips">{t('vault.tab.slips')}</a></p>}
      <ProblemNotice problem={send.problem} />
      <Button look="main" type="submit" busy={send.busy}>{t('vault.deposit.open_link')}</Button>
    </form>
  );
}

function Decide({deposit, changed}: {deposit: Deposit; changed: () => void}) {
  const decide = useDo(async (approve: boolean) => {
    await post(path`/v1/deposits/${deposit.id}/decision`, {approve});
    say(t(approve ? 'vault.deposit.accepted' : 'vault.deposit.refused'));
    changed();
  });
  return (
    <div class="actions">
      <Button look="main" busy={decide.busy} onClick={() => void decide.run(true)}>{t('vault.deposit.accept')}</Button>
      <Button look="danger" busy={decide.busy} onClick={() => void decide.run(false)}>{t('vault.decide.refuse')}</Button>
      <ProblemNotice problem={decide.problem} />
    </div>
  );
}

function DepositRow({deposit, changed}: {deposit: Deposit; changed: () => void}) {
  const session = useSession();
  return (
    <tr>
      <th scope="row">{deposit.ask ?? '–'}<span class="small">{kindName(deposit.kind)}</span></th>
      <td>{clientOf(deposit.client_name)}</td>
      <td><ModeMarks modes={deposit.modes_max} /></td>
      <td>{nameOf(deposit.by_name)}</td>
      <td><Chip look={LOOKS[deposit.state]}>{t(`vault.deposit.${deposit.state}`)}</Chip></td>
      <td><Time at={deposit.expires} style="minute" /></td>
      <td>
        {deposit.state === 'unconfirmed' && may(session, 'credential.deposit') && <Decide deposit={deposit} changed={changed} />}
        {deposit.credential && <a href={`/credentials/${deposit.credential}`}>{t('vault.credential')}</a>}
        {deposit.state === 'open' && deposit.tries_left < 5 && <span class="small">{t('stepup.left', {n: deposit.tries_left})}</span>}
      </td>
    </tr>
  );
}

export function Deposits() {
  const session = useSession();
  const list = usePaged<Deposit>('/v1/deposits', {names: 1, limit: 50});
  const [link, setLink] = useState<Link>();
  const opened = (one: Link) => { setLink(one); list.reload(); };
  return (
    <>
      {link && <Opened link={link} close={() => setLink(undefined)} />}
      {!link && may(session, 'credential.deposit') && session.person.kind !== 'client' && <Section title={t('vault.deposit.new')}><NewLink opened={opened} /></Section>}
      <Section title={t('vault.tab.deposits')}>
        <ProblemNotice problem={list.problem} again={list.reload} />
        {!list.data && !list.problem && <Skeleton />}
        {list.data?.length === 0 && <Empty title={t('vault.deposit.empty')}><p>{t('vault.deposit.empty.do')}</p></Empty>}
        {list.data && list.data.length > 0 && <>
          <Table caption={t('vault.tab.deposits')} look="credentials stacks">
            <thead><tr><th scope="col">{t('vault.deposit.ask')}</th><th scope="col">{t('vault.client')}</th><th scope="col">{t('vault.mode')}</th><th scope="col">{t('vault.deposit.by')}</th><th scope="col">{t('vault.state')}</th><th scope="col">{t('vault.until')}</th><th scope="col"><span class="unseen">{t('vault.details')}</span></th></tr></thead>
            <tbody>{list.data.map(one => <DepositRow key={one.id} deposit={one} changed={list.reload} />)}</tbody>
          </Table>
          <More hasMore={list.hasMore} busy={list.busy} more={list.more} shown={list.data.length} />
        </>}
      </Section>
    </>
  );
}
