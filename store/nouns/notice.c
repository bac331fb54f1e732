/* SPDX-License-Identifier: Apache-2.0 */
/* notice - the rows of the outbox, and the plaintext that they seal. */
#include "store/nouns/notice.h"

#include "base/reader.h"
#include "policies/messages.h"

enum { NOTICE_RECORD = 1, NOTICE_VALUES = 1, RECORD_MAX = NOTICE_SEALED_MAX + 128 };

/* ---- the row ---- */

static void encode(const struct notice *notice, struct buf *record)
{
	buf_put_u8(record, NOTICE_RECORD);
	buf_put(record, id_span(&notice->tenant));
	buf_put(record, id_span(&notice->person));
	buf_put_u16(record, (uint16_t)notice->kind);
	buf_put(record, id_span(&notice->about));
	buf_put_u32(record, notice->day);
	buf_put_u32(record, notice->tries);
	buf_put_i64(record, notice->next.ms);
	buf_put_sized(record, notice->sealed);
}

/* Everything but the sealed values is copied; they borrow from the record. */
static fallible decode(struct span key, struct span record, struct notice *notice)
{
	struct reader of_key = READER(key);
	struct reader reader = READER(record);
	struct notice read = {.id = noun_take_id(&of_key)};
	TRY(reader_check(&of_key));
	if (reader_u8(&reader) != NOTICE_RECORD)
		return FAIL(CORRUPT, "a notice's record has an unknown version");
	read.tenant = noun_take_id(&reader);
	read.person = noun_take_id(&reader);
	read.kind = (enum notice_kind)reader_u16(&reader);
	read.about = noun_take_id(&reader);
	read.day = reader_u32(&reader);
	read.tries = reader_u32(&reader);
	read.next.ms = reader_i64(&reader);
	read.sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	*notice = read;
	return OK;
}

fallible notice_add(struct act *act, const struct notice *notice)
{
	TRY(notice_put(act, notice));
	act->told = true;
	return OK;
}

fallible notice_put(struct act *act, const struct notice *notice)
{
	scoped(buf) record = BUF(RECORD_MAX);
	encode(notice, &record);
	TRY(buf_check(&record));
	return act_put(act, TABLE_OUTBOX, id_span(&notice->id), buf_span(&record));
}

fallible notice_drop(struct act *act, struct id id)
{
	return act_drop(act, TABLE_OUTBOX, id_span(&id));
}

/* ---- the queue ---- */

/* The next due row behind `after`; *found tells whether there was one. */
static fallible find_due(
	const struct view *view, struct id after, struct instant now, struct notice *notice, bool *found)
{
	scoped(kv_cursor) rows = {0};
	TRY(kv_seek(view->txn, TABLE_OUTBOX, ids_is_none(after) ? SPAN_NONE : id_span(&after), &rows));
	while (!*found && kv_next(&rows)) {
		struct row row;
		if (span_equal(rows.key, id_span(&after)))
			continue;
		TRY(volume_check_row(view->volume, TABLE_OUTBOX, rows.key, rows.value, &row));
		TRY(decode(rows.key, row.payload, notice));
		*found = notice->next.ms <= now.ms;
	}
	return rows.err;
}

static fallible next_due(const struct view *view, struct id after, struct instant now, struct arena *arena,
	struct notice *notice, bool *found)
{
	struct notice read;
	TRY(find_due(view, after, now, &read, found));
	if (!*found)
		return OK;
	TRY(arena_keep(arena, read.sealed, &read.sealed));
	*notice = read;
	return OK;
}

bool notice_next(const struct view *view, struct id after, struct instant now, struct arena *arena,
	struct notice *notice, struct err *err)
{
	bool found = false;
	*err = next_due(view, after, now, arena, notice, &found);
	return found && !err_failed(*err);
}

/* ---- the values ---- */

void notice_put_values(struct buf *plain, const struct message_value *values, size_t count)
{
	buf_put_u8(plain, NOTICE_VALUES);
	buf_put_u8(plain, (uint8_t)count);
	for (size_t i = 0; i < count; i++) {
		buf_put_sized(plain, span_text(values[i].name));
		buf_put_sized(plain, values[i].value);
	}
}

static fallible read_value(struct reader *reader, struct arena *arena, struct message_value *value)
{
	value->name = arena_text(arena, reader_sized(reader));
	value->value = arena_copy(arena, reader_sized(reader));
	if (!value->name || !value->value.at)
		return FAIL(NO_MEMORY, "there is no memory for a notice's values");
	return OK;
}

fallible notice_read_values(
	struct span plain, struct arena *arena, struct message_value *values, size_t max, size_t *count)
{
	struct reader reader = READER(plain);
	if (reader_u8(&reader) != NOTICE_VALUES)
		return FAIL(CORRUPT, "a notice's values have an unknown version");
	size_t stands = reader_u8(&reader);
	if (stands > max)
		return FAIL(CORRUPT, "a notice has more values than there can be");
	for (size_t i = 0; i < stands; i++)
		TRY(read_value(&reader, arena, &values[i]));
	TRY(reader_check(&reader));
	*count = stands;
	return OK;
}
