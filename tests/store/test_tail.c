/* SPDX-License-Identifier: Apache-2.0 */
/* test_tail - the rows in memory: published as a whole, taken back without a trace, forgotten in order. */
#include "store/tail.h"

#include "tests/support/dice.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>

/* A tail and what should be in it. */
struct bench {
	struct tail *tail;
	uint64_t sequence;
};

static struct bench bench_make(void)
{
	struct bench bench = {0};
	world_must(tail_open(&bench.tail));
	return bench;
}

static void bench_done(struct bench *bench)
{
	tail_close(bench->tail);
}

/* A stub: what the tail does with it is what it does with every row. */
static void add(struct bench *bench, struct tail_batch *batch, struct id tenant)
{
	struct log_row row = {.sequence = ++bench->sequence, .tenant = tenant};
	row.leaf_hash = merkle_leaf(span_of(&row.sequence, sizeof row.sequence));
	world_must(tail_batch_next(batch, tenant, &row.index));
	world_must(tail_batch_add(batch, &row));
}

static void append(struct bench *bench, size_t count, unsigned tenants)
{
	struct tail_batch *batch;
	world_must(tail_batch_open(bench->tail, &batch));
	for (size_t i = 0; i < count; i++)
		add(bench, batch, world_tenant((unsigned)(bench->sequence % tenants)));
	tail_batch_publish(batch);
	tail_batch_done(batch);
}

static uint64_t size_of(struct bench *bench, struct id tenant)
{
	tail_lock(bench->tail);
	struct tail_tenant *state = tail_tenant(bench->tail, tenant);
	uint64_t size = state ? tail_size(state) : 0;
	tail_unlock(bench->tail);
	return size;
}

/* A tenant's rows from the newest backwards, without a gap; how many. */
static size_t walk(struct bench *bench, struct id tenant)
{
	size_t count = 0;
	tail_lock(bench->tail);
	struct tail_tenant *state = tail_tenant(bench->tail, tenant);
	const struct tail_row *row = state ? tail_newest(bench->tail, state) : NULL;
	uint64_t index = state ? tail_size(state) : 0;
	for (; row; row = tail_before(bench->tail, row), count++)
		cr_assert(
			row->index == --index && ids_equal(tail_tenant_id(bench->tail, row->tenant), tenant));
	cr_assert(!state || index == tail_folded_size(state));
	tail_unlock(bench->tail);
	return count;
}

Test(tail, nothing_is_seen_before_it_is_published)
{
	scoped(bench) bench = bench_make();
	struct tail_batch *batch;
	world_must(tail_batch_open(bench.tail, &batch));
	add(&bench, batch, world_tenant(0));
	cr_assert(tail_count(bench.tail) == 0 && size_of(&bench, world_tenant(0)) == 0);
	cr_assert(walk(&bench, world_tenant(0)) == 0);
	tail_batch_publish(batch);
	tail_batch_done(batch);
	cr_assert(tail_count(bench.tail) == 1 && size_of(&bench, world_tenant(0)) == 1);
	cr_assert(walk(&bench, world_tenant(0)) == 1);
}

Test(tail, a_batch_that_is_given_up_leaves_no_rows)
{
	scoped(bench) bench = bench_make();
	struct tail_batch *batch;
	append(&bench, 10, 2);
	world_must(tail_batch_open(bench.tail, &batch));
	add(&bench, batch, world_tenant(0));
	tail_batch_done(batch);
	cr_assert(tail_count(bench.tail) == 10 && size_of(&bench, world_tenant(0)) == 5);
	bench.sequence = 10;
	append(&bench, 10, 2);
	cr_assert(size_of(&bench, world_tenant(0)) == 10 && walk(&bench, world_tenant(0)) == 10);
}

/* Random acts, some of which are cut, against a frontier that only the others grew. */
Test(tail, what_is_cut_was_never_there)
{
	struct dice dice = {101};
	struct merkle_frontier expected[4] = {0};
	scoped(bench) bench = bench_make();
	for (int round = 0; round < 30; round++) {
		struct tail_batch *batch;
		world_must(tail_batch_open(bench.tail, &batch));
		for (int act = 0; act < 10; act++) {
			struct merkle_frontier before[4];
			uint64_t sequence = bench.sequence;
			size_t mark = tail_batch_mark(batch);
			memcpy(before, expected, sizeof before);
			for (size_t rows = dice_below(&dice, 6); rows > 0; rows--) {
				unsigned tenant = (unsigned)dice_below(&dice, 4);
				add(&bench, batch, world_tenant(tenant));
				struct merkle_hash leaf =
					merkle_leaf(span_of(&bench.sequence, sizeof bench.sequence));
				merkle_grow(&expected[tenant], &leaf);
			}
			if (dice_below(&dice, 2))
				continue;
			tail_batch_cut(batch, mark);
			bench.sequence = sequence;
			memcpy(expected, before, sizeof before);
		}
		tail_batch_publish(batch);
		tail_batch_done(batch);
	}
	for (unsigned i = 0; i < 4; i++) {
		struct merkle_frontier found;
		tail_lock(bench.tail);
		tail_frontier(tail_tenant(bench.tail, world_tenant(i)), &found);
		tail_unlock(bench.tail);
		struct merkle_hash one = merkle_root(&expected[i]), other = merkle_root(&found);
		cr_assert(found.size == expected[i].size && memcmp(&one, &other, sizeof one) == 0);
		cr_assert(walk(&bench, world_tenant(i)) == found.size);
	}
	cr_assert(tail_count(bench.tail) == bench.sequence);
}

Test(tail, refuses_a_row_that_is_not_its_tenants_next)
{
	scoped(bench) bench = bench_make();
	struct tail_batch *batch;
	const struct log_row row = {.sequence = 1, .tenant = world_tenant(0), .index = 1};
	world_must(tail_batch_open(bench.tail, &batch));
	cr_assert(tail_batch_add(batch, &row).kind == ERR_CORRUPT);
	const struct log_row strange = {
		.sequence = 1, .tenant = world_tenant(0), .leaf = SPAN_LIT("no leaf")};
	cr_assert(tail_batch_add(batch, &strange).kind == ERR_CORRUPT);
	cr_assert(tail_batch_mark(batch) == 0);
	tail_batch_done(batch);
}

Test(tail, holds_many_tenants)
{
	enum { MANY = 5000 };
	scoped(bench) bench = bench_make();
	append(&bench, 2 * MANY, MANY);
	for (unsigned i = 0; i < MANY; i++)
		cr_assert(size_of(&bench, world_tenant(i)) == 2 && walk(&bench, world_tenant(i)) == 2);
	cr_assert(tail_tenant_count(bench.tail) == MANY && walk(&bench, world_tenant(MANY)) == 0);
}

Test(tail, forgets_the_oldest_rows_and_keeps_the_others)
{
	struct dice dice = {102};
	uint64_t forgotten = 0;
	struct tail_row *rows = calloc(20000, sizeof *rows);
	scoped(bench) bench = bench_make();
	cr_assert(rows);
	for (int round = 0; round < 40; round++) {
		append(&bench, dice_below(&dice, 3000), 3);
		size_t copied = tail_copy(bench.tail, rows, dice_below(&dice, 5000));
		for (size_t i = 0; i < copied; i++)
			cr_assert(rows[i].sequence == forgotten + i + 1);
		tail_folded(bench.tail, copied);
		forgotten += copied;
		cr_assert(tail_count(bench.tail) == bench.sequence - forgotten);
		size_t left = 0;
		for (unsigned tenant = 0; tenant < 3; tenant++)
			left += walk(&bench, world_tenant(tenant));
		cr_assert(left == bench.sequence - forgotten);
	}
	free(rows);
}

/* More rows than the ring has places: chunks are used again. */
Test(tail, goes_round_its_ring)
{
	scoped(bench) bench = bench_make();
	while (bench.sequence < 3 * TAIL_MAX) {
		append(&bench, 20000, 2);
		if (tail_count(bench.tail) > TAIL_MAX - 20000)
			tail_folded(bench.tail, TAIL_FOLD_AT);
	}
	cr_assert(walk(&bench, world_tenant(0)) + walk(&bench, world_tenant(1)) == tail_count(bench.tail));
}

Test(tail, has_no_room_at_its_maximum_until_it_is_folded)
{
	scoped(bench) bench = bench_make();
	cr_assert(tail_wait_room(bench.tail, 0));
	while (tail_count(bench.tail) < TAIL_MAX)
		append(&bench, 20000, 1);
	cr_assert(!tail_wait_room(bench.tail, 1));
	tail_folded(bench.tail, 1);
	cr_assert(tail_wait_room(bench.tail, 0));
	append(&bench, 1, 1);
	tail_wake(bench.tail);
	cr_assert(tail_wait_room(bench.tail, 100000), "nobody waits at the end");
	/* Without a folder it is bounded all the same. */
	struct tail_batch *batch;
	struct err err = OK;
	world_must(tail_batch_open(bench.tail, &batch));
	while (!err_failed(err)) {
		struct log_row row = {.tenant = world_tenant(0)};
		world_must(tail_batch_next(batch, row.tenant, &row.index));
		err = tail_batch_add(batch, &row);
	}
	cr_assert(err.kind == ERR_BUSY && tail_batch_mark(batch) > TAIL_MAX / 2);
	tail_batch_done(batch);
}

/* ---- rows of one actor ---- */

enum { ACTORS = 3 * TAIL_ACTORS, SOME = 20000 };

static struct id actor_of(uint64_t sequence)
{
	return world_thing((unsigned)(sequence * 7 % ACTORS));
}

/* Many actors share each chain, and two tenants every actor. */
static void append_of_actors(struct bench *bench, size_t count)
{
	struct tail_batch *batch;
	world_must(tail_batch_open(bench->tail, &batch));
	for (size_t i = 0; i < count; i++) {
		scoped(buf) bytes = BUF(LEAF_MAX);
		struct log_row row = {
			.sequence = ++bench->sequence, .tenant = world_tenant(bench->sequence % 3 == 0)};
		struct leaf leaf = {.event = world_thing((unsigned)row.sequence), .actor = LEAF_PERSON};
		leaf.ids[LEAF_ID_ACTOR] = actor_of(row.sequence);
		world_must(leaf_encode(&leaf, &bytes));
		row.leaf = buf_span(&bytes);
		world_must(tail_batch_next(batch, row.tenant, &row.index));
		world_must(tail_batch_add(batch, &row));
	}
	tail_batch_publish(batch);
	tail_batch_done(batch);
}

/* The actor's rows of the tenant from the newest on; how many other rows were met. */
static size_t walk_actor(struct bench *bench, struct id tenant, struct id actor)
{
	struct tail_walk walk;
	size_t others = 0, found = 0, expected = 0;
	uint64_t last = UINT64_MAX;
	const struct tail_row *row;
	tail_lock(bench->tail);
	tail_walk(bench->tail, tail_tenant(bench->tail, tenant), &actor, &walk);
	while ((row = tail_walk_next(&walk))) {
		cr_assert(
			row->sequence < last && ids_equal(tail_tenant_id(bench->tail, row->tenant), tenant));
		last = row->sequence;
		*(ids_equal(row->actor, actor) ? &found : &others) += 1;
	}
	tail_walk(bench->tail, tail_tenant(bench->tail, tenant), NULL, &walk);
	while ((row = tail_walk_next(&walk)))
		expected += ids_equal(row->actor, actor);
	tail_unlock(bench->tail);
	cr_assert(found == expected, "%zu rows of %zu", found, expected);
	return others;
}

Test(tail, a_walk_by_actor_misses_no_row_of_theirs_and_meets_few_of_others)
{
	scoped(bench) bench = bench_make();
	append_of_actors(&bench, SOME);
	append_of_actors(&bench, SOME);
	tail_folded(bench.tail, SOME / 2);
	for (unsigned actor = 0; actor < ACTORS; actor += 11)
		for (unsigned tenant = 0; tenant < 2; tenant++)
			cr_assert(walk_actor(&bench, world_tenant(tenant), world_thing(actor)) < SOME / 100);
}

Test(tail, a_walk_by_an_actor_that_nobody_is_ends)
{
	scoped(bench) bench = bench_make();
	append_of_actors(&bench, 100);
	cr_assert(walk_actor(&bench, world_tenant(0), world_thing(ACTORS + 1)) < 100);
}

/* ---- threads ---- */

static void *publish_many(void *context)
{
	for (int i = 0; i < 30000; i++)
		append(context, 3, 3);
	return NULL;
}

/* A tree is copied from a size and the rows below it: so rows have to be there first. */
Test(tail, whoever_sees_a_size_finds_every_row_below_it)
{
	pthread_t publisher;
	struct tail_walk walk;
	const struct id nobody = {0};
	uint64_t size = 0;
	scoped(bench) bench = bench_make();
	append(&bench, 3, 3);
	cr_assert(pthread_create(&publisher, NULL, publish_many, &bench) == 0);
	while (size < 30001) {
		tail_lock(bench.tail);
		struct tail_tenant *tenant = tail_tenant(bench.tail, world_tenant(1));
		size = tail_size(tenant);
		const struct tail_row *newest = tail_newest(bench.tail, tenant);
		cr_assert(newest && newest->index + 1 >= size);
		tail_walk(bench.tail, tenant, &nobody, &walk);
		newest = tail_walk_next(&walk);
		cr_assert(newest && newest->index + 1 >= size, "also by its actor");
		tail_unlock(bench.tail);
	}
	pthread_join(publisher, NULL);
}
