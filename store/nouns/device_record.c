/* SPDX-License-Identifier: Apache-2.0 */
/* device_record - the record of a device, and the lists in which it stands. */
#include "store/nouns/device_record.h"

#include "base/reader.h"

enum { RECORD_VERSION = 1, RECORD_MAX = DEVICE_RECORD_SEALED_MAX + 128, TEXT_COUNT = 4 };

static struct noun_seal seal_of(const struct device_record *record)
{
	return (struct noun_seal){record->tenant, {SUBJECT_PERSON, record->person},
		{.object = record->id, .object_type = SEAL_LABEL, .field_type = TABLE_DEVICE_RECORD}};
}

static struct noun_key key_of(struct id tenant, struct id id)
{
	return noun_key(tenant, id_span(&id), SPAN_NONE);
}

/* decode - all but the sealed texts. */
static fallible decode(const struct row *row, struct id tenant, struct id id, struct device_record *record)
{
	struct reader reader = READER(row->payload);
	struct device_record read = {.tenant = tenant, .id = id, .version = row->version};
	if (reader_u8(&reader) != RECORD_VERSION)
		return FAIL(CORRUPT, "a device's record has an unknown version");
	uint8_t state = reader_u8(&reader);
	read.state = (enum device_record_state)state;
	read.person = noun_take_id(&reader);
	read.first_seen.ms = reader_i64(&reader);
	read.last_seen.ms = reader_i64(&reader);
	read.sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	if (state > DEVICE_RECORD_BLOCKED)
		return FAIL(CORRUPT, "a device's record has an unknown state");
	*record = read;
	return OK;
}

fallible device_record_is_lost(const struct view *view, struct id tenant, struct id id, bool *is_lost)
{
	struct row row;
	struct device_record read = {0};
	struct noun_key key = key_of(tenant, id);
	struct err err = FAIL(NOT_FOUND, "what has no id stands in no registry");
	if (!ids_is_none(id))
		err = view_get(view, TABLE_DEVICE_RECORD, noun_key_span(&key), &row);
	if (!err_failed(err))
		err = decode(&row, tenant, id, &read);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	*is_lost = read.state != DEVICE_RECORD_KNOWN;
	return OK;
}

fallible device_record_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct device_record *record)
{
	struct row row;
	struct device_record read;
	struct noun_key key = key_of(tenant, id);
	TRY(view_get(view, TABLE_DEVICE_RECORD, noun_key_span(&key), &row));
	TRY(decode(&row, tenant, id, &read));
	const struct noun_seal seal = seal_of(&read);
	struct span *const texts[TEXT_COUNT] = {&read.own_id, &read.name, &read.platform, &read.model};
	TRY(noun_open_texts(view_keys(view), &seal, read.sealed, arena, texts, TEXT_COUNT));
	*record = read;
	return OK;
}

fallible device_record_seal(const struct keys *keys, const struct device_record *record, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(record);
	const struct span texts[TEXT_COUNT] = {record->own_id, record->name, record->platform, record->model};
	return noun_seal_texts(keys, &seal, texts, TEXT_COUNT, sealed);
}

fallible device_record_put(struct act *act, const struct device_record *record, struct span sealed)
{
	scoped(buf) bytes = BUF(RECORD_MAX);
	struct noun_key key = key_of(record->tenant, record->id);
	buf_put_u8(&bytes, RECORD_VERSION);
	buf_put_u8(&bytes, (uint8_t)record->state);
	buf_put(&bytes, id_span(&record->person));
	buf_put_i64(&bytes, record->first_seen.ms);
	buf_put_i64(&bytes, record->last_seen.ms);
	buf_put_sized(&bytes, sealed);
	TRY(buf_check(&bytes));
	return act_put(act, TABLE_DEVICE_RECORD, noun_key_span(&key), buf_span(&bytes));
}

/* ---- lists ---- */

fallible device_record_way_at(
	const struct keys *keys, struct id tenant, struct id whose, struct span own_id, struct noun_key *key)
{
	uint8_t term[KEYS_TERM];
	scoped(buf) text = BUF(sizeof whose.bytes + DEVICE_RECORD_SEALED_MAX);
	buf_put(&text, id_span(&whose));
	buf_put(&text, own_id);
	TRY(buf_check(&text));
	TRY(keys->term(keys->keeper, tenant, "mn.device", buf_span(&text), term));
	*key = noun_key(tenant, SPAN_BYTES(term), SPAN_NONE);
	return OK;
}

fallible device_record_term(
	const struct keys *keys, struct id tenant, struct span own_id, uint8_t term[static KEYS_TERM])
{
	return keys->term(keys->keeper, tenant, "mn.device.shared", own_id, term);
}

void device_record_put_way(struct id id, struct instant seen, struct buf *value)
{
	buf_put(value, id_span(&id));
	buf_put_i64(value, seen.ms);
}

struct noun_key device_record_listed_at(const struct device_record *record, struct span under)
{
	return noun_key(record->tenant, under, id_span(&record->id));
}

fallible device_record_list(
	struct act *act, const struct device_record *record, const uint8_t term[static KEYS_TERM])
{
	struct noun_key own = device_record_listed_at(record, id_span(&record->person));
	struct noun_key shared = device_record_listed_at(record, span_of(term, KEYS_TERM));
	TRY(act_put(act, TABLE_DEVICE_OF, noun_key_span(&own), id_span(&record->person)));
	return act_put(act, TABLE_DEVICE_OF, noun_key_span(&shared), id_span(&record->person));
}

bool device_record_next(
	const struct view *view, struct id tenant, struct span under, struct id *after, struct err *err)
{
	*err = noun_next_id(view, TABLE_DEVICE_OF, tenant, under, after, NULL);
	return !err_failed(*err) ? true : (noun_ends(err), false);
}
