// SPDX-License-Identifier: Apache-2.0
// Opens a sealed part of an event and reads its texts: docs/formats.md "sealed part", "Part texts". The ciphers are most of
// what this file weighs: load it only where it is needed (`await import('…/proof/part')`).
import {chacha20poly1305, xchacha20poly1305} from '@noble/ciphers/chacha.js';
import {blake2b} from '@noble/hashes/blake2.js';
import {fromUtf8, isSame, join, Reader, refuse, utf8, type Bytes} from './bytes.ts';

/** By their tags. */
export const TEXT_NAMES = {
  1: 'ip', 2: 'user_agent', 3: 'device', 4: 'device_name', 5: 'platform', 6: 'model', 7: 'truncated', 8: 'session', 9: 'roles', 10: 'trace', 11: 'peer',
  16: 'object_type', 17: 'object', 18: 'label', 19: 'purpose', 20: 'task', 21: 'reason', 22: 'changes', 23: 'detail',
} as const;

export type TextName = (typeof TEXT_NAMES)[keyof typeof TEXT_NAMES];
export type Texts = Partial<Record<TextName, string>>;

const SUITE_1 = 1;
const SUITE_2 = 2;
const KEY_BYTES = 32;
const HEADER_BYTES = 5;
const COMMITMENT_BYTES = 32;
const TAG_BYTES = 16;
const NONCE_1_BYTES = 24;
const NONCE_2_BYTES = 12;
const PLAIN_MAX = 32 * 1024;

const TAGS = new Map<number, TextName>(Object.entries(TEXT_NAMES).map(([tag, name]) => [Number(tag), name]));

const LABEL = utf8('mn.part.keys');

/** Cipher key and commitment, one behind the other. */
function keysOf(key: Bytes, header: Bytes): Bytes {
  const dkLen = KEY_BYTES + COMMITMENT_BYTES;
  return Uint8Array.from(header[0] === SUITE_1 ? blake2b(join(LABEL, header), {key, dkLen}) : blake2b(join(LABEL, header, key), {dkLen}));
}

function cipherOf(key: Bytes, header: Bytes, keys: Bytes, ad: Bytes) {
  const cipherKey = keys.slice(0, KEY_BYTES);
  return header[0] === SUITE_1
    ? xchacha20poly1305(cipherKey, blake2b(join(utf8('mn.part.nonce'), header), {key, dkLen: NONCE_1_BYTES}), ad)
    : chacha20poly1305(cipherKey, keys.slice(KEY_BYTES, KEY_BYTES + NONCE_2_BYTES), ad);
}

/** The plaintext of a part's record. Refused: no_key, ends_early, too_long, unknown_value, other_commitment (the key is of
 * another part), does_not_open. */
export function openPart(record: Bytes, key: Bytes): Bytes {
  if (key.length !== KEY_BYTES) refuse('no_key');
  if (record.length < HEADER_BYTES + COMMITMENT_BYTES + TAG_BYTES) refuse('ends_early');
  if (record.length > HEADER_BYTES + COMMITMENT_BYTES + PLAIN_MAX + TAG_BYTES) refuse('too_long');
  if (record[0] !== SUITE_1 && record[0] !== SUITE_2) refuse('unknown_value');
  const header = record.slice(0, HEADER_BYTES);
  const commitment = record.slice(HEADER_BYTES, HEADER_BYTES + COMMITMENT_BYTES);
  const keys = keysOf(key, header);
  if (!isSame(keys.slice(KEY_BYTES), commitment)) refuse('other_commitment');
  try {
    return new Uint8Array(cipherOf(key, header, keys, join(header, commitment)).decrypt(record.slice(HEADER_BYTES + COMMITMENT_BYTES)));
  } catch {
    return refuse('does_not_open');
  }
}

/** Refused: ends_early, long_varint, out_of_order, unknown_value, not_utf8. */
export function readTexts(plain: Bytes): Texts {
  const reader = new Reader(plain);
  const texts: Texts = {};
  let last = 0;
  while (!reader.isAtEnd) {
    const tag = reader.u8();
    const length = reader.varint();
    if (length === 0n || length > BigInt(plain.length)) refuse('ends_early');
    const text = fromUtf8(reader.run(Number(length)));
    if (tag <= last) refuse('out_of_order');
    last = tag;
    texts[TAGS.get(tag) ?? refuse('unknown_value')] = text;
  }
  return texts;
}
