// SPDX-License-Identifier: Apache-2.0
// Who is offered what for somebody who can't use their factors: only what the server may grant.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Session} from '../src/base/session.ts';
import {decidesReset, takesBackReset, type Factor, type FactorReset} from '../src/pages/me/me.ts';
import type {Person} from '../src/pages/people/people.ts';
import {rescueOf} from '../src/pages/people/rescue.ts';

const session = (capabilities: string[], id = 'per_desk', roles: string[] = []): Session => ({
  id: 'ses_1', person: {id, name: 'X', kind: 'staff', language: 'en', roles}, tenant: {id: 'ten_1', name: 'T', language: 'en', time_zone: 'UTC'}, capabilities,
  privileged: true, enrol: false, amr: [], created: '', idle_until: '', expires: '',
});
const DESK = session(['people.read', 'factors.manage']);

type Kept = Pick<Factor, 'type' | 'state' | 'proven'>;
const app: Kept = {type: 'totp', state: 'active', proven: true};
const codes: Kept = {type: 'recovery', state: 'active', proven: true};
const someone = (some: Partial<Person> = {}): Pick<Person, 'id' | 'state'> => ({id: 'per_other', state: 'active', ...some});
const offered = (factors: Kept[], person = someone(), as = DESK, waits = false): string =>
  Object.entries(rescueOf(as, person, factors, waits)).filter(([, is]) => is).map(([what]) => what).join(' ');

test('who has a factor is let in once or loses it, and who has none is vouched for', () => {
  assert.equal(offered([app]), 'helpdesk reset');
  assert.equal(offered([{...app, type: 'email'}]), 'helpdesk reset');
  assert.equal(offered([]), 'hand');
});

test('a factor that nobody vouched for yet can be vouched for, and stood in for', () => {
  assert.equal(offered([{...app, proven: false}]), 'hand helpdesk reset');
  assert.equal(offered([{...app, state: 'pending', proven: false}]), 'hand');
});

test('recovery codes are no factor that a code could stand in for', () => {
  assert.equal(offered([codes]), '');
  assert.equal(offered([app, codes]), 'helpdesk reset');
});

test('nothing is offered of oneself, of who is gone, or to who may not manage factors', () => {
  assert.equal(offered([app], someone({id: 'per_desk'})), '');
  for (const state of ['removed', 'erasing', 'erased'] as const) assert.equal(offered([app], someone({state})), '', state);
  assert.equal(offered([app], someone(), session(['people.read', 'people.write'])), '');
});

test('who is suspended is let in by nothing, and may be reset', () => {
  assert.equal(offered([app], someone({state: 'suspended'})), 'reset');
  assert.equal(offered([], someone({state: 'suspended'})), '');
});

test('while a reset waits no other is offered', () => {
  assert.equal(offered([app], someone(), DESK, true), 'helpdesk');
});

const reset: FactorReset = {id: 'frs_1', state: 'waiting', person: 'per_other', reason: 'lost', due: '', requested_by: 'per_asked', resets_this_year: 0, resets_a_year: 5};

test('who asked, the person and any owner take a reset back, and nobody else', () => {
  for (const one of [session([], 'per_other'), session([], 'per_asked'), session([], 'per_desk', ['owner'])]) assert.ok(takesBackReset(one, reset));
  assert.ok(!takesBackReset(session(['factors.manage'], 'per_desk', ['manager']), reset));
});

test('another one who manages factors decides, once', () => {
  const manages = (id: string) => session(['factors.manage'], id);
  assert.ok(decidesReset(manages('per_desk'), reset));
  assert.ok(!decidesReset(manages('per_asked'), reset));
  assert.ok(!decidesReset(manages('per_other'), reset));
  assert.ok(!decidesReset(session(['people.read']), reset));
  assert.ok(!decidesReset(manages('per_desk'), {...reset, state: 'approved'}));
});
