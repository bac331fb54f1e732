// SPDX-License-Identifier: Apache-2.0
// The log's page with millions of events behind it: node pages.mjs PROGRAMS [EVENTS]. One JSON line a row; bars are printed, never asserted.
//
// All events are one business's: of its demo month, and of EVENTS more that its people did. In the browser: from the click on a filter to
// the first rows that fit it, how long typing keeps the page from answering, and the memory of the tab over 100 pages.
import path from 'node:path';
import {settled} from '../web/pages.mjs';
import {World} from '../web/world.mjs';

const AGENCY = 'tiszapart';
const BATCH = 1000;
const LOADERS = 4;
const TURNS = 5;
const PAGES = 100;
const BAR_MS = 300;
const LONGEST_MS = 30000;

const [programs, wanted = '5000000'] = process.argv.slice(2);
const say = facts => console.log(JSON.stringify(facts));
const sorted = values => [...values].sort((a, b) => a - b);
const median = values => sorted(values)[values.length >> 1];

const MAKERS = [
  at => ({action: 'record.viewed', object: {type: 'record', id: `record-${at % 40000}`}, purpose: 'appointment'}),
  at => ({action: 'session.started', detail: {session_hash: `s${at}`, expires: '2027-01-01T00:00:00.000Z'}}),
  at => ({action: 'login.failed', outcome: 'failed', reason: 'bad_password', detail: {login_hash: `h${at % 1000}`}}),
  at => ({action: 'record.edited', object: {type: 'record', id: `record-${at % 40000}`}, purpose: 'correction', changes: [{field: 'hour', before: '9', after: '10'}]}),
];

/** Something that one of the people did; rare are the first two. */
function line(at, people) {
  const person = at % 1000 < 3 ? at % 2 : 2 + (at * 7919) % (people.length - 2);
  const device = {id: `device-${person}`, ip: `198.51.100.${person % 250}`, user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'};
  return JSON.stringify({actor: {person: people[person]}, device, ...MAKERS[(at * 31) % 7 % 4](at)});
}

async function fill(world, count) {
  const people = (await world.api('GET', '/v1/people?limit=200&kind=staff', undefined, AGENCY)).body.items.map(person => person.id);
  const headers = {Authorization: `Bearer ${world.demo.tenants[AGENCY].token}`, 'Content-Type': 'application/x-ndjson'};
  let next = 0;
  const load = async () => {
    while (next < count) {
      const from = next;
      next += BATCH;
      const body = Array.from({length: Math.min(BATCH, count - from)}, (_, at) => line(from + at, people)).join('\n');
      const answer = await fetch(`${world.url}/v1/events:batch`, {method: 'POST', headers, body});
      if (!answer.ok) throw new Error(await answer.text());
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({length: LOADERS}, load));
  return people;
}

const isReady = () => document.querySelector('table.log[aria-busy="false"], .empty') !== null;

/** From the click until the rows of the new view stand there. */
async function clickTo(page, link) {
  const before = await page.evaluate(() => location.href);
  return page.evaluate(([name, href, longest]) => new Promise((done, failed) => {
    const began = performance.now();
    const look = () => {
      const table = document.querySelector('table.log');
      if (location.href !== href && table?.getAttribute('aria-busy') === 'false') done(performance.now() - began);
      else if (performance.now() - began > longest) failed(new Error(`no rows of "${name}"`));
      else requestAnimationFrame(look);
    };
    [...document.querySelectorAll('.tabs a')].find(one => one.textContent === name).click();
    requestAnimationFrame(look);
  }), [link, before, LONGEST_MS]);
}

/** Where a click on a tab has somewhere to come from. */
async function moveTo(page, link) {
  if (await page.locator('.tabs a[aria-current="page"]').textContent() !== link) await clickTo(page, link);
  await settled(page);
}

async function filters(page) {
  for (const name of ['Logins', 'Exports', 'Critical edits', 'Deletes', 'All']) {
    const took = [];
    const other = name === 'All' ? 'Logins' : 'All';
    for (let turn = 0; turn < TURNS; turn++) {
      await moveTo(page, other);
      took.push(await clickTo(page, name));
      await settled(page);
    }
    say({row: `from the click on "${name}" to its first rows`, median_ms: Math.round(median(took)), worst_ms: Math.round(sorted(took).at(-1)), bar_ms: BAR_MS, reached: sorted(took).at(-1) <= BAR_MS});
  }
}

async function typing(page) {
  await page.evaluate(() => {
    globalThis.stalls = [];
    new PerformanceObserver(list => globalThis.stalls.push(...list.getEntries().map(entry => entry.duration))).observe({type: 'longtask', buffered: false});
  });
  const box = page.getByRole('searchbox').or(page.getByLabel('Search', {exact: true})).first();
  await box.pressSequentially('appointment correction', {delay: 40});
  await settled(page);
  const stalls = await page.evaluate(() => globalThis.stalls);
  say({row: 'typing into the search', letters: 22, tasks_over_50_ms: stalls.length, longest_ms: Math.round(Math.max(0, ...stalls))});
  await box.fill('');
  await settled(page);
}

async function memory(page) {
  const tools = await page.context().newCDPSession(page);
  const heap = async () => {
    await tools.send('HeapProfiler.collectGarbage');
    return (await tools.send('Runtime.getHeapUsage')).usedSize / 1048576;
  };
  const seen = [];
  for (let turn = 1; turn <= PAGES; turn++) {
    await page.getByRole('button', {name: 'Older'}).click();
    await settled(page);
    if (turn % 10 === 0) seen.push(Math.round(10 * await heap()) / 10);
  }
  say({row: `memory of the tab over ${PAGES} pages`, mib_each_10: seen, last_to_first: Math.round(100 * seen.at(-1) / seen[1]) / 100});
}

// The bench's own events are not what quotas are for.
process.env.MUNIMENT_EVENTS_PER_MINUTE = '0';
process.env.MUNIMENT_EVENTS_PER_DAY = '0';
process.env.MUNIMENT_IMPORTS_PER_MINUTE = '0';
process.env.MUNIMENT_IMPORTS_PER_DAY = '0';
const world = await World.open(path.resolve(programs), [AGENCY], true);
try {
  const began = Date.now();
  await fill(world, Number(wanted));
  say({row: 'filled', events: Number(wanted), seconds: Math.round((Date.now() - began) / 1000)});
  const page = await world.pageOf(AGENCY, 'owner1');
  await page.goto(`${world.url}/security?lang=en`);
  await page.waitForFunction(isReady);
  await settled(page);
  await filters(page);
  await typing(page);
  await memory(page);
  if (page.faults.length) say({faults: page.faults});
} finally {
  await world.close();
}
