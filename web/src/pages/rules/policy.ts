// SPDX-License-Identifier: Apache-2.0
// What people who sign in are asked for: a policy as the API has it, and as a form holds it.

export interface Policy {
  name: string;
  login_factor: 'email' | 'totp';
  action_factor: 'email' | 'totp';
  totp_actions: string[];
  grace_until: string | null;
  code_digits: number | null;
  remember_days: number;
  step_up_at: number | null;
  deny_at: number | null;
  countries: {expected: string[]; others: 'flag' | 'step_up' | 'deny'} | null;
  hours: {days: string[]; from: string; to: string; time_zone?: string; outside: 'flag' | 'step_up'} | null;
  notice: number | null;
  clock: 'lenient' | 'strict';
  reset_wait_hours: number | null;
  resets_a_year: number | null;
  helpdesk_codes_a_year: number | null;
}

/** The numbers of a policy: null is "as the strictest other policy says, else as the program brings it along". */
export const NUMBERS = [
  ['code_digits', 6, 8], ['remember_days', 0, 30], ['step_up_at', 0, 100], ['deny_at', 1, 100], ['notice', 1, 1_000_000],
  ['reset_wait_hours', 1, 720], ['resets_a_year', 0, 100], ['helpdesk_codes_a_year', 0, 100],
] as const;

export type NumberName = (typeof NUMBERS)[number][0];

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Without its name: what PUT takes, which replaces the whole. */
export function bodyOf(policy: Policy): Omit<Policy, 'name'> {
  const {name: _, ...body} = policy;
  return body;
}

/** "fi, SE de" -> ["FI", "SE", "DE"]. */
export const readCountries = (text: string): string[] => [...new Set(text.toUpperCase().split(/[^A-Z]+/).filter(code => code.length === 2))];
