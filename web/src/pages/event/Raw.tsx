// SPDX-License-Identifier: Apache-2.0
// The event as a program reads it: the answer itself, and in the Open Cybersecurity Schema Framework.
import {useState} from 'preact/hooks';
import {path} from '../../base/api';
import {t} from '../../base/i18n';
import {useGet} from '../../base/load';
import {CopyButton} from '../../parts/controls';
import {Section} from '../../parts/page';
import {ProblemNotice, Skeleton} from '../../parts/shown';
import type {LogEvent} from './event';

/** Letters that turn the direction of writing stand as JSON escapes: the text reads as it is. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function Json({value}: {value: unknown}) {
  const text = JSON.stringify(value, null, 2).replace(TURNING, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return <><p class="actions"><CopyButton text={text} /></p><pre tabIndex={0}>{text}</pre></>;
}

function Ocsf({id}: {id: string}) {
  const loaded = useGet<{ocsf: unknown}>(path`/v1/events/${id}`, {with: 'ocsf'});
  return <>{loaded.data ? <Json value={loaded.data.ocsf} /> : loaded.busy && <Skeleton rows={3} />}<ProblemNotice problem={loaded.problem} again={loaded.reload} /></>;
}

export function Raw({event}: {event: LogEvent}) {
  const [ocsf, setOcsf] = useState(false);
  return (
    <Section title={t('event.raw')}>
      <details class="raw"><summary>JSON</summary><Json value={event} /></details>
      <details class="raw" onToggle={toggled => toggled.currentTarget.open && setOcsf(true)}><summary>OCSF 1.8.0</summary>{ocsf && <Ocsf id={event.id} />}</details>
    </Section>
  );
}
