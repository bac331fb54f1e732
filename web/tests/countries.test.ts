// SPDX-License-Identifier: Apache-2.0
// Countries by name, to choose from.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {countries} from '../src/pages/security/countries.ts';

test('every country stands in the list once, by the name that it has now, and nothing else does', () => {
  const all = countries('sv');
  const codes = all.map(([code]) => code);
  assert.equal(new Set(codes).size, codes.length);
  assert.ok(codes.length > 240 && codes.length < 270, String(codes.length));
  for (const code of ['FI', 'BG', 'SE', 'HU', 'RU', 'GB', 'US', 'AX']) assert.ok(codes.includes(code), code);
  for (const code of ['DD', 'SU', 'YU', 'EU', 'UN', 'ZZ', 'AA']) assert.ok(!codes.includes(code), code);
  assert.equal(all.at(-1)?.[0], 'TL', 'Östtimor stands behind Z');
});
