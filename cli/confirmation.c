/* SPDX-License-Identifier: Apache-2.0 */
/* confirmation - two requests, and a code between them. */
#include "cli/confirmation.h"

#include "base/json_out.h"
#include "cli/secret_in.h"

#include <stdio.h>

enum {
	ASK_MAX = 64 * 1024,
	ANSWER_MAX = 128 * 1024,
	ARENA_BYTES = 1024 * 1024,
	CODE_MAX = 64,
	HASH_TEXT = 128,
};

/* One on its way; the code is overwritten at its end. */
struct confirming {
	struct session *session;
	struct commands_call *call;
	struct buf answer, code;
	struct arena arena;
	struct json_doc doc;
};

static void confirming_done(struct confirming *confirming)
{
	secret_in_wipe(&confirming->code);
	buf_done(&confirming->answer);
	buf_done(&confirming->code);
	json_doc_done(&confirming->doc);
	arena_done(&confirming->arena);
}

static fallible fetch(
	struct confirming *confirming, const char *path, struct span json, struct json_object *top)
{
	struct json_problems problems = {0};
	TRY(session_fetch(confirming->session, confirming->call, path, json, &confirming->answer));
	json_doc_done(&confirming->doc);
	confirming->doc = (struct json_doc){0};
	bool known = !err_failed(json_in_parse(&confirming->doc, buf_span(&confirming->answer),
			     &confirming->arena, &problems)) &&
		!err_failed(json_in_top(&confirming->doc, top));
	return known ? OK : FAIL(REMOTE, "the server's answer is not JSON");
}

static fallible open_verification(
	struct confirming *confirming, const struct confirmation_ask *ask, struct span *id, struct span *hash)
{
	scoped(buf) json = BUF(ASK_MAX);
	struct json_out out = JSON_OUT(&json);
	struct json_object top;
	json_out_open(&out, NULL);
	json_out_text(&out, "purpose", "action");
	json_out_open(&out, "action");
	json_out_text(&out, "type", ask->type);
	json_out_text(&out, "text", ask->text);
	json_out_open(&out, "fields");
	for (size_t i = 0; i < ask->count; i++)
		json_out_text(&out, ask->fields[i].name, ask->fields[i].value);
	json_out_close(&out);
	json_out_close(&out);
	json_out_close(&out);
	TRY(buf_check(&json));
	TRY(fetch(confirming, "v1/verifications", buf_span(&json), &top));
	TRY(arena_keep(&confirming->arena, json_in_text(&top, "id", JSON_NEEDED, HASH_TEXT), id));
	return arena_keep(
		&confirming->arena, json_in_text(&top, "action_hash", JSON_OPTIONAL, HASH_TEXT), hash);
}

static fallible confirm(struct confirming *confirming, struct span id, struct span hash)
{
	scoped(buf) json = BUF(ASK_MAX);
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	struct json_out out = JSON_OUT(&json);
	struct json_object top;
	TRY(secret_in_read("code of your authenticator, to confirm this", &confirming->code));
	json_out_open(&out, NULL);
	json_out_span(&out, "code", buf_span(&confirming->code));
	json_out_span(&out, "action_hash", hash);
	json_out_close(&out);
	TRY(buf_check(&json));
	buf_printf(&path, "v1/verifications/%.*s", SPAN_FMT(id));
	buf_put_u8(&path, 0);
	TRY(buf_check(&path));
	TRY(fetch(confirming, (const char *)path.data, buf_span(&json), &top));
	return span_is(json_in_text(&top, "decision", JSON_NEEDED, CODE_MAX), "allow")
		? OK
		: FAIL(DENIED, "the code does not confirm it: nothing was released");
}

fallible confirmation_get(struct session *session, struct commands_call *call,
	const struct confirmation_ask *ask, char id[static CONFIRMATION_ID])
{
	struct span opened, hash;
	scoped(confirming) confirming = {.session = session,
		.call = call,
		.answer = BUF(ANSWER_MAX),
		.code = BUF(CODE_MAX),
		.arena = ARENA(ARENA_BYTES)};
	TRY(open_verification(&confirming, ask, &opened, &hash));
	if (opened.len == 0 || opened.len >= CONFIRMATION_ID)
		return FAIL(REMOTE, "the server's answer names no verification");
	TRY(confirm(&confirming, opened, hash));
	snprintf(id, CONFIRMATION_ID, "%.*s", SPAN_FMT(opened));
	return OK;
}
