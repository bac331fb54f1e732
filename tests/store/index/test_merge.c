/* SPDX-License-Identifier: Apache-2.0 */
/* test_merge - merging changes no answer, whenever it is broken off, and leaves few runs. */
#include "store/index/merge.h"

#include "policies/actions.h"
#include "store/index/fold.h"
#include "store/index/index.h"
#include "store/index/query.h"
#include "store/kv_swap.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TENANTS = 4, FOLD_ROWS = 60, QUESTIONS = 50, FOUND_MAX = 20000 };

/* ---- a kv that fails, or kills the process, at the n-th write ---- */

struct fault {
	struct kv_backend backend;
	const struct kv_backend *real;
	size_t left; /* writes that go through; then the fault */
	bool kills;
};

static struct fault *the_fault(void)
{
	static struct fault FAULT;
	return &FAULT;
}

static fallible strike(void)
{
	struct fault *fault = the_fault();
	if (fault->left-- > 0)
		return OK;
	fault->left = 0;
	if (fault->kills)
		kill(getpid(), SIGKILL);
	return FAIL(FULL, "a test lets a write fail");
}

static fallible failing_put(struct kv_txn *txn, int map, struct span key, struct span value, enum kv_put how)
{
	TRY(strike());
	return the_fault()->real->put(txn, map, key, value, how);
}

static fallible failing_drop(struct kv_txn *txn, int map, struct span key)
{
	TRY(strike());
	return the_fault()->real->drop(txn, map, key);
}

static fallible failing_commit(struct kv_txn *txn)
{
	struct err err = strike();
	if (err_failed(err)) {
		the_fault()->real->abort(txn);
		return err;
	}
	return the_fault()->real->commit(txn);
}

/* From now on, in an environment that is open. */
static void fail_after(struct kv *kv, size_t writes, bool kills)
{
	struct fault *fault = the_fault();
	if (kv->backend != &fault->backend) {
		fault->real = kv->backend;
		fault->backend = *kv->backend;
		fault->backend.put = failing_put;
		fault->backend.drop = failing_drop;
		fault->backend.commit = failing_commit;
		kv->backend = &fault->backend;
	}
	fault->left = writes;
	fault->kills = kills;
}

static void fail_no_more(struct kv *kv)
{
	kv->backend = the_fault()->real;
}

/* ---- what a volume answers ---- */

struct answers {
	uint64_t *found; /* sequences, indexes, and what was scanned */
	size_t count;
};

static void answers_done(struct answers *answers)
{
	free(answers->found);
}

static void add_value(struct dice *dice, struct query *query)
{
	const uint16_t action = action_row(1 + (enum action)dice_below(dice, ACTION_COUNT - 1))->code;
	const uint8_t code[] = {(uint8_t)(action >> 8), (uint8_t)action};
	const uint8_t class = (uint8_t)dice_below(dice, ACTION_CLASS_COUNT),
		      outcome = (uint8_t)dice_below(dice, 3);
	const struct id actor = world_thing((unsigned)dice_below(dice, 13));
	const struct id client = world_thing(100 + (unsigned)dice_below(dice, 7));
	const struct span values[] = {SPAN_BYTES(code), span_of(&class, 1), span_of(&outcome, 1),
		SPAN_BYTES(actor.bytes), SPAN_BYTES(client.bytes)};
	static const enum index_field FIELDS[] = {
		INDEX_ACTION, INDEX_CLASS, INDEX_OUTCOME, INDEX_ACTOR, INDEX_CLIENT};
	size_t at = dice_below(dice, 5);
	world_must(query_add(query, FIELDS[at], values[at]));
}

static struct query random_query(struct dice *dice)
{
	struct query query = {.tenant = world_tenant((unsigned)dice_below(dice, TENANTS + 1)),
		.limit = 1 + dice_below(dice, 90),
		.order = dice_below(dice, 2) ? QUERY_NEWEST_FIRST : QUERY_OLDEST_FIRST};
	for (size_t values = dice_below(dice, 5); values > 0; values--)
		add_value(dice, &query);
	if (dice_below(dice, 3) == 0)
		query.from.ms = 1700000000000 + (int64_t)dice_below(dice, 1000000);
	if (dice_below(dice, 3) == 0)
		query.to.ms = 1700000000000 + (int64_t)dice_below(dice, 1000000);
	return query;
}

static void note(struct answers *answers, uint64_t value)
{
	cr_assert(answers->count < FOUND_MAX * 8);
	answers->found[answers->count++] = value;
}

/* Page by page to the end. */
static void ask(const struct volume *volume, struct query query, struct answers *answers)
{
	struct query_page page = {.more = true};
	while (page.more) {
		world_must(query_run(volume, &query, &page));
		for (size_t i = 0; i < page.count; i++) {
			note(answers, page.sequences[i]);
			note(answers, page.indexes[i]);
		}
		note(answers, page.scanned_from);
		note(answers, page.scanned_to);
		query.resumes = true;
		query.after = page.last;
	}
}

static struct answers ask_all(const struct volume *volume)
{
	struct dice dice = {99};
	struct answers answers = {.found = calloc(FOUND_MAX * 8, sizeof *answers.found)};
	cr_assert(answers.found);
	for (size_t i = 0; i < QUESTIONS; i++)
		ask(volume, random_query(&dice), &answers);
	return answers;
}

static bool are_equal(const struct answers *a, const struct answers *b)
{
	return a->count == b->count && memcmp(a->found, b->found, a->count * sizeof *a->found) == 0;
}

/* ---- */

static fallible try_round(struct volume *volume)
{
	struct merge merge = {0};
	while (!merge.ended)
		TRY(merge_step(volume, &merge));
	return OK;
}

static size_t rows_in(struct world *world, enum index_map map)
{
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	size_t count = 0;
	world_must(kv_read(world->volume.index, &txn));
	world_must(kv_seek(&txn, (int)map, SPAN_NONE, &rows));
	while (kv_next(&rows))
		count++;
	world_must(rows.err);
	return count;
}

/* Folds that all tenants are in. */
static void grow(struct world *world, struct dice *dice, size_t folds)
{
	for (size_t i = 0; i < folds; i++) {
		world_grow(world, dice, TENANTS, FOLD_ROWS);
		world_must(fold_once(&world->volume));
	}
}

Test(merge, changes_no_answer_and_leaves_few_runs)
{
	struct dice dice = {61};
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	for (size_t round = 0; round < 6; round++) {
		grow(&world, &dice, 1 + dice_below(&dice, 2 * MERGE_FAN));
		scoped(answers) before = ask_all(&world.volume);
		world_must(try_round(&world.volume));
		scoped(answers) after = ask_all(&world.volume);
		cr_assert(before.count > QUESTIONS && are_equal(&before, &after));
		cr_assert(rows_in(&world, INDEX_PLACE) <= (size_t)TENANTS * 3 * (MERGE_FAN - 1));
	}
	cr_assert(rows_in(&world, INDEX_MERGED) > 0);
}

Test(merge, fewer_runs_than_the_fan_stay_as_they_are)
{
	struct dice dice = {62};
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	grow(&world, &dice, MERGE_FAN - 1);
	size_t places = rows_in(&world, INDEX_PLACE);
	world_must(try_round(&world.volume));
	cr_assert(rows_in(&world, INDEX_MERGED) == 0 && rows_in(&world, INDEX_PLACE) == places);
	grow(&world, &dice, 1);
	world_must(try_round(&world.volume));
	cr_assert(rows_in(&world, INDEX_PLACE) == TENANTS);
	cr_assert(rows_in(&world, INDEX_POSTING) == 0, "what was merged is left twice");
}

Test(merge, tiers_are_merged_in_turn)
{
	struct dice dice = {63};
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	for (size_t i = 0; i < MERGE_FAN; i++) {
		grow(&world, &dice, MERGE_FAN);
		world_must(try_round(&world.volume));
	}
	cr_assert(rows_in(&world, INDEX_PLACE) == TENANTS, "64 folds of a tenant are one run");
}

/* As after a rebuild of the index: many more than one merge takes. */
Test(merge, any_number_of_runs_becomes_few_in_one_go)
{
	struct dice dice = {71};
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	grow(&world, &dice, 150);
	scoped(answers) before = ask_all(&world.volume);
	world_must(try_round(&world.volume));
	scoped(answers) after = ask_all(&world.volume);
	cr_assert(are_equal(&before, &after));
	cr_assert(rows_in(&world, INDEX_PLACE) <= (size_t)TENANTS * 3 * (MERGE_FAN - 1));
	grow(&world, &dice, MERGE_FAN);
	world_must(try_round(&world.volume));
	cr_assert(rows_in(&world, INDEX_PLACE) <= (size_t)TENANTS * 3 * (MERGE_FAN - 1));
}

Test(merge, events_are_found_by_id_and_by_index_afterwards)
{
	struct dice dice = {64};
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	struct world_event *events = calloc(MERGE_FAN * FOLD_ROWS, sizeof *events);
	cr_assert(events);
	for (size_t i = 0; i < MERGE_FAN * FOLD_ROWS; i++)
		events[i] = (struct world_event){.tenant = world_tenant((unsigned)dice_below(&dice, TENANTS)),
			.leaf = world_leaf(&dice)};
	world_append(&world, events, MERGE_FAN * FOLD_ROWS);
	world_fold(&world);
	world_must(try_round(&world.volume));
	scoped(kv_txn) txn = {0};
	world_must(kv_read(world.volume.index, &txn));
	for (size_t i = 0; i < MERGE_FAN * FOLD_ROWS; i++) {
		uint64_t by_id, by_index;
		const struct receipt *receipt = &events[i].receipt;
		world_must(index_find_event(&txn, events[i].tenant, receipt->event, &by_id));
		world_must(index_find_sequence(&txn, events[i].tenant, receipt->index, &by_index));
		cr_assert(by_id == receipt->sequence && by_index == receipt->sequence);
	}
	free(events);
}

/* A query that began before goes on with what it saw. */
Test(merge, a_reading_that_is_open_keeps_the_old_runs)
{
	struct dice dice = {65};
	uint64_t sequence;
	scoped(world) world;
	scoped(kv_txn) before = {0};
	world_make(&world, &kv_lmdb, FOLD_ROWS);
	grow(&world, &dice, MERGE_FAN);
	world_must(kv_read(world.volume.index, &before));
	world_must(try_round(&world.volume));
	for (uint64_t i = 0; i < 20; i++)
		world_must(index_find_sequence(&before, world_tenant(1), i, &sequence));
	kv_txn_done(&before);
}

Test(merge, a_step_that_fails_at_any_write_leaves_the_old_runs)
{
	struct dice dice = {66};
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	grow(&world, &dice, MERGE_FAN);
	scoped(answers) before = ask_all(&world.volume);
	size_t places = rows_in(&world, INDEX_PLACE), writes = 0;
	bool failed = true;
	for (; failed; writes += 29) {
		fail_after(kv_swap_inner(world.volume.index), writes, false);
		failed = err_failed(try_round(&world.volume));
		fail_no_more(kv_swap_inner(world.volume.index));
		if (failed)
			cr_assert(
				rows_in(&world, INDEX_PLACE) == places && rows_in(&world, INDEX_MERGED) == 0);
		scoped(answers) after = ask_all(&world.volume);
		cr_assert(are_equal(&before, &after));
	}
	cr_assert(writes > 100 && rows_in(&world, INDEX_PLACE) == TENANTS);
}

static void merge_and_die(struct world *world, size_t writes)
{
	world_open(world);
	fail_after(kv_swap_inner(world->volume.index), writes, true);
	world_must(try_round(&world->volume));
	_exit(0);
}

Test(merge, a_process_that_is_killed_at_any_write_leaves_the_old_runs_or_the_new)
{
	struct dice dice = {67};
	int status = -1;
	scoped(world) world;
	world_make(&world, &kv_lmdb, FOLD_ROWS);
	grow(&world, &dice, MERGE_FAN);
	scoped(answers) before = ask_all(&world.volume);
	world_close(&world);
	for (size_t writes = 0; status != 0; writes += 71) {
		pid_t child = fork();
		cr_assert(child >= 0);
		if (child == 0)
			merge_and_die(&world, writes);
		cr_assert(waitpid(child, &status, 0) == child);
		cr_assert(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
		world_open(&world);
		scoped(answers) after = ask_all(&world.volume);
		cr_assert(are_equal(&before, &after));
		cr_assert(rows_in(&world, INDEX_PLACE) == (status ? TENANTS * MERGE_FAN : TENANTS));
		world_close(&world);
	}
	world_open(&world);
}

/* An index that was made anew from the log, and one that was merged, answer alike. */
Test(merge, a_rebuilt_index_answers_as_the_merged_one_did)
{
	struct dice dice = {68};
	scoped(world) world;
	world_make(&world, &kv_lmdb, FOLD_ROWS);
	grow(&world, &dice, 2 * MERGE_FAN);
	world_must(try_round(&world.volume));
	scoped(answers) merged = ask_all(&world.volume);
	scoped(kv_txn) txn = {0};
	world_must(kv_write(world.volume.index, &txn));
	world_must(kv_put(&txn, INDEX_META, SPAN_LIT("mark"), SPAN_LIT("damage")));
	world_must(kv_commit(&txn));
	world_close(&world);
	world_open(&world);
	cr_assert(rows_in(&world, INDEX_MERGED) == 0 && rows_in(&world, INDEX_PLACE) > TENANTS);
	scoped(answers) rebuilt = ask_all(&world.volume);
	cr_assert(are_equal(&merged, &rebuilt));
}

Test(merge, runs_with_a_gap_between_them_are_corrupt)
{
	struct dice dice = {69};
	uint8_t key[INDEX_PLACE_KEY];
	scoped(world) world;
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) places = {0};
	world_make(&world, &kv_mem, FOLD_ROWS);
	grow(&world, &dice, MERGE_FAN + 1);
	world_must(kv_write(world.volume.index, &txn));
	world_must(kv_seek(&txn, INDEX_PLACE, SPAN_BYTES(world_tenant(0).bytes), &places));
	for (size_t i = 0; i < 4; i++)
		cr_assert(kv_next(&places));
	memcpy(key, places.key.at, sizeof key);
	kv_cursor_done(&places);
	world_must(kv_drop(&txn, INDEX_PLACE, SPAN_BYTES(key)));
	world_must(kv_commit(&txn));
	cr_assert(try_round(&world.volume).kind == ERR_CORRUPT);
}

/* The rows of a run never outgrow what a position can say. */
Test(merge, a_run_that_is_full_is_left_alone)
{
	enum { LARGE = 20000, FOLDS = 9 };
	struct dice dice = {70};
	scoped(world) world;
	world_make(&world, &kv_mem, LARGE);
	for (size_t i = 0; i < FOLDS; i++) {
		world_grow(&world, &dice, 1, LARGE / 2);
		world_grow(&world, &dice, 1, LARGE / 2);
		world_must(fold_once(&world.volume));
	}
	world_must(try_round(&world.volume));
	cr_assert(rows_in(&world, INDEX_PLACE) == FOLDS - 2, "three make one that is full");
	world_must(try_round(&world.volume));
	scoped(kv_txn) txn = {0};
	world_must(kv_read(world.volume.index, &txn));
	for (uint64_t i = 0; i < (uint64_t)LARGE * FOLDS; i += 997) {
		uint64_t sequence;
		world_must(index_find_sequence(&txn, world_tenant(0), i, &sequence));
		cr_assert(sequence == i + 1, "of a volume with one tenant");
	}
}
