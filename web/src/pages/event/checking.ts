// SPDX-License-Identifier: Apache-2.0
// Fetches what proves an event, and has it verified by this browser.
import {get, path, send, type Page} from '../../base/api';
import {compare, type Compared} from '../../proof/compare';
import {verify, type LeafAnswer, type Verified} from '../../proof/verify';
import {wordsOf, type Action, type LogEvent} from './event';
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

/** Whether everything holds: the proof, and what is shown against what it proves. */
export const isProven = ({verified, compared}: Checked): boolean => !verified.failed && compared.every(row => row.same);

/** Throws Problem: the server can't or won't say. */
export async function check(event: LogEvent, tenant: string, pasted: string): Promise<Checked> {
  const [answer, proof, keys, actions] = await Promise.all([
    get<LeafAnswer>(path`/v1/events/${event.id}/leaf`),
    send('GET', path`/v1/events/${event.id}/proof`).then(response => response.text()),
    get<{log: {vkey: string}}>('/v1/keys'),
    allActions(),
  ]);
  const served = keys.log.vkey;
  const chosen = chooseKey(tenant, served, pasted);
  const verified = await verify({answer, proof, vkey: chosen.vkey});
  const compared = verified.content ? compare(event, answer.index, verified.content, wordsOf(actions)) : [];
  return {verified, compared, answer, proof, served, ...chosen, at: new Date().toISOString(), tenant};
}
