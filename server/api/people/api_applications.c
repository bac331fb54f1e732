/* SPDX-License-Identifier: Apache-2.0 */
/* api_applications - /v1/applications and /v1/applications/{id}. */
#include "server/api/ask.h"
#include "server/core/log/event_quota.h"
#include "server/core/people/applications.h"

static const char *state_word(const struct application *application, struct instant now)
{
	if (application->state == APPLICATION_REVOKED)
		return "revoked";
	return application->expires.ms <= now.ms ? "expired" : "active";
}

static void put_members(const struct call *call, struct json_out *out, const struct application *application)
{
	json_out_id(out, "id", ID_APPLICATION, application->id);
	json_out_span(out, "name", application->name);
	json_out_open_array(out, "scopes");
	for (unsigned at = 0; at < SCOPE_COUNT; at++)
		if (application->scopes & UINT32_C(1) << at)
			json_out_text(out, NULL, scopes_name((enum scope)at));
	json_out_close_array(out);
	json_out_time(out, "expires_at", application->expires);
	json_out_text(out, "state", state_word(application, call->now));
	json_out_time(out, "created", application->created);
}

/* ---- POST /v1/applications ---- */

static void read_scopes(struct json_object *top, uint32_t *scopes)
{
	struct json_array array;
	struct span name;
	if (!json_in_array(top, "scopes", JSON_NEEDED, SCOPE_COUNT, &array))
		return;
	while (json_in_next_text(&array, 32, &name)) {
		enum scope scope;
		if (scopes_find(name, &scope))
			*scopes |= UINT32_C(1) << scope;
		else
			json_in_note(top, "scopes", "not_allowed");
	}
}

static fallible read_add(struct call *call, struct applications_add *add)
{
	struct json_object top;
	TRY(call_body(call, &top));
	add->name = ask_line(call, &top, "name", JSON_NEEDED, APPLICATION_NAME_MAX);
	read_scopes(&top, &add->scopes);
	add->expires = ask_expiry(call, &top);
	add->signs = json_in_bool(&top, "duo", JSON_OPTIONAL, false);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct applications_add *add;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &add));
	TRY(read_add(call, add));
	TRY(stage_open(call, &stage));
	call->status = 201;
	return applications_add_prepare(&stage.scene, add);
}

static fallible write_add(struct act *act, struct call *call)
{
	return applications_add_write(act, call->ask);
}

static fallible answer_add(struct call *call, struct json_out *out)
{
	const struct applications_add *add = call->ask;
	put_members(call, out, &add->application);
	json_out_secret(out, "token", span_of(add->token, TOKEN_TEXT));
	if (add->signs) {
		json_out_text(out, "integration_key", add->signing_name);
		json_out_secret(out, "secret_key", span_of(add->signing_secret, DUO_KEYS_SECRET));
	}
	return OK;
}

const struct handler api_applications_add = {prepare_add, write_add, answer_add};

/* ---- GET /v1/applications/{id} ---- */

/* An application with the bounds that hold for what it reports. */
struct bounded {
	struct application application;
	struct quota_bounds bounds;
	bool own;
};

static void put_bounded(const struct call *call, struct json_out *out, const struct bounded *bounded)
{
	put_members(call, out, &bounded->application);
	json_out_open(out, "quota");
	json_out_number(out, "per_minute", bounded->bounds.per_minute);
	json_out_number(out, "per_day", bounded->bounds.per_day);
	json_out_bool(out, "own", bounded->own);
	json_out_close(out);
}

static fallible find_bounds(struct call *call, const struct view *view, struct bounded *bounded)
{
	const struct application *application = &bounded->application;
	return event_quota_bounds(call->server, view, application->tenant, application->id,
		application->scopes, &bounded->bounds, &bounded->own);
}

static fallible prepare_get(struct call *call)
{
	struct id id;
	struct bounded *application;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &application));
	TRY(ids_parse(ID_APPLICATION, call->parts[0], &id));
	TRY(stage_open(call, &stage));
	TRY(application_get(&stage.view, call->caller.tenant, id, call->arena, &application->application));
	return find_bounds(call, &stage.view, application);
}

static fallible answer_get(struct call *call, struct json_out *out)
{
	put_bounded(call, out, call->ask);
	return OK;
}

const struct handler api_applications_get = {prepare_get, NULL, answer_get};

/* ---- PATCH /v1/applications/{id} ---- */

/* Both bounds, or neither: then the settings hold again. */
static fallible read_bound(struct call *call, struct applications_bound *bound)
{
	struct json_object top, quota;
	TRY(call_body(call, &top));
	if (json_in_object(&top, "quota", JSON_NEEDED, &quota)) {
		bound->own = json_in_has(&quota, "per_minute") || json_in_has(&quota, "per_day");
		enum json_need need = bound->own ? JSON_NEEDED : JSON_OPTIONAL;
		bound->bounds.per_minute =
			(uint32_t)json_in_number(&quota, "per_minute", need, 0, UINT32_MAX, 0);
		bound->bounds.per_day = (uint32_t)json_in_number(&quota, "per_day", need, 0, UINT32_MAX, 0);
		json_in_end(&quota);
	}
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_bound(struct call *call)
{
	struct id id;
	struct applications_bound *bound;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &bound));
	TRY(ids_parse(ID_APPLICATION, call->parts[0], &id));
	TRY(read_bound(call, bound));
	TRY(stage_open(call, &stage));
	return applications_bound_prepare(&stage.scene, id, bound);
}

static fallible write_bound(struct act *act, struct call *call)
{
	return applications_bound_write(act, call->ask);
}

static fallible answer_bound(struct call *call, struct json_out *out)
{
	const struct applications_bound *bound = call->ask;
	struct bounded bounded = {
		.application = bound->application, .bounds = bound->bounds, .own = bound->own};
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	if (!bound->own)
		TRY(find_bounds(call, &stage.view, &bounded));
	put_bounded(call, out, &bounded);
	return OK;
}

const struct handler api_applications_bound = {prepare_bound, write_bound, answer_bound};

/* ---- GET /v1/applications ---- */

struct applications_list {
	struct page_ask page;
	struct id after;
};

static fallible prepare_list(struct call *call)
{
	struct applications_list *list;
	TRY(call_ask(call, &list));
	TRY(call_page(call, SPAN_NONE, &list->page));
	return ask_after(&list->page, &list->after);
}

static fallible put_list(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	struct applications_list *list = call->ask;
	struct application application;
	struct id next = list->after;
	struct err err = OK;
	for (size_t count = 0;
		application_next(view, call->caller.tenant, &next, call->arena, &application, &err);
		count++) {
		if (count == list->page.limit) {
			*position = id_span(&list->after);
			return OK;
		}
		json_out_open(out, NULL);
		put_members(call, out, &application);
		json_out_close(out);
		list->after = next;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	return call_put_list(call, out, SPAN_NONE, put_list);
}

const struct handler api_applications_list = {prepare_list, NULL, answer_list};

/* ---- DELETE /v1/applications/{id} ---- */

static fallible prepare_revoke(struct call *call)
{
	struct id id;
	struct applications_revoke *revoke;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &revoke));
	TRY(ids_parse(ID_APPLICATION, call->parts[0], &id));
	TRY(stage_open(call, &stage));
	return applications_revoke_prepare(&stage.scene, id, revoke);
}

static fallible write_revoke(struct act *act, struct call *call)
{
	return applications_revoke_write(act, call->ask);
}

static fallible answer_revoke(struct call *call, struct json_out *out)
{
	const struct applications_revoke *revoke = call->ask;
	put_members(call, out, &revoke->application);
	return OK;
}

const struct handler api_applications_revoke = {prepare_revoke, write_revoke, answer_revoke};
