/* SPDX-License-Identifier: Apache-2.0 */
/* mail_brake - a record under tenant ‖ hash, and the sums. */
#include "store/nouns/mail_brake.h"

#include "base/reader.h"
#include "store/nouns/expiry.h"

enum { MAIL_BRAKE_RECORD = 1, RECORD_MAX = 32 };

static struct noun_key own_key(struct id tenant, struct id whose)
{
	return noun_key(tenant, id_span(&whose), SPAN_NONE);
}

fallible mail_brake_read(const struct view *view, struct id tenant, struct id whose, struct mail_brake *brake)
{
	struct row row;
	struct noun_key key = own_key(tenant, whose);
	struct mail_brake read = {.tenant = tenant, .whose = whose, .is_new = true};
	struct err err = view_get(view, TABLE_MAIL_BRAKE, noun_key_span(&key), &row);
	if (err.kind == ERR_NOT_FOUND) {
		*brake = read;
		return OK;
	}
	TRY(err);
	struct reader reader = READER(row.payload);
	if (reader_u8(&reader) != MAIL_BRAKE_RECORD)
		return FAIL(CORRUPT, "a count of mails has an unknown version");
	read.is_new = false;
	read.since.ms = reader_i64(&reader);
	read.in_stretch = reader_u32(&reader);
	read.day.ms = reader_i64(&reader);
	read.in_day = reader_u32(&reader);
	TRY(reader_check(&reader));
	*brake = read;
	return OK;
}

static fallible queue(struct act *act, const struct mail_brake *brake)
{
	const struct expiry expiry = {
		EXPIRY_MAIL_BRAKE, {brake->day.ms + MAIL_BRAKE_DAY_MS}, brake->tenant, brake->whose};
	return expiry_put(act, &expiry);
}

fallible mail_brake_put(struct act *act, const struct mail_brake *brake)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = own_key(brake->tenant, brake->whose);
	buf_put_u8(&record, MAIL_BRAKE_RECORD);
	buf_put_i64(&record, brake->since.ms);
	buf_put_u32(&record, brake->in_stretch);
	buf_put_i64(&record, brake->day.ms);
	buf_put_u32(&record, brake->in_day);
	TRY(buf_check(&record));
	TRY(act_put(act, TABLE_MAIL_BRAKE, noun_key_span(&key), buf_span(&record)));
	return brake->is_new ? queue(act, brake) : OK;
}

fallible mail_brake_sweep(struct act *act, struct id tenant, struct id whose)
{
	struct mail_brake brake;
	struct view view = view_act(act);
	struct noun_key key = own_key(tenant, whose);
	TRY(mail_brake_read(&view, tenant, whose, &brake));
	if (brake.is_new)
		return OK;
	if (act->now.ms < brake.day.ms + MAIL_BRAKE_DAY_MS)
		return queue(act, &brake);
	return act_drop(act, TABLE_MAIL_BRAKE, noun_key_span(&key));
}

/* ---- sums ---- */

static int64_t wait_for(
	struct instant since, int64_t stretch_ms, uint32_t used, uint32_t most, struct instant now)
{
	int64_t left = since.ms + stretch_ms - now.ms;
	return most > 0 && used >= most && left > 0 ? left : 0;
}

int64_t mail_brake_wait_ms(
	const struct mail_brake *brake, const struct mail_brake_bounds *bounds, struct instant now)
{
	int64_t stretch =
		wait_for(brake->since, bounds->stretch_ms, brake->in_stretch, bounds->in_stretch, now);
	int64_t day = wait_for(brake->day, MAIL_BRAKE_DAY_MS, brake->in_day, bounds->in_day, now);
	return stretch > day ? stretch : day;
}

static void count(struct instant *since, int64_t stretch_ms, uint32_t *used, struct instant now)
{
	if (since->ms == 0 || now.ms >= since->ms + stretch_ms) {
		*since = now;
		*used = 0;
	}
	if (*used < UINT32_MAX)
		++*used;
}

void mail_brake_charge(struct mail_brake *brake, const struct mail_brake_bounds *bounds, struct instant now)
{
	count(&brake->since, bounds->stretch_ms, &brake->in_stretch, now);
	count(&brake->day, MAIL_BRAKE_DAY_MS, &brake->in_day, now);
}
