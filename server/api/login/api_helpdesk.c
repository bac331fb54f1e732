/* SPDX-License-Identifier: Apache-2.0 */
/* api_helpdesk - /v1/people/{person}/helpdesk-code. */
#include "server/api/ask.h"
#include "server/core/login/helpdesk.h"

static fallible prepare(struct call *call)
{
	struct helpdesk_make *make;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &make));
	TRY(ask_nothing(call));
	TRY(stage_open(call, &stage));
	make->person = call->parts[0];
	call->status = 201;
	return helpdesk_make_prepare(&stage.scene, make);
}

static fallible write(struct act *act, struct call *call)
{
	return helpdesk_make_write(act, call->ask);
}

static fallible answer(struct call *call, struct json_out *out)
{
	const struct helpdesk_make *make = call->ask;
	json_out_id(out, "id", ID_FACTOR, make->rescue.code.id);
	json_out_id(out, "person", ID_PERSON, make->who.id);
	json_out_secret(out, "code", span_text(make->code));
	json_out_time(out, "expires_at", helpdesk_ends(&make->rescue));
	json_out_number(out, "codes_this_year", make->rescue.codes);
	json_out_number(out, "codes_a_year", make->a_year);
	return OK;
}

const struct handler api_helpdesk_code = {prepare, write, answer};
