// SPDX-License-Identifier: Apache-2.0
// What a deposit link says: the id in its path, and behind the # the key that only the browser sees.
import {fromBase64url} from '../../box/base64url.ts';

const KEY_BYTES = 32;

export interface Link {
  id: string;
  key: Uint8Array;
}

/** The link of an address; undefined when a part of it was lost on the way. */
export function readLink(path: string, fragment: string): Link | undefined {
  const id = /^\/d\/(dep_[0-9a-z]+)\/?$/.exec(path)?.[1];
  const key = fromBase64url(fragment.replace(/^#/, ''));
  return id && key?.length === KEY_BYTES ? {id, key} : undefined;
}
