/* SPDX-License-Identifier: Apache-2.0 */
/* version - the record of a version. */
#include "store/nouns/version.h"

#include "base/reader.h"

enum {
	RECORD_FIRST = 1,
	RECORD = 2,
	GENERATED = 1,
	BY_PERSON = 2,
	RECORD_MAX = CREDENTIAL_FIELD_COUNT * (CREDENTIAL_FIELD_MAX + 512)
};

static struct noun_key key_of(struct id tenant, struct id credential, uint64_t number)
{
	uint8_t last[8];
	for (size_t i = sizeof last; i > 0; i--, number >>= 8)
		last[i - 1] = (uint8_t)number;
	return noun_key(tenant, id_span(&credential), SPAN_BYTES(last));
}

const struct version_field *version_field(const struct version *version, enum credential_field field)
{
	for (size_t i = 0; i < version->field_count; i++)
		if (version->fields[i].field == field)
			return &version->fields[i];
	return NULL;
}

uint64_t version_known(const struct version *version, unsigned fields)
{
	uint64_t known = 0;
	for (size_t i = 0; i < version->field_count; i++)
		if (fields & 1u << version->fields[i].field && version->fields[i].held_by > known)
			known = version->fields[i].held_by;
	return known;
}

struct seal_context version_place(
	const struct version *version, struct id client, enum credential_field field)
{
	return (struct seal_context){.tenant = version->tenant,
		.client = client,
		.object = version->credential,
		.version = version->number,
		.field_type = (uint8_t)field,
		.max_modes = version->modes_max};
}

static fallible read_field(struct reader *reader, const struct version *version, struct arena *arena,
	struct version_field *field)
{
	uint8_t number = reader_u8(reader);
	uint64_t held_by = reader_u64(reader);
	struct span record = reader_sized(reader);
	bool here = held_by == version->number;
	if (number == 0 || number >= CREDENTIAL_FIELD_COUNT || held_by == 0 || held_by > version->number)
		return FAIL(CORRUPT, "a version has a field that no version knows");
	if (here != (record.len > 0))
		return FAIL(CORRUPT, "a version and the one that holds its field contradict each other");
	*field = (struct version_field){(enum credential_field)number, held_by, SPAN_NONE};
	if (!here)
		return OK;
	return arena_keep(arena, record, &field->record);
}

static void read_origin(struct reader *reader, struct version *version)
{
	uint8_t flags = reader_u8(reader);
	if (flags & ~(GENERATED | BY_PERSON))
		reader->failed = true;
	version->generated = flags & GENERATED;
	version->by_person = flags & BY_PERSON;
	version->by = noun_take_id(reader);
}

static fallible decode(const struct row *row, struct arena *arena, struct version *version)
{
	struct reader reader = READER(row->payload);
	unsigned record = reader_u8(&reader);
	if (record != RECORD && record != RECORD_FIRST)
		return FAIL(CORRUPT, "a version's record has an unknown version");
	version->modes_max = reader_u16(&reader);
	if (record > RECORD_FIRST)
		read_origin(&reader, version);
	version->created.ms = reader_i64(&reader);
	reader_copy(&reader, version->wrapped, sizeof version->wrapped);
	version->field_count = reader_u8(&reader);
	if (version->field_count > CREDENTIAL_FIELD_COUNT)
		return FAIL(CORRUPT, "a version has more fields than there can be");
	for (size_t i = 0; i < version->field_count; i++)
		TRY(read_field(&reader, version, arena, &version->fields[i]));
	return reader_check(&reader);
}

fallible version_get(const struct view *view, struct id tenant, struct id credential, uint64_t number,
	struct arena *arena, struct version *version)
{
	struct row row;
	struct version read = {.tenant = tenant, .credential = credential, .number = number};
	struct noun_key key = key_of(tenant, credential, number);
	TRY(view_get(view, TABLE_VERSION, noun_key_span(&key), &row));
	TRY(decode(&row, arena, &read));
	*version = read;
	return OK;
}

fallible version_put(struct act *act, struct id client, const struct version *version)
{
	scoped(buf) record = BUF(RECORD_MAX);
	const struct keys *keys = act->volume->keys;
	TRY(keys->check_data_key(keys->keeper, version->tenant, client, SPAN_BYTES(version->wrapped)));
	struct noun_key key = key_of(version->tenant, version->credential, version->number);
	buf_put_u8(&record, RECORD);
	buf_put_u16(&record, version->modes_max);
	buf_put_u8(&record,
		(uint8_t)((version->generated ? GENERATED : 0) | (version->by_person ? BY_PERSON : 0)));
	buf_put(&record, id_span(&version->by));
	buf_put_i64(&record, version->created.ms);
	buf_put(&record, SPAN_BYTES(version->wrapped));
	buf_put_u8(&record, (uint8_t)version->field_count);
	for (size_t i = 0; i < version->field_count; i++) {
		buf_put_u8(&record, (uint8_t)version->fields[i].field);
		buf_put_u64(&record, version->fields[i].held_by);
		buf_put_sized(&record, version->fields[i].record);
	}
	TRY(buf_check(&record));
	return act_put(act, TABLE_VERSION, noun_key_span(&key), buf_span(&record));
}

fallible version_drop(struct act *act, struct id tenant, struct id credential, uint64_t number)
{
	struct noun_key key = key_of(tenant, credential, number);
	return act_drop(act, TABLE_VERSION, noun_key_span(&key));
}
