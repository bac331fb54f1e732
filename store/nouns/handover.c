/* SPDX-License-Identifier: Apache-2.0 */
/* handover - one row each, a row a person while it is open, and a row for each grant that is handed on. */
#include "store/nouns/handover.h"

#include "base/reader.h"

enum {
	RECORD = 1,
	MOVE_RECORD = 1,
	MODEL_RECORD = 1,
	RECORD_MAX = 256 + 16 * HANDOVER_CLIENTS_MAX,
	FLAG_END_TOLD = 1,
	FLAG_TAKES_ALL = 2,
};

/* ---- the record ---- */

static void read_times(struct reader *reader, struct handover *handover)
{
	struct instant *const times[] = {&handover->requested, &handover->start, &handover->until,
		&handover->decided, &handover->told, &handover->started, &handover->accepted,
		&handover->ended};
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		times[i]->ms = reader_i64(reader);
}

static void put_times(const struct handover *handover, struct buf *record)
{
	const struct instant times[] = {handover->requested, handover->start, handover->until,
		handover->decided, handover->told, handover->started, handover->accepted, handover->ended};
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		buf_put_i64(record, times[i].ms);
}

static fallible read_clients(struct reader *reader, struct handover *handover)
{
	handover->client_count = reader_u8(reader);
	if (handover->client_count > HANDOVER_CLIENTS_MAX)
		return FAIL(CORRUPT, "a handover has more clients than there can be");
	for (size_t i = 0; i < handover->client_count; i++)
		handover->clients[i] = noun_take_id(reader);
	return OK;
}

/* A word outside its list is none that any version wrote. */
static fallible check_words(const struct handover *handover)
{
	bool known = handover_rules_kind(handover->kind) && handover_rules_reason(handover->reason) &&
		handover->override < HANDOVER_OVERRIDE_END && handover_rules_state(handover->state);
	return known ? OK : FAIL(CORRUPT, "a handover's record has a word that no version knows");
}

static fallible decode(const struct row *row, struct handover *handover)
{
	struct reader reader = READER(row->payload);
	handover->version = row->version;
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "a handover's record has an unknown version");
	handover->state = reader_u8(&reader);
	handover->kind = reader_u8(&reader);
	handover->reason = reader_u8(&reader);
	handover->override = reader_u8(&reader);
	uint8_t flags = reader_u8(&reader);
	handover->is_end_told = flags & FLAG_END_TOLD;
	handover->takes_all = flags & FLAG_TAKES_ALL;
	handover->from = noun_take_id(&reader);
	handover->to = noun_take_id(&reader);
	handover->requester = noun_take_id(&reader);
	handover->approver = noun_take_id(&reader);
	handover->ended_by = noun_take_id(&reader);
	read_times(&reader, handover);
	handover->moved = reader_u32(&reader);
	handover->returned = reader_u32(&reader);
	TRY(read_clients(&reader, handover));
	TRY(reader_check(&reader));
	return check_words(handover);
}

static void encode(const struct handover *handover, struct buf *record)
{
	buf_put_u8(record, RECORD);
	buf_put_u8(record, (uint8_t)handover->state);
	buf_put_u8(record, (uint8_t)handover->kind);
	buf_put_u8(record, (uint8_t)handover->reason);
	buf_put_u8(record, (uint8_t)handover->override);
	buf_put_u8(record,
		(uint8_t)((handover->is_end_told ? FLAG_END_TOLD : 0) |
			(handover->takes_all ? FLAG_TAKES_ALL : 0)));
	buf_put(record, id_span(&handover->from));
	buf_put(record, id_span(&handover->to));
	buf_put(record, id_span(&handover->requester));
	buf_put(record, id_span(&handover->approver));
	buf_put(record, id_span(&handover->ended_by));
	put_times(handover, record);
	buf_put_u32(record, handover->moved);
	buf_put_u32(record, handover->returned);
	buf_put_u8(record, (uint8_t)handover->client_count);
	for (size_t i = 0; i < handover->client_count; i++)
		buf_put(record, id_span(&handover->clients[i]));
}

fallible handover_get(const struct view *view, struct id tenant, struct id id, struct handover *handover)
{
	struct row row;
	struct handover read = {.tenant = tenant, .id = id};
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_HANDOVER, noun_key_span(&key), &row));
	TRY(decode(&row, &read));
	*handover = read;
	return OK;
}

/* ---- whose it is, while it is open ---- */

static fallible drop_open(struct act *act, struct span key)
{
	struct err err = act_drop(act, TABLE_HANDOVER_OPEN, key);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

static fallible keep_open(struct act *act, const struct handover *handover)
{
	const struct id people[] = {handover->from, handover->to};
	bool open = handover_rules_is_open(handover->state);
	for (size_t i = 0; i < 2; i++) {
		struct noun_key key = noun_key(handover->tenant, id_span(&people[i]), id_span(&handover->id));
		if (open)
			TRY(act_put(act, TABLE_HANDOVER_OPEN, noun_key_span(&key), SPAN_LIT("h")));
		else
			TRY(drop_open(act, noun_key_span(&key)));
	}
	return OK;
}

fallible handover_put(struct act *act, const struct handover *handover)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(handover->tenant, id_span(&handover->id), SPAN_NONE);
	encode(handover, &record);
	TRY(buf_check(&record));
	TRY(keep_open(act, handover));
	return act_put(act, TABLE_HANDOVER, noun_key_span(&key), buf_span(&record));
}

/* ---- walking ---- */

bool handover_next(const struct view *view, struct id tenant, struct id *after, struct handover *handover,
	struct err *err)
{
	*err = noun_next_id(view, TABLE_HANDOVER, tenant, SPAN_NONE, after, NULL);
	if (noun_ends(err))
		return false;
	*err = handover_get(view, tenant, *after, handover);
	return !err_failed(*err);
}

bool handover_open_next(const struct view *view, struct id tenant, struct id person, struct id *after,
	struct handover *handover, struct err *err)
{
	*err = noun_next_id(view, TABLE_HANDOVER_OPEN, tenant, id_span(&person), after, NULL);
	if (noun_ends(err))
		return false;
	*err = handover_get(view, tenant, *after, handover);
	return !err_failed(*err);
}

struct handover_facts handover_facts(const struct handover *handover)
{
	return (struct handover_facts){handover->state, handover->kind, handover->start, handover->until};
}

bool handover_covers(const struct handover *handover, struct id client)
{
	for (size_t i = 0; i < handover->client_count; i++)
		if (ids_equal(handover->clients[i], client))
			return true;
	return false;
}

/* ---- grants that are handed on ---- */

fallible handover_move_put(
	struct act *act, struct id tenant, struct id handover, const struct handover_move *move)
{
	scoped(buf) record = BUF(1 + 16);
	struct noun_key key = noun_key(tenant, id_span(&handover), id_span(&move->grant));
	buf_put_u8(&record, MOVE_RECORD);
	buf_put(&record, id_span(&move->copy));
	TRY(buf_check(&record));
	return act_put(act, TABLE_HANDOVER_MOVE, noun_key_span(&key), buf_span(&record));
}

static fallible decode_move(const struct row *row, struct handover_move *move)
{
	struct reader reader = READER(row->payload);
	if (reader_u8(&reader) != MOVE_RECORD)
		return FAIL(CORRUPT, "a move's record has an unknown version");
	struct id copy = noun_take_id(&reader);
	TRY(reader_check(&reader));
	move->copy = copy;
	return OK;
}

fallible handover_move_get(
	const struct view *view, struct id tenant, struct id handover, struct handover_move *move)
{
	struct row row;
	struct noun_key key = noun_key(tenant, id_span(&handover), id_span(&move->grant));
	TRY(view_get(view, TABLE_HANDOVER_MOVE, noun_key_span(&key), &row));
	return decode_move(&row, move);
}

bool handover_move_next(const struct view *view, struct id tenant, struct id handover,
	struct handover_move *move, struct err *err)
{
	struct row row;
	*err = noun_next_id(view, TABLE_HANDOVER_MOVE, tenant, id_span(&handover), &move->grant, &row);
	if (noun_ends(err))
		return false;
	*err = decode_move(&row, move);
	return !err_failed(*err);
}

/* ---- the tenant's model ---- */

fallible handover_assignment_get(
	const struct view *view, struct id tenant, struct handover_assignment *assignment)
{
	struct row row;
	struct handover_assignment read = {.tenant = tenant, .model = HANDOVER_EXCLUSIVE};
	struct err err = view_get(view, TABLE_ASSIGNMENT, id_span(&tenant), &row);
	if (err.kind == ERR_NOT_FOUND) {
		*assignment = read;
		return OK;
	}
	TRY(err);
	struct reader reader = READER(row.payload);
	if (reader_u8(&reader) != MODEL_RECORD)
		return FAIL(CORRUPT, "an assignment's record has an unknown version");
	read.model = reader_u8(&reader);
	read.is_set = true;
	read.version = row.version;
	TRY(reader_check(&reader));
	if (!handover_rules_model(read.model))
		return FAIL(CORRUPT, "an assignment's record has a model that no version knows");
	*assignment = read;
	return OK;
}

fallible handover_assignment_put(struct act *act, const struct handover_assignment *assignment)
{
	const uint8_t record[] = {MODEL_RECORD, (uint8_t)assignment->model};
	return act_put(act, TABLE_ASSIGNMENT, id_span(&assignment->tenant), SPAN_BYTES(record));
}
