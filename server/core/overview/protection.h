/* SPDX-License-Identifier: Apache-2.0 */
/* protection - what the first screen says: who signs in with what, how the log stands, what happened today. Counted in
 * bounded work from clear rows and from the index; nothing sealed is opened but the names that are shown. */
#pragma once

#include "server/core/log/log_read.h"
#include "server/core/login/headcount.h"

/* ---- who signs in with what ---- */

/* Active staff; of a reader's branch, when that is all he reads. */
struct protection_people {
	struct headcount_sum sum;
	struct span names[HEADCOUNT_WEAK]; /* of sum.weak; in the arena */
	bool complete;                     /* false: only so many were looked at */
	struct id after;                   /* who was looked at last: where the next call goes on */
};

struct protection_ask {
	const struct server *server;
	const struct view *view;
	const struct log_reader *reader;
	struct id after; /* none = from the first: then what was counted beforehand does */
	struct instant now;
};

/* protection_people - Fails: as headcount_walk, person_get. Cost: O(headcount_live). */
fallible protection_people(
	const struct protection_ask *ask, struct arena *arena, struct protection_people *people);

/* ---- how the log stands ---- */

/* The newest event of a kind, as its clear fields tell. */
struct protection_last {
	bool known;
	struct id event;
	struct instant at;
	enum leaf_source source;
	bool ok; /* it says that all was well */
};

struct protection_log {
	uint64_t size;
	bool holds; /* neither the log nor a protected row was found changed by hand since the start */
	bool is_signed;
	uint64_t signed_size; /* of the newest checkpoint */
	struct instant signed_at;
	struct protection_last verified, backup;
};

/* protection_log - Fails: as query_run. */
fallible protection_log(
	const struct server *server, const struct log_reader *reader, struct protection_log *log);

/* ---- what happened today ---- */

struct protection_today {
	struct instant from; /* the first moment of the day in the tenant's zone */
	uint64_t failed_logins, new_devices, exports, denied;
	bool complete; /* false: it was too much work to count it all */
};

/* protection_today - as far as the reader may see. Fails: as query_visit. Cost: O(runs of today). */
fallible protection_today(const struct server *server, const struct log_reader *reader, struct instant now,
	struct arena *arena, struct protection_today *today);
