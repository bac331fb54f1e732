// SPDX-License-Identifier: Apache-2.0
// Bulgarian.
import sentences from 'virtual:sentences/bg';
import app from './app.json';
import security from './security.json';
import signin from './signin.json';
import type {Table} from '../en';

export default {table: {...app, ...security, ...signin} as Table, sentences, rest: () => import('./rest')};
