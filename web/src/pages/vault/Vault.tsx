// SPDX-License-Identifier: Apache-2.0
// Not built yet.
import {t} from '../../base/i18n';
import {Page} from '../../parts/page';

export default function Vault() {
  return <Page title={t('app.room.vault')}>{null}</Page>;
}
