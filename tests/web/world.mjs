// SPDX-License-Identifier: Apache-2.0
// A server of the tests' own with the demo agencies in it, its mails in a Maildir, and a browser that is watched.
import {execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {chromium} from 'playwright-core';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
// Most is looked at with the engine alone, which takes a quarter less of the processors; it has no clipboard, and no page behind another.
const SHELL = '/usr/bin/chromium-headless-shell';
const BROWSER = '/usr/bin/chromium';
// Without a GPU, a profile of anybody's or a connection to anywhere but where the tests go.
const CHROMIUM = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const STEP_MS = 30000;     // of an authenticator
const IDLE_MS = 600000;    // a session that nobody used for longer may be over
const PATIENCE_MS = 45000; // other tests run beside these
const ANSWERS = /\/v1\/(sign-ins|verifications|factors)\//;
const CODE = /\b(\d{8}|\d{4}[ -]\d{4})\b/;

/** A mail whose body has the lines that were written, without the breaks that quoted-printable puts into them. */
function readMail(file) {
  const [head, ...body] = readFileSync(file, 'utf8').split('\n\n');
  return [head, ...body.map(part => part.replaceAll('=\n', ''))].join('\n\n');
}

/** The store, loaded with the demo's whole month. */
function load(programs, home, agencies) {
  const chosen = agencies.flatMap(name => ['--agency', name]);
  execFileSync('python3', ['demo/load.py', '--data', path.join(home, 'data'), '--programs', programs, '--month', ...chosen], {cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit']});
  return JSON.parse(readFileSync(path.join(home, 'demo.json'), 'utf8'));
}

/** Starts munimentd on a free port and waits for its word that it is ready. */
function serve(programs, home) {
  const server = spawn(path.join(programs, 'munimentd'), ['serve', '--data', path.join(home, 'data'), '--listen', '127.0.0.1:0', '--metrics-listen', 'off', '--allow-unlocked',
    '--mail-kind', 'maildir', '--mail-maildir', path.join(home, 'mail'), '--mail-from', 'security@muniment.invalid'], {stdio: ['ignore', 'pipe', 'inherit']});
  return new Promise((resolve, reject) => {
    let said = '';
    server.on('exit', code => reject(new Error(`munimentd ended with ${code}: ${said}`)));
    server.stdout.on('data', piece => {
      said += piece;
      const found = /127\.0\.0\.1:(\d+)/.exec(said);
      if (/ready/.test(said) && found) resolve({server, url: `http://127.0.0.1:${found[1]}`});
    });
  });
}

export class World {
  /** A server with these agencies of the demo, and Chromium: its engine alone, or the whole of it. */
  static async open(programs, agencies, asPeopleHaveIt) {
    const world = new World();
    world.home = mkdtempSync(path.join(tmpdir(), 'muniment-web-'));
    world.demo = load(programs, world.home, agencies);
    Object.assign(world, await serve(programs, world.home));
    process.on('exit', () => world.server.kill());
    world.browser = await chromium.launch({executablePath: asPeopleHaveIt ? BROWSER : SHELL, args: CHROMIUM});
    world.signedIn = new Map();
    world.usedAt = new Map();
    world.lastStep = new Map();
    return world;
  }

  async close() {
    await this.browser.close();
    const ended = new Promise(resolve => this.server.removeAllListeners('exit').on('exit', resolve));
    this.server.kill('SIGTERM');
    const code = await ended;
    rmSync(this.home, {recursive: true, force: true});
    return code;
  }

  /** A call of the agency's application, or of nobody's without one. */
  async api(method, url, body, agency) {
    const headers = {'Content-Type': 'application/json', ...(agency ? {Authorization: `Bearer ${this.demo.tenants[agency].token}`} : {})};
    const response = await fetch(this.url + url, {method, headers, ...(body === undefined ? {} : {body: JSON.stringify(body)})});
    const text = await response.text();
    return {status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text};
  }

  /** The secret of a person's authenticator; undefined of who has none. */
  secretOf(agency, person) {
    return this.demo.tenants[agency]?.people[`${agency}:${person}`]?.totp;
  }

  keepSecret(agency, person, secret) {
    this.demo.tenants[agency].people[`${agency}:${person}`].totp = secret;
  }

  /** What an authenticator with this secret shows in a step of half a minute. */
  codeOf(secret, step) {
    const at = new Date(step * STEP_MS).toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
    return execFileSync('oathtool', ['--totp', '--base32', '--now', at, secret], {encoding: 'utf8'}).trim();
  }

  mails() {
    const folder = path.join(this.home, 'mail', 'new');
    const names = (() => { try { return readdirSync(folder); } catch { return []; } })();
    return names.map(name => ({name, at: statSync(path.join(folder, name)).mtimeMs, text: readMail(path.join(folder, name))})).sort((a, b) => a.at - b.at);
  }

  /** The newest mail with a code to an address, after `count` others of that kind; waits for it. */
  async codeTo(address, count, ms = PATIENCE_MS) {
    for (const until = Date.now() + ms; Date.now() < until; await new Promise(resolve => setTimeout(resolve, 50))) {
      const found = this.codesTo(address);
      if (found.length > count) return found.at(-1);
    }
    throw new Error(`no code came to ${address}`);
  }

  /** The codes that were mailed to an address, in their order; other mails come between. */
  codesTo(address) {
    return this.mailsTo(address).map(mail => CODE.exec(mail.text.split('\n\n').slice(1).join('\n\n'))?.[1]).filter(code => code !== undefined);
  }

  mailsTo(address) {
    return this.mails().filter(mail => new RegExp(`^To:.*${address.replaceAll('.', '\\.')}`, 'mi').test(mail.text));
  }

  /** A page of a browser of its own, that is watched: what it must not do is in page.faults. */
  async page({width = 1280, scheme = 'light', language = 'en', state} = {}) {
    const context = await this.browser.newContext({viewport: {width, height: 900}, colorScheme: scheme, locale: language, ...(state ? {storageState: state} : {})});
    const page = await context.newPage();
    page.faults = [];
    page.on('console', message => {
      // A refusal that the page expects and shows is the browser's word, not a fault of the page.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) page.faults.push(`console: ${message.text()}`);
    });
    page.on('response', response => {
      const refused = response.url().includes('/v1/') && response.status() < 500;
      if (response.status() >= 400 && !refused) page.faults.push(`${response.status()} for ${response.url()}`);
    });
    page.on('pageerror', error => page.faults.push(`error: ${error.message}`));
    page.on('request', request => {
      const url = request.url();
      if (!url.startsWith(this.url) && !/^(data|blob):/.test(url)) page.faults.push(`a request to another host: ${url}`);
    });
    page.underWay = new Set();
    page.on('request', request => { if (!request.url().includes('/v1/events:tail')) page.underWay.add(request); });
    for (const end of ['requestfinished', 'requestfailed']) page.on(end, request => page.underWay.delete(request));
    page.setDefaultTimeout(PATIENCE_MS);
    return page;
  }

  /** Signs a person of the demo in by the page itself, once; later pages of theirs begin with the cookies of that time. */
  async pageOf(agency, person, options = {}) {
    const key = `${agency}:${person}`;
    const isFresh = Date.now() - (this.usedAt.get(key) ?? 0) < IDLE_MS;
    this.usedAt.set(key, Date.now());
    if (!this.signedIn.has(key) || !isFresh) {
      const first = await this.page(options);
      await this.signIn(first, agency, person);
      this.signedIn.set(key, await first.context().storageState());
      await first.context().close();
    }
    return this.page({...options, state: this.signedIn.get(key)});
  }

  /** What stands on the page is said when it does not go on. */
  async signIn(page, agency, person) {
    try {
      await this.signInAs(page, agency, person);
    } catch (error) {
      throw new Error(`${error.message}\nThe page: ${await page.locator('body').innerText()}`);
    }
  }

  async signInAs(page, agency, person) {
    const address = `${person}@${agency}.example`;
    const before = this.codesTo(address).length;
    await page.goto(`${this.url}/?lang=en`);
    await page.getByLabel('Your e-mail address').fill(address);
    await page.getByRole('button', {name: 'Send the code'}).click();
    await page.getByLabel('Code from the e-mail').waitFor();
    const mailed = await this.codeTo(address, before);
    await page.getByLabel('Code from the e-mail').fill(mailed);
    await page.getByRole('button', {name: 'Continue'}).click();
    const secret = this.secretOf(agency, person);
    if (secret) await this.typeCode(page, secret);
    await page.getByRole('navigation', {name: 'Pages'}).waitFor();
  }

  /** Types the authenticator's code into what asks for it. A code counts once: each time it is one of a later half minute than the
   * time before, at most one that is still to come. The demo's load may have used the first one. */
  async typeCode(page, secret, {label = 'Code from your authenticator app', submit = 'Continue', done = page.getByRole('navigation', {name: 'Pages'})} = {}) {
    for (;;) {
      const step = Math.max(Math.floor(Date.now() / STEP_MS), (this.lastStep.get(secret) ?? 0) + 1);
      await new Promise(resolve => setTimeout(resolve, (step - 1) * STEP_MS - Date.now()));
      this.lastStep.set(secret, step);
      await page.getByLabel(label).fill(this.codeOf(secret, step));
      // What was answered the time before may still stand on the page: this answer decides.
      const answered = page.waitForResponse(response => response.request().method() === 'POST' && ANSWERS.test(response.url()));
      await page.getByRole('button', {name: submit}).click();
      const {reason, code} = await (await answered).json();
      if (![reason, code].includes('replayed')) {
        await done.first().waitFor();
        return;
      }
    }
  }
}
