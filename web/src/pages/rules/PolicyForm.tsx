// SPDX-License-Identifier: Apache-2.0
// One policy as a form.
import {useState} from 'preact/hooks';
import {path, put} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {useSession} from '../../base/session';
import {dayOf, startOfDay} from '../../base/time';
import {Button, Check, Choice, TextField} from '../../parts/controls';
import {ProblemNotice} from '../../parts/shown';
import {bodyOf, DAYS, NUMBERS, readCountries, type NumberName, type Policy} from './policy';

interface PartProps {
  policy: Policy;
  change: (some: Partial<Policy>) => void;
  wrong: (field: string) => string | undefined;
}

function Factors({policy, change}: PartProps) {
  const options = [['email', t('rules.factor.email')], ['totp', t('rules.factor.totp')]] as const;
  return (
    <fieldset class="part">
      <legend>{t('rules.policy.factors')}</legend>
      <Choice label={t('rules.policy.login_factor')} value={policy.login_factor} options={options} onChoose={login_factor => change({login_factor})} />
      <Choice label={t('rules.policy.action_factor')} hint={t('rules.policy.action_factor.hint')} value={policy.action_factor} options={options} onChoose={action_factor => change({action_factor})} />
      <TextField label={t('rules.policy.grace_until')} hint={t('rules.policy.grace_until.hint')} type="date" value={policy.grace_until ? dayOf(new Date(policy.grace_until)) : ''}
        onText={day => change({grace_until: day ? startOfDay(day).toISOString() : null})} />
      <Choice label={t('rules.policy.clock')} value={policy.clock} options={[['lenient', t('rules.policy.clock.lenient')], ['strict', t('rules.policy.clock.strict')]]} onChoose={clock => change({clock})} />
    </fieldset>
  );
}

function Numbers({policy, change, wrong}: PartProps) {
  const set = (name: NumberName, text: string) => change({[name]: text === '' ? (name === 'remember_days' ? 0 : null) : Number(text)});
  return (
    <fieldset class="part">
      <legend>{t('rules.policy.numbers')}</legend>
      <div class="numbers">
        {NUMBERS.map(([name, least, most]) => (
          <TextField key={name} label={t(`rules.policy.${name}`)} type="number" min={least} max={most} value={policy[name] === null ? '' : String(policy[name])}
            hint={t(`rules.policy.${name}.hint`)} error={wrong(name)} onText={text => set(name, text)} />
        ))}
      </div>
    </fieldset>
  );
}

function Countries({policy, change, wrong}: PartProps) {
  const [text, setText] = useState(policy.countries?.expected.join(', ') ?? '');
  const others = policy.countries?.others ?? 'flag';
  const put = (next: string, what: 'flag' | 'step_up' | 'deny') => {
    const expected = readCountries(next);
    change({countries: expected.length ? {expected, others: what} : null});
  };
  return (
    <fieldset class="part">
      <legend>{t('rules.policy.countries')}</legend>
      <TextField label={t('rules.policy.expected')} hint={t('rules.policy.expected.hint')} value={text} spellcheck={false} error={wrong('countries')} onText={next => { setText(next); put(next, others); }} />
      {policy.countries && <Choice label={t('rules.policy.others')} value={others} onChoose={what => put(text, what)}
        options={[['flag', t('rules.policy.flag')], ['step_up', t('rules.policy.step_up')], ['deny', t('rules.policy.deny')]]} />}
    </fieldset>
  );
}

function Hours({policy, change, wrong}: PartProps) {
  const zone = useSession().tenant.time_zone;
  const hours = policy.hours;
  const set = (some: Partial<NonNullable<Policy['hours']>>) => hours && change({hours: {...hours, ...some}});
  const toggle = (day: string, on: boolean) => set({days: DAYS.filter(one => (one === day ? on : hours?.days.includes(one)))});
  return (
    <fieldset class="part">
      <legend>{t('rules.policy.hours')}</legend>
      <Check label={t('rules.policy.hours.on')} checked={hours !== null}
        onCheck={on => change({hours: on ? {days: DAYS.slice(0, 5), from: '08:00', to: '18:00', time_zone: zone, outside: 'flag'} : null})} />
      {hours && (
        <>
          <div class="row days">{DAYS.map(day => <Check key={day} label={t(`rules.day.${day}`)} checked={hours.days.includes(day)} onCheck={on => toggle(day, on)} />)}</div>
          <div class="row">
            <TextField label={t('rules.from')} value={hours.from} onText={from => set({from})} maxLength={5} placeholder="08:00" />
            <TextField label={t('rules.to')} value={hours.to} onText={to => set({to})} maxLength={5} placeholder="18:00" error={wrong('hours')} />
          </div>
          <Choice label={t('rules.policy.outside')} value={hours.outside} options={[['flag', t('rules.policy.flag')], ['step_up', t('rules.policy.step_up')]]} onChoose={outside => set({outside})} />
        </>
      )}
    </fieldset>
  );
}

export function PolicyForm({policy, writes, saved}: {policy: Policy; writes: boolean; saved: () => void}) {
  const [draft, setDraft] = useState(policy);
  const saving = useDo(async () => {
    await put(path`/v1/policies/${policy.name}`, bodyOf(draft));
    say(t('rules.saved'));
    saved();
  });
  const wrong = (field: string) => (saving.problem?.errors.some(one => one.pointer.replace(/^#?\//, '').startsWith(field)) ? t('rules.wrong') : undefined);
  const part = {policy: draft, change: (some: Partial<Policy>) => setDraft(before => ({...before, ...some})), wrong};
  return (
    <form class="policy" onSubmit={event => { event.preventDefault(); void saving.run(); }}>
      <fieldset class="all" disabled={!writes}>
        <legend class="unseen">{t('rules.tab.policies')}</legend>
        <Factors {...part} />
        <Numbers {...part} />
        <Countries {...part} />
        <Hours {...part} />
      </fieldset>
      <ProblemNotice problem={saving.problem} />
      {writes && <Button look="main" type="submit" busy={saving.busy}>{t('app.save')}</Button>}
    </form>
  );
}
