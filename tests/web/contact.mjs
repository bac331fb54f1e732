// SPDX-License-Identifier: Apache-2.0
// A client's contact, signed in by mail: all that concerns the client is on their pages, and nothing of anybody else, on no page and in no answer.
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {check, claim, equal} from './claims.mjs';
import {settled} from './pages.mjs';
import {handoverIn, takeoutIn, takeoutOf} from './staged.mjs';
import {routes} from './tenants.mjs';
import {ROOT} from './world.mjs';

const AGENCY = 'brezovitsa';
const HELPER = 'assistant7'; // whose clients are handed over in staged.mjs
const PASSWORD = 'hers-Rauhanen-44';

const ask = async (world, url) => (await world.api('GET', url, undefined, AGENCY)).body;

/** All pages of a list. */
async function all(world, url) {
  const items = [];
  for (let cursor = ''; cursor !== null;) {
    const page = await ask(world, `${url}${url.includes('?') ? '&' : '?'}limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}

async function made(world, url, body) {
  const {status, body: answer} = await world.api('POST', url, body, AGENCY);
  check(status < 300, `${url}: ${status} ${JSON.stringify(answer)}`);
  return answer;
}

/** Whom it is about: a client whose assistant is away, so that a handover is theirs too. */
async function staged(world) {
  const demo = JSON.parse(readFileSync(path.join(ROOT, 'demo/people.json'), 'utf8'))[AGENCY];
  const ref = demo.clients.find(one => one.by.includes(`${AGENCY}:${HELPER}`)).id.split(':')[1];
  const client = await ask(world, `/v1/clients/${ref}`);
  const handover = await handoverIn(world, 'active');
  const credential = await made(world, '/v1/credentials', {client: client.id, kind: 'login', label: {title: 'Her own shop', username: ref}, secret: {password: PASSWORD}, modes_max: ['reveal']});
  await made(world, '/v1/grants', {credential: credential.id, to: HELPER, modes: ['reveal']});
  const deposit = await made(world, '/v1/deposits', {client: client.id, ask: 'Her web shop', fields: ['username', 'password']});
  await takeoutIn(world, 'requested'); // another client's
  return {ref, client, credential, deposit, handover, takeout: await takeoutOf(world, ref)};
}

/** What is hers to see: texts of what the owner sees about her client. */
async function hersOf(world, {client}) {
  const urls = [`/v1/clients/${client.id}`, `/v1/clients/${client.id}/access`, `/v1/clients/${client.id}/notices`];
  const lists = [`/v1/events?client=${client.id}`, `/v1/grants?client=${client.id}&names=1`, `/v1/credentials?client=${client.id}&names=1`];
  const found = [...await Promise.all(urls.map(url => ask(world, url))), ...await Promise.all(lists.map(url => all(world, url)))];
  found.push((await all(world, '/v1/handovers?names=1')).filter(one => one.clients.includes(client.id)));
  found.push((await all(world, '/v1/takeouts?names=1')).filter(one => one.client === client.id));
  found.push((await all(world, '/v1/deposits?names=1')).filter(one => one.client === client.id));
  return JSON.stringify(found);
}

/** Ids, names and addresses that she must never see: of other clients, of who has nothing to do with her, and of every colleague the address. */
async function foreignOf(world, one) {
  const hers = await hersOf(world, one);
  const clients = (await all(world, '/v1/clients')).filter(({id}) => id !== one.client.id);
  const people = await all(world, '/v1/people');
  const staff = people.filter(({kind, email}) => kind !== 'client' && email).map(({email}) => email);
  const things = [...await all(world, '/v1/credentials'), ...await all(world, '/v1/grants'), ...await all(world, '/v1/takeouts'), ...await all(world, '/v1/deposits')].filter(({client}) => client !== one.client.id);
  const words = [
    ...clients.flatMap(({id, name, contacts}) => [id, name, ...contacts.flatMap(contact => [contact.id, contact.email])]),
    ...people.flatMap(({id, name, kind}) => (kind === 'client' ? [] : [id, name])),
    ...things.flatMap(({id, label}) => [id, label?.title]),
  ];
  return {words: [...new Set([...words.filter(word => word && !hers.includes(word)), ...staff])], clients, people, things};
}

/** Her browser: whatever is shown or answered is searched for what is not hers. */
async function hers(world, {ref, client}, words, leaks) {
  const page = await world.pageOf(`clients.${AGENCY}`, ref);
  page.answers = [];
  page.hers = 0; // so often her own name was found: the search finds what is there
  page.on('response', response => {
    // What follows the log never ends; what comes of it is on the page.
    if (!response.url().includes('/v1/') || response.url().includes('/v1/events:tail')) return;
    page.answers.push(response.text().then(text => ({url: response.url(), text}), () => ({url: response.url(), text: ''})));
  });
  page.search = async where => {
    // An id that somebody came with is no news to them.
    const shown = {url: `the page ${where}`, text: (await page.content()).replaceAll(/(?<=\/)[a-z]{3}_\w{26}/.exec(where)?.[0] ?? where, '')};
    for (const {url, text} of [shown, ...await Promise.all(page.answers.splice(0))]) {
      page.hers += text.includes(client.name) ? 1 : 0;
      const found = words.filter(word => text.includes(word));
      if (found.length) leaks.push(`${url}: ${found.slice(0, 3).join(', ')}`);
    }
  };
  return page;
}

async function visit(world, page, address) {
  await page.goto(`${world.url}${address}${address.includes('?') ? '&' : '?'}lang=en`);
  await settled(page);
  await page.search(address);
}

const over = async page => {
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
};

/** Every page that the navigation and the pages' own tabs lead to. */
async function ownPages(world, one, words) {
  const leaks = [];
  const page = await hers(world, one, words, leaks);
  await visit(world, page, '/');
  const seen = new Set();
  const links = async () => page.locator('#rooms nav a, nav.tabs a, .page-head a').evaluateAll(found => found.map(link => {
    const at = new URL(link.href);
    at.searchParams.delete('lang');
    return at.pathname + at.search;
  }));
  for (const waiting = await links(); waiting.length;) {
    const address = waiting.shift();
    if (seen.has(address)) continue;
    seen.add(address);
    await visit(world, page, address);
    equal(await page.getByRole('heading', {level: 1}).count(), 1, `headings of ${address}`);
    equal(await page.getByRole('alert').count(), 0, `refusals on ${address}: ${await page.getByRole('alert').allInnerTexts()}`);
    waiting.push(...await links());
  }
  check(leaks.length === 0, leaks.join('\n'));
  check(page.hers > 10, `her own name was found ${page.hers} times`);
  check(seen.size >= 8, `only ${[...seen].join(' ')}`);
  await over(page);
}

/** What administrators do as such is read with a right of its own, that a contact has not: the classes are those of server/core/log/log_read.c. */
const ADMINISTRATIVE = new Set(['POLICY', 'STAFF', 'LOG', 'PRIVACY']);
const classes = () => new Map([...readFileSync(path.join(ROOT, 'policies/actions.def'), 'utf8').matchAll(/^ACTION\(\d+, \w+, "([^"]+)", (\w+),/gm)].map(([, action, kind]) => [action, kind]));

/** All events of the client, by going on to the end. */
async function events(world, one, words) {
  const leaks = [];
  const page = await hers(world, one, words, leaks);
  const of = classes();
  const concerning = async () => {
    const found = await all(world, `/v1/events?client=${one.client.id}`);
    // What somebody did themselves they always read.
    const isHidden = ({action, actor}) => ADMINISTRATIVE.has(of.get(action)) && !JSON.stringify(actor).includes(one.client.contacts[0].id);
    return [false, true].map(hidden => found.filter(event => isHidden(event) === hidden));
  };
  const [before, administrative] = await concerning();
  check(administrative.length > 0 && of.size > 100, 'nothing of the client is of the administration: the walk proves nothing about it');
  await visit(world, page, `/clients/${one.client.id}?show=uses`);
  for (const older = page.getByRole('button', {name: 'Older', exact: true}); await older.count(); await settled(page)) await older.click();
  const shown = await page.locator('main table a[href^="/events/"]').evaluateAll(found => found.map(link => link.pathname.split('/').at(-1)));
  await page.search('all her events');
  const after = new Set((await concerning())[0].map(({id}) => id));
  const missing = before.filter(({id}) => !shown.includes(id)).map(({action}) => action);
  check(missing.length === 0, `${missing.length} of ${before.length} are missing: ${[...new Set(missing)].join(' ')}`);
  const others = shown.filter(id => !after.has(id));
  check(others.length === 0, `${others.length} events of others: ${others.slice(0, 3)}`);
  check(before.length > 25, `only ${before.length} events`);
  for (const id of shown.slice(0, 3)) await visit(world, page, `/events/${id}`);
  check(leaks.length === 0, leaks.join('\n'));
  await over(page);
}

/** Who can use what, who knows it, what she was asked to hand in, who takes over. */
async function things(world, one, words) {
  const leaks = [];
  const page = await hers(world, one, words, leaks);
  const access = (await ask(world, `/v1/clients/${one.client.id}/access`)).items;
  await visit(world, page, `/clients/${one.client.id}?show=access`);
  const main = page.getByRole('main');
  check(access.some(({can_use}) => can_use.length), 'nobody can use anything of hers');
  for (const {title, can_use: users} of access) {
    const row = main.getByRole('row').filter({has: page.getByRole('rowheader', {name: title})}).first();
    await row.waitFor();
    for (const {name} of users) check((await row.innerText()).includes(name), `${title}: ${name} is not named`);
  }
  await visit(world, page, '/vault?show=deposits');
  await main.getByText('Her web shop').waitFor();
  await visit(world, page, `/handovers/${one.handover}`);
  await main.getByText(one.client.name).first().waitFor();
  await visit(world, page, '/handovers');
  await main.locator(`a[href="/handovers/${one.handover}"]`).waitFor();
  await visit(world, page, '/takeouts');
  equal(await main.locator('table a[href^="/takeouts/"]').evaluateAll(found => found.map(link => link.pathname)), [`/takeouts/${one.takeout}`], 'exports that are listed');
  await visit(world, page, `/takeouts/${one.takeout}`);
  await main.getByText('to be looked at').waitFor();
  await visit(world, page, '/approvals');
  await main.locator(`a[href="/takeouts/${one.takeout}"]`).waitFor();
  check(leaks.length === 0, leaks.join('\n'));
  await over(page);
}

/** What each part of an address means to somebody else. */
const paths = () => [...readFileSync(path.join(ROOT, 'web/src/routes.tsx'), 'utf8').matchAll(/pattern: '([^']+)'/g)].map(([, pattern]) => pattern);

async function strangers(world, one, {words, clients, people, things: foreign}) {
  const leaks = [];
  const page = await hers(world, one, words, leaks);
  const staff = people.find(({id, kind}) => kind === 'staff' && words.includes(id)).id;
  const of = kind => foreign.find(({id}) => id.startsWith(kind)).id;
  const event = (await ask(world, `/v1/events?client=${clients[0].id}&limit=1`)).items[0].id;
  const device = (await ask(world, '/v1/people/hq1/devices?limit=1')).items[0]?.id ?? 'dev_00000000000000000000000000';
  const ids = {events: event, people: staff, devices: device, clients: clients[0].id, credentials: of('crd'), grants: of('grt'), handovers: await handoverIn(world, 'requested'), takeouts: of('tko'), rules: 'policies'};
  const closed = [];
  for (const pattern of paths()) {
    const address = pattern.replace(/:\w+/, () => ids[pattern.split('/')[1]]);
    await visit(world, page, address);
    equal(await page.getByRole('heading', {level: 1}).count(), 1, `headings of ${address}`);
    const refusal = await page.locator('[role=alert], main .quiet-text, main .empty').count();
    if (pattern.includes(':')) check(refusal > 0, `${address} refuses nothing: ${await page.getByRole('main').innerText()}`);
    closed.push(address);
  }
  check(closed.length > 15, `only ${closed.length} addresses`);
  check(leaks.length === 0, leaks.join('\n'));
  await over(page);
}

/** The API as her session sees it: every route that names a client, a person, a credential, with those of others. */
async function answers(world, one, {words, clients, people, things: foreign}) {
  const page = await world.pageOf(`clients.${AGENCY}`, one.ref);
  await page.goto(world.url);
  const ids = {
    client: clients[0].id, person: people.find(({id, kind}) => kind === 'staff' && words.includes(id)).id, credential: foreign.find(({id}) => id.startsWith('crd')).id,
    grant: foreign.find(({id}) => id.startsWith('grt')).id, event: (await ask(world, `/v1/events?client=${clients[0].id}&limit=1`)).items[0].id, application: (await ask(world, '/v1/applications?limit=1')).items[0].id, week: '2026-W42', role: 'owner', policy: 'everyone', class: 'security',
  };
  const wrong = [];
  for (const {method, pattern} of routes().filter(route => route.method === 'GET' && route.pattern !== '/v1/events:tail')) {
    const url = pattern.replace(/\{(\w+)\}/g, (_, part) => ids[part] ?? 'none');
    const {status, text} = await page.evaluate(async target => {
      const response = await fetch(target);
      return {status: response.status, text: await response.text()};
    }, url);
    const leaked = words.filter(word => text.includes(word) && !url.includes(word));
    const names = /\{(person|client|credential|grant|event|application)\}/.test(pattern);
    if (leaked.length || (names && status < 400)) wrong.push(`${method} ${url}: ${status} ${leaked.slice(0, 3).join(', ')}`);
  }
  check(wrong.length === 0, wrong.join('\n'));
  await page.context().close();
}

/** Who came with a client may decide for it, and sees nothing of the log yet: whoever looks at people is told. */
async function withoutRole(world) {
  const {contacts} = await made(world, '/v1/clients', {name: 'Newcomer Ltd', contacts: [{name: 'Nadia Newcomer', email: 'nadia@newcomer.example'}]});
  const page = await world.pageOf(AGENCY, 'owner1');
  await page.goto(`${world.url}/people?text=Nadia&lang=en`);
  await page.getByRole('row', {name: /Nadia Newcomer.*no role yet/s}).waitFor();
  await page.goto(`${world.url}/people/${contacts[0].id}?lang=en`);
  await page.getByText('The log and the vault open with the role “client”').waitFor();
  await over(page);
}

export async function contact(world) {
  const one = await staged(world);
  const foreign = await foreignOf(world, one);
  check(foreign.words.length > 100, `only ${foreign.words.length} words that are not hers`);
  await claim('a client’s contact signs in by mail; every page that is offered opens, and has nothing of anybody else', () => ownPages(world, one, foreign.words));
  await claim('every event that concerns the client is on the contact’s page, and no other', () => events(world, one, foreign.words));
  await claim('the contact sees who can use what, what is to be handed in, and who takes over', () => things(world, one, foreign.words));
  await claim('every other page refuses the contact in words, and lets nothing through', () => strangers(world, one, foreign));
  await claim('no route answers the contact about another client, or with what is another’s', () => answers(world, one, foreign));
  await claim('a contact that came with a client is said to have no role yet', () => withoutRole(world));
}
