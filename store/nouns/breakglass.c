/* SPDX-License-Identifier: Apache-2.0 */
/* breakglass - records under tenant ‖ break-glass. */
#include "store/nouns/breakglass.h"

#include "base/reader.h"

enum { RECORD_VERSION = 1, RECORD_MAX = 4 * 1024 };

static struct noun_key key_of(const struct breakglass *breakglass)
{
	return noun_key(breakglass->tenant, id_span(&breakglass->id), SPAN_NONE);
}

static struct noun_seal seal_of(const struct breakglass *breakglass)
{
	return (struct noun_seal){breakglass->tenant, {SUBJECT_CLIENT, breakglass->client},
		{.object = breakglass->id, .object_type = SEAL_LABEL, .field_type = TABLE_BREAKGLASS}};
}

const char *breakglass_state_name(enum breakglass_state state)
{
	static const char *const NAMES[BREAKGLASS_STATE_COUNT] = {
		"requested", "open", "closed", "reviewed", "refused", "lapsed", "cancelled"};
	return NAMES[state];
}

const char *breakglass_verdict_name(enum breakglass_verdict verdict)
{
	static const char *const NAMES[BREAKGLASS_VERDICT_COUNT] = {"none", "justified", "unjustified"};
	return NAMES[verdict];
}

fallible breakglass_seal(const struct keys *keys, const struct breakglass *breakglass, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(breakglass);
	return noun_seal_texts(keys, &seal, &breakglass->reason, 1, sealed);
}

/* ---- the record ---- */

static fallible decode(struct span record, struct breakglass *breakglass, struct span *sealed)
{
	struct reader reader = READER(record);
	if (reader_u8(&reader) != RECORD_VERSION)
		return FAIL(CORRUPT, "a break-glass has an unknown version");
	breakglass->state = (enum breakglass_state)reader_u8(&reader);
	breakglass->verdict = (enum breakglass_verdict)reader_u8(&reader);
	breakglass->overdue = reader_u8(&reader) != 0;
	breakglass->credential = noun_take_id(&reader);
	breakglass->client = noun_take_id(&reader);
	breakglass->requester = noun_take_id(&reader);
	breakglass->custodian = noun_take_id(&reader);
	breakglass->reviewer = noun_take_id(&reader);
	breakglass->grant = noun_take_id(&reader);
	breakglass->created.ms = reader_i64(&reader);
	breakglass->until.ms = reader_i64(&reader);
	breakglass->closed.ms = reader_i64(&reader);
	breakglass->uses = reader_u32(&reader);
	*sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	bool known =
		breakglass->state < BREAKGLASS_STATE_COUNT && breakglass->verdict < BREAKGLASS_VERDICT_COUNT;
	return known ? OK : FAIL(CORRUPT, "a break-glass has an unknown state or verdict");
}

fallible breakglass_add(struct act *act, const struct breakglass *breakglass, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(breakglass);
	buf_put_u8(&record, RECORD_VERSION);
	buf_put_u8(&record, (uint8_t)breakglass->state);
	buf_put_u8(&record, (uint8_t)breakglass->verdict);
	buf_put_u8(&record, breakglass->overdue);
	buf_put(&record, id_span(&breakglass->credential));
	buf_put(&record, id_span(&breakglass->client));
	buf_put(&record, id_span(&breakglass->requester));
	buf_put(&record, id_span(&breakglass->custodian));
	buf_put(&record, id_span(&breakglass->reviewer));
	buf_put(&record, id_span(&breakglass->grant));
	buf_put_i64(&record, breakglass->created.ms);
	buf_put_i64(&record, breakglass->until.ms);
	buf_put_i64(&record, breakglass->closed.ms);
	buf_put_u32(&record, breakglass->uses);
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	return act_put(act, TABLE_BREAKGLASS, noun_key_span(&key), buf_span(&record));
}

fallible breakglass_change(struct act *act, const struct breakglass *breakglass)
{
	struct row row;
	struct span sealed;
	struct breakglass stands = {.tenant = breakglass->tenant, .id = breakglass->id};
	struct noun_key key = key_of(breakglass);
	TRY(act_get(act, TABLE_BREAKGLASS, noun_key_span(&key), &row));
	TRY(decode(row.payload, &stands, &sealed));
	return breakglass_add(act, breakglass, sealed);
}

/* ---- reading ---- */

static fallible unseal(
	const struct view *view, const struct row *row, struct arena *arena, struct breakglass *read)
{
	struct span sealed;
	struct span *const texts[] = {&read->reason};
	TRY(decode(row->payload, read, &sealed));
	const struct noun_seal seal = seal_of(read);
	read->version = row->version;
	return noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 1);
}

fallible breakglass_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct breakglass *breakglass)
{
	struct row row;
	struct breakglass read = {.tenant = tenant, .id = id};
	struct noun_key key = key_of(&read);
	TRY(view_get(view, TABLE_BREAKGLASS, noun_key_span(&key), &row));
	TRY(unseal(view, &row, arena, &read));
	*breakglass = read;
	return OK;
}

bool breakglass_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct breakglass *breakglass, struct err *err)
{
	struct row row;
	*err = noun_next_id(view, TABLE_BREAKGLASS, tenant, SPAN_NONE, after, &row);
	if (noun_ends(err))
		return false;
	*breakglass = (struct breakglass){.tenant = tenant, .id = *after};
	*err = unseal(view, &row, arena, breakglass);
	return !err_failed(*err);
}
