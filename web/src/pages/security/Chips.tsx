// SPDX-License-Identifier: Apache-2.0
// What is filtered by now, and away with it.
import {showTime, startOfDay, dayOf} from '../../base/time';
import {t, word, type TextKey} from '../../base/i18n';
import {Button} from '../../parts/controls';
import {actionText, countryName} from './cells';
import {beyondTab, NO_FILTERS, onTab, tabOf, withoutCondition, type Condition, type Filters} from './filters';

const DAY_MS = 86_400_000;

const isLocalDay = (instant: string): boolean => startOfDay(dayOf(new Date(instant))).getTime() === Date.parse(instant);
const isUtcDay = (instant: string): boolean => Date.parse(instant) % DAY_MS === 0;

const spanOfDays = (from: string, to: string): string => (from === to ? from : `${from} – ${to}`);

/** "1 Nov – 3 Nov", a day of UTC as such, else to the minute. */
export function rangeText(from: string, to: string): string {
  const last = (zone?: string) => to && showTime(new Date(Date.parse(to) - 1).toISOString(), 'day', zone);
  const ends = [from, to].filter(Boolean);
  if (ends.every(isLocalDay)) return spanOfDays(from ? showTime(from, 'day') : '…', last() || '…');
  if (ends.every(isUtcDay)) return spanOfDays(from ? showTime(from, 'day', 'UTC') : '…', last('UTC') || '…');
  return `${from ? showTime(from, 'minute') : '…'} – ${to ? showTime(to, 'minute') : '…'}`;
}

/** A value as people say it. */
export function valueText(one: Condition, nameOf: (id: string) => string): string {
  if (one.field === 'action') return actionText(one.value);
  if (one.field === 'class') return word('security.class', one.value);
  if (one.field === 'outcome') return word('security.outcome', one.value);
  if (one.field === 'severity') return word('app.severity', one.value);
  if (one.field === 'device_kind') return word('security.device', one.value);
  if (one.field === 'country') return countryName(one.value);
  if (one.field === 'critical') return t(one.value === 'true' ? 'security.yes' : 'security.no');
  return nameOf(one.value);
}

/** "Person: Ana", "Not device: …". */
export const conditionText = (one: Condition, nameOf: (id: string) => string): string =>
  t(one.not ? 'security.chip_not' : 'security.chip', {field: t(`security.field.${one.field}` as TextKey), value: valueText(one, nameOf)});

interface ChipsProps {
  filters: Filters;
  nameOf: (id: string) => string;
  change: (filters: Filters) => void;
}

function FilterChip({label, remove}: {label: string; remove: () => void}) {
  return <li><button type="button" class="filter-chip" aria-label={t('security.remove', {filter: label})} onClick={remove}>{label} <span aria-hidden="true">✕</span></button></li>;
}

export function Chips({filters, nameOf, change}: ChipsProps) {
  const conditions = beyondTab(filters);
  if (!conditions.length && !filters.from && !filters.to) return null;
  const label = (one: Condition) => conditionText(one, nameOf);
  return (
    <ul class="chips" aria-label={t('security.filters_now')}>
      {(filters.from || filters.to) && <FilterChip label={rangeText(filters.from, filters.to)} remove={() => change({...filters, from: '', to: ''})} />}
      {conditions.map(one => <FilterChip key={`${one.not}${one.field}${one.value}`} label={label(one)} remove={() => change(withoutCondition(filters, one))} />)}
      <li><Button look="plain" onClick={() => change(onTab(NO_FILTERS, tabOf(filters)))}>{t('security.clear')}</Button></li>
    </ul>
  );
}
