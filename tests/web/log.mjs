// SPDX-License-Identifier: Apache-2.0
// The owner's morning: the planted export is found by three clicks, opened, proved; the view is exported, and that is seen too.
import {readFileSync} from 'node:fs';
import {check, claim, equal} from './claims.mjs';
import {settled} from './pages.mjs';

const SUSPECT = 'Fehérvári Ábel';

async function owner(world, address = '/security') {
  const page = await world.pageOf('tiszapart', 'owner1');
  await page.goto(`${world.url}${address}${address.includes('?') ? '&' : '?'}lang=en`);
  await settled(page);
  return page;
}

const rowsOf = page => page.getByRole('table', {name: 'Events of the log, the newest first'}).locator('tbody tr');

async function over(page) {
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
}

/** Tab, name, "only this": what is left are the three exports after closing time (incidents.json, number 3). */
async function threeClicks(world) {
  const page = await owner(world);
  await page.getByRole('link', {name: 'Exports', exact: true}).click();
  await settled(page);
  await rowsOf(page).getByRole('button', {name: SUSPECT}).first().click();
  await page.getByRole('menuitem', {name: `Only this: ${SUSPECT}`}).click();
  await settled(page);
  const told = await rowsOf(page).allInnerTexts();
  check(told.length >= 3 && told.every(text => text.includes(SUSPECT)), `the rows are\n${told.join('\n')}`);
  check(told.filter(text => /Oct 16/.test(text)).length >= 3, 'the planted exports are not among them');
  check(new URL(page.url()).searchParams.has('actor'), 'the filter does not stand in the address');
  await over(page);
}

async function exported(world) {
  const page = await owner(world, '/security?tab=exports');
  await page.getByRole('button', {name: /^Export/}).click();
  await page.getByLabel('Purpose').fill('monthly review');
  await page.getByRole('button', {name: 'Make the file'}).click();
  const coming = page.waitForEvent('download', {timeout: 90000});
  await world.typeCode(page, world.secretOf('tiszapart', 'owner1'), {submit: 'Confirm', done: page.getByRole('button', {name: 'Close'}).last()});
  const file = await coming;
  const text = readFileSync(await file.path(), 'utf8');
  check(text.includes(SUSPECT), 'the file lacks what the view shows');
  await page.getByRole('dialog').getByRole('button', {name: 'Close'}).last().click();
  await page.goto(`${world.url}/security?lang=en`);
  await settled(page);
  const seen = rowsOf(page).filter({hasText: 'monthly review'});
  check(await seen.count() > 0, 'the export does not stand in the log');
  await over(page);
}

async function textSearch(world) {
  const page = await owner(world);
  await page.getByRole('searchbox').or(page.getByLabel('Search', {exact: true})).first().fill('monthly');
  await page.waitForURL(/text=|#/);
  await settled(page);
  check(await rowsOf(page).count() > 0, 'nothing is found by a word of the purpose');
  await over(page);
}

/** Incident 13: markup in what a stranger's browser and an application say. It has to be seen, as text. */
async function hostile(world) {
  const marks = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '=HYPERLINK("http://evil.example")'];
  for (const text of marks) {
    const told = await world.api('POST', '/v1/events', {action: 'record.viewed', actor: {person: 'administrator3'}, object: {type: 'record', id: '13', label: text}, purpose: text,
      device: {ip: '203.0.113.9', user_agent: text, name: text}}, 'tiszapart');
    equal(told.status, 201, `an event with ${text}`);
  }
  const page = await owner(world);
  for (const text of marks) check(await rowsOf(page).filter({hasText: text}).count() > 0, `${text} is not shown`);
  equal(await page.locator('main script, main img').count(), 0, 'elements that a stranger made');
  await over(page);
}

async function keys(world) {
  const page = await owner(world);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const current = await page.evaluate(() => document.activeElement?.closest('tr')?.dataset.id);
  check(current, 'j goes to no row');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/events/${current}**`);
  await page.goBack();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({state: 'detached'});
  await page.keyboard.press('/');
  equal(await page.evaluate(() => document.activeElement?.tagName), 'INPUT', 'what / goes to');
  await over(page);
}

/** Going back and pressing a key in the same moment: the page that is drawn then answers it, and nothing takes the focus away later. */
async function keyAtOnce(world) {
  const page = await owner(world);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/events/**');
  await settled(page);
  await page.evaluate(() => new Promise(done => {
    window.addEventListener('popstate', () => { document.dispatchEvent(new KeyboardEvent('keydown', {key: '/'})); done(); }, {once: true});
    history.back();
  }));
  equal(await page.evaluate(() => document.activeElement?.tagName), 'INPUT', 'what / goes to');
  await settled(page);
  equal(await page.evaluate(() => document.activeElement?.tagName), 'INPUT', 'what has the focus once the page has settled');
  await over(page);
}

/** By what the rows show of the device, and without it; a server that knows no countries says so. */
async function byDevice(world) {
  const page = await owner(world);
  const kind = rowsOf(page).locator('td.device').getByRole('button', {name: 'program', exact: true}).first();
  await kind.click();
  await page.getByRole('menuitem', {name: 'Only this: program'}).click();
  await page.waitForURL(url => url.searchParams.get('device_kind') === 'bot');
  await settled(page);
  const cells = await rowsOf(page).locator('td.device').allInnerTexts();
  check(cells.length > 0 && cells.every(text => text.includes('program')), `the devices are ${cells.slice(0, 5).join(' | ')}`);
  await page.goto(`${world.url}/security?not_device_kind=bot&lang=en`);
  await settled(page);
  const others = await rowsOf(page).locator('td.device').allInnerTexts();
  check(others.length > 0 && others.every(text => !text.includes('program')), 'what is excluded is there');
  await page.getByRole('button', {name: 'More filters'}).click();
  await page.getByLabel('Country').selectOption('FI');
  await page.getByRole('alert').getByText('This is not set up on the server.').waitFor();
  await over(page);
}

export async function log(world) {
  await claim('the log is filtered by kind of device from its rows, and a country that nobody can know is refused in words', () => byDevice(world));
  await claim('the planted export is found by three clicks', () => threeClicks(world));
  await claim('a view is exported for a purpose, as a file, and the export stands in the log', () => exported(world));
  await claim('a word of a purpose finds its events', () => textSearch(world));
  await claim('what strangers write is text and never an element', () => hostile(world));
  await claim('j, Enter, ? and / do what the list of keys says', () => keys(world));
  await claim('a key pressed as a page is drawn is answered by that page', () => keyAtOnce(world));
}
