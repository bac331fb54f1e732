// SPDX-License-Identifier: Apache-2.0
// The sentence of every action, from the table that the server has them from too: `import sentences from 'virtual:sentences/fi'`.
import {readFileSync} from 'node:fs';

const PREFIX = 'virtual:sentences/';

/** A plugin of Vite; `file` is policies/strings.json. */
export function sentences(file) {
  return {
    name: 'sentences',
    resolveId: id => (id.startsWith(PREFIX) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return null;
      this.addWatchFile(file);
      const texts = JSON.parse(readFileSync(file, 'utf8'))[id.slice(PREFIX.length + 1)];
      const actions = Object.entries(texts).filter(([key]) => key.startsWith('action.'));
      return `export default ${JSON.stringify(Object.fromEntries(actions.map(([key, text]) => [key.slice(7), text])))}`;
    },
  };
}
