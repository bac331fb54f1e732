// SPDX-License-Identifier: Apache-2.0
// What else happened in the session of an event; without a session, what the same person did on the same device around it.
import {useState} from 'preact/hooks';
import {get, type Page as ListPage} from '../../base/api';
import {sentence, t, word} from '../../base/i18n';
import {useLoad, type Loaded} from '../../base/load';
import {Button} from '../../parts/controls';
import {Section} from '../../parts/page';
import {Chip, Empty, ProblemNotice, Severity, Skeleton, Time} from '../../parts/shown';
import {nearest, trailOf} from './around';
import type {LogEvent} from './event';

const AROUND_MS = 8 * 3_600_000;
/** So many are looked at on each side. */
const LIMIT = 100;

const none: ListPage<LogEvent> = {items: [], next: null};

async function readAround(event: LogEvent, signal: AbortSignal): Promise<ListPage<LogEvent>> {
  const {person} = event.actor;
  if (!person) return none;
  const at = Date.parse(event.time);
  const instant = (ms: number) => new Date(ms).toISOString();
  const [before, after] = await Promise.all([
    get<ListPage<LogEvent>>('/v1/events', {actor: person, from: instant(at - AROUND_MS), to: instant(at + 1), order: 'desc', limit: LIMIT}, signal),
    get<ListPage<LogEvent>>('/v1/events', {actor: person, from: instant(at + 1), to: instant(at + AROUND_MS), order: 'asc', limit: LIMIT}, signal),
  ]);
  return {items: [...before.items.reverse(), ...after.items], next: before.next ?? after.next};
}

/** The events of the actor within some hours, the nearest ones, in order; none where the actor is no person. */
export const useAround = (event: LogEvent): Loaded<ListPage<LogEvent>> => useLoad(signal => readAround(event, signal), [event.id]);

function TrailRow({one, current}: {one: LogEvent; current: boolean}) {
  const what = one.object?.label || one.object?.id;
  return (
    <li aria-current={current ? 'true' : undefined}>
      <Time at={one.time} style="clock" />
      <span>
        {current ? <strong>{sentence(one.action ?? '')}</strong> : <a href={`/events/${one.id}`}>{sentence(one.action ?? '')}</a>}
        {what && <span class="quiet-text"> · {what}</span>}
        {one.outcome !== 'success' && <> <Chip look="warning">{word('event.outcome', one.outcome)}</Chip></>}
        {current && <span class="small"> · {t('event.trail.this')}</span>}
      </span>
      {one.severity !== 'info' && <Severity level={one.severity} />}
    </li>
  );
}

export function Trail({event, around}: {event: LogEvent; around: Loaded<ListPage<LogEvent>>}) {
  const [all, setAll] = useState(false);
  if (!event.actor.person) return null;
  const rows = around.data && trailOf(event, around.data.items);
  const near = rows && (all ? rows : nearest(rows, event));
  return (
    <div id="trail">
      <Section title={t(event.session ? 'event.trail.session' : 'event.trail.around')}>
        <ProblemNotice problem={around.problem} again={around.reload} />
        {!rows && around.busy && <Skeleton rows={4} />}
        {rows && rows.length <= 1 && <Empty title={t('event.trail.empty')} />}
        {rows && rows.length > 1 && <ol class="trail">{near?.map(one => <TrailRow key={one.id} one={one} current={one.id === event.id} />)}</ol>}
        {near && near.length < rows.length && <p class="more"><Button onClick={() => setAll(true)}>{t('event.trail.all', {n: rows.length})}</Button></p>}
        {around.data?.next && <p class="small">{t('event.trail.more', {n: 2 * LIMIT})}</p>}
      </Section>
    </div>
  );
}
