// SPDX-License-Identifier: Apache-2.0
// What a row of the log says, cell by cell.
import {language, sentence, showNumber, t, word} from '../../base/i18n';
import {useSession} from '../../base/session';
import {showTime} from '../../base/time';
import {elsewhere, roleName, Severity} from '../../parts/shown';
import {actorId, agentText, objectFilter, pageOf, shortId, type Actor, type LogEvent} from './event';
import {Value} from './ValueMenu';

/** A day above, the time to the second below; on hover UTC, and the zone that the agency's people work in. */
export function WhenCell({event}: {event: LogEvent}) {
  const zone = useSession().tenant.time_zone;
  return (
    <time dateTime={event.time} title={elsewhere(event.time, zone)}>
      <span class="clock">{showTime(event.time, 'clock')}</span> <span class="day">{showTime(event.time, 'day')}</span>
      {event.skewed && <span class="aside">{t('security.skewed')}</span>}
    </time>
  );
}

export function actorName(actor: Actor, hidden: boolean): string {
  if (actor.system) return t('security.actor.system');
  if (actor.operator) return t('security.actor.operator');
  if (actor.unknown) return actor.name ?? t('security.actor.unknown');
  const name = actor.name ?? actor.ref;
  return name ?? (hidden ? t('security.withheld') : (actorId(actor) ?? t('security.actor.unknown')));
}

function Who({event}: {event: LogEvent}) {
  const {actor} = event;
  const name = actorName(actor, Boolean(event.withheld?.includes('actor')));
  const id = actorId(actor);
  return id ? <Value field="actor" value={id} text={name} href={pageOf(id)} look="strong" /> : <span class="strong">{name}</span>;
}

export function WhoCell({event}: {event: LogEvent}) {
  const {actor, in_place_of: absent, client} = event;
  const absentName = absent && (absent.name ?? absent.ref ?? absent.person ?? '');
  const clientName = client && (client.name ?? client.ref ?? client.id);
  return (
    <>
      <Who event={event} />
      {actor.roles.length > 0 && <span class="aside">{actor.roles.map(roleName).join(', ')}</span>}
      {actor.application && <span class="aside">{t('security.actor.application')}</span>}
      {absent?.person && <span class="aside">{t('security.in_place_of')} <Value field="in_place_of" value={absent.person} text={absentName ?? ''} href={pageOf(absent.person)} /></span>}
      {client && <span class="aside">{t('security.for_client')} <Value field="client" value={client.id} text={clientName ?? ''} href={pageOf(client.id)} /></span>}
    </>
  );
}

/** An application's own action has the name that it was declared under. */
export const actionText = (action: string | null): string => (action === null ? t('security.unknown_action') : sentence(action));

export function WhatCell({event}: {event: LogEvent}) {
  const text = actionText(event.action);
  const href = `/events/${event.id}`;
  return (
    <>
      {event.severity !== 'info' && <><Severity level={event.severity} />{' '}</>}
      {event.action === null ? <span>{text}</span> : <Value field="action" value={event.action} text={text} href={href} hrefText={t('security.open_event')} look="sentence" />}
      {event.count !== undefined && <span class="aside">{t('security.count', {n: event.count})}</span>}
      {event.purpose && <span class="aside">{t('security.purpose')}: {event.purpose}</span>}
      {event.reason && <span class="aside">{t('security.reason')}: {word('security.reason', event.reason)}</span>}
      {event.task && <span class="aside">{t('security.task')}: {event.task}</span>}
    </>
  );
}

export function ObjectCell({event: {object, erased}}: {event: LogEvent}) {
  if (!object) return null;
  const filter = objectFilter(object);
  const text = object.label ?? shortId(object.id ?? '');
  return (
    <>
      {object.type && <span class="aside first">{word('security.object', object.type)}</span>}
      {filter ? <Value field="object" value={filter} text={text} title={object.label ? undefined : object.id} href={pageOf(filter)} /> : erased?.includes('person') && <span class="aside">{t('security.erased')}</span>}
    </>
  );
}

export function DeviceCell({event: {device}}: {event: LogEvent}) {
  if (!device) return null;
  const text = agentText(device) || t('security.device.nameless');
  return (
    <>
      {device.kind && <span class="aside first"><Value field="device_kind" value={device.kind} text={word('security.device', device.kind)} /></span>}
      {device.id ? <Value field="device" value={device.id} text={text} href={pageOf(device.registry ?? device.id)} /> : <span>{text}</span>}
      {device.truncated && <span class="aside">{t('security.device.cut')}</span>}
    </>
  );
}

/** What is no code of a country stays as it was typed. */
export function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (new Intl.DisplayNames(language(), {type: 'region'}).of(code) ?? code) : code;
}

export function FromCell({event: {device, branch}}: {event: LogEvent}) {
  return (
    <>
      {device?.ip && <Value field="ip" value={device.ip} text={device.ip} look="mono" />}
      {device?.country && <span class="aside"><Value field="country" value={device.country} text={countryName(device.country)} /></span>}
      {branch && <span class="aside">{t('security.branch')}: <Value field="branch" value={branch} text={branch} /></span>}
    </>
  );
}

const MARKS: Record<string, string> = {success: '✓', denied: '✕', failed: '!'};

export function ResultCell({event: {outcome}}: {event: LogEvent}) {
  const text = word('security.outcome', outcome);
  return <Value field="outcome" value={outcome} text={text} look={`outcome ${outcome}`}><span aria-hidden="true">{MARKS[outcome] ?? '·'}</span> {text}</Value>;
}

/** To the event, where its place in the log can be proved. Of what was loaded only that it was loaded is proved. */
export function ProofCell({event}: {event: LogEvent}) {
  return (
    <>
      <a href={`/events/${event.id}`} tabIndex={-1} aria-label={t('security.proof_of', {n: showNumber(event.index)})}>#{showNumber(event.index)}</a>
      {event.source === 'import' && <span class="aside">{t('security.imported')}</span>}
    </>
  );
}
