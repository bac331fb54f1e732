// SPDX-License-Identifier: Apache-2.0
// Pages of the log as they are held: some are on screen, of the others only the way back to them is kept, so that a
// tab in which somebody pages for an hour stays as small as it was.
import type {LogEvent, LogPage, Scanned} from './event';

export const PAGE_ROWS = 200;
/** On screen at once. */
export const PAGES_SHOWN = 5;

export interface Held {
  /** What the page was asked for with; null is the newest. */
  cursor: string | null;
  /** Undefined: it was let go. */
  items: LogEvent[] | undefined;
  next: string | null;
  scanned: Scanned;
}

export interface Book {
  pages: readonly Held[];
  /** The first page on screen. */
  first: number;
}

export const hold = (cursor: string | null, page: LogPage): Held =>
  ({cursor, items: page.items ?? [], next: page.next, scanned: page.scanned});

export const begin = (page: LogPage): Book => ({pages: [hold(null, page)], first: 0});

export const shown = (book: Book): readonly Held[] => book.pages.slice(book.first, book.first + PAGES_SHOWN);

/** The first page always stays: it can't be asked for again as it was. */
function letGo(pages: readonly Held[], first: number): Held[] {
  return pages.map((page, at) => (at === 0 || (at >= first && at < first + PAGES_SHOWN) ? page : {...page, items: undefined}));
}

function moveTo(pages: readonly Held[], first: number): Book {
  return {pages: letGo(pages, first), first};
}

/** What to ask for to go on; undefined: there is nothing behind. */
export function olderCursor(book: Book): string | undefined {
  const last = shown(book).at(-1);
  return last?.next ?? undefined;
}

/** With a page behind those on screen. */
export function withOlder(book: Book, cursor: string, page: LogPage): Book {
  const at = book.first + shown(book).length;
  const pages = [...book.pages];
  pages[at] = hold(cursor, page);
  return moveTo(pages, Math.max(book.first, at + 1 - PAGES_SHOWN));
}

/** The page before those on screen; undefined: the newest is there. */
export const newerPage = (book: Book): Held | undefined => book.pages[book.first - 1];

/** With the page before those on screen, as it was asked for again or as it was kept. */
export function withNewer(book: Book, page: Held): Book {
  const at = book.first - 1;
  const pages = [...book.pages];
  pages[at] = page;
  return moveTo(pages, at);
}

export const rowsShown = (book: Book): number => shown(book).reduce((sum, page) => sum + (page.items?.length ?? 0), 0);

/** What was looked through for what is on screen, in indexes. */
export function scannedOf(book: Book): Scanned {
  const pages = shown(book).filter(page => page.scanned.from !== null && page.scanned.to !== null);
  return {
    from: pages.at(-1)?.scanned.from ?? null,
    to: pages[0]?.scanned.to ?? null,
    complete: shown(book).every(page => page.scanned.complete),
  };
}
