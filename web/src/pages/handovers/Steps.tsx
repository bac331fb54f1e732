// SPDX-License-Identifier: Apache-2.0
// The five steps of a handover in a line.
import {t} from '../../base/i18n';
import {Time} from '../../parts/shown';
import type {Step} from './handover';

const MARKS = {done: '✓', next: '○', later: '○', never: '–'} as const;

export function Steps({steps}: {steps: readonly Step[]}) {
  return (
    <ol class="steps" aria-label={t('handovers.steps')}>
      {steps.map(step => (
        <li key={step.name} class={step.state} aria-current={step.state === 'next' ? 'step' : undefined}>
          <span class="dot" aria-hidden="true">{MARKS[step.state]}</span>
          <span class="what">{t(`handovers.step.${step.name}`)}</span>
          {step.at ? <Time at={step.at} style="minute" /> : <span class="small">{t(`handovers.step.${step.state === 'never' ? 'never' : 'waits'}`)}</span>}
          {step.by && <span class="small">{step.by}</span>}
        </li>
      ))}
    </ol>
  );
}
