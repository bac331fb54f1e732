// SPDX-License-Identifier: Apache-2.0
// How a person gets in: devices, open sessions, factors.
import {path, remove, type Page as ListPage} from '../../base/api';
import {t, word} from '../../base/i18n';
import {useDo, useGet} from '../../base/load';
import {say} from '../../base/say';
import {useSession} from '../../base/session';
import {Button} from '../../parts/controls';
import {Section, Table} from '../../parts/page';
import {Ago, Chip, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import type {FactorList, OpenSession} from '../me/me';
import {HandCode} from './HandCode';
import {isClosed, itemsOf, type Device, type Person} from './people';
import {rescueOf} from './rescue';
import {ResetFactors} from './ResetFactors';
import {deviceName, DeviceState} from './shown';

export function Devices({person}: {person: string}) {
  const devices = useGet<ListPage<Device>>(path`/v1/people/${person}/devices`, {limit: 100});
  if (isClosed(devices.problem)) return null;
  const rows = itemsOf(devices.data);
  return (
    <Section title={t('people.devices')}>
      <ProblemNotice problem={devices.problem} again={devices.reload} />
      {!devices.data && devices.busy && <Skeleton rows={2} />}
      {devices.data && rows.length === 0 && <p class="quiet-text">{t('people.devices.none')}</p>}
      {rows.length > 0 && (
        <Table caption={t('people.devices')} look="names stacks">
          <thead><tr><th scope="col">{t('people.device')}</th><th scope="col">{t('vault.state')}</th><th scope="col">{t('people.first_seen')}</th><th scope="col">{t('people.last_seen')}</th></tr></thead>
          <tbody>
            {rows.map(device => (
              <tr role="row" key={device.id}>
                <th scope="row" role="rowheader"><a href={`/devices/${device.id}`}>{deviceName(device)}</a></th>
                <td role="cell" data-label={t('vault.state')}><DeviceState state={device.state} /></td>
                <td role="cell" data-label={t('people.first_seen')}><Time at={device.first_seen} style="day" /></td>
                <td role="cell" data-label={t('people.last_seen')}><Ago at={device.last_seen} /></td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}

export function Sessions({person}: {person: string}) {
  const sessions = useGet<ListPage<OpenSession>>(path`/v1/people/${person}/sessions`);
  const ending = useDo(async (id: string) => {
    await remove(path`/v1/sessions/${id}`);
    say(t('me.session.ended'));
    sessions.reload();
  });
  if (isClosed(sessions.problem)) return null;
  const rows = itemsOf(sessions.data);
  return (
    <Section title={t('people.sessions')}>
      <ProblemNotice problem={sessions.problem ?? ending.problem} again={sessions.reload} />
      {sessions.data && rows.length === 0 && <p class="quiet-text">{t('people.sessions.none')}</p>}
      {rows.length > 0 && (
        <Table caption={t('people.sessions')} look="names">
          <thead><tr><th scope="col">{t('me.session.browser')}</th><th scope="col">{t('me.session.address')}</th><th scope="col">{t('me.session.used')}</th><th scope="col"><span class="unseen">{t('me.session.end')}</span></th></tr></thead>
          <tbody>
            {rows.map(one => (
              <tr role="row" key={one.id}>
                <th scope="row" role="rowheader">{[one.device?.browser, one.device?.system].filter(Boolean).join(', ') || one.device?.user_agent || '–'}{one.current && <> <Chip look="ok">{t('me.session.this')}</Chip></>}</th>
                <td class="mono">{one.device?.ip ?? '–'}</td>
                <td><Ago at={one.last_used} /></td>
                <td>{!one.current && <Button busy={ending.busy} onClick={() => void ending.run(one.id)}>{t('me.session.end')}</Button>}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}

/** What they have to prove who they are, and what can be done about it. */
export function Factors({person, list, changed}: {person: Person; list: FactorList; changed: () => void}) {
  const active = list.items.filter(factor => factor.state === 'active');
  const rescue = rescueOf(useSession(), person, list.items, list.reset !== null);
  return (
    <div class="stack">
      <span>{active.length ? [...new Set(active.map(factor => word('me.factor.type', factor.type)))].join(', ') : t('people.factor.none')}</span>
      {Object.values(rescue).includes(true) && (
        <div class="actions">
          {rescue.hand && <HandCode person={person} what="hand" />}
          {rescue.helpdesk && <HandCode person={person} what="helpdesk" />}
          {rescue.reset && <ResetFactors person={person} asked={changed} />}
        </div>
      )}
    </div>
  );
}
