/* SPDX-License-Identifier: Apache-2.0 */
/* routes - routes.def and pages.def as tables, and which row a request falls to. */
#pragma once

#include "server/api/call.h"

/* routes_find - the row of a method and path; parts gets what stands in braces.
 * Fails: NOT_FOUND no such path · METHOD the path is there; *allowed lists its methods for the header Allow
 * (static). */
fallible routes_find(enum http_method method, struct span path, const struct route **route,
	struct span parts[static CALL_PARTS_MAX], const char **allowed);

/* routes_count, routes_at - every row of the API, for documentation and tests. */
size_t routes_count(void);
const struct route *routes_at(size_t at);
