// SPDX-License-Identifier: Apache-2.0
// The clients' credentials: who can use each now, who knows it, what is due for change.
import {useState} from 'preact/hooks';
import {path, type Page} from '../../base/api';
import {sorted, t} from '../../base/i18n';
import {useGet, usePaged} from '../../base/load';
import {navigate, usePlace, withQuery} from '../../base/router';
import {may, useSession} from '../../base/session';
import {Button, Choice, TextField} from '../../parts/controls';
import {More, Table} from '../../parts/page';
import {Chip, Empty, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {useNames, type Names} from './known';
import {hostOf, KINDS, type Access, type Credential, type Exposure, type Grant} from './model';
import {kindName, ModeLegend, ModeMarks} from './shown';

const FILTERS = ['client', 'text', 'host', 'tag', 'kind', 'state'] as const;

/** Of each credential: who may use it now, who knows it, and what is owed. */
interface Told {
  canUse: Map<string, string[]>;
  knows: Map<string, Exposure[]>;
  owed: Map<string, Exposure[]>;
  /** Only of one client the server says who knows what. */
  withKnown: boolean;
}

function collect<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const all = new Map<string, T[]>();
  for (const item of items) all.set(key(item), [...(all.get(key(item)) ?? []), item]);
  return all;
}

const namesIn = (grants: readonly Grant[], names: Names): Map<string, string[]> =>
  new Map([...collect(grants, grant => grant.credential)].map(([id, of]) => [id, [...new Set(of.map(grant => names.person(grant.to)))]]));

function useTold(client: string | null, names: Names): Told {
  const session = useSession();
  const wide = may(session, 'grant.give') || may(session, 'grant.approve');
  const access = useGet<Access>(wide && client ? path`/v1/clients/${client}/access` : null);
  const grants = useGet<Page<Grant>>(client && wide ? null : '/v1/grants', {state: 'active', limit: 500});
  const rotations = useGet<Page<Exposure>>('/v1/rotations', {limit: 500});
  const items = access.data?.items ?? [];
  return {
    canUse: access.data
      ? new Map(items.map(item => [item.credential, [...new Set(item.can_use.map(use => use.name))]]))
      : namesIn(grants.data?.items ?? [], names),
    knows: new Map(items.map(item => [item.credential, item.knows.filter(one => one.current)])),
    owed: collect(rotations.data?.items ?? [], one => one.credential),
    withKnown: access.data !== undefined,
  };
}

function Due({owed}: {owed: readonly Exposure[]}) {
  if (!owed.length) return <span class="quiet-text">–</span>;
  const planned = owed.find(one => one.rotation === 'planned' && one.due);
  return owed.some(one => one.rotation === 'owed')
    ? <Chip look="warning">{t('vault.due.now')}</Chip>
    : <>{t('vault.due.planned')} {planned?.due && <Time at={planned.due} style="day" />}</>;
}

const List = ({of, none}: {of: readonly string[]; none: string}) =>
  of.length ? <>{of.slice(0, 3).join(', ')}{of.length > 3 && <span class="small"> {t('vault.more', {n: of.length - 3})}</span>}</> : <span class="quiet-text">{none}</span>;

function Row({credential, told, names}: {credential: Credential; told: Told; names: Names}) {
  const {title, url, username} = credential.label;
  const knows = told.knows.get(credential.id) ?? [];
  return (
    <tr>
      <th scope="row">
        <a href={`/credentials/${credential.id}`}>{title}</a>
        <span class="small">{[hostOf(url), username].filter(Boolean).join(' · ')}</span>
        {credential.state !== 'active' && <Chip look="warning">{t(`vault.credential.${credential.state}`)}</Chip>}
      </th>
      <td><a href={withQuery({client: credential.client})}>{names.client(credential.client)}</a></td>
      <td>{kindName(credential.kind)}</td>
      <td><ModeMarks modes={credential.modes_max} /></td>
      <td><List of={told.canUse.get(credential.id) ?? []} none={t('vault.nobody')} /></td>
      {told.withKnown && <td><List of={[...new Set(knows.map(one => one.name ?? names.person(one.person)))]} none={t('vault.nobody')} /></td>}
      <td><Due owed={told.owed.get(credential.id) ?? []} /></td>
    </tr>
  );
}

function Filters({query, names}: {query: URLSearchParams; names: Names}) {
  const [text, setText] = useState(query.get('text') ?? '');
  const set = (name: string, value: string) => navigate(withQuery({[name]: value || null}));
  const clients = sorted([...names.clients.values()], one => one.name ?? '').map(one => [one.id, one.name ?? ''] as const);
  const kinds = KINDS.map(kind => [kind, kindName(kind)] as const);
  const states = (['active', 'archived'] as const).map(state => [state, t(`vault.credential.${state}`)] as const);
  return (
    <form class="row filters" role="search" onSubmit={event => { event.preventDefault(); set('text', text.trim()); }}>
      <TextField label={t('vault.search')} type="search" value={text} onText={setText} />
      <Choice label={t('vault.client')} value={query.get('client') ?? ''} options={[['', t('vault.all')], ...clients]} onChoose={value => set('client', value)} />
      <Choice label={t('vault.kind')} value={query.get('kind') ?? ''} options={[['', t('vault.all')], ...kinds]} onChoose={value => set('kind', value)} />
      <Choice label={t('vault.state')} value={query.get('state') ?? ''} options={[['', t('vault.all')], ...states]} onChoose={value => set('state', value)} />
      <Button type="submit">{t('vault.search.do')}</Button>
    </form>
  );
}

/** What narrows the list and has no field of its own. */
function Narrowed({query}: {query: URLSearchParams}) {
  const set = (['host', 'tag'] as const).filter(name => query.get(name));
  return set.length ? <p class="row">{set.map(name => <a key={name} class="chip" href={withQuery({[name]: null})}>{t(`vault.${name}`)}: {query.get(name)} ✕</a>)}</p> : null;
}

export function Credentials() {
  const {query} = usePlace();
  const asked = Object.fromEntries(FILTERS.map(name => [name, query.get(name)]));
  const list = usePaged<Credential>('/v1/credentials', {...asked, limit: 100});
  const names = useNames({clients: (list.data ?? []).map(one => one.client)});
  const told = useTold(query.get('client'), names);
  const isNarrowed = FILTERS.some(name => query.get(name));
  return (
    <>
      <Filters query={query} names={names} />
      <Narrowed query={query} />
      <ModeLegend />
      {!told.withKnown && names.clients.size > 0 && <p class="small">{t('vault.known.choose')}</p>}
      <ProblemNotice problem={list.problem} again={list.reload} />
      {!list.data && !list.problem && <Skeleton />}
      {list.data && list.data.length > 0 && <>
        <Table caption={t('vault.tab.all')} look="credentials">
          <thead><tr>
            <th scope="col">{t('vault.title')}</th><th scope="col">{t('vault.client')}</th><th scope="col">{t('vault.kind')}</th><th scope="col">{t('vault.mode')}</th>
            <th scope="col">{t('vault.can_use')}</th>{told.withKnown && <th scope="col">{t('vault.knows')}</th>}<th scope="col">{t('vault.due')}</th>
          </tr></thead>
          <tbody>{list.data.map(one => <Row key={one.id} credential={one} told={told} names={names} />)}</tbody>
        </Table>
        <More hasMore={list.hasMore} busy={list.busy} more={list.more} shown={list.data.length} />
      </>}
      {list.data?.length === 0 && <Empty title={t(isNarrowed ? 'vault.none_found' : 'vault.empty')}>
        {isNarrowed ? <p><Button onClick={() => navigate('/vault?show=all')}>{t('vault.search.clear')}</Button></p> : <p>{t('vault.empty.do')}</p>}
      </Empty>}
    </>
  );
}
