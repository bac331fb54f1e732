// SPDX-License-Identifier: Apache-2.0
// Who can't use their factors is helped on their page by who manages factors: let in once by a code, while they wait at the sign-in; or all that they
// have is reset, unless they take that back.
import {check, claim, equal} from './claims.mjs';
import {wordsOf} from './dialogs.mjs';
import {settled} from './pages.mjs';
import {asPerson} from './staged.mjs';

const AGENCY = 'tiszapart';
const DESK = 'owner1';         // manages factors
const SECOND = 'manager4';     // comes to manage them
const SEER = 'administrator2'; // reads people, and does not
const BARE = 'specialist3';    // without a factor
const WHO = 'accountant1';
const ADDRESS = `${WHO}@${AGENCY}.example`;
const CODES_A_YEAR = 12;
const RESETS_A_YEAR = 5;
const REASON = 'the phone fell into the river';
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

async function letIn(world, count) {
  const page = await waiting(world);
  const code = await toldCode(world, count);
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
  for (const key of ['people.hand', 'people.helpdesk', 'people.reset']) equal(await onPage(page, key).count(), keys.includes(key) ? 1 : 0, `"${E(key)}" for ${who} of ${about}`);
  await over(page);
}

async function offered(world) {
  await offers(world, DESK, WHO, ['people.helpdesk', 'people.reset']);
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

const resetOf = async world => (await world.api('GET', `/v1/people/${WHO}/factors`, undefined, AGENCY)).body.reset;

/** A second one who may decide. */
async function second(world) {
  await asPerson(world, DESK, 'PUT', '/v1/roles/desk', {capabilities: ['people.read', 'factors.manage']}, AGENCY);
  await asPerson(world, DESK, 'PATCH', `/v1/people/${SECOND}`, {roles: ['manager', 'desk']}, AGENCY);
  world.signedIn.delete(`${AGENCY}:${SECOND}`);
}

async function asked(world) {
  const page = await pageAt(world, DESK, `/people/${await idOf(world, WHO)}`);
  await onPage(page, 'people.reset').click();
  await inDialog(page, 'people.reset.ask').click();
  equal(await resetOf(world), null, 'a reset without a reason');
  await page.getByLabel(E('approvals.reason')).fill(REASON);
  await inDialog(page, 'people.reset.ask').click();
  await page.getByText(E('me.reset.waiting')).waitFor();
  await page.getByText(E('me.reset.count.of').replace('{n}', 0).replace('{most}', RESETS_A_YEAR)).waitFor();
  equal(await onPage(page, 'people.reset').count(), 0, 'ways to ask for a second one');
  const reset = await resetOf(world);
  equal([reset.state, reset.reason, reset.person], ['waiting', REASON, await idOf(world, WHO)], 'the reset');
  await over(page);
  await mailed(world, 'összes második tényezője megszűnik', REASON);
}

/** In the inbox, to which her page leads; who neither asked nor owns takes nothing back. */
async function agreed(world) {
  const {name} = (await world.api('GET', `/v1/people/${WHO}`, undefined, AGENCY)).body;
  const page = await pageAt(world, SECOND, `/people/${await idOf(world, WHO)}`);
  await page.getByText(E('me.reset.waiting')).waitFor();
  equal(await page.getByRole('button', {name: E('approvals.back')}).count(), 0, 'ways for another to take it back');
  await page.locator('.notice-box').getByRole('link', {name: E('app.room.approvals')}).click();
  await page.getByRole('main').getByRole('button', {name: `${E('approvals.yes')} ${name}`}).click();
  await inDialog(page, 'approvals.yes').click();
  await page.getByRole('dialog').waitFor({state: 'detached'});
  equal((await resetOf(world)).state, 'approved', 'the reset');
  await page.goBack();
  await page.getByText(E('me.reset.approved')).waitFor();
  await over(page);
}

async function takesBack(page) {
  await page.getByText(E('me.reset'), {exact: true}).waitFor();
  await page.getByText(E('me.reset.approved.yours')).waitFor();
  await page.getByText(REASON).waitFor();
  await page.getByRole('main').getByRole('button', {name: E('approvals.back')}).click();
  await page.getByRole('main').getByRole('button', {name: E('approvals.back.sure')}).click();
}

/** Who got hold of a code of hers is told, and stops nothing. */
async function stopsNothing(world) {
  const {page} = await letIn(world, 2);
  await page.goto(`${world.url}/me?lang=en`);
  await settled(page);
  await takesBack(page);
  await page.getByRole('alert').getByText(E('problem.person_unproven')).waitFor();
  equal((await resetOf(world)).state, 'approved', 'the reset');
  await over(page);
}

async function stops(world) {
  const {id} = await resetOf(world);
  const page = await pageAt(world, WHO, '/me');
  await takesBack(page);
  await page.getByText(E('me.reset'), {exact: true}).waitFor({state: 'detached'});
  equal(await resetOf(world), null, 'a reset that waits');
  equal((await world.api('GET', `/v1/factor-resets/${id}`, undefined, AGENCY)).body.state, 'cancelled', 'what became of it');
  await page.getByText(E('me.factor.type.totp'), {exact: true}).waitFor();
  await over(page);
}

async function takenBackByOwner(world) {
  const {id} = await asPerson(world, SECOND, 'POST', `/v1/people/${WHO}/factor-reset`, {reason: REASON}, AGENCY);
  const page = await pageAt(world, DESK, `/people/${await idOf(world, WHO)}`);
  await page.getByRole('main').getByRole('button', {name: E('approvals.back')}).click();
  await page.getByRole('main').getByRole('button', {name: E('approvals.back.sure')}).click();
  await onPage(page, 'people.reset').waitFor();
  equal((await world.api('GET', `/v1/factor-resets/${id}`, undefined, AGENCY)).body.state, 'cancelled', 'what became of it');
  await over(page);
}

export async function rescue(world) {
  let one;
  await claim('a code and a reset are offered for who has a factor, never for oneself, and to nobody who may not manage factors', () => offered(world));
  await claim('who waits at the sign-in without the phone is let in by a code that an owner reads out', async () => { one = await letIn(world, 1); });
  await claim('who came in by it is refused what asks for a proof', () => provesNothing(one));
  await claim('it opens once', () => usedUp(world, one));
  await claim('the code and its use are told by mail', () => told(world));
  await second(world);
  await claim('a reset of all factors is asked for with a reason, waits on the person’s page, and is told', () => asked(world));
  await claim('another who manages factors agrees in the inbox, and takes nothing back', () => agreed(world));
  await claim('who came in by a code that was read out reads of it, and stops nothing', () => stopsNothing(world));
  await claim('the person stops it on their own page, by their own proof', () => stops(world));
  await claim('an owner takes back what somebody else asked for', () => takenBackByOwner(world));
  await claim('beyond what the policies allow in a year none is made, and the page says why', () => refusedAtCap(world));
}
