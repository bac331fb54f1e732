// SPDX-License-Identifier: Apache-2.0
// Instants in the reader's zone and language.
import {language} from './i18n';

export const readersZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

type Style = 'second' | 'minute' | 'day' | 'clock';

const OPTIONS: Record<Style, Intl.DateTimeFormatOptions> = {
  second: {year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'},
  minute: {year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23'},
  day: {year: 'numeric', month: 'short', day: 'numeric'},
  clock: {hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'},
};

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language() + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(language(), options)));
  return format;
}

/** RFC 3339 -> words; another zone than the reader's is named. */
export function showTime(instant: string, style: Style = 'second', zone?: string): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return instant;
  return formatOf({...OPTIONS[style], ...(zone ? {timeZone: zone, timeZoneName: 'short'} : {})}).format(date);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];

/** "3 minutes ago", "in 2 days". */
export function showAgo(instant: string, now = Date.now()): string {
  const seconds = (new Date(instant).getTime() - now) / 1000;
  const [unit, size] = STEPS.find(([, least]) => Math.abs(seconds) >= least) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(language(), {numeric: 'auto'}).format(Math.trunc(seconds / size), unit);
}

/** "1 h 36 min". */
export function showSeconds(seconds: number): string {
  const part = (value: number, unit: string) => new Intl.NumberFormat(language(), {style: 'unit', unit, unitDisplay: 'short'}).format(value);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours ? `${part(hours, 'hour')} ${part(minutes, 'minute')}` : part(minutes, 'minute');
}

/** The day of an instant in the reader's zone, as 2026-11-22: for <input type=date>. */
export function dayOf(date: Date): string {
  return new Intl.DateTimeFormat('sv-SE', {year: 'numeric', month: '2-digit', day: '2-digit'}).format(date);
}

/** The instant at which a day of the reader's zone begins. */
export const startOfDay = (day: string): Date => new Date(`${day}T00:00:00`);
