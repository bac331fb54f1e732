// SPDX-License-Identifier: Apache-2.0
// Every dialog, opened as a person opens it, light and dark: nothing that axe finds against WCAG 2.2 AA. Each in one language, another one
// from place to place; with --whole in all six, which takes minutes.
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {lookAt, spokenAt} from './axe.mjs';
import {check, claim} from './claims.mjs';
import {settled, spoken} from './pages.mjs';
import {asPerson, handoverIn, takeoutIn} from './staged.mjs';
import {ROOT} from './world.mjs';

const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** The texts of the pages in a language: T('app.save'). */
export function wordsOf(language) {
  const folder = path.join(ROOT, 'web/src/text', language);
  const all = Object.assign({}, ...readdirSync(folder).filter(name => name.endsWith('.json')).map(name => JSON.parse(readFileSync(path.join(folder, name), 'utf8'))));
  return key => {
    check(all[key], `there is no text ${key}`);
    return all[key];
  };
}

/** Presses the first button of the page that is called this, or begins with it. */
const press = (key, rest = '') => (page, T) => page.getByRole('main').getByRole('button', {name: T(key).split('{')[0] + rest}).first().click();
const onward = key => (page, T) => page.getByRole('dialog').getByRole('button', {name: T(key), exact: true}).first().click();
const type = text => async page => {
  for (const field of await page.getByRole('dialog').locator('input[type=text], input:not([type]), textarea').all()) await field.fill(text);
};
const shows = selector => page => page.getByRole('dialog').locator(selector).first().waitFor();

const item = async (world, agency, url) => (await world.api('GET', url, undefined, agency)).body.items[0].id;
const person = async (world, agency, ref) => (await world.api('GET', `/v1/people/${ref}`, undefined, agency)).body.id;

/** Grants of the owner's own, to use: a code, and a password to be shown. */
async function ownGrants(world) {
  const made = async (url, body) => {
    const {status, body: answer} = await world.api('POST', url, body, 'koivu');
    check(status === 201, `${url}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const client = await item(world, 'koivu', '/v1/clients?limit=1');
  const seed = await made('/v1/credentials', {client, kind: 'totp', label: {title: 'Walked codes'}, secret: {totp: SEED}, modes_max: ['code']});
  const login = await made('/v1/credentials', {client, kind: 'login', label: {title: 'Walked shop', username: 'w'}, secret: {password: 'walked-Rauhanen-77'}, modes_max: ['reveal']});
  await made('/v1/grants', {credential: seed.id, to: 'owner1', modes: ['code']});
  await made('/v1/grants', {credential: login.id, to: 'owner1', modes: ['reveal']});
  return '/vault?show=mine';
}

async function leaving(world) {
  const {status, body} = await world.api('POST', '/v1/people/assistant12/departure', {last_day: '2027-03-01'}, 'koivu');
  check(status < 300 || status === 409, JSON.stringify(body));
  return `/people/${await person(world, 'koivu', 'assistant12')}/departure`;
}

/** An authenticator that works, and that nobody has vouched for yet. */
async function unproven(world) {
  const {status, body} = await world.api('POST', '/v1/people/assistant9/factors', {type: 'totp', label: 'Walked'}, 'koivu');
  check(status === 201, JSON.stringify(body));
  const confirmed = await world.api('POST', `/v1/factors/${body.id}/confirm`, {code: world.codeOf(body.secret, Math.floor(Date.now() / 30000))}, 'koivu');
  check(confirmed.status < 300, JSON.stringify(confirmed.body));
  world.keepSecret('koivu', 'assistant9', body.secret);
  return '/me';
}

/** A secret that somebody knows who may not use it: they typed it in. */
async function owed(world) {
  const body = {client: await item(world, 'koivu', '/v1/clients?limit=1'), kind: 'login', label: {title: 'Typed in'}, secret: {password: 'walked-Rauhanen-78'}, modes_max: ['reveal']};
  return `/credentials/${(await asPerson(world, 'owner1', 'POST', '/v1/credentials', body, 'koivu')).id}`;
}

const KOIVU = ['koivu', 'owner1'];
const TISZA = ['tiszapart', 'owner1'];
const BREZO = ['brezovitsa', 'hq1'];

/** Where the dialogs are, and by which steps one gets to each. */
const PLACES = [
  {as: KOIVU, address: '/me', dialogs: {
    'the keys': [page => page.keyboard.press('?')],
    'a new authenticator': [press('me.totp.add')],
    'its picture and its code': [press('me.totp.add'), onward('signin.continue'), shows('.qr')],
    'a new address': [press('me.email.add')],
    'recovery codes': [press('me.recovery.make')],
    'the end of a factor': [press('me.factor.remove')],
    'the name of a device': [press('me.device.rename')],
    'a lost device': [press('me.device.lost')],
  }},
  {as: TISZA, address: '/security?class=export', dialogs: {
    'an export': [press('security.export')],
    'an export’s step-up': [press('security.export'), type('monthly review'), onward('security.export.do'), shows('input.code')],
    'a saved view': [press('security.view.save')],
  }},
  {as: TISZA, address: '/security', dialogs: {'the answer to an alert': [press('security.alert.settle_of')]}},
  {as: TISZA, address: async world => `/devices/${await item(world, 'tiszapart', '/v1/people/manager3/devices?limit=1')}`, dialogs: {'a lost device of another': [press('me.device.lost')]}},
  {as: KOIVU, address: async world => `/credentials/${await item(world, 'koivu', '/v1/credentials?limit=1')}`, dialogs: {
    'a new version': [press('vault.version.new')],
    'a change of a credential': [press('vault.edit')],
  }},
  {as: KOIVU, address: async world => `/clients/${await item(world, 'koivu', '/v1/clients?limit=1')}`, dialogs: {
    'a freeze': [press('vault.freeze')],
    'the end of a grant': [press('people.revoke')],
  }},
  {as: KOIVU, address: ownGrants, dialogs: {
    'a code’s purpose': [press('vault.use.code', ': Walked codes')],
    'a code with its ring': [press('vault.use.code', ': Walked codes'), type('walk'), page => page.getByRole('dialog').locator('button[type=submit]').click(), shows('.digits')],
    'a secret’s purpose': [press('vault.use.reveal', ': Walked shop')],
    'a secret’s step-up': [press('vault.use.reveal', ': Walked shop'), type('walk'), page => page.getByRole('dialog').locator('button[type=submit]').click(), shows('input.code')],
  }},
  {as: KOIVU, address: async world => `/people/${await person(world, 'koivu', 'assistant8')}`, dialogs: {
    'a code to hand over': [press('people.hand')],
    'the code that is handed over': [press('people.hand'), onward('people.hand.make'), shows('.handed')],
  }},
  {as: TISZA, address: async world => `/people/${await person(world, 'tiszapart', 'manager2')}`, dialogs: {
    'a code for one sign-in': [press('people.helpdesk')],
    'the code for one sign-in': [press('people.helpdesk'), onward('people.hand.make'), shows('.handed')],
    'a reset of all factors': [press('people.reset')],
  }},
  {as: KOIVU, address: async world => `/people/${await person(world, 'koivu', 'assistant5')}/departure`, dialogs: {'a departure': [press('people.departure.go')]}},
  {as: KOIVU, address: leaving, dialogs: {'what is done about a departure': [page => page.locator('main .actions .button').last().click()]}},
  {as: BREZO, address: '/handovers?new=1', dialogs: {
    'a new handover': [],
    'its choice of a person': [page => page.getByRole('combobox').first().click(), shows('[role=option]')],
  }},
  {as: BREZO, address: async world => `/handovers/${await handoverIn(world, 'requested')}`, dialogs: {
    'a handover’s approval': [press('handovers.do.approve')],
    'a handover’s refusal': [press('handovers.do.refuse')],
    'a handover taken back': [press('handovers.do.cancel')],
  }},
  {as: BREZO, address: async world => `/handovers/${await handoverIn(world, 'active')}`, dialogs: {'an early return': [press('handovers.do.return')]}},
  {as: ['brezovitsa', 'account_manager1'], address: async world => `/handovers/${await handoverIn(world, 'approved')}`, dialogs: {'a longer stand-in': [press('handovers.longer')]}},
  {as: ['brezovitsa', 'owner1'], address: '/takeouts?new=1', dialogs: {
    'a new takeout': [],
    'how its key is made': [page => page.locator('dialog summary').click()],
  }},
  {as: ['brezovitsa', 'owner1'], address: async world => `/takeouts/${await takeoutIn(world, 'approved')}`, dialogs: {
    'what taking a file means': [press('takeouts.take')],
    'a takeout’s step-up': [press('takeouts.take'), onward('vault.reveal.continue'), shows('input.code')],
  }},
  {as: BREZO, address: async world => `/takeouts/${await takeoutIn(world, 'requested')}`, dialogs: {
    'a takeout’s approval': [press('approvals.yes')],
    'a takeout’s refusal': [press('approvals.no')],
  }},
  {as: BREZO, address: '/approvals', dialogs: {'an approval': [page => page.locator('.waiting .button').first().click()]}},
  {as: ['koivu', 'assistant9'], address: unproven, dialogs: {'the code that vouches for a factor': [press('me.prove')]}},
  {as: KOIVU, address: owed, dialogs: {'what is done about a secret that is due': [press('vault.rotation.note')]}},
  {as: KOIVU, address: '/rules', dialogs: {
    'a new role': [press('rules.new_role')],
    'what changes of a role': [page => page.locator('main table input[type=checkbox]:enabled').first().click(), press('rules.review')],
  }},
  {as: KOIVU, address: '/rules/actions', dialogs: {'a new action': [press('rules.new_action')]}},
  {as: KOIVU, address: '/rules/retention', dialogs: {'a retention': [press('rules.change')]}},
  {as: KOIVU, address: '/rules/applications', dialogs: {
    'a new application': [press('rules.new_application')],
    'its token, shown once': [press('rules.new_application'), type('walked'), page => page.getByRole('dialog').locator('fieldset input').first().check(), onward('rules.new_application'), shows('.once')],
    'the bounds of an application': [press('rules.bound')],
    'the end of an application': [press('rules.revoke')],
  }},
];

async function walk(world, place, language) {
  const page = await world.pageOf(...place.as);
  const T = wordsOf(language);
  for (const [name, steps] of Object.entries(place.dialogs)) {
    try {
      await page.goto(spoken(world, place.at, language));
      await settled(page);
      for (const step of steps) await step(page, T);
      await page.getByRole('dialog').waitFor();
      await settled(page);
      await lookAt(page, language, 'dialog');
    } catch (error) {
      throw new Error(`${name}: ${error.message}`);
    }
  }
  check(page.faults.length === 0, page.faults.join('\n'));
  await page.context().close();
}

async function walkAll(world, place, languages) {
  place.at = typeof place.address === 'string' ? place.address : await place.address(world);
  for (const language of languages) await walk(world, place, language);
}

export async function dialogs(world, whole) {
  for (const [at, place] of PLACES.entries()) {
    const languages = spokenAt(at, whole);
    await claim(`${Object.keys(place.dialogs).join(', ')}: nothing against WCAG 2.2 AA, light and dark, in ${languages.join(' ')}`, () => walkAll(world, place, languages));
  }
}
