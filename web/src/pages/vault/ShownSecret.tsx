// SPDX-License-Identifier: Apache-2.0
// The fields of a secret while it may be seen, each to be copied with one press.
import {useState} from 'preact/hooks';
import {t} from '../../base/i18n';
import {say} from '../../base/say';
import {Button} from '../../parts/controls';
import {Notice} from '../../parts/shown';
import {copyForAWhile} from './clipboard';
import {useCountdown} from './countdown';
import {grouped} from './model';
import {Ring} from './Ring';
import type {Secret} from './use';

export const SHOWN_S = 30;

/** In the order in which they are needed. */
const FIELDS = ['username', 'password', 'number', 'expiry', 'holder', 'key', 'text', 'totp'] as const;
const LONG = new Set<string>(['key', 'text', 'totp']);

export function CopySecret({text, label}: {text: string; label: string}) {
  const [failed, setFailed] = useState(false);
  const copy = () => {
    copyForAWhile(text, () => say(t('vault.clipboard.emptied'))).then(
      () => say(t('vault.clipboard.copied')),
      () => setFailed(true),
    );
  };
  return (
    <>
      <Button look="plain" aria-label={`${t('app.copy')}: ${label}`} onClick={copy}>{t('app.copy')}</Button>
      {failed && <span class="wrong" role="alert">{t('vault.clipboard.refused')}</span>}
    </>
  );
}

export function ShownSecret({secret, over}: {secret: Secret; over: () => void}) {
  const left = useCountdown(SHOWN_S, secret, over);
  return (
    <div class="secret-shown">
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
