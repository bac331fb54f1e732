// SPDX-License-Identifier: Apache-2.0
// Hungarian.
import sentences from 'virtual:sentences/hu';
import app from './app.json';
import security from './security.json';
import signin from './signin.json';
import type {Table} from '../en';

export default {table: {...app, ...security, ...signin} as Table, sentences, rest: () => import('./rest')};
