// SPDX-License-Identifier: Apache-2.0
// The vault as an assistant uses it: a code without the seed, a secret that hides itself; a client's deposit on a phone.
import {execFileSync} from 'node:child_process';
import {check, claim, equal} from './claims.mjs';
import {settled} from './pages.mjs';

const AGENCY = 'koivu';
const WHO = 'assistant2';
const SEER = 'assistant3'; // who enrolled an authenticator in me.mjs
const GIVER = 'owner1';
const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const PASSWORD = 'planted-Rauhanen-88';

async function ok(answer, what) {
  check(answer.status < 300, `${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** A client's shop: a seed for codes and a password to be shown, both granted to the assistant. */
async function shop(world) {
  const api = async (url, body) => ok(await world.api('POST', url, body, AGENCY), url);
  const client = (await world.api('GET', '/v1/clients?limit=1', undefined, AGENCY)).body.items[0].id;
  const seed = await api('/v1/credentials', {client, kind: 'totp', label: {title: 'Test shop (codes)'}, secret: {totp: SEED}, modes_max: ['code']});
  const login = await api('/v1/credentials', {client, kind: 'login', label: {title: 'Test shop', username: 'paivi'}, secret: {password: PASSWORD}, modes_max: ['reveal']});
  await api('/v1/grants', {credential: seed.id, to: WHO, modes: ['code']});
  await api('/v1/grants', {credential: login.id, to: SEER, modes: ['reveal']});
  return {client, seed, login};
}

async function vault(world, who) {
  const page = await world.pageOf(AGENCY, who);
  await page.goto(`${world.url}/vault?lang=en`);
  await settled(page);
  return page;
}

async function takesCode(world) {
  const page = await vault(world, WHO);
  await page.getByRole('button', {name: 'Code: Test shop (codes)'}).click();
  await page.getByLabel('What for').fill('pay invoice 77');
  await page.getByRole('button', {name: 'Get the code'}).click();
  const shown = (await page.locator('.digits [aria-hidden]').innerText()).replace(/\D/g, '');
  const now = Math.floor(Date.now() / 30000);
  check([now - 1, now].some(step => world.codeOf(SEED, step) === shown), `the page shows ${shown}`);
  check(!(await page.content()).includes(SEED), 'the seed stands in the page');
  const told = (await world.api('GET', '/v1/events?action=credential.code_issued&limit=1', undefined, AGENCY)).body.items[0];
  equal(told.purpose, 'pay invoice 77', 'the purpose in the log');
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
}

async function sees(world) {
  const page = await vault(world, SEER);
  await page.getByRole('button', {name: 'Show: Test shop', exact: true}).click();
  await page.getByLabel('What for').fill('look up an order');
  await page.getByRole('button', {name: 'Continue'}).click();
  await world.typeCode(page, world.secretOf(AGENCY, SEER), {submit: 'Confirm', done: page.getByText(PASSWORD)});
  await page.getByText(PASSWORD).waitFor();
  check(!(await page.evaluate(() => JSON.stringify({...localStorage, ...sessionStorage}))).includes(PASSWORD), 'the secret is kept in the browser');
  await page.getByRole('button', {name: 'Hide now'}).click();
  equal(await page.getByText(PASSWORD).count(), 0, 'the secret after hiding');
  check(!(await page.content()).includes(PASSWORD), 'the secret stands in the page after hiding');
  const told = (await world.api('GET', '/v1/events?action=credential.revealed&limit=1', undefined, AGENCY)).body.items[0];
  equal(told.purpose, 'look up an order', 'the purpose in the log');
  await page.context().close();
}

async function deposits(world, client) {
  const link = await ok(await world.api('POST', '/v1/deposits', {client, ask: 'Web shop', site: 'https://shop.example', fields: ['username', 'password']}, AGENCY), 'a deposit');
  const page = await world.page({width: 360});
  const address = `${world.url}/d/${link.url.split('/d/')[1]}`.replace('#', '?lang=en#');
  await page.goto(address);
  await settled(page);
  await page.getByLabel('User name').fill('paivi');
  await page.getByLabel('Password', {exact: true}).fill(PASSWORD);
  for (const [at, word] of link.words.entries()) await page.getByLabel(`Word ${at + 1}`).fill(word);
  const sent = [];
  page.on('request', request => sent.push(`${request.url()} ${request.postData() ?? ''}`));
  await page.getByRole('button', {name: 'Seal and hand in'}).click();
  await page.getByText('It is handed in').waitFor();
  check(!sent.some(text => text.includes(PASSWORD) || text.includes(link.url.split('#')[1])), 'the secret or the key of the link left the browser');
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(over <= 0, `the page is ${over} px wider than a phone`);
  const deposit = (await world.api('GET', `/v1/deposits/${link.id}`, undefined, AGENCY)).body;
  equal(deposit.state, 'unconfirmed', 'what became of the deposit');
  check(!page.url().includes('#'), 'the key of the link stays in the address');
  await page.goto('about:blank');
  await page.goto(address);
  await page.getByText('Something was handed in through this link already').waitFor();
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
}

/** What the page says of a link that nobody was mailed, because the server of this run has no address of its own. */
async function opensLink(world, client) {
  const page = await world.pageOf(AGENCY, GIVER);
  await page.goto(`${world.url}/vault?show=deposits&client=${client}&lang=en`);
  await settled(page);
  await page.getByLabel('What is asked for').fill('Login to the bank');
  await page.getByRole('button', {name: 'Open a link'}).click();
  await page.getByText('nothing was mailed. Send the link yourself').waitFor();
  const link = await page.locator('.mono', {hasText: '/d/dep_'}).innerText();
  check(link.startsWith(`${world.url}/d/dep_`) && /#[\w-]{43}$/.test(link), `the link is ${link}`);
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
}

/** No file of the store has what was typed. */
function onDisk(world) {
  const found = execFileSync('sh', ['-c', `grep -rlF '${PASSWORD}' '${world.home}/data' || true`], {encoding: 'utf8'});
  equal(found, '', 'files with the secret in clear');
}

export async function vaults(world) {
  const {client} = await shop(world);
  await claim('an assistant gets a code that the seed gives, and never the seed', () => takesCode(world));
  await claim('a secret is shown after a purpose and a fresh code, and is nowhere when it is hidden', () => sees(world));
  await claim('a client hands in on a phone: sealed in the browser, once', () => deposits(world, client));
  await claim('a link that nobody was mailed is shown whole, and the page says so', () => opensLink(world, client));
  await claim('no file of the store has a secret in clear', () => onDisk(world));
}
