/* SPDX-License-Identifier: Apache-2.0 */
/* factor_reset - records under tenant ‖ id. */
#include "store/nouns/factor_reset.h"

#include "base/reader.h"

enum { FACTOR_RESET_RECORD = 1, RECORD_MAX = 1024 };

static struct noun_key key_of(const struct factor_reset *reset)
{
	return noun_key(reset->tenant, id_span(&reset->id), SPAN_NONE);
}

static struct noun_seal seal_of(const struct factor_reset *reset)
{
	return (struct noun_seal){reset->tenant, {SUBJECT_PERSON, reset->person},
		{.object = reset->id, .object_type = SEAL_LABEL, .field_type = TABLE_FACTOR_RESET}};
}

/* ---- the record ---- */

static fallible decode(const struct row *row, struct factor_reset *reset, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	reset->version = row->version;
	if (reader_u8(&reader) != FACTOR_RESET_RECORD)
		return FAIL(CORRUPT, "a reset of factors has an unknown version");
	reset->state = reader_u8(&reader);
	reset->person = noun_take_id(&reader);
	reset->requested.ms = reader_i64(&reader);
	reset->due.ms = reader_i64(&reader);
	reset->decided.ms = reader_i64(&reader);
	reset->done.ms = reader_i64(&reader);
	reset->requester = noun_take_id(&reader);
	reset->approver = noun_take_id(&reader);
	reset->ended_by = noun_take_id(&reader);
	reset->ended = reader_u8(&reader);
	*sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	return reset->state < FACTOR_RESET_STATE_COUNT
		? OK
		: FAIL(CORRUPT, "a reset of factors is in a state that no version knows");
}

static fallible read_row(const struct view *view, struct factor_reset *reset, struct span *sealed)
{
	struct row row;
	struct noun_key key = key_of(reset);
	TRY(view_get(view, TABLE_FACTOR_RESET, noun_key_span(&key), &row));
	return decode(&row, reset, sealed);
}

fallible factor_reset_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct factor_reset *reset)
{
	struct span sealed;
	struct factor_reset read = {.tenant = tenant, .id = id};
	struct span *const texts[] = {&read.reason};
	TRY(read_row(view, &read, &sealed));
	const struct noun_seal seal = seal_of(&read);
	TRY(noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 1));
	*reset = read;
	return OK;
}

bool factor_reset_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct factor_reset *reset, struct err *err)
{
	*err = noun_next_id(view, TABLE_FACTOR_RESET, tenant, SPAN_NONE, after, NULL);
	if (noun_ends(err))
		return false;
	*err = factor_reset_get(view, tenant, *after, arena, reset);
	return !err_failed(*err);
}

/* ---- writing ---- */

fallible factor_reset_seal(const struct keys *keys, const struct factor_reset *reset, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(reset);
	return noun_seal_texts(keys, &seal, &reset->reason, 1, sealed);
}

fallible factor_reset_put(struct act *act, const struct factor_reset *reset, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(reset);
	buf_put_u8(&record, FACTOR_RESET_RECORD);
	buf_put_u8(&record, (uint8_t)reset->state);
	buf_put(&record, id_span(&reset->person));
	buf_put_i64(&record, reset->requested.ms);
	buf_put_i64(&record, reset->due.ms);
	buf_put_i64(&record, reset->decided.ms);
	buf_put_i64(&record, reset->done.ms);
	buf_put(&record, id_span(&reset->requester));
	buf_put(&record, id_span(&reset->approver));
	buf_put(&record, id_span(&reset->ended_by));
	buf_put_u8(&record, reset->ended);
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	return act_put(act, TABLE_FACTOR_RESET, noun_key_span(&key), buf_span(&record));
}

fallible factor_reset_change(struct act *act, const struct factor_reset *reset)
{
	struct span sealed;
	struct view view = view_act(act);
	struct factor_reset stands = {.tenant = reset->tenant, .id = reset->id};
	TRY(read_row(&view, &stands, &sealed));
	return factor_reset_put(act, reset, sealed);
}

/* ---- what it says ---- */

bool factor_reset_is_open(const struct factor_reset *reset, struct instant now)
{
	bool lapsed = now.ms >= reset->due.ms + FACTOR_RESET_LAPSE_MS;
	if (reset->is_gone)
		return false;
	return reset->state == FACTOR_RESET_APPROVED || (reset->state == FACTOR_RESET_WAITING && !lapsed);
}

const char *factor_reset_state_word(const struct factor_reset *reset, struct instant now)
{
	static const char *const WORDS[FACTOR_RESET_STATE_COUNT] = {
		"waiting", "approved", "done", "refused", "cancelled"};
	bool has_lapsed = reset->state <= FACTOR_RESET_APPROVED && !factor_reset_is_open(reset, now);
	return has_lapsed ? "lapsed" : WORDS[reset->state];
}
