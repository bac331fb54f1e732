/* SPDX-License-Identifier: Apache-2.0 */
/* reword - walk the places, compare epochs, put a new array in the place of an old one. */
#include "store/index/reword.h"

#include "store/index/fold_words.h"
#include "store/index/index.h"
#include "store/words.h"

enum { REWORD_LOOKED_AT = 1024, REWORD_ARRAY_MAX = 64 * 1024 * 1024 };

/* A run whose words are of another key. */
struct outdated {
	bool found;
	struct id tenant;
	struct index_place place;
};

/* A tenant without a search key has no words, and needs none. */
static fallible is_outdated(const struct volume *volume, struct kv_txn *txn, struct id tenant,
	const struct index_place *place, bool *outdated)
{
	struct posting_array postings;
	uint32_t now, epoch;
	*outdated = false;
	struct err err = words_epoch(volume->keys, tenant, &now);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	TRY(index_words(txn, tenant, place, &epoch, &postings));
	*outdated = epoch != now;
	return OK;
}

static fallible look_at(
	const struct volume *volume, struct kv_txn *txn, const struct kv_cursor *places, struct outdated *run)
{
	if (places->key.len != INDEX_PLACE_KEY)
		return FAIL(CORRUPT, "the index has a place with a strange key");
	memcpy(run->tenant.bytes, places->key.at, sizeof run->tenant.bytes);
	TRY(index_decode_place(places->key, places->value, &run->place));
	return is_outdated(volume, txn, run->tenant, &run->place, &run->found);
}

static fallible find_outdated(const struct volume *volume, struct reword *reword, struct outdated *run)
{
	uint8_t key[INDEX_PLACE_KEY];
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) places = {0};
	TRY(kv_read(volume->index, &txn));
	index_place_key(reword->tenant, reword->first, key);
	TRY(kv_seek(&txn, INDEX_PLACE, SPAN_BYTES(key), &places));
	for (size_t looked = 0; looked < REWORD_LOOKED_AT && !run->found; looked++) {
		if (!kv_next(&places)) {
			reword->ended = true;
			return places.err;
		}
		TRY(look_at(volume, &txn, &places, run));
		reword->tenant = run->tenant;
		reword->first = run->place.first + 1;
	}
	return OK;
}

static fallible read_rows(const struct volume *volume, const struct outdated *run, struct buf *rows)
{
	scoped(kv_txn) txn = {0};
	struct index_columns columns;
	TRY(kv_read(volume->index, &txn));
	TRY(index_read_columns(&txn, run->tenant, &run->place, &columns));
	for (size_t i = 0; i < run->place.count; i++) {
		const struct fold_words_row row = {.sequence = index_row_sequence(&columns, i)};
		buf_put(rows, span_of(&row, sizeof row));
	}
	return buf_check(rows);
}

static fallible replace(struct volume *volume, const struct outdated *run, struct span array)
{
	uint8_t key[INDEX_KEY];
	scoped(kv_txn) txn = {0};
	TRY(kv_write(volume->index, &txn));
	index_key(run->place.segment, run->tenant, INDEX_WORDS, key);
	TRY(kv_put(&txn, (int)index_map_of(&run->place), SPAN_BYTES(key), array));
	return kv_commit(&txn);
}

/* Opening takes its time, so it is done outside the transaction that writes. */
static fallible make_anew(struct volume *volume, const struct outdated *run)
{
	scoped(buf) rows = BUF(INDEX_RUN_MAX * sizeof(struct fold_words_row));
	scoped(buf) array = BUF(REWORD_ARRAY_MAX);
	TRY(read_rows(volume, run, &rows));
	TRY(fold_words(volume, run->tenant, (const struct fold_words_row *)(const void *)rows.data,
		run->place.count, &array));
	return array.len ? replace(volume, run, buf_span(&array)) : OK;
}

fallible reword_step(struct volume *volume, struct reword *reword)
{
	struct reword after = *reword;
	struct outdated run = {.found = false};
	TRY(find_outdated(volume, &after, &run));
	if (run.found)
		TRY(make_anew(volume, &run));
	*reword = after;
	return OK;
}

fallible reword_is_due(const struct volume *volume, struct id tenant, bool *due)
{
	struct outdated run = {.found = false};
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) places = {0};
	TRY(kv_read(volume->index, &txn));
	TRY(kv_seek(&txn, INDEX_PLACE, SPAN_BYTES(tenant.bytes), &places));
	while (!run.found && kv_next(&places) && span_starts(places.key, SPAN_BYTES(tenant.bytes)))
		TRY(look_at(volume, &txn, &places, &run));
	TRY(places.err);
	*due = run.found;
	return OK;
}
