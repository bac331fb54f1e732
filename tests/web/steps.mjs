// SPDX-License-Identifier: Apache-2.0
// Every step of the sign-in, in every language without beginning anew: nothing that axe finds against WCAG 2.2 AA.
import {LANGUAGES, lookAt} from './axe.mjs';
import {check, claim, equal} from './claims.mjs';
import {settled} from './pages.mjs';
import {asPerson} from './staged.mjs';

const TWICE = 'twice@both.example';
const NEWCOMER = 'newcomer@koivu.example';

async function added(world, agency, body) {
  const known = await world.api('GET', `/v1/people/${body.ref}`, undefined, agency);
  const {status, body: said} = known.status === 200 ? known : await world.api('POST', '/v1/people', body, agency);
  check(status < 300, `somebody who is added: ${JSON.stringify(said)}`);
}

/** Looks at what stands there in one language after the other, chosen on the page; the step is still the same one. */
async function looked(page, stays) {
  for (const language of LANGUAGES) {
    await page.locator('.looks select').first().selectOption(language);
    await page.waitForFunction(wanted => document.documentElement.lang === wanted, language);
    await page.locator(stays).first().waitFor();
    await lookAt(page, language);
  }
  await page.locator('.looks select').first().selectOption('en');
  await page.waitForFunction(() => document.documentElement.lang === 'en');
}

async function begun(world, address) {
  const page = await world.page();
  const before = world.codesTo(address).length;
  await page.goto(`${world.url}/?lang=en`);
  await page.getByLabel('Your e-mail address').fill(address);
  await page.getByRole('button', {name: 'Send the code'}).click();
  await page.getByLabel('Code from the e-mail').waitFor();
  return {page, before};
}

async function typed(page, code) {
  await page.locator('input.code').fill(code);
  const answered = page.waitForResponse(response => response.request().method() === 'POST' && response.url().includes('/v1/sign-ins/'));
  await page.getByRole('button', {name: 'Continue'}).click();
  return (await answered).json();
}

const over = async page => {
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
};

async function choosing(world) {
  for (const agency of ['koivu', 'tiszapart']) await added(world, agency, {ref: 'twice', name: 'Twice', email: TWICE, kind: 'external'});
  const {page, before} = await begun(world, TWICE);
  await looked(page, 'input.code');
  await typed(page, await world.codeTo(TWICE, before));
  await page.locator('.tenants').waitFor();
  equal(await page.locator('.tenants button').count(), 2, 'agencies to choose from');
  await looked(page, '.tenants');
  await over(page);
}

async function factor(world) {
  const address = 'owner1@tiszapart.example';
  const {page, before} = await begun(world, address);
  await typed(page, await world.codeTo(address, before));
  await page.getByLabel('Code from your authenticator app').waitFor();
  await looked(page, 'input[type=checkbox]');
  await typed(page, '000000');
  await page.locator('.wrong').waitFor();
  await looked(page, '.wrong');
  await over(page);
}

/** Who has recovery codes may type one instead. */
async function recovering(world) {
  await asPerson(world, 'manager1', 'POST', '/v1/people/manager1/factors', {type: 'recovery'}, 'tiszapart');
  const address = 'manager1@tiszapart.example';
  const {page, before} = await begun(world, address);
  await typed(page, await world.codeTo(address, before));
  await page.getByRole('button', {name: 'Use a recovery code'}).click();
  await looked(page, 'main form input[type=text]');
  await page.locator('main form input[type=text]').fill('nothing-of-the-kind');
  await page.getByRole('button', {name: 'Continue'}).click();
  await page.locator('.wrong').waitFor();
  await looked(page, '.wrong');
  await over(page);
}

async function ended(world) {
  const {page} = await begun(world, 'manager2@tiszapart.example');
  let said = await typed(page, '00000000');
  await page.locator('.wrong').waitFor();
  await looked(page, '.wrong');
  while (said.state === 'code') said = await typed(page, '00000000');
  equal(said.state, 'ended', 'the sign-in, after too many wrong codes');
  await page.getByText('This sign-in has ended').waitFor();
  await looked(page, '.notice-box');
  await over(page);
}

/** Who has to enrol a factor first sees that, and nothing else. */
async function enrolling(world) {
  await added(world, 'koivu', {ref: 'newcomer', name: 'Newcomer', email: NEWCOMER, kind: 'staff', roles: ['owner']});
  const {page, before} = await begun(world, NEWCOMER);
  await typed(page, await world.codeTo(NEWCOMER, before));
  await page.getByRole('navigation').first().waitFor();
  for (const language of LANGUAGES) {
    await page.goto(`${world.url}/security?lang=${language}`);
    await settled(page);
    equal(await page.locator('#rooms nav a').count(), 1, 'rooms that are open');
    await lookAt(page, language);
  }
  await over(page);
}

export async function steps(world) {
  await claim('the code and the choice of an agency: nothing against WCAG 2.2 AA, and another language keeps the step', () => choosing(world));
  await claim('the authenticator’s code, right and wrong: nothing against WCAG 2.2 AA', () => factor(world));
  await claim('a recovery code instead of it, right where it is asked for: nothing against WCAG 2.2 AA', () => recovering(world));
  await claim('a wrong code, and a sign-in that has ended: nothing against WCAG 2.2 AA', () => ended(world));
  await claim('who has to enrol a factor first: nothing against WCAG 2.2 AA, and no other room is open', () => enrolling(world));
}
