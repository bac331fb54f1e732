// SPDX-License-Identifier: Apache-2.0
// Why something is used: the client reads it, so it is asked for before anything else.
import type {ComponentChildren} from 'preact';
import {useState} from 'preact/hooks';
import {t} from '../../base/i18n';
import {Button, TextField} from '../../parts/controls';
import type {Grant} from './model';
import {PURPOSE_MAX} from './use';

/** What was typed last, of each grant, as long as the page stands: the next code is most often for the same. */
const typed = new Map<string, string>();

interface PurposeProps {
  grant: Grant;
  submit: string;
  busy: boolean;
  onPurpose: (purpose: string) => void;
  children?: ComponentChildren;
}

export function PurposeForm({grant, submit, busy, onPurpose, children}: PurposeProps) {
  const [purpose, setPurpose] = useState(typed.get(grant.id) ?? grant.task ?? '');
  const send = (event: Event) => {
    event.preventDefault();
    const said = purpose.trim();
    if (!said) return;
    typed.set(grant.id, said);
    onPurpose(said);
  };
  return (
    <form onSubmit={send}>
      <TextField label={t('vault.purpose')} hint={t('vault.purpose.hint')} value={purpose} onText={setPurpose} required maxLength={PURPOSE_MAX} autofocus />
      {children}
      <Button look="main" type="submit" busy={busy}>{submit}</Button>
    </form>
  );
}
