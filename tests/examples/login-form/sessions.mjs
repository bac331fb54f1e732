// SPDX-License-Identifier: Apache-2.0
// Who is at which browser. What a login is waiting for stays here, never in a page: else a browser could choose it.

import {randomBytes} from 'node:crypto';

const SESSION_MS = 8 * 3600 * 1000;
const DEVICE_S = 400 * 86400;

export class Sessions {
	#open = new Map();

	/** The session of a request's cookie, or an empty one without an id. */
	of(request) {
		const found = this.#open.get(cookie(request, 'session'));
		return found && found.until > Date.now() ? found : {};
	}

	/** A new session in place of the old: the id of before a login must not be the id after it. */
	renew(old, content) {
		this.end(old);
		const id = randomBytes(24).toString('base64url');
		const session = {...content, id, until: Date.now() + SESSION_MS};
		this.#open.set(id, session);
		return session;
	}

	end(session) {
		this.#open.delete(session.id);
	}
}

export function cookie(request, name) {
	const found = (request.headers.cookie ?? '').split('; ').find(one => one.startsWith(`${name}=`));
	return found?.slice(name.length + 1);
}

/** What this application calls the browser, from now on: Muniment gives each device that got in a lane of its own. */
export function deviceOf(request) {
	const kept = cookie(request, 'device');
	return /^[\w-]{22}$/.test(kept ?? '') ? kept : randomBytes(16).toString('base64url');
}

/** `Secure` belongs here as soon as the site has TLS. */
export function cookies(session, device) {
	const kept = `device=${device}; HttpOnly; SameSite=Lax; Path=/; Max-Age=${DEVICE_S}`;
	return session ? [`session=${session.id ?? ''}; HttpOnly; SameSite=Strict; Path=/`, kept] : [kept];
}
