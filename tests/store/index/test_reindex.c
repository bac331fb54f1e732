/* SPDX-License-Identifier: Apache-2.0 */
/* test_reindex - an index that is made anew while everything goes on holds the same as the one before. */
#include "store/index/reindex.h"

#include "store/index/fold.h"
#include "store/index/folder.h"
#include "store/index/index.h"
#include "store/index/index_files.h"
#include "store/index/query.h"
#include "store/index/reindex_order.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TENANTS = 4, FOLD_ROWS = 250, ROWS = 3000, CONTENTS_MAX = 256 * 1024 * 1024, PATIENCE_MS = 60000 };

/* ---- what an index says, however its runs are cut ---- */

/* One posting or element of a column; compared as bytes. */
struct fact {
	uint8_t tenant[16], field, value[POSTING_VALUE_MAX], index[8];
};

static void put_fact(struct buf *facts, struct id tenant, unsigned field, struct span value, uint64_t index)
{
	struct fact fact = {.field = (uint8_t)field};
	memcpy(fact.tenant, tenant.bytes, sizeof fact.tenant);
	memcpy(fact.value, value.at, value.len);
	memcpy(fact.index, &index, sizeof fact.index);
	buf_put(facts, span_of(&fact, sizeof fact));
}

static void put_postings(struct buf *facts, struct id tenant, const struct index_place *place, unsigned field,
	const struct posting_array *postings)
{
	uint32_t *rows = calloc(place->count, sizeof *rows);
	for (size_t i = 0; i < postings->count; i++) {
		struct posting_list list;
		struct span value;
		world_must(posting_get(postings, i, &value, &list));
		world_must(posting_rows(&list, 0, rows));
		for (size_t r = 0; r < list.count; r++)
			put_fact(facts, tenant, field, value, place->first + rows[r]);
	}
	free(rows);
}

static void put_columns(
	struct buf *facts, struct kv_txn *txn, struct id tenant, const struct index_place *place)
{
	struct index_columns columns;
	struct span ids;
	world_must(index_read_columns(txn, tenant, place, &columns));
	for (size_t row = 0; row < place->count; row++) {
		uint64_t sequence = index_row_sequence(&columns, row);
		struct instant time = index_row_time(&columns, row);
		put_fact(facts, tenant, INDEX_ALL, span_of(&sequence, 8), place->first + row);
		put_fact(facts, tenant, INDEX_TIME, span_of(&time.ms, 8), place->first + row);
	}
	world_must(index_array(txn, tenant, place, INDEX_ID, &ids));
	for (size_t i = 0; i < ids.len / INDEX_ID_ENTRY; i++)
		put_fact(facts, tenant, INDEX_ID, span_of(ids.at + i * INDEX_ID_ENTRY, 8),
			place->first + index_id_row(ids, i));
}

static void put_run(struct buf *facts, struct kv_txn *txn, struct id tenant, const struct index_place *place)
{
	struct posting_array postings;
	uint32_t epoch;
	put_columns(facts, txn, tenant, place);
	for (enum index_field field = INDEX_ACTION; field < INDEX_WORDS; field++) {
		world_must(index_postings(txn, tenant, place, field, &postings));
		put_postings(facts, tenant, place, field, &postings);
	}
	world_must(index_words(txn, tenant, place, &epoch, &postings));
	put_fact(facts, tenant, INDEX_FIELD_COUNT, span_of(&epoch, sizeof epoch), 0);
	put_postings(facts, tenant, place, INDEX_WORDS, &postings);
}

static void put_map(struct buf *out, struct kv_txn *txn, enum index_map map)
{
	scoped(kv_cursor) rows = {0};
	world_must(kv_seek(txn, (int)map, SPAN_NONE, &rows));
	while (kv_next(&rows)) {
		buf_put(out, rows.key);
		buf_put(out, rows.value);
	}
	world_must(rows.err);
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct fact));
}

/* Facts each once, sorted; then where the trees stand, and their tiles. */
static struct buf contents_of(const struct volume *volume)
{
	struct buf all = BUF(CONTENTS_MAX);
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) places = {0};
	world_must(kv_read(volume->index, &txn));
	world_must(kv_seek(&txn, INDEX_PLACE, SPAN_NONE, &places));
	while (kv_next(&places)) {
		struct index_place place;
		struct id tenant;
		memcpy(tenant.bytes, places.key.at, sizeof tenant.bytes);
		world_must(index_decode_place(places.key, places.value, &place));
		put_run(&all, &txn, tenant, &place);
	}
	world_must(places.err);
	size_t count = all.len / sizeof(struct fact), kept = 0;
	struct fact *facts = (struct fact *)(void *)all.data;
	if (count)
		qsort(facts, count, sizeof *facts, by_bytes);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || by_bytes(&facts[i], &facts[kept - 1]) != 0)
			facts[kept++] = facts[i];
	all.len = kept * sizeof *facts;
	put_map(&all, &txn, INDEX_TENANT);
	put_map(&all, &txn, INDEX_TILE);
	put_map(&all, &txn, INDEX_TILE_END);
	world_must(buf_check(&all));
	return all;
}

static bool holds(const struct volume *volume, const struct buf *expected)
{
	scoped(buf) now = contents_of(volume);
	return span_equal(buf_span(&now), buf_span(expected));
}

/* ---- worlds ---- */

static void make_grown(struct world *world, uint64_t seed)
{
	struct dice dice = {seed};
	world_make(world, &kv_lmdb, FOLD_ROWS);
	world_grow(world, &dice, TENANTS, ROWS);
	world_fold(world);
}

static void run_to_the_end(struct reindex *reindex)
{
	bool replaced = false;
	world_must(reindex_look(reindex));
	cr_assert(reindex->runs, "it has begun");
	while (!replaced)
		world_must(reindex_step(reindex, &replaced));
}

/* What stopping the server and making the index anew gives. */
static struct buf contents_offline(struct world *world)
{
	world_close(world);
	world_must(index_files_remove(world->dir.path, INDEX_FILES_LIVE));
	world_open(world);
	world_fold(world);
	return contents_of(&world->volume);
}

static bool is_there(const struct world *world, const char *name)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", world->dir.path, name);
	return access(path, F_OK) == 0;
}

Test(reindex, gives_the_same_as_before_and_as_a_server_that_was_stopped)
{
	struct reindex reindex;
	scoped(world) world;
	make_grown(&world, 301);
	scoped(buf) before = contents_of(&world.volume);
	cr_assert(before.len > ROWS * sizeof(struct fact));
	reindex_init(&world.volume, &reindex);
	world_must(reindex_order_put(world.dir.path));
	run_to_the_end(&reindex);
	cr_assert(holds(&world.volume, &before));
	cr_assert(!reindex_order_stands(world.dir.path) && !reindex.runs);
	world_must(reindex_look(&reindex));
	cr_assert(!is_there(&world, "index.new"), "the old one is gone");
	reindex_done(&reindex);
	scoped(buf) offline = contents_offline(&world);
	cr_assert(span_equal(buf_span(&before), buf_span(&offline)));
}

Test(reindex, is_not_begun_without_an_order_and_clears_away_what_was_left)
{
	struct reindex reindex;
	struct kv *left;
	scoped(world) world;
	make_grown(&world, 302);
	world_must(index_files_open(&kv_lmdb, world.dir.path, INDEX_FILES_NEW, &left));
	kv_close(left);
	reindex_init(&world.volume, &reindex);
	world_must(reindex_look(&reindex));
	cr_assert(!reindex.runs && !is_there(&world, "index.new"));
	reindex_done(&reindex);
}

static void spoil(struct world *world)
{
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	world_must(kv_write(world->volume.index, &txn));
	world_must(kv_seek(&txn, INDEX_POSTING, SPAN_NONE, &rows));
	for (int i = 0; i < 12; i++)
		cr_assert(kv_next(&rows));
	world_must(kv_drop(&txn, INDEX_POSTING, rows.key));
	kv_cursor_done(&rows);
	world_must(kv_commit(&txn));
}

Test(reindex, heals_an_index_that_lacks_something)
{
	struct reindex reindex;
	scoped(world) world;
	make_grown(&world, 303);
	scoped(buf) before = contents_of(&world.volume);
	spoil(&world);
	reindex_init(&world.volume, &reindex);
	world_must(reindex_order_put(world.dir.path));
	run_to_the_end(&reindex);
	cr_assert(holds(&world.volume, &before));
	reindex_done(&reindex);
}

Test(reindex, leaves_a_reading_that_is_open_what_it_saw)
{
	struct reindex reindex;
	uint64_t sequence;
	scoped(world) world;
	scoped(kv_txn) reading = {0};
	make_grown(&world, 304);
	reindex_init(&world.volume, &reindex);
	world_must(kv_read(world.volume.index, &reading));
	world_must(reindex_order_put(world.dir.path));
	run_to_the_end(&reindex);
	world_must(reindex_look(&reindex));
	cr_assert(reindex.replaced && is_there(&world, "index.new"), "somebody reads it still");
	for (uint64_t i = 0; i < 100; i++)
		world_must(index_find_sequence(&reading, world_tenant(1), i, &sequence));
	kv_txn_done(&reading);
	world_must(reindex_look(&reindex));
	cr_assert(!reindex.replaced && !is_there(&world, "index.new"));
	reindex_done(&reindex);
}

Test(reindex, takes_in_what_is_folded_meanwhile)
{
	struct reindex reindex;
	struct dice dice = {305};
	bool replaced = false;
	scoped(world) world;
	make_grown(&world, 306);
	reindex_init(&world.volume, &reindex);
	world_must(reindex_order_put(world.dir.path));
	world_must(reindex_look(&reindex));
	for (size_t i = 0; !replaced; i++) {
		world_must(reindex_step(&reindex, &replaced));
		if (i < 10)
			world_grow(&world, &dice, TENANTS + 2, FOLD_ROWS / 2);
		if (i % 3 == 0 && !replaced)
			world_must(fold_once(&world.volume));
	}
	world_fold(&world);
	reindex_done(&reindex);
	scoped(buf) online = contents_of(&world.volume);
	scoped(buf) offline = contents_offline(&world);
	cr_assert(span_equal(buf_span(&online), buf_span(&offline)));
}

/* ---- ends ---- */

Test(reindex, goes_on_after_a_restart_where_it_was)
{
	struct reindex reindex;
	bool replaced = false;
	scoped(world) world;
	make_grown(&world, 307);
	scoped(buf) before = contents_of(&world.volume);
	reindex_init(&world.volume, &reindex);
	world_must(reindex_order_put(world.dir.path));
	world_must(reindex_look(&reindex));
	for (int i = 0; i < 6; i++)
		world_must(reindex_step(&reindex, &replaced));
	cr_assert(!replaced);
	reindex_done(&reindex);
	world_close(&world);
	world_open(&world);
	reindex_init(&world.volume, &reindex);
	world_must(reindex_look(&reindex));
	cr_assert(reindex.runs && reindex.load.sequence >= FOLD_ROWS, "what was folded is not folded again");
	run_to_the_end(&reindex);
	cr_assert(holds(&world.volume, &before));
	reindex_done(&reindex);
}

/* Exit code 0 once there was nothing left to do. */
static void step_and_die(struct world *world, size_t steps)
{
	struct reindex reindex;
	bool replaced = false;
	world_open(world);
	reindex_init(&world->volume, &reindex);
	world_must(reindex_look(&reindex));
	for (size_t i = 0; i < steps && !replaced; i++)
		world_must(reindex_step(&reindex, &replaced));
	_exit(replaced ? 0 : 1);
}

static int run_child(struct world *world, void (*run)(struct world *world, size_t steps), size_t steps)
{
	int status = -1;
	pid_t child = fork();
	cr_assert(child >= 0);
	if (child == 0)
		run(world, steps);
	cr_assert(waitpid(child, &status, 0) == child && WIFEXITED(status));
	return WEXITSTATUS(status);
}

Test(reindex, a_process_that_is_killed_after_any_step_leaves_one_index_whole_and_can_be_gone_on_with)
{
	scoped(world) world;
	make_grown(&world, 308);
	scoped(buf) before = contents_of(&world.volume);
	world_close(&world);
	for (int code = 1; code != 0;) {
		world_must(reindex_order_put(world.dir.path));
		code = run_child(&world, step_and_die, 3);
		world_open(&world);
		cr_assert(holds(&world.volume, &before));
		cr_assert(reindex_order_stands(world.dir.path) == (code != 0));
		world_close(&world);
	}
	world_open(&world);
}

/* Killed between the exchange and its last words: the old index lies where the new one was made. */
static void replace_and_die(struct world *world, size_t steps)
{
	struct reindex reindex;
	scoped(kv_txn) reading = {0};
	(void)steps;
	world_open(world);
	reindex_init(&world->volume, &reindex);
	world_must(kv_read(world->volume.index, &reading));
	run_to_the_end(&reindex);
	world_must(reindex_order_put(world->dir.path));
	_exit(0);
}

Test(reindex, never_takes_the_index_that_was_replaced_for_the_new_one)
{
	struct reindex reindex;
	scoped(world) world;
	make_grown(&world, 309);
	scoped(buf) before = contents_of(&world.volume);
	world_close(&world);
	world_must(reindex_order_put(world.dir.path));
	cr_assert(run_child(&world, replace_and_die, 0) == 0);
	cr_assert(is_there(&world, "index.new"));
	world_open(&world);
	cr_assert(holds(&world.volume, &before));
	reindex_init(&world.volume, &reindex);
	world_must(reindex_look(&reindex));
	cr_assert(reindex.runs && reindex.load.sequence == 0, "it begins with nothing");
	run_to_the_end(&reindex);
	cr_assert(holds(&world.volume, &before));
	reindex_done(&reindex);
}

Test(reindex, that_fails_says_why_and_leaves_the_index_that_serves)
{
	struct reindex reindex;
	struct reindex_progress progress;
	char path[4096];
	scoped(world) world;
	make_grown(&world, 310);
	scoped(buf) before = contents_of(&world.volume);
	snprintf(path, sizeof path, "%s/index.new", world.dir.path);
	FILE *file = fopen(path, "w");
	cr_assert(file && fclose(file) == 0);
	reindex_init(&world.volume, &reindex);
	world_must(reindex_order_put(world.dir.path));
	cr_assert(err_failed(reindex_look(&reindex)) && !reindex.runs);
	cr_assert(!reindex_order_stands(world.dir.path));
	world_must(reindex_order_read(world.dir.path, &progress));
	cr_assert(progress.why[0] != '\0');
	cr_assert(holds(&world.volume, &before));
	reindex_done(&reindex);
}

/* ---- while everything goes on ---- */

/* A walk of one tenant's log that follows it, oldest first. */
struct walk {
	const struct volume *volume;
	atomic_bool *over;
	uint64_t next; /* index that is to come */
	bool in_order;
};

static fallible walk_on(struct walk *walk)
{
	struct query_page page;
	struct query query = {.tenant = world_tenant(0),
		.order = QUERY_OLDEST_FIRST,
		.limit = 37,
		.resumes = walk->next > 0,
		.after = walk->next - 1};
	TRY(query_run(walk->volume, &query, &page));
	for (size_t i = 0; i < page.count; i++)
		walk->in_order = walk->in_order && page.indexes[i] == walk->next++;
	return OK;
}

static void *follow(void *context)
{
	struct walk *walk = context;
	bool last = false;
	while (!last) {
		last = *walk->over;
		uint64_t before;
		do {
			before = walk->next;
			world_must(walk_on(walk));
		} while (walk->next != before);
	}
	return NULL;
}

/* Newest first again and again: each page from where the one before ended, down to 0. */
static void *browse(void *context)
{
	struct walk *walk = context;
	while (!*walk->over) {
		struct query_page page = {.more = true};
		struct query query = {.tenant = world_tenant(1), .limit = 50};
		uint64_t expected = UINT64_MAX;
		while (page.more) {
			world_must(query_run(walk->volume, &query, &page));
			for (size_t i = 0; i < page.count; expected = page.indexes[i++] - 1)
				walk->in_order = walk->in_order &&
					(expected == UINT64_MAX || page.indexes[i] == expected);
			query.resumes = true;
			query.after = page.last;
		}
		walk->in_order = walk->in_order && expected == UINT64_MAX;
	}
	return NULL;
}

static void end_of_alarm(void *context, struct err err)
{
	(void)context;
	world_must(err);
}

static bool write_until_done(struct world *world, struct dice *dice)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	world_must(reindex_order_put(world->dir.path));
	while (reindex_order_stands(world->dir.path) && clock_monotonic_ms() < deadline) {
		/* The committer waits for a fold as well, when TAIL_MAX rows do: four times as many as it takes. */
		if (tail_count(world->volume.tail) < (size_t)4 * FOLD_ROWS)
			world_grow(world, dice, TENANTS, 40);
		else
			sched_yield();
	}
	return !reindex_order_stands(world->dir.path);
}

Test(reindex, with_writers_and_readers_no_page_misses_or_doubles_an_event, .timeout = 240)
{
	struct dice dice = {311};
	struct folder *folder;
	atomic_bool over = false;
	pthread_t following, browsing;
	scoped(world) world;
	make_grown(&world, 312);
	world_must(folder_open(&world.volume, (struct alarm){NULL, end_of_alarm}, &folder));
	struct walk forth = {&world.volume, &over, 0, true}, back = {&world.volume, &over, 0, true};
	cr_assert(pthread_create(&following, NULL, follow, &forth) == 0);
	cr_assert(pthread_create(&browsing, NULL, browse, &back) == 0);
	bool ended = true;
	for (int round = 0; round < 3 && ended; round++)
		ended = write_until_done(&world, &dice);
	over = true;
	pthread_join(following, NULL);
	pthread_join(browsing, NULL);
	world_must(folder_close(folder));
	cr_assert(ended, "it comes to an end, whatever is written meanwhile");
	tail_lock(world.volume.tail);
	uint64_t size = tail_size(tail_tenant(world.volume.tail, world_tenant(0)));
	tail_unlock(world.volume.tail);
	cr_assert(forth.in_order && forth.next == size, "%llu of %llu", (unsigned long long)forth.next,
		(unsigned long long)size);
	cr_assert(back.in_order);
	scoped(buf) online = contents_of(&world.volume);
	scoped(buf) offline = contents_offline(&world);
	cr_assert(span_equal(buf_span(&online), buf_span(&offline)));
}
