// SPDX-License-Identifier: Apache-2.0
// Every text stands in all six languages, with the same places and all plural forms; else the build fails.
import {readdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const ROOT = fileURLToPath(new URL('../src/text/', import.meta.url));
const LANGUAGES = ['en', 'bg', 'sv', 'ru', 'hu', 'fi'];
const CYRILLIC = new Set(['bg', 'ru']);
// Words that are written in Latin letters in every language.
const LATIN = /\b(Muniment|TOTP|QR|PIN|JSON|JSONL|CSV|OCSF|CEF|UTC|SHA-?\d*|Ed25519|PDF|IP|API|SSH|URL|CVC|NDA|Bitwarden|LastPass|KeePass(?:XC)?|1Password|Chrome|X25519|Merkle|C2SP|tlog|Enter|Esc|vkey|SSE|HTTPS?|e-mail)\b/gi;

const problems = [];
const complain = (language, key, what) => problems.push(`${language} ${key}: ${what}`);
const places = text => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join(' ');
const formsOf = value => (typeof value === 'string' ? [value] : Object.values(value));

function checkForms(language, key, value, english) {
  if ((typeof value === 'string') !== (typeof english === 'string')) return complain(language, key, 'is a plural in one language only');
  if (typeof value === 'string') return undefined;
  const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  for (const form of wanted) if (!(form in value)) complain(language, key, `lacks the plural form "${form}"`);
  for (const form of Object.keys(value)) if (!wanted.includes(form)) complain(language, key, `has a form "${form}" that the language does not have`);
  return undefined;
}

function checkLetters(language, key, text) {
  const bare = text.replace(/\{\w+\}/g, '').replace(LATIN, '');
  if (text !== text.normalize('NFC')) complain(language, key, 'is not NFC');
  if (text.trim() === '' || text !== text.trim()) complain(language, key, 'is empty or has blanks around it');
  if (CYRILLIC.has(language) && /[a-z]/i.test(bare)) complain(language, key, `has Latin letters: ${text}`);
  if (!CYRILLIC.has(language) && /\p{Script=Cyrillic}/u.test(bare)) complain(language, key, 'has Cyrillic letters');
}

function checkText(language, key, value, english) {
  checkForms(language, key, value, english);
  const wanted = places(formsOf(english).join(' '));
  for (const text of formsOf(value)) {
    checkLetters(language, key, text);
    if (places(text) !== wanted) complain(language, key, `has the places ${places(text) || 'none'} where English has ${wanted || 'none'}`);
  }
}

const read = (language, file) => JSON.parse(readFileSync(`${ROOT}${language}/${file}`, 'utf8'));
const seen = new Map();
for (const file of readdirSync(`${ROOT}en`).filter(name => name.endsWith('.json'))) {
  const english = read('en', file);
  for (const key of Object.keys(english)) {
    if (seen.has(key)) complain('en', key, `stands in ${seen.get(key)} and in ${file}`);
    seen.set(key, file);
  }
  for (const language of LANGUAGES) {
    const table = read(language, file);
    for (const key of Object.keys(english)) {
      if (key in table) checkText(language, key, table[key], english[key]);
      else complain(language, key, `is missing in ${file}`);
    }
    for (const key of Object.keys(table)) if (!(key in english)) complain(language, key, 'is not there in English');
  }
}

if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`${seen.size} texts in ${LANGUAGES.length} languages`);
