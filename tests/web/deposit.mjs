// SPDX-License-Identifier: Apache-2.0
// A client hands in on a phone: sealed in the browser, with three words, once; what breaks on the way loses nothing.
import {check, claim, equal} from './claims.mjs';
import {settled} from './pages.mjs';

const SECRET = 'gran-och-tall-88';

async function openLink(world, fields = ['username', 'password']) {
  const clients = await world.api('GET', '/v1/clients?limit=1', undefined, 'koivu');
  const made = await world.api('POST', '/v1/deposits', {client: clients.body.items[0].id, ask: 'Web shop <b>x</b>', site: 'https://shop.example', fields}, 'koivu');
  equal(made.status, 201, 'the link');
  return {...made.body, place: made.body.url.slice(made.body.url.indexOf('/d/'))};
}

/** A phone at the link; what it sends is kept in page.sent. */
async function phone(world, link) {
  const page = await world.page({width: 360});
  page.sent = [];
  page.on('request', request => page.sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`));
  const [path, key] = link.place.split('#');
  await page.goto(`${world.url}${path}?lang=en#${key}`);
  await settled(page);
  return page;
}

async function fill(page, words) {
  await page.getByLabel('User name').fill('goran');
  await page.getByLabel('Password').fill(SECRET);
  await page.getByLabel('Word 1').fill(words.join(' '));
}

const send = page => page.getByRole('button', {name: 'Seal and hand in'}).click();

const over = async page => {
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
};

async function handsIn(world) {
  const link = await openLink(world);
  const page = await phone(world, link);
  check(await page.getByText('Web shop <b>x</b>').isVisible(), 'what is asked for is not there as text');
  await fill(page, link.words.map(word => word.toUpperCase()));
  await send(page);
  await page.getByText('It is handed in').waitFor();
  equal(await page.locator('input, textarea').count(), 0, 'fields that are left');
  check(!page.url().includes('#'), 'the key still stands in the address');
  const key = link.place.split('#')[1];
  check(page.sent.every(text => !text.includes(SECRET) && !text.includes(key) && !text.includes('goran')), 'something left the browser in clear');
  const stands = await world.api('GET', `/v1/deposits/${link.id}`, undefined, 'koivu');
  equal(stands.body.state, 'unconfirmed', 'the deposit');
  await over(page);
  const again = await phone(world, link);
  await again.getByText('Something was handed in through this link already').waitFor();
  await over(again);
}

async function wrongWords(world) {
  const link = await openLink(world);
  const page = await phone(world, link);
  await fill(page, ['qqqq', 'zone', 'zone']);
  await send(page);
  await page.getByText('This is none of the words').waitFor();
  equal((await world.api('GET', `/v1/deposits/${link.id}/form`)).body.tries_left, 5, 'tries after a word that is none');
  for (let left = 4; left > 0; left--) {
    await page.getByLabel('Word 1').fill('zone zone zone');
    await send(page);
    await page.getByText(new RegExp(`${left} (try|tries) left`)).first().waitFor();
  }
  await send(page);
  await page.getByText('This link is closed').waitFor();
  await over(page);
}

async function brokenNetwork(world) {
  const link = await openLink(world);
  const page = await phone(world, link);
  await fill(page, link.words);
  await page.route('**/v1/deposits/*', route => route.abort());
  await send(page);
  await page.getByText('What you typed is still here').waitFor();
  equal(await page.getByLabel('Password').inputValue(), SECRET, 'the password');
  // The server takes it, and its answer is lost on the way: then the link is used, most likely by us.
  await page.unroute('**/v1/deposits/*');
  await page.route('**/v1/deposits/*', async route => {
    await route.fetch().catch(() => undefined);
    await route.abort().catch(() => undefined);
  });
  await send(page);
  await page.locator('button[type=submit][aria-busy]').waitFor({state: 'detached'});
  await page.unrouteAll({behavior: 'wait'});
  await send(page);
  await page.getByText('The link is used now').waitFor();
  await over(page);
}

async function ownLanguage(world) {
  const link = await openLink(world, ['key']);
  const page = await world.page({width: 360, language: 'en'});
  const form = await world.api('GET', `/v1/deposits/${link.id}/form`);
  await page.goto(world.url + link.place);
  await page.waitForFunction(wanted => document.documentElement.lang === wanted, form.body.language);
  await page.locator('select').selectOption('sv');
  await page.getByText('De tre orden').waitFor();
  await over(page);
}

async function lostParts(world) {
  const link = await openLink(world);
  for (const place of [link.place.split('#')[0], link.place.slice(0, -3), '/d/dep_x#abc']) {
    const page = await world.page({width: 360});
    await page.goto(`${world.url}${place.replace('#', '?lang=en#')}${place.includes('#') ? '' : '?lang=en'}`);
    await page.getByText('This link does not work').waitFor();
    await over(page);
  }
}

export async function deposit(world) {
  await claim('a client hands in on a phone: sealed before it is sent, once, and then nothing of it is left', () => handsIn(world));
  await claim('a word that is none costs no try; wrong words say what is left; the fifth closes the link', () => wrongWords(world));
  await claim('what is typed survives a broken network, and a lost answer is told truthfully', () => brokenNetwork(world));
  await claim('the page of a link speaks the client’s language, unless another one is chosen', () => ownLanguage(world));
  await claim('a link that lost a part says so', () => lostParts(world));
}
