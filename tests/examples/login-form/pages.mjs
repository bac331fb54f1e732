// SPDX-License-Identifier: Apache-2.0
// The pages: plain forms that work without scripts.

const ENTITIES = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;'};

function escape(text) {
	return String(text).replace(/[&<>"']/g, one => ENTITIES[one]);
}

function page(title, body, say) {
	const told = say ? `<p role="alert">${escape(say)}</p>` : '';
	return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(title)}</title><main><h1>${escape(title)}</h1>${told}${body}</main></html>`;
}

const CODE = '<input name="code" inputmode="numeric" autocomplete="one-time-code" autofocus required>';

export function home(name) {
	return page('Harbour Desk', `<p>Signed in as ${escape(name)}.</p><form method="post" action="/logout"><button>Sign out</button></form>`);
}

export function login(say) {
	return page('Sign in', `<form method="post" action="/login"><label>Name <input name="name" autocomplete="username" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label><button>Sign in</button></form>`, say);
}

export function second(pending, say) {
	const mail = pending.methods.find(one => one.type === 'email');
	const sent = pending.ref ? `<p>A code was mailed to ${escape(mail?.hint ?? 'you')}. Its mail says ${escape(pending.ref)}.</p>` : '';
	const send = mail ? '<form method="post" action="/second/mail"><button>Mail me a code</button></form>' : '';
	return page('Second step', `${sent}<form method="post" action="/second"><label>Code ${CODE}</label><button>Continue</button></form>${send}
<form method="post" action="/second/recovery"><label>Or a recovery code <input name="recovery" autocomplete="off" required></label><button>Use it</button></form>`, say);
}

/** `picture` is Muniment's own SVG; a browser draws it as an image, where nothing in it can run. */
export function enrol(factor, say) {
	const image = `data:image/svg+xml;base64,${Buffer.from(factor.picture).toString('base64')}`;
	return page('Your second step', `<p>Scan this with an authenticator app, then type the code that it shows.</p><img alt="QR code" width="240" src="${image}">
<p>Or type it in: <code>${escape(factor.secret)}</code></p><form method="post" action="/enrol"><label>Code ${CODE}</label><button>Continue</button></form>`, say);
}

export function closed(say) {
	return page('Not now', '<p><a href="/login">Begin again</a></p>', say);
}
