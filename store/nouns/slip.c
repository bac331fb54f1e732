/* SPDX-License-Identifier: Apache-2.0 */
/* slip - records under tenant ‖ slip. */
#include "store/nouns/slip.h"

#include "base/reader.h"

enum { RECORD_VERSION = 1, RECORD_MAX = 4 * 1024 };

static struct noun_key key_of(const struct slip *slip)
{
	return noun_key(slip->tenant, id_span(&slip->id), SPAN_NONE);
}

/* The task is for who reads the slip, and goes with them. */
static struct noun_seal seal_of(const struct slip *slip)
{
	return (struct noun_seal){slip->tenant, {SUBJECT_PERSON, slip->to},
		{.object = slip->id, .object_type = SEAL_LABEL, .field_type = TABLE_SLIP}};
}

fallible slip_seal(const struct keys *keys, const struct slip *slip, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(slip);
	return noun_seal_texts(keys, &seal, &slip->task, 1, sealed);
}

/* ---- the record ---- */

static fallible decode(struct span record, struct slip *slip, struct span *task)
{
	struct reader reader = READER(record);
	if (reader_u8(&reader) != RECORD_VERSION)
		return FAIL(CORRUPT, "a slip's record has an unknown version");
	slip->state = (enum slip_state)reader_u8(&reader);
	slip->from_application = reader_u8(&reader) != 0;
	slip->to = noun_take_id(&reader);
	slip->from = noun_take_id(&reader);
	slip->client = noun_take_id(&reader);
	slip->created.ms = reader_i64(&reader);
	slip->ends.ms = reader_i64(&reader);
	slip->ended.ms = reader_i64(&reader);
	slip->day = reader_u32(&reader);
	*task = reader_sized(&reader);
	slip->sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	return slip->state <= SLIP_EXPIRED ? OK : FAIL(CORRUPT, "a slip has an unknown state");
}

static fallible put(struct act *act, const struct slip *slip, struct span task, struct span text)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(slip);
	buf_put_u8(&record, RECORD_VERSION);
	buf_put_u8(&record, (uint8_t)slip->state);
	buf_put_u8(&record, slip->from_application);
	buf_put(&record, id_span(&slip->to));
	buf_put(&record, id_span(&slip->from));
	buf_put(&record, id_span(&slip->client));
	buf_put_i64(&record, slip->created.ms);
	buf_put_i64(&record, slip->ends.ms);
	buf_put_i64(&record, slip->ended.ms);
	buf_put_u32(&record, slip->day);
	buf_put_sized(&record, task);
	buf_put_sized(&record, text);
	TRY(buf_check(&record));
	return act_put(act, TABLE_SLIP, noun_key_span(&key), buf_span(&record));
}

fallible slip_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct slip *slip)
{
	struct row row;
	struct span task;
	struct slip read = {.tenant = tenant, .id = id};
	struct span *const texts[] = {&read.task};
	struct noun_key key = key_of(&read);
	TRY(view_get(view, TABLE_SLIP, noun_key_span(&key), &row));
	TRY(decode(row.payload, &read, &task));
	const struct noun_seal seal = seal_of(&read);
	TRY(noun_open_texts(view_keys(view), &seal, task, arena, texts, 1));
	TRY(arena_keep(arena, read.sealed, &read.sealed));
	read.version = row.version;
	*slip = read;
	return OK;
}

/* ---- writing ---- */

fallible slip_put(struct act *act, const struct slip *slip, struct span sealed)
{
	return put(act, slip, sealed, slip->sealed);
}

fallible slip_end(struct act *act, struct slip *slip, enum slip_state state)
{
	struct row row;
	struct span task;
	struct slip stands = *slip;
	struct noun_key key = key_of(slip);
	TRY(act_get(act, TABLE_SLIP, noun_key_span(&key), &row));
	TRY(decode(row.payload, &stands, &task));
	stands.state = state;
	stands.ended = act->now;
	TRY(put(act, &stands, task, SPAN_NONE));
	slip->state = state;
	slip->ended = act->now;
	return OK;
}

fallible slip_drop(struct act *act, const struct slip *slip)
{
	struct noun_key key = key_of(slip);
	return act_drop(act, TABLE_SLIP, noun_key_span(&key));
}
