/* SPDX-License-Identifier: Apache-2.0 */
/* log_live - the rows that came to a tenant's log a moment ago, for many readers at once: taken from the tail in one go,
 * and sorted by their values so that a reader whose filter matches none of them costs next to nothing. */
#pragma once

#include "server/core/log/log_read.h"

enum { LOG_LIVE_ROWS = 8192 }; /* of one wave; who has to see more than these reads pages */

struct log_live_value; /* opaque */

/* Rows of one tenant, without a gap. */
struct log_wave {
	uint64_t from, to;           /* indexes [from, to) */
	const struct tail_row *rows; /* oldest first */
	const struct log_live_value *values;
	size_t value_count;
};

/* log_live_wave - what came since an index. wave->from is later than asked when there is too much of it, when it is not in
 * the tail any more, or without memory: what lies between is in the log.
 *
 *   arena  holds the wave
 * Cost:    O(n log n) for n rows. */
void log_live_wave(const struct server *server, struct id tenant, uint64_t from, struct arena *arena,
	struct log_wave *wave);

/* log_live_find - which rows of a wave, from an index on, a reader's query finds and the reader may see.
 *
 *   rows  their numbers in the wave, ascending
 * Cost:   O(log n) for a query without a match, but for a query without filters. */
size_t log_live_find(const struct log_wave *wave, const struct log_reader *reader, const struct query *query,
	uint64_t from, uint32_t rows[static LOG_LIVE_ROWS]);
