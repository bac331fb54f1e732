/* SPDX-License-Identifier: Apache-2.0 */
/* api_pages - the pages of pages.def, with the fences that a browser puts around them: docs/threats.md. */
#include "server/api/call.h"
#include "server/api/pages.h"

/* Nothing but what this server sends runs, is drawn or is spoken to; no text becomes code; nobody frames it, shares a
 * window with it or learns from where somebody came: a deposit link is a secret. The clipboard is read only where a person has
 * let this site do so, to leave alone what they copied after a secret. */
static const struct fence {
	const char *name, *value;
} FENCES[] = {
	{"Content-Security-Policy",
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src "
		"'self'; "
		"font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors "
		"'none'; "
		"require-trusted-types-for 'script'; trusted-types 'none'"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cross-Origin-Embedder-Policy", "require-corp"},
	{"Referrer-Policy", "no-referrer"},
	{"Permissions-Policy",
		"accelerometer=(), autoplay=(), camera=(), clipboard-read=(self), clipboard-write=(self), "
		"display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), "
		"hid=(), "
		"idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), "
		"picture-in-picture=(), "
		"publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), "
		"xr-spatial-tracking=()"},
};

static void put_fences(struct call *call)
{
	const char *public_url = call->server->public_url;
	for (size_t i = 0; i < sizeof FENCES / sizeof FENCES[0]; i++)
		call_header(call, FENCES[i].name, span_text(FENCES[i].value));
	/* Where TLS is only sometimes in front it would shut out who comes without. */
	if (public_url && strncmp(public_url, "https://", 8) == 0)
		call_header(call, "Strict-Transport-Security", SPAN_LIT("max-age=31536000"));
}

static void put_page(struct call *call, const struct page *page)
{
	enum coding coding = pages_choose(page, http_header_list(call->exchange, "Accept-Encoding"));
	const struct page_form *form = &page->forms[coding];
	put_fences(call);
	call_header(call, "Vary", SPAN_LIT("Accept-Encoding"));
	call_header(call, "ETag", span_text(form->tag));
	call_header(call, "Cache-Control",
		page->hashed ? SPAN_LIT("public, max-age=31536000, immutable") : SPAN_LIT("no-cache"));
	/* A 304 says the length of what it does not send: RFC 9110 §8.6. */
	call->reply->fixed = form->bytes;
	call->reply->status = 304;
	if (pages_is_kept(form, http_header_list(call->exchange, "If-None-Match")))
		return;
	call->reply->status = 200;
	call->reply->content_type = page->content_type;
	if (coding != CODING_IDENTITY)
		call_header(call, "Content-Encoding", span_text(codings_name(coding)));
}

/* A program that was built where no node is has the API alone. */
static void put_absence(struct call *call)
{
	put_fences(call);
	call->reply->status = 404;
	call->reply->content_type = "text/plain; charset=utf-8";
	call->reply->fixed =
		SPAN_LIT("This server was built without its pages. The API is here all the same: "
			 "/openapi.json describes it.\n");
}

/* ---- documents ---- */

static fallible prepare_document(struct call *call)
{
	(void)call;
	return OK;
}

static void put_document(struct call *call, const char *path)
{
	const struct pages *pages = call->server->pages;
	const struct page *page = pages ? pages_find(pages, span_text(path)) : NULL;
	if (page)
		put_page(call, page);
	else
		put_absence(call);
}

static fallible answer_shell(struct call *call, struct json_out *unused)
{
	(void)unused;
	put_document(call, "/index.html");
	return OK;
}

const struct handler api_pages_shell = {prepare_document, NULL, answer_shell};

/* Any link gets the page: whether there is such a deposit, only the words tell. */
static fallible answer_deposit(struct call *call, struct json_out *unused)
{
	(void)unused;
	put_document(call, "/deposit.html");
	return OK;
}

const struct handler api_pages_deposit = {prepare_document, NULL, answer_deposit};

/* ---- files ---- */

static fallible find_file(struct call *call, struct span path)
{
	const struct pages *pages = call->server->pages;
	const struct page *page = pages ? pages_find(pages, path) : NULL;
	if (!page)
		return FAIL(NOT_FOUND, "there is no such file");
	call->ask = (void *)(uintptr_t)page;
	return OK;
}

static fallible answer_file(struct call *call, struct json_out *unused)
{
	(void)unused;
	put_page(call, call->ask);
	return OK;
}

static fallible prepare_asset(struct call *call)
{
	return find_file(call, call->request->path);
}

const struct handler api_pages_asset = {prepare_asset, NULL, answer_file};

/* Browsers that look for an .ico take the other as well, by its content type. */
static fallible prepare_icon(struct call *call)
{
	return find_file(call, SPAN_LIT("/favicon.svg"));
}

const struct handler api_pages_icon = {prepare_icon, NULL, answer_file};
