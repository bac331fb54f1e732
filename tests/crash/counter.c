/* SPDX-License-Identifier: Apache-2.0 */
/* counter - the victim of tests/crash/run, and its judge.
 *
 *	counter write DIR   32 threads increment counters for ever; each acknowledged act is a record on
 *stdout counter check DIR   open what is left, read all records from stdin, and say whether each promise was
 *kept
 *
 * Prints "start N ms, N events, N acknowledged"; exit 1 after a broken promise. */
#include "store/check.h"
#include "store/committer.h"
#include "store/index/folder.h"
#include "store/index/index.h"
#include "store/index/mount.h"
#include "store/index/query.h"
#include "store/index/tree.h"
#include "tests/support/fake_keys.h"
#include "tests/support/world.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 32, TENANTS = 5, FOLD_ROWS = 400, START_MAX_MS = 1000 };

/* What a thread was told. All of one record is written at once: at most PIPE_BUF bytes. */
struct record {
	uint64_t sequence, index;
	uint64_t tenant;
	struct id event;
	uint8_t chain[HASH_BLAKE];
};

struct job {
	uint64_t tenant;
	struct dice dice;
	struct receipt receipt;
};

static void must(bool holds, const char *promise)
{
	if (holds)
		return;
	printf("BROKEN: %s\n", promise);
	exit(1);
}

static void fatal(void *context, struct err err)
{
	(void)context;
	fprintf(stderr, "%s (%s)\n", err.why, err.at);
	abort();
}

static void open_volume(const char *directory, struct volume *volume)
{
	int lock;
	struct mount_ask ask = {.directory = directory,
		.backend = &kv_lmdb,
		.keys = fake_keys_table(),
		.fold_rows = FOLD_ROWS};
	world_must(volume_lock(directory, &lock));
	struct err err = mount_open(&ask, volume);
	/* Killed before its first commit. */
	if (err.kind == ERR_NOT_FOUND) {
		ask.create = true;
		err = mount_open(&ask, volume);
	}
	world_must(err);
}

/* ---- write ---- */

static uint64_t count_of(struct err err, const struct row *row)
{
	uint64_t count = 0;
	must(err.kind == ERR_NOT_FOUND || span_number(row->payload, UINT64_MAX, &count),
		"a counter is a number");
	return count;
}

/* One more in the counter of a tenant, and one event in its log: so they must always agree. */
static fallible increment(struct act *act, void *context)
{
	struct job *job = context;
	struct row row;
	char text[24];
	const struct span key = span_of(&job->tenant, sizeof job->tenant);
	struct err err = act_get(act, TABLE_GRANT, key, &row);
	if (err_failed(err) && err.kind != ERR_NOT_FOUND)
		return err;
	snprintf(text, sizeof text, "%zu", (size_t)count_of(err, &row) + 1);
	TRY(act_put(act, TABLE_GRANT, key, span_text(text)));
	struct leaf leaf = world_leaf(&job->dice);
	return act_add(act, world_tenant((unsigned)job->tenant), &leaf, &job->receipt);
}

static void *write_for_ever(void *context)
{
	struct job job = {0};
	arc4random_buf(&job.dice, sizeof job.dice);
	for (;;) {
		job.tenant = dice_below(&job.dice, TENANTS);
		world_must(committer_run(context, (struct act_job){.run = increment, .context = &job}));
		struct record record = {.sequence = job.receipt.sequence,
			.index = job.receipt.index,
			.tenant = job.tenant,
			.event = job.receipt.event};
		memcpy(record.chain, job.receipt.chain, sizeof record.chain);
		if (write(STDOUT_FILENO, &record, sizeof record) != sizeof record)
			exit(1);
	}
}

static int run_write(const char *directory)
{
	struct volume volume;
	struct committer *committer;
	struct folder *folder;
	pthread_t thread;
	open_volume(directory, &volume);
	world_must(committer_open(&volume, (struct alarm){.tell = fatal}, &committer));
	world_must(folder_open(&volume, (struct alarm){.tell = fatal}, &folder));
	for (int i = 0; i < THREADS; i++)
		must(pthread_create(&thread, NULL, write_for_ever, committer) == 0, "threads can be made");
	pause();
	return 1;
}

/* ---- check ---- */

static uint64_t check_record(struct reading *reading, struct kv_txn *index, const struct record *record)
{
	struct log_row row;
	struct leaf leaf;
	uint64_t sequence = record->sequence;
	must(!err_failed(log_get(&reading->txn, record->sequence, &row)),
		"an acknowledged event is in the log");
	must(!err_failed(leaf_decode(row.leaf, &leaf)) && ids_equal(leaf.event, record->event),
		"it is that event");
	must(row.index == record->index && ids_equal(row.tenant, world_tenant((unsigned)record->tenant)),
		"at its place");
	must(memcmp(row.chain, record->chain, sizeof row.chain) == 0, "with its chain");
	struct err err = index_find_event(index, row.tenant, leaf.event, &sequence);
	must(err.kind == ERR_NOT_FOUND || !err_failed(err), "the index can be read");
	must(sequence == record->sequence, "the index finds it where the log has it");
	return err_failed(err) ? 0 : 1;
}

static uint64_t check_records(struct volume *volume)
{
	struct record record;
	uint64_t count = 0, found = 0;
	scoped(reading) reading = {0};
	scoped(kv_txn) index = {0};
	world_must(reading_open(volume, &reading));
	world_must(kv_read(volume->index, &index));
	for (; fread(&record, sizeof record, 1, stdin) == 1; count++)
		found += check_record(&reading, &index, &record);
	must(count < FOLD_ROWS * 2 || found > 0, "old events are in the index");
	return count;
}

static uint64_t count_by_query(const struct volume *volume, struct id tenant)
{
	struct query query = {.tenant = tenant, .limit = QUERY_LIMIT_MAX};
	struct query_page page = {.more = true};
	uint64_t count = 0;
	while (page.more) {
		world_must(query_run(volume, &query, &page));
		count += page.count;
		query.resumes = true;
		query.after = page.last;
	}
	return count;
}

static void check_tenant(struct volume *volume, uint64_t number)
{
	const struct id tenant = world_tenant((unsigned)number);
	struct row row;
	scoped(tree) tree = {0};
	scoped(reading) reading = {0};
	struct merkle_hash root, edge;
	world_must(tree_open(volume, tenant, &tree));
	world_must(reading_open(volume, &reading));
	struct err err = reading_get(&reading, TABLE_GRANT, span_of(&number, sizeof number), &row);
	must(err.kind == ERR_NOT_FOUND || !err_failed(err), "a counter holds");
	must(count_of(err, &row) == tree.size, "change and event stand together");
	must(count_by_query(volume, tenant) == tree.size, "index and tail have every event");
	if (tree.size == 0)
		return;
	const struct merkle_source source = tree_source(&tree);
	world_must(merkle_range_root(&source, tree.size, &root));
	edge = merkle_root(&tree.frontier);
	must(memcmp(&root, &edge, sizeof root) == 0, "tiles and frontier agree");
}

static int run_check(const char *directory)
{
	struct volume volume;
	struct check_report report;
	int64_t began = clock_monotonic_ms();
	open_volume(directory, &volume);
	int64_t start_ms = clock_monotonic_ms() - began;
	const struct check_ask ask = {.data = volume.data, .keys = volume.keys};
	world_must(check_volume(&ask, &report));
	must(report.fault == CHECK_SOUND, check_text(report.fault));
	must(report.events == volume.head.sequence, "the head names the last event");
	uint64_t acknowledged = check_records(&volume);
	for (uint64_t tenant = 0; tenant < TENANTS; tenant++)
		check_tenant(&volume, tenant);
	printf("start %zu ms, %zu events, %zu acknowledged\n", (size_t)start_ms, (size_t)report.events,
		(size_t)acknowledged);
	must(start_ms < START_MAX_MS, "a start takes under a second");
	volume_close(&volume);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "write") == 0)
		return run_write(argv[2]);
	if (argc == 3 && strcmp(argv[1], "check") == 0)
		return run_check(argv[2]);
	fprintf(stderr, "usage: counter write|check DIR\n");
	return 2;
}
