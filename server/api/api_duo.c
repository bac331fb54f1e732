/* SPDX-License-Identifier: Apache-2.0 */
/* api_duo - /auth/v2: the door of Duo's Auth API, as far as codes go. Another way in to the verifications of /v1, and no other
 * rules. */
#include "server/api/form.h"
#include "server/api/verify_call.h"

enum { NAME_MAX_BYTES = 128 };

/* ---- GET /auth/v2/ping, GET /auth/v2/check ---- */

static void begin(struct json_out *out)
{
	json_out_text(out, "stat", "OK");
	json_out_open(out, "response");
}

static fallible prepare_nothing(struct call *call)
{
	(void)call;
	return OK;
}

static fallible answer_time(struct call *call, struct json_out *out)
{
	begin(out);
	json_out_number(out, "time", call->now.ms / 1000);
	json_out_close(out);
	return OK;
}

const struct handler api_duo_ping = {prepare_nothing, NULL, answer_time};
const struct handler api_duo_check = {prepare_nothing, NULL, answer_time};

/* ---- reading ---- */

/* An id or a ref; Duo's two fields are one here. */
static fallible read_user(const struct form *form, struct span *user)
{
	struct span name = form_value(form, "username");
	if (name.len == 0)
		name = form_value(form, "user_id");
	if (name.len == 0 || name.len > NAME_MAX_BYTES)
		return FAIL(INVALID, "it has to be said who: username or user_id");
	*user = name;
	return OK;
}

static fallible check_factor(const struct form *form)
{
	struct span later = form_value(form, "async");
	if (!span_is(form_value(form, "factor"), "passcode"))
		return FAIL(INVALID, "the only factor is passcode");
	return later.len && !span_is(later, "0") ? FAIL(INVALID, "an answer comes at once: async is 0") : OK;
}

/* ---- POST /auth/v2/preauth ---- */

static fallible prepare_preauth(struct call *call)
{
	struct form form;
	struct span user;
	TRY(form_parse(call->request->body, call->arena, &form));
	return read_user(&form, &user);
}

/* Who is there, and with what, is nobody's to know before a code is right: everybody is told the same. */
static fallible answer_preauth(struct call *call, struct json_out *out)
{
	(void)call;
	begin(out);
	json_out_text(out, "result", "auth");
	json_out_text(out, "status_msg", "Enter a passcode");
	json_out_open_array(out, "devices");
	json_out_open(out, NULL);
	json_out_text(out, "device", "passcode");
	json_out_text(out, "type", "token");
	json_out_open_array(out, "capabilities");
	json_out_close_array(out);
	json_out_close(out);
	json_out_close_array(out);
	json_out_close(out);
	return OK;
}

const struct handler api_duo_preauth = {prepare_preauth, NULL, answer_preauth};

/* ---- POST /auth/v2/auth ---- */

static fallible prepare_auth(struct call *call)
{
	struct form form;
	struct verifications_ask *ask = call_new(call, struct verifications_ask);
	if (!ask)
		return FAIL(NO_MEMORY, "a call has no memory for a verification");
	TRY(form_parse(call->request->body, call->arena, &form));
	TRY(read_user(&form, &ask->person));
	TRY(check_factor(&form));
	TRY(verify_call_see(call, form_value(&form, "ipaddr"), &ask->device));
	return verify_call_prepare_code(call, form_value(&form, "passcode"), ask);
}

static const char *status_of(const struct verifications_ask *ask)
{
	if (ask && ask->decision == VERIFICATIONS_ALLOW)
		return "allow";
	return ask && ask->reason == REASON_LOCKED ? "locked_out" : "deny";
}

static fallible answer_auth(struct call *call, struct json_out *out)
{
	const struct verifications_ask *ask = call->ask;
	bool allowed = ask && ask->decision == VERIFICATIONS_ALLOW;
	begin(out);
	json_out_text(out, "result", allowed ? "allow" : "deny");
	json_out_text(out, "status", status_of(ask));
	json_out_text(out, "status_msg", allowed ? "The code is right" : "The code does not open");
	json_out_close(out);
	return OK;
}

const struct handler api_duo_auth = {prepare_auth, verify_call_write, answer_auth};
