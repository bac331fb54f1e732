// SPDX-License-Identifier: Apache-2.0
// What is only looked at: times, people, severities, states, and what is not there.
import type {ComponentChildren} from 'preact';
import {hasText, language, t, word, type TextKey} from '../base/i18n';
import type {Problem} from '../base/api';
import {readersZone, showAgo, showTime} from '../base/time';

/** An instant in UTC, and in a zone that is neither that nor the reader's: for hovering over it. */
export const elsewhere = (at: string, zone: string | undefined): string =>
  [...new Set(['UTC', zone && zone !== readersZone() ? zone : 'UTC'])].map(one => showTime(at, 'second', one)).join(' · ');

/** An instant in the reader's zone; on hover UTC, and the actor's zone when it is another. */
export function Time({at, style = 'second', zone}: {at: string; style?: 'second' | 'minute' | 'day' | 'clock'; zone?: string | undefined}) {
  return <time dateTime={at} title={elsewhere(at, zone)}>{showTime(at, style)}</time>;
}

export const Ago = ({at}: {at: string}) => <time dateTime={at} title={showTime(at)}>{showAgo(at)}</time>;

const MARKS: Record<string, string> = {alert: '!', warning: '▲', notice: '●', info: '·'};

/** Severity by form and word; the colour comes last. */
export function Severity({level}: {level: string}) {
  return (
    <span class={`severity ${level}`}>
      <span aria-hidden="true">{MARKS[level] ?? '·'}</span> {word('app.severity', level)}
    </span>
  );
}

export const Chip = ({look = 'plain', children}: {look?: 'plain' | 'ok' | 'notice' | 'warning' | 'alert'; children: ComponentChildren}) =>
  <span class={`chip ${look}`}>{children}</span>;

/** What to know before going on; a refusal is told at once to screen readers. */
export function Notice({look = 'notice', title, children, urgent = false}: {look?: 'ok' | 'notice' | 'warning' | 'alert'; title?: string; children?: ComponentChildren; urgent?: boolean}) {
  return (
    <div class={`notice-box ${look}`} role={urgent ? 'alert' : undefined}>
      {title && <strong>{title}</strong>}
      {children}
    </div>
  );
}

/** What a problem says in the reader's language: by what is wrong at a place, by its code, else the server's English title. */
export function problemText(problem: Problem): string {
  const keys = [...problem.errors.map(one => `problem.at.${one.code}`), `problem.${problem.code}`];
  const key = keys.find(hasText);
  if (key) return t(key);
  return problem.status === 0 ? t('problem.unreachable') : problem.title;
}

/** What happened, what is kept, and what to do; nothing without a problem. */
export function ProblemNotice({problem, again}: {problem: Problem | undefined; again?: (() => void) | undefined}) {
  if (!problem) return null;
  return (
    <Notice look={problem.status >= 500 || problem.status === 0 ? 'alert' : 'warning'} urgent title={problemText(problem)}>
      {problem.detail !== problem.title && language() === 'en' && <p>{problem.detail}</p>}
      {problem.code === 'person_unproven' && <p><a href="/me">{t('app.room.me')}</a></p>}
      {problem.retryAfter > 0 && <p>{t('problem.later', {n: problem.retryAfter})}</p>}
      {again && <p><button type="button" class="button quiet" onClick={again}>{t('app.again')}</button></p>}
      {problem.requestId && <p class="small">{t('problem.request', {id: problem.requestId})}</p>}
    </Notice>
  );
}

/** The shape of what is coming, until it is there. */
export function Skeleton({rows = 5}: {rows?: number}) {
  return (
    <div class="skeleton" role="status">
      <span class="unseen">{t('app.loading')}</span>
      {Array.from({length: rows}, (_, at) => <span key={at} aria-hidden="true" />)}
    </div>
  );
}

/** Nothing is here, and what to do about it. */
export function Empty({title, children}: {title: string; children?: ComponentChildren}) {
  return <div class="empty"><p class="title">{title}</p>{children}</div>;
}

/** Terms and what they are. */
export function Facts({rows}: {rows: (readonly [ComponentChildren, ComponentChildren] | false | undefined | null | '' | 0)[]}) {
  return (
    <dl class="facts">
      {rows.map((row, at) => row && <div key={at}><dt>{row[0]}</dt><dd>{row[1]}</dd></div>)}
    </dl>
  );
}

export const roleName = (role: string): string => (hasText(`role.${role}`) ? t(`role.${role}` as TextKey) : role.replaceAll('_', ' '));
