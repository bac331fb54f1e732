// SPDX-License-Identifier: Apache-2.0
// ISO weeks, as reports are named by them.

const DAY_MS = 86_400_000;

/** The ISO week of a day, as 2026-W42: its Thursday says the year. */
export function isoWeek(day: Date): string {
  const thursday = new Date(Date.UTC(day.getFullYear(), day.getMonth(), day.getDate() + 4 - (day.getDay() || 7)));
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - first) / DAY_MS / 7) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}

/** The last weeks that are over, the newest first. */
export const pastWeeks = (count: number, now = new Date()): string[] =>
  Array.from({length: count}, (_, at) => isoWeek(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 7 * (at + 1))));
