// SPDX-License-Identifier: Apache-2.0
// The vault: what I may use, the clients' credentials, the grants, and what is on its way in.
import type {ComponentType} from 'preact';
import {t, type TextKey} from '../../base/i18n';
import {usePlace} from '../../base/router';
import {may, useSession, type Session} from '../../base/session';
import {Page, Tabs} from '../../parts/page';
import {maySee} from '../takeouts/takeout';
import {Credentials} from './Credentials';
import {Deposits} from './Deposits';
import {GiveGrant} from './GiveGrant';
import {Grants} from './Grants';
import {Mine} from './Mine';
import {NewCredential} from './NewCredential';
import {Slips} from './Slips';
import './vault.css';

interface Part {
  id: string;
  text: TextKey;
  open: (session: Session) => boolean;
  show: ComponentType;
  /** What is done once stands beside the title, not among the tabs. */
  once?: boolean;
}

const seesAll = (session: Session) => may(session, 'credential.deposit') || may(session, 'grant.give') || may(session, 'grant.approve');
const leads = (session: Session) => may(session, 'grant.give') || may(session, 'grant.approve');

/** In the order in which they are offered. */
const PARTS: readonly Part[] = [
  {id: 'mine', text: 'vault.tab.mine', open: session => may(session, 'credential.use'), show: Mine},
  {id: 'all', text: 'vault.tab.all', open: seesAll, show: Credentials},
  {id: 'grants', text: 'vault.tab.grants', open: session => seesAll(session) || may(session, 'credential.use'), show: Grants},
  {id: 'deposits', text: 'vault.tab.deposits', open: session => may(session, 'credential.deposit'), show: Deposits},
  {id: 'slips', text: 'vault.tab.slips', open: () => true, show: Slips},
  {id: 'new', text: 'vault.new', open: session => may(session, 'credential.deposit'), show: NewCredential, once: true},
  {id: 'give', text: 'vault.give', open: session => may(session, 'grant.give'), show: GiveGrant, once: true},
];

/** Who leads others begins with all of it, who works with it with their own. */
const firstOf = (session: Session, parts: readonly Part[]): Part | undefined =>
  (leads(session) ? parts.find(part => part.id === 'all') : undefined) ?? parts[0];

export default function Vault() {
  const session = useSession();
  const {query} = usePlace();
  const parts = PARTS.filter(part => part.open(session));
  const part = parts.find(one => one.id === query.get('show')) ?? firstOf(session, parts);
  if (!part) return <Page title={t('app.room.vault')} lead={t('vault.nothing')}>{null}</Page>;
  const Shown = part.show;
  const tabs = parts.filter(one => !one.once).map(one => ({id: one.id, text: t(one.text), href: `/vault?show=${one.id}`}));
  const actions = (
    <>
      {maySee(session) && <a class="button quiet" href="/takeouts">{t('takeouts.title')}</a>}
      {parts.filter(one => one.once && one.id !== part.id).map(one => <a key={one.id} class="button quiet" href={`/vault?show=${one.id}`}>{t(one.text)}</a>)}
    </>
  );
  return (
    <Page key={part.once ? part.id : 'tabs'} title={part.once ? t(part.text) : t('app.room.vault')} {...(part.once ? {up: {href: '/vault', text: t('app.room.vault')}} : {actions})}>
      {!part.once && <Tabs label={t('vault.tabs')} items={tabs} current={part.id} />}
      <Shown key={part.id} />
    </Page>
  );
}
