/* SPDX-License-Identifier: Apache-2.0 */
/* weekly_row - one row a client and week. */
#include "store/nouns/weekly_row.h"

#include "base/reader.h"

enum { RECORD = 1, RECORD_MAX = CHECKPOINT_ROW_NOTE_MAX + 128, FLAG_MAILED = 1, NAME = 3 };

static struct noun_key key_of(const struct weekly_row *row)
{
	const uint8_t name[NAME] = {
		(uint8_t)(row->week.year >> 8), (uint8_t)row->week.year, (uint8_t)row->week.number};
	return noun_key(row->tenant, id_span(&row->client), SPAN_BYTES(name));
}

fallible weekly_row_get(const struct view *view, struct arena *arena, struct weekly_row *weekly)
{
	struct row row;
	struct weekly_row read = *weekly;
	struct noun_key key = key_of(weekly);
	TRY(view_get(view, TABLE_WEEKLY, noun_key_span(&key), &row));
	struct reader reader = READER(row.payload);
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "a weekly row has an unknown version");
	read.mailed = reader_u8(&reader) & FLAG_MAILED;
	read.made.ms = reader_i64(&reader);
	read.checkpoint.size = reader_u64(&reader);
	reader_copy(&reader, read.checkpoint.root.bytes, sizeof read.checkpoint.root.bytes);
	struct span note = reader_sized(&reader);
	TRY(reader_check(&reader));
	TRY(arena_keep(arena, note, &read.checkpoint.note));
	*weekly = read;
	return OK;
}

fallible weekly_row_put(struct act *act, const struct weekly_row *weekly)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(weekly);
	buf_put_u8(&record, RECORD);
	buf_put_u8(&record, weekly->mailed ? FLAG_MAILED : 0);
	buf_put_i64(&record, weekly->made.ms);
	buf_put_u64(&record, weekly->checkpoint.size);
	buf_put(&record, SPAN_BYTES(weekly->checkpoint.root.bytes));
	buf_put_sized(&record, weekly->checkpoint.note);
	TRY(buf_check(&record));
	return act_put(act, TABLE_WEEKLY, noun_key_span(&key), buf_span(&record));
}
