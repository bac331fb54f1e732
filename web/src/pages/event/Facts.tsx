// SPDX-License-Identifier: Apache-2.0
// Who, when, what and why: all facts of an event.
import type {ComponentChildren} from 'preact';
import {language, showNumber, t, word} from '../../base/i18n';
import {useSession} from '../../base/session';
import {readersZone, showSeconds, showTime} from '../../base/time';
import {Facts, roleName, Time} from '../../parts/shown';
import {actorName, detailOf, isInstant, memberName, memberText, placeOf, type LogEvent} from './event';

/** A name that leads to its page where it has one. */
export function Place({id, children}: {id: string | undefined; children: ComponentChildren}) {
  const {person} = useSession();
  // A client has pages of their own events and of themselves alone.
  const href = person.kind !== 'client' || /^(evt|cli)_/.test(id ?? '') ? placeOf(id) : undefined;
  // What others typed may turn the direction of writing: it does so for itself alone.
  return href ? <a href={href}><bdi>{children}</bdi></a> : <bdi>{children}</bdi>;
}

function Who({event}: {event: LogEvent}) {
  const {actor, in_place_of: instead} = event;
  const roles = actor.roles.map(roleName).join(', ');
  return (
    <>
      <Place id={actor.person}>{actorName(event)}</Place>{actor.application && actor.name && ` (${t('event.actor.application')})`}
      {roles && <span class="quiet-text"> · {roles} ({t('event.then')})</span>}
      {event.branch && <span class="quiet-text"> · {event.branch}</span>}
      {actor.proven !== undefined && <p class="small">{t(actor.proven ? 'event.proven' : 'event.unproven')}</p>}
      {instead && <p class="small">{t('event.instead')}: <Place id={instead.person}>{instead.name || instead.ref || t('event.actor.erased')}</Place></p>}
    </>
  );
}

const DAY_MS = 86_400_000;

const unit = (value: number, name: 'second' | 'day'): string =>
  new Intl.NumberFormat(language(), {style: 'unit', unit: name, unitDisplay: 'long', maximumFractionDigits: name === 'day' ? 0 : 2}).format(value);

/** How long after it happened it was received: to the hundredth below a minute, in days beyond two. */
function delay(event: LogEvent): string {
  const ms = Date.parse(event.received) - Date.parse(event.time);
  if (Math.abs(ms) >= 2 * DAY_MS) return unit(ms / DAY_MS, 'day');
  return Math.abs(ms) >= 60_000 ? showSeconds(ms / 1000) : unit(ms / 1000, 'second');
}

function When({event}: {event: LogEvent}) {
  return (
    <>
      <Time at={event.time} zone={useSession().tenant.time_zone} /> <span class="quiet-text">({readersZone()})</span>
      {readersZone() !== 'UTC' && <p class="small">{showTime(event.time, 'second', 'UTC')}</p>}
      <p class="small">{t('event.received', {delay: delay(event)})} · {t(event.skewed ? 'event.clock.off' : 'event.clock.ok')}</p>
    </>
  );
}

function Value({member, value}: {member: string; value: unknown}) {
  if (isInstant(value)) return <Time at={value} />;
  return <Place id={typeof value === 'string' ? value : undefined}>{memberText(member, value)}</Place>;
}

function What({event}: {event: LogEvent}) {
  const {object} = event;
  const details = detailOf(event);
  const name = object && (object.label || object.id);
  return (
    <>
      {name && <p><Place id={object.id}>{name}</Place>{object.type && <span class="quiet-text"> · {word('security.object', object.type)}</span>}</p>}
      {event.count !== undefined && <p>{t('event.count', {count: event.count})}</p>}
      {details.length > 0 && (
        <dl class="members">
          {details.map(([member, value]) => <div key={member}><dt>{memberName(member)}</dt><dd><Value member={member} value={value} /></dd></div>)}
        </dl>
      )}
      {typeof event.detail === 'string' && <p>{event.detail}</p>}
    </>
  );
}

const hasWhat = (event: LogEvent): boolean => Boolean(event.object) || event.count !== undefined || event.detail !== undefined;

const partNames = (parts: string[]): string => parts.map(part => word('event.part', part)).join(', ');

/** `signIn` is how the actor had signed in, as far as the events around say. */
export function EventFacts({event, signIn}: {event: LogEvent; signIn: ComponentChildren}) {
  const {client, reporter} = event;
  return (
    <Facts rows={[
      [t('event.who'), <Who event={event} />],
      client && [t('event.client'), <Place id={client.id}>{client.name || client.ref || client.id}</Place>],
      [t('event.when'), <When event={event} />],
      hasWhat(event) && [t('event.what'), <What event={event} />],
      event.reason && [t('event.reason'), word('security.reason', event.reason)],
      event.purpose && [t('event.purpose'), event.purpose],
      event.task && [t('event.task'), event.task],
      event.grant && [t('event.grant'), <Place id={event.grant}>{event.grant}</Place>],
      signIn ? [t('event.sign_in'), signIn] : null,
      event.session && [t('event.session'), <><span class="mono">{event.session}</span> <a href="#trail">{t('event.session.trail')}</a></>],
      [t('event.source'), <>{word('event.source', event.source)}{reporter?.name && ` · ${reporter.name}`}</>],
      [t('event.action'), <span class="mono">{event.action}</span>],
      event.trace && [t('event.trace'), <span class="mono">{event.trace}</span>],
      event.withheld && [t('event.withheld'), partNames(event.withheld)],
      event.erased && [t('event.erased'), partNames(event.erased)],
      [t('event.entry'), <>{showNumber(event.index)}<p class="small mono">{event.id}</p></>],
    ]} />
  );
}
