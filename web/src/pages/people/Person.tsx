// SPDX-License-Identifier: Apache-2.0
// One person: how they get in, what they can use, what they have seen, what has to be changed because of them.
import {path} from '../../base/api';
import {LANGUAGES, t, type Language} from '../../base/i18n';
import {useGet} from '../../base/load';
import {usePlace, type RouteProps} from '../../base/router';
import {logScope, may, useSession} from '../../base/session';
import {Page, Section, Tabs} from '../../parts/page';
import {Chip, Facts, ProblemNotice, roleName, Skeleton, Time} from '../../parts/shown';
import type {FactorList} from '../me/me';
import {WaitingReset} from '../me/WaitingReset';
import {clientName, type ClientRow} from './clients';
import {Devices, Factors, Sessions} from './Entries';
import {Events} from './Events';
import {CanUse, DueForChange, HasSeen} from './Held';
import type {Person as Someone} from './people';
import './people.css';
import {PersonState, personName} from './shown';

const LOGINS = ['login', 'session', 'challenge', 'factor'];

/** What it is called is said with the client, not with the person. */
function ClientLink({client}: {client: string}) {
  const found = useGet<ClientRow>(path`/v1/clients/${client}`);
  return <a href={`/clients/${client}`}>{found.data ? clientName(found.data) : t('people.client')}</a>;
}

function Head({person}: {person: Someone}) {
  // Who may not see them is told nothing.
  const {data: list, reload} = useGet<FactorList>(path`/v1/people/${person.id}/factors`);
  const tongue = person.language in LANGUAGES ? LANGUAGES[person.language as Language] : person.language;
  const leaving = person.departure && !['back', 'cancelled'].includes(person.departure.state) ? person.departure : undefined;
  return (
    <>
      <Facts rows={[
        (person.roles.length > 0 || person.kind === 'client') && [t('app.roles'), person.roles.map(roleName).join(', ') || t('people.role.none.contact', {role: roleName('client')})],
        [t('people.kind'), <>{t(`people.kind.${person.kind}`)} <PersonState state={person.state} /></>],
        person.client && [t('people.client'), <ClientLink client={person.client} />],
        person.email && [t('people.email'), person.email],
        person.branch && [t('people.branch'), person.branch],
        [t('people.language'), tongue],
        list && [t('people.factors'), <Factors person={person} list={list} changed={reload} />],
        leaving && [t('people.departure.see'), <><Chip look="warning">{t(`people.departure.${leaving.state}`)}</Chip> <Time at={leaving.at} style="minute" /></>],
        [t('people.added'), <Time at={person.created} style="day" />],
      ]} />
      {list?.reset && <WaitingReset reset={list.reset} changed={reload} />}
    </>
  );
}

function Access({person}: {person: string}) {
  return <><DueForChange person={person} /><CanUse person={person} /><HasSeen person={person} /></>;
}

function Logins({person}: {person: string}) {
  const session = useSession();
  return (
    <>
      <Devices person={person} />
      <Sessions person={person} />
      {logScope(session) > 0 && (
        <Section title={t('people.logins')} actions={<a href={`/security?actor=${person}`}>{t('people.all_events')}</a>}>
          <Events caption={t('people.logins')} query={{actor: person, class: LOGINS}} empty={t('people.logins.none')} />
        </Section>
      )}
    </>
  );
}

function Doings({person}: {person: string}) {
  return (
    <Section title={t('people.doings')} actions={<a href={`/security?actor=${person}`}>{t('people.all_events')}</a>}>
      <Events caption={t('people.doings')} query={{actor: person}} empty={t('people.doings.none')} />
    </Section>
  );
}

const PARTS = {access: Access, logins: Logins, doings: Doings};
type Part = keyof typeof PARTS;

function Body({person}: {person: Someone}) {
  const {query} = usePlace();
  const asked = query.get('show') ?? '';
  const part: Part = asked in PARTS ? (asked as Part) : person.kind === 'client' ? 'logins' : 'access';
  const Shown = PARTS[part];
  const parts = (Object.keys(PARTS) as Part[]).filter(id => id !== 'access' || person.kind !== 'client');
  return (
    <>
      <Head person={person} />
      <div class="after-facts"><Tabs label={t('people.tabs')} current={part} items={parts.map(id => ({id, text: t(`people.tab.${id}`), href: `/people/${person.id}?show=${id}`}))} /></div>
      <Shown person={person.id} />
    </>
  );
}

export default function Person({params}: RouteProps) {
  const session = useSession();
  const loaded = useGet<Someone>(path`/v1/people/${params.id ?? ''}`);
  const person = loaded.data;
  const leaves = person && may(session, 'people.write') && person.kind !== 'client' && person.id !== session.person.id;
  const actions = leaves && <a class="button" href={`/people/${person.id}/departure`}>{t(person.state === 'active' && !person.departure ? 'people.departure' : 'people.departure.see')}</a>;
  return (
    <Page title={person ? personName(person) : t('people.person')} up={{href: '/people', text: t('app.room.people')}} actions={actions}>
      {person ? <Body person={person} /> : loaded.busy && <Skeleton rows={8} />}
      <ProblemNotice problem={loaded.problem} again={loaded.reload} />
    </Page>
  );
}
