/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint_row - bytes of a stored checkpoint. */
#include "store/nouns/checkpoint_row.h"

#include "base/reader.h"

enum { CHECKPOINT_RECORD = 1, RECORD_MAX = 1 + 8 + MERKLE_HASH + CHECKPOINT_ROW_NOTE_MAX };

fallible checkpoint_row_get(
	const struct view *view, struct id tenant, struct arena *arena, struct checkpoint_row *row)
{
	struct row stored;
	struct checkpoint_row read;
	TRY(view_get(view, TABLE_CHECKPOINT, id_span(&tenant), &stored));
	struct reader reader = READER(stored.payload);
	uint8_t version = reader_u8(&reader);
	read.size = reader_u64(&reader);
	reader_copy(&reader, read.root.bytes, sizeof read.root.bytes);
	if (reader.failed || version != CHECKPOINT_RECORD || reader.rest.len == 0)
		return FAIL(CORRUPT, "a stored checkpoint is not in a known form");
	TRY(arena_keep(arena, reader.rest, &read.note));
	*row = read;
	return OK;
}

fallible checkpoint_row_put(struct act *act, struct id tenant, const struct checkpoint_row *row)
{
	scoped(buf) record = BUF(RECORD_MAX);
	buf_put_u8(&record, CHECKPOINT_RECORD);
	buf_put_u64(&record, row->size);
	buf_put(&record, SPAN_BYTES(row->root.bytes));
	buf_put(&record, row->note);
	TRY(buf_check(&record));
	return act_put(act, TABLE_CHECKPOINT, id_span(&tenant), buf_span(&record));
}
