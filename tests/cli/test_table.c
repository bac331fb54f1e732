/* SPDX-License-Identifier: Apache-2.0 */
/* test_table - columns line up by what a terminal shows, and fit into it. */
#include "cli/table.h"

#include <criterion/criterion.h>

static const struct table_column COLUMNS[] = {
	{"TIME", 5, 5, true}, {"WHO", 4, 4, true}, {"WHAT", 6, 6, true}, {"DEVICE", 6, 6, false}};

enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

struct world {
	struct arena arena;
	struct buf out;
	struct table table;
};

static void world_init(struct world *world, size_t terminal)
{
	*world = (struct world){.arena = ARENA(1 << 16), .out = BUF(1 << 16)};
	world->table = (struct table){
		.columns = COLUMNS, .count = COLUMN_COUNT, .terminal = terminal, .arena = &world->arena};
}

static void world_done(struct world *world)
{
	buf_done(&world->out);
	arena_done(&world->arena);
}

static void add(
	struct world *world, enum table_look look, const char *a, const char *b, const char *c, const char *d)
{
	const struct span cells[] = {span_text(a), span_text(b), span_text(c), span_text(d)};
	cr_assert(!err_failed(table_add(&world->table, cells, look)), "a row");
}

static void assert_prints(struct world *world, const char *expected)
{
	buf_clear(&world->out);
	table_put(&world->table, &world->out);
	cr_assert(!err_failed(buf_check(&world->out)), "there is room");
	cr_assert(span_is(buf_span(&world->out), expected), "%.*s", SPAN_FMT(buf_span(&world->out)));
}

Test(table, columns_line_up_whatever_the_letters)
{
	scoped(world) world;
	world_init(&world, 0);
	add(&world, TABLE_PLAIN, "10:00", "Bálint", "edit", "phone");
	add(&world, TABLE_PLAIN, "10:01", "山田", "delete", "laptop");
	assert_prints(&world,
		"TIME   WHO     WHAT    DEVICE\n"
		"10:00  Bálint  edit    phone\n"
		"10:01  山田    delete  laptop\n");
}

Test(table, the_widest_column_is_cut_to_the_terminal)
{
	scoped(world) world;
	world_init(&world, 36);
	add(&world, TABLE_PLAIN, "10:00", "Anna", "a very long story indeed", "phone");
	assert_prints(&world,
		"TIME   WHO   WHAT             DEVICE\n"
		"10:00  Anna  a very long st…  phone\n");
}

Test(table, a_column_that_has_no_room_is_left_out)
{
	scoped(world) world;
	world_init(&world, 22);
	add(&world, TABLE_PLAIN, "10:00", "Anna-Maria", "deleted", "phone");
	assert_prints(&world,
		"TIME   WHO     WHAT\n"
		"10:00  Anna-…  deleted\n");
}

Test(table, later_pages_line_up_with_the_first)
{
	scoped(world) world;
	world_init(&world, 0);
	add(&world, TABLE_PLAIN, "10:00", "Anna-Maria", "edit", "phone");
	assert_prints(&world,
		"TIME   WHO         WHAT    DEVICE\n"
		"10:00  Anna-Maria  edit    phone\n");
	add(&world, TABLE_PLAIN, "10:01", "Bo", "edit", "");
	assert_prints(&world, "10:01  Bo          edit\n");
	assert_prints(&world, "");
}

Test(table, colours_surround_whole_rows)
{
	scoped(world) world;
	world_init(&world, 0);
	world.table.colours = true;
	add(&world, TABLE_ALERT, "10:00", "Anna", "delete", "phone");
	add(&world, TABLE_PLAIN, "10:01", "Anna", "edit", "");
	assert_prints(&world,
		"\x1b[1mTIME   WHO   WHAT    DEVICE\x1b[0m\n"
		"\x1b[1;31m10:00  Anna  delete  phone\x1b[0m\n"
		"10:01  Anna  edit\n");
}
