// SPDX-License-Identifier: Apache-2.0
// Giving a grant: who, what, how, when, and what has to happen first. One page, nothing hidden behind a next step.
import {useState} from 'preact/hooks';
import {path, post, Problem, type Page} from '../../base/api';
import {sorted, t} from '../../base/i18n';
import {useDo, useGet} from '../../base/load';
import {navigate, usePlace} from '../../base/router';
import {say} from '../../base/say';
import {useSession} from '../../base/session';
import {Button, Check, Choice, Field, TextField} from '../../parts/controls';
import {Picker} from '../../parts/picker';
import {CLIENTS, PEOPLE} from '../../parts/picking';
import {Notice, ProblemNotice} from '../../parts/shown';
import {faultAt} from './faults';
import {bodyOf, draftFault, modesAllowed, NEW_DRAFT, type Draft} from './give';
import {MODES, OUTSIDES, type Client, type Credential, type Grant, type Mode} from './model';
import {ModeMark} from './shown';

interface PartProps {
  draft: Draft;
  set: (changes: Partial<Draft>) => void;
  problem: Problem | undefined;
}

const toggled = <T,>(list: readonly T[], one: T, on: boolean): T[] => (on ? [...list, one] : list.filter(each => each !== one));

function WhoPart({draft, set, problem, credentials, known}: PartProps & {credentials: readonly Credential[]; known: boolean}) {
  const ofClient = sorted(credentials, one => one.label.title);
  return (
    <fieldset>
      <legend>{t('vault.give.who')}</legend>
      <Picker label={t('vault.give.to')} source={PEOPLE} value={draft.to} onPick={to => set({to})} error={faultAt(problem, '/to')} />
      <Picker label={t('vault.client')} source={CLIENTS} value={draft.client} onPick={client => set({client, credentials: [], modes: []})} />
      {draft.client && <fieldset class="inner">
        <legend>{t('vault.give.what')}</legend>
        {ofClient.map(one => (
          <Check key={one.id} label={one.label.title} hint={one.label.username} checked={draft.credentials.includes(one.id)}
            onCheck={on => set({credentials: toggled(draft.credentials, one.id, on), modes: []})} />
        ))}
        {known && !ofClient.length && <p class="quiet-text">{t('vault.give.none')}</p>}
      </fieldset>}
    </fieldset>
  );
}

function HowPart({draft, set, problem, allowed}: PartProps & {allowed: readonly Mode[]}) {
  return (
    <fieldset>
      <legend>{t('vault.give.how')}</legend>
      {MODES.map(mode => (
        <Check key={mode} label={<ModeMark mode={mode} />} hint={allowed.includes(mode) || !draft.credentials.length ? t(`vault.mode.${mode}.leaves`) : t('vault.give.above')}
          checked={draft.modes.includes(mode)} disabled={!allowed.includes(mode)} onCheck={on => set({modes: toggled(draft.modes, mode, on)})} />
      ))}
      {faultAt(problem, '/modes') && <p class="wrong">{faultAt(problem, '/modes')}</p>}
      <TextField label={t('vault.give.uses')} hint={t('vault.give.uses.hint')} type="number" min={1} max={1000000} value={draft.uses} onText={uses => set({uses})} error={faultAt(problem, '/uses')} />
      <Choice label={t('vault.exclusive')} hint={t('vault.exclusive.hint')} value={draft.exclusive} options={(['none', 'credential', 'client'] as const).map(one => [one, t(`vault.exclusive.${one}`)] as const)} onChoose={exclusive => set({exclusive})} />
    </fieldset>
  );
}

function WhenPart({draft, set, problem, zone}: PartProps & {zone: string}) {
  const calendars = useGet<Page<{name: string; zone: string}>>('/v1/calendars');
  const choices = (calendars.data?.items ?? []).map(one => [one.name, `${one.name.toUpperCase()} · ${one.zone}`] as const);
  return (
    <fieldset>
      <legend>{t('vault.give.when')}</legend>
      <p class="small">{t('vault.give.zone', {zone})}</p>
      <div class="row pair">
        <TextField label={t('vault.from')} hint={t('vault.give.from.hint')} type="datetime-local" value={draft.from} onText={from => set({from})} error={faultAt(problem, '/from')} />
        <TextField label={t('vault.until')} hint={t('vault.give.until.hint')} type="datetime-local" value={draft.until} onText={until => set({until})} error={faultAt(problem, '/until')} />
      </div>
      <Choice label={t('vault.hours')} hint={t('vault.hours.hint')} value={draft.calendar} options={[['', t('vault.hours.any')], ...choices]} onChoose={calendar => set({calendar})} />
      {draft.calendar && <Choice label={t('vault.outside')} value={draft.outside} options={OUTSIDES.map(one => [one, t(`vault.outside.${one}`)] as const)} onChoose={outside => set({outside})} />}
    </fieldset>
  );
}

function WhyPart({draft, set, problem}: PartProps) {
  return (
    <fieldset>
      <legend>{t('vault.give.why')}</legend>
      <TextField label={t('vault.task')} hint={t('vault.task.hint')} value={draft.task} onText={task => set({task})} maxLength={128} error={faultAt(problem, '/task')} />
      <Field label={t('vault.mandate')} hint={t('vault.mandate.hint')} error={faultAt(problem, '/mandate')}>
        {control => <textarea {...control} value={draft.mandate} maxLength={1000} onInput={event => set({mandate: event.currentTarget.value})} />}
      </Field>
      <fieldset class="inner">
        <legend>{t('vault.approval')}</legend>
        {(['client', 'staff'] as const).map(one => (
          <Check key={one} label={t(`vault.approval.${one}`)} checked={draft.approvers.includes(one)} onCheck={on => set({approvers: toggled(draft.approvers, one, on)})} />
        ))}
        {draft.approvers.length > 0 && <TextField label={t('vault.approval.count')} type="number" min={1} max={4} value={draft.count} onText={count => set({count})} required />}
      </fieldset>
      <Check label={t('vault.notify')} hint={t('vault.notify.hint')} checked={draft.notify === 'each'} onCheck={on => set({notify: on ? 'each' : 'none'})} />
    </fieldset>
  );
}

/** Gives one after the other, and takes out of the draft what was given: a refusal leaves the rest as it stands. */
function useGive(draft: Draft, zone: string, taken: (credential: string) => void) {
  return useDo(async () => {
    let last: Grant | undefined;
    for (const credential of draft.credentials) {
      last = await post<Grant>('/v1/grants', bodyOf(draft, credential, zone));
      taken(credential);
    }
    say(t('vault.give.done'));
    navigate(draft.credentials.length === 1 && last ? `/grants/${last.id}` : `/vault?show=grants&person=${draft.to}`);
  });
}

/** The credential that the address names, if it is one. */
const useAsked = (id: string | null) => useGet<Credential>(id ? path`/v1/credentials/${id}` : null).data;

/** What there is of the client that was chosen, and the zone that their times are in. */
function useOfClient(client: string, zone: string) {
  const {data: one} = useGet<Client>(client ? path`/v1/clients/${client}` : null);
  const {data} = useGet<Page<Credential>>(client ? '/v1/credentials' : null, {client, state: 'active', limit: 500});
  return {zone: one?.time_zone ?? zone, credentials: data?.items ?? [], known: data !== undefined};
}

export function GiveGrant() {
  const session = useSession();
  const {query} = usePlace();
  const [changed, setChanged] = useState<Partial<Draft>>({});
  const [fault, setFault] = useState<ReturnType<typeof draftFault>>();
  const asked = useAsked(query.get('credential'));
  const draft: Draft = {...NEW_DRAFT, to: query.get('to') ?? '', ...(asked ? {client: asked.client, credentials: [asked.id]} : {client: query.get('client') ?? ''}), ...changed};
  const {zone, credentials, known} = useOfClient(draft.client, session.tenant.time_zone);
  const chosen = credentials.filter(one => draft.credentials.includes(one.id));
  const set = (changes: Partial<Draft>) => { setFault(undefined); setChanged(before => ({...before, ...changes})); };
  const taken = (id: string) => setChanged(before => ({...before, credentials: (before.credentials ?? draft.credentials).filter(one => one !== id)}));
  const give = useGive(draft, zone, taken);
  const submit = (event: Event) => {
    event.preventDefault();
    const found = draftFault(draft, zone);
    setFault(found);
    if (!found) void give.run();
  };
  const part = {draft, set, problem: give.problem};
  return (
    <form class="vault-form" onSubmit={submit}>
      <WhoPart {...part} credentials={credentials} known={known} />
      <HowPart {...part} allowed={modesAllowed(chosen)} />
      <WhenPart {...part} zone={zone} />
      <WhyPart {...part} />
      {fault && <Notice look="warning" urgent title={t(`vault.give.fault.${fault}`)} />}
      <ProblemNotice problem={give.problem} />
      <Button look="main" type="submit" busy={give.busy}>{t('vault.give')}</Button>
    </form>
  );
}
