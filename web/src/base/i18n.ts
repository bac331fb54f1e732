// SPDX-License-Identifier: Apache-2.0
// Texts in six languages. A text is a key; what it lacks in a language fails the build (tools/check-texts.mjs).
import type {Table, TextKey} from '../text/en';

export type {TextKey};
export type Values = Record<string, string | number>;

/** The order of policies/languages.def, each by its own name. */
export const LANGUAGES = {en: 'English', bg: 'Български', sv: 'Svenska', ru: 'Русский', hu: 'Magyar', fi: 'Suomi'} as const;
export type Language = keyof typeof LANGUAGES;

interface Loaded {
  table: Table;
  sentences: Record<string, string>;
  /** What is not in the table yet. */
  rest?: () => Promise<{default: Partial<Table>}>;
}

/** Where the texts of each language come from. */
export type Tables = Record<Language, () => Promise<{default: Loaded}>>;

const TABLES: Tables = {
  en: () => import('../text/en'),
  bg: () => import('../text/bg'),
  sv: () => import('../text/sv'),
  ru: () => import('../text/ru'),
  hu: () => import('../text/hu'),
  fi: () => import('../text/fi'),
};

const KEPT = 'muniment.language';
let current: Language = 'en';
let loaded: Loaded;
let whole = false;
let plural: Intl.PluralRules;
let numbers: Intl.NumberFormat;

export const language = (): Language => current;

export const isLanguage = (code: string): code is Language => code in LANGUAGES;

/** What the reader chose here. */
export function chosenLanguage(): Language | undefined {
  const asked = new URLSearchParams(location.search).get('lang');
  return [asked ?? '', localStorage.getItem(KEPT) ?? ''].find(isLanguage);
}

/** The reader's choice, else the first of the browser's that we speak. */
export const wantedLanguage = (): Language =>
  chosenLanguage() ?? navigator.languages.map(tag => tag.slice(0, 2)).find(isLanguage) ?? 'en';

async function withRest({table, sentences, rest}: Loaded): Promise<Loaded> {
  return {table: rest ? {...table, ...(await rest()).default} : table, sentences};
}

/** The first table has the texts of the sign-in, the frame and the log; every other page needs the whole. */
export async function loadWhole(): Promise<void> {
  whole = true;
  const before = loaded;
  const made = await withRest(before);
  if (loaded === before) loaded = made;
}

export async function loadLanguage(wanted: Language, tables = TABLES): Promise<void> {
  const first = (await tables[wanted]()).default;
  loaded = whole ? await withRest(first) : first;
  current = wanted;
  plural = new Intl.PluralRules(wanted);
  numbers = new Intl.NumberFormat(wanted);
  document.documentElement.lang = wanted;
}

export const keepLanguage = (wanted: Language): void => localStorage.setItem(KEPT, wanted);

export const showNumber = (value: number): string => numbers.format(value);

function textOf(key: TextKey, values: Values | undefined): string {
  const text: string | Partial<Record<Intl.LDMLPluralRule, string>> = loaded.table[key];
  if (typeof text === 'string') return text;
  return text[plural.select(Number(values?.n ?? 0))] ?? text.other ?? key;
}

const show = (value: string | number | undefined): string => (typeof value === 'number' ? showNumber(value) : (value ?? ''));

/** The text of a key; {name} is replaced, and {n} chooses the plural. */
export function t(key: TextKey, values?: Values): string {
  return textOf(key, values).replace(/\{(\w+)\}/g, (_, name: string) => show(values?.[name]));
}

/** Whether a text of a key that is put together exists: a code that a newer server sends has none. */
export const hasText = (key: string): key is TextKey => key in loaded.table;

/** The text of a code from a closed list of the server's, else the code itself. */
export const word = (list: string, code: string): string => (hasText(`${list}.${code}`) ? t(`${list}.${code}` as TextKey) : code);

/** "Data was exported". */
export const sentence = (action: string): string => loaded.sentences[action.replaceAll('.', '_')] ?? loaded.sentences[action] ?? action;

/** Every action that has a sentence, by its name: [name, sentence]. */
export const sentences = (): [string, string][] => Object.entries(loaded.sentences).map(([key, text]) => [key.replace('_', '.'), text]);

/** Sorted as the reader's language sorts. */
export function sorted<T>(items: readonly T[], name: (item: T) => string): T[] {
  const order = new Intl.Collator(current, {numeric: true, sensitivity: 'base'});
  return [...items].sort((a, b) => order.compare(name(a), name(b)));
}
