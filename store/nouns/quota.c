/* SPDX-License-Identifier: Apache-2.0 */
/* quota - two small records under tenant ‖ application, and the sums. */
#include "store/nouns/quota.h"

#include "base/reader.h"

enum { QUOTA_RECORD = 1, USAGE_RECORD = 1, RECORD_MAX = 32, MS_A_SECOND = 1000 };

static struct noun_key own_key(struct id tenant, struct id application)
{
	return noun_key(tenant, id_span(&application), SPAN_NONE);
}

fallible quota_get(const struct view *view, struct id tenant, struct id application, struct quota *quota)
{
	struct row row;
	struct noun_key key = own_key(tenant, application);
	TRY(view_get(view, TABLE_QUOTA, noun_key_span(&key), &row));
	struct reader reader = READER(row.payload);
	struct quota read = {.tenant = tenant, .application = application, .version = row.version};
	if (reader_u8(&reader) != QUOTA_RECORD)
		return FAIL(CORRUPT, "a quota's record has an unknown version");
	read.bounds.per_minute = reader_u32(&reader);
	read.bounds.per_day = reader_u32(&reader);
	TRY(reader_check(&reader));
	*quota = read;
	return OK;
}

fallible quota_put(struct act *act, const struct quota *quota)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = own_key(quota->tenant, quota->application);
	buf_put_u8(&record, QUOTA_RECORD);
	buf_put_u32(&record, quota->bounds.per_minute);
	buf_put_u32(&record, quota->bounds.per_day);
	TRY(buf_check(&record));
	return act_put(act, TABLE_QUOTA, noun_key_span(&key), buf_span(&record));
}

fallible quota_drop(struct act *act, struct id tenant, struct id application)
{
	struct noun_key key = own_key(tenant, application);
	struct err err = act_drop(act, TABLE_QUOTA, noun_key_span(&key));
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

fallible quota_get_usage(
	const struct view *view, struct id tenant, struct id application, struct quota_usage *usage)
{
	struct row row;
	struct noun_key key = own_key(tenant, application);
	struct quota_usage read = {.tenant = tenant, .application = application};
	struct err err = view_get(view, TABLE_USAGE, noun_key_span(&key), &row);
	if (err.kind == ERR_NOT_FOUND) {
		*usage = read;
		return OK;
	}
	TRY(err);
	struct reader reader = READER(row.payload);
	if (reader_u8(&reader) != USAGE_RECORD)
		return FAIL(CORRUPT, "a count of events has an unknown version");
	read.minute = reader_i64(&reader);
	read.in_minute = reader_u32(&reader);
	read.day = reader_i64(&reader);
	read.in_day = reader_u32(&reader);
	TRY(reader_check(&reader));
	*usage = read;
	return OK;
}

fallible quota_put_usage(struct act *act, const struct quota_usage *usage)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = own_key(usage->tenant, usage->application);
	buf_put_u8(&record, USAGE_RECORD);
	buf_put_i64(&record, usage->minute);
	buf_put_u32(&record, usage->in_minute);
	buf_put_i64(&record, usage->day);
	buf_put_u32(&record, usage->in_day);
	TRY(buf_check(&record));
	return act_put(act, TABLE_USAGE, noun_key_span(&key), buf_span(&record));
}

/* ---- sums ---- */

static bool fits(uint32_t used, size_t events, uint32_t bound)
{
	return bound == 0 || (uint64_t)used + events <= bound;
}

/* Seconds until the end of a stretch of time, at least one. */
static int64_t rest_s(struct instant now, int64_t stretch_ms)
{
	return (stretch_ms - now.ms % stretch_ms + MS_A_SECOND - 1) / MS_A_SECOND;
}

int64_t quota_wait_s(
	const struct quota_usage *usage, const struct quota_bounds *bounds, size_t events, struct instant now)
{
	uint32_t in_minute = usage->minute == now.ms / QUOTA_MINUTE_MS ? usage->in_minute : 0;
	uint32_t in_day = usage->day == now.ms / QUOTA_DAY_MS ? usage->in_day : 0;
	if (!fits(in_day, events, bounds->per_day))
		return rest_s(now, QUOTA_DAY_MS);
	return fits(in_minute, events, bounds->per_minute) ? 0 : rest_s(now, QUOTA_MINUTE_MS);
}

bool quota_can_fit(const struct quota_bounds *bounds, size_t events)
{
	return fits(0, events, bounds->per_minute) && fits(0, events, bounds->per_day);
}

static uint32_t sum(uint32_t used, size_t events)
{
	return events > UINT32_MAX - used ? UINT32_MAX : used + (uint32_t)events;
}

void quota_charge(struct quota_usage *usage, size_t events, struct instant now)
{
	int64_t minute = now.ms / QUOTA_MINUTE_MS, day = now.ms / QUOTA_DAY_MS;
	usage->in_minute = sum(usage->minute == minute ? usage->in_minute : 0, events);
	usage->in_day = sum(usage->day == day ? usage->in_day : 0, events);
	usage->minute = minute;
	usage->day = day;
}
