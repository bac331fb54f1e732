// SPDX-License-Identifier: Apache-2.0
// The weekly report of a client: what was done, by whom, counted from the log.
import {path} from '../../base/api';
import {language, t} from '../../base/i18n';
import {useGet} from '../../base/load';
import {navigate, usePlace, withQuery} from '../../base/router';
import {showSeconds} from '../../base/time';
import {Choice} from '../../parts/controls';
import {Section, Table} from '../../parts/page';
import {Facts, ProblemNotice, Skeleton} from '../../parts/shown';
import type {ClientRow, Weekly} from './clients';
import {pastWeeks} from './weeks';

const WEEKS = 26;

/** The first and the last day of the week, in the client's zone; it is over with `until`. */
const days = ({from, until, time_zone: timeZone}: Weekly): string =>
  new Intl.DateTimeFormat(language(), {dateStyle: 'medium', timeZone}).formatRange(new Date(from), new Date(Date.parse(until) - 1));

function Report({report}: {report: Weekly}) {
  return (
    <>
      <Facts rows={[
        [t('people.week.span'), days(report)],
        [t('people.week.work'), showSeconds(report.work.seconds)],
        [t('people.week.uses'), report.uses],
        [t('people.week.revealed'), report.revealed],
        [t('people.week.denied'), report.denied],
        [t('people.week.purchases'), report.purchases],
        [t('people.week.exports'), report.exports],
        [t('people.week.changes'), report.changes_of_assistant],
        [t('people.week.unusual'), report.unusual],
      ]} />
      {report.helpers.length > 0 && (
        <Table caption={t('people.week.helpers')} look="names">
          <thead><tr><th scope="col">{t('people.week.helper')}</th><th scope="col" class="number">{t('people.week.work')}</th><th scope="col" class="number">{t('people.week.uses')}</th></tr></thead>
          <tbody>{report.helpers.map(one => <tr key={one.person}><th scope="row">{one.name}</th><td class="number">{showSeconds(one.seconds)}</td><td class="number">{one.uses}</td></tr>)}</tbody>
        </Table>
      )}
      <p class="small">{t('people.week.root', {n: report.log.size})}: <span class="mono">{report.log.root}</span></p>
    </>
  );
}

export function Week({client}: {client: ClientRow}) {
  const {query} = usePlace();
  const weeks = pastWeeks(WEEKS);
  const week = weeks.find(one => one === query.get('week')) ?? weeks[0] ?? '';
  const report = useGet<Weekly>(path`/v1/clients/${client.id}/reports/${week}`);
  return (
    <Section title={t('people.tab.weeks')} actions={<a href={path`/v1/clients/${client.id}/reports/${week}/text`} target="_blank" rel="noreferrer">{t('people.week.text')}</a>}>
      <div class="stack">
        <Choice label={t('people.week')} value={week} options={weeks.map(one => [one, one] as const)} onChoose={one => navigate(withQuery({show: 'weeks', week: one}), 'replace')} />
        <ProblemNotice problem={report.problem} again={report.reload} />
        {report.busy ? <Skeleton rows={5} /> : report.data && <Report report={report.data} />}
      </div>
    </Section>
  );
}
