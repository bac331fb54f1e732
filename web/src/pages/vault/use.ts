// SPDX-License-Identifier: Apache-2.0
// One exercise of a grant: what is asked, and what comes back.
import {path, post} from '../../base/api';
import {t} from '../../base/i18n';
import type {Action} from '../../parts/stepup';
import type {Credential, Grant, Mode} from './model';

export interface Code {
  use: string;
  code: string;
  valid_s: number;
}

/** What was revealed, by the names of the server's fields. */
export interface Secret {
  username?: string;
  password?: string;
  totp?: string;
  key?: string;
  text?: string;
  number?: string;
  expiry?: string;
  holder?: string;
}

export interface Ask {
  purpose: string;
  verification?: string | undefined;
}

export const PURPOSE_MAX = 200;

/** What is confirmed by a step-up before a use; the server hashes the fields in this order. */
export const actionOf = (grant: Grant, mode: Mode, purpose: string, credential: Credential | undefined, client: string): Action => ({
  type: 'use',
  text: t(`vault.confirm.${mode === 'code' ? 'code' : 'reveal'}`, {title: credential?.label.title ?? '', client, purpose}).slice(0, 500),
  fields: {grant: grant.id, mode, purpose},
});

const bodyOf = (mode: Mode, {purpose, verification}: Ask) => ({mode, purpose, ...(verification ? {verification} : {})});

export const askCode = (grant: Grant, ask: Ask): Promise<Code> => post<Code>(path`/v1/grants/${grant.id}/uses`, bodyOf('code', ask));

/** The secret comes back sealed to a pair of keys that is drawn for this one use and forgotten with it. */
export async function reveal(grant: Grant, ask: Ask): Promise<Secret> {
  const [{drawPair, openSealed, wipe}, {fromBase64url, toBase64url}] = await Promise.all([import('../../box/box'), import('../../box/base64url')]);
  const pair = drawPair();
  try {
    const {sealed} = await post<{sealed: string}>(path`/v1/grants/${grant.id}/uses`, {...bodyOf('reveal', ask), seal_to: toBase64url(pair.publicKey)});
    const plain = openSealed(pair, fromBase64url(sealed) ?? new Uint8Array());
    const secret = JSON.parse(new TextDecoder().decode(plain)) as Secret;
    wipe(plain);
    return secret;
  } finally {
    wipe(pair.secretKey);
  }
}
