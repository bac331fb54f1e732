// SPDX-License-Identifier: Apache-2.0
// Which of the events around one belong to its trail.
import type {LogEvent} from './event';

type Trailed = Pick<LogEvent, 'id' | 'time' | 'action' | 'session' | 'device'>;

/** So many are shown at first, before it and after it. */
export const NEAR = 8;

/** Of the events around, those of the same session; without one those of the same device, else all. */
export function trailOf<E extends Trailed>(event: Trailed, around: readonly E[]): E[] {
  if (event.session) return around.filter(one => one.session === event.session);
  const device = event.device?.registry ?? event.device?.id;
  return around.filter(one => one.action !== 'log.viewed' && (device === undefined || (one.device?.registry ?? one.device?.id) === device));
}

/** The last sign-in before an event, on its device. */
export function signInBefore<E extends Trailed>(event: Trailed, around: readonly E[]): E | undefined {
  const at = Date.parse(event.time);
  return around.findLast(one => one.action === 'login.succeeded' && Date.parse(one.time) <= at && one.device?.id === event.device?.id);
}

/** Some before the event and some after it. */
export function nearest<E extends Trailed>(rows: readonly E[], event: Trailed): E[] {
  const at = rows.findIndex(one => one.id === event.id);
  return rows.slice(Math.max(0, at - NEAR), Math.max(0, at) + NEAR + 1);
}
