/* SPDX-License-Identifier: Apache-2.0 */
/* verify_call - from a call to the use-case. */
#include "server/api/verify_call.h"

fallible verify_call_prepare(struct call *call, struct verifications_ask *ask)
{
	static const enum call_act ACTS[] = {CALL_NO_ACT, CALL_HOUSEKEEPING, CALL_EVENT};
	scoped(reading) reading = {0};
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	ask->trace = call->trace;
	ask->may_lock = call->runs > 1;
	call->ask = ask;
	TRY(verifications_prepare(call->server, &call->caller, &view, call->now, call->arena, ask));
	call->act = ACTS[ask->act];
	return OK;
}

fallible verify_call_write(struct act *act, struct call *call)
{
	return verifications_write(act, call->ask);
}
