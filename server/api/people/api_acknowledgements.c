/* SPDX-License-Identifier: Apache-2.0 */
/* api_acknowledgements - POST /v1/people/{person}/notice. */
#include "server/api/ask.h"
#include "server/core/login/sessions.h"
#include "server/core/people/acknowledgements.h"

static fallible read_body(struct call *call, struct acknowledgement *ack)
{
	struct json_object top;
	TRY(call_body(call, &top));
	ack->version = (uint32_t)json_in_number(&top, "version", JSON_NEEDED, 1, UINT32_MAX, 0);
	ask_language(&top, &ack->language);
	if (!json_in_has(&top, "language"))
		json_in_note(&top, "language", "missing");
	json_in_end(&top);
	ack->name = call->parts[0];
	return call_check(call);
}

static fallible prepare(struct call *call)
{
	struct acknowledgement *ack;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &ack));
	TRY(read_body(call, ack));
	TRY(stage_open(call, &stage));
	return acknowledgements_prepare(&stage.scene, ack);
}

static fallible write_it(struct act *act, struct call *call)
{
	static const struct sessions_news NEWS = {.what = SESSION_LACKS_NOTICE};
	const struct acknowledgement *ack = call->ask;
	TRY(acknowledgements_write(act, call->ask));
	return ids_equal(ack->person.id, call->caller.person) ? sessions_set_up(act, &call->caller, &NEWS)
							      : OK;
}

static fallible answer(struct call *call, struct json_out *out)
{
	const struct acknowledgement *ack = call->ask;
	json_out_id(out, "person", ID_PERSON, ack->person.id);
	json_out_number(out, "version", ack->version);
	json_out_text(out, "language", languages_code(ack->language));
	return OK;
}

const struct handler api_acknowledgements_add = {prepare, write_it, answer};
