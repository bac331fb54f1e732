/* SPDX-License-Identifier: Apache-2.0 */
/* log_facets - how many events of each kind a reader's filters find: the first screen of the log. */
#pragma once

#include "server/core/log/log_read.h"
#include "store/index/facets.h"

enum {
	LOG_FACETS_PEOPLE = 20,
	LOG_FACETS_DEVICES_MS =
		200,           /* for looking up what devices are; those left over then count as unknown */
	LOG_FACETS_DAYS = 400, /* the newest */
};

struct log_facets_person {
	struct id id;
	struct span name; /* empty: nobody has it any more, or it was erased */
	uint64_t count;
};

struct log_facets_day {
	int64_t day; /* since 1970, in UTC */
	uint64_t count;
};

struct log_facets {
	uint64_t total;
	uint64_t classes[ACTION_CLASS_COUNT];
	uint64_t outcomes[FACETS_OUTCOMES];
	uint64_t kinds[AGENT_KIND_COUNT];                   /* of devices whose kind is known */
	uint64_t unknown_kind;                              /* of other devices */
	struct log_facets_person people[LOG_FACETS_PEOPLE]; /* the most frequent first */
	size_t people_count;
	struct log_facets_day days[LOG_FACETS_DAYS]; /* oldest first */
	size_t day_count;
	uint64_t scanned_from, scanned_to; /* indexes, inclusive; from > to: nothing was there */
	bool complete;
};

/* log_facets_count - Fails: INVALID a filter asks for what is sealed · as log_read_query, facets_count. */
fallible log_facets_count(const struct server *server, const struct log_reader *reader,
	const struct log_filters *filters, struct arena *arena, struct log_facets *facets);
