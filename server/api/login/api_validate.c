/* SPDX-License-Identifier: Apache-2.0 */
/* api_validate - POST /validate/check and /validate/radiuscheck: the door of privacyIDEA, for RADIUS servers and PAM modules
 * that were made for it. Another way in to the verifications of /v1, and no other rules. */
#include "server/api/form.h"
#include "server/api/login/verify_call.h"

enum { NAME_MAX_BYTES = 128, PASS_MAX_BYTES = 64, WORD_MAX_BYTES = 64 };

/* What the door is told. Texts are borrowed. */
struct knock {
	struct span user, pass, transaction, client, type;
};

/* ---- reading ---- */

static void read_json(struct json_object *top, struct knock *knock)
{
	knock->user = json_in_text(top, "user", JSON_OPTIONAL, NAME_MAX_BYTES);
	knock->pass = json_in_free_text(top, "pass", JSON_OPTIONAL, PASS_MAX_BYTES);
	knock->client = json_in_text(top, "client", JSON_OPTIONAL, DEVICE_IP_MAX);
	knock->type = json_in_text(top, "type", JSON_OPTIONAL, WORD_MAX_BYTES);
	knock->transaction = json_in_text(top, "transaction_id", JSON_OPTIONAL, WORD_MAX_BYTES);
	if (knock->transaction.len == 0)
		knock->transaction = json_in_text(top, "state", JSON_OPTIONAL, WORD_MAX_BYTES);
}

static fallible read_form(struct call *call, struct knock *knock)
{
	struct form form;
	TRY(form_parse(call->request->body, call->arena, &form));
	*knock = (struct knock){.user = form_value(&form, "user"),
		.pass = form_value(&form, "pass"),
		.client = form_value(&form, "client"),
		.type = form_value(&form, "type"),
		.transaction = form_value(&form, "transaction_id")};
	if (knock->transaction.len == 0)
		knock->transaction = form_value(&form, "state");
	return OK;
}

/* Fields of the door that mean nothing here (realm, resConf, options) are passed over, as clients expect. */
static fallible read_knock(struct call *call, struct knock *knock)
{
	struct json_object top;
	if (!form_is_json(call->request->body)) {
		TRY(read_form(call, knock));
	} else {
		TRY(call_body(call, &top));
		read_json(&top, knock);
		TRY(call_check(call));
	}
	if (knock->user.len == 0 && knock->transaction.len == 0)
		return FAIL(INVALID, "it has to be said who: user, or a transaction_id");
	return knock->user.len > NAME_MAX_BYTES ? FAIL(INVALID, "a user's name is too long") : OK;
}

static fallible make_ask(struct call *call, const struct knock *knock, struct verifications_ask *ask)
{
	ask->person = knock->user;
	TRY(verify_call_see(call, knock->client, &ask->device));
	if (knock->transaction.len)
		TRY(ids_parse(ID_VERIFICATION, knock->transaction, &ask->id));
	ask->has_code = knock->pass.len > 0;
	if (!ask->has_code && span_is(knock->type, "email"))
		ask->method = FACTOR_EMAIL;
	return OK;
}

static fallible prepare(struct call *call)
{
	struct knock knock = {.user = SPAN_NONE};
	struct verifications_ask *ask = call_new(call, struct verifications_ask);
	if (!ask)
		return FAIL(NO_MEMORY, "a call has no memory for a verification");
	TRY(read_knock(call, &knock));
	TRY(make_ask(call, &knock, ask));
	return ask->has_code ? verify_call_prepare_code(call, knock.pass, ask)
			     : verify_call_prepare(call, ask);
}

/* ---- answering ---- */

static bool is_allowed(const struct verifications_ask *ask)
{
	return ask && ask->decision == VERIFICATIONS_ALLOW;
}

/* A code that was wrong is a no, although the verification is open for another one. */
static bool is_challenge(const struct verifications_ask *ask)
{
	return ask && ask->decision == VERIFICATIONS_CHALLENGE && !ask->has_code;
}

static const char *word_of(const struct verifications_ask *ask)
{
	if (is_allowed(ask))
		return "ACCEPT";
	return is_challenge(ask) ? "CHALLENGE" : "REJECT";
}

static const char *message_of(const struct verifications_ask *ask)
{
	if (!ask)
		return "malformed_code";
	if (is_allowed(ask))
		return "the code is right";
	return is_challenge(ask) ? "enter the code" : reasons_word(ask->reason);
}

static void put_detail(struct json_out *out, const struct verifications_ask *ask)
{
	const struct method *used =
		is_allowed(ask) ? methods_of_factor(&ask->methods, ask->verification.factor) : NULL;
	json_out_open(out, "detail");
	json_out_text(out, "message", message_of(ask));
	if (used) {
		json_out_text(out, "type", factor_type_name(used->type));
		json_out_id(out, "serial", ID_FACTOR, used->factor);
	}
	if (ask && !is_allowed(ask))
		json_out_id(out, "transaction_id", ID_VERIFICATION, ask->verification.id);
	json_out_close(out);
}

static fallible answer(struct call *call, struct json_out *out)
{
	const struct verifications_ask *ask = call->ask;
	json_out_text(out, "jsonrpc", "2.0");
	json_out_number(out, "id", 1);
	put_detail(out, ask);
	json_out_open(out, "result");
	json_out_bool(out, "status", true);
	json_out_bool(out, "value", is_allowed(ask));
	json_out_text(out, "authentication", word_of(ask));
	json_out_close(out);
	return OK;
}

/* For programs that read no more than the status: so it is also that of the answer which is kept for a repeated request. */
static fallible answer_status(struct call *call, struct json_out *out)
{
	(void)out;
	call->status = is_allowed(call->ask) ? 204 : 400;
	call->reply->status = call->status;
	return OK;
}

const struct handler api_validate_check = {prepare, verify_call_write, answer};
const struct handler api_validate_radius = {prepare, verify_call_write, answer_status};
