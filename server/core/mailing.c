/* SPDX-License-Identifier: Apache-2.0 */
/* mailing - five counts, the cool-down, and the newest three codes. */
#include "server/core/mailing.h"

#include "base/address.h"
#include "server/core/attempts.h"
#include "server/core/verifications.h"

/* Stored in keyed hashes: never renumber. */
enum brake_kind { BY_PERSON = 1, BY_ADDRESS = 2, BY_APPLICATION = 3, BY_NETWORK = 4, BY_TENANT = 5 };

enum { NETWORK_V4_BYTES = 15, NETWORK_V6_BYTES = 8, FIRST_COOL_MS = 30 * 1000, LAST_COOL_MS = 120 * 1000 };

/* ---- the cool-down ---- */

int64_t mailing_cool_ms(const struct verifications_ask *ask, struct instant now)
{
	const struct verification_code *last = verifications_started(ask);
	int64_t cool = FIRST_COOL_MS;
	for (unsigned i = 1; i < ask->verification.mailed && cool < LAST_COOL_MS; i++)
		cool *= 2;
	int64_t left = last ? last->made.ms + cool - now.ms : 0;
	return left > 0 ? left : 0;
}

/* ---- who is counted ---- */

/* The network of an address; of what is none, the text itself. */
static struct span network_of(struct span ip, struct address *address)
{
	if (err_failed(address_parse(ip, address)))
		return ip;
	return span_of(address->bytes, address_is_v4(address) ? NETWORK_V4_BYTES : NETWORK_V6_BYTES);
}

static struct id name_brake(
	const struct keeper *keeper, struct id tenant, enum brake_kind kind, struct span whose)
{
	uint8_t hash[HASH_BLAKE];
	struct id id;
	const uint8_t code = (uint8_t)kind;
	const struct span parts[] = {id_span(&tenant), SPAN_LIT("mail brake"), span_of(&code, 1), whose};
	keeper_hash(keeper, KEEPER_CODE, parts, sizeof parts / sizeof parts[0], hash);
	memcpy(id.bytes, hash, sizeof id.bytes);
	return id;
}

static void list_brakes(const struct scene *scene, struct span to, struct verifications_ask *ask)
{
	struct address address;
	const struct verification *verification = &ask->verification;
	const struct mailing_bounds *bounds = &scene->server->mailing_bounds;
	struct id person = attempts_spender(verification);
	/* What is shown of an address that is nobody's is soon shown of another one: counted by it, two of nobody would
	 * slow each other, and somebody with the same would not be slowed. */
	struct span address_of = verification_is_decoy(verification) ? id_span(&person) : to;
	const struct mail_brake_bounds owner = {MAIL_BRAKE_HOUR_MS, MAILING_AN_HOUR, MAILING_A_DAY};
	const struct {
		enum brake_kind kind;
		struct span whose;
		struct mail_brake_bounds bounds;
	} all[MAILING_BRAKES] = {
		{BY_PERSON, id_span(&person), owner},
		{BY_ADDRESS, address_of, owner},
		{BY_APPLICATION, id_span(&verification->application),
			{MAIL_BRAKE_MINUTE_MS, bounds->per_application, 0}},
		{BY_NETWORK, network_of(ask->device.ip, &address),
			{MAIL_BRAKE_MINUTE_MS, bounds->per_network, 0}},
		{BY_TENANT, id_span(&verification->tenant), {MAIL_BRAKE_MINUTE_MS, bounds->in_all, 0}},
	};
	for (size_t i = 0; i < MAILING_BRAKES; i++) {
		ask->mailing.brakes[i] =
			name_brake(scene->server->keeper, verification->tenant, all[i].kind, all[i].whose);
		ask->mailing.bounds[i] = all[i].bounds;
	}
}

static fallible read_wait(const struct view *view, struct verifications_ask *ask, struct instant now)
{
	struct mailing *mailing = &ask->mailing;
	for (size_t i = 0; i < MAILING_BRAKES; i++) {
		struct mail_brake brake;
		TRY(mail_brake_read(view, ask->verification.tenant, mailing->brakes[i], &brake));
		int64_t wait = mail_brake_wait_ms(&brake, &mailing->bounds[i], now);
		mailing->wait_ms = wait > mailing->wait_ms ? wait : mailing->wait_ms;
	}
	return OK;
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
	ask->mailing.wait_ms = mailing_cool_ms(ask, ask->now);
	list_brakes(scene, method->address, ask);
	TRY(read_wait(scene->view, ask, ask->now));
	if (ask->mailing.wait_ms > 0)
		return OK;
	ask->act = VERIFICATIONS_EVENT;
	return draw(scene, method, ask);
}

/* ---- the act ---- */

static fallible charge(struct act *act, const struct verifications_ask *ask)
{
	struct view view = view_act(act);
	for (size_t i = 0; i < MAILING_BRAKES; i++) {
		struct mail_brake brake;
		const struct mail_brake_bounds *bounds = &ask->mailing.bounds[i];
		TRY(mail_brake_read(&view, ask->verification.tenant, ask->mailing.brakes[i], &brake));
		if (mail_brake_wait_ms(&brake, bounds, act->now) > 0)
			return FAIL_CODE(STALE, "others were mailed meanwhile");
		mail_brake_charge(&brake, bounds, act->now);
		TRY(mail_brake_put(act, &brake));
	}
	return OK;
}

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
	TRY(charge(act, ask));
	TRY(notice_add(act, &ask->mail.notice)); /* also to nobody: the courier makes as if */
	if (verification_is_decoy(verification))
		return attempts_refuse(act, ask, ACTION_CHALLENGE_FAILED, REASON_UNKNOWN_PERSON);
	event_decide(&ask->drafts[FACTOR_EMAIL], ACTION_CHALLENGE_ISSUED, LEAF_SUCCESS, REASON_NONE);
	return act_add(act, verification->tenant, &ask->drafts[FACTOR_EMAIL].leaf, NULL);
}
