// SPDX-License-Identifier: Apache-2.0
// The fields of a secret while it may be seen, each to be copied with one press.
import {useState} from 'preact/hooks';
import {copyForAWhile, keepForAWhile} from '../../base/clipboard';
import {t} from '../../base/i18n';
import {say} from '../../base/say';
import {Button, CopyRefused} from '../../parts/controls';
import {Notice} from '../../parts/shown';
import {useCountdown} from './countdown';
import {grouped} from './model';
import {Ring} from './Ring';
import type {Secret} from './use';

export const SHOWN_S = 30;

/** In the order in which they are needed. */
const FIELDS = ['username', 'password', 'number', 'expiry', 'holder', 'key', 'text', 'totp'] as const;
const LONG = new Set<string>(['key', 'text', 'totp']);

const sayEmptied = () => say(t('vault.clipboard.emptied'));

/** Who copies a secret by hand has it in the clipboard no longer than who pressed the button. */
export const keepCopied = (): void => {
  const copied = String(document.getSelection() ?? '');
  if (copied) keepForAWhile(copied, sayEmptied);
};

export function CopySecret({text, label}: {text: string; label: string}) {
  const [failed, setFailed] = useState(false);
  const copy = () => {
    copyForAWhile(text, sayEmptied).then(
      () => { setFailed(false); say(t('vault.clipboard.copied')); },
      () => setFailed(true),
    );
  };
  return (
    <>
      <Button look="plain" aria-label={`${t('app.copy')}: ${label}`} onClick={copy}>{t('app.copy')}</Button>
      {failed && <CopyRefused />}
    </>
  );
}

export function ShownSecret({secret, over}: {secret: Secret; over: () => void}) {
  const left = useCountdown(SHOWN_S, secret, over);
  return (
    <div class="secret-shown" onCopy={keepCopied}>
      <dl>
        {FIELDS.filter(field => secret[field]).map(field => {
          const value = secret[field] ?? '';
          const label = t(`vault.field.${field}`);
          const shown = field === 'number' ? grouped(value) : value;
          return (
            <div key={field}>
              <dt>{label}</dt>
              <dd>{LONG.has(field) ? <pre class="secret" tabIndex={0}>{shown}</pre> : <span class="secret">{shown}</span>} <CopySecret text={value} label={label} /></dd>
            </div>
          );
        })}
      </dl>
      <div class="row">
        <Ring left={left} of={SHOWN_S} />
        <Button onClick={over}>{t('vault.reveal.hide')}</Button>
      </div>
      <Notice><p>{t('vault.clipboard.truth')}</p></Notice>
    </div>
  );
}
