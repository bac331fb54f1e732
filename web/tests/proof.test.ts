// SPDX-License-Identifier: Apache-2.0
// One row of a log is verified as docs/formats.md says, and nothing else is: a vector that shares no code with us, every bit of
// it changed once, and hostile bytes.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {decimal, fromBase64, join, Reader, Refused, toBase64, toHex} from '../src/proof/bytes.ts';
import {compare, type Shown} from '../src/proof/compare.ts';
import {idText, KIND_LETTERS} from '../src/proof/ids.ts';
import {readLeaf} from '../src/proof/leaf.ts';
import {leafHash, rootOf, sha256} from '../src/proof/merkle.ts';
import {openCheckpoint, readNote, readVkey} from '../src/proof/note.ts';
import {openPart, readTexts, TEXT_NAMES} from '../src/proof/part.ts';
import {readTlogProof} from '../src/proof/tlog_proof.ts';
import {verify, type LeafAnswer} from '../src/proof/verify.ts';

interface Vector {
  answer: LeafAnswer;
  answer_of_a_client: LeafAnswer;
  proof: string;
  checkpoint: string;
  keys: {log: {origin: string; vkey: string}};
  reads: {
    id: string;
    received: number;
    time: number;
    action: number;
    source: string;
    outcome: string;
    severity: string;
    actor: string;
    ids: Record<string, string>;
    id_texts: Record<string, string>;
    texts: Record<string, Record<string, string>>;
    size: number;
    root: string;
  };
  refused: {why: string; answer?: LeafAnswer; proof?: string; vkey?: string}[];
}

const vector: Vector = JSON.parse(readFileSync(new URL('../../tests/vectors/verify-row.json', import.meta.url), 'utf8'));
const {answer, proof, reads} = vector;
const {vkey} = vector.keys.log;
const evidence = {answer, proof, vkey};
const leafBytes = fromBase64(answer.leaf);

/** Of base/ids.c: what the server puts in front of an id of each kind. */
const serverLetters = [...readFileSync(new URL('../../base/ids.c', import.meta.url), 'utf8').matchAll(/\[ID_\w+\] = "([a-z]{3})"/g)].map(([, letters]) => letters);

const refusal = (why: string) => (error: unknown) => error instanceof Refused && error.why === why;
const anyRefusal = (error: unknown) => error instanceof Refused;

function flipped<T extends Uint8Array>(bytes: T, bit: number): Uint8Array<ArrayBuffer> {
  const other = Uint8Array.from(bytes);
  other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return other;
}

test('a right row is verified, and says what it says', async () => {
  const found = await verify(evidence);
  assert.equal(found.failed, undefined);
  assert.equal(found.checkpoint?.size, reads.size);
  assert.equal(toHex(found.checkpoint?.root ?? new Uint8Array()), reads.root);
  const {leaf, texts, opened} = found.content ?? assert.fail('a verified row has a content');
  assert.equal(idText('evt', leaf.id), reads.id);
  assert.deepEqual([leaf.received, leaf.time, leaf.action], [reads.received, reads.time, reads.action]);
  assert.deepEqual([leaf.source, leaf.outcome, leaf.severity, leaf.actor], [reads.source, reads.outcome, reads.severity, reads.actor]);
  assert.deepEqual([leaf.critical, leaf.proven, leaf.skewed, leaf.count], [true, true, false, undefined]);
  assert.deepEqual(Object.fromEntries(Object.entries(leaf.ids).map(([name, id]) => [name, toHex(id)])), reads.ids);
  assert.equal(idText('per', leaf.ids.actor ?? assert.fail('it has an actor')), reads.id_texts.actor);
  const wanted = Object.values(reads.texts).flatMap(part => Object.entries(part).map(([tag, text]) => [TEXT_NAMES[Number(tag) as 1], text]));
  assert.deepEqual(texts, Object.fromEntries(wanted));
  assert.deepEqual(opened, [1, 2]);
});

test('a part that is withheld stays closed, and the rest is verified', async () => {
  const found = await verify({...evidence, answer: vector.answer_of_a_client});
  assert.equal(found.failed, undefined);
  assert.deepEqual(found.content?.withheld, [1]);
  assert.equal(found.content?.texts.ip, undefined);
  assert.equal(found.content?.texts.object, reads.texts['2']?.['17']);
});

for (const change of vector.refused)
  test(`refused: ${change.why}`, async () => {
    const found = await verify({answer: change.answer ?? answer, proof: change.proof ?? proof, vkey: change.vkey ?? vkey});
    assert.notEqual(found.failed, undefined);
    assert.notEqual(found.failed?.why, 'broken');
  });

test('no bit of the leaf can be changed', async () => {
  for (let bit = 0; bit < leafBytes.length * 8; bit += 1) {
    const found = await verify({...evidence, answer: {...answer, leaf: toBase64(flipped(leafBytes, bit))}});
    assert.deepEqual(found.failed, {step: 'leaf', why: 'other_hash'}, `bit ${bit}`);
  }
});

test('no bit of the leaf can be changed with its hash', async () => {
  for (let bit = 0; bit < leafBytes.length * 8; bit += 7) {
    const leaf = flipped(leafBytes, bit);
    const found = await verify({...evidence, answer: {...answer, leaf: toBase64(leaf), leaf_hash: toHex(await leafHash(leaf))}});
    assert.deepEqual(found.failed, {step: 'path', why: 'other_root'}, `bit ${bit}`);
  }
});

test('no character of the proof can be changed', async () => {
  for (let at = 0; at < proof.length; at += 1) {
    const other = String.fromCharCode(proof.charCodeAt(at) ^ 1);
    const found = await verify({...evidence, proof: proof.slice(0, at) + other + proof.slice(at + 1)});
    assert.notEqual(found.failed, undefined, `character ${at}`);
    assert.notEqual(found.failed?.why, 'broken', `character ${at}`);
  }
});

test('no character can be cut off the proof, or stand behind it', async () => {
  for (let length = 0; length < proof.length; length += 1) assert.notEqual((await verify({...evidence, proof: proof.slice(0, length)})).failed, undefined, `${length}`);
  for (const more of ['\n', ' ', 'x\n', '\n\n'])
    assert.notEqual((await verify({...evidence, proof: proof + more})).failed, undefined);
});

test('no character of the key can be changed', async () => {
  for (let at = 0; at < vkey.length; at += 1) {
    const other = String.fromCharCode(vkey.charCodeAt(at) ^ 1);
    const found = await verify({...evidence, vkey: vkey.slice(0, at) + other + vkey.slice(at + 1)});
    assert.equal(found.failed?.step, 'note', `character ${at}`);
  }
});

test('no bit of a part or of its key can be changed', () => {
  const [part] = readLeaf(leafBytes).parts;
  const key = fromBase64(answer.parts[0]?.key ?? '');
  const record = part?.record ?? assert.fail('it has a part');
  assert.deepEqual(readTexts(openPart(record, key)).ip, reads.texts['1']?.['1']);
  for (let bit = 0; bit < record.length * 8; bit += 1) assert.throws(() => openPart(flipped(record, bit), key), anyRefusal, `bit ${bit}`);
  for (let bit = 0; bit < key.length * 8; bit += 1) assert.throws(() => openPart(record, flipped(key, bit)), refusal('other_commitment'), `bit ${bit}`);
  for (let length = 0; length < record.length; length += 1) assert.throws(() => openPart(record.slice(0, length), key), anyRefusal);
  assert.throws(() => openPart(record, key.slice(1)), refusal('no_key'));
});

test('a leaf that is cut, or goes on, is refused at every length', () => {
  for (let length = 0; length < leafBytes.length; length += 1) assert.throws(() => readLeaf(leafBytes.slice(0, length)), anyRefusal, `${length}`);
  assert.throws(() => readLeaf(join(leafBytes, Uint8Array.of(0))), refusal('goes_on'));
  assert.throws(() => readLeaf(new Uint8Array(65_536)), refusal('too_long'));
});

test('hostile bytes are refused, not crashed upon', () => {
  let state = 7;
  const next = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 16;
  for (let turn = 0; turn < 20_000; turn += 1) {
    const bytes = Uint8Array.from({length: next() % 200}, () => next() & 255);
    bytes[0] = 1 + (turn % 2);
    try {
      readLeaf(bytes);
      readTexts(bytes);
    } catch (error) {
      assert.ok(error instanceof Refused, String(error));
    }
  }
});

test('what no version knows is refused', () => {
  const [source, severity, flags, actor] = [24, 26, 27, 28];
  const changed = (at: number, value: number) => {
    const other = Uint8Array.from(leafBytes);
    other[at] = value;
    return other;
  };
  assert.equal(readLeaf(changed(source, 0)).source, 'server', 'the offsets are those of the fields');
  assert.equal(readLeaf(changed(actor, 4)).actor, 'operator');
  for (const [at, value] of [[source, 3], [source + 1, 3], [severity, 4], [flags, 16], [flags, 0x80], [actor, 5]] as const)
    assert.throws(() => readLeaf(changed(at, value)), refusal('unknown_value'), `${value} at ${at}`);
  assert.throws(() => readLeaf(changed(0, 3)), refusal('unknown_value'));
  assert.throws(() => readLeaf(changed(0, 1)), refusal('unknown_value'), 'version 1 has no branch');
});

test('parts that are other than the leaf’s are refused', async () => {
  const parts = answer.parts;
  for (const other of [[], parts.slice(1), [...parts].reverse(), [...parts, {kind: 3, withheld: true as const}], parts.map(({kind}) => ({kind}))])
    assert.deepEqual((await verify({...evidence, answer: {...answer, parts: other}})).failed, {step: 'content', why: 'parts_differ'});
});

test('a varint has one form, of 64 bits', () => {
  const read = (...bytes: number[]) => new Reader(Uint8Array.from(bytes)).varint();
  assert.equal(read(0), 0n);
  assert.equal(read(0x80, 1), 128n);
  assert.equal(read(...Array<number>(9).fill(0xff), 1), 2n ** 64n - 1n);
  assert.throws(() => read(0x80, 0), refusal('long_varint'));
  assert.throws(() => read(...Array<number>(9).fill(0xff), 2), refusal('long_varint'));
  assert.throws(() => read(...Array<number>(11).fill(0xff)), refusal('long_varint'));
  assert.throws(() => read(0x80), refusal('ends_early'));
});

test('base64 has one form', () => {
  assert.deepEqual([...fromBase64('AAE=')], [0, 1]);
  for (const wrong of ['AAE', 'AAF=', 'AA==\n', 'AA-_', 'A===', ' AAE=', '====']) assert.throws(() => fromBase64(wrong), refusal('not_base64'), wrong);
  for (const wrong of ['', '01', '-1', '1.0', '1e3', '9007199254740993', '99999999999999999999']) assert.equal(decimal(wrong), undefined, wrong);
});

test('texts of a part are whole, rising and known', () => {
  const bytes = (...all: number[]) => Uint8Array.from(all);
  assert.deepEqual(readTexts(bytes(1, 1, 65)), {ip: 'A'});
  assert.deepEqual(readTexts(bytes()), {});
  assert.throws(() => readTexts(bytes(1, 0)), refusal('ends_early'));
  assert.throws(() => readTexts(bytes(1, 2, 65)), anyRefusal);
  assert.throws(() => readTexts(bytes(2, 1, 65, 1, 1, 65)), refusal('out_of_order'));
  assert.throws(() => readTexts(bytes(1, 1, 65, 1, 1, 65)), refusal('out_of_order'));
  assert.throws(() => readTexts(bytes(12, 1, 65)), refusal('unknown_value'));
  assert.throws(() => readTexts(bytes(24, 1, 65)), refusal('unknown_value'));
  assert.throws(() => readTexts(bytes(1, 1, 0xff)), refusal('not_utf8'));
});

test('a note has lines of signatures and nothing else behind its text', async () => {
  const key = await readVkey(vkey);
  assert.equal((await openCheckpoint(vector.checkpoint, key)).size, reads.size);
  const line = `${vector.checkpoint.split('\n\n')[1] ?? ''}`;
  const stranger = `\u2014 witness.example ${toBase64(new Uint8Array(76).fill(1))}\n`;
  assert.equal((await openCheckpoint(vector.checkpoint + stranger, key)).size, reads.size, 'lines of others are passed over');
  await assert.rejects(openCheckpoint(vector.checkpoint + line, key), refusal('other_key'), 'a key signs once');
  await assert.rejects(openCheckpoint(vector.checkpoint.replace(line, stranger), key), refusal('other_key'));
  assert.throws(() => readNote(`${vector.checkpoint}x\n`), refusal('malformed_note'));
  assert.throws(() => readNote(vector.checkpoint.replace('\n', '\r\n')), refusal('malformed_note'));
  assert.throws(() => readNote('x'.repeat(70_000)), refusal('too_long'));
});

test('a path has the length that its tree asks for', async () => {
  const leaves = await Promise.all(Array.from({length: 13}, (_, at) => leafHash(Uint8Array.of(at))));
  const node = (left: Uint8Array, right: Uint8Array) => sha256(join(Uint8Array.of(1), left, right));
  const split = (count: number) => 2 ** Math.ceil(Math.log2(count) - 1);
  const tree = async (some: typeof leaves): Promise<(typeof leaves)[number]> =>
    some.length === 1 ? (some[0] ?? assert.fail()) : node(await tree(some.slice(0, split(some.length))), await tree(some.slice(split(some.length))));
  const way = async (at: number, some: typeof leaves): Promise<typeof leaves> => {
    if (some.length === 1) return [];
    const cut = split(some.length);
    const isLeft = at < cut;
    const [mine, other] = isLeft ? [some.slice(0, cut), some.slice(cut)] : [some.slice(cut), some.slice(0, cut)];
    return [...(await way(isLeft ? at : at - cut, mine)), await tree(other)];
  };
  for (let size = 1; size <= leaves.length; size += 1) {
    const some = leaves.slice(0, size);
    const root = toHex(await tree(some));
    for (const [at, leaf] of some.entries()) {
      const path = await way(at, some);
      assert.equal(toHex(await rootOf(leaf, at, size, path)), root, `${at} of ${size}`);
      await assert.rejects(rootOf(leaf, at, size, [...path, leaf]), refusal('other_root'));
      if (path.length) await assert.rejects(rootOf(leaf, at, size, path.slice(1)), refusal('other_root'));
    }
  }
  for (const [index, size] of [[1, 1], [5, 5], [-1, 3], [0, 0], [0.5, 3], [2 ** 60, 2 ** 61]] as const)
    await assert.rejects(rootOf(leaves[0] ?? assert.fail(), index, size, []), refusal('outside_tree'));
});

test('extensions of a proof are passed over, and long ones refused', () => {
  assert.equal(readTlogProof(proof.replace('index', 'extra AAAA\nindex')).index, answer.index);
  assert.throws(() => readTlogProof(proof.replace('index 6', 'index 06')), refusal('malformed_proof'));
  const hash = `${toBase64(new Uint8Array(32))}\n`;
  assert.throws(() => readTlogProof(`c2sp.org/tlog-proof@v1\nindex 6\n${hash.repeat(64)}\n${vector.checkpoint}`), refusal('malformed_proof'));
  assert.throws(() => readTlogProof('x'.repeat(70_000)), refusal('too_long'));
});

const words = {action: (code: number) => (code === reads.action ? 'export.completed' : undefined), reason: () => undefined};

/** What an honest server shows of the vector's event. */
const honest: Shown = {
  id: reads.id, index: answer.index, time: '2025-10-16T18:39:59.999Z', received: '2025-10-16T18:40:00.120Z',
  action: 'export.completed', severity: 'warning', critical: true, source: 'application', outcome: 'success',
  actor: {person: reads.id_texts.actor ?? '', proven: true, roles: ['administrator']},
  client: {id: reads.id_texts.client ?? ''}, reporter: {application: reads.id_texts.reporter ?? ''},
  object: {type: 'invoice', id: 'INV-7', label: reads.texts['2']?.['18'] ?? ''},
  device: {id: 'laptop-1', ip: '198.51.100.31', user_agent: reads.texts['1']?.['2'] ?? ''},
  changes: [{field: 'total', before: '13 500', after: '0'}], detail: {rows: 4210},
};

async function wrong(shown: Shown): Promise<string[]> {
  const {content} = await verify(evidence);
  return compare(shown, answer.index, content ?? assert.fail('verified'), words).filter(row => !row.same).map(row => row.field);
}

test('what an honest server shows is what the leaf says', async () => assert.deepEqual(await wrong(honest), []));

test('each member that a server shows otherwise, adds or leaves out is found', async () => {
  const lies: [string, Partial<Shown>][] = [
    ['id', {id: 'evt_01k7q54r3nf3gvg2yq1bg7gk3s'}], ['index', {index: 7}], ['time', {time: '2025-10-16T18:39:59.998Z'}],
    ['received', {received: '2025-10-16T18:40:00.121Z'}], ['action', {action: 'export.requested'}], ['severity', {severity: 'info'}],
    ['critical', {critical: false}], ['source', {source: 'server'}], ['outcome', {outcome: 'failed'}], ['skewed', {skewed: true}],
    ['reason', {reason: 'locked'}], ['count', {count: 1}], ['actor', {actor: {system: true, roles: ['administrator']}}],
    ['actor.id', {actor: {...honest.actor, person: 'per_01k2f2dkg0e34r9bnm1ddj0tve'}}], ['actor.proven', {actor: {...honest.actor, proven: false}}],
    ['actor.roles', {actor: {...honest.actor, roles: []}}], ['in_place_of', {in_place_of: {person: 'per_01k2f2dkg0e34r9bnm1ddj0tvd'}}],
    ['client', {client: {}}], ['reporter', {reporter: {}}], ['grant', {grant: 'grt_01k2f2dkg0e34r9bnm1ddj0tvd'}],
    ['device.ip', {device: {...honest.device, ip: '198.51.100.32'}}], ['device.model', {device: {...honest.device, model: 'X1'}}],
    ['object.label', {object: {...honest.object, label: 'another'}}], ['purpose', {purpose: 'branch report'}], ['task', {task: 'T-1'}], ['session', {session: 's'}],
    ['changes', {changes: [{field: 'total', before: '13 500', after: '13 500'}]}], ['detail', {detail: {rows: 4211}}], ['trace', {trace: '00-1'}],
  ];
  for (const [field, lie] of lies) assert.ok((await wrong({...honest, ...lie})).includes(field), field);
});

test('ids of every kind have the letters that the server gives them', () => assert.deepEqual([...KIND_LETTERS], serverLetters));

test('the id of the object is compared, also of a kind that is not known here', async () => {
  const {content} = await verify(evidence);
  const verified = content ?? assert.fail('verified');
  const ours = {...verified, leaf: {...verified.leaf, objectKind: 200}};
  const id = idText('new', verified.leaf.ids.object ?? assert.fail('it has one'));
  const row = (shown: Shown) => compare(shown, answer.index, ours, words).find(one => one.field === 'object.id');
  assert.equal(row({...honest, object: {type: 'news', id}})?.same, true);
  assert.equal(row({...honest, object: {type: 'news', id: `${id.slice(0, -1)}z`}})?.same, false);
  assert.equal(row({...honest, object: {type: 'news'}})?.same, false);
});
