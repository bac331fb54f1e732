// SPDX-License-Identifier: Apache-2.0
// Wall-clock times of a zone that is not the reader's: what <input type=datetime-local> holds, there and back.

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
    });
    formats.set(zone, format);
  }
  return format;
}

/** An instant as 2026-11-22T09:30 of a zone. */
export const toWall = (instant: Date, zone: string): string => formatOf(zone).format(instant).replace(' ', 'T');

/** The first instant at which a zone's clocks show a time; one that is skipped in spring is as much later as the clocks go
 * forward. Undefined when the text is none. */
export function fromWall(wall: string, zone: string): Date | undefined {
  const asUtc = Date.parse(`${wall}Z`);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(wall) || Number.isNaN(asUtc)) return undefined;
  const offsetAt = (instant: number) => Date.parse(`${toWall(new Date(instant), zone)}Z`) - Math.floor(instant / 60_000) * 60_000;
  // The offset a day before and a day after: around a change both are tried, the greater first, since it is the earlier.
  const offsets = [offsetAt(asUtc - 86_400_000), offsetAt(asUtc + 86_400_000)].sort((a, b) => b - a);
  const found = offsets.map(offset => asUtc - offset).find(instant => toWall(new Date(instant), zone) === wall);
  return new Date(found ?? asUtc - Math.min(...offsets));
}
