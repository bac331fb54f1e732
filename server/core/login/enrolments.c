/* SPDX-License-Identifier: Apache-2.0 */
/* enrolments - draw, hand over, redeem. */
#include "server/core/login/enrolments.h"

#include "base/text.h"
#include "crypto/random.h"
#include "server/core/detail.h"
#include "server/core/login/factors.h"
#include "server/core/login/factors_seen.h"
#include "server/core/tell.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"
#include "store/nouns/tenant.h"

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* ---- codes ---- */

static void hash_code(const struct keeper *keeper, struct id tenant, struct id person, struct span code,
	uint8_t hash[static HASH_BLAKE])
{
	const struct span parts[] = {id_span(&tenant), SPAN_LIT("enrolment"), id_span(&person), code};
	keeper_hash(keeper, KEEPER_CODE, parts, sizeof parts / sizeof parts[0], hash);
}

static void draw(char code[static ENROLMENTS_CODE + 1])
{
	for (size_t i = 0; i < ENROLMENTS_CODE; i++)
		code[i] = ALPHABET[random_below(sizeof ALPHABET - 1)];
	code[ENROLMENTS_CODE] = '\0';
}

fallible enrolments_hash(const struct keeper *keeper, struct id tenant, struct id person, struct span typed,
	uint8_t hash[static HASH_BLAKE])
{
	char code[ENROLMENTS_CODE + 1] = {0};
	size_t count = 0;
	for (size_t i = 0; i < typed.len; i++) {
		char c = (char)typed.at[i];
		if (c == ' ' || c == '-')
			continue;
		c = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		if (c == 0 || !strchr(ALPHABET, c) || count == ENROLMENTS_CODE)
			return FAIL_CODE(
				MALFORMED_CODE, "an enrolment code has ten letters A to Z and digits 2 to 7");
		code[count++] = c;
	}
	if (count != ENROLMENTS_CODE)
		return FAIL_CODE(
			MALFORMED_CODE, "an enrolment code has ten letters A to Z and digits 2 to 7");
	hash_code(keeper, tenant, person, span_text(code), hash);
	secret_wipe(code, sizeof code);
	return OK;
}

/* ---- who may have one made ---- */

/* On a tenant's first day nobody is proven, so nobody could vouch for the first one. Until then whoever sets
 * the tenant up may; afterwards a compromised application can plant no factor.
 * docs/decisions/0004-first-factor.md. */
static bool may_begin(const struct caller *caller)
{
	if (ids_is_none(caller->person))
		return scopes_allow(caller->scopes, SCOPE_BIT(ADMIN));
	return caller->proof.given && (caller->capabilities & CAPABILITY_BIT(FACTORS_MANAGE));
}

static fallible check_hand(const struct caller *caller, const struct person *person, bool first)
{
	if (first && may_begin(caller) && !ids_equal(caller->person, person->id))
		return OK;
	bool manages =
		(caller->capabilities & CAPABILITY_BIT(FACTORS_MANAGE)) && !ids_is_none(caller->person);
	if (!caller->proven || ids_is_none(caller->person) || ids_equal(caller->person, person->id))
		return FAIL_CODE(PERSON_UNPROVEN,
			"a code is handed over by a second person who has proven who they are");
	return manages ? OK : FAIL(DENIED, "the person may not hand over enrolment codes");
}

static fallible check_email(const struct caller *caller, const struct person *person, struct instant now)
{
	bool self = ids_is_none(caller->person) || ids_equal(caller->person, person->id);
	if (!self && !(caller->capabilities & CAPABILITY_BIT(FACTORS_MANAGE)))
		return FAIL(DENIED, "the person may not have enrolment codes sent to others");
	if (person->email.len == 0)
		return FAIL(CONFLICT, "the person has no address");
	if (person->email_changed.ms > now.ms - ENROLMENTS_ADDRESS_AGE_MS)
		return FAIL(CONFLICT, "the address changed less than 24 hours ago");
	return OK;
}

/* Who reads this code vouches for a factor: an assistant who runs the mailbox would be the client. */
static fallible check_mailbox(const struct view *view, const struct person *person, struct arena *arena)
{
	bool delegated;
	TRY(methods_mailbox_is_delegated(view, person, arena, &delegated));
	return delegated ? FAIL(CONFLICT, "an assistant runs the mailbox of this client: hand the code over")
			 : OK;
}

static fallible check_pace(const struct view *view, struct instant now, struct enrolments_add *add)
{
	struct enrolment last;
	struct err err = enrolment_get(view, add->who.tenant, add->who.id, &last);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	bool is_mailed = !err_failed(err) && last.by == ENROLMENT_BY_EMAIL;
	TRY(braking_wait_ms(view, &add->braking, now, &add->wait_ms));
	if (is_mailed && last.made.ms + ENROLMENTS_RESEND_MS - now.ms > add->wait_ms)
		add->wait_ms = last.made.ms + ENROLMENTS_RESEND_MS - now.ms;
	return add->wait_ms > 0 ? FAIL(SLOW_DOWN, "codes were mailed too recently, or too many") : OK;
}

static fallible check_mail(const struct server *server, const struct caller *caller, const struct view *view,
	struct instant now, struct arena *arena, struct enrolments_add *add)
{
	TRY(check_email(caller, &add->who, now));
	TRY(check_mailbox(view, &add->who, arena));
	braking_set_up(server, caller, add->who.id, add->who.email, &add->braking);
	return check_pace(view, now, add);
}

/* ---- making one ---- */

static fallible seal_event(const struct server *server, const struct caller *caller, struct instant now,
	struct arena *arena, struct enrolments_add *add)
{
	char application[ID_TEXT + 1];
	struct event event = caller_event(caller, ACTION_CHALLENGE_ISSUED);
	ids_print(ID_APPLICATION, caller->application, application);
	const struct detail_field fields[] = {
		{"channel", add->by == ENROLMENT_BY_HAND ? SPAN_LIT("hand") : SPAN_LIT("email"), DETAIL_TEXT},
		{"app_id", span_text(application), DETAIL_TEXT}};
	event.has_object_kind = event.object_is_person = true;
	event.object_kind = ID_PERSON;
	event.ids[LEAF_ID_OBJECT] = add->who.id;
	event.texts[LEAF_TEXT_TRACE] = add->trace;
	event.texts[LEAF_TEXT_PURPOSE] = SPAN_LIT("enrolment");
	/* The pages and personal tokens are no application. */
	size_t count = ids_is_none(caller->application) ? 1 : 2;
	TRY(detail_print(fields, count, arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(server->volume.keys, caller->tenant, &event, now, arena, &add->event);
}

static fallible tell(
	const struct server *server, struct instant now, struct arena *arena, struct enrolments_add *add)
{
	char time[TELL_TIME + 1];
	const struct message_value values[] = {
		{"code", span_of(add->code, ENROLMENTS_CODE)}, {"to", add->who.email}, tell_time(now, time)};
	const struct tell_ask letter = {.person = add->who.id,
		.kind = NOTICE_ENROLMENT_CODE,
		.about = add->enrolment.id,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = now};
	return tell_prepare(server->keeper, add->who.tenant, &letter, arena, &add->notice);
}

fallible enrolments_prepare(const struct server *server, const struct caller *caller, const struct view *view,
	struct instant now, struct arena *arena, struct enrolments_add *add)
{
	struct id person;
	TRY(factors_find_person(view, caller, add->person, &person));
	TRY(person_get(view, caller->tenant, person, arena, &add->who));
	struct tenant tenant;
	TRY(tenant_get_clear(view, caller->tenant, arena, &tenant));
	add->first = !tenant.vouched;
	TRY(add->by == ENROLMENT_BY_HAND ? check_hand(caller, &add->who, add->first)
					 : check_mail(server, caller, view, now, arena, add));
	add->enrolment = (struct enrolment){
		.tenant = caller->tenant, .person = person, .id = random_id(now), .by = add->by, .made = now};
	if (add->by == ENROLMENT_BY_HAND)
		add->enrolment.second = caller->person;
	draw(add->code);
	hash_code(server->keeper, caller->tenant, person, span_text(add->code), add->enrolment.code);
	if (add->by == ENROLMENT_BY_EMAIL)
		TRY(tell(server, now, arena, add));
	return seal_event(server, caller, now, arena, add);
}

fallible enrolments_write(struct act *act, struct enrolments_add *add)
{
	struct row row;
	struct view view = view_act(act);
	const struct enrolment *enrolment = &add->enrolment;
	const struct expiry expiry = {
		EXPIRY_ENROLMENT, enrolment_ends(enrolment), enrolment->tenant, enrolment->person};
	struct noun_key key = noun_key(enrolment->tenant, id_span(&enrolment->person), SPAN_NONE);
	TRY(view_get(&view, TABLE_PERSON, noun_key_span(&key), &row));
	if (row.version != add->who.version)
		return FAIL_CODE(STALE, "the person changed meanwhile");
	if (add->by == ENROLMENT_BY_EMAIL)
		TRY(check_pace(&view, act->now, add));
	struct tenant tenant;
	TRY(tenant_get_clear(&view, enrolment->tenant, act->arena, &tenant));
	if (add->first && tenant.vouched)
		return FAIL_CODE(STALE, "somebody was vouched for meanwhile");
	TRY(enrolment_put(act, enrolment));
	TRY(expiry_put(act, &expiry));
	if (add->by == ENROLMENT_BY_EMAIL) {
		TRY(braking_charge(act, &add->braking));
		TRY(notice_add(act, &add->notice));
	}
	return event_add(act, enrolment->tenant, &add->event.leaf, NULL);
}

fallible enrolments_forget(struct act *act, struct id tenant, struct id person)
{
	struct enrolment enrolment;
	struct view view = view_act(act);
	struct err err = enrolment_get(&view, tenant, person, &enrolment);
	if (!err_failed(err))
		err = enrolment_drop(act, &enrolment);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

/* ---- redeeming ---- */

fallible enrolments_redeem(struct act *act, struct id tenant, struct id person,
	const uint8_t hash[static HASH_BLAKE], bool *right)
{
	struct enrolment enrolment;
	struct view view = view_act(act);
	*right = false;
	struct err err = enrolment_get(&view, tenant, person, &enrolment);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	enrolment.tries++;
	bool live = enrolment_ends(&enrolment).ms > act->now.ms;
	*right = secret_equal(SPAN_BYTES(enrolment.code), span_of(hash, HASH_BLAKE)) && live;
	if (*right)
		TRY(tenant_vouch(act, tenant));
	/* Right or worn out: it is gone. */
	if (*right || !live || enrolment.tries >= ENROLMENT_TRIES)
		return enrolment_drop(act, &enrolment);
	return enrolment_put(act, &enrolment);
}
