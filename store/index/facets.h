/* SPDX-License-Identifier: Apache-2.0 */
/* facets - how many of the events that a query finds are of each class, outcome, actor, device and day.
 *
 * Counted from the postings and columns of the index and from the rows of the tail: no event is opened, and
 * nothing sealed is asked (FOUNDATIONS 12). What was pruned is not counted, also where the index still has it. */
#pragma once

#include "policies/actions.h"
#include "store/index/query.h"
#include "store/index/tally.h"

enum {
	FACETS_WORK_MAX = 20000000, /* postings looked at; then the counts end early and say so */
	FACETS_OUTCOMES = 3,
};

struct facets_ask {
	const struct query *query; /* without phrases */
	uint32_t hidden;           /* bit of enum action_class: not counted, but for those by `self` */
	struct id self;
};

struct facets {
	uint64_t total;
	uint64_t classes[ACTION_CLASS_COUNT];
	uint64_t outcomes[FACETS_OUTCOMES];
	struct tally actors;  /* ids; of persons and applications */
	struct tally devices; /* ids */
	struct tally days;    /* days since 1970 in UTC by the caller's time: 8 bytes BE, offset by 2^63 */
	uint64_t scanned_from, scanned_to; /* indexes, inclusive; from > to: nothing was there */
	bool complete;
};

/* facets_count - Fails: BUG the query has phrases · as query_visit. Owns: facets_done, which takes a zeroed one.
 */
fallible facets_count(const struct volume *volume, const struct facets_ask *ask, struct facets *facets);
void facets_done(struct facets *facets);

/* facets_day - the day that a row of the tally `days` stands for. */
int64_t facets_day(const struct tally_row *row);
