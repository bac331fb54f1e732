/* SPDX-License-Identifier: Apache-2.0 */
/* quota - how many events one application may report, so that one source cannot drown the log: its bounds, where they
 * are its own, and what it has used of them.
 *
 * The bounds are a protected row. What was used is a plain one, written in the act that takes the events in: it is
 * durable with them and counts nothing twice, and whoever could change it by hand could write to data/ anyway.
 * Source: docs/formats.md "quota", "usage". */
#pragma once

#include "store/nouns/noun.h"

enum { QUOTA_MINUTE_MS = 60 * 1000, QUOTA_DAY_MS = 24 * 60 * 60 * 1000 };

/* Events in a minute and in a day of UTC; 0 = as many as come. */
struct quota_bounds {
	uint32_t per_minute;
	uint32_t per_day;
};

struct quota {
	struct id tenant;
	struct id application;
	struct quota_bounds bounds;
	uint64_t version;
};

/* quota_get - an application's own bounds. Fails: NOT_FOUND it has none: the settings hold · CORRUPT. quota_put, quota_drop
 * - inside an act; dropping none is OK. */
fallible quota_get(const struct view *view, struct id tenant, struct id application, struct quota *quota);
fallible quota_put(struct act *act, const struct quota *quota);
fallible quota_drop(struct act *act, struct id tenant, struct id application);

/* What an application has reported in the minute and on the day of its last event. */
struct quota_usage {
	struct id tenant;
	struct id application;
	int64_t minute; /* since 1970 */
	int64_t day;    /* since 1970 */
	uint32_t in_minute;
	uint32_t in_day;
};

/* quota_get_usage - nothing yet is zero. quota_put_usage - inside an act. Fail: CORRUPT · as act_put. */
fallible quota_get_usage(
	const struct view *view, struct id tenant, struct id application, struct quota_usage *usage);
fallible quota_put_usage(struct act *act, const struct quota_usage *usage);

/* quota_wait_s - 0 when so many more events fit now, else the seconds until the minute or the day ends that is full. */
int64_t quota_wait_s(const struct quota_usage *usage, const struct quota_bounds *bounds, size_t events,
	struct instant now);

/* quota_can_fit - false when so many events are more than a minute or a day ever takes. */
bool quota_can_fit(const struct quota_bounds *bounds, size_t events);

/* quota_charge - they were taken in. */
void quota_charge(struct quota_usage *usage, size_t events, struct instant now);
