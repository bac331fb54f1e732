// SPDX-License-Identifier: Apache-2.0
// The first screen: is anything wrong?
import type {ComponentChildren} from 'preact';
import {showNumber, t, type TextKey} from '../../base/i18n';
import {useEvery, useLoad} from '../../base/load';
import {Ago, ProblemNotice, Skeleton} from '../../parts/shown';
import {Alerts} from './Alerts';
import {hrefOf, type Condition} from './filters';
import {lookOfDone, lookOfPeople, readProtection, type Done, type Look, type Protection} from './protection';

const MARKS: Record<Look, string> = {ok: '✓', notice: '●', warning: '▲', alert: '!'};
const AGAIN_MS = 60_000;

/** One answer: how bad by form and word, what, and since when. */
function Line({look, title, children}: {look: Look; title: string; children: ComponentChildren}) {
  return (
    <div class={`check-line ${look}`}>
      <dt><span class="mark-of" aria-hidden="true">{MARKS[look]}</span> <span class="unseen">{t(`security.look.${look}`)}</span> {title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function DoneLine({title, never, done}: {title: string; never: string; done: Done | null}) {
  return (
    <Line look={lookOfDone(done, Date.now())} title={title}>
      {done ? <a href={`/events/${done.event}`}><Ago at={done.at} /></a> : never}
      {done && !done.ok && ` · ${t('security.outcome.failed')}`}
      {done?.source === 'import' && ` · ${t('security.imported')}`}
    </Line>
  );
}

function PeopleLines({people}: {people: Protection['people']}) {
  const {staff, strong, email, none, export_weak: weak, export_weak_people: names} = people;
  return (
    <>
      <Line look={none > 0 ? 'notice' : 'ok'} title={t('security.strong')}>
        <a href="/people">{t('security.of', {some: showNumber(strong), all: showNumber(staff)})}</a>
        <span class="aside">{t('security.email_only')}: {showNumber(email)} · {t('security.no_factor')}: {showNumber(none)}</span>
      </Line>
      <Line look={lookOfPeople(people) === 'warning' ? 'warning' : 'ok'} title={t('security.weak_export')}>
        {showNumber(weak)}
        {weak > 0 && <span class="aside">{names.slice(0, 5).map((one, at) => <span key={one.id}>{at > 0 && ', '}<a href={`/people/${one.id}`}>{one.name}</a></span>)}{weak > 5 && ' …'}</span>}
      </Line>
    </>
  );
}

function LogLines({log}: {log: Protection['log']}) {
  return (
    <>
      <Line look={log.holds ? 'ok' : 'alert'} title={t('security.log')}>
        {log.holds ? t('security.log.entries', {n: log.size}) : t('security.log.broken')}
        {log.checkpoint && <span class="aside">{t('security.log.signed')}: <Ago at={log.checkpoint.time} /></span>}
      </Line>
      <DoneLine title={t('security.log.verified')} never={t('security.log.never')} done={log.verified} />
      <Line look={log.witnesses.length ? 'ok' : 'notice'} title={t('security.witnesses')}>{showNumber(log.witnesses.length)}</Line>
    </>
  );
}

function ProtectionCard({data}: {data: Protection}) {
  return (
    <section class="card" aria-labelledby="protection">
      <h2 id="protection">{t('security.protection')}</h2>
      <dl class="checks">
        <PeopleLines people={data.people} />
        <DoneLine title={t('security.backup')} never={t('security.backup.never')} done={data.backup} />
        <LogLines log={data.log} />
      </dl>
    </section>
  );
}

const only = (field: Condition['field'], value: string): Condition => ({field, value, not: false});

interface Question {
  text: TextKey;
  count: 'failed_logins' | 'new_devices' | 'exports' | 'denied';
  conditions: readonly Condition[];
}

const QUESTIONS: readonly Question[] = [
  {text: 'security.today.failed', count: 'failed_logins', conditions: [only('action', 'login.failed'), only('action', 'login.blocked')]},
  {text: 'security.today.devices', count: 'new_devices', conditions: [only('action', 'device.first_seen')]},
  {text: 'security.today.exports', count: 'exports', conditions: [only('action', 'export.completed'), only('action', 'log.exported')]},
  {text: 'security.today.denied', count: 'denied', conditions: [only('outcome', 'denied')]},
];

/** What the server counts, as filters. The day is the business's own; each number leads to its rows. */
function Today({today}: {today: Protection['today']}) {
  return (
    <section class="today-row" aria-labelledby="today">
      <h2 id="today" class="small">{t('security.today')}</h2>
      <div>
        {QUESTIONS.map(({text, count, conditions}) => (
          <a key={count} class={`today ${today[count] ? 'some' : ''}`} href={hrefOf({conditions, from: today.from, to: ''})}>
            <span class="big">{showNumber(today[count])}{!today.complete && '+'}</span> <span>{t(text)}</span>
          </a>
        ))}
      </div>
    </section>
  );
}

export function Overview() {
  const {data, problem, reload} = useLoad(readProtection, []);
  useEvery(AGAIN_MS, reload);
  if (problem?.status === 403) return null;
  if (!data) return problem ? <ProblemNotice problem={problem} again={reload} /> : <div class="overview waiting"><Skeleton rows={6} /></div>;
  return (
    <div class="overview">
      <div class="overview-cards">
        <Alerts alerts={data.alerts} reload={reload} />
        <ProtectionCard data={data} />
      </div>
      <Today today={data.today} />
    </div>
  );
}
