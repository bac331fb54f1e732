// SPDX-License-Identifier: Apache-2.0
// What the server says of a person's own factors, sessions and devices.

export interface Factor {
  id: string;
  type: 'totp' | 'email' | 'recovery' | 'hotp';
  state: 'pending' | 'active';
  proven: boolean;
  hint: string;
  created: string;
  /** Seconds by which an authenticator's clock is ahead. */
  off_by_s?: number;
  left?: number;
  uses_this_year?: number;
}

/** POST /v1/people/{person}/factors: what it shows, it shows once. */
export interface Started {
  id: string;
  type: Factor['type'];
  state: Factor['state'];
  proven?: boolean;
  secret?: string;
  uri?: string;
  qr_svg?: string;
  hint?: string;
  ref?: string;
  codes?: string[];
}

export interface Confirmed {
  id: string;
  state: 'pending' | 'active' | 'ended';
  proven: boolean;
}

export interface OpenSession {
  id: string;
  created: string;
  last_used: string;
  expires: string;
  current: boolean;
  device?: {ip?: string; user_agent?: string; browser?: string; system?: string};
}

export interface KnownDevice {
  id: string;
  state: 'known' | 'lost' | 'blocked';
  first_seen: string;
  last_seen: string;
  device: string | null;
  name: string | null;
  platform: string | null;
  model: string | null;
}

export interface LoggedAbout {
  notice: number;
  fields: {field: string; sealed: boolean; scopes: string[]}[];
  kept: {class: string; months: number}[];
  readers: {role: string; scope: string}[];
}

/** An authenticator's clock that is so far off will fail soon. */
export const CLOCK_WORTH_A_WORD_S = 20;

/** A secret as one types it: in groups of four. */
export const inGroups = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ');
