// SPDX-License-Identifier: Apache-2.0
// My devices: given a name, reported lost.
import {useState} from 'preact/hooks';
import {patch, path, post} from '../../base/api';
import {t, word} from '../../base/i18n';
import {useDo, usePaged} from '../../base/load';
import {say} from '../../base/say';
import {Button, TextField} from '../../parts/controls';
import {Dialog, More, Section} from '../../parts/page';
import {Ago, Chip, Notice, ProblemNotice, Skeleton} from '../../parts/shown';
import type {KnownDevice} from './me';

const nameOf = (device: KnownDevice): string => device.name ?? ([device.model, device.platform].filter(Boolean).join(', ') || t('me.device.nameless'));

function LostDialog({device, onClose, onDone}: {device: KnownDevice; onClose: () => void; onDone: () => void}) {
  const losing = useDo(async () => {
    await post(path`/v1/devices/${device.id}/lost`, {});
    say(t('me.device.lost.done'));
    onDone();
  });
  return (
    <Dialog title={t('me.device.lost')} onClose={onClose}>
      <p>{nameOf(device)}</p>
      <Notice look="warning"><p>{t('me.device.lost.what')}</p></Notice>
      <ProblemNotice problem={losing.problem} />
      <div class="actions">
        <Button look="danger" busy={losing.busy} onClick={() => void losing.run()}>{t('me.device.lost')}</Button>
        <Button onClick={onClose}>{t('app.cancel')}</Button>
      </div>
    </Dialog>
  );
}

function NameDialog({device, onClose, onDone}: {device: KnownDevice; onClose: () => void; onDone: () => void}) {
  const [name, setName] = useState(device.name ?? '');
  const naming = useDo(async () => {
    await patch(path`/v1/devices/${device.id}`, {name: name.trim()});
    onDone();
  });
  return (
    <Dialog title={t('me.device.rename')} onClose={onClose}>
      <form onSubmit={event => { event.preventDefault(); void naming.run(); }}>
        <TextField label={t('app.name')} value={name} onText={setName} required maxLength={100} />
        <ProblemNotice problem={naming.problem} />
        <Button look="main" type="submit" busy={naming.busy}>{t('app.save')}</Button>
      </form>
    </Dialog>
  );
}

export function Devices({person}: {person: string}) {
  const devices = usePaged<KnownDevice>(path`/v1/people/${person}/devices`);
  const [open, setOpen] = useState<{what: 'lost' | 'name'; device: KnownDevice}>();
  const close = () => setOpen(undefined);
  const done = () => { close(); devices.reload(); };
  return (
    <Section title={t('me.devices')}>
      <ProblemNotice problem={devices.problem} again={devices.reload} />
      {!devices.data && !devices.problem && <Skeleton rows={2} />}
      {devices.data?.length === 0 && <p class="quiet-text">{t('me.devices.none')}</p>}
      <ul class="cards plain-list">
        {devices.data?.map(device => (
          <li key={device.id} class="card">
            <h3>{nameOf(device)}</h3>
            <p>{device.state !== 'known' && <Chip look="alert">{word('me.device.state', device.state)}</Chip>}</p>
            <p class="small">{t('me.device.seen')} <Ago at={device.last_seen} /></p>
            <div class="actions">
              <Button onClick={() => setOpen({what: 'name', device})}>{t('me.device.rename')}</Button>
              {device.state === 'known' && <Button look="danger" onClick={() => setOpen({what: 'lost', device})}>{t('me.device.lost')}</Button>}
            </div>
          </li>
        ))}
      </ul>
      {devices.hasMore && <More hasMore busy={devices.busy} more={devices.more} shown={devices.data?.length ?? 0} />}
      {open?.what === 'lost' && <LostDialog device={open.device} onClose={close} onDone={done} />}
      {open?.what === 'name' && <NameDialog device={open.device} onClose={close} onDone={done} />}
    </Section>
  );
}
