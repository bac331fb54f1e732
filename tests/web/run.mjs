// SPDX-License-Identifier: Apache-2.0
// Drives the real server in Chromium: node tests/web/run.mjs PROGRAMS [--whole] [PART]…    PROGRAMS has munimentd with the pages in it
import path from 'node:path';
import {axe} from './axe.mjs';
import {claim, equal, sum} from './claims.mjs';
import {clipboard} from './clipboard.mjs';
import {contact} from './contact.mjs';
import {dialogs} from './dialogs.mjs';
import {deposit} from './deposit.mjs';
import {event} from './event.mjs';
import {freeze} from './freeze.mjs';
import {handover} from './handover.mjs';
import {leaving} from './leaving.mjs';
import {log} from './log.mjs';
import {me} from './me.mjs';
import {motion} from './motion.mjs';
import {picker} from './picker.mjs';
import {rescue} from './rescue.mjs';
import {signIn} from './sign_in.mjs';
import {steps} from './steps.mjs';
import {takeout} from './takeout.mjs';
import {tenants} from './tenants.mjs';
import {vaults} from './vault.mjs';
import {World} from './world.mjs';

const PARTS = {signIn, log, event, me, vaults, deposit, handover, leaving, tenants, axe, dialogs, steps, picker, clipboard, contact, freeze, rescue, takeout, motion};
const WHOLE_BROWSER = ['clipboard'];
const AGENCIES = ['tiszapart', 'koivu', 'brezovitsa'];

const [programs, ...words] = process.argv.slice(2);
const wanted = words.filter(word => !word.startsWith('--'));
const parts = Object.entries(PARTS).filter(([name]) => !wanted.length || wanted.includes(name));
const world = await World.open(path.resolve(programs), AGENCIES, parts.some(([name]) => WHOLE_BROWSER.includes(name)));
try {
  for (const [, part] of parts) await part(world, words.includes('--whole'));
} finally {
  const code = await world.close();
  await claim('the server ends by itself and without a complaint', () => equal(code, 0, 'its exit code'));
}
process.exit(sum());
