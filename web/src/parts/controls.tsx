// SPDX-License-Identifier: Apache-2.0
// What one presses and types into.
import type {ComponentChildren, JSX} from 'preact';
import {useId, useState} from 'preact/hooks';
import {copyText} from '../base/clipboard';
import {t} from '../base/i18n';
import {say} from '../base/say';

type ButtonProps = Omit<JSX.IntrinsicElements['button'], 'class'> & {class?: string; look?: 'main' | 'quiet' | 'danger' | 'plain'; busy?: boolean};

/** A button; while it is busy it says so and can't be pressed again, but keeps the focus. */
export function Button({look = 'quiet', busy = false, type = 'button', class: also = '', children, onClick, ...rest}: ButtonProps) {
  return (
    <button {...rest} type={type} class={`button ${look} ${also}`} aria-disabled={busy || undefined} aria-busy={busy || undefined}
      onClick={busy ? event => event.preventDefault() : onClick}>
      {children}
    </button>
  );
}

interface FieldProps {
  label: ComponentChildren;
  hint?: ComponentChildren;
  error?: string | undefined;
  /** Gives the control: it takes the id and what describes it. */
  children: (control: {id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean}) => ComponentChildren;
}

/** A label, a control, what helps, and what was wrong. */
export function Field({label, hint, error, children}: FieldProps) {
  const id = useId();
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({id, ...(described ? {'aria-describedby': described} : {}), ...(error ? {'aria-invalid': true} : {})})}
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {error && <p class="wrong" id={`${id}-error`}>{error}</p>}
    </div>
  );
}

interface TextProps {
  label: ComponentChildren;
  value: string;
  onText: (value: string) => void;
  hint?: ComponentChildren;
  error?: string | undefined;
  type?: 'text' | 'email' | 'search' | 'url' | 'date' | 'datetime-local' | 'number' | 'password';
  required?: boolean;
  maxLength?: number;
  min?: string | number;
  max?: string | number;
  autoComplete?: string;
  autofocus?: boolean;
  spellcheck?: boolean;
  placeholder?: string;
}

/** A line of text. */
export function TextField({label, hint, error, onText, type = 'text', ...rest}: TextProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {// Preact has one type of properties for each type of input; ours is any of them.
      control => <input {...({...rest, ...control, type} as JSX.IntrinsicElements['input'])} onInput={event => onText(event.currentTarget.value)} />}
    </Field>
  );
}

type CodeProps = {label: ComponentChildren; value: string; onText: (value: string) => void; hint?: ComponentChildren; error?: string | undefined; autoFocus?: boolean};

/** A one-time code: digits, large, offered by the system's autofill. Spaces and dashes are taken as people type them. */
export function CodeField({label, value, onText, hint, error, autoFocus}: CodeProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {control => (
        <input {...control} class="code" value={value} inputMode="numeric" autoComplete="one-time-code" spellcheck={false} maxLength={12}
          ref={node => { if (node && autoFocus && !node.dataset.seen) { node.dataset.seen = '1'; node.focus(); } }}
          onInput={event => onText(event.currentTarget.value)} required />
      )}
    </Field>
  );
}

type ChoiceProps<T extends string> = {label: ComponentChildren; value: T; options: readonly (readonly [T, string])[]; onChoose: (value: T) => void; hint?: ComponentChildren};

export function Choice<T extends string>({label, value, options, onChoose, hint}: ChoiceProps<T>) {
  return (
    <Field label={label} hint={hint}>
      {control => (
        <select {...control} value={value} onChange={event => onChoose(event.currentTarget.value as T)}>
          {options.map(([code, text]) => <option key={code} value={code} selected={code === value}>{text}</option>)}
        </select>
      )}
    </Field>
  );
}

type CheckProps = {label: ComponentChildren; checked: boolean; onCheck: (checked: boolean) => void; hint?: ComponentChildren; disabled?: boolean};

export function Check({label, checked, onCheck, hint, disabled = false}: CheckProps) {
  const id = useId();
  return (
    <div class="check">
      <input id={id} type="checkbox" checked={checked} disabled={disabled} aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={event => onCheck(event.currentTarget.checked)} />
      <label for={id}>{label}</label>
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

/** Copying is not always allowed: by the browser, or by who set it up. */
export const CopyRefused = () => <span class="wrong" role="alert">{t('app.copy.refused')}</span>;

/** Copies a text and says so. `what` is for who does not see what stands beside the button. */
export function CopyButton({text, label, what}: {text: string; label?: string; what?: string}) {
  const [done, setDone] = useState<boolean>();
  const copy = () => copyText(text).then(
    () => { setDone(true); say(t('app.copied')); },
    () => setDone(false),
  );
  return (
    <>
      <Button look="plain" onClick={() => void copy()}>{done ? t('app.copied') : (label ?? t('app.copy'))}{what && <span class="unseen">: {what}</span>}</Button>
      {done === false && <CopyRefused />}
    </>
  );
}
