/* SPDX-License-Identifier: Apache-2.0 */
/* storm - one row a minute and kind of refusal; its value is the count and the clear half of the first
 * event. */
#include "store/nouns/storm.h"

#include "base/reader.h"
#include "crypto/random.h"
#include "store/nouns/event_add.h"
#include "store/nouns/noun.h"

enum { STORM_RECORD = 1, MINUTE_MS = 60000, KEY_BYTES = 8 + 16 + 16 + 16 + 2 + 2 };

static void storm_key(struct id tenant, const struct leaf *leaf, struct instant now, struct buf *key)
{
	buf_put_u64(key, (uint64_t)(now.ms / MINUTE_MS));
	buf_put(key, id_span(&tenant));
	buf_put(key, id_span(&leaf->ids[LEAF_ID_ACTOR]));
	buf_put(key, id_span(&leaf->ids[LEAF_ID_DEVICE]));
	buf_put_u16(key, leaf->action);
	buf_put_u16(key, leaf->reason);
}

/* The first event without its sealed parts: what the count's event will say again. */
static void put_record(struct buf *record, uint64_t count, const struct leaf *first)
{
	struct leaf clear = *first;
	clear.part_count = 0;
	buf_put_u8(record, STORM_RECORD);
	buf_put_u64(record, count);
	IGNORE(leaf_encode(&clear, record)); /* a failure sticks in the buffer */
}

static fallible read_record(struct span record, uint64_t *count, struct leaf *first)
{
	struct reader reader = READER(record);
	if (reader_u8(&reader) != STORM_RECORD)
		return FAIL(CORRUPT, "a count of refusals has an unknown version");
	*count = reader_u64(&reader);
	return leaf_decode(reader.rest, first);
}

fallible storm_refuse(struct act *act, struct id tenant, struct event_draft *draft, struct receipt *receipt)
{
	scoped(buf) key = BUF(KEY_BYTES);
	scoped(buf) record = BUF(1024);
	struct row row;
	struct leaf first = {0};
	uint64_t count = 0;
	storm_key(tenant, &draft->leaf, act->now, &key);
	TRY(buf_check(&key));
	struct err err = act_get(act, TABLE_STORM, buf_span(&key), &row);
	if (err.kind == ERR_NOT_FOUND) {
		TRY(event_add(act, tenant, &draft->leaf, receipt));
		first = draft->leaf;
	} else {
		TRY(err);
		TRY(read_record(row.payload, &count, &first));
		act_count(act);
	}
	put_record(&record, count + 1, &first);
	TRY(buf_check(&record));
	return act_put(act, TABLE_STORM, buf_span(&key), buf_span(&record));
}

/* ---- the minute is over ---- */

static bool has_ended(const struct act *act, struct span key)
{
	struct reader name = READER(key);
	return reader_u64(&name) < (uint64_t)(act->now.ms / MINUTE_MS);
}

static struct id tenant_of(struct span key)
{
	struct reader name = READER(key);
	reader_u64(&name);
	return noun_take_id(&name);
}

/* The count becomes an event: nobody may put one there by hand. */
static fallible read_row(
	const struct act *act, struct span key, struct span value, uint64_t *count, struct leaf *first)
{
	struct row row;
	TRY(volume_check_row(act->volume, TABLE_STORM, key, value, &row));
	return read_record(row.payload, count, first);
}

static fallible close_row(struct act *act, struct span key, struct span value, struct swept *swept)
{
	struct leaf leaf = {0};
	uint64_t count;
	scoped(buf) copy = BUF(KEY_BYTES); /* a write may free the page that it lies in */
	struct err err = read_row(act, key, value, &count, &leaf);
	if (err_failed(err))
		return swept_over(swept, err);
	buf_put(&copy, key);
	TRY(buf_check(&copy));
	if (count > 1) {
		leaf.event = random_id(act->now);
		leaf.flags |= LEAF_COUNTED;
		leaf.count = count - 1;
		/* It stands where the first one does. */
		TRY(act_add(act, tenant_of(buf_span(&copy)), &leaf, NULL));
	}
	TRY(act_drop(act, TABLE_STORM, buf_span(&copy)));
	swept->done++;
	return OK;
}

fallible storm_close(struct act *act, size_t max, struct swept *swept)
{
	scoped(kv_cursor) rows = {0};
	*swept = (struct swept){.done = 0};
	TRY(kv_seek(act->txn, TABLE_STORM, SPAN_NONE, &rows));
	while (swept->done < max && kv_next(&rows) && has_ended(act, rows.key))
		TRY(close_row(act, rows.key, rows.value, swept));
	return rows.err;
}
