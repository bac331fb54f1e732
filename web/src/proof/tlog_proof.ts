// SPDX-License-Identifier: Apache-2.0
// A proof of one leaf as a file: c2sp.org/tlog-proof@v1.
import {decimal, fromBase64, refuse, type Bytes} from './bytes.ts';
import {HASH_BYTES, PATH_MAX} from './merkle.ts';

export interface TlogProof {
  index: number;
  /** Sibling of the leaf first. */
  path: Bytes[];
  /** The signed checkpoint, verbatim. */
  checkpoint: string;
}

const TEXT_MAX = 64 * 1024;
const HEADER = 'c2sp.org/tlog-proof@v1';

function hashOf(line: string): Bytes {
  const hash = fromBase64(line);
  return hash.length === HASH_BYTES ? hash : refuse('malformed_proof');
}

/** Refused: too_long, malformed_proof, not_base64. */
export function readTlogProof(text: string): TlogProof {
  if (text.length > TEXT_MAX) refuse('too_long');
  const split = text.indexOf('\n\n');
  if (split < 0) refuse('malformed_proof');
  const lines = text.slice(0, split).split('\n');
  if (lines.shift() !== HEADER) refuse('malformed_proof');
  if (lines[0]?.startsWith('extra ')) lines.shift();
  const index = decimal(/^index (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '');
  if (index === undefined || lines.length > PATH_MAX) return refuse('malformed_proof');
  return {index, path: lines.map(hashOf), checkpoint: text.slice(split + 2)};
}
