// SPDX-License-Identifier: Apache-2.0
// A new authenticator in three steps: scan, type the first code, and, for the first one, the code that vouches for it.
import {useEffect, useState} from 'preact/hooks';
import {path, post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {Button, CodeField, CopyButton, TextField} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {ProblemNotice} from '../../parts/shown';
import {inGroups, type Confirmed, type Started} from './me';
import {ProveForm} from './Prove';

/** The drawing as a picture: markup of the server's never becomes elements of the page. */
function QrPicture({svg}: {svg: string}) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([svg], {type: 'image/svg+xml'}));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [svg]);
  return url ? <img class="qr" src={url} alt={t('me.totp.qr')} width="232" height="232" /> : null;
}

function NameStep({person, onStarted}: {person: string; onStarted: (started: Started) => void}) {
  const [label, setLabel] = useState('');
  const starting = useDo(async () => {
    const name = label.trim();
    onStarted(await post<Started>(path`/v1/people/${person}/factors`, {type: 'totp', ...(name ? {label: name} : {})}));
  });
  return (
    <form onSubmit={event => { event.preventDefault(); void starting.run(); }}>
      <TextField label={t('me.totp.label')} hint={t('me.totp.label.hint')} value={label} onText={setLabel} maxLength={100} />
      <ProblemNotice problem={starting.problem} />
      <Button look="main" type="submit" busy={starting.busy}>{t('signin.continue')}</Button>
    </form>
  );
}

function ScanStep({started, onConfirmed}: {started: Started; onConfirmed: (confirmed: Confirmed) => void}) {
  const [code, setCode] = useState('');
  const confirming = useDo(async () => onConfirmed(await post<Confirmed>(path`/v1/factors/${started.id}/confirm`, {code})));
  return (
    <form onSubmit={event => { event.preventDefault(); void confirming.run(); setCode(''); }}>
      <p>{t('me.totp.scan')}</p>
      {started.qr_svg && <QrPicture svg={started.qr_svg} />}
      {started.secret && (
        <details>
          <summary>{t('me.totp.by_hand')}</summary>
          <p class="mono">{inGroups(started.secret)}</p>
          <CopyButton text={started.secret} />
        </details>
      )}
      <CodeField label={t('me.totp.code')} hint={t('me.totp.code.hint')} value={code} onText={setCode} />
      <ProblemNotice problem={confirming.problem} />
      <Button look="main" type="submit" busy={confirming.busy}>{t('me.confirm')}</Button>
    </form>
  );
}

export function EnrolTotp({person, onClose}: {person: string; onClose: () => void}) {
  const [started, setStarted] = useState<Started>();
  const [confirmed, setConfirmed] = useState<Confirmed>();
  const done = () => { say(t('me.totp.done')); onClose(); };
  const take = (next: Confirmed) => (next.proven ? done() : setConfirmed(next));
  return (
    <Dialog title={t('me.totp.add')} onClose={onClose}>
      {!started && <NameStep person={person} onStarted={setStarted} />}
      {started && !confirmed && <ScanStep started={started} onConfirmed={take} />}
      {confirmed && <ProveForm person={person} factor={confirmed.id} onDone={done} />}
    </Dialog>
  );
}
