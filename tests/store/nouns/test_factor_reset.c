/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to end all factors of a person: records, and until when one may still be agreed to. */
#include "store/nouns/factor_reset.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { MEMORY = 64 * 1024, SEALED_MAX = 512 };

static struct factor_reset sample(void)
{
	return (struct factor_reset){.tenant = world_tenant(1),
		.id = world_thing(4),
		.state = FACTOR_RESET_APPROVED,
		.person = world_thing(3),
		.requested = {5000},
		.due = {90000},
		.decided = {6000},
		.requester = world_thing(5),
		.approver = world_thing(6),
		.ended = 2,
		.reason = SPAN_LIT("a phone in the harbour")};
}

static fallible put(struct act *act, void *context)
{
	const struct factor_reset *reset = context;
	scoped(buf) sealed = BUF(SEALED_MAX);
	TRY(factor_reset_seal(act->volume->keys, reset, &sealed));
	return factor_reset_put(act, reset, buf_span(&sealed));
}

static fallible change(struct act *act, void *context)
{
	return factor_reset_change(act, context);
}

static void write_with(struct world *world, fallible (*run)(struct act *, void *), struct factor_reset *reset)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = reset}));
}

static struct err find(struct world *world, struct id tenant, struct arena *arena, struct factor_reset *found)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return factor_reset_get(&view, tenant, world_thing(4), arena, found);
}

static void is_same(const struct factor_reset *a, const struct factor_reset *b)
{
	cr_assert(a->state == b->state && ids_equal(a->person, b->person) && a->ended == b->ended);
	cr_assert(a->requested.ms == b->requested.ms && a->due.ms == b->due.ms);
	cr_assert(a->decided.ms == b->decided.ms && a->done.ms == b->done.ms);
	cr_assert(ids_equal(a->requester, b->requester) && ids_equal(a->approver, b->approver));
	cr_assert(ids_equal(a->ended_by, b->ended_by) && span_equal(a->reason, b->reason));
}

static struct err read_golden(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct factor_reset found, want = sample();
	TRY(find(world, world_tenant(1), &arena, &found));
	is_same(&found, &want);
	return OK;
}

static struct golden golden(void)
{
	const struct id tenant = world_tenant(1), id = world_thing(4);
	return (struct golden){"golden/factor_reset_1.hex", TABLE_FACTOR_RESET,
		noun_key(tenant, id_span(&id), SPAN_NONE), read_golden};
}

Test(factor_reset, is_read_back_as_it_was_put_and_changed)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct factor_reset written = sample(), found;
	world_make(&world, &kv_mem, 0);
	write_with(&world, put, &written);
	world_must(read_golden(&world));
	cr_assert(find(&world, world_tenant(2), &arena, &found).kind == ERR_NOT_FOUND);
	written.state = FACTOR_RESET_CANCELLED;
	written.ended_by = world_thing(3);
	struct factor_reset without = written;
	without.reason = SPAN_NONE;
	write_with(&world, change, &without);
	world_must(find(&world, world_tenant(1), &arena, &found));
	is_same(&found, &written);
}

Test(factor_reset, its_golden_file_is_read_for_ever_and_never_half)
{
	const struct golden file = golden();
	golden_is_read(&file);
	golden_is_read_whole(&file);
}

Test(factor_reset, one_that_nobody_agreed_to_lapses_and_one_that_was_agreed_to_does_not)
{
	struct factor_reset reset = sample();
	const struct instant last = {reset.due.ms + FACTOR_RESET_LAPSE_MS - 1}, over = {last.ms + 1};
	cr_assert(factor_reset_is_open(&reset, over), "a server that was off carries it out late");
	reset.state = FACTOR_RESET_WAITING;
	cr_assert(factor_reset_is_open(&reset, last) && !factor_reset_is_open(&reset, over));
	cr_assert_str_eq(factor_reset_state_word(&reset, last), "waiting");
	cr_assert_str_eq(factor_reset_state_word(&reset, over), "lapsed");
	reset.is_gone = true;
	for (enum factor_reset_state state = FACTOR_RESET_WAITING; state <= FACTOR_RESET_APPROVED; state++) {
		reset.state = state;
		cr_assert(!factor_reset_is_open(&reset, reset.requested), "its person is gone");
		cr_assert_str_eq(factor_reset_state_word(&reset, reset.requested), "lapsed");
	}
	for (enum factor_reset_state state = FACTOR_RESET_DONE; state < FACTOR_RESET_STATE_COUNT; state++) {
		reset.state = state;
		cr_assert(!factor_reset_is_open(&reset, reset.requested));
		cr_assert_str_neq(factor_reset_state_word(&reset, over), "lapsed");
	}
}
