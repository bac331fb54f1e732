/* SPDX-License-Identifier: Apache-2.0 */
/* rotation - one row a person, credential and version of which something was noted. */
#include "store/nouns/rotation.h"

#include "base/reader.h"

enum { RECORD = 1, TOLD_RECORD = 1, RECORD_MAX = 4096, PLACE = 16 + 8 };

static struct noun_key key_of(const struct rotation *rotation)
{
	uint8_t place[PLACE];
	uint64_t number = rotation->number;
	memcpy(place, rotation->credential.bytes, sizeof rotation->credential.bytes);
	for (size_t i = PLACE; i > PLACE - 8; i--, number >>= 8)
		place[i - 1] = (uint8_t)number;
	return noun_key(rotation->tenant, id_span(&rotation->person), SPAN_BYTES(place));
}

static struct noun_seal seal_of(const struct rotation *rotation)
{
	return (struct noun_seal){rotation->tenant, {SUBJECT_CLIENT, rotation->client},
		{.object = rotation->credential,
			.field = rotation->person,
			.version = rotation->number,
			.object_type = SEAL_LABEL,
			.field_type = TABLE_ROTATION}};
}

static fallible decode(const struct row *row, struct rotation *rotation, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "a note on a rotation has an unknown version");
	rotation->note = reader_u8(&reader);
	rotation->client = noun_take_id(&reader);
	rotation->by_person = reader_u8(&reader) == 1;
	rotation->by = noun_take_id(&reader);
	rotation->noted.ms = reader_i64(&reader);
	rotation->due.ms = reader_i64(&reader);
	*sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	if (rotation->note >= ROTATION_NOTE_COUNT)
		return FAIL(CORRUPT, "a note on a rotation says what no version knows");
	return OK;
}

static fallible read(const struct view *view, struct rotation *rotation, struct span *sealed)
{
	struct row row;
	struct noun_key key = key_of(rotation);
	TRY(view_get(view, TABLE_ROTATION, noun_key_span(&key), &row));
	return decode(&row, rotation, sealed);
}

fallible rotation_get(const struct view *view, struct arena *arena, struct rotation *rotation)
{
	struct span sealed;
	struct rotation found = *rotation;
	struct span *const texts[] = {&found.reason};
	found.reason = SPAN_NONE;
	TRY(read(view, &found, &sealed));
	const struct noun_seal seal = seal_of(&found);
	TRY(noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 1));
	*rotation = found;
	return OK;
}

fallible rotation_get_note(const struct view *view, struct rotation *rotation)
{
	struct span sealed;
	struct rotation found = *rotation;
	struct err err = read(view, &found, &sealed);
	if (err.kind == ERR_NOT_FOUND) {
		rotation->note = ROTATION_NOTE_NONE;
		return OK;
	}
	TRY(err);
	found.reason = SPAN_NONE;
	*rotation = found;
	return OK;
}

fallible rotation_seal(const struct keys *keys, const struct rotation *rotation, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(rotation);
	return noun_seal_texts(keys, &seal, &rotation->reason, 1, sealed);
}

fallible rotation_put(struct act *act, const struct rotation *rotation, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(rotation);
	buf_put_u8(&record, RECORD);
	buf_put_u8(&record, (uint8_t)rotation->note);
	buf_put(&record, id_span(&rotation->client));
	buf_put_u8(&record, rotation->by_person);
	buf_put(&record, id_span(&rotation->by));
	buf_put_i64(&record, rotation->noted.ms);
	buf_put_i64(&record, rotation->due.ms);
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	return act_put(act, TABLE_ROTATION, noun_key_span(&key), buf_span(&record));
}

/* ---- that it was told ---- */

fallible rotation_put_told(struct act *act, const struct rotation *rotation)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(rotation);
	buf_put_u8(&record, TOLD_RECORD);
	buf_put_i64(&record, act->now.ms);
	TRY(buf_check(&record));
	return act_put(act, TABLE_ROTATION_TOLD, noun_key_span(&key), buf_span(&record));
}

fallible rotation_is_told(const struct view *view, const struct rotation *rotation, bool *told)
{
	struct row row;
	struct noun_key key = key_of(rotation);
	struct err err = view_get(view, TABLE_ROTATION_TOLD, noun_key_span(&key), &row);
	*told = !err_failed(err);
	if (err_failed(err))
		return err.kind == ERR_NOT_FOUND ? OK : err;
	struct reader reader = READER(row.payload);
	if (reader_u8(&reader) != TOLD_RECORD)
		return FAIL(CORRUPT, "what was told of a rotation has an unknown version");
	(void)reader_i64(&reader);
	return reader_check(&reader);
}
