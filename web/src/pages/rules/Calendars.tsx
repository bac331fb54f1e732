// SPDX-License-Identifier: Apache-2.0
// The calendars by which grants open: hours of the week, days off, and days that are worked all the same.
import {useState} from 'preact/hooks';
import {path, put} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo, usePaged} from '../../base/load';
import {say} from '../../base/say';
import {may, useSession} from '../../base/session';
import {dayOf, showTime} from '../../base/time';
import {Button, Choice, TextField} from '../../parts/controls';
import {Section} from '../../parts/page';
import {Chip, Facts, ProblemNotice, Skeleton} from '../../parts/shown';
import {DAYS} from './policy';

interface Calendar {
  name: string;
  country: string | null;
  changed: boolean;
  zone: string;
  week: Partial<Record<(typeof DAYS)[number], string>>;
  off: string[];
  work: string[];
}

const SHOWN = 12;

const countryName = (code: string): string => new Intl.DisplayNames(document.documentElement.lang, {type: 'region'}).of(code.toUpperCase()) ?? code;

const titleOf = (calendar: Calendar): string => (/^[a-z]{2}$/.test(calendar.name) ? countryName(calendar.name) : calendar.name);

function Days({days}: {days: readonly string[]}) {
  const coming = days.filter(day => day >= dayOf(new Date()));
  if (coming.length === 0) return <>–</>;
  return <>{coming.slice(0, SHOWN).map(day => showTime(`${day}T12:00:00Z`, 'day', undefined)).join(' · ')}{coming.length > SHOWN ? ' …' : ''}</>;
}

/** "09:00–17:00", never broken in two. */
const hoursText = (hours: string): string => hours.replaceAll('-', '\u2060–\u2060').replaceAll(' ', '\u00a0');

/** With one day more that is off, or worked: what was said of that day before goes. */
const withDay = (calendar: Calendar, day: string, as: 'off' | 'work') => {
  const other = as === 'off' ? 'work' : 'off';
  return {[as]: [...new Set([...calendar[as], day])].sort(), [other]: calendar[other].filter(one => one !== day)};
};

function AddDay({calendar, changed}: {calendar: Calendar; changed: () => void}) {
  const [day, setDay] = useState('');
  const [as, setAs] = useState<'off' | 'work'>('off');
  const saving = useDo(async () => {
    const {zone, week, off, work, country} = calendar;
    await put(path`/v1/calendars/${calendar.name}`, {...(country ? {country} : {}), zone, week, off, work, ...withDay(calendar, day, as)});
    say(t('rules.saved'));
    setDay('');
    changed();
  });
  return (
    <form class="inline" onSubmit={event => { event.preventDefault(); if (day) void saving.run(); }}>
      <div class="row">
        <TextField label={t('rules.calendar.day')} type="date" value={day} onText={setDay} required />
        <Choice label={t('rules.calendar.is')} value={as} options={[['off', t('rules.calendar.off_one')], ['work', t('rules.calendar.work_one')]]} onChoose={setAs} />
        <Button type="submit" busy={saving.busy}>{t('rules.calendar.add')}<span class="unseen"> {titleOf(calendar)}</span></Button>
      </div>
      <ProblemNotice problem={saving.problem} />
    </form>
  );
}

export function Calendars() {
  const writes = may(useSession(), 'roles.write');
  const {data, problem, reload} = usePaged<Calendar>('/v1/calendars');
  if (!data) return problem ? <ProblemNotice problem={problem} again={reload} /> : <Skeleton rows={8} />;
  return (
    <>
      {data.map(calendar => (
        <Section key={calendar.name} title={titleOf(calendar)} actions={calendar.changed && <Chip look="notice">{t('rules.calendar.changed')}</Chip>}>
          <Facts rows={[
            [t('rules.calendar.zone'), calendar.zone],
            [t('rules.calendar.week'), DAYS.filter(day => calendar.week[day]).map(day => `${t(`rules.day.${day}`)}\u00a0${hoursText(calendar.week[day] ?? '')}`).join(' · ')],
            [t('rules.calendar.off'), <Days days={calendar.off} />],
            calendar.work.length > 0 && [t('rules.calendar.work'), <Days days={calendar.work} />],
          ]} />
          {writes && <AddDay calendar={calendar} changed={reload} />}
        </Section>
      ))}
    </>
  );
}
