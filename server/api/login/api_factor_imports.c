/* SPDX-License-Identifier: Apache-2.0 */
/* api_factor_imports - POST /v1/people/{person}/factors:import. */
#include "crypto/secret.h"
#include "server/api/ask.h"
#include "server/core/login/factor_imports.h"

enum { SECRET_MAX_BYTES = 256 };

static const char *const TYPES[] = {"totp", "hotp", NULL};
static const char *const ALGORITHMS[] = {"SHA1", "SHA256", "SHA512", NULL};

/* ---- reading ---- */

static void read_shape(struct json_object *entry, struct factor_imports_item *item)
{
	int type = json_in_word(entry, "type", JSON_NEEDED, TYPES);
	int algorithm = json_in_word(entry, "algorithm", JSON_OPTIONAL, ALGORITHMS);
	int64_t digits = json_in_number(entry, "digits", JSON_OPTIONAL, 6, 8, 6);
	int64_t period = 0;
	if (digits == 7)
		json_in_note(entry, "digits", "not_allowed");
	item->type = type == 1 ? FACTOR_HOTP : FACTOR_TOTP;
	if (item->type == FACTOR_HOTP)
		item->counter = (uint64_t)json_in_number(
			entry, "counter", JSON_NEEDED, 0, (INT64_C(1) << FACTOR_IMPORTS_COUNTER_BITS) - 1, 0);
	else
		period = json_in_number(
			entry, "period", JSON_OPTIONAL, TOTP_PERIOD_MIN_S, TOTP_PERIOD_MAX_S, 30);
	item->shape = (struct totp_shape){
		.algorithm = algorithm < 0 ? TOTP_SHA1 : (enum totp_algorithm)(algorithm + TOTP_SHA1),
		.digits = (uint8_t)digits,
		.period_s = (uint16_t)period};
}

/* Base32 alone: what a URI says besides stands in members of its own. */
static fallible read_seed(struct call *call, struct json_object *entry, struct factor_imports_item *item)
{
	struct totp_shape ignored;
	scoped(buf) seed = BUF(TOTP_SEED_MAX);
	struct span text = json_in_text(entry, "secret", JSON_NEEDED, SECRET_MAX_BYTES);
	if (text.len == 0)
		return OK;
	if (memchr(text.at, ':', text.len) || err_failed(totp_parse(text, &ignored, &seed)))
		json_in_note(entry, "secret", "malformed");
	struct err err = arena_keep(call->arena, buf_span(&seed), &item->seed);
	secret_wipe(seed.data, seed.len);
	return err;
}

static fallible read_import(struct call *call, struct factor_imports_ask *ask)
{
	struct json_object top, entry;
	struct json_array factors;
	TRY(call_body(call, &top));
	ask->is_trial = json_in_bool(&top, "dry_run", JSON_OPTIONAL, false);
	if (json_in_array(&top, "factors", JSON_NEEDED, FACTOR_MAX, &factors)) {
		while (ask->count < FACTOR_MAX && json_in_next_object(&factors, &entry)) {
			struct factor_imports_item *item = &ask->items[ask->count++];
			read_shape(&entry, item);
			item->label = json_in_text(&entry, "label", JSON_OPTIONAL, FACTOR_LABEL_MAX);
			TRY(read_seed(call, &entry, item));
			json_in_end(&entry);
		}
		if (factors.count == 0)
			json_in_note(&top, "factors", "missing");
	}
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare(struct call *call)
{
	struct factor_imports_ask *ask;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &ask));
	TRY(read_import(call, ask));
	TRY(stage_open(call, &stage));
	ask->person = call->parts[0];
	TRY(factor_imports_prepare(&stage.scene, ask));
	if (ask->is_trial || ask->taken == 0)
		call->act = CALL_NO_ACT;
	return OK;
}

static fallible write_it(struct act *act, struct call *call)
{
	return factor_imports_write(act, call->ask);
}

/* ---- answering ---- */

static void put_result(const struct factor_imports_item *item, bool is_trial, struct json_out *out)
{
	static const char *const RESULTS[] = {"taken", "there", "refused", "refused"};
	static const char *const REASONS[] = {NULL, NULL, "person_unproven", "too_many"};
	json_out_open(out, NULL);
	json_out_text(out, "result", RESULTS[item->result]);
	if (REASONS[item->result])
		json_out_text(out, "reason", REASONS[item->result]);
	if (!ids_is_none(item->factor.id) && !(is_trial && item->result == FACTOR_IMPORTS_TAKEN))
		json_out_id(out, "factor", ID_FACTOR, item->factor.id);
	json_out_close(out);
}

static fallible answer(struct call *call, struct json_out *out)
{
	const struct factor_imports_ask *ask = call->ask;
	json_out_id(out, "person", ID_PERSON, ask->who.id);
	json_out_bool(out, "dry_run", ask->is_trial);
	json_out_open_array(out, "factors");
	for (size_t i = 0; i < ask->count; i++)
		put_result(&ask->items[i], ask->is_trial, out);
	json_out_close_array(out);
	return OK;
}

const struct handler api_factor_imports = {prepare, write_it, answer};
