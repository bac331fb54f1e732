// SPDX-License-Identifier: Apache-2.0
// A client's credentials leave: asked for by one in the browser, approved by another, taken once after a fresh code, and opened by age.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {check, claim, equal} from './claims.mjs';
import {settled} from './pages.mjs';

const AGENCY = 'brezovitsa';
const ASKS = 'owner1';
const APPROVES = 'hq1';
const CLIENT = 'c03';
const PURPOSE = 'she moves to a manager of her own <b>';
const PASSWORD = 'taken-out-Rauhanen-55';

const ask = async (world, url) => (await world.api('GET', url, undefined, AGENCY)).body;

async function at(world, person, address) {
  const page = await world.pageOf(AGENCY, person);
  await page.goto(`${world.url}${address}${address.includes('?') ? '&' : '?'}lang=en`);
  await settled(page);
  return page;
}

const over = async page => {
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
};

/** A pair of keys as the person makes it who will open the file. */
function keyPair(world) {
  const file = path.join(world.home, 'takeout-key.txt');
  execFileSync('age-keygen', ['-o', file], {stdio: 'ignore'});
  return {file, recipient: /age1[a-z0-9]{58}/.exec(readFileSync(file, 'utf8'))[0]};
}

async function fill(page, recipient) {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What for').fill(PURPOSE);
  await dialog.getByLabel('Public key that the file is sealed to').fill(recipient);
  await dialog.getByRole('button', {name: 'Ask for it'}).click();
}

async function asks(world, keys) {
  const client = await ask(world, `/v1/clients/${CLIENT}`);
  const page = await at(world, ASKS, `/clients/${client.id}`);
  await page.getByRole('link', {name: 'Exports of credentials'}).click();
  await page.waitForURL(`**/takeouts?client=${client.id}`);
  await page.getByRole('button', {name: 'Export credentials'}).click();
  await settled(page);
  await page.getByText('How do I get such a key?').click();
  await page.getByText('age-keygen -o key.txt', {exact: true}).first().waitFor();
  await fill(page, keys.recipient.replace(/.$/, one => (one === 'q' ? 'p' : 'q')));
  await page.getByText('This is no such key').waitFor();
  equal((await ask(world, '/v1/takeouts?limit=200')).items.filter(one => one.client === client.id).length, 0, 'takeouts after a wrong key');
  await fill(page, keys.recipient);
  await page.waitForURL('**/takeouts/tko_*');
  await settled(page);
  await page.getByText(keys.recipient).waitFor();
  await page.getByText(PURPOSE).waitFor();
  await page.getByText('It is never shown to anybody').waitFor();
  equal(await page.getByRole('button', {name: /^(Approve|Take the file)$/}).count(), 0, 'ways to approve one’s own, or to take it unapproved');
  const place = new URL(page.url()).pathname;
  await page.goto(`${world.url}/takeouts?client=${client.id}&new=1&lang=en`);
  await settled(page);
  await fill(page, keys.recipient);
  await page.getByText('An export of this client waits already').waitFor();
  await over(page);
  return place;
}

/** Nobody who may neither ask nor approve sees it. */
async function hidden(world, place) {
  const page = await at(world, 'assistant1', place);
  await page.getByRole('alert').getByText('There is no such thing here').waitFor();
  check(!(await page.content()).includes(PURPOSE), 'an assistant reads the purpose');
  await page.goto(`${world.url}/takeouts?new=1&lang=en`);
  await settled(page);
  await page.getByText('Nobody has asked for an export').waitFor();
  await page.getByText('It is asked for by who may see secrets').waitFor();
  equal(await page.getByRole('button', {name: 'Export credentials'}).count() + await page.getByRole('dialog').count(), 0, 'ways for an assistant to ask');
  await over(page);
}

async function approves(world, place) {
  const page = await at(world, APPROVES, '/approvals');
  const card = page.locator('.waiting', {hasText: PURPOSE});
  await card.getByRole('link').first().click();
  await page.waitForURL(`**${place}`);
  await settled(page);
  await page.getByText('whether the key is theirs').waitFor();
  const {leaves} = await ask(world, `/v1${place}`);
  check(leaves.length > 0, 'nothing leaves');
  const shown = page.getByRole('table', {name: 'What leaves'});
  for (const one of leaves) await shown.getByRole('rowheader', {name: one.title, exact: true}).first().waitFor();
  equal(await shown.getByRole('rowheader').count(), leaves.length, 'credentials that leave');
  equal(await page.getByRole('button', {name: 'Take the file'}).count(), 0, 'ways for an approver to take it');
  await page.getByRole('link', {name: 'Exports of credentials'}).click();
  await settled(page);
  await page.locator('.up').getByRole('link', {name: 'Approvals'}).click();
  await settled(page);
  await card.getByRole('button', {name: /^Approve/}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Approve'}).click();
  await page.getByRole('dialog').waitFor({state: 'detached'});
  await over(page);
}

/** Whoever begins and goes away has taken nothing; a wrong code gives nothing out. */
async function hesitates(world, place) {
  const page = await at(world, ASKS, place);
  await page.getByRole('button', {name: 'Take the file'}).click();
  await page.getByRole('button', {name: 'Continue'}).click();
  await page.locator('input.code').fill('000000');
  await page.getByRole('button', {name: 'Confirm'}).click();
  await page.locator('.wrong').waitFor();
  await page.keyboard.press('Escape');
  equal((await ask(world, `/v1${place}`)).state, 'approved', 'the takeout');
  await over(page);
}

async function takes(world, place, keys) {
  const page = await at(world, ASKS, place);
  await page.getByRole('button', {name: 'Take the file'}).click();
  await page.getByText('From then on you count as somebody who knows').waitFor();
  await page.getByRole('button', {name: 'Continue'}).click();
  const saving = page.waitForEvent('download');
  await page.locator('input.code').waitFor();
  await world.typeCode(page, world.secretOf(AGENCY, ASKS), {submit: 'Confirm', done: page.getByText('The file is here')});
  const saved = await saving;
  equal(saved.suggestedFilename(), `${place.split('/').at(-1)}.json.age`, 'the name of the file');
  const sealed = path.join(world.home, 'taken.age');
  await saved.saveAs(sealed);
  check(!readFileSync(sealed, 'latin1').includes(PASSWORD), 'the file is not sealed');
  const opened = JSON.parse(execFileSync('age', ['-d', '-i', keys.file, sealed], {encoding: 'utf8'}));
  check(opened.items.some(item => item.login?.password === PASSWORD), 'the file has not what should leave');
  check(!JSON.stringify(opened).includes('otpauth'), 'a seed left');
  const kept = page.waitForEvent('download');
  await page.getByRole('button', {name: 'Save it again'}).click();
  check((await kept).suggestedFilename().endsWith('.age'), 'it is not saved again');
  await page.getByRole('dialog').getByRole('button', {name: 'Close', exact: true}).last().click();
  await settled(page);
  await page.getByText(createHash('sha256').update(readFileSync(sealed)).digest('hex')).waitFor();
  equal(await page.getByRole('button', {name: 'Take the file'}).count(), 0, 'ways to take it twice');
  await over(page);
}

/** On the ledger, and on the pages that tell of it. */
async function isKnown(world) {
  const client = await ask(world, `/v1/clients/${CLIENT}`);
  const page = await at(world, APPROVES, `/clients/${client.id}?show=access`);
  await page.getByText('taken out in a file').first().waitFor();
  const told = (await ask(world, '/v1/events?action=credential.bulk_exported&limit=1')).items[0];
  equal(told.purpose, PURPOSE, 'the purpose in the log');
  await page.goto(`${world.url}/events/${told.id}?lang=en`);
  await settled(page);
  await page.getByRole('link', {name: /tko_|export/i}).first().waitFor();
  await over(page);
}

/** The bytes that come are not those that the log has. */
async function broken(world, keys) {
  const client = (await ask(world, '/v1/clients/c04')).id;
  const first = await at(world, ASKS, `/takeouts?client=${client}&new=1`);
  await fill(first, keys.recipient);
  await first.waitForURL('**/takeouts/tko_*');
  const place = new URL(first.url()).pathname;
  await over(first);
  const other = await at(world, APPROVES, place);
  await other.getByRole('button', {name: 'Approve'}).click();
  await other.getByRole('dialog').getByRole('button', {name: 'Approve'}).click();
  await other.getByText('Only whoever asked can take the file').waitFor();
  await over(other);
  const page = await at(world, ASKS, place);
  await page.route('**/v1/takeouts/*/file', async route => {
    const answer = await route.fetch();
    await route.fulfill({response: answer, body: (await answer.body()).subarray(1)});
  });
  await page.getByRole('button', {name: 'Take the file'}).click();
  await page.getByRole('button', {name: 'Continue'}).click();
  await page.locator('input.code').waitFor();
  await world.typeCode(page, world.secretOf(AGENCY, ASKS), {submit: 'Confirm', done: page.getByText('The file did not arrive whole')});
  equal(await page.getByText('The file is here').count(), 0, 'words that it is here');
  await over(page);
}

/** A login that leaves; of the demo's credentials the codes stay. */
async function planted(world) {
  const client = (await ask(world, `/v1/clients/${CLIENT}`)).id;
  const body = {client, kind: 'login', label: {title: 'Leaving shop', username: 'c03'}, secret: {password: PASSWORD}, modes_max: ['reveal']};
  equal((await world.api('POST', '/v1/credentials', body, AGENCY)).status, 201, 'a credential');
}

export async function takeout(world) {
  const keys = keyPair(world);
  await planted(world);
  let place;
  await claim('an export is asked for on a page that says how to make a key, takes no wrong one, and no second beside it', async () => { place = await asks(world, keys); });
  await claim('who may neither ask nor approve sees no export, and no way to ask', () => hidden(world, place));
  await claim('another one looks at what leaves and to whose key, and approves it in the inbox', () => approves(world, place));
  await claim('nothing is given out without the right code', () => hesitates(world, place));
  await claim('the file is taken once, is what the log says, and age opens it with the key', () => takes(world, place, keys));
  await claim('whoever took it is told to know them, and the log leads to it', () => isKnown(world));
  await claim('a file that does not arrive as it left is not taken for one', () => broken(world, keys));
}
