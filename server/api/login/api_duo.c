/* SPDX-License-Identifier: Apache-2.0 */
/* api_duo - /auth/v2: the door of Duo's Auth API, as far as codes go. Another way in to the verifications of /v1, and no other
 * rules. */
#include "server/api/form.h"
#include "server/api/login/verify_call.h"

enum { NAME_MAX_BYTES = 128, PASS_MAX_BYTES = 64, WORD_MAX_BYTES = 64 };

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

/* What the door is told. Texts are borrowed. */
struct knock {
	struct span user, factor, passcode, address, later;
};

/* An id or a ref; Duo's two fields are one here. */
static struct span one_of(struct span username, struct span user_id)
{
	return username.len ? username : user_id;
}

static void read_form(const struct form *form, struct knock *knock)
{
	*knock = (struct knock){.user = one_of(form_value(form, "username"), form_value(form, "user_id")),
		.factor = form_value(form, "factor"),
		.passcode = form_value(form, "passcode"),
		.address = form_value(form, "ipaddr"),
		.later = form_value(form, "async")};
}

static void read_json(struct json_object *top, struct knock *knock)
{
	struct span username = json_in_text(top, "username", JSON_OPTIONAL, NAME_MAX_BYTES);
	struct span user_id = json_in_text(top, "user_id", JSON_OPTIONAL, NAME_MAX_BYTES);
	*knock = (struct knock){.user = one_of(username, user_id),
		.factor = json_in_text(top, "factor", JSON_OPTIONAL, WORD_MAX_BYTES),
		.passcode = json_in_free_text(top, "passcode", JSON_OPTIONAL, PASS_MAX_BYTES),
		.address = json_in_text(top, "ipaddr", JSON_OPTIONAL, DEVICE_IP_MAX),
		.later = json_in_text(top, "async", JSON_OPTIONAL, WORD_MAX_BYTES)};
}

/* Fields of the door that mean nothing here (pushinfo, display_username) are passed over, as clients expect. */
static fallible read_knock(struct call *call, struct knock *knock)
{
	struct json_object top;
	struct form form;
	if (form_is_json(call->request->body)) {
		TRY(call_body(call, &top));
		read_json(&top, knock);
		TRY(call_check(call));
	} else {
		TRY(form_parse(call->request->body, call->arena, &form));
		read_form(&form, knock);
	}
	if (knock->user.len == 0 || knock->user.len > NAME_MAX_BYTES)
		return FAIL(INVALID, "it has to be said who: username or user_id");
	return OK;
}

static fallible check_factor(const struct knock *knock)
{
	if (!span_is(knock->factor, "passcode"))
		return FAIL(INVALID, "the only factor is passcode");
	if (knock->later.len && !span_is(knock->later, "0"))
		return FAIL(INVALID, "an answer comes at once: async is 0");
	return OK;
}

/* ---- POST /auth/v2/preauth ---- */

static fallible prepare_preauth(struct call *call)
{
	struct knock knock;
	return read_knock(call, &knock);
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
	struct knock knock;
	struct verifications_ask *ask = call_new(call, struct verifications_ask);
	if (!ask)
		return FAIL(NO_MEMORY, "a call has no memory for a verification");
	TRY(read_knock(call, &knock));
	TRY(check_factor(&knock));
	ask->person = knock.user;
	TRY(verify_call_see(call, knock.address, &ask->device));
	return verify_call_prepare_code(call, knock.passcode, ask);
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
