/* SPDX-License-Identifier: Apache-2.0 */
/* calendar_row - records of calendars. */
#include "store/nouns/calendar_row.h"

#include "base/reader.h"

enum { RECORD = 1, RECORD_MAX = 4096 };

/* ---- reading ---- */

static bool read_week(struct reader *reader, struct calendar *calendar)
{
	bool whole = true;
	calendar->has_week = reader_u8(reader) != 0;
	for (unsigned day = 0; day < CALENDAR_WEEKDAYS; day++) {
		struct calendar_hours *hours = &calendar->week[day];
		hours->from = reader_u16(reader);
		hours->to = reader_u16(reader);
		whole = whole && hours->from <= hours->to && hours->to <= CALENDAR_MINUTES;
	}
	return whole;
}

static bool read_days(struct reader *reader, struct calendar_days *days)
{
	size_t count = reader_u16(reader);
	bool whole = count <= CALENDAR_OWN_DAYS_MAX;
	for (size_t i = 0; whole && i < count; i++)
		whole = calendar_add_day(days, (int32_t)reader_u32(reader));
	return whole;
}

static fallible decode(const struct row *row, struct arena *arena, struct calendar_row *read)
{
	struct reader reader = READER(row->payload);
	struct calendar *calendar = &read->calendar;
	read->version = row->version;
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "a calendar's record has an unknown version");
	TRY(arena_keep(arena, reader_sized(&reader), &read->under));
	TRY(arena_keep(arena, reader_sized(&reader), &calendar->zone));
	TRY(arena_keep(arena, reader_sized(&reader), &calendar->rule));
	if (!read_week(&reader, calendar) || !read_days(&reader, &calendar->off) ||
		!read_days(&reader, &calendar->work))
		return FAIL(CORRUPT, "a calendar's record is outside its bounds");
	return reader_check(&reader);
}

fallible calendar_row_get(const struct view *view, struct id tenant, struct span name, struct arena *arena,
	struct calendar_row *row)
{
	struct row found;
	struct calendar_row read = {.name = name};
	struct noun_key key = noun_key(tenant, name, SPAN_NONE);
	struct err err = view_get(view, TABLE_CALENDAR, noun_key_span(&key), &found);
	if (err.kind != ERR_NOT_FOUND) {
		TRY(err);
		TRY(decode(&found, arena, &read));
	}
	*row = read;
	return OK;
}

bool calendar_row_next(const struct view *view, struct id tenant, struct span *after, struct arena *arena,
	struct calendar_row *row, struct err *err)
{
	struct span name;
	struct row found;
	*err = noun_next(view, TABLE_CALENDAR, tenant, *after, &name, &found);
	if (noun_ends(err))
		return false;
	*row = (struct calendar_row){.version = 0};
	*err = arena_keep(arena, name, &row->name);
	if (!err_failed(*err))
		*err = decode(&found, arena, row);
	*after = row->name;
	return !err_failed(*err);
}

/* ---- writing ---- */

static void put_days(const struct calendar_days *days, struct buf *record)
{
	buf_put_u16(record, (uint16_t)days->count);
	for (size_t i = 0; i < days->count; i++)
		buf_put_u32(record, (uint32_t)days->at[i]);
}

fallible calendar_row_put(struct act *act, struct id tenant, const struct calendar_row *row)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(tenant, row->name, SPAN_NONE);
	buf_put_u8(&record, RECORD);
	buf_put_sized(&record, row->under);
	buf_put_sized(&record, row->calendar.zone);
	buf_put_sized(&record, row->calendar.rule);
	buf_put_u8(&record, row->calendar.has_week);
	for (unsigned day = 0; day < CALENDAR_WEEKDAYS; day++) {
		buf_put_u16(&record, row->calendar.week[day].from);
		buf_put_u16(&record, row->calendar.week[day].to);
	}
	put_days(&row->calendar.off, &record);
	put_days(&row->calendar.work, &record);
	TRY(buf_check(&record));
	return act_put(act, TABLE_CALENDAR, noun_key_span(&key), buf_span(&record));
}
