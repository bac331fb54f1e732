// SPDX-License-Identifier: Apache-2.0
// What the bytes of an event in the log say: docs/formats.md "audit leaf". One content has one encoding, and every other is
// refused.
import {Reader, refuse, type Bytes} from './bytes.ts';
import {idMilliseconds} from './ids.ts';

export const SOURCES = ['server', 'application', 'import'] as const;
export const OUTCOMES = ['success', 'denied', 'failed'] as const;
export const SEVERITIES = ['info', 'notice', 'warning', 'alert'] as const;
export const ACTORS = ['system', 'person', 'application', 'unknown', 'operator'] as const;
export const LEAF_IDS = ['actor', 'in_place_of', 'client', 'object', 'device', 'reporter', 'grant', 'branch'] as const;

export type LeafId = (typeof LEAF_IDS)[number];

export interface LeafPart {
  /** 1 actor, 2 client, 3 the person it is about, 4 tenant. */
  kind: number;
  record: Bytes;
}

export interface Leaf {
  id: Bytes;
  /** Milliseconds since 1970, UTC. */
  received: number;
  time: number;
  action: number;
  /** 0 is none. */
  reason: number;
  source: (typeof SOURCES)[number];
  outcome: (typeof OUTCOMES)[number];
  severity: (typeof SEVERITIES)[number];
  critical: boolean;
  skewed: boolean;
  proven: boolean;
  actor: (typeof ACTORS)[number];
  /** Kind of the object's id + 1; 0 is none, or the caller's own kind of thing. */
  objectKind: number;
  count: bigint | undefined;
  ids: Partial<Record<LeafId, Bytes>>;
  parts: LeafPart[];
}

const LEAF_MAX = 65_535;
const ID_BYTES = 16;
const PARTS_MAX = 4;
const VERSION_BRANCH = 2;
const FLAG = {critical: 1, counted: 2, skewed: 4, proven: 8};
const FLAGS_ALL = 15;

/** One of a closed list, by its stored number. */
const oneOf = <T>(list: readonly T[], number: number): T => list[number] ?? refuse('unknown_value');

/** An id of zeroes is none, and none is left out: else two leaves would mean the same. */
function readIds(reader: Reader, version: number): Leaf['ids'] {
  const present = reader.u8();
  const ids: Leaf['ids'] = {};
  for (const [at, name] of LEAF_IDS.entries()) {
    if (!(present & (1 << at))) continue;
    const id = reader.run(ID_BYTES);
    ids[name] = id.some(byte => byte !== 0) ? id : refuse('unknown_value');
  }
  return (ids.branch !== undefined) === (version === VERSION_BRANCH) ? ids : refuse('unknown_value');
}

function readParts(reader: Reader): LeafPart[] {
  const count = reader.u8();
  if (count > PARTS_MAX) refuse('unknown_value');
  const parts = Array.from({length: count}, () => ({kind: reader.u8(), record: reader.sized()}));
  if (parts.some(({kind}, at) => kind > PARTS_MAX || kind <= (parts[at - 1]?.kind ?? 0))) refuse('out_of_order');
  return parts;
}

/** Refused: too_long, ends_early, goes_on, unknown_value, out_of_order, long_varint. */
export function readLeaf(bytes: Bytes): Leaf {
  if (bytes.length > LEAF_MAX) refuse('too_long');
  const reader = new Reader(bytes);
  const version = reader.u8();
  if (version !== 1 && version !== VERSION_BRANCH) refuse('unknown_value');
  const id = reader.run(ID_BYTES);
  const received = reader.delta(idMilliseconds(id));
  const time = reader.delta(received);
  const [action, reason] = [reader.u16(), reader.u16()];
  const source = oneOf(SOURCES, reader.u8());
  const outcome = oneOf(OUTCOMES, reader.u8());
  const severity = oneOf(SEVERITIES, reader.u8());
  const flags = reader.u8();
  if (flags > FLAGS_ALL) refuse('unknown_value');
  const actor = oneOf(ACTORS, reader.u8());
  const objectKind = reader.u8();
  const count = flags & FLAG.counted ? reader.u64() : undefined;
  const ids = readIds(reader, version);
  const parts = readParts(reader);
  reader.end();
  return {
    id, received: Number(received), time: Number(time), action, reason, source, outcome, severity, actor, objectKind, count, ids, parts,
    critical: (flags & FLAG.critical) !== 0, skewed: (flags & FLAG.skewed) !== 0, proven: (flags & FLAG.proven) !== 0,
  };
}
