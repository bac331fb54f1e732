// SPDX-License-Identifier: Apache-2.0
// A secret goes into the clipboard with one press, and is out of it half a minute later, whatever the person does meanwhile: as far as a browser
// lets a page know. What else they copied stays theirs.
import {createServer} from 'node:http';
import {check, claim, equal} from './claims.mjs';
import {settled} from './pages.mjs';

const AGENCY = 'koivu';
const WHO = 'owner1';
const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const PASSWORD = 'copied-Rauhanen-66';
const ELSE = 'order 4711';
const JUST_BEFORE_MS = 28_000;
const REST_MS = 3_000;

async function made(world, url, body) {
  const {status, body: answer} = await world.api('POST', url, body, AGENCY);
  check(status === 201, `${url}: ${status} ${JSON.stringify(answer)}`);
  return answer;
}

/** What the owner may use: a code, and a password to be shown. */
async function grants(world) {
  const client = (await world.api('GET', '/v1/clients?limit=1', undefined, AGENCY)).body.items[0].id;
  const seed = await made(world, '/v1/credentials', {client, kind: 'totp', label: {title: 'Clip codes'}, secret: {totp: SEED}, modes_max: ['code']});
  const login = await made(world, '/v1/credentials', {client, kind: 'login', label: {title: 'Clip shop', username: 'clip'}, secret: {password: PASSWORD}, modes_max: ['reveal']});
  await made(world, '/v1/grants', {credential: seed.id, to: WHO, modes: ['code']});
  await made(world, '/v1/grants', {credential: login.id, to: WHO, modes: ['reveal']});
}

/** Another site, that the person works in: it may read the clipboard and write there. */
async function elsewhere(context) {
  const server = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<title>elsewhere</title>'));
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], {origin});
  const page = await context.newPage();
  await page.goto(origin);
  return {
    page,
    read: () => page.evaluate(() => navigator.clipboard.readText()),
    write: text => page.evaluate(one => navigator.clipboard.writeText(one), text),
    close: () => server.close(),
  };
}

/** The vault of the owner with a clock that can be moved, and the other site; `allowed` is what our site may do beyond what it may anyway. */
async function desk(world, allowed) {
  const page = await world.pageOf(AGENCY, WHO);
  const other = await elsewhere(page.context());
  if (allowed) await page.context().grantPermissions(allowed, {origin: world.url});
  await other.write('before');
  await page.clock.install();
  await page.goto(`${world.url}/vault?show=mine&lang=en`);
  await settled(page);
  await page.bringToFront();
  return {page, other, pass: ms => page.clock.fastForward(ms), said: text => page.locator('.said', {hasText: text}).waitFor()};
}

async function over({page, other}) {
  check(page.faults.length === 0, page.faults.join('\n'));
  other.close();
  await page.context().close();
}

/** The code of the dialog that is open then. */
async function opensCode({page}) {
  await page.getByRole('button', {name: 'Code: Clip codes'}).click();
  await page.getByLabel('What for').fill('pay');
  await page.getByRole('button', {name: 'Get the code'}).click();
  return (await page.locator('.digits [aria-hidden]').innerText()).replace(/\D/g, '');
}

const pressCopy = at => at.page.getByRole('dialog').getByRole('button', {name: /^Copy/}).last().click();

async function copied(at) {
  await pressCopy(at);
  await at.said('Copied. The clipboard is emptied in 30 seconds');
}

/** Looks until the clipboard has this; what comes instead is told. */
async function holds({other}, wanted) {
  for (let tries = 0; tries < 40 && (await other.read()) !== wanted; tries++) await other.page.waitForTimeout(50);
  equal(await other.read(), wanted, 'the clipboard');
}

/** It does not change, though what would have changed it had the time to. */
async function stays({other}, wanted) {
  await other.page.waitForTimeout(500);
  equal(await other.read(), wanted, 'the clipboard');
}

async function emptiesCode(world) {
  const at = await desk(world);
  const code = await opensCode(at);
  check(/^\d{6}$/.test(code), `the code is ${code}`);
  await copied(at);
  await holds(at, code);
  await at.pass(JUST_BEFORE_MS);
  await stays(at, code);
  await at.pass(REST_MS);
  await holds(at, '');
  await at.said('The clipboard was emptied');
  await over(at);
}

async function emptiesSecret(world) {
  const at = await desk(world);
  const {page} = at;
  await page.getByRole('button', {name: 'Show: Clip shop', exact: true}).click();
  await page.getByLabel('What for').fill('look up an order');
  await page.getByRole('button', {name: 'Continue'}).click();
  await world.typeCode(page, world.secretOf(AGENCY, WHO), {submit: 'Confirm', done: page.getByText(PASSWORD)});
  await page.getByRole('button', {name: 'Copy: Password'}).click();
  await holds(at, PASSWORD);
  await page.getByText(PASSWORD).selectText();
  await page.keyboard.press('ControlOrMeta+c');
  await holds(at, PASSWORD);
  await at.pass(JUST_BEFORE_MS);
  equal(await page.getByText(PASSWORD).count(), 1, 'the secret before its time is over');
  await at.pass(REST_MS);
  await page.getByText('It is hidden again').waitFor();
  check(!(await page.content()).includes(PASSWORD), 'the secret stands in the page after its time');
  await holds(at, '');
  await over(at);
}

async function again(world) {
  const at = await desk(world);
  const code = await opensCode(at);
  await copied(at);
  await at.pass(20_000);
  if (await at.page.getByText('This code has run out').count()) await at.page.getByRole('button', {name: 'Next code'}).click();
  await at.page.locator('.digits [aria-hidden]').waitFor();
  const later = (await at.page.locator('.digits [aria-hidden]').innerText()).replace(/\D/g, '');
  await copied(at);
  await holds(at, later);
  await at.pass(15_000);
  await stays(at, later);
  check(/^\d{6}$/.test(code), `the first code is ${code}`);
  await at.pass(16_000);
  await holds(at, '');
  await over(at);
}

async function leavesOthers(world) {
  const at = await desk(world, ['clipboard-read', 'clipboard-write']);
  const code = await opensCode(at);
  await copied(at);
  await holds(at, code);
  await at.other.write(ELSE);
  await at.pass(31_000);
  await stays(at, ELSE);
  equal(await at.page.getByText('The clipboard was emptied').count(), 0, 'words about emptying');
  await copiesAnew(at);
  await over(at);
}

/** Reading is allowed: what is still the secret goes all the same. */
async function copiesAnew(at) {
  await at.page.getByRole('button', {name: 'Next code'}).click();
  await at.page.locator('.digits [aria-hidden]').waitFor();
  await copied(at);
  await at.pass(31_000);
  await holds(at, '');
}

/** Without leave to read, what was copied elsewhere counts as the secret: better nothing there than a password. */
async function unseen(world) {
  const at = await desk(world);
  await opensCode(at);
  await copied(at);
  await at.other.write(ELSE);
  await at.pass(31_000);
  await holds(at, '');
  await over(at);
}

/** What is copied on our own pages is known without leave. */
async function ownCopies(world) {
  const at = await desk(world);
  await opensCode(at);
  await copied(at);
  await at.page.keyboard.press('Escape');
  await at.page.getByRole('heading', {level: 1}).selectText();
  await at.page.keyboard.press('ControlOrMeta+c');
  await holds(at, 'Vault');
  await at.pass(31_000);
  await stays(at, 'Vault');
  await over(at);
}

async function refused(world) {
  const at = await desk(world, ['geolocation']);
  await opensCode(at);
  await pressCopy(at);
  await at.page.getByRole('alert').getByText('The browser does not let this page copy. Select the text instead.').waitFor();
  equal(await at.page.getByText('Copied.').count(), 0, 'words about copying');
  await stays(at, 'before');
  await over(at);
}

/** A page that is not in front may not write: it does when it comes back. */
async function comesBack(world) {
  const at = await desk(world);
  const {page, other} = at;
  const browser = await page.context().newCDPSession(page);
  const code = await opensCode(at);
  await copied(at);
  await browser.send('Emulation.setFocusEmulationEnabled', {enabled: false});
  await other.page.bringToFront();
  await page.waitForFunction(() => !document.hasFocus());
  await at.pass(31_000);
  await stays(at, code);
  await page.bringToFront();
  await holds(at, '');
  await over(at);
}

export async function clipboard(world) {
  await grants(world);
  await claim('a code is copied with one press, and the clipboard is empty half a minute later, which is said', () => emptiesCode(world));
  await claim('a secret that is shown is copied by button or by hand, hides itself, and is out of the clipboard', () => emptiesSecret(world));
  await claim('what is copied a second time has half a minute of its own', () => again(world));
  await claim('what the person copied elsewhere since is left alone where the page may see it, and the secret is not', () => leavesOthers(world));
  await claim('where it may not, the clipboard is emptied all the same', () => unseen(world));
  await claim('what the person copied on our own page since is left alone', () => ownCopies(world));
  await claim('a browser that forbids to copy is not said to have copied', () => refused(world));
  await claim('a page that is not in front empties the clipboard when it comes back', () => comesBack(world));
}
