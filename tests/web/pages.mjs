// SPDX-License-Identifier: Apache-2.0
// Every page that there is, as who sees most of it: for axe, for the pictures, and for who walks them all.

import {HANDOVER_STATES, handoverIn, resetOf, TAKEOUT_STATES, takeoutIn} from './staged.mjs';

/** A link that nobody has used, as a client opens it. */
async function depositOf(world) {
  const client = (await world.api('GET', '/v1/clients?limit=1', undefined, 'koivu')).body.items[0].id;
  const link = (await world.api('POST', '/v1/deposits', {client, ask: 'Web shop', fields: ['username', 'password']}, 'koivu')).body;
  return `/d/${link.url.split('/d/')[1]}`;
}

/** `as` is who signs in, nobody without it; `address` is one, or a function that asks the world for it. */
export const PAGES = [
  {name: 'sign-in', address: '/signin'},
  {name: 'security', as: ['tiszapart', 'owner1'], address: '/security'},
  {name: 'event', as: ['tiszapart', 'owner1'], address: async world => `/events/${(await world.api('GET', '/v1/events?action=export.completed&limit=1', undefined, 'tiszapart')).body.items[0].id}`},
  {name: 'people', as: ['tiszapart', 'owner1'], address: '/people'},
  {name: 'person', as: ['koivu', 'owner1'], address: async world => `/people/${(await world.api('GET', '/v1/people/assistant2', undefined, 'koivu')).body.id}`},
  {name: 'person: reset', as: ['tiszapart', 'owner1'], address: async world => `/people/${await resetOf(world, 'tiszapart', 'manager1')}`},
  {name: 'departure', as: ['koivu', 'owner1'], address: async world => `/people/${(await world.api('GET', '/v1/people/assistant3', undefined, 'koivu')).body.id}/departure`},
  {name: 'clients', as: ['koivu', 'owner1'], address: '/clients'},
  {name: 'client', as: ['koivu', 'owner1'], address: async world => `/clients/${(await world.api('GET', '/v1/clients?limit=1', undefined, 'koivu')).body.items[0].id}`},
  {name: 'vault', as: ['koivu', 'owner1'], address: '/vault'},
  {name: 'credential', as: ['koivu', 'owner1'], address: async world => `/credentials/${(await world.api('GET', '/v1/credentials?limit=1', undefined, 'koivu')).body.items[0].id}`},
  {name: 'new credential', as: ['koivu', 'owner1'], address: '/vault?show=new'},
  {name: 'give a grant', as: ['koivu', 'owner1'], address: '/vault?show=give'},
  {name: 'grants', as: ['koivu', 'owner1'], address: '/vault?show=grants'},
  {name: 'grant', as: ['koivu', 'owner1'], address: async world => `/grants/${(await world.api('GET', '/v1/grants?limit=1', undefined, 'koivu')).body.items[0].id}`},
  {name: 'device', as: ['tiszapart', 'owner1'], address: async world => `/devices/${(await world.api('GET', '/v1/people/manager3/devices?limit=1', undefined, 'tiszapart')).body.items[0].id}`},
  {name: 'deposit', address: async world => depositOf(world)},
  {name: 'approvals', as: ['koivu', 'owner1'], address: '/approvals'},
  {name: 'handovers', as: ['koivu', 'owner1'], address: '/handovers'},
  ...HANDOVER_STATES.map(state => ({name: `handover: ${state}`, as: ['brezovitsa', 'hq1'], address: async world => `/handovers/${await handoverIn(world, state)}`})),
  {name: 'handover: briefing', as: ['brezovitsa', 'assistant11'], address: async world => `/handovers/${await handoverIn(world, 'active')}`},
  ...TAKEOUT_STATES.map(state => ({name: `takeout: ${state}`, as: ['brezovitsa', 'hq1'], address: async world => `/takeouts/${await takeoutIn(world, state)}`})),
  {name: 'takeouts', as: ['brezovitsa', 'owner1'], address: '/takeouts'},
  {name: 'rules', as: ['koivu', 'owner1'], address: '/rules'},
  ...['policies', 'applications', 'vault', 'calendars', 'actions', 'retention'].map(part => ({name: `rules: ${part}`, as: ['koivu', 'owner1'], address: `/rules/${part}`})),
  {name: 'me', as: ['koivu', 'owner1'], address: '/me'},
  {name: 'me: reset', as: ['tiszapart', 'manager1'], address: async world => { await resetOf(world, 'tiszapart', 'manager1'); return '/me'; }},
  {name: 'missing', as: ['koivu', 'owner1'], address: '/security/nothing'},
];

export const addressOf = (world, page) => (typeof page.address === 'string' ? page.address : page.address(world));

/** The same address with a language asked for, before what stands behind its #. */
export function spoken(world, address, language) {
  const url = new URL(address, world.url);
  url.searchParams.set('lang', language);
  return url.href;
}

/** Chooses in a picker as somebody does who knows the name: types it, and presses what is found. */
export async function pick(page, label, name) {
  const field = page.getByRole('combobox', {name: label, exact: true});
  await field.fill(name);
  await page.getByRole('listbox', {name: label, exact: true}).getByRole('option', {name}).first().click();
}

const QUIET_MS = 150;

/** Loaded: nothing under way but the stream that follows the log, and no skeleton, for a moment. */
export async function settled(page) {
  let quiet = 0;
  for (const until = Date.now() + 45000; quiet < 3; await page.waitForTimeout(QUIET_MS / 3)) {
    if (Date.now() > until) throw new Error(`still under way: ${[...page.underWay].map(request => request.url()).join(', ') || 'a skeleton'}`);
    quiet = page.underWay.size === 0 && (await page.locator('.skeleton').count()) === 0 ? quiet + 1 : 0;
  }
}
