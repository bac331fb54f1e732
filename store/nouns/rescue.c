/* SPDX-License-Identifier: Apache-2.0 */
/* rescue - records under tenant ‖ person. */
#include "store/nouns/rescue.h"

#include "base/reader.h"
#include "base/timestamp.h"
#include "crypto/secret.h"

enum { RESCUE_RECORD = 1, RECORD_MAX = 192 };

static struct noun_key key_of(struct id tenant, struct id person)
{
	return noun_key(tenant, id_span(&person), SPAN_NONE);
}

/* ---- the record ---- */

static fallible decode(const struct row *row, struct rescue *rescue)
{
	struct reader reader = READER(row->payload);
	rescue->version = row->version;
	if (reader_u8(&reader) != RESCUE_RECORD)
		return FAIL(CORRUPT, "a person's rescue has an unknown version");
	rescue->year = reader_u16(&reader);
	rescue->resets = reader_u16(&reader);
	rescue->codes = reader_u16(&reader);
	rescue->last.ms = reader_i64(&reader);
	rescue->waiting = noun_take_id(&reader);
	rescue->code.id = noun_take_id(&reader);
	rescue->code.by = noun_take_id(&reader);
	rescue->code.made.ms = reader_i64(&reader);
	reader_copy(&reader, rescue->code.hash, sizeof rescue->code.hash);
	return reader_check(&reader);
}

fallible rescue_read(const struct view *view, struct id tenant, struct id person, struct rescue *rescue)
{
	struct row row;
	struct noun_key key = key_of(tenant, person);
	struct rescue read = {.tenant = tenant, .person = person};
	struct err err = view_get(view, TABLE_RESCUE, noun_key_span(&key), &row);
	if (err.kind != ERR_NOT_FOUND) {
		TRY(err);
		TRY(decode(&row, &read));
	}
	*rescue = read;
	return OK;
}

fallible rescue_put(struct act *act, const struct rescue *rescue)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(rescue->tenant, rescue->person);
	buf_put_u8(&record, RESCUE_RECORD);
	buf_put_u16(&record, rescue->year);
	buf_put_u16(&record, rescue->resets);
	buf_put_u16(&record, rescue->codes);
	buf_put_i64(&record, rescue->last.ms);
	buf_put(&record, id_span(&rescue->waiting));
	buf_put(&record, id_span(&rescue->code.id));
	buf_put(&record, id_span(&rescue->code.by));
	buf_put_i64(&record, rescue->code.made.ms);
	buf_put(&record, SPAN_BYTES(rescue->code.hash));
	TRY(buf_check(&record));
	return act_put(act, TABLE_RESCUE, noun_key_span(&key), buf_span(&record));
}

fallible rescue_drop(struct act *act, struct id tenant, struct id person)
{
	struct noun_key key = key_of(tenant, person);
	struct err err = act_drop(act, TABLE_RESCUE, noun_key_span(&key));
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

/* ---- what it says ---- */

void rescue_begin_year(struct rescue *rescue, struct instant now)
{
	uint16_t year = (uint16_t)timestamp_year(now);
	if (rescue->year == year)
		return;
	rescue->year = year;
	rescue->resets = rescue->codes = 0;
}

fallible rescue_close(struct act *act, struct id tenant, struct id person)
{
	struct rescue rescue;
	struct view view = view_act(act);
	TRY(rescue_read(&view, tenant, person, &rescue));
	rescue_begin_year(&rescue, act->now);
	rescue_spend_code(&rescue);
	rescue.last = act->now;
	return rescue_put(act, &rescue);
}

bool rescue_has_code(const struct rescue *rescue, const uint8_t hash[static HASH_BLAKE], struct instant now)
{
	const struct rescue_code *code = &rescue->code;
	bool same = secret_equal(SPAN_BYTES(code->hash), span_of(hash, HASH_BLAKE));
	return same && !ids_is_none(code->id) && now.ms < code->made.ms + RESCUE_CODE_MS;
}

void rescue_spend_code(struct rescue *rescue)
{
	rescue->code = (struct rescue_code){.made = {0}};
}

fallible rescue_check_since(
	const struct view *view, struct id tenant, struct id person, struct instant proven)
{
	struct rescue rescue;
	TRY(rescue_read(view, tenant, person, &rescue));
	return rescue.last.ms && proven.ms <= rescue.last.ms
		? FAIL(EXPIRED, "the person's factors were reset, or they were suspended, since")
		: OK;
}
