// SPDX-License-Identifier: Apache-2.0
// One grant: what it allows, what stands in front of it, and what can be done with it.
import {path} from '../../base/api';
import {t} from '../../base/i18n';
import {useGet} from '../../base/load';
import type {RouteProps} from '../../base/router';
import {Page, Section} from '../../parts/page';
import {Facts, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {DecideGrant, HoldGrant, RevokeGrant} from './GrantActions';
import {clientOf, nameOf} from './known';
import type {Credential, Grant} from './model';
import {ClientName, GrantChip, ModeMark, PersonName} from './shown';
import {UseButtons} from './UseButtons';
import './vault.css';

const GATE_MARKS: Record<string, string> = {none: '·', given: '✓', missing: '✕'};

/** What has to be there before a use; by form and word. */
function Gates({grant}: {grant: Grant}) {
  const gates = [['nda', grant.gates.nda], ['consent', grant.gates.consent]] as const;
  const [given, wanted] = grant.gates.approval.split('/');
  return (
    <ul class="gates">
      {gates.map(([name, state]) => (
        <li key={name} class={state}><span aria-hidden="true">{GATE_MARKS[state] ?? '·'}</span> {t(`vault.gate.${name}`)}: {t(state === 'missing' ? 'vault.gate.missing' : state === 'given' ? 'vault.gate.given' : 'vault.gate.none')}</li>
      ))}
      <li class={wanted && given !== wanted ? 'missing' : wanted ? 'given' : 'none'}>
        <span aria-hidden="true">{!wanted ? '·' : given === wanted ? '✓' : '✕'}</span> {t('vault.gate.approval')}: {wanted ? t('vault.gate.count', {given: given ?? '', wanted}) : t('vault.gate.none')}
      </li>
    </ul>
  );
}

function GrantFacts({grant}: {grant: Grant}) {
  return (
    <Facts rows={[
      [t('vault.who'), <PersonName id={grant.to} name={grant.to_name} />],
      [t('vault.credential'), <a href={`/credentials/${grant.credential}`}>{grant.credential_title || t('vault.credential')}</a>],
      [t('vault.client'), <ClientName id={grant.client} name={grant.client_name} />],
      [t('vault.mode'), <ul class="leaves">{grant.modes.map(mode => <li key={mode}><ModeMark mode={mode} /> <span class="small">{t(`vault.mode.${mode}.leaves`)}</span></li>)}</ul>],
      [t('vault.from'), <Time at={grant.from} style="minute" />],
      [t('vault.until'), <Time at={grant.until} style="minute" />],
      grant.hours && [t('vault.hours'), <>{grant.hours.calendar.toUpperCase()}. {t(`vault.outside.${grant.hours.outside}`)}</>],
      [t('vault.uses'), grant.uses === null ? t('vault.uses.any', {n: grant.uses_made}) : t('vault.uses.of', {made: grant.uses_made, all: grant.uses})],
      [t('vault.exclusive'), t(`vault.exclusive.${grant.exclusive}`)],
      grant.task && [t('vault.task'), grant.task],
      grant.mandate && [t('vault.mandate'), <span class="prose">{grant.mandate}</span>],
      [t('vault.notify'), t(`vault.notify.${grant.notify}`)],
      [t('vault.given_by'), <>{grant.by.startsWith('app_') ? `${t('vault.by_application')}: ` : ''}<PersonName id={grant.by} name={grant.by_name} />, <Time at={grant.created} style="minute" /></>],
    ]} />
  );
}

export default function GrantPage({params}: RouteProps) {
  const {data: grant, problem, reload} = useGet<Grant>(path`/v1/grants/${params.id ?? ''}`, {names: 1});
  const credential = useGet<Credential>(grant && grant.credential_title !== null ? path`/v1/credentials/${grant.credential}` : null);
  const title = grant ? `${nameOf(grant.to_name)}: ${grant.credential_title || t('vault.credential')}` : t('vault.grant');
  return (
    <Page key={grant?.id} title={title} up={{href: '/vault?show=grants', text: t('vault.tab.grants')}}
      actions={grant && <><GrantChip grant={grant} /><UseButtons grants={[grant]} credential={credential.data} client={clientOf(grant.client_name)} used={reload} /></>}>
      <ProblemNotice problem={problem} again={reload} />
      {!grant && !problem && <Skeleton />}
      {grant && <>
        <DecideGrant grant={grant} changed={reload} />
        <GrantFacts grant={grant} />
        <Section title={t('vault.gates')}><Gates grant={grant} /></Section>
        <HoldGrant grant={grant} changed={reload} />
        <RevokeGrant grant={grant} changed={reload} />
      </>}
    </Page>
  );
}
