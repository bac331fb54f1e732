// SPDX-License-Identifier: Apache-2.0
// A secret in the clipboard, and out of it again. A browser lets a page write there only while it is in front, so what
// could not be emptied in time is emptied when one comes back. What keeps a history of the clipboard keeps the secret.

export const KEPT_MS = 30_000;

/** Copies a text; `emptied` is called once the clipboard was overwritten. Rejects when the browser does not allow to copy. */
export async function copyForAWhile(text: string, emptied: () => void): Promise<void> {
  await navigator.clipboard.writeText(text);
  const empty = () => {
    navigator.clipboard.writeText('').then(
      emptied,
      () => window.addEventListener('focus', empty, {once: true}),
    );
  };
  window.setTimeout(empty, KEPT_MS);
}
