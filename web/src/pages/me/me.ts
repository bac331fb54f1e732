// SPDX-License-Identifier: Apache-2.0
// What the server says of a person's own factors, sessions and devices.
import {may, type Session} from '../../base/session.ts';

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

/** All factors of a person are to be ended: once a second person agreed, and its day has come. */
export interface FactorReset {
  id: string;
  state: 'waiting' | 'approved' | 'done' | 'refused' | 'cancelled' | 'lapsed';
  person: string;
  reason: string | null;
  due: string;
  requested_by: string;
  requested_by_name?: string;
  resets_this_year: number;
  resets_a_year: number;
}

/** GET /v1/people/{person}/factors, with the reset that waits. */
export interface FactorList {
  items: Factor[];
  next: null;
  reset: FactorReset | null;
}

/** Who asked, any owner, and the person: until it is carried out. */
export const takesBackReset = (session: Session, reset: FactorReset): boolean =>
  [reset.person, reset.requested_by].includes(session.person.id) || session.person.roles.includes('owner');

/** Whoever may manage factors decides, but for who asked, and the person. */
export const decidesReset = (session: Session, reset: FactorReset): boolean =>
  reset.state === 'waiting' && may(session, 'factors.manage') && ![reset.person, reset.requested_by].includes(session.person.id);

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
