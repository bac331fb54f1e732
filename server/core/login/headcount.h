/* SPDX-License-Identifier: Apache-2.0 */
/* headcount - how many of the staff sign in with what. Of a business with few people that is counted when somebody asks; of one with
 * many it is counted beforehand, on a thread of its own, and again when somebody asked for it a while later. What is known so is said
 * with the time when it was counted.
 *
 * Nothing of it is stored: after a start, or when rows were put back, it is counted anew, and nothing waits for that. */
#pragma once

#include "server/core/standing.h"
#include "store/nouns/person.h"

enum {
	HEADCOUNT_LIVE = 2000,          /* people that are looked at while somebody waits */
	HEADCOUNT_WEAK = 20,            /* of whom it is known who they are */
	HEADCOUNT_FRESH_MS = 60 * 1000, /* so long nothing is counted again */
};

/* Whom to count: active staff of a tenant, or of one of its branches. */
struct headcount_of {
	struct id tenant;
	bool by_branch;
	struct id branch; /* none: of no branch */
};

struct headcount_sum {
	uint64_t staff;
	uint64_t factors[STANDING_COUNT];
	uint64_t export_weak;           /* may take the log away, and sign in without a strong factor */
	struct id weak[HEADCOUNT_WEAK]; /* of those */
	size_t weak_count;
	struct instant as_of;
};

/* headcount_walk - count some, on the caller's thread.
 *
 *   after  where to go on, none = from the first; set to who was looked at last
 *   most   people that are looked at
 *   sum    what was counted is added
 *   ended  all were looked at
 * Fails: as person_next_clear, factor_next. */
fallible headcount_walk(const struct view *view, const struct headcount_of *of, struct id *after, size_t most,
	struct headcount_sum *sum, bool *ended);

/* ---- beforehand ---- */

struct headcount; /* opaque; what is known */

/* headcount_open - nothing is known yet. Owns: headcount_close.
 *
 *   live  HEADCOUNT_LIVE; a business with no more people is never counted beforehand */
fallible headcount_open(size_t live, struct headcount **headcount);
void headcount_close(struct headcount *headcount); /* takes NULL */

/* headcount_live - how many people are looked at while somebody waits; of NULL HEADCOUNT_LIVE. */
size_t headcount_live(const struct headcount *headcount);

/* headcount_find - what is known; false when nothing is. Whichever: if it is worth it, it is counted before long. Takes NULL. Thread:
 * any. */
bool headcount_find(struct headcount *headcount, const struct headcount_of *of, struct instant now,
	struct headcount_sum *sum);

/* A pass asks in between whether to go on: the stop, and the rest that it takes. */
struct headcount_pace {
	bool (*rest)(void *context); /* false: break off */
	void *context;
};

/* headcount_count_all - each tenant, once. headcount_count_wanted - those that were asked for since. A pass that breaks off leaves what
 * was known. Thread: one. Fail: as headcount_walk. */
fallible headcount_count_all(const struct server *server, const struct headcount_pace *pace);
fallible headcount_count_wanted(const struct server *server, const struct headcount_pace *pace);
