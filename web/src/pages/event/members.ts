// SPDX-License-Identifier: Apache-2.0
// Names in words of what was compared: "device.ip" is "Device: IP address".
import {hasText, t, type TextKey} from '../../base/i18n';

export function memberPath(path: string): string {
  const key = `event.compared.${path}`;
  return hasText(key) ? t(key as TextKey) : path;
}
