// SPDX-License-Identifier: Apache-2.0
// The codes that an event can carry, from the tables that the server is made from: each has its word in each language.
import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import {test} from 'node:test';
import {pageOf, shortId} from '../src/pages/security/event.ts';
import {KIND_LETTERS} from '../src/proof/ids.ts';

// The tests are made into a folder beside this one.
const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const LANGUAGES = readdirSync(new URL('../src/text/', import.meta.url)).filter(name => name.length === 2);
const wordsOf = (language: string): Record<string, string> => ({
  ...JSON.parse(text(`web/src/text/${language}/app.json`)),
  ...JSON.parse(text(`web/src/text/${language}/security.json`)),
});

const found = (path: string, row: RegExp): string[] => [...text(path).matchAll(row)].map(([, code = '']) => code);

/** What is between the brackets of `reason(…)` in the fields of actions. */
const reportedReasons = (): string[] => found('policies/actions.def', /\breason\(([^)]+)\)/g).flatMap(list => list.split('|'));
const classes = (): string[] => [...new Set(found('policies/actions.def', /^ACTION\(\d+, \w+, "[^"]+", (\w+)/gm))].map(name => name.toLowerCase());

function eachHasItsWord(list: string, codes: string[], atLeast: number): void {
  assert.ok(codes.length >= atLeast, `${codes.length} codes of ${list} were found`);
  for (const language of LANGUAGES) {
    const words = wordsOf(language);
    assert.deepEqual(codes.filter(code => !words[`${list}.${code}`]), [], `${list} in ${language}`);
  }
}

test('the pages have six languages', () => assert.equal(LANGUAGES.length, 6));

test('every type of object that the server names has its word', () => {
  const types = found('server/api/log/event_out.c', /\[ID_\w+\] = "(\w+)"/g);
  assert.equal(types.length, KIND_LETTERS.length);
  eachHasItsWord('security.object', types, 27);
});

test('every reason of the server’s, and every one that an application may report, has its word', () => {
  eachHasItsWord('security.reason', found('policies/reasons.def', /^REASON\(\d+, \w+, "(\w+)"/gm), 38);
  eachHasItsWord('security.reason', reportedReasons(), 10);
});

test('every class of events has its word', () => eachHasItsWord('security.class', classes(), 15));

test('an id of ours is told by its last digits, and an application’s as it is', () => {
  assert.equal(shortId('ses_01m81j553kfnjtnq72d5hkja70'), '…hkja70');
  assert.equal(shortId('payment-23725'), 'payment-23725');
});

test('the letters of ids with a page are letters of a kind', () => {
  const paged = KIND_LETTERS.filter(letters => pageOf(`${letters}_01m81j553kfnjtnq72d5hkja70`));
  assert.deepEqual(paged.toSorted(), ['cli', 'crd', 'dev', 'evt', 'grt', 'hov', 'per', 'tko']);
});
