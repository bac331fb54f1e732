/* SPDX-License-Identifier: Apache-2.0 */
/* reply - answers as JSON, failures as problem+json (RFC 9457): the one place that maps a failure to what
 * outsiders see. */
#pragma once

#include "base/json_in.h"
#include "server/http/http.h"

/* reply_problem - the failure's public code, never its `why` place. problems may be NULL.
 *
 *   id  of the request, for X-Request-Id and the body */
void reply_problem(
	struct http_reply *reply, struct err err, const struct json_problems *problems, const char *id);

/* reply_duo_problem - the same as clients of Duo read it: {"stat":"FAIL","code":…,"message":…}. */
void reply_duo_problem(struct http_reply *reply, struct err err);

/* reply_header - add a header; silently not, when there is no room for another (a BUG of ours, seen in
 * tests). */
void reply_header(struct http_reply *reply, const char *name, struct span value);
