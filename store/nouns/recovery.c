/* SPDX-License-Identifier: Apache-2.0 */
/* recovery - records under tenant ‖ person. */
#include "store/nouns/recovery.h"

#include "base/reader.h"
#include "crypto/secret.h"

#include <time.h>

enum { RECOVERY_RECORD = 1, RECORD_MAX = 512, MS = 1000, FIRST_YEAR = 1900 };

static struct noun_key own_key(struct id tenant, struct id person)
{
	return noun_key(tenant, id_span(&person), SPAN_NONE);
}

/* ---- the record ---- */

fallible recovery_get(const struct view *view, struct id tenant, struct id person, struct recovery *recovery)
{
	struct row row;
	struct noun_key key = own_key(tenant, person);
	TRY(view_get(view, TABLE_RECOVERY, noun_key_span(&key), &row));
	struct reader reader = READER(row.payload);
	struct recovery read = {.tenant = tenant, .person = person, .version = row.version};
	if (reader_u8(&reader) != RECOVERY_RECORD)
		return FAIL(CORRUPT, "a set of recovery codes has an unknown version");
	read.id = noun_take_id(&reader);
	read.made.ms = reader_i64(&reader);
	read.proven = reader_u8(&reader) != 0;
	read.year = reader_u16(&reader);
	read.uses = reader_u16(&reader);
	if (reader_u8(&reader) != RECOVERY_CODES)
		return FAIL(CORRUPT, "a set of recovery codes has another number of them");
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		reader_copy(&reader, read.codes[i].hash, sizeof read.codes[i].hash);
		read.codes[i].used.ms = reader_i64(&reader);
	}
	TRY(reader_check(&reader));
	*recovery = read;
	return OK;
}

/* ---- by the id of a set ---- */

static struct noun_key of_key(struct id tenant, struct id id)
{
	return noun_key(tenant, id_span(&id), SPAN_NONE);
}

fallible recovery_find(const struct view *view, struct id tenant, struct id id, struct recovery *recovery)
{
	struct row row;
	struct id person;
	struct recovery read;
	struct noun_key key = of_key(tenant, id);
	TRY(view_get(view, TABLE_FACTOR_OF, noun_key_span(&key), &row));
	struct reader reader = READER(row.payload);
	person = noun_take_id(&reader);
	TRY(reader_check(&reader));
	TRY(recovery_get(view, tenant, person, &read));
	if (!ids_equal(read.id, id))
		return FAIL(NOT_FOUND, "there is no such set of recovery codes");
	*recovery = read;
	return OK;
}

/* forget_id - of the set that stands; the id of an ended one is none, and leads nowhere. */
static fallible forget_id(struct act *act, struct id tenant, struct id id)
{
	struct noun_key key = of_key(tenant, id);
	struct err err = act_drop(act, TABLE_FACTOR_OF, noun_key_span(&key));
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

static fallible lead_to(struct act *act, const struct recovery *recovery)
{
	struct recovery before = {.version = 0};
	struct view view = view_act(act);
	struct noun_key key = of_key(recovery->tenant, recovery->id);
	struct err err = recovery_get(&view, recovery->tenant, recovery->person, &before);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	if (ids_equal(before.id, recovery->id))
		return OK;
	TRY(forget_id(act, recovery->tenant, before.id));
	return act_put(act, TABLE_FACTOR_OF, noun_key_span(&key), id_span(&recovery->person));
}

/* ---- writing ---- */

fallible recovery_put(struct act *act, const struct recovery *recovery)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = own_key(recovery->tenant, recovery->person);
	buf_put_u8(&record, RECOVERY_RECORD);
	buf_put(&record, id_span(&recovery->id));
	buf_put_i64(&record, recovery->made.ms);
	buf_put_u8(&record, recovery->proven);
	buf_put_u16(&record, recovery->year);
	buf_put_u16(&record, recovery->uses);
	buf_put_u8(&record, RECOVERY_CODES);
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		buf_put(&record, SPAN_BYTES(recovery->codes[i].hash));
		buf_put_i64(&record, recovery->codes[i].used.ms);
	}
	TRY(buf_check(&record));
	if (!recovery_is_ended(recovery))
		TRY(lead_to(act, recovery));
	return act_put(act, TABLE_RECOVERY, noun_key_span(&key), buf_span(&record));
}

fallible recovery_drop(struct act *act, const struct recovery *recovery)
{
	struct noun_key key = own_key(recovery->tenant, recovery->person);
	TRY(forget_id(act, recovery->tenant, recovery->id));
	return act_drop(act, TABLE_RECOVERY, noun_key_span(&key));
}

fallible recovery_end(struct act *act, const struct recovery *recovery)
{
	struct recovery ended = {.tenant = recovery->tenant,
		.person = recovery->person,
		.made = recovery->made,
		.year = recovery->year,
		.uses = recovery->uses};
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		ended.codes[i].used = act->now;
	TRY(forget_id(act, recovery->tenant, recovery->id));
	return recovery_put(act, &ended);
}

bool recovery_is_ended(const struct recovery *recovery)
{
	return ids_is_none(recovery->id);
}

/* ---- the codes ---- */

unsigned recovery_left(const struct recovery *recovery)
{
	unsigned left = 0;
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		left += recovery->codes[i].used.ms == 0;
	return left;
}

struct recovery_code *recovery_match(struct recovery *recovery, const uint8_t hash[static HASH_BLAKE])
{
	struct recovery_code *found = NULL;
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		struct recovery_code *code = &recovery->codes[i];
		if (secret_equal(SPAN_BYTES(code->hash), span_of(hash, HASH_BLAKE)))
			found = code;
	}
	return found;
}

/* ---- the year ---- */

static uint16_t year_of(struct instant at)
{
	struct tm day;
	time_t seconds = (time_t)(at.ms / MS);
	return gmtime_r(&seconds, &day) ? (uint16_t)(day.tm_year + FIRST_YEAR) : 0;
}

void recovery_use(struct recovery *recovery, struct recovery_code *code, struct instant now)
{
	unsigned uses = recovery_uses(recovery, now);
	code->used = now;
	recovery->year = year_of(now);
	recovery->uses = (uint16_t)(uses < UINT16_MAX ? uses + 1 : uses);
}

unsigned recovery_uses(const struct recovery *recovery, struct instant now)
{
	return recovery->year == year_of(now) ? recovery->uses : 0;
}
