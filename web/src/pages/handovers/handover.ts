// SPDX-License-Identifier: Apache-2.0
// A handover as the API tells it, and what follows from it for who looks at it.
import {may, type Session} from '../../base/session.ts';

export type HandoverKind = 'stand_in' | 'replacement' | 'departure';
export const KINDS: readonly HandoverKind[] = ['stand_in', 'replacement', 'departure'];
export const REASONS = ['leave', 'absence', 'replacement', 'departure', 'task_change'] as const;
export const OVERRIDES = ['client_asked', 'client_agreed', 'unreachable', 'security'] as const;

export type HandoverState = 'requested' | 'approved' | 'active' | 'returned' | 'completed' | 'cancelled' | 'refused' | 'lapsed';

export interface Handover {
  id: string;
  state: HandoverState;
  kind: HandoverKind;
  reason: string;
  override: string | null;
  from: string;
  to: string;
  from_name?: string | null;
  to_name?: string | null;
  clients: string[];
  client_names?: (string | null)[];
  all_clients: boolean;
  start: string;
  until: string | null;
  requested: string;
  decided: string | null;
  told: string | null;
  started: string | null;
  accepted: string | null;
  ended: string | null;
  requested_by: string;
  requested_by_name?: string | null;
  decided_by: string | null;
  decided_by_name?: string | null;
  ended_by: string | null;
  ended_by_name?: string | null;
  moved: number;
  returned: number;
  extension?: {until: string; reason: string; asked: string; asked_by: string; asked_by_name?: string | null} | null;
}

/** What of it moves, and which clients do not. */
export interface Scope {
  moves?: number;
  blocked?: {client: string; client_name?: string | null; grants: number; why: string}[];
}

export const isOpen = (handover: Handover): boolean => ['requested', 'approved', 'active'].includes(handover.state);

/** What the reader may do with it now. The server decides; this only says what is offered. */
export interface Offer {
  decide: boolean;
  accept: boolean;
  brief: boolean;
  end: 'cancel' | 'return' | undefined;
  /** Ask that a stand-in lasts longer. */
  extend: boolean;
  /** Say yes or no to that, or take it back: while it waits. */
  decideLonger: boolean;
  withdrawLonger: boolean;
}

/** What is offered about a longer stand-in: one end waits at a time. */
function longerOf(handover: Handover, session: Session, isParty: boolean): Pick<Offer, 'extend' | 'decideLonger' | 'withdrawLonger'> {
  const isOfUse = handover.kind === 'stand_in' && handover.until !== null && (handover.state === 'approved' || handover.state === 'active');
  const waits = handover.extension ?? undefined;
  const approves = may(session, 'handover.approve');
  const isMine = waits?.asked_by === session.person.id;
  return {
    extend: isOfUse && !waits && may(session, 'handover.request'),
    decideLonger: waits !== undefined && approves && !isParty && !isMine,
    withdrawLonger: waits !== undefined && (isMine || approves),
  };
}

export function offerOf(handover: Handover, session: Session): Offer {
  const me = session.person.id;
  const isParty = me === handover.from || me === handover.to;
  const mayEnd = me === handover.from || may(session, 'handover.request') || may(session, 'handover.approve');
  const live = handover.state === 'approved' || handover.state === 'active';
  return {
    decide: handover.state === 'requested' && may(session, 'handover.approve') && !isParty && me !== handover.requested_by,
    accept: live && me === handover.to && !handover.accepted,
    brief: live && me === handover.to,
    end: !mayEnd || !isOpen(handover) ? undefined : handover.state === 'active' ? 'return' : 'cancel',
    ...longerOf(handover, session, isParty),
  };
}

export type StepName = 'requested' | 'approved' | 'told' | 'live' | 'accepted';

export interface Step {
  name: StepName;
  at: string | null;
  by: string | null | undefined;
  state: 'done' | 'next' | 'later' | 'never';
}

/** The five steps in their order. What was refused, cancelled or lapsed never gets further. */
export function stepsOf(handover: Handover): Step[] {
  const isOver = !isOpen(handover);
  const approved = handover.state === 'refused' || handover.state === 'cancelled' ? (handover.told ? handover.decided : null) : handover.decided;
  const all: [StepName, string | null, string | null | undefined][] = [
    ['requested', handover.requested, handover.requested_by_name],
    ['approved', approved, handover.decided_by_name],
    ['told', handover.told, undefined],
    ['live', handover.started, undefined],
    ['accepted', handover.accepted, handover.to_name],
  ];
  const next = all.findIndex(([, at]) => at === null);
  return all.map(([name, at, by], place) => ({
    name, at, by: at ? by : undefined, state: at ? 'done' : isOver ? 'never' : place === next ? 'next' : 'later',
  }));
}

const NOTICE_MS = 14 * 24 * 60 * 60 * 1000;

/** All but an absence is told 14 days before its start, or says why not. */
export const needsOverride = (reason: string, start: Date, now: Date): boolean =>
  reason !== 'absence' && start.getTime() - now.getTime() < NOTICE_MS;
