/* SPDX-License-Identifier: Apache-2.0 */
/* expiry - keys kind ‖ time ‖ tenant ‖ id. */
#include "store/expiry.h"

#include "base/reader.h"

enum { KEY_BYTES = 1 + 8 + 16 + 16 };

static fallible put_key(const struct expiry *expiry, struct buf *key)
{
	buf_put_u8(key, (uint8_t)expiry->kind);
	buf_put_u64(key, (uint64_t)expiry->at.ms);
	buf_put(key, id_span(&expiry->tenant));
	buf_put(key, id_span(&expiry->id));
	return buf_check(key);
}

fallible expiry_put(struct act *act, const struct expiry *expiry)
{
	static const uint8_t MARK[] = {1};
	scoped(buf) key = BUF(KEY_BYTES);
	TRY(put_key(expiry, &key));
	return act_put(act, TABLE_EXPIRY, buf_span(&key), SPAN_BYTES(MARK));
}

fallible expiry_drop(struct act *act, const struct expiry *expiry)
{
	scoped(buf) key = BUF(KEY_BYTES);
	TRY(put_key(expiry, &key));
	return act_drop(act, TABLE_EXPIRY, buf_span(&key));
}

fallible expiry_next(
	const struct view *view, enum expiry_kind kind, struct instant now, struct expiry *expiry)
{
	scoped(kv_cursor) rows = {0};
	const uint8_t first[] = {(uint8_t)kind};
	TRY(kv_seek(view->txn, TABLE_EXPIRY, SPAN_BYTES(first), &rows));
	if (!kv_next(&rows) || !span_starts(rows.key, SPAN_BYTES(first))) {
		TRY(rows.err);
		return FAIL(NOT_FOUND, "nothing of this kind ends");
	}
	struct reader reader = READER(rows.key);
	struct expiry read = {.kind = (enum expiry_kind)reader_u8(&reader)};
	read.at.ms = (int64_t)reader_u64(&reader);
	read.tenant = noun_take_id(&reader);
	read.id = noun_take_id(&reader);
	TRY(reader_check(&reader));
	if (read.at.ms > now.ms)
		return FAIL(NOT_FOUND, "nothing of this kind is due");
	*expiry = read;
	return OK;
}
