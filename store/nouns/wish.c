/* SPDX-License-Identifier: Apache-2.0 */
/* wish - one row a contact who said something. */
#include "store/nouns/wish.h"

#include "base/reader.h"

enum { RECORD = 1, RECORD_MAX = 1024 };

static struct noun_key key_of(struct id tenant, struct id person)
{
	return noun_key(tenant, id_span(&person), SPAN_NONE);
}

static struct noun_seal seal_of(const struct wish *wish)
{
	return (struct noun_seal){wish->tenant, {SUBJECT_PERSON, wish->person},
		{.object = wish->person, .object_type = SEAL_LABEL, .field_type = TABLE_WISH}};
}

static fallible decode(const struct row *row, struct wish *wish, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	wish->row = row->version;
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "a wish's record has an unknown version");
	for (unsigned class = 0; class < WISH_CLASS_COUNT; class ++) {
		wish->ways[class] = reader_u8(&reader);
		if (wish->ways[class] >= WISH_WAY_COUNT)
			return FAIL(CORRUPT, "a wish's record has a way that no version knows");
	}
	wish->digested = reader_i64(&reader);
	*sealed = reader_sized(&reader);
	return reader_check(&reader);
}

/* Who never said anything: each use, nothing else. */
static struct wish silent(struct id tenant, struct id person)
{
	return (struct wish){.tenant = tenant,
		.person = person,
		.ways = {[WISH_USES] = WISH_EACH,
			[WISH_PURCHASES] = WISH_NONE,
			[WISH_GRANTS] = WISH_NONE,
			[WISH_CHANGES] = WISH_NONE}};
}

static fallible read(const struct view *view, struct wish *wish, struct span *sealed)
{
	struct row row;
	struct noun_key key = key_of(wish->tenant, wish->person);
	*sealed = SPAN_NONE;
	struct err err = view_get(view, TABLE_WISH, noun_key_span(&key), &row);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return decode(&row, wish, sealed);
}

fallible wish_get(const struct view *view, struct arena *arena, struct wish *wish)
{
	struct span sealed;
	struct wish found = silent(wish->tenant, wish->person);
	struct span *const texts[] = {&found.second_address};
	TRY(read(view, &found, &sealed));
	const struct noun_seal seal = seal_of(&found);
	if (found.row)
		TRY(noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 1));
	*wish = found;
	return OK;
}

fallible wish_way(const struct view *view, struct id tenant, struct id person, enum wish_class class,
	enum wish_way *way)
{
	struct span sealed;
	struct wish found = silent(tenant, person);
	TRY(read(view, &found, &sealed));
	*way = found.ways[class];
	return OK;
}

fallible wish_seal(const struct keys *keys, const struct wish *wish, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(wish);
	return noun_seal_texts(keys, &seal, &wish->second_address, 1, sealed);
}

fallible wish_put(struct act *act, const struct wish *wish, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(wish->tenant, wish->person);
	buf_put_u8(&record, RECORD);
	for (unsigned class = 0; class < WISH_CLASS_COUNT; class ++)
		buf_put_u8(&record, (uint8_t)wish->ways[class]);
	buf_put_i64(&record, wish->digested);
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	return act_put(act, TABLE_WISH, noun_key_span(&key), buf_span(&record));
}

fallible wish_put_digested(struct act *act, struct id tenant, struct id person, int64_t day)
{
	struct span sealed;
	struct view view = view_act(act);
	struct wish wish = silent(tenant, person);
	TRY(read(&view, &wish, &sealed));
	if (!wish.row)
		return FAIL(NOT_FOUND, "the contact has no wishes");
	wish.digested = day;
	return wish_put(act, &wish, sealed);
}

fallible wish_begin(struct act *act, struct id tenant, struct id person)
{
	struct row row;
	struct noun_key key = key_of(tenant, person);
	struct wish wish = silent(tenant, person);
	scoped(buf) sealed = BUF(RECORD_MAX);
	struct err err = act_get(act, TABLE_WISH, noun_key_span(&key), &row);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	TRY(wish_seal(act->volume->keys, &wish, &sealed));
	return wish_put(act, &wish, buf_span(&sealed));
}
