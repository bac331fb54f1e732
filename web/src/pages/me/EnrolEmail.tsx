// SPDX-License-Identifier: Apache-2.0
// Codes by e-mail as a factor: the weakest, and said to be so.
import {useState} from 'preact/hooks';
import {path, post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {Button, CodeField, TextField} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {ProblemNotice} from '../../parts/shown';
import type {Started} from './me';

function AddressStep({person, onStarted}: {person: string; onStarted: (started: Started) => void}) {
  const [address, setAddress] = useState('');
  const starting = useDo(async () => {
    const given = address.trim();
    onStarted(await post<Started>(path`/v1/people/${person}/factors`, {type: 'email', ...(given ? {address: given} : {})}));
  });
  return (
    <form onSubmit={event => { event.preventDefault(); void starting.run(); }}>
      <p>{t('me.email.weak')}</p>
      <TextField label={t('me.email.address')} hint={t('me.email.address.hint')} type="email" value={address} onText={setAddress} maxLength={254} autoComplete="email" />
      <ProblemNotice problem={starting.problem} />
      <Button look="main" type="submit" busy={starting.busy}>{t('signin.send')}</Button>
    </form>
  );
}

function CodeStep({started, onDone}: {started: Started; onDone: () => void}) {
  const [code, setCode] = useState('');
  const confirming = useDo(async () => {
    await post(path`/v1/factors/${started.id}/confirm`, {code});
    onDone();
  });
  return (
    <form onSubmit={event => { event.preventDefault(); void confirming.run(); setCode(''); }}>
      <p>{t('me.email.sent', {hint: started.hint ?? ''})}</p>
      {started.ref && <p class="small">{t('signin.code.reference', {reference: started.ref})}</p>}
      <CodeField label={t('signin.code')} value={code} onText={setCode} autoFocus />
      <ProblemNotice problem={confirming.problem} />
      <Button look="main" type="submit" busy={confirming.busy}>{t('me.confirm')}</Button>
    </form>
  );
}

export function EnrolEmail({person, onClose}: {person: string; onClose: () => void}) {
  const [started, setStarted] = useState<Started>();
  const done = () => { say(t('me.email.done')); onClose(); };
  return (
    <Dialog title={t('me.email.add')} onClose={onClose}>
      {started ? <CodeStep started={started} onDone={done} /> : <AddressStep person={person} onStarted={setStarted} />}
    </Dialog>
  );
}
