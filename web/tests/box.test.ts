// SPDX-License-Identifier: Apache-2.0
// What the browser seals libsodium opens, and the other way round: vectors that libsodium made.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {fromBase64url, toBase64url} from '../src/box/base64url.ts';
import {BoxError, drawPair, openSealed, OVERHEAD, sealTo, sealWith, wipe} from '../src/box/box.ts';

interface Vector {
  public: string;
  secret: string;
  ephemeral_public: string;
  ephemeral_secret: string;
  plain?: string;
  opened?: string;
  sealed?: string;
  plain_count?: number;
  plain_first?: number;
  sealed_sha256?: string;
}

const vectors: {keys: Vector[]; small_order: string[]} =
  JSON.parse(readFileSync(new URL('../../tests/vectors/sealed_boxes.json', import.meta.url), 'utf8'));

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');
const pairOf = (row: Vector) => ({publicKey: bytes(row.public), secretKey: bytes(row.secret)});
const ephemeralOf = (row: Vector) => ({publicKey: bytes(row.ephemeral_public), secretKey: bytes(row.ephemeral_secret)});
const short = vectors.keys.filter(row => row.plain !== undefined);

test('what libsodium sealed is opened', () => {
  assert.ok(short.length >= 4);
  for (const row of short) assert.equal(hex(openSealed(pairOf(row), bytes(row.opened!))), row.plain);
});

test('with the same ephemeral key the same bytes are made as by libsodium', () => {
  for (const row of short) assert.equal(hex(sealWith(ephemeralOf(row), bytes(row.public), bytes(row.plain!))), row.sealed);
});

test('a long box is the same too', () => {
  for (const row of vectors.keys.filter(one => one.plain_count)) {
    const plain = Uint8Array.from({length: row.plain_count!}, (_, at) => (at * 7 + row.plain_first!) & 255);
    const sealed = sealWith(ephemeralOf(row), bytes(row.public), plain);
    assert.equal(createHash('sha256').update(sealed).digest('hex'), row.sealed_sha256);
    assert.deepEqual(openSealed(pairOf(row), sealed), plain);
  }
});

test('no two boxes are the same, and their owner opens both', () => {
  const pair = drawPair();
  const plain = new TextEncoder().encode('correct horse');
  const [first, second] = [sealTo(pair.publicKey, plain), sealTo(pair.publicKey, plain)];
  assert.notDeepEqual(first, second);
  assert.equal(first.length, plain.length + OVERHEAD);
  assert.deepEqual(openSealed(pair, first), plain);
  assert.deepEqual(openSealed(pair, second), plain);
});

test('nobody else opens it', () => {
  const sealed = sealTo(drawPair().publicKey, bytes('00ff'));
  assert.throws(() => openSealed(drawPair(), sealed), BoxError);
});

test('a box with one bit changed, or cut, is refused', () => {
  const pair = drawPair();
  const sealed = sealTo(pair.publicKey, bytes('0102030405'));
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice();
    changed[at]! ^= 1;
    assert.throws(() => openSealed(pair, changed), BoxError, `byte ${at}`);
  }
  for (let length = 0; length < sealed.length; length++)
    assert.throws(() => openSealed(pair, sealed.subarray(0, length)), BoxError, `${length} bytes`);
});

test('nothing is sealed to a point of small order, nor opened from one', () => {
  assert.ok(vectors.small_order.length >= 5);
  for (const point of vectors.small_order) {
    assert.throws(() => sealTo(bytes(point), bytes('78')), BoxError, point);
    const sealed = new Uint8Array(OVERHEAD + 1);
    sealed.set(bytes(point));
    assert.throws(() => openSealed(drawPair(), sealed), BoxError, point);
  }
});

test('a key of another length is refused', () => {
  for (const length of [0, 31, 33]) assert.throws(() => sealTo(new Uint8Array(length).fill(9), bytes('78')), BoxError);
});

test('wiped bytes are zero', () => {
  const key = drawPair().secretKey;
  wipe(key);
  assert.ok(key.every(byte => byte === 0));
});

test('base64url goes there and back, and is read strictly', () => {
  for (let length = 0; length < 70; length++) {
    const data = Uint8Array.from({length}, (_, at) => (at * 37 + length) & 255);
    assert.equal(toBase64url(data), Buffer.from(data).toString('base64url'));
    assert.deepEqual(fromBase64url(toBase64url(data)), data);
  }
  for (const wrong of ['A', 'AB=', 'A+BC', 'A/BC', 'A BC', 'AB', 'AAB', 'é', 'AA\n']) assert.equal(fromBase64url(wrong), undefined, wrong);
});
