// SPDX-License-Identifier: Apache-2.0
// What the server says of credentials and grants, and what follows from it. Nothing here touches the page.

export const KINDS = ['login', 'card', 'totp', 'api_key', 'note', 'ssh_key'] as const;
export type Kind = (typeof KINDS)[number];

/** Least exposing first. */
export const MODES = ['code', 'inject', 'reveal'] as const;
export type Mode = (typeof MODES)[number];

export interface Label {
  title: string;
  url?: string;
  username?: string;
  tags?: string[];
}

export interface Credential {
  id: string;
  client: string;
  kind: Kind;
  label: Label;
  version: number;
  modes_max: Mode[];
  strength?: number;
  public?: {type: string; fingerprint?: string};
  state: 'active' | 'archived' | 'shredded';
  created: string;
  archived?: string;
  /** With names=1, as the *_name of the others: null is not the reader's to know, '' was erased. */
  client_name?: string | null;
}

export const GRANT_STATES = ['active', 'waiting', 'standby', 'suspended', 'revoked', 'expired', 'used_up'] as const;
export type GrantState = (typeof GRANT_STATES)[number];
export const OUTSIDES = ['deny', 'stepup', 'allow'] as const;
export type Outside = (typeof OUTSIDES)[number];

export interface Grant {
  id: string;
  state: GrantState;
  gates: {nda: string; consent: string; approval: string};
  credential: string;
  client: string;
  to: string;
  by: string;
  modes: Mode[];
  from: string;
  until: string;
  uses_made: number;
  uses: number | null;
  uses_left: number | null;
  hours?: {calendar: string; outside: Outside};
  exclusive: 'none' | 'credential' | 'client';
  task?: string;
  mandate?: string;
  notify: 'each' | 'digest' | 'none';
  created: string;
  credential_title?: string | null;
  client_name?: string | null;
  to_name?: string | null;
  by_name?: string | null;
}

/** A line of the ledger: who has seen which version. */
export interface Exposure {
  person: string;
  name?: string;
  credential: string;
  client: string;
  version: number;
  first: string;
  last: string;
  count: number;
  class: number;
  grant?: string;
  how: ('injected' | 'revealed' | 'deposited' | 'breakglass' | 'exported')[];
  current: boolean;
  live_grant: boolean;
  rotation: 'none' | 'owed' | 'planned' | 'waived' | 'done';
  due?: string;
  done_by_version?: number;
  reason?: string | null;
  credential_title?: string | null;
  client_name?: string | null;
}

export interface Access {
  client: string;
  frozen: boolean;
  items: {
    credential: string;
    title: string;
    can_use: {grant: string; person: string; name: string; modes: Mode[]; until: string}[];
    knows: Exposure[];
    last_used: string | null;
  }[];
}

export interface Client {
  id: string;
  ref: string | null;
  name: string | null;
  frozen: boolean;
  state: string;
  time_zone: string | null;
  mailbox_delegated: boolean;
}

export interface Person {
  id: string;
  ref?: string | null;
  name: string | null;
  kind: string;
  state: string;
  roles: string[];
}

/** The host of a label's address, without what most of them begin with. */
export function hostOf(url: string | undefined): string {
  if (!url) return '';
  try {
    return new URL(url.includes('://') ? url : `https://${url}`).host.replace(/^www\./, '');
  } catch {
    return '';
  }
}

/** The address to follow, when it is one that a browser opens without harm. */
export function linkOf(url: string | undefined): string | undefined {
  if (!url) return undefined;
  try {
    const parsed = new URL(url);
    return ['https:', 'http:'].includes(parsed.protocol) ? parsed.href : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a credential has all words of a text somewhere in what one may see of it. */
export function hasWords(credential: Credential, client: string, text: string): boolean {
  const {title, url = '', username = '', tags = []} = credential.label;
  const hay = [title, url, username, client, ...tags].join('\n').toLocaleLowerCase();
  return text.toLocaleLowerCase().split(/\s+/).every(part => hay.includes(part));
}

/** What a person may do with a grant now; injecting is for applications. */
export const usesOf = (grant: Grant, credential: Credential | undefined): ('code' | 'reveal')[] =>
  (['code', 'reveal'] as const).filter(mode => grant.modes.includes(mode) && (credential?.modes_max.includes(mode) ?? true));

export const isOpen = (grant: Grant, now = Date.now()): boolean => grant.state === 'active' && Date.parse(grant.from) <= now;

/** Digits as one reads them aloud: 492 039. */
export const spaced = (code: string): string => {
  const half = Math.ceil(code.length / 2);
  return code.length > 5 ? `${code.slice(0, half)} ${code.slice(half)}` : code;
};

/** A card's number in groups of four. */
export const grouped = (number: string): string => number.replace(/[\s-]/g, '').replace(/(.{4})(?=.)/g, '$1 ');

/** What is to be said of a code's time, and only then: at the start, at ten and five seconds, at the end. */
export const tellsTime = (left: number): boolean => left === 10 || left === 5 || left === 0;
