/* SPDX-License-Identifier: Apache-2.0 */
/* departure - one row a person. */
#include "store/nouns/departure.h"

#include "base/reader.h"

enum { RECORD = 1, RECORD_MAX = 256, FLAG_BY_PERSON = 1, FLAG_TOLD = 2 };

const char *departure_state_name(enum departure_state state)
{
	static const char *const NAMES[DEPARTURE_STATE_END] = {
		NULL, "planned", "left", "returning", "back", "cancelled"};
	return state < DEPARTURE_STATE_END ? NAMES[state] : NULL;
}

static fallible decode(const struct row *row, struct departure *departure)
{
	struct reader reader = READER(row->payload);
	departure->version = row->version;
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "a departure's record has an unknown version");
	departure->state = reader_u8(&reader);
	uint8_t flags = reader_u8(&reader);
	departure->by_person = flags & FLAG_BY_PERSON;
	departure->is_told = flags & FLAG_TOLD;
	departure->by = noun_take_id(&reader);
	departure->successor = noun_take_id(&reader);
	departure->handover = noun_take_id(&reader);
	departure->returner = noun_take_id(&reader);
	departure->asked.ms = reader_i64(&reader);
	departure->at.ms = reader_i64(&reader);
	departure->left.ms = reader_i64(&reader);
	departure->grants = reader_u32(&reader);
	departure->sessions = reader_u32(&reader);
	TRY(reader_check(&reader));
	if (!departure_state_name(departure->state))
		return FAIL(CORRUPT, "a departure's record has a state that no version knows");
	return OK;
}

fallible departure_get(
	const struct view *view, struct id tenant, struct id person, struct departure *departure)
{
	struct row row;
	struct departure read = {.tenant = tenant, .person = person};
	struct noun_key key = noun_key(tenant, id_span(&person), SPAN_NONE);
	TRY(view_get(view, TABLE_DEPARTURE, noun_key_span(&key), &row));
	TRY(decode(&row, &read));
	*departure = read;
	return OK;
}

bool departure_next(const struct view *view, struct id tenant, struct id *after, struct departure *departure,
	struct err *err)
{
	*err = noun_next_id(view, TABLE_DEPARTURE, tenant, SPAN_NONE, after, NULL);
	if (noun_ends(err))
		return false;
	*err = departure_get(view, tenant, *after, departure);
	return !err_failed(*err);
}

fallible departure_put(struct act *act, const struct departure *departure)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(departure->tenant, id_span(&departure->person), SPAN_NONE);
	buf_put_u8(&record, RECORD);
	buf_put_u8(&record, (uint8_t)departure->state);
	buf_put_u8(&record,
		(uint8_t)((departure->by_person ? FLAG_BY_PERSON : 0) |
			(departure->is_told ? FLAG_TOLD : 0)));
	buf_put(&record, id_span(&departure->by));
	buf_put(&record, id_span(&departure->successor));
	buf_put(&record, id_span(&departure->handover));
	buf_put(&record, id_span(&departure->returner));
	buf_put_i64(&record, departure->asked.ms);
	buf_put_i64(&record, departure->at.ms);
	buf_put_i64(&record, departure->left.ms);
	buf_put_u32(&record, departure->grants);
	buf_put_u32(&record, departure->sessions);
	TRY(buf_check(&record));
	return act_put(act, TABLE_DEPARTURE, noun_key_span(&key), buf_span(&record));
}

fallible departure_check_present(const struct view *view, struct id tenant, struct id person)
{
	struct departure departure;
	struct err err = departure_get(view, tenant, person, &departure);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	if (departure.state == DEPARTURE_LEFT || departure.state == DEPARTURE_RETURNING)
		return FAIL(DENIED, "who has left comes back by two people: POST …/reinstatement");
	return OK;
}
