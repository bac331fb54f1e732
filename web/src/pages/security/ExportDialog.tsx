// SPDX-License-Identifier: Apache-2.0
// The view as a file: exactly these filters, for a purpose that goes on record.
import {useEffect, useRef, useState} from 'preact/hooks';
import {showNumber, t} from '../../base/i18n';
import {useDo, useGet} from '../../base/load';
import {say} from '../../base/say';
import {may, useSession} from '../../base/session';
import {dayOf} from '../../base/time';
import {Button, Check, Choice, TextField} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Facts, Notice, ProblemNotice} from '../../parts/shown';
import {StepUp} from '../../parts/stepup';
import {conditionText, rangeText} from './Chips';
import {EXPORT_FIELDS, exportLog, FORMATS, type Exported, type Format, type Progress} from './download';
import {asked, isCountable, type Filters} from './filters';

interface DialogProps {
  filters: Filters;
  nameOf: (id: string) => string;
  onClose: () => void;
}

const ENDINGS: Record<Format, string> = {csv: 'csv', jsonl: 'jsonl', evidence: 'evidence', ocsf: 'ocsf.jsonl', cef: 'cef'};

const bytesText = (bytes: number): string => t('security.export.kib', {n: Math.ceil(bytes / 1024)});

/** What will be in the file. */
function Selected({filters, nameOf}: Omit<DialogProps, 'onClose'>) {
  const counted = useGet<{total: number; scanned: {complete: boolean}}>(isCountable(filters) ? '/v1/events:facets' : null, asked(filters));
  const exact = counted.data?.scanned.complete ? counted.data.total : undefined;
  return (
    <Facts rows={[
      [t('security.export.range'), filters.from || filters.to ? rangeText(filters.from, filters.to) : t('security.export.whole')],
      filters.conditions.length > 0 && [t('security.filters_now'), <ul class="plain-list">{filters.conditions.map(one => <li key={conditionText(one, nameOf)}>{conditionText(one, nameOf)}</li>)}</ul>],
      exact !== undefined && [t('security.export.rows'), showNumber(exact)],
    ]} />
  );
}

function Done({made, onClose}: {made: Exported; onClose: () => void}) {
  return (
    <div class="stack">
      <Notice look="ok" title={t('security.export.done', {n: made.rows})}><p>{t('security.export.logged')}</p></Notice>
      <Facts rows={[[t('security.export.size'), bytesText(made.bytes)], made.sha256 && ['SHA-256', <span class="mono">{made.sha256}</span>]]} />
      <p class="actions">{made.event && <a class="button quiet" href={`/events/${made.event}`} onClick={onClose}>{t('security.open_event')}</a>}<Button onClick={onClose}>{t('app.close')}</Button></p>
    </div>
  );
}

interface FormState {
  format: Format;
  purpose: string;
  bom: boolean;
  complete: boolean;
}

function FormatFields({state, set}: {state: FormState; set: (state: FormState) => void}) {
  const session = useSession();
  const whole = may(session, 'log.read:tenant') && may(session, 'log.read_admin');
  return (
    <>
      <Choice label={t('security.export.format')} value={state.format} hint={t(`security.export.format.${state.format}`)}
        options={FORMATS.map(one => [one, t(`security.export.name.${one}`)] as const)} onChoose={format => set({...state, format})} />
      {state.format === 'csv' && <Check label={t('security.export.bom')} checked={state.bom} onCheck={bom => set({...state, bom})} />}
      {state.format === 'evidence' && whole && <Check label={t('security.export.complete')} hint={t('security.export.complete.hint')} checked={state.complete} onCheck={complete => set({...state, complete})} />}
    </>
  );
}

type FormProps = Omit<DialogProps, 'onClose'> & {state: FormState; set: (state: FormState) => void; onAsked: () => void; onClose: () => void};

function ExportForm({filters, nameOf, state, set, onAsked, onClose}: FormProps) {
  return (
    <form onSubmit={event => { event.preventDefault(); onAsked(); }}>
      <Selected filters={filters} nameOf={nameOf} />
      <FormatFields state={state} set={set} />
      <TextField label={t('security.purpose')} hint={t('security.export.purpose')} value={state.purpose} onText={purpose => set({...state, purpose})} required maxLength={200} autoComplete="off" />
      <p class="actions"><Button look="main" type="submit">{t('security.export.do')}</Button><Button onClick={onClose}>{t('app.cancel')}</Button></p>
    </form>
  );
}

export function ExportDialog({filters, nameOf, onClose}: DialogProps) {
  const [state, set] = useState<FormState>({format: 'csv', purpose: '', bom: true, complete: false});
  const [asks, setAsks] = useState(false);
  const [progress, setProgress] = useState<Progress>();
  const [made, setMade] = useState<Exported>();
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const make = useDo(async (verification: string) => {
    const {format, purpose, bom, complete} = state;
    const ask = {format, purpose: purpose.trim(), filters: asked(filters), ...(format === 'csv' ? {bom} : {}), ...(format === 'evidence' && complete ? {complete} : {})};
    setProgress({bytes: 0, lines: 0});
    setMade(await exportLog(ask, verification, `muniment-log-${dayOf(new Date())}.${ENDINGS[format]}`, setProgress, stop.current.signal));
    say(t('security.export.saved'));
  });
  const again = () => { make.clear(); setAsks(false); };
  const action = {type: 'request', text: t('security.export.confirm', {purpose: state.purpose.trim()}), fields: EXPORT_FIELDS};
  return (
    <Dialog title={t('security.export')} onClose={onClose}>
      <ProblemNotice problem={make.problem} again={again} />
      {made && <Done made={made} onClose={onClose} />}
      {!asks && !made && <ExportForm filters={filters} nameOf={nameOf} state={state} set={set} onAsked={() => setAsks(true)} onClose={onClose} />}
      {asks && !make.busy && !make.problem && !made && <StepUp action={action} proven={id => void make.run(id)} />}
      {make.busy && progress && <p role="status">{t('security.export.running', {size: bytesText(progress.bytes), lines: showNumber(progress.lines)})}</p>}
    </Dialog>
  );
}
