// SPDX-License-Identifier: Apache-2.0
// What the server says of clients and of how they are told; and the weeks of their reports.
import {t} from '../../base/i18n';
import type {Client} from '../vault/model';

export interface Contact {
  id: string;
  name: string | null;
  email: string | null;
  language: string;
}

export interface ClientRow extends Client {
  branch: string | null;
  language: string;
  contacts: Contact[];
}

export const clientName = (client: Pick<Client, 'name' | 'ref'>): string => client.name || client.ref || t('vault.client.unnamed');

/** How a contact is told. */
export interface Wish {
  contact: string;
  uses: 'each' | 'digest' | 'none';
  purchases: 'digest' | 'none';
  grants: 'digest' | 'none';
  changes: 'digest' | 'none';
  second_address: string | null;
}

export interface Wishes {
  client: string;
  mailbox_delegated: boolean;
  always: string[];
  items: Wish[];
}

export interface Weekly {
  week: string;
  from: string;
  until: string;
  time_zone: string;
  basis: 'server' | 'import';
  work: {hours: number; minutes: number; seconds: number};
  uses: number;
  revealed: number;
  denied: number;
  purchases: number;
  exports: number;
  changes_of_assistant: number;
  unusual: number;
  helpers: {person: string; name: string; seconds: number; uses: number}[];
  log: {size: number; root: string};
}

const DAY_MS = 86_400_000;

/** The ISO week of a day, as 2026-W42: its Thursday says the year. */
export function isoWeek(day: Date): string {
  const thursday = new Date(Date.UTC(day.getFullYear(), day.getMonth(), day.getDate() + 4 - (day.getDay() || 7)));
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - first) / DAY_MS / 7) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}

/** The last weeks that are over, the newest first. */
export const pastWeeks = (count: number, now = new Date()): string[] =>
  Array.from({length: count}, (_, at) => isoWeek(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 7 * (at + 1))));
