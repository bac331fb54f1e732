// SPDX-License-Identifier: Apache-2.0
// How people and devices look wherever they are shown.
import {t, word} from '../../base/i18n';
import {Chip} from '../../parts/shown';
import type {Device, Person} from './people';

export const personName = (person: {name?: string | null; ref?: string | null}): string => person.name || person.ref || t('people.nameless');

export const PersonLink = ({id, name}: {id: string; name: string | null | undefined}) => <a href={`/people/${id}`}>{name || t('people.nameless')}</a>;

export const deviceName = (device: Pick<Device, 'name' | 'model' | 'platform' | 'device'>): string =>
  device.name || [device.model, device.platform].filter(Boolean).join(', ') || device.device || t('people.device.nameless');

/** Nothing while all is well. */
export function PersonState({state}: {state: Person['state']}) {
  return state === 'active' ? null : <Chip look="warning">{word('people.state', state)}</Chip>;
}

const FACTOR_LOOK = {strong: 'ok', email: 'notice', none: 'warning'} as const;

export function FactorChip({factor}: {factor: Person['factor']}) {
  return factor ? <Chip look={FACTOR_LOOK[factor]}>{t(`people.factor.${factor}`)}</Chip> : null;
}

const DEVICE_LOOK = {known: 'ok', lost: 'alert', blocked: 'warning'} as const;

export const DeviceState = ({state}: {state: Device['state']}) => <Chip look={DEVICE_LOOK[state]}>{t(`people.device.${state}`)}</Chip>;
