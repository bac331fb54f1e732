// SPDX-License-Identifier: Apache-2.0
// Signing in as people do it: an address, the code that comes by mail, the authenticator; and out again.
import {check, claim, equal} from './claims.mjs';

const ALONE = 'administrator3';

async function wrongCodes(world) {
  const page = await world.page();
  const address = `${ALONE}@tiszapart.example`;
  const before = world.codesTo(address).length;
  await page.goto(`${world.url}/?lang=en`);
  await page.getByLabel('Your e-mail address').fill(address);
  await page.getByRole('button', {name: 'Send the code'}).click();
  await world.codeTo(address, before);
  await page.getByLabel('Code from the e-mail').fill('00000000');
  await page.getByRole('button', {name: 'Continue'}).click();
  await page.getByText('The code is not right.').waitFor();
  check(await page.getByLabel('Code from the e-mail').inputValue() === '', 'a wrong code stays in its field');
  await page.context().close();
}

async function strangers(world) {
  const page = await world.page();
  await page.goto(`${world.url}/?lang=en`);
  await page.getByLabel('Your e-mail address').fill('nobody@nowhere.example');
  await page.getByRole('button', {name: 'Send the code'}).click();
  await page.getByLabel('Code from the e-mail').waitFor();
  equal(world.mailsTo('nobody@nowhere.example').length, 0, 'mails to a stranger');
  await page.context().close();
}

async function signOut(world) {
  const page = await world.page();
  await world.signIn(page, 'tiszapart', ALONE);
  const cookies = await page.context().cookies();
  const session = cookies.find(cookie => cookie.name === '__Host-muniment');
  check(session?.httpOnly && session.secure && session.sameSite === 'Strict' && session.path === '/', `the session's cookie is ${JSON.stringify(session)}`);
  check(await page.evaluate(() => document.cookie) === '', 'a script reads a cookie');
  await page.getByText(/administrator/).first().click();
  await page.getByRole('button', {name: 'Sign out', exact: true}).click();
  await page.getByLabel('Your e-mail address').waitFor();
  equal(await page.evaluate(() => fetch('/v1/session').then(answer => answer.status)), 401, 'GET /v1/session after signing out');
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
}

async function twoSteps(world) {
  const page = await world.pageOf('tiszapart', 'owner1');
  await page.goto(world.url);
  await page.getByRole('navigation', {name: 'Pages'}).waitFor();
  const session = await page.evaluate(() => fetch('/v1/session').then(answer => answer.json()));
  equal(session.privileged, true, 'the owner is privileged');
  check(session.amr.some(way => /totp|otp/.test(way)), `the ways were ${session.amr}`);
  await page.context().close();
}

export async function signIn(world) {
  await claim('a wrong code is refused, says how many tries are left, and leaves the field', () => wrongCodes(world));
  await claim('a stranger sees the same page, and gets no mail', () => strangers(world));
  await claim('who signs in gets a cookie that no script reads, and none is left after signing out', () => signOut(world));
  await claim('an owner signs in with the mailed code and the authenticator', () => twoSteps(world));
}
