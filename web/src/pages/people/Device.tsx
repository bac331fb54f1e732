// SPDX-License-Identifier: Apache-2.0
// One device: who used it, what was done from it, and "Lost!".
import {useState} from 'preact/hooks';
import {path, post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo, useGet} from '../../base/load';
import type {RouteProps} from '../../base/router';
import {say} from '../../base/say';
import {logScope, may, useSession} from '../../base/session';
import {Button} from '../../parts/controls';
import {Dialog, Page, Section, Table} from '../../parts/page';
import {Ago, Facts, Notice, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {Events} from './Events';
import type {SharedDevice} from './people';
import './people.css';
import {deviceName, DeviceState, PersonLink} from './shown';

function LostButton({device, changed}: {device: SharedDevice; changed: () => void}) {
  const [asks, setAsks] = useState(false);
  const losing = useDo(async () => {
    await post(path`/v1/devices/${device.id}/lost`);
    say(t('me.device.lost.done'));
    setAsks(false);
    changed();
  });
  return (
    <>
      <Button look="danger" onClick={() => setAsks(true)}>{t('me.device.lost')}</Button>
      {asks && (
        <Dialog title={t('me.device.lost')} onClose={() => setAsks(false)}>
          <div class="stack">
            <p>{deviceName(device)}</p>
            <Notice look="warning"><p>{t('me.device.lost.what')}</p></Notice>
            <ProblemNotice problem={losing.problem} />
            <div class="actions">
              <Button look="danger" busy={losing.busy} onClick={() => void losing.run()}>{t('me.device.lost')}</Button>
              <Button onClick={() => setAsks(false)}>{t('app.cancel')}</Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

function Users({device}: {device: SharedDevice}) {
  return (
    <Section title={t('people.device.users')}>
      <Table caption={t('people.device.users')} look="names stacks">
        <thead><tr><th scope="col">{t('people.person')}</th><th scope="col">{t('vault.state')}</th><th scope="col">{t('people.first_seen')}</th><th scope="col">{t('people.last_seen')}</th></tr></thead>
        <tbody>
          {device.people.map(one => (
            <tr role="row" key={one.id}>
              <th scope="row" role="rowheader"><PersonLink id={one.person} name={one.name} /></th>
              <td role="cell" data-label={t('vault.state')}><DeviceState state={one.state} /></td>
              <td role="cell" data-label={t('people.first_seen')}><Time at={one.first_seen} style="day" /></td>
              <td role="cell" data-label={t('people.last_seen')}><Ago at={one.last_seen} /></td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}

function Body({device}: {device: SharedDevice}) {
  const session = useSession();
  return (
    <>
      <Facts rows={[
        [t('vault.state'), <DeviceState state={device.state} />],
        device.platform && [t('people.device.platform'), device.platform],
        device.model && [t('people.device.model'), device.model],
        device.device && [t('people.device.own_id'), <span class="mono">{device.device}</span>],
        [t('people.first_seen'), <Time at={device.first_seen} style="minute" />],
        [t('people.last_seen'), <Time at={device.last_seen} style="minute" />],
      ]} />
      {device.people.length > 0 && <Users device={device} />}
      {logScope(session) > 0 && (
        <Section title={t('people.device.events')} actions={<a href={`/security?device=${encodeURIComponent(device.device ?? device.id)}`}>{t('people.all_events')}</a>}>
          <Events caption={t('people.device.events')} query={{device: device.device ?? device.id}} who empty={t('people.doings.none')} />
        </Section>
      )}
    </>
  );
}

export default function Device({params}: RouteProps) {
  const session = useSession();
  const loaded = useGet<SharedDevice>(path`/v1/devices/${params.id ?? ''}`);
  const device = loaded.data;
  const mayLose = device?.state === 'known' && (device.person === session.person.id || may(session, 'people.write'));
  return (
    <Page title={device ? deviceName(device) : t('people.device')} {...(device ? {up: {href: `/people/${device.person}?show=logins`, text: device.people.find(one => one.person === device.person)?.name ?? t('people.person')}} : {})}
      actions={mayLose && <LostButton device={device} changed={loaded.reload} />}>
      {device ? <Body device={device} /> : loaded.busy && <Skeleton rows={6} />}
      <ProblemNotice problem={loaded.problem} again={loaded.reload} />
    </Page>
  );
}
