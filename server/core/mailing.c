/* SPDX-License-Identifier: Apache-2.0 */
/* mailing - five counts, the cool-down, and the newest three codes. */
#include "server/core/mailing.h"

#include "server/core/attempts.h"
#include "server/core/lanes.h"
#include "server/core/verifications.h"

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

static void list_brakes(const struct scene *scene, struct span to, struct verifications_ask *ask)
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
	struct braking *braking = &ask->mailing.braking;
	*braking = (struct braking){.tenant = verification->tenant};
	braking_add(braking, keeper, BRAKING_PERSON, id_span(&person), &owner);
	braking_add(braking, keeper, BRAKING_ADDRESS, address_of, &owner);
	braking_add(
		braking, keeper, BRAKING_APPLICATION, id_span(&verification->application), &by_application);
	braking_add(braking, keeper, BRAKING_NETWORK, ask->device.ip, &by_network);
	braking_add(braking, keeper, BRAKING_ALL, id_span(&verification->tenant), &in_all);
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
	list_brakes(scene, method->address, ask);
	TRY(braking_wait_ms(scene->view, &ask->mailing.braking, ask->now, &ask->mailing.wait_ms));
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
	list_brakes(scene, method->address, ask);
	return braking_wait_ms(scene->view, &ask->mailing.braking, ask->now, &ask->mailing.wait_ms);
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
	TRY(braking_charge(act, &ask->mailing.braking));
	const struct view view = view_act(act);
	TRY(braking_wait_ms(&view, &ask->mailing.braking, act->now, &ask->mailing.wait_ms));
	TRY(notice_add(act, &ask->mail.notice)); /* also to nobody: the courier makes as if */
	if (verification_is_decoy(verification))
		return attempts_refuse(act, ask, ACTION_CHALLENGE_FAILED, REASON_UNKNOWN_PERSON);
	event_decide(&ask->drafts[FACTOR_EMAIL], ACTION_CHALLENGE_ISSUED, LEAF_SUCCESS, REASON_NONE);
	return act_add(act, verification->tenant, &ask->drafts[FACTOR_EMAIL].leaf, NULL);
}
