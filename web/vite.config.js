// SPDX-License-Identifier: Apache-2.0
// How the pages are built: two entries, hashed files, nothing inline, no source maps.
import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vite';
import {sentences} from './tools/sentences.mjs';
import {spokenWords} from './tools/spoken-words.mjs';

const here = name => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  plugins: [sentences(here('../policies/strings.json')), spokenWords(here('../policies/spoken_words.def'))],
  build: {
    target: 'es2022',
    modulePreload: {polyfill: false},
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    rolldownOptions: {input: {index: here('index.html'), deposit: here('deposit.html')}},
  },
  server: {host: '127.0.0.1', proxy: {'/v1': process.env.MUNIMENT_URL ?? 'http://127.0.0.1:8420'}},
});
