/* SPDX-License-Identifier: Apache-2.0 */
/* api_retention - /v1/retention and /v1/retention/{class}/decision. */
#include "server/api/ask.h"
#include "server/core/keeping/retentions.h"

static void put_person(struct json_out *out, const char *name, struct id person)
{
	if (!ids_is_none(person))
		json_out_id(out, name, ID_PERSON, person);
}

static void put_asked(struct json_out *out, const struct retention *retention)
{
	if (retention->asked == 0)
		return;
	json_out_open(out, "asked");
	json_out_number(out, "months", retention->asked);
	json_out_time(out, "at", retention->asked_at);
	json_out_id(out, "by", ID_PERSON, retention->asked_by);
	json_out_close(out);
}

static void put_retention(struct json_out *out, const struct retention *retention)
{
	json_out_text(out, "class", action_retention_name(retention->class));
	json_out_number(out, "months", retention->months);
	json_out_number(out, "default_months", action_retention_months(retention->class));
	json_out_text(out, "state", retention->asked ? "waiting" : "in_force");
	ask_put_text(out, "justification", retention->justification);
	if (retention->since.ms)
		json_out_time(out, "since", retention->since);
	put_person(out, "set_by", retention->set_by);
	put_person(out, "approved_by", retention->approved_by);
	put_asked(out, retention);
}

/* ---- GET /v1/retention ---- */

struct retention_list {
	struct retention rows[ACTION_RETENTION_COUNT];
	struct pruned pruned;
};

static fallible prepare_list(struct call *call)
{
	struct retention_list *list;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &list));
	TRY(stage_open(call, &stage));
	for (enum action_retention class = 0; class < ACTION_RETENTION_COUNT; class ++)
		TRY(retention_get(&stage.view, call->caller.tenant, class, call->arena, &list->rows[class]));
	TRY(pruned_get(&stage.view, call->caller.tenant, &list->pruned));
	return OK;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	const struct retention_list *list = call->ask;
	json_out_open_array(out, "items");
	for (size_t i = 0; i < ACTION_RETENTION_COUNT; i++) {
		json_out_open(out, NULL);
		put_retention(out, &list->rows[i]);
		json_out_close(out);
	}
	json_out_close_array(out);
	json_out_number(out, "minimum_index", (int64_t)list->pruned.minimum);
	json_out_number(out, "pruned", (int64_t)list->pruned.count);
	return OK;
}

const struct handler api_retention_list = {prepare_list, NULL, answer_list};

/* ---- PUT /v1/retention ---- */

static void read_class(struct json_object *top, struct retentions_set *set)
{
	struct span word = json_in_text(top, "class", JSON_NEEDED, 16);
	if (word.len && !retentions_find_class(word, &set->class))
		json_in_note(top, "class", "not_allowed");
}

static fallible read_set(struct call *call, struct retentions_set *set)
{
	struct json_object top;
	TRY(call_body(call, &top));
	read_class(&top, set);
	set->months = (uint8_t)json_in_number(
		&top, "months", JSON_NEEDED, RETENTION_LEAST, RETENTION_MOST, RETENTION_FREE);
	enum json_need need = set->months > RETENTION_FREE ? JSON_NEEDED : JSON_OPTIONAL;
	set->justification = ask_line(call, &top, "justification", need, RETENTION_JUSTIFICATION_MAX);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_set(struct call *call)
{
	struct retentions_set *set;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &set));
	TRY(stage_open(call, &stage));
	TRY(read_set(call, set));
	TRY(retentions_set_prepare(&stage.scene, set));
	call->status = set->waits ? 202 : 200;
	return OK;
}

static fallible write_set(struct act *act, struct call *call)
{
	return retentions_set_write(act, call->ask);
}

static fallible answer_set(struct call *call, struct json_out *out)
{
	const struct retentions_set *set = call->ask;
	put_retention(out, &set->retention);
	return OK;
}

const struct handler api_retention_set = {prepare_set, write_set, answer_set};

/* ---- POST /v1/retention/{class}/decision ---- */

static fallible prepare_decide(struct call *call)
{
	struct retentions_set *set;
	bool approve;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &set));
	if (!retentions_find_class(call->parts[0], &set->class))
		return FAIL(NOT_FOUND, "there is no such class of retention");
	TRY(ask_decision(call, &approve));
	TRY(stage_open(call, &stage));
	return retentions_decide_prepare(&stage.scene, approve, set);
}

const struct handler api_retention_decide = {prepare_decide, write_set, answer_set};
