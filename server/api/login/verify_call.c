/* SPDX-License-Identifier: Apache-2.0 */
/* verify_call - from a call to the use-case. */
#include "server/api/login/verify_call.h"

#include "base/address.h"
#include "base/text.h"
#include "server/api/stage.h"
#include "server/core/login/sessions.h"

enum { TYPED_MAX = 64 };

fallible verify_call_prepare(struct call *call, struct verifications_ask *ask)
{
	static const enum call_act ACTS[] = {CALL_NO_ACT, CALL_HOUSEKEEPING, CALL_EVENT};
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	ask->trace = call->trace;
	ask->may_lock = call->runs > 1;
	call->ask = ask;
	TRY(verifications_prepare(call->server, &call->caller, &stage.view, call->now, call->arena, ask));
	call->act = ACTS[ask->act];
	call->at_moment = ask->decision != VERIFICATIONS_ALLOW;
	return OK;
}

fallible verify_call_prepare_code(struct call *call, struct span typed, struct verifications_ask *ask)
{
	struct err err = typed.len > TYPED_MAX
		? FAIL_CODE(MALFORMED_CODE, "no code is so long")
		: text_code(typed, VERIFICATIONS_CODE_MIN, VERIFICATIONS_CODE_MAX, ask->code);
	if (err.code != CODE_MALFORMED_CODE) {
		TRY(err);
		ask->has_code = true;
		return verify_call_prepare(call, ask);
	}
	call->ask = NULL;
	call->act = CALL_NO_ACT;
	return OK;
}

fallible verify_call_see(struct call *call, struct span client, struct device *device)
{
	char text[ADDRESS_TEXT + 1];
	struct address address;
	struct span agent = http_header(call->exchange, "User-Agent");
	struct device seen = {.given = true, .user_agent = text_cut(agent, DEVICE_AGENT_MAX)};
	seen.truncated = seen.user_agent.len < agent.len;
	if (!err_failed(address_parse(client, &address))) {
		address_print(&address, text);
		TRY(arena_keep(call->arena, span_text(text), &seen.ip));
	}
	*device = seen;
	return OK;
}

fallible verify_call_write(struct act *act, struct call *call)
{
	const struct verifications_ask *ask = call->ask;
	TRY(verifications_write(act, call->ask));
	TRY(sessions_step_up(act, &call->caller, ask));
	call->at_moment = ask->decision != VERIFICATIONS_ALLOW;
	return OK;
}
