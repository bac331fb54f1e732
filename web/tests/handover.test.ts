// SPDX-License-Identifier: Apache-2.0
// Handovers: the times of a zone, the five steps, who is offered what.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Session} from '../src/base/session.ts';
import {needsOverride, offerOf, stepsOf, type Handover} from '../src/pages/handovers/handover.ts';
import {fromZone, inZone} from '../src/pages/handovers/zone.ts';

test('a time of a zone is the instant at which its clocks show it', () => {
  for (const [local, zone, instant] of [
    ['2026-10-13T08:28', 'Europe/Helsinki', '2026-10-13T05:28:00.000Z'],
    ['2026-12-01T09:00', 'Europe/Stockholm', '2026-12-01T08:00:00.000Z'],
    ['2026-06-01T00:00', 'America/New_York', '2026-06-01T04:00:00.000Z'],
    ['2026-06-01T12:00', 'Asia/Kathmandu', '2026-06-01T06:15:00.000Z'],
    ['2026-06-01T12:00', 'UTC', '2026-06-01T12:00:00.000Z'],
  ] as const) {
    assert.equal(fromZone(local, zone).toISOString(), instant);
    assert.equal(inZone(new Date(instant), zone), local);
  }
});

test('a time that clocks show twice is the first one, and one that they leave out is behind the gap', () => {
  assert.equal(fromZone('2026-10-25T03:30', 'Europe/Helsinki').toISOString(), '2026-10-25T00:30:00.000Z');
  assert.equal(fromZone('2026-03-29T03:30', 'Europe/Helsinki').toISOString(), '2026-03-29T01:30:00.000Z');
});

test('what is no time is no instant', () => {
  for (const text of ['', 'tomorrow', '2026-13-01T00:00', '2026-10-13']) assert.ok(Number.isNaN(fromZone(text, 'UTC').getTime()), text);
});

const handover = (some: Partial<Handover>): Handover => ({
  id: 'hov_1', state: 'requested', kind: 'stand_in', reason: 'absence', override: null, from: 'per_a', to: 'per_b', clients: [], all_clients: true,
  start: '2026-10-13T05:28:00Z', until: null, requested: '2026-10-13T05:20:00Z', decided: null, told: null, started: null, accepted: null, ended: null,
  requested_by: 'per_r', decided_by: null, ended_by: null, moved: 0, returned: 0, ...some,
});

const session = (id: string, capabilities: string[]): Session => ({
  id: 'ses_1', person: {id, name: 'X', kind: 'staff', language: 'en', roles: []}, tenant: {id: 'ten_1', name: 'T', language: 'en', time_zone: 'UTC'}, capabilities,
  privileged: true, enrol: false, amr: [], created: '', idle_until: '', expires: '',
});

const states = (one: Handover) => stepsOf(one).map(step => step.state).join(' ');

test('the five steps follow each other, and of what never began the rest never comes', () => {
  const at = '2026-10-13T05:26:00Z';
  assert.equal(states(handover({})), 'done next later later later');
  assert.equal(states(handover({state: 'approved', decided: at, told: at})), 'done done done next later');
  assert.equal(states(handover({state: 'active', decided: at, told: at, started: at, accepted: at})), 'done done done done done');
  assert.equal(states(handover({state: 'refused', decided: at})), 'done never never never never');
  assert.equal(states(handover({state: 'cancelled'})), 'done never never never never');
  assert.equal(states(handover({state: 'cancelled', decided: at, told: at})), 'done done done never never');
});

test('nobody is offered to decide what they asked for or are part of', () => {
  const all = ['handover.request', 'handover.approve'];
  assert.ok(offerOf(handover({}), session('per_x', all)).decide);
  for (const id of ['per_a', 'per_b', 'per_r']) assert.ok(!offerOf(handover({}), session(id, all)).decide, id);
  assert.ok(!offerOf(handover({}), session('per_x', ['handover.request'])).decide);
  assert.ok(!offerOf(handover({state: 'active'}), session('per_x', all)).decide);
});

test('only who takes over is offered the briefing, and to accept once', () => {
  const live = handover({state: 'approved'});
  assert.deepEqual(offerOf(live, session('per_b', [])), {decide: false, accept: true, brief: true, end: undefined, extend: false, decideLonger: false, withdrawLonger: false});
  assert.ok(!offerOf({...live, accepted: '2026-10-13T05:31:00Z'}, session('per_b', [])).accept);
  assert.ok(!offerOf(live, session('per_x', ['handover.approve'])).brief);
});

test('before the start it is cancelled, behind it returned, and over it is over', () => {
  assert.equal(offerOf(handover({state: 'approved'}), session('per_a', [])).end, 'cancel');
  assert.equal(offerOf(handover({state: 'active'}), session('per_x', ['handover.request'])).end, 'return');
  assert.equal(offerOf(handover({state: 'returned'}), session('per_a', [])).end, undefined);
  assert.equal(offerOf(handover({state: 'active'}), session('per_b', [])).end, undefined);
});

test('a stand-in with an end is extended by two people, one end at a time', () => {
  const until = '2026-10-20T05:31:00Z';
  const live = handover({state: 'active', kind: 'stand_in', until});
  assert.ok(offerOf(live, session('per_x', ['handover.request'])).extend);
  assert.ok(!offerOf(live, session('per_x', ['handover.approve'])).extend);
  assert.ok(!offerOf({...live, until: null}, session('per_x', ['handover.request'])).extend, 'it has no end');
  assert.ok(!offerOf({...live, kind: 'replacement'}, session('per_x', ['handover.request'])).extend, 'it is for good');
  for (const state of ['requested', 'returned'] as const) assert.ok(!offerOf({...live, state}, session('per_x', ['handover.request'])).extend, state);
  const waiting = {...live, extension: {until: '2026-11-01T00:00:00Z', reason: 'absence', asked: until, asked_by: 'per_r'}};
  const all = ['handover.request', 'handover.approve'];
  assert.ok(!offerOf(waiting, session('per_x', all)).extend, 'one waits');
  assert.ok(offerOf(waiting, session('per_x', all)).decideLonger);
  for (const id of ['per_a', 'per_b', 'per_r']) assert.ok(!offerOf(waiting, session(id, all)).decideLonger, id);
  assert.ok(offerOf(waiting, session('per_r', ['handover.request'])).withdrawLonger);
  assert.ok(!offerOf(waiting, session('per_x', ['handover.request'])).withdrawLonger);
  assert.ok(!offerOf(live, session('per_x', all)).withdrawLonger, 'nothing waits');
});

test('what was planned and starts within 14 days says why', () => {
  const now = new Date('2026-10-01T00:00:00Z');
  assert.ok(needsOverride('leave', new Date('2026-10-14T23:59:59Z'), now));
  assert.ok(!needsOverride('leave', new Date('2026-10-15T00:00:00Z'), now));
  assert.ok(!needsOverride('absence', now, now));
});
