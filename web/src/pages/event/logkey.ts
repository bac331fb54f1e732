// SPDX-License-Identifier: Apache-2.0
// The log's key as this browser saw it first: what is asked of a server at the same moment as its proof shows only that its
// answers fit together.

export interface KnownKey {
  vkey: string;
  /** When it was seen first, RFC 3339. */
  since: string;
}

export type KeyStanding = 'first' | 'same' | 'changed' | 'pasted';

const slot = (tenant: string): string => `muniment.vkey.${tenant}`;

const isKnownKey = (value: unknown): value is KnownKey =>
  typeof value === 'object' && value !== null && 'vkey' in value && 'since' in value && typeof value.vkey === 'string' && typeof value.since === 'string';

export function knownKey(tenant: string): KnownKey | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(slot(tenant)) ?? 'null');
    return isKnownKey(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function keepKey(tenant: string, vkey: string): KnownKey {
  const key = {vkey, since: new Date().toISOString()};
  localStorage.setItem(slot(tenant), JSON.stringify(key));
  return key;
}

/** Which key a proof is checked with, and how it stands: one that the reader brought, else the one that was seen first. */
export function chooseKey(tenant: string, served: string, pasted: string): {vkey: string; standing: KeyStanding; since?: string} {
  if (pasted) return {vkey: pasted, standing: 'pasted'};
  const known = knownKey(tenant);
  if (!known) return {vkey: served, standing: 'first', since: keepKey(tenant, served).since};
  return {vkey: known.vkey, standing: known.vkey === served ? 'same' : 'changed', since: known.since};
}
