// SPDX-License-Identifier: Apache-2.0
// The three words that are told on the phone: which word is meant, before a wrong one costs a try.

export const WORD_COUNT = 3;

/** As many letters say which word it is; the words that are shorter have to agree whole. */
const PREFIX = 4;
const LONGEST = 8;

/** Whether a typed word is one of `all`, which stand with blanks between. The server compares likewise. */
export function isSpoken(typed: string, all: string): boolean {
  const word = typed.trim().toLowerCase();
  if (!/^[a-z]{3,}$/.test(word) || word.length > LONGEST) return false;
  return ` ${all} `.includes(word.length < PREFIX ? ` ${word} ` : ` ${word.slice(0, PREFIX)}`);
}

/** The words with what was typed or pasted into one of the places: several words fill the places behind it, too. */
export function placeWords(words: readonly string[], at: number, text: string): string[] {
  const parts = text.split(/[\s,;.-]+/);
  const several = parts.filter(Boolean).length > 1;
  return words.map((word, place) => {
    if (!several) return place === at ? text.trim() : word;
    const part = parts.filter(Boolean)[place - at];
    return place >= at && part ? part : word;
  });
}
