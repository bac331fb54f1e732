// SPDX-License-Identifier: Apache-2.0
// Who asks the system for less motion gets none: on no page, nor while one loads, nor in the ring that counts down. Who does not, sees it.
import {check, claim, equal} from './claims.mjs';
import {addressOf, PAGES, settled, spoken} from './pages.mjs';

const WALKED = ['sign-in', 'security', 'event', 'people', 'client', 'vault', 'approvals', 'handovers', 'rules', 'me'];
const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const STILL_S = 0.001;

/** What moves now, and what would if it changed: of every element and what is drawn before and after it. What is over before the next picture moves nothing. */
const moving = page => page.evaluate(still => {
  const longest = text => Math.max(...text.split(',').map(one => parseFloat(one) * (one.trim().endsWith('ms') ? 0.001 : 1)));
  const name = element => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`;
  const slow = [...document.querySelectorAll('*')].flatMap(element => [null, '::before', '::after'].flatMap(part => {
    const {animationDuration, animationName, transitionDuration} = getComputedStyle(element, part);
    const moves = longest(transitionDuration) > still || (animationName !== 'none' && longest(animationDuration) > still);
    return moves ? [name(element) + (part ?? '')] : [];
  }));
  const running = document.getAnimations().filter(one => one.playState === 'running' && one.effect.getTiming().duration > 1000 * still).map(one => name(one.effect.target));
  return {slow: [...new Set(slow)], running};
}, STILL_S);

async function isStill(page, where) {
  const {slow, running} = await moving(page);
  check(slow.length === 0 && running.length === 0, `${where}: would move ${slow.join(', ') || 'nothing'}; moves ${running.join(', ') || 'nothing'}`);
}

const over = async page => {
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
};

async function walked(world) {
  for (const one of PAGES.filter(({name}) => WALKED.includes(name))) {
    const page = one.as ? await world.pageOf(...one.as) : await world.page();
    await page.emulateMedia({reducedMotion: 'reduce'});
    await page.goto(spoken(world, await addressOf(world, one), 'en'));
    await settled(page);
    await isStill(page, one.name);
    await over(page);
  }
}

/** A page that waits for its answers, so that it stays the shape of what is coming. */
async function waiting(world, reducedMotion) {
  const page = await world.pageOf('koivu', 'owner1');
  await page.emulateMedia({reducedMotion});
  let go;
  const gone = new Promise(resolve => { go = resolve; });
  await page.route('**/v1/credentials*', async route => { await gone; await route.continue(); });
  await page.goto(`${world.url}/vault?show=all&lang=en`);
  await page.locator('.skeleton').first().waitFor();
  return {page, go};
}

async function skeleton(world) {
  const still = await waiting(world, 'reduce');
  await isStill(still.page, 'a page that loads');
  still.go();
  await settled(still.page);
  await over(still.page);
  const lively = await waiting(world, 'no-preference');
  const {running} = await moving(lively.page);
  check(running.length > 0, 'the skeleton does not move for anybody: the walk sees nothing');
  lively.go();
  await settled(lively.page);
  await over(lively.page);
}

async function made(world, url, body) {
  const {status, body: answer} = await world.api('POST', url, body, 'koivu');
  check(status === 201, `${url}: ${status} ${JSON.stringify(answer)}`);
  return answer;
}

async function openRing(world, reducedMotion) {
  const page = await world.pageOf('koivu', 'owner1');
  await page.emulateMedia({reducedMotion});
  await page.goto(`${world.url}/vault?show=mine&lang=en`);
  await settled(page);
  await page.getByRole('button', {name: 'Code: Ring codes'}).click();
  await page.getByLabel('What for').fill('watch it');
  await page.getByRole('button', {name: 'Get the code'}).click();
  await page.locator('.ring .rest').waitFor();
  return page;
}

/** How often the ring was seen in motion over two of its seconds. */
const seenMoving = page => page.evaluate(async () => {
  const rest = document.querySelector('.ring .rest');
  let seen = 0;
  for (const until = performance.now() + 2200; performance.now() < until; await new Promise(requestAnimationFrame))
    seen += rest.getAnimations().some(one => one.playState === 'running' && one.effect.getTiming().duration > 1) ? 1 : 0;
  return seen;
});

async function ring(world) {
  const client = (await world.api('GET', '/v1/clients?limit=1', undefined, 'koivu')).body.items[0].id;
  const seed = await made(world, '/v1/credentials', {client, kind: 'totp', label: {title: 'Ring codes'}, secret: {totp: SEED}, modes_max: ['code']});
  await made(world, '/v1/grants', {credential: seed.id, to: 'owner1', modes: ['code']});
  const still = await openRing(world, 'reduce');
  await isStill(still, 'the ring');
  equal(await seenMoving(still), 0, 'pictures with a moving ring');
  check(/^\d+$/.test(await still.locator('.ring text').textContent()), 'the ring says no seconds');
  await over(still);
  const lively = await openRing(world, 'no-preference');
  check((await seenMoving(lively)) > 0, 'the ring does not move for anybody');
  await over(lively);
}

export async function motion(world) {
  await claim('who asks for less motion sees none on any main page', () => walked(world));
  await claim('what is coming is shown without motion to who asks for less, and with it to others', () => skeleton(world));
  await claim('the ring counts down in steps for who asks for less motion, and smoothly for others', () => ring(world));
}
