/* SPDX-License-Identifier: Apache-2.0 */
/* own_pages - cookies, and where a request comes from. */
#include "server/api/own_pages.h"

#include "base/text.h"
#include "crypto/random.h"
#include "server/http/cookies.h"

#define SESSION_COOKIE "__Host-muniment"
#define BROWSER_COOKIE "__Host-muniment-browser"
#define REMEMBERED_COOKIE "__Host-muniment-device"

enum {
	BROWSER_BYTES = 16,
	BROWSER_TEXT = 22,                 /* of base64url */
	BROWSER_LIVES_S = 400 * 24 * 3600, /* the longest that browsers keep one */
	COOKIE_MAX = 512,
};

/* ---- read ---- */

static struct span read_cookie(const struct call *call, const char *name)
{
	return cookies_find(http_header(call->exchange, "Cookie"), name);
}

struct span own_pages_session(const struct call *call)
{
	if (http_header(call->exchange, "Authorization").at)
		return SPAN_NONE;
	return read_cookie(call, SESSION_COOKIE);
}

static struct span read_browser(const struct call *call)
{
	struct span text = read_cookie(call, BROWSER_COOKIE);
	bool is_ours = text.len == BROWSER_TEXT;
	for (size_t i = 0; is_ours && i < text.len; i++)
		is_ours = memchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
				  text.at[i], 64) != NULL;
	return is_ours ? text : SPAN_NONE;
}

fallible own_pages_device(const struct call *call, struct span *id)
{
	uint8_t hash[HASH_BLAKE];
	scoped(buf) text = BUF(BROWSER_TEXT + 1);
	const struct span parts[] = {SPAN_LIT("browser"), read_browser(call)};
	*id = SPAN_NONE;
	if (!parts[1].len)
		return OK;
	keeper_hash(call->server->keeper, KEEPER_TOKEN, parts, sizeof parts / sizeof parts[0], hash);
	text_put_base64url(&text, span_of(hash, BROWSER_BYTES));
	TRY(buf_check(&text));
	return buf_keep(&text, call->arena, id);
}

struct span own_pages_remembered(const struct call *call)
{
	return read_cookie(call, REMEMBERED_COOKIE);
}

/* ---- from where ---- */

/* Scheme and host, without what follows them. */
static struct span origin_of(struct span url)
{
	size_t slashes = 0;
	for (size_t i = 0; i < url.len; i++) {
		slashes += url.at[i] == '/';
		if (slashes == 3)
			return span_first(url, i);
	}
	return url;
}

/* Where the server's address is not set, it is the one that the browser asked for: then a page of the same host is ours, behind
 * TLS or not. */
static bool is_own(const struct call *call, struct span origin)
{
	const char *url = call->server->public_url;
	struct span host = http_header(call->exchange, "Host");
	static const struct span SCHEMES[] = {
		{(const uint8_t *)"http://", 7}, {(const uint8_t *)"https://", 8}};
	if (url && url[0])
		return span_equal(origin, origin_of(span_text(url)));
	for (size_t i = 0; i < sizeof SCHEMES / sizeof SCHEMES[0]; i++)
		if (span_starts(origin, SCHEMES[i]) && host.len &&
			span_equal(span_from(origin, SCHEMES[i].len), host))
			return true;
	return false;
}

static fallible cross_site(void)
{
	return FAIL_CODE(CROSS_SITE, "the request was made by a page of another site");
}

/* GET and HEAD, which the browser sends also for what is typed into its address line. */
static bool only_reads(const struct call *call)
{
	return call->request->method == HTTP_GET;
}

fallible own_pages_check_own(const struct call *call)
{
	struct span site = http_header(call->exchange, "Sec-Fetch-Site");
	struct span origin = http_header(call->exchange, "Origin");
	bool is_same =
		site.len == 0 || span_is(site, "same-origin") || (span_is(site, "none") && only_reads(call));
	if (!is_same || (origin.at && !is_own(call, origin)))
		return cross_site();
	return OK;
}

fallible own_pages_check_session(const struct call *call)
{
	TRY(own_pages_check_own(call));
	if (only_reads(call))
		return OK;
	bool by_page = span_is(http_header(call->exchange, "Muniment-Page"), "1") &&
		http_header(call->exchange, "Origin").at;
	return by_page ? OK : cross_site();
}

/* ---- written ---- */

static fallible put_cookie(struct call *call, const char *name, struct span value, int64_t lives_s)
{
	scoped(buf) text = BUF(COOKIE_MAX);
	struct span header;
	buf_printf(&text, "%s=%.*s; Path=/; Secure; HttpOnly; SameSite=Strict", name, SPAN_FMT(value));
	if (lives_s >= 0)
		buf_printf(&text, "; Max-Age=%lld", (long long)lives_s);
	TRY(buf_check(&text));
	TRY(buf_keep(&text, call->arena, &header));
	call_header(call, "Set-Cookie", header);
	return OK;
}

/* Without a Max-Age it ends with the browser. */
fallible own_pages_put_session(struct call *call, struct span text)
{
	return put_cookie(call, SESSION_COOKIE, text, text.len ? -1 : 0);
}

fallible own_pages_put_remembered(struct call *call, struct span text, struct instant until)
{
	int64_t lives_s = (until.ms - call->now.ms) / 1000;
	return put_cookie(call, REMEMBERED_COOKIE, text, text.len && lives_s > 0 ? lives_s : 0);
}

fallible own_pages_put_browser(struct call *call)
{
	uint8_t bytes[BROWSER_BYTES];
	scoped(buf) text = BUF(BROWSER_TEXT + 1);
	if (read_browser(call).len)
		return OK;
	random_fill(bytes, sizeof bytes);
	text_put_base64url(&text, SPAN_BYTES(bytes));
	TRY(buf_check(&text));
	return put_cookie(call, BROWSER_COOKIE, buf_span(&text), BROWSER_LIVES_S);
}
