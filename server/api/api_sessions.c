/* SPDX-License-Identifier: Apache-2.0 */
/* api_sessions - GET and DELETE /v1/session. */
#include "server/api/call.h"
#include "server/api/own_pages.h"
#include "server/api/session_out.h"
#include "server/core/sessions.h"

/* ---- GET /v1/session ---- */

static fallible read_own(struct call *call, const struct view *view, struct session *session)
{
	if (ids_is_none(call->caller.session))
		return FAIL(STRANGER, "no session stands behind the request");
	struct err err = session_get_clear(view, call->caller.tenant, call->caller.session, session);
	return err.kind == ERR_NOT_FOUND ? FAIL(STRANGER, "the session ended meanwhile") : err;
}

static fallible prepare_see(struct call *call)
{
	struct session session;
	scoped(reading) reading = {0};
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	return read_own(call, &view, &session);
}

static fallible answer_see(struct call *call, struct json_out *out)
{
	struct session session;
	scoped(reading) reading = {0};
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	TRY(read_own(call, &view, &session));
	return session_out_put(call, &view, &session, out);
}

const struct handler api_session_see = {prepare_see, NULL, answer_see};

/* ---- DELETE /v1/session ---- */

static fallible write_end(struct act *act, struct call *call)
{
	struct session session;
	struct view view = view_act(act);
	TRY(read_own(call, &view, &session));
	return sessions_end(act, &session, SESSIONS_LOGOUT);
}

static fallible answer_end(struct call *call, struct json_out *out)
{
	(void)out;
	return own_pages_put_session(call, SPAN_NONE);
}

const struct handler api_session_end = {prepare_see, write_end, answer_end};
