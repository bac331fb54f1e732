// SPDX-License-Identifier: Apache-2.0
// Runs web/tests with Node's own runner. Rolldown makes JavaScript of them first: not every Node reads TypeScript.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'vite';
import config from '../vite.config.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
// As deep as the tests: what they read lies at a path from there.
const made = mkdtempSync(path.join(ROOT, '.tests-'));
const wanted = process.argv.slice(2);
const entries = readdirSync(path.join(ROOT, 'tests')).filter(name => name.endsWith('.test.ts') && (!wanted.length || wanted.some(part => name.includes(part))));

try {
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    plugins: config.plugins,
    build: {ssr: true, target: 'node20', outDir: made, minify: false, rolldownOptions: {input: entries.map(name => path.join(ROOT, 'tests', name))}},
  });
  const files = readdirSync(made).filter(name => name.endsWith('.test.js')).map(name => path.join(made, name));
  process.exitCode = spawnSync(process.execPath, ['--test', '--test-reporter=tap', ...files], {cwd: ROOT, stdio: 'inherit'}).status ?? 1;
} finally {
  rmSync(made, {recursive: true, force: true});
}
