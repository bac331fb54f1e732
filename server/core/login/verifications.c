/* SPDX-License-Identifier: Apache-2.0 */
/* verifications - who is it, with what, from where; opening, mailing, cancelling. */
#include "server/core/login/verifications.h"

#include "base/reader.h"
#include "crypto/random.h"
#include "server/core/login/attempts.h"
#include "server/core/login/decoys.h"
#include "server/core/login/lanes.h"
#include "server/core/login/lock_news.h"
#include "server/core/login/new_device.h"
#include "server/core/login/recoveries.h"
#include "server/core/login/remembering.h"
#include "server/core/login/risk.h"
#include "server/core/login/try_events.h"
#include "server/core/signins.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"

enum { TEXTS_MAX = VERIFICATION_SEALED_MAX - 128, TEXT_COUNT = 10 };

/* ---- the sealed texts: from where it was opened, and what for ---- */

static struct noun_seal seal_of(const struct verification *verification)
{
	struct subject subject = {SUBJECT_PERSON, verification->person};
	if (verification_is_decoy(verification))
		subject = (struct subject){.kind = SUBJECT_TENANT};
	return (struct noun_seal){verification->tenant, subject,
		{.object = verification->id, .object_type = SEAL_LABEL, .field_type = TABLE_VERIFICATION}};
}

static void list_texts(struct verifications_ask *ask, struct span *texts[static TEXT_COUNT])
{
	struct device *device = &ask->device;
	struct span *const all[TEXT_COUNT] = {&device->id, &device->ip, &device->user_agent, &device->name,
		&device->platform, &device->model, &ask->nonce, &ask->action_type, &ask->action_text,
		&ask->decoy_hint};
	memcpy(texts, all, sizeof all);
}

static fallible seal_texts(const struct keys *keys, struct arena *arena, struct verifications_ask *ask)
{
	scoped(buf) plain = BUF(TEXTS_MAX);
	scoped(buf) sealed = BUF(VERIFICATION_SEALED_MAX);
	struct span *texts[TEXT_COUNT];
	const struct noun_seal seal = seal_of(&ask->verification);
	list_texts(ask, texts);
	buf_put_u8(&plain, ask->device.truncated);
	for (size_t i = 0; i < TEXT_COUNT; i++)
		buf_put_sized(&plain, *texts[i]);
	TRY(buf_check(&plain));
	TRY(keys->seal_row(keys->keeper, seal.tenant, &seal.subject, seal.place, buf_span(&plain), &sealed));
	return buf_keep(&sealed, arena, &ask->verification.sealed);
}

static fallible open_texts(const struct keys *keys, struct arena *arena, struct verifications_ask *ask)
{
	struct span plain;
	struct span *texts[TEXT_COUNT];
	const struct noun_seal seal = seal_of(&ask->verification);
	TRY(noun_open(keys, &seal, ask->verification.sealed, arena, &plain));
	struct reader reader = READER(plain);
	list_texts(ask, texts);
	ask->device = (struct device){.given = true, .truncated = reader_u8(&reader) != 0};
	for (size_t i = 0; i < TEXT_COUNT; i++)
		*texts[i] = reader_sized(&reader);
	return reader_check(&reader);
}

/* ---- who ---- */

static fallible heed_policies(const struct server *server, const struct view *view,
	const struct person *person, struct arena *arena, struct verifications_ask *ask)
{
	const struct signins_ask signins = {.tenant = ask->verification.tenant,
		.person = person,
		.is_action = ask->verification.is_action,
		.action_type = ask->action_type,
		.ip = ask->device.ip,
		.now = ask->now};
	return signins_read(server, view, &signins, arena, &ask->signin);
}

/* A suspended person has ways, but none that is open. */
static fallible take_person(const struct server *server, const struct view *view, struct arena *arena,
	struct verifications_ask *ask)
{
	struct person person;
	const struct verification *verification = &ask->verification;
	TRY(person_get_clear(view, verification->tenant, verification->person, arena, &person));
	if (person.state != PERSON_ACTIVE && person.state != PERSON_SUSPENDED)
		return FAIL(NOT_FOUND, "the person is gone");
	ask->person_version = person.version;
	ask->branch = person.branch;
	TRY(person_print_roles(&person, arena, &ask->roles));
	TRY(heed_policies(server, view, &person, arena, ask));
	const struct methods_ask methods = {
		&person, &ask->signin, verification->is_action, ask->mailed, ask->now};
	if (person.state == PERSON_ACTIVE)
		return methods_list(server, view, &methods, arena, &ask->methods);
	ask->methods = (struct methods){.none = REASON_DISABLED};
	return OK;
}

/* What is asked of everyone is asked of somebody who does not exist as well. */
static fallible take_decoy(const struct server *server, const struct view *view, struct arena *arena,
	struct verifications_ask *ask)
{
	struct verification *verification = &ask->verification;
	verification->person = (struct id){0};
	TRY(heed_policies(server, view, NULL, arena, ask));
	const struct decoys_ask decoy = {
		verification->tenant, verification->decoy, ask->decoy_hint, &ask->signin, ask->now};
	return decoys_methods(view, &decoy, arena, &ask->methods);
}

static fallible find_methods(const struct server *server, const struct view *view, struct arena *arena,
	struct verifications_ask *ask)
{
	struct verification *verification = &ask->verification;
	struct err err = person_find(view, verification->tenant, ask->person, &verification->person);
	if (!err_failed(err))
		err = take_person(server, view, arena, ask);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	TRY(decoys_seed(server, verification->tenant, ask->person, verification->decoy));
	TRY(decoys_hint(ask->person, arena, &ask->decoy_hint));
	return take_decoy(server, view, arena, ask);
}

/* ---- from where ---- */

/* Nothing opens from where the policies let nobody in, or from a device that was reported lost, whatever its person
 * has. */
static fallible heed_refusals(const struct view *view, struct verifications_ask *ask)
{
	const struct verification *verification = &ask->verification;
	TRY(device_record_is_lost(view, verification->tenant, verification->device, &ask->device_lost));
	ask->lacks_notice = ask->mailed.len && ask->signin.refused == REASON_NOTICE_MISSING;
	if (ask->lacks_notice)
		ask->signin.refused = REASON_NONE;
	if (ask->signin.no_codes)
		methods_drop_timed(&ask->methods);
	enum reason refused = ask->device_lost ? REASON_DISABLED : ask->signin.refused;
	if (refused != REASON_NONE && ask->methods.none != REASON_DISABLED)
		ask->methods = (struct methods){
			.none = refused == REASON_NOTICE_MISSING ? REASON_NOTICE_MISSING : REASON_DISABLED};
	return OK;
}

static fallible find_device(const struct view *view, struct instant now, struct verifications_ask *ask)
{
	const struct verification *verification = &ask->verification;
	bool decoy = verification_is_decoy(verification);
	struct id subject = decoy ? decoys_person(verification->decoy) : verification->person;
	ask->sight = (struct device_sight){subject, .is_person = !decoy};
	return device_find(view, verification->tenant, &ask->device, now, &ask->sight);
}

static fallible see_device(const struct view *view, struct instant now, struct verifications_ask *ask)
{
	struct verification *verification = &ask->verification;
	bool decoy = verification_is_decoy(verification);
	TRY(find_device(view, now, ask));
	verification->device = decoy ? (struct id){0} : ask->sight.id;
	return heed_refusals(view, ask);
}

/* From a device that never got in anybody may be asking, who has the login name and guesses whether it is one. */
static void hide_labels(const struct caller *caller, struct verifications_ask *ask)
{
	bool is_own = caller->kind == TOKEN_PERSON || !ids_is_none(caller->session) || ask->mailed.len > 0;
	if (!is_own && ask->sight.seen.ms == 0)
		methods_hide_labels(&ask->methods);
}

/* ---- the first call ---- */

/* The address was proven before the tenant was known: a code of that kind was typed, and is right. */
static void vouch_mailed(const struct server *server, struct verifications_ask *ask)
{
	struct verification *verification = &ask->verification;
	const struct method *email = methods_find(&ask->methods, FACTOR_EMAIL, (struct id){0});
	ask->has_code = email != NULL;
	if (!email)
		return;
	struct verification_code *code = &verification->codes[verification->code_count++];
	*code = (struct verification_code){.ref = "--", .made = ask->now, .factor = email->factor};
	tokens_make_digits(VERIFICATIONS_CODE_MAX, ask->code);
	mailcodes_hash(server->keeper, verification->tenant, verification->id, verification->person,
		span_text(ask->code), code->hash);
}

/* A session and a personal token confirm actions of their own person: they are logins already. */
static fallible check_own(const struct caller *caller, const struct verifications_ask *ask)
{
	bool is_own = caller->kind == TOKEN_PERSON || !ids_is_none(caller->session);
	if (is_own && (!ask->is_action || !ids_equal(ask->verification.person, caller->person)))
		return FAIL(
			DENIED, "whoever is logged in opens a verification for an action of their own alone");
	return OK;
}

static fallible open_new(const struct server *server, const struct caller *caller, const struct view *view,
	struct instant now, struct arena *arena, struct verifications_ask *ask)
{
	struct verification *verification = &ask->verification;
	*verification = (struct verification){.tenant = caller->tenant,
		.id = random_id(now),
		.application = caller_opener(caller),
		.by_session = caller->kind == TOKEN_SESSION,
		.is_action = ask->is_action,
		.opened = now};
	memcpy(verification->action_hash, ask->action_hash, sizeof ask->action_hash);
	memcpy(verification->proves_hash, ask->proves_hash, sizeof ask->proves_hash);
	ask->decoy_hint = SPAN_NONE;
	TRY(find_methods(server, view, arena, ask));
	TRY(check_own(caller, ask));
	TRY(see_device(view, now, ask));
	if (ask->mailed.len)
		vouch_mailed(server, ask);
	if (ask->methods.count == 0) {
		verification->state = VERIFICATION_REFUSED;
		verification->reason = (uint16_t)ask->methods.none;
	}
	return seal_texts(server->volume.keys, arena, ask);
}

/* ---- later calls ---- */

static fallible check_hash(const struct verifications_ask *ask)
{
	const struct verification *verification = &ask->verification;
	bool same = memcmp(ask->action_hash, verification->action_hash, sizeof ask->action_hash) == 0;
	if (verification->is_action && !ask->cancels && !ask->sees && (!ask->has_action_hash || !same))
		return FAIL(INVALID, "the call has to repeat the action_hash of what is confirmed");
	return OK;
}

/* A door's client may name the person beside the verification, and lets that person in: so what was opened for one opens for
 * nobody else. */
static fallible check_named(
	const struct server *server, const struct view *view, const struct verifications_ask *ask)
{
	struct id person;
	uint8_t seed[HASH_BLAKE];
	const struct verification *verification = &ask->verification;
	bool same;
	if (ask->person.len == 0)
		return OK;
	if (verification_is_decoy(verification)) {
		TRY(decoys_seed(server, verification->tenant, ask->person, seed));
		same = memcmp(seed, verification->decoy, sizeof seed) == 0;
	} else {
		TRY(person_find(view, verification->tenant, ask->person, &person));
		same = ids_equal(person, verification->person);
	}
	return same ? OK : FAIL(NOT_FOUND, "the verification belongs to another person");
}

static fallible resume(const struct server *server, const struct caller *caller, const struct view *view,
	struct arena *arena, struct verifications_ask *ask)
{
	struct verification *verification = &ask->verification;
	TRY(verification_get(view, caller->tenant, ask->id, verification));
	if (!ids_equal(verification->application, caller_opener(caller)) ||
		verification->by_session != (caller->kind == TOKEN_SESSION))
		return FAIL(NOT_FOUND, "the verification belongs to somebody else");
	TRY(check_named(server, view, ask));
	TRY(check_hash(ask));
	TRY(open_texts(server->volume.keys, arena, ask));
	TRY(find_device(view, ask->now, ask));
	verification->sealed = SPAN_NONE; /* it dies with the reading; the act reads the row again */
	bool decoy = verification_is_decoy(verification);
	struct err err = decoy ? take_decoy(server, view, arena, ask) : take_person(server, view, arena, ask);
	if (!decoy && err.kind == ERR_NOT_FOUND)
		return FAIL(NOT_FOUND, "the person of the verification is gone");
	TRY(err);
	return heed_refusals(view, ask);
}

/* ---- what the answer is when no code is compared ---- */

static void decide_without(struct verifications_ask *ask)
{
	ask->reason = attempts_closed(ask, ask->now);
	if ((ask->sees || ask->cancels) && ask->verification.state == VERIFICATION_ALLOWED) {
		ask->decision = VERIFICATIONS_ALLOW;
		ask->reason = REASON_NONE;
		return;
	}
	ask->decision =
		ask->reason == REASON_NONE ? VERIFICATIONS_CHALLENGE : attempts_refusal(ask, ask->reason);
}

/* The lock holds at the start as well: nothing is mailed and nobody types a code that would not be looked at. Who
 * brings a code is told by the act. */
static fallible check_lane(const struct view *view, struct verifications_ask *ask)
{
	struct budget lane;
	struct verification *verification = &ask->verification;
	ask->wait_ms = 0;
	if (ask->has_code || ask->spend || ask->cancels || verification->state != VERIFICATION_OPEN)
		return OK;
	TRY(lanes_read(view, verification, &lane));
	ask->wait_ms = budget_wait_ms(&lane, ask->now);
	if (ask->wait_ms == 0 || !ask->is_new)
		return OK;
	verification->state = VERIFICATION_REFUSED;
	verification->reason = REASON_LOCKED;
	return OK;
}

static fallible plan(const struct scene *scene, struct verifications_ask *ask)
{
	const struct view *view = scene->view;
	const struct method *email = methods_find(&ask->methods, FACTOR_EMAIL, ask->factor);
	TRY(check_lane(view, ask));
	TRY(ask->is_new ? OK : mailing_look(scene, email, ask));
	bool refused = ask->verification.state == VERIFICATION_REFUSED;
	decide_without(ask);
	if (ask->reason == REASON_NONE && ask->wait_ms > 0) {
		ask->decision = VERIFICATIONS_DENY;
		ask->reason = REASON_LOCKED;
	}
	ask->act = ask->is_new ? VERIFICATIONS_HOUSEKEEPING : VERIFICATIONS_NOTHING;
	if (ask->has_code || ask->spend || (ask->is_new && refused) ||
		(ask->cancels && ask->decision == VERIFICATIONS_CHALLENGE))
		ask->act = VERIFICATIONS_EVENT;
	TRY(remembering_open_prepare(scene, ask));
	if (remembering_is_tried(ask))
		ask->act = VERIFICATIONS_EVENT;
	if (ask->act == VERIFICATIONS_EVENT || ask->method != FACTOR_EMAIL)
		return OK;
	if (!email && ask->decision == VERIFICATIONS_CHALLENGE)
		ask->reason = REASON_NO_FACTOR;
	if (!email || ask->decision != VERIFICATIONS_CHALLENGE || ask->wait_ms > 0)
		return OK;
	return mailing_prepare(scene, email, ask);
}

fallible verifications_prepare(const struct server *server, const struct caller *caller,
	const struct view *view, struct instant now, struct arena *arena, struct verifications_ask *ask)
{
	ask->now = now;
	ask->is_new = ids_is_none(ask->id);
	ask->mail = (struct mailcodes_code){0};
	ask->mailing = (struct mailing){0};
	TRY(ask->is_new ? open_new(server, caller, view, now, arena, ask)
			: resume(server, caller, view, arena, ask));
	hide_labels(caller, ask);
	const struct verification *verification = &ask->verification;
	mailcodes_hash(server->keeper, verification->tenant, verification->id, verification->person,
		span_text(ask->code), ask->code_hash);
	const struct scene scene = {server, caller, view, now, arena, ask->trace};
	ask->spend = NULL;
	if (ask->recovery.len)
		TRY(recoveries_spend_prepare(&scene, ask));
	/* A device is known to be a person's from when a right code came from it: until then anybody may name one. */
	TRY(new_device_prepare(server, view, arena, ask));
	TRY(risk_prepare(&scene, ask));
	TRY(plan(&scene, ask));
	TRY(remembering_begin_prepare(&scene, ask));
	ask->prepared = *verification;
	TRY(lock_news_prepare(&scene, ask));
	return ask->act == VERIFICATIONS_EVENT ? try_events_seal(server, arena, ask) : OK;
}

/* ---- the act: is it still what was prepared ---- */

static fallible check_person(struct act *act, const struct verifications_ask *ask)
{
	struct row row;
	struct view view = view_act(act);
	const struct verification *verification = &ask->verification;
	struct noun_key key = noun_key(verification->tenant, id_span(&verification->person), SPAN_NONE);
	if (verification_is_decoy(verification))
		return OK;
	struct err err = view_get(&view, TABLE_PERSON, noun_key_span(&key), &row);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	if (err.kind == ERR_NOT_FOUND || row.version != ask->person_version)
		return FAIL_CODE(STALE, "the person changed meanwhile");
	return OK;
}

static fallible check_step(struct act *act, const struct method *method, int drift)
{
	if (factor_shows_codes(method->type) &&
		factor_step(&method->shape, drift, method->last_step, volume_wall(act->volume, act->now)) !=
			method->centre_step)
		return FAIL_CODE(STALE, "the codes belong to another time step");
	return OK;
}

/* The person's own address did because there was no factor. */
static fallible check_implied(struct act *act, const struct verification *verification)
{
	struct factor factor;
	struct id at = {0};
	struct err err = OK;
	struct view view = view_act(act);
	while (factor_next(&view, verification->tenant, verification->person, &at, &factor, &err))
		if (factor.state == FACTOR_ACTIVE)
			return FAIL_CODE(STALE, "the person got a factor meanwhile");
	return err;
}

/* A factor may only have moved on to a later step; the window has to be that of the act's own clock. */
static fallible check_method(struct act *act, const struct verification *verification, struct method *method)
{
	struct factor factor;
	struct view view = view_act(act);
	if (verification_is_decoy(verification))
		return check_step(act, method, 0);
	if (ids_is_none(method->factor))
		return check_implied(act, verification);
	struct err err =
		factor_get(&view, verification->tenant, verification->person, method->factor, &factor);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	if (err.kind == ERR_NOT_FOUND || factor.state != FACTOR_ACTIVE || factor.proven != method->proven)
		return FAIL_CODE(STALE, "a factor changed meanwhile");
	method->last_step = factor.last_step;
	return check_step(act, method, factor.drift);
}

static fallible check_device(struct act *act, const struct verifications_ask *ask)
{
	bool is_lost = ask->device_lost;
	struct view view = view_act(act);
	if (ask->has_code || remembering_is_tried(ask))
		TRY(device_record_is_lost(
			&view, ask->verification.tenant, ask->verification.device, &is_lost));
	return is_lost == ask->device_lost ? OK : FAIL_CODE(STALE, "the device was lost meanwhile");
}

static fallible check_unchanged(struct act *act, struct verifications_ask *ask)
{
	TRY(check_person(act, ask));
	TRY(check_device(act, ask));
	for (size_t i = 0; i < ask->methods.count; i++)
		TRY(check_method(act, &ask->verification, &ask->methods.items[i]));
	for (size_t i = 0; i < ask->methods.aside_count; i++)
		TRY(check_method(act, &ask->verification, &ask->methods.aside[i]));
	return OK;
}

/* The row as it is now; a new one as it was prepared. */
static fallible read_again(struct act *act, struct verifications_ask *ask)
{
	struct view view = view_act(act);
	ask->verification = ask->prepared;
	if (ask->is_new)
		return OK;
	return verification_get(&view, ask->prepared.tenant, ask->prepared.id, &ask->verification);
}

/* ---- the act: writing ---- */

/* Of two that begin from a new device at once the second is prepared again: its events name the id that stands. */
static fallible put_device(struct act *act, const struct verifications_ask *ask)
{
	const struct verification *verification = &ask->verification;
	struct device_sight stands = {ask->sight.subject, .is_person = ask->sight.is_person};
	struct view view = view_act(act);
	TRY(device_find(&view, verification->tenant, &ask->device, act->now, &stands));
	if (!stands.is_new)
		return FAIL_CODE(STALE, "another login from the same new device was quicker");
	return device_put(act, verification->tenant, &ask->device, &ask->sight);
}

static fallible put_opened(struct act *act, struct verifications_ask *ask)
{
	const struct verification *verification = &ask->verification;
	const struct expiry expiry = {
		EXPIRY_VERIFICATION, verification_ends(verification), verification->tenant, verification->id};
	if (!ask->is_new)
		return OK;
	TRY(expiry_put(act, &expiry));
	if (!ask->sight.is_new)
		return OK;
	if (verification_is_decoy(verification))
		return verification_put_shadow(act, verification, verification->sealed);
	return put_device(act, ask);
}

static fallible write_cancel(struct act *act, struct verifications_ask *ask)
{
	ask->reason = attempts_closed(ask, act->now);
	if (ask->reason != REASON_NONE)
		return FAIL_CODE(STALE, "the verification ended meanwhile");
	ask->verification.state = VERIFICATION_CANCELLED;
	ask->decision = VERIFICATIONS_DENY;
	ask->reason = REASON_CANCELLED;
	TRY(verification_put(act, &ask->verification));
	event_decide(&ask->drafts[0], ACTION_CHALLENGE_CANCELLED, LEAF_SUCCESS, REASON_NONE);
	return event_add(act, ask->verification.tenant, &ask->drafts[0].leaf, NULL);
}

fallible verifications_write(struct act *act, struct verifications_ask *ask)
{
	TRY(read_again(act, ask));
	TRY(check_unchanged(act, ask));
	TRY(put_opened(act, ask));
	if (ask->cancels)
		return write_cancel(act, ask);
	if (ask->has_code)
		return attempts_write(act, ask);
	if (ask->spend)
		return recoveries_spend_write(act, ask);
	if (remembering_is_tried(ask))
		return remembering_open_write(act, ask);
	if (ask->mail.notice.sealed.at)
		return mailing_write(act, ask);
	TRY(verification_put(act, &ask->verification));
	if (ask->verification.state == VERIFICATION_REFUSED)
		return attempts_refuse(act, ask, ACTION_CHALLENGE_FAILED, ask->reason);
	return OK;
}
