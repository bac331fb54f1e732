/* SPDX-License-Identifier: Apache-2.0 */
/* arrival - the record, under its id alone. */
#include "store/nouns/arrival.h"

#include "base/reader.h"
#include "store/nouns/expiry.h"

enum { ARRIVAL_RECORD = 1, RECORD_MAX = 512 };

static const struct id NO_TENANT;

static struct noun_key key_of(struct id id)
{
	return noun_key(NO_TENANT, id_span(&id), SPAN_NONE);
}

static fallible decode_codes(struct reader *reader, struct arrival *arrival)
{
	arrival->code_count = reader_u8(reader);
	if (arrival->code_count > ARRIVAL_CODES_MAX)
		return FAIL(CORRUPT, "a sign-in has more codes than there can be");
	for (size_t i = 0; i < arrival->code_count; i++) {
		struct arrival_code *code = &arrival->codes[i];
		reader_copy(reader, (uint8_t *)code->ref, ARRIVAL_REF);
		reader_copy(reader, code->hash, sizeof code->hash);
		code->made.ms = reader_i64(reader);
	}
	return OK;
}

fallible arrival_get(const struct view *view, struct id id, struct arrival *arrival)
{
	struct row row;
	struct arrival read = {.id = id};
	struct noun_key key = key_of(id);
	TRY(view_get(view, TABLE_ARRIVAL, noun_key_span(&key), &row));
	struct reader reader = READER(row.payload);
	read.version = row.version;
	if (reader_u8(&reader) != ARRIVAL_RECORD)
		return FAIL(CORRUPT, "a sign-in's record has an unknown version");
	read.state = (enum arrival_state)reader_u8(&reader);
	read.reason = reader_u16(&reader);
	read.tries = reader_u8(&reader);
	read.mailed = reader_u8(&reader);
	read.opened.ms = reader_i64(&reader);
	read.passed.ms = reader_i64(&reader);
	reader_copy(&reader, read.mailbox, sizeof read.mailbox);
	read.tenant = noun_take_id(&reader);
	read.person = noun_take_id(&reader);
	read.verification = noun_take_id(&reader);
	TRY(decode_codes(&reader, &read));
	TRY(reader_check(&reader));
	if (read.state > ARRIVAL_ENDED)
		return FAIL(CORRUPT, "a sign-in's record has a state that no version knows");
	*arrival = read;
	return OK;
}

fallible arrival_put(struct act *act, const struct arrival *arrival)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(arrival->id);
	buf_put_u8(&record, ARRIVAL_RECORD);
	buf_put_u8(&record, (uint8_t)arrival->state);
	buf_put_u16(&record, arrival->reason);
	buf_put_u8(&record, arrival->tries);
	buf_put_u8(&record, arrival->mailed);
	buf_put_i64(&record, arrival->opened.ms);
	buf_put_i64(&record, arrival->passed.ms);
	buf_put(&record, SPAN_BYTES(arrival->mailbox));
	buf_put(&record, id_span(&arrival->tenant));
	buf_put(&record, id_span(&arrival->person));
	buf_put(&record, id_span(&arrival->verification));
	buf_put_u8(&record, (uint8_t)arrival->code_count);
	for (size_t i = 0; i < arrival->code_count; i++) {
		buf_put(&record, span_of(arrival->codes[i].ref, ARRIVAL_REF));
		buf_put(&record, SPAN_BYTES(arrival->codes[i].hash));
		buf_put_i64(&record, arrival->codes[i].made.ms);
	}
	TRY(buf_check(&record));
	return act_put(act, TABLE_ARRIVAL, noun_key_span(&key), buf_span(&record));
}

fallible arrival_add(struct act *act, const struct arrival *arrival)
{
	const struct expiry expiry = {
		EXPIRY_ARRIVAL, {arrival->opened.ms + ARRIVAL_KEPT_MS}, NO_TENANT, arrival->id};
	TRY(expiry_put(act, &expiry));
	return arrival_put(act, arrival);
}

fallible arrival_drop(struct act *act, struct id id)
{
	struct noun_key key = key_of(id);
	return act_drop(act, TABLE_ARRIVAL, noun_key_span(&key));
}

struct instant arrival_expires(const struct arrival *arrival)
{
	int64_t from_ms = arrival->passed.ms ? arrival->passed.ms : arrival->opened.ms;
	return (struct instant){from_ms + ARRIVAL_OPEN_MS};
}
