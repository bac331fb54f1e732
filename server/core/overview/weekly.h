/* SPDX-License-Identifier: Apache-2.0 */
/* weekly - what a client's log says of one week: counted from the log by the client's index, never from a scan.
 *
 * What only the server may say counts when the server said it; work, purchases and deposits are reported by
 * applications. A week that consists of history which was loaded is counted from that, and says so: the two are never
 * added up (FOUNDATIONS 7). The same log and the same week give the same report. */
#pragma once

#include "base/local_day.h"
#include "server/core/server.h"
#include "store/nouns/client.h"

enum { WEEKLY_HELPERS_MAX = 64, WEEKLY_ADJUSTED_MAX = 50, WEEKLY_CURRENCIES_MAX = 8 };

enum weekly_basis { WEEKLY_SERVER, WEEKLY_IMPORT, WEEKLY_BASIS_COUNT };

struct weekly_helper {
	struct id person;
	struct span name; /* of today; empty after an erasure */
	int64_t seconds;
	uint32_t uses;
};

/* A working time that was changed afterwards. */
struct weekly_adjusted {
	struct instant time;
	struct id person;
	int64_t seconds; /* more, or less than was reported before */
	struct span reason;
};

/* In one currency; whole numbers as they were reported. */
struct weekly_money {
	struct span currency;
	int64_t purchased, received, spent, returned;
	int64_t balance; /* of the deposits at the week's end: received less spent and returned, from the beginning on */
};

struct weekly_sums {
	uint64_t events; /* that say anything below */
	int64_t seconds; /* of work, adjustments in it; cut to minutes once, when it is shown */
	uint32_t uses, revealed, denied, purchases, exports, changes, unusual;
	struct weekly_helper helpers[WEEKLY_HELPERS_MAX]; /* in the order of their ids */
	size_t helper_count;
	bool more_helpers;                                    /* than there is room for */
	struct weekly_adjusted adjusted[WEEKLY_ADJUSTED_MAX]; /* oldest first */
	size_t adjusted_count;
	struct weekly_money money[WEEKLY_CURRENCIES_MAX];
	size_t money_count;
};

struct weekly {
	struct client client;
	struct iso_week week;
	struct span zone; /* its name */
	struct instant from, until;
	enum weekly_basis basis;
	uint64_t left_out; /* entries of the other basis that were not added */
	uint64_t pruned;   /* entries that would have counted, but the log does not hold any more */
	struct weekly_sums sums;
};

struct weekly_ask {
	const struct server *server;
	const struct view *view; /* who and where they are called what */
	struct id tenant;
	struct id client;
	struct iso_week week;
	uint64_t size; /* of the log: what is behind it does not count */
	struct arena *arena;
};

/* weekly_zone - the rule of the zone in which a client's days and weeks are: the client's, else the business's, else
 * UTC.
 *
 *   name  set to the zone's name
 * Fails: as tenant_get · NO_MEMORY. */
fallible weekly_zone(const struct view *view, const struct client *client, struct arena *arena,
	struct span *name, struct span *rule);

/* weekly_bounds - when a client's week begins and ends. Fails: as weekly_zone. */
fallible weekly_bounds(const struct view *view, const struct client *client, struct iso_week week,
	struct arena *arena, struct weekly *weekly);

/* weekly_count - the report, in the arena. Fails: NOT_FOUND there is no such client · as query_run, event_read ·
 * NO_MEMORY. Cost: O(the client's events of that week, and of its deposits). */
fallible weekly_count(const struct weekly_ask *ask, const struct weekly **weekly);
