// SPDX-License-Identifier: Apache-2.0
// Names for the ids that are filtered by: from the rows on screen, else asked for.
import {useEffect, useState} from 'preact/hooks';
import {get, path} from '../../base/api';
import {actorId, type LogEvent} from './event';
import type {Filters} from './filters';

type Names = Record<string, string>;

/** Every id of a row that one can filter by, with its name. */
function namesOf(event: LogEvent): [string | undefined, string | undefined][] {
  const {actor, in_place_of: absent, client, object, device} = event;
  return [
    [actorId(actor), actor.name ?? actor.ref],
    [absent?.person, absent?.name ?? absent?.ref],
    [client?.id, client?.name ?? client?.ref],
    [object?.id, object?.label],
    [device?.id, device?.browser && [device.browser, device.system].filter(Boolean).join(' · ')],
  ];
}

const isNameless = (id: string): boolean => /^(per|cli)_[0-9a-z]{26}$/.test(id);

async function ask(id: string): Promise<Names> {
  const url = id.startsWith('per_') ? path`/v1/people/${id}` : path`/v1/clients/${id}`;
  const found = await get<{name?: string}>(url).catch(() => ({name: undefined}));
  return {[id]: found.name ?? id};
}

/** `rows` are looked through for the few ids that are filtered by; what they don't name is asked for once. */
export function useNames(filters: Filters, rows: readonly LogEvent[] | undefined): (id: string) => string {
  const [names, setNames] = useState<Names>({});
  const wanted = filters.conditions.map(one => one.value).filter(value => !(value in names));
  useEffect(() => {
    if (!rows || !wanted.length) return;
    const seen = rows.flatMap(namesOf).filter(([id, name]) => id && name && wanted.includes(id));
    const found: Names = Object.fromEntries(seen as [string, string][]);
    const missing = wanted.filter(value => isNameless(value) && !(value in found));
    if (seen.length) setNames(before => ({...before, ...found}));
    for (const id of missing) void ask(id).then(name => setNames(before => ({...before, ...name})));
  }, [rows, wanted.join(' ')]);
  return id => names[id] ?? id;
}
