// SPDX-License-Identifier: Apache-2.0
// Where a client hands in access details: sealed in the browser to a key that stands in the link behind the #.
import {t} from '../../base/i18n';
import {Mark} from '../../parts/mark';

export function Deposit() {
  return <main class="alone"><div class="brand"><Mark /><span>Muniment</span></div><h1>{t('deposit.title')}</h1></main>;
}
