/* SPDX-License-Identifier: Apache-2.0 */
/* proof - find a verification that was allowed, and use it up. */
#include "server/core/proof.h"

#include "base/json_out.h"
#include "store/nouns/device_record.h"
#include "store/nouns/rescue.h"
#include "store/nouns/verification.h"

static fallible unproven(void)
{
	return FAIL_CODE(PERSON_UNPROVEN, "the verification does not prove this person here and now");
}

/* A right code is worth as much as the time since: a login 8 hours, an action 5 minutes and once. */
bool proof_holds(const struct verification *verification, struct instant now)
{
	int64_t age_ms = now.ms - verification->decided.ms;
	if (verification->state != VERIFICATION_ALLOWED || verification_is_decoy(verification))
		return false;
	if (!verification->is_action)
		return age_ms <= PROOF_LOGIN_MS;
	return !verification->spent && age_ms <= PROOF_ACTION_MS;
}

/* Whoever holds the device now may not live on what its owner proved there, nor on a factor that was reset since. */
static fallible check_holds(
	const struct view *view, const struct verification *verification, struct instant now)
{
	bool is_lost;
	if (!proof_holds(verification, now))
		return unproven();
	struct err err =
		rescue_check_since(view, verification->tenant, verification->person, verification->decided);
	if (err.kind == ERR_EXPIRED)
		return unproven();
	TRY(err);
	TRY(device_record_is_lost(view, verification->tenant, verification->device, &is_lost));
	return is_lost ? unproven() : OK;
}

fallible proof_find(const struct view *view, const struct caller *caller, struct id person, struct span text,
	struct instant now, struct proof *proof)
{
	struct id id;
	struct verification verification;
	if (err_failed(ids_parse(ID_VERIFICATION, text, &id)))
		return unproven();
	struct err err = verification_get(view, caller->tenant, id, &verification);
	if (err.kind == ERR_NOT_FOUND)
		return unproven();
	TRY(err);
	bool own = ids_equal(verification.person, person) &&
		ids_equal(verification.application, caller_opener(caller)) &&
		verification.by_session == (caller->kind == TOKEN_SESSION);
	if (!own)
		return unproven();
	TRY(check_holds(view, &verification, now));
	*proof = (struct proof){.given = true,
		.is_action = verification.is_action,
		.weak = verification.weak,
		.verification = id,
		.person = person,
		.application = caller->application,
		.device = verification.device,
		.decided = verification.decided};
	memcpy(proof->action_hash, verification.proves_hash, sizeof proof->action_hash);
	return OK;
}

fallible proof_use(struct act *act, struct id tenant, const struct proof *proof)
{
	struct verification verification;
	struct view view = view_act(act);
	struct err err = verification_get(&view, tenant, proof->verification, &verification);
	if (err.kind == ERR_NOT_FOUND)
		return unproven();
	TRY(err);
	if (!ids_equal(verification.person, proof->person))
		return unproven();
	TRY(check_holds(&view, &verification, act->now));
	if (!verification.is_action)
		return OK;
	verification.spent = true;
	return verification_put(act, &verification);
}

/* ---- actions ---- */

fallible proof_hash_json(struct span type, struct span fields, uint8_t hash[static HASH_SHA256])
{
	scoped(buf) text = BUF(2 * PROOF_ACTION_MAX);
	struct json_out out = JSON_OUT(&text);
	json_out_open(&out, NULL);
	json_out_raw(&out, "fields", fields.len ? fields : SPAN_LIT("{}"));
	json_out_span(&out, "type", type);
	json_out_close(&out);
	TRY(buf_check(&text));
	hash_sha256(buf_span(&text), hash);
	return OK;
}

fallible proof_action_hash(
	const char *type, const struct proof_field *fields, size_t count, uint8_t hash[static HASH_SHA256])
{
	scoped(buf) text = BUF(PROOF_ACTION_MAX);
	struct json_out out = JSON_OUT(&text);
	if (count > PROOF_FIELDS_MAX)
		return FAIL(BUG, "an action has more fields than there can be");
	json_out_open(&out, NULL);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && strcmp(fields[i - 1].name, fields[i].name) >= 0)
			return FAIL(BUG, "the fields of an action stand in the order of their names");
		json_out_span(&out, fields[i].name, fields[i].value);
	}
	json_out_close(&out);
	TRY(buf_check(&text));
	return proof_hash_json(span_text(type), buf_span(&text), hash);
}
