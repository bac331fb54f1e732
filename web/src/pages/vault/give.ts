// SPDX-License-Identifier: Apache-2.0
// A grant as it is put together on the page, and as the server takes it.
import {MODES, type Credential, type Mode, type Outside} from './model';
import {fromWall} from './zone';

export interface Draft {
  to: string;
  client: string;
  credentials: readonly string[];
  modes: readonly Mode[];
  /** Wall-clock times of the zone, as an input holds them; '' = now, and as long as the rules allow. */
  from: string;
  until: string;
  calendar: string;
  outside: Outside;
  uses: string;
  task: string;
  mandate: string;
  exclusive: 'none' | 'credential' | 'client';
  approvers: readonly ('client' | 'staff')[];
  count: string;
  notify: 'each' | 'none';
}

export const NEW_DRAFT: Draft = {
  to: '', client: '', credentials: [], modes: [], from: '', until: '', calendar: '', outside: 'deny', uses: '', task: '', mandate: '',
  exclusive: 'none', approvers: [], count: '1', notify: 'each',
};

/** Modes that are above the ceiling of none of the credentials. */
export const modesAllowed = (credentials: readonly Credential[]): Mode[] =>
  credentials.length ? MODES.filter(mode => credentials.every(one => one.modes_max.includes(mode))) : [];

/** What keeps a draft from being given; undefined when nothing does. */
export function draftFault(draft: Draft, zone: string): 'to' | 'credentials' | 'modes' | 'until' | undefined {
  if (!draft.to) return 'to';
  if (!draft.credentials.length) return 'credentials';
  if (!draft.modes.length) return 'modes';
  const from = draft.from ? fromWall(draft.from, zone) : new Date();
  const until = draft.until ? fromWall(draft.until, zone) : undefined;
  return from && until && until <= from ? 'until' : undefined;
}

/** One credential's POST /v1/grants. */
export function bodyOf(draft: Draft, credential: string, zone: string): Record<string, unknown> {
  const from = fromWall(draft.from, zone)?.toISOString();
  const until = fromWall(draft.until, zone)?.toISOString();
  return {
    credential,
    to: draft.to,
    modes: draft.modes,
    ...(from ? {from} : {}),
    ...(until ? {until} : {}),
    ...(draft.calendar ? {hours: {calendar: draft.calendar, outside: draft.outside}} : {}),
    ...(draft.uses ? {uses: Number(draft.uses)} : {}),
    ...(draft.task.trim() ? {task: draft.task.trim()} : {}),
    ...(draft.mandate.trim() ? {mandate: draft.mandate.trim()} : {}),
    exclusive: draft.exclusive,
    notify: draft.notify,
    ...(draft.approvers.length ? {approval: {by: draft.approvers, count: Number(draft.count)}} : {}),
  };
}
