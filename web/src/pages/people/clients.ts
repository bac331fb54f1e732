// SPDX-License-Identifier: Apache-2.0
// What the server says of clients, their weeks, and how they are told.
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
  countries: string[];
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
