/* SPDX-License-Identifier: Apache-2.0 */
/* log_ask - the filters of the log, from a query or from a body, and back into the detail of log.viewed. */
#pragma once

#include "server/api/call.h"
#include "server/core/log/log_read.h"

/* log_ask_query - from the request's query; limit and cursor are passed over. Fails: INVALID, with the
 * problems noted · INPUT. */
fallible log_ask_query(struct call *call, struct log_filters *filters);

/* log_ask_follow - the same of a request to follow: there are no pages and no order, but `after`; SPAN_NONE when it is
 * absent. */
fallible log_ask_follow(struct call *call, struct log_filters *filters, struct span *after);

/* log_ask_facets - the same of a request to count: there are no pages and no order, and nothing that is sealed can be
 * counted; days are those of UTC, whatever time_zone says must be that. */
fallible log_ask_facets(struct call *call, struct log_filters *filters);

/* log_ask_no_query - a request whose filters stand elsewhere has none there, but for limit and cursor. Fails:
 * INVALID. */
fallible log_ask_no_query(struct call *call);

/* log_ask_body - from a body; each filter is a text or a list of texts. Faults are noted; json_in_end is the
 * caller's. */
void log_ask_body(const struct call *call, struct json_object *top, struct log_filters *filters);

/* log_ask_detail - what log.viewed says, as a JSON object in the call's arena. Fails: NO_MEMORY.
 *
 *   key  of the list: the same for the same reader and filters */
fallible log_ask_detail(struct call *call, const struct log_reader *reader, const struct log_filters *filters,
	struct span key, struct span *detail);

/* log_ask_put - the members of that object, which is open; log_ask_scope - a reader's scope as they call it. */
void log_ask_put(struct json_out *out, const struct log_reader *reader, const struct log_filters *filters,
	struct span key);
const char *log_ask_scope(const struct log_reader *reader);

/* log_ask_outcome - the word of the API. */
const char *log_ask_outcome(enum leaf_outcome outcome);
