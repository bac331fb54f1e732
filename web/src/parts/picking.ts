// SPDX-License-Identifier: Apache-2.0
// What the picker knows: whom the server finds by a text, and what a key does in the list of them.
import {get, type Page, type Query} from '../base/api';

/** Somebody or something to choose, as lists of the API have it. */
export interface Pick {
  id: string;
  ref?: string | null;
  name?: string | null;
}

/** Where the choices come from: a list of the API that is searched with `text`, once for each of `queries`. */
export interface PickSource {
  url: string;
  queries: readonly Query[];
}

export interface Picks {
  items: readonly Pick[];
  /** There are others that the text finds. */
  more: boolean;
}

/** Those who can be given something: neither gone nor anybody's contact person. */
export const WORKERS: PickSource = {url: '/v1/people', queries: [{kind: 'staff', state: 'active'}, {kind: 'external', state: 'active'}]};
export const STAFF: PickSource = {url: '/v1/people', queries: [{kind: 'staff', state: 'active'}]};
export const PEOPLE: PickSource = {url: '/v1/people', queries: [{state: 'active'}]};
export const ANYBODY: PickSource = {url: '/v1/people', queries: [{}]};
export const CLIENTS: PickSource = {url: '/v1/clients', queries: [{state: 'active'}]};
export const ANY_CLIENT: PickSource = {url: '/v1/clients', queries: [{}]};

/** So many are offered; a list that is no longer is offered whole. */
export const OFFERED_MAX = 50;
/** A page may end because the server looked at enough names: so often it is asked to go on. */
const ROUNDS_MAX = 8;

export const pickName = (pick: Pick): string => pick.name || pick.ref || pick.id;

async function findIn(source: PickSource, query: Query, text: string, signal: AbortSignal): Promise<Picks> {
  const items: Pick[] = [];
  let cursor: string | null = null;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const page: Page<Pick> = await get<Page<Pick>>(source.url, {...query, text, limit: OFFERED_MAX + 1 - items.length, cursor}, signal);
    items.push(...page.items);
    cursor = page.next;
    if (!cursor || items.length > OFFERED_MAX) break;
  }
  return {items, more: cursor !== null};
}

/** The first that a text finds, in the order of `compare`. Throws Problem. */
export async function findPicks(source: PickSource, text: string, signal: AbortSignal, compare: (a: Pick, b: Pick) => number): Promise<Picks> {
  const parts = await Promise.all(source.queries.map(query => findIn(source, query, text, signal)));
  const all = parts.flatMap(part => part.items).sort(compare);
  return {items: all.slice(0, OFFERED_MAX), more: all.length > OFFERED_MAX || parts.some(part => part.more)};
}

/** The one that Enter means though none is marked: the only one, or the one whose whole name was typed. */
export function meantBy(text: string, picks: Picks): Pick | undefined {
  const typed = text.trim().toLocaleLowerCase();
  if (!typed) return undefined;
  const named = picks.items.filter(one => pickName(one).toLocaleLowerCase() === typed);
  if (named.length === 1) return named[0];
  return picks.items.length === 1 && !picks.more ? picks.items[0] : undefined;
}

/** What stands between the keyboard and the list; `active` is the marked option, -1 none. */
export interface ListState {
  open: boolean;
  active: number;
}

export interface Pressed {
  key: string;
  alt: boolean;
  /** Something is typed that is not taken yet. */
  typing: boolean;
  /** Something is typed or chosen that Esc takes back. */
  filled: boolean;
}

/** `unmark` alone leaves the key to the browser; what is undefined is not the picker's at all. */
export type Reply = {do: 'show'; state: ListState} | {do: 'take'; at: number} | {do: 'enter' | 'clear' | 'unmark'};

export const CLOSED: ListState = {open: false, active: -1};

function moved(state: ListState, count: number, by: 1 | -1): Reply {
  const from = state.open ? state.active : -1;
  // One step behind the last, and before the first, stands the text itself.
  const active = ((from + by + 1 + count + 1) % (count + 1)) - 1;
  return {do: 'show', state: {open: true, active}};
}

/** Keys of an editable combobox with a list (WAI-ARIA Authoring Practices). Home and End are the text's: they leave the list. */
export function pressed(state: ListState, count: number, {key, alt, typing, filled}: Pressed): Reply | undefined {
  const isMarked = state.open && state.active >= 0;
  switch (key) {
    case 'ArrowDown':
      return alt ? {do: 'show', state: {...state, open: true}} : moved(state, count, 1);
    case 'ArrowUp':
      return alt ? {do: 'show', state: CLOSED} : moved(state, count, -1);
    case 'Enter':
      if (isMarked) return {do: 'take', at: state.active};
      return typing ? {do: 'enter'} : undefined;
    case 'Escape':
      if (state.open) return {do: 'show', state: CLOSED};
      return filled ? {do: 'clear'} : undefined;
    case 'Home':
    case 'End':
      return isMarked ? {do: 'unmark'} : undefined;
    default:
      return undefined;
  }
}
