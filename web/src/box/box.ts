// SPDX-License-Identifier: Apache-2.0
// Sealed boxes as libsodium's crypto_box_seal makes them: whoever carries one sees ciphertext only. Load this file only
// where it is needed (`await import('…/box/box')`): the ciphers are most of what it weighs.
import {hsalsa, xsalsa20poly1305} from '@noble/ciphers/salsa.js';
import {x25519} from '@noble/curves/ed25519.js';
import {blake2b} from '@noble/hashes/blake2.js';

export const KEY_BYTES = 32;
/** What a box is longer than its content: an ephemeral public key and a tag. */
export const OVERHEAD = 48;

const NONCE_BYTES = 24;
/** "expand 32-byte k", as little-endian words. */
const SIGMA = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);

export interface KeyPair {
  publicKey: Uint8Array;
  secretKey: Uint8Array;
}

/** Why a box does not open, or can't be made: it was sealed to another key, changed, cut, or the key is none. */
export class BoxError extends Error {}

/** A pair of X25519 keys, for one use. */
export function drawPair(): KeyPair {
  const {publicKey, secretKey} = x25519.keygen();
  return {publicKey, secretKey};
}

/** Overwrites bytes. What the engine copied elsewhere it can't reach. */
export const wipe = (...all: Uint8Array[]): void => all.forEach(bytes => bytes.fill(0));

/** The key that two pairs share (crypto_box_beforenm): HSalsa20 of the product. A point of small order, whose product
 * everybody knows, is refused. */
function sharedKey(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  let product: Uint8Array;
  try {
    product = x25519.getSharedSecret(secretKey, publicKey);
  } catch {
    throw new BoxError('nothing can be sealed to this key');
  }
  const words = new Uint32Array(product.slice().buffer);
  const key = new Uint32Array(KEY_BYTES / 4);
  hsalsa(SIGMA, words, new Uint32Array(4), key);
  wipe(product, new Uint8Array(words.buffer));
  return new Uint8Array(key.buffer);
}

const nonceOf = (ephemeral: Uint8Array, publicKey: Uint8Array): Uint8Array =>
  blake2b.create({dkLen: NONCE_BYTES}).update(ephemeral).update(publicKey).digest();

/** As sealTo, with the ephemeral pair given: two boxes of one pair to one key give their contents away. */
export function sealWith(ephemeral: KeyPair, publicKey: Uint8Array, plain: Uint8Array): Uint8Array {
  const key = sharedKey(ephemeral.secretKey, publicKey);
  const sealed = new Uint8Array(plain.length + OVERHEAD);
  sealed.set(ephemeral.publicKey);
  sealed.set(xsalsa20poly1305(key, nonceOf(ephemeral.publicKey, publicKey)).encrypt(plain), KEY_BYTES);
  wipe(key);
  return sealed;
}

/** Seals bytes to a public key. Throws BoxError: the key is no key, or of small order. */
export function sealTo(publicKey: Uint8Array, plain: Uint8Array): Uint8Array {
  if (publicKey.length !== KEY_BYTES) throw new BoxError('a public key has 32 bytes');
  const ephemeral = drawPair();
  try {
    return sealWith(ephemeral, publicKey, plain);
  } finally {
    wipe(ephemeral.secretKey);
  }
}

/** Opens what was sealed to a pair's public half. Throws BoxError. */
export function openSealed(pair: KeyPair, sealed: Uint8Array): Uint8Array {
  if (sealed.length < OVERHEAD) throw new BoxError('a sealed box ends too early');
  const ephemeral = sealed.subarray(0, KEY_BYTES);
  const key = sharedKey(pair.secretKey, ephemeral);
  try {
    return xsalsa20poly1305(key, nonceOf(ephemeral, pair.publicKey)).decrypt(sealed.subarray(KEY_BYTES));
  } catch {
    throw new BoxError('a box was sealed to another key, or changed');
  } finally {
    wipe(key);
  }
}
