// SPDX-License-Identifier: Apache-2.0
// My security: how I sign in, from where, and what is logged about me.
import {SESSION_CHANGED} from '../../base/api';
import {t} from '../../base/i18n';
import {useSession} from '../../base/session';
import {Page} from '../../parts/page';
import {Facts, Notice, roleName, Time} from '../../parts/shown';
import {StepUp} from '../../parts/stepup';
import {Devices} from './Devices';
import {Factors} from './Factors';
import {Logged} from './Logged';
import {Sessions} from './Sessions';
import './me.css';

/** A role asks for more than this session began with: the authenticator that there is makes it good. */
function ShowIt() {
  const action = {type: 'session', text: t('me.step_up.action'), fields: {}};
  return (
    <Notice look="warning" title={t('me.step_up')}>
      <p>{t('me.step_up.why')}</p>
      <StepUp action={action} proven={() => window.dispatchEvent(new CustomEvent(SESSION_CHANGED))} />
    </Notice>
  );
}

export default function Me() {
  const session = useSession();
  const stepsUp = session.enrol_needs?.includes('step_up') ?? false;
  return (
    <Page title={t('app.room.me')}>
      {stepsUp && <ShowIt />}
      {session.enrol && !stepsUp && <Notice look="warning" title={t('me.enrol_first')}><p>{t('me.enrol_first.why')}</p></Notice>}
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
