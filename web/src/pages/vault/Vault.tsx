// SPDX-License-Identifier: Apache-2.0
// The vault: what I may use, the clients' credentials, the grants, and what is on its way in.
import type {ComponentType} from 'preact';
import {t, type TextKey} from '../../base/i18n';
import {usePlace} from '../../base/router';
import {may, useSession, type Session} from '../../base/session';
import {Page, Tabs} from '../../parts/page';
import {Credentials} from './Credentials';
import {Mine} from './Mine';
import './vault.css';

interface Part {
  id: string;
  text: TextKey;
  open: (session: Session) => boolean;
  show: ComponentType;
}

const seesAll = (session: Session) => may(session, 'credential.deposit') || may(session, 'grant.give') || may(session, 'grant.approve');

/** In the order in which they are offered; the first that is open is where one begins. */
const PARTS: readonly Part[] = [
  {id: 'mine', text: 'vault.tab.mine', open: session => may(session, 'credential.use') && session.person.kind !== 'client', show: Mine},
  {id: 'all', text: 'vault.tab.all', open: seesAll, show: Credentials},
];

export default function Vault() {
  const session = useSession();
  const {query} = usePlace();
  const parts = PARTS.filter(part => part.open(session));
  const part = parts.find(one => one.id === query.get('show')) ?? parts[0];
  if (!part) return <Page title={t('app.room.vault')} lead={t('vault.nothing')}>{null}</Page>;
  const Shown = part.show;
  const items = parts.map(one => ({id: one.id, text: t(one.text), href: `/vault?show=${one.id}`}));
  return (
    <Page title={t('app.room.vault')}>
      <Tabs label={t('vault.tabs')} items={items} current={part.id} />
      <Shown key={part.id} />
    </Page>
  );
}

