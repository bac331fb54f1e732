// SPDX-License-Identifier: Apache-2.0
// The vault's pages: what is checked before it is sent, and times of other zones.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {canGenerate, faultsOf, FIELDS_OF, hasCheckDigit, secretOf} from '../src/pages/vault/forms.ts';
import {grouped, hasWords, hostOf, isOpen, linkOf, spaced, tellsTime, usesOf, type Credential, type Grant} from '../src/pages/vault/model.ts';
import {fromWall, toWall} from '../src/pages/vault/zone.ts';

const SSH = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----\n';

test('a card number needs its check digit', () => {
  for (const right of ['4111111111111111', '4111 1111 1111 1111', '5500-0000-0000-0004', '340000000000009']) assert.ok(hasCheckDigit(right), right);
  for (const wrong of ['4111111111111112', '4111', '', '4111 1111 1111 111x', '41111111111111111111']) assert.ok(!hasCheckDigit(wrong), wrong);
});

test('each kind says what it lacks', () => {
  assert.deepEqual(faultsOf('login', {}), {password: 'missing'});
  assert.deepEqual(faultsOf('card', {expiry: '12/28'}), {number: 'missing'});
  for (const kind of ['totp', 'api_key', 'note', 'ssh_key'] as const) assert.deepEqual(faultsOf(kind, {}), {[FIELDS_OF[kind][0]!]: 'missing'});
});

test('a login is complete with a password or with a seed', () => {
  assert.deepEqual(faultsOf('login', {password: ' '}), {});
  assert.deepEqual(faultsOf('login', {totp: 'GEZD GNBV GY3T QOJQ'}), {});
});

test('what has a wrong form is found', () => {
  assert.deepEqual(faultsOf('card', {number: '4111 1111 1111 1112', expiry: '13/28', holder: 'H 3 K'}), {number: 'malformed', expiry: 'malformed', holder: 'malformed'});
  assert.deepEqual(faultsOf('card', {number: '4111111111111111', expiry: '12/28', holder: 'Eva ７３７'}), {holder: 'malformed'});
  assert.deepEqual(faultsOf('totp', {totp: 'not a seed!'}), {totp: 'malformed'});
  assert.deepEqual(faultsOf('ssh_key', {key: 'ssh-ed25519 AAAA'}), {key: 'malformed'});
});

test('what has the right form passes', () => {
  for (const expiry of ['01/28', '12/2028', '2028-12']) assert.deepEqual(faultsOf('card', {number: '4111111111111111', expiry}), {}, expiry);
  assert.deepEqual(faultsOf('totp', {totp: 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ'}), {});
  assert.deepEqual(faultsOf('totp', {totp: ' gezd-gnbv-gy3t-qojq '}), {}, 'as the server takes it, with dashes');
  assert.deepEqual(faultsOf('ssh_key', {key: SSH}), {});
});

test('only what the kind has is sent, and a password keeps its blanks', () => {
  assert.deepEqual(secretOf('login', {password: ' a b ', totp: '  ', number: '4111111111111111'}), {password: ' a b '});
  assert.deepEqual(secretOf('card', {number: ' 4111111111111111 ', expiry: ''}), {number: '4111111111111111'});
});

test('the server draws passwords and keys, and nothing else', () => {
  assert.deepEqual((['login', 'card', 'totp', 'api_key', 'note', 'ssh_key'] as const).filter(canGenerate), ['login', 'api_key']);
});

test('a wall-clock time goes to its instant and back', () => {
  assert.equal(fromWall('2026-12-24T16:00', 'Europe/Helsinki')?.toISOString(), '2026-12-24T14:00:00.000Z');
  assert.equal(fromWall('2026-07-01T16:00', 'Europe/Helsinki')?.toISOString(), '2026-07-01T13:00:00.000Z');
  assert.equal(fromWall('2026-07-01T16:00', 'Asia/Kathmandu')?.toISOString(), '2026-07-01T10:15:00.000Z');
  assert.equal(toWall(new Date('2026-12-24T14:00:00Z'), 'Europe/Helsinki'), '2026-12-24T16:00');
});

test('of an hour that comes twice the first is meant, and one that is skipped is as much later', () => {
  assert.equal(fromWall('2026-10-25T03:30', 'Europe/Helsinki')?.toISOString(), '2026-10-25T00:30:00.000Z');
  assert.equal(fromWall('2026-03-29T03:30', 'Europe/Helsinki')?.toISOString(), '2026-03-29T01:30:00.000Z');
  assert.equal(fromWall('2026-03-29T04:00', 'Europe/Helsinki')?.toISOString(), '2026-03-29T01:00:00.000Z');
});

test('what is no time is none', () => {
  for (const wrong of ['', '2026-12-24', '24.12.2026 16:00', '2026-13-01T00:00', '2026-12-24T25:00']) assert.equal(fromWall(wrong, 'UTC'), undefined, wrong);
});

test('an address is followed only where a browser opens it without harm', () => {
  assert.equal(linkOf('https://shop.example/a'), 'https://shop.example/a');
  for (const wrong of [undefined, '', 'javascript:alert(1)', 'data:text/html,x', 'shop.example', 'file:///etc/passwd']) assert.equal(linkOf(wrong), undefined, String(wrong));
  assert.equal(hostOf('https://www.shop.example/login'), 'shop.example');
  assert.equal(hostOf('shop.example/login'), 'shop.example');
  assert.equal(hostOf('not a host'), '');
});

const credential = {id: 'crd_1', client: 'cli_1', kind: 'login', label: {title: 'Web shop', url: 'https://shop.example', username: 'anna', tags: ['tax']}, version: 1, modes_max: ['code', 'inject'], state: 'active', created: ''} satisfies Credential;
const grant = {state: 'active', from: '2026-11-22T09:00:00Z', modes: ['code', 'reveal']} as unknown as Grant;

test('a search looks for all words in what one may see', () => {
  for (const text of ['', 'SHOP anna', 'tax', 'hilja', 'web hilja']) assert.ok(hasWords(credential, 'Hilja Koskinen', text), text);
  for (const text of ['bank', 'shop bank']) assert.ok(!hasWords(credential, 'Hilja Koskinen', text), text);
});

test('a use is offered within the grant and under the ceiling, and from its beginning on', () => {
  assert.deepEqual(usesOf(grant, credential), ['code']);
  assert.deepEqual(usesOf(grant, undefined), ['code', 'reveal']);
  assert.ok(isOpen(grant, Date.parse('2026-11-22T09:00:00Z')));
  assert.ok(!isOpen(grant, Date.parse('2026-11-22T08:59:59Z')));
  assert.ok(!isOpen({...grant, state: 'waiting'}, Date.parse('2026-11-22T10:00:00Z')));
});

test('digits stand in groups', () => {
  assert.deepEqual(['492039', '12345678', '1234567'].map(spaced), ['492 039', '1234 5678', '1234 567']);
  assert.equal(grouped('4111-1111 11111111'), '4111 1111 1111 1111');
});

test('screen readers are told at ten, five and none, and not each second', () => {
  assert.deepEqual(Array.from({length: 31}, (_, left) => left).filter(tellsTime), [0, 5, 10]);
});
