// SPDX-License-Identifier: Apache-2.0
// Ids as texts: docs/formats.md "Ids".
import type {Bytes} from './bytes.ts';

/** The letters of each kind, by its stored number. */
export const KIND_LETTERS = [
  'ten', 'app', 'per', 'cli', 'fac', 'ver', 'evt', 'crd', 'grt', 'use', 'hov', 'dep', 'slp', 'dev', 'tok', 'exp', 'req',
  'enr', 'ers', 'hld', 'rem', 'frs', 'cns', 'bgl', 'agr', 'ses', 'sgn', 'tko',
] as const;

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const DIGIT_COUNT = 26;

/** TypeID 0.3: 128 bits with two zero bits in front, five bits a digit. */
export function idText(letters: string, id: Bytes): string {
  const number = id.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const digit = (place: number) => DIGITS[Number((number >> BigInt(5 * (DIGIT_COUNT - 1 - place))) & 31n)];
  return `${letters}_${Array.from({length: DIGIT_COUNT}, (_, place) => digit(place)).join('')}`;
}

/** The milliseconds in an id: its first 48 bits. */
export const idMilliseconds = (id: Bytes): bigint => id.slice(0, 6).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
