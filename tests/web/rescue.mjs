// SPDX-License-Identifier: Apache-2.0
// Who can't use their factors is helped by an owner's page: let in once by a code, while they wait at the sign-in.
import {check, claim, equal} from './claims.mjs';
import {wordsOf} from './dialogs.mjs';
import {settled} from './pages.mjs';

const AGENCY = 'tiszapart';
const DESK = 'owner1';         // manages factors
const SEER = 'administrator2'; // reads people, and does not
const BARE = 'specialist3';    // without a factor
const WHO = 'accountant1';
const ADDRESS = `${WHO}@${AGENCY}.example`;
const CODES_A_YEAR = 12;
const E = wordsOf('en');

const idOf = async (world, ref) => (await world.api('GET', `/v1/people/${ref}`, undefined, AGENCY)).body.id;

async function pageAt(world, who, address) {
  const page = await world.pageOf(AGENCY, who);
  await page.goto(`${world.url}${address}?lang=en`);
  await settled(page);
  return page;
}

const over = async page => {
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
};

const onPage = (page, key) => page.getByRole('main').getByRole('button', {name: E(key), exact: true});
const inDialog = (page, key) => page.getByRole('dialog').getByRole('button', {name: E(key), exact: true});

/** At the step that asks for the authenticator, in a browser of their own. */
async function waiting(world) {
  const page = await world.page();
  const before = world.codesTo(ADDRESS).length;
  await page.goto(`${world.url}/?lang=en`);
  await page.getByLabel(E('signin.email')).fill(ADDRESS);
  await page.getByRole('button', {name: E('signin.send')}).click();
  await page.getByLabel(E('signin.code')).waitFor();
  await page.getByLabel(E('signin.code')).fill(await world.codeTo(ADDRESS, before));
  await page.getByRole('button', {name: E('signin.continue')}).click();
  await page.getByLabel(E('signin.totp')).waitFor();
  return page;
}

async function typesCode(page, code) {
  await page.getByRole('button', {name: E('signin.use_recovery')}).click();
  await page.getByLabel(E('signin.recovery'), {exact: true}).fill(code);
  await page.getByRole('button', {name: E('signin.continue')}).click();
}

/** A code that is made on the page of the person, and read out. */
async function toldCode(world, count) {
  const page = await pageAt(world, DESK, `/people/${await idOf(world, WHO)}`);
  await onPage(page, 'people.helpdesk').click();
  await inDialog(page, 'people.hand.make').click();
  const code = await page.locator('.handed').innerText();
  await page.getByText(E('people.helpdesk.count').replace('{n}', count).replace('{most}', CODES_A_YEAR)).waitFor();
  await inDialog(page, 'app.close').last().click();
  check(!(await page.content()).includes(code), 'the code is shown again');
  await over(page);
  return code;
}

async function letIn(world) {
  const page = await waiting(world);
  const code = await toldCode(world, 1);
  await typesCode(page, code.toLowerCase().replaceAll('-', ' '));
  await page.getByRole('navigation', {name: 'Pages'}).waitFor();
  const {amr} = await page.evaluate(() => fetch('/v1/session').then(answer => answer.json()));
  equal(amr, ['email', 'recovery'], 'the ways in');
  return {page, code};
}

/** What two people knew proves nobody. */
async function provesNothing({page}) {
  await page.goto(new URL('/me?lang=en', page.url()).href);
  await settled(page);
  await onPage(page, 'me.recovery.make').click();
  await inDialog(page, 'me.recovery.make').click();
  await page.getByRole('alert').getByText(E('problem.person_unproven')).waitFor();
  await over(page);
}

async function usedUp(world, {code}) {
  const page = await waiting(world);
  await typesCode(page, code);
  await page.locator('.wrong').getByText(E('signin.reason.wrong_code')).waitFor();
  await over(page);
}

/** A mail's words in Hungarian, on one line. */
const wordsIn = ({text}) => Buffer.from(text.replace(/=([0-9A-F]{2})/g, (_, byte) => String.fromCharCode(parseInt(byte, 16))), 'latin1').toString('utf8').replace(/\s+/g, ' ');

async function mailed(world, ...words) {
  const found = () => world.mailsTo(ADDRESS).map(wordsIn).filter(mail => words.every(word => mail.includes(word)));
  for (const until = Date.now() + 45000; found().length === 0; await new Promise(resolve => setTimeout(resolve, 50))) check(Date.now() < until, `no mail says ${words}: ${world.mailsTo(ADDRESS).map(wordsIn).join('\n')}`);
}

/** Of the code, by whom and for how long, and of its use. */
async function told(world) {
  const {name} = (await world.api('GET', `/v1/people/${DESK}`, undefined, AGENCY)).body;
  await mailed(world, `${name} átadott egy kódot`, '60 percen belül');
  await mailed(world, 'ügyfélszolgálati kódot használtak');
}

async function offers(world, who, about, keys) {
  const page = await pageAt(world, who, `/people/${await idOf(world, about)}`);
  await page.getByRole('main').locator('.facts').first().waitFor();
  for (const key of ['people.hand', 'people.helpdesk']) equal(await onPage(page, key).count(), keys.includes(key) ? 1 : 0, `"${E(key)}" for ${who} of ${about}`);
  await over(page);
}

async function offered(world) {
  await offers(world, DESK, WHO, ['people.helpdesk']);
  await offers(world, DESK, BARE, ['people.hand']);
  await offers(world, DESK, DESK, []);
  await offers(world, SEER, WHO, []);
}

async function refusedAtCap(world) {
  const {status} = await world.api('PUT', '/v1/policies/everyone', {helpdesk_codes_a_year: 1}, AGENCY);
  equal(status, 200, 'the policy');
  const page = await pageAt(world, DESK, `/people/${await idOf(world, WHO)}`);
  await onPage(page, 'people.helpdesk').click();
  await inDialog(page, 'people.hand.make').click();
  await page.getByRole('alert').getByText(E('people.helpdesk.no')).waitFor();
  equal(await page.locator('.handed').count(), 0, 'codes shown');
  await over(page);
  await world.api('PUT', '/v1/policies/everyone', {}, AGENCY);
}

export async function rescue(world) {
  let one;
  await claim('a code is offered for who has a factor, never for oneself, and by nobody who may not manage factors', () => offered(world));
  await claim('who waits at the sign-in without the phone is let in by a code that an owner reads out', async () => { one = await letIn(world); });
  await claim('who came in by it is refused what asks for a proof', () => provesNothing(one));
  await claim('it opens once', () => usedUp(world, one));
  await claim('the code and its use are told by mail', () => told(world));
  await claim('beyond what the policies allow in a year none is made, and the page says why', () => refusedAtCap(world));
}
