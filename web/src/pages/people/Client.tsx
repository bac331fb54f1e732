// SPDX-License-Identifier: Apache-2.0
// One client: who can use what now, who knows what, what was done for them, how they are told. A client sees this page of
// their own, and nothing else.
import {path} from '../../base/api';
import {t} from '../../base/i18n';
import {useGet} from '../../base/load';
import {usePlace, type RouteProps} from '../../base/router';
import {logScope, useSession} from '../../base/session';
import {Page, Section, Tabs} from '../../parts/page';
import {Notice, ProblemNotice, Skeleton} from '../../parts/shown';
import {maySee} from '../takeouts/takeout';
import {FreezeButton} from '../vault/Freeze';
import {AccessTable} from './Access';
import {clientName, type ClientRow} from './clients';
import {Events} from './Events';
import {Told} from './Told';
import './people.css';
import {Week} from './Week';

interface PartProps {
  client: ClientRow;
  own: boolean;
}

function Uses({client, own}: PartProps) {
  return (
    <Section title={t(own ? 'people.concerns' : 'people.uses')} actions={!own && <a href={`/security?client=${client.id}`}>{t('people.all_events')}</a>}>
      <Events caption={t('people.uses')} query={{client: client.id, ...(own ? {} : {class: 'credential'})}} who empty={t('people.uses.none')} />
    </Section>
  );
}

const PARTS = {access: AccessTable, uses: Uses, weeks: Week, told: Told};
type Part = keyof typeof PARTS;

function Body({client, own}: PartProps) {
  const session = useSession();
  const {query} = usePlace();
  const asked = query.get('show') ?? '';
  const part: Part = asked in PARTS ? (asked as Part) : 'access';
  const Shown = PARTS[part];
  const parts = (Object.keys(PARTS) as Part[]).filter(id => id !== 'uses' || logScope(session) > 0);
  return (
    <>
      {client.frozen && <Notice look="alert" title={t('people.frozen.title')}><p>{t('people.frozen.what')}</p></Notice>}
      {client.mailbox_delegated && <Notice look="notice"><p>{t('people.delegated.what')}</p></Notice>}
      {client.countries.length > 0 && <Notice look="notice"><p>{t('people.countries.what', {countries: client.countries.join(', ')})}</p></Notice>}
      <Tabs label={t('people.tabs')} current={part} items={parts.map(id => ({id, text: t(id === 'uses' && own ? 'people.tab.concerns' : `people.tab.${id}`), href: `/clients/${client.id}?show=${id}`}))} />
      <Shown client={client} own={own} />
    </>
  );
}

export default function Client({params}: RouteProps) {
  const session = useSession();
  const loaded = useGet<ClientRow>(path`/v1/clients/${params.id ?? ''}`);
  const client = loaded.data;
  const own = session.person.kind === 'client';
  const actions = client && (
    <>
      {own && <a class="button" href="/approvals">{t('app.room.approvals')}</a>}
      {maySee(session) && <a class="button" href={`/takeouts?client=${client.id}`}>{t('takeouts.title')}</a>}
      <FreezeButton client={client.id} name={clientName(client)} frozen={client.frozen} changed={loaded.reload} />
    </>
  );
  return (
    <Page title={client ? clientName(client) : t('people.client')} {...(own ? {lead: t('people.own.lead')} : {up: {href: '/clients', text: t('app.room.clients')}})} actions={actions}>
      {client ? <Body client={client} own={own} /> : loaded.busy && <Skeleton rows={8} />}
      <ProblemNotice problem={loaded.problem} again={loaded.reload} />
    </Page>
  );
}
