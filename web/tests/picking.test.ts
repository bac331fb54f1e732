// SPDX-License-Identifier: Apache-2.0
// Choosing one of very many: what the server is asked, what Enter means, what the keys do.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {CLOSED, findPicks, meantBy, OFFERED_MAX, pickName, pressed, type ListState, type Pick, type Pressed} from '../src/parts/picking.ts';

const SOURCE = {url: '/v1/people', queries: [{kind: 'staff'}, {kind: 'external'}]};
const compare = (a: Pick, b: Pick) => pickName(a).localeCompare(pickName(b));
const signal = new AbortController().signal;

/** A server that has these pages for each kind; what it was asked is kept. */
function serve(pages: Record<string, Pick[][]>): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  globalThis.fetch = (async (url: string) => {
    const query = new URL(url, 'http://127.0.0.1').searchParams;
    asked.push(query);
    const all = pages[query.get('kind') ?? ''] ?? [];
    const at = Number(query.get('cursor') ?? 0);
    return new Response(JSON.stringify({items: all[at] ?? [], next: at + 1 < all.length ? String(at + 1) : null}));
  }) as typeof fetch;
  return asked;
}

const many = (count: number, from = 0): Pick[] => Array.from({length: count}, (_, at) => ({id: `per_${from + at}`, name: `Name ${String(from + at).padStart(4, '0')}`}));

test('each of the lists is searched by the text, and what is found is one list in order', async () => {
  const asked = serve({staff: [[{id: 'per_2', name: 'Olga'}, {id: 'per_1', name: 'Anna'}]], external: [[{id: 'per_3', name: 'Boris'}]]});
  const found = await findPicks(SOURCE, 'a', signal, compare);
  assert.deepEqual(found.items.map(pickName), ['Anna', 'Boris', 'Olga']);
  assert.equal(found.more, false);
  assert.deepEqual(asked.map(query => [query.get('kind'), query.get('text')]), [['staff', 'a'], ['external', 'a']]);
});

test('a page that ended early is gone on with, and it ends', async () => {
  serve({staff: [[], [], [{id: 'per_9', name: 'Zoe'}]]});
  const found = await findPicks(SOURCE, 'zoe', signal, compare);
  assert.deepEqual(found.items.map(one => one.id), ['per_9']);
  const asked = serve({staff: Array.from({length: 1000}, () => [])});
  assert.equal((await findPicks(SOURCE, 'nobody', signal, compare)).more, true, 'not all were looked at');
  assert.ok(asked.length < 20, `asked ${asked.length} times`);
});

test('no more are offered than can be looked over, and it is said that there are more', async () => {
  serve({staff: [many(OFFERED_MAX + 1)]});
  const found = await findPicks(SOURCE, '', signal, compare);
  assert.equal(found.items.length, OFFERED_MAX);
  assert.equal(found.more, true);
  serve({staff: [many(OFFERED_MAX)]});
  assert.equal((await findPicks(SOURCE, '', signal, compare)).more, false, 'a list that is no longer is whole');
});

test('Enter means the only one, or the one whose whole name was typed, and guesses nothing', () => {
  const anna = {id: 'per_1', name: 'Anna'};
  const annabel = {id: 'per_2', name: 'Annabel'};
  assert.equal(meantBy('ann', {items: [anna, annabel], more: false}), undefined);
  assert.equal(meantBy(' ANNA ', {items: [anna, annabel], more: false}), anna);
  assert.equal(meantBy('annab', {items: [annabel], more: false}), annabel);
  assert.equal(meantBy('annab', {items: [annabel], more: true}), undefined, 'there may be others');
  assert.equal(meantBy('anna', {items: [anna, {id: 'per_3', name: 'anna'}], more: false}), undefined, 'two have that name');
  assert.equal(meantBy('  ', {items: [anna], more: false}), undefined, 'nothing was typed');
});

const press = (state: ListState, key: string, also: Partial<Pressed> = {}) => pressed(state, 3, {key, alt: false, typing: false, filled: false, ...also});
const open = (active: number): ListState => ({open: true, active});

test('arrows open the list and go round it by way of the text', () => {
  assert.deepEqual(press(CLOSED, 'ArrowDown'), {do: 'show', state: open(0)});
  assert.deepEqual(press(CLOSED, 'ArrowUp'), {do: 'show', state: open(2)});
  assert.deepEqual(press(open(2), 'ArrowDown'), {do: 'show', state: open(-1)});
  assert.deepEqual(press(open(0), 'ArrowUp'), {do: 'show', state: open(-1)});
  assert.deepEqual(press(CLOSED, 'ArrowDown', {alt: true}), {do: 'show', state: open(-1)}, 'Alt opens it and marks nothing');
  assert.deepEqual(press(open(1), 'ArrowUp', {alt: true}), {do: 'show', state: CLOSED});
  assert.deepEqual(pressed(CLOSED, 0, {key: 'ArrowDown', alt: false, typing: false, filled: false}), {do: 'show', state: open(-1)}, 'an empty list has nothing to mark');
});

test('Enter takes what is marked; where nothing is typed it is the form’s', () => {
  assert.deepEqual(press(open(1), 'Enter'), {do: 'take', at: 1});
  assert.deepEqual(press(open(-1), 'Enter', {typing: true}), {do: 'enter'});
  assert.equal(press(CLOSED, 'Enter'), undefined);
});

test('Esc closes the list, then takes the choice back, then is the dialog’s', () => {
  assert.deepEqual(press(open(1), 'Escape', {filled: true}), {do: 'show', state: CLOSED});
  assert.deepEqual(press(CLOSED, 'Escape', {filled: true}), {do: 'clear'});
  assert.equal(press(CLOSED, 'Escape'), undefined);
});

test('Home and End go back to the text; letters are the text’s', () => {
  assert.deepEqual(press(open(1), 'Home'), {do: 'unmark'});
  assert.deepEqual(press(open(1), 'End'), {do: 'unmark'});
  assert.equal(press(open(-1), 'Home'), undefined);
  assert.equal(press(open(1), 'a'), undefined);
});
