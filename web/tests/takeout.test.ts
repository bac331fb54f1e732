// SPDX-License-Identifier: Apache-2.0
// Takeouts: how far one is, and who is offered what.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Session} from '../src/base/session.ts';
import {isOpen, mayAsk, maySee, offerOf, sealedName, stepsOf, type Takeout} from '../src/pages/takeouts/takeout.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');

const takeout = (some: Partial<Takeout> = {}): Takeout => ({
  id: 'tko_1', state: 'requested', format: 'bitwarden-json', client: 'cli_a', purpose: 'p', recipient: 'age1x', requested_by: 'per_r', count: 2,
  created: '2026-11-22T10:00:00Z', until: '2026-11-25T10:00:00Z', ...some,
});

const session = (id: string, capabilities: string[], kind: 'staff' | 'client' | 'external' = 'staff', client?: string): Session => ({
  id: 'ses_1', person: {id, name: 'X', kind, language: 'en', roles: [], ...(client ? {client} : {})}, tenant: {id: 'ten_1', name: 'T', language: 'en', time_zone: 'UTC'}, capabilities,
  privileged: true, enrol: false, amr: [], created: '', idle_until: '', expires: '',
});

const APPROVER = ['grant.approve'];
const ASKER = ['credential.reveal', 'grant.give'];
const words = (offer: object) => Object.entries(offer).filter(([, on]) => on).map(([name]) => name).join(' ');

test('another one decides, never who asked; whoever asked takes it once it is approved', () => {
  const all = [...APPROVER, ...ASKER];
  assert.equal(words(offerOf(takeout(), session('per_r', all), NOW)), 'cancel');
  assert.equal(words(offerOf(takeout(), session('per_x', APPROVER), NOW)), 'decide');
  assert.equal(words(offerOf(takeout(), session('per_x', ASKER), NOW)), '');
  const approved = takeout({state: 'approved', decided_by: 'per_x'});
  assert.equal(words(offerOf(approved, session('per_r', all), NOW)), 'take cancel');
  assert.equal(words(offerOf(approved, session('per_x', APPROVER), NOW)), 'cancel');
});

test('a contact decides for their own client alone, and an external one never', () => {
  assert.equal(words(offerOf(takeout(), session('per_x', APPROVER, 'client', 'cli_a'), NOW)), 'decide');
  assert.equal(words(offerOf(takeout(), session('per_x', APPROVER, 'client', 'cli_b'), NOW)), '');
  assert.equal(words(offerOf(takeout(), session('per_x', APPROVER, 'external'), NOW)), '');
});

test('what is over, by its state or its time, offers nothing', () => {
  for (const state of ['taken', 'refused', 'cancelled', 'lapsed'] as const) assert.equal(words(offerOf(takeout({state}), session('per_r', ASKER), NOW)), '', state);
  assert.equal(words(offerOf(takeout(), session('per_x', APPROVER), Date.parse('2026-11-25T10:00:00Z'))), '');
  assert.ok(!isOpen(takeout(), Date.parse('2026-11-25T10:00:01Z')));
});

test('who may neither see secrets and give them, nor approve, is shown no way to takeouts', () => {
  assert.ok(mayAsk(session('per_x', ASKER)) && mayAsk(session('per_x', ['credential.reveal'], 'client', 'cli_a')));
  for (const lacking of [['credential.reveal'], ['grant.give']]) assert.ok(!mayAsk(session('per_x', lacking)));
  assert.ok(!mayAsk(session('per_x', ASKER, 'external')));
  assert.ok(maySee(session('per_x', APPROVER)) && !maySee(session('per_x', ['log.read:tenant'])));
});

test('the steps follow each other, and of what ended the rest never comes', () => {
  const states = (some: Partial<Takeout>, now = NOW) => stepsOf(takeout(some), now).map(step => step.state).join(' ');
  assert.equal(states({}), 'done next later');
  assert.equal(states({state: 'approved'}), 'done done next');
  assert.equal(states({state: 'taken', ended: '2026-11-22T11:00:00Z'}), 'done done done');
  for (const state of ['refused', 'cancelled', 'lapsed'] as const) assert.equal(states({state}), 'done never never');
  assert.equal(states({}, Date.parse('2026-11-26T00:00:00Z')), 'done never never');
});

test('the file is called after its takeout and what is inside of it', () => {
  assert.equal(sealedName(takeout()), 'tko_1.json.age');
  assert.equal(sealedName(takeout({format: 'keepass-xml'})), 'tko_1.xml.age');
});
