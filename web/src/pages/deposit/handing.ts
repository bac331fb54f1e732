// SPDX-License-Identifier: Apache-2.0
// Handing in: sealed here to the link's key, sent once, and what came of it.
import {get, path, post, Problem} from '../../base/api';
import type {Link} from './link';

export const FIELDS = ['username', 'password', 'totp', 'key', 'text', 'number', 'expiry', 'holder'] as const;
export type FieldName = (typeof FIELDS)[number];
export type Values = Partial<Record<FieldName, string>>;

/** What a link asks for, as GET /v1/deposits/{id}/form answers it. */
export interface Form {
  id: string;
  agency: string;
  ask: string;
  site?: string;
  kind: string;
  fields: FieldName[];
  modes_max: string[];
  language: string;
  tries_left: number;
  expires: string;
}

export const loadForm = (link: Link, signal?: AbortSignal) => get<Form>(path`/v1/deposits/${link.id}/form`, undefined, signal);

/** What was filled in, and was asked for. */
export function filled(form: Form, values: Values): Values {
  const given = form.fields.map(name => [name, values[name]?.trim() ? values[name] : undefined] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** The box of libsodium over the fields, in base64url. The ciphers come when they are needed. */
async function sealFields(link: Link, values: Values): Promise<string> {
  const [{sealTo, wipe}, {toBase64url}] = await Promise.all([import('../../box/box'), import('../../box/base64url')]);
  const plain = new TextEncoder().encode(JSON.stringify(values));
  try {
    return toBase64url(sealTo(link.key, plain));
  } finally {
    wipe(plain);
  }
}

/** Fetches early what sealing needs: the network may be gone when the button is pressed. */
export const warmUp = (): void => void import('../../box/box').catch(() => undefined);

/** How handing in ended. `likely`: the link was used while our own try got no answer. */
export type Outcome =
  | {is: 'done' | 'likely'}
  | {is: 'wrong_words'; left: number}
  | {is: 'wrong_fields'; codes: Partial<Record<FieldName | 'sealed', string>>}
  | {is: 'over'; problem: Problem}
  | {is: 'failed'; problem: Problem};

const codesOf = (problem: Problem): Partial<Record<FieldName | 'sealed', string>> =>
  Object.fromEntries(problem.errors.map(one => [one.pointer.replace(/^#?\//, ''), one.code]));

/** After wrong words the form says how many tries are left, or that the link is dead. */
async function afterWrongWords(link: Link): Promise<Outcome> {
  try {
    return {is: 'wrong_words', left: (await loadForm(link)).tries_left};
  } catch (error) {
    return {is: error instanceof Problem && error.status === 410 ? 'over' : 'failed', problem: error as Problem};
  }
}

/** Sends once. `unanswered`: a try before this one got no answer. */
export async function handIn(link: Link, values: Values, words: readonly string[], unanswered: boolean): Promise<Outcome> {
  try {
    await post(path`/v1/deposits/${link.id}`, {words: words.map(word => word.trim()), sealed: await sealFields(link, values)});
    return {is: 'done'};
  } catch (error) {
    const problem = error instanceof Problem ? error : new Problem(0, 'unreachable', String(error));
    if (problem.code === 'wrong_code') return afterWrongWords(link);
    if (problem.code === 'link_used' && unanswered) return {is: 'likely'};
    if (problem.status === 410 || problem.status === 404) return {is: 'over', problem};
    if (problem.errors.length) return {is: 'wrong_fields', codes: codesOf(problem)};
    return {is: 'failed', problem};
  }
}
