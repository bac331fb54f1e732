/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be done at a time, and is taken out of the queue by hand: rows that wait for their time are held against it. */
#include "store/nouns/breakglass.h"
#include "store/nouns/credential.h"
#include "store/nouns/departure.h"
#include "store/nouns/erasure.h"
#include "store/nouns/expiry.h"
#include "store/nouns/handover.h"
#include "tests/store/nouns/lookup_world.h"

#include <criterion/criterion.h>

static const struct instant NOON = {1795262400000};
static const struct instant DUE = {1795262400000 + 3600000};

static struct expiry due(enum expiry_kind kind)
{
	return (struct expiry){kind, DUE, world_tenant(1), world_thing(20)};
}

static fallible put_erasure(struct act *act, enum erasure_state state)
{
	scoped(buf) sealed = BUF(LOOKUP_SEALED_MAX);
	const struct erasure erasure = {.tenant = world_tenant(1),
		.id = world_thing(20),
		.state = state,
		.subject = {SUBJECT_CLIENT, world_thing(2)},
		.requested = NOON,
		.due = DUE};
	TRY(erasure_seal(act->volume->keys, &erasure, &sealed));
	return erasure_put(act, &erasure, buf_span(&sealed));
}

static fallible put_departure(struct act *act, enum departure_state state, bool is_told)
{
	return departure_put(act,
		&(struct departure){.tenant = world_tenant(1),
			.person = world_thing(20),
			.state = state,
			.is_told = is_told,
			.asked = NOON,
			.at = DUE});
}

static fallible put_handover(struct act *act, enum handover_state state, struct instant until)
{
	return handover_put(act,
		&(struct handover){.tenant = world_tenant(1),
			.id = world_thing(20),
			.state = state,
			.kind = HANDOVER_STAND_IN,
			.reason = HANDOVER_FOR_LEAVE,
			.from = world_thing(1),
			.to = world_thing(21),
			.requested = NOON,
			.start = DUE,
			.until = until});
}

static fallible put_breakglass(struct act *act, enum breakglass_state state, bool overdue)
{
	scoped(buf) sealed = BUF(LOOKUP_SEALED_MAX);
	const struct breakglass breakglass = {.tenant = world_tenant(1),
		.id = world_thing(20),
		.state = state,
		.overdue = overdue,
		.client = world_thing(2),
		.created = NOON,
		.until = {DUE.ms + 1000}};
	TRY(breakglass_seal(act->volume->keys, &breakglass, &sealed));
	return breakglass_add(act, &breakglass, buf_span(&sealed));
}

/* A row that waits for its time, and how it is when it does not. */
struct waiting {
	enum expiry_kind kind;
	fallible (*put)(struct act *act, bool waits);
};

static fallible approved_or_waiting(struct act *act, bool waits)
{
	return put_erasure(act, waits ? ERASURE_APPROVED : ERASURE_WAITING);
}

static fallible erasing_or_erased(struct act *act, bool waits)
{
	return put_erasure(act, waits ? ERASURE_ERASING : ERASURE_ERASED);
}

static fallible planned_or_cancelled(struct act *act, bool waits)
{
	return put_departure(act, waits ? DEPARTURE_PLANNED : DEPARTURE_CANCELLED, false);
}

static fallible left_untold_or_told(struct act *act, bool waits)
{
	return put_departure(act, DEPARTURE_LEFT, !waits);
}

static fallible to_start_or_cancelled(struct act *act, bool waits)
{
	return put_handover(act, waits ? HANDOVER_APPROVED : HANDOVER_CANCELLED, (struct instant){0});
}

static fallible to_end_or_open(struct act *act, bool waits)
{
	return put_handover(act, HANDOVER_ACTIVE, waits ? DUE : (struct instant){0});
}

static fallible in_the_trash_or_not(struct act *act, bool waits)
{
	const int64_t trash_ms = INT64_C(86400000) * CREDENTIAL_TRASH_DAYS;
	return lookup_world_put_credential(
		act, world_thing(20), waits ? (struct instant){DUE.ms - trash_ms} : (struct instant){0});
}

static fallible asked_for_or_refused(struct act *act, bool waits)
{
	return put_breakglass(act, waits ? BREAKGLASS_REQUESTED : BREAKGLASS_REFUSED, false);
}

static fallible to_be_reviewed_or_overdue(struct act *act, bool waits)
{
	return put_breakglass(act, BREAKGLASS_CLOSED, !waits);
}

static fallible put_waiting(struct act *act, void *context)
{
	const struct waiting *waiting = context;
	const struct expiry expiry = due(waiting->kind);
	TRY(waiting->put(act, true));
	return expiry_put(act, &expiry);
}

static fallible put_settled(struct act *act, void *context)
{
	const struct waiting *waiting = context;
	return waiting->put(act, false);
}

static void queue(struct world *world, const struct expiry *expiry, bool stands)
{
	struct noun_key key = expiry_at(expiry);
	struct lookup_entry entry = {.key_len = key.len, .value = {1}, .value_len = 1};
	memcpy(entry.key, key.bytes, key.len);
	if (stands)
		lookup_world_write(world, TABLE_EXPIRY, &entry);
	else
		lookup_world_drop(world, TABLE_EXPIRY, &entry);
}

/* Taken out of the queue it is missed, as long as it waits; put off it is not. */
static void is_awaited(struct waiting waiting)
{
	scoped(world) world = {0};
	struct expiry expiry = due(waiting.kind), later = expiry, other = expiry;
	later.at.ms += 60000;
	other.id = world_thing(22);
	lookup_world_make(&world);
	lookup_world_perform(&world, put_waiting, &waiting);
	cr_assert(lookup_world_look(&world).fault == CHECK_SOUND, "as it was put");
	queue(&world, &expiry, false);
	queue(&world, &other, true);
	struct check_report report = lookup_world_look(&world);
	cr_assert(report.fault == CHECK_LOOKUP && report.table == TABLE_EXPIRY, "gone: %s",
		check_text(report.fault));
	cr_assert(report.key[0] == waiting.kind && ids_equal(report.tenant, world_tenant(1)));
	cr_assert(memcmp(report.key + report.key_len - sizeof expiry.id.bytes, expiry.id.bytes,
			  sizeof expiry.id.bytes) == 0);
	queue(&world, &later, true);
	cr_assert(lookup_world_look(&world).fault == CHECK_SOUND, "put off");
	queue(&world, &later, false);
	lookup_world_perform(&world, put_settled, &waiting);
	cr_assert(lookup_world_look(&world).fault == CHECK_SOUND, "settled: %s",
		check_text(lookup_world_look(&world).fault));
}

Test(lookup_queue, misses_an_erasure_that_is_due_some_day)
{
	is_awaited((struct waiting){EXPIRY_ERASURE, approved_or_waiting});
	is_awaited((struct waiting){EXPIRY_ERASURE, erasing_or_erased});
}

Test(lookup_queue, misses_a_departure_that_is_due_some_day)
{
	is_awaited((struct waiting){EXPIRY_DEPARTURE, planned_or_cancelled});
	is_awaited((struct waiting){EXPIRY_DEPARTURE, left_untold_or_told});
}

Test(lookup_queue, misses_a_handover_that_is_to_start_or_to_end)
{
	is_awaited((struct waiting){EXPIRY_HANDOVER, to_start_or_cancelled});
	is_awaited((struct waiting){EXPIRY_HANDOVER, to_end_or_open});
}

Test(lookup_queue, misses_what_is_to_be_shredded)
{
	is_awaited((struct waiting){EXPIRY_CREDENTIAL, in_the_trash_or_not});
}

Test(lookup_queue, misses_an_emergency_that_is_to_end_or_to_be_reviewed)
{
	is_awaited((struct waiting){EXPIRY_BREAKGLASS, asked_for_or_refused});
	is_awaited((struct waiting){EXPIRY_BREAKGLASS, to_be_reviewed_or_overdue});
}

/* One that was put off behind so many others is not called missing. */
Test(lookup_queue, does_not_accuse_what_it_has_not_looked_for_to_the_end)
{
	scoped(world) world = {0};
	struct waiting waiting = {EXPIRY_ERASURE, approved_or_waiting};
	struct expiry expiry = due(EXPIRY_ERASURE), other = expiry;
	lookup_world_make(&world);
	lookup_world_perform(&world, put_waiting, &waiting);
	queue(&world, &expiry, false);
	other.id = world_thing(22);
	for (unsigned i = 1; i < EXPIRY_LOOKED_AT; i++) {
		other.at.ms = DUE.ms + i;
		queue(&world, &other, true);
	}
	cr_assert(lookup_world_look(&world).fault == CHECK_LOOKUP);
	other.at.ms += 1;
	queue(&world, &other, true);
	cr_assert(lookup_world_look(&world).fault == CHECK_SOUND);
}
