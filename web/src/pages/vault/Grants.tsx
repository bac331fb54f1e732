// SPDX-License-Identifier: Apache-2.0
// Who may use what: all grants that the reader sees.
import {t} from '../../base/i18n';
import {usePaged} from '../../base/load';
import {navigate, usePlace, withQuery} from '../../base/router';
import {may, useSession} from '../../base/session';
import {Button, Choice} from '../../parts/controls';
import {More, Table} from '../../parts/page';
import {Picker} from '../../parts/picker';
import {ANY_CLIENT, ANYBODY} from '../../parts/picking';
import {Empty, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {clientOf} from './known';
import {GRANT_STATES, type Grant} from './model';
import {GrantChip, ModeMarks, PersonName} from './shown';

const FILTERS = ['person', 'client', 'state'] as const;

/** Grants as rows; what all of them share need not stand in each. */
export function GrantTable({grants, caption, without}: {grants: readonly Grant[]; caption: string; without?: 'credential' | 'person'}) {
  return (
    <Table caption={caption} look="credentials stacks">
      <thead><tr>
        {without !== 'person' && <th scope="col">{t('vault.who')}</th>}
        {without !== 'credential' && <><th scope="col">{t('vault.credential')}</th><th scope="col">{t('vault.client')}</th></>}
        <th scope="col">{t('vault.mode')}</th><th scope="col">{t('vault.until')}</th><th scope="col" class="number">{t('vault.uses')}</th><th scope="col">{t('vault.state')}</th><th scope="col"><span class="unseen">{t('vault.grant')}</span></th>
      </tr></thead>
      <tbody>
        {grants.map(grant => (
          <tr key={grant.id}>
            {without !== 'person' && <td><PersonName id={grant.to} name={grant.to_name} /></td>}
            {without !== 'credential' && <>
              <td><a href={`/credentials/${grant.credential}`}>{grant.credential_title || t('vault.credential')}</a></td>
              <td>{clientOf(grant.client_name)}</td>
            </>}
            <td><ModeMarks modes={grant.modes} /></td>
            <td><Time at={grant.until} style="minute" /></td>
            <td class="number">{grant.uses === null ? grant.uses_made : t('vault.uses.of', {made: grant.uses_made, all: grant.uses})}</td>
            <td><GrantChip grant={grant} /></td>
            <td><a href={`/grants/${grant.id}`}>{t('vault.details')}</a></td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Filters({query}: {query: URLSearchParams}) {
  const session = useSession();
  const set = (name: string, value: string) => navigate(withQuery({[name]: value || null}));
  const states = GRANT_STATES.map(state => [state, t(`vault.state.${state}`)] as const);
  return (
    <form class="row filters" role="search" onSubmit={event => event.preventDefault()}>
      {may(session, 'people.read') && <Picker label={t('vault.who')} empty={t('vault.all')} source={ANYBODY} value={query.get('person') ?? ''} onPick={value => set('person', value)} />}
      {may(session, 'clients.read') && <Picker label={t('vault.client')} empty={t('vault.all')} source={ANY_CLIENT} value={query.get('client') ?? ''} onPick={value => set('client', value)} />}
      <Choice label={t('vault.state')} value={query.get('state') ?? ''} options={[['', t('vault.all')], ...states]} onChoose={value => set('state', value)} />
    </form>
  );
}

export function Grants() {
  const session = useSession();
  const {query} = usePlace();
  const asked = Object.fromEntries(FILTERS.map(name => [name, query.get(name)]));
  const list = usePaged<Grant>('/v1/grants', {...asked, limit: 100, names: 1});
  const isNarrowed = FILTERS.some(name => query.get(name));
  return (
    <>
      <Filters query={query} />
      <ProblemNotice problem={list.problem} again={list.reload} />
      {!list.data && !list.problem && <Skeleton />}
      {list.data && list.data.length > 0 && <>
        <GrantTable grants={list.data} caption={t('vault.tab.grants')} />
        <More hasMore={list.hasMore} busy={list.busy} more={list.more} shown={list.data.length} />
      </>}
      {list.data?.length === 0 && <Empty title={t(isNarrowed ? 'vault.none_found' : 'vault.grants.empty')}>
        {isNarrowed && <p><Button onClick={() => navigate('/vault?show=grants')}>{t('vault.search.clear')}</Button></p>}
        {!isNarrowed && may(session, 'grant.give') && <p><a class="button main" href="/vault?show=give">{t('vault.give')}</a></p>}
      </Empty>}
    </>
  );
}
