/* SPDX-License-Identifier: Apache-2.0 */
/* signed - from a signature to a caller. */
#include "server/api/signed.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "crypto/hmac.h"
#include "crypto/secret.h"
#include "server/api/form.h"
#include "server/core/login/duo_keys.h"

#include <stdio.h>

enum { CREDENTIALS_MAX = 512, CANONICAL_MAX = 4 * 1024 * 1024, DATE_MIN = 29, DATE_MAX = 31 };

static bool find_month(struct span name, unsigned *month)
{
	static const char NAMES[12][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	for (*month = 1; *month <= 12; ++*month)
		if (span_is(name, NAMES[*month - 1]))
			return true;
	return false;
}

/* "Sun, 22 Nov 2026 05:31:00 -0000": every part stands at its place, so it is put together anew as RFC 3339 has it. */
fallible signed_date(struct span text, struct instant *at)
{
	unsigned month;
	char told[40];
	const char *date = (const char *)text.at;
	struct span zone = span_from(text, 26);
	if (text.len < DATE_MIN || text.len > DATE_MAX || !find_month(span_of(text.at + 8, 3), &month))
		return FAIL(INPUT, "a date is not that of RFC 5322");
	if (date[3] != ',' || date[4] != ' ' || date[7] != ' ' || date[11] != ' ' || date[16] != ' ' ||
		date[25] != ' ')
		return FAIL(INPUT, "a date has its parts in other places");
	snprintf(told, sizeof told, "%.4s-%02u-%.2sT%.8s", date + 12, month, date + 5, date + 17);
	if (zone.len == 5 && !span_is(zone, "-0000"))
		snprintf(told + 19, sizeof told - 19, "%.3s:%.2s", date + 26, date + 29);
	else if (span_is(zone, "GMT") || span_is(zone, "-0000"))
		snprintf(told + 19, sizeof told - 19, "Z");
	else
		return FAIL(INPUT, "a date has another zone");
	return timestamp_parse(span_text(told), at);
}

fallible signed_credentials(struct span header, struct buf *buf, struct span *user, struct span *password)
{
	static const struct span BASIC = {(const uint8_t *)"Basic ", 6};
	struct span name, rest;
	if (!span_starts(header, BASIC))
		return FAIL(INPUT, "the request is not signed");
	TRY(text_parse_base64(span_from(header, BASIC.len), buf));
	rest = buf_span(buf);
	if (!span_cut(&rest, ':', &name) || !rest.at)
		return FAIL(INPUT, "credentials have no colon");
	*user = name;
	*password = rest;
	return OK;
}

static struct span without_port(struct span host)
{
	size_t len = host.len;
	while (len > 0 && host.at[len - 1] >= '0' && host.at[len - 1] <= '9')
		len--;
	return len > 0 && host.at[len - 1] == ':' ? span_first(host, len - 1) : host;
}

/* The host as the client knows it: in small letters, without a port. */
static void put_host(struct span header, struct buf *out)
{
	struct span host = without_port(header);
	for (size_t i = 0; i < host.len; i++) {
		uint8_t c = host.at[i];
		buf_put_u8(out, c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c);
	}
}

static fallible put_canonical(struct call *call, struct buf *out)
{
	struct form form;
	bool in_body = call->request->method == HTTP_POST && !form_is_json(call->request->body);
	TRY(form_parse(in_body ? call->request->body : call->request->query, call->arena, &form));
	buf_put(out, http_header(call->exchange, "Date"));
	buf_put_text(out, "\n");
	buf_put_text(out, http_method_name(call->request->method));
	buf_put_text(out, "\n");
	put_host(http_header(call->exchange, "Host"), out);
	buf_put_text(out, "\n");
	buf_put(out, call->request->path);
	buf_put_text(out, "\n");
	form_put_canonical(&form, out);
	return buf_check(out);
}

static bool matches(struct span key, struct span message, struct span signature)
{
	uint8_t mac[HMAC_SHA512];
	scoped(buf) hex = BUF(2 * HMAC_SHA512);
	bool is_long = signature.len == (size_t)2 * HMAC_SHA512;
	if (is_long)
		hmac_sha512(key, message, mac);
	else
		hmac_sha1(key, message, mac);
	text_put_hex(&hex, span_of(mac, is_long ? HMAC_SHA512 : HMAC_SHA1));
	return secret_equal(buf_span(&hex), signature);
}

static void put_hash(struct span part, struct buf *out)
{
	uint8_t hash[HMAC_SHA512];
	hmac_hash_sha512(part, hash);
	buf_put_u8(out, '\n');
	text_put_hex(out, SPAN_BYTES(hash));
}

/* What is signed grew with the years: the parameters (version 2), with SHA-512 a hash of the body besides (4), and one of the
 * headers that begin with X-Duo (5). Nothing here reads such headers: whoever sends them has signed something else. */
static bool is_signed(struct span key, struct span body, struct buf *message, struct span signature)
{
	if (!form_is_json(body) && matches(key, buf_span(message), signature))
		return true;
	if (signature.len != (size_t)2 * HMAC_SHA512)
		return false;
	put_hash(body, message);
	if (matches(key, buf_span(message), signature))
		return true;
	put_hash(SPAN_NONE, message);
	return matches(key, buf_span(message), signature);
}

static fallible check_signature(
	struct call *call, struct id tenant, struct id application, struct span signature)
{
	char secret[DUO_KEYS_SECRET + 1];
	scoped(buf) message = BUF(CANONICAL_MAX);
	TRY(put_canonical(call, &message));
	duo_keys_secret(call->server->keeper, tenant, application, secret);
	bool good = is_signed(span_of(secret, DUO_KEYS_SECRET), call->request->body, &message, signature);
	secret_wipe(secret, sizeof secret);
	TRY(buf_check(&message));
	return good ? OK : FAIL(STRANGER, "the signature is another one");
}

static fallible check_date(struct call *call)
{
	struct instant at;
	TRY(signed_date(http_header(call->exchange, "Date"), &at));
	int64_t age = call->now.ms - at.ms;
	return age > SIGNED_AGE_MS || age < -SIGNED_AGE_MS ? FAIL(STRANGER, "the request is of another time")
							   : OK;
}

static fallible find_caller(struct call *call, const struct view *view)
{
	struct id tenant, application;
	struct span name, signature;
	scoped(buf) credentials = BUF(CREDENTIALS_MAX);
	TRY(signed_credentials(
		http_header(call->exchange, "Authorization"), &credentials, &name, &signature));
	TRY(duo_keys_parse(name, &tenant, &application));
	TRY(check_date(call));
	TRY(check_signature(call, tenant, application, signature));
	return caller_from_application(view, tenant, application, call->now, &call->caller);
}

fallible signed_caller(struct call *call, const struct view *view)
{
	struct err err = find_caller(call, view);
	bool is_theirs = err.kind == ERR_INPUT || err.kind == ERR_INVALID || err.kind == ERR_NOT_FOUND;
	return is_theirs ? FAIL(STRANGER, "the request is not signed as it should be") : err;
}
