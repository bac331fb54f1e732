// SPDX-License-Identifier: Apache-2.0
// A takeout as the API tells it, what follows from it for who looks at it, and the file.
import {get, path, Problem, send} from '../../base/api.ts';
import {may, type Session} from '../../base/session.ts';
import type {Kind} from '../vault/model.ts';

export const FORMATS = ['bitwarden-json', 'keepass-xml'] as const;
export type Format = (typeof FORMATS)[number];

export type TakeoutState = 'requested' | 'approved' | 'taken' | 'refused' | 'cancelled' | 'lapsed';

/** What stays, or not all of which leaves. */
export interface Left {
  credential: string;
  title: string;
  reason: 'no_reveal' | 'archived' | 'empty' | 'newer' | 'seed';
}

/** What the file will hold. */
export interface Leaving {
  credential: string;
  title: string;
  kind: Kind;
}

export interface Takeout {
  id: string;
  state: TakeoutState;
  format: Format;
  client: string;
  /** null once the client was erased. */
  purpose: string | null;
  recipient: string;
  requested_by: string;
  decided_by?: string;
  count: number;
  created: string;
  /** Of its state: to be approved, or taken, by then. */
  until: string;
  ended?: string;
  bytes?: number;
  sha256?: string;
  leaves?: Leaving[];
  left_out?: Left[];
  client_name?: string | null;
  requested_by_name?: string | null;
  decided_by_name?: string | null;
}

export const PURPOSE_MAX = 500;
export const RECIPIENT_START = 'age1';

export const isOpen = (takeout: Takeout, now = Date.now()): boolean =>
  (takeout.state === 'requested' || takeout.state === 'approved') && Date.parse(takeout.until) > now;

const isOwn = (session: Session, client: string): boolean => session.person.kind === 'client' && session.person.client === client;

/** Whether somebody may ask for any client's credentials: a client's contact for their own. */
export const mayAsk = (session: Session): boolean =>
  may(session, 'credential.reveal') && (session.person.kind === 'client' || (session.person.kind === 'staff' && may(session, 'grant.give')));

/** Whether there may be takeouts to see. */
export const maySee = (session: Session): boolean => mayAsk(session) || may(session, 'grant.approve');

/** What the reader may do with it now. The server decides; this only says what is offered. */
export interface Offer {
  decide: boolean;
  take: boolean;
  cancel: boolean;
}

export function offerOf(takeout: Takeout, session: Session, now = Date.now()): Offer {
  const open = isOpen(takeout, now);
  const mine = takeout.requested_by === session.person.id;
  const approves = !mine && (session.person.kind === 'client' ? isOwn(session, takeout.client) : session.person.kind === 'staff' && may(session, 'grant.approve'));
  return {
    decide: open && takeout.state === 'requested' && approves,
    take: open && takeout.state === 'approved' && mine,
    cancel: open && (mine || (approves && takeout.state === 'approved')),
  };
}

export type StepName = 'requested' | 'approved' | 'taken';

export interface Step {
  name: StepName;
  /** null: not known, or not yet. */
  at: string | null;
  by: string | null | undefined;
  state: 'done' | 'next' | 'never' | 'later';
}

/** Asked for, approved, taken. When it was approved is not told: only until when it is open. */
export function stepsOf(takeout: Takeout, now = Date.now()): Step[] {
  const goesOn = isOpen(takeout, now);
  const isTaken = takeout.state === 'taken';
  const isApproved = takeout.state === 'approved' || isTaken;
  const ahead = (next: boolean): Step['state'] => (!goesOn ? 'never' : next ? 'next' : 'later');
  return [
    {name: 'requested', at: takeout.created, by: takeout.requested_by_name, state: 'done'},
    {name: 'approved', at: null, by: isApproved ? takeout.decided_by_name : undefined, state: isApproved ? 'done' : ahead(true)},
    {name: 'taken', at: isTaken ? (takeout.ended ?? null) : null, by: isTaken ? takeout.requested_by_name : undefined, state: isTaken ? 'done' : ahead(isApproved)},
  ];
}

const ENDINGS: Record<Format, string> = {'bitwarden-json': 'json', 'keepass-xml': 'xml'};

/** What the file under the seal is called, and the sealed one. */
export const plainName = (takeout: Takeout): string => `${takeout.id}.${ENDINGS[takeout.format]}`;
export const sealedName = (takeout: Takeout): string => `${plainName(takeout)}.age`;

/** What is confirmed by a step-up before the file is given out. */
export const actionFields = (takeout: Takeout): Record<string, string> => ({takeout: takeout.id});

async function sha256Of(file: Blob): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** The sealed file, whole: compared with the hash that the log has of it. It is given out once, so what did not arrive is lost.
 * Throws Problem. */
export async function takeFile(takeout: Takeout, verification: string): Promise<Blob> {
  const response = await send('POST', path`/v1/takeouts/${takeout.id}/file`, {body: {verification}});
  // The answer to a request that was sent twice is not the file.
  const isFile = response.headers.get('Content-Type') === 'application/octet-stream';
  const file = isFile ? await response.blob().catch(() => undefined) : undefined;
  const lost = new Problem(0, 'takeout_lost', '');
  if (!file) throw lost;
  const {sha256} = await get<Takeout>(path`/v1/takeouts/${takeout.id}`);
  if (sha256 !== (await sha256Of(file))) throw lost;
  return file;
}
