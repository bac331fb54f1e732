// SPDX-License-Identifier: Apache-2.0
// Asking that all factors of a person be ended, who lost every way to prove who they are: another one has to agree.
import {useState} from 'preact/hooks';
import {path, post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {Button, TextField} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Notice, ProblemNotice} from '../../parts/shown';
import type {Person} from './people';
import {personName} from './shown';

const REASON_MAX = 200;

function Asking({person, onClose, onDone}: {person: Person; onClose: () => void; onDone: () => void}) {
  const [reason, setReason] = useState('');
  const asking = useDo(async () => {
    await post(path`/v1/people/${person.id}/factor-reset`, {reason: reason.trim()});
    say(t('people.reset.asked'));
    onDone();
  });
  const isRefused = asking.problem?.code === 'conflict';
  return (
    <Dialog title={t('people.reset.title', {name: personName(person)})} onClose={onClose}>
      <form onSubmit={event => { event.preventDefault(); if (reason.trim()) void asking.run(); }}>
        <p>{t('people.reset.what')}</p>
        <p>{t('people.reset.then', {approvals: t('app.room.approvals')})}</p>
        <TextField label={t('approvals.reason')} hint={t('people.reset.reason.hint')} value={reason} onText={setReason} required maxLength={REASON_MAX} autoComplete="off" />
        {isRefused ? <Notice look="warning" urgent title={t('people.reset.no')} /> : <ProblemNotice problem={asking.problem} />}
        <div class="actions">
          <Button look="danger" type="submit" busy={asking.busy}>{t('people.reset.ask')}</Button>
          <Button onClick={onClose}>{t('app.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** For who may manage factors. */
export function ResetFactors({person, asked}: {person: Person; asked: () => void}) {
  const [asks, setAsks] = useState(false);
  const close = () => setAsks(false);
  return (
    <>
      <Button onClick={() => setAsks(true)}>{t('people.reset')}</Button>
      {asks && <Asking person={person} onClose={close} onDone={() => { close(); asked(); }} />}
    </>
  );
}
