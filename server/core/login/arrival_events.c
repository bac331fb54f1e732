/* SPDX-License-Identifier: Apache-2.0 */
/* arrival_events - seal for each, add for whom it concerns. */
#include "server/core/login/arrival_events.h"

#include "server/core/detail.h"
#include "store/nouns/event_add.h"
#include "store/nouns/storm.h"

/* ---- prepare ---- */

/* Tries are those known before the act, and the one that it may be. */
static fallible print_detail(const struct arrival *arrival, struct arena *arena, struct span *detail)
{
	scoped(buf) tries = BUF(8);
	buf_printf(&tries, "%u", arrival->tries + 1u);
	TRY(buf_check(&tries));
	const struct detail_field fields[] = {{"channel", SPAN_LIT("email"), DETAIL_TEXT},
		{"method", SPAN_LIT("email"), DETAIL_TEXT}, {"purpose", SPAN_LIT("login"), DETAIL_TEXT},
		{"attempts", buf_span(&tries), DETAIL_NUMBER}, {"fails", buf_span(&tries), DETAIL_NUMBER}};
	return detail_print(fields, sizeof fields / sizeof fields[0], arena, detail);
}

/* Whoever has a sign-in's id goes on with it. Others read the log while it is written: there it has another id, which opens nothing. */
static struct id id_in_log(const struct server *server, const struct arrival *arrival)
{
	uint8_t hash[HASH_BLAKE];
	const struct span parts[] = {SPAN_LIT("sign-in in the log"), id_span(&arrival->id)};
	keeper_hash(server->keeper, KEEPER_CODE, parts, sizeof parts / sizeof parts[0], hash);
	return ids_make(arrival->opened, hash);
}

/*   at  when it was; ms 0 = now */
static fallible seal_one(const struct server *server, const struct arrivals_who *who, struct instant at,
	struct arena *arena, const struct arrivals_ask *ask, struct event_draft *draft)
{
	struct event event = {.action = ACTION_CHALLENGE_ISSUED,
		.source = LEAF_SERVER,
		.time = at,
		.actor = ids_is_none(who->person) ? LEAF_UNKNOWN : LEAF_PERSON,
		.has_object_kind = true,
		.object_kind = ID_SIGN_IN};
	event.ids[LEAF_ID_ACTOR] = who->person;
	event.ids[LEAF_ID_BRANCH] = who->branch;
	event.ids[LEAF_ID_OBJECT] = id_in_log(server, &ask->arrival);
	device_put_texts(&ask->device, &event);
	event.texts[LEAF_TEXT_ROLES] = who->roles;
	event.texts[LEAF_TEXT_TRACE] = ask->trace;
	event.texts[LEAF_TEXT_PURPOSE] = SPAN_LIT("login");
	TRY(print_detail(&ask->arrival, arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(server->volume.keys, who->tenant, &event, ask->now, arena, draft);
}

fallible arrival_events_prepare(const struct server *server, struct arena *arena, struct arrivals_ask *ask)
{
	const struct instant now = {0};
	for (size_t i = 0; i < ask->who_count; i++)
		TRY(seal_one(server, &ask->who[i], now, arena, ask, &ask->drafts[i]));
	const struct arrivals_who stranger = {.tenant = ask->sole};
	return ids_is_none(ask->sole) ? OK : seal_one(server, &stranger, now, arena, ask, &ask->stranger);
}

/* ---- the act, while nobody was chosen ---- */

/* To which of several businesses somebody goes none of them learns by what was mailed, nor by a right code. */
static fallible add_to_the_only_one(struct act *act, struct arrivals_ask *ask, enum action action)
{
	if (ask->who_count != 1)
		return OK;
	event_decide(&ask->drafts[0], action, LEAF_SUCCESS, REASON_NONE);
	return event_add(act, ask->who[0].tenant, &ask->drafts[0].leaf, NULL);
}

fallible arrival_events_mailed(struct act *act, struct arrivals_ask *ask)
{
	return add_to_the_only_one(act, ask, ACTION_CHALLENGE_ISSUED);
}

fallible arrival_events_passed(struct act *act, struct arrivals_ask *ask)
{
	return add_to_the_only_one(act, ask, ACTION_CHALLENGE_PASSED);
}

/* Whoever guesses a person's code guesses it for all that know the person. */
fallible arrival_events_refused(struct act *act, struct arrivals_ask *ask)
{
	bool locks = ask->arrival.state == ARRIVAL_ENDED;
	for (size_t i = 0; i < ask->who_count; i++) {
		struct event_draft *draft = &ask->drafts[i];
		event_decide(draft, locks ? ACTION_CHALLENGE_LOCKED : ACTION_CHALLENGE_FAILED, LEAF_DENIED,
			ask->reason);
		TRY(locks ? event_add(act, ask->who[i].tenant, &draft->leaf, NULL)
			  : storm_refuse(act, ask->who[i].tenant, draft, NULL));
	}
	return OK;
}

fallible arrival_events_stranger(struct act *act, struct arrivals_ask *ask)
{
	if (ids_is_none(ask->sole))
		return OK;
	event_decide(&ask->stranger, ACTION_CHALLENGE_FAILED, LEAF_DENIED, REASON_UNKNOWN_PERSON);
	return storm_refuse(act, ask->sole, &ask->stranger, NULL);
}

/* ---- the one that was chosen ---- */

fallible arrival_events_choose(const struct server *server, struct arena *arena,
	const struct arrivals_ask *ask, struct arrival_chosen *chosen)
{
	for (size_t i = 0; i < ask->who_count; i++) {
		const struct arrivals_who *who = &ask->who[i];
		if (!ids_equal(who->tenant, ask->arrival.tenant))
			continue;
		TRY(seal_one(server, who, ask->arrival.opened, arena, ask, &chosen->issued));
		TRY(seal_one(server, who, ask->arrival.passed, arena, ask, &chosen->passed));
		chosen->chosen = true;
		return OK;
	}
	return FAIL(INVALID, "the address is known to no such business");
}

fallible arrival_events_chosen(struct act *act, struct id tenant, struct arrival_chosen *chosen)
{
	if (!chosen->chosen)
		return OK;
	event_decide(&chosen->issued, ACTION_CHALLENGE_ISSUED, LEAF_SUCCESS, REASON_NONE);
	event_decide(&chosen->passed, ACTION_CHALLENGE_PASSED, LEAF_SUCCESS, REASON_NONE);
	TRY(event_add(act, tenant, &chosen->issued.leaf, NULL));
	return event_add(act, tenant, &chosen->passed.leaf, NULL);
}
