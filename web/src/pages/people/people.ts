// SPDX-License-Identifier: Apache-2.0
// What the server says of people, their devices and their leaving.
import type {Page, Problem} from '../../base/api';
import type {KnownDevice} from '../me/me';

export type Device = KnownDevice & {person: string};

export interface Person {
  id: string;
  ref: string | null;
  name: string | null;
  email: string | null;
  language: string;
  kind: 'staff' | 'client' | 'external';
  roles: string[];
  client: string | null;
  branch: string | null;
  state: 'active' | 'suspended' | 'removed' | 'erasing' | 'erased';
  created: string;
  client_name?: string | null;
  /** Of one person, for who may read people. */
  departure?: Pick<Departure, 'state' | 'at'> | null;
  /** With standing=1. */
  factor?: 'none' | 'email' | 'strong';
  last_sign_in?: string | null;
}

export interface SharedDevice extends Device {
  people: {person: string; name: string | null; id: string; state: Device['state']; first_seen: string; last_seen: string}[];
}

export interface OwedChange {
  credential: string;
  client: string;
  version: number;
  state: 'owed' | 'planned';
  class: number;
  last: string;
}

export interface Departure {
  person: string;
  state: 'planned' | 'left' | 'returning' | 'back' | 'cancelled';
  at: string;
  asked: string;
  by: string;
  /** Who asked that they come back. */
  returner: string | null;
  successor: string | null;
  handover: string | null;
  grants_ended: number;
  sessions_ended: number;
  rotation_due: OwedChange[];
}

export const KINDS = ['staff', 'client', 'external'] as const;

/** What the reader's roles do not open is left out, and is no problem. */
export const isClosed = (problem: Problem | undefined): boolean => problem !== undefined && (problem.status === 403 || problem.status === 404);

export const itemsOf = <T>(page: Page<T> | undefined): T[] => page?.items ?? [];
