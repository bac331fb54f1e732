/* SPDX-License-Identifier: Apache-2.0 */
/* What left the log, as it is kept: read back, cut short, of another version; and whom it held. */
#include "store/nouns/export.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

#include <stdlib.h>

enum { FOLD = 1000, MEMORY = 64 * 1024 };

static const struct instant NOON = {1795262400000};

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, EXPORT_HELD);
}

/* The ends of things 3, 4 and 5, in order. */
static struct span held(uint8_t bytes[static 3 * EXPORT_HELD])
{
	for (unsigned i = 0; i < 3; i++) {
		struct id id = world_thing(3 + i);
		memcpy(bytes + i * EXPORT_HELD, id.bytes + 16 - EXPORT_HELD, EXPORT_HELD);
	}
	qsort(bytes, 3, EXPORT_HELD, by_bytes);
	return span_of(bytes, 3 * EXPORT_HELD);
}

static struct export example(void)
{
	return (struct export){.tenant = world_tenant(1),
		.id = world_thing(2),
		.format = EXPORT_OCSF,
		.state = EXPORT_COMPLETE,
		.actor = LEAF_BY_APPLICATION,
		.by = world_thing(9),
		.application = world_thing(9),
		.started = NOON,
		.ended = {NOON.ms + 1500},
		.requested = world_thing(10),
		.event = world_thing(11),
		.rows = 18422,
		.bytes = 2193042,
		.filter_hash = {1, 2},
		.sha256 = {3, 4},
		.purpose = SPAN_LIT("yearly audit"),
		.filters = SPAN_LIT("{\"class\":[\"export\"]}")};
}

static fallible put(struct act *act, void *context)
{
	return export_put(act, context);
}

static void store(struct world *world, struct export export)
{
	struct arena arena = ARENA(MEMORY);
	uint8_t ids[3 * EXPORT_HELD];
	export.held = held(ids);
	world_must(export_seal(world->volume.keys, &export, &arena));
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = &export}));
	arena_done(&arena);
}

static struct err find(struct world *world, struct id tenant, struct arena *arena, struct export *read)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return export_get(&view, tenant, world_thing(2), arena, read);
}

static void check(const struct export *read)
{
	const struct export want = example();
	cr_assert(read->format == want.format && read->state == want.state && read->actor == want.actor);
	cr_assert(ids_equal(read->by, want.by) && ids_equal(read->application, want.application));
	cr_assert(read->started.ms == want.started.ms && read->ended.ms == want.ended.ms);
	cr_assert(ids_equal(read->requested, want.requested) && ids_equal(read->event, want.event));
	cr_assert(read->rows == want.rows && read->bytes == want.bytes);
	cr_assert(memcmp(read->filter_hash, want.filter_hash, sizeof want.filter_hash) == 0);
	cr_assert(memcmp(read->sha256, want.sha256, sizeof want.sha256) == 0);
	cr_assert(span_equal(read->purpose, want.purpose) && span_equal(read->filters, want.filters));
}

Test(export, reads_back_what_was_put_in_its_own_tenant_only)
{
	scoped(world) world = {0};
	struct arena arena = ARENA(MEMORY);
	struct export read;
	world_make(&world, &kv_mem, FOLD);
	store(&world, example());
	world_must(find(&world, world_tenant(1), &arena, &read));
	check(&read);
	cr_assert(find(&world, world_tenant(2), &arena, &read).kind == ERR_NOT_FOUND);
	arena_done(&arena);
}

Test(export, keeps_no_word_of_its_purpose_in_clear)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct row row;
	struct id id = world_thing(2);
	struct noun_key key = noun_key(world_tenant(1), id_span(&id), SPAN_NONE);
	world_make(&world, &kv_mem, FOLD);
	store(&world, example());
	world_must(reading_open(&world.volume, &reading));
	world_must(reading_get(&reading, TABLE_EXPORT, noun_key_span(&key), &row));
	cr_assert(memmem(row.payload.at, row.payload.len, "audit", 5) == NULL);
}

Test(export, held_whom_its_rows_named_and_nobody_else)
{
	uint8_t ids[3 * EXPORT_HELD];
	struct export export = example();
	export.held = held(ids);
	for (unsigned i = 3; i < 6; i++)
		cr_assert(export_held(&export, world_thing(i)), "%u", i);
	cr_assert(!export_held(&export, world_thing(2)) && !export_held(&export, world_thing(6)));
}

Test(export, counts_as_holding_everybody_while_it_runs_and_when_nobody_knows)
{
	struct export export = example();
	cr_assert(!export_held(&export, world_thing(7)));
	export.state = EXPORT_RUNNING;
	cr_assert(export_held(&export, world_thing(7)));
	export.state = EXPORT_CUT;
	export.held_all = true;
	cr_assert(export_held(&export, world_thing(7)));
}

Test(export, has_words_for_its_formats_and_states)
{
	enum export_format format;
	cr_assert(export_format_find(SPAN_LIT("evidence"), &format) && format == EXPORT_EVIDENCE);
	cr_assert(
		!export_format_find(SPAN_LIT("xml"), &format) && !export_format_find(SPAN_LIT(""), &format));
	cr_assert_str_eq(export_format_name(EXPORT_CSV), "csv");
	cr_assert_str_eq(export_state_name(EXPORT_CUT), "cut");
}

static struct err read_row(struct world *world)
{
	struct arena arena = ARENA(MEMORY);
	uint8_t ids[3 * EXPORT_HELD];
	struct export read;
	struct err err = find(world, world_tenant(1), &arena, &read);
	if (!err_failed(err)) {
		check(&read);
		cr_assert(span_equal(read.held, held(ids)));
	}
	arena_done(&arena);
	return err;
}

static struct golden golden(void)
{
	struct id id = world_thing(2);
	return (struct golden){"golden/export_1.hex", TABLE_EXPORT,
		noun_key(world_tenant(1), id_span(&id), SPAN_NONE), read_row};
}

Test(export, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(export, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}
