// SPDX-License-Identifier: Apache-2.0
// My security: how I sign in, from where, and what is logged about me.
import {t} from '../../base/i18n';
import {useSession} from '../../base/session';
import {Page} from '../../parts/page';
import {Facts, Notice, roleName, Time} from '../../parts/shown';
import {Devices} from './Devices';
import {Factors} from './Factors';
import {Logged} from './Logged';
import {Sessions} from './Sessions';
import './me.css';

export default function Me() {
  const session = useSession();
  return (
    <Page title={t('app.room.me')}>
      {session.enrol && <Notice look="warning" title={t('me.enrol_first')}><p>{t('me.enrol_first.why')}</p></Notice>}
      <Facts rows={[
        [t('app.name'), session.person.name],
        session.person.roles.length > 0 && [t('app.roles'), session.person.roles.map(roleName).join(', ')],
        [t('app.session_until'), <Time at={session.expires} style="minute" />],
      ]} />
      <Factors person={session.person.id} />
      {!session.enrol && <Sessions person={session.person.id} />}
      {!session.enrol && <Devices person={session.person.id} />}
      {!session.enrol && <Logged person={session.person.id} />}
    </Page>
  );
}
