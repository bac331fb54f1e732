/* SPDX-License-Identifier: Apache-2.0 */
/* whereabouts - records under tenant ‖ person. */
#include "store/nouns/whereabouts.h"

#include "base/reader.h"

enum { RECORD_VERSION = 1, RECORD_MAX = WHEREABOUTS_SEALED_MAX + 16, PLAIN_MAX = 1 + WHEREABOUTS_MAX * 10 };

static struct noun_key key_of(struct id tenant, struct id person)
{
	return noun_key(tenant, id_span(&person), SPAN_NONE);
}

static struct noun_seal seal_of(const struct whereabouts *whereabouts)
{
	return (struct noun_seal){whereabouts->tenant, {SUBJECT_PERSON, whereabouts->person},
		{.object = whereabouts->person, .object_type = SEAL_LABEL, .field_type = TABLE_WHEREABOUTS}};
}

/* ---- the record ---- */

static fallible decode(struct span plain, struct whereabouts *whereabouts)
{
	struct reader reader = READER(plain);
	size_t count = plain.len ? reader_u8(&reader) : 0;
	if (count > WHEREABOUTS_MAX)
		return FAIL(CORRUPT, "a person's whereabouts are more than there can be");
	for (size_t i = 0; i < count; i++) {
		struct whereabouts_item *item = &whereabouts->items[i];
		item->country[0] = (char)reader_u8(&reader);
		item->country[1] = (char)reader_u8(&reader);
		item->last.ms = reader_i64(&reader);
	}
	whereabouts->count = count;
	return reader_check(&reader);
}

fallible whereabouts_read(const struct view *view, struct id tenant, struct id person, struct arena *arena,
	struct whereabouts *whereabouts)
{
	struct row row;
	struct span plain = SPAN_NONE, *const texts[] = {&plain};
	struct noun_key key = key_of(tenant, person);
	struct whereabouts read = {.tenant = tenant, .person = person};
	struct err err = view_get(view, TABLE_WHEREABOUTS, noun_key_span(&key), &row);
	if (err.kind != ERR_NOT_FOUND) {
		TRY(err);
		struct reader reader = READER(row.payload);
		const struct noun_seal seal = seal_of(&read);
		if (reader_u8(&reader) != RECORD_VERSION)
			return FAIL(CORRUPT, "a person's whereabouts have an unknown version");
		struct span sealed = reader_sized(&reader);
		TRY(reader_check(&reader));
		TRY(noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 1));
		read.version = row.version;
		TRY(decode(plain, &read));
	}
	*whereabouts = read;
	return OK;
}

fallible whereabouts_seal(const struct keys *keys, const struct whereabouts *whereabouts, struct buf *sealed)
{
	scoped(buf) plain = BUF(PLAIN_MAX);
	const struct noun_seal seal = seal_of(whereabouts);
	buf_put_u8(&plain, (uint8_t)whereabouts->count);
	for (size_t i = 0; i < whereabouts->count; i++) {
		buf_put(&plain, span_of(whereabouts->items[i].country, WHEREABOUTS_COUNTRY));
		buf_put_i64(&plain, whereabouts->items[i].last.ms);
	}
	TRY(buf_check(&plain));
	const struct span text = buf_span(&plain);
	return noun_seal_texts(keys, &seal, &text, 1, sealed);
}

fallible whereabouts_put(struct act *act, const struct whereabouts *whereabouts, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(whereabouts->tenant, whereabouts->person);
	buf_put_u8(&record, RECORD_VERSION);
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	return act_put(act, TABLE_WHEREABOUTS, noun_key_span(&key), buf_span(&record));
}

fallible whereabouts_drop(struct act *act, struct id tenant, struct id person)
{
	struct noun_key key = key_of(tenant, person);
	struct err err = act_drop(act, TABLE_WHEREABOUTS, noun_key_span(&key));
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

/* ---- the countries ---- */

const struct whereabouts_item *whereabouts_find(
	const struct whereabouts *whereabouts, const char country[static WHEREABOUTS_COUNTRY])
{
	for (size_t i = 0; i < whereabouts->count; i++)
		if (memcmp(whereabouts->items[i].country, country, WHEREABOUTS_COUNTRY) == 0)
			return &whereabouts->items[i];
	return NULL;
}

const struct whereabouts_item *whereabouts_latest(const struct whereabouts *whereabouts)
{
	const struct whereabouts_item *latest = NULL;
	for (size_t i = 0; i < whereabouts->count; i++)
		if (!latest || whereabouts->items[i].last.ms > latest->last.ms)
			latest = &whereabouts->items[i];
	return latest;
}

/* Where a country stands, or is to stand. */
static struct whereabouts_item *place_for(
	struct whereabouts *whereabouts, const char country[static WHEREABOUTS_COUNTRY])
{
	struct whereabouts_item *oldest = whereabouts->items;
	for (size_t i = 0; i < whereabouts->count; i++) {
		struct whereabouts_item *item = &whereabouts->items[i];
		if (memcmp(item->country, country, WHEREABOUTS_COUNTRY) == 0)
			return item;
		if (item->last.ms < oldest->last.ms)
			oldest = item;
	}
	return whereabouts->count < WHEREABOUTS_MAX ? &whereabouts->items[whereabouts->count++] : oldest;
}

void whereabouts_note(
	struct whereabouts *whereabouts, const char country[static WHEREABOUTS_COUNTRY], struct instant now)
{
	struct whereabouts_item *item = place_for(whereabouts, country);
	memcpy(item->country, country, WHEREABOUTS_COUNTRY);
	item->last = now;
}
