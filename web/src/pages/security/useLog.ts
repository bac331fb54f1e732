// SPDX-License-Identifier: Apache-2.0
// Reads the log page by page. What is on screen stays until what is asked for is there.
import {useEffect, useRef, useState} from 'preact/hooks';
import {call, Problem} from '../../base/api';
import type {LogPage} from './event';
import {asked, isPrivate, type Filters} from './filters';
import {begin, hold, newerPage, olderCursor, PAGE_ROWS, withNewer, withOlder, type Book} from './pages';

export interface Log {
  book: Book | undefined;
  busy: boolean;
  /** The rows are those of the filters before. */
  stale: boolean;
  problem: Problem | undefined;
  older: (() => void) | undefined;
  newer: (() => void) | undefined;
  reload: () => void;
}

async function fetchPage(filters: Filters, cursor: string | null, signal: AbortSignal): Promise<LogPage> {
  const ask = {...asked(filters), limit: PAGE_ROWS, ...(cursor ? {cursor} : {})};
  const page = isPrivate(filters)
    ? await call<LogPage>('POST', '/v1/events:search', {body: ask, signal})
    : await call<LogPage>('GET', '/v1/events', {query: ask, signal});
  // The first answer got lost and the same request was sent again: its rows are given once.
  if (!page.items) throw new Problem(0, 'unreachable', '');
  return page;
}

const asProblem = (error: unknown) => (error instanceof Problem ? error : new Problem(0, 'unreachable', String(error)));

export function useLog(filters: Filters): Log {
  const key = JSON.stringify(asked(filters));
  const [held, setHeld] = useState<{key: string; book: Book}>();
  const [busy, setBusy] = useState(true);
  const [problem, setProblem] = useState<Problem>();
  const [turn, setTurn] = useState(0);
  const under = useRef<AbortController | undefined>(undefined);
  const run = (read: (signal: AbortSignal) => Promise<Book>) => {
    under.current?.abort();
    const stop = (under.current = new AbortController());
    setBusy(true);
    setProblem(undefined);
    read(stop.signal).then(
      book => stop.signal.aborted || (setHeld({key, book}), setBusy(false)),
      error => stop.signal.aborted || (setProblem(asProblem(error)), setBusy(false)),
    );
  };
  useEffect(() => {
    run(async signal => begin(await fetchPage(filters, null, signal)));
    return () => under.current?.abort();
  }, [key, turn]);
  const book = held?.book;
  const stale = held !== undefined && held.key !== key;
  const cursor = book && olderCursor(book);
  const before = book && newerPage(book);
  return {
    book, busy, stale, problem,
    older: book && cursor && !stale
      ? () => run(async signal => withOlder(book, cursor, await fetchPage(filters, cursor, signal))) : undefined,
    newer: book && before && !stale
      ? () => run(async signal => withNewer(book, before.items ? before : hold(before.cursor, await fetchPage(filters, before.cursor, signal))))
      : undefined,
    reload: () => setTurn(now => now + 1),
  };
}
