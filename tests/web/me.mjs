// SPDX-License-Identifier: Apache-2.0
// My security: an authenticator enrolled from the picture of its QR code, recovery codes, and out everywhere.
import {execFileSync} from 'node:child_process';
import path from 'node:path';
import {check, claim, equal} from './claims.mjs';
import {settled} from './pages.mjs';

const WHO = ['koivu', 'assistant3'];

async function mine(world, who = WHO) {
  const page = await world.pageOf(...who);
  await page.goto(`${world.url}/me?lang=en`);
  await settled(page);
  return page;
}

/** What a phone's camera would read off the screen. */
export async function readQr(world, page) {
  const picture = path.join(world.home, 'qr.png');
  await page.locator('img.qr').screenshot({path: picture});
  return execFileSync('zbarimg', ['--raw', '--quiet', picture], {encoding: 'utf8'}).trim();
}

/** A colleague vouches for somebody's first authenticator: a code, handed over. */
async function handedOver(world) {
  const owner = await mine(world, ['koivu', 'owner1']);
  const code = await owner.evaluate(async person => {
    const headers = {'Muniment-Page': '1', 'Content-Type': 'application/json'};
    return (await (await fetch(`/v1/people/${person}/enrolment`, {method: 'POST', headers, body: '{"by":"hand"}'})).json()).code;
  }, WHO[1]);
  await owner.context().close();
  return code;
}

async function enrols(world) {
  const page = await mine(world);
  await page.getByRole('button', {name: 'Add an authenticator app'}).click();
  await page.getByLabel('What to call it').fill('phone');
  await page.getByRole('button', {name: 'Continue'}).click();
  await page.getByRole('img', {name: 'QR code for your authenticator app'}).waitFor();
  const secret = new URL(await readQr(world, page)).searchParams.get('secret');
  await world.typeCode(page, secret, {label: 'The code that the app shows now', submit: 'Confirm', done: page.getByLabel('One-time code')});
  await page.getByLabel('One-time code').fill(await handedOver(world));
  await page.getByRole('button', {name: 'Confirm'}).click();
  await page.getByRole('heading', {name: 'Authenticator app', exact: true}).waitFor();
  const factors = (await world.api('GET', `/v1/people/${WHO[1]}/factors`, undefined, WHO[0])).body.items;
  equal(factors.filter(factor => factor.type === 'totp' && factor.state === 'active' && factor.proven).length, 1, 'proven authenticators');
  world.keepSecret(...WHO, secret);
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
}

async function recovery(world) {
  const page = await mine(world);
  await page.getByRole('button', {name: 'Make recovery codes'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Make recovery codes'}).click();
  await page.locator('ol.codes li').or(page.getByRole('alert')).first().waitFor();
  check(await page.getByRole('alert').count() === 0, await page.getByRole('dialog').innerText());
  equal(await page.locator('ol.codes li').count(), 10, 'codes shown');
  const close = page.getByRole('dialog').getByRole('button', {name: 'Close', exact: true}).last();
  check(await close.isDisabled(), 'codes can be closed unkept');
  await page.getByLabel('I have kept them').check();
  await close.click();
  await page.getByText('10 codes left of 10').waitFor();
  await page.context().close();
}

async function everywhere(world) {
  const who = ['koivu', 'assistant4'];
  const here = await mine(world, who);
  const there = await world.page();
  await world.signIn(there, ...who);
  await here.reload();
  await settled(here);
  // The row of this browser stands there before as well: the answer says when it is done.
  const ended = here.waitForResponse(answer => answer.request().method() === 'DELETE' && answer.url().endsWith('/sessions'));
  await here.getByRole('button', {name: 'Sign out everywhere else'}).click();
  equal((await ended).status(), 200, 'the answer');
  await here.getByRole('row').filter({hasText: 'this one'}).waitFor();
  equal(await there.evaluate(() => fetch('/v1/session').then(answer => answer.status)), 401, 'the other browser is still signed in');
  equal(await here.evaluate(() => fetch('/v1/session').then(answer => answer.status)), 200, 'this browser');
  await there.context().close();
  await here.context().close();
}

export async function me(world) {
  await claim('an authenticator is enrolled from the picture of its QR code', () => enrols(world));
  await claim('ten recovery codes are shown once, and closed only when they are kept', () => recovery(world));
  await claim('signing out everywhere else ends the other browser at once, and not this one', () => everywhere(world));
}
