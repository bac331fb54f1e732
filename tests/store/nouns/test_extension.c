/* SPDX-License-Identifier: Apache-2.0 */
/* test_extension - what is asked of a handover that goes on. */
#include "store/nouns/extension.h"

#include "tests/support/fake_keys.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000 };

static struct extension example(void)
{
	return (struct extension){.tenant = world_tenant(1),
		.handover = world_thing(1),
		.reason = HANDOVER_FOR_ABSENCE,
		.until = {INT64_C(1791900000000)},
		.asked = {INT64_C(1791800000000)},
		.asker = world_thing(2)};
}

static struct noun_key key(void)
{
	struct extension extension = example();
	return noun_key(extension.tenant, id_span(&extension.handover), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	return extension_put(act, context);
}

static fallible drop(struct act *act, void *context)
{
	const struct extension *extension = context;
	return extension_drop(act, extension->tenant, extension->handover);
}

static struct err run(struct world *world, fallible (*act)(struct act *, void *), struct extension extension)
{
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = act, .context = &extension});
}

static struct err find(struct world *world, struct extension *extension)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return extension_find(&view, example().tenant, example().handover, extension);
}

static size_t count(struct world *world, struct id tenant)
{
	struct extension extension;
	struct id after = {0};
	struct err err = OK;
	size_t found = 0;
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	while (extension_next(&view, tenant, &after, &extension, &err))
		found++;
	world_must(err);
	return found;
}

static struct err read_example(struct world *world)
{
	struct extension read, want = example();
	TRY(find(world, &read));
	cr_assert(read.reason == want.reason && read.until.ms == want.until.ms &&
		read.asked.ms == want.asked.ms);
	cr_assert(ids_equal(read.asker, want.asker) && ids_equal(read.handover, want.handover) &&
		read.row == 1);
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/extension_1.hex", TABLE_EXTENSION, key(), read_example};
}

Test(extension, reads_back_as_it_was_put)
{
	scoped(world) world = {0};
	world_make(&world, &kv_mem, FOLD);
	world_must(run(&world, put, example()));
	world_must(read_example(&world));
}

Test(extension, a_handover_has_one_and_a_tenant_sees_only_its_own)
{
	scoped(world) world = {0};
	struct extension other = example();
	world_make(&world, &kv_mem, FOLD);
	world_must(run(&world, put, example()));
	world_must(run(&world, put, example()));
	cr_assert(count(&world, example().tenant) == 1, "the same handover twice is one");
	other.handover = world_thing(3);
	world_must(run(&world, put, other));
	cr_assert(count(&world, example().tenant) == 2, "two handovers");
	cr_assert(count(&world, world_tenant(2)) == 0, "another tenant");
}

Test(extension, what_was_dropped_is_gone_and_dropping_it_again_is_no_failure)
{
	scoped(world) world = {0};
	struct extension read;
	world_make(&world, &kv_mem, FOLD);
	world_must(run(&world, put, example()));
	world_must(run(&world, drop, example()));
	cr_assert(find(&world, &read).kind == ERR_NOT_FOUND, "dropped");
	world_must(run(&world, drop, example()));
}

Test(extension, a_reason_that_no_version_knows_is_never_read)
{
	scoped(world) world = {0};
	struct extension read, other = example();
	world_make(&world, &kv_mem, FOLD);
	other.reason = HANDOVER_REASON_END;
	world_must(run(&world, put, other));
	cr_assert(find(&world, &read).kind == ERR_CORRUPT, "a word outside the list");
}

Test(extension, its_row_is_written_as_the_golden_one)
{
	scoped(world) world = {0};
	const struct golden row = golden();
	world_make(&world, &kv_mem, FOLD);
	world_must(run(&world, put, example()));
	golden_is_written(&world, &row);
}

Test(extension, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(extension, a_row_in_another_form_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}
