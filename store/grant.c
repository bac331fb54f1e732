/* SPDX-License-Identifier: Apache-2.0 */
/* grant - the record of a grant, and the lists of each person's and each client's. */
#include "store/grant.h"

#include "base/reader.h"

enum { RECORD = 1, RECORD_MAX = NOUN_TEXTS_MAX + 256, FLAG_BY_PERSON = 1, FLAG_NOTIFY = 2 };

static const char *const SHOWN[GRANT_SHOWN_COUNT] = {
	[GRANT_SHOWN_ACTIVE] = "active",
	[GRANT_SHOWN_SUSPENDED] = "suspended",
	[GRANT_SHOWN_REVOKED] = "revoked",
	[GRANT_SHOWN_EXPIRED] = "expired",
	[GRANT_SHOWN_USED_UP] = "used_up",
};

enum grant_shown grant_shown(const struct grant *grant, struct instant now)
{
	if (grant->state == GRANT_REVOKED)
		return GRANT_SHOWN_REVOKED;
	if (grant->state == GRANT_EXPIRED || grant->until.ms <= now.ms)
		return GRANT_SHOWN_EXPIRED;
	if (grant->uses_max && grant->uses_made >= grant->uses_max)
		return GRANT_SHOWN_USED_UP;
	return grant->state == GRANT_SUSPENDED ? GRANT_SHOWN_SUSPENDED : GRANT_SHOWN_ACTIVE;
}

const char *grant_shown_name(enum grant_shown shown)
{
	return SHOWN[shown];
}

bool grant_shown_find(struct span word, enum grant_shown *shown)
{
	for (unsigned i = 0; i < GRANT_SHOWN_COUNT; i++)
		if (span_is(word, SHOWN[i])) {
			*shown = (enum grant_shown)i;
			return true;
		}
	return false;
}

static struct noun_seal seal_of(const struct grant *grant)
{
	return (struct noun_seal){grant->tenant, {SUBJECT_CLIENT, grant->client},
		{.object = grant->id, .object_type = SEAL_GRANT, .field_type = TABLE_GRANT}};
}

/* ---- the record ---- */

static fallible open_texts(
	const struct view *view, struct span sealed, struct arena *arena, struct grant *grant)
{
	const struct noun_seal seal = seal_of(grant);
	struct span *const texts[] = {&grant->task, &grant->mandate};
	return noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 2);
}

/* Everything but the texts; *sealed borrows from the row. */
static fallible decode(const struct row *row, struct grant *grant, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	grant->row = row->version;
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "a grant's record has an unknown version");
	grant->state = reader_u8(&reader);
	uint8_t flags = reader_u8(&reader);
	grant->giver_is_person = flags & FLAG_BY_PERSON;
	grant->notify = flags & FLAG_NOTIFY;
	grant->modes = reader_u16(&reader);
	grant->credential = noun_take_id(&reader);
	grant->client = noun_take_id(&reader);
	grant->person = noun_take_id(&reader);
	grant->giver = noun_take_id(&reader);
	grant->created.ms = reader_i64(&reader);
	grant->from.ms = reader_i64(&reader);
	grant->until.ms = reader_i64(&reader);
	grant->ended.ms = reader_i64(&reader);
	grant->uses_max = reader_u32(&reader);
	grant->uses_made = reader_u32(&reader);
	*sealed = reader_sized(&reader);
	if (grant->state >= GRANT_STATE_COUNT)
		return FAIL(CORRUPT, "a grant's record has a state that no version knows");
	return reader_check(&reader);
}

fallible grant_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct grant *grant)
{
	struct row row;
	struct span sealed;
	struct grant read = {.tenant = tenant, .id = id};
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_GRANT, noun_key_span(&key), &row));
	TRY(decode(&row, &read, &sealed));
	TRY(open_texts(view, sealed, arena, &read));
	*grant = read;
	return OK;
}

fallible grant_seal(const struct keys *keys, const struct grant *grant, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(grant);
	const struct span texts[] = {grant->task, grant->mandate};
	return noun_seal_texts(keys, &seal, texts, 2, sealed);
}

static void encode(const struct grant *grant, struct span sealed, struct buf *record)
{
	buf_put_u8(record, RECORD);
	buf_put_u8(record, (uint8_t)grant->state);
	buf_put_u8(record,
		(uint8_t)((grant->giver_is_person ? FLAG_BY_PERSON : 0) | (grant->notify ? FLAG_NOTIFY : 0)));
	buf_put_u16(record, grant->modes);
	buf_put(record, id_span(&grant->credential));
	buf_put(record, id_span(&grant->client));
	buf_put(record, id_span(&grant->person));
	buf_put(record, id_span(&grant->giver));
	buf_put_i64(record, grant->created.ms);
	buf_put_i64(record, grant->from.ms);
	buf_put_i64(record, grant->until.ms);
	buf_put_i64(record, grant->ended.ms);
	buf_put_u32(record, grant->uses_max);
	buf_put_u32(record, grant->uses_made);
	buf_put_sized(record, sealed);
}

static fallible put_row(struct act *act, const struct grant *grant, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(grant->tenant, id_span(&grant->id), SPAN_NONE);
	encode(grant, sealed, &record);
	TRY(buf_check(&record));
	return act_put(act, TABLE_GRANT, noun_key_span(&key), buf_span(&record));
}

fallible grant_put(struct act *act, const struct grant *grant, struct span sealed)
{
	struct noun_key of_person = noun_key(grant->tenant, id_span(&grant->person), id_span(&grant->id));
	struct noun_key of_client = noun_key(grant->tenant, id_span(&grant->client), id_span(&grant->id));
	TRY(act_put(act, TABLE_GRANT_INDEX, noun_key_span(&of_person), SPAN_LIT("p")));
	TRY(act_put(act, TABLE_GRANT_INDEX, noun_key_span(&of_client), SPAN_LIT("c")));
	return put_row(act, grant, sealed);
}

fallible grant_change(struct act *act, const struct grant *grant)
{
	struct row row;
	struct span sealed;
	struct grant stands = {0};
	struct noun_key key = noun_key(grant->tenant, id_span(&grant->id), SPAN_NONE);
	TRY(act_get(act, TABLE_GRANT, noun_key_span(&key), &row));
	TRY(decode(&row, &stands, &sealed));
	return put_row(act, grant, sealed);
}

/* ---- walking ---- */

bool grant_next(const struct view *view, struct id tenant, struct id of, struct id *after,
	struct arena *arena, struct grant *grant, struct err *err)
{
	bool some = !ids_is_none(of);
	*err = noun_next_id(view, some ? TABLE_GRANT_INDEX : TABLE_GRANT, tenant,
		some ? id_span(&of) : SPAN_NONE, after, NULL);
	if (noun_ends(err))
		return false;
	*err = grant_get(view, tenant, *after, arena, grant);
	return !err_failed(*err);
}
