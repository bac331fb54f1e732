/* SPDX-License-Identifier: Apache-2.0 */
/* test_committer - many threads, one writer: nothing lost, nothing twice, nothing acknowledged before it is
 * durable. */
#include "store/committer.h"

#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 64, ACTS = 200, COUNTERS = 8, TOGETHER = 30 };

static void no_fatal(void *context, struct err err)
{
	(void)context;
	fprintf(stderr, "%s (%s)\n", err.why, err.at);
	abort();
}

struct office {
	struct world world;
	struct committer *committer;
};

static void office_make(struct office *office, const struct kv_backend *backend, uint64_t max_bytes)
{
	world_make(&office->world, backend, 0);
	if (max_bytes) {
		world_close(&office->world);
		office->world.ask.max_bytes = max_bytes;
		world_open(&office->world);
	}
	world_must(
		committer_open(&office->world.volume, (struct alarm){.tell = no_fatal}, &office->committer));
}

static void office_done(struct office *office)
{
	committer_close(office->committer);
	world_done(&office->world);
}

/* ---- counters that every act reads and writes ---- */

struct increment {
	unsigned counter;
	uint64_t seen; /* the count before */
	struct receipt receipt;
};

static fallible increment(struct act *act, void *context)
{
	struct increment *ask = context;
	struct row row;
	char key[16], value[24];
	snprintf(key, sizeof key, "counter %u", ask->counter);
	struct err err = act_get(act, TABLE_GRANT, span_text(key), &row);
	if (err_failed(err) && err.kind != ERR_NOT_FOUND)
		return err;
	ask->seen = 0;
	if (!err_failed(err) && !span_number(row.payload, UINT64_MAX, &ask->seen))
		return FAIL(CORRUPT, "a counter is no number");
	snprintf(value, sizeof value, "%zu", (size_t)ask->seen + 1);
	TRY(act_put(act, TABLE_GRANT, span_text(key), span_text(value)));
	struct dice dice = {ask->seen};
	struct leaf leaf = world_leaf(&dice);
	return act_add(act, world_tenant(ask->counter), &leaf, &ask->receipt);
}

struct worker {
	struct office *office;
	pthread_t thread;
	unsigned number;
	uint64_t sequences[ACTS];
	uint64_t seen[ACTS];
};

static void *work(void *context)
{
	struct worker *worker = context;
	for (unsigned i = 0; i < ACTS; i++) {
		struct increment ask = {.counter = (worker->number + i) % COUNTERS};
		const struct act_job job = {.run = increment, .context = &ask};
		world_must(committer_run(worker->office->committer, job));
		worker->sequences[i] = ask.receipt.sequence;
		worker->seen[i] = ask.seen;
	}
	return NULL;
}

static void run_workers(struct office *office, struct worker *workers)
{
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){.office = office, .number = i};
		cr_assert(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
}

static uint64_t counter(struct office *office, unsigned number)
{
	char key[16];
	struct row row;
	uint64_t value;
	scoped(reading) reading = {0};
	snprintf(key, sizeof key, "counter %u", number);
	world_must(reading_open(&office->world.volume, &reading));
	world_must(reading_get(&reading, TABLE_GRANT, span_text(key), &row));
	cr_assert(row.version > 0 && span_number(row.payload, UINT64_MAX, &value) && value == row.version);
	return value;
}

static void check_workers(const struct worker *workers)
{
	static bool taken[THREADS * ACTS + 1];
	static bool counted[COUNTERS][THREADS * ACTS];
	for (unsigned w = 0; w < THREADS; w++)
		for (unsigned i = 0; i < ACTS; i++) {
			uint64_t sequence = workers[w].sequences[i], seen = workers[w].seen[i];
			unsigned number = (w + i) % COUNTERS;
			cr_assert(sequence >= 1 && sequence <= THREADS * ACTS && !taken[sequence],
				"a number twice");
			cr_assert(!counted[number][seen], "two acts saw the same count");
			taken[sequence] = true;
			counted[number][seen] = true;
		}
}

Test(committer, no_increment_is_lost_or_doubled)
{
	scoped(office) office;
	office_make(&office, &kv_lmdb, 0);
	struct worker *workers = calloc(THREADS, sizeof *workers);
	cr_assert(workers);
	run_workers(&office, workers);
	check_workers(workers);
	free(workers);
	uint64_t sum = 0;
	for (unsigned i = 0; i < COUNTERS; i++)
		sum += counter(&office, i);
	cr_assert(sum == THREADS * ACTS);
	struct committer_counts counts;
	committer_count(office.committer, &counts);
	cr_assert(counts.acts == THREADS * ACTS && counts.events == THREADS * ACTS && counts.dropped == 0);
	cr_assert(counts.queued == 0);
	cr_assert(counts.batches * 4 < counts.acts, "%zu batches: the commits are shared",
		(size_t)counts.batches);
}

/* ---- a committer that is held up ---- */

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool entered, open;
};

#define GATE ((struct gate){PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false})

static fallible wait_at_gate(struct act *act, void *context)
{
	struct gate *gate = context;
	(void)act;
	pthread_mutex_lock(&gate->lock);
	gate->entered = true;
	pthread_cond_broadcast(&gate->changed);
	while (!gate->open)
		pthread_cond_wait(&gate->changed, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
	return OK;
}

static void ignore_result(void *context, struct err result)
{
	(void)context;
	(void)result;
}

/* From here on the committer is inside an act, until the gate opens. */
static void close_gate(struct office *office, struct gate *gate, struct act_job *job)
{
	*job = (struct act_job){
		.kind = ACT_HOUSEKEEPING, .run = wait_at_gate, .done = ignore_result, .context = gate};
	world_must(committer_reserve(office->committer));
	committer_submit(office->committer, job);
	pthread_mutex_lock(&gate->lock);
	while (!gate->entered)
		pthread_cond_wait(&gate->changed, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

static void open_gate(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->open = true;
	pthread_cond_broadcast(&gate->changed);
	pthread_mutex_unlock(&gate->lock);
}

struct small {
	struct act_job job;
	struct office *office;
	struct receipt receipt;
	struct err result;
	bool durable; /* when done was called, a fresh reading had the event */
	atomic_bool is_over;
};

static fallible add_one(struct act *act, void *context)
{
	struct small *small = context;
	struct dice dice = {act->sequence};
	struct leaf leaf = world_leaf(&dice);
	return act_add(act, world_tenant(0), &leaf, small ? &small->receipt : NULL);
}

static void look_for_it(void *context, struct err result)
{
	struct small *small = context;
	struct log_row row;
	scoped(reading) reading = {0};
	world_must(reading_open(&small->office->world.volume, &reading));
	small->durable = !err_failed(log_get(&reading.txn, small->receipt.sequence, &row));
	small->result = result;
	small->is_over = true;
}

static struct act_job *small_job(struct small *small, struct office *office)
{
	*small = (struct small){.office = office};
	small->job = (struct act_job){.run = add_one, .done = look_for_it, .context = small};
	return &small->job;
}

/* A job behind all the others: when it is over, they are. */
static fallible nothing(struct act *act, void *context)
{
	(void)act;
	(void)context;
	return OK;
}

static void wait_for_all(struct office *office)
{
	world_must(
		committer_run(office->committer, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = nothing}));
}

Test(committer, refuses_a_place_when_the_queue_is_full)
{
	scoped(office) office;
	struct gate gate = GATE;
	struct act_job held;
	office_make(&office, &kv_mem, 0);
	close_gate(&office, &gate, &held);
	for (int i = 1; i < COMMITTER_PLACES; i++)
		world_must(committer_reserve(office.committer));
	cr_assert(committer_reserve(office.committer).kind == ERR_BUSY);
	const struct act_job job = {.kind = ACT_HOUSEKEEPING, .run = nothing};
	cr_assert(committer_run(office.committer, job).kind == ERR_BUSY);
	committer_release(office.committer);
	world_must(committer_reserve(office.committer));
	for (int i = 1; i < COMMITTER_PLACES; i++)
		committer_release(office.committer);
	open_gate(&gate);
	wait_for_all(&office);
}

Test(committer, commits_once_for_all_that_waited)
{
	enum { WAITING = 500 };
	scoped(office) office;
	struct gate gate = GATE;
	struct act_job held;
	struct small *small = calloc(WAITING, sizeof *small);
	cr_assert(small);
	office_make(&office, &kv_mem, 0);
	close_gate(&office, &gate, &held);
	for (int i = 0; i < WAITING; i++) {
		world_must(committer_reserve(office.committer));
		committer_submit(office.committer, small_job(&small[i], &office));
	}
	open_gate(&gate);
	wait_for_all(&office);
	struct committer_counts counts;
	committer_count(office.committer, &counts);
	/* The gate's own, the waiting ones, the last one. */
	cr_assert(counts.batches <= 3 && counts.acts == WAITING + 2 && counts.events == WAITING);
	for (int i = 0; i < WAITING; i++)
		cr_assert(
			small[i].is_over && small[i].durable && small[i].receipt.sequence == (uint64_t)i + 1,
			"in order");
	free(small);
}

Test(committer, tells_that_it_is_done_only_after_durability)
{
	scoped(office) office;
	office_make(&office, &kv_lmdb, 0);
	for (int i = 0; i < 20; i++) {
		struct small small;
		world_must(committer_reserve(office.committer));
		committer_submit(office.committer, small_job(&small, &office));
		wait_for_all(&office);
		cr_assert(small.is_over && small.durable && !err_failed(small.result));
	}
}

Test(committer, runs_what_is_queued_before_it_stops)
{
	enum { WAITING = 50 };
	struct office office;
	struct gate gate = GATE;
	struct act_job held;
	struct small small[WAITING];
	office_make(&office, &kv_mem, 0);
	close_gate(&office, &gate, &held);
	for (int i = 0; i < WAITING; i++) {
		world_must(committer_reserve(office.committer));
		committer_submit(office.committer, small_job(&small[i], &office));
	}
	open_gate(&gate);
	committer_close(office.committer);
	for (int i = 0; i < WAITING; i++)
		cr_assert(small[i].is_over && !err_failed(small[i].result));
	world_done(&office.world);
}

/* ---- one bad act among good ones ---- */

static fallible refuse(struct act *act, void *context)
{
	TRY(add_one(act, context));
	return FAIL(DENIED, "no");
}

/* Every tenth act is a bad one, and fails as `kind`; those of the same batch before it as `others`. */
static void run_bad_among_good(const struct kv_backend *backend,
	fallible (*bad)(struct act *act, void *context), enum err_kind kind, enum err_kind others)
{
	const size_t stand = others == ERR_NONE ? 27 : 2;
	scoped(office) office;
	struct gate gate = GATE;
	struct act_job held;
	struct small small[TOGETHER];
	office_make(&office, backend, 0);
	close_gate(&office, &gate, &held);
	for (int i = 0; i < TOGETHER; i++) {
		world_must(committer_reserve(office.committer));
		small_job(&small[i], &office);
		if (i % 10 == 7)
			small[i].job.run = bad;
		committer_submit(office.committer, &small[i].job);
	}
	open_gate(&gate);
	wait_for_all(&office);
	for (int i = 0; i < TOGETHER; i++) {
		enum err_kind good = i < 28 ? others : ERR_NONE;
		cr_assert(small[i].result.kind == (i % 10 == 7 ? kind : good), "act %d", i);
	}
	cr_assert(
		office.world.volume.head.sequence == stand && tail_count(office.world.volume.tail) == stand);
	struct committer_counts counts;
	committer_count(office.committer, &counts);
	cr_assert(counts.dropped == 3);
}

Test(committer, an_act_that_fails_takes_nobody_with_it)
{
	run_bad_among_good(&kv_lmdb, refuse, ERR_DENIED, ERR_NONE);
}

static _Atomic bool has_failed = false;

/* A database that fails in the middle of a write, for one key, and cannot begin the next batch. */
static fallible put_or_fail(struct kv_txn *txn, int map, struct span key, struct span value, enum kv_put how)
{
	bool breaks = how == KV_REPLACE && span_is(key, "spoils");
	has_failed |= breaks;
	if (breaks)
		return FAIL(CORRUPT, "a page is not what was written");
	return kv_mem.put(txn, map, key, value, how);
}

static fallible begin_or_refuse(struct kv *kv, bool writes, struct kv_txn *txn)
{
	if (writes && atomic_exchange(&has_failed, false))
		return FAIL(NO_MEMORY, "there is no memory for a transaction");
	return kv_mem.begin(kv, writes, txn);
}

static fallible spoil(struct act *act, void *context)
{
	TRY(add_one(act, context));
	return act_put(act, TABLE_GRANT, SPAN_LIT("spoils"), SPAN_LIT("1"));
}

Test(committer, an_act_that_spoils_the_batch_takes_nobody_with_it)
{
	struct kv_backend backend = kv_mem;
	backend.put = put_or_fail;
	run_bad_among_good(&backend, spoil, ERR_CORRUPT, ERR_NONE);
}

/* Nothing is written then: no reason to stop the server. */
Test(committer, a_batch_that_cannot_be_run_again_is_answered_and_leaves_nothing)
{
	struct kv_backend backend = kv_mem;
	backend.put = put_or_fail;
	backend.begin = begin_or_refuse;
	run_bad_among_good(&backend, spoil, ERR_CORRUPT, ERR_NO_MEMORY);
}

/* ---- commits that fail ---- */

/* kv_mem with a disk that can be made to fail. */
static _Atomic enum err_kind failing_as = ERR_NONE;

static fallible commit_or_fail(struct kv_txn *txn)
{
	if (!txn->writes || failing_as == ERR_NONE)
		return kv_mem.commit(txn);
	kv_mem.abort(txn);
	return failing_as == ERR_FULL ? FAIL(FULL, "the disk is full") : FAIL(IO, "the disk has failed");
}

static void count_fatal(void *context, struct err err)
{
	atomic_uint *count = context;
	cr_assert(err.kind == ERR_IO);
	*count += 1;
}

static void fail_and_recover(enum err_kind kind, unsigned fatals)
{
	atomic_uint count = 0;
	struct kv_backend backend = kv_mem;
	struct small small[2];
	scoped(world) world;
	struct office office = {0};
	backend.commit = commit_or_fail;
	world_make(&world, &backend, 0);
	office.world = world;
	world_must(
		committer_open(&office.world.volume, (struct alarm){&count, count_fatal}, &office.committer));
	failing_as = kind;
	world_must(committer_reserve(office.committer));
	committer_submit(office.committer, small_job(&small[0], &office));
	IGNORE(committer_run(office.committer, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = nothing}));
	cr_assert(small[0].is_over && small[0].result.kind == kind && !small[0].durable && count >= fatals);
	cr_assert(office.world.volume.head.sequence == 0 && tail_count(office.world.volume.tail) == 0);
	failing_as = ERR_NONE;
	world_must(committer_reserve(office.committer));
	committer_submit(office.committer, small_job(&small[1], &office));
	wait_for_all(&office);
	cr_assert(small[1].durable && small[1].receipt.sequence == 1 && small[1].receipt.index == 0);
	committer_close(office.committer);
}

Test(committer, a_commit_without_room_is_answered_and_leaves_nothing)
{
	fail_and_recover(ERR_FULL, 0);
}

Test(committer, a_commit_that_fails_otherwise_is_fatal)
{
	fail_and_recover(ERR_IO, 1);
}

/* ---- no room ---- */

static const uint8_t LARGE[64 * 1024] = {1};

static fallible put_large(struct act *act, void *context)
{
	const unsigned *number = context;
	TRY(act_put(act, TABLE_OUTBOX, span_of(number, sizeof *number), SPAN_BYTES(LARGE)));
	return add_one(act, NULL);
}

static fallible drop_large(struct act *act, void *context)
{
	const unsigned *number = context;
	return act_drop(act, TABLE_OUTBOX, span_of(number, sizeof *number));
}

static struct err run_on(struct office *office, enum act_kind kind,
	fallible (*run)(struct act *act, void *context), unsigned *number)
{
	return committer_run(
		office->committer, (struct act_job){.kind = kind, .run = run, .context = number});
}

static unsigned fill(struct office *office)
{
	unsigned number = 0;
	struct err err = OK;
	for (; !err_failed(err) && number < 1000; number++)
		err = run_on(office, ACT_EVENT, put_large, &number);
	cr_assert(err.kind == ERR_FULL, "kind %d: %s", err.kind, err.why);
	return number - 1;
}

static void check_readable(struct office *office, unsigned rows)
{
	struct row row;
	scoped(reading) reading = {0};
	world_must(reading_open(&office->world.volume, &reading));
	for (unsigned number = 0; number < rows; number++)
		world_must(reading_get(&reading, TABLE_OUTBOX, span_of(&number, sizeof number), &row));
	cr_assert(office->world.volume.head.sequence == rows);
}

Test(committer, a_full_store_answers_507_and_still_reads)
{
	scoped(office) office;
	office_make(&office, &kv_lmdb, 4 << 20);
	unsigned rows = fill(&office);
	cr_assert(rows > 20);
	check_readable(&office, rows);
	unsigned next = rows;
	struct err err = run_on(&office, ACT_EVENT, put_large, &next);
	cr_assert(err_row(err.code)->status == 507);
	check_readable(&office, rows);
}

Test(committer, a_full_store_takes_writes_again_after_pruning)
{
	scoped(office) office;
	office_make(&office, &kv_lmdb, 4 << 20);
	unsigned rows = fill(&office), gone = 0;
	for (; gone < 10; gone++)
		world_must(run_on(&office, ACT_HOUSEKEEPING, drop_large, &gone));
	unsigned next = rows;
	world_must(run_on(&office, ACT_EVENT, put_large, &next));
}

Test(committer, a_full_store_takes_writes_again_after_its_limit_was_raised)
{
	struct office office;
	office_make(&office, &kv_lmdb, 4 << 20);
	unsigned rows = fill(&office);
	committer_close(office.committer);
	world_close(&office.world);
	office.world.ask.max_bytes = 8 << 20;
	world_open(&office.world);
	world_must(committer_open(&office.world.volume, (struct alarm){.tell = no_fatal}, &office.committer));
	check_readable(&office, rows);
	unsigned next = rows;
	world_must(run_on(&office, ACT_EVENT, put_large, &next));
	office_done(&office);
}

static fallible put_small(struct act *act, void *context)
{
	unsigned *number = context;
	for (int i = 0; i < 50; i++, ++*number)
		TRY(act_put(act, TABLE_OUTBOX, span_of(number, sizeof *number),
			SPAN_LIT("a notice that was sent")));
	return OK;
}

static fallible add_small(struct act *act, void *context)
{
	(void)context;
	return add_one(act, NULL);
}

static fallible add_some(struct act *act, void *context)
{
	(void)context;
	for (int i = 0; i < 50; i++) {
		TRY(add_one(act, NULL));
	}
	return OK;
}

Test(committer, housekeeping_has_room_when_events_have_none)
{
	scoped(office) office;
	struct err err = OK;
	office_make(&office, &kv_lmdb, 4 << 20);
	for (int i = 0; i < 10000 && !err_failed(err); i++)
		err = run_on(&office, ACT_EVENT, add_some, NULL);
	cr_assert(err.kind == ERR_FULL, "%s", err.why);
	/* To the last event that fits. */
	for (err = OK; !err_failed(err);)
		err = run_on(&office, ACT_EVENT, add_small, NULL);
	unsigned number = 0;
	while (number < 2000)
		world_must(run_on(&office, ACT_HOUSEKEEPING, put_small, &number));
	cr_assert(run_on(&office, ACT_EVENT, add_some, NULL).kind == ERR_FULL);
}
