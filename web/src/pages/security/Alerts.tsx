// SPDX-License-Identifier: Apache-2.0
// What waits for somebody to say what it was.
import {useState} from 'preact/hooks';
import {path, post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {logScope, useSession} from '../../base/session';
import {Button, Field} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {ProblemNotice, Severity, Time} from '../../parts/shown';
import {actionText} from './cells';
import {shortId} from './event';
import {hrefOf} from './filters';
import type {OpenAlert, Protection} from './protection';

const VERDICTS = ['true', 'benign', 'false', ''] as const;
type Verdict = (typeof VERDICTS)[number];

const NOTE_MAX = 500;

function AlertText({alert}: {alert: OpenAlert}) {
  const about = alert.about?.label ?? (alert.about?.id && shortId(alert.about.id));
  return (
    <>
      <Severity level={alert.severity} /> <a href={`/events/${alert.event}`}>{actionText(alert.action)}</a>
      <span class="aside">
        <Time at={alert.time} style="minute" />
        {alert.who && ` · ${alert.who}`}{alert.client && ` · ${t('security.for_client')} ${alert.client}`}{about && ` · ${about}`}
      </span>
    </>
  );
}

interface SettleProps {
  alert: OpenAlert;
  onClose: () => void;
  settled: () => void;
}

/** Says what it was. Both go on record, and neither can be taken back. */
function SettleDialog({alert, onClose, settled}: SettleProps) {
  const [verdict, setVerdict] = useState<Verdict>();
  const [note, setNote] = useState('');
  const settle = useDo(() => post(path`/v1/alerts/${alert.event}/acknowledge`, {...(verdict ? {verdict} : {}), ...(note.trim() ? {note: note.trim()} : {})}));
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!(await settle.run())) return;
    say(t('security.alert.settled'));
    settled();
  };
  return (
    <Dialog title={t('security.alert.what')} onClose={onClose}>
      <form onSubmit={submit}>
        <p><AlertText alert={alert} /></p>
        <fieldset class="verdicts">
          <legend>{t('security.alert.verdict')}</legend>
          {VERDICTS.map(one => (
            <label key={one}><input type="radio" name="verdict" required checked={verdict === one} onChange={() => setVerdict(one)} /> {t(`security.alert.verdict.${one || 'seen'}`)}</label>
          ))}
        </fieldset>
        <Field label={t('security.alert.note')} hint={t('security.alert.note.hint')}>
          {control => <textarea {...control} value={note} maxLength={NOTE_MAX} onInput={event => setNote(event.currentTarget.value)} />}
        </Field>
        <ProblemNotice problem={settle.problem} />
        <p class="actions"><Button look="main" type="submit" busy={settle.busy}>{t('security.alert.settle')}</Button><Button onClick={onClose}>{t('app.cancel')}</Button></p>
      </form>
    </Dialog>
  );
}

export function Alerts({alerts, reload}: {alerts: Protection['alerts']; reload: () => void}) {
  const mayAnswer = logScope(useSession()) === 4;
  const [open, setOpen] = useState<OpenAlert>();
  const all = hrefOf({conditions: [{field: 'severity', value: 'alert', not: false}], from: '', to: ''});
  return (
    <section class={`card alerts ${alerts.open ? 'some' : 'none'}`} aria-labelledby="alerts">
      <h2 id="alerts">{alerts.open ? t('security.alerts', {n: alerts.open}) : <><span class="mark-of" aria-hidden="true">✓</span> {t('security.alerts.none')}</>}{!alerts.complete && '+'}</h2>
      {alerts.items.length > 0 && (
        <ul>
          {alerts.items.map(one => (
            <li key={one.event}>
              <div><AlertText alert={one} /></div>
              {mayAnswer && <Button onClick={() => setOpen(one)} aria-label={t('security.alert.settle_of', {what: actionText(one.action)})}>{t('security.alert.settle')}</Button>}
            </li>
          ))}
        </ul>
      )}
      <p class="small"><a href={all}>{t('security.alerts.all')}</a></p>
      {open && <SettleDialog alert={open} onClose={() => setOpen(undefined)} settled={() => { setOpen(undefined); reload(); }} />}
    </section>
  );
}
