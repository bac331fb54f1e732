// SPDX-License-Identifier: Apache-2.0
// One entry of the log, verified by the browser itself; and what is not what it was, refused.
import {check, claim} from './claims.mjs';
import {settled} from './pages.mjs';

async function open(world) {
  const page = await world.pageOf('tiszapart', 'owner1');
  const found = (await world.api('GET', '/v1/events?action=export.completed&limit=1', undefined, 'tiszapart')).body.items[0];
  return {page, found, address: `${world.url}/events/${found.id}?lang=en`};
}

async function verified(world) {
  const {page, address} = await open(world);
  await page.goto(address);
  await settled(page);
  await page.getByRole('button', {name: 'Verify now'}).click();
  await page.getByText('Verified in this browser').waitFor();
  check(await page.getByText('does not hold').count() === 0, 'a step does not hold');
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
}

/** Between the server and the browser somebody changes what the leaf, the proof, or the answer says. */
async function forged(world, url, change) {
  const {page, address} = await open(world);
  await page.route(url, async route => {
    const answer = await route.fetch();
    await route.fulfill({response: answer, body: change(await answer.text())});
  });
  await page.goto(address);
  await settled(page);
  await page.getByRole('button', {name: 'Verify now'}).click();
  await page.getByText('Not verified: do not rely on this entry').waitFor();
  check(await page.getByText('Verified in this browser').count() === 0, 'what was changed counts as verified');
  await page.context().close();
}

/** Another character where a base64 text begins in earnest. */
const otherLeaf = text => text.replace(/("leaf":"[^"]{40})(.)/, (_, before, one) => before + (one === 'A' ? 'B' : 'A'));
const otherProof = text => text.replace(/(\nindex \d+\n)(.)/, (_, before, one) => before + (one === 'A' ? 'B' : 'A'));
const otherActor = text => text.replace(/"count":\d+/, '"count":1').replace(/"outcome":"success"/, '"outcome":"denied"');

export async function event(world) {
  await claim('an entry is verified in the browser: leaf, path, signature, and what is shown', () => verified(world));
  await claim('a leaf of which one character is another is not verified', () => forged(world, '**/v1/events/*/leaf', otherLeaf));
  await claim('a proof of which one hash is another is not verified', () => forged(world, '**/v1/events/*/proof', otherProof));
  await claim('an entry that is shown as what the log does not say is not verified', () => forged(world, /\/v1\/events\/evt_\w+(\?.*)?$/, otherActor));
}
