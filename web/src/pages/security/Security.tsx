// SPDX-License-Identifier: Apache-2.0
// The security log: is anything wrong, and who did what.
import {t} from '../../base/i18n';
import {usePaged} from '../../base/load';
import {More, Page, Table} from '../../parts/page';
import {ProblemNotice, Severity, Skeleton, Time} from '../../parts/shown';
import {sentence} from '../../base/i18n';

interface Row {
  id: string;
  time: string;
  action: string;
  severity: string;
}

export default function Security() {
  const rows = usePaged<Row>('/v1/events', {limit: 50});
  return (
    <Page title={t('app.room.security')}>
      <ProblemNotice problem={rows.problem} again={rows.reload} />
      {!rows.data && !rows.problem && <Skeleton />}
      {rows.data && (
        <Table caption={t('app.room.security')}>
          <tbody>
            {rows.data.map(row => (
              <tr key={row.id}><td><Time at={row.time} /></td><td><Severity level={row.severity} /></td><td>{sentence(row.action)}</td></tr>
            ))}
          </tbody>
        </Table>
      )}
      <More hasMore={rows.hasMore} busy={rows.busy} more={rows.more} shown={rows.data?.length ?? 0} />
    </Page>
  );
}
