/* SPDX-License-Identifier: Apache-2.0 */
/* api_sign_ins - POST /v1/sign-ins, POST /v1/sign-ins/{id}: how people sign in to the pages. */
#include "base/text.h"
#include "crypto/secret.h"
#include "server/api/ask.h"
#include "server/api/call.h"
#include "server/api/guard.h"
#include "server/api/login/session_out.h"
#include "server/api/own_pages.h"
#include "server/core/login/entering.h"
#include "store/nouns/tenant.h"

enum { CODE_MAX_BYTES = 64 };

/* What was sent. */
struct step {
	struct span code, totp, recovery; /* as they were typed */
	struct id tenant;
	bool resends, remembers;
	bool has_code, has_totp; /* they stood there, empty or not */
};

/* One call: of the first half, of the second, or of one after the other. */
struct sign_in {
	struct step step;
	struct device device;
	bool enters;    /* the second half */
	bool passed_on; /* decided by the act of the first half */
	struct arrivals_ask arriving;
	struct entering_ask entering;
	struct arena_mark kept;
};

/* ---- reading ---- */

static fallible read_begin(struct call *call, struct sign_in *sign_in)
{
	struct json_object top;
	enum language language;
	TRY(call_body(call, &top));
	if (!json_in_has(&top, "email"))
		json_in_note(&top, "email", "missing");
	sign_in->arriving.email = ask_email(call, &top);
	ask_language(&top, &language); /* a mail goes out in the person's own */
	json_in_end(&top);
	return call_check(call);
}

/* Exactly one of them. */
static void check_one(struct json_object *top)
{
	static const char *const ONES[] = {"code", "resend", "tenant", "totp", "recovery"};
	size_t count = 0;
	for (size_t i = 0; i < sizeof ONES / sizeof ONES[0]; i++) {
		bool has = json_in_has(top, ONES[i]);
		count += has;
		if (has && count > 1)
			json_in_note(top, ONES[i], "not_allowed");
	}
	if (count == 0)
		json_in_note(top, "code", "missing");
}

static fallible read_step(struct call *call, struct step *step)
{
	struct json_object top;
	TRY(call_body(call, &top));
	check_one(&top);
	step->has_code = json_in_has(&top, "code");
	step->has_totp = json_in_has(&top, "totp");
	step->code = json_in_free_text(&top, "code", JSON_OPTIONAL, CODE_MAX_BYTES);
	step->totp = json_in_free_text(&top, "totp", JSON_OPTIONAL, CODE_MAX_BYTES);
	step->recovery = json_in_free_text(&top, "recovery", JSON_OPTIONAL, RECOVERY_CODES_TYPED_MAX);
	step->tenant = json_in_id(&top, "tenant", JSON_OPTIONAL, ID_TENANT);
	step->resends = json_in_bool(&top, "resend", JSON_OPTIONAL, false);
	step->remembers = json_in_bool(&top, "remember", JSON_OPTIONAL, false);
	if (json_in_has(&top, "resend") && !step->resends)
		json_in_note(&top, "resend", "not_allowed");
	if (json_in_has(&top, "remember") && !step->has_totp && !json_in_has(&top, "recovery"))
		json_in_note(&top, "remember", "not_allowed");
	json_in_end(&top);
	return call_check(call);
}

static fallible make(struct call *call, struct sign_in **made)
{
	struct sign_in *sign_in = call_new(call, struct sign_in);
	if (!sign_in)
		return FAIL(NO_MEMORY, "a call has no memory for a sign-in");
	TRY(own_pages_check_own(call));
	TRY(guard_see_device(call, &sign_in->device));
	TRY(own_pages_device(call, &sign_in->device.id));
	*made = sign_in;
	return OK;
}

/* ---- the first half ---- */

static fallible arrive(struct call *call, const struct view *view, struct sign_in *sign_in)
{
	struct arrivals_ask *arriving = &sign_in->arriving;
	arriving->device = sign_in->device;
	arriving->remembered = own_pages_remembered(call);
	arriving->trace = call->trace;
	arriving->now = call->now;
	struct err err = arrivals_prepare(call->server, view, call->arena, arriving);
	call->retry_after_s = err.kind == ERR_SLOW_DOWN ? (arriving->wait_ms + 999) / 1000 : 0;
	TRY(err);
	call->act = arriving->acts ? CALL_STATE : CALL_NO_ACT;
	call->at_moment = true; /* nobody learns whether the address is known */
	return OK;
}

static fallible prepare_begin(struct call *call)
{
	struct sign_in *sign_in = call->ask;
	scoped(stage) stage = {0};
	if (!sign_in) {
		TRY(make(call, &sign_in));
		TRY(read_begin(call, sign_in));
		call->ask = sign_in;
	}
	TRY(stage_open(call, &stage));
	return arrive(call, &stage.view, sign_in);
}

static fallible write_begin(struct act *act, struct call *call)
{
	struct sign_in *sign_in = call->ask;
	return arrivals_write(act, &sign_in->arriving);
}

/* ---- the second half ---- */

static fallible enter(struct call *call, const struct view *view, struct sign_in *sign_in)
{
	static const enum call_act ACTS[] = {CALL_NO_ACT, CALL_HOUSEKEEPING, CALL_EVENT};
	struct entering_ask *entering = &sign_in->entering;
	const struct step *step = &sign_in->step;
	entering->id = sign_in->arriving.id;
	entering->tenant = step->tenant;
	entering->device = sign_in->device;
	entering->recovery = step->recovery;
	entering->remembers = step->remembers;
	entering->remembered = own_pages_remembered(call);
	entering->before = own_pages_session(call);
	entering->may_lock = call->runs > 1;
	entering->trace = call->trace;
	entering->now = call->now;
	entering->has_code = step->has_totp;
	if (step->has_totp)
		TRY(text_code(step->totp, VERIFICATIONS_CODE_MIN, VERIFICATIONS_CODE_MAX, entering->code));
	TRY(entering_prepare(call->server, view, call->arena, entering));
	call->act = ACTS[entering_acts(entering)];
	call->at_moment = entering->verify.decision != VERIFICATIONS_ALLOW;
	return OK;
}

/* ---- a step ---- */

/* Whoever proved the address, and was cut off before the answer, goes on with the same call. */
static bool is_proven(const struct arrival *arrival)
{
	return arrival->state == ARRIVAL_FACTOR && ids_is_none(arrival->verification);
}

static fallible begin_step(struct call *call, struct sign_in **begun)
{
	struct sign_in *sign_in;
	struct arrivals_ask *arriving;
	TRY(make(call, &sign_in));
	arriving = &sign_in->arriving;
	TRY(ids_parse(ID_SIGN_IN, call->parts[0], &arriving->id));
	TRY(read_step(call, &sign_in->step));
	arriving->has_code = sign_in->step.has_code;
	arriving->resends = sign_in->step.resends;
	if (arriving->has_code)
		TRY(text_code(sign_in->step.code, MAILCODES_DIGITS, MAILCODES_DIGITS, arriving->code));
	sign_in->enters = !arriving->has_code && !arriving->resends;
	sign_in->kept = arena_mark(call->arena);
	*begun = sign_in;
	return OK;
}

static fallible prepare_step(struct call *call)
{
	struct sign_in *sign_in = call->ask;
	scoped(stage) stage = {0};
	if (!sign_in)
		TRY(begin_step(call, &sign_in));
	call->ask = sign_in;
	TRY(stage_open(call, &stage));
	sign_in->enters = sign_in->enters || sign_in->passed_on;
	if (!sign_in->enters) {
		TRY(arrive(call, &stage.view, sign_in));
		sign_in->enters = sign_in->step.has_code && sign_in->arriving.reason == REASON_NONE &&
			is_proven(&sign_in->arriving.arrival);
	}
	call->parts_from = sign_in->kept;
	return sign_in->enters ? enter(call, &stage.view, sign_in) : OK;
}

static fallible write_step(struct act *act, struct call *call)
{
	struct sign_in *sign_in = call->ask;
	if (sign_in->enters) {
		TRY(entering_write(act, &sign_in->entering));
		call->at_moment = !sign_in->entering.entered;
		return OK;
	}
	TRY(arrivals_write(act, &sign_in->arriving));
	/* Of one business alone: its policies are asked at once, by the next part of the call. */
	const struct arrivals_ask *arriving = &sign_in->arriving;
	sign_in->passed_on = arriving->passed && arriving->arrival.state == ARRIVAL_FACTOR;
	call->at_moment = !sign_in->passed_on;
	if (sign_in->passed_on)
		call->act = CALL_GOES_ON;
	return OK;
}

/* ---- answering ---- */

static void put_left(
	const struct call *call, const struct arrival *arrival, unsigned left, struct json_out *out)
{
	int64_t left_ms = arrival_expires(arrival).ms - call->now.ms;
	json_out_number(out, "attempts_left", left);
	json_out_number(out, "expires_in", left_ms > 0 ? left_ms / 1000 : 0);
}

static void put_state(
	struct json_out *out, const struct arrival *arrival, const char *state, enum reason reason)
{
	json_out_id(out, "id", ID_SIGN_IN, arrival->id);
	json_out_text(out, "state", state);
	if (reason != REASON_NONE)
		json_out_text(out, "reason", reasons_word(reason));
}

static void put_code(const struct call *call, const struct arrivals_ask *ask, struct json_out *out)
{
	const struct arrival *arrival = &ask->arrival;
	int64_t wait_ms = arrivals_cool_ms(arrival, call->now);
	put_state(out, arrival, "code", ask->reason);
	if (arrival->code_count)
		json_out_text(out, "reference", arrival->codes[arrival->code_count - 1].ref);
	if (wait_ms < ask->wait_ms)
		wait_ms = ask->wait_ms;
	json_out_number(out, "resend_in", (wait_ms + 999) / 1000);
	put_left(call, arrival, ARRIVAL_TRIES - arrival->tries, out);
}

static fallible put_choice(struct call *call, const struct arrivals_ask *ask, struct json_out *out)
{
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	put_state(out, &ask->arrival, "choose", ask->has_code ? REASON_NONE : ask->reason);
	json_out_open_array(out, "tenants");
	for (size_t i = 0; i < ask->who_count; i++) {
		struct tenant tenant;
		TRY(tenant_get(&stage.view, ask->who[i].tenant, call->arena, &tenant));
		json_out_open(out, NULL);
		json_out_id(out, "id", ID_TENANT, tenant.id);
		json_out_span(out, "name", tenant.name);
		json_out_close(out);
	}
	json_out_close_array(out);
	put_left(call, &ask->arrival, ARRIVAL_TRIES - ask->arrival.tries, out);
	return OK;
}

static fallible answer_arriving(struct call *call, const struct arrivals_ask *ask, struct json_out *out)
{
	enum reason closed = arrivals_closed(&ask->arrival, call->now);
	if (closed != REASON_NONE) {
		put_state(out, &ask->arrival, "ended", closed);
		put_left(call, &ask->arrival, 0, out);
		return OK;
	}
	if (ask->arrival.state == ARRIVAL_CHOOSE)
		return put_choice(call, ask, out);
	if (ask->arrival.state == ARRIVAL_FACTOR)
		return FAIL(CONFLICT, "the sign-in waits for something else");
	put_code(call, ask, out);
	return OK;
}

static void put_methods(const struct entering_ask *ask, struct json_out *out)
{
	const struct methods *methods = &ask->verify.methods;
	json_out_open_array(out, "methods");
	for (size_t i = 0; i < methods->count; i++) {
		if (!factor_shows_codes(methods->items[i].type))
			continue;
		json_out_open(out, NULL);
		json_out_text(out, "type", factor_type_name(methods->items[i].type));
		json_out_span(out, "hint", methods->items[i].hint);
		json_out_close(out);
	}
	if (ask->has_recovery) {
		json_out_open(out, NULL);
		json_out_text(out, "type", "recovery");
		json_out_text(out, "hint", "");
		json_out_close(out);
	}
	json_out_close_array(out);
}

static fallible put_entered(struct call *call, struct sign_in *sign_in, struct json_out *out)
{
	struct entering_ask *ask = &sign_in->entering;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	put_state(out, &ask->arrival, "signed_in", REASON_NONE);
	put_left(call, &ask->arrival, 0, out);
	json_out_open(out, "session");
	TRY(session_out_put(call, &stage.view, &ask->start.session, out));
	json_out_close(out);
	TRY(own_pages_put_session(call, span_text(ask->start.text)));
	secret_wipe(ask->start.text, sizeof ask->start.text);
	if (!ask->remembering.text[0])
		return OK;
	struct instant until = ask->remembering.series.expires;
	return own_pages_put_remembered(call, span_text(ask->remembering.text), until);
}

static fallible answer_entering(struct call *call, struct sign_in *sign_in, struct json_out *out)
{
	const struct entering_ask *ask = &sign_in->entering;
	const struct verifications_ask *verify = &ask->verify;
	bool ended = ask->closed != REASON_NONE || ask->arrival.state == ARRIVAL_ENDED;
	if (ask->entered)
		return put_entered(call, sign_in, out);
	if (ended) {
		put_state(out, &ask->arrival, "ended", ask->closed ? ask->closed : verify->reason);
		put_left(call, &ask->arrival, 0, out);
		return OK;
	}
	put_state(out, &ask->arrival, "factor", verify->reason);
	put_methods(ask, out);
	put_left(call, &ask->arrival, VERIFICATION_TRIES - verify->verification.tries, out);
	return OK;
}

static fallible answer_begin(struct call *call, struct json_out *out)
{
	const struct sign_in *sign_in = call->ask;
	put_code(call, &sign_in->arriving, out);
	return own_pages_put_browser(call);
}

static fallible answer_step(struct call *call, struct json_out *out)
{
	struct sign_in *sign_in = call->ask;
	return sign_in->enters ? answer_entering(call, sign_in, out)
			       : answer_arriving(call, &sign_in->arriving, out);
}

const struct handler api_sign_ins_add = {prepare_begin, write_begin, answer_begin};
const struct handler api_sign_ins_step = {prepare_step, write_step, answer_step};
