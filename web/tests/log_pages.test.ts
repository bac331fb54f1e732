// SPDX-License-Identifier: Apache-2.0
// Pages of the log: what is held, what is let go, and the way back.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {LogEvent, LogPage} from '../src/pages/security/event.ts';
import {begin, hold, newerPage, olderCursor, PAGES_SHOWN, rowsShown, scannedOf, shown, withNewer, withOlder, type Book} from '../src/pages/security/pages.ts';
import {fillDays, rangeOfDay} from '../src/pages/security/days.ts';
import {MessageReader} from '../src/pages/security/sse.ts';

const ROWS = 200;
const LAST = 120;

const rowsOf = (page: number): LogEvent[] => Array.from({length: ROWS}, (_, at) => ({id: `evt_${page}_${at}`}) as LogEvent);

const serverPage = (page: number): LogPage => ({
  items: rowsOf(page),
  next: page === LAST ? null : String(page + 1),
  scanned: {from: (LAST - page) * ROWS, to: (LAST - page + 1) * ROWS - 1, complete: true},
});

function walk(book: Book, pages: number): Book {
  for (let at = 0; at < pages; at++) {
    const cursor = olderCursor(book);
    if (!cursor) return book;
    book = withOlder(book, cursor, serverPage(Number(cursor)));
  }
  return book;
}

const heldRows = (book: Book): number => book.pages.reduce((sum, page) => sum + (page.items?.length ?? 0), 0);

test('a hundred pages hold no more rows than six', () => {
  const book = walk(begin(serverPage(0)), 100);
  assert.equal(book.pages.length, 101);
  assert.equal(rowsShown(book), PAGES_SHOWN * ROWS);
  assert.equal(heldRows(book), (PAGES_SHOWN + 1) * ROWS);
  assert.equal(shown(book).at(-1)?.items?.[0]?.id, 'evt_100_0');
});

test('the way back shows every page again, in order, to the newest', () => {
  let book = walk(begin(serverPage(0)), 30);
  for (let page = newerPage(book); page; page = newerPage(book)) {
    book = withNewer(book, page.items ? page : hold(page.cursor, serverPage(Number(page.cursor))));
    assert.equal(rowsShown(book), PAGES_SHOWN * ROWS);
  }
  assert.deepEqual(shown(book).map(page => page.items?.[0]?.id), ['evt_0_0', 'evt_1_0', 'evt_2_0', 'evt_3_0', 'evt_4_0']);
  assert.equal(heldRows(book), PAGES_SHOWN * ROWS);
});

test('going on after going back asks for the page behind those on screen', () => {
  let book = walk(begin(serverPage(0)), 8);
  const before = newerPage(book);
  assert.ok(before);
  book = withNewer(book, hold(before.cursor, serverPage(Number(before.cursor))));
  assert.equal(olderCursor(book), '8');
});

test('the last page has nothing behind it', () => {
  const book = walk(begin(serverPage(0)), LAST + 5);
  assert.equal(book.pages.length, LAST + 1);
  assert.equal(olderCursor(book), undefined);
});

test('what was looked through is told of what is on screen, and complete only if every page was', () => {
  const book = walk(begin(serverPage(0)), 2);
  assert.deepEqual(scannedOf(book), {from: (LAST - 2) * ROWS, to: (LAST + 1) * ROWS - 1, complete: true});
  const cut = withOlder(book, '3', {...serverPage(3), scanned: {from: 1, to: 2, complete: false}});
  assert.equal(scannedOf(cut).complete, false);
  const empty = begin({items: [], next: null, scanned: {from: null, to: null, complete: true}});
  assert.deepEqual(scannedOf(empty), {from: null, to: null, complete: true});
});

test('days without anything stand between those that have something', () => {
  assert.deepEqual(fillDays({'2026-10-31': 2, '2026-11-02': 1}), [{day: '2026-10-31', count: 2}, {day: '2026-11-01', count: 0}, {day: '2026-11-02', count: 1}]);
  assert.deepEqual(fillDays({}), []);
  assert.deepEqual(fillDays({'2026-01-01': 9, '2026-11-02': 1}, 2).map(one => one.day), ['2026-11-01', '2026-11-02']);
  assert.deepEqual(rangeOfDay('2026-10-31'), {from: '2026-10-31T00:00:00.000Z', to: '2026-11-01T00:00:00.000Z'});
});

test('messages are whole however the stream was cut', () => {
  const stream = 'id: 7\nevent: login.failed\ndata: {"a":"б"}\n\n: silence\nid: 9\n\nid: 10\r\nevent: x.y\r\ndata: 1\r\ndata: 2\r\n\r\n';
  for (let size = 1; size < stream.length; size++) {
    const reader = new MessageReader();
    const messages = [];
    for (let at = 0; at < stream.length; at += size) messages.push(...reader.push(stream.slice(at, at + size)));
    assert.deepEqual(messages, [
      {id: '7', event: 'login.failed', data: '{"a":"б"}'},
      {id: '9', event: 'message', data: ''},
      {id: '10', event: 'x.y', data: '1\n2'},
    ], `pieces of ${size}`);
  }
});
