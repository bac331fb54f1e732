/* SPDX-License-Identifier: Apache-2.0 */
/* api_roles - /v1/roles, /v1/roles/{name} and /v1/tenant. */
#include "server/api/ask.h"
#include "server/core/people/tenant_roles.h"
#include "store/nouns/tenant.h"

static void put_members(struct json_out *out, const struct role *role)
{
	json_out_span(out, "name", role->name);
	json_out_open_array(out, "capabilities");
	for (unsigned at = 0; at < CAPABILITY_COUNT; at++)
		if (role->capabilities & UINT64_C(1) << at)
			json_out_text(out, NULL, capabilities_name((enum capability)at));
	json_out_close_array(out);
	json_out_text(out, "least_factor", roles_factor_name(role->least_factor));
}

/* ---- GET /v1/roles ---- */

static fallible put_list(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	const struct page_ask *page = call->ask;
	struct span at = page->position, shown = at;
	struct role role;
	struct err err = OK;
	for (size_t count = 0; role_next(view, call->caller.tenant, &at, call->arena, &role, &err); count++) {
		if (count == page->limit) {
			*position = shown;
			return OK;
		}
		json_out_open(out, NULL);
		put_members(out, &role);
		json_out_close(out);
		shown = at;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	return call_put_list(call, out, SPAN_NONE, put_list);
}

const struct handler api_roles_list = {ask_staffs_page, NULL, answer_list};

/* ---- PUT /v1/roles/{name} ---- */

/* Events and lists separate the names of roles with spaces. */
static bool is_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.at[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '-')
			return false;
	}
	return name.len > 0 && name.len <= ROLES_NAME_MAX;
}

static void read_capabilities(struct json_object *top, uint64_t *capabilities)
{
	struct json_array array;
	struct span name;
	if (!json_in_array(top, "capabilities", JSON_NEEDED, CAPABILITY_COUNT, &array))
		return;
	while (json_in_next_text(&array, 64, &name)) {
		enum capability capability;
		if (capabilities_find(name, &capability))
			*capabilities |= UINT64_C(1) << capability;
		else
			json_in_note(top, "capabilities", "not_allowed");
	}
}

static fallible read_set(struct call *call, struct tenant_roles_set *set)
{
	struct json_object top;
	TRY(call_body(call, &top));
	read_capabilities(&top, &set->role.capabilities);
	struct span factor = json_in_text(&top, "least_factor", JSON_OPTIONAL, 16);
	set->has_factor = factor.len > 0;
	if (set->has_factor && !roles_factor_find(factor, &set->role.least_factor))
		json_in_note(&top, "least_factor", "not_allowed");
	json_in_end(&top);
	TRY(call_check(call));
	if (!is_name(call->parts[0]))
		return FAIL(INVALID, "a role's name is made of a-z, 0-9, - and _, at most 64 of them");
	set->role.name = call->parts[0];
	return OK;
}

static fallible prepare_set(struct call *call)
{
	struct tenant_roles_set *set;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &set));
	TRY(read_set(call, set));
	TRY(stage_open(call, &stage));
	TRY(tenant_roles_set_prepare(&stage.scene, set));
	call->status = set->before.version ? 200 : 201;
	return OK;
}

static fallible write_set(struct act *act, struct call *call)
{
	return tenant_roles_set_write(act, call->ask);
}

static fallible answer_set(struct call *call, struct json_out *out)
{
	const struct tenant_roles_set *set = call->ask;
	put_members(out, &set->role);
	return OK;
}

const struct handler api_roles_set = {prepare_set, write_set, answer_set};

/* ---- GET /v1/tenant ---- */

static fallible prepare_tenant(struct call *call)
{
	struct tenant *tenant;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &tenant));
	TRY(stage_open(call, &stage));
	return tenant_get(&stage.view, call->caller.tenant, call->arena, tenant);
}

static fallible answer_tenant(struct call *call, struct json_out *out)
{
	const struct tenant *tenant = call->ask;
	json_out_id(out, "id", ID_TENANT, tenant->id);
	json_out_span(out, "name", tenant->name);
	json_out_text(out, "language", languages_code(tenant->language));
	json_out_span(out, "time_zone", tenant->time_zone);
	ask_put_text(out, "security_contact", tenant->security_contact);
	json_out_span(out, "origin", tenant->origin);
	json_out_bool(out, "demo", tenant->demo);
	json_out_text(out, "state", "active");
	json_out_time(out, "created", tenant->created);
	return OK;
}

const struct handler api_tenant_get = {prepare_tenant, NULL, answer_tenant};
