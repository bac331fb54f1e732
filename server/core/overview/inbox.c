/* SPDX-License-Identifier: Apache-2.0 */
/* inbox - one walk a kind, one after the other. */
#include "server/core/overview/inbox.h"

#include "server/core/giving.h"
#include "server/core/grants/approvals.h"
#include "server/core/grants/emergencies.h"
#include "server/core/login/factor_resets.h"
#include "server/core/second.h"
#include "server/core/sight.h"
#include "server/core/vault/credentials.h"
#include "server/core/vault/deposits.h"
#include "server/core/vault/takeouts.h"
#include "store/nouns/departure.h"
#include "store/nouns/erasure.h"
#include "store/nouns/extension.h"
#include "store/nouns/handover.h"
#include "store/nouns/retention.h"

enum { ROW_MEMORY = 256 * 1024 };

struct walk {
	struct scene scene; /* of a caller who counts as proven: that is asked for when it is decided */
	struct inbox_page *page;
	size_t limit;
	size_t left; /* rows that may still be looked at */
	bool full;   /* there was one more than there is room for */
	struct sight sight;
};

/* A caller as one who has proved who they are, to be asked what they could decide then. */
static struct caller proven(const struct caller *caller)
{
	struct caller as = *caller;
	as.proven = true;
	return as;
}

static bool goes_on(const struct walk *walk)
{
	return walk->left > 0 && !walk->full;
}

/* A refusal is an answer here; anything else is a failure. */
static fallible allowed(struct err err, bool *may)
{
	*may = !err_failed(err);
	bool refused = err.kind == ERR_DENIED || err.kind == ERR_CONFLICT;
	return *may || refused ? OK : err;
}

static bool has(const struct walk *walk, uint64_t capability)
{
	return (walk->scene.caller->capabilities & capability) != 0;
}

static bool is_self(const struct walk *walk, struct id person)
{
	return ids_equal(walk->scene.caller->person, person);
}

/* One row was looked at; item NULL: it is none of the reader's. */
static fallible step(struct walk *walk, struct id at, const struct inbox_item *item)
{
	struct inbox_page *page = walk->page;
	walk->left--;
	walk->full = item && page->count == walk->limit;
	if (walk->full)
		return OK;
	page->at.after = at;
	if (!item)
		return OK;
	struct inbox_item *kept = &page->items[page->count++];
	*kept = *item;
	return arena_keep(walk->scene.arena, item->text, &kept->text);
}

/* By whom it may be decided, or was asked for: else it is none of theirs. */
static fallible offer(struct walk *walk, struct id at, struct inbox_item *item, bool may, bool asked)
{
	item->asked = !may;
	return step(walk, at, may || asked ? item : NULL);
}

/* ---- one kind after the other ---- */

static fallible walk_grants(struct walk *walk)
{
	const struct scene *scene = &walk->scene;
	struct id at = walk->page->at.after;
	struct grant grant;
	struct err err = OK;
	bool may;
	scoped(arena) row = ARENA(ROW_MEMORY);
	for (; goes_on(walk) &&
		grant_next(scene->view, scene->caller->tenant, walk->sight.client, &at, &row, &grant, &err);
		arena_clear(&row)) {
		bool waits = grant.state == GRANT_WAITING && !grant_has_ended(&grant, scene->now);
		struct inbox_item item = {.kind = INBOX_GRANT,
			.id = grant.id,
			.client = grant.client,
			.person = grant.person,
			.credential = grant.credential,
			.by = grant.giver,
			.by_software = !grant.giver_is_person,
			.since = grant.created,
			.due = grant.until,
			.text = grant.task};
		may = false;
		if (waits)
			TRY(allowed(approvals_check(scene, &grant), &may));
		TRY(offer(walk, at, &item, may, waits && is_self(walk, grant.giver)));
	}
	return err;
}

static fallible walk_handovers(struct walk *walk)
{
	const struct scene *scene = &walk->scene;
	struct id at = walk->page->at.after;
	struct handover handover;
	struct err err = OK;
	while (goes_on(walk) && handover_next(scene->view, scene->caller->tenant, &at, &handover, &err)) {
		const struct id part[] = {handover.requester, handover.from, handover.to};
		bool waits = handover.state == HANDOVER_REQUESTED &&
			(handover.until.ms == 0 || handover.until.ms > scene->now.ms);
		bool accepts = is_self(walk, handover.to) && handover.accepted.ms == 0 &&
			(handover.state == HANDOVER_APPROVED || handover.state == HANDOVER_ACTIVE);
		bool decides = waits && has(walk, CAPABILITY_BIT(HANDOVER_APPROVE)) &&
			!err_failed(second_check_other(scene, part, 3));
		struct inbox_item item = {.kind = INBOX_HANDOVER,
			.step = accepts ? INBOX_ACCEPT : INBOX_DECIDE,
			.id = handover.id,
			.person = handover.from,
			.by = handover.requester,
			.since = handover.requested,
			.due = handover.start};
		TRY(offer(walk, at, &item, accepts || decides, waits && is_self(walk, handover.requester)));
	}
	return err;
}

static fallible walk_deposits(struct walk *walk)
{
	const struct scene *scene = &walk->scene;
	struct id at = walk->page->at.after;
	struct deposit deposit;
	struct err err = OK;
	scoped(arena) row = ARENA(ROW_MEMORY);
	for (; goes_on(walk) && deposit_next(scene->view, scene->caller->tenant, &at, &row, &deposit, &err);
		arena_clear(&row)) {
		enum deposit_state state = deposits_shown(&deposit, scene->now);
		bool seen = sight_has_client(&walk->sight, deposit.client);
		bool may = state == DEPOSIT_USED && seen && has(walk, CAPABILITY_BIT(CREDENTIAL_DEPOSIT));
		struct inbox_item item = {.kind = INBOX_DEPOSIT,
			.id = deposit.id,
			.client = deposit.client,
			.by = deposit.opener,
			.by_software = deposit.opened_by_software,
			.since = deposit.created,
			.due = deposit.ends,
			.text = deposit.ask};
		TRY(offer(walk, at, &item, may, state == DEPOSIT_OPEN && is_self(walk, deposit.opener)));
	}
	return err;
}

static fallible walk_emergencies(struct walk *walk)
{
	const struct scene *scene = &walk->scene;
	struct id at = walk->page->at.after;
	struct breakglass one;
	struct err err = OK;
	scoped(arena) row = ARENA(ROW_MEMORY);
	for (; goes_on(walk) && breakglass_next(scene->view, scene->caller->tenant, &at, &row, &one, &err);
		arena_clear(&row)) {
		bool requested = one.state == BREAKGLASS_REQUESTED && one.until.ms > scene->now.ms;
		bool closed = one.state == BREAKGLASS_CLOSED, may = false;
		struct inbox_item item = {.kind = INBOX_BREAKGLASS,
			.step = closed ? INBOX_REVIEW : INBOX_DECIDE,
			.id = one.id,
			.client = one.client,
			.credential = one.credential,
			.by = one.requester,
			.since = one.created,
			.due = one.until,
			.text = one.reason};
		if (requested || closed)
			TRY(allowed(emergencies_check_custodian(scene, &one), &may));
		TRY(offer(walk, at, &item, may, (requested || closed) && is_self(walk, one.requester)));
	}
	return err;
}

static fallible walk_erasures(struct walk *walk)
{
	const struct scene *scene = &walk->scene;
	struct id at = walk->page->at.after;
	struct erasure erasure;
	struct err err = OK;
	scoped(arena) row = ARENA(ROW_MEMORY);
	for (; goes_on(walk) && erasure_next(scene->view, scene->caller->tenant, &at, &row, &erasure, &err);
		arena_clear(&row)) {
		const struct id part[] = {erasure.requester, erasure.approver, erasure.subject.id};
		bool waits = erasure.state == ERASURE_WAITING;
		bool may = waits && has(walk, CAPABILITY_BIT(PRIVACY_APPROVE)) &&
			!err_failed(second_check_other(scene, part, 3));
		struct inbox_item item = {.kind = INBOX_ERASURE,
			.id = erasure.id,
			.by = erasure.requester,
			.since = erasure.requested,
			.due = erasure.due,
			.text = erasure.ground};
		*(erasure.subject.kind == SUBJECT_CLIENT ? &item.client : &item.person) = erasure.subject.id;
		TRY(offer(walk, at, &item, may, waits && is_self(walk, erasure.requester)));
	}
	return err;
}

static fallible walk_resets(struct walk *walk)
{
	const struct scene *scene = &walk->scene;
	struct id at = walk->page->at.after;
	struct factor_reset reset;
	struct err err = OK;
	scoped(arena) row = ARENA(ROW_MEMORY);
	for (; goes_on(walk) &&
		factor_reset_next(scene->view, scene->caller->tenant, &at, &row, &reset, &err);
		arena_clear(&row)) {
		const struct id part[] = {reset.requester, reset.person};
		if (reset.state == FACTOR_RESET_WAITING)
			TRY(factor_resets_heed_person(scene->view, &row, &reset));
		bool waits = reset.state == FACTOR_RESET_WAITING && factor_reset_is_open(&reset, scene->now);
		bool may = waits && has(walk, CAPABILITY_BIT(FACTORS_MANAGE)) &&
			!err_failed(second_check_other(scene, part, 2));
		struct inbox_item item = {.kind = INBOX_FACTOR_RESET,
			.id = reset.id,
			.person = reset.person,
			.by = reset.requester,
			.since = reset.requested,
			.due = reset.due,
			.text = reset.reason};
		TRY(offer(walk, at, &item, may, waits && is_self(walk, reset.requester)));
	}
	return err;
}

/* Nobody brings back somebody who may do more than they. */
static fallible may_return(const struct walk *walk, const struct departure *departure, bool *may)
{
	const struct scene *scene = &walk->scene;
	const struct id part[] = {departure->returner, departure->person};
	struct person person;
	uint64_t held;
	scoped(arena) row = ARENA(ROW_MEMORY);
	*may = false;
	if (!has(walk, CAPABILITY_BIT(PEOPLE_WRITE)) || err_failed(second_check_other(scene, part, 2)))
		return OK;
	TRY(person_get_clear(scene->view, departure->tenant, departure->person, &row, &person));
	TRY(person_capabilities(scene->view, &person, &held));
	*may = !err_failed(giving_check(scene->caller, held));
	return OK;
}

static fallible walk_returns(struct walk *walk)
{
	const struct scene *scene = &walk->scene;
	struct id at = walk->page->at.after;
	struct departure departure;
	struct err err = OK;
	while (goes_on(walk) && departure_next(scene->view, scene->caller->tenant, &at, &departure, &err)) {
		bool waits = departure.state == DEPARTURE_RETURNING, may = false;
		struct inbox_item item = {.kind = INBOX_REINSTATEMENT,
			.id = departure.person,
			.person = departure.person,
			.by = departure.returner,
			.since = departure.left};
		if (waits)
			TRY(may_return(walk, &departure, &may));
		TRY(offer(walk, at, &item, may, waits && is_self(walk, departure.returner)));
	}
	return err;
}

/* A class has no id: in places its number stands, from 1. */
static fallible walk_retentions(struct walk *walk)
{
	const struct scene *scene = &walk->scene;
	struct retention retention;
	scoped(arena) row = ARENA(ROW_MEMORY);
	for (unsigned class = walk->page->at.after.bytes[0]; goes_on(walk) && class < ACTION_RETENTION_COUNT;
		class ++, arena_clear(&row)) {
		const struct id at = {{(uint8_t)(class + 1)}};
		TRY(retention_get(
			scene->view, scene->caller->tenant, (enum action_retention) class, &row, &retention));
		bool waits = retention.asked > 0;
		bool may = waits && has(walk, CAPABILITY_BIT(PRIVACY_APPROVE)) &&
			!err_failed(second_check_other(scene, &retention.asked_by, 1));
		struct inbox_item item = {.kind = INBOX_RETENTION,
			.which = class,
			.months = retention.asked,
			.by = retention.asked_by,
			.since = retention.asked_at,
			.text = retention.justification};
		TRY(offer(walk, at, &item, may, waits && is_self(walk, retention.asked_by)));
	}
	return OK;
}

/* It is due when the stand-in would end without it. */
static fallible offer_extension(struct walk *walk, const struct extension *extension)
{
	struct handover handover;
	const struct scene *scene = &walk->scene;
	TRY(handover_get(scene->view, extension->tenant, extension->handover, &handover));
	const struct handover_facts facts = handover_facts(&handover);
	const struct id part[] = {extension->asker, handover.from, handover.to};
	bool waits = handover_rules_is_extendable(&facts, scene->now);
	bool may = waits && has(walk, CAPABILITY_BIT(HANDOVER_APPROVE)) &&
		!err_failed(second_check_other(scene, part, 3));
	struct inbox_item item = {.kind = INBOX_EXTENSION,
		.id = handover.id,
		.person = handover.from,
		.by = extension->asker,
		.since = extension->asked,
		.due = handover.until,
		.until = extension->until};
	return offer(walk, handover.id, &item, may, waits && is_self(walk, extension->asker));
}

static fallible walk_extensions(struct walk *walk)
{
	const struct scene *scene = &walk->scene;
	struct id at = walk->page->at.after;
	struct extension extension;
	struct err err = OK;
	while (goes_on(walk) && extension_next(scene->view, scene->caller->tenant, &at, &extension, &err))
		TRY(offer_extension(walk, &extension));
	return err;
}

static fallible walk_takeouts(struct walk *walk)
{
	const struct scene *scene = &walk->scene;
	struct id at = walk->page->at.after;
	struct takeout one;
	struct err err = OK;
	scoped(arena) row = ARENA(ROW_MEMORY);
	for (; goes_on(walk) && takeout_next(scene->view, scene->caller->tenant, &at, &row, &one, &err);
		arena_clear(&row)) {
		bool waits = one.state == TAKEOUT_REQUESTED && takeout_is_open(&one, scene->now), may = false;
		struct inbox_item item = {.kind = INBOX_TAKEOUT,
			.id = one.id,
			.client = one.client,
			.by = one.requester,
			.since = one.created,
			.due = one.until,
			.text = one.purpose};
		if (waits)
			TRY(allowed(takeouts_check_approver(scene, &one), &may));
		TRY(offer(walk, at, &item, may, waits && is_self(walk, one.requester)));
	}
	return err;
}

/* ---- the page ---- */

typedef fallible (*walk_fn)(struct walk *walk);

static const walk_fn WALKS[INBOX_KIND_COUNT] = {
	[INBOX_GRANT] = walk_grants,
	[INBOX_HANDOVER] = walk_handovers,
	[INBOX_DEPOSIT] = walk_deposits,
	[INBOX_BREAKGLASS] = walk_emergencies,
	[INBOX_ERASURE] = walk_erasures,
	[INBOX_FACTOR_RESET] = walk_resets,
	[INBOX_REINSTATEMENT] = walk_returns,
	[INBOX_RETENTION] = walk_retentions,
	[INBOX_EXTENSION] = walk_extensions,
	[INBOX_TAKEOUT] = walk_takeouts,
};

static fallible run(struct walk *walk)
{
	struct inbox_place *at = &walk->page->at;
	while (at->kind < INBOX_KIND_COUNT) {
		TRY(WALKS[at->kind](walk));
		if (!goes_on(walk))
			return OK;
		*at = (struct inbox_place){.kind = at->kind + 1};
	}
	return OK;
}

fallible inbox_read(
	const struct scene *scene, const struct inbox_place *from, size_t limit, struct inbox_page *page)
{
	const struct caller as = proven(scene->caller);
	struct inbox_page made = {.at = *from};
	struct walk walk = {.scene = *scene, .page = &made, .limit = limit, .left = INBOX_LOOK_MAX};
	walk.scene.caller = &as;
	if (ids_is_none(as.person))
		return FAIL(DENIED, "an application as itself decides nothing, and has no inbox");
	made.items = arena_alloc(scene->arena, limit * sizeof *made.items);
	if (!made.items)
		return FAIL(NO_MEMORY, "a call has no memory for an inbox");
	TRY(credentials_sight(scene->view, &as, scene->arena, &walk.sight));
	TRY(run(&walk));
	*page = made;
	return OK;
}
