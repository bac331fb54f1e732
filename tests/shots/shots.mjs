// SPDX-License-Identifier: Apache-2.0
// A picture of every page, light and dark, at 1280 and 360 px, in English and Bulgarian: node shots.mjs PROGRAMS FOLDER [NAME]…
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {addressOf, PAGES, settled} from '../web/pages.mjs';
import {World} from '../web/world.mjs';

const [programs, folder, ...wanted] = process.argv.slice(2);
mkdirSync(folder, {recursive: true});
const world = await World.open(path.resolve(programs), ['tiszapart', 'koivu']);
try {
  for (const one of PAGES.filter(page => !wanted.length || wanted.includes(page.name))) {
    const page = one.as ? await world.pageOf(...one.as) : await world.page();
    const address = await addressOf(world, one);
    for (const width of [1280, 360])
      for (const scheme of ['light', 'dark'])
        for (const language of ['en', 'bg']) {
          await page.setViewportSize({width, height: width > 500 ? 900 : 740});
          await page.emulateMedia({colorScheme: scheme});
          await page.goto(`${world.url}${address}?lang=${language}`);
          await settled(page);
          await page.screenshot({path: path.join(folder, `${one.name}-${width}-${scheme}-${language}.png`), fullPage: true});
        }
    console.log(one.name);
    await page.context().close();
  }
} finally {
  await world.close();
}
