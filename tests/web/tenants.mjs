// SPDX-License-Identifier: Apache-2.0
// A session of one tenant walks every route with another tenant's ids: it sees nothing, and changes nothing.
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {check, claim} from './claims.mjs';
import {ROOT} from './world.mjs';

const MINE = 'koivu';
const THEIRS = 'brezovitsa';

/** METHOD and pattern of every row of routes.def below /v1. */
export function routes() {
  const rows = readFileSync(path.join(ROOT, 'server/api/routes.def'), 'utf8').matchAll(/^ROUTE\((\w+), "(\/v1\/[^"]*)"/gm);
  return [...rows].map(([, method, pattern]) => ({method, pattern}));
}

/** What the others have: an id for each part that a pattern names, and words that must never be seen. */
async function othersThings(world) {
  const ask = async url => (await world.api('GET', url, undefined, THEIRS)).body;
  const first = async url => (await ask(url)).items[0].id;
  const people = (await ask('/v1/people?limit=200')).items;
  return {
    ids: {
      person: people[0].id, client: await first('/v1/clients?limit=1'), credential: await first('/v1/credentials?limit=1'), grant: await first('/v1/grants?limit=1'),
      event: await first('/v1/events?limit=1'), application: await first('/v1/applications?limit=1'), week: '2026-W42', role: 'owner', policy: 'everyone', action: 'app.none',
      calendar: 'bg', class: 'security', rest: 'entries/000',
    },
    words: [...people.map(person => person.name), world.demo.tenants[THEIRS].tenant],
  };
}

const filled = (pattern, ids) => pattern.replace(/\{(\w+)\}/g, (_, part) => ids[part] ?? ids.event.replace(/^evt/, 'non'));

async function walk(world, page, things) {
  const wrong = [];
  let answered = 0;
  for (const {method, pattern} of routes()) {
    // What names no id of theirs is about one's own tenant; a follower of the log never ends.
    if (method !== 'GET' && !/\{(person|client|credential|grant|event|application)\}/.test(pattern)) continue;
    if (pattern === '/v1/events:tail') continue;
    const seen = await page.evaluate(async ([how, url]) => {
      const body = how === 'GET' || how === 'DELETE' ? {} : {body: '{}'};
      const response = await fetch(url, {method: how, headers: {'Muniment-Page': '1', 'Content-Type': 'application/json'}, ...body});
      return {status: response.status, text: await response.text()};
    }, [method, filled(pattern, things.ids)]);
    answered += seen.status === 200 ? 1 : 0;
    const leaked = things.words.filter(word => seen.text.includes(word));
    const names = /\{(person|client|credential|grant|event|application)\}/.test(pattern);
    if (leaked.length || (names && seen.status < 400)) wrong.push(`${method} ${pattern}: ${seen.status} ${leaked.slice(0, 3).join(', ')}`);
  }
  // A session that opens nothing at all would see nothing of others either.
  check(answered >= 20, `only ${answered} routes answered`);
  return wrong;
}

export async function tenants(world) {
  await claim('a session of one business sees nothing of another in any route', async () => {
    const page = await world.pageOf(MINE, 'owner1');
    await page.goto(world.url);
    const before = (await world.api('GET', '/v1/log/checkpoint', undefined, THEIRS)).body;
    const wrong = await walk(world, page, await othersThings(world));
    check(wrong.length === 0, wrong.join('\n'));
    check(routes().length > 100, 'the walk has no routes to walk');
    check(before.split('\n')[0] === (await world.api('GET', '/v1/log/checkpoint', undefined, THEIRS)).body.split('\n')[0], 'their log has another origin');
    await page.context().close();
  });
}
