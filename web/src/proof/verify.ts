// SPDX-License-Identifier: Apache-2.0
// One event of a log, checked by somebody who trusts nothing but the log's key: docs/formats.md "Verify one row".
import {fromBase64, Refused, refuse, toHex, type Bytes, type Why} from './bytes.ts';
import {readLeaf, type Leaf} from './leaf.ts';
import {leafHash, rootOf} from './merkle.ts';
import {openCheckpoint, readVkey, type Checkpoint} from './note.ts';
import type {Texts} from './part.ts';
import {readTlogProof, type TlogProof} from './tlog_proof.ts';

/** As GET /v1/events/{event}/leaf answers it. */
export interface LeafAnswer {
  index: number;
  leaf: string;
  leaf_hash: string;
  chain: string;
  parts: {kind: number; key?: string; withheld?: true; erased?: true}[];
}

export interface Evidence {
  answer: LeafAnswer;
  proof: string;
  vkey: string;
}

/** What the leaf says, and the texts that the reader has keys for. */
export interface Content {
  leaf: Leaf;
  texts: Texts;
  /** Kinds of the parts by what became of them. */
  opened: number[];
  withheld: number[];
  erased: number[];
}

export const STEPS = ['leaf', 'path', 'note', 'content'] as const;
export type Step = (typeof STEPS)[number];

export interface Verified {
  /** The first step that was refused, and why; absent: everything holds. */
  failed?: {step: Step; why: Why | 'broken'};
  hash?: string;
  proof?: TlogProof;
  checkpoint?: Checkpoint;
  keyId?: string;
  content?: Content;
}

async function checkLeaf(answer: LeafAnswer): Promise<{bytes: Bytes; hash: Bytes}> {
  const bytes = fromBase64(answer.leaf);
  const hash = await leafHash(bytes);
  return toHex(hash) === answer.leaf_hash ? {bytes, hash} : refuse('other_hash');
}

async function openParts(leaf: Leaf, parts: LeafAnswer['parts']): Promise<Texts> {
  const {openPart, readTexts} = await import('./part.ts');
  const texts: Texts = {};
  for (const [at, {kind, key}] of parts.entries()) {
    const part = leaf.parts[at];
    if (!part || part.kind !== kind) return refuse('parts_differ');
    if (key === undefined) continue;
    const read = readTexts(openPart(part.record, fromBase64(key)));
    // Each group of texts lies in one part: none is said twice.
    if (Object.keys(read).some(name => name in texts)) refuse('out_of_order');
    Object.assign(texts, read);
  }
  return texts;
}

async function readContent(bytes: Bytes, parts: LeafAnswer['parts']): Promise<Content> {
  const leaf = readLeaf(bytes);
  if (leaf.parts.length !== parts.length || parts.some(part => !part.key && !part.withheld && !part.erased)) refuse('parts_differ');
  const kinds = (is: (part: LeafAnswer['parts'][number]) => boolean) => parts.filter(is).map(part => part.kind);
  return {
    leaf,
    texts: await openParts(leaf, parts),
    opened: kinds(part => part.key !== undefined),
    withheld: kinds(part => part.withheld === true),
    erased: kinds(part => part.erased === true),
  };
}

const whyOf = (error: unknown): Why | 'broken' => (error instanceof Refused ? error.why : 'broken');

/** Checks in the order of STEPS and ends at the first that does not fit. The signature is looked at before the path, whose
 * end is the root that was signed. */
export async function verify({answer, proof: proofText, vkey}: Evidence): Promise<Verified> {
  const found: Verified = {};
  let step: Step = 'leaf';
  try {
    const {bytes, hash} = await checkLeaf(answer);
    found.hash = answer.leaf_hash;
    step = 'path';
    const proof = readTlogProof(proofText);
    if (proof.index !== answer.index) refuse('other_index');
    step = 'note';
    const key = await readVkey(vkey);
    const checkpoint = await openCheckpoint(proof.checkpoint, key);
    found.keyId = toHex(key.id);
    found.checkpoint = checkpoint;
    step = 'path';
    const root = await rootOf(hash, proof.index, checkpoint.size, proof.path);
    if (toHex(root) !== toHex(checkpoint.root)) refuse('other_root');
    found.proof = proof;
    step = 'content';
    found.content = await readContent(bytes, answer.parts);
  } catch (error) {
    found.failed = {step, why: whyOf(error)};
  }
  return found;
}
