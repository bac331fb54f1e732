// SPDX-License-Identifier: Apache-2.0
// Where one says what one looks for: words, days, and the rest behind a button.
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {language, sentences, sorted, t} from '../../base/i18n';
import {may, useSession} from '../../base/session';
import {dayOf, startOfDay} from '../../base/time';
import {Choice, Field as Labelled, TextField} from '../../parts/controls';
import {Picker} from '../../parts/picker';
import {ANY_CLIENT, ANYBODY, type PickSource} from '../../parts/picking';
import {countries} from './countries';
import {hrefOf, valuesOf, withCondition, withOnly, type Field, type Filters} from './filters';

const TYPING_MS = 250;
const DAY_MS = 86_400_000;

interface BarProps {
  filters: Filters;
  change: (filters: Filters, how?: 'replace') => void;
}

/** Typing never waits for the server: what is typed is asked for when the hands rest. */
function SearchBox({filters, change}: BarProps) {
  const [asked = ''] = valuesOf(filters, 'text');
  const [typed, setTyped] = useState(asked);
  const timer = useRef(0);
  useEffect(() => setTyped(asked), [asked]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => change(withOnly(filters, 'text', [text.trim()]), 'replace'), TYPING_MS);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !(event.currentTarget instanceof HTMLInputElement)) return;
    event.preventDefault();
    if (typed) type('');
    else event.currentTarget.blur();
  };
  return (
    <Labelled label={t('security.search')}>
      {control => <input {...control} type="search" class="log-search" value={typed} maxLength={500} autoComplete="off" spellcheck={false} placeholder={t('security.search.hint')}
        onInput={event => type(event.currentTarget.value)} onKeyDown={press} />}
    </Labelled>
  );
}

/** The first instant of the day behind one; the day may have 23 hours. */
function behind(day: string): Date {
  const noon = new Date(startOfDay(day).getTime() + DAY_MS * 1.5);
  return startOfDay(dayOf(noon));
}

function Days({filters, change}: BarProps) {
  const from = filters.from && dayOf(new Date(filters.from));
  const to = filters.to && dayOf(new Date(Date.parse(filters.to) - 1));
  return (
    <>
      <TextField label={t('security.from')} type="date" value={from} max={to} onText={day => change({...filters, from: day && startOfDay(day).toISOString()})} />
      <TextField label={t('security.to')} type="date" value={to} min={from} onText={day => change({...filters, to: day && behind(day).toISOString()})} />
    </>
  );
}

/** Today and so many days before it. */
const RANGES = [1, 7, 30] as const;

function Ranges({filters}: {filters: Filters}) {
  const fromOf = (days: number) => startOfDay(dayOf(new Date(Date.now() - (days - 1) * DAY_MS))).toISOString();
  return (
    <ul class="ranges" aria-label={t('security.export.range')}>
      {RANGES.map(days => {
        const from = fromOf(days);
        return <li key={days}><a href={hrefOf({...filters, from, to: ''})} aria-current={filters.from === from && !filters.to ? 'true' : undefined}>{days === 1 ? t('security.today') : t('security.days.last', {n: days})}</a></li>;
      })}
    </ul>
  );
}

interface NamedProps extends BarProps {
  field: Field;
  text: string;
  source: PickSource;
  /** Who may not see the list types an id or a ref. */
  isOpen: boolean;
}

/** A person or a client by name; what nobody is called is taken as an id or a ref: applications act too. */
function NamedFilter({field, text, source, isOpen, filters, change}: NamedProps) {
  const add = (value: string) => { if (value) change(withCondition(filters, {field, value, not: false})); };
  if (!isOpen) return <TypedFilter field={field} text={text} filters={filters} change={change} />;
  return <Picker label={text} source={source} value="" onPick={add} onTyped={add} />;
}

/** A value that one types as it is: an address, a device, a branch. */
function TypedFilter({field, text, filters, change}: BarProps & {field: Field; text: string}) {
  const take = (input: HTMLInputElement) => {
    const value = input.value.trim();
    input.value = '';
    if (value) change(withCondition(filters, {field, value, not: false}));
  };
  return <Labelled label={text}>{control => <input {...control} type="text" autoComplete="off" spellcheck={false} maxLength={120} onChange={event => take(event.currentTarget)} />}</Labelled>;
}

function ListFilter({field, text, options, filters, change}: BarProps & {field: Field; text: string; options: readonly (readonly [string, string])[]}) {
  return (
    <Choice label={text} value="" options={[['', t('security.choose')], ...options]}
      onChoose={value => { if (value) change(withCondition(filters, {field, value, not: false})); }} />
  );
}

function MoreFilters(props: BarProps) {
  const session = useSession();
  const kinds = useMemo(() => sorted(sentences(), ([, text]) => text), []);
  const outcomes = (['success', 'denied', 'failed'] as const).map(one => [one, t(`security.outcome.${one}`)] as const);
  const severities = (['alert', 'warning', 'notice', 'info'] as const).map(one => [one, t(`app.severity.${one}`)] as const);
  const places = useMemo(() => countries(language()), []);
  const devices = (['desktop', 'phone', 'tablet', 'bot', 'other', 'unknown'] as const).map(one => [one, t(`security.device.${one}`)] as const);
  return (
    <div class="filter-grid">
      <NamedFilter {...props} field="actor" text={t('security.field.actor')} source={ANYBODY} isOpen={may(session, 'people.read')} />
      <NamedFilter {...props} field="client" text={t('security.field.client')} source={ANY_CLIENT} isOpen={may(session, 'clients.read')} />
      <ListFilter {...props} field="action" text={t('security.field.action')} options={kinds} />
      <ListFilter {...props} field="outcome" text={t('security.field.outcome')} options={outcomes} />
      <ListFilter {...props} field="severity" text={t('security.field.severity')} options={severities} />
      <TypedFilter {...props} field="ip" text={t('security.field.ip')} />
      <ListFilter {...props} field="country" text={t('security.field.country')} options={places} />
      <ListFilter {...props} field="device_kind" text={t('security.field.device_kind')} options={devices} />
      <TypedFilter {...props} field="device" text={t('security.field.device')} />
      <TypedFilter {...props} field="branch" text={t('security.field.branch')} />
    </div>
  );
}

export function FilterBar(props: BarProps) {
  const [open, setOpen] = useState(false);
  return (
    <search class="filter-bar">
      <div class="filter-line">
        <SearchBox {...props} />
        <Days {...props} />
        <button type="button" class="button quiet" aria-expanded={open} onClick={() => setOpen(!open)}>{t('security.more_filters')}</button>
      </div>
      <Ranges filters={props.filters} />
      {open && <MoreFilters {...props} />}
    </search>
  );
}
