// SPDX-License-Identifier: Apache-2.0
// A reset that is to end all factors of a person: when, why, who asked for it, and how it is taken back.
import {path, remove} from '../../base/api';
import {t} from '../../base/i18n';
import {useSession} from '../../base/session';
import {Facts, Notice, Time} from '../../parts/shown';
import {TakeBack} from '../../parts/takeback';
import {decidesReset, takesBackReset, type FactorReset} from './me';

interface WaitingResetProps {
  reset: FactorReset;
  changed: () => void;
}

export function WaitingReset({reset, changed}: WaitingResetProps) {
  const session = useSession();
  const isMine = reset.person === session.person.id;
  const title = isMine ? t('me.reset') : t(reset.state === 'approved' ? 'me.reset.approved' : 'me.reset.waiting');
  return (
    <Notice look={isMine ? 'alert' : 'warning'} title={title}>
      {isMine && <p>{t(reset.state === 'approved' ? 'me.reset.approved.yours' : 'me.reset.waiting.yours')}</p>}
      <Facts rows={[
        [t('me.reset.due'), <Time at={reset.due} style="minute" />],
        [t('approvals.asked'), reset.requested_by_name || t('people.nameless')],
        reset.reason && [t('approvals.reason'), reset.reason],
        !isMine && [t('me.reset.count'), t('me.reset.count.of', {n: reset.resets_this_year, most: reset.resets_a_year})],
      ]} />
      {decidesReset(session, reset) && <p><a href="/approvals">{t('app.room.approvals')}</a></p>}
      {takesBackReset(session, reset) && <TakeBack what={t('approvals.kind.factor_reset')} withdraw={() => remove(path`/v1/factor-resets/${reset.id}`)} done={changed} />}
    </Notice>
  );
}
