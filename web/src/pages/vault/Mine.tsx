// SPDX-License-Identifier: Apache-2.0
// What I may use, client by client, and the buttons that use it.
import {useState} from 'preact/hooks';
import {sorted, t} from '../../base/i18n';
import {usePaged} from '../../base/load';
import {navigate, usePlace, withQuery} from '../../base/router';
import {useSession} from '../../base/session';
import {Button, TextField} from '../../parts/controls';
import {More, Section} from '../../parts/page';
import {Empty, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {CodeDialog} from './CodeDialog';
import {clientOf, useClients, useCredentials} from './known';
import {hasWords, hostOf, isOpen, usesOf, type Client, type Credential, type Grant} from './model';
import {RevealDialog} from './RevealDialog';
import {GrantChip, ModeLegend, ModeMarks} from './shown';

/** A credential, and my grants on it that have not ended. */
interface Access {
  credential: Credential;
  client: string;
  grants: Grant[];
}

type Use = {mode: 'code' | 'reveal'; grant: Grant; access: Access};

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

function AccessRow({access, use}: {access: Access; use: (use: Use) => void}) {
  const {credential, grants} = access;
  const {title, url, username} = credential.label;
  const grantOf = (mode: 'code' | 'reveal') => grants.find(grant => isOpen(grant) && usesOf(grant, credential).includes(mode));
  const modes = (['code', 'reveal'] as const).flatMap(mode => { const grant = grantOf(mode); return grant ? [{mode, grant}] : []; });
  const about = [hostOf(url), username].filter(Boolean).join(' · ');
  return (
    <li class="access">
      <div class="what"><a href={`/credentials/${credential.id}`}>{title}</a>{about && <span class="small">{about}</span>}</div>
      <ul class="bounds small">{grants.map(grant => <Bounds key={grant.id} grant={grant} />)}</ul>
      <div class="actions">
        {modes.map(({mode, grant}) => (
          <Button key={mode} look={mode === 'code' ? 'main' : 'quiet'} title={t(`vault.mode.${mode}.leaves`)} aria-label={`${t(`vault.use.${mode}`)}: ${title}`}
            onClick={() => use({mode, grant, access})}>{t(`vault.use.${mode}`)}</Button>
        ))}
        {!modes.length && <ModeMarks modes={[...new Set(grants.flatMap(grant => grant.modes))]} />}
      </div>
    </li>
  );
}

function ByClient({accesses, clients, use}: {accesses: readonly Access[]; clients: ReadonlyMap<string, Client>; use: (use: Use) => void}) {
  const first = new Map(accesses.map(one => [one.credential.client, one]));
  return (
    <>
      {sorted([...first.values()], one => one.client).map(({client, credential: {client: id}}) => (
        <Section key={id} title={<>{client}{clients.get(id)?.frozen && <span class="frozen"> {t('vault.frozen')}</span>}</>}>
          <ul class="accesses">
            {sorted(accesses.filter(one => one.credential.client === id), one => one.credential.label.title)
              .map(one => <AccessRow key={one.credential.id} access={one} use={use} />)}
          </ul>
        </Section>
      ))}
    </>
  );
}

export function Mine() {
  const session = useSession();
  const {query} = usePlace();
  const [using, setUsing] = useState<Use>();
  const text = query.get('q') ?? '';
  const grants = usePaged<Grant>('/v1/grants', {person: session.person.id, limit: 500, names: 1});
  const credentials = useCredentials((grants.data ?? []).map(grant => grant.credential));
  const clients = useClients();
  const all = accessesOf(grants.data ?? [], credentials.all);
  const found = all.filter(one => hasWords(one.credential, one.client, text.trim()));
  const close = () => { setUsing(undefined); grants.reload(); };
  const DialogOf = using?.mode === 'code' ? CodeDialog : RevealDialog;
  if (!grants.data || !credentials.ready) return grants.problem ? <ProblemNotice problem={grants.problem} again={grants.reload} /> : <Skeleton />;
  return (
    <>
      <ProblemNotice problem={grants.problem} again={grants.reload} />
      <form class="search" role="search" onSubmit={event => event.preventDefault()}>
        <TextField label={t('vault.search')} hint={t('vault.search.hint')} type="search" value={text} onText={q => navigate(withQuery({q}), 'replace')} />
      </form>
      <ModeLegend />
      <ByClient accesses={found} clients={clients.all} use={setUsing} />
      {!all.length && <Empty title={t('vault.mine.empty')}><p>{t('vault.mine.empty.do')}</p></Empty>}
      {all.length > 0 && !found.length && <Empty title={t('vault.none_found')}><p><Button onClick={() => navigate(withQuery({q: null}))}>{t('vault.search.clear')}</Button></p></Empty>}
      {grants.hasMore && <More hasMore busy={grants.busy} more={grants.more} shown={all.length} />}
      {using && <DialogOf grant={using.grant} credential={using.access.credential} client={using.access.client} onClose={close} />}
    </>
  );
}
