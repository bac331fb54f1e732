/* SPDX-License-Identifier: Apache-2.0 */
/* enrolment - records under tenant ‖ person. */
#include "store/nouns/enrolment.h"

#include "base/reader.h"

enum { ENROLMENT_RECORD = 1, RECORD_MAX = 128 };

static struct noun_key own_key(struct id tenant, struct id person)
{
	return noun_key(tenant, id_span(&person), SPAN_NONE);
}

fallible enrolment_get(
	const struct view *view, struct id tenant, struct id person, struct enrolment *enrolment)
{
	struct row row;
	struct noun_key key = own_key(tenant, person);
	TRY(view_get(view, TABLE_ENROLMENT, noun_key_span(&key), &row));
	struct reader reader = READER(row.payload);
	struct enrolment read = {.tenant = tenant, .person = person, .version = row.version};
	if (reader_u8(&reader) != ENROLMENT_RECORD)
		return FAIL(CORRUPT, "an enrolment's record has an unknown version");
	read.id = noun_take_id(&reader);
	read.by = (enum enrolment_by)reader_u8(&reader);
	read.second = noun_take_id(&reader);
	read.tries = reader_u8(&reader);
	read.made.ms = reader_i64(&reader);
	reader_copy(&reader, read.code, sizeof read.code);
	TRY(reader_check(&reader));
	*enrolment = read;
	return OK;
}

fallible enrolment_put(struct act *act, const struct enrolment *enrolment)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = own_key(enrolment->tenant, enrolment->person);
	buf_put_u8(&record, ENROLMENT_RECORD);
	buf_put(&record, id_span(&enrolment->id));
	buf_put_u8(&record, (uint8_t)enrolment->by);
	buf_put(&record, id_span(&enrolment->second));
	buf_put_u8(&record, enrolment->tries);
	buf_put_i64(&record, enrolment->made.ms);
	buf_put(&record, SPAN_BYTES(enrolment->code));
	TRY(buf_check(&record));
	return act_put(act, TABLE_ENROLMENT, noun_key_span(&key), buf_span(&record));
}

fallible enrolment_drop(struct act *act, const struct enrolment *enrolment)
{
	struct noun_key key = own_key(enrolment->tenant, enrolment->person);
	return act_drop(act, TABLE_ENROLMENT, noun_key_span(&key));
}

struct instant enrolment_ends(const struct enrolment *enrolment)
{
	return (struct instant){enrolment->made.ms + ENROLMENT_MS};
}
