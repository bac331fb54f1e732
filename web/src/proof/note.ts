// SPDX-License-Identifier: Apache-2.0
// Signed notes and the checkpoints in them: c2sp.org/signed-note, c2sp.org/tlog-checkpoint.
import {decimal, fromBase64, isSame, join, refuse, toHex, utf8, type Bytes} from './bytes.ts';
import {HASH_BYTES, sha256} from './merkle.ts';

export interface LogKey {
  name: string;
  /** First 4 bytes of the hash of the name and the key. */
  id: Bytes;
  publicKey: Bytes;
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Bytes;
}

interface Signature {
  name: string;
  id: Bytes;
  bytes: Bytes;
}

const ED25519 = 1;
const ID_BYTES = 4;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const NOTE_MAX = 64 * 1024;
const VKEY_MAX = 1024;

const isName = (name: string): boolean => /^[^\s+\p{Cc}]{1,512}$/u.test(name);

/** `name+hash+key`; the hash has to be the key's. Refused: malformed_key, not_base64. */
export async function readVkey(vkey: string): Promise<LogKey> {
  const parts = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(vkey);
  if (!parts || vkey.length > VKEY_MAX) return refuse('malformed_key');
  const [, name = '', hash = '', encoded = ''] = parts;
  const key = fromBase64(encoded);
  if (!isName(name) || key.length !== 1 + KEY_BYTES || key[0] !== ED25519) refuse('malformed_key');
  const id = (await sha256(join(utf8(`${name}\n`), key))).slice(0, ID_BYTES);
  if (toHex(id) !== hash) refuse('malformed_key');
  return {name, id, publicKey: key.slice(1)};
}

function signatureOf(line: string): Signature {
  const parts = /^\u2014 (\S+) (\S+)$/.exec(line);
  if (!parts) return refuse('malformed_note');
  const [, name = '', encoded = ''] = parts;
  const bytes = fromBase64(encoded);
  if (!isName(name) || bytes.length <= ID_BYTES) refuse('malformed_note');
  return {name, id: bytes.slice(0, ID_BYTES), bytes: bytes.slice(ID_BYTES)};
}

/** The text with its last LF, and who signed it. Refused: too_long, malformed_note, not_base64. */
export function readNote(note: string): {text: string; signatures: Signature[]} {
  if (note.length > NOTE_MAX) refuse('too_long');
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f\u007f]/.test(note)) refuse('malformed_note');
  const lines = note.slice(split + 2, -1).split('\n');
  return {text: note.slice(0, split + 1), signatures: lines.map(signatureOf)};
}

async function holds(key: Bytes, signature: Bytes, text: Bytes): Promise<boolean> {
  const native = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']).catch(() => undefined);
  if (native) return crypto.subtle.verify('Ed25519', native, signature, text);
  // A browser that has no Ed25519 of its own.
  const {ed25519} = await import('@noble/curves/ed25519.js');
  return ed25519.verify(signature, text, key, {zip215: false});
}

/** Refused: malformed_note, not_base64. Lines behind the root are extensions, and passed over. */
function checkpointOf(text: string): Checkpoint {
  const [origin = '', sizeLine = '', rootLine = ''] = text.split('\n');
  const size = decimal(sizeLine);
  const root = fromBase64(rootLine);
  if (origin === '' || size === undefined || root.length !== HASH_BYTES) return refuse('malformed_note');
  return {origin, size, root};
}

/** The checkpoint in a note that the key signed; lines of others are passed over. Refused: malformed_note, other_key
 * (no line is of this key), bad_signature, other_origin. */
export async function openCheckpoint(note: string, key: LogKey): Promise<Checkpoint> {
  const {text, signatures} = readNote(note);
  const ours = signatures.filter(line => line.name === key.name && isSame(line.id, key.id));
  const [signature] = ours;
  if (!signature || ours.length > 1) return refuse('other_key');
  if (signature.bytes.length !== SIGNATURE_BYTES || !(await holds(key.publicKey, signature.bytes, utf8(text)))) refuse('bad_signature');
  const checkpoint = checkpointOf(text);
  return checkpoint.origin === key.name ? checkpoint : refuse('other_origin');
}
