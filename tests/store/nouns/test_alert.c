/* SPDX-License-Identifier: Apache-2.0 */
/* test_alert - that an alert was seen, by whom, and what it was. */
#include "store/nouns/alert.h"

#include "tests/support/fake_keys.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 64 * 1024, ROW_MAX = 8 * 1024 };

static struct alert example(void)
{
	return (struct alert){.tenant = world_tenant(1),
		.event = world_thing(1),
		.verdict = ALERT_BENIGN,
		.by_person = true,
		.by = world_thing(2),
		.at = {1760640000000},
		.note = SPAN_LIT("the yearly stocktaking")};
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(ROW_MAX);
	TRY(alert_seal(act->volume->keys, context, &sealed));
	return alert_put(act, context, buf_span(&sealed));
}

static struct err run(struct world *world, struct alert alert)
{
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = &alert});
}

static struct err find(struct world *world, struct arena *arena, struct alert *alert)
{
	scoped(reading) reading = {0};
	*alert = (struct alert){.tenant = example().tenant, .event = example().event};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return alert_get(&view, arena, alert);
}

static bool is_open(struct world *world, struct id tenant, struct id event)
{
	scoped(reading) reading = {0};
	bool open;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	world_must(alert_is_open(&view, tenant, event, &open));
	return open;
}

static struct err read_example(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct alert read, want = example();
	TRY(find(world, &arena, &read));
	cr_assert(read.verdict == want.verdict && read.by_person && ids_equal(read.by, want.by), "who, what");
	cr_assert(read.at.ms == want.at.ms && span_equal(read.note, want.note), "when, why");
	return OK;
}

static struct golden golden(void)
{
	const struct alert alert = example();
	return (struct golden){"golden/alert_1.hex", TABLE_ALERT,
		noun_key(alert.tenant, id_span(&alert.event), SPAN_NONE), read_example};
}

Test(alert, reads_back_as_it_was_put)
{
	scoped(world) world = {0};
	world_make(&world, &kv_mem, FOLD);
	world_must(run(&world, example()));
	world_must(read_example(&world));
}

Test(alert, is_open_until_somebody_has_said_something)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct alert alert;
	world_make(&world, &kv_mem, FOLD);
	cr_assert(is_open(&world, example().tenant, example().event), "nobody");
	cr_assert(find(&world, &arena, &alert).kind == ERR_NOT_FOUND, "no row");
	world_must(run(&world, example()));
	cr_assert(!is_open(&world, example().tenant, example().event), "somebody");
	cr_assert(is_open(&world, example().tenant, world_thing(7)), "another one");
	cr_assert(is_open(&world, world_tenant(2), example().event), "another tenant's");
}

Test(alert, an_applications_note_lies_under_the_tenant)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct alert alert = example();
	alert.by_person = false;
	world_make(&world, &kv_mem, FOLD);
	world_must(run(&world, alert));
	world_must(find(&world, &arena, &alert));
	cr_assert(!alert.by_person && span_is(alert.note, "the yearly stocktaking"), "read again");
}

Test(alert, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(alert, a_row_in_another_form_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}
