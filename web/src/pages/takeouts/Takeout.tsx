// SPDX-License-Identifier: Apache-2.0
// One takeout: how far it is, what leaves to whom, what stays, and what the reader may do with it now.
import {path} from '../../base/api';
import {showNumber, t} from '../../base/i18n';
import {useGet} from '../../base/load';
import type {RouteProps} from '../../base/router';
import {may, useSession} from '../../base/session';
import {Page, Section, Table} from '../../parts/page';
import {Facts, Notice, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import '../handovers/handovers.css';
import {Steps} from '../handovers/Steps';
import '../people/people.css';
import {kindName} from '../vault/shown';
import {Decisions} from './Decisions';
import {clientOf, StateChip} from './shown';
import {isOpen, offerOf, stepsOf, type Leaving, type Left, type Takeout as Data} from './takeout';
import {Opening} from './Taking';
import './takeouts.css';

const UP = {href: '/takeouts'};

/** What is to be done now, and by whom. */
function Next({takeout, mine, decides}: {takeout: Data; mine: boolean; decides: boolean}) {
  if (!isOpen(takeout)) return null;
  if (takeout.state === 'requested') return <Notice><p>{t(decides ? 'takeouts.next.decide' : 'takeouts.next.wait')}</p></Notice>;
  return <Notice look={mine ? 'ok' : 'notice'}><p>{t(mine ? 'takeouts.next.take' : 'takeouts.next.taker')}</p></Notice>;
}

function About({takeout, links, decides}: {takeout: Data; links: boolean; decides: boolean}) {
  return (
    <Facts rows={[
      [t('handovers.client'), links ? <a href={`/clients/${takeout.client}`}>{clientOf(takeout)}</a> : clientOf(takeout)],
      [t('vault.purpose'), takeout.purpose ?? t('handovers.erased')],
      [t('takeouts.count'), takeout.count],
      [t('takeouts.format'), t(`takeouts.format.${takeout.format}`)],
      [t('takeouts.recipient'), <><span class="mono">{takeout.recipient}</span>{decides && <span class="small block">{t('takeouts.recipient.compare')}</span>}</>],
      isOpen(takeout) && [t(takeout.state === 'approved' ? 'takeouts.until.take' : 'takeouts.until.approve'), <Time at={takeout.until} style="minute" />],
      takeout.decided_by && takeout.state === 'refused' && [t('takeouts.refused_by'), takeout.decided_by_name || t('handovers.erased')],
      takeout.ended && [t('takeouts.ended'), <Time at={takeout.ended} style="minute" />],
      takeout.bytes !== undefined && [t('takeouts.bytes'), showNumber(takeout.bytes)],
      takeout.sha256 && ['SHA-256', <span class="mono">{takeout.sha256}</span>],
    ]} />
  );
}

function Leaves({leaves, links}: {leaves: readonly Leaving[]; links: boolean}) {
  if (leaves.length === 0) return <p class="quiet-text">{t('takeouts.leaves.none')}</p>;
  return (
    <Table caption={t('takeouts.leaves')} look="names stacks">
      <thead><tr><th scope="col">{t('vault.credential')}</th><th scope="col">{t('vault.kind')}</th></tr></thead>
      <tbody>
        {leaves.map(one => (
          <tr key={one.credential}><th scope="row">{links ? <a href={`/credentials/${one.credential}`}>{one.title}</a> : one.title}</th><td>{kindName(one.kind)}</td></tr>
        ))}
      </tbody>
    </Table>
  );
}

function Stays({left, links}: {left: readonly Left[]; links: boolean}) {
  if (left.length === 0) return <p class="quiet-text">{t('takeouts.left.none')}</p>;
  return (
    <Table caption={t('takeouts.left')} look="names stacks">
      <thead><tr><th scope="col">{t('vault.credential')}</th><th scope="col">{t('takeouts.left.why')}</th></tr></thead>
      <tbody>
        {left.map(one => (
          <tr key={one.credential}><th scope="row">{links ? <a href={`/credentials/${one.credential}`}>{one.title}</a> : one.title}</th><td>{t(`takeouts.left.${one.reason}`)}</td></tr>
        ))}
      </tbody>
    </Table>
  );
}

export default function Takeout({params}: RouteProps) {
  const session = useSession();
  const {data, problem, reload} = useGet<Data>(path`/v1/takeouts/${params.id ?? ''}`, {names: 1});
  const up = {...UP, text: t('takeouts.title')};
  if (!data) return <Page title={t('takeouts.one')} up={up}>{problem ? <ProblemNotice problem={problem} again={reload} /> : <Skeleton />}</Page>;
  const mine = data.requested_by === session.person.id;
  const offer = offerOf(data, session);
  const isStaff = session.person.kind === 'staff';
  return (
    <Page title={t('takeouts.of', {client: clientOf(data)})} up={up} actions={<StateChip state={data.state} />}>
      <ProblemNotice problem={problem} again={reload} />
      <Steps label={t('handovers.steps')} steps={stepsOf(data).map(step => ({...step, text: t(`takeouts.step.${step.name}`)}))} />
      <Next takeout={data} mine={mine} decides={offer.decide} />
      <Decisions takeout={data} offer={offer} changed={reload} />
      <Section title={t('handovers.about')}><About takeout={data} decides={offer.decide} links={isStaff ? may(session, 'clients.read') : session.person.client === data.client} /></Section>
      {data.state === 'taken' && mine && <Opening takeout={data} />}
      {isOpen(data) && <Section title={t('takeouts.leaves')}><Leaves leaves={data.leaves ?? []} links={isStaff} /></Section>}
      {isOpen(data) && <Section title={t('takeouts.left')}><Stays left={data.left_out ?? []} links={isStaff} /></Section>}
    </Page>
  );
}
