/* SPDX-License-Identifier: Apache-2.0 */
/* log_look - the same steps for every such call. */
#include "server/api/log/log_look.h"

#include "server/api/log/log_ask.h"
#include "server/api/stage.h"

fallible log_look_prepare(struct call *call, struct span what, struct log_look *look)
{
	scoped(stage) stage = {0};
	scoped(buf) canon = BUF(LOG_READ_CANON_MAX);
	struct log_filters none = {.order = QUERY_NEWEST_FIRST};
	TRY(stage_open(call, &stage));
	TRY(log_read_reader(&stage.view, &call->caller, call->arena, &look->reader));
	buf_put_sized(&canon, what);
	log_read_canon(&look->reader, &none, &canon);
	return buf_keep(&canon, call->arena, &look->canon);
}

fallible log_look_seal(struct call *call, bool is_first, struct log_look *look)
{
	struct event viewed = call_event(call, ACTION_LOG_VIEWED);
	call_header(call, "Cache-Control", SPAN_LIT("no-store"));
	if (!is_first || call->server->volume.read_only) {
		call->act = CALL_NO_ACT;
		return OK;
	}
	TRY(log_view_name(call->server, &call->caller, look->canon, &look->view));
	TRY(log_ask_detail(
		call, &look->reader, NULL, SPAN_BYTES(look->view.key), &viewed.texts[LEAF_TEXT_DETAIL]));
	return log_view_seal(call->server, &call->caller, &viewed, call->now, call->arena, &look->view);
}

fallible log_look_write(struct act *act, const struct call *call, struct log_look *look)
{
	return log_view_write(act, call->caller.tenant, &look->view);
}
