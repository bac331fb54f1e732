// SPDX-License-Identifier: Apache-2.0
// My security: how I sign in, from where, and what is logged about me.
import {t} from '../../base/i18n';
import {useSession} from '../../base/session';
import {Page} from '../../parts/page';
import {Facts, roleName, Time} from '../../parts/shown';

export default function Me() {
  const session = useSession();
  return (
    <Page title={t('app.room.me')}>
      <Facts rows={[
        [t('app.name'), session.person.name],
        [t('app.roles'), session.person.roles.map(roleName).join(', ')],
        [t('app.session_until'), <Time at={session.expires} style="minute" />],
      ]} />
    </Page>
  );
}
