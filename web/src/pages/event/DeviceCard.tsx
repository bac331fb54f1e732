// SPDX-License-Identifier: Apache-2.0
// The device that an event came from: what it was, whether it was known, who else used it.
import {path} from '../../base/api';
import {language, t, word} from '../../base/i18n';
import {useGet} from '../../base/load';
import {Chip, Facts, Time} from '../../parts/shown';
import type {LogEvent} from './event';

interface Registered {
  id: string;
  person: string;
  state: string;
  first_seen: string;
  last_seen: string;
  name: string | null;
  people: {person: string; name: string | null}[];
}

const countryName = (code: string): string => new Intl.DisplayNames([language()], {type: 'region'}).of(code) ?? code;

const STATE_LOOK: Record<string, 'ok' | 'alert' | 'warning'> = {known: 'ok', lost: 'alert', blocked: 'warning'};

function Register({device}: {device: Registered}) {
  const others = device.people.filter(one => one.person !== device.person);
  return (
    <Facts rows={[
      [t('event.device.state'), <Chip look={STATE_LOOK[device.state] ?? 'warning'}>{word('event.device.state', device.state)}</Chip>],
      [t('event.device.first'), <Time at={device.first_seen} style="minute" />],
      [t('event.device.others'), others.length ? others.map(one => one.name ?? one.person).join(', ') : t('event.device.nobody')],
    ]} />
  );
}

export function DeviceCard({event}: {event: LogEvent}) {
  const {device} = event;
  const known = useGet<Registered>(device?.registry ? path`/v1/devices/${device.registry}` : null);
  if (!device) return null;
  const place = [device.ip, device.country && countryName(device.country)].filter(Boolean).join(' · ');
  const what = [device.browser, device.system, device.brand, device.model].filter(Boolean).join(' · ');
  const title = device.name || known.data?.name || device.id || word('event.device.kind', device.kind ?? 'other');
  return (
    <section class="card device-card" aria-label={t('event.device')}>
      <h2>{t('event.device')}</h2>
      <p>{device.registry ? <a href={`/devices/${device.registry}`}>{title}</a> : title}</p>
      <Facts rows={[
        device.kind && [t('event.device.kind'), word('event.device.kind', device.kind)],
        what && [t('event.device.what'), what],
        place && [t('event.from'), place],
        device.peer && [t('event.device.peer'), device.peer],
      ]} />
      {known.data && <Register device={known.data} />}
      {device.user_agent && (
        <details><summary>{t('event.device.agent')}</summary><p class="mono small">{device.user_agent}{device.truncated && ' …'}</p></details>
      )}
    </section>
  );
}
