// SPDX-License-Identifier: Apache-2.0
// Which fields each kind of secret has, and what they have to look like before they are sent; the server decides.
import type {Kind} from './model';

export const SECRET_FIELDS = ['password', 'totp', 'number', 'expiry', 'holder', 'key', 'text'] as const;
export type SecretField = (typeof SECRET_FIELDS)[number];

export const FIELDS_OF: Record<Kind, readonly SecretField[]> = {
  login: ['password', 'totp'],
  card: ['number', 'expiry', 'holder'],
  totp: ['totp'],
  api_key: ['key'],
  note: ['text'],
  ssh_key: ['key'],
};

/** The one of several fields without which there is nothing to keep; of a login either will do. */
const NEEDED: Partial<Record<Kind, SecretField>> = {card: 'number', totp: 'totp', api_key: 'key', note: 'text', ssh_key: 'key'};

/** What the server draws by itself when it is asked to. */
export const canGenerate = (kind: Kind): boolean => kind === 'login' || kind === 'api_key';

export const FIELD_MAX: Record<SecretField, number> = {password: 1024, totp: 1024, number: 32, expiry: 16, holder: 200, key: 8192, text: 8192};

export type SecretDraft = Partial<Record<SecretField, string>>;
export type Fault = 'missing' | 'malformed' | 'security_code';

/** The check digit of a card's number (ISO/IEC 7812-1). */
export function hasCheckDigit(number: string): boolean {
  const digits = number.replace(/[\s-]/g, '');
  if (!/^\d{12,19}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((all, digit, at) => {
    const value = Number(digit) * (at % 2 ? 2 : 1);
    return all + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

const isExpiry = (text: string): boolean => /^(0[1-9]|1[0-2])\/(\d{2}|\d{4})$/.test(text) || /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
const isSeed = (text: string): boolean => /^otpauth:\/\/totp\//i.test(text) || /^[A-Z2-7\s-]{16,}=*$/i.test(text);
const isPrivateKey = (text: string): boolean => /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]+-----END [A-Z0-9 ]*PRIVATE KEY-----\s*$/.test(text);

const FORMS: Partial<Record<SecretField, (text: string) => boolean>> = {
  number: hasCheckDigit, expiry: isExpiry, totp: isSeed, holder: text => !/\p{Nd}/u.test(text),
};

function faultOf(kind: Kind, field: SecretField, text: string): Fault | undefined {
  if (kind === 'ssh_key' && field === 'key') return isPrivateKey(text) ? undefined : 'malformed';
  return (FORMS[field]?.(text) ?? true) ? undefined : 'malformed';
}

/** What is wrong with a draft, field by field; empty when it may be sent. */
export function faultsOf(kind: Kind, draft: SecretDraft): Partial<Record<SecretField, Fault>> {
  const faults: Partial<Record<SecretField, Fault>> = {};
  for (const field of FIELDS_OF[kind]) {
    const text = draft[field]?.trim() ?? '';
    const fault = text ? faultOf(kind, field, text) : field === NEEDED[kind] ? 'missing' : undefined;
    if (fault) faults[field] = fault;
  }
  if (kind === 'login' && !draft.password && !draft.totp?.trim()) faults.password = 'missing';
  return faults;
}

/** As the server takes it: only what was typed. A password and a text keep their blanks. */
export function secretOf(kind: Kind, draft: SecretDraft): SecretDraft {
  const kept = FIELDS_OF[kind].flatMap(field => {
    const text = field === 'password' || field === 'text' || field === 'key' ? (draft[field] ?? '') : (draft[field] ?? '').trim();
    return text.trim() ? [[field, text] as const] : [];
  });
  return Object.fromEntries(kept);
}
