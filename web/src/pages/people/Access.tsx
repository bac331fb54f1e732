// SPDX-License-Identifier: Apache-2.0
// Of each credential of a client: who can use it now, who knows it, when it was used last, what is due.
import {useState} from 'preact/hooks';
import {path, remove} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo, useGet} from '../../base/load';
import {say} from '../../base/say';
import {may, useSession} from '../../base/session';
import {Button} from '../../parts/controls';
import {Dialog, Section, Table} from '../../parts/page';
import {Ago, Empty, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import type {Access, Exposure, Kind} from '../vault/model';
import {kindName, ModeMarks} from '../vault/shown';
import '../vault/vault.css';
import type {ClientRow} from './clients';
import {RotationChip} from './Held';

type Item = Access['items'][number] & {kind: Kind};
type User = Item['can_use'][number];

function RevokeDialog({user, title, onClose, done}: {user: User; title: string; onClose: () => void; done: () => void}) {
  const revoking = useDo(async () => {
    await remove(path`/v1/grants/${user.grant}`);
    say(t('people.revoked'));
    done();
  });
  return (
    <Dialog title={t('people.revoke')} onClose={onClose}>
      <div class="stack">
        <p>{user.name} · {title}</p>
        <p>{t('people.revoke.what')}</p>
        <ProblemNotice problem={revoking.problem} />
        <div class="actions">
          <Button look="danger" busy={revoking.busy} onClick={() => void revoking.run()}>{t('people.revoke')}</Button>
          <Button onClick={onClose}>{t('app.cancel')}</Button>
        </div>
      </div>
    </Dialog>
  );
}

function CanUse({item, revoke}: {item: Item; revoke: ((user: User) => void) | undefined}) {
  if (item.can_use.length === 0) return <span class="quiet-text">{t('vault.nobody')}</span>;
  return (
    <ul class="plain-list">
      {item.can_use.map(user => (
        <li key={user.grant}>
          {user.name} <ModeMarks modes={user.modes} /> <span class="small">{t('people.until')}: <Time at={user.until} style="day" /></span>{' '}
          {revoke && <Button look="plain" aria-label={`${t('people.revoke')}: ${user.name}`} onClick={() => revoke(user)}>{t('people.revoke')}</Button>}
        </li>
      ))}
    </ul>
  );
}

function Knows({knows}: {knows: readonly Exposure[]}) {
  if (knows.length === 0) return <span class="quiet-text">{t('vault.nobody')}</span>;
  return (
    <ul class="plain-list">
      {knows.map(one => (
        <li key={`${one.person}/${one.version}`}>{one.name || t('people.nameless')} <span class="small">{one.how.map(how => t(`people.how.${how}`)).join(', ')}</span>
          {one.rotation !== 'none' && <> <RotationChip rotation={one.rotation} /></>}
        </li>
      ))}
    </ul>
  );
}

export function AccessTable({client, own}: {client: ClientRow; own: boolean}) {
  const session = useSession();
  const access = useGet<Omit<Access, 'items'> & {items: Item[]}>(path`/v1/clients/${client.id}/access`);
  const [asked, setAsked] = useState<{user: User; title: string}>();
  const mayRevoke = own || may(session, 'grant.give') || may(session, 'grant.approve');
  const items = access.data?.items;
  return (
    <Section title={t('people.access')}>
      <ProblemNotice problem={access.problem} again={access.reload} />
      {!items && access.busy && <Skeleton rows={4} />}
      {items?.length === 0 && <Empty title={t('people.access.none')} />}
      {items && items.length > 0 && (
        <Table caption={t('people.access')} look="names stacks">
          <thead><tr><th scope="col">{t('people.credential')}</th><th scope="col">{t('vault.can_use')}</th><th scope="col">{t('vault.knows')}</th><th scope="col">{t('people.last_used')}</th></tr></thead>
          <tbody>
            {items.map(item => (
              <tr role="row" key={item.credential}>
                <th scope="row" role="rowheader">{own ? item.title : <a href={`/credentials/${item.credential}`}>{item.title}</a>}<span class="small block">{kindName(item.kind)}</span></th>
                <td role="cell" data-label={t('vault.can_use')}><CanUse item={item} revoke={mayRevoke ? user => setAsked({user, title: item.title}) : undefined} /></td>
                <td role="cell" data-label={t('vault.knows')}><Knows knows={item.knows} /></td>
                <td role="cell" data-label={t('people.last_used')}>{item.last_used ? <Ago at={item.last_used} /> : <span class="quiet-text">{t('people.never')}</span>}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {asked && <RevokeDialog {...asked} onClose={() => setAsked(undefined)} done={() => { setAsked(undefined); access.reload(); }} />}
    </Section>
  );
}
