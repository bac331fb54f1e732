// SPDX-License-Identifier: Apache-2.0
// What waits for a second person, as GET /v1/approvals tells it, and how each is decided.
import {get, path, post, remove, type Page} from '../../base/api';

export const KINDS = ['grant', 'handover', 'deposit', 'breakglass', 'erasure', 'factor_reset', 'reinstatement', 'retention', 'extension', 'takeout'] as const;
export type Kind = (typeof KINDS)[number];

/** One thing that waits: for the reader ("decide"), or asked by the reader and waiting for somebody else ("asked"). */
export interface Waiting {
  kind: Kind;
  id: string;
  step: 'decide' | 'accept' | 'review';
  mine: 'decide' | 'asked';
  months?: number;
  until?: string;
  client?: string;
  client_name?: string | null;
  person?: string;
  person_name?: string | null;
  credential?: string;
  credential_title?: string | null;
  text: string | null;
  asked_by: string | null;
  asked_by_name: string | null;
  since: string;
  due: string | null;
}

/** What of it is said: its kind, or that an emergency is to be reviewed, or a handover to be accepted. */
export type Task = Kind | 'review' | 'accept';
export const taskOf = (item: Waiting): Task => (item.step === 'decide' ? item.kind : item.step);

/** All pages: nobody lets grow long what waits. */
export async function loadWaiting(signal: AbortSignal): Promise<Waiting[]> {
  const items: Waiting[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Page<Waiting> = await get<Page<Waiting>>('/v1/approvals', {limit: 500, cursor}, signal);
    items.push(...page.items);
    cursor = page.next;
  }
  return items.sort((a, b) => a.since.localeCompare(b.since));
}

/** Where the thing itself is looked at. */
export function placeOf(item: Waiting): string | undefined {
  switch (item.kind) {
    case 'grant': return `/grants/${item.id}`;
    case 'extension':
    case 'handover': return `/handovers/${item.id}`;
    case 'retention': return '/rules/retention';
    case 'takeout': return `/takeouts/${item.id}`;
    case 'factor_reset':
    case 'reinstatement':
    case 'erasure': return item.person ? `/people/${item.person}` : item.client ? `/clients/${item.client}` : undefined;
    case 'deposit':
    case 'breakglass': return item.credential ? `/credentials/${item.credential}` : undefined;
  }
}

/** Whether a decision takes a reason. */
export const takesReason = (item: Waiting): boolean => item.kind === 'grant' || item.step === 'review';

const DOORS: Record<Kind, (id: string) => string> = {
  grant: id => path`/v1/grants/${id}`,
  handover: id => path`/v1/handovers/${id}`,
  deposit: id => path`/v1/deposits/${id}`,
  breakglass: id => path`/v1/breakglass/${id}`,
  erasure: id => path`/v1/erasures/${id}`,
  factor_reset: id => path`/v1/factor-resets/${id}`,
  reinstatement: id => path`/v1/people/${id}/reinstatement`,
  retention: id => path`/v1/retention/${id}`,
  extension: id => path`/v1/handovers/${id}/extend`,
  takeout: id => path`/v1/takeouts/${id}`,
};

export function decide(item: Waiting, approve: boolean, reason: string): Promise<unknown> {
  const door = DOORS[item.kind](item.id);
  if (item.step === 'accept') return post(`${door}/acceptance`);
  if (item.step === 'review') return post(`${door}/review`, {verdict: approve ? 'justified' : 'unjustified', ...(reason ? {note: reason} : {})});
  return post(`${door}/decision`, {approve, ...(reason && takesReason(item) ? {reason} : {})});
}

/** What its asker may take back before it is decided. */
export const isWithdrawable = (item: Waiting): boolean =>
  item.mine === 'asked' && item.step === 'decide' && ['grant', 'handover', 'breakglass', 'erasure', 'factor_reset', 'extension', 'takeout'].includes(item.kind);

export const withdraw = (item: Waiting): Promise<unknown> => remove(DOORS[item.kind](item.id));
