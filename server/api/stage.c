/* SPDX-License-Identifier: Apache-2.0 */
/* stage - one snapshot, and all that is said of it. */
#include "server/api/stage.h"

fallible stage_open(struct call *call, struct stage *stage)
{
	TRY(call_reading(call, &stage->reading));
	stage->view = view_reading(&stage->reading);
	stage->scene = stage_scene(call, &stage->view);
	return OK;
}

void stage_done(struct stage *stage)
{
	reading_done(&stage->reading);
}

struct scene stage_scene(struct call *call, const struct view *view)
{
	return (struct scene){.server = call->server,
		.caller = &call->caller,
		.view = view,
		.now = call->now,
		.arena = call->arena,
		.trace = call->trace};
}
