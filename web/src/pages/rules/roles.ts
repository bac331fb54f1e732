// SPDX-License-Identifier: Apache-2.0
// Roles and what is changed of them before it is saved.

export interface Role {
  name: string;
  capabilities: string[];
  least_factor: 'email' | 'totp';
}

/** In the order of policies/capabilities.def, each with whether giving it needs care: then all owners are told. */
export const CAPABILITIES = [
  ['log.read:self', false], ['log.read:client', true], ['log.read:branch', true], ['log.read:tenant', true], ['log.read_admin', true], ['log.export', true],
  ['people.read', false], ['people.write', false], ['clients.read', false], ['clients.write', false], ['roles.write', false], ['applications.write', false],
  ['factors.manage', true], ['credential.deposit', true], ['credential.use', true], ['credential.reveal', true], ['grant.give', true], ['grant.approve', true],
  ['handover.request', false], ['handover.approve', true], ['privacy.request', true], ['privacy.approve', true], ['breakglass.confirm', true],
] as const;

const isCareful = (capability: string): boolean => CAPABILITIES.some(([name, careful]) => name === capability && careful);

/** The owners' role loses nothing, and nobody gives what they lack. */
export const mayToggle = (role: Role, capability: string, held: readonly string[]): boolean =>
  role.name !== 'owner' && (role.capabilities.includes(capability) || held.includes(capability));

export function toggled(role: Role, capability: string): Role {
  const has = role.capabilities.includes(capability);
  return {...role, capabilities: has ? role.capabilities.filter(one => one !== capability) : [...role.capabilities, capability]};
}

export interface RoleChange {
  role: Role;
  gains: string[];
  loses: string[];
  factor: 'email' | 'totp' | undefined;
  careful: boolean;
}

/** What the drafts change of what stands; a draft that changes nothing is none. */
export function changesOf(roles: readonly Role[], drafts: ReadonlyMap<string, Role>): RoleChange[] {
  return roles.flatMap(role => {
    const draft = drafts.get(role.name);
    if (!draft) return [];
    const gains = draft.capabilities.filter(one => !role.capabilities.includes(one));
    const loses = role.capabilities.filter(one => !draft.capabilities.includes(one));
    const factor = draft.least_factor === role.least_factor ? undefined : draft.least_factor;
    return gains.length || loses.length || factor ? [{role: draft, gains, loses, factor, careful: gains.some(isCareful)}] : [];
  });
}
