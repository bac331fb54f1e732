// SPDX-License-Identifier: Apache-2.0
// Not built yet.
import {t} from '../../base/i18n';
import {Page} from '../../parts/page';

export default function Handover() {
  return <Page title={t('app.room.handovers')}>{null}</Page>;
}
