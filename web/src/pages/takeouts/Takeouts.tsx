// SPDX-License-Identifier: Apache-2.0
// All takeouts that one may see, the newest first; and asking for one.
import {t} from '../../base/i18n';
import {usePaged} from '../../base/load';
import {navigate, usePlace, withQuery} from '../../base/router';
import {useSession, type Session} from '../../base/session';
import {Button} from '../../parts/controls';
import {roomsOf} from '../../parts/layout';
import {More, Page, Table} from '../../parts/page';
import {Empty, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {NewTakeout} from './NewTakeout';
import {clientOf, StateChip} from './shown';
import {mayAsk, type Takeout} from './takeout';
import '../people/people.css';
import './takeouts.css';

function Row({takeout}: {takeout: Takeout}) {
  return (
    <tr>
      <th scope="row"><a href={`/takeouts/${takeout.id}`}>{clientOf(takeout)}</a>{takeout.purpose && <span class="small block">{takeout.purpose}</span>}</th>
      <td>{takeout.requested_by_name || t('handovers.erased')}</td>
      <td><Time at={takeout.created} style="minute" /></td>
      <td class="number">{takeout.count}</td>
      <td><StateChip state={takeout.state} /></td>
    </tr>
  );
}

function List({takeouts}: {takeouts: readonly Takeout[]}) {
  return (
    <Table caption={t('takeouts.title')} look="names stacks">
      <thead><tr>
        <th scope="col">{t('handovers.client')}</th><th scope="col">{t('approvals.asked')}</th><th scope="col">{t('takeouts.when')}</th>
        <th scope="col" class="number">{t('takeouts.count')}</th><th scope="col">{t('vault.state')}</th>
      </tr></thead>
      <tbody>{takeouts.map(one => <Row key={one.id} takeout={one} />)}</tbody>
    </Table>
  );
}

/** Back to the client, else to the vault; who approves has none. */
function upFrom(session: Session, asked: string): {href: string; text: string} {
  const client = session.person.client ?? asked;
  if (client) return {href: `/clients/${client}`, text: t('people.client')};
  const hasVault = roomsOf(session).some(room => room.href === '/vault');
  return hasVault ? {href: '/vault', text: t('app.room.vault')} : {href: '/approvals', text: t('app.room.approvals')};
}

export default function Takeouts() {
  const session = useSession();
  const {query} = usePlace();
  const client = query.get('client') ?? '';
  const {data, problem, busy, reload, hasMore, more} = usePaged<Takeout>('/v1/takeouts', {names: 1, limit: 200});
  const shown = data?.filter(one => !client || one.client === client).reverse();
  const asks = mayAsk(session);
  return (
    <Page title={t('takeouts.title')} lead={t('takeouts.lead')} up={upFrom(session, client)}
      actions={asks && <Button look="main" onClick={() => navigate(withQuery({new: '1'}))}>{t('takeouts.new')}</Button>}>
      <ProblemNotice problem={problem} again={reload} />
      {!shown && busy && <Skeleton />}
      {shown && shown.length > 0 && <List takeouts={shown} />}
      {shown?.length === 0 && <Empty title={t('takeouts.none')}><p>{t(asks ? 'takeouts.none.todo' : 'takeouts.none.who')}</p></Empty>}
      {shown && (hasMore || shown.length > 0) && <More hasMore={hasMore} busy={busy} more={more} shown={shown.length} />}
      {query.get('new') && asks && <NewTakeout client={session.person.client ?? client} onClose={() => navigate(withQuery({new: null}), 'replace')} />}
    </Page>
  );
}
