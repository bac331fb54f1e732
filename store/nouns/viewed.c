/* SPDX-License-Identifier: Apache-2.0 */
/* viewed - one row for each reader and filter of the last minute. */
#include "store/nouns/viewed.h"

#include "base/reader.h"
#include "crypto/random.h"
#include "store/nouns/event_add.h"
#include "store/nouns/noun.h"

enum { VIEWED_RECORD = 1, ROW_KEY = 16 + VIEWED_KEY, FILTERS_MAX = 32 * 1024, RECORD_MAX = 1024 };

fallible viewed_key(const struct keys *keys, struct id tenant, struct span reader, struct span filters,
	uint8_t key[static VIEWED_KEY])
{
	scoped(buf) text = BUF(FILTERS_MAX);
	buf_put_sized(&text, reader);
	buf_put(&text, filters);
	TRY(buf_check(&text));
	return keys->term(keys->keeper, tenant, "mn.viewed", buf_span(&text), key);
}

static fallible read_record(struct span record, uint64_t *count, struct leaf *first)
{
	struct reader reader = READER(record);
	if (reader_u8(&reader) != VIEWED_RECORD)
		return FAIL(CORRUPT, "a count of views has an unknown version");
	*count = reader_u64(&reader);
	return leaf_decode(reader.rest, first);
}

/* The first event without its sealed parts: what the count's event will say again. */
static fallible put_record(struct act *act, struct span key, uint64_t count, const struct leaf *first)
{
	struct leaf clear = *first;
	scoped(buf) record = BUF(RECORD_MAX);
	clear.part_count = 0;
	buf_put_u8(&record, VIEWED_RECORD);
	buf_put_u64(&record, count);
	TRY(leaf_encode(&clear, &record));
	TRY(buf_check(&record));
	return act_put(act, TABLE_VIEWED, key, buf_span(&record));
}

/* A clock that was set back ends the minute too. */
static bool is_running(const struct act *act, const struct leaf *first)
{
	return act->now.ms >= first->received.ms && act->now.ms - first->received.ms < VIEWED_WINDOW_MS;
}

static fallible add_count(struct act *act, struct id tenant, uint64_t count, const struct leaf *first)
{
	struct leaf leaf = *first;
	if (count < 2)
		return OK;
	leaf.event = random_id(act->now);
	leaf.flags |= LEAF_COUNTED;
	leaf.count = count - 1;
	/* It stands where the first one does. */
	return act_add(act, tenant, &leaf, NULL);
}

fallible viewed_add(
	struct act *act, struct id tenant, const uint8_t key[static VIEWED_KEY], struct event_draft *draft)
{
	struct noun_key name = noun_key(tenant, span_of(key, VIEWED_KEY), SPAN_NONE);
	struct row row;
	struct leaf first = {0};
	uint64_t count = 0;
	struct err err = act_get(act, TABLE_VIEWED, noun_key_span(&name), &row);
	if (err.kind != ERR_NOT_FOUND) {
		TRY(err);
		TRY(read_record(row.payload, &count, &first));
	}
	if (count && is_running(act, &first)) {
		act_count(act);
		return put_record(act, noun_key_span(&name), count + 1, &first);
	}
	TRY(add_count(act, tenant, count, &first));
	TRY(event_add(act, tenant, &draft->leaf, NULL));
	return put_record(act, noun_key_span(&name), 1, &draft->leaf);
}

/* The count becomes an event: nobody may put one there by hand. */
static fallible read_row(
	const struct act *act, struct span key, struct span value, uint64_t *count, struct leaf *first)
{
	struct row row;
	TRY(volume_check_row(act->volume, TABLE_VIEWED, key, value, &row));
	return read_record(row.payload, count, first);
}

/* One row: nothing while its minute is running. */
static fallible close_row(struct act *act, struct span key, struct span value, struct swept *swept)
{
	struct reader name = READER(key);
	struct leaf first = {0};
	uint64_t count;
	scoped(buf) copy = BUF(ROW_KEY); /* a write may free the page that it lies in */
	struct err err = read_row(act, key, value, &count, &first);
	if (err_failed(err))
		return swept_over(swept, err);
	if (is_running(act, &first))
		return OK;
	buf_put(&copy, key);
	TRY(buf_check(&copy));
	TRY(add_count(act, noun_take_id(&name), count, &first));
	TRY(act_drop(act, TABLE_VIEWED, buf_span(&copy)));
	swept->done++;
	return OK;
}

fallible viewed_close(struct act *act, size_t max, struct swept *swept)
{
	scoped(kv_cursor) rows = {0};
	*swept = (struct swept){.done = 0};
	TRY(kv_seek(act->txn, TABLE_VIEWED, SPAN_NONE, &rows));
	while (swept->done < max && kv_next(&rows))
		TRY(close_row(act, rows.key, rows.value, swept));
	return rows.err;
}
