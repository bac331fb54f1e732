// SPDX-License-Identifier: Apache-2.0
// What an application says to Muniment at a login. Whoever calls it needs a token with scope verify, and nothing else.

const PATIENCE_MS = 10_000;

/** The server said something that is no decision: nobody may come in because of it. */
export class NoDecision extends Error {}

export class Muniment {
	#url;
	#token;

	constructor(url, token) {
		this.#url = url;
		this.#token = token;
	}

	/** Is it really this person? `device` is what the application sees of the machine. */
	open(person, device, method) {
		return this.#post('/v1/verifications', {person, device, purpose: 'login', method});
	}

	/** What was typed, as it was typed. */
	type(verification, code) {
		return this.#post(`/v1/verifications/${verification}`, {code});
	}

	/** One of the ten codes on paper. */
	recover(verification, recovery) {
		return this.#post(`/v1/verifications/${verification}`, {recovery});
	}

	/** Mail a code, or the next one. */
	mail(verification) {
		return this.#post(`/v1/verifications/${verification}`, {method: 'email'});
	}

	/** A first authenticator: {id, secret, uri, qr_svg}. Show it once and keep nothing of it but the id. */
	enrol(person, label) {
		return this.#post(`/v1/people/${encodeURIComponent(person)}/factors`, {type: 'totp', label});
	}

	/** The first code of that authenticator. */
	confirm(factor, code) {
		return this.#post(`/v1/factors/${factor}/confirm`, {code});
	}

	/** The answer; {wrong: true} for a code that was mistyped or is not the right one. Everything else that is not 2xx is thrown. */
	async #post(path, body) {
		let answer, said;
		try {
			answer = await fetch(new URL(path, this.#url), {
				method: 'POST',
				headers: {'authorization': `Bearer ${this.#token}`, 'content-type': 'application/json'},
				body: JSON.stringify(body),
				signal: AbortSignal.timeout(PATIENCE_MS),
			});
			said = await answer.json();
		} catch (error) {
			throw new NoDecision(`${path}: ${error.message}`);
		}
		if (answer.ok)
			return said;
		if (said.code === 'malformed_code' || said.code === 'wrong_code')
			return {wrong: true};
		throw new NoDecision(`${path}: ${answer.status} ${said.code}`);
	}
}
