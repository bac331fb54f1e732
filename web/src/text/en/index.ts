// SPDX-License-Identifier: Apache-2.0
// English: the language whose keys the others must have.
import sentences from 'virtual:sentences/en';
import app from './app.json';
import security from './security.json';
import signin from './signin.json';
import type rest from './rest';

const first = {...app, ...security, ...signin};

export type TextKey = keyof (typeof first & typeof rest);
export type Table = Record<TextKey, string | Partial<Record<Intl.LDMLPluralRule, string>>>;

// The log is what people open first: it does not wait for the texts of the other pages.
export default {table: first as Table, sentences, rest: () => import('./rest')};
