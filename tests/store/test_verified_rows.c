/* SPDX-License-Identifier: Apache-2.0 */
/* test_verified_rows - nothing is taken for verified that was not, byte for byte. */
#include "store/verified_rows.h"

#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <pthread.h>

static const struct span KEY = {(const uint8_t *)"tenant and person", 17},
			 OTHER_KEY = {(const uint8_t *)"tenant and nobody", 17};
static const struct span VALUE = {(const uint8_t *)"a value and its MAC", 19};

Test(verified_rows, only_the_very_bytes_under_the_very_key_of_the_table_are_known)
{
	struct verified_rows *rows = NULL;
	world_must(verified_rows_open(&rows));
	cr_assert(!verified_rows_has(rows, TABLE_PERSON, KEY, VALUE));
	verified_rows_add(rows, TABLE_PERSON, KEY, VALUE);
	cr_assert(verified_rows_has(rows, TABLE_PERSON, KEY, VALUE));
	cr_assert(!verified_rows_has(rows, TABLE_CLIENT, KEY, VALUE), "another table");
	cr_assert(!verified_rows_has(rows, TABLE_PERSON, OTHER_KEY, VALUE), "another key");
	cr_assert(!verified_rows_has(rows, TABLE_PERSON, span_first(KEY, 16), VALUE), "a shorter key");
	cr_assert(!verified_rows_has(rows, TABLE_PERSON, KEY, span_first(VALUE, 18)), "a shorter value");
	for (size_t i = 0; i < VALUE.len; i++) {
		uint8_t changed[32];
		memcpy(changed, VALUE.at, VALUE.len);
		changed[i] ^= 1;
		cr_assert(!verified_rows_has(rows, TABLE_PERSON, KEY, span_of(changed, VALUE.len)),
			"byte %zu", i);
	}
	verified_rows_close(rows);
}

Test(verified_rows, a_key_and_a_value_cut_elsewhere_are_another_row)
{
	struct verified_rows *rows = NULL;
	world_must(verified_rows_open(&rows));
	static const uint8_t bytes[40] = {9};
	verified_rows_add(rows, TABLE_PERSON, span_of(bytes, 20), span_of(bytes + 20, 20));
	for (size_t cut = 1; cut < 40; cut++)
		cr_assert(cut == 20 ||
			!verified_rows_has(
				rows, TABLE_PERSON, span_of(bytes, cut), span_of(bytes + cut, 40 - cut)));
	verified_rows_close(rows);
}

Test(verified_rows, what_is_too_long_is_not_kept_and_nothing_is_known_without_a_table)
{
	struct verified_rows *rows = NULL;
	static const uint8_t longest[VERIFIED_ROW_MAX + 1];
	world_must(verified_rows_open(&rows));
	const struct span fits = span_of(longest, VERIFIED_ROW_MAX - KEY.len);
	verified_rows_add(rows, TABLE_PERSON, KEY, fits);
	cr_assert(verified_rows_has(rows, TABLE_PERSON, KEY, fits));
	const struct span too_long = span_of(longest, VERIFIED_ROW_MAX - KEY.len + 1);
	verified_rows_add(rows, TABLE_PERSON, KEY, too_long);
	cr_assert(!verified_rows_has(rows, TABLE_PERSON, KEY, too_long));
	cr_assert(!verified_rows_has(NULL, TABLE_PERSON, KEY, VALUE));
	verified_rows_add(NULL, TABLE_PERSON, KEY, VALUE);
	verified_rows_close(rows);
	verified_rows_close(NULL);
}

/* ---- many at once ---- */

enum { THREADS = 8, TURNS = 20000, WIDE = 300 };

struct hand {
	struct verified_rows *rows;
	uint8_t number;
	int mixed; /* rows that nobody added, and that were known */
};

static void *work(void *context)
{
	struct hand *hand = context;
	uint8_t mine[WIDE], mix[WIDE];
	memset(mine, hand->number, sizeof mine);
	memset(mix, hand->number, sizeof mix);
	memset(mix + WIDE / 2, hand->number + 1, WIDE / 2);
	for (int turn = 0; turn < TURNS; turn++) {
		verified_rows_add(hand->rows, TABLE_PERSON, KEY, SPAN_BYTES(mine));
		hand->mixed += verified_rows_has(hand->rows, TABLE_PERSON, KEY, SPAN_BYTES(mix));
	}
	return NULL;
}

Test(verified_rows, threads_that_write_one_place_leave_no_mixture)
{
	struct verified_rows *rows = NULL;
	struct hand hands[THREADS];
	pthread_t threads[THREADS];
	world_must(verified_rows_open(&rows));
	for (uint8_t i = 0; i < THREADS; i++) {
		hands[i] = (struct hand){rows, i, 0};
		cr_assert(pthread_create(&threads[i], NULL, work, &hands[i]) == 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		cr_assert(hands[i].mixed == 0);
	}
	verified_rows_close(rows);
}

/* ---- in a volume ---- */

static void put_raw(struct volume *volume, struct span value)
{
	scoped(kv_txn) txn = {0};
	world_must(kv_write(volume->data, &txn));
	world_must(kv_put(&txn, TABLE_PERSON, KEY, value));
	world_must(kv_commit(&txn));
}

static enum err_kind look(const struct volume *volume)
{
	scoped(reading) reading = {0};
	struct row row;
	world_must(reading_open(volume, &reading));
	return reading_get(&reading, TABLE_PERSON, KEY, &row).kind;
}

Test(verified_rows, a_row_that_was_read_and_then_changed_by_hand_is_forged)
{
	scoped(world) world = {0};
	world_make(&world, &kv_lmdb, 1000);
	cr_assert(world.volume.verified);
	scoped(buf) value = BUF(256);
	const struct row row = {.payload = SPAN_LIT("who may do what"), .version = 1, .sequence = 1};
	volume_put_row(world.volume.keys, TABLE_PERSON, KEY, &row, &value);
	put_raw(&world.volume, buf_span(&value));
	cr_assert(look(&world.volume) == ERR_NONE && look(&world.volume) == ERR_NONE);
	for (size_t i = 1; i < value.len; i++) {
		value.data[i] ^= 1;
		put_raw(&world.volume, buf_span(&value));
		cr_assert(look(&world.volume) == ERR_FORGED, "byte %zu", i);
		value.data[i] ^= 1;
	}
	put_raw(&world.volume, buf_span(&value));
	cr_assert(look(&world.volume) == ERR_NONE, "the true one is true again");
}
