/* SPDX-License-Identifier: Apache-2.0 */
/* erasure - records of requests, and the marks on those who are erased. */
#include "store/nouns/erasure.h"

#include "base/reader.h"
#include "store/nouns/client.h"
#include "store/nouns/person.h"

enum {
	RECORD_UNNAMED = 1, /* before exports were named */
	RECORD = 2,
	REINDEX_RECORD = 1,
	RECORD_MAX = 4096,
	FLAG_THIRD = 1,
	FLAG_HELD = 2,
	ONE_NOUN = 64 * 1024,
};

/* An erasure may wait so long for its turn: older requests can't have been carried out lately. */
static const int64_t WAIT_MAX_MS = INT64_C(40) * ERASURE_DAY_MS;

const char *erasure_state_name(enum erasure_state state)
{
	static const char *const NAMES[ERASURE_STATE_COUNT] = {
		"waiting", "approved", "erasing", "erased", "refused", "cancelled"};
	return NAMES[state];
}

/* ---- the record ---- */

static struct noun_seal seal_of(const struct erasure *erasure)
{
	return (struct noun_seal){erasure->tenant, {.kind = SUBJECT_TENANT},
		{.object = erasure->id, .object_type = SEAL_LABEL, .field_type = TABLE_ERASURE}};
}

static void read_people(struct reader *reader, struct erasure *erasure)
{
	erasure->requester = noun_take_id(reader);
	erasure->approver = noun_take_id(reader);
	erasure->third = noun_take_id(reader);
	erasure->ended_by = noun_take_id(reader);
}

static fallible read_exports(struct reader *reader, struct erasure *erasure)
{
	erasure->held_in_count = reader_u8(reader);
	if (erasure->held_in_count > ERASURE_EXPORTS_MAX)
		return FAIL(CORRUPT, "an erasure names more exports than there can be");
	for (size_t i = 0; i < erasure->held_in_count; i++)
		erasure->held_in[i] = noun_take_id(reader);
	return OK;
}

static fallible decode(const struct row *row, struct erasure *erasure, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	erasure->version = row->version;
	unsigned version = reader_u8(&reader);
	if (version != RECORD && version != RECORD_UNNAMED)
		return FAIL(CORRUPT, "an erasure's record has an unknown version");
	erasure->state = reader_u8(&reader);
	uint8_t flags = reader_u8(&reader);
	erasure->needs_third = flags & FLAG_THIRD;
	erasure->held = flags & FLAG_HELD;
	erasure->subject.kind = reader_u8(&reader);
	erasure->subject.id = noun_take_id(&reader);
	erasure->requested.ms = reader_i64(&reader);
	erasure->due.ms = reader_i64(&reader);
	erasure->decided.ms = reader_i64(&reader);
	erasure->erased.ms = reader_i64(&reader);
	read_people(&reader, erasure);
	erasure->keys = reader_u32(&reader);
	erasure->exports = reader_u64(&reader);
	erasure->events = reader_u64(&reader);
	*sealed = reader_sized(&reader);
	if (version == RECORD)
		TRY(read_exports(&reader, erasure));
	TRY(reader_check(&reader));
	if (erasure->state >= ERASURE_STATE_COUNT ||
		(erasure->subject.kind != SUBJECT_PERSON && erasure->subject.kind != SUBJECT_CLIENT))
		return FAIL(CORRUPT, "an erasure's record has a field that no version knows");
	return OK;
}

static fallible read_row(
	const struct view *view, struct id tenant, struct id id, struct erasure *erasure, struct span *sealed)
{
	struct row row;
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	*erasure = (struct erasure){.tenant = tenant, .id = id};
	TRY(view_get(view, TABLE_ERASURE, noun_key_span(&key), &row));
	return decode(&row, erasure, sealed);
}

fallible erasure_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct erasure *erasure)
{
	struct erasure read;
	struct span sealed;
	TRY(read_row(view, tenant, id, &read, &sealed));
	const struct noun_seal seal = seal_of(&read);
	struct span *const texts[] = {&read.ground};
	TRY(noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 1));
	*erasure = read;
	return OK;
}

bool erasure_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct erasure *erasure, struct err *err)
{
	*err = noun_next_id(view, TABLE_ERASURE, tenant, SPAN_NONE, after, NULL);
	if (noun_ends(err))
		return false;
	*err = erasure_get(view, tenant, *after, arena, erasure);
	return !err_failed(*err);
}

static fallible take_next(
	const struct view *view, struct kv_cursor *rows, struct erasure_place *place, struct erasure *erasure)
{
	struct row row;
	struct span sealed;
	if (rows->key.len != sizeof place->bytes)
		return FAIL(CORRUPT, "an erasure has a key of another length");
	memcpy(place->bytes, rows->key.at, sizeof place->bytes);
	place->begun = true;
	*erasure = (struct erasure){.keys = 0};
	memcpy(erasure->tenant.bytes, place->bytes, 16);
	memcpy(erasure->id.bytes, place->bytes + 16, 16);
	TRY(volume_check_row(view->volume, TABLE_ERASURE, rows->key, rows->value, &row));
	return decode(&row, erasure, &sealed);
}

bool erasure_next_of_all(
	const struct view *view, struct erasure_place *place, struct erasure *erasure, struct err *err)
{
	scoped(kv_cursor) rows = {0};
	struct span from = place->begun ? SPAN_BYTES(place->bytes) : SPAN_NONE;
	*err = kv_seek(view->txn, TABLE_ERASURE, from, &rows);
	if (err_failed(*err))
		return false;
	bool found = kv_next(&rows);
	if (found && place->begun && span_equal(rows.key, from))
		found = kv_next(&rows);
	*err = found ? take_next(view, &rows, place, erasure) : rows.err;
	return found && !err_failed(*err);
}

/* ---- writing ---- */

fallible erasure_seal(const struct keys *keys, const struct erasure *erasure, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(erasure);
	return noun_seal_texts(keys, &seal, &erasure->ground, 1, sealed);
}

static void encode(const struct erasure *erasure, struct span sealed, struct buf *record)
{
	buf_put_u8(record, RECORD);
	buf_put_u8(record, (uint8_t)erasure->state);
	buf_put_u8(
		record, (uint8_t)((erasure->needs_third ? FLAG_THIRD : 0) | (erasure->held ? FLAG_HELD : 0)));
	buf_put_u8(record, (uint8_t)erasure->subject.kind);
	buf_put(record, id_span(&erasure->subject.id));
	buf_put_i64(record, erasure->requested.ms);
	buf_put_i64(record, erasure->due.ms);
	buf_put_i64(record, erasure->decided.ms);
	buf_put_i64(record, erasure->erased.ms);
	buf_put(record, id_span(&erasure->requester));
	buf_put(record, id_span(&erasure->approver));
	buf_put(record, id_span(&erasure->third));
	buf_put(record, id_span(&erasure->ended_by));
	buf_put_u32(record, erasure->keys);
	buf_put_u64(record, erasure->exports);
	buf_put_u64(record, erasure->events);
	buf_put_sized(record, sealed);
	buf_put_u8(record, (uint8_t)erasure->held_in_count);
	for (size_t i = 0; i < erasure->held_in_count; i++)
		buf_put(record, id_span(&erasure->held_in[i]));
}

fallible erasure_put(struct act *act, const struct erasure *erasure, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(erasure->tenant, id_span(&erasure->id), SPAN_NONE);
	encode(erasure, sealed, &record);
	TRY(buf_check(&record));
	return act_put(act, TABLE_ERASURE, noun_key_span(&key), buf_span(&record));
}

fallible erasure_change(struct act *act, const struct erasure *erasure)
{
	struct erasure stands;
	struct span sealed;
	struct view view = view_act(act);
	TRY(read_row(&view, erasure->tenant, erasure->id, &stands, &sealed));
	return erasure_put(act, erasure, sealed);
}

/* ---- counting ---- */

fallible erasure_count_since(
	const struct view *view, struct id tenant, struct instant since, struct erasure_count *count)
{
	static const uint8_t none[10];
	struct id at = ids_make((struct instant){since.ms > WAIT_MAX_MS ? since.ms - WAIT_MAX_MS : 0}, none);
	struct erasure_count counted = {0};
	struct err err = OK;
	for (;;) {
		struct erasure erasure;
		struct span sealed;
		err = noun_next_id(view, TABLE_ERASURE, tenant, SPAN_NONE, &at, NULL);
		if (noun_ends(&err))
			break;
		TRY(read_row(view, tenant, at, &erasure, &sealed));
		counted.requested += erasure.requested.ms > since.ms;
		counted.erased += erasure.erased.ms > since.ms && ids_is_none(erasure.third);
	}
	TRY(err);
	*count = counted;
	return OK;
}

fallible erasure_is_open(const struct view *view, struct id tenant, const struct subject *subject, bool *open)
{
	struct id at = {0};
	struct err err = OK;
	bool found = false;
	while (!found) {
		struct erasure erasure;
		struct span sealed;
		err = noun_next_id(view, TABLE_ERASURE, tenant, SPAN_NONE, &at, NULL);
		if (noun_ends(&err))
			break;
		TRY(read_row(view, tenant, at, &erasure, &sealed));
		found = erasure.state <= ERASURE_ERASING && ids_equal(erasure.subject.id, subject->id);
	}
	TRY(err);
	*open = found;
	return OK;
}

/* ---- what destroys ---- */

static fallible check_covered(const struct hold_clearance *clearance, const struct subject *subject)
{
	const struct subject *covered;
	size_t count = hold_subjects(clearance, &covered);
	for (size_t i = 0; i < count; i++)
		if (covered[i].kind == subject->kind && ids_equal(covered[i].id, subject->id))
			return OK;
	return FAIL(DENIED, "the clearance is for somebody else");
}

static fallible mark_person(struct act *act, struct id tenant, struct id id, enum person_state state)
{
	struct person person;
	struct view view = view_act(act);
	scoped(arena) arena = ARENA(ONE_NOUN);
	TRY(person_get_clear(&view, tenant, id, &arena, &person));
	person.state = state;
	person.role_count = 0;
	return person_put(act, &person, SPAN_NONE);
}

/* Its contacts are people of their own and keep their ids there. */
static fallible mark_client(struct act *act, struct id tenant, struct id id, enum client_state state)
{
	struct client client;
	struct view view = view_act(act);
	scoped(arena) arena = ARENA(ONE_NOUN);
	TRY(client_get(&view, tenant, id, &arena, &client));
	client.state = state;
	client.frozen = true;
	return client_put(act, &client, SPAN_NONE);
}

fallible erasure_hide(struct act *act, const struct hold_clearance *clearance, const struct subject *subject,
	uint64_t version, struct span ref)
{
	struct id tenant = hold_tenant(clearance);
	bool is_client = subject->kind == SUBJECT_CLIENT;
	struct noun_key key = noun_key(tenant, id_span(&subject->id), SPAN_NONE);
	TRY(check_covered(clearance, subject));
	TRY(noun_still(act, is_client ? TABLE_CLIENT : TABLE_PERSON, noun_key_span(&key), version));
	if (is_client) {
		TRY(client_drop_ref(act, &(struct client){.tenant = tenant, .id = subject->id, .ref = ref}));
		return mark_client(act, tenant, subject->id, CLIENT_ERASING);
	}
	TRY(person_drop_ref(act, &(struct person){.tenant = tenant, .id = subject->id, .ref = ref}));
	return mark_person(act, tenant, subject->id, PERSON_ERASING);
}

fallible erasure_close(struct act *act, const struct hold_clearance *clearance, const struct subject *subject)
{
	struct id tenant = hold_tenant(clearance);
	TRY(check_covered(clearance, subject));
	return subject->kind == SUBJECT_CLIENT ? mark_client(act, tenant, subject->id, CLIENT_ERASED)
					       : mark_person(act, tenant, subject->id, PERSON_ERASED);
}

/* ---- the index ---- */

fallible erasure_mark_reindex(struct act *act, struct id tenant, struct instant by)
{
	scoped(buf) record = BUF(16);
	buf_put_u8(&record, REINDEX_RECORD);
	buf_put_i64(&record, by.ms);
	TRY(buf_check(&record));
	return act_put(act, TABLE_REINDEX, id_span(&tenant), buf_span(&record));
}

static fallible read_mark(const struct kv_cursor *rows, struct id *tenant, struct instant *by)
{
	struct reader key = READER(rows->key), reader = READER(rows->value);
	*tenant = noun_take_id(&key);
	TRY(reader_check(&key));
	if (reader_u8(&reader) != REINDEX_RECORD)
		return FAIL(CORRUPT, "a mark for a new index has an unknown version");
	by->ms = reader_i64(&reader);
	return reader_check(&reader);
}

bool erasure_next_reindex(
	const struct view *view, struct id after, struct id *tenant, struct instant *by, struct err *err)
{
	scoped(kv_cursor) rows = {0};
	*err = kv_seek(view->txn, TABLE_REINDEX, ids_is_none(after) ? SPAN_NONE : id_span(&after), &rows);
	if (err_failed(*err))
		return false;
	bool found = kv_next(&rows);
	if (found && span_equal(rows.key, id_span(&after)))
		found = kv_next(&rows);
	*err = found ? read_mark(&rows, tenant, by) : rows.err;
	return found && !err_failed(*err);
}

fallible erasure_unmark_reindex(struct act *act, struct id tenant)
{
	return act_drop(act, TABLE_REINDEX, id_span(&tenant));
}
