// SPDX-License-Identifier: Apache-2.0
// Bytes from outside, read with every length checked, and as texts.

/** Why something is refused; the page has words for each of these. */
export type Why =
  | 'not_base64' | 'too_long' | 'ends_early' | 'goes_on' | 'unknown_value' | 'out_of_order' | 'long_varint' | 'not_utf8'
  | 'other_hash' | 'malformed_proof' | 'other_index' | 'malformed_note' | 'malformed_key' | 'other_key' | 'bad_signature'
  | 'other_origin' | 'outside_tree' | 'other_root' | 'parts_differ' | 'no_key' | 'other_commitment' | 'does_not_open';

/** Thrown by everything here that does not fit: there is no "partly". */
export class Refused extends Error {
  readonly why: Why;
  constructor(why: Why) {
    super(why);
    this.why = why;
  }
}

export type Bytes = Uint8Array<ArrayBuffer>;

export function refuse(why: Why): never {
  throw new Refused(why);
}

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

/** Refused: not_utf8. A mark of byte order is text like all other. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return refuse('not_utf8');
  }
}

/** Standard base64 with padding; of two texts for the same bytes only one is right. Refused: not_base64. */
export function fromBase64(text: string): Bytes {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return refuse('not_base64');
  const binary = atob(text);
  return btoa(binary) === text ? Uint8Array.from(binary, letter => letter.charCodeAt(0)) : refuse('not_base64');
}

export const toBase64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));

export const toHex = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');

export const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);

export function join(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A decimal number as the standards write it: no sign, no zero in front, exact. Undefined when it is none. */
export function decimal(text: string): number | undefined {
  const number = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Walks through bytes; what is cut is refused. */
export class Reader {
  readonly #bytes: Bytes;
  #at = 0;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  run(length: number): Bytes {
    if (length > this.#bytes.length - this.#at) refuse('ends_early');
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  u8(): number {
    return this.run(1)[0] ?? refuse('ends_early');
  }

  u16(): number {
    return this.u8() * 256 + this.u8();
  }

  u64(): bigint {
    return this.run(8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  }

  sized(): Bytes {
    return this.run(this.u16());
  }

  /** LEB128 of 64 bits; the shortest form is the only one. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.u8();
      if ((shift > 0n && byte === 0) || (shift === 63n && byte > 1)) refuse('long_varint');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return refuse('long_varint');
  }

  /** A number by its signed distance from another, modulo 2^64. */
  delta(from: bigint): bigint {
    const folded = this.varint();
    const distance = folded & 1n ? -(folded >> 1n) - 1n : folded >> 1n;
    return BigInt.asIntN(64, from + distance);
  }

  end(): void {
    if (!this.isAtEnd) refuse('goes_on');
  }
}
