// SPDX-License-Identifier: Apache-2.0
// The steps of what takes several people, in a line.
import {t} from '../../base/i18n';
import {Time} from '../../parts/shown';
import type {Step} from './handover';

const MARKS = {done: '✓', next: '○', later: '○', never: '–'} as const;

/** A step with its name in words. */
export type NamedStep = Pick<Step, 'at' | 'by' | 'state'> & {text: string};

export function Steps({label, steps}: {label: string; steps: readonly NamedStep[]}) {
  return (
    <ol class="steps" aria-label={label}>
      {steps.map(step => (
        <li key={step.text} class={step.state} aria-current={step.state === 'next' ? 'step' : undefined}>
          <span class="dot" aria-hidden="true">{MARKS[step.state]}</span>
          <span class="what">{step.text}</span>
          {step.at && <Time at={step.at} style="minute" />}
          {step.state !== 'done' && <span class="small">{t(`handovers.step.${step.state === 'never' ? 'never' : 'waits'}`)}</span>}
          {step.by && <span class="small">{step.by}</span>}
        </li>
      ))}
    </ol>
  );
}
