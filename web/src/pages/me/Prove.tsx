// SPDX-License-Identifier: Apache-2.0
// The code that vouches for a first factor: mailed, or handed over by a second person.
import {useState} from 'preact/hooks';
import {path, post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {useSession} from '../../base/session';
import {Button, TextField} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Notice, ProblemNotice} from '../../parts/shown';

export function ProveForm({person, factor, onDone}: {person: string; factor: string; onDone: () => void}) {
  const {tenant} = useSession();
  const [code, setCode] = useState('');
  const mailing = useDo(async () => {
    await post(path`/v1/people/${person}/enrolment`, {by: 'email'});
    say(t('me.prove.mailed'));
  });
  // The address is too new, or is read by an assistant: then a code comes from a person alone.
  const noMail = mailing.problem?.code === 'conflict';
  const proving = useDo(async () => {
    await post(path`/v1/factors/${factor}/prove`, {enrolment: code.trim()});
    onDone();
  });
  return (
    <form onSubmit={event => { event.preventDefault(); void proving.run(); }}>
      <p>{t('me.prove.why')}</p>
      <Button busy={mailing.busy} onClick={() => void mailing.run()}>{t('me.prove.mail')}</Button>
      {noMail && <Notice look="warning" urgent title={t('me.prove.no_mail')}><p>{t('me.prove.ask', {tenant: tenant.name})}</p></Notice>}
      {!noMail && <ProblemNotice problem={mailing.problem} />}
      <TextField label={t('me.prove.code')} hint={t('me.prove.code.hint')} value={code} onText={setCode} required maxLength={40} spellcheck={false} autoComplete="one-time-code" />
      <ProblemNotice problem={proving.problem} />
      <Button look="main" type="submit" busy={proving.busy}>{t('me.confirm')}</Button>
    </form>
  );
}

export function Prove({person, factor, onClose, onDone}: {person: string; factor: string; onClose: () => void; onDone: () => void}) {
  return (
    <Dialog title={t('me.prove')} onClose={onClose}>
      <ProveForm person={person} factor={factor} onDone={() => { say(t('me.prove.done')); onDone(); }} />
    </Dialog>
  );
}
