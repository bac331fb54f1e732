// SPDX-License-Identifier: Apache-2.0
// What a deposit link asks for, field by field. Nothing of it is offered to the browser's memory.
import type {JSX} from 'preact';
import {useState} from 'preact/hooks';
import {hasText, t, type TextKey} from '../../base/i18n';
import {Button, Field} from '../../parts/controls';
import type {FieldName} from './handing';
import {placeWords} from './words';

interface Look {
  control: 'line' | 'hidden' | 'text';
  maxLength: number;
  inputMode?: 'numeric' | 'text';
}

const LOOKS: Record<FieldName, Look> = {
  username: {control: 'line', maxLength: 254},
  password: {control: 'hidden', maxLength: 1024},
  totp: {control: 'hidden', maxLength: 1024},
  key: {control: 'text', maxLength: 16_384},
  text: {control: 'text', maxLength: 16_384},
  number: {control: 'hidden', maxLength: 32, inputMode: 'numeric'},
  expiry: {control: 'line', maxLength: 16, inputMode: 'numeric'},
  holder: {control: 'line', maxLength: 200},
};

/** Keyboards and browsers are asked to learn nothing here. */
const FORGET = {autoComplete: 'off', autoCapitalize: 'none', autoCorrect: 'off', spellcheck: false} as const;

/** Hidden, until one asks to see it. Browsers neither keep nor offer one-time codes: so that is what it says it is. */
function HiddenInput({look, control, value, onText}: {look: Look; control: object; value: string; onText: (value: string) => void}) {
  const [shown, setShown] = useState(false);
  // Preact has one type of properties for each type of input; this one is either of two.
  const input = {...control, ...FORGET, autoComplete: 'one-time-code', type: shown ? 'text' : 'password', inputMode: look.inputMode, maxLength: look.maxLength, value} as JSX.IntrinsicElements['input'];
  return (
    <div class="hidden-input">
      <input {...input} onInput={event => onText(event.currentTarget.value)} />
      <Button aria-pressed={shown} onClick={() => setShown(!shown)}>{t(shown ? 'deposit.hide' : 'deposit.show')}</Button>
    </div>
  );
}

interface DepositFieldProps {
  name: FieldName;
  value: string;
  onText: (value: string) => void;
  error: string | undefined;
}

const hintOf = (name: FieldName) => (hasText(`deposit.field.${name}.hint`) ? t(`deposit.field.${name}.hint` as TextKey) : undefined);

export function DepositField({name, value, onText, error}: DepositFieldProps) {
  const look = LOOKS[name];
  return (
    <Field label={t(`deposit.field.${name}`)} hint={hintOf(name)} error={error}>
      {control => {
        if (look.control === 'hidden') return <HiddenInput look={look} control={control} value={value} onText={onText} />;
        const rest = {...control, ...FORGET, maxLength: look.maxLength, value};
        if (look.control === 'text') return <textarea {...rest} rows={6} onInput={event => onText(event.currentTarget.value)} />;
        return <input {...rest} type="text" inputMode={look.inputMode} onInput={event => onText(event.currentTarget.value)} />;
      }}
    </Field>
  );
}

interface WordsProps {
  words: readonly string[];
  onWords: (words: string[]) => void;
  error: string | undefined;
  /** Which of them are none of the words. */
  unknown: readonly boolean[];
}

export function SpokenWords({words, onWords, error, unknown}: WordsProps) {
  return (
    <fieldset class="words" aria-describedby={error ? 'words-hint words-error' : 'words-hint'}>
      <legend>{t('deposit.words')}</legend>
      <p class="hint" id="words-hint">{t('deposit.words.hint')}</p>
      <div class="places">
        {words.map((word, at) => (
          <Field key={at} label={t('deposit.word', {number: at + 1})} error={unknown[at] ? t('deposit.word.unknown') : undefined}>
            {control => (
              <input {...control} {...FORGET} type="text" maxLength={64} value={word} aria-required="true"
                onInput={event => onWords(placeWords(words, at, event.currentTarget.value))} />
            )}
          </Field>
        ))}
      </div>
      {error && <p class="wrong" id="words-error">{error}</p>}
    </fieldset>
  );
}
