/* SPDX-License-Identifier: Apache-2.0 */
/* api_openapi - GET /openapi.json, and GET /.well-known/security.txt: what the server says of itself to
 * anybody. */
#include "base/timestamp.h"
#include "server/api/call.h"

enum { SECURITY_TXT_MAX = 4096, DAY_MS = 86400000, SECURITY_TXT_DAYS = 90 };

/* Made from docs/openapi.json. */
static const uint8_t DESCRIPTION[] = {
#include "server/api/openapi.inc"
};

static fallible prepare_openapi(struct call *call)
{
	(void)call;
	return OK;
}

static fallible answer_openapi(struct call *call, struct json_out *unused)
{
	(void)unused;
	call->reply->status = 200;
	call->reply->content_type = "application/json";
	call->reply->fixed = SPAN_BYTES(DESCRIPTION);
	call_header(call, "Cache-Control", SPAN_LIT("public, max-age=300"));
	return OK;
}

const struct handler api_openapi = {prepare_openapi, NULL, answer_openapi};

/* ---- security.txt ---- */

static fallible prepare_security_txt(struct call *call)
{
	const char *contact = call->server->security_contact;
	return contact && contact[0] ? OK : FAIL(NOT_FOUND, "no security contact is set");
}

/* Whoever reads it later than that asks again: a contact that nobody minds any more shall not look alive.
 * Source: RFC 9116 §2.5.3 Contact, §2.5.5 Expires. */
static fallible answer_security_txt(struct call *call, struct json_out *unused)
{
	char expires[TIMESTAMP_TEXT + 1];
	struct instant at = {(call->now.ms / DAY_MS + SECURITY_TXT_DAYS) * DAY_MS};
	(void)unused;
	timestamp_print(at, expires);
	call->reply->status = 200;
	call->reply->content_type = "text/plain; charset=utf-8";
	call->reply->body = BUF(SECURITY_TXT_MAX);
	buf_printf(&call->reply->body, "Contact: %s\nExpires: %s\n", call->server->security_contact, expires);
	return buf_check(&call->reply->body);
}

const struct handler api_security_txt = {prepare_security_txt, NULL, answer_security_txt};
