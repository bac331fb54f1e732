// SPDX-License-Identifier: Apache-2.0
// The two pictures of README.md: node readme.mjs PROGRAMS FOLDER
import path from 'node:path';
import {settled} from '../web/pages.mjs';
import {World} from '../web/world.mjs';

const [programs, folder] = process.argv.slice(2);
const world = await World.open(path.resolve(programs), ['tiszapart'], true);
try {
  const page = await world.pageOf('tiszapart', 'owner1');
  await page.setViewportSize({width: 1280, height: 1180});
  await page.goto(`${world.url}/security?lang=en`);
  await settled(page);
  await page.screenshot({path: path.join(folder, 'security.png')});
  const found = (await world.api('GET', '/v1/events?action=export.completed&limit=1', undefined, 'tiszapart')).body.items[0];
  await page.goto(`${world.url}/events/${found.id}?lang=en`);
  await settled(page);
  await page.getByRole('button', {name: 'Verify now'}).click();
  await page.getByText('Verified in this browser').waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({path: path.join(folder, 'event.png')});
} finally {
  await world.close();
}
