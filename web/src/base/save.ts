// SPDX-License-Identifier: Apache-2.0
// A file that a page has, saved where the browser saves files.

const KEPT_MS = 60_000;

export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser may still be asking where to.
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
