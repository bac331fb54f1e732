/* SPDX-License-Identifier: Apache-2.0 */
/* retention - records of months and of what was pruned; stubs. */
#include "store/nouns/retention.h"

#include "base/reader.h"

enum { RECORD = 1, PRUNED_RECORD = 1, FLOOR_RECORD = 1, RECORD_MAX = 4096 };

static const int64_t MONTH_MS = INT64_C(2629746000);

/* ---- months ---- */

static struct noun_key key_of(struct id tenant, enum action_retention class)
{
	const uint8_t number = (uint8_t) class;
	return noun_key(tenant, span_of(&number, 1), SPAN_NONE);
}

static struct noun_seal seal_of(const struct retention *retention)
{
	struct id object = {.bytes[15] = (uint8_t)retention->class};
	return (struct noun_seal){retention->tenant, {.kind = SUBJECT_TENANT},
		{.object = object, .object_type = SEAL_LABEL, .field_type = TABLE_RETENTION}};
}

static fallible decode(const struct row *row, struct retention *retention, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	retention->version = row->version;
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "a retention's record has an unknown version");
	retention->months = reader_u8(&reader);
	retention->since.ms = reader_i64(&reader);
	retention->set_by = noun_take_id(&reader);
	retention->approved_by = noun_take_id(&reader);
	retention->asked = reader_u8(&reader);
	retention->asked_at.ms = reader_i64(&reader);
	retention->asked_by = noun_take_id(&reader);
	*sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	if (retention->months < RETENTION_LEAST || retention->months > RETENTION_MOST ||
		retention->asked > RETENTION_MOST)
		return FAIL(CORRUPT, "a retention is outside its bounds");
	return OK;
}

fallible retention_get(const struct view *view, struct id tenant, enum action_retention class,
	struct arena *arena, struct retention *retention)
{
	struct row row;
	struct span sealed;
	struct noun_key key = key_of(tenant, class);
	struct retention read = {
		.tenant = tenant, .class = class, .months = (uint8_t)action_retention_months(class)};
	struct err err = view_get(view, TABLE_RETENTION, noun_key_span(&key), &row);
	if (err.kind == ERR_NOT_FOUND) {
		*retention = read;
		return OK;
	}
	TRY(err);
	TRY(decode(&row, &read, &sealed));
	const struct noun_seal seal = seal_of(&read);
	struct span *const texts[] = {&read.justification};
	TRY(noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 1));
	*retention = read;
	return OK;
}

fallible retention_seal(const struct keys *keys, const struct retention *retention, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(retention);
	return noun_seal_texts(keys, &seal, &retention->justification, 1, sealed);
}

fallible retention_put(struct act *act, const struct retention *retention, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(retention->tenant, retention->class);
	buf_put_u8(&record, RECORD);
	buf_put_u8(&record, retention->months);
	buf_put_i64(&record, retention->since.ms);
	buf_put(&record, id_span(&retention->set_by));
	buf_put(&record, id_span(&retention->approved_by));
	buf_put_u8(&record, retention->asked);
	buf_put_i64(&record, retention->asked_at.ms);
	buf_put(&record, id_span(&retention->asked_by));
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	return act_put(act, TABLE_RETENTION, noun_key_span(&key), buf_span(&record));
}

struct instant retention_before(struct instant now, unsigned months)
{
	return (struct instant){now.ms - (int64_t)months * MONTH_MS};
}

bool retention_of_code(uint16_t code, enum action_retention *class)
{
	const struct action_row *row = action_by_code(code);
	if (!row && action_code_classes(code) == 0)
		return false;
	*class = row ? row->retention : ACTION_RETENTION_SECURITY;
	return true;
}

/* ---- how far a log was pruned ---- */

fallible pruned_get(const struct view *view, struct id tenant, struct pruned *pruned)
{
	struct row row;
	struct pruned read = {.count = 0};
	struct err err = view_get(view, TABLE_PRUNED, id_span(&tenant), &row);
	if (err.kind == ERR_NOT_FOUND) {
		*pruned = read;
		return OK;
	}
	TRY(err);
	struct reader reader = READER(row.payload);
	if (reader_u8(&reader) != PRUNED_RECORD)
		return FAIL(CORRUPT, "what was pruned has a record of an unknown version");
	read.minimum = reader_u64(&reader);
	read.count = reader_u64(&reader);
	read.last.ms = reader_i64(&reader);
	TRY(reader_check(&reader));
	*pruned = read;
	return OK;
}

fallible pruned_put(struct act *act, struct id tenant, const struct pruned *pruned)
{
	scoped(buf) record = BUF(RECORD_MAX);
	buf_put_u8(&record, PRUNED_RECORD);
	buf_put_u64(&record, pruned->minimum);
	buf_put_u64(&record, pruned->count);
	buf_put_i64(&record, pruned->last.ms);
	TRY(buf_check(&record));
	return act_put(act, TABLE_PRUNED, id_span(&tenant), buf_span(&record));
}

fallible pruned_floor(const struct view *view, uint64_t *floor)
{
	struct row row;
	struct err err = view_get(view, TABLE_META, SPAN_LIT("pruned"), &row);
	if (err.kind == ERR_NOT_FOUND) {
		*floor = 0;
		return OK;
	}
	TRY(err);
	struct reader reader = READER(row.payload);
	if (reader_u8(&reader) != FLOOR_RECORD)
		return FAIL(CORRUPT, "the floor of the log has a record of an unknown version");
	*floor = reader_u64(&reader);
	return reader_check(&reader);
}

fallible pruned_put_floor(struct act *act, uint64_t floor)
{
	scoped(buf) record = BUF(RECORD_MAX);
	buf_put_u8(&record, FLOOR_RECORD);
	buf_put_u64(&record, floor);
	TRY(buf_check(&record));
	return act_put(act, TABLE_META, SPAN_LIT("pruned"), buf_span(&record));
}

/* ---- what destroys ---- */

fallible pruned_drop_leaf(
	struct act *act, const struct hold_clearance *clearance, uint64_t sequence, bool *dropped)
{
	struct log_row row;
	struct leaf leaf;
	uint8_t key[8];
	scoped(buf) stub = BUF(LOG_STUB_SIZE);
	*dropped = false;
	TRY(log_get(act->txn, sequence, &row));
	if (!ids_equal(row.tenant, hold_tenant(clearance)))
		return FAIL(DENIED, "the clearance is for another tenant's log");
	if (row.leaf.len == 0)
		return OK;
	TRY(leaf_decode(row.leaf, &leaf));
	if (!hold_lets_prune(clearance, row.tenant, &leaf))
		return OK;
	log_hash(&row);
	row.leaf = SPAN_NONE;
	log_encode(&row, &stub);
	TRY(buf_check(&stub));
	log_key(sequence, key);
	TRY(kv_put(act->txn, TABLE_LOG, SPAN_BYTES(key), buf_span(&stub)));
	*dropped = true;
	return OK;
}
