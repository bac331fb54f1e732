// SPDX-License-Identifier: Apache-2.0
// Whether what is shown of an event is what its leaf says.
import {idText, KIND_LETTERS} from './ids.ts';
import type {LeafId} from './leaf.ts';
import type {TextName} from './part.ts';
import type {Content} from './verify.ts';

/** The members of an event, as GET /v1/events/{event} answers them, that a leaf speaks of. Names of people and things are
 * today's, and what is read out of a user agent or an address is the server's: a leaf says nothing of those. */
export interface Shown {
  id: string;
  index: number;
  time: string;
  received: string;
  action: string | null;
  severity: string;
  critical: boolean;
  source: string;
  outcome: string;
  skewed?: boolean;
  reason?: string;
  actor: {person?: string; proven?: boolean; application?: string; system?: true; unknown?: true; operator?: true; roles: string[]};
  in_place_of?: {person?: string};
  client?: {id?: string};
  reporter?: {application?: string};
  object?: {type?: string | null; id?: string; label?: string};
  grant?: string;
  purpose?: string;
  task?: string;
  count?: number;
  changes?: unknown;
  detail?: unknown;
  session?: string;
  device?: {registry?: string; id?: string; ip?: string; user_agent?: string; name?: string; platform?: string; model?: string; peer?: string; truncated?: boolean};
  trace?: string;
}

/** What the codes in a leaf mean. */
export interface Words {
  action: (code: number) => string | undefined;
  reason: (code: number) => string | undefined;
}

export interface Compared {
  field: string;
  shown: string;
  said: string;
  same: boolean;
}

type Pair = readonly [field: string, shown: string | undefined, said: string | undefined];

/** Texts that the reader's key opened have to be shown, and what is shown has to stand in one. */
const TEXT_FIELDS: readonly (readonly [string, TextName, (shown: Shown) => string | undefined])[] = [
  ['device.ip', 'ip', shown => shown.device?.ip],
  ['device.user_agent', 'user_agent', shown => shown.device?.user_agent],
  ['device.id', 'device', shown => shown.device?.id],
  ['device.name', 'device_name', shown => shown.device?.name],
  ['device.platform', 'platform', shown => shown.device?.platform],
  ['device.model', 'model', shown => shown.device?.model],
  ['device.peer', 'peer', shown => shown.device?.peer],
  ['device.truncated', 'truncated', shown => (shown.device?.truncated ? '1' : undefined)],
  ['session', 'session', shown => shown.session],
  ['actor.roles', 'roles', shown => shown.actor.roles.join(' ') || undefined],
  ['trace', 'trace', shown => shown.trace],
  ['object.label', 'label', shown => shown.object?.label],
  ['purpose', 'purpose', shown => shown.purpose],
  ['task', 'task', shown => shown.task],
];

const LETTERS: Partial<Record<LeafId, string>> = {in_place_of: 'per', client: 'cli', reporter: 'app', grant: 'grt'};

const said = ({leaf}: Content, id: LeafId, letters = LETTERS[id] ?? ''): string | undefined => {
  const bytes = leaf.ids[id];
  return bytes && idText(letters, bytes);
};

/** The same JSON has the same text, however it was written. */
function canonical(text: string | undefined): string | undefined {
  if (text === undefined || !/^[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

const shownJson = (value: unknown): string | undefined =>
  value === undefined || typeof value === 'string' ? (value as string | undefined) : JSON.stringify(value);

const instant = (text: string): string => String(Date.parse(text));

function envelope(shown: Shown, content: Content, words: Words): Pair[] {
  const {leaf} = content;
  return [
    ['id', shown.id, idText('evt', leaf.id)],
    ['time', instant(shown.time), String(leaf.time)],
    ['received', instant(shown.received), String(leaf.received)],
    ['action', shown.action ?? undefined, words.action(leaf.action)],
    ['severity', shown.severity, leaf.severity],
    ['critical', String(shown.critical), String(leaf.critical)],
    ['source', shown.source, leaf.source],
    ['outcome', shown.outcome, leaf.outcome],
    ['skewed', String(shown.skewed ?? false), String(leaf.skewed)],
    ['reason', shown.reason, words.reason(leaf.reason) ?? content.texts.reason],
    ['count', shown.count?.toString(), leaf.count === undefined ? undefined : Number(leaf.count).toString()],
  ];
}

const actorKind = ({actor}: Shown): string =>
  actor.system ? 'system' : actor.unknown ? 'unknown' : actor.operator ? 'operator' : actor.application ? 'application' : 'person';

const MAY_LACK = new Set(['actor.id', 'actor.proven', 'in_place_of', 'device.registry']);

function ids(shown: Shown, content: Content): Pair[] {
  const {leaf} = content;
  const {actor} = shown;
  const pairs: Pair[] = [
    ['actor', actorKind(shown), leaf.actor],
    ['actor.proven', actor.proven === undefined ? undefined : String(actor.proven), leaf.actor === 'person' ? String(leaf.proven) : undefined],
    ['actor.id', actor.person ?? actor.application, said(content, 'actor', leaf.actor === 'application' ? 'app' : 'per')],
    ['in_place_of', shown.in_place_of?.person, said(content, 'in_place_of')],
    ['client', shown.client?.id, said(content, 'client')],
    ['reporter', shown.reporter?.application, said(content, 'reporter')],
    ['grant', shown.grant, said(content, 'grant')],
    ['device.registry', shown.device?.registry, said(content, 'device', 'dev')],
  ];
  if (leaf.objectKind === 0) pairs.push(['object.type', shown.object?.type ?? undefined, content.texts.object_type], ['object.id', shown.object?.id, content.texts.object]);
  // Of a kind that came after these pages only the letters are taken from what is shown.
  else pairs.push(['object.id', shown.object?.id, said(content, 'object', KIND_LETTERS[leaf.objectKind - 1] ?? shown.object?.id?.slice(0, 3))]);
  // A reader for whom a name is a pseudonym is shown no id: nothing is claimed, and nothing to compare.
  return pairs.filter(([field, is]) => is !== undefined || !MAY_LACK.has(field));
}

function texts(shown: Shown, content: Content): Pair[] {
  const json = (name: 'changes' | 'detail'): Pair => [name, canonical(shownJson(shown[name])), canonical(content.texts[name])];
  return [...TEXT_FIELDS.map(([field, name, of]): Pair => [field, of(shown), content.texts[name]]), json('changes'), json('detail')];
}

/** Every field that is shown or said, in order. */
export function compare(shown: Shown, index: number, content: Content, words: Words): Compared[] {
  const pairs = [['index', String(shown.index), String(index)] as const, ...envelope(shown, content, words), ...ids(shown, content), ...texts(shown, content)];
  return pairs
    .filter(([, is, was]) => is !== undefined || was !== undefined)
    .map(([field, is, was]) => ({field, shown: is ?? '', said: was ?? '', same: is === was}));
}
