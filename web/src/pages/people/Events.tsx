// SPDX-License-Identifier: Apache-2.0
// Some events of the log about one person, device or client; each leads to the whole of it.
import type {Query} from '../../base/api';
import {sentence, t, word} from '../../base/i18n';
import {usePaged} from '../../base/load';
import {More, Table} from '../../parts/page';
import {Chip, Empty, ProblemNotice, Severity, Skeleton, Time} from '../../parts/shown';
import {actorName, type LogEvent} from '../event/event';
import {isClosed} from './people';

interface EventsProps {
  caption: string;
  query: Query;
  /** Whether who acted is a column: not where all are by one person. */
  who?: boolean;
  empty: string;
}

const fromText = ({device}: LogEvent): string => [device?.name || device?.id, device?.browser, device?.ip].filter(Boolean).join(' · ') || word('event.device.kind', device?.kind ?? '');

function Row({event, who}: {event: LogEvent; who: boolean}) {
  const what = event.object?.label || event.object?.id;
  return (
    <tr>
      <td><Time at={event.time} style="minute" /></td>
      <td>
        <a href={`/events/${event.id}`}>{sentence(event.action ?? '')}</a>{event.severity !== 'info' && <> <Severity level={event.severity} /></>}
        {event.outcome !== 'success' && <> <Chip look="warning">{word('event.outcome', event.outcome)}</Chip></>}
        {what && <span class="small block">{what}</span>}
        {event.purpose && <span class="small block">{t('event.purpose')}: {event.purpose}</span>}
      </td>
      {who && <td>{actorName(event)}</td>}
      <td class="small aside">{event.device && fromText(event)}</td>
    </tr>
  );
}

export function Events({caption, query, who = false, empty}: EventsProps) {
  const events = usePaged<LogEvent>('/v1/events', {limit: 25, ...query});
  if (isClosed(events.problem)) return <p class="quiet-text">{t('people.closed')}</p>;
  const rows = events.data;
  return (
    <>
      <ProblemNotice problem={events.problem} again={events.reload} />
      {!rows && events.busy && <Skeleton rows={4} />}
      {rows?.length === 0 && <Empty title={empty} />}
      {rows && rows.length > 0 && (
        <Table caption={caption} look="names events">
          <thead><tr><th scope="col">{t('event.when')}</th><th scope="col">{t('event.what')}</th>{who && <th scope="col">{t('event.who')}</th>}<th scope="col" class="aside">{t('event.from')}</th></tr></thead>
          <tbody>{rows.map(event => <Row key={event.id} event={event} who={who} />)}</tbody>
        </Table>
      )}
      {rows && rows.length > 0 && <More hasMore={events.hasMore} busy={events.busy} more={events.more} shown={rows.length} />}
    </>
  );
}
