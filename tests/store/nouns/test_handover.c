/* SPDX-License-Identifier: Apache-2.0 */
/* test_handover - the rows of a handover, of what it moves, and of how a tenant assigns. Its life is in
 * tests/server/core/grants/test_handovers.c. */
#include "store/nouns/handover.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000 };

static const struct instant NOON = {1795262400000};

static struct instant later(int64_t minutes)
{
	return (struct instant){NOON.ms + minutes * 60000};
}

static struct handover example(void)
{
	return (struct handover){.tenant = world_tenant(1),
		.id = world_thing(1),
		.state = HANDOVER_RETURNED,
		.kind = HANDOVER_STAND_IN,
		.reason = HANDOVER_FOR_LEAVE,
		.override = HANDOVER_CLIENT_AGREED,
		.is_end_told = true,
		.takes_all = true,
		.from = world_thing(2),
		.to = world_thing(3),
		.requester = world_thing(4),
		.approver = world_thing(5),
		.ended_by = world_thing(6),
		.requested = NOON,
		.start = later(8),
		.until = later(100),
		.decided = later(6),
		.told = later(7),
		.started = later(9),
		.accepted = later(11),
		.ended = later(90),
		.moved = 7,
		.returned = 6,
		.clients = {world_thing(7), world_thing(8)},
		.client_count = 2};
}

static struct noun_key key(void)
{
	struct handover handover = example();
	return noun_key(handover.tenant, id_span(&handover.id), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	return handover_put(act, context);
}

static void put_handover(struct world *world, struct handover *handover)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = handover}));
}

static struct err read_example(struct world *world)
{
	scoped(reading) reading = {0};
	struct handover read, want = example();
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(handover_get(&view, want.tenant, want.id, &read));
	cr_assert(read.state == want.state && read.kind == want.kind && read.reason == want.reason);
	cr_assert(read.override == want.override && read.is_end_told && read.takes_all);
	cr_assert(ids_equal(read.from, want.from) && ids_equal(read.to, want.to));
	cr_assert(ids_equal(read.requester, want.requester) && ids_equal(read.approver, want.approver));
	cr_assert(ids_equal(read.ended_by, want.ended_by) && read.requested.ms == want.requested.ms);
	cr_assert(read.start.ms == want.start.ms && read.until.ms == want.until.ms);
	cr_assert(read.decided.ms == want.decided.ms && read.told.ms == want.told.ms);
	cr_assert(read.started.ms == want.started.ms && read.accepted.ms == want.accepted.ms);
	cr_assert(read.ended.ms == want.ended.ms && read.moved == 7 && read.returned == 6);
	cr_assert(read.client_count == 2 && ids_equal(read.clients[1], want.clients[1]));
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/handover_1.hex", TABLE_HANDOVER, key(), read_example};
}

Test(handover, reads_back_as_it_was_put)
{
	scoped(world) world = {0};
	struct handover handover = example();
	const struct golden row = golden();
	world_make(&world, &kv_mem, FOLD);
	put_handover(&world, &handover);
	world_must(read_example(&world));
	golden_is_written(&world, &row);
}

Test(handover, its_golden_row_is_read_for_ever_and_never_half)
{
	const struct golden row = golden();
	golden_is_read(&row);
	golden_is_read_whole(&row);
}

Test(handover, a_word_outside_its_list_is_corrupt)
{
	static const struct {
		size_t at;
		uint8_t value;
	} WORDS[] = {{1, HANDOVER_STATE_COUNT}, {2, 0}, {2, HANDOVER_KIND_END}, {3, 0},
		{3, HANDOVER_REASON_END}, {4, HANDOVER_OVERRIDE_END}};
	for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
		scoped(world) world = {0};
		struct handover handover = example();
		uint8_t record[512];
		struct row row;
		struct noun_key place = key();
		world_make(&world, &kv_mem, FOLD);
		put_handover(&world, &handover);
		scoped(reading) reading = {0};
		world_must(reading_open(&world.volume, &reading));
		struct view view = view_reading(&reading);
		world_must(view_get(&view, TABLE_HANDOVER, noun_key_span(&place), &row));
		memcpy(record, row.payload.at, row.payload.len);
		record[WORDS[i].at] = WORDS[i].value;
		size_t len = row.payload.len;
		reading_done(&reading);
		world_put_row(&world, TABLE_HANDOVER, noun_key_span(&place), span_of(record, len));
		cr_assert(read_example(&world).kind == ERR_CORRUPT, "%zu", i);
	}
}

/* ---- whose it is ---- */

static size_t count_open(struct world *world, struct id person)
{
	scoped(reading) reading = {0};
	struct handover handover;
	struct id after = {0};
	struct err err;
	size_t count = 0;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	while (handover_open_next(&view, world_tenant(1), person, &after, &handover, &err))
		count++;
	world_must(err);
	return count;
}

Test(handover, an_open_one_is_found_by_both_people_and_a_closed_one_by_nobody)
{
	scoped(world) world = {0};
	struct handover handover = example();
	world_make(&world, &kv_mem, FOLD);
	for (unsigned state = 0; state < HANDOVER_STATE_COUNT; state++) {
		handover.state = (enum handover_state)state;
		put_handover(&world, &handover);
		size_t wanted = handover_rules_is_open(handover.state);
		cr_assert(count_open(&world, handover.from) == wanted &&
			count_open(&world, handover.to) == wanted);
		cr_assert(count_open(&world, handover.requester) == 0);
	}
}

Test(handover, it_covers_the_clients_that_are_named)
{
	struct handover handover = example();
	cr_assert(handover_covers(&handover, world_thing(7)) && !handover_covers(&handover, world_thing(9)));
	handover.client_count = 0;
	cr_assert(!handover_covers(&handover, world_thing(7)));
}

/* ---- moves ---- */

static fallible put_moves(struct act *act, void *context)
{
	const struct handover *handover = context;
	for (unsigned i = 0; i < 3; i++) {
		const struct handover_move move = {world_thing(20 + i), world_thing(30 + i)};
		TRY(handover_move_put(act, handover->tenant, handover->id, &move));
	}
	const struct handover_move other = {world_thing(40), world_thing(41)};
	return handover_move_put(act, handover->tenant, world_thing(9), &other);
}

static struct err read_move(struct world *world)
{
	scoped(reading) reading = {0};
	struct handover_move move = {.grant = world_thing(20)};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(handover_move_get(&view, world_tenant(1), world_thing(1), &move));
	cr_assert(ids_equal(move.copy, world_thing(30)));
	return OK;
}

static struct golden golden_move(void)
{
	struct id handover = world_thing(1), grant = world_thing(20);
	return (struct golden){"golden/handover_move_1.hex", TABLE_HANDOVER_MOVE,
		noun_key(world_tenant(1), id_span(&handover), id_span(&grant)), read_move};
}

Test(handover, its_moves_are_walked_once_each_and_no_others)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct handover handover = example();
	struct handover_move move = {.copy = {{0}}};
	const struct golden row = golden_move();
	struct err err;
	size_t count = 0;
	world_make(&world, &kv_mem, FOLD);
	world_must(world_perform(
		&world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put_moves, .context = &handover}));
	world_must(read_move(&world));
	golden_is_written(&world, &row);
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	while (handover_move_next(&view, handover.tenant, handover.id, &move, &err))
		count++;
	world_must(err);
	cr_assert(count == 3);
}

Test(handover, a_moves_golden_row_is_read_for_ever_and_never_half)
{
	const struct golden row = golden_move();
	golden_is_read(&row);
	golden_is_read_whole(&row);
}

/* ---- the model ---- */

static fallible put_model(struct act *act, void *context)
{
	return handover_assignment_put(act, context);
}

static struct err read_model(struct world *world)
{
	scoped(reading) reading = {0};
	struct handover_assignment read;
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(handover_assignment_get(&view, world_tenant(1), &read));
	cr_assert(read.is_set && read.model == HANDOVER_POOL);
	return OK;
}

static struct golden golden_model(void)
{
	struct id tenant = world_tenant(1);
	return (struct golden){"golden/assignment_1.hex", TABLE_ASSIGNMENT,
		noun_key(tenant, SPAN_NONE, SPAN_NONE), read_model};
}

Test(handover, a_tenant_assigns_to_one_until_somebody_chooses_a_pool)
{
	scoped(world) world = {0};
	struct handover_assignment assignment;
	const struct golden row = golden_model();
	world_make(&world, &kv_mem, FOLD);
	{
		scoped(reading) reading = {0};
		world_must(reading_open(&world.volume, &reading));
		struct view view = view_reading(&reading);
		world_must(handover_assignment_get(&view, world_tenant(1), &assignment));
		cr_assert(!assignment.is_set && assignment.model == HANDOVER_EXCLUSIVE);
	}
	assignment.model = HANDOVER_POOL;
	world_must(world_perform(&world,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = put_model, .context = &assignment}));
	world_must(read_model(&world));
	golden_is_written(&world, &row);
}

Test(handover, a_models_golden_row_is_read_for_ever_and_never_half)
{
	const struct golden row = golden_model();
	golden_is_read(&row);
	golden_is_read_whole(&row);
}
