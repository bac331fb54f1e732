// SPDX-License-Identifier: Apache-2.0
// English: the language whose keys the others must have.
import sentences from 'virtual:sentences/en';
import app from './app.json';
import deposit from './deposit.json';
import event from './event.json';
import handovers from './handovers.json';
import me from './me.json';
import people from './people.json';
import rules from './rules.json';
import security from './security.json';
import signin from './signin.json';
import vault from './vault.json';

const table = {...app, ...deposit, ...event, ...handovers, ...me, ...people, ...rules, ...security, ...signin, ...vault};

export type TextKey = keyof typeof table;
export type Table = Record<TextKey, string | Partial<Record<Intl.LDMLPluralRule, string>>>;

export default {table: table as Table, sentences};
