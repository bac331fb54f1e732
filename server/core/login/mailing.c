/* SPDX-License-Identifier: Apache-2.0 */
/* mailing - five counts and one of a known device, the cool-down, and the newest three codes. */
#include "server/core/login/mailing.h"

#include "server/core/login/attempts.h"
#include "server/core/login/lanes.h"
#include "server/core/login/verifications.h"
#include "store/nouns/event_add.h"

enum { FIRST_COOL_MS = 30 * 1000, LAST_COOL_MS = 120 * 1000 };

/* ---- the cool-down ---- */

int64_t mailing_cool_ms(const struct verifications_ask *ask, struct instant now)
{
	const struct verification_code *last = verification_newest_code(&ask->verification);
	int64_t cool = FIRST_COOL_MS;
	for (unsigned i = 1; i < ask->verification.mailed && cool < LAST_COOL_MS; i++)
		cool *= 2;
	int64_t left = last ? last->made.ms + cool - now.ms : 0;
	return left > 0 ? left : 0;
}

/* ---- who is counted ---- */

static void list_shared(const struct scene *scene, struct span to, struct verifications_ask *ask)
{
	const struct verification *verification = &ask->verification;
	const struct mailing_bounds *bounds = &scene->server->mailing_bounds;
	const struct keeper *keeper = scene->server->keeper;
	struct id person = lanes_spender(verification);
	/* What is shown of an address that is nobody's is soon shown of another one: counted by it, two of nobody would
	 * slow each other, and somebody with the same would not be slowed. */
	struct span address_of = verification_is_decoy(verification) ? id_span(&person) : to;
	const struct mail_brake_bounds owner = braking_person_bounds();
	const struct mail_brake_bounds by_application = braking_minute_bounds(bounds->per_application);
	const struct mail_brake_bounds by_network = braking_minute_bounds(bounds->per_network);
	const struct mail_brake_bounds in_all = braking_minute_bounds(bounds->in_all);
	struct braking *braking = &ask->mailing.shared;
	*braking = (struct braking){.tenant = verification->tenant};
	braking_add(braking, keeper, BRAKING_PERSON, id_span(&person), &owner);
	braking_add(braking, keeper, BRAKING_ADDRESS, address_of, &owner);
	braking_add(
		braking, keeper, BRAKING_APPLICATION, id_span(&verification->application), &by_application);
	braking_add(braking, keeper, BRAKING_NETWORK, ask->device.ip, &by_network);
	braking_add(braking, keeper, BRAKING_ALL, id_span(&verification->tenant), &in_all);
}

/* The lane of its tries says that the device got in before. */
static fallible list_own(const struct scene *scene, struct verifications_ask *ask)
{
	struct budget lane;
	const struct verification *verification = &ask->verification;
	const struct mail_brake_bounds owner = braking_person_bounds();
	struct braking *braking = &ask->mailing.own;
	*braking = (struct braking){.tenant = verification->tenant};
	TRY(lanes_read(scene->view, verification, &lane));
	if (ids_is_none(lane.device))
		return OK;
	const struct id whose[] = {verification->person, verification->device};
	braking_add(braking, scene->server->keeper, BRAKING_DEVICE, span_of(whose, sizeof whose), &owner);
	return OK;
}

static fallible list_brakes(const struct scene *scene, struct span to, struct verifications_ask *ask)
{
	list_shared(scene, to, ask);
	return list_own(scene, ask);
}

/* Through its own lane, if it has one that is open; else through that of all. */
static fallible wait_for_brakes(const struct view *view, struct mailing *mailing, struct instant now)
{
	int64_t own_ms = INT64_MAX;
	if (mailing->own.count > 0)
		TRY(braking_wait_ms(view, &mailing->own, now, &own_ms));
	TRY(braking_wait_ms(view, &mailing->shared, now, &mailing->wait_ms));
	if (own_ms < mailing->wait_ms)
		mailing->wait_ms = own_ms;
	return OK;
}

static fallible charge(struct act *act, const struct mailing *mailing)
{
	int64_t own_ms = INT64_MAX;
	const struct view view = view_act(act);
	if (mailing->own.count > 0)
		TRY(braking_wait_ms(&view, &mailing->own, act->now, &own_ms));
	return braking_charge(act, own_ms == 0 ? &mailing->own : &mailing->shared);
}

/* ---- prepare ---- */

/* The oldest makes room: a mail that is later than three others is late indeed. */
static struct verification_code *add_code(struct verification *verification)
{
	if (verification->code_count == VERIFICATION_CODES_MAX) {
		memmove(&verification->codes[0], &verification->codes[1],
			(VERIFICATION_CODES_MAX - 1) * sizeof verification->codes[0]);
		verification->code_count--;
	}
	if (verification->mailed < UINT8_MAX)
		verification->mailed++;
	return &verification->codes[verification->code_count++];
}

static fallible draw(const struct scene *scene, const struct method *method, struct verifications_ask *ask)
{
	struct verification *verification = &ask->verification;
	const struct mailcodes_ask letter = {.tenant = verification->tenant,
		.about = verification->id,
		.person = verification->person,
		.to = method->address,
		.device = &ask->device,
		.action = verification->is_action ? ask->action_text : SPAN_NONE,
		.digits = ask->signin.code_digits,
		.now = ask->now};
	TRY(mailcodes_draw(scene->server, &letter, scene->arena, &ask->mail));
	struct verification_code *code = add_code(verification);
	*code = (struct verification_code){.made = ask->now, .factor = method->factor};
	memcpy(code->ref, ask->mail.ref, sizeof code->ref);
	memcpy(code->hash, ask->mail.hash, sizeof code->hash);
	return OK;
}

fallible mailing_prepare(
	const struct scene *scene, const struct method *method, struct verifications_ask *ask)
{
	ask->mailing.asked = true;
	int64_t cool_ms = mailing_cool_ms(ask, ask->now);
	TRY(list_brakes(scene, method->address, ask));
	TRY(wait_for_brakes(scene->view, &ask->mailing, ask->now));
	if (ask->mailing.wait_ms < cool_ms)
		ask->mailing.wait_ms = cool_ms;
	if (ask->mailing.wait_ms > 0)
		return OK;
	ask->act = VERIFICATIONS_EVENT;
	return draw(scene, method, ask);
}

fallible mailing_look(const struct scene *scene, const struct method *method, struct verifications_ask *ask)
{
	if (!method || !verification_newest_code(&ask->verification))
		return OK;
	TRY(list_brakes(scene, method->address, ask));
	return wait_for_brakes(scene->view, &ask->mailing, ask->now);
}

/* ---- the act ---- */

/* Another call may have mailed a code since this one was prepared: then nothing goes out, and prepare decides
 * anew. */
fallible mailing_write(struct act *act, struct verifications_ask *ask)
{
	struct verification *verification = &ask->verification;
	if (!ask->is_new && verification->version != ask->prepared.version)
		return FAIL_CODE(STALE, "the verification changed meanwhile");
	struct span sealed = verification->sealed;
	*verification = ask->prepared;
	verification->sealed = sealed;
	TRY(verification_put(act, verification));
	TRY(charge(act, &ask->mailing));
	const struct view view = view_act(act);
	TRY(wait_for_brakes(&view, &ask->mailing, act->now));
	TRY(notice_add(act, &ask->mail.notice)); /* also to nobody: the courier makes as if */
	if (verification_is_decoy(verification))
		return attempts_refuse(act, ask, ACTION_CHALLENGE_FAILED, REASON_UNKNOWN_PERSON);
	event_decide(&ask->drafts[FACTOR_EMAIL], ACTION_CHALLENGE_ISSUED, LEAF_SUCCESS, REASON_NONE);
	return event_add(act, verification->tenant, &ask->drafts[FACTOR_EMAIL].leaf, NULL);
}
