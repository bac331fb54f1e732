// SPDX-License-Identifier: Apache-2.0
// Finnish.
import sentences from 'virtual:sentences/fi';
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
import type {Table} from '../en';

const table: Table = {...app, ...deposit, ...event, ...handovers, ...me, ...people, ...rules, ...security, ...signin, ...vault};

export default {table, sentences};
