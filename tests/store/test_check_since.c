/* SPDX-License-Identifier: Apache-2.0 */
/* What was kept elsewhere than in data/: the log of each tenant has to be the one that it names, and may only have grown. */
#include "crypto/checkpoint.h"
#include "store/check.h"
#include "tests/support/fake_keys.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { TENANTS = 3, EVENTS = 60 };

static struct check_since claim_of(struct world *world, unsigned tenant, bool is_mark)
{
	struct merkle_frontier frontier;
	tail_lock(world->volume.tail);
	tail_frontier(tail_tenant(world->volume.tail, world_tenant(tenant)), &frontier);
	tail_unlock(world->volume.tail);
	return (struct check_since){world_tenant(tenant), frontier.size, merkle_root(&frontier), is_mark};
}

/* A log that went on after both were kept. */
static void make(struct world *world, struct check_since claims[static 2], bool are_marks)
{
	struct dice dice = {17};
	world_make(world, &kv_mem, 0);
	world_grow(world, &dice, TENANTS, EVENTS);
	claims[0] = claim_of(world, 1, are_marks);
	claims[1] = claim_of(world, 2, are_marks);
	world_grow(world, &dice, TENANTS, EVENTS);
}

static struct check_report run(const struct world *world, const struct check_since *claims, size_t count)
{
	struct check_report report;
	const struct check_ask ask = {
		.data = world->volume.data, .keys = fake_keys_table(), .since = claims, .since_count = count};
	world_must(check_volume(&ask, &report));
	return report;
}

static void finds(
	const struct world *world, const struct check_since *claims, size_t bad, enum check_fault fault)
{
	const struct check_report report = run(world, claims, 2);
	cr_assert(report.fault == fault, "%s", check_text(report.fault));
	cr_assert(ids_equal(report.tenant, claims[bad].tenant) && report.index == claims[bad].size);
}

Test(check_since, checkpoints_that_logs_bear_out_are_counted)
{
	scoped(world) world = {0};
	struct check_since claims[2];
	make(&world, claims, false);
	const struct check_report report = run(&world, claims, 2);
	cr_assert(report.fault == CHECK_SOUND && report.checkpoints == 2, "%s", check_text(report.fault));
	cr_assert(run(&world, NULL, 0).checkpoints == 0);
}

Test(check_since, marks_that_logs_bear_out_are_none_of_the_checkpoints)
{
	scoped(world) world = {0};
	struct check_since claims[2];
	make(&world, claims, true);
	const struct check_report report = run(&world, claims, 2);
	cr_assert(report.fault == CHECK_SOUND && report.checkpoints == 0, "%s", check_text(report.fault));
}

Test(check_since, each_of_several_finds_a_log_that_is_another)
{
	scoped(world) world = {0};
	struct check_since claims[2];
	make(&world, claims, true);
	for (size_t i = 0; i < 2; i++) {
		claims[i].root.bytes[0] ^= 1;
		finds(&world, claims, i, CHECK_CHECKPOINT_ROOT);
		claims[i].root.bytes[0] ^= 1;
	}
}

Test(check_since, each_of_several_finds_a_log_that_is_shorter)
{
	scoped(world) world = {0};
	struct check_since claims[2];
	make(&world, claims, true);
	for (size_t i = 0; i < 2; i++) {
		claims[i].size += EVENTS;
		finds(&world, claims, i, CHECK_CHECKPOINT_SIZE);
		claims[i].size -= EVENTS;
	}
}

Test(check_since, a_log_that_is_not_there_is_shorter_than_what_was_signed_of_it)
{
	scoped(world) world = {0};
	struct check_since claims[2];
	make(&world, claims, true);
	claims[1].tenant = world_tenant(TENANTS + 1);
	finds(&world, claims, 1, CHECK_CHECKPOINT_SIZE);
}
