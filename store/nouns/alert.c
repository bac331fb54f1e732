/* SPDX-License-Identifier: Apache-2.0 */
/* alert - one row an alert that somebody has seen. */
#include "store/nouns/alert.h"

#include "base/reader.h"

enum { RECORD = 1, RECORD_MAX = 2048 };

static struct noun_key key_of(struct id tenant, struct id event)
{
	return noun_key(tenant, id_span(&event), SPAN_NONE);
}

static struct noun_seal seal_of(const struct alert *alert)
{
	struct subject subject = {.kind = SUBJECT_TENANT};
	if (alert->by_person)
		subject = (struct subject){SUBJECT_PERSON, alert->by};
	return (struct noun_seal){alert->tenant, subject,
		{.object = alert->event, .object_type = SEAL_LABEL, .field_type = TABLE_ALERT}};
}

static fallible decode(const struct row *row, struct alert *alert, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	alert->row = row->version;
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "an alert's record has an unknown version");
	alert->verdict = reader_u8(&reader);
	unsigned by_person = reader_u8(&reader);
	alert->by_person = by_person;
	alert->by = noun_take_id(&reader);
	alert->at.ms = reader_i64(&reader);
	*sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	return alert->verdict < ALERT_VERDICT_COUNT && by_person <= 1
		? OK
		: FAIL(CORRUPT, "an alert's record has a field that no version knows");
}

fallible alert_get(const struct view *view, struct arena *arena, struct alert *alert)
{
	struct row row;
	struct span sealed;
	struct alert found = {.tenant = alert->tenant, .event = alert->event};
	struct span *const texts[] = {&found.note};
	struct noun_key key = key_of(found.tenant, found.event);
	TRY(view_get(view, TABLE_ALERT, noun_key_span(&key), &row));
	TRY(decode(&row, &found, &sealed));
	const struct noun_seal seal = seal_of(&found);
	TRY(noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 1));
	*alert = found;
	return OK;
}

fallible alert_is_open(const struct view *view, struct id tenant, struct id event, bool *open)
{
	struct row row;
	struct noun_key key = key_of(tenant, event);
	struct err err = view_get(view, TABLE_ALERT, noun_key_span(&key), &row);
	*open = err.kind == ERR_NOT_FOUND;
	return *open ? OK : err;
}

fallible alert_seal(const struct keys *keys, const struct alert *alert, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(alert);
	return noun_seal_texts(keys, &seal, &alert->note, 1, sealed);
}

fallible alert_put(struct act *act, const struct alert *alert, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(alert->tenant, alert->event);
	buf_put_u8(&record, RECORD);
	buf_put_u8(&record, (uint8_t)alert->verdict);
	buf_put_u8(&record, alert->by_person);
	buf_put(&record, id_span(&alert->by));
	buf_put_i64(&record, alert->at.ms);
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	return act_put(act, TABLE_ALERT, noun_key_span(&key), buf_span(&record));
}
