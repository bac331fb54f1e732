// SPDX-License-Identifier: Apache-2.0
// Somebody is away: asked for by one, approved by another in the inbox, briefed, returned early; and what the rules say before they change.
import {check, claim, equal} from './claims.mjs';
import {pick, settled} from './pages.mjs';
import {handoverIn} from './staged.mjs';

const over = async page => {
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
};

async function at(world, agency, person, address) {
  const page = await world.pageOf(agency, person);
  await page.goto(`${world.url}${address}?lang=en`);
  await settled(page);
  return page;
}

const doneSteps = page => page.locator('.steps li.done').count();

const nameOf = async (world, person) => (await world.api('GET', `/v1/people/${person}`, undefined, 'brezovitsa')).body.name;

async function asked(world) {
  const page = await at(world, 'brezovitsa', 'account_manager1', '/handovers');
  await page.getByRole('button', {name: 'New handover'}).click();
  await settled(page);
  await pick(page, 'In place of', await nameOf(world, 'assistant1'));
  await pick(page, 'Who takes over', await nameOf(world, 'assistant2'));
  await page.getByRole('button', {name: 'Ask for it'}).click();
  await page.waitForURL('**/handovers/hov_*');
  await settled(page);
  equal(await doneSteps(page), 1, 'steps after it is asked for');
  equal(await page.getByRole('button', {name: 'Approve'}).count(), 0, 'ways to approve one’s own');
  const place = new URL(page.url()).pathname;
  await over(page);
  return place;
}

async function approved(world) {
  const page = await at(world, 'brezovitsa', 'hq1', '/approvals');
  await page.locator('.waiting', {hasText: 'Handover'}).getByRole('button', {name: /^Approve/}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Approve'}).click();
  await page.getByRole('dialog').waitFor({state: 'detached'});
  await over(page);
}

/** Who signs in by mailed codes alone is not proven: they read the briefing, and are told why they can't accept. */
async function briefed(world) {
  const page = await at(world, 'brezovitsa', 'assistant2', '/approvals');
  await page.getByRole('link', {name: /^Read and accept/}).click();
  await page.getByRole('button', {name: /^I have read it/}).click();
  await page.getByRole('alert').getByText('authenticator').waitFor();
  equal(await doneSteps(page), 4, 'steps while nobody has accepted');
  await over(page);
}

async function course(world) {
  const place = await asked(world);
  await approved(world);
  await briefed(world);
  const page = await at(world, 'brezovitsa', 'account_manager1', place);
  await page.getByRole('button', {name: 'Return early'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Return early'}).click();
  await page.getByText('returned', {exact: true}).waitFor();
  await over(page);
}

async function roles(world) {
  const page = await at(world, 'koivu', 'owner1', '/rules/roles');
  await page.getByLabel('marketer: see secrets', {exact: true}).check();
  await page.getByRole('button', {name: 'Look over and save'}).click();
  await page.getByRole('dialog').getByText('May from now on: see secrets').waitFor();
  check(await page.getByRole('dialog').getByText('all owners are told').isVisible(), 'nobody is warned of what needs care');
  await page.getByRole('dialog').getByRole('button', {name: 'Save'}).click();
  await page.getByRole('dialog').waitFor({state: 'detached'});
  const stands = (await world.api('GET', '/v1/roles?limit=500', undefined, 'koivu')).body.items.find(role => role.name === 'marketer');
  check(stands.capabilities.includes('credential.reveal'), 'the role was not changed');
  await over(page);
}

async function token(world) {
  const page = await at(world, 'koivu', 'owner1', '/rules/applications');
  await page.getByRole('button', {name: 'New application'}).click();
  await page.getByLabel('Name').fill('Till <b>');
  await page.getByLabel('verify', {exact: true}).check();
  await page.getByRole('dialog').getByRole('button', {name: 'New application'}).click();
  const shown = await page.locator('.once code').first().innerText();
  check(/^mun_app_/.test(shown), `the token is ${shown.slice(0, 8)}`);
  await page.getByRole('button', {name: 'I have kept it'}).click();
  await page.reload();
  await settled(page);
  check(!(await page.content()).includes(shown), 'the token is shown again');
  await over(page);
}

/** Asked for on the page by one, decided on the page by another; the end moves only then. */
async function extended(world) {
  const id = await handoverIn(world, 'approved');
  const endOf = async () => (await world.api('GET', `/v1/handovers/${id}`, undefined, 'brezovitsa')).body.until;
  const before = await endOf();
  const page = await at(world, 'brezovitsa', 'account_manager1', `/handovers/${id}`);
  await page.getByRole('button', {name: 'Extend'}).click();
  const dialog = page.getByRole('dialog');
  check(await dialog.getByRole('button', {name: 'Ask for it'}).isDisabled(), 'the old end is taken as a new one');
  await dialog.getByLabel('Until').fill('2027-09-01T18:00');
  await dialog.getByRole('button', {name: 'Ask for it'}).click();
  await dialog.waitFor({state: 'detached'});
  await page.getByText('A longer stand-in waits for a second person').waitFor();
  equal(await endOf(), before, 'the end while nobody has decided');
  equal(await page.getByRole('button', {name: 'Approve the new end'}).count(), 0, 'ways to approve one’s own');
  equal(await page.getByRole('button', {name: 'Extend'}).count(), 0, 'ways to ask for another end meanwhile');
  await over(page);
  const other = await at(world, 'brezovitsa', 'hq1', `/handovers/${id}`);
  await other.getByRole('button', {name: 'Approve the new end'}).click();
  await other.getByRole('button', {name: 'Approve the new end'}).waitFor({state: 'detached'});
  check(await endOf() > '2027-08-31', `the end is ${await endOf()}`);
  await over(other);
}

export async function handover(world) {
  await claim('a stand-in is extended by the word of two people', () => extended(world));
  await claim('a handover is asked for by one, approved by another in the inbox, briefed, and comes back early', () => course(world));
  await claim('what a change of a role gives is said before it is saved', () => roles(world));
  await claim('the token of an application is shown once', () => token(world));
}
