// SPDX-License-Identifier: Apache-2.0
// The fields of a secret of one kind, to be typed. They are never shown again.
import {useState} from 'preact/hooks';
import type {Problem} from '../../base/api';
import {hasText, t, type TextKey} from '../../base/i18n';
import {Button, Field, TextField} from '../../parts/controls';
import {faultAt} from './faults';
import {FIELD_MAX, FIELDS_OF, type Fault, type SecretDraft, type SecretField} from './forms';
import type {Kind} from './model';

const LONG = new Set<SecretField>(['text', 'key']);

interface OneProps {
  label: string;
  value: string;
  max: number;
  error: string | undefined;
  onText: (text: string) => void;
}

/** Hidden while it is typed, unless one wants to see it. No password manager of the reader's offers or keeps it. */
function PasswordField({label, value, max, error, onText}: OneProps) {
  const [seen, setSeen] = useState(false);
  return (
    <div class="row password">
      <TextField label={label} error={error} type={seen ? 'text' : 'password'} value={value} maxLength={max} autoComplete="new-password" spellcheck={false} onText={onText} />
      <Button look="plain" aria-pressed={seen} onClick={() => setSeen(!seen)}>{t(seen ? 'vault.typed.hide' : 'vault.typed.show')}</Button>
    </div>
  );
}

interface SecretFieldsProps {
  kind: Kind;
  draft: SecretDraft;
  faults: Partial<Record<SecretField, Fault>>;
  problem: Problem | undefined;
  set: (changes: SecretDraft) => void;
}

export function SecretFields({kind, draft, faults, problem, set}: SecretFieldsProps) {
  return (
    <>
      {FIELDS_OF[kind].map(field => {
        const fault = faults[field];
        const error = fault ? t(`vault.fault.${fault}`) : faultAt(problem, `/secret/${field}`);
        const props = {label: t(`vault.field.${field}`), value: draft[field] ?? '', max: FIELD_MAX[field], error, onText: (text: string) => set({[field]: text})};
        const hintKey = `vault.field.${field}.hint`;
        const hint = hasText(hintKey) ? t(hintKey as TextKey) : undefined;
        if (field === 'password') return <PasswordField key={field} {...props} />;
        if (LONG.has(field)) return (
          <Field key={field} label={props.label} hint={hint} error={error}>
            {control => <textarea {...control} class="mono" value={props.value} maxLength={props.max} spellcheck={false} autoComplete="off" onInput={event => props.onText(event.currentTarget.value)} />}
          </Field>
        );
        return <TextField key={field} {...props} {...(hint ? {hint} : {})} maxLength={props.max} autoComplete="off" spellcheck={false} />;
      })}
      {kind === 'card' && <p class="hint">{t('vault.card.code')} <a href="/vault?show=slips">{t('vault.tab.slips')}</a></p>}
    </>
  );
}
