/* SPDX-License-Identifier: Apache-2.0 */
/* api_extensions - /v1/handovers/{handover}/extend: that a stand-in lasts longer. */
#include "server/api/ask.h"
#include "server/api/grants/handover_out.h"
#include "server/core/grants/extensions.h"
#include "server/core/grants/handovers.h"

/* ---- POST /v1/handovers/{handover}/extend ---- */

static fallible read_ask(struct call *call, struct json_object *top, struct extensions_ask *ask)
{
	TRY(call_body(call, top));
	ask->until = json_in_time(top, "until", JSON_NEEDED);
	int word = json_in_word(top, "reason", JSON_OPTIONAL, HANDOVER_RULES_REASONS);
	ask->has_reason = word >= 0;
	ask->reason = (enum handover_reason)(word + 1);
	json_in_end(top);
	return call_check(call);
}

static fallible prepare_ask(struct call *call)
{
	struct extensions_ask *ask;
	struct json_object top;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &ask));
	call->status = 202;
	TRY(read_ask(call, &top, ask));
	TRY(stage_open(call, &stage));
	TRY(handovers_find(&stage.scene, call->parts[0], &ask->handover));
	struct err err = extensions_ask_prepare(&stage.scene, ask);
	if (err_failed(err) && ask->fault.member)
		json_in_note(&top, ask->fault.member, ask->fault.code);
	return err;
}

static fallible write_ask(struct act *act, struct call *call)
{
	return extensions_ask_write(act, call->ask);
}

static fallible answer_ask(struct call *call, struct json_out *out)
{
	const struct extensions_ask *ask = call->ask;
	struct name_out nameless = {0};
	handover_out(out, &ask->handover);
	return handover_out_extension(&nameless, &ask->extension, out);
}

const struct handler api_extensions_ask = {prepare_ask, write_ask, answer_ask};

/* ---- POST /v1/handovers/{handover}/extend/decision, DELETE /v1/handovers/{handover}/extend ---- */

typedef fallible (*decide_fn)(const struct scene *scene, struct extensions_decide *decide);

static fallible prepare(struct call *call, struct extensions_decide *decide, decide_fn prepare_with)
{
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(handovers_find(&stage.scene, call->parts[0], &decide->handover));
	return prepare_with(&stage.scene, decide);
}

static fallible prepare_decide(struct call *call)
{
	struct extensions_decide *decide;
	TRY(call_ask(call, &decide));
	TRY(ask_decision(call, &decide->approve));
	return prepare(call, decide, extensions_decide_prepare);
}

static fallible prepare_withdraw(struct call *call)
{
	struct extensions_decide *withdraw;
	TRY(call_ask(call, &withdraw));
	return prepare(call, withdraw, extensions_withdraw_prepare);
}

static fallible write_decide(struct act *act, struct call *call)
{
	return extensions_decide_write(act, call->ask);
}

static fallible answer_decide(struct call *call, struct json_out *out)
{
	const struct extensions_decide *decide = call->ask;
	struct name_out nameless = {0};
	handover_out(out, &decide->after);
	return handover_out_extension(&nameless, NULL, out);
}

const struct handler api_extensions_decide = {prepare_decide, write_decide, answer_decide};
const struct handler api_extensions_withdraw = {prepare_withdraw, write_decide, answer_decide};
