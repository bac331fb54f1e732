/* SPDX-License-Identifier: Apache-2.0 */
/* test_erasure - the record of a request, and what is counted over many. Its life is in
 * tests/server/core/keeping/test_erasures.c. */
#include "store/nouns/erasure.h"

#include "tests/support/fake_keys.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 256 * 1024, ROW_MAX = 64 * 1024 };

static const struct instant NOON = {1795262400000};
static const int64_t HOUR_MS = INT64_C(60) * 60 * 1000;

static struct erasure example(void)
{
	return (struct erasure){.tenant = world_tenant(1),
		.id = world_thing(1),
		.state = ERASURE_ERASED,
		.subject = {SUBJECT_CLIENT, world_thing(2)},
		.requested = NOON,
		.due = {NOON.ms + 72 * HOUR_MS},
		.decided = {NOON.ms + HOUR_MS},
		.erased = {NOON.ms + 73 * HOUR_MS},
		.requester = world_thing(3),
		.approver = world_thing(4),
		.third = world_thing(5),
		.needs_third = true,
		.keys = 3,
		.exports = 7,
		.held_in = {world_thing(6), world_thing(7)},
		.held_in_count = 2,
		.events = 1234,
		.ground = SPAN_LIT("art17_1_b")};
}

static struct noun_key key(void)
{
	struct erasure erasure = example();
	return noun_key(erasure.tenant, id_span(&erasure.id), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(ROW_MAX);
	const struct erasure *erasure = context;
	TRY(erasure_seal(act->volume->keys, erasure, &sealed));
	return erasure_put(act, erasure, buf_span(&sealed));
}

static void put_erasure(struct world *world, struct erasure *erasure)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = erasure}));
}

static struct err read_named(struct world *world, size_t named)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct erasure read, want = example();
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(erasure_get(&view, want.tenant, want.id, &arena, &read));
	cr_assert(read.state == want.state && read.subject.kind == SUBJECT_CLIENT);
	cr_assert(ids_equal(read.subject.id, want.subject.id) && read.requested.ms == want.requested.ms);
	cr_assert(read.due.ms == want.due.ms && read.decided.ms == want.decided.ms);
	cr_assert(read.erased.ms == want.erased.ms && read.needs_third && !read.held);
	cr_assert(ids_equal(read.requester, want.requester) && ids_equal(read.approver, want.approver));
	cr_assert(ids_equal(read.third, want.third) && ids_is_none(read.ended_by));
	cr_assert(read.keys == 3 && read.exports == 7 && read.events == 1234);
	cr_assert(span_equal(read.ground, want.ground));
	cr_assert(read.held_in_count == named);
	for (size_t i = 0; i < named; i++)
		cr_assert(ids_equal(read.held_in[i], want.held_in[i]));
	return OK;
}

static struct err read_example(struct world *world)
{
	return read_named(world, 2);
}

static struct err read_unnamed(struct world *world)
{
	return read_named(world, 0);
}

/* The stored row, with one id more than it may name. */
static fallible write_overlong(struct act *act, void *context)
{
	struct row row;
	struct noun_key at = key();
	scoped(buf) record = BUF(ROW_MAX);
	static const uint8_t IDS[16 * (ERASURE_EXPORTS_MAX + 1)];
	(void)context;
	TRY(act_get(act, TABLE_ERASURE, noun_key_span(&at), &row));
	buf_put(&record, span_first(row.payload, row.payload.len - 1));
	buf_put_u8(&record, ERASURE_EXPORTS_MAX + 1);
	buf_put(&record, SPAN_BYTES(IDS));
	TRY(buf_check(&record));
	return act_put(act, TABLE_ERASURE, noun_key_span(&at), buf_span(&record));
}

static void put_overlong(struct world *world)
{
	world_must(world_perform(world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = write_overlong}));
}

static struct golden golden(void)
{
	return (struct golden){"golden/erasure_2.hex", TABLE_ERASURE, key(), read_example};
}

Test(erasure, reads_back_as_it_was_put)
{
	scoped(world) world = {0};
	struct erasure erasure = example();
	world_make(&world, &kv_mem, FOLD);
	put_erasure(&world, &erasure);
	world_must(read_example(&world));
}

Test(erasure, its_golden_rows_are_read_for_ever)
{
	const struct golden row = golden();
	const struct golden before = {"golden/erasure_1.hex", TABLE_ERASURE, key(), read_unnamed};
	golden_is_read(&row);
	golden_is_read(&before);
	golden_is_read_whole(&before);
}

Test(erasure, a_row_that_names_more_exports_than_there_can_be_is_corrupt)
{
	scoped(world) world = {0};
	struct erasure erasure = example();
	world_make(&world, &kv_mem, FOLD);
	erasure.held_in_count = 0;
	put_erasure(&world, &erasure);
	world_must(read_unnamed(&world));
	put_overlong(&world);
	cr_assert(read_unnamed(&world).kind == ERR_CORRUPT);
}

Test(erasure, a_row_in_another_form_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}

/* ---- counting ---- */

static void put_one(struct world *world, unsigned number, int64_t asked_ms, int64_t erased_ms, bool third)
{
	struct erasure erasure = example();
	const uint8_t draw[10] = {(uint8_t)number};
	erasure.requested.ms = asked_ms;
	erasure.erased.ms = erased_ms;
	erasure.id = ids_make(erasure.requested, draw);
	if (!third)
		erasure.third = (struct id){0};
	put_erasure(world, &erasure);
}

Test(erasure, requests_and_executions_of_the_last_day_are_counted_without_those_of_three)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct erasure_count count;
	const int64_t now = NOON.ms + 200 * HOUR_MS;
	world_make(&world, &kv_mem, FOLD);
	put_one(&world, 1, now - HOUR_MS, 0, false);
	put_one(&world, 2, now - 25 * HOUR_MS, 0, false);
	put_one(&world, 3, now - 80 * HOUR_MS, now - HOUR_MS, false);
	put_one(&world, 4, now - 80 * HOUR_MS, now - HOUR_MS, true);
	put_one(&world, 5, now - 120 * HOUR_MS, now - 25 * HOUR_MS, false);
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	world_must(erasure_count_since(&view, world_tenant(1), (struct instant){now - 24 * HOUR_MS}, &count));
	cr_assert(count.requested == 1 && count.erased == 1);
	world_must(erasure_count_since(&view, world_tenant(2), NOON, &count));
	cr_assert(count.requested == 0 && count.erased == 0, "another tenant's");
}

Test(erasure, all_tenants_erasures_are_walked_once_each)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct erasure_place place = {.begun = false};
	struct erasure erasure;
	struct err err;
	size_t count = 0;
	world_make(&world, &kv_mem, FOLD);
	for (unsigned tenant = 1; tenant <= 3; tenant++) {
		erasure = example();
		erasure.tenant = world_tenant(tenant);
		put_erasure(&world, &erasure);
	}
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	while (erasure_next_of_all(&view, &place, &erasure, &err))
		count++;
	world_must(err);
	cr_assert(count == 3);
}
