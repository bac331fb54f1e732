/* SPDX-License-Identifier: Apache-2.0 */
/* entering - open or go on with the verification, and begin the session. */
#include "server/core/login/entering.h"

/* ---- who enters ---- */

static fallible choose(const struct arrivals_ask *who, struct id tenant, struct arrival *arrival)
{
	for (size_t i = 0; i < who->who_count; i++) {
		if (!ids_equal(who->who[i].tenant, tenant))
			continue;
		arrival->tenant = tenant;
		arrival->person = who->who[i].person;
		arrival->state = ARRIVAL_FACTOR;
		return OK;
	}
	return FAIL(INVALID, "the address is known to no such business");
}

/* What the others do not learn, the one that is chosen does. */
static fallible take_choice(
	const struct server *server, struct arena *arena, struct arrivals_ask *who, struct entering_ask *ask)
{
	TRY(choose(who, ask->tenant, &ask->arrival));
	who->arrival = ask->arrival;
	who->device = ask->device;
	who->trace = ask->trace;
	who->now = ask->now;
	return arrival_events_choose(server, arena, who, &ask->choice);
}

static fallible check_state(const struct entering_ask *ask)
{
	enum arrival_state wanted = ids_is_none(ask->tenant) ? ARRIVAL_FACTOR : ARRIVAL_CHOOSE;
	if (ask->arrival.state != wanted)
		return FAIL(CONFLICT, "the sign-in waits for something else");
	return OK;
}

/* The address is still the person's: a hint that it was is not enough. */
static fallible find_address(const struct server *server, const struct view *view, struct arena *arena,
	struct entering_ask *ask, struct span *address)
{
	struct arrivals_ask who = {.who_count = 0};
	TRY(arrivals_list_who(view, ask->arrival.mailbox, arena, &who));
	if (!ids_is_none(ask->tenant))
		TRY(take_choice(server, arena, &who, ask));
	*address = SPAN_NONE;
	for (size_t i = 0; i < who.who_count; i++)
		if (ids_equal(who.who[i].person, ask->arrival.person))
			*address = who.who[i].email;
	return OK;
}

/* ---- the verification ---- */

static fallible fill(struct arena *arena, struct span address, struct entering_ask *ask)
{
	char person[ID_TEXT + 1];
	struct verifications_ask *verify = &ask->verify;
	*verify = (struct verifications_ask){.id = ask->arrival.verification,
		.device = ask->device,
		.mailed = address,
		.recovery = ask->recovery,
		.has_code = ask->has_code,
		.may_lock = ask->may_lock,
		.trace = ask->trace,
		.remembering = &ask->remembering};
	memcpy(verify->code, ask->code, sizeof ask->code);
	ask->remembering = (struct remembering){.wanted = ask->remembers, .typed = ask->remembered};
	ids_print(ID_PERSON, ask->arrival.person, person);
	return arena_keep(arena, span_text(person), &verify->person);
}

static fallible find_recovery(const struct view *view, struct entering_ask *ask)
{
	struct recovery recovery;
	struct err err = recoveries_find(view, ask->arrival.tenant, ask->arrival.person, &recovery);
	ask->has_recovery = !err_failed(err);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

/* A browser has one session: the one that its cookie stood for is over when another takes its place. */
static fallible find_former(const struct server *server, const struct view *view, struct entering_ask *ask)
{
	enum token_kind kind;
	uint8_t hash[HASH_BLAKE];
	ask->former = (struct token){.kind = TOKEN_APPLICATION};
	if (err_failed(tokens_check(ask->before, &kind)) || kind != TOKEN_SESSION)
		return OK;
	keeper_hash(server->keeper, KEEPER_TOKEN, &ask->before, 1, hash);
	struct err err = token_get(view, hash, &ask->former);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

static fallible end_former(struct act *act, const struct entering_ask *ask)
{
	struct session session;
	struct view view = view_act(act);
	if (ask->former.kind != TOKEN_SESSION)
		return OK;
	struct err err = session_get_clear(&view, ask->former.tenant, ask->former.id, &session);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return sessions_end(act, &session, SESSIONS_LOGOUT, NULL);
}

static bool may_allow(const struct verifications_ask *verify)
{
	return verify->has_code || verify->spend || remembering_is_tried(verify);
}

static fallible verify(
	const struct server *server, const struct view *view, struct arena *arena, struct entering_ask *ask)
{
	const struct scene scene = {server, &ask->caller, view, ask->now, arena, ask->trace};
	TRY(verifications_prepare(server, &ask->caller, view, ask->now, arena, &ask->verify));
	TRY(find_recovery(view, ask));
	TRY(find_former(server, view, ask));
	ask->start = (struct sessions_start){.verification = &ask->verify};
	return may_allow(&ask->verify) ? sessions_start_prepare(&scene, &ask->start) : OK;
}

fallible entering_prepare(
	const struct server *server, const struct view *view, struct arena *arena, struct entering_ask *ask)
{
	struct span address;
	ask->entered = false;
	ask->choice = (struct arrival_chosen){.chosen = false};
	TRY(arrival_get(view, ask->id, &ask->arrival));
	ask->closed = arrivals_closed(&ask->arrival, ask->now);
	if (ask->closed != REASON_NONE)
		return OK;
	TRY(check_state(ask));
	TRY(find_address(server, view, arena, ask, &address));
	if (address.len == 0) {
		ask->closed = REASON_EXPIRED;
		return OK;
	}
	ask->caller = (struct caller){.kind = TOKEN_SESSION, .tenant = ask->arrival.tenant};
	ask->prepared = ask->arrival;
	TRY(fill(arena, address, ask));
	return verify(server, view, arena, ask);
}

enum verifications_act entering_acts(const struct entering_ask *ask)
{
	if (ask->closed != REASON_NONE)
		return VERIFICATIONS_NOTHING;
	return ask->choice.chosen ? VERIFICATIONS_EVENT : ask->verify.act;
}

/* ---- the act ---- */

static fallible check_still(struct act *act, const struct arrival *prepared)
{
	struct arrival now;
	struct view view = view_act(act);
	TRY(arrival_get(&view, prepared->id, &now));
	if (now.version != prepared->version || arrivals_closed(&now, act->now) != REASON_NONE)
		return FAIL_CODE(STALE, "the sign-in went on meanwhile");
	return OK;
}

/* A code that was used already costs nothing, and another one may follow. */
static bool goes_on(const struct verifications_ask *verify)
{
	return verify->decision == VERIFICATIONS_CHALLENGE || verify->reason == REASON_REPLAYED;
}

static fallible enter(struct act *act, struct entering_ask *ask)
{
	TRY(end_former(act, ask));
	return sessions_start_write(act, &ask->start);
}

fallible entering_write(struct act *act, struct entering_ask *ask)
{
	struct arrival *arrival = &ask->arrival;
	const struct verifications_ask *verify = &ask->verify;
	*arrival = ask->prepared;
	TRY(check_still(act, arrival));
	TRY(arrival_events_chosen(act, arrival->tenant, &ask->choice));
	TRY(verifications_write(act, &ask->verify));
	bool was_new = ids_is_none(arrival->verification);
	arrival->verification = verify->verification.id;
	ask->entered = verify->decision == VERIFICATIONS_ALLOW;
	if (ask->entered)
		TRY(enter(act, ask));
	if (goes_on(verify))
		return was_new ? arrival_put(act, arrival) : OK;
	arrival->state = ARRIVAL_ENDED;
	arrival->reason = (uint16_t)verify->reason;
	return arrival_put(act, arrival);
}
