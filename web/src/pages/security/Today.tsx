// SPDX-License-Identifier: Apache-2.0
// What an owner asks first in the morning: how much of what matters happened today.
import {showNumber, t, type TextKey} from '../../base/i18n';
import {useGet} from '../../base/load';
import {dayOf, startOfDay} from '../../base/time';
import {asked, hrefOf, type Condition, type Filters} from './filters';

const only = (field: Condition['field'], value: string): Condition => ({field, value, not: false});

interface Question {
  text: TextKey;
  conditions: readonly Condition[];
  /** More than none is worth a look. */
  matters: boolean;
}

const QUESTIONS: readonly Question[] = [
  {text: 'security.today.failed', conditions: [only('class', 'login'), only('outcome', 'failed'), only('outcome', 'denied')], matters: true},
  {text: 'security.today.devices', conditions: [only('action', 'device.first_seen')], matters: true},
  {text: 'security.today.exports', conditions: [only('class', 'export')], matters: true},
  {text: 'security.today.critical', conditions: [only('critical', 'true')], matters: false},
];

function Count({question, from}: {question: Question; from: string}) {
  const filters: Filters = {conditions: question.conditions, from, to: ''};
  const counted = useGet<{total: number}>('/v1/events:facets', asked(filters));
  const total = counted.data?.total;
  return (
    <a class={`today ${total && question.matters ? 'some' : ''}`} href={hrefOf(filters)}>
      <span class="big">{total === undefined ? '–' : showNumber(total)}</span> <span>{t(question.text)}</span>
    </a>
  );
}

export function Today() {
  const from = startOfDay(dayOf(new Date())).toISOString();
  return (
    <section class="today-row" aria-label={t('security.today')}>
      <h2 class="small">{t('security.today')}</h2>
      <div>{QUESTIONS.map(one => <Count key={one.text} question={one} from={from} />)}</div>
    </section>
  );
}
