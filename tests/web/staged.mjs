// SPDX-License-Identifier: Apache-2.0
// What the demo's month has none of, brought about once by the people who may: handovers and takeouts, in each of their states.
import {check} from './claims.mjs';

const AGENCY = 'brezovitsa';
const ASKS = 'account_manager1';
const DECIDES = 'hq1';
const OWNER = 'owner1';
// Of nobody: no file that is sealed to it is ever taken.
const RECIPIENT = 'age1k4vdqjjgmm68gfujr88359euqvmk2tkhxvcn5dn2au45gf09cssql0zs7v';
const DAY_MS = 86_400_000;

/** Who hands over to whom, when it begins and ends, and what is done with it then. */
const COURSES = {
  requested: {from: 'assistant3', to: 'assistant9', inDays: 20, deeds: []},
  approved: {from: 'assistant4', to: 'assistant10', inDays: 20, forDays: 20, deeds: ['approve']},
  active: {from: 'assistant7', to: 'assistant11', inDays: 0, deeds: ['approve']},
  returned: {from: 'assistant8', to: 'assistant12', inDays: 0, deeds: ['approve', 'end']},
  refused: {from: 'assistant5', to: 'assistant13', inDays: 20, deeds: ['refuse']},
  cancelled: {from: 'assistant6', to: 'assistant14', inDays: 20, deeds: ['end']},
};

export const HANDOVER_STATES = Object.keys(COURSES);

/** A call as this person's page makes it. */
export async function asPerson(world, person, method, url, body, agency = AGENCY) {
  const page = await world.pageOf(agency, person);
  await page.goto(`${world.url}/favicon.svg`);
  const answer = await page.evaluate(async ({method, url, body}) => {
    const headers = {'Muniment-Page': '1', 'Content-Type': 'application/json'};
    const response = await fetch(url, {method, headers, ...(body ? {body: JSON.stringify(body)} : {})});
    return {status: response.status, text: await response.text()};
  }, {method, url, body});
  await page.context().close();
  check(answer.status < 300, `${method} ${url}: ${answer.status} ${answer.text}`);
  return answer.text ? JSON.parse(answer.text) : undefined;
}

const DEEDS = {
  approve: (world, url) => asPerson(world, DECIDES, 'POST', `${url}/decision`, {approve: true}),
  refuse: (world, url) => asPerson(world, DECIDES, 'POST', `${url}/decision`, {approve: false}),
  end: (world, url) => asPerson(world, ASKS, 'DELETE', url),
};

async function bring(world, state) {
  const {from, to, inDays, forDays, deeds} = COURSES[state];
  const start = new Date(Date.now() + inDays * DAY_MS).toISOString();
  const end = forDays && {until: new Date(Date.now() + (inDays + forDays) * DAY_MS).toISOString()};
  const {id} = await asPerson(world, ASKS, 'POST', '/v1/handovers', {from, to, kind: 'stand_in', reason: 'absence', start, ...end});
  for (const deed of deeds) await DEEDS[deed](world, `/v1/handovers/${id}`);
  const now = (await world.api('GET', `/v1/handovers/${id}`, undefined, AGENCY)).body.state;
  check(now === state, `the handover is ${now}, not ${state}`);
  return id;
}

/** The id of a handover in this state. */
export async function handoverIn(world, state) {
  world.handovers ??= new Map();
  if (!world.handovers.has(state)) world.handovers.set(state, await bring(world, state));
  return world.handovers.get(state);
}

/** Whose credentials leave, and what is done with it then. */
const LEAVING = {
  requested: {client: 'c10', deeds: []},
  approved: {client: 'c11', deeds: ['approve']},
  refused: {client: 'c12', deeds: ['refuse']},
};

export const TAKEOUT_STATES = Object.keys(LEAVING);

/** The owner asks that a client's credentials leave; the id. */
export async function takeoutOf(world, client) {
  const body = {client, purpose: 'to be looked at', format: 'keepass-xml', recipient: RECIPIENT};
  return (await asPerson(world, OWNER, 'POST', '/v1/takeouts', body)).id;
}

async function ask(world, state) {
  const {client, deeds} = LEAVING[state];
  const id = await takeoutOf(world, client);
  for (const deed of deeds) await DEEDS[deed](world, `/v1/takeouts/${id}`);
  return id;
}

/** The id of a takeout in this state, that the owner asked for. */
export async function takeoutIn(world, state) {
  world.takeouts ??= new Map();
  if (!world.takeouts.has(state)) world.takeouts.set(state, await ask(world, state));
  return world.takeouts.get(state);
}

/** Somebody of whom the owner asked that all their factors be ended; the id. */
export async function resetOf(world, agency, ref) {
  const known = (await world.api('GET', `/v1/people/${ref}/factors`, undefined, agency)).body.reset;
  const {person} = known ?? (await asPerson(world, OWNER, 'POST', `/v1/people/${ref}/factor-reset`, {reason: 'to be looked at'}, agency));
  return person;
}
