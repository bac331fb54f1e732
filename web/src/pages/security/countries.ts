// SPDX-License-Identifier: Apache-2.0
// Countries by their names in the reader's language.

const A = 65;
const LETTERS = Array.from({length: 26}, (_, at) => String.fromCharCode(A + at));
/** Regions of CLDR that are no country. */
const OTHERS = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ']);

/** Whether the code is the one in use, and not one of a country that has another by now. */
const isCurrent = (code: string): boolean => !OTHERS.has(code) && new Intl.Locale('und', {region: code}).region === code;

/** Every country, in the order of its name. */
export function countries(language: string): [code: string, name: string][] {
  const names = new Intl.DisplayNames(language, {type: 'region', fallback: 'none'});
  const order = new Intl.Collator(language);
  const codes = LETTERS.flatMap(first => LETTERS.map(second => first + second)).filter(isCurrent);
  const named = codes.map((code): [string, string | undefined] => [code, names.of(code)]);
  return named.filter((one): one is [string, string] => one[1] !== undefined).sort((a, b) => order.compare(a[1], b[1]));
}
