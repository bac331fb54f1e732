// SPDX-License-Identifier: Apache-2.0
// Choosing a person or a client where there may be very many: searched on the server, by keyboard alone, on a phone too.
import {check, claim, equal} from './claims.mjs';
import {settled} from './pages.mjs';

const AGENCY = 'koivu';

async function owner(world, address, options = {}) {
  const page = await world.pageOf(AGENCY, 'owner1', options);
  await page.goto(`${world.url}${address}${address.includes('?') ? '&' : '?'}lang=en`);
  await settled(page);
  return page;
}

const over = async page => {
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
};

const field = (page, name) => page.getByRole('combobox', {name, exact: true});
const marked = page => page.evaluate(() => document.getElementById(document.activeElement?.getAttribute('aria-activedescendant') ?? '')?.innerText);

const found = page => page.locator('.picker [role=status]', {hasText: /\S/});

/** Clients whose names no page of the demo has, so many that a list of them is cut. */
async function manyClients(world) {
  if ((await world.api('GET', '/v1/clients?text=saari-59', undefined, AGENCY)).body.items.length) return;
  for (let at = 0; at < 60; at++) {
    const {status} = await world.api('POST', '/v1/clients', {name: `Saari ${String(at).padStart(2, '0')} <b>`, ref: `saari-${at}`}, AGENCY);
    equal(status, 201, 'a client that is added');
  }
}

async function byKeyboard(world) {
  const page = await owner(world, '/vault?show=grants');
  await field(page, 'Client').focus();
  await page.keyboard.type('saari 3');
  await page.getByRole('listbox', {name: 'Client', exact: true}).getByRole('option').nth(9).waitFor();
  equal(await found(page).innerText(), '10 found', 'what is announced');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  check((await marked(page)).startsWith('Saari 31 <b>'), `marked is ${await marked(page)}`);
  await page.keyboard.press('Home');
  equal(await marked(page), undefined, 'what is marked after Home');
  await page.keyboard.press('ArrowUp');
  check((await marked(page)).startsWith('Saari 39'), `the last is ${await marked(page)}`);
  await page.keyboard.press('Enter');
  await page.waitForURL(/client=cli_/);
  equal(await field(page, 'Client').inputValue(), 'Saari 39 <b>', 'the field');
  await page.reload();
  await settled(page);
  equal(await field(page, 'Client').inputValue(), 'Saari 39 <b>', 'the field of an address that somebody was sent');
  await field(page, 'Client').focus();
  await page.keyboard.press('Escape');
  await page.waitForURL(url => !url.searchParams.has('client'));
  await over(page);
}

/** What was typed and not taken is not left standing as if it had been. */
async function leftAlone(world) {
  const page = await owner(world, '/vault?show=grants');
  await field(page, 'Client').focus();
  equal(await page.getByRole('listbox').count(), 0, 'lists before anything is pressed');
  await page.keyboard.type('saari');
  await found(page).getByText('The first 50').waitFor();
  equal(await page.getByRole('listbox').getByRole('option').count(), 50, 'options');
  await page.keyboard.press('Escape');
  equal(await page.getByRole('listbox').count(), 0, 'lists after Esc');
  await page.keyboard.press('Tab');
  equal(await field(page, 'Client').inputValue(), '', 'the field that was left');
  check(!new URL(page.url()).searchParams.has('client'), 'something was chosen');
  await field(page, 'Client').fill('nobody of that name');
  await found(page).getByText('Nothing is found').waitFor();
  await over(page);
}

async function inLog(world) {
  const page = await owner(world, '/security');
  await page.getByRole('button', {name: 'More filters'}).click();
  const [person] = (await world.api('GET', '/v1/people?text=assistant2', undefined, AGENCY)).body.items;
  await field(page, 'Person').fill(person.name.toLocaleUpperCase());
  await page.getByRole('option', {name: person.name}).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(url => url.searchParams.get('actor') === person.id);
  equal(await field(page, 'Person').inputValue(), '', 'the field, ready for another');
  await field(page, 'Person').fill('app_00000000000000000000000000');
  await found(page).getByText('Nothing is found').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(url => url.searchParams.getAll('actor').length === 2);
  await over(page);
}

/** Esc in an open list is the list's; the dialog around it stays. */
async function inDialog(world) {
  const page = await owner(world, '/handovers', {width: 360});
  await page.goto(`${world.url}/handovers?new=1&lang=en`);
  await settled(page);
  await field(page, 'In place of').click();
  await page.getByRole('option').first().waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wide <= 0, `the page is ${wide} px wider than a phone`);
  const box = await page.locator('.picks').boundingBox();
  check(box && box.x >= 0 && box.x + box.width <= 360, `the list stands at ${JSON.stringify(box)}`);
  await page.keyboard.press('Escape');
  equal(await page.getByRole('dialog').count(), 1, 'dialogs after the first Esc');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({state: 'detached'});
  await over(page);
}

export async function picker(world) {
  await manyClients(world);
  await claim('one of many clients is found and chosen by keyboard, and stands in the address', () => byKeyboard(world));
  await claim('what is typed and not chosen chooses nothing, and a list that is cut says so', () => leftAlone(world));
  await claim('the log is filtered by a person who is found by name, or by an id that nobody has', () => inLog(world));
  await claim('a list inside of a dialog on a phone fits, and Esc closes the list before the dialog', () => inDialog(world));
}
