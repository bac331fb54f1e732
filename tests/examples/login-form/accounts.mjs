// SPDX-License-Identifier: Apache-2.0
// The first step: names and passwords. Yours are in a database; these are in a file {name: {salt, hash}}, base64 of scrypt's defaults.

import {readFileSync} from 'node:fs';
import {scrypt, timingSafeEqual} from 'node:crypto';
import {promisify} from 'node:util';

const HASH_BYTES = 64;
const NOBODY = {salt: '', hash: Buffer.alloc(HASH_BYTES).toString('base64')};

export class Accounts {
	#rows;

	constructor(path) {
		this.#rows = new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8'))));
	}

	/** Whether name and password belong together. A name that is not there takes as long. */
	async check(name, password) {
		const row = this.#rows.get(name) ?? NOBODY;
		const hash = await promisify(scrypt)(password, Buffer.from(row.salt, 'base64'), HASH_BYTES);
		return timingSafeEqual(hash, Buffer.from(row.hash, 'base64')) && row !== NOBODY;
	}
}
