/* SPDX-License-Identifier: Apache-2.0 */
/* log_query - the filters of a call, as the API takes them. */
#pragma once

#include "base/arena.h"
#include "base/json_out.h"
#include "cli/commands_call.h"

enum { LOG_QUERY_MAX = 152 };

struct log_query_row {
	const char *name; /* of the API */
	struct span value;
};

struct log_query {
	struct log_query_row rows[LOG_QUERY_MAX];
	size_t count;
};

/* log_query_read - what the options say, times as RFC 3339.
 * Fails: INPUT a time or a number is none; call->where names the option · NO_MEMORY. */
fallible log_query_read(struct commands_call *call, struct arena *arena, struct log_query *query);

/* log_query_put_json - as members of an object that is open. log_query_put_url - as "a=b&c=d". */
void log_query_put_json(const struct log_query *query, struct json_out *out);
void log_query_put_url(const struct log_query *query, struct buf *out);

/* log_query_limit - the number behind --limit, or fallback. Fails: INPUT it is none, or 0. */
fallible log_query_limit(struct commands_call *call, uint64_t fallback, uint64_t *limit);
