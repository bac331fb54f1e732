// SPDX-License-Identifier: Apache-2.0
// How the vault's things look wherever they are shown: modes by form and word, states, people.
import type {ComponentChildren} from 'preact';
import {t, type TextKey} from '../../base/i18n';
import {may, useSession} from '../../base/session';
import {Chip} from '../../parts/shown';
import {clientOf, nameOf} from './known';
import type {Grant, GrantState, Kind, Mode} from './model';

/** Digits that leave; an arrow from machine to machine; an eye that has seen it. */
const FORMS: Record<Mode, ComponentChildren> = {
  code: <path d="M2.5 6.5h3v7h-3zM8.5 6.5h3v7h-3zM14.5 6.5h3v7h-3z" />,
  inject: <path d="M2 10h9m-3-3 3 3-3 3M14 4h4v12h-4" />,
  reveal: <><path d="M2 10c4-7 12-7 16 0-4 7-12 7-16 0Z" /><circle cx="10" cy="10" r="2.2" /></>,
};

/** A mode by its form and its word; what leaves the server stands in the title. */
export function ModeMark({mode}: {mode: Mode}) {
  return (
    <span class={`mode ${mode}`} title={t(`vault.mode.${mode}.leaves`)}>
      <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">{FORMS[mode]}</svg>
      {t(`vault.mode.${mode}`)}
    </span>
  );
}

export const ModeMarks = ({modes}: {modes: readonly Mode[]}) => <span class="modes">{modes.map(mode => <ModeMark key={mode} mode={mode} />)}</span>;

/** The three modes and what leaves the server in each. */
export function ModeLegend() {
  return (
    <details class="legend">
      <summary>{t('vault.modes.legend')}</summary>
      <dl>
        {(['code', 'inject', 'reveal'] as const).map(mode => (
          <div key={mode}><dt><ModeMark mode={mode} /></dt><dd>{t(`vault.mode.${mode}.leaves`)}</dd></div>
        ))}
      </dl>
    </details>
  );
}

export const kindName = (kind: Kind): string => t(`vault.kind.${kind}`);

const STATE_LOOKS: Record<GrantState, 'ok' | 'notice' | 'warning' | 'plain'> = {
  active: 'ok', waiting: 'notice', standby: 'notice', suspended: 'warning', revoked: 'plain', expired: 'plain', used_up: 'plain',
};

/** Active but not begun yet is said as such. */
export function GrantChip({grant}: {grant: Pick<Grant, 'state' | 'from'>}) {
  const later = grant.state === 'active' && Date.parse(grant.from) > Date.now();
  return <Chip look={later ? 'notice' : STATE_LOOKS[grant.state]}>{t(later ? 'vault.state.later' : `vault.state.${grant.state}` as TextKey)}</Chip>;
}

const STRENGTHS = [0, 1, 2, 3, 4] as const;

/** The strength of a password as bars and as a word. */
export function Strength({value}: {value: number}) {
  const level = STRENGTHS[Math.min(4, Math.max(0, value))] ?? 0;
  return (
    <span class={`strength s${level}`}>
      <svg viewBox="0 0 34 12" width="34" height="12" aria-hidden="true">
        {STRENGTHS.slice(1).map(at => <rect key={at} class={at <= level ? 'on' : ''} x={(at - 1) * 9} y="2" width="7" height="8" rx="1" />)}
      </svg>
      {t(`vault.strength.${level}`)}
    </span>
  );
}

/** A person by name, and the way to their page for those who may go there (a refusal would be on record). */
export function PersonName({id, name}: {id: string; name: string | null | undefined}) {
  const session = useSession();
  const open = may(session, 'people.read') && id.startsWith('per_');
  return open ? <a href={`/people/${id}`}>{nameOf(name)}</a> : <>{nameOf(name)}</>;
}

/** The same of a client. */
export function ClientName({id, name}: {id: string; name: string | null | undefined}) {
  const session = useSession();
  const open = may(session, 'clients.read') || session.person.client === id;
  return open ? <a href={`/clients/${id}`}>{clientOf(name)}</a> : <>{clientOf(name)}</>;
}
