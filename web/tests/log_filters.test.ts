// SPDX-License-Identifier: Apache-2.0
// The filters of the log in the address bar and in what the API is asked.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {asked, beyondTab, hrefOf, isCountable, isPrivate, NO_FILTERS, onTab, readFilters, tabOf, TABS, withCondition, withOnly, withoutCondition, type Condition, type Filters} from '../src/pages/security/filters.ts';

const one = (field: Condition['field'], value: string, not = false): Condition => ({field, value, not});
const filters = (...conditions: Condition[]): Filters => ({...NO_FILTERS, conditions});

const parse = (href: string): Filters => {
  const url = new URL(href, 'http://127.0.0.1');
  return readFilters(url.search, url.hash);
};

test('an address says exactly the filters that made it', () => {
  const made: Filters = {
    conditions: [one('actor', 'per_1'), one('class', 'login'), one('client', 'cli_1', true), one('text', 'two words & more #1'), one('ip', '2001:db8::1', true)],
    from: '2026-10-21T00:00:00.000Z',
    to: '2026-10-22T00:00:00.000Z',
  };
  const read = parse(hrefOf(made));
  assert.deepEqual(asked(read), asked(made));
  assert.equal(hrefOf(read), hrefOf(made));
});

test('texts and addresses stand behind the hash, which no browser sends', () => {
  const href = hrefOf(filters(one('text', 'secret word'), one('ip', '192.0.2.7'), one('text', 'other', true), one('actor', 'per_1')));
  const [sent = '', kept = ''] = href.split('#');
  assert.equal(sent, '/security?actor=per_1');
  assert.match(kept, /text=secret\+word/);
  assert.match(kept, /ip=192\.0\.2\.7/);
  assert.match(kept, /not_text=other/);
  assert.ok(isPrivate(parse(href)));
  assert.ok(!isPrivate(filters(one('actor', 'per_1'))));
});

test('a text in the query of an old link is taken too, and leaves it', () => {
  const read = readFilters('?text=word', '');
  assert.deepEqual(read.conditions, [one('text', 'word')]);
  assert.equal(hrefOf(read), '/security#text=word');
});

test('what is no filter is passed over', () => {
  const read = readFilters('?lang=ru&colour=red&actor=&not_from=x&from=yesterday&to=2026-13-45', '#main');
  assert.deepEqual(read, NO_FILTERS);
});

test('a value stands once, however often the address says it', () => {
  assert.equal(readFilters('?actor=a&actor=a&not_actor=a', '').conditions.length, 2);
});

test('excluding a value takes back that it was asked for, and the other way round', () => {
  const asking = withCondition(NO_FILTERS, one('actor', 'a'));
  const excluding = withCondition(asking, one('actor', 'a', true));
  assert.deepEqual(excluding.conditions, [one('actor', 'a', true)]);
  assert.deepEqual(withCondition(excluding, one('actor', 'a')).conditions, [one('actor', 'a')]);
  assert.deepEqual(withoutCondition(asking, one('actor', 'a')).conditions, []);
  assert.deepEqual(withoutCondition(asking, one('actor', 'b')).conditions, asking.conditions);
});

test('words that are typed replace the words before, and nothing else', () => {
  const before = filters(one('text', 'old'), one('text', 'never', true), one('actor', 'a'));
  assert.deepEqual(asked(withOnly(before, 'text', ['new'])), {actor: ['a'], not_text: ['never'], text: ['new']});
  assert.deepEqual(asked(withOnly(before, 'text', [''])), {actor: ['a'], not_text: ['never']});
});

test('a tab keeps the other filters and stands where it was chosen', () => {
  for (const tab of TABS) {
    const chosen = onTab(filters(one('class', 'payment'), one('actor', 'a'), one('class', 'log', true)), tab);
    assert.equal(tabOf(chosen).id, tab.id);
    assert.deepEqual(beyondTab(chosen), [one('actor', 'a'), one('class', 'log', true)]);
  }
});

test('classes of no tab are shown as filters of the tab of all', () => {
  const chosen = filters(one('class', 'payment'));
  assert.equal(tabOf(chosen).id, 'all');
  assert.deepEqual(beyondTab(chosen), chosen.conditions);
});

test('what is sealed cannot be counted', () => {
  assert.ok(isCountable(filters(one('actor', 'owner1'), one('object', 'per_01m819fbhzfmzv06vsx23wpg1b'))));
  for (const sealed of [one('text', 'word'), one('ip', '192.0.2.7', true), one('object', 'record/7'), one('device', 'office'), one('device', 'dev_01m819fbhzfmzv06vsx23wpg1b'), one('country', 'FI'), one('device_kind', 'phone', true)])
    assert.ok(!isCountable(filters(sealed)), sealed.field);
});

test('where and from what are filters of the address bar and of a query', () => {
  const read = readFilters('?country=FI&not_device_kind=bot', '');
  assert.deepEqual(read.conditions, [one('country', 'FI'), one('device_kind', 'bot', true)]);
  assert.equal(hrefOf(read), '/security?country=FI&not_device_kind=bot');
  assert.deepEqual(asked(read), {country: ['FI'], not_device_kind: ['bot']});
  assert.ok(!isPrivate(read));
});
