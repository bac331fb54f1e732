// SPDX-License-Identifier: Apache-2.0
// Counts day by day, in UTC as the server counts them.

export interface Day {
  /** 2026-11-22 */
  day: string;
  count: number;
}

const DAY_MS = 86_400_000;
/** More are no picture any more. */
export const DAYS_SHOWN = 120;

export const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** From the first day that has something to the last, those between that have nothing too; the newest of them. */
export function fillDays(counts: Record<string, number>, most = DAYS_SHOWN): Day[] {
  const known = Object.keys(counts).sort();
  const last = Date.parse(known.at(-1) ?? '');
  const first = Math.max(Date.parse(known[0] ?? ''), last - (most - 1) * DAY_MS);
  const days: Day[] = [];
  for (let at = first; at <= last; at += DAY_MS) days.push({day: isoDay(at), count: counts[isoDay(at)] ?? 0});
  return days;
}

/** The instants between which a day of UTC lies. */
export const rangeOfDay = (day: string): {from: string; to: string} =>
  ({from: `${day}T00:00:00.000Z`, to: new Date(Date.parse(day) + DAY_MS).toISOString()});
