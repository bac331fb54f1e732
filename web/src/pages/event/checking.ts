// SPDX-License-Identifier: Apache-2.0
// Fetches what proves an event, and has it verified by this browser.
import {get, path, send, type Page} from '../../base/api';
import {compare, type Compared} from '../../proof/compare';
import {verify, type Content, type LeafAnswer, type Verified} from '../../proof/verify';
import type {Action} from './codes';
import type {LogEvent} from './event';
import {chooseKey, type KeyStanding} from './logkey';

export interface Checked {
  verified: Verified;
  compared: Compared[];
  /** All of it, to be kept: whoever has the log's key can check it without this server. */
  answer: LeafAnswer;
  proof: string;
  vkey: string;
  served: string;
  standing: KeyStanding;
  since?: string;
  at: string;
  tenant: string;
}

async function allActions(): Promise<Action[]> {
  const all: Action[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Page<Action> = await get<Page<Action>>('/v1/actions', {limit: 500, cursor});
    all.push(...page.items);
    cursor = page.next;
  }
  return all;
}

/** What is shown against what the leaf says. Who may not read the tenant's own actions can't tell what the code of one means:
 * then it is not compared. */
async function compareAll(event: LogEvent, index: number, content: Content): Promise<Compared[]> {
  const {isDeclared, wordsOf} = await import('./codes');
  const {action} = content.leaf;
  const declared = isDeclared(action) ? await allActions().catch(() => []) : [];
  const words = wordsOf(declared);
  return compare(event, index, content, words).filter(row => row.field !== 'action' || words.action(action) !== undefined || !isDeclared(action));
}

/** Whether everything holds: the proof, and what is shown against what it proves. */
export const isProven = ({verified, compared}: Checked): boolean => !verified.failed && compared.every(row => row.same);

/** Throws Problem: the server can't or won't say. */
export async function check(event: LogEvent, tenant: string, pasted: string): Promise<Checked> {
  const [answer, proof, keys] = await Promise.all([
    get<LeafAnswer>(path`/v1/events/${event.id}/leaf`),
    send('GET', path`/v1/events/${event.id}/proof`).then(response => response.text()),
    get<{log: {vkey: string}}>('/v1/keys'),
  ]);
  const served = keys.log.vkey;
  const chosen = chooseKey(tenant, served, pasted);
  const verified = await verify({answer, proof, vkey: chosen.vkey});
  const compared = verified.content ? await compareAll(event, answer.index, verified.content) : [];
  return {verified, compared, answer, proof, served, ...chosen, at: new Date().toISOString(), tenant};
}
