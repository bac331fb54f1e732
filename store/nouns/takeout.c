/* SPDX-License-Identifier: Apache-2.0 */
/* takeout - records under tenant ‖ takeout. */
#include "store/nouns/takeout.h"

#include "base/reader.h"

enum { RECORD_VERSION = 1, RECORD_MAX = 4 * 1024 };

static const char *const FORMATS[TAKEOUT_FORMAT_COUNT] = {"bitwarden-json", "keepass-xml"};

static struct noun_key key_of(const struct takeout *takeout)
{
	return noun_key(takeout->tenant, id_span(&takeout->id), SPAN_NONE);
}

static struct noun_seal seal_of(const struct takeout *takeout)
{
	return (struct noun_seal){takeout->tenant, {SUBJECT_CLIENT, takeout->client},
		{.object = takeout->id, .object_type = SEAL_LABEL, .field_type = TABLE_TAKEOUT}};
}

const char *takeout_state_name(enum takeout_state state)
{
	static const char *const NAMES[TAKEOUT_STATE_COUNT] = {
		"requested", "approved", "taken", "refused", "cancelled", "lapsed"};
	return NAMES[state];
}

const char *takeout_format_name(enum takeout_format format)
{
	return FORMATS[format];
}

bool takeout_format_find(struct span word, enum takeout_format *format)
{
	for (unsigned at = 0; at < TAKEOUT_FORMAT_COUNT; at++)
		if (span_is(word, FORMATS[at])) {
			*format = (enum takeout_format)at;
			return true;
		}
	return false;
}

bool takeout_is_open(const struct takeout *takeout, struct instant now)
{
	bool waits = takeout->state == TAKEOUT_REQUESTED || takeout->state == TAKEOUT_APPROVED;
	return waits && now.ms < takeout->until.ms;
}

fallible takeout_seal(const struct keys *keys, const struct takeout *takeout, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(takeout);
	return noun_seal_texts(keys, &seal, &takeout->purpose, 1, sealed);
}

/* ---- the record ---- */

static fallible decode(struct span record, struct takeout *takeout, struct span *sealed)
{
	struct reader reader = READER(record);
	if (reader_u8(&reader) != RECORD_VERSION)
		return FAIL(CORRUPT, "a takeout has an unknown version");
	takeout->state = (enum takeout_state)reader_u8(&reader);
	takeout->format = (enum takeout_format)reader_u8(&reader);
	takeout->client = noun_take_id(&reader);
	takeout->requester = noun_take_id(&reader);
	takeout->decider = noun_take_id(&reader);
	takeout->created.ms = reader_i64(&reader);
	takeout->until.ms = reader_i64(&reader);
	takeout->ended.ms = reader_i64(&reader);
	takeout->count = reader_u32(&reader);
	reader_copy(&reader, takeout->recipient, sizeof takeout->recipient);
	takeout->bytes = reader_u64(&reader);
	reader_copy(&reader, takeout->sha256, sizeof takeout->sha256);
	*sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	bool known = takeout->state < TAKEOUT_STATE_COUNT && takeout->format < TAKEOUT_FORMAT_COUNT;
	return known ? OK : FAIL(CORRUPT, "a takeout has an unknown state or format");
}

fallible takeout_add(struct act *act, const struct takeout *takeout, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(takeout);
	buf_put_u8(&record, RECORD_VERSION);
	buf_put_u8(&record, (uint8_t)takeout->state);
	buf_put_u8(&record, (uint8_t)takeout->format);
	buf_put(&record, id_span(&takeout->client));
	buf_put(&record, id_span(&takeout->requester));
	buf_put(&record, id_span(&takeout->decider));
	buf_put_i64(&record, takeout->created.ms);
	buf_put_i64(&record, takeout->until.ms);
	buf_put_i64(&record, takeout->ended.ms);
	buf_put_u32(&record, takeout->count);
	buf_put(&record, SPAN_BYTES(takeout->recipient));
	buf_put_u64(&record, takeout->bytes);
	buf_put(&record, SPAN_BYTES(takeout->sha256));
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	return act_put(act, TABLE_TAKEOUT, noun_key_span(&key), buf_span(&record));
}

fallible takeout_change(struct act *act, const struct takeout *takeout)
{
	struct row row;
	struct span sealed;
	struct takeout stands = {.tenant = takeout->tenant, .id = takeout->id};
	struct noun_key key = key_of(takeout);
	TRY(act_get(act, TABLE_TAKEOUT, noun_key_span(&key), &row));
	TRY(decode(row.payload, &stands, &sealed));
	return takeout_add(act, takeout, sealed);
}

/* ---- reading ---- */

static fallible unseal(
	const struct view *view, const struct row *row, struct arena *arena, struct takeout *read)
{
	struct span sealed;
	struct span *const texts[] = {&read->purpose};
	TRY(decode(row->payload, read, &sealed));
	const struct noun_seal seal = seal_of(read);
	read->version = row->version;
	return noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 1);
}

fallible takeout_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct takeout *takeout)
{
	struct row row;
	struct takeout read = {.tenant = tenant, .id = id};
	struct noun_key key = key_of(&read);
	TRY(view_get(view, TABLE_TAKEOUT, noun_key_span(&key), &row));
	TRY(unseal(view, &row, arena, &read));
	*takeout = read;
	return OK;
}

bool takeout_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct takeout *takeout, struct err *err)
{
	struct row row;
	*err = noun_next_id(view, TABLE_TAKEOUT, tenant, SPAN_NONE, after, &row);
	if (noun_ends(err))
		return false;
	*takeout = (struct takeout){.tenant = tenant, .id = *after};
	*err = unseal(view, &row, arena, takeout);
	return !err_failed(*err);
}
