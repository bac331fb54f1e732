// SPDX-License-Identifier: Apache-2.0
// One event: the sentence, all its facts, what was changed, what else happened in its session, and its proof.
import {path} from '../../base/api';
import {sentence, t, word} from '../../base/i18n';
import {useGet} from '../../base/load';
import {cameFrom, type RouteProps} from '../../base/router';
import {useSession} from '../../base/session';
import {showSeconds} from '../../base/time';
import {Button, CopyButton} from '../../parts/controls';
import {homeOf} from '../../parts/layout';
import {Page} from '../../parts/page';
import {Chip, ProblemNotice, Severity, Skeleton} from '../../parts/shown';
import {Changes} from './Changes';
import {DeviceCard} from './DeviceCard';
import {changesOf, memberName, memberText, type LogEvent} from './event';
import './event.css';
import {EventFacts} from './Facts';
import {Raw} from './Raw';
import {Trail, useAround} from './Trail';
import {signInBefore} from './around';
import {Verify} from './Verify';

/** Where one came from is left by going back: the list stands as it was. */
function Up({home}: {home: string}) {
  const from = cameFrom();
  const back = (event: MouseEvent) => {
    if (!from || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.back();
  };
  return <p class="up"><a href={from ?? home} onClick={back}>‹ {t('event.back')}</a></p>;
}

function SignIn({event, before}: {event: LogEvent; before: LogEvent}) {
  const detail = typeof before.detail === 'object' && before.detail !== null ? (before.detail as Record<string, unknown>) : {};
  const factors = detail.factors ?? detail.method;
  return (
    <>
      <a href={`/events/${before.id}`}>{sentence('login.succeeded')}</a>
      <span class="quiet-text"> · {t('event.earlier', {time: showSeconds((Date.parse(event.time) - Date.parse(before.time)) / 1000)})}</span>
      {factors !== undefined && <span class="quiet-text"> · {memberName('factors')}: {memberText('factors', factors)}</span>}
    </>
  );
}

function Head({event}: {event: LogEvent}) {
  return (
    <p class="event-head">
      <Severity level={event.severity} />
      {event.critical && <Chip look="alert">{t('event.critical')}</Chip>}
      <Chip look={event.outcome === 'success' ? 'ok' : 'warning'}>{word('event.outcome', event.outcome)}</Chip>
      {event.class && <Chip>{word('security.class', event.class)}</Chip>}
    </p>
  );
}

function Shown({event}: {event: LogEvent}) {
  const around = useAround(event);
  const before = around.data && signInBefore(event, around.data.items);
  return (
    <>
      <Head event={event} />
      <div class="event-columns">
        <div><EventFacts event={event} signIn={before && before.id !== event.id ? <SignIn event={event} before={before} /> : undefined} /></div>
        <DeviceCard event={event} />
      </div>
      <Changes changes={changesOf(event)} />
      <Verify event={event} />
      <Trail event={event} around={around} />
      <Raw event={event} />
    </>
  );
}

export default function Event({params}: RouteProps) {
  const session = useSession();
  const loaded = useGet<LogEvent>(path`/v1/events/${params.id ?? ''}`);
  const event = loaded.data;
  const title = event ? sentence(event.action ?? '') : t('event.title');
  const actions = event && (
    <>
      <CopyButton text={location.origin + `/events/${event.id}`} label={t('event.copy.link')} />
      <CopyButton text={event.id} label={t('event.copy.id')} />
      <Button onClick={() => print()}>{t('event.print')}</Button>
    </>
  );
  return (
    <>
      <Up home={homeOf(session)} />
      <Page title={title} actions={actions}>
        {event ? <Shown event={event} /> : loaded.busy && <Skeleton rows={8} />}
        <ProblemNotice problem={loaded.problem} again={loaded.reload} />
      </Page>
    </>
  );
}
