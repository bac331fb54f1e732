/* SPDX-License-Identifier: Apache-2.0 */
/* api_views - /v1/views: what somebody looks for in the log again and again. */
#include "server/api/ask.h"
#include "server/api/name_out.h"
#include "server/core/log/saved_views.h"

enum { ONE_ROW = 16 * 1024 };

static fallible put_view(struct name_out *names, struct json_out *out, const struct saved_view *saved)
{
	json_out_open(out, NULL);
	json_out_span(out, "name", saved->name);
	json_out_span(out, "query", saved->query);
	json_out_bool(out, "shared", ids_is_none(saved->owner));
	json_out_id(out, "by", ID_PERSON, saved->by);
	TRY(name_out_person(names, out, "by_name", saved->by));
	json_out_time(out, "changed", saved->at);
	json_out_close(out);
	return OK;
}

/* ---- GET /v1/views: the caller's own, then to the staff those that are shared ---- */

static fallible prepare_list(struct call *call)
{
	(void)call;
	return OK;
}

static fallible put_all(
	const struct call *call, struct id owner, struct name_out *names, struct json_out *out)
{
	struct saved_view saved = {.tenant = call->caller.tenant, .owner = owner};
	struct err err = OK;
	scoped(arena) row = ARENA(ONE_ROW);
	for (; saved_view_next(names->view, &row, &saved, &err); arena_clear(&row))
		TRY(put_view(names, out, &saved));
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	static const struct id SHARED;
	struct name_out names;
	bool sees_shared;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(saved_views_sees_shared(&stage.scene, &sees_shared));
	TRY(name_out_open_always(call, &stage.view, &names));
	json_out_open_array(out, "items");
	if (!ids_is_none(call->caller.person))
		TRY(put_all(call, call->caller.person, &names, out));
	if (sees_shared)
		TRY(put_all(call, SHARED, &names, out));
	json_out_close_array(out);
	return OK;
}

const struct handler api_views_list = {prepare_list, NULL, answer_list};

/* ---- PUT and DELETE /v1/views/{name} ---- */

static fallible make_change(struct call *call, struct saved_views_change **change)
{
	TRY(call_ask(call, change));
	return ask_path_line(call, call->parts[0], SAVED_VIEW_NAME_MAX, &(*change)->name);
}

static fallible prepare_put(struct call *call)
{
	struct saved_views_change *change;
	struct json_object top;
	scoped(stage) stage = {0};
	TRY(make_change(call, &change));
	TRY(call_body(call, &top));
	change->query = ask_line(call, &top, "query", JSON_NEEDED, SAVED_VIEW_QUERY_MAX);
	change->shared = json_in_bool(&top, "shared", JSON_OPTIONAL, false);
	json_in_end(&top);
	TRY(call_check(call));
	TRY(stage_open(call, &stage));
	return saved_views_put_prepare(&stage.scene, change);
}

static fallible write_put(struct act *act, struct call *call)
{
	return saved_views_put_write(act, call->ask);
}

static fallible answer_put(struct call *call, struct json_out *out)
{
	const struct saved_views_change *change = call->ask;
	json_out_span(out, "name", change->name);
	json_out_span(out, "query", change->query);
	json_out_bool(out, "shared", change->shared);
	json_out_id(out, "by", ID_PERSON, change->after.by);
	json_out_time(out, "changed", change->after.at);
	return OK;
}

const struct handler api_views_put = {prepare_put, write_put, answer_put};

static fallible prepare_drop(struct call *call)
{
	struct saved_views_change *change;
	struct span shared;
	scoped(stage) stage = {0};
	TRY(make_change(call, &change));
	TRY(call_query(call, "shared", &shared));
	change->shared = span_is(shared, "1");
	TRY(stage_open(call, &stage));
	return saved_views_drop_prepare(&stage.scene, change);
}

static fallible write_drop(struct act *act, struct call *call)
{
	return saved_views_drop_write(act, call->ask);
}

static fallible answer_drop(struct call *call, struct json_out *out)
{
	const struct saved_views_change *change = call->ask;
	json_out_span(out, "name", change->name);
	json_out_bool(out, "shared", change->shared);
	return OK;
}

const struct handler api_views_drop = {prepare_drop, write_drop, answer_drop};
