// SPDX-License-Identifier: Apache-2.0
// What the page of an event and the pages of people work out by themselves: the trail, the log's key, the weeks.
import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {nearest, NEAR, signInBefore, trailOf} from '../src/pages/event/around.ts';
import {chooseKey, keepKey, knownKey} from '../src/pages/event/logkey.ts';
import {isoWeek, pastWeeks} from '../src/pages/people/weeks.ts';

const at = (minute: number) => `2026-10-30T12:${String(minute).padStart(2, '0')}:00.000Z`;
const made = (minute: number, more: object = {}) => ({id: `evt_${minute}`, time: at(minute), action: 'record.viewed', device: {id: 'laptop'}, ...more});

test('a session’s trail has its events alone', () => {
  const event = made(5, {session: 's1'});
  const around = [made(1, {session: 's1'}), made(2, {session: 's2'}), made(3), event];
  assert.deepEqual(trailOf(event, around).map(one => one.id), ['evt_1', 'evt_5']);
});

test('without a session the trail is what came from the same device, readings of the log aside', () => {
  const event = made(5);
  const around = [made(1), made(2, {device: {id: 'phone'}}), made(3, {action: 'log.viewed'}), event];
  assert.deepEqual(trailOf(event, around).map(one => one.id), ['evt_1', 'evt_5']);
});

test('the sign-in is the last one before, on the same device', () => {
  const logins = [made(1, {action: 'login.succeeded'}), made(2, {action: 'login.succeeded', device: {id: 'phone'}}), made(9, {action: 'login.succeeded'})];
  assert.equal(signInBefore(made(5), logins)?.id, 'evt_1');
  assert.equal(signInBefore(made(0), logins), undefined);
});

test('of a long trail what is near is shown', () => {
  const rows = Array.from({length: 50}, (_, minute) => made(minute));
  assert.deepEqual(nearest(rows, made(20)).map(one => one.id), rows.slice(20 - NEAR, 20 + NEAR + 1).map(one => one.id));
  assert.equal(nearest(rows, made(0)).length, NEAR + 1);
});

const kept = new Map<string, string>();
globalThis.localStorage = {getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value)} as Storage;
beforeEach(() => kept.clear());

test('the first key is remembered, and another one is not taken for it', () => {
  assert.equal(chooseKey('ten_1', 'log+1+a', '').standing, 'first');
  assert.equal(chooseKey('ten_1', 'log+1+a', '').standing, 'same');
  const changed = chooseKey('ten_1', 'log+2+b', '');
  assert.deepEqual([changed.standing, changed.vkey], ['changed', 'log+1+a'], 'what is known is what is checked with');
  keepKey('ten_1', 'log+2+b');
  assert.deepEqual([chooseKey('ten_1', 'log+2+b', '').standing, chooseKey('ten_1', 'log+2+b', '').vkey], ['same', 'log+2+b']);
});

test('each tenant has a key of its own, and one that was brought is not remembered', () => {
  keepKey('ten_1', 'log+1+a');
  assert.equal(knownKey('ten_2'), undefined);
  assert.deepEqual([chooseKey('ten_2', 'log+9+z', 'mine+1+x').vkey, knownKey('ten_2')], ['mine+1+x', undefined]);
});

test('what is kept and is no key is passed over', () => {
  for (const wrong of ['', '{', 'null', '[]', '{"vkey":1,"since":"x"}', '"text"']) {
    kept.set('muniment.vkey.ten_1', wrong);
    assert.equal(knownKey('ten_1'), undefined, wrong);
  }
});

test('an ISO week belongs to the year of its Thursday', () => {
  const weeks: [string, string][] = [
    ['2026-10-12', '2026-W42'], ['2026-10-18', '2026-W42'], ['2026-10-19', '2026-W43'], ['2027-01-01', '2026-W53'], ['2027-01-04', '2027-W01'],
    ['2024-12-30', '2025-W01'], ['2021-01-03', '2020-W53'], ['2020-02-29', '2020-W09'],
  ];
  for (const [day, week] of weeks) assert.equal(isoWeek(new Date(`${day}T12:00:00`)), week, day);
});

test('reports are offered of weeks that are over', () =>
  assert.deepEqual(pastWeeks(3, new Date('2026-11-22T12:00:00')), ['2026-W46', '2026-W45', '2026-W44']));
