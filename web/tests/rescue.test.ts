// SPDX-License-Identifier: Apache-2.0
// Who is offered what for somebody who can't use their factors: only what the server may grant.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Session} from '../src/base/session.ts';
import type {Factor} from '../src/pages/me/me.ts';
import type {Person} from '../src/pages/people/people.ts';
import {rescueOf} from '../src/pages/people/rescue.ts';

const session = (capabilities: string[]): Session => ({
  id: 'ses_1', person: {id: 'per_desk', name: 'X', kind: 'staff', language: 'en', roles: []}, tenant: {id: 'ten_1', name: 'T', language: 'en', time_zone: 'UTC'}, capabilities,
  privileged: true, enrol: false, amr: [], created: '', idle_until: '', expires: '',
});
const DESK = session(['people.read', 'factors.manage']);

type Kept = Pick<Factor, 'type' | 'state' | 'proven'>;
const app: Kept = {type: 'totp', state: 'active', proven: true};
const codes: Kept = {type: 'recovery', state: 'active', proven: true};
const someone = (some: Partial<Person> = {}): Pick<Person, 'id' | 'state'> => ({id: 'per_other', state: 'active', ...some});
const offered = (factors: Kept[], person = someone(), as = DESK): string =>
  Object.entries(rescueOf(as, person, factors)).filter(([, is]) => is).map(([what]) => what).join(' ');

test('who has a factor is let in once, and who has none is vouched for', () => {
  assert.equal(offered([app]), 'helpdesk');
  assert.equal(offered([{...app, type: 'email'}]), 'helpdesk');
  assert.equal(offered([]), 'hand');
});

test('a factor that nobody vouched for yet can be vouched for, and stood in for', () => {
  assert.equal(offered([{...app, proven: false}]), 'hand helpdesk');
  assert.equal(offered([{...app, state: 'pending', proven: false}]), 'hand');
});

test('recovery codes are no factor that a code could stand in for', () => {
  assert.equal(offered([codes]), '');
  assert.equal(offered([app, codes]), 'helpdesk');
});

test('nothing is offered of oneself, of who is not active, or to who may not manage factors', () => {
  assert.equal(offered([app], someone({id: 'per_desk'})), '');
  for (const state of ['suspended', 'removed', 'erasing', 'erased'] as const) assert.equal(offered([app], someone({state})), '', state);
  assert.equal(offered([app], someone(), session(['people.read', 'people.write'])), '');
});
