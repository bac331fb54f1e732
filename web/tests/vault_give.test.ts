// SPDX-License-Identifier: Apache-2.0
// A grant as it is put together: what is missing is found, and what is sent is what was chosen.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {bodyOf, draftFault, modesAllowed, NEW_DRAFT, type Draft} from '../src/pages/vault/give.ts';
import type {Credential} from '../src/pages/vault/model.ts';

const ZONE = 'Europe/Helsinki';
const draft: Draft = {...NEW_DRAFT, to: 'per_1', client: 'cli_1', credentials: ['crd_1'], modes: ['code']};

test('a draft says what it lacks, in the order of the page', () => {
  assert.equal(draftFault(NEW_DRAFT, ZONE), 'to');
  assert.equal(draftFault({...draft, credentials: []}, ZONE), 'credentials');
  assert.equal(draftFault({...draft, modes: []}, ZONE), 'modes');
  assert.equal(draftFault({...draft, from: '2026-12-02T09:00', until: '2026-12-02T09:00'}, ZONE), 'until');
  assert.equal(draftFault({...draft, until: '2020-01-01T00:00'}, ZONE), 'until');
  assert.equal(draftFault(draft, ZONE), undefined);
});

test('nothing is sent that was not chosen', () => {
  assert.deepEqual(bodyOf(draft, 'crd_1', ZONE), {credential: 'crd_1', to: 'per_1', modes: ['code'], exclusive: 'none', notify: 'each'});
});

test('what was chosen is sent as the server takes it', () => {
  const full: Draft = {...draft, from: '2026-12-01T09:00', until: '2026-12-24T16:00', calendar: 'fi', outside: 'stepup', uses: '20', task: ' T-118 ', mandate: 'pay', exclusive: 'client', approvers: ['client'], count: '2', notify: 'none'};
  assert.deepEqual(bodyOf(full, 'crd_2', ZONE), {
    credential: 'crd_2', to: 'per_1', modes: ['code'], from: '2026-12-01T07:00:00.000Z', until: '2026-12-24T14:00:00.000Z',
    hours: {calendar: 'fi', outside: 'stepup'}, uses: 20, task: 'T-118', mandate: 'pay', exclusive: 'client', notify: 'none', approval: {by: ['client'], count: 2},
  });
});

test('a mode is open only when no chosen credential has it above its ceiling', () => {
  const of = (...modes_max: Credential['modes_max']) => ({modes_max}) as unknown as Credential;
  assert.deepEqual(modesAllowed([of('code', 'inject', 'reveal'), of('inject')]), ['inject']);
  assert.deepEqual(modesAllowed([of('code'), of('inject')]), []);
  assert.deepEqual(modesAllowed([]), []);
});
