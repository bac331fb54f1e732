// SPDX-License-Identifier: Apache-2.0
// The words that are read out beside a deposit link, from the table that the server has them from too.
import {readFileSync} from 'node:fs';

const NAME = 'virtual:spoken-words';

/** A plugin of Vite; `file` is policies/spoken_words.def. */
export function spokenWords(file) {
  return {
    name: 'spoken-words',
    resolveId: id => (id === NAME ? `\0${id}` : null),
    load(id) {
      if (id !== `\0${NAME}`) return null;
      this.addWatchFile(file);
      const rows = readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\//g, '');
      const words = [...rows.matchAll(/SPOKEN\("([a-z]+)"\)/g)].map(found => found[1]);
      return `export default ${JSON.stringify(words.join(' '))}`;
    },
  };
}
