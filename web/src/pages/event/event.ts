// SPDX-License-Identifier: Apache-2.0
// An event as the server answers it, what its codes mean, and where the things in it are shown.
import {hasText, showNumber, t, word, type TextKey} from '../../base/i18n';
import type {Shown} from '../../proof/compare';

interface Named {
  ref?: string;
  name?: string;
}

/** GET /v1/events/{event}: what a leaf speaks of, and today's names. */
export interface LogEvent extends Shown {
  class: string | null;
  actor: Shown['actor'] & Named;
  in_place_of?: {person?: string} & Named;
  client?: {id?: string} & Named;
  reporter?: {application?: string; name?: string};
  branch?: string;
  device?: NonNullable<Shown['device']> & {country?: string; browser?: string; system?: string; brand?: string; kind?: string};
  erased?: string[];
  withheld?: string[];
  leaf?: string;
  chain?: string;
}

export interface Change {
  field: string;
  before?: unknown;
  after?: unknown;
  secret?: boolean;
}

/** Who acted, in words: by name where one is there, else by what they are. */
export function actorName({actor}: LogEvent): string {
  if (actor.name || actor.ref) return actor.name || actor.ref || '';
  if (actor.application) return t('event.actor.some_application');
  if (actor.system) return t('event.actor.system');
  if (actor.operator) return t('event.actor.operator');
  return t(actor.unknown ? 'event.actor.unknown' : 'event.actor.erased');
}

const PLACES: Record<string, string> = {
  per: '/people/', cli: '/clients/', dev: '/devices/', evt: '/events/', crd: '/credentials/', grt: '/grants/', hov: '/handovers/', tko: '/takeouts/',
};

/** The page of a thing by its id; undefined where it has none. */
export function placeOf(id: string | undefined): string | undefined {
  const place = /^[a-z]{3}_[0-9a-z]{26}$/.test(id ?? '') ? PLACES[id?.slice(0, 3) ?? ''] : undefined;
  return place && `${place}${id}`;
}

/** Changes are a list from whoever reports; what is no change is left to the raw form. */
export function changesOf(event: LogEvent): Change[] {
  const isChange = (one: unknown): one is Change => typeof one === 'object' && one !== null && 'field' in one && typeof one.field === 'string';
  return Array.isArray(event.changes) ? event.changes.filter(isChange) : [];
}

export function detailOf(event: LogEvent): [string, unknown][] {
  const {detail} = event;
  return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? Object.entries(detail) : [];
}

/** A member's name in words; what we have no word for is the application's own. */
export function memberName(name: string): string {
  const key = `event.member.${name}`;
  return hasText(key) ? t(key as TextKey) : name.replaceAll('_', ' ');
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

export const isInstant = (value: unknown): value is string => typeof value === 'string' && INSTANT.test(value);

/** A value as text: what is put together as JSON. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return t(value ? 'event.yes' : 'event.no');
  if (Array.isArray(value) && value.every(one => typeof one === 'string')) return value.join(', ');
  return JSON.stringify(value) ?? '';
}

const OF_FACTORS = new Set(['factor', 'factors', 'method']);
const COUNTED = new Set(['bytes', 'rows']);

/** A member's value in words: factors by their names where we have one, a count as the reader writes numbers. */
export function memberText(member: string, value: unknown): string {
  if (OF_FACTORS.has(member)) return valueText(value).split(/, ?/).map(one => word('me.factor.type', one)).join(', ');
  return COUNTED.has(member) && typeof value === 'number' ? showNumber(value) : valueText(value);
}
