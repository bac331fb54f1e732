// SPDX-License-Identifier: Apache-2.0
// What the codes in a leaf mean: the tables that the server is made from, so that its answers are not asked. Loaded only where
// something is verified.
import actionsTable from '../../../../policies/actions.def?raw';
import reasonsTable from '../../../../policies/reasons.def?raw';
import type {Words} from '../../proof/compare';

/** GET /v1/actions. */
export interface Action {
  name: string;
  code: number;
  declared: boolean;
}

// policies/actions.h: from here on codes are of actions that the tenant declared. Such a code says its class as well, and the
// number in it stays when that changes.
const DECLARED = 10_000;
const DECLARED_NAMES = 512;

const rowsOf = (table: string, row: RegExp): Map<number, string> =>
  new Map([...table.matchAll(row)].map(([, code = '', name = '']) => [Number(code), name]));

const ACTIONS = rowsOf(actionsTable, /^ACTION\((\d+), \w+, "([^"]+)"/gm);
const REASONS = rowsOf(reasonsTable, /^REASON\((\d+), \w+, "([^"]+)"/gm);

/** Only the tenant's own list knows what such a code means. */
export const isDeclared = (code: number): boolean => code >= DECLARED;

export function wordsOf(declared: readonly Action[]): Words {
  const own = new Map(declared.filter(action => action.declared).map(action => [(action.code - DECLARED) % DECLARED_NAMES, action.name]));
  return {
    action: code => (isDeclared(code) ? own.get((code - DECLARED) % DECLARED_NAMES) : ACTIONS.get(code)),
    reason: code => REASONS.get(code),
  };
}
