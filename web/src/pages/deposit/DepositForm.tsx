// SPDX-License-Identifier: Apache-2.0
// The form of a deposit link: what is asked for, the three words, one button.
import {useEffect, useRef, useState} from 'preact/hooks';
import {hasText, t, type TextKey} from '../../base/i18n';
import {showTime} from '../../base/time';
import {Button} from '../../parts/controls';
import {Facts, ProblemNotice} from '../../parts/shown';
import {DepositField, SpokenWords} from './fields';
import {filled, handIn, warmUp, type FieldName, type Form, type Outcome, type Values} from './handing';
import type {Link} from './link';
import {isSpoken, WORD_COUNT} from './words';

const textOr = (key: string, other: TextKey): string => (hasText(key) ? t(key) : t(other));

/** Which words are none that anybody could have been told. Without the table, which is loaded for this, none is doubted. */
async function unknownWords(words: readonly string[]): Promise<boolean[]> {
  const table = await import('virtual:spoken-words').catch(() => undefined);
  return words.map(word => table !== undefined && !isSpoken(word, table.default));
}

/** What the form holds and what is wrong with it. */
function useEntry(form: Form, link: Link, ended: (outcome: Outcome) => void) {
  const [values, setValues] = useState<Values>({});
  const [words, setWords] = useState<string[]>(() => Array<string>(WORD_COUNT).fill(''));
  const [unknown, setUnknown] = useState<boolean[]>([]);
  const [outcome, setOutcome] = useState<Outcome>();
  const [busy, setBusy] = useState(false);
  const unanswered = useRef(false);
  const send = async () => {
    const given = filled(form, values);
    const doubted = await unknownWords(words);
    setUnknown(doubted);
    if (Object.keys(given).every(name => name === 'username')) return setOutcome({is: 'wrong_fields', codes: {sealed: 'missing'}});
    if (doubted.includes(true)) return setOutcome(undefined);
    const result = await handIn(link, given, words, unanswered.current);
    unanswered.current ||= result.is === 'failed' && result.problem.status === 0;
    setOutcome(result);
    if (result.is !== 'done' && result.is !== 'likely' && result.is !== 'over') return;
    setValues({});
    setWords([]);
    ended(result);
  };
  const submit = () => {
    if (busy) return;
    setBusy(true);
    void send().finally(() => setBusy(false));
  };
  return {values, setValues, words, setWords: (next: string[]) => { setWords(next); setUnknown([]); }, unknown, outcome, busy, submit};
}

const fieldError = (outcome: Outcome | undefined, name: FieldName): string | undefined => {
  const code = outcome?.is === 'wrong_fields' ? outcome.codes[name] : undefined;
  return code && textOr(`deposit.wrong.${code}`, 'deposit.wrong.malformed');
};

const wordsError = (outcome: Outcome | undefined): string | undefined =>
  outcome?.is === 'wrong_words' ? `${t('deposit.words.wrong')} ${t('deposit.words.left', {n: outcome.left})}` : undefined;

const useText = (mode: string): string => textOr(`deposit.use.${mode}`, 'deposit.use.other');

/** What is asked for, by whom, for what, until when. */
function About({form}: {form: Form}) {
  return (
    <Facts rows={[
      [t('deposit.agency'), form.agency],
      [t('deposit.ask'), form.ask],
      form.site && [t('deposit.site'), <span class="mono">{form.site}</span>],
      [t('deposit.uses'), form.modes_max.map(useText).join(' ')],
      [t('deposit.until'), <time dateTime={form.expires}>{showTime(form.expires, 'minute')}</time>],
    ]} />
  );
}

export function DepositForm({form, link, ended}: {form: Form; link: Link; ended: (outcome: Outcome) => void}) {
  const entry = useEntry(form, link, ended);
  const place = useRef<HTMLFormElement>(null);
  useEffect(warmUp, []);
  useEffect(() => {
    if (!entry.busy) place.current?.querySelector<HTMLElement>('[aria-invalid="true"], .wrong ~ input')?.focus();
  }, [entry.outcome, entry.unknown, entry.busy]);
  const missing = entry.outcome?.is === 'wrong_fields' && entry.outcome.codes.sealed !== undefined;
  return (
    <form ref={place} class="deposit" autocomplete="off" noValidate onSubmit={event => { event.preventDefault(); entry.submit(); }}>
      <About form={form} />
      {form.fields.map(name => (
        <DepositField key={name} name={name} value={entry.values[name] ?? ''} error={fieldError(entry.outcome, name)}
          onText={value => entry.setValues(before => ({...before, [name]: value}))} />
      ))}
      <SpokenWords words={entry.words} onWords={entry.setWords} unknown={entry.unknown} error={wordsError(entry.outcome)} />
      {missing && <p class="wrong" role="alert">{t('deposit.wrong.missing')}</p>}
      {entry.outcome?.is === 'wrong_words' && <p class="unseen" role="alert">{wordsError(entry.outcome)}</p>}
      {entry.outcome?.is === 'failed' && <ProblemNotice problem={entry.outcome.problem} />}
      <Button look="main" type="submit" busy={entry.busy}>{t(entry.busy ? 'deposit.sending' : 'deposit.send')}</Button>
      <p class="small">{t('deposit.sealed')}</p>
    </form>
  );
}
