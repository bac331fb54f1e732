// SPDX-License-Identifier: Apache-2.0
// Whether somebody is there. What a page asks by itself while nobody is must not keep the session open: it ends when it is left alone.

const AWAY_MS = 60_000;

let seen = Date.now();

/** Once, at the start: each touch of key, mouse or screen counts. */
export function watchAttendance(): void {
  for (const kind of ['keydown', 'pointerdown', 'pointermove', 'wheel'])
    document.addEventListener(kind, () => { seen = Date.now(); }, {capture: true, passive: true});
}

export const isAttended = (now = Date.now()): boolean => now - seen < AWAY_MS;
