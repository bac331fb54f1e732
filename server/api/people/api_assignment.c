/* SPDX-License-Identifier: Apache-2.0 */
/* api_assignment - /v1/assignment: whether one assistant serves a client at a time, or several do. */
#include "server/api/ask.h"
#include "server/core/people/assignments.h"

static void put_assignment(struct json_out *out, const struct handover_assignment *assignment)
{
	json_out_text(out, "model", handover_rules_model(assignment->model));
	json_out_bool(out, "set", assignment->is_set);
}

static fallible prepare_get(struct call *call)
{
	struct handover_assignment *found;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &found));
	TRY(stage_open(call, &stage));
	return handover_assignment_get(&stage.view, call->caller.tenant, found);
}

static fallible answer_get(struct call *call, struct json_out *out)
{
	put_assignment(out, call->ask);
	return OK;
}

const struct handler api_assignment_get = {prepare_get, NULL, answer_get};

static fallible read_set(struct call *call, struct assignments_set *set)
{
	struct json_object top;
	TRY(call_body(call, &top));
	int word = json_in_word(&top, "model", JSON_NEEDED, HANDOVER_RULES_MODELS);
	set->assignment.model = word < 0 ? HANDOVER_EXCLUSIVE : (enum handover_model)word;
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_set(struct call *call)
{
	struct assignments_set *set;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &set));
	TRY(read_set(call, set));
	TRY(stage_open(call, &stage));
	return assignments_set_prepare(&stage.scene, set);
}

static fallible write_set(struct act *act, struct call *call)
{
	return assignments_set_write(act, call->ask);
}

static fallible answer_set(struct call *call, struct json_out *out)
{
	const struct assignments_set *set = call->ask;
	put_assignment(out, &set->assignment);
	return OK;
}

const struct handler api_assignment_set = {prepare_set, write_set, answer_set};
