/* SPDX-License-Identifier: Apache-2.0 */
/* log_declared - whether the app.<name> of a filter is one that the tenant declared: any other would find nothing, and look like
 * an answer. */
#pragma once

#include "server/api/call.h"
#include "server/core/log/log_filter.h"

/* log_declared_check - of all names that filters ask for. One that was retired is known: its old events are still found by it.
 *
 *   within  where the filters stand in the request; "" or "filters/"
 * Fails: INVALID, with the filters noted · CORRUPT · NO_MEMORY. */
fallible log_declared_check(struct call *call, const struct log_filters *filters, const char *within);
