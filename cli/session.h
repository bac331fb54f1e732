/* SPDX-License-Identifier: Apache-2.0 */
/* session - the API of one server, with somebody's token. */
#pragma once

#include "cli/config.h"
#include "cli/http.h"

struct session {
	struct config config;
	struct http_client *client;
};

/* session_open - nothing is sent yet. Fails: INPUT nobody says which server or token · as config_read,
 * http_client_open. */
fallible session_open(struct commands_call *call, struct session *session);
void session_done(struct session *session);

/* session_call - http_client_call, and a refusal is a failure: call->where says which fields are wrong.
 * Fails: as http_client_call, problem_judge. */
fallible session_call(struct session *session, struct commands_call *call, const struct http_client_ask *ask,
	struct http_client_reply *reply);

/* session_fetch - the whole answer in place of what out holds. Fails: the same · TOO_LARGE over out's maximum. */
fallible session_fetch(struct session *session, struct commands_call *call, const char *path,
	struct span json, struct buf *out);

/* session_delete - the same of a DELETE. */
fallible session_delete(
	struct session *session, struct commands_call *call, const char *path, struct buf *out);
