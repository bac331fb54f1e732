// SPDX-License-Identifier: Apache-2.0
// How a handover is told in words.
import {t, word} from '../../base/i18n';
import {Chip, Time} from '../../parts/shown';
import type {Handover, HandoverState} from './handover';

const LOOKS: Record<HandoverState, 'plain' | 'ok' | 'notice' | 'warning'> = {
  requested: 'warning', approved: 'notice', active: 'ok', returned: 'plain', completed: 'plain', cancelled: 'plain', refused: 'plain', lapsed: 'plain',
};

export const StateChip = ({state}: {state: HandoverState}) => <Chip look={LOOKS[state] ?? 'plain'}>{word('handovers.state', state)}</Chip>;

/** Somebody by name, with the way to them; "erased" for who was erased. */
export function Person({id, name, link}: {id: string; name: string | null | undefined; link: boolean}) {
  const text = name || t('handovers.erased');
  return link ? <a href={`/people/${id}`}>{text}</a> : <>{text}</>;
}

export function Span({handover}: {handover: Handover}) {
  return (
    <>
      <Time at={handover.start} style="minute" />
      {handover.until ? <> → <Time at={handover.until} style="minute" /></> : handover.kind === 'stand_in' ? <> → {t('handovers.until_ended')}</> : ''}
    </>
  );
}
