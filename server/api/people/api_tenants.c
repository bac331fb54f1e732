/* SPDX-License-Identifier: Apache-2.0 */
/* api_tenants - POST /v1/tenants. */
#include "server/api/ask.h"
#include "server/api/call.h"
#include "server/core/people/tenants.h"

static fallible read_ask(struct call *call, struct tenants_add *add)
{
	struct json_object top;
	TRY(call_body(call, &top));
	add->name = json_in_text(&top, "name", JSON_NEEDED, TENANT_NAME_MAX);
	struct span language = json_in_text(&top, "language", JSON_OPTIONAL, 8);
	add->time_zone = json_in_text(&top, "time_zone", JSON_OPTIONAL, 64);
	add->security_contact = json_in_text(&top, "security_contact", JSON_OPTIONAL, TENANT_NAME_MAX);
	add->demo = json_in_bool(&top, "demo", JSON_OPTIONAL, false);
	add->token_ttl_s = 3600 *
		json_in_number(
			&top, "token_ttl_hours", JSON_OPTIONAL, 1, TENANTS_TTL_HOURS_MAX, TENANTS_TTL_HOURS);
	if (language.len && !languages_find(language, &add->language))
		json_in_note(&top, "language", "not_allowed");
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct tenants_add *add;
	TRY(call_ask(call, &add));
	TRY(read_ask(call, add));
	call->status = 201;
	return tenants_add_prepare(call->server, &call->caller, call->now, call->arena, add);
}

static fallible write_add(struct act *act, struct call *call)
{
	return tenants_add_write(act, call->ask);
}

static fallible answer_add(struct call *call, struct json_out *out)
{
	const struct tenants_add *add = call->ask;
	json_out_id(out, "id", ID_TENANT, add->tenant.id);
	json_out_secret(out, "token", span_of(add->token, TOKEN_TEXT));
	json_out_time(out, "token_expires_at", add->application.expires);
	json_out_span(out, "name", add->name);
	json_out_text(out, "language", languages_code(add->language));
	json_out_span(out, "time_zone", add->tenant.time_zone);
	ask_put_text(out, "security_contact", add->security_contact);
	json_out_text(out, "state", "active");
	json_out_time(out, "created", add->tenant.created);
	return OK;
}

const struct handler api_tenants_add = {prepare_add, write_add, answer_add};
