// SPDX-License-Identifier: Apache-2.0
// Policies: for everyone, and for each role on top.
import {t} from '../../base/i18n';
import {useGet, usePaged} from '../../base/load';
import {path} from '../../base/api';
import {navigate, usePlace, withQuery} from '../../base/router';
import {may, useSession} from '../../base/session';
import {Choice} from '../../parts/controls';
import {Chip, ProblemNotice, roleName, Skeleton} from '../../parts/shown';
import {PolicyForm} from './PolicyForm';
import type {Policy} from './policy';
import type {Role} from './roles';

const EVERYONE = 'everyone';

const nameOf = (policy: string): string => (policy === EVERYONE ? t('rules.everyone') : roleName(policy));

export function Policies() {
  const session = useSession();
  const name = usePlace().query.get('for') ?? EVERYONE;
  const roles = usePaged<Role>('/v1/roles', {limit: 500});
  const set = usePaged<Policy>('/v1/policies', {limit: 500});
  const {data, problem, reload} = useGet<Policy>(path`/v1/policies/${name}`);
  const names = [EVERYONE, ...(roles.data?.map(role => role.name) ?? [])];
  const isSet = (one: string) => set.data?.some(policy => policy.name === one) ?? false;
  return (
    <>
      <div class="row">
        <Choice label={t('rules.policy_for')} value={name} options={names.map(one => [one, `${nameOf(one)}${isSet(one) ? ' ●' : ''}`] as const)} onChoose={one => navigate(withQuery({for: one === EVERYONE ? null : one}))} />
        {set.data && <Chip look={isSet(name) ? 'notice' : 'plain'}>{t(isSet(name) ? 'rules.policy.set' : 'rules.policy.unset')}</Chip>}
      </div>
      <p class="hint">{t('rules.policy.strictest')}</p>
      <ProblemNotice problem={problem ?? roles.problem ?? set.problem} again={reload} />
      {!data && !problem && <Skeleton rows={8} />}
      {data && data.name === name && <PolicyForm key={name} policy={data} writes={may(session, 'roles.write')} saved={() => { reload(); set.reload(); }} />}
    </>
  );
}
