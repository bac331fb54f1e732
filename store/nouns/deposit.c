/* SPDX-License-Identifier: Apache-2.0 */
/* deposit - records under tenant ‖ deposit, and whose each one is. */
#include "store/nouns/deposit.h"

#include "base/reader.h"

enum { RECORD_VERSION = 1, RECORD_MAX = DEPOSIT_SECRET_MAX + 8 * 1024 };

static struct noun_key key_of(const struct deposit *deposit)
{
	return noun_key(deposit->tenant, id_span(&deposit->id), SPAN_NONE);
}

static struct noun_seal seal_of(const struct deposit *deposit)
{
	return (struct noun_seal){deposit->tenant, {SUBJECT_CLIENT, deposit->client},
		{.object = deposit->id, .object_type = SEAL_LABEL, .field_type = TABLE_DEPOSIT}};
}

const char *deposit_state_name(enum deposit_state state)
{
	static const char *const NAMES[DEPOSIT_STATE_COUNT] = {
		"open", "unconfirmed", "accepted", "refused", "expired", "dead"};
	return NAMES[state];
}

fallible deposit_seal(const struct keys *keys, const struct deposit *deposit, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(deposit);
	const struct span texts[] = {deposit->ask, deposit->url};
	return noun_seal_texts(keys, &seal, texts, 2, sealed);
}

/* ---- the record ---- */

static void take_parties(struct reader *reader, struct deposit *deposit)
{
	deposit->opened_by_software = reader_u8(reader) != 0;
	deposit->client = noun_take_id(reader);
	deposit->opener = noun_take_id(reader);
	deposit->decider = noun_take_id(reader);
	deposit->credential = noun_take_id(reader);
}

static fallible decode(struct span record, struct deposit *deposit, struct span *texts)
{
	struct reader reader = READER(record);
	if (reader_u8(&reader) != RECORD_VERSION)
		return FAIL(CORRUPT, "a deposit's record has an unknown version");
	deposit->state = (enum deposit_state)reader_u8(&reader);
	deposit->kind = (enum credential_kind)reader_u8(&reader);
	deposit->fields = reader_u16(&reader);
	deposit->modes_max = reader_u16(&reader);
	deposit->tries = reader_u8(&reader);
	take_parties(&reader, deposit);
	deposit->created.ms = reader_i64(&reader);
	deposit->ends.ms = reader_i64(&reader);
	deposit->ended.ms = reader_i64(&reader);
	reader_copy(&reader, deposit->words, sizeof deposit->words);
	deposit->day = reader_u32(&reader);
	*texts = reader_sized(&reader);
	deposit->secret = reader_sized(&reader);
	TRY(reader_check(&reader));
	bool known = deposit->state < DEPOSIT_STATE_COUNT && deposit->kind < CREDENTIAL_KIND_COUNT;
	return known ? OK : FAIL(CORRUPT, "a deposit has an unknown state or kind");
}

static void put_parties(const struct deposit *deposit, struct buf *record)
{
	buf_put_u8(record, deposit->opened_by_software);
	buf_put(record, id_span(&deposit->client));
	buf_put(record, id_span(&deposit->opener));
	buf_put(record, id_span(&deposit->decider));
	buf_put(record, id_span(&deposit->credential));
}

static fallible put(struct act *act, const struct deposit *deposit, struct span texts)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(deposit);
	buf_put_u8(&record, RECORD_VERSION);
	buf_put_u8(&record, (uint8_t)deposit->state);
	buf_put_u8(&record, (uint8_t)deposit->kind);
	buf_put_u16(&record, deposit->fields);
	buf_put_u16(&record, deposit->modes_max);
	buf_put_u8(&record, deposit->tries);
	put_parties(deposit, &record);
	buf_put_i64(&record, deposit->created.ms);
	buf_put_i64(&record, deposit->ends.ms);
	buf_put_i64(&record, deposit->ended.ms);
	buf_put(&record, SPAN_BYTES(deposit->words));
	buf_put_u32(&record, deposit->day);
	buf_put_sized(&record, texts);
	buf_put_sized(&record, deposit->secret);
	TRY(buf_check(&record));
	return act_put(act, TABLE_DEPOSIT, noun_key_span(&key), buf_span(&record));
}

/* ---- reading ---- */

fallible deposit_find_tenant(const struct view *view, struct id id, struct id *tenant)
{
	struct row row;
	TRY(view_get(view, TABLE_DEPOSIT_OF, id_span(&id), &row));
	if (row.payload.len != sizeof tenant->bytes)
		return FAIL(CORRUPT, "a deposit is no tenant's");
	memcpy(tenant->bytes, row.payload.at, sizeof tenant->bytes);
	return OK;
}

static fallible unseal(
	const struct view *view, const struct row *row, struct arena *arena, struct deposit *read)
{
	struct span sealed;
	struct span *const texts[] = {&read->ask, &read->url};
	TRY(decode(row->payload, read, &sealed));
	const struct noun_seal seal = seal_of(read);
	TRY(noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 2));
	TRY(arena_keep(arena, read->secret, &read->secret));
	read->version = row->version;
	return OK;
}

fallible deposit_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct deposit *deposit)
{
	struct row row;
	struct deposit read = {.tenant = tenant, .id = id};
	struct noun_key key = key_of(&read);
	TRY(view_get(view, TABLE_DEPOSIT, noun_key_span(&key), &row));
	TRY(unseal(view, &row, arena, &read));
	*deposit = read;
	return OK;
}

bool deposit_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct deposit *deposit, struct err *err)
{
	struct row row;
	*err = noun_next_id(view, TABLE_DEPOSIT, tenant, SPAN_NONE, after, &row);
	if (noun_ends(err))
		return false;
	*deposit = (struct deposit){.tenant = tenant, .id = *after};
	*err = unseal(view, &row, arena, deposit);
	return !err_failed(*err);
}

/* ---- writing ---- */

fallible deposit_add(struct act *act, const struct deposit *deposit, struct span sealed)
{
	TRY(act_put(act, TABLE_DEPOSIT_OF, id_span(&deposit->id), id_span(&deposit->tenant)));
	return put(act, deposit, sealed);
}

fallible deposit_change(struct act *act, const struct deposit *deposit)
{
	struct row row;
	struct span texts;
	struct deposit stands = {.tenant = deposit->tenant, .id = deposit->id};
	struct noun_key key = key_of(deposit);
	TRY(act_get(act, TABLE_DEPOSIT, noun_key_span(&key), &row));
	TRY(decode(row.payload, &stands, &texts));
	return put(act, deposit, texts);
}

fallible deposit_drop(struct act *act, const struct deposit *deposit)
{
	struct noun_key key = key_of(deposit);
	TRY(act_drop(act, TABLE_DEPOSIT_OF, id_span(&deposit->id)));
	return act_drop(act, TABLE_DEPOSIT, noun_key_span(&key));
}
