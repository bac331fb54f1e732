/* SPDX-License-Identifier: Apache-2.0 */
/* grant - the record of a grant, and the lists of each person's and each client's. */
#include "store/nouns/grant.h"

#include "base/reader.h"

/* Version 2 has hours, exclusive use, approvals and handovers; version 1 has none, and seals two texts. */
enum {
	RECORD_PLAIN = 1,
	RECORD = 2,
	RECORD_MAX = NOUN_TEXTS_MAX + 512,
	TEXTS_PLAIN = 2,
	TEXTS = 3,
	APPROVERS = GRANT_BY_CLIENT | GRANT_BY_STAFF,
};

enum {
	FLAG_BY_PERSON = 1u << 0,
	FLAG_EACH = 1u << 1,
	FLAG_DIGEST = 1u << 2,
	FLAG_BREAKGLASS = 1u << 3,
	FLAG_FREE = 1u << 4, /* some rows have it; it means nothing */
	FLAGS_KNOWN = FLAG_FREE | (FLAG_FREE - 1),
};

/* The sealed part of a row, as it stands there. */
struct sealed {
	struct span bytes;
	size_t texts; /* that it holds */
};

static const char *const SHOWN[GRANT_SHOWN_COUNT] = {
	[GRANT_SHOWN_ACTIVE] = "active",
	[GRANT_SHOWN_SUSPENDED] = "suspended",
	[GRANT_SHOWN_REVOKED] = "revoked",
	[GRANT_SHOWN_EXPIRED] = "expired",
	[GRANT_SHOWN_USED_UP] = "used_up",
	[GRANT_SHOWN_WAITING] = "waiting",
	[GRANT_SHOWN_STANDBY] = "standby",
};

bool grant_has_ended(const struct grant *grant, struct instant now)
{
	return grant->state == GRANT_REVOKED || grant->state == GRANT_EXPIRED || grant->until.ms <= now.ms;
}

static enum grant_shown shown_of(enum grant_state state)
{
	switch (state) {
	case GRANT_SUSPENDED:
		return GRANT_SHOWN_SUSPENDED;
	case GRANT_REVOKED:
		return GRANT_SHOWN_REVOKED;
	case GRANT_EXPIRED:
		return GRANT_SHOWN_EXPIRED;
	case GRANT_WAITING:
		return GRANT_SHOWN_WAITING;
	case GRANT_STANDBY:
		return GRANT_SHOWN_STANDBY;
	case GRANT_ACTIVE:
	case GRANT_STATE_COUNT:
		break;
	}
	return GRANT_SHOWN_ACTIVE;
}

enum grant_shown grant_shown(const struct grant *grant, struct instant now)
{
	if (grant->state == GRANT_REVOKED)
		return GRANT_SHOWN_REVOKED;
	if (grant_has_ended(grant, now))
		return GRANT_SHOWN_EXPIRED;
	if (grant->uses_max && grant->uses_made >= grant->uses_max)
		return GRANT_SHOWN_USED_UP;
	return shown_of(grant->state);
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
	const struct view *view, const struct sealed *sealed, struct arena *arena, struct grant *grant)
{
	const struct noun_seal seal = seal_of(grant);
	struct span *const texts[TEXTS] = {&grant->task, &grant->mandate, &grant->purposes_denied};
	return noun_open_texts(view_keys(view), &seal, sealed->bytes, arena, texts, sealed->texts);
}

static void take_flags(uint8_t flags, struct grant *grant)
{
	grant->giver_is_person = flags & FLAG_BY_PERSON;
	grant->notify = flags & FLAG_EACH ? GRANT_NOTIFY_EACH : GRANT_NOTIFY_NONE;
	grant->notify = flags & FLAG_DIGEST ? GRANT_NOTIFY_DIGEST : grant->notify;
	grant->breakglass = flags & FLAG_BREAKGLASS;
}

static void take_plain(struct reader *reader, struct grant *grant)
{
	grant->modes = reader_u16(reader);
	grant->credential = noun_take_id(reader);
	grant->client = noun_take_id(reader);
	grant->person = noun_take_id(reader);
	grant->giver = noun_take_id(reader);
	grant->created.ms = reader_i64(reader);
	grant->from.ms = reader_i64(reader);
	grant->until.ms = reader_i64(reader);
	grant->ended.ms = reader_i64(reader);
	grant->uses_max = reader_u32(reader);
	grant->uses_made = reader_u32(reader);
}

/* What version 2 says more. */
static fallible take_gates(struct reader *reader, struct grant *grant)
{
	grant->outside = reader_u8(reader);
	grant->exclusive = reader_u8(reader);
	grant->approvers = reader_u8(reader);
	grant->approvals_needed = reader_u8(reader);
	grant->approvals_given = reader_u8(reader);
	if (grant->outside >= GRANT_OUTSIDE_COUNT || grant->exclusive >= GRANT_EXCLUSIVE_COUNT ||
		grant->approvers > APPROVERS || grant->approvals_needed > GRANT_APPROVALS_MAX ||
		grant->approvals_given > GRANT_APPROVALS_MAX)
		return FAIL(CORRUPT, "a grant's record has a gate that no version knows");
	for (unsigned i = 0; i < grant->approvals_given; i++)
		grant->approvals[i] = noun_take_id(reader);
	grant->handover = noun_take_id(reader);
	grant->suspended_by = noun_take_id(reader);
	grant->calendar = reader_sized(reader);
	return OK;
}

/* Everything but the sealed texts; *sealed and the calendar's name borrow from the row. */
static fallible decode(const struct row *row, struct grant *grant, struct sealed *sealed)
{
	struct reader reader = READER(row->payload);
	unsigned version = reader_u8(&reader);
	grant->row = row->version;
	if (version != RECORD && version != RECORD_PLAIN)
		return FAIL(CORRUPT, "a grant's record has an unknown version");
	grant->state = reader_u8(&reader);
	uint8_t flags = reader_u8(&reader);
	take_flags(flags, grant);
	take_plain(&reader, grant);
	sealed->texts = TEXTS_PLAIN;
	if (version == RECORD) {
		TRY(take_gates(&reader, grant));
		sealed->texts = reader_u8(&reader);
	}
	sealed->bytes = reader_sized(&reader);
	if (grant->state >= GRANT_STATE_COUNT || flags > FLAGS_KNOWN ||
		(sealed->texts != TEXTS && sealed->texts != TEXTS_PLAIN))
		return FAIL(CORRUPT, "a grant's record has a field that no version knows");
	return reader_check(&reader);
}

static fallible read_clear(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct grant *grant, struct sealed *sealed)
{
	struct row row;
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	*grant = (struct grant){.tenant = tenant, .id = id};
	TRY(view_get(view, TABLE_GRANT, noun_key_span(&key), &row));
	TRY(decode(&row, grant, sealed));
	return grant->calendar.len ? arena_keep(arena, grant->calendar, &grant->calendar) : OK;
}

fallible grant_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct grant *grant)
{
	struct grant read;
	struct sealed sealed;
	TRY(read_clear(view, tenant, id, arena, &read, &sealed));
	TRY(open_texts(view, &sealed, arena, &read));
	*grant = read;
	return OK;
}

fallible grant_get_clear(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct grant *grant)
{
	struct grant read;
	struct sealed sealed;
	TRY(read_clear(view, tenant, id, arena, &read, &sealed));
	*grant = read;
	return OK;
}

fallible grant_seal(const struct keys *keys, const struct grant *grant, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(grant);
	const struct span texts[TEXTS] = {grant->task, grant->mandate, grant->purposes_denied};
	return noun_seal_texts(keys, &seal, texts, TEXTS, sealed);
}

static uint8_t flags_of(const struct grant *grant)
{
	unsigned flags = grant->giver_is_person ? FLAG_BY_PERSON : 0u;
	flags |= grant->notify == GRANT_NOTIFY_EACH ? FLAG_EACH : 0u;
	flags |= grant->notify == GRANT_NOTIFY_DIGEST ? FLAG_DIGEST : 0u;
	flags |= grant->breakglass ? FLAG_BREAKGLASS : 0u;
	return (uint8_t)flags;
}

static void put_gates(const struct grant *grant, struct buf *record)
{
	buf_put_u8(record, (uint8_t)grant->outside);
	buf_put_u8(record, (uint8_t)grant->exclusive);
	buf_put_u8(record, (uint8_t)grant->approvers);
	buf_put_u8(record, (uint8_t)grant->approvals_needed);
	buf_put_u8(record, (uint8_t)grant->approvals_given);
	for (unsigned i = 0; i < grant->approvals_given; i++)
		buf_put(record, id_span(&grant->approvals[i]));
	buf_put(record, id_span(&grant->handover));
	buf_put(record, id_span(&grant->suspended_by));
	buf_put_sized(record, grant->calendar);
}

static void encode(const struct grant *grant, const struct sealed *sealed, struct buf *record)
{
	buf_put_u8(record, RECORD);
	buf_put_u8(record, (uint8_t)grant->state);
	buf_put_u8(record, flags_of(grant));
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
	put_gates(grant, record);
	buf_put_u8(record, (uint8_t)sealed->texts);
	buf_put_sized(record, sealed->bytes);
}

static fallible put_row(struct act *act, const struct grant *grant, const struct sealed *sealed)
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
	return put_row(act, grant, &(struct sealed){sealed, TEXTS});
}

fallible grant_change(struct act *act, const struct grant *grant)
{
	struct row row;
	struct sealed sealed;
	struct grant stands = {0};
	struct noun_key key = noun_key(grant->tenant, id_span(&grant->id), SPAN_NONE);
	TRY(act_get(act, TABLE_GRANT, noun_key_span(&key), &row));
	TRY(decode(&row, &stands, &sealed));
	return put_row(act, grant, &sealed);
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
