// SPDX-License-Identifier: Apache-2.0
// Bytes as text in an address or an answer: base64url without padding (RFC 4648, section 5).

const CHUNK = 8192;

export function toBase64url(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The bytes of a text; undefined when it is no base64url. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), char => char.charCodeAt(0));
  // Of two texts for the same bytes only one is right: the last letter's unused bits are zero.
  return toBase64url(bytes) === text ? bytes : undefined;
}
