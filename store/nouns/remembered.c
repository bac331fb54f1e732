/* SPDX-License-Identifier: Apache-2.0 */
/* remembered - records under tenant ‖ id, and the list of each person. */
#include "store/nouns/remembered.h"

#include "base/reader.h"

enum { REMEMBERED_RECORD = 1, RECORD_MAX = 160 };

static struct noun_key key_of(struct id tenant, struct id id)
{
	return noun_key(tenant, id_span(&id), SPAN_NONE);
}

static struct noun_key listed_key(const struct remembered *remembered)
{
	return noun_key(remembered->tenant, id_span(&remembered->person), id_span(&remembered->id));
}

/* ---- the record ---- */

fallible remembered_get(
	const struct view *view, struct id tenant, struct id id, struct remembered *remembered)
{
	struct row row;
	struct noun_key key = key_of(tenant, id);
	TRY(view_get(view, TABLE_REMEMBERED, noun_key_span(&key), &row));
	struct reader reader = READER(row.payload);
	struct remembered read = {.tenant = tenant, .id = id, .version = row.version};
	if (reader_u8(&reader) != REMEMBERED_RECORD)
		return FAIL(CORRUPT, "a remembered device has an unknown version");
	read.person = noun_take_id(&reader);
	read.application = noun_take_id(&reader);
	read.device = noun_take_id(&reader);
	read.issued.ms = reader_i64(&reader);
	read.expires.ms = reader_i64(&reader);
	read.turned.ms = reader_i64(&reader);
	read.turns = reader_u32(&reader);
	reader_copy(&reader, read.nonce, sizeof read.nonce);
	reader_copy(&reader, read.before, sizeof read.before);
	TRY(reader_check(&reader));
	*remembered = read;
	return OK;
}

fallible remembered_put(struct act *act, const struct remembered *remembered)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(remembered->tenant, remembered->id);
	buf_put_u8(&record, REMEMBERED_RECORD);
	buf_put(&record, id_span(&remembered->person));
	buf_put(&record, id_span(&remembered->application));
	buf_put(&record, id_span(&remembered->device));
	buf_put_i64(&record, remembered->issued.ms);
	buf_put_i64(&record, remembered->expires.ms);
	buf_put_i64(&record, remembered->turned.ms);
	buf_put_u32(&record, remembered->turns);
	buf_put(&record, SPAN_BYTES(remembered->nonce));
	buf_put(&record, SPAN_BYTES(remembered->before));
	TRY(buf_check(&record));
	return act_put(act, TABLE_REMEMBERED, noun_key_span(&key), buf_span(&record));
}

fallible remembered_add(struct act *act, const struct remembered *remembered)
{
	struct noun_key listed = listed_key(remembered);
	TRY(remembered_put(act, remembered));
	return act_put(act, TABLE_REMEMBERED_OF, noun_key_span(&listed), id_span(&remembered->person));
}

fallible remembered_drop(struct act *act, const struct remembered *remembered)
{
	struct noun_key key = key_of(remembered->tenant, remembered->id);
	struct noun_key listed = listed_key(remembered);
	TRY(act_drop(act, TABLE_REMEMBERED, noun_key_span(&key)));
	return act_drop(act, TABLE_REMEMBERED_OF, noun_key_span(&listed));
}

bool remembered_next(const struct view *view, struct id tenant, struct id person, struct id *after,
	struct remembered *remembered, struct err *err)
{
	*err = noun_next_id(view, TABLE_REMEMBERED_OF, tenant, id_span(&person), after, NULL);
	if (err_failed(*err))
		return noun_ends(err), false;
	*err = remembered_get(view, tenant, *after, remembered);
	return !err_failed(*err);
}

/* ---- turning ---- */

void remembered_turn(
	struct remembered *remembered, const uint8_t nonce[static REMEMBERED_NONCE], struct instant now)
{
	memcpy(remembered->before, remembered->nonce, sizeof remembered->before);
	memcpy(remembered->nonce, nonce, sizeof remembered->nonce);
	remembered->turned = now;
	remembered->turns++;
}

bool remembered_is_fresh(const struct remembered *remembered, struct instant now)
{
	return now.ms - remembered->turned.ms < REMEMBERED_GRACE_MS;
}
