/* SPDX-License-Identifier: Apache-2.0 */
/* session_out - a session as JSON. */
#pragma once

#include "server/api/call.h"
#include "store/nouns/session.h"

/* session_out_put - into an object that is open: who is signed in, in which business, with what capabilities, and until when.
 * Fails: as person_get, tenant_get. */
fallible session_out_put(
	struct call *call, const struct view *view, const struct session *session, struct json_out *out);

/* session_out_put_amr - how its person was known, as `amr`. */
void session_out_put_amr(struct json_out *out, const struct session *session);
