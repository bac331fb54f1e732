// SPDX-License-Identifier: Apache-2.0
// The rows of the log. One of them is the current one: j and k, or the arrows, go from row to row, and the Tab key goes
// through the values of that row alone.
import type {RefObject} from 'preact';
import {Component} from 'preact';
import {useEffect, useLayoutEffect, useRef} from 'preact/hooks';
import {t, type TextKey} from '../../base/i18n';
import {DeviceCell, FromCell, ObjectCell, ProofCell, ResultCell, WhatCell, WhenCell, WhoCell} from './cells';
import type {LogEvent} from './event';
import type {Held} from './pages';

const COLUMNS = [
  ['time', WhenCell], ['who', WhoCell], ['what', WhatCell], ['object', ObjectCell],
  ['device', DeviceCell], ['from', FromCell], ['result', ResultCell], ['proof', ProofCell],
] as const;

const title = (column: string): string => t(`security.column.${column}` as TextKey);

// The roles are said although the elements have them: a narrow screen shows rows as blocks, and a browser that takes a
// block for no row any more would read out a heap of words.
function Row({event}: {event: LogEvent}) {
  return (
    <tr role="row" class={`entry ${event.severity}`} tabIndex={-1} data-id={event.id}>
      {COLUMNS.map(([column, Cell]) => (
        <td key={column} role="cell" class={column} data-label={title(column)}><Cell event={event} /></td>
      ))}
    </tr>
  );
}

const FIRST_ROWS = 30;

interface PageRowsProps {
  page: Held;
}

/** The rows that one sees first are drawn first, the others a moment later: whoever clicked on a filter looks at the top.
 * A page is drawn anew for nothing else than its rows; kept vnodes would hold the rows of pages that went long ago. */
class PageRows extends Component<PageRowsProps, {rows: number}> {
  state = {rows: FIRST_ROWS};
  private timer = 0;

  componentDidMount() {
    this.timer = window.setTimeout(() => this.setState({rows: Infinity}));
  }

  componentWillUnmount() {
    clearTimeout(this.timer);
  }

  shouldComponentUpdate(next: PageRowsProps, state: {rows: number}) {
    return next.page.items !== this.props.page.items || state.rows !== this.state.rows;
  }

  render({page}: PageRowsProps, {rows}: {rows: number}) {
    return <tbody role="rowgroup">{page.items?.slice(0, rows).map(event => <Row key={event.id} event={event} />)}</tbody>;
  }
}

const rowsOf = (table: HTMLElement | null): HTMLElement[] => [...(table?.querySelectorAll<HTMLElement>('tr.entry') ?? [])];

const currentRow = (table: HTMLElement | null): HTMLElement | null => table?.querySelector<HTMLElement>('tr.entry.current') ?? null;

function setStops(row: HTMLElement, stop: boolean): void {
  row.classList.toggle('current', stop);
  for (const one of row.querySelectorAll<HTMLElement>('button, a')) one.tabIndex = stop ? 0 : -1;
  row.tabIndex = stop ? 0 : -1;
}

function makeCurrent(table: HTMLElement | null, row: HTMLElement): void {
  const before = currentRow(table);
  if (before === row) return;
  if (before) setStops(before, false);
  setStops(row, true);
}

/** To the next row or the one before, from the current one. */
export function stepRow(table: HTMLElement | null, by: 1 | -1): void {
  const rows = rowsOf(table);
  const current = currentRow(table);
  const focused = table?.contains(document.activeElement) ?? false;
  const at = current && focused ? rows.indexOf(current) + by : Math.max(0, current ? rows.indexOf(current) : 0);
  const row = rows[Math.min(Math.max(at, 0), rows.length - 1)];
  if (!row) return;
  makeCurrent(table, row);
  row.focus();
  row.scrollIntoView({block: 'nearest'});
}

export const currentEvent = (table: HTMLElement | null): string | undefined => currentRow(table)?.dataset.id;

/** Pages come and go above what is looked at: it stays where it is on the screen. */
function useSteadyScroll(table: RefObject<HTMLTableElement | null>, first: number): void {
  const before = useRef<{first: number; row: Element | null | undefined; top: number}>({first, row: undefined, top: 0});
  if (before.current.first !== first) {
    const bodies = table.current?.tBodies;
    const body = first > before.current.first ? bodies?.[bodies.length - 1] : bodies?.[0];
    const row = first > before.current.first ? body?.lastElementChild : body?.firstElementChild;
    before.current = {first, row, top: row?.getBoundingClientRect().top ?? 0};
  }
  useLayoutEffect(() => {
    const {row, top} = before.current;
    if (row?.isConnected) window.scrollBy({top: row.getBoundingClientRect().top - top, behavior: 'instant'});
    before.current.row = undefined;
  }, [first]);
}

interface LogTableProps {
  pages: readonly Held[];
  first: number;
  stale: boolean;
  table: RefObject<HTMLTableElement | null>;
}

export function LogTable({pages, first, stale, table}: LogTableProps) {
  useSteadyScroll(table, first);
  useEffect(() => {
    const rows = rowsOf(table.current);
    if (!currentRow(table.current) && rows[0]) makeCurrent(table.current, rows[0]);
  }, [pages]);
  const follow = (event: FocusEvent) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('tr.entry') : null;
    if (row) makeCurrent(table.current, row);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    stepRow(table.current, event.key === 'ArrowDown' ? 1 : -1);
  };
  return (
    <table ref={table} class="log" role="table" aria-busy={stale} onFocusIn={follow} onKeyDown={press}>
      <caption class="unseen">{t('security.caption')}</caption>
      <thead role="rowgroup">
        <tr role="row">{COLUMNS.map(([column]) => <th key={column} role="columnheader" scope="col" class={column}>{title(column)}</th>)}</tr>
      </thead>
      {pages.map(page => <PageRows key={`${page.cursor} ${page.items?.[0]?.id}`} page={page} />)}
    </table>
  );
}
