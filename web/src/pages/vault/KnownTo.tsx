// SPDX-License-Identifier: Apache-2.0
// Who knows a secret, and what is done about it: when it is changed, or that the client wants it as it is.
import {useState} from 'preact/hooks';
import {path, put} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {may, useSession} from '../../base/session';
import {Button, Choice, TextField} from '../../parts/controls';
import {Dialog, Section, Table} from '../../parts/page';
import {Chip, ProblemNotice, Time} from '../../parts/shown';
import {nameOf} from './known';
import type {Exposure} from './model';
import {PersonName} from './shown';
import {fromWall} from './zone';

type Note = 'planned' | 'owed' | 'waived';

function NoteDialog({seen, onClose, changed}: {seen: Exposure; onClose: () => void; changed: () => void}) {
  const session = useSession();
  const isClient = session.person.client === seen.client;
  const [state, setState] = useState<Note>('planned');
  const [day, setDay] = useState('');
  const [reason, setReason] = useState('');
  const send = useDo(async () => {
    const due = state === 'planned' ? fromWall(`${day}T17:00`, session.tenant.time_zone)?.toISOString() : undefined;
    await put(path`/v1/credentials/${seen.credential}/rotations/${seen.person}`, {state, ...(due ? {due} : {}), ...(reason.trim() ? {reason: reason.trim()} : {})});
    say(t('vault.rotation.done_note'));
    changed();
  });
  const states = (['planned', 'owed', ...(isClient ? (['waived'] as const) : [])] as const).map(one => [one, t(`vault.rotation.to.${one}`)] as const);
  return (
    <Dialog title={t('vault.rotation.title', {person: nameOf(seen.name)})} onClose={onClose}>
      <form class="one-form" onSubmit={event => { event.preventDefault(); void send.run(); }}>
        <Choice label={t('vault.rotation.what')} value={state} options={states} onChoose={setState} />
        {state === 'planned' && <TextField label={t('vault.rotation.day')} type="date" value={day} onText={setDay} required />}
        <TextField label={t('vault.decide.reason')} value={reason} onText={setReason} maxLength={500} />
        <ProblemNotice problem={send.problem} />
        <Button look="main" type="submit" busy={send.busy}>{t('app.save')}</Button>
      </form>
    </Dialog>
  );
}

function Rotation({seen}: {seen: Exposure}) {
  if (seen.rotation === 'none') return <span class="quiet-text">–</span>;
  return (
    <>
      <Chip look={seen.rotation === 'owed' ? 'warning' : seen.rotation === 'done' ? 'ok' : 'notice'}>{t(`vault.rotation.${seen.rotation}`)}</Chip>{' '}
      {seen.due && <Time at={seen.due} style="day" />} {seen.reason && <span class="small">{seen.reason}</span>}
    </>
  );
}

export function KnownTo({known, version, changed}: {known: readonly Exposure[]; version: number; changed: () => void}) {
  const session = useSession();
  const [noting, setNoting] = useState<Exposure>();
  const notes = may(session, 'credential.deposit') || may(session, 'grant.give') || may(session, 'grant.approve');
  return (
    <Section title={t('vault.knows')}>
      {!known.length && <p class="quiet-text">{t('vault.knows.nobody')}</p>}
      {known.length > 0 && <Table caption={t('vault.knows')} look="credentials stacks">
        <thead><tr>
          <th scope="col">{t('vault.who')}</th><th scope="col">{t('vault.knows.how')}</th><th scope="col" class="number">{t('vault.version')}</th><th scope="col">{t('vault.knows.last')}</th>
          <th scope="col">{t('vault.due')}</th><th scope="col"><span class="unseen">{t('vault.rotation.note')}</span></th>
        </tr></thead>
        <tbody>
          {known.map(seen => (
            <tr key={`${seen.person} ${seen.version}`}>
              <td><PersonName id={seen.person} name={seen.name} /></td>
              <td>{seen.how.map(how => t(`vault.how.${how}`)).join(', ')}</td>
              <td class="number">{seen.version}{!seen.current && seen.version < version && <span class="small"> {t('vault.version.old')}</span>}</td>
              <td><Time at={seen.last} style="minute" /></td>
              <td><Rotation seen={seen} /></td>
              <td>{notes && (seen.rotation === 'owed' || seen.rotation === 'planned') && <Button look="plain" onClick={() => setNoting(seen)}>{t('vault.rotation.note')}</Button>}</td>
            </tr>
          ))}
        </tbody>
      </Table>}
      {noting && <NoteDialog seen={noting} onClose={() => setNoting(undefined)} changed={() => { setNoting(undefined); changed(); }} />}
    </Section>
  );
}
