// SPDX-License-Identifier: Apache-2.0
// What the server found wrong in a field, said at the field.
import {hasText, t, type TextKey} from '../../base/i18n';
import type {Problem} from '../../base/api';

/** The words for what stands at a JSON pointer, or under it. */
export function faultAt(problem: Problem | undefined, pointer: string): string | undefined {
  const found = problem?.errors.find(error => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`));
  if (!found) return undefined;
  const key = `vault.fault.${found.code}`;
  return hasText(key) ? t(key as TextKey) : t('problem.invalid');
}
