// SPDX-License-Identifier: Apache-2.0
// Every page that there is, as who sees most of it: for axe, for the pictures, and for who walks them all.

/** `open` takes the world and an api of the agency, and gives the address; `wait` is a text that stands there when all is loaded. */
export const PAGES = [
  {name: 'sign-in', address: '/signin'},
  {name: 'security', as: ['tiszapart', 'owner1'], address: '/security'},
  {name: 'event', as: ['tiszapart', 'owner1'], address: async world => `/events/${(await world.api('GET', '/v1/events?action=export.completed&limit=1', undefined, 'tiszapart')).body.items[0].id}`},
  {name: 'people', as: ['tiszapart', 'owner1'], address: '/people'},
  {name: 'person', as: ['koivu', 'owner1'], address: async world => `/people/${(await world.api('GET', '/v1/people/assistant2', undefined, 'koivu')).body.id}`},
  {name: 'departure', as: ['koivu', 'owner1'], address: async world => `/people/${(await world.api('GET', '/v1/people/assistant3', undefined, 'koivu')).body.id}/departure`},
  {name: 'clients', as: ['koivu', 'owner1'], address: '/clients'},
  {name: 'client', as: ['koivu', 'owner1'], address: async world => `/clients/${(await world.api('GET', '/v1/clients?limit=1', undefined, 'koivu')).body.items[0].id}`},
  {name: 'vault', as: ['koivu', 'owner1'], address: '/vault'},
  {name: 'credential', as: ['koivu', 'owner1'], address: async world => `/credentials/${(await world.api('GET', '/v1/credentials?limit=1', undefined, 'koivu')).body.items[0].id}`},
  {name: 'approvals', as: ['koivu', 'owner1'], address: '/approvals'},
  {name: 'handovers', as: ['koivu', 'owner1'], address: '/handovers'},
  {name: 'rules', as: ['koivu', 'owner1'], address: '/rules'},
  ...['policies', 'applications', 'vault', 'calendars', 'actions', 'retention'].map(part => ({name: `rules: ${part}`, as: ['koivu', 'owner1'], address: `/rules/${part}`})),
  {name: 'me', as: ['koivu', 'owner1'], address: '/me'},
  {name: 'missing', as: ['koivu', 'owner1'], address: '/security/nothing'},
];

export const addressOf = (world, page) => (typeof page.address === 'string' ? page.address : page.address(world));

const QUIET_MS = 150;

/** Loaded: nothing under way but the stream that follows the log, and no skeleton, for a moment. */
export async function settled(page) {
  let quiet = 0;
  for (const until = Date.now() + 45000; quiet < 3; await page.waitForTimeout(QUIET_MS / 3)) {
    if (Date.now() > until) throw new Error(`still under way: ${[...page.underWay].map(request => request.url()).join(', ') || 'a skeleton'}`);
    quiet = page.underWay.size === 0 && (await page.locator('.skeleton').count()) === 0 ? quiet + 1 : 0;
  }
}
