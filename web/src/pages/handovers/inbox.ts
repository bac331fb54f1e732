// SPDX-License-Identifier: Apache-2.0
// What waits for a second person: of several lists of the API one, oldest first.
import {get, path, post, Problem, type Page, type Query} from '../../base/api';
import {t, word} from '../../base/i18n';
import {may, type Session} from '../../base/session';
import {offerOf, type Handover} from './handover';

export type WaitingKind = 'grant' | 'handover' | 'breakglass' | 'review' | 'deposit' | 'retention';

/** One thing that waits. */
export interface Waiting {
  kind: WaitingKind;
  id: string;
  what: string;
  href?: string;
  /** Who gets or does something by it. */
  who?: string | null | undefined;
  client?: string | null | undefined;
  why?: string | null | undefined;
  asked: string | null | undefined;
  since: string;
  until?: string | null | undefined;
  /** For the reader to decide, or asked by the reader and for somebody else to decide. */
  turn: 'mine' | 'others';
  /** How many yes there are, of how many that are needed. */
  count?: string;
  /** Whether a decision takes a reason. */
  reason: boolean;
  decide: (approve: boolean, reason: string) => Promise<unknown>;
}

/** All pages of a list that nobody lets grow long: what waits. */
async function all<T>(url: string, query: Query, signal: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = '';
  for (let page = 0; cursor !== null && page < 20; page++) {
    const part: Page<T> = await get<Page<T>>(url, {...query, limit: 500, cursor}, signal);
    items.push(...part.items);
    cursor = part.next;
  }
  return items;
}

interface Grant {
  id: string;
  credential_title?: string | null;
  client_name?: string | null;
  to: string;
  to_name?: string | null;
  by: string;
  by_name?: string | null;
  modes: string[];
  gates: {approval: string};
  task?: string | null;
  mandate?: string | null;
  created: string;
  until: string;
}

const turnOf = (decides: boolean, isMine: boolean): 'mine' | 'others' | undefined => (decides ? 'mine' : isMine ? 'others' : undefined);

async function grants(session: Session, signal: AbortSignal): Promise<(Waiting | undefined)[]> {
  const me = session.person.id;
  const found = await all<Grant>('/v1/grants', {state: 'waiting', names: 1}, signal);
  return found.map(one => {
    const turn = turnOf(may(session, 'grant.approve') && one.by !== me && one.to !== me, one.by === me || one.to === me);
    return turn && {
      kind: 'grant', id: one.id, what: one.credential_title || t('approvals.unnamed'), href: `/grants/${one.id}`, who: one.to_name, client: one.client_name,
      why: [one.task, one.mandate, one.modes.map(mode => word('handovers.mode', mode)).join(', ')].filter(Boolean).join(' · '),
      asked: one.by_name, since: one.created, until: one.until, turn, reason: true,
      ...(one.gates.approval === 'none' ? {} : {count: one.gates.approval}),
      decide: (approve, reason) => post(path`/v1/grants/${one.id}/decision`, {approve, ...(reason ? {reason} : {})}),
    };
  });
}

async function handovers(session: Session, signal: AbortSignal): Promise<(Waiting | undefined)[]> {
  const found = await all<Handover>('/v1/handovers', {state: 'requested', names: 1}, signal);
  return found.map(one => {
    const turn = turnOf(offerOf(one, session).decide, one.requested_by === session.person.id);
    return turn && {
      kind: 'handover', id: one.id, what: `${one.from_name || t('handovers.erased')} → ${one.to_name || t('handovers.erased')}`, href: `/handovers/${one.id}`,
      client: one.client_names?.filter(Boolean).join(', '), why: `${word('handovers.kind', one.kind)} · ${word('handovers.reason', one.reason)}`,
      asked: one.requested_by_name, since: one.requested, until: one.until ?? one.start, turn, reason: false,
      decide: approve => post(path`/v1/handovers/${one.id}/decision`, {approve}),
    };
  });
}

interface Breakglass {
  id: string;
  state: string;
  credential_title?: string | null;
  client_name?: string | null;
  reason: string | null;
  requested_by: string;
  requested_by_name?: string | null;
  created: string;
  until?: string;
  closed?: string;
}

async function emergencies(session: Session, signal: AbortSignal): Promise<(Waiting | undefined)[]> {
  const me = session.person.id;
  const found = await all<Breakglass>('/v1/breakglass', {names: 1}, signal);
  const keeps = may(session, 'breakglass.confirm') || session.person.kind === 'client';
  return found.filter(one => one.state === 'requested' || one.state === 'closed').map(one => {
    const review = one.state === 'closed';
    const turn = turnOf(one.requested_by !== me && (review ? may(session, 'breakglass.confirm') : keeps), one.requested_by === me);
    return turn && {
      kind: review ? 'review' : 'breakglass', id: one.id, what: one.credential_title || t('approvals.unnamed'), who: one.requested_by_name, client: one.client_name,
      why: one.reason, asked: one.requested_by_name, since: review ? (one.closed ?? one.created) : one.created, until: review ? undefined : one.until, turn, reason: review,
      decide: (approve, reason) => review
        ? post(path`/v1/breakglass/${one.id}/review`, {verdict: approve ? 'justified' : 'unjustified', ...(reason ? {note: reason} : {})})
        : post(path`/v1/breakglass/${one.id}/decision`, {approve}),
    };
  });
}

interface Deposit {
  id: string;
  state: string;
  ask: string | null;
  client_name?: string | null;
  by: string;
  by_name?: string | null;
  site?: string;
  created: string;
  expires: string;
}

async function deposits(session: Session, signal: AbortSignal): Promise<(Waiting | undefined)[]> {
  const found = await all<Deposit>('/v1/deposits', {names: 1}, signal);
  return found.filter(one => one.state === 'unconfirmed').map(one => {
    const turn = turnOf(may(session, 'credential.deposit') && session.person.kind !== 'client', one.by === session.person.id);
    return turn && {
      kind: 'deposit', id: one.id, what: one.ask || t('approvals.unnamed'), client: one.client_name, why: one.site, asked: one.by_name,
      since: one.created, until: one.expires, turn, reason: false, decide: approve => post(path`/v1/deposits/${one.id}/decision`, {approve}),
    };
  });
}

interface Retention {
  class: string;
  months: number;
  justification: string | null;
  asked?: {months: number; at: string; by: string};
}

async function retentions(session: Session, signal: AbortSignal): Promise<(Waiting | undefined)[]> {
  if (!may(session, 'log.read:tenant')) return [];
  const found = await get<{items: Retention[]}>('/v1/retention', undefined, signal);
  return found.items.map(one => {
    const asked = one.asked;
    const turn = asked && turnOf(may(session, 'privacy.approve') && asked.by !== session.person.id, asked.by === session.person.id);
    return asked && turn && {
      kind: 'retention', id: one.class, what: t('approvals.months', {name: word('approvals.class', one.class), from: one.months, to: asked.months}), href: '/rules/retention',
      asked: undefined, since: asked.at, turn, reason: false, decide: approve => post(path`/v1/retention/${one.class}/decision`, {approve}),
    };
  });
}

const SOURCES = [grants, handovers, emergencies, deposits, retentions];

const isForbidden = (error: unknown) => error instanceof Problem && (error.status === 403 || error.status === 404);

/** All of it, oldest first. What the reader may not list does not wait for them. */
export async function loadWaiting(session: Session, signal: AbortSignal): Promise<Waiting[]> {
  const lists = await Promise.all(SOURCES.map(source => source(session, signal).catch(error => {
    if (isForbidden(error)) return [];
    throw error;
  })));
  return lists.flat().filter(one => one !== undefined).sort((a, b) => a.since.localeCompare(b.since));
}
