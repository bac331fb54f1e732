/* SPDX-License-Identifier: Apache-2.0 */
/* saved_view - one row a view; its name stands in the key only as a keyed hash. */
#include "store/nouns/saved_view.h"

#include "base/reader.h"

enum { RECORD = 1, RECORD_MAX = 8 * 1024, ONE_ROW = 16 * 1024 };

static struct noun_key key_of(const struct saved_view *saved)
{
	return noun_key(saved->tenant, id_span(&saved->owner), SPAN_BYTES(saved->term));
}

static struct noun_seal seal_of(const struct saved_view *saved)
{
	struct subject subject = {.kind = SUBJECT_TENANT};
	if (!ids_is_none(saved->owner))
		subject = (struct subject){SUBJECT_PERSON, saved->owner};
	struct noun_seal seal = {
		saved->tenant, subject, {.object_type = SEAL_LABEL, .field_type = TABLE_SAVED_VIEW}};
	memcpy(seal.place.object.bytes, saved->term, sizeof seal.place.object.bytes);
	return seal;
}

fallible saved_view_term(
	const struct keys *keys, struct id tenant, struct span name, uint8_t term[static KEYS_TERM])
{
	return keys->term(keys->keeper, tenant, "mn.saved_view", name, term);
}

/* ---- reading ---- */

static fallible decode(const struct row *row, struct saved_view *saved, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	saved->row = row->version;
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "a saved view's record has an unknown version");
	saved->by = noun_take_id(&reader);
	saved->at.ms = reader_i64(&reader);
	*sealed = reader_sized(&reader);
	return reader_check(&reader);
}

static fallible open_row(
	const struct view *view, const struct row *row, struct arena *arena, struct saved_view *saved)
{
	struct span sealed;
	struct span *const texts[] = {&saved->name, &saved->query};
	TRY(decode(row, saved, &sealed));
	const struct noun_seal seal = seal_of(saved);
	return noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 2);
}

fallible saved_view_get(const struct view *view, struct arena *arena, struct saved_view *saved)
{
	struct row row;
	struct saved_view found = {.tenant = saved->tenant, .owner = saved->owner};
	memcpy(found.term, saved->term, sizeof found.term);
	struct noun_key key = key_of(&found);
	TRY(view_get(view, TABLE_SAVED_VIEW, noun_key_span(&key), &row));
	TRY(open_row(view, &row, arena, &found));
	*saved = found;
	return OK;
}

bool saved_view_next(const struct view *view, struct arena *arena, struct saved_view *saved, struct err *err)
{
	struct row row;
	struct id at;
	memcpy(at.bytes, saved->term, sizeof at.bytes);
	*err = noun_next_id(view, TABLE_SAVED_VIEW, saved->tenant, id_span(&saved->owner), &at, &row);
	if (noun_ends(err))
		return false;
	memcpy(saved->term, at.bytes, sizeof saved->term);
	saved->name = saved->query = SPAN_NONE;
	*err = open_row(view, &row, arena, saved);
	return !err_failed(*err);
}

/* ---- writing ---- */

fallible saved_view_seal(const struct keys *keys, const struct saved_view *saved, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(saved);
	const struct span texts[] = {saved->name, saved->query};
	return noun_seal_texts(keys, &seal, texts, 2, sealed);
}

fallible saved_view_put(struct act *act, const struct saved_view *saved, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(saved);
	buf_put_u8(&record, RECORD);
	buf_put(&record, id_span(&saved->by));
	buf_put_i64(&record, saved->at.ms);
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	return act_put(act, TABLE_SAVED_VIEW, noun_key_span(&key), buf_span(&record));
}

fallible saved_view_drop(struct act *act, const struct saved_view *saved)
{
	struct noun_key key = key_of(saved);
	return act_drop(act, TABLE_SAVED_VIEW, noun_key_span(&key));
}

fallible saved_view_drop_all(struct act *act, struct id tenant, struct id person)
{
	struct view view = view_act(act);
	struct saved_view saved = {.tenant = tenant, .owner = person};
	struct err err = OK;
	scoped(arena) row = ARENA(ONE_ROW);
	for (; saved_view_next(&view, &row, &saved, &err); arena_clear(&row))
		TRY(saved_view_drop(act, &saved));
	return err;
}
