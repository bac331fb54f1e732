// SPDX-License-Identifier: Apache-2.0
// The one door to the server: same-origin JSON calls, and problems as one kind of error.
import {isAttended} from './attended';

/** What the server answers when it refuses (RFC 9457), or what stands for a server that can't be reached: status 0. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly errors: {pointer: string; code: string}[] = [],
    readonly requestId = '',
    readonly retryAfter = 0,
    readonly detail = '',
  ) {
    super(`${status} ${code}`);
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;

export interface Ask {
  query?: Query | URLSearchParams;
  body?: unknown;
  signal?: AbortSignal | undefined;
  /** A confirmed action (parts/stepup) that this call uses up. */
  verification?: string | undefined;
  /** A text body instead of JSON, with its type. */
  text?: {body: string | Uint8Array<ArrayBuffer>; type: string};
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** Fired on window when the server no longer knows who we are. */
export const SIGNED_OUT = 'muniment:signed-out';

/** Fired on window when the session opens less, or more, than it did: a role asks for more by now, or that was made good. */
export const SESSION_CHANGED = 'muniment:session-changed';

/** A path with its parts escaped: path`/v1/people/${id}`. */
export function path(fixed: TemplateStringsArray, ...parts: string[]): string {
  return fixed.reduce((whole, text, at) => whole + encodeURIComponent(parts[at - 1] ?? '') + text);
}

export function search(query: Query | URLSearchParams | undefined): string {
  if (!query) return '';
  const params = query instanceof URLSearchParams ? query : new URLSearchParams();
  if (!(query instanceof URLSearchParams))
    for (const [name, value] of Object.entries(query))
      for (const one of Array.isArray(value) ? value : [value])
        if (one !== null && one !== undefined && one !== '') params.append(name, String(one));
  const text = params.toString();
  return text ? `?${text}` : '';
}

async function problemOf(response: Response): Promise<Problem> {
  const said: Record<string, unknown> = await response.json().catch(() => ({}));
  return new Problem(
    response.status,
    typeof said.code === 'string' ? said.code : 'unknown',
    typeof said.title === 'string' ? said.title : response.statusText,
    Array.isArray(said.errors) ? said.errors : [],
    typeof said.request_id === 'string' ? said.request_id : '',
    Number(response.headers.get('Retry-After') ?? 0),
    typeof said.detail === 'string' ? said.detail : '',
  );
}

function requestOf(method: Method, ask: Ask): RequestInit {
  const headers: Record<string, string> = {Accept: 'application/json'};
  if (method !== 'GET') headers['Muniment-Page'] = '1';
  if (!isAttended()) headers['Muniment-Unattended'] = '1';
  if (method === 'POST') headers['Idempotency-Key'] = crypto.randomUUID();
  if (ask.verification) headers['Muniment-Verification'] = ask.verification;
  if (ask.text) headers['Content-Type'] = ask.text.type;
  else if (ask.body !== undefined) headers['Content-Type'] = 'application/json';
  return {
    method,
    headers,
    credentials: 'same-origin',
    cache: 'no-store',
    ...(ask.text ? {body: ask.text.body} : ask.body !== undefined ? {body: JSON.stringify(ask.body)} : {}),
    ...(ask.signal ? {signal: ask.signal} : {}),
  };
}

/** The answer as it comes, for streams and texts. Throws Problem. A POST that got no answer is sent once more: its
 * Idempotency-Key makes the two one. */
export async function send(method: Method, url: string, ask: Ask = {}): Promise<Response> {
  const request = requestOf(method, ask);
  const target = url + search(ask.query);
  const fail = (cause: unknown): never => {
    if (ask.signal?.aborted) throw cause;
    throw new Problem(0, 'unreachable', '');
  };
  const again = (cause: unknown) => (method === 'POST' && !ask.signal?.aborted ? fetch(target, request) : fail(cause));
  const response = await fetch(target, request).catch(again).catch(fail);
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status === 401) window.dispatchEvent(new Event(SIGNED_OUT));
  if (problem.code === 'enrol_first') window.dispatchEvent(new Event(SESSION_CHANGED));
  throw problem;
}

/** The answer's JSON. Throws Problem. */
export async function call<T>(method: Method, url: string, ask: Ask = {}): Promise<T> {
  const response = await send(method, url, ask);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export const get = <T>(url: string, query?: Query | URLSearchParams, signal?: AbortSignal) =>
  call<T>('GET', url, {...(query ? {query} : {}), signal});
export const post = <T>(url: string, body: unknown = {}) => call<T>('POST', url, {body});
export const put = <T>(url: string, body: unknown) => call<T>('PUT', url, {body});
export const patch = <T>(url: string, body: unknown) => call<T>('PATCH', url, {body});
export const remove = <T>(url: string, query?: Query) => call<T>('DELETE', url, query ? {query} : {});
