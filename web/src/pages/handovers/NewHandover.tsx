// SPDX-License-Identifier: Apache-2.0
// Asking for a handover: who, in whose place, why, when, for whom. A second person decides it.
import {useState} from 'preact/hooks';
import {get, post, type Page} from '../../base/api';
import {sorted, t} from '../../base/i18n';
import {useDo, useLoad} from '../../base/load';
import {navigate} from '../../base/router';
import {say} from '../../base/say';
import {useSession} from '../../base/session';
import {Button, Check, Choice, TextField} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Picker} from '../../parts/picker';
import {WORKERS} from '../../parts/picking';
import {Notice, ProblemNotice} from '../../parts/shown';
import {KINDS, needsOverride, OVERRIDES, REASONS, type Handover, type HandoverKind, type Scope} from './handover';
import {fromZone, inZone} from './zone';

interface Entry {
  from: string;
  to: string;
  kind: HandoverKind;
  reason: string;
  start: string;
  until: string;
  override: string;
  some: boolean;
  clients: string[];
}

interface PartProps {
  entry: Entry;
  change: (some: Partial<Entry>) => void;
}

function People({entry, change}: PartProps) {
  return (
    <>
      <Picker label={t('handovers.from')} hint={t('handovers.from.hint')} source={WORKERS} value={entry.from} without={entry.to} onPick={from => change({from, clients: []})} />
      <Picker label={t('handovers.to')} source={WORKERS} value={entry.to} without={entry.from} onPick={to => change({to})} />
    </>
  );
}

function Why({entry, change}: PartProps) {
  return (
    <>
      <Choice label={t('handovers.kind')} hint={t(`handovers.kind.${entry.kind}.hint`)} value={entry.kind} options={KINDS.map(kind => [kind, t(`handovers.kind.${kind}`)] as const)} onChoose={kind => change({kind})} />
      <Choice label={t('handovers.reason')} hint={t('handovers.reason.hint')} value={entry.reason} options={REASONS.map(reason => [reason, t(`security.reason.${reason}`)] as const)} onChoose={reason => change({reason})} />
    </>
  );
}

function When({entry, change, zone}: PartProps & {zone: string}) {
  const late = needsOverride(entry.reason, fromZone(entry.start, zone), new Date());
  return (
    <>
      <TextField label={t('handovers.start')} hint={t('handovers.zone', {zone})} type="datetime-local" value={entry.start} onText={start => change({start})} required />
      {entry.kind === 'stand_in' && <TextField label={t('handovers.until')} hint={t('handovers.until.hint')} type="datetime-local" value={entry.until} onText={until => change({until})} />}
      {late && <Choice label={t('handovers.override')} hint={t('handovers.override.hint')} value={entry.override}
        options={[['', t('handovers.choose')] as const, ...OVERRIDES.map(one => [one, t(`handovers.override.${one}`)] as const)]} onChoose={override => change({override})} />}
    </>
  );
}

interface GrantRow {
  client: string;
  client_name?: string | null;
}

/** The clients of whom somebody has grants. */
async function clientsOf(person: string, signal: AbortSignal): Promise<[string, string][]> {
  const found = new Map<string, string>();
  let cursor: string | null = null;
  do {
    const page: Page<GrantRow> = await get<Page<GrantRow>>('/v1/grants', {person, state: 'active', names: 1, limit: 500, cursor}, signal);
    for (const one of page.items) found.set(one.client, one.client_name || one.client);
    cursor = page.next;
  } while (cursor);
  return sorted([...found], ([, name]) => name);
}

function Clients({entry, change}: PartProps) {
  const {data, problem} = useLoad(signal => (entry.from && entry.some ? clientsOf(entry.from, signal) : Promise.resolve([])), [entry.from, entry.some]);
  const toggle = (id: string, on: boolean) => change({clients: on ? [...entry.clients, id] : entry.clients.filter(one => one !== id)});
  return (
    <fieldset class="plain">
      <legend class="unseen">{t('handovers.clients')}</legend>
      <Choice label={t('handovers.which')} value={entry.some ? 'some' : 'all'} options={[['all', t('handovers.which.all')], ['some', t('handovers.which.some')]]} onChoose={which => change({some: which === 'some', clients: []})} />
      <ProblemNotice problem={problem} />
      {entry.some && data?.map(([id, name]) => <Check key={id} label={name} checked={entry.clients.includes(id)} onCheck={on => toggle(id, on)} />)}
      {entry.some && data?.length === 0 && <p class="hint">{t(entry.from ? 'handovers.which.none' : 'handovers.which.first')}</p>}
    </fieldset>
  );
}

const WHERE: Record<string, 'handovers.start' | 'handovers.until' | 'handovers.override' | 'handovers.clients' | 'handovers.from' | 'handovers.to'> = {
  start: 'handovers.start', until: 'handovers.until', override: 'handovers.override', clients: 'handovers.clients', from: 'handovers.from', to: 'handovers.to',
};

const bodyOf = (entry: Entry, zone: string) => ({
  from: entry.from,
  to: entry.to,
  kind: entry.kind,
  reason: entry.reason,
  start: fromZone(entry.start, zone).toISOString(),
  ...(entry.until && entry.kind === 'stand_in' ? {until: fromZone(entry.until, zone).toISOString()} : {}),
  ...(entry.override && needsOverride(entry.reason, fromZone(entry.start, zone), new Date()) ? {override: entry.override} : {}),
  ...(entry.some ? {clients: entry.clients} : {}),
});

function isWhole(entry: Entry, zone: string): boolean {
  const start = fromZone(entry.start, zone);
  const isLate = needsOverride(entry.reason, start, new Date());
  return Boolean(entry.from && entry.to) && !Number.isNaN(start.getTime()) && (!entry.some || entry.clients.length > 0) && (!isLate || entry.override !== '');
}

export function NewHandover({from, onClose}: {from: string; onClose: () => void}) {
  const zone = useSession().tenant.time_zone;
  const [entry, setEntry] = useState<Entry>({from, to: '', kind: 'stand_in', reason: 'absence', start: inZone(new Date(), zone), until: '', override: '', some: false, clients: []});
  const [missing, setMissing] = useState(false);
  const ask = useDo(async () => {
    const made = await post<Handover & Scope>('/v1/handovers', bodyOf(entry, zone));
    say(t('handovers.asked', {n: made.moves ?? 0}));
    navigate(`/handovers/${made.id}`);
  });
  const submit = () => {
    setMissing(!isWhole(entry, zone));
    if (isWhole(entry, zone)) void ask.run();
  };
  const part = {entry, change: (some: Partial<Entry>) => setEntry(before => ({...before, ...some}))};
  return (
    <Dialog title={t('handovers.new')} onClose={onClose}>
      <form noValidate onSubmit={event => { event.preventDefault(); submit(); }}>
        <People {...part} />
        <Why {...part} />
        <When {...part} zone={zone} />
        <Clients {...part} />
        <p class="hint">{t('handovers.second')}</p>
        {missing && <Notice look="warning" urgent><p>{t('handovers.incomplete')}</p></Notice>}
        <ProblemNotice problem={ask.problem} />
        {ask.problem?.errors.map(one => <p key={one.pointer} class="wrong">{t(WHERE[one.pointer.replace(/^#?\//, '')] ?? 'handovers.state')}: {t(one.code === 'missing' ? 'handovers.wrong.missing' : 'handovers.wrong.not_allowed')}</p>)}
        <Button look="main" type="submit" busy={ask.busy}>{t('handovers.ask')}</Button>
      </form>
    </Dialog>
  );
}
