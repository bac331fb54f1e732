// SPDX-License-Identifier: Apache-2.0
// A picture of every page, light and dark, at 1280 and 360 px, in English and Bulgarian: node shots.mjs PROGRAMS FOLDER [NAME]…
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {addressOf, PAGES, settled, spoken} from '../web/pages.mjs';
import {World} from '../web/world.mjs';

const TALLEST = 2400; // a long list looks the same further down

async function take(page, file, width) {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.screenshot({path: file, fullPage: true, clip: {x: 0, y: 0, width, height: Math.min(height, TALLEST)}});
}

const [programs, folder, ...wanted] = process.argv.slice(2);
mkdirSync(folder, {recursive: true});
const world = await World.open(path.resolve(programs), ['tiszapart', 'koivu', 'brezovitsa'], true);
try {
  for (const one of PAGES.filter(page => !wanted.length || wanted.includes(page.name))) {
    const page = one.as ? await world.pageOf(...one.as) : await world.page();
    const address = await addressOf(world, one);
    for (const width of [1280, 360])
      for (const scheme of ['light', 'dark'])
        for (const language of ['en', 'bg']) {
          await page.setViewportSize({width, height: width > 500 ? 900 : 740});
          await page.emulateMedia({colorScheme: scheme});
          await page.goto(spoken(world, address, language));
          await settled(page);
          await take(page, path.join(folder, `${one.name.replaceAll(/\W+/g, '-')}-${width}-${scheme}-${language}.png`), width);
        }
    console.log(one.name);
    await page.context().close();
  }
} finally {
  await world.close();
}
