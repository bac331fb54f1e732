/* SPDX-License-Identifier: Apache-2.0 */
/* test_storm - of a minute's refusals of one kind the first is an event and the others are a number; nothing
 * is lost to a crash, and nothing else is folded. */
#include "store/nouns/storm.h"

#include "crypto/random.h"
#include "store/log.h"
#include "store/nouns/noun.h"
#include "tests/support/fake_clock.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MINUTE_MS = 60000, MANY = 100, STORM_KEY = 60 };

/* Begins with a whole minute. */
static const struct instant NOON = {1795262400000};

static struct event_draft example(void)
{
	struct event_draft draft = {
		.leaf = {.source = LEAF_SERVER, .actor = LEAF_PERSON, .outcome = LEAF_DENIED}};
	draft.leaf.ids[LEAF_ID_ACTOR] = world_thing(1);
	draft.leaf.ids[LEAF_ID_DEVICE] = world_thing(2);
	draft.leaf.ids[LEAF_ID_CLIENT] = world_thing(3);
	event_decide(&draft, ACTION_ACCESS_DENIED, LEAF_DENIED, REASON_WRONG_CODE);
	return draft;
}

struct refusing {
	struct id tenant;
	struct event_draft draft;
	struct receipt receipt;
};

static fallible refuse_inside(struct act *act, void *context)
{
	struct refusing *refusing = context;
	return storm_refuse(act, refusing->tenant, &refusing->draft, &refusing->receipt);
}

/* Whether it was an event of its own. */
static bool refuse_in(struct world *world, struct id tenant, struct event_draft draft)
{
	struct refusing refusing = {tenant, draft, {{{0}}}};
	refusing.draft.leaf.event = random_id(clock_now());
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_EVENT, .run = refuse_inside, .context = &refusing}));
	bool event = refusing.receipt.sequence > 0;
	cr_assert(event == !ids_is_none(refusing.receipt.event));
	return event;
}

static bool refuse(struct world *world, struct event_draft draft)
{
	return refuse_in(world, world_tenant(1), draft);
}

struct closing {
	size_t max;
	struct swept swept;
};

static fallible close_inside(struct act *act, void *context)
{
	struct closing *closing = context;
	return storm_close(act, closing->max, &closing->swept);
}

static size_t close_minutes(struct world *world, size_t max)
{
	struct closing closing = {.max = max};
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = close_inside, .context = &closing}));
	cr_assert(!err_failed(closing.swept.damaged), "%s", closing.swept.damaged.why);
	return closing.swept.done;
}

/* The log's row of a sequence; false behind the end. The leaf's spans are not kept. */
static bool event_at(struct world *world, uint64_t sequence, struct leaf *leaf, struct id *tenant)
{
	scoped(reading) reading = {0};
	struct log_row row;
	world_must(reading_open(&world->volume, &reading));
	struct err err = log_get(&reading.txn, sequence, &row);
	if (err.kind == ERR_NOT_FOUND)
		return false;
	world_must(err);
	world_must(leaf_decode(row.leaf, leaf));
	*tenant = row.tenant;
	return true;
}

static uint64_t count_events(struct world *world)
{
	struct leaf leaf;
	struct id tenant;
	uint64_t count = 0;
	while (event_at(world, count + 1, &leaf, &tenant))
		count++;
	return count;
}

static void open_at_noon(struct world *world, const struct kv_backend *backend)
{
	fake_clock_set(NOON);
	world_make(world, backend, FOLD);
}

Test(storm, the_first_of_a_minute_is_an_event_and_the_others_are_counted)
{
	scoped(world) world = {0};
	struct leaf leaf;
	struct id tenant;
	open_at_noon(&world, &kv_mem);
	cr_assert(refuse(&world, example()));
	for (int i = 1; i < MANY; i++)
		cr_assert(!refuse(&world, example()));
	cr_assert(count_events(&world) == 1 && event_at(&world, 1, &leaf, &tenant));
	cr_assert(!(leaf.flags & LEAF_COUNTED) && leaf.reason == REASON_WRONG_CODE);
}

Test(storm, the_count_becomes_one_event_when_the_minute_has_ended)
{
	scoped(world) world = {0};
	struct leaf first, count;
	struct id tenant;
	open_at_noon(&world, &kv_mem);
	for (int i = 0; i < MANY; i++)
		refuse(&world, example());
	fake_clock_set((struct instant){NOON.ms + MINUTE_MS - 1});
	cr_assert(close_minutes(&world, 10) == 0, "the minute is still running");
	fake_clock_set((struct instant){NOON.ms + MINUTE_MS});
	cr_assert(close_minutes(&world, 10) == 1 && count_events(&world) == 2);
	cr_assert(event_at(&world, 1, &first, &tenant) && event_at(&world, 2, &count, &tenant));
	cr_assert(ids_equal(tenant, world_tenant(1)) && !ids_equal(first.event, count.event));
	cr_assert(count.flags & LEAF_COUNTED && count.count == MANY - 1 && count.part_count == 0);
	cr_assert(
		count.action == first.action && count.reason == first.reason && count.outcome == LEAF_DENIED);
	cr_assert(memcmp(count.ids, first.ids, sizeof count.ids) == 0);
	cr_assert(close_minutes(&world, 10) == 0 && count_events(&world) == 2, "once");
}

Test(storm, a_refusal_that_stood_alone_leaves_no_count)
{
	scoped(world) world = {0};
	open_at_noon(&world, &kv_mem);
	refuse(&world, example());
	fake_clock_pass(MINUTE_MS);
	cr_assert(close_minutes(&world, 10) == 1 && count_events(&world) == 1);
}

Test(storm, the_next_minute_begins_with_an_event_again)
{
	scoped(world) world = {0};
	open_at_noon(&world, &kv_mem);
	fake_clock_set((struct instant){NOON.ms + MINUTE_MS - 1});
	cr_assert(refuse(&world, example()) && !refuse(&world, example()));
	fake_clock_set((struct instant){NOON.ms + MINUTE_MS});
	cr_assert(refuse(&world, example()) && !refuse(&world, example()));
	cr_assert(close_minutes(&world, 10) == 1, "only the one that has ended");
	fake_clock_pass(MINUTE_MS);
	cr_assert(close_minutes(&world, 10) == 1 && count_events(&world) == 4);
}

Test(storm, nothing_but_the_very_same_refusal_is_folded)
{
	scoped(world) world = {0};
	struct event_draft other = example();
	open_at_noon(&world, &kv_mem);
	cr_assert(refuse(&world, example()));
	other.leaf.reason = REASON_REPLAYED;
	cr_assert(refuse(&world, other), "another reason");
	other = example();
	other.leaf.ids[LEAF_ID_ACTOR] = world_thing(9);
	cr_assert(refuse(&world, other), "another actor");
	other = example();
	other.leaf.ids[LEAF_ID_DEVICE] = world_thing(9);
	cr_assert(refuse(&world, other), "another device");
	other = example();
	other.leaf.ids[LEAF_ID_DEVICE] = (struct id){0};
	cr_assert(refuse(&world, other), "no device");
	other = example();
	event_decide(&other, ACTION_CHALLENGE_FAILED, LEAF_DENIED, REASON_WRONG_CODE);
	cr_assert(refuse(&world, other), "another action");
	cr_assert(refuse_in(&world, world_tenant(2), example()), "another tenant");
	cr_assert(!refuse(&world, example()) && count_events(&world) == 7);
}

Test(storm, a_count_goes_to_the_tenant_it_is_of)
{
	scoped(world) world = {0};
	struct leaf leaf;
	struct id tenant;
	size_t of_second = 0;
	open_at_noon(&world, &kv_mem);
	for (int i = 0; i < 3; i++) {
		refuse_in(&world, world_tenant(1), example());
		refuse_in(&world, world_tenant(2), example());
	}
	fake_clock_pass(MINUTE_MS);
	cr_assert(close_minutes(&world, 10) == 2 && count_events(&world) == 4);
	for (uint64_t at = 1; event_at(&world, at, &leaf, &tenant); at++)
		of_second += ids_equal(tenant, world_tenant(2));
	cr_assert(of_second == 2);
}

Test(storm, closes_at_most_as_many_as_it_is_told_the_oldest_first)
{
	scoped(world) world = {0};
	open_at_noon(&world, &kv_mem);
	for (int minute = 0; minute < 5; minute++) {
		refuse(&world, example());
		refuse(&world, example());
		fake_clock_pass(MINUTE_MS);
	}
	cr_assert(close_minutes(&world, 0) == 0);
	cr_assert(close_minutes(&world, 3) == 3 && count_events(&world) == 8);
	cr_assert(close_minutes(&world, 3) == 2 && count_events(&world) == 10);
}

/* The store is closed as a crash would leave it: nothing is run at the end. */
Test(storm, a_count_outlives_a_crash)
{
	scoped(world) world = {0};
	struct leaf leaf;
	struct id tenant;
	open_at_noon(&world, &kv_lmdb);
	for (int i = 0; i < 5; i++)
		refuse(&world, example());
	world_close(&world);
	world_open(&world);
	cr_assert(!refuse(&world, example()), "and goes on counting");
	world_close(&world);
	fake_clock_pass(MINUTE_MS);
	world_open(&world);
	cr_assert(close_minutes(&world, 10) == 1);
	cr_assert(event_at(&world, 2, &leaf, &tenant) && leaf.count == 5);
}

/* The act of a refusal is dropped: so is its count. */
static fallible refuse_and_fail(struct act *act, void *context)
{
	TRY(refuse_inside(act, context));
	return FAIL(CONFLICT, "the act does not stand");
}

Test(storm, an_act_that_fails_counts_nothing)
{
	scoped(world) world = {0};
	struct refusing refusing = {world_tenant(1), example(), {{{0}}}};
	open_at_noon(&world, &kv_mem);
	refusing.draft.leaf.event = random_id(clock_now());
	cr_assert(world_perform(&world,
			  (struct act_job){.kind = ACT_EVENT, .run = refuse_and_fail, .context = &refusing})
			  .kind == ERR_CONFLICT);
	cr_assert(count_events(&world) == 0);
	cr_assert(refuse(&world, example()), "the first is still to come");
}

/* ---- rows changed by hand ---- */

/* The first row of the table as it stands, with one byte of its value changed. */
static fallible change_row(struct act *act, void *context)
{
	const size_t *at = context;
	scoped(kv_cursor) rows = {0};
	uint8_t key[STORM_KEY], value[1024];
	TRY(kv_seek(act->txn, TABLE_STORM, SPAN_NONE, &rows));
	struct row row;
	cr_assert(kv_next(&rows) && rows.key.len == sizeof key && rows.value.len <= sizeof value);
	TRY(volume_check_row(act->volume, TABLE_STORM, rows.key, rows.value, &row));
	memcpy(key, rows.key.at, sizeof key);
	memcpy(value, row.payload.at, row.payload.len);
	value[*at] ^= 0xff;
	return act_put(act, TABLE_STORM, SPAN_BYTES(key), span_of(value, row.payload.len));
}

/* The same past the act: what somebody without the keys can do. */
static fallible forge_row(struct act *act, void *context)
{
	scoped(kv_cursor) rows = {0};
	uint8_t key[STORM_KEY], value[1024];
	size_t len;
	(void)context;
	TRY(kv_seek(act->txn, TABLE_STORM, SPAN_NONE, &rows));
	cr_assert(kv_next(&rows) && rows.key.len == sizeof key && rows.value.len <= sizeof value);
	memcpy(key, rows.key.at, sizeof key);
	memcpy(value, rows.value.at, len = rows.value.len);
	value[len / 2] ^= 1;
	return kv_put(act->txn, TABLE_STORM, SPAN_BYTES(key), span_of(value, len));
}

/* What closing comes to while a row is damaged. */
static struct swept close_around(struct world *world)
{
	struct closing closing = {.max = 10};
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = close_inside, .context = &closing}));
	return closing.swept;
}

Test(storm, a_count_that_somebody_put_there_becomes_no_event)
{
	scoped(world) world = {0};
	open_at_noon(&world, &kv_mem);
	refuse(&world, example());
	refuse(&world, example());
	world_must(world_perform(&world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = forge_row}));
	fake_clock_pass(MINUTE_MS);
	cr_assert(close_around(&world).damaged.kind == ERR_FORGED && count_events(&world) == 1);
	cr_assert(close_around(&world).damaged.kind == ERR_FORGED, "it stays where it is");
}

Test(storm, a_row_of_another_version_is_corrupt_and_writes_nothing)
{
	scoped(world) world = {0};
	size_t version_at = 0;
	open_at_noon(&world, &kv_mem);
	refuse(&world, example());
	refuse(&world, example());
	world_must(world_perform(&world,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = change_row, .context = &version_at}));
	fake_clock_pass(MINUTE_MS);
	cr_assert(close_around(&world).damaged.kind == ERR_CORRUPT && count_events(&world) == 1);
}

static void close_others(const struct kv_backend *backend)
{
	scoped(world) world = {0};
	open_at_noon(&world, backend);
	for (int minute = 0; minute < 4; minute++) {
		refuse(&world, example());
		refuse(&world, example());
		if (minute == 0)
			world_must(world_perform(
				&world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = forge_row}));
		fake_clock_pass(MINUTE_MS);
	}
	struct swept swept = close_around(&world);
	cr_assert(swept.done == 3 && swept.damaged.kind == ERR_FORGED, "%zu", swept.done);
	cr_assert(count_events(&world) == 4 + 3);
	swept = close_around(&world);
	cr_assert(swept.done == 0 && swept.damaged.kind == ERR_FORGED && count_events(&world) == 7);
}

Test(storm, a_damaged_row_holds_up_no_other)
{
	close_others(&kv_mem);
	close_others(&kv_lmdb);
}
