// SPDX-License-Identifier: Apache-2.0
// The security log: is anything wrong, and who did what.
import {useCallback, useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {t} from '../../base/i18n';
import {useKeys} from '../../base/keys';
import {navigate, usePlace} from '../../base/router';
import {may, useSession} from '../../base/session';
import {Page, Tabs} from '../../parts/page';
import {Empty, ProblemNotice, Skeleton} from '../../parts/shown';
import {Chips} from './Chips';
import {DaysPicture} from './DaysPicture';
import {ExportDialog} from './ExportDialog';
import {FilterBar} from './FilterBar';
import {hrefOf, NO_FILTERS, onTab, readFilters, TABS, tabOf, withCondition, type Filters} from './filters';
import {currentEvent, LogTable, stepRow} from './LogTable';
import {AboveRows, ScannedLine} from './ListEnds';
import {Overview} from './Overview';
import {rowsShown, scannedOf, shown} from './pages';
import {useFollow} from './useFollow';
import {useLog} from './useLog';
import {useNames} from './useNames';
import {MenuContext, ValueMenu, type Chosen, type OpenMenu} from './ValueMenu';
import {Views} from './Views';
import './security.css';

type Change = (filters: Filters, how?: 'replace') => void;

const change: Change = (filters, how) => navigate(hrefOf(filters), how ?? 'push');

function useFilters(): Filters {
  const {query} = usePlace();
  const {hash} = location;
  return useMemo(() => readFilters(query.toString(), hash), [query.toString(), hash]);
}

function useMenu(filters: Filters) {
  const [menu, setMenu] = useState<{at: HTMLElement; chosen: Chosen}>();
  const open = useCallback<OpenMenu>((at, chosen) => setMenu({at, chosen}), []);
  const add = (not: boolean) => menu && change(withCondition(filters, {field: menu.chosen.field, value: menu.chosen.value, not}));
  const drawn = menu && <ValueMenu {...menu} only={() => add(false)} without={() => add(true)} onClose={() => setMenu(undefined)} />;
  return {open, drawn};
}

const isFiltered = (filters: Filters): boolean => filters.conditions.length > 0 || filters.from !== '' || filters.to !== '';

function NoRows({filters}: {filters: Filters}) {
  return (
    <Empty title={t('security.none')}>
      {isFiltered(filters) && <p><a href={hrefOf(NO_FILTERS)}>{t('security.none.clear')}</a></p>}
    </Empty>
  );
}

function LogList({filters}: {filters: Filters}) {
  const session = useSession();
  const [exporting, setExporting] = useState(false);
  const table = useRef<HTMLTableElement>(null);
  const log = useLog(filters);
  const {book} = log;
  const pages = useMemo(() => (book ? shown(book) : []), [book]);
  const rows = useMemo(() => pages.flatMap(page => page.items ?? []), [pages]);
  const menu = useMenu(filters);
  const nameOf = useNames(filters, book && rows);
  const read = book?.pages[0]?.scanned.to ?? undefined;
  const news = useFollow(filters, log.stale ? undefined : read, session.person.id);
  useLogKeys(table);
  return (
    <>
      <Chips filters={filters} nameOf={nameOf} change={change} />
      <DaysPicture filters={filters} ready={book !== undefined && !log.stale} />
      <ProblemNotice problem={log.problem} again={log.reload} />
      {!book && !log.problem && <Skeleton rows={8} />}
      {book && (
        <div class={`log-list ${log.stale ? 'stale' : ''}`}>
          <AboveRows news={news} newer={log.newer} show={() => { log.reload(); window.scrollTo({top: 0}); }}
            exports={may(session, 'log.export') ? () => setExporting(true) : undefined} />
          {rows.length > 0 && <MenuContext.Provider value={menu.open}><LogTable pages={pages} first={book.first} stale={log.stale} table={table} /></MenuContext.Provider>}
          {rows.length === 0 && <NoRows filters={filters} />}
          <ScannedLine scanned={scannedOf(book)} shown={rowsShown(book)} older={log.older} busy={log.busy} />
        </div>
      )}
      {menu.drawn}
      {exporting && <ExportDialog filters={filters} nameOf={nameOf} onClose={() => setExporting(false)} />}
    </>
  );
}

function useLogKeys(table: {current: HTMLTableElement | null}): void {
  const openEvent = () => {
    const id = currentEvent(table.current);
    if (id) navigate(`/events/${id}`);
  };
  useKeys([
    {key: 'j', does: 'security.key.down', run: () => stepRow(table.current, 1)},
    {key: 'k', does: 'security.key.up', run: () => stepRow(table.current, -1)},
    {key: 'Enter', does: 'security.key.open', run: openEvent},
    {key: '/', does: 'security.key.search', run: () => document.querySelector<HTMLInputElement>('.log-search')?.focus()},
    {key: 'Escape', does: 'security.key.leave', run: () => document.querySelector<HTMLElement>('.log-search')?.blur()},
  ]);
}

export default function Security() {
  const filters = useFilters();
  useEffect(() => window.scrollTo(0, 0), []);
  return (
    <Page title={t('app.room.security')}>
      {isFiltered(filters) || <Overview />}
      <Tabs label={t('security.tabs')} current={tabOf(filters).id}
        items={TABS.map(tab => ({id: tab.id, text: t(`security.tab.${tab.id}`), href: hrefOf(onTab(filters, tab))}))} />
      <FilterBar filters={filters} change={change} />
      <Views filters={filters} />
      <LogList filters={filters} />
    </Page>
  );
}
