// SPDX-License-Identifier: Apache-2.0
// How a takeout is told in words.
import {t, word} from '../../base/i18n';
import {Chip} from '../../parts/shown';
import type {Takeout, TakeoutState} from './takeout';

const LOOKS: Record<TakeoutState, 'plain' | 'ok' | 'notice' | 'warning'> = {
  requested: 'warning', approved: 'notice', taken: 'ok', refused: 'plain', cancelled: 'plain', lapsed: 'plain',
};

export const StateChip = ({state}: {state: TakeoutState}) => <Chip look={LOOKS[state] ?? 'plain'}>{word('takeouts.state', state)}</Chip>;

/** Whose credentials: by name; a client that was erased has none. */
export const clientOf = (takeout: Takeout): string => takeout.client_name || t('handovers.erased');
