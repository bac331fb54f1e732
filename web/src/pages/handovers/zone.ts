// SPDX-License-Identifier: Apache-2.0
// Times of a day in a zone that need not be the reader's: what <input type=datetime-local> holds, and the instant it means.

/** "2026-10-13T08:28" on the clocks of a zone, at an instant. */
export function inZone(instant: Date, zone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  });
  return format.format(instant).replace(' ', 'T');
}

const asUtc = (local: string): number => (/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(local) ? Date.parse(`${local}:00Z`) : NaN);

/** The instant at which the clocks of a zone show this. Where they show it twice it is the first time; an hour that they
 * leave out counts as the one behind it. Invalid when the text is no time. */
export function fromZone(local: string, zone: string): Date {
  const wanted = asUtc(local.slice(0, 16));
  if (Number.isNaN(wanted)) return new Date(NaN);
  const offsetAt = (ms: number) => asUtc(inZone(new Date(ms), zone)) - ms;
  const DAY = 24 * 60 * 60 * 1000;
  const before = wanted - offsetAt(wanted - DAY);
  const after = wanted - offsetAt(wanted + DAY);
  const shows = (ms: number) => asUtc(inZone(new Date(ms), zone)) === wanted;
  return new Date([before, after].find(shows) ?? before);
}
