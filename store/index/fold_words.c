/* SPDX-License-Identifier: Apache-2.0 */
/* fold_words - gather (token, row) pairs, sort them by token, pack them. */
#include "store/index/fold_words.h"

#include "store/event.h"
#include "store/index/index.h"
#include "store/words.h"

enum {
	FOLD_WORDS_ARENA = 8 * 1024 * 1024, /* of one row's opened texts */
	FOLD_WORDS_READ =
		1000, /* rows in one reading of data/: a long one keeps pages from being used again */
	FOLD_PAIRS_MAX = 1024 * 1024 * 1024,
	DIGIT_BITS = 8,
	DIGITS = 1 << DIGIT_BITS,
};

struct gathering {
	const struct volume *volume;
	struct id tenant;
	uint32_t epoch;
	struct reading reading;
	size_t read; /* rows in it */
	struct arena arena;
	struct buf pairs; /* 8 bytes each: token << 32 | row */
};

static void gathering_done(struct gathering *gathering)
{
	reading_done(&gathering->reading);
	arena_done(&gathering->arena);
	buf_done(&gathering->pairs);
}

static fallible read_words(struct gathering *gathering, uint64_t sequence, const struct words **words)
{
	struct log_row row;
	if (gathering->read == FOLD_WORDS_READ) {
		reading_done(&gathering->reading);
		gathering->read = 0;
	}
	if (gathering->read++ == 0)
		TRY(reading_open(gathering->volume, &gathering->reading));
	arena_clear(&gathering->arena);
	TRY(log_get(&gathering->reading.txn, sequence, &row));
	return event_words(gathering->volume->keys, &row, &gathering->arena, words);
}

static fallible gather_row(struct gathering *gathering, const struct fold_words_row *row, uint32_t number)
{
	const struct words *words = row->words;
	if (!words || words->epoch != gathering->epoch)
		TRY(read_words(gathering, row->sequence, &words));
	if (words->epoch != gathering->epoch)
		return FAIL(BUSY, "a tenant's search key was turned while its rows are folded");
	for (uint32_t i = 0; i < words->count; i++) {
		uint64_t pair = (uint64_t)words->tokens[i] << 32 | number;
		buf_put(&gathering->pairs, span_of(&pair, sizeof pair));
	}
	return buf_check(&gathering->pairs);
}

/* One pass of a radix sort, which keeps the order of equal digits: so rows stay in theirs. */
static void sort_digit(const uint64_t *from, uint64_t *to, size_t count, unsigned shift)
{
	size_t starts[DIGITS] = {0}, at = 0;
	for (size_t i = 0; i < count; i++)
		starts[from[i] >> shift & (DIGITS - 1)]++;
	for (size_t digit = 0; digit < DIGITS; digit++) {
		size_t run = starts[digit];
		starts[digit] = at;
		at += run;
	}
	for (size_t i = 0; i < count; i++)
		to[starts[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

/* By token: there and back, twice. */
static fallible sort_pairs(struct gathering *gathering)
{
	size_t count = gathering->pairs.len / sizeof(uint64_t);
	scoped(buf) room = BUF(FOLD_PAIRS_MAX);
	uint64_t *pairs = (uint64_t *)(void *)gathering->pairs.data;
	uint64_t *spare = (uint64_t *)(void *)buf_room(&room, count * sizeof *spare);
	TRY(buf_check(&room));
	for (unsigned shift = 32; shift < 64; shift += 2 * DIGIT_BITS) {
		sort_digit(pairs, spare, count, shift);
		sort_digit(spare, pairs, count, shift + DIGIT_BITS);
	}
	return OK;
}

/* The rows of the token that stands at the front of the pairs; how many pairs that are. */
static size_t take_rows(const uint64_t *pairs, size_t count, struct buf *rows)
{
	size_t taken = 0;
	buf_clear(rows);
	for (; taken < count && pairs[taken] >> 32 == pairs[0] >> 32; taken++) {
		uint32_t row = (uint32_t)pairs[taken];
		buf_put(rows, span_of(&row, sizeof row));
	}
	return taken;
}

static fallible pack(const struct gathering *gathering, size_t row_count, struct buf *array)
{
	size_t count = gathering->pairs.len / sizeof(uint64_t);
	const uint64_t *pairs = (const uint64_t *)(const void *)gathering->pairs.data;
	uint8_t value[INDEX_TOKEN];
	scoped(buf) rows = BUF(INDEX_RUN_MAX * sizeof(uint32_t));
	scoped(posting_maker) maker = {0};
	posting_maker_open(&maker, INDEX_TOKEN, row_count);
	for (size_t i = 0, taken; i < count; i += taken) {
		taken = take_rows(pairs + i, count - i, &rows);
		TRY(buf_check(&rows));
		index_token((uint32_t)(pairs[i] >> 32), value);
		posting_add(&maker, SPAN_BYTES(value), (const uint32_t *)(const void *)rows.data, taken);
	}
	index_put_epoch(gathering->epoch, array);
	posting_finish(&maker, array);
	return buf_check(array);
}

fallible fold_words(const struct volume *volume, struct id tenant, const struct fold_words_row *rows,
	size_t count, struct buf *array)
{
	scoped(gathering) gathering = {.volume = volume,
		.tenant = tenant,
		.arena = ARENA(FOLD_WORDS_ARENA),
		.pairs = BUF(FOLD_PAIRS_MAX)};
	struct err err = words_epoch(volume->keys, tenant, &gathering.epoch);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	for (size_t i = 0; i < count; i++)
		TRY(gather_row(&gathering, &rows[i], (uint32_t)i));
	TRY(sort_pairs(&gathering));
	return pack(&gathering, count, array);
}
