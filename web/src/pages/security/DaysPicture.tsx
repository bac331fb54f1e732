// SPDX-License-Identifier: Apache-2.0
// How much happened on which day: bars that one can press, and the table behind them.
import {useMemo, useRef} from 'preact/hooks';
import {showNumber, t} from '../../base/i18n';
import {useGet} from '../../base/load';
import {navigate} from '../../base/router';
import {showTime} from '../../base/time';
import {Table} from '../../parts/page';
import type {Scanned} from './event';
import {fillDays, rangeOfDay, type Day} from './days';
import {asked, hrefOf, isCountable, type Filters} from './filters';

interface Facets {
  total: number;
  day: Record<string, number>;
  scanned: Scanned;
}

const HEIGHT = 56;
const STEP = 8;
const FEWEST = 30;

/** A date is a date in every zone: at noon it is the same one for the reader. */
const dayName = (day: string): string => showTime(`${day}T12:00:00`, 'day');

interface BarProps {
  day: Day;
  at: number;
  most: number;
  href: string;
  chosen: boolean;
  stop: boolean;
}

function Bar({day, at, most, href, chosen, stop}: BarProps) {
  const height = day.count ? Math.max(1.5, (day.count / most) * HEIGHT) : 0;
  const go = (event: MouseEvent) => { event.preventDefault(); navigate(href); };
  return (
    <a href={href} tabIndex={stop ? 0 : -1} aria-label={t('security.day', {day: dayName(day.day), count: showNumber(day.count)})} aria-current={chosen ? 'true' : undefined} onClick={go}>
      <title>{t('security.day', {day: dayName(day.day), count: showNumber(day.count)})}</title>
      <rect class="ground" x={at * STEP} y={0} width={STEP} height={HEIGHT} />
      <rect class="bar" x={at * STEP + 1} y={HEIGHT - height} width={STEP - 2} height={height} />
    </a>
  );
}

/** The arrows go from day to day; the Tab key stops once. */
function stepDay(event: KeyboardEvent, svg: SVGSVGElement | null): void {
  const bars = [...(svg?.querySelectorAll('a') ?? [])];
  const at = bars.findIndex(bar => bar === document.activeElement);
  const to = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: bars.length - 1}[event.key];
  if (to === undefined || at < 0) return;
  event.preventDefault();
  bars[to]?.focus();
}

function DaysTable({days, hrefs}: {days: readonly Day[]; hrefs: readonly string[]}) {
  return (
    <details class="days-table">
      <summary>{t('security.days.table')}</summary>
      <Table caption={t('security.days')}>
        <thead><tr><th scope="col">{t('security.days.day')}</th><th scope="col" class="number">{t('security.days.count')}</th></tr></thead>
        <tbody>
          {days.map((one, at) => one.count > 0 && <tr key={one.day}><td><a href={hrefs[at]}>{dayName(one.day)}</a></td><td class="number">{showNumber(one.count)}</td></tr>)}
        </tbody>
      </Table>
    </details>
  );
}

/** The bars show every day that fits the other filters, so that one can go from day to day. */
function Picture({facets, filters}: {facets: Facets; filters: Filters}) {
  const svg = useRef<SVGSVGElement>(null);
  const days = useMemo(() => fillDays(facets.day), [facets]);
  const most = Math.max(1, ...days.map(one => one.count));
  const hrefs = days.map(one => hrefOf({...filters, ...rangeOfDay(one.day)}));
  const chosen = days.findIndex(one => rangeOfDay(one.day).from === filters.from && rangeOfDay(one.day).to === filters.to);
  const stop = chosen < 0 ? days.length - 1 : chosen;
  if (!days.length) return null;
  return (
    <figure class="days">
      <figcaption>
        {t('security.days')}: {t('security.days.total', {n: facets.total})}{!facets.scanned.complete && ` ${t('security.days.partly')}`}
      </figcaption>
      <svg ref={svg} role="group" aria-label={t('security.days')} viewBox={`0 0 ${Math.max(FEWEST, days.length) * STEP} ${HEIGHT}`} preserveAspectRatio="none" onKeyDown={event => stepDay(event, svg.current)}>
        {days.map((day, at) => <Bar key={day.day} day={day} at={at} most={most} href={hrefs[at] ?? ''} chosen={at === chosen} stop={at === stop} />)}
      </svg>
      <p class="days-ends"><span>{dayName(days[0]?.day ?? '')}</span>{days.length >= FEWEST && <span>{dayName(days.at(-1)?.day ?? '')}</span>}</p>
      <DaysTable days={days} hrefs={hrefs} />
    </figure>
  );
}

/** Asked for when the rows are there: they come first. */
export function DaysPicture({filters, ready}: {filters: Filters; ready: boolean}) {
  const countable = isCountable(filters);
  const facets = useGet<Facets>(ready && countable ? '/v1/events:facets' : null, asked({...filters, from: '', to: ''}));
  if (!countable) return <p class="small days">{t('security.days.sealed')}</p>;
  return facets.data ? <Picture facets={facets.data} filters={filters} /> : <div class="days waiting" />;
}
