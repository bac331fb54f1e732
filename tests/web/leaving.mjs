// SPDX-License-Identifier: Apache-2.0
// From the grant to the leaving: an owner gives one in the browser, it is used, the person is off-boarded, and what they saw is due.
import {check, claim, equal} from './claims.mjs';
import {pick, settled} from './pages.mjs';

const AGENCY = 'koivu';
const LEAVER = 'assistant3'; // who saw "Test shop" in vault.mjs

const over = async page => {
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
};

async function owner(world, address) {
  const page = await world.pageOf(AGENCY, 'owner1');
  await page.goto(`${world.url}${address}${address.includes('?') ? '&' : '?'}lang=en`);
  await settled(page);
  return page;
}

const idOf = async (world, kind, name) => (await world.api('GET', `/v1/${kind}/${name}`, undefined, AGENCY)).body.id;

async function gives(world) {
  const client = (await world.api('GET', '/v1/clients?limit=1', undefined, AGENCY)).body.items[0].name;
  const page = await owner(world, '/vault?show=give');
  await pick(page, 'To whom', (await world.api('GET', `/v1/people/${LEAVER}`, undefined, AGENCY)).body.name);
  await pick(page, 'Client', client);
  await page.getByLabel('Test shop (codes)').check();
  await page.getByRole('checkbox', {name: /code/}).last().check();
  await page.getByLabel('How many times').fill('3');
  await page.getByLabel('Task').fill('month end');
  await page.getByRole('button', {name: 'Give a grant'}).click();
  await page.waitForURL('**/grants/grt_*');
  await settled(page);
  const grant = (await world.api('GET', new URL(page.url()).pathname.replace('/grants', '/v1/grants'), undefined, AGENCY)).body;
  equal([grant.state, grant.task, grant.uses_left ?? grant.uses], ['active', 'month end', 3], 'the grant');
  await over(page);
}

async function leaves(world) {
  const theirs = await world.pageOf(AGENCY, LEAVER);
  await theirs.goto(world.url);
  const status = () => theirs.evaluate(() => fetch('/v1/session').then(answer => answer.status));
  equal(await status(), 200, 'their session before');
  const page = await owner(world, `/people/${await idOf(world, 'people', LEAVER)}/departure`);
  await page.getByRole('button', {name: 'Continue to the confirmation'}).click();
  const dialog = page.getByRole('dialog');
  check(await dialog.getByRole('button', {name: 'Off-board'}).isDisabled(), 'somebody is off-boarded unread');
  await dialog.getByLabel('I have read what ends').check();
  await dialog.getByRole('button', {name: 'Off-board'}).click();
  await dialog.waitFor({state: 'detached'});
  await settled(page);
  await page.getByRole('main').getByText('Test shop', {exact: true}).first().waitFor();
  equal(await status(), 401, 'their session afterwards');
  const grants = (await world.api('GET', `/v1/grants?person=${LEAVER}&state=active`, undefined, AGENCY)).body.items;
  equal(grants.length, 0, 'grants that are left');
  await theirs.context().close();
  await over(page);
}

export async function leaving(world) {
  await claim('an owner gives a grant with its bounds, in one page', () => gives(world));
  await claim('who is off-boarded is out at once, and what they saw is listed as due for change', () => leaves(world));
}
