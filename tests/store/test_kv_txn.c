/* SPDX-License-Identifier: Apache-2.0 */
/* What every backend promises of transactions: snapshots, going back, limits, threads; and that all agree. */
#include "tests/store/kv_promise.h"

#include "tests/support/dice.h"

#include <pthread.h>
#include <stdio.h>

enum { UNDO_MAX = 4 * LIMIT_BYTES };

PROMISE(a_reader_sees_the_last_commit_before_it_began)
{
	put_letters(kv, "a");
	scoped(kv_txn) before = {0};
	works(kv_read(kv, &before));
	scoped(kv_txn) writer = {0};
	works(kv_write(kv, &writer));
	works(kv_drop(&writer, ALPHA, SPAN_LIT("a")));
	put(&writer, ALPHA, "b", "new");
	scoped(kv_txn) during = {0};
	works(kv_read(kv, &during));
	works(kv_commit(&writer));
	scoped(kv_txn) after = {0};
	works(kv_read(kv, &after));
	cr_assert(holds(&before, ALPHA, "a", "a") && lacks(&before, ALPHA, "b"));
	cr_assert(holds(&during, ALPHA, "a", "a") && lacks(&during, ALPHA, "b"));
	cr_assert(lacks(&after, ALPHA, "a") && holds(&after, ALPHA, "b", "new"));
}

PROMISE(what_is_not_committed_never_was)
{
	put_letters(kv, "a");
	{
		scoped(kv_txn) txn = {0};
		works(kv_write(kv, &txn));
		put(&txn, ALPHA, "b", "b");
		works(kv_drop(&txn, ALPHA, SPAN_LIT("a")));
	}
	scoped(kv_txn) txn = {0};
	works(kv_read(kv, &txn));
	cr_assert(holds(&txn, ALPHA, "a", "a") && lacks(&txn, ALPHA, "b"));
}

PROMISE(a_reader_cannot_write)
{
	scoped(kv_txn) txn = {0};
	works(kv_read(kv, &txn));
	fails(kv_put(&txn, ALPHA, SPAN_LIT("k"), SPAN_LIT("v")), ERR_BUG);
	fails(kv_append(&txn, ALPHA, SPAN_LIT("k"), SPAN_LIT("v")), ERR_BUG);
	fails(kv_drop(&txn, ALPHA, SPAN_LIT("k")), ERR_BUG);
	works(kv_commit(&txn));
	fails(kv_commit(&txn), ERR_BUG);
}

PROMISE(what_was_written_since_the_point_is_kept_or_taken_back)
{
	put_letters(kv, "x");
	scoped(kv_undo) undo = KV_UNDO(UNDO_MAX);
	scoped(kv_txn) txn = {0};
	works(kv_write(kv, &txn));
	put(&txn, ALPHA, "outer", "1");
	kv_save(&txn, &undo);
	put(&txn, ALPHA, "kept", "2");
	works(kv_drop(&txn, ALPHA, SPAN_LIT("x")));
	kv_keep(&txn);
	kv_save(&txn, &undo);
	cr_assert(holds(&txn, ALPHA, "kept", "2") && lacks(&txn, ALPHA, "x"));
	put(&txn, ALPHA, "gone", "3");
	put(&txn, ALPHA, "kept", "changed");
	works(kv_drop(&txn, ALPHA, SPAN_LIT("outer")));
	works(kv_append(&txn, BETA, SPAN_LIT("behind"), SPAN_LIT("4")));
	works(kv_back(&txn));
	cr_assert(holds(&txn, ALPHA, "outer", "1") && holds(&txn, ALPHA, "kept", "2"));
	works(kv_commit(&txn));
	works(kv_read(kv, &txn));
	cr_assert(holds(&txn, ALPHA, "outer", "1") && holds(&txn, ALPHA, "kept", "2"));
	cr_assert(lacks(&txn, ALPHA, "gone") && lacks(&txn, ALPHA, "x") && lacks(&txn, BETA, "behind"));
}

PROMISE(a_row_that_was_written_more_than_once_is_what_it_was_at_first)
{
	put_letters(kv, "ab");
	scoped(kv_undo) undo = KV_UNDO(UNDO_MAX);
	scoped(kv_txn) txn = {0};
	works(kv_write(kv, &txn));
	kv_save(&txn, &undo);
	put(&txn, ALPHA, "a", "1");
	works(kv_drop(&txn, ALPHA, SPAN_LIT("a")));
	put(&txn, ALPHA, "a", "2");
	put(&txn, ALPHA, "new", "1");
	works(kv_drop(&txn, ALPHA, SPAN_LIT("new")));
	works(kv_drop(&txn, ALPHA, SPAN_LIT("b")));
	fails(kv_drop(&txn, ALPHA, SPAN_LIT("b")), ERR_NOT_FOUND);
	works(kv_back(&txn));
	cr_assert(holds(&txn, ALPHA, "a", "a") && holds(&txn, ALPHA, "b", "b") && lacks(&txn, ALPHA, "new"));
	works(kv_commit(&txn));
}

PROMISE(a_transaction_that_is_aborted_takes_back_what_it_had_kept)
{
	scoped(kv_undo) undo = KV_UNDO(UNDO_MAX);
	scoped(kv_txn) txn = {0};
	works(kv_write(kv, &txn));
	kv_save(&txn, &undo);
	put(&txn, ALPHA, "kept", "1");
	kv_keep(&txn);
	kv_txn_done(&txn);
	works(kv_read(kv, &txn));
	cr_assert(lacks(&txn, ALPHA, "kept"));
}

PROMISE(a_cursor_goes_on_behind_a_point_that_was_gone_back_to)
{
	put_letters(kv, "abcd");
	scoped(kv_undo) undo = KV_UNDO(UNDO_MAX);
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	works(kv_write(kv, &txn));
	works(kv_seek(&txn, ALPHA, SPAN_NONE, &rows));
	cr_assert(kv_next(&rows) && kv_next(&rows));
	kv_save(&txn, &undo);
	works(kv_drop(&txn, ALPHA, SPAN_LIT("c")));
	works(kv_back(&txn));
	cr_assert(kv_next(&rows) && span_is(rows.key, "c"));
	kv_save(&txn, &undo);
	put(&txn, ALPHA, "e", "e");
	kv_keep(&txn);
	walks(&rows, "de");
	works(kv_commit(&txn));
}

PROMISE(a_write_whose_row_nobody_could_bring_back_is_refused)
{
	scoped(kv_txn) txn = {0};
	scoped(kv_undo) small = KV_UNDO(LARGE);
	works(kv_write(kv, &txn));
	works(kv_put(&txn, BETA, SPAN_LIT("large"), SPAN_BYTES(LARGE_VALUE)));
	kv_save(&txn, &small);
	fails(kv_put(&txn, BETA, SPAN_LIT("large"), SPAN_LIT("v")), ERR_NO_MEMORY);
	fails(kv_back(&txn), ERR_NO_MEMORY);
	fails(kv_commit(&txn), ERR_NO_MEMORY);
}

/* Puts large values until one is refused. */
static size_t fill(struct kv_txn *txn, struct err *refusal)
{
	char key[16];
	for (size_t n = 0; n < 2 * LIMIT_BYTES / LARGE; n++) {
		snprintf(key, sizeof key, "fill%04zu", n);
		*refusal = kv_put(txn, BETA, span_text(key), SPAN_BYTES(LARGE_VALUE));
		if (err_failed(*refusal))
			return n;
	}
	return SIZE_MAX;
}

PROMISE(what_found_no_room_is_taken_back_alone)
{
	scoped(kv_undo) undo = KV_UNDO(UNDO_MAX);
	scoped(kv_txn) txn = {0};
	works(kv_write(kv, &txn));
	put(&txn, ALPHA, "before", "1");
	for (int i = 0; i < 3; i++) {
		struct err refusal = {0};
		struct span value;
		kv_save(&txn, &undo);
		size_t rows = fill(&txn, &refusal);
		fails(refusal, ERR_FULL);
		cr_assert(rows > 0 && rows <= LIMIT_BYTES / LARGE, "%zu rows", rows);
		fails(kv_get(&txn, ALPHA, SPAN_LIT("before"), &value), ERR_FULL);
		fails(kv_put(&txn, ALPHA, SPAN_LIT("small"), SPAN_LIT("v")), ERR_FULL);
		works(kv_back(&txn));
	}
	put(&txn, ALPHA, "after", "2");
	kv_save(&txn, &undo);
	put(&txn, ALPHA, "small", "3");
	kv_keep(&txn);
	works(kv_commit(&txn));
	works(kv_read(kv, &txn));
	cr_assert(holds(&txn, ALPHA, "before", "1") && holds(&txn, ALPHA, "after", "2"));
	cr_assert(holds(&txn, ALPHA, "small", "3") && lacks(&txn, BETA, "fill0000"));
}

PROMISE(nothing_stands_of_a_full_transaction_that_is_committed)
{
	put_letters(kv, "a");
	scoped(kv_txn) txn = {0};
	struct err refusal = {0};
	works(kv_write(kv, &txn));
	put(&txn, ALPHA, "b", "b");
	fill(&txn, &refusal);
	fails(kv_commit(&txn), ERR_FULL);
	works(kv_read(kv, &txn));
	cr_assert(holds(&txn, ALPHA, "a", "a") && lacks(&txn, ALPHA, "b") && lacks(&txn, BETA, "fill0000"));
}

PROMISE(dropping_makes_room_again)
{
	scoped(kv_undo) undo = KV_UNDO(UNDO_MAX);
	scoped(kv_txn) txn = {0};
	struct err refusal = {0};
	uint64_t empty = kv_used(kv);
	for (int round = 0; round < 4; round++) {
		works(kv_write(kv, &txn));
		kv_save(&txn, &undo);
		cr_assert(fill(&txn, &refusal) >= LIMIT_BYTES / LARGE - 8);
		works(kv_back(&txn));
		for (char key = '0'; key < '0' + 40; key++)
			works(kv_put(&txn, BETA, span_of(&key, 1), SPAN_BYTES(LARGE_VALUE)));
		works(kv_commit(&txn));
		cr_assert(kv_used(kv) >= empty + 40 * LARGE && kv_used(kv) <= LIMIT_BYTES);
		works(kv_write(kv, &txn));
		for (char key = '0'; key < '0' + 40; key++)
			works(kv_drop(&txn, BETA, span_of(&key, 1)));
		works(kv_commit(&txn));
		cr_assert(kv_used(kv) < empty + LARGE);
	}
}

static void *read_elsewhere(void *txn)
{
	return holds(txn, ALPHA, "a", "a") ? txn : NULL;
}

PROMISE(a_reader_may_move_between_threads)
{
	put_letters(kv, "a");
	scoped(kv_txn) first = {0};
	scoped(kv_txn) second = {0};
	works(kv_read(kv, &first));
	works(kv_read(kv, &second));
	pthread_t thread;
	void *result = NULL;
	cr_assert(pthread_create(&thread, NULL, read_elsewhere, &first) == 0);
	cr_assert(pthread_join(thread, &result) == 0 && result == &first);
	cr_assert(holds(&second, ALPHA, "a", "a") && holds(&first, ALPHA, "a", "a"));
}

enum { WRITERS = 4, READERS = 4, ROUNDS = 50 };

static uint64_t number_at(struct kv_txn *txn, int map)
{
	struct span found;
	uint64_t number = 0;
	if (!err_failed(kv_get(txn, map, SPAN_LIT("number"), &found)))
		memcpy(&number, found.at, sizeof number);
	return number;
}

/* Each adds one to a number that stands in two maps. */
static void *count_up(void *kv)
{
	for (int i = 0; i < ROUNDS; i++) {
		scoped(kv_txn) txn = {0};
		works(kv_write(kv, &txn));
		uint64_t number = number_at(&txn, ALPHA) + 1;
		works(kv_put(&txn, ALPHA, SPAN_LIT("number"), span_of(&number, sizeof number)));
		works(kv_put(&txn, BETA, SPAN_LIT("number"), span_of(&number, sizeof number)));
		works(kv_commit(&txn));
	}
	return NULL;
}

/* Returns the environment when a torn commit, or one that is taken back, has been seen. */
static void *watch(void *kv)
{
	uint64_t last = 0;
	while (last < (uint64_t)WRITERS * ROUNDS) {
		scoped(kv_txn) txn = {0};
		works(kv_read(kv, &txn));
		uint64_t number = number_at(&txn, ALPHA);
		if (number < last || number != number_at(&txn, BETA))
			return kv;
		last = number;
	}
	return NULL;
}

PROMISE(writers_wait_for_each_other_and_readers_see_whole_commits)
{
	pthread_t threads[WRITERS + READERS];
	void *torn = NULL;
	for (int i = 0; i < WRITERS + READERS; i++)
		cr_assert(pthread_create(&threads[i], NULL, i < WRITERS ? count_up : watch, kv) == 0);
	for (int i = 0; i < WRITERS + READERS; i++) {
		cr_assert(pthread_join(threads[i], &torn) == 0);
		cr_assert(torn == NULL);
	}
	scoped(kv_txn) txn = {0};
	works(kv_read(kv, &txn));
	cr_assert(number_at(&txn, ALPHA) == WRITERS * ROUNDS);
}

/* The same long random life, lived by both backends at once. */
enum { LIVES = 2, STEPS = 20000, KEYS = 300, VALUE_MAX = 1400 };

struct life {
	struct temp_dir dir;
	struct kv *kv;
	struct kv_txn txn;
	struct kv_undo undo;
};

static void all_agree(struct err a, struct err b)
{
	cr_assert(a.kind == b.kind, "%s, but %s", a.why, b.why);
}

/* Walks both maps from the same key and drops about every fourth row on the way. */
static void walk_both(struct life *lives, struct dice *dice, struct span from)
{
	scoped(kv_cursor) a = {0};
	scoped(kv_cursor) b = {0};
	int map = (int)dice_below(dice, MAPS);
	bool back = dice_below(dice, 2);
	works((back ? kv_seek_back : kv_seek)(&lives[0].txn, map, from, &a));
	works((back ? kv_seek_back : kv_seek)(&lives[1].txn, map, from, &b));
	for (size_t rows = dice_below(dice, 40); rows > 0; rows--) {
		bool more = kv_next(&a);
		cr_assert(more == kv_next(&b));
		if (!more)
			return;
		cr_assert(span_equal(a.key, b.key) && span_equal(a.value, b.value));
		if (dice_below(dice, 4) != 0)
			continue;
		works(kv_drop(&lives[0].txn, map, a.key));
		works(kv_drop(&lives[1].txn, map, b.key));
	}
}

static void change_both(struct life *lives, struct dice *dice, struct span key)
{
	uint8_t bytes[VALUE_MAX];
	struct span value = span_of(bytes, dice_below(dice, VALUE_MAX));
	int map = (int)dice_below(dice, MAPS);
	memset(bytes, (int)dice_below(dice, 256), sizeof bytes);
	struct kv_txn *a = &lives[0].txn, *b = &lives[1].txn;
	struct span found_a = SPAN_NONE, found_b = SPAN_NONE;
	switch (dice_below(dice, 4)) {
	case 0:
	case 1:
		works(kv_put(a, map, key, value));
		works(kv_put(b, map, key, value));
		break;
	case 2:
		all_agree(kv_drop(a, map, key), kv_drop(b, map, key));
		break;
	default:
		all_agree(kv_get(a, map, key, &found_a), kv_get(b, map, key, &found_b));
		cr_assert(span_equal(found_a, found_b));
	}
}

/* A point to go back to is made, kept or gone back to; without one, the transaction ends this way or that. */
static void turn_both(struct life *lives, struct dice *dice)
{
	size_t choice = dice_below(dice, 4);
	for (int i = 0; i < LIVES; i++) {
		struct kv_txn *txn = &lives[i].txn;
		if (txn->undo && choice < 2)
			kv_keep(txn);
		else if (txn->undo)
			works(kv_back(txn));
		else if (choice < 2)
			kv_save(txn, &lives[i].undo);
		else if (choice == 2)
			works(kv_commit(txn));
		else
			kv_txn_done(txn);
		if (!txn->kv)
			works(kv_write(lives[i].kv, txn));
	}
}

Test(kv, all_backends_agree_on_a_long_random_life)
{
	struct dice dice = {20261121};
	struct life lives[LIVES] = {{.dir = temp_dir_make()}, {.dir = temp_dir_make()}};
	for (int i = 0; i < LIVES; i++) {
		lives[i].kv = opened(i == 0 ? &kv_lmdb : &kv_mem, &lives[i].dir);
		lives[i].undo = KV_UNDO(UNDO_MAX);
		works(kv_write(lives[i].kv, &lives[i].txn));
	}
	for (int step = 0; step < STEPS; step++) {
		uint8_t key[KV_KEY_MAX];
		size_t number = dice_below(&dice, KEYS);
		memset(key, (int)number, sizeof key);
		key[0] = (uint8_t)(number >> 8);
		struct span named = span_of(key, 2 + number % 61);
		size_t choice = dice_below(&dice, 20);
		if (choice == 0)
			turn_both(lives, &dice);
		else if (choice == 1)
			walk_both(lives, &dice, dice_below(&dice, 5) ? named : SPAN_NONE);
		else
			change_both(lives, &dice, named);
	}
	for (int i = 0; i < LIVES; i++) {
		kv_txn_done(&lives[i].txn);
		kv_undo_done(&lives[i].undo);
		kv_close(lives[i].kv);
		temp_dir_done(&lives[i].dir);
	}
}
