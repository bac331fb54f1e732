// SPDX-License-Identifier: Apache-2.0
// All handovers that one may see, the open ones first; and asking for one.
import {t, word} from '../../base/i18n';
import {usePaged} from '../../base/load';
import {navigate, usePlace, withQuery} from '../../base/router';
import {may, useSession} from '../../base/session';
import {Button} from '../../parts/controls';
import {More, Page, Table, Tabs} from '../../parts/page';
import {Empty, ProblemNotice, Skeleton} from '../../parts/shown';
import {isOpen, type Handover} from './handover';
import {NewHandover} from './NewHandover';
import {Person, Span, StateChip} from './shown';
import './handovers.css';

const VIEWS = ['open', 'over'] as const;

function Row({handover}: {handover: Handover}) {
  return (
    <tr>
      <td><a href={`/handovers/${handover.id}`}><Person id={handover.from} name={handover.from_name} link={false} /> → <Person id={handover.to} name={handover.to_name} link={false} /></a></td>
      <td>{word('handovers.kind', handover.kind)}<div class="small">{word('security.reason', handover.reason)}</div></td>
      <td class="span"><Span handover={handover} /></td>
      <td class="number">{handover.all_clients && handover.clients.length === 0 ? t('handovers.all') : handover.clients.length}</td>
      <td><StateChip state={handover.state} /></td>
    </tr>
  );
}

function List({handovers}: {handovers: readonly Handover[]}) {
  return (
    <Table caption={t('handovers.title')} look="stacks">
      <thead><tr><th scope="col">{t('handovers.who')}</th><th scope="col">{t('handovers.why')}</th><th scope="col">{t('handovers.when')}</th><th scope="col" class="number">{t('handovers.clients')}</th><th scope="col">{t('handovers.state')}</th></tr></thead>
      <tbody>{handovers.map(one => <Row key={one.id} handover={one} />)}</tbody>
    </Table>
  );
}

export default function Handovers() {
  const session = useSession();
  const {query} = usePlace();
  const view = query.get('view') === 'over' ? 'over' : 'open';
  const {data, problem, busy, reload, hasMore, more} = usePaged<Handover>('/v1/handovers', {names: 1, limit: 200, person: query.get('person')});
  const shown = data?.filter(one => isOpen(one) === (view === 'open')).reverse();
  const mayAsk = may(session, 'handover.request');
  const close = () => navigate(withQuery({new: null, from: null}), 'replace');
  return (
    <Page title={t('handovers.title')} lead={t('handovers.lead')}
      actions={mayAsk && <Button look="main" onClick={() => navigate(withQuery({new: '1'}))}>{t('handovers.new')}</Button>}>
      <Tabs label={t('handovers.views')} current={view} items={VIEWS.map(id => ({id, text: t(`handovers.view.${id}`), href: withQuery({view: id === 'open' ? null : id})}))} />
      <ProblemNotice problem={problem} again={reload} />
      {!shown && busy && <Skeleton />}
      {shown && shown.length > 0 && <List handovers={shown} />}
      {shown?.length === 0 && <Empty title={t(`handovers.none.${view}`)}>{view === 'open' && mayAsk && <p>{t('handovers.none.todo')}</p>}</Empty>}
      {shown && (hasMore || shown.length > 0) && <More hasMore={hasMore} busy={busy} more={more} shown={shown.length} />}
      {query.get('new') && mayAsk && <NewHandover from={query.get('from') ?? ''} onClose={close} />}
    </Page>
  );
}
