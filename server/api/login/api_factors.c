/* SPDX-License-Identifier: Apache-2.0 */
/* api_factors - factors of a person: start, confirm, prove, resync, list, remove; enrolment codes. */
#include "base/text.h"
#include "server/api/ask.h"
#include "server/api/login/api_factor_resets.h"
#include "server/api/qr.h"
#include "server/core/login/enrolments.h"
#include "server/core/login/factors.h"
#include "server/core/login/factors_seen.h"
#include "server/core/login/recoveries.h"
#include "server/core/login/resyncs.h"
#include "server/core/login/sessions.h"

enum { CODE_MAX_BYTES = 64, SECRET_MAX_BYTES = 1024, HINT_MAX_BYTES = 12 };
enum { LOCKED_RETRY_S = 60 * 60 }; /* of a lane that only recovery opens: a client has to be told some time */

static const char *const TYPES[] = {"totp", "email", "recovery", NULL};

enum type { TYPE_TOTP, TYPE_EMAIL, TYPE_RECOVERY };
static const char *const ALGORITHMS[] = {"SHA1", "SHA256", "SHA512", NULL};
static const char *const BYS[] = {"email", "hand", NULL};

/* ---- POST /v1/people/{person}/factors ---- */

static void read_totp(struct json_object *top, struct factors_start *start)
{
	int algorithm = json_in_word(top, "algorithm", JSON_OPTIONAL, ALGORITHMS);
	int64_t digits = json_in_number(top, "digits", JSON_OPTIONAL, 6, 8, 6);
	int64_t period =
		json_in_number(top, "period", JSON_OPTIONAL, TOTP_PERIOD_MIN_S, TOTP_PERIOD_MAX_S, 30);
	start->type = FACTOR_TOTP;
	start->shape = (struct totp_shape){
		.algorithm = algorithm < 0 ? TOTP_SHA1 : (enum totp_algorithm)(algorithm + TOTP_SHA1),
		.digits = (uint8_t)digits,
		.period_s = (uint16_t)period};
	if (digits == 7)
		json_in_note(top, "digits", "not_allowed");
}

/* A device that has a seed already, as its paper says it: base32, or a whole otpauth URI. */
static fallible read_seed(struct call *call, struct json_object *top, struct factors_start *start)
{
	struct totp_shape shape;
	scoped(buf) seed = BUF(TOTP_SEED_MAX);
	struct span text = json_in_text(top, "secret", JSON_OPTIONAL, SECRET_MAX_BYTES);
	bool is_uri = memchr(text.at ? text.at : (const uint8_t *)"", ':', text.len);
	if (text.len == 0)
		return OK;
	if (err_failed(totp_parse(text, &shape, &seed)))
		json_in_note(top, "secret", "malformed");
	else if (is_uri)
		start->shape = shape;
	struct err err = arena_keep(call->arena, buf_span(&seed), &start->seed);
	secret_wipe(seed.data, seed.len);
	return err;
}

static void read_email(struct json_object *top, struct factors_start *start)
{
	start->type = FACTOR_EMAIL;
	start->address = json_in_text(top, "address", JSON_OPTIONAL, FACTOR_ADDRESS_MAX);
	if (start->address.len && !text_is_email(start->address))
		json_in_note(top, "address", "malformed");
}

/* A factor that is confirmed, or recovery codes, which are good at once. */
struct start {
	bool is_recovery;
	struct factors_start factor;
	struct recoveries_make recovery;
};

static fallible read_start(struct call *call, struct start *start)
{
	struct json_object top;
	TRY(call_body(call, &top));
	int type = json_in_word(&top, "type", JSON_NEEDED, TYPES);
	start->is_recovery = type == TYPE_RECOVERY;
	if (type != TYPE_RECOVERY)
		start->factor.label = json_in_text(&top, "label", JSON_OPTIONAL, FACTOR_LABEL_MAX);
	if (type == TYPE_TOTP) {
		read_totp(&top, &start->factor);
		TRY(read_seed(call, &top, &start->factor));
	}
	if (type == TYPE_EMAIL)
		read_email(&top, &start->factor);
	if (type >= 0)
		json_in_end(&top);
	return call_check(call);
}

/* When it is worth asking for a mail, or trying a code, again; INT64_MAX = never by itself. */
static void note_wait(struct call *call, struct err err, int64_t wait_ms)
{
	if (err.kind == ERR_SLOW_DOWN && wait_ms == INT64_MAX)
		call->retry_after_s = LOCKED_RETRY_S;
	else if (err.kind == ERR_SLOW_DOWN)
		call->retry_after_s = (wait_ms + 999) / 1000;
}

static fallible prepare_start(struct call *call)
{
	struct start *start;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &start));
	TRY(read_start(call, start));
	TRY(stage_open(call, &stage));
	start->factor.person = start->recovery.person = call->parts[0];
	start->factor.trace = call->trace;
	call->status = 201;
	if (start->is_recovery)
		return recoveries_make_prepare(&stage.scene, &start->recovery);
	struct err err = factors_start_prepare(
		call->server, &call->caller, &stage.view, call->now, call->arena, &start->factor);
	note_wait(call, err, start->factor.wait_ms);
	return err;
}

static fallible write_start(struct act *act, struct call *call)
{
	struct start *start = call->ask;
	return start->is_recovery ? recoveries_make_write(act, &start->recovery)
				  : factors_start_write(act, &start->factor);
}

static fallible answer_recovery(const struct recoveries_make *make, struct json_out *out)
{
	json_out_id(out, "id", ID_FACTOR, make->recovery.id);
	json_out_text(out, "type", "recovery");
	json_out_text(out, "state", factor_state_name(FACTOR_ACTIVE));
	json_out_bool(out, "proven", make->recovery.proven);
	json_out_time(out, "created", make->recovery.made);
	if (json_out_redacted(out, "codes"))
		return OK;
	json_out_open_array(out, "codes");
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		json_out_text(out, NULL, make->codes[i]);
	json_out_close_array(out);
	return OK;
}

static fallible put_qr(struct json_out *out, struct span uri)
{
	scoped(buf) svg = BUF(QR_SVG_MAX);
	TRY(qr_put_svg(uri, "QR code for the authenticator app", &svg));
	json_out_secret(out, "qr_svg", buf_span(&svg));
	secret_wipe(svg.data, svg.len);
	return OK;
}

static fallible answer_start(struct call *call, struct json_out *out)
{
	const struct start *asked = call->ask;
	const struct factors_start *start = &asked->factor;
	if (asked->is_recovery)
		return answer_recovery(&asked->recovery, out);
	json_out_id(out, "id", ID_FACTOR, start->factor.id);
	json_out_text(out, "type", factor_type_name(start->type));
	json_out_text(out, "state", factor_state_name(start->factor.state));
	if (start->label.len)
		json_out_span(out, "label", start->label);
	json_out_time(out, "created", start->factor.created);
	if (start->type == FACTOR_EMAIL) {
		json_out_span(out, "hint", start->hint);
		json_out_text(out, "ref", start->mail.ref);
		json_out_text(out, "delivery", "queued");
		return OK;
	}
	json_out_secret(out, "secret", start->secret);
	json_out_secret(out, "uri", start->uri);
	if (out->redact)
		return json_out_redacted(out, "qr_svg") ? OK : FAIL(BUG, "a redacted answer shows a secret");
	return put_qr(out, start->uri);
}

const struct handler api_factors_start = {prepare_start, write_start, answer_start};

/* ---- POST /v1/factors/{id}/confirm and /prove, DELETE /v1/factors/{id} ---- */

static fallible prepare_change(struct call *call, struct factors_change *change)
{
	scoped(stage) stage = {0};
	TRY(ids_parse(ID_FACTOR, call->parts[0], &change->id));
	TRY(stage_open(call, &stage));
	change->trace = call->trace;
	return factors_change_prepare(
		call->server, &call->caller, &stage.view, call->now, call->arena, change);
}

static fallible make_change(struct call *call, enum factors_change_kind kind, struct factors_change **change)
{
	TRY(call_ask(call, change));
	(*change)->kind = kind;
	return OK;
}

static fallible prepare_confirm(struct call *call)
{
	struct factors_change *change;
	struct json_object top;
	TRY(make_change(call, FACTORS_CONFIRM, &change));
	TRY(call_body(call, &top));
	struct span typed = json_in_text(&top, "code", JSON_NEEDED, CODE_MAX_BYTES);
	change->enrolment = json_in_text(&top, "enrolment", JSON_OPTIONAL, ENROLMENTS_TYPED_MAX);
	json_in_end(&top);
	TRY(call_check(call));
	TRY(text_code(typed, FACTORS_CODE_MIN, FACTORS_CODE_MAX, change->code));
	return prepare_change(call, change);
}

static fallible prepare_prove(struct call *call)
{
	struct factors_change *change;
	struct json_object top;
	TRY(make_change(call, FACTORS_PROVE, &change));
	TRY(call_body(call, &top));
	change->enrolment = json_in_text(&top, "enrolment", JSON_NEEDED, ENROLMENTS_TYPED_MAX);
	json_in_end(&top);
	TRY(call_check(call));
	return prepare_change(call, change);
}

/* What is removed: a factor, or a set of recovery codes. */
struct removal {
	struct factors_change change;
	struct recoveries_end end;
	bool is_recovery;
};

static fallible prepare_end(struct call *call, struct recoveries_end *end)
{
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(ids_parse(ID_FACTOR, call->parts[0], &end->id));
	return recoveries_end_prepare(&stage.scene, end);
}

static fallible prepare_remove(struct call *call)
{
	struct removal *removal;
	TRY(call_ask(call, &removal));
	removal->change.kind = FACTORS_REMOVE;
	struct err err = prepare_change(call, &removal->change);
	removal->is_recovery = err.kind == ERR_NOT_FOUND;
	if (removal->is_recovery)
		err = prepare_end(call, &removal->end);
	return err;
}

static fallible write_remove(struct act *act, struct call *call)
{
	struct removal *removal = call->ask;
	if (removal->is_recovery)
		return recoveries_end_write(act, &removal->end);
	TRY(factors_change_write(act, &removal->change));
	call->refusal = removal->change.refusal;
	return OK;
}

/* Whoever confirms a factor of their own in a session shows it there, as at a sign-in. */
static fallible note_session(struct act *act, const struct call *call, const struct factor *factor)
{
	struct sessions_news news = {.proven = factor->proven};
	if (factor->state != FACTOR_ACTIVE || !ids_equal(factor->person, call->caller.person))
		return OK;
	if (factor_shows_codes(factor->type)) {
		news.what = SESSION_LACKS_FACTOR;
		news.means = factor->type == FACTOR_TOTP ? SESSION_BY_TOTP : SESSION_BY_HOTP;
	}
	return sessions_set_up(act, &call->caller, &news);
}

static fallible write_change(struct act *act, struct call *call)
{
	struct factors_change *change = call->ask;
	TRY(factors_change_write(act, change));
	call->refusal = change->refusal;
	return err_failed(change->refusal) ? OK : note_session(act, call, &change->factor);
}

static fallible answer_change(struct call *call, struct json_out *out)
{
	const struct factors_change *change = call->ask;
	json_out_id(out, "id", ID_FACTOR, change->factor.id);
	json_out_text(out, "type", factor_type_name(change->factor.type));
	json_out_text(out, "state", factor_state_name(change->factor.state));
	json_out_bool(out, "proven", change->factor.proven);
	return OK;
}

static fallible answer_remove(struct call *call, struct json_out *out)
{
	const struct removal *removal = call->ask;
	json_out_id(out, "id", ID_FACTOR,
		removal->is_recovery ? removal->end.recovery.id : removal->change.factor.id);
	json_out_text(out, "state", factor_state_name(FACTOR_ENDED));
	return OK;
}

const struct handler api_factors_confirm = {prepare_confirm, write_change, answer_change};
const struct handler api_factors_prove = {prepare_prove, write_change, answer_change};
const struct handler api_factors_remove = {prepare_remove, write_remove, answer_remove};

/* By how much the clock of an app is ahead, to whom it concerns; a token that counts has none. */
static void put_clock(const struct call *call, const struct factor *factor, struct json_out *out)
{
	bool has_clock = factor->type == FACTOR_TOTP && factor->state == FACTOR_ACTIVE;
	if (has_clock && factors_shows_clock(&call->caller, factor->person))
		json_out_number(out, "off_by_s", (int64_t)factor->drift / 2 * factor->shape.period_s);
}

/* ---- POST /v1/factors/{id}/resync ---- */

static fallible read_resync(struct call *call, struct resyncs_ask *ask)
{
	struct json_object top;
	struct json_array codes;
	struct span first = SPAN_NONE, second = SPAN_NONE;
	TRY(call_body(call, &top));
	if (json_in_array(&top, "codes", JSON_NEEDED, 2, &codes) &&
		!(json_in_next_text(&codes, CODE_MAX_BYTES, &first) &&
			json_in_next_text(&codes, CODE_MAX_BYTES, &second)))
		json_in_note(&top, "codes", "missing");
	json_in_end(&top);
	TRY(call_check(call));
	TRY(text_code(first, FACTORS_CODE_MIN, FACTORS_CODE_MAX, ask->first));
	return text_code(second, FACTORS_CODE_MIN, FACTORS_CODE_MAX, ask->second);
}

static fallible prepare_resync(struct call *call)
{
	struct resyncs_ask *ask;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &ask));
	TRY(ids_parse(ID_FACTOR, call->parts[0], &ask->id));
	TRY(read_resync(call, ask));
	TRY(stage_open(call, &stage));
	return resyncs_prepare(&stage.scene, ask);
}

static fallible write_resync(struct act *act, struct call *call)
{
	struct resyncs_ask *ask = call->ask;
	TRY(resyncs_write(act, ask));
	call->refusal = ask->refusal;
	note_wait(call, ask->refusal, ask->wait_ms);
	return OK;
}

static fallible answer_resync(struct call *call, struct json_out *out)
{
	const struct resyncs_ask *ask = call->ask;
	json_out_id(out, "id", ID_FACTOR, ask->factor.id);
	json_out_text(out, "type", factor_type_name(ask->factor.type));
	json_out_text(out, "state", factor_state_name(ask->factor.state));
	json_out_bool(out, "proven", ask->factor.proven);
	put_clock(call, &ask->factor, out);
	return OK;
}

const struct handler api_factors_resync = {prepare_resync, write_resync, answer_resync};

/* ---- GET /v1/people/{person}/factors ---- */

static fallible prepare_list(struct call *call)
{
	struct id *person;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &person));
	TRY(stage_open(call, &stage));
	return factors_find_person(&stage.view, &call->caller, call->parts[0], person);
}

static fallible put_factor(struct call *call, const struct factor *factor, struct json_out *out)
{
	struct span hint;
	TRY(factors_hint(call->server, factor, call->arena, &hint));
	json_out_open(out, NULL);
	json_out_id(out, "id", ID_FACTOR, factor->id);
	json_out_text(out, "type", factor_type_name(factor->type));
	json_out_text(out, "state", factor_state_name(factor->state));
	json_out_bool(out, "proven", factor->proven);
	json_out_span(out, "hint", hint);
	json_out_time(out, "created", factor->created);
	put_clock(call, factor, out);
	json_out_close(out);
	return OK;
}

static fallible put_recovery(
	struct call *call, const struct view *view, struct id person, struct json_out *out)
{
	struct recovery recovery;
	scoped(buf) hint = BUF(HINT_MAX_BYTES);
	struct err err = recoveries_find(view, call->caller.tenant, person, &recovery);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	buf_printf(&hint, "%u", recovery_left(&recovery));
	TRY(buf_check(&hint));
	json_out_open(out, NULL);
	json_out_id(out, "id", ID_FACTOR, recovery.id);
	json_out_text(out, "type", "recovery");
	json_out_text(out, "state", factor_state_name(FACTOR_ACTIVE));
	json_out_bool(out, "proven", recovery.proven);
	json_out_span(out, "hint", buf_span(&hint));
	json_out_time(out, "created", recovery.made);
	json_out_number(out, "left", recovery_left(&recovery));
	json_out_number(out, "uses_this_year", recovery_uses(&recovery, call->now));
	json_out_close(out);
	return OK;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	const struct id *person = call->ask;
	scoped(stage) stage = {0};
	struct factor factor;
	struct id after = {0};
	struct err err;
	TRY(stage_open(call, &stage));
	json_out_open_array(out, "items");
	while (factor_next(&stage.view, call->caller.tenant, *person, &after, &factor, &err))
		if (factor.state != FACTOR_ENDED)
			TRY(put_factor(call, &factor, out));
	TRY(err);
	TRY(put_recovery(call, &stage.view, *person, out));
	json_out_close_array(out);
	json_out_null(out, "next");
	return api_factor_resets_put_open(call, &stage.scene, *person, out);
}

const struct handler api_factors_list = {prepare_list, NULL, answer_list};

/* ---- POST /v1/people/{person}/enrolment ---- */

static fallible prepare_enrolment(struct call *call)
{
	struct enrolments_add *add;
	struct json_object top;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &add));
	TRY(call_body(call, &top));
	add->by = json_in_word(&top, "by", JSON_NEEDED, BYS) == 1 ? ENROLMENT_BY_HAND : ENROLMENT_BY_EMAIL;
	json_in_end(&top);
	TRY(call_check(call));
	TRY(stage_open(call, &stage));
	add->person = call->parts[0];
	add->trace = call->trace;
	call->status = 201;
	struct err err =
		enrolments_prepare(call->server, &call->caller, &stage.view, call->now, call->arena, add);
	note_wait(call, err, add->wait_ms);
	return err;
}

static fallible write_enrolment(struct act *act, struct call *call)
{
	return enrolments_write(act, call->ask);
}

static fallible answer_enrolment(struct call *call, struct json_out *out)
{
	const struct enrolments_add *add = call->ask;
	json_out_id(out, "id", ID_ENROLMENT, add->enrolment.id);
	json_out_time(out, "expires_at", enrolment_ends(&add->enrolment));
	if (add->by == ENROLMENT_BY_HAND)
		json_out_secret(out, "code", span_of(add->code, ENROLMENTS_CODE));
	return OK;
}

const struct handler api_enrolment_add = {prepare_enrolment, write_enrolment, answer_enrolment};
