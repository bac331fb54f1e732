// SPDX-License-Identifier: Apache-2.0
// The texts that the page of a deposit link needs, and no more: somebody opens it on a phone, once.
import type {Tables} from '../../base/i18n';
import type {Table} from '../../text/en';

type Part = Promise<{default: Partial<Table>}>;

async function of(...parts: Part[]) {
  const all = await Promise.all(parts);
  return {default: {table: Object.assign({}, ...all.map(part => part.default)) as Table, sentences: {}}};
}

export const DEPOSIT_TEXTS: Tables = {
  en: () => of(import('../../text/en/app.json'), import('../../text/en/deposit.json')),
  bg: () => of(import('../../text/bg/app.json'), import('../../text/bg/deposit.json')),
  sv: () => of(import('../../text/sv/app.json'), import('../../text/sv/deposit.json')),
  ru: () => of(import('../../text/ru/app.json'), import('../../text/ru/deposit.json')),
  hu: () => of(import('../../text/hu/app.json'), import('../../text/hu/deposit.json')),
  fi: () => of(import('../../text/fi/app.json'), import('../../text/fi/deposit.json')),
};
