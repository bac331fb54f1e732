// SPDX-License-Identifier: Apache-2.0
// A client's contact stops all use, from nothing: signed in by mail, refused as not proven, led to an authenticator and to somebody who vouches
// for it; then stopped, told, and let go on. Her pages are in Bulgarian.
import {check, claim, equal} from './claims.mjs';
import {wordsOf} from './dialogs.mjs';
import {readQr} from './me.mjs';
import {settled} from './pages.mjs';

const AGENCY = 'brezovitsa';
const HELPER = 'assistant2';
const OWNER = 'owner1';
const HERS = ['clients.brezovitsa', 'vesela'];
const CLIENT = 'Vesela OOD';
const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const T = wordsOf('bg');
const E = wordsOf('en');

async function made(world, url, body) {
  const {status, body: answer} = await world.api('POST', url, body, AGENCY);
  check(status < 300, `${url}: ${status} ${JSON.stringify(answer)}`);
  return answer;
}

/** A client of today, whose codes an assistant may take; nobody gave the contact a role. */
async function begun(world) {
  const client = await made(world, '/v1/clients', {ref: 'vesela', name: CLIENT, language: 'bg', contacts: [{name: 'Vesela Toneva', email: `${HERS[1]}@${HERS[0]}.example`}]});
  const seed = await made(world, '/v1/credentials', {client: client.id, kind: 'totp', label: {title: 'Vesela codes'}, secret: {totp: SEED}, modes_max: ['code']});
  await made(world, '/v1/grants', {credential: seed.id, to: HELPER, modes: ['code']});
  return {client, contact: client.contacts[0].id};
}

async function pageAt(world, who, address, language) {
  const page = await world.pageOf(...who);
  await page.goto(`${world.url}${address}?lang=${language}`);
  await settled(page);
  return page;
}

const over = async page => {
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
};

const inDialog = (page, name) => page.getByRole('dialog').getByRole('button', {name, exact: true});

/** Presses what stops the use, or lets it go on, and confirms it. */
async function presses(page, key) {
  await page.getByRole('main').getByRole('button', {name: T(key), exact: true}).click();
  await inDialog(page, T(key)).click();
}

async function refused(world, {client}) {
  const page = await pageAt(world, HERS, `/clients/${client.id}`, 'bg');
  await presses(page, 'vault.freeze');
  await page.getByRole('alert').getByText(T('problem.person_unproven')).waitFor();
  equal((await world.api('GET', `/v1/clients/${client.id}`, undefined, AGENCY)).body.frozen, false, 'frozen');
  await page.getByRole('alert').getByRole('link', {name: T('app.room.me')}).click();
  await page.getByRole('heading', {level: 1, name: T('app.room.me')}).waitFor();
  return page;
}

/** Somebody who may manage factors makes the code on the page of the person, and reads it out. */
async function handed(world, {contact}) {
  const page = await pageAt(world, [AGENCY, OWNER], `/people/${contact}`, 'en');
  await page.getByRole('main').getByRole('link', {name: CLIENT}).waitFor();
  await page.getByRole('button', {name: E('people.hand'), exact: true}).click();
  await inDialog(page, E('people.hand.make')).click();
  const code = await page.locator('.handed').innerText();
  await inDialog(page, E('app.close')).last().click();
  check(!(await page.content()).includes(code), 'the code is shown again');
  await over(page);
  return code;
}

async function enrolled(world, one, page) {
  await page.getByRole('button', {name: T('me.totp.add')}).click();
  await inDialog(page, T('signin.continue')).click();
  await page.locator('img.qr').waitFor();
  const secret = new URL(await readQr(world, page)).searchParams.get('secret');
  await world.typeCode(page, secret, {label: T('me.totp.code'), submit: T('me.confirm'), done: page.getByLabel(T('me.prove.code'))});
  await inDialog(page, T('me.prove.mail')).click();
  await page.getByRole('alert').getByText(T('me.prove.no_mail')).waitFor();
  equal(world.mailsTo(`${HERS[1]}@${HERS[0]}.example`).filter(mail => /[A-Z2-7]{10}/.test(mail.text.split('\n\n')[1] ?? '')).length, 0, 'codes mailed to an address of today');
  await page.getByLabel(T('me.prove.code')).fill((await handed(world, one)).toLowerCase());
  await inDialog(page, T('me.confirm')).click();
  await page.getByText(T('me.factor.strong')).waitFor();
  world.demo.tenants[HERS[0]] = {people: {[HERS.join(':')]: {totp: secret}}};
  await over(page);
  const owner = await pageAt(world, [AGENCY, OWNER], `/people/${one.contact}`, 'en');
  await owner.getByText(E('me.factor.type.totp')).first().waitFor();
  equal(await owner.getByRole('button', {name: E('people.hand'), exact: true}).count(), 0, 'ways to vouch for who is vouched for');
  await over(owner);
}

/** By the authenticator, in a browser of its own. */
async function signedIn(world) {
  const page = await world.page();
  await world.signIn(page, ...HERS);
  const session = await page.evaluate(() => fetch('/v1/session').then(answer => answer.json()));
  check(session.amr.includes('otp') || session.amr.includes('totp'), `the ways were ${session.amr}`);
  return page;
}

async function takesCode(world) {
  const page = await pageAt(world, [AGENCY, HELPER], '/vault', 'en');
  await page.getByRole('button', {name: `${E('vault.use.code')}: Vesela codes`}).click();
  await page.getByRole('dialog').locator('input[type=text], textarea').first().fill('pay invoice 77');
  await page.getByRole('dialog').locator('button[type=submit]').click();
  return page;
}

async function stops(world, {client}) {
  const page = await signedIn(world);
  await page.goto(`${world.url}/clients/${client.id}?lang=bg`);
  await settled(page);
  await presses(page, 'vault.freeze');
  await page.getByText(T('people.frozen.title')).waitFor();
  await page.getByText(T('people.frozen.what')).waitFor();
  const helper = await takesCode(world);
  await helper.getByRole('alert').getByText(E('problem.frozen')).waitFor();
  equal(await helper.locator('.digits').count(), 0, 'codes shown');
  await over(helper);
  const denied = (await world.api('GET', `/v1/events?client=${client.id}&outcome=denied&limit=1`, undefined, AGENCY)).body.items[0];
  equal(denied.reason, 'frozen', 'the reason in the log');
  return page;
}

/** The owners hear of it by mail, with who did it and for whom. */
async function told(world, count) {
  const address = `${OWNER}@${AGENCY}.example`;
  const named = () => world.mailsTo(address).filter(({text}) => text.includes(CLIENT) && text.includes('Vesela Toneva'));
  for (const until = Date.now() + 45000; named().length < count; await new Promise(resolve => setTimeout(resolve, 50))) check(Date.now() < until, `${named().length} mails to the owner, not ${count}`);
}

async function goesOn(world, page) {
  await presses(page, 'vault.freeze.lift');
  await page.getByText(T('people.frozen.title')).waitFor({state: 'detached'});
  await over(page);
  const helper = await takesCode(world);
  await helper.locator('.digits').waitFor();
  await over(helper);
}

export async function freeze(world) {
  const one = await begun(world);
  let page;
  await claim('a contact of today who stops all use is refused as not proven, and led to her own security', async () => { page = await refused(world, one); });
  await claim('her authenticator is vouched for by a code that an owner hands over on a page, where none can be mailed', () => enrolled(world, one, page));
  await claim('signed in by it she stops all use, and who would use it reads so, and who lets it go on', async () => { page = await stops(world, one); });
  await claim('the owner is told by mail', () => told(world, 1));
  await claim('she lets it go on, and codes are given as before', () => goesOn(world, page));
  await claim('and that is told, too', () => told(world, 2));
}
