/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox: what stands in it, and which notice is next. */
#include "store/nouns/notice.h"

#include "policies/messages.h"
#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000 };

static const struct instant NOON = {1795262400000};

struct write {
	const struct notice *notice;
	bool drop;
};

static fallible run_write(struct act *act, void *context)
{
	const struct write *write = context;
	return write->drop ? notice_drop(act, write->notice->id) : notice_add(act, write->notice);
}

static struct err perform(struct world *world, const struct notice *notice, bool drop)
{
	struct write write = {notice, drop};
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run_write, .context = &write});
}

static void add(struct world *world, const struct notice *notice)
{
	world_must(perform(world, notice, false));
}

static struct notice notice_of(uint8_t number, int64_t next_ms)
{
	struct notice notice = {.tenant = world_tenant(1),
		.person = world_thing(2),
		.kind = NOTICE_LOGIN_CODE,
		.about = world_thing(3),
		.day = 20778,
		.tries = 2,
		.next = {next_ms},
		.sealed = SPAN_LIT("sealed bytes")};
	memset(notice.id.bytes, number, sizeof notice.id.bytes);
	return notice;
}

static bool next(struct world *world, struct id after, struct arena *arena, struct notice *notice)
{
	struct err err;
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	bool found = notice_next(&view, after, NOON, arena, notice, &err);
	world_must(err);
	return found;
}

Test(notice, what_was_queued_comes_back_whole)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(4096);
	struct notice in = notice_of(7, NOON.ms);
	struct notice out;
	world_make(&world, &kv_mem, FOLD);
	add(&world, &in);
	cr_assert(next(&world, (struct id){0}, &arena, &out));
	cr_assert(ids_equal(in.id, out.id) && ids_equal(in.tenant, out.tenant) &&
		ids_equal(in.person, out.person));
	cr_assert(ids_equal(in.about, out.about) && in.kind == out.kind && in.day == out.day &&
		in.tries == out.tries);
	cr_assert(in.next.ms == out.next.ms && span_equal(in.sealed, out.sealed));
}

Test(notice, the_oldest_due_one_is_first_and_later_ones_wait)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(4096);
	const struct notice notices[] = {
		notice_of(9, NOON.ms), notice_of(1, NOON.ms + 1), notice_of(5, NOON.ms - 1)};
	struct notice out;
	world_make(&world, &kv_mem, FOLD);
	for (size_t i = 0; i < 3; i++)
		add(&world, &notices[i]);
	cr_assert(next(&world, (struct id){0}, &arena, &out) && ids_equal(out.id, notices[2].id));
	cr_assert(next(&world, out.id, &arena, &out) && ids_equal(out.id, notices[0].id));
	cr_assert(!next(&world, out.id, &arena, &out));
}

Test(notice, the_walk_goes_on_behind_one_that_was_dropped)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(4096);
	struct notice first = notice_of(1, NOON.ms);
	struct notice second = notice_of(2, NOON.ms);
	struct notice out;
	world_make(&world, &kv_mem, FOLD);
	add(&world, &first);
	add(&world, &second);
	world_must(perform(&world, &first, true));
	cr_assert(next(&world, first.id, &arena, &out) && ids_equal(out.id, second.id));
}

Test(notice, dropping_what_is_not_there_is_not_found)
{
	scoped(world) world = {0};
	struct notice notice = notice_of(1, NOON.ms);
	world_make(&world, &kv_mem, FOLD);
	cr_assert(perform(&world, &notice, true).kind == ERR_NOT_FOUND);
}

Test(notice, an_empty_outbox_has_no_next)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(4096);
	struct notice out;
	world_make(&world, &kv_mem, FOLD);
	cr_assert(!next(&world, (struct id){0}, &arena, &out));
}

/* ---- the golden row ---- */

static fallible put_golden(struct act *act, void *context)
{
	const struct buf *row = context;
	return act_put(act, TABLE_OUTBOX, span_first(buf_span(row), 16), span_from(buf_span(row), 16));
}

/* The file holds the key and the record. */
static void read_golden(struct buf *row)
{
	vectors_read_hex("golden/outbox_1.hex", row);
}

Test(notice, reads_its_golden_row_for_ever)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(4096);
	scoped(buf) row = BUF(4096);
	struct notice expected = notice_of(7, NOON.ms);
	struct notice out;
	read_golden(&row);
	world_make(&world, &kv_mem, FOLD);
	world_must(world_perform(
		&world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put_golden, .context = &row}));
	cr_assert(next(&world, (struct id){0}, &arena, &out));
	cr_assert(ids_equal(out.id, expected.id) && ids_equal(out.person, expected.person));
	cr_assert(out.kind == NOTICE_LOGIN_CODE && out.tries == 2 && out.next.ms == NOON.ms);
	cr_assert(span_is(out.sealed, "sealed bytes"));
}

static struct err next_of_damaged(struct buf *row)
{
	struct err err;
	struct notice out;
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(4096);
	scoped(reading) reading = {0};
	world_make(&world, &kv_mem, FOLD);
	world_must(world_perform(
		&world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put_golden, .context = row}));
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	cr_assert(!notice_next(&view, (struct id){0}, NOON, &arena, &out, &err));
	return err;
}

Test(notice, a_damaged_row_is_corrupt_and_never_half_read)
{
	scoped(buf) row = BUF(4096);
	read_golden(&row);
	row.len--;
	cr_assert(next_of_damaged(&row).kind == ERR_CORRUPT);
	row.len++;
	row.data[16] = 9;
	cr_assert(next_of_damaged(&row).kind == ERR_CORRUPT);
}

/* ---- the values ---- */

Test(notice, values_come_back_by_name)
{
	scoped(buf) plain = BUF(4096);
	scoped(arena) arena = ARENA(4096);
	const struct message_value in[] = {{"code", SPAN_LIT("123456")}, {"device", SPAN_NONE}};
	struct message_value out[2];
	size_t count;
	notice_put_values(&plain, in, 2);
	world_must(notice_read_values(buf_span(&plain), &arena, out, 2, &count));
	cr_assert(count == 2 && strcmp(out[0].name, "code") == 0 && span_is(out[0].value, "123456"));
	cr_assert(strcmp(out[1].name, "device") == 0 && out[1].value.len == 0);
}

Test(notice, values_of_any_damaged_length_are_corrupt)
{
	scoped(buf) plain = BUF(4096);
	scoped(arena) arena = ARENA(65536);
	const struct message_value in[] = {{"code", SPAN_LIT("123456")}, {"device", SPAN_LIT("phone")}};
	struct message_value out[2];
	size_t count;
	notice_put_values(&plain, in, 2);
	for (size_t len = 0; len < plain.len; len++)
		cr_assert(
			notice_read_values(span_first(buf_span(&plain), len), &arena, out, 2, &count).kind ==
			ERR_CORRUPT);
	cr_assert(notice_read_values(buf_span(&plain), &arena, out, 1, &count).kind == ERR_CORRUPT,
		"more than there is room for");
}
