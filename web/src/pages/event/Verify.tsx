// SPDX-License-Identifier: Apache-2.0
// "Verify here": the browser itself checks that the event stands in the log as it is shown, and says each step.
import type {ComponentChildren} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {showNumber, t, word, type TextKey} from '../../base/i18n';
import {useDo} from '../../base/load';
import {useSession} from '../../base/session';
import {Button, Field} from '../../parts/controls';
import {Section, Table} from '../../parts/page';
import {Notice, ProblemNotice, Time} from '../../parts/shown';
import type {Step} from '../../proof/verify';
import {check, isProven, type Checked} from './checking';
import type {LogEvent} from './event';
import {keepKey} from './logkey';
import {memberPath} from './members';

type State = 'ok' | 'wrong' | 'undone';

const ORDER: readonly Step[] = ['leaf', 'path', 'note', 'content'];
/** In which the steps are taken: the signature comes before the path, whose end it signs. */
const TAKEN: readonly Step[] = ['leaf', 'note', 'path', 'content'];

function stateOf(checked: Checked, step: Step): State {
  const failed = checked.verified.failed?.step;
  if (failed === step) return 'wrong';
  if (failed) return TAKEN.indexOf(step) < TAKEN.indexOf(failed) && (step !== 'path' || checked.verified.proof) ? 'ok' : 'undone';
  return step === 'content' && !isProven(checked) ? 'wrong' : 'ok';
}

const SIGNS: Record<State, string> = {ok: '✓', wrong: '✗', undone: '–'};

function StepRow({state, title, children}: {state: State; title: string; children: ComponentChildren}) {
  return (
    <li class={`step is-${state}`}>
      <span class="sign" aria-hidden="true">{SIGNS[state]}</span>
      <div><p class="title">{title} <span class="small">{t(`event.verify.state.${state}`)}</span></p>{children}</div>
    </li>
  );
}

function LeafStep({checked}: {checked: Checked}) {
  return <p class="small mono">{checked.answer.leaf_hash}</p>;
}

function PathStep({checked: {verified}}: {checked: Checked}) {
  if (!verified.proof || !verified.checkpoint) return null;
  return <p class="small">{t('event.verify.path.how', {n: verified.proof.path.length, index: verified.proof.index, size: verified.checkpoint.size})}</p>;
}

function NoteStep({checked: {verified, vkey, standing, since}}: {checked: Checked}) {
  return (
    <>
      {verified.checkpoint && <p class="small">{t('event.verify.note.origin')}: <span class="mono">{verified.checkpoint.origin}</span></p>}
      <p class="small">{t(`event.verify.key.${standing}`)}{since && <>: <Time at={since} style="day" /></>}</p>
      <p class="small mono">{vkey}</p>
    </>
  );
}

function ContentStep({checked: {verified, compared}}: {checked: Checked}) {
  const {content} = verified;
  if (!content) return null;
  const wrong = compared.filter(row => !row.same);
  return (
    <>
      <p class="small">{t('event.verify.content.how', {n: compared.length})}</p>
      {content.withheld.length > 0 && <p class="small">{t('event.verify.content.withheld', {n: content.withheld.length})}</p>}
      {content.erased.length > 0 && <p class="small">{t('event.verify.content.erased', {n: content.erased.length})}</p>}
      {wrong.map(row => (
        <Notice key={row.field} look="alert" title={memberPath(row.field)}>
          <p>{t('event.verify.shown')}: {row.shown || t('event.nothing')}</p><p>{t('event.verify.said')}: {row.said || t('event.nothing')}</p>
        </Notice>
      ))}
      <details>
        <summary>{t('event.verify.said')}</summary>
        <Table caption={t('event.verify.said')} look="said-rows">
          <tbody>{compared.map(row => <tr key={row.field}><th scope="row">{memberPath(row.field)}</th><td class="mono">{row.said}</td></tr>)}</tbody>
        </Table>
      </details>
    </>
  );
}

const STEP_VIEWS = {leaf: LeafStep, path: PathStep, note: NoteStep, content: ContentStep};

/** The log's key is another than the one this browser knows: the reader decides, after having asked somebody. */
function OtherKey({checked, tenant, again}: {checked: Checked; tenant: string; again: () => void}) {
  return (
    <Notice look="alert" urgent title={t('event.verify.changed')}>
      <p>{t('event.verify.changed.what')}</p>
      <p class="mono small">{checked.served}</p>
      <p><Button onClick={() => { keepKey(tenant, checked.served); again(); }}>{t('event.verify.changed.take')}</Button></p>
    </Notice>
  );
}

function FileLink({name, type, text, children}: {name: string; type: string; text: string; children: ComponentChildren}) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([text], {type}));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [text, type]);
  return <a class="button" href={url} download={name}>{children}</a>;
}

function Files({event, checked}: {event: LogEvent; checked: Checked}) {
  const {answer, proof, vkey} = checked;
  return (
    <p class="actions">
      <FileLink name={`${event.id}.tlog-proof`} type="text/plain" text={proof}>{t('event.verify.file.proof')}</FileLink>
      <FileLink name={`${event.id}.json`} type="application/json" text={JSON.stringify({event: event.id, ...answer, proof, vkey}, null, 1)}>{t('event.verify.file.all')}</FileLink>
    </p>
  );
}

function Result({event, checked, again}: {event: LogEvent; checked: Checked; again: () => void}) {
  const proven = isProven(checked);
  const {failed} = checked.verified;
  const heading = useRef<HTMLDivElement>(null);
  useEffect(() => heading.current?.focus(), [checked]);
  return (
    <div class="verified" ref={heading} tabIndex={-1}>
      <Notice look={proven ? 'ok' : 'alert'} urgent={!proven} title={t(proven ? 'event.verify.proven' : 'event.verify.not')}>
        {failed && <p>{word('event.verify.why', failed.why)}</p>}
        {proven && <p class="small">{t('event.verify.proven.what')}</p>}
      </Notice>
      {checked.standing === 'changed' && <OtherKey checked={checked} tenant={checked.tenant} again={again} />}
      <ol class="steps">
        {ORDER.map(step => {
          const View = STEP_VIEWS[step];
          return <StepRow key={step} state={stateOf(checked, step)} title={t(`event.verify.step.${step}` as TextKey)}><View checked={checked} /></StepRow>;
        })}
      </ol>
      <Files event={event} checked={checked} />
      <p class="small">{t('event.verify.names')}</p>
      <p class="small">{t('event.verify.chain')}: <span class="mono">{checked.answer.chain}</span> · {t('event.entry')} {showNumber(checked.answer.index)} · <Time at={checked.at} style="clock" /></p>
    </div>
  );
}

function OwnKey({value, onText}: {value: string; onText: (text: string) => void}) {
  return (
    <details>
      <summary>{t('event.verify.own')}</summary>
      <Field label={t('event.verify.own.label')} hint={t('event.verify.own.hint')}>
        {control => <textarea {...control} class="mono" rows={3} spellcheck={false} value={value} onInput={event => onText(event.currentTarget.value)} />}
      </Field>
    </details>
  );
}

export function Verify({event}: {event: LogEvent}) {
  const {tenant} = useSession();
  const [pasted, setPasted] = useState('');
  const [checked, setChecked] = useState<Checked>();
  const run = useDo(async () => setChecked(await check(event, tenant.id, pasted.trim())));
  return (
    <Section title={t('event.verify')}>
      <p class="lead-in">{t('event.verify.lead')}</p>
      <form onSubmit={submitted => { submitted.preventDefault(); void run.run(); }}>
        <OwnKey value={pasted} onText={setPasted} />
        <Button look="main" type="submit" busy={run.busy}>{t(checked ? 'event.verify.again' : 'event.verify.now')}</Button>
      </form>
      <ProblemNotice problem={run.problem} />
      {checked && !run.busy && <Result event={event} checked={checked} again={() => void run.run()} />}
    </Section>
  );
}
