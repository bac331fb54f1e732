/* SPDX-License-Identifier: Apache-2.0 */
/* stress_committer - writers, readers, provers and the folder at once on one volume, whose index is made anew meanwhile: for
 * the thread sanitiser, and for whoever believes that what was acknowledged can be read. Prints "N passed, N failed". */
#include "store/committer.h"
#include "store/index/folder.h"
#include "store/index/query.h"
#include "store/index/reindex_order.h"
#include "store/index/tree.h"
#include "tests/support/world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WRITERS = 8, READERS = 3, PROVERS = 2, TENANTS = 3, ACTS = 400, FOLD_ROWS = 300, PAGE = 60 };
enum { ORDERS = 2, LOOK_MS = 20, PATIENCE_MS = 120000 };

struct stress {
	struct world world;
	struct committer *committer;
	atomic_uint writing;  /* writers that are not through */
	atomic_bool ordering; /* new indexes are still to come */
	atomic_uint passed, failed;
	_Atomic uint64_t written;
	_Atomic uint64_t acknowledged[TENANTS]; /* leaves that somebody has a receipt for */
};

struct worker {
	struct stress *stress;
	pthread_t thread;
	unsigned number;
};

static void fatal(void *context, struct err err)
{
	(void)context;
	fprintf(stderr, "%s (%s)\n", err.why, err.at);
	abort();
}

static bool judge(struct stress *stress, bool holds, const char *claim)
{
	if (holds) {
		stress->passed++;
		return true;
	}
	stress->failed++;
	printf("FAILED: %s\n", claim);
	return false;
}

static bool works(struct stress *stress, struct err err)
{
	return !err_failed(err) || judge(stress, false, err.why);
}

/* ---- writers ---- */

struct writing {
	unsigned tenant;
	struct dice dice;
	struct receipt receipt;
};

static fallible write_one(struct act *act, void *context)
{
	struct writing *writing = context;
	struct leaf leaf = world_leaf(&writing->dice);
	TRY(act_put(
		act, TABLE_GRANT, span_of(&writing->tenant, sizeof writing->tenant), SPAN_LIT("a grant")));
	return act_add(act, world_tenant(writing->tenant), &leaf, &writing->receipt);
}

static void raise(_Atomic uint64_t *least, uint64_t to)
{
	uint64_t was = *least;
	while (was < to && !atomic_compare_exchange_weak(least, &was, to))
		;
}

static void *write_many(void *context)
{
	struct worker *worker = context;
	struct stress *stress = worker->stress;
	struct writing writing = {.dice = {worker->number}};
	for (unsigned i = 0; i < ACTS || stress->ordering; i++) {
		writing.tenant = (unsigned)dice_below(&writing.dice, TENANTS);
		const struct act_job job = {.run = write_one, .context = &writing};
		if (!works(stress, committer_run(stress->committer, job)))
			continue;
		stress->written++;
		raise(&stress->acknowledged[writing.tenant], writing.receipt.index + 1);
	}
	stress->writing--;
	return NULL;
}

/* ---- readers ---- */

/* A page without filters has every index of its run once, each row is in the log, and nothing acknowledged is
 * missing. */
static bool check_page(
	struct stress *stress, const struct query *query, const struct query_page *page, uint64_t least)
{
	bool newest_first = query->order == QUERY_NEWEST_FIRST;
	scoped(reading) reading = {0};
	if (!works(stress, reading_open(&stress->world.volume, &reading)))
		return false;
	for (size_t i = 0; i < page->count; i++) {
		struct log_row row;
		uint64_t expected = newest_first ? page->indexes[0] - i : page->indexes[0] + i;
		bool there = !err_failed(log_get(&reading.txn, page->sequences[i], &row));
		if (!judge(stress, there && row.index == page->indexes[i] && page->indexes[i] == expected,
			    "a page has no gap"))
			return false;
	}
	if (query->resumes || least == 0)
		return true;
	uint64_t first = page->count ? page->indexes[0] : 0;
	return judge(stress, page->count && (newest_first ? first + 1 >= least : first == 0),
		"a page has what was acknowledged");
}

static void walk(struct stress *stress, struct dice *dice)
{
	unsigned tenant = (unsigned)dice_below(dice, TENANTS);
	struct query query = {.tenant = world_tenant(tenant),
		.limit = 1 + dice_below(dice, PAGE),
		.order = dice_below(dice, 2) ? QUERY_NEWEST_FIRST : QUERY_OLDEST_FIRST};
	struct query_page page = {.more = true};
	for (int pages = 0; pages < 20 && page.more; pages++) {
		uint64_t least = stress->acknowledged[tenant];
		if (!works(stress, query_run(&stress->world.volume, &query, &page)) ||
			!check_page(stress, &query, &page, least))
			return;
		query.resumes = true;
		query.after = page.last;
	}
}

static void *read_many(void *context)
{
	struct worker *worker = context;
	struct dice dice = {1000 + worker->number};
	while (worker->stress->writing > 0)
		walk(worker->stress, &dice);
	walk(worker->stress, &dice);
	return NULL;
}

/* ---- provers ---- */

/* Each tree is the continuation of the one before, and its frontier has the root that its nodes have. */
static void prove(struct stress *stress, unsigned tenant, struct merkle_frontier *before)
{
	scoped(tree) tree = {0};
	struct merkle_proof proof;
	struct merkle_hash old_root = merkle_root(before), root, found;
	uint64_t least = stress->acknowledged[tenant];
	if (!works(stress, tree_open(&stress->world.volume, world_tenant(tenant), &tree)))
		return;
	const struct merkle_source source = tree_source(&tree);
	root = merkle_root(&tree.frontier);
	judge(stress, tree.size >= least && tree.size >= before->size, "a tree has what was acknowledged");
	if (tree.size == 0)
		return;
	if (!works(stress, merkle_range_root(&source, tree.size, &found)))
		return;
	judge(stress, memcmp(&root, &found, sizeof root) == 0, "frontier and nodes agree");
	if (before->size && works(stress, merkle_prove_consistency(&source, before->size, tree.size, &proof)))
		judge(stress,
			!err_failed(
				merkle_check_consistency(&proof, before->size, &old_root, tree.size, &root)),
			"a tree continues the one before");
	*before = tree.frontier;
}

static void *prove_many(void *context)
{
	struct worker *worker = context;
	struct merkle_frontier before[TENANTS] = {0};
	while (worker->stress->writing > 0)
		for (unsigned tenant = 0; tenant < TENANTS; tenant++)
			prove(worker->stress, tenant, &before[tenant]);
	return NULL;
}

/* ---- a new index ---- */

/* True: one was made and serves now. */
static bool order_one(struct stress *stress)
{
	const char *directory = stress->world.dir.path;
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	struct reindex_progress progress;
	int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
	if (!works(stress, reindex_order_put(directory)))
		return false;
	while (reindex_order_stands(directory) && clock_monotonic_ms() < until_ms)
		nanosleep(&pause, NULL);
	return works(stress, reindex_order_read(directory, &progress)) &&
		judge(stress, !reindex_order_stands(directory) && progress.why[0] == '\0',
			"a new index is made while all write and read");
}

static void *order_many(void *context)
{
	struct worker *worker = context;
	for (unsigned i = 0; i < ORDERS && order_one(worker->stress); i++)
		;
	worker->stress->ordering = false;
	return NULL;
}

/* ---- all of them ---- */

static void start(struct stress *stress, struct worker *workers, unsigned count, void *(*run)(void *context))
{
	for (unsigned i = 0; i < count; i++) {
		workers[i] = (struct worker){.stress = stress, .number = i};
		if (pthread_create(&workers[i].thread, NULL, run, &workers[i]) != 0)
			abort();
	}
}

static void join(struct worker *workers, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		pthread_join(workers[i].thread, NULL);
}

static void run_all(struct stress *stress)
{
	struct worker writers[WRITERS], readers[READERS], provers[PROVERS], orderer[1];
	struct folder *folder;
	const struct alarm alarm = {.tell = fatal};
	world_must(committer_open(&stress->world.volume, alarm, &stress->committer));
	world_must(folder_open(&stress->world.volume, alarm, &folder));
	start(stress, readers, READERS, read_many);
	start(stress, provers, PROVERS, prove_many);
	start(stress, orderer, 1, order_many);
	start(stress, writers, WRITERS, write_many);
	join(writers, WRITERS);
	join(orderer, 1);
	join(readers, READERS);
	join(provers, PROVERS);
	committer_close(stress->committer);
	world_must(folder_close(folder));
}

int main(void)
{
	struct stress stress = {.writing = WRITERS, .ordering = true};
	world_make(&stress.world, &kv_lmdb, FOLD_ROWS);
	run_all(&stress);
	judge(&stress, stress.world.volume.head.sequence == stress.written, "every act has its event");
	judge(&stress, tail_count(stress.world.volume.tail) == 0, "all is folded at the end");
	world_done(&stress.world);
	printf("%u checks held\n%d passed, %u failed\n", (unsigned)stress.passed, stress.failed == 0,
		(unsigned)stress.failed);
	return stress.failed != 0;
}
