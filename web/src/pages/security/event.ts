// SPDX-License-Identifier: Apache-2.0
// An event as the log lists it, and what a row says of it.

export interface Actor {
  person?: string;
  application?: string;
  system?: true;
  unknown?: true;
  operator?: true;
  proven?: boolean;
  ref?: string;
  name?: string;
  roles: string[];
}

export interface Device {
  id?: string;
  /** Its id in the registry, where its page is. */
  registry?: string;
  ip?: string;
  country?: string;
  user_agent?: string;
  name?: string;
  browser?: string;
  system?: string;
  kind?: string;
  truncated?: true;
}

export interface LogEvent {
  id: string;
  index: number;
  time: string;
  received: string;
  action: string | null;
  class: string | null;
  severity: string;
  critical: boolean;
  source: 'server' | 'application' | 'import';
  outcome: string;
  reason?: string;
  actor: Actor;
  in_place_of?: {person?: string; ref?: string; name?: string};
  client?: {id: string; ref?: string; name?: string};
  branch?: string;
  object?: {type: string | null; id?: string; label?: string};
  grant?: string;
  purpose?: string;
  task?: string;
  count?: number;
  detail?: Record<string, unknown>;
  session?: string;
  skewed?: true;
  device?: Device;
  erased?: string[];
  withheld?: string[];
}

export interface Scanned {
  from: number | null;
  to: number | null;
  complete: boolean;
}

export interface LogPage {
  items?: LogEvent[];
  next: string | null;
  scanned: Scanned;
}

/** What the filter `actor` takes for who acted; nothing for whoever has no id. */
export const actorId = (actor: Actor): string | undefined => actor.person ?? actor.application;

/** Ids of ours have a word of three letters in front: per_, cli_, crd_ … */
export const isOurs = (id: string): boolean => /^[a-z]{3}_[0-9a-z]{26}$/.test(id);

const LAST_DIGITS = 6;

/** An id of ours as one tells it from its neighbours: by its last digits. Others are as their application made them. */
export const shortId = (id: string): string => (isOurs(id) ? `…${id.slice(-LAST_DIGITS)}` : id);

/** What the filter `object` takes: our ids as they are, an application's own behind their type. */
export function objectFilter(object: {type: string | null; id?: string}): string | undefined {
  if (!object.id) return undefined;
  return isOurs(object.id) || !object.type ? object.id : `${object.type}/${object.id}`;
}

const PAGES: Record<string, string> = {per: '/people', cli: '/clients', dev: '/devices', crd: '/credentials', grt: '/grants', hov: '/handovers', tko: '/takeouts', evt: '/events'};

/** Where more about an id of ours is, if it has a page. */
export function pageOf(id: string): string | undefined {
  const room = isOurs(id) ? PAGES[id.slice(0, 3)] : undefined;
  return room && `${room}/${id}`;
}

/** "Firefox 128 · Windows 10"; the whole user agent if nothing is known of it. */
export function agentText(device: Device): string {
  const known = [device.browser, device.system].filter(Boolean).join(' · ');
  return device.name || known || device.user_agent || '';
}
