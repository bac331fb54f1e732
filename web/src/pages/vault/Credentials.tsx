// SPDX-License-Identifier: Apache-2.0
// The clients' credentials: who can use each now, who knows it, what is due for change.
import {useState} from 'preact/hooks';
import {path, type Page} from '../../base/api';
import {t} from '../../base/i18n';
import {useGet, usePaged} from '../../base/load';
import {navigate, usePlace, withQuery} from '../../base/router';
import {may, useSession} from '../../base/session';
import {Button, Choice, TextField} from '../../parts/controls';
import {More, Table} from '../../parts/page';
import {Picker} from '../../parts/picker';
import {ANY_CLIENT} from '../../parts/picking';
import {Ago, Chip, Empty, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {clientOf, nameOf} from './known';
import {hostOf, KINDS, type Access, type Credential, type Exposure, type Grant} from './model';
import {useSearchKey} from './searchKey';
import {kindName, ModeLegend, ModeMarks} from './shown';

const FILTERS = ['client', 'text', 'host', 'tag', 'kind', 'state'] as const;

/** Of each credential: who may use it now, who knows it, when it was used last, and what is owed. */
interface Told {
  /** Undefined while there are more grants than one page has: then only a client's can be told. */
  canUse: Map<string, string[]> | undefined;
  owed: Map<string, Exposure[]>;
  /** Only of one client the server says who knows what. */
  access: Map<string, Access['items'][number]> | undefined;
}

function collect<T, V>(items: readonly T[], key: (item: T) => string, value: (item: T) => V): Map<string, V[]> {
  const all = new Map<string, V[]>();
  for (const item of items) all.set(key(item), [...new Set([...(all.get(key(item)) ?? []), value(item)])]);
  return all;
}

function useTold(client: string | null): Told {
  const session = useSession();
  const wide = may(session, 'grant.give') || may(session, 'grant.approve') || client === session.person.client;
  const access = useGet<Access>(wide && client ? path`/v1/clients/${client}/access` : null);
  const grants = useGet<Page<Grant>>(client && wide ? null : '/v1/grants', {state: 'active', limit: 500, names: 1});
  const rotations = useGet<Page<Exposure>>('/v1/rotations', {limit: 500, client});
  const items = access.data?.items;
  return {
    canUse: items
      ? new Map(items.map(item => [item.credential, [...new Set(item.can_use.map(use => use.name))]]))
      : grants.data?.next ? undefined : collect(grants.data?.items ?? [], grant => grant.credential, grant => nameOf(grant.to_name)),
    owed: collect(rotations.data?.items ?? [], one => one.credential, one => one),
    access: items && new Map(items.map(item => [item.credential, item])),
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

/** Who knows the secret that is in use now, and when it was used. */
function KnownCells({item}: {item: Access['items'][number] | undefined}) {
  const people = (item?.knows ?? []).filter(one => one.current).map(one => nameOf(one.name));
  return (
    <>
      <td><List of={[...new Set(people)]} none={t('vault.nobody')} /></td>
      <td>{item?.last_used ? <Ago at={item.last_used} /> : <span class="quiet-text">–</span>}</td>
    </>
  );
}

function Row({credential, told, ofOne}: {credential: Credential; told: Told; ofOne: boolean}) {
  const {title, url, username} = credential.label;
  return (
    <tr>
      <th scope="row">
        <a href={`/credentials/${credential.id}`}>{title}</a>
        <span class="small">{[hostOf(url), username].filter(Boolean).join(' · ')}</span>
        {credential.state !== 'active' && <Chip look="warning">{t(`vault.credential.${credential.state}`)}</Chip>}
      </th>
      {!ofOne && <td><a href={withQuery({client: credential.client})}>{clientOf(credential.client_name)}</a></td>}
      <td>{kindName(credential.kind)}</td>
      <td><ModeMarks modes={credential.modes_max} /></td>
      {told.canUse && <td><List of={told.canUse.get(credential.id) ?? []} none={t('vault.nobody')} /></td>}
      {told.access && <KnownCells item={told.access.get(credential.id)} />}
      <td><Due owed={told.owed.get(credential.id) ?? []} /></td>
    </tr>
  );
}

function Filters({query, ofAll}: {query: URLSearchParams; ofAll: boolean}) {
  const [text, setText] = useState(query.get('text') ?? '');
  useSearchKey();
  const set = (name: string, value: string) => navigate(withQuery({[name]: value || null}));
  const kinds = KINDS.map(kind => [kind, kindName(kind)] as const);
  const states = (['active', 'archived'] as const).map(state => [state, t(`vault.credential.${state}`)] as const);
  return (
    <form class="row filters" role="search" onSubmit={event => { event.preventDefault(); set('text', text.trim()); }}>
      <TextField label={t('vault.search')} type="search" value={text} onText={setText} />
      {ofAll && <Picker label={t('vault.client')} empty={t('vault.all')} source={ANY_CLIENT} value={query.get('client') ?? ''} onPick={value => set('client', value)} />}
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
  const session = useSession();
  const {query} = usePlace();
  // Who is a client's own sees that client, and nothing else.
  const client = query.get('client') ?? session.person.client ?? null;
  const asked = Object.fromEntries(FILTERS.map(name => [name, query.get(name)]));
  const list = usePaged<Credential>('/v1/credentials', {...asked, limit: 100, names: 1});
  const ofAll = may(session, 'clients.read');
  const told = useTold(client);
  const isNarrowed = FILTERS.some(name => query.get(name));
  return (
    <>
      <Filters query={query} ofAll={ofAll} />
      <Narrowed query={query} />
      <ModeLegend />
      {!told.access && ofAll && <p class="small">{t('vault.known.choose')}</p>}
      <ProblemNotice problem={list.problem} again={list.reload} />
      {!list.data && !list.problem && <Skeleton />}
      {list.data && list.data.length > 0 && <>
        <Table caption={t('vault.tab.all')} look="credentials stacks">
          <thead><tr>
            <th scope="col">{t('vault.title')}</th>{!client && <th scope="col">{t('vault.client')}</th>}<th scope="col">{t('vault.kind')}</th><th scope="col">{t('vault.mode')}</th>
            {told.canUse && <th scope="col">{t('vault.can_use')}</th>}{told.access && <><th scope="col">{t('vault.knows')}</th><th scope="col">{t('vault.last_used')}</th></>}<th scope="col">{t('vault.due')}</th>
          </tr></thead>
          <tbody>{list.data.map(one => <Row key={one.id} credential={one} told={told} ofOne={client !== null} />)}</tbody>
        </Table>
        <More hasMore={list.hasMore} busy={list.busy} more={list.more} shown={list.data.length} />
      </>}
      {list.data?.length === 0 && <Empty title={t(isNarrowed ? 'vault.none_found' : 'vault.empty')}>
        {isNarrowed ? <p><Button onClick={() => navigate('/vault?show=all')}>{t('vault.search.clear')}</Button></p> : <p>{t('vault.empty.do')}</p>}
      </Empty>}
    </>
  );
}
