// SPDX-License-Identifier: Apache-2.0
// A login form whose second step is Muniment. MUNIMENT_URL, MUNIMENT_TOKEN_FILE, ACCOUNTS_FILE and PORT say where things are.

import {createServer} from 'node:http';
import {readFileSync} from 'node:fs';

import {Accounts} from './accounts.mjs';
import {Muniment, NoDecision} from './muniment.mjs';
import * as pages from './pages.mjs';
import {Sessions, cookies, deviceOf} from './sessions.mjs';

const FORM_MAX = 4096;
const SAFE = {
	'cache-control': 'no-store',
	'content-security-policy': "default-src 'none'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	'content-type': 'text/html; charset=utf-8',
	'referrer-policy': 'no-referrer',
	'x-content-type-options': 'nosniff',
};

const muniment = new Muniment(process.env.MUNIMENT_URL, readFileSync(process.env.MUNIMENT_TOKEN_FILE, 'utf8').trim());
const accounts = new Accounts(process.env.ACCOUNTS_FILE);
const sessions = new Sessions();

// ---- what a decision means for the form ----

/** Where a login goes on after Muniment has spoken. */
async function decide(visit, pending, said) {
	switch (said.decision) {
	case 'allow':
		visit.session = sessions.renew(visit.session, {name: pending.name, event: said.event});
		return redirect('/');
	case 'challenge':
		visit.session = sessions.renew(visit.session, {pending: {...pending, id: said.id, methods: said.methods, ref: said.started?.ref}});
		return show(200, pages.second(visit.session.pending, said.reason === 'wrong_code' ? `That code is not right. ${said.attempts_left} tries are left.` : ''));
	case 'enroll':
		return beginEnrolment(visit, pending);
	default:
		return denied(visit, pending, said);
	}
}

function denied(visit, pending, said) {
	if (said.reason === 'replayed') {
		visit.session = sessions.renew(visit.session, {pending});
		return show(200, pages.second(pending, 'That code was used already. Wait for the next one.'));
	}
	if (said.reason === 'locked') {
		// A recovery code opens also now, so the form stays.
		visit.session = sessions.renew(visit.session, {pending: {...pending, id: said.id, methods: said.methods}});
		const when = said.retry_in ? `Come again in ${Math.ceil(said.retry_in / 60)} minutes` : 'Codes are not taken any more';
		return show(200, pages.second(visit.session.pending, `Too many wrong codes. ${when}, or use a recovery code.`));
	}
	sessions.end(visit.session);
	visit.session = {};
	return show(403, pages.closed(said.reason === 'expired' ? 'That took too long.' : 'This account cannot sign in. Ask the owner.'));
}

async function beginEnrolment(visit, pending) {
	const factor = await muniment.enrol(pending.name, 'Authenticator');
	const shown = {id: factor.id, secret: factor.secret, picture: factor.qr_svg};
	visit.session = sessions.renew(visit.session, {pending: {...pending, factor: factor.id}});
	return show(200, pages.enrol(shown));
}

// ---- the forms ----

async function postLogin(visit) {
	const name = visit.form.get('name') ?? '';
	if (!await accounts.check(name, visit.form.get('password') ?? ''))
		return show(403, pages.login('Name and password do not fit.'));
	return decide(visit, {name}, await muniment.open(name, visit.machine));
}

/** Something was typed into the second step, or a mail was asked for. */
async function postSecond(visit, ask) {
	const {pending} = visit.session;
	if (!pending?.id)
		return redirect('/login');
	const said = await ask(pending);
	return said.wrong ? show(200, pages.second(pending, 'A code has six to eight digits.')) : decide(visit, pending, said);
}

/** In a verification of its own: one that took five wrong codes takes nothing more, and paper is for just then. */
async function postRecovery(visit) {
	return postSecond(visit, async pending => {
		const {id} = await muniment.open(pending.name, visit.machine);
		return muniment.recover(id, visit.form.get('recovery') ?? '');
	});
}

async function postEnrol(visit) {
	const {pending} = visit.session;
	if (!pending?.factor)
		return redirect('/login');
	const said = await muniment.confirm(pending.factor, visit.form.get('code') ?? '');
	if (said.wrong) // the picture is shown once: who mistypes begins anew
		return beginEnrolment(visit, {name: pending.name});
	// What was confirmed just now is used up; the login asks for the next code.
	return decide(visit, {name: pending.name}, await muniment.open(pending.name, visit.machine));
}

const ROUTES = {
	'GET /': visit => visit.session.name ? show(200, pages.home(visit.session.name)) : redirect('/login'),
	'GET /login': () => show(200, pages.login()),
	'GET /second': visit => visit.session.pending?.id ? show(200, pages.second(visit.session.pending)) : redirect('/login'),
	'POST /login': postLogin,
	'POST /second': visit => postSecond(visit, pending => muniment.type(pending.id, visit.form.get('code') ?? '')),
	'POST /second/mail': visit => postSecond(visit, pending => muniment.mail(pending.id)),
	'POST /second/recovery': postRecovery,
	'POST /enrol': postEnrol,
	'POST /logout': visit => {
		sessions.end(visit.session);
		visit.session = {};
		return redirect('/login');
	},
};

// ---- HTTP ----

function show(status, body) {
	return {status, body, headers: {}};
}

function redirect(location) {
	return {status: 303, body: '', headers: {location}};
}

async function readForm(request) {
	let text = '';
	for await (const piece of request) {
		text += piece;
		if (text.length > FORM_MAX)
			throw new RangeError('a form is too long');
	}
	return new URLSearchParams(text);
}

/** A form of another site may not sign anybody in or out. */
function isOurs(request) {
	const {origin, host} = request.headers;
	return origin === undefined || origin.replace(/^https?:\/\//, '') === host;
}

async function answer(request) {
	const device = deviceOf(request);
	const visit = {session: sessions.of(request)};
	visit.machine = {id: device, ip: request.socket.remoteAddress, user_agent: request.headers['user-agent'] ?? 'unknown'};
	const handler = ROUTES[`${request.method} ${request.url}`];
	if (!handler)
		return show(404, pages.closed('There is no such page.'));
	if (request.method === 'POST' && !isOurs(request))
		return show(403, pages.closed('That form was not ours.'));
	visit.form = await readForm(request);
	const made = await handler(visit);
	made.headers['set-cookie'] = cookies(visit.session, device);
	return made;
}

const server = createServer(async (request, response) => {
	let made;
	try {
		made = await answer(request);
	} catch (error) {
		// Whatever went wrong, nobody came in. What it was is for the operator.
		console.error(error.message);
		made = error instanceof NoDecision ? show(503, pages.closed('Signing in does not work just now.')) : show(400, pages.closed('That was no form of ours.'));
	}
	response.writeHead(made.status, {...SAFE, ...made.headers}).end(made.body);
});

server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
