// SPDX-License-Identifier: Apache-2.0
// What I may use, client by client, and the buttons that use it.
import {sorted, t} from '../../base/i18n';
import {usePaged} from '../../base/load';
import {navigate, usePlace, withQuery} from '../../base/router';
import {useSession} from '../../base/session';
import {Button, TextField} from '../../parts/controls';
import {More, Section} from '../../parts/page';
import {Empty, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {clientOf, useClients, useCredentials} from './known';
import {hasWords, hostOf, isOpen, usesOf, type Client, type Credential, type Grant} from './model';
import {useSearchKey} from './searchKey';
import {GrantChip, ModeLegend, ModeMarks} from './shown';
import {UseButtons} from './UseButtons';

/** A credential, and my grants on it that have not ended. */
interface Access {
  credential: Credential;
  client: string;
  grants: Grant[];
}

const ENDED = new Set(['revoked', 'expired', 'used_up']);

function accessesOf(grants: readonly Grant[], credentials: ReadonlyMap<string, Credential>): Access[] {
  const all = new Map<string, Access>();
  for (const grant of grants) {
    const credential = credentials.get(grant.credential);
    if (!credential || credential.state !== 'active' || ENDED.has(grant.state)) continue;
    const access = all.get(credential.id) ?? {credential, client: clientOf(grant.client_name), grants: []};
    access.grants.push(grant);
    all.set(credential.id, access);
  }
  return [...all.values()];
}

function Bounds({grant}: {grant: Grant}) {
  return (
    <li>
      <a href={`/grants/${grant.id}`}>{t('vault.grant')}</a> <GrantChip grant={grant} />{' '}
      <span>{Date.parse(grant.from) > Date.now() ? <>{t('vault.from')} <Time at={grant.from} style="minute" /></> : <>{t('vault.until')} <Time at={grant.until} style="day" /></>}</span>
      {grant.uses_left !== null && <span>{t('vault.left', {n: grant.uses_left})}</span>}
      {grant.hours && <span>{t('vault.hours.of', {calendar: grant.hours.calendar.toUpperCase()})}</span>}
      {grant.task && <span>{t('vault.task.is', {task: grant.task})}</span>}
    </li>
  );
}

function AccessRow({access, used}: {access: Access; used: () => void}) {
  const {credential, grants} = access;
  const {title, url, username} = credential.label;
  const about = [hostOf(url), username].filter(Boolean).join(' · ');
  const usable = grants.some(grant => isOpen(grant) && usesOf(grant, credential).length > 0);
  return (
    <li class="access">
      <div class="what"><a href={`/credentials/${credential.id}`}>{title}</a>{about && <span class="small">{about}</span>}</div>
      <ul class="bounds small">{grants.map(grant => <Bounds key={grant.id} grant={grant} />)}</ul>
      <div class="actions">
        {usable ? <UseButtons grants={grants} credential={credential} client={access.client} used={used} /> : <ModeMarks modes={[...new Set(grants.flatMap(grant => grant.modes))]} />}
      </div>
    </li>
  );
}

function ByClient({accesses, clients, used}: {accesses: readonly Access[]; clients: ReadonlyMap<string, Client>; used: () => void}) {
  const first = new Map(accesses.map(one => [one.credential.client, one]));
  return (
    <>
      {sorted([...first.values()], one => one.client).map(({client, credential: {client: id}}) => (
        <Section key={id} title={<>{client}{clients.get(id)?.frozen && <span class="frozen"> {t('vault.frozen')}</span>}</>}>
          <ul class="accesses">
            {sorted(accesses.filter(one => one.credential.client === id), one => one.credential.label.title)
              .map(one => <AccessRow key={one.credential.id} access={one} used={used} />)}
          </ul>
        </Section>
      ))}
    </>
  );
}

export function Mine() {
  const session = useSession();
  const {query} = usePlace();
  const text = query.get('q') ?? '';
  useSearchKey();
  const grants = usePaged<Grant>('/v1/grants', {person: session.person.id, limit: 500, names: 1});
  const credentials = useCredentials((grants.data ?? []).map(grant => grant.credential));
  const clients = useClients((grants.data ?? []).map(grant => grant.client));
  const all = accessesOf(grants.data ?? [], credentials.all);
  const found = all.filter(one => hasWords(one.credential, one.client, text.trim()));
  if (!grants.data || !credentials.ready) return grants.problem ? <ProblemNotice problem={grants.problem} again={grants.reload} /> : <Skeleton />;
  return (
    <>
      <ProblemNotice problem={grants.problem} again={grants.reload} />
      <form class="search" role="search" onSubmit={event => event.preventDefault()}>
        <TextField label={t('vault.search')} hint={t('vault.search.hint')} type="search" value={text} onText={q => navigate(withQuery({q}), 'replace')} />
      </form>
      <ModeLegend />
      <ByClient accesses={found} clients={clients.all} used={grants.reload} />
      {!all.length && <Empty title={t('vault.mine.empty')}><p>{t('vault.mine.empty.do')}</p></Empty>}
      {all.length > 0 && !found.length && <Empty title={t('vault.none_found')}><p><Button onClick={() => navigate(withQuery({q: null}))}>{t('vault.search.clear')}</Button></p></Empty>}
      {grants.hasMore && <More hasMore busy={grants.busy} more={grants.more} shown={all.length} />}
    </>
  );
}
