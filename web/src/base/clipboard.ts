// SPDX-License-Identifier: Apache-2.0
// What goes into the clipboard, and a secret out of it again. A browser lets a page write there only while it is in front, so
// what could not be emptied in time is emptied when one comes back. What keeps a history of the clipboard keeps the secret.

export const KEPT_MS = 30_000;

/** A secret that went into the clipboard. It has room for one text, so there is one at a time. */
interface Held {
  text: string;
  timer: number;
  emptied: () => void;
}

let held: Held | undefined;

function forget(): void {
  if (held) clearTimeout(held.timer);
  held = undefined;
}

/** Systems end lines as they do, and a selection has blanks of its own. */
const bare = (text: string): string => text.replace(/\s+/g, '');

/** Whether something else was copied since. Only who let this site read the clipboard can be told: to ask for that would put a
 * question of the browser's over the work, so elsewhere nobody knows, and what is there counts as the secret. */
async function isReplaced(secret: string): Promise<boolean> {
  try {
    const {state} = await navigator.permissions.query({name: 'clipboard-read' as PermissionName});
    return state === 'granted' && bare(await navigator.clipboard.readText()) !== bare(secret);
  } catch {
    return false;
  }
}

async function empty(mine: Held): Promise<void> {
  const replaced = await isReplaced(mine.text);
  if (held !== mine) return;
  if (replaced) return forget();
  try {
    await navigator.clipboard.writeText('');
  } catch {
    window.addEventListener('focus', () => void empty(mine), {once: true});
    return;
  }
  if (held === mine) forget();
  mine.emptied();
}

/** A secret has come into the clipboard: it is out of it in 30 seconds, then `emptied` is called. Not when the person copied
 * something else meanwhile, as far as that can be known. */
export function keepForAWhile(text: string, emptied: () => void): void {
  forget();
  const mine: Held = {text, timer: 0, emptied};
  mine.timer = window.setTimeout(() => void empty(mine), KEPT_MS);
  held = mine;
}

/** Copies a secret, for a while. Rejects when the browser does not allow to copy. */
export async function copyForAWhile(text: string, emptied: () => void): Promise<void> {
  await navigator.clipboard.writeText(text);
  keepForAWhile(text, emptied);
}

/** Copies what may stay there. Rejects as the other does. */
export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  forget();
}

/** Once, at the start: what somebody copies by hand on a page has taken the secret's place. Who copies a secret by hand says so
 * after this. */
export function watchCopying(): void {
  const copied = () => { if (String(document.getSelection() ?? '')) forget(); };
  for (const kind of ['copy', 'cut']) document.addEventListener(kind, copied, {capture: true});
}
