// SPDX-License-Identifier: Apache-2.0
// What somebody looks for in the log: to and from the address bar, and as the API takes it.

export const FIELDS = ['class', 'action', 'actor', 'in_place_of', 'client', 'branch', 'object', 'device', 'device_kind', 'ip', 'country', 'outcome', 'severity', 'critical', 'text'] as const;
export type Field = (typeof FIELDS)[number];

export interface Condition {
  field: Field;
  value: string;
  not: boolean;
}

/** Values of one field are alternatives; different fields must all hold. `from` is inclusive, `to` exclusive; '' is open. */
export interface Filters {
  conditions: readonly Condition[];
  from: string;
  to: string;
}

export const NO_FILTERS: Filters = {conditions: [], from: '', to: ''};

// Texts and addresses do not belong in what a server or a proxy writes down: in the address bar they stand behind '#',
// which no browser sends, and they go to the server in a body.
const PRIVATE: ReadonlySet<Field> = new Set(['ip', 'text']);

// What is compared in opened events.
const OPENED: ReadonlySet<Field> = new Set(['ip', 'text', 'device', 'device_kind', 'country']);

const NOT = 'not_';

function conditionOf(name: string, value: string): Condition | undefined {
  const not = name.startsWith(NOT);
  const bare = not ? name.slice(NOT.length) : name;
  const field = FIELDS.find(one => one === bare);
  return field && value ? {field, value, not} : undefined;
}

const isSame = (a: Condition, b: Condition): boolean => a.field === b.field && a.value === b.value && a.not === b.not;

function isInstant(text: string | null): text is string {
  return text !== null && !Number.isNaN(Date.parse(text));
}

/** From the address: `search` and `hash` as location has them. What is no filter is passed over. */
export function readFilters(search: string, hash: string): Filters {
  const query = new URLSearchParams(search);
  const all = [...query, ...new URLSearchParams(hash.replace(/^#/, ''))].map(([name, value]) => conditionOf(name, value));
  const known = all.filter(one => one !== undefined);
  const from = query.get('from');
  const to = query.get('to');
  return {
    conditions: known.filter((one, at) => known.findIndex(other => isSame(one, other)) === at),
    from: isInstant(from) ? from : '',
    to: isInstant(to) ? to : '',
  };
}

/** Back to an address of this page. */
export function hrefOf(filters: Filters): string {
  const query = new URLSearchParams();
  const hidden = new URLSearchParams();
  for (const one of filters.conditions) (PRIVATE.has(one.field) ? hidden : query).append((one.not ? NOT : '') + one.field, one.value);
  if (filters.from) query.set('from', filters.from);
  if (filters.to) query.set('to', filters.to);
  const search = query.toString();
  const hash = hidden.toString();
  return `/security${search ? `?${search}` : ''}${hash ? `#${hash}` : ''}`;
}

export const has = (filters: Filters, wanted: Condition): boolean => filters.conditions.some(one => isSame(one, wanted));

/** With a condition; the opposite of it goes. */
export function withCondition(filters: Filters, wanted: Condition): Filters {
  const opposite = {...wanted, not: !wanted.not};
  return {...filters, conditions: [...filters.conditions.filter(one => !isSame(one, wanted) && !isSame(one, opposite)), wanted]};
}

export const withoutCondition = (filters: Filters, gone: Condition): Filters =>
  ({...filters, conditions: filters.conditions.filter(one => !isSame(one, gone))});

/** All values of a field in place of those that were there. */
export function withOnly(filters: Filters, field: Field, values: readonly string[]): Filters {
  const others = filters.conditions.filter(one => one.field !== field || one.not);
  return {...filters, conditions: [...others, ...values.filter(Boolean).map(value => ({field, value, not: false}))]};
}

export const valuesOf = (filters: Filters, field: Field): string[] =>
  filters.conditions.filter(one => one.field === field && !one.not).map(one => one.value);

export type Asked = Record<string, string | string[]>;

/** As the API takes it, in a query or a body. */
export function asked(filters: Filters): Asked {
  const query: Record<string, string[]> = {};
  for (const one of filters.conditions) (query[(one.not ? NOT : '') + one.field] ??= []).push(one.value);
  return {...query, ...(filters.from ? {from: filters.from} : {}), ...(filters.to ? {to: filters.to} : {})};
}

/** Whether the filters have to go in a body. */
export const isPrivate = (filters: Filters): boolean => filters.conditions.some(one => PRIVATE.has(one.field));

/** What the index knows only by hashes, or not at all, can't be counted without opening events. */
function isSealed(one: Condition): boolean {
  if (one.field === 'object') return one.not || !/^[a-z]{3}_[0-9a-z]{26}$/.test(one.value);
  return OPENED.has(one.field);
}

/** Whether events can be counted without opening them. */
export const isCountable = (filters: Filters): boolean => !filters.conditions.some(isSealed);

export interface Tab {
  id: 'logins' | 'exports' | 'imports' | 'edits' | 'deletes' | 'vault' | 'all';
  classes: readonly string[];
  critical?: true;
}

/** In the customers' words, and what each selects. */
export const TABS: readonly Tab[] = [
  {id: 'all', classes: []},
  {id: 'logins', classes: ['login']},
  {id: 'exports', classes: ['export']},
  {id: 'imports', classes: ['import']},
  {id: 'edits', classes: ['edit'], critical: true},
  {id: 'deletes', classes: ['delete']},
  {id: 'vault', classes: ['credential', 'grant', 'handover', 'consent']},
];

const conditionsOf = (tab: Tab): Condition[] => [
  ...tab.classes.map(value => ({field: 'class' as const, value, not: false})),
  ...(tab.critical ? [{field: 'critical' as const, value: 'true', not: false}] : []),
];

const byTab = (one: Condition): boolean => !one.not && (one.field === 'class' || one.field === 'critical');

/** The tab that the filters stand on: that of all when they are of none. */
export function tabOf(filters: Filters): Tab {
  const own = filters.conditions.filter(byTab);
  const found = TABS.find(tab => {
    const wanted = conditionsOf(tab);
    return wanted.length === own.length && wanted.every(one => own.some(other => isSame(one, other)));
  });
  return found ?? TABS[0]!;
}

export const onTab = (filters: Filters, tab: Tab): Filters =>
  ({...filters, conditions: [...conditionsOf(tab), ...filters.conditions.filter(one => !byTab(one))]});

/** The conditions that are not already said by the tab. */
export function beyondTab(filters: Filters): Condition[] {
  const said = conditionsOf(tabOf(filters));
  return filters.conditions.filter(one => !said.some(other => isSame(one, other)));
}
