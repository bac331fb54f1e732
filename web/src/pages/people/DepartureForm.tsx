// SPDX-License-Identifier: Apache-2.0
// The guided way out: last day, successor, what will end, and the confirmation.
import {useState} from 'preact/hooks';
import {path, post, type Page as ListPage} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo, useGet} from '../../base/load';
import {say} from '../../base/say';
import {dayOf, showTime} from '../../base/time';
import {Button, Check, TextField} from '../../parts/controls';
import {Dialog, Section} from '../../parts/page';
import {Picker} from '../../parts/picker';
import {STAFF} from '../../parts/picking';
import {Facts, Notice, ProblemNotice} from '../../parts/shown';
import type {Exposure, Grant} from '../vault/model';
import type {OpenSession} from '../me/me';
import {itemsOf, type Departure, type Device, type Person} from './people';
import {personName} from './shown';

const LIMIT = 500;
/** From this class on a person could know a secret that was used. */
const KNOWABLE = 3;

/** "500+" where the list goes on. */
const countOf = (page: ListPage<unknown> | undefined): string => (page ? `${page.items.length}${page.next ? '+' : ''}` : '…');

/** What there is of this person that ends with the last day. */
function Ends({person}: {person: string}) {
  const grants = useGet<ListPage<Grant>>('/v1/grants', {person, state: 'active', limit: LIMIT});
  const sessions = useGet<ListPage<OpenSession>>(path`/v1/people/${person}/sessions`);
  const devices = useGet<ListPage<Device>>(path`/v1/people/${person}/devices`, {limit: 100});
  const seen = useGet<ListPage<Exposure>>(path`/v1/people/${person}/exposure`, {limit: LIMIT});
  const known = itemsOf(seen.data).filter(one => one.current && one.class >= KNOWABLE);
  return (
    <Facts rows={[
      [t('people.ends.grants'), countOf(grants.data)],
      !sessions.problem && [t('people.ends.sessions'), countOf(sessions.data)],
      [t('people.ends.devices'), countOf(devices.data)],
      [t('people.ends.known'), seen.data ? String(known.length) : '…'],
    ]} />
  );
}

interface Plan {
  day: string;
  successor: string;
  /** The successor's. */
  name: string;
}

function Confirm({person, plan, onClose, done}: {person: Person; plan: Plan; onClose: () => void; done: () => void}) {
  const [sure, setSure] = useState(false);
  const leave = useDo(async () => {
    await post<Departure>(path`/v1/people/${person.id}/departure`, {last_day: plan.day, ...(plan.successor ? {successor: plan.successor} : {})});
    say(t('people.departure.done'));
    onClose();
    done();
  });
  const now = plan.day <= dayOf(new Date());
  return (
    <Dialog title={t('people.departure.confirm', {name: personName(person)})} onClose={onClose}>
      <form onSubmit={event => { event.preventDefault(); if (sure) void leave.run(); }}>
        <Facts rows={[[t('people.last_day'), showTime(`${plan.day}T12:00:00Z`, 'day')], [t('people.successor'), plan.name || t('people.successor.none')]]} />
        <Notice look="warning"><p>{t(now ? 'people.departure.now' : 'people.departure.later')}</p></Notice>
        <Check label={t('people.departure.sure')} checked={sure} onCheck={setSure} />
        <ProblemNotice problem={leave.problem} />
        <div class="actions">
          <Button look="danger" type="submit" busy={leave.busy} disabled={!sure}>{t('people.departure')}</Button>
          <Button onClick={onClose}>{t('app.cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function DepartureForm({person, done}: {person: Person; done: () => void}) {
  const [plan, setPlan] = useState<Plan>({day: dayOf(new Date()), successor: '', name: ''});
  const [asks, setAsks] = useState(false);
  return (
    <>
      <form onSubmit={event => { event.preventDefault(); setAsks(true); }}>
        <fieldset class="step-box">
          <legend>1. {t('people.last_day')}</legend>
          <TextField label={t('people.last_day')} hint={t('people.last_day.hint')} type="date" value={plan.day} onText={day => setPlan({...plan, day})} required />
        </fieldset>
        <fieldset class="step-box">
          <legend>2. {t('people.successor')}</legend>
          <Picker label={t('people.successor')} hint={t('people.successor.hint')} empty={t('people.successor.none')} source={STAFF} value={plan.successor} without={person.id} onPick={(successor, name) => setPlan({...plan, successor, name})} />
        </fieldset>
        <fieldset class="step-box">
          <legend>3. {t('people.ends')}</legend>
          <p class="quiet-text">{t('people.ends.what')}</p>
          <Ends person={person.id} />
        </fieldset>
        <Button look="danger" type="submit">{t('people.departure.go')}</Button>
      </form>
      {asks && <Confirm person={person} plan={plan} onClose={() => setAsks(false)} done={done} />}
      <Section title={t('people.departure.after')}><p class="quiet-text">{t('people.departure.after.what')}</p></Section>
    </>
  );
}
