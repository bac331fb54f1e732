// SPDX-License-Identifier: Apache-2.0
// A deposit link and its three words: what is whole, what is meant, and what is not.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {readLink} from '../src/pages/deposit/link.ts';
import {isSpoken, placeWords} from '../src/pages/deposit/words.ts';

const table = readFileSync(new URL('../../policies/spoken_words.def', import.meta.url), 'utf8');
const words = [...table.replace(/\/\*[^]*?\*\//g, '').matchAll(/SPOKEN\("([a-z]+)"\)/g)].map(found => found[1] ?? '');
const all = words.join(' ');

const KEY = Buffer.alloc(32, 7).toString('base64url');

test('a whole link gives its id and its key', () => {
  const link = readLink('/d/dep_01m81e0g9vf00926ndestfwrb4', `#${KEY}`);
  assert.equal(link?.id, 'dep_01m81e0g9vf00926ndestfwrb4');
  assert.deepEqual(link?.key, new Uint8Array(32).fill(7));
});

test('a link that lost a part is none', () => {
  for (const [path, fragment] of [['/d/dep_1', ''], ['/d/dep_1', '#'], ['/d/dep_1', `#${KEY.slice(1)}`], ['/d/dep_1', `#${KEY}A`], ['/d/', `#${KEY}`], ['/d/per_1', `#${KEY}`],
    ['/d/dep_1/form', `#${KEY}`], ['/d/dep_1', `#${KEY.slice(0, -1)}!`], ['/d/dep_%2e%2e', `#${KEY}`]] as const)
    assert.equal(readLink(path, fragment), undefined, path + fragment);
});

test('every word of the table is one of the words, in capitals and with a changed end, too', () => {
  assert.equal(words.length, 2048);
  for (const word of words) {
    assert.ok(isSpoken(word, all), word);
    assert.ok(isSpoken(` ${word.toUpperCase()} `, all), word);
    if (word.length >= 4 && word.length < 8) assert.ok(isSpoken(`${word.slice(0, 4)}x`, all), word);
  }
});

test('what is no word is not taken for one', () => {
  for (const typed of ['', 'ab', 'zzzz', 'aband0n', 'aba', 'acts', 'abandonment', 'слово', 'act ion', '<b>', 'x'.repeat(500)]) assert.ok(!isSpoken(typed, all), typed);
});

test('three words pasted into one place fill all three', () => {
  assert.deepEqual(placeWords(['', '', ''], 0, 'able baby cabinet'), ['able', 'baby', 'cabinet']);
  assert.deepEqual(placeWords(['able', '', ''], 1, 'baby, cabinet, dance'), ['able', 'baby', 'cabinet']);
  assert.deepEqual(placeWords(['able', 'baby', 'x'], 2, ' cabinet '), ['able', 'baby', 'cabinet']);
  assert.deepEqual(placeWords(['able', 'baby', 'cabinet'], 1, ''), ['able', '', 'cabinet']);
});
