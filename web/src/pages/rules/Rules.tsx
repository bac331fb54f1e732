// SPDX-License-Identifier: Apache-2.0
// The rules of the tenant: who may what, what is asked for at sign-in, which programs have tokens, when grants open, how long
// the log is kept.
import type {ComponentType} from 'preact';
import {t} from '../../base/i18n';
import type {RouteProps} from '../../base/router';
import {may, useSession, type Session} from '../../base/session';
import {Page, Tabs} from '../../parts/page';
import {Empty} from '../../parts/shown';
import {Actions} from './Actions';
import {Applications} from './Applications';
import {Calendars} from './Calendars';
import {Policies} from './Policies';
import {Retentions} from './Retentions';
import {Roles} from './Roles';
import {VaultRules} from './VaultRules';
import './rules.css';

interface Part {
  id: 'roles' | 'policies' | 'applications' | 'vault' | 'calendars' | 'actions' | 'retention';
  shown: ComponentType;
  open: (session: Session) => boolean;
  /** The action by which the log tells who changed it. */
  changed: string;
}

const always = () => true;

const PARTS: readonly Part[] = [
  {id: 'roles', shown: Roles, open: always, changed: 'role.capability_changed'},
  {id: 'policies', shown: Policies, open: always, changed: 'policy.changed'},
  {id: 'applications', shown: Applications, open: session => may(session, 'applications.write'), changed: 'application.registered'},
  {id: 'vault', shown: VaultRules, open: always, changed: 'policy.changed'},
  {id: 'calendars', shown: Calendars, open: always, changed: 'calendar.changed'},
  {id: 'actions', shown: Actions, open: always, changed: 'policy.changed'},
  {id: 'retention', shown: Retentions, open: session => may(session, 'log.read:tenant'), changed: 'retention.changed'},
];

export default function Rules({params}: RouteProps) {
  const session = useSession();
  const parts = PARTS.filter(part => part.open(session));
  const current = parts.find(part => part.id === (params.part ?? 'roles'));
  return (
    <Page title={t('app.room.rules')} lead={current && t(`rules.lead.${current.id}`)}
      actions={current && may(session, 'log.read:tenant') && <a href={`/security?action=${current.changed}`}>{t('rules.changed_by')}</a>}>
      <Tabs label={t('app.room.rules')} current={current?.id ?? ''} items={parts.map(part => ({id: part.id, text: t(`rules.tab.${part.id}`), href: `/rules/${part.id}`}))} />
      {current ? <current.shown key={current.id} /> : <Empty title={t('app.missing')}><p><a href="/rules">{t('rules.tab.roles')}</a></p></Empty>}
    </Page>
  );
}
