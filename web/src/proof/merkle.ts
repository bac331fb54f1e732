// SPDX-License-Identifier: Apache-2.0
// The tree of the log: hashes of leaves and nodes, and the way from a leaf to the root (RFC 6962 section 2.1, RFC 9162
// section 2.1.3.2).
import {join, refuse, type Bytes} from './bytes.ts';

export const HASH_BYTES = 32;
/** No path through a tree of 2^63 leaves is longer. */
export const PATH_MAX = 63;

export const sha256 = async (bytes: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

export const leafHash = (leaf: Bytes): Promise<Bytes> => sha256(join(Uint8Array.of(0), leaf));

const nodeHash = (left: Bytes, right: Bytes): Promise<Bytes> => sha256(join(Uint8Array.of(1), left, right));

const half = (number: number): number => Math.floor(number / 2);

/** The root to which a path leads from a leaf's hash. Refused: outside_tree, other_root (the path has another length). */
export async function rootOf(hash: Bytes, index: number, size: number, path: readonly Bytes[]): Promise<Bytes> {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) refuse('outside_tree');
  let [from, last, root] = [index, size - 1, hash];
  for (const sibling of path) {
    if (last === 0) refuse('other_root');
    const isRight = from % 2 === 1;
    if (isRight || from === last) {
      root = await nodeHash(sibling, root);
      while (from % 2 === 0 && from !== 0) [from, last] = [half(from), half(last)];
    } else {
      root = await nodeHash(root, sibling);
    }
    [from, last] = [half(from), half(last)];
  }
  return last === 0 ? root : refuse('other_root');
}
