// SPDX-License-Identifier: Apache-2.0
// A secret text that may be seen for a while; what is burnt is nowhere else, so it stays longer than what can be shown again.
import {t} from '../../base/i18n';
import {Button} from '../../parts/controls';
import {useCountdown} from './countdown';
import {Ring} from './Ring';
import {CopySecret, keepCopied} from './ShownSecret';

const SHOWN_S = 120;

export function ShownText({text, over}: {text: string; over: () => void}) {
  const left = useCountdown(SHOWN_S, text, over);
  return (
    <div class="secret-shown" onCopy={keepCopied}>
      <pre class="secret" tabIndex={0}>{text}</pre>
      <div class="row">
        <Ring left={left} of={SHOWN_S} />
        <CopySecret text={text} label={t('vault.field.text')} />
        <Button onClick={over}>{t('vault.reveal.hide')}</Button>
      </div>
      <p class="small">{t('vault.slip.nowhere')}</p>
    </div>
  );
}
