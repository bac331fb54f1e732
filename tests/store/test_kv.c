/* SPDX-License-Identifier: Apache-2.0 */
/* What every backend promises of rows and of walking over them. */
#include "tests/store/kv_promise.h"

PROMISE(a_row_that_was_put_is_got)
{
	scoped(kv_txn) txn = {0};
	works(kv_write(kv, &txn));
	put(&txn, ALPHA, "key", "value");
	cr_assert(holds(&txn, ALPHA, "key", "value"), "the writer sees its own row");
	works(kv_commit(&txn));
	scoped(kv_txn) reader = {0};
	works(kv_read(kv, &reader));
	cr_assert(holds(&reader, ALPHA, "key", "value"));
	cr_assert(lacks(&reader, ALPHA, "ke") && lacks(&reader, ALPHA, "key2"));
	cr_assert(lacks(&reader, BETA, "key"), "maps are apart");
}

PROMISE(a_put_replaces_by_a_longer_and_by_an_empty_value)
{
	scoped(kv_txn) txn = {0};
	works(kv_write(kv, &txn));
	put(&txn, ALPHA, "key", "a");
	put(&txn, ALPHA, "key", "a longer one");
	cr_assert(holds(&txn, ALPHA, "key", "a longer one"));
	put(&txn, ALPHA, "key", "");
	cr_assert(holds(&txn, ALPHA, "key", ""));
	works(kv_put(&txn, ALPHA, SPAN_LIT("none"), SPAN_NONE));
	works(kv_commit(&txn));
	works(kv_read(kv, &txn));
	cr_assert(holds(&txn, ALPHA, "key", "") && holds(&txn, ALPHA, "none", ""));
}

PROMISE(a_large_value_comes_back_whole)
{
	scoped(kv_txn) txn = {0};
	works(kv_write(kv, &txn));
	works(kv_put(&txn, ALPHA, SPAN_LIT("large"), SPAN_BYTES(LARGE_VALUE)));
	works(kv_commit(&txn));
	works(kv_read(kv, &txn));
	struct span found;
	works(kv_get(&txn, ALPHA, SPAN_LIT("large"), &found));
	cr_assert(span_equal(found, SPAN_BYTES(LARGE_VALUE)));
}

PROMISE(keys_have_1_to_500_bytes)
{
	static const uint8_t bytes[KV_KEY_MAX + 1] = {0};
	scoped(kv_txn) txn = {0};
	struct span value;
	works(kv_write(kv, &txn));
	works(kv_put(&txn, ALPHA, span_of(bytes, KV_KEY_MAX), SPAN_LIT("v")));
	works(kv_put(&txn, ALPHA, span_of(bytes, 1), SPAN_LIT("v")));
	fails(kv_put(&txn, ALPHA, SPAN_BYTES(bytes), SPAN_LIT("v")), ERR_BUG);
	fails(kv_put(&txn, ALPHA, SPAN_NONE, SPAN_LIT("v")), ERR_BUG);
	fails(kv_append(&txn, ALPHA, SPAN_BYTES(bytes), SPAN_LIT("v")), ERR_BUG);
	fails(kv_get(&txn, ALPHA, SPAN_NONE, &value), ERR_BUG);
	fails(kv_drop(&txn, ALPHA, SPAN_BYTES(bytes)), ERR_BUG);
	works(kv_get(&txn, ALPHA, span_of(bytes, KV_KEY_MAX), &value));
	works(kv_commit(&txn));
}

PROMISE(a_map_it_does_not_have_is_refused)
{
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	struct span value;
	works(kv_write(kv, &txn));
	fails(kv_put(&txn, MAPS, SPAN_LIT("k"), SPAN_LIT("v")), ERR_BUG);
	fails(kv_get(&txn, -1, SPAN_LIT("k"), &value), ERR_BUG);
	fails(kv_seek(&txn, MAPS, SPAN_NONE, &rows), ERR_BUG);
	cr_assert(!kv_next(&rows));
}

PROMISE(an_environment_without_maps_or_with_too_many_is_refused)
{
	struct kv *none = NULL;
	struct kv_ask ask = {.path = "/nowhere", .maps = NAMES, .map_count = 0};
	fails(kv_open(kv->backend, &ask, &none), ERR_BUG);
	ask.map_count = KV_MAPS_MAX + 1;
	fails(kv_open(kv->backend, &ask, &none), ERR_BUG);
	cr_assert(none == NULL);
	kv_close(none);
}

PROMISE(append_takes_keys_in_order)
{
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	works(kv_write(kv, &txn));
	for (const char *at = "abcd"; *at; at++)
		works(kv_append(&txn, ALPHA, span_of(at, 1), span_of(at, 1)));
	works(kv_commit(&txn));
	works(kv_read(kv, &txn));
	works(kv_seek(&txn, ALPHA, SPAN_NONE, &rows));
	walks(&rows, "abcd");
}

PROMISE(append_refuses_a_key_that_is_not_behind_the_last)
{
	put_letters(kv, "ac");
	for (const char *at = "abc"; *at; at++) {
		scoped(kv_txn) txn = {0};
		works(kv_write(kv, &txn));
		fails(kv_append(&txn, ALPHA, span_of(at, 1), SPAN_LIT("new")), ERR_BUG);
	}
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	works(kv_read(kv, &txn));
	works(kv_seek(&txn, ALPHA, SPAN_NONE, &rows));
	walks(&rows, "ac");
}

PROMISE(drop_takes_a_row_away_and_says_when_there_is_none)
{
	scoped(kv_txn) txn = {0};
	works(kv_write(kv, &txn));
	put(&txn, ALPHA, "a", "1");
	put(&txn, ALPHA, "b", "2");
	works(kv_drop(&txn, ALPHA, SPAN_LIT("a")));
	fails(kv_drop(&txn, ALPHA, SPAN_LIT("a")), ERR_NOT_FOUND);
	works(kv_commit(&txn));
	works(kv_read(kv, &txn));
	cr_assert(lacks(&txn, ALPHA, "a") && holds(&txn, ALPHA, "b", "2"));
}

PROMISE(rows_walk_in_the_order_of_their_bytes)
{
	static const char *const keys[] = {"\x01", "A", "AA", "B", "a", "\x7f", "\x80", "\xff", "\xff\x01"};
	enum { COUNT = sizeof keys / sizeof keys[0] };
	scoped(kv_txn) txn = {0};
	works(kv_write(kv, &txn));
	for (size_t i = 0; i < COUNT; i++)
		put(&txn, ALPHA, keys[i * 5 % COUNT], "v");
	works(kv_commit(&txn));
	works(kv_read(kv, &txn));
	scoped(kv_cursor) forth = {0};
	works(kv_seek(&txn, ALPHA, SPAN_NONE, &forth));
	for (size_t i = 0; i < COUNT; i++)
		cr_assert(kv_next(&forth) && span_is(forth.key, keys[i]), "row %zu", i);
	scoped(kv_cursor) back = {0};
	works(kv_seek_back(&txn, ALPHA, SPAN_NONE, &back));
	for (size_t i = COUNT; i > 0; i--)
		cr_assert(kv_next(&back) && span_is(back.key, keys[i - 1]), "row %zu", i - 1);
	cr_assert(!kv_next(&forth) && !kv_next(&back));
}

PROMISE(seek_begins_at_the_first_key_that_is_not_before)
{
	put_letters(kv, "bdf");
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	works(kv_read(kv, &txn));
	static const char *const cases[][2] = {
		{"", "bdf"}, {"a", "bdf"}, {"b", "bdf"}, {"c", "df"}, {"d", "df"}, {"f", "f"}, {"g", ""}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		works(kv_seek(&txn, ALPHA, span_text(cases[i][0]), &rows));
		walks(&rows, cases[i][1]);
	}
}

PROMISE(seek_back_begins_at_the_last_key_that_is_not_behind)
{
	put_letters(kv, "bdf");
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	works(kv_read(kv, &txn));
	static const char *const cases[][2] = {
		{"", "fdb"}, {"g", "fdb"}, {"f", "fdb"}, {"e", "db"}, {"d", "db"}, {"b", "b"}, {"a", ""}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		works(kv_seek_back(&txn, ALPHA, span_text(cases[i][0]), &rows));
		walks(&rows, cases[i][1]);
	}
}

PROMISE(an_empty_map_ends_at_once)
{
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	works(kv_read(kv, &txn));
	works(kv_seek(&txn, GAMMA, SPAN_NONE, &rows));
	walks(&rows, "");
	works(kv_seek_back(&txn, GAMMA, SPAN_LIT("x"), &rows));
	walks(&rows, "");
}

PROMISE(rows_may_be_dropped_while_they_are_walked)
{
	put_letters(kv, "abcdef");
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	works(kv_write(kv, &txn));
	works(kv_seek(&txn, ALPHA, SPAN_LIT("b"), &rows));
	for (const char *at = "bcd"; *at; at++) {
		cr_assert(kv_next(&rows) && rows.key.at[0] == *at);
		works(kv_drop(&txn, ALPHA, rows.key));
	}
	walks(&rows, "ef");
	works(kv_seek_back(&txn, ALPHA, SPAN_NONE, &rows));
	for (const char *at = "fea"; *at; at++) {
		cr_assert(kv_next(&rows) && rows.key.at[0] == *at);
		works(kv_drop(&txn, ALPHA, rows.key));
	}
	walks(&rows, "");
	works(kv_seek(&txn, ALPHA, SPAN_NONE, &rows));
	walks(&rows, "");
	works(kv_commit(&txn));
}

PROMISE(fetching_ahead_changes_no_walk)
{
	put_letters(kv, "abcdef");
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	works(kv_write(kv, &txn));
	works(kv_seek(&txn, ALPHA, SPAN_LIT("b"), &rows));
	kv_fetch_ahead(&rows);
	cr_assert(kv_next(&rows) && rows.key.at[0] == 'b');
	works(kv_drop(&txn, ALPHA, rows.key));
	walks(&rows, "cdef");
	works(kv_seek_back(&txn, ALPHA, SPAN_NONE, &rows));
	kv_fetch_ahead(&rows);
	walks(&rows, "fedca");
	works(kv_seek(&txn, GAMMA, SPAN_NONE, &rows));
	kv_fetch_ahead(&rows);
	walks(&rows, "");
}

PROMISE(a_cursor_may_outlive_its_transaction_but_says_no_more)
{
	put_letters(kv, "ab");
	scoped(kv_txn) writer = {0};
	scoped(kv_cursor) written = {0};
	works(kv_write(kv, &writer));
	works(kv_seek(&writer, ALPHA, SPAN_NONE, &written));
	cr_assert(kv_next(&written));
	works(kv_commit(&writer));
	cr_assert(!kv_next(&written));
	fails(written.err, ERR_BUG);
	scoped(kv_txn) reader = {0};
	scoped(kv_cursor) read = {0};
	works(kv_read(kv, &reader));
	works(kv_seek(&reader, ALPHA, SPAN_NONE, &read));
	kv_txn_done(&reader);
	cr_assert(!kv_next(&read));
	fails(read.err, ERR_BUG);
}
