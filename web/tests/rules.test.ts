// SPDX-License-Identifier: Apache-2.0
// Roles and policies: what is changed before it is saved, and what nobody can change.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {bodyOf, readCountries, type Policy} from '../src/pages/rules/policy.ts';
import {CAPABILITIES, changesOf, mayToggle, toggled, type Role} from '../src/pages/rules/roles.ts';

const role = (name: string, ...capabilities: string[]): Role => ({name, capabilities, least_factor: 'email'});

test('the capabilities are those of the server, in its order, and as careful', () => {
  const table = readFileSync(new URL('../../policies/capabilities.def', import.meta.url), 'utf8');
  const rows = [...table.matchAll(/^CAPABILITY\(\w+, "([^"]+)", (CAREFUL|PLAIN)\)/gm)].map(found => [found[1], found[2] === 'CAREFUL']);
  assert.deepEqual(CAPABILITIES.map(one => [...one]), rows);
});

test('a change says what a role gains and loses, and whether it needs care', () => {
  const roles = [role('assistant', 'clients.read'), role('client', 'clients.read')];
  const drafts = new Map([['assistant', toggled(toggled(roles[0]!, 'clients.read'), 'credential.reveal')], ['client', toggled(toggled(roles[1]!, 'people.read'), 'people.read')]]);
  const changes = changesOf(roles, drafts);
  assert.equal(changes.length, 1, 'there and back is no change');
  assert.deepEqual([changes[0]?.gains, changes[0]?.loses, changes[0]?.careful], [['credential.reveal'], ['clients.read'], true]);
});

test('losing something careful needs no care, and a factor alone is a change', () => {
  const roles = [role('a', 'log.export'), role('b')];
  const changes = changesOf(roles, new Map([['a', toggled(roles[0]!, 'log.export')], ['b', {...roles[1]!, least_factor: 'totp' as const}]]));
  assert.deepEqual(changes.map(one => [one.careful, one.factor]), [[false, undefined], [false, 'totp']]);
});

test('nobody gives what they lack, and the owners lose nothing', () => {
  assert.ok(!mayToggle(role('assistant'), 'grant.give', ['people.read']));
  assert.ok(mayToggle(role('assistant'), 'grant.give', ['grant.give']));
  assert.ok(mayToggle(role('assistant', 'grant.give'), 'grant.give', []), 'taking away needs no right of one’s own');
  assert.ok(!mayToggle(role('owner', 'grant.give'), 'grant.give', ['grant.give']));
});

test('countries are read as people type them', () => {
  assert.deepEqual(readCountries('fi, SE;de  fi'), ['FI', 'SE', 'DE']);
  assert.deepEqual(readCountries('Finland 7 <b>'), []);
});

test('a policy is saved whole, without its name', () => {
  const policy = {name: 'everyone', login_factor: 'totp', remember_days: 3} as unknown as Policy;
  assert.deepEqual(bodyOf(policy), {login_factor: 'totp', remember_days: 3});
});
