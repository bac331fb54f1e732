// SPDX-License-Identifier: Apache-2.0
// A ring that empties, with the seconds that are left in it; screen readers are told now and then.
import {t} from '../../base/i18n';
import {tellsTime} from './model';

const RADIUS = 26;
const AROUND = 2 * Math.PI * RADIUS;

export function Ring({left, of}: {left: number; of: number}) {
  return (
    <>
      <svg class={`ring ${left <= 5 ? 'ending' : ''}`} viewBox="0 0 64 64" width="64" height="64" aria-hidden="true">
        <circle cx="32" cy="32" r={RADIUS} />
        <circle class="rest" cx="32" cy="32" r={RADIUS} stroke-dasharray={AROUND} stroke-dashoffset={AROUND * (1 - Math.min(1, left / of))} transform="rotate(-90 32 32)" />
        <text x="32" y="38" text-anchor="middle">{left}</text>
      </svg>
      <span class="unseen" role="status">{tellsTime(left) ? t('vault.seconds', {n: left}) : ''}</span>
    </>
  );
}
