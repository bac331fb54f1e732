// SPDX-License-Identifier: Apache-2.0
// Somebody leaves or has left: what ended, what has to be changed, and how it is taken back.
import {useState} from 'preact/hooks';
import {path, post, remove} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {Button} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Chip, Facts, Notice, ProblemNotice, Time} from '../../parts/shown';
import {useSession} from '../../base/session';
import {DueForChange} from './Held';
import type {Departure, Person} from './people';

const LOOKS = {planned: 'notice', left: 'warning', returning: 'notice', back: 'ok', cancelled: 'plain'} as const;

type Deed = 'cancel' | 'return' | 'approve' | 'refuse';

interface DeedsProps {
  person: Person;
  departure: Departure;
  changed: () => void;
}

const done = (person: string, deed: Deed): Promise<unknown> => {
  if (deed === 'cancel') return remove(path`/v1/people/${person}/departure`);
  if (deed === 'return') return post(path`/v1/people/${person}/reinstatement`);
  return post(path`/v1/people/${person}/reinstatement/decision`, {approve: deed === 'approve'});
};

const DEEDS: Record<Departure['state'], readonly Deed[]> = {planned: ['cancel'], left: ['return'], returning: ['approve', 'refuse'], back: [], cancelled: []};

function Deeds({person, departure, changed}: DeedsProps) {
  const session = useSession();
  const [asked, setAsked] = useState<Deed>();
  const doing = useDo(async (deed: Deed) => {
    await done(person.id, deed);
    say(t('people.deed.done'));
    setAsked(undefined);
    changed();
  });
  // Whoever asked for the return does not decide it.
  const deeds = departure.returner === session.person.id ? [] : DEEDS[departure.state];
  return (
    <>
      <div class="actions">{deeds.map(deed => <Button key={deed} onClick={() => setAsked(deed)}>{t(`people.deed.${deed}`)}</Button>)}</div>
      {asked && (
        <Dialog title={t(`people.deed.${asked}`)} onClose={() => setAsked(undefined)}>
          <div class="stack">
            <p>{t(`people.deed.${asked}.what`)}</p>
            <ProblemNotice problem={doing.problem} />
            <div class="actions">
              <Button look="main" busy={doing.busy} onClick={() => void doing.run(asked)}>{t(`people.deed.${asked}`)}</Button>
              <Button onClick={() => setAsked(undefined)}>{t('app.cancel')}</Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

export function Departed({person, departure, changed}: DeedsProps) {
  const {state, successor, handover} = departure;
  return (
    <>
      <Facts rows={[
        [t('vault.state'), <Chip look={LOOKS[state]}>{t(`people.departure.${state}`)}</Chip>],
        [t('people.departure.at'), <Time at={departure.at} style="minute" />],
        state !== 'planned' && [t('people.ended.grants'), departure.grants_ended],
        state !== 'planned' && [t('people.ended.sessions'), departure.sessions_ended],
        successor && [t('people.successor'), <a href={`/people/${successor}`}>{t('people.successor.see')}</a>],
        handover && [t('people.handover'), <a href={`/handovers/${handover}`}>{t('people.handover.see')}</a>],
      ]} />
      <div class="after-facts"><Deeds person={person} departure={departure} changed={changed} /></div>
      {state === 'left' && departure.rotation_due.length > 0 && <Notice look="alert" title={t('people.due.count', {n: departure.rotation_due.length})}><p>{t('people.due.what')}</p></Notice>}
      <DueForChange person={person.id} always />
    </>
  );
}
