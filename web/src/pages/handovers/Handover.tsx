// SPDX-License-Identifier: Apache-2.0
// One handover: its five steps, who and what, and what the reader may do with it now.
import {path} from '../../base/api';
import {t, word} from '../../base/i18n';
import {useGet} from '../../base/load';
import type {RouteProps} from '../../base/router';
import {may, useSession, type Session} from '../../base/session';
import {Page, Section} from '../../parts/page';
import {Facts, Notice, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {Briefing} from './Briefing';
import {Decisions} from './Decisions';
import {Due} from './Due';
import {offerOf, stepsOf, type Handover as Data, type Scope} from './handover';
import {Longer} from './Longer';
import {Person, Span, StateChip} from './shown';
import {Steps} from './Steps';
import './handovers.css';

/** Who sees to it that what was seen is changed. */
const mayPlan = (session: Session): boolean => ['handover.request', 'handover.approve', 'grant.give'].some(one => may(session, one));

function Clients({handover, links}: {handover: Data; links: boolean}) {
  if (handover.all_clients && handover.clients.length === 0) return <>{t('handovers.which.all')}</>;
  return (
    <ul class="inline">
      {handover.clients.map((id, at) => {
        const name = handover.client_names?.[at] || t('handovers.erased');
        return <li key={id}>{links ? <a href={`/clients/${id}`}>{name}</a> : name}</li>;
      })}
    </ul>
  );
}

/** Which clients stay where they are, and why. */
function Blocked({scope}: {scope: Scope}) {
  if (!scope.blocked?.length) return null;
  return (
    <Notice look="warning" title={t('handovers.blocked')}>
      <ul>{scope.blocked.map(one => <li key={one.client}>{one.client_name || one.client}: {word('handovers.block', one.why)}</li>)}</ul>
    </Notice>
  );
}

function Told({handover, links}: {handover: Data & Scope; links: boolean}) {
  return (
    <Facts rows={[
      [t('handovers.from'), <Person id={handover.from} name={handover.from_name} link={links} />],
      [t('handovers.to'), <Person id={handover.to} name={handover.to_name} link={links} />],
      [t('handovers.kind'), word('handovers.kind', handover.kind)],
      [t('handovers.reason'), word('security.reason', handover.reason)],
      handover.override && [t('handovers.override'), word('handovers.override', handover.override)],
      [t('handovers.when'), <Span handover={handover} />],
      [t('handovers.clients'), <Clients handover={handover} links={links} />],
      handover.moves !== undefined && [t('handovers.moves'), handover.moves],
      handover.started && [t('handovers.moved'), handover.moved],
      handover.ended && handover.kind === 'stand_in' && [t('handovers.returned'), handover.returned],
      handover.ended && [t('handovers.ended'), <><Time at={handover.ended} style="minute" />{handover.ended_by_name ? ` · ${handover.ended_by_name}` : ''}</>],
    ]} />
  );
}

export default function Handover({params}: RouteProps) {
  const session = useSession();
  const id = params.id ?? '';
  const {data, problem, reload} = useGet<Data & Scope>(path`/v1/handovers/${id}`, {names: 1});
  if (!data) return <Page title={t('handovers.one')} up={{href: '/handovers', text: t('handovers.title')}}>{problem ? <ProblemNotice problem={problem} again={reload} /> : <Skeleton />}</Page>;
  const offer = offerOf(data, session);
  return (
    <Page title={`${data.from_name || t('handovers.erased')} → ${data.to_name || t('handovers.erased')}`} up={{href: '/handovers', text: t('handovers.title')}} actions={<StateChip state={data.state} />}>
      <ProblemNotice problem={problem} again={reload} />
      <Steps label={t('handovers.steps')} steps={stepsOf(data).map(step => ({...step, text: t(`handovers.step.${step.name}`)}))} />
      <Decisions handover={data} offer={offer} changed={reload} />
      <Longer handover={data} offer={offer} changed={reload} />
      <Blocked scope={data} />
      <Section title={t('handovers.about')}><Told handover={data} links={may(session, 'people.read')} /></Section>
      {offer.brief && <Briefing id={id} accept={offer.accept} changed={reload} />}
      {data.started && mayPlan(session) && <Due handover={data} />}
    </Page>
  );
}
