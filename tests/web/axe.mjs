// SPDX-License-Identifier: Apache-2.0
// Every page, light and dark: nothing that axe finds against WCAG 2.2 AA, nothing wider than a phone, no fault. Each in one language, another
// one from page to page; with --whole in all six, which takes ten minutes.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {check, claim} from './claims.mjs';
import {addressOf, PAGES, settled, spoken} from './pages.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const LANGUAGES = ['en', 'bg', 'sv', 'ru', 'hu', 'fi'];
const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
// Not of the standard, but it spares who listens: no two landmarks are called the same.
const RULES = [...STANDARD, 'best-practice'];

/** What axe finds, in words. They are made in the page: all that it has to say would be many times the page itself. */
async function violations(page, only, where) {
  return page.evaluate(async ([where, run]) => {
    const found = await globalThis.axe.run(where, run);
    return found.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 160)} (${node.any[0]?.message ?? one.help})`));
  }, [where, {...only, resultTypes: ['violations']}]);
}

/** Light with all rules; of dark only the colours are another matter. Checks all of the page, or what a selector finds. */
export async function lookAt(page, language, where = 'html') {
  check(await page.evaluate(() => document.documentElement.lang) === language, `the page does not speak ${language}`);
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  await page.emulateMedia({colorScheme: 'light'});
  const light = await violations(page, {runOnly: RULES}, where);
  await page.emulateMedia({colorScheme: 'dark'});
  const dark = await violations(page, {runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}}, where);
  const found = [...light, ...dark.map(text => `dark: ${text}`)];
  check(found.length === 0, `${language}: ${found.slice(0, 5).join('\n')}`);
}

async function checkPage(world, page, address, language) {
  await page.goto(spoken(world, address, language));
  await settled(page);
  await lookAt(page, language);
}

async function checkPhone(world, page, address) {
  await page.setViewportSize({width: 360, height: 800});
  await page.goto(world.url + address);
  await settled(page);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(over <= 0, `the page is ${over} px wider than a phone of 360 px`);
}

async function walk(world, one, languages) {
  const page = one.as ? await world.pageOf(...one.as) : await world.page();
  const address = await addressOf(world, one);
  for (const language of languages) await checkPage(world, page, address, language);
  await checkPhone(world, page, address);
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
}

// What is left of 1280 px at 125, 150, 200 and 400 % of zoom, and both sides of where the layout changes.
const WIDTHS = [320, 411, 640, 641, 768, 769, 853, 1024];
const LOOKED_AT = [320, 769]; // in each of the two layouts the narrowest; with --whole all of them
const ZOOMED = ['handovers', 'handover: active', 'handover: requested', 'takeouts', 'takeout: requested'];

async function zoomed(world, one, whole) {
  const page = await world.pageOf(...one.as);
  await page.goto(spoken(world, await addressOf(world, one), 'hu'));
  for (const width of WIDTHS) {
    await page.setViewportSize({width, height: 800});
    await settled(page);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(over <= 0, `the page is ${over} px wider than ${width} px`);
    if (whole || LOOKED_AT.includes(width)) await lookAt(page, 'hu');
  }
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
}

/** All languages, or the one in which what stands at this place of a list is looked at where all would take too long. */
export const spokenAt = (at, whole) => LANGUAGES.filter((_, number) => whole || number === at % LANGUAGES.length);

export async function axe(world, whole) {
  for (const [at, one] of PAGES.entries()) {
    const languages = spokenAt(at, whole);
    await claim(`${one.name}: nothing against WCAG 2.2 AA, light and dark, in ${languages.join(' ')}; it fits a phone; no fault of script or policy`, () => walk(world, one, languages));
  }
  for (const one of PAGES.filter(({name}) => ZOOMED.includes(name))) await claim(`${one.name}: nothing against WCAG 2.2 AA and no sideways scrolling at any zoom`, () => zoomed(world, one, whole));
}
