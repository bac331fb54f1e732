/* SPDX-License-Identifier: Apache-2.0 */
/* api_verifications - POST /v1/verifications; POST, GET and DELETE /v1/verifications/{id}. */
#include "base/text.h"
#include "crypto/secret.h"
#include "crypto/signed_receipt.h"
#include "server/api/login/verify_call.h"
#include "server/api/stage.h"
#include "server/core/login/receipts.h"
#include "server/core/login/recoveries.h"
#include "server/core/login/remembering.h"
#include "server/core/login/risk.h"
#include "server/core/proof.h"
#include "server/core/signins.h"

enum {
	NAME_MAX_BYTES = 128,
	CODE_MAX_BYTES = 64,
	ACTION_TEXT_MAX = 500,
	HASH_TEXT = 2 * HASH_SHA256,
	WAIT_MAX_S = 30,
	BAD_REPLY = 400,
	REMEMBER_TYPED_MAX = 64
};

static const char *const METHODS[] = {"totp", "email", "hotp", NULL};
static const enum factor_type METHOD_TYPES[] = {FACTOR_TOTP, FACTOR_EMAIL, FACTOR_HOTP};
static const char *const PURPOSES[] = {"login", "action", NULL};
static const char *const DECISIONS[] = {"allow", "deny", "challenge", "enroll"};

/* ---- reading ---- */

static fallible read_code(struct json_object *top, struct verifications_ask *ask)
{
	ask->has_code = json_in_has(top, "code");
	struct span typed = json_in_free_text(top, "code", JSON_OPTIONAL, CODE_MAX_BYTES);
	int method = json_in_word(top, "method", JSON_OPTIONAL, METHODS);
	ask->method = method < 0 ? (enum factor_type)0 : METHOD_TYPES[method];
	ask->factor = json_in_id(top, "factor", JSON_OPTIONAL, ID_FACTOR);
	/* Starting a mail and typing a code are two things. */
	if (ask->has_code && ask->method == FACTOR_EMAIL && ids_is_none(ask->id))
		json_in_note(top, "code", "not_allowed");
	return ask->has_code ? text_code(typed, VERIFICATIONS_CODE_MIN, VERIFICATIONS_CODE_MAX, ask->code)
			     : OK;
}

/* The whole action is hashed as the caller repeats it; its type and fields once more, for a use to compare.
 */
static fallible read_action(struct json_object *top, struct verifications_ask *ask)
{
	struct json_object action, fields;
	if (!json_in_object(top, "action", ask->is_action ? JSON_NEEDED : JSON_OPTIONAL, &action))
		return OK;
	ask->action_type = json_in_text(&action, "type", JSON_NEEDED, VERIFICATIONS_TYPE_MAX);
	ask->action_text = json_in_text(&action, "text", JSON_OPTIONAL, ACTION_TEXT_MAX);
	if (ask->action_text.len == 0)
		ask->action_text = ask->action_type;
	struct span raw = SPAN_NONE;
	if (json_in_object(&action, "fields", JSON_OPTIONAL, &fields))
		raw = json_in_raw(&action, "fields", JSON_OPTIONAL, PROOF_ACTION_MAX);
	json_in_end(&action);
	if (!ask->is_action)
		json_in_note(top, "action", "not_allowed");
	hash_sha256(json_in_raw(top, "action", JSON_OPTIONAL, 2 * PROOF_ACTION_MAX), ask->action_hash);
	return proof_hash_json(ask->action_type, raw, ask->proves_hash);
}

static fallible read_hash(struct json_object *top, struct verifications_ask *ask)
{
	struct span text = json_in_text(top, "action_hash", JSON_OPTIONAL, HASH_TEXT);
	ask->has_action_hash = text.len > 0;
	if (text.len && err_failed(text_parse_hex(text, ask->action_hash, sizeof ask->action_hash)))
		json_in_note(top, "action_hash", "malformed");
	return OK;
}

static void read_language(struct json_object *top)
{
	enum language language;
	struct span code = json_in_text(top, "language", JSON_OPTIONAL, 8);
	/* A mail goes out in the person's own language; the member is checked, so that a wrong one is not
	 * taken for right. */
	if (code.len && !languages_find(code, &language))
		json_in_note(top, "language", "not_allowed");
}

static fallible make_remembering(struct call *call, struct verifications_ask *ask)
{
	if (!ask->remembering)
		ask->remembering = call_new(call, struct remembering);
	return ask->remembering ? OK : FAIL(NO_MEMORY, "a call has no memory for a remembered device");
}

/* The device, and with it the token that it was given when it was remembered. Of a person's own session or token it is the one that the server sees. */
static fallible read_device(struct call *call, struct json_object *top, struct verifications_ask *ask)
{
	struct json_object device;
	bool own = caller_is_own(&call->caller);
	ask->device = call->caller.device;
	if (!json_in_object(top, "device", own ? JSON_OPTIONAL : JSON_NEEDED, &device))
		return OK;
	if (own)
		json_in_note(top, "device", "not_allowed");
	call_take_device(&device, &ask->device);
	struct span typed = json_in_text(&device, "remember", JSON_OPTIONAL, REMEMBER_TYPED_MAX);
	json_in_end(&device);
	if (typed.len == 0)
		return OK;
	TRY(make_remembering(call, ask));
	ask->remembering->typed = typed;
	return OK;
}

/* What has no id of its own can't be told from other devices again. */
static fallible read_remember(struct call *call, struct json_object *top, struct verifications_ask *ask)
{
	if (!json_in_bool(top, "remember", JSON_OPTIONAL, false))
		return OK;
	if (ask->is_action)
		json_in_note(top, "remember", "not_allowed");
	if (ids_is_none(ask->id) && ask->device.id.len == 0)
		json_in_note(top, "device", "missing");
	TRY(make_remembering(call, ask));
	ask->remembering->wanted = true;
	return OK;
}

/* A session's or a personal token's is its own person, named or not. */
static fallible read_person(struct call *call, struct json_object *top, struct verifications_ask *ask)
{
	char own[ID_TEXT + 1];
	bool is_own = caller_is_own(&call->caller);
	ask->person = json_in_text(top, "person", is_own ? JSON_OPTIONAL : JSON_NEEDED, NAME_MAX_BYTES);
	if (!is_own || ask->person.len)
		return OK;
	ids_print(ID_PERSON, call->caller.person, own);
	return arena_keep(call->arena, span_text(own), &ask->person);
}

static fallible read_open(struct call *call, struct verifications_ask *ask)
{
	struct json_object top;
	TRY(call_body(call, &top));
	TRY(read_person(call, &top, ask));
	TRY(read_device(call, &top, ask));
	ask->is_action = json_in_word(&top, "purpose", JSON_NEEDED, PURPOSES) == 1;
	ask->nonce = json_in_text(&top, "nonce", JSON_OPTIONAL, VERIFICATIONS_NONCE_MAX);
	read_language(&top);
	TRY(read_action(&top, ask));
	TRY(read_remember(call, &top, ask));
	struct err err = read_code(&top, ask);
	json_in_end(&top);
	TRY(call_check(call));
	return err;
}

static fallible read_next(struct call *call, struct verifications_ask *ask)
{
	struct json_object top;
	TRY(call_body(call, &top));
	TRY(read_hash(&top, ask));
	TRY(read_remember(call, &top, ask));
	struct err err = read_code(&top, ask);
	ask->recovery = json_in_free_text(&top, "recovery", JSON_OPTIONAL, RECOVERY_CODES_TYPED_MAX);
	if (!ask->has_code && !ask->method && !ask->recovery.len)
		json_in_note(&top, "code", "missing");
	if (ask->recovery.len && (ask->has_code || ask->method))
		json_in_note(&top, "recovery", "not_allowed");
	json_in_end(&top);
	TRY(call_check(call));
	return err;
}

/* ---- handlers ---- */

static fallible make_ask(struct call *call, struct verifications_ask **ask)
{
	*ask = call_new(call, struct verifications_ask);
	return *ask ? OK : FAIL(NO_MEMORY, "a call has no memory for a verification");
}

static fallible prepare_open(struct call *call)
{
	struct verifications_ask *ask;
	TRY(make_ask(call, &ask));
	TRY(read_open(call, ask));
	return verify_call_prepare(call, ask);
}

static fallible prepare_next(struct call *call)
{
	struct verifications_ask *ask;
	TRY(make_ask(call, &ask));
	TRY(ids_parse(ID_VERIFICATION, call->parts[0], &ask->id));
	TRY(read_next(call, ask));
	struct err err = verify_call_prepare(call, ask);
	/* What the body can't show: that the verification is one of an action, and of which. */
	if (err.kind == ERR_INVALID && err.code != CODE_MALFORMED_CODE && call->problems.count == 0)
		call->problems.rows[call->problems.count++] = (struct json_problem){
			"/action_hash", ask->has_action_hash ? "not_allowed" : "missing"};
	return err;
}

static fallible prepare_cancel(struct call *call)
{
	struct verifications_ask *ask;
	TRY(make_ask(call, &ask));
	TRY(ids_parse(ID_VERIFICATION, call->parts[0], &ask->id));
	ask->cancels = true;
	return verify_call_prepare(call, ask);
}

/* ---- GET, and waiting in it ---- */

/* read_wait - what the caller has seen already, UINT64_MAX = nothing that was said. */
static fallible read_wait(struct call *call, uint64_t *seen)
{
	struct span wait, revision;
	uint64_t seconds = 0;
	*seen = UINT64_MAX;
	TRY(call_query(call, "wait", &wait));
	TRY(call_query(call, "revision", &revision));
	if (wait.at && !span_number(wait, WAIT_MAX_S, &seconds))
		call_note(call, SPAN_LIT("wait"), "malformed");
	if (revision.at && !span_number(revision, INT64_MAX, seen))
		call_note(call, SPAN_LIT("revision"), "malformed");
	call->wait_ms = (int64_t)seconds * 1000;
	return call->problems.count
		? FAIL(INVALID, "wait is 0 to 30 seconds, and revision a number that was answered")
		: OK;
}

static int64_t left_ms(const struct call *call, const struct verification *verification)
{
	int64_t left = verification->opened.ms + VERIFICATION_OPEN_MS - call->now.ms;
	return left > 0 ? left : 0;
}

/* Worth waiting for: it may still change, and the caller knows it as it is. */
static bool is_waited_for(const struct call *call, const struct verifications_ask *ask, uint64_t seen)
{
	bool known = seen == UINT64_MAX || seen == verification_revision(&ask->verification);
	return known && ask->verification.state == VERIFICATION_OPEN && left_ms(call, &ask->verification) > 0;
}

/* Once it has waited, the call is told how things stand, whoever it is today. */
static fallible see_again(struct call *call, struct verifications_ask *ask)
{
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(caller_renew(&stage.view, call->now, call->arena, &call->caller));
	return caller_has(&call->caller, call->route->scopes, call->route->capabilities)
		? verify_call_prepare(call, ask)
		: FAIL(DENIED, "the caller may see it no longer");
}

static fallible see_first(struct call *call, struct verifications_ask *ask)
{
	uint64_t seen;
	TRY(read_wait(call, &seen));
	if (call->wait_ms == 0)
		return verify_call_prepare(call, ask);
	TRY(waiters_enter(call->server->waiters, ask->id, &call->waiter));
	struct err err = verify_call_prepare(call, ask);
	if (err_failed(err) || !is_waited_for(call, ask, seen)) {
		waiters_leave(call->server->waiters, &call->waiter);
		return err;
	}
	int64_t left = left_ms(call, &ask->verification);
	call->wait_ms = call->wait_ms < left ? call->wait_ms : left;
	call->act = CALL_WAITS;
	return OK;
}

static fallible prepare_see(struct call *call)
{
	struct verifications_ask *ask;
	TRY(make_ask(call, &ask));
	TRY(ids_parse(ID_VERIFICATION, call->parts[0], &ask->id));
	ask->sees = true;
	return call->runs > 1 ? see_again(call, ask) : see_first(call, ask);
}

/* ---- answering ---- */

static void put_methods(struct json_out *out, const struct methods *methods)
{
	json_out_open_array(out, "methods");
	for (size_t i = 0; i < methods->count; i++) {
		const struct method *method = &methods->items[i];
		json_out_open(out, NULL);
		json_out_text(out, "type", factor_type_name(method->type));
		json_out_id(out, "factor", ID_FACTOR, method->factor);
		json_out_span(out, "hint", method->hint);
		json_out_close(out);
	}
	json_out_close_array(out);
}

static void put_started(struct json_out *out, const struct verifications_ask *ask)
{
	const struct verification_code *code = verification_newest_code(&ask->verification);
	if (!code || ask->decision != VERIFICATIONS_CHALLENGE)
		return;
	json_out_open(out, "started");
	json_out_text(out, "type", "email");
	json_out_text(out, "ref", code->ref);
	json_out_text(out, "delivery", verification_delivery_name(code->delivery));
	if (code->reply >= BAD_REPLY)
		json_out_number(out, "reply", code->reply);
	json_out_close(out);
}

/* When it is worth asking for another code. */
static void put_resend(const struct call *call, struct json_out *out, const struct verifications_ask *ask)
{
	bool mails = ask->mailing.asked || verification_newest_code(&ask->verification);
	int64_t cool_ms = mailing_cool_ms(ask, call->now);
	int64_t wait_ms = ask->mailing.wait_ms > cool_ms ? ask->mailing.wait_ms : cool_ms;
	if (mails && ask->decision == VERIFICATIONS_CHALLENGE)
		json_out_number(out, "resend_in", (wait_ms + 999) / 1000);
}

/* Who is let in by a weaker factor than is asked for is told so, and until when. */
static void put_grace(struct json_out *out, const struct verifications_ask *ask)
{
	bool is_in = ask->decision == VERIFICATIONS_ALLOW || ask->decision == VERIFICATIONS_CHALLENGE;
	if (!ask->methods.to_enroll || !is_in)
		return;
	json_out_open(out, "grace");
	json_out_text(out, "needs", roles_factor_name(ask->signin.least));
	if (ask->signin.grace.ms != INT64_MAX)
		json_out_time(out, "until", ask->signin.grace);
	json_out_close(out);
}

/* Which notice is to be shown and acknowledged: POST /v1/people/{person}/notice. */
static void put_notice(struct json_out *out, const struct verifications_ask *ask)
{
	if (ask->reason != REASON_NOTICE_MISSING)
		return;
	json_out_open(out, "notice");
	json_out_number(out, "version", ask->signin.notice);
	json_out_close(out);
}

/* To send back as device.remember; it is not in an answer that is kept for a repeated request. */
static void put_remember(struct json_out *out, const struct remembering *remembering)
{
	if (!remembering || !remembering->text[0] || json_out_redacted(out, "remember"))
		return;
	json_out_text(out, "remember", remembering->text);
	json_out_time(out, "remember_until", remembering->series.expires);
}

/* It is given once, with the answer that allows. */
static fallible put_receipt(struct call *call, struct json_out *out, const struct verifications_ask *ask)
{
	scoped(buf) receipt = BUF(SIGNED_RECEIPT_TEXT_MAX);
	TRY(receipts_put(call->server, ask, &receipt));
	json_out_span(out, "receipt", buf_span(&receipt));
	return OK;
}

/* Said only to who got in, or would have: anybody else may be guessing who has an account. */
static void put_risk(struct json_out *out, const struct risk *risk)
{
	json_out_open(out, "risk");
	json_out_number(out, "score", risk->score);
	risk_put_reasons(out, risk);
	json_out_close(out);
}

static void put_remembered(struct json_out *out, const struct verifications_ask *ask)
{
	json_out_bool(out, "remembered", ask->remembering->opened);
	if (!ask->remembering->steps_up)
		return;
	json_out_bool(out, "step_up", true);
	put_risk(out, &ask->risk);
}

static fallible put_allow(struct call *call, struct json_out *out, const struct verifications_ask *ask)
{
	json_out_number(out, "aal", ask->verification.aal);
	receipts_put_amr(out, ask);
	json_out_bool(out, "phishing_resistant", false);
	if (!ids_is_none(ask->verification.factor))
		json_out_id(out, "factor", ID_FACTOR, ask->verification.factor);
	if (ask->spend) {
		json_out_open(out, "recovery");
		json_out_number(out, "left", ask->spend->left);
		json_out_number(out, "uses_this_year", ask->spend->uses);
		json_out_close(out);
	}
	put_remember(out, ask->remembering);
	if (ask->risk.is_weighed)
		put_risk(out, &ask->risk);
	json_out_id(out, "event", ID_EVENT, ask->verification.event);
	return ask->sees || ask->cancels ? OK : put_receipt(call, out, ask);
}

static fallible answer(struct call *call, struct json_out *out)
{
	const struct verifications_ask *ask = call->ask;
	const struct verification *verification = &ask->verification;
	json_out_id(out, "id", ID_VERIFICATION, verification->id);
	json_out_text(out, "decision", DECISIONS[ask->decision]);
	if (ask->reason != REASON_NONE)
		json_out_text(out, "reason", reasons_word(ask->reason));
	put_methods(out, &ask->methods);
	put_started(out, ask);
	put_resend(call, out, ask);
	put_grace(out, ask);
	put_notice(out, ask);
	signins_put_flags(out, ask->signin.flags);
	if (ask->remembering && ask->remembering->typed.len)
		put_remembered(out, ask);
	json_out_number(out, "attempts_left", VERIFICATION_TRIES - verification->tries);
	json_out_number(out, "expires_in", left_ms(call, verification) / 1000);
	json_out_number(out, "revision", (int64_t)verification_revision(verification));
	/* The wrong code that closed the person's lane says so at once: tries of the verification may be left, and are no use. */
	bool waits = ask->reason == REASON_LOCKED || ask->reason == REASON_WRONG_CODE;
	if (waits && ask->wait_ms > 0 && ask->wait_ms != INT64_MAX)
		json_out_number(out, "retry_in", (ask->wait_ms + 999) / 1000);
	if (verification->is_action)
		json_out_hex(out, "action_hash", SPAN_BYTES(verification->action_hash));
	return ask->decision == VERIFICATIONS_ALLOW ? put_allow(call, out, ask) : OK;
}

const struct handler api_verifications_add = {prepare_open, verify_call_write, answer};
const struct handler api_verifications_try = {prepare_next, verify_call_write, answer};
const struct handler api_verifications_see = {prepare_see, NULL, answer};
const struct handler api_verifications_cancel = {prepare_cancel, verify_call_write, answer};
