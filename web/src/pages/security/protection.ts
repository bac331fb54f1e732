// SPDX-License-Identifier: Apache-2.0
// GET /v1/protection: is anything wrong? And how bad each answer is.
import {get} from '../../base/api';

export interface OpenAlert {
  event: string;
  time: string;
  action: string;
  severity: string;
  source: string;
  who: string | null;
  client: string | null;
  about: {type: string | null; id: string | null; label: string | null} | null;
}

export interface Done {
  at: string;
  ok: boolean;
  source: 'server' | 'import';
  event: string;
}

interface People {
  staff: number;
  none: number;
  email: number;
  strong: number;
  export_weak: number;
  export_weak_people: {id: string; name: string}[];
  complete: boolean;
}

export interface Protection {
  people: People;
  next: string | null;
  log: {size: number; holds: boolean; checkpoint: {time: string; size: number} | null; verified: Done | null; witnesses: unknown[]};
  backup: Done | null;
  today: {from: string; failed_logins: number; new_devices: number; exports: number; denied: number; complete: boolean};
  alerts: {open: number; complete: boolean; items: OpenAlert[]};
}

export type Look = 'ok' | 'notice' | 'warning' | 'alert';

/** What is done every night is late after this. */
export const LATE_MS = 26 * 3_600_000;

/** Of what has to be done every day. */
export function lookOfDone(done: Done | null, now: number): Look {
  if (!done) return 'alert';
  if (!done.ok) return 'alert';
  return now - Date.parse(done.at) > LATE_MS ? 'warning' : 'ok';
}

export function lookOfPeople(people: People): Look {
  if (people.export_weak > 0) return 'warning';
  return people.none > 0 ? 'notice' : 'ok';
}

export function addPeople(some: People, more: People): People {
  return {
    staff: some.staff + more.staff,
    none: some.none + more.none,
    email: some.email + more.email,
    strong: some.strong + more.strong,
    export_weak: some.export_weak + more.export_weak,
    export_weak_people: [...some.export_weak_people, ...more.export_weak_people].slice(0, 20),
    complete: more.complete,
  };
}

const PARTS = 50;

/** Of a business with thousands of people the answer comes in parts. */
export async function readProtection(signal: AbortSignal): Promise<Protection> {
  const first = await get<Protection>('/v1/protection', undefined, signal);
  let {people, next} = first;
  for (let part = 1; next && part < PARTS; part++) {
    const more = await get<Pick<Protection, 'people' | 'next'>>('/v1/protection', {cursor: next}, signal);
    people = addPeople(people, more.people);
    next = more.next;
  }
  return {...first, people, next};
}
