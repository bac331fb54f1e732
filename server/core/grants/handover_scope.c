/* SPDX-License-Identifier: Apache-2.0 */
/* handover_scope - grants sorted to their clients, then each client looked at. */
#include "server/core/grants/handover_scope.h"

#include "server/core/grants/gates.h"
#include "store/nouns/client.h"
#include "store/nouns/person.h"

enum { ONE_NOUN = 64 * 1024 };

/* ---- which grants ---- */

/* What somebody holds in place of another one is that one's to be handed on. */
static fallible is_held_for_another(const struct view *view, const struct grant *grant, bool *held)
{
	struct handover handover;
	*held = false;
	if (ids_is_none(grant->handover))
		return OK;
	TRY(handover_get(view, grant->tenant, grant->handover, &handover));
	*held = !handover_rules_is_for_good(handover.kind);
	return OK;
}

/* Whether somebody stands in for the grant's holder: it comes back, by *end or before. end: ms 0 = open. */
static fallible is_away(const struct view *view, const struct grant *grant, struct instant now, bool *away,
	struct instant *end)
{
	struct handover handover;
	*away = false;
	if (grant_shown(grant, now) != GRANT_SHOWN_SUSPENDED || ids_is_none(grant->suspended_by))
		return OK;
	TRY(handover_get(view, grant->tenant, grant->suspended_by, &handover));
	*away = handover.state == HANDOVER_ACTIVE && !handover_rules_is_for_good(handover.kind);
	*end = handover.until;
	return OK;
}

/* What is open, waits for the successor of its holder who has left, or is back by the time of a start that is still to come. */
static fallible may_be_handed_on(const struct view *view, const struct handover *handover,
	const struct grant *grant, struct instant now, bool *may)
{
	bool away;
	struct instant end;
	enum grant_shown shown = grant_shown(grant, now);
	*may = shown == GRANT_SHOWN_ACTIVE ||
		(shown == GRANT_SHOWN_SUSPENDED && ids_equal(grant->suspended_by, handover->id));
	if (*may || handover->start.ms <= now.ms)
		return OK;
	TRY(is_away(view, grant, now, &away, &end));
	*may = away && end.ms && end.ms <= handover->start.ms;
	return OK;
}

/* What begins only behind the end of a handover has no part in it. */
static fallible is_handed_on(const struct view *view, const struct handover *handover,
	const struct grant *grant, struct instant now, bool *handed_on)
{
	bool held, may;
	bool is_later = handover->until.ms && grant->from.ms >= handover->until.ms;
	*handed_on = false;
	TRY(may_be_handed_on(view, handover, grant, now, &may));
	if (!may || grant->breakglass || is_later)
		return OK;
	TRY(is_held_for_another(view, grant, &held));
	*handed_on = !held;
	return OK;
}

/* ---- which clients ---- */

static struct handover_scope_client *find_client(struct handover_scope *scope, struct id client)
{
	for (size_t i = 0; i < scope->count; i++)
		if (ids_equal(scope->clients[i].client, client))
			return &scope->clients[i];
	return NULL;
}

static fallible add_client(struct handover_scope *scope, struct id client)
{
	if (scope->count == HANDOVER_CLIENTS_MAX)
		return FAIL(TOO_LARGE, "somebody serves more clients than one handover takes");
	scope->clients[scope->count++] = (struct handover_scope_client){.client = client};
	return OK;
}

static fallible count_grant(
	const struct handover *handover, const struct grant *grant, struct handover_scope *scope)
{
	struct handover_scope_client *entry = find_client(scope, grant->client);
	if (!entry && handover->takes_all) {
		TRY(add_client(scope, grant->client));
		entry = find_client(scope, grant->client);
	}
	if (entry)
		entry->moves++;
	return OK;
}

static fallible count_grants(const struct view *view, const struct handover *handover, struct instant now,
	struct handover_scope *scope)
{
	struct id after = {0};
	struct grant grant;
	struct err err = OK;
	scoped(arena) arena = ARENA(ONE_NOUN);
	for (; grant_next(view, handover->tenant, handover->from, &after, &arena, &grant, &err);
		arena_clear(&arena)) {
		bool handed_on;
		TRY(is_handed_on(view, handover, &grant, now, &handed_on));
		if (handed_on)
			TRY(count_grant(handover, &grant, scope));
	}
	return err;
}

/* ---- what stands in the way of a client ---- */

static fallible look_at_client(
	const struct view *view, const struct handover *handover, struct handover_scope_client *entry)
{
	struct client client;
	scoped(arena) arena = ARENA(ONE_NOUN);
	TRY(client_get(view, handover->tenant, entry->client, &arena, &client));
	if (client.state != CLIENT_ACTIVE && client.state != CLIENT_PAUSED)
		entry->why = HANDOVER_CLIENT_LEFT;
	return OK;
}

/* Somebody of the staff who may use a credential of the client for more than a task, or will again when a stand-in's time is over. */
static fallible is_assistant(
	const struct view *view, const struct grant *grant, struct instant now, bool *assistant)
{
	bool away;
	struct instant end;
	struct person person;
	scoped(arena) arena = ARENA(ONE_NOUN);
	*assistant = false;
	TRY(is_away(view, grant, now, &away, &end));
	if ((grant_shown(grant, now) != GRANT_SHOWN_ACTIVE && !away) || grant->task.len || grant->breakglass)
		return OK;
	TRY(person_get_clear(view, grant->tenant, grant->person, &arena, &person));
	*assistant = person.kind == PERSON_STAFF && person.state == PERSON_ACTIVE;
	return OK;
}

/* Who may serve a client in a span of time. */
struct post {
	struct id tenant, client;
	struct id people[2];
	struct handover_span span;
	struct instant now;
};

/* Whether anybody else does: of the staff, for more than a task. */
static fallible is_served_by_other(const struct view *view, const struct post *post, bool *other)
{
	struct id after = {0};
	struct grant grant;
	struct err err = OK;
	bool found = false;
	scoped(arena) arena = ARENA(ONE_NOUN);
	for (; !found && grant_next(view, post->tenant, post->client, &after, &arena, &grant, &err);
		arena_clear(&arena)) {
		const struct handover_span theirs = {grant.from, grant.until};
		bool own =
			ids_equal(grant.person, post->people[0]) || ids_equal(grant.person, post->people[1]);
		if (!own && handover_rules_overlap(&post->span, &theirs))
			TRY(is_assistant(view, &grant, post->now, &found));
	}
	TRY(err);
	*other = found;
	return OK;
}

static fallible look_for_others(const struct view *view, const struct handover *handover, struct instant now,
	struct handover_scope_client *entry)
{
	const struct instant start = handover->start.ms > now.ms ? handover->start : now;
	const struct post post = {.tenant = handover->tenant,
		.client = entry->client,
		.people = {handover->from, handover->to},
		.span = {.start = start},
		.now = now};
	bool other = false;
	if (entry->why == HANDOVER_MOVES)
		TRY(is_served_by_other(view, &post, &other));
	if (other)
		entry->why = HANDOVER_OTHER_ASSISTANT;
	return OK;
}

static void note_overlaps(const struct handover *handover, const struct handover *other,
	enum handover_model model, struct handover_scope *scope)
{
	const struct handover_span mine = {handover->start, handover->until};
	const struct handover_span theirs = {other->start, other->until};
	bool same = ids_equal(handover->from, other->from) || model == HANDOVER_EXCLUSIVE;
	bool waits = other->state == HANDOVER_APPROVED || other->state == HANDOVER_ACTIVE;
	if (!waits || !same || ids_equal(handover->id, other->id) || !handover_rules_overlap(&mine, &theirs))
		return;
	for (size_t i = 0; i < scope->count; i++)
		if (handover_covers(other, scope->clients[i].client))
			scope->clients[i].why = HANDOVER_OVERLAPS;
}

static fallible look_for_overlaps(const struct view *view, const struct handover *handover,
	enum handover_model model, struct handover_scope *scope)
{
	struct id after = {0};
	struct handover other;
	struct err err = OK;
	while (handover_next(view, handover->tenant, &after, &other, &err))
		note_overlaps(handover, &other, model, scope);
	return err;
}

/* What the stand-in would be refused at each use is not handed on in the first place. No consent is looked for: a stand-in is
 * of the staff. */
static fallible look_at_agreements(const struct view *view, const struct handover *handover,
	enum person_kind kind, struct instant now, struct handover_scope *scope)
{
	struct vault_rules_row rules;
	scoped(arena) arena = ARENA(ONE_NOUN);
	TRY(vault_rules_row_get(view, handover->tenant, &arena, &rules));
	for (size_t i = 0; i < scope->count; i++) {
		struct handover_scope_client *entry = &scope->clients[i];
		const struct grant grant = {
			.tenant = handover->tenant, .client = entry->client, .person = handover->to};
		bool missing;
		TRY(gates_nda(view, &rules.rules, kind, &grant, now, &missing));
		if (entry->why == HANDOVER_MOVES && missing)
			entry->why = HANDOVER_NDA_MISSING;
	}
	return OK;
}

static fallible look_at_stand_in(const struct view *view, const struct handover *handover, struct instant now,
	struct handover_scope *scope)
{
	struct person person;
	uint64_t held;
	scoped(arena) arena = ARENA(ONE_NOUN);
	TRY(person_get_clear(view, handover->tenant, handover->to, &arena, &person));
	TRY(person_capabilities(view, &person, &held));
	bool able = person.state == PERSON_ACTIVE && (held & CAPABILITY_BIT(CREDENTIAL_USE));
	for (size_t i = 0; !able && i < scope->count; i++)
		scope->clients[i].why = HANDOVER_NOT_ABLE;
	return able ? look_at_agreements(view, handover, person.kind, now, scope) : OK;
}

/* What does not fit any more stays where it is, whole. */
static void sum_moves(struct handover_scope *scope)
{
	for (size_t i = 0; i < scope->count; i++) {
		struct handover_scope_client *entry = &scope->clients[i];
		if (entry->why != HANDOVER_MOVES)
			continue;
		if (entry->moves == 0)
			entry->why = HANDOVER_NO_GRANTS;
		else if (entry->moves > HANDOVER_SCOPE_MOVES_MAX - scope->moves)
			entry->why = HANDOVER_TOO_MANY;
		else
			scope->moves += entry->moves;
	}
}

fallible handover_scope_read(const struct view *view, const struct handover *handover, struct instant now,
	struct handover_scope *scope)
{
	struct handover_assignment assignment;
	struct handover_scope read = {.count = 0};
	for (size_t i = 0; !handover->takes_all && i < handover->client_count; i++)
		TRY(add_client(&read, handover->clients[i]));
	TRY(count_grants(view, handover, now, &read));
	TRY(handover_assignment_get(view, handover->tenant, &assignment));
	for (size_t i = 0; i < read.count; i++) {
		TRY(look_at_client(view, handover, &read.clients[i]));
		if (assignment.model == HANDOVER_EXCLUSIVE)
			TRY(look_for_others(view, handover, now, &read.clients[i]));
	}
	TRY(look_for_overlaps(view, handover, assignment.model, &read));
	TRY(look_at_stand_in(view, handover, now, &read));
	sum_moves(&read);
	*scope = read;
	return OK;
}

/* ---- walking ---- */

static bool moves_client(const struct handover_scope *scope, struct id client)
{
	for (size_t i = 0; i < scope->count; i++)
		if (ids_equal(scope->clients[i].client, client))
			return scope->clients[i].why == HANDOVER_MOVES;
	return false;
}

bool handover_scope_next(const struct view *view, const struct handover *handover,
	const struct handover_scope *scope, struct instant now, struct id *at, struct arena *arena,
	struct grant *grant, struct err *err)
{
	bool found = false;
	for (arena_clear(arena);
		!found && grant_next(view, handover->tenant, handover->from, at, arena, grant, err);
		found ? (void)0 : arena_clear(arena)) {
		if (!moves_client(scope, grant->client))
			continue;
		*err = is_handed_on(view, handover, grant, now, &found);
		if (err_failed(*err))
			return false;
	}
	return found;
}

void handover_scope_keep(const struct handover_scope *scope, struct handover *handover)
{
	handover->client_count = 0;
	for (size_t i = 0; i < scope->count; i++)
		if (scope->clients[i].why == HANDOVER_MOVES)
			handover->clients[handover->client_count++] = scope->clients[i].client;
}

fallible handover_scope_check_alone(struct act *act, const struct grant *grant)
{
	const struct post post = {.tenant = grant->tenant,
		.client = grant->client,
		.people = {grant->person},
		.span = {grant->from, grant->until},
		.now = act->now};
	struct handover_assignment assignment;
	struct person person;
	struct view view = view_act(act);
	bool other;
	TRY(handover_assignment_get(&view, grant->tenant, &assignment));
	if (grant->task.len || !assignment.is_set || assignment.model != HANDOVER_EXCLUSIVE)
		return OK;
	TRY(person_get_clear(&view, grant->tenant, grant->person, act->arena, &person));
	if (person.kind != PERSON_STAFF)
		return OK;
	TRY(is_served_by_other(&view, &post, &other));
	return other ? FAIL_CODE(OTHER_ASSISTANT, "somebody else serves this client") : OK;
}
