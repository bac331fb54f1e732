/* SPDX-License-Identifier: Apache-2.0 */
/* tenants - prepare and write a new tenant. */
#include "server/core/people/tenants.h"

#include "crypto/random.h"
#include "server/core/detail.h"
#include "store/nouns/event_add.h"
#include "store/nouns/person.h"

static fallible set_origin(const struct server *server, struct arena *arena, struct tenant *tenant)
{
	char id[ID_TEXT + 1];
	scoped(buf) origin = BUF(TENANT_ORIGIN_MAX);
	ids_print(ID_TENANT, tenant->id, id);
	buf_printf(&origin, "%s/%s", server->log_name, id);
	return buf_keep(&origin, arena, &tenant->origin);
}

static void draw_application(const struct server *server, struct instant now, struct tenants_add *add)
{
	struct span token = span_of(add->token, TOKEN_TEXT);
	tokens_make(TOKEN_APPLICATION, add->token);
	add->application = (struct application){
		.tenant = add->tenant.id,
		.id = random_id(now),
		.scopes = SCOPE_ALL,
		.created = now,
		.expires = {now.ms + add->token_ttl_s * 1000},
		.name = SPAN_LIT("setup"),
	};
	keeper_hash(server->keeper, KEEPER_TOKEN, &token, 1, add->application.token);
}

static fallible seal_events(const struct server *server, const struct caller *caller, struct instant now,
	struct arena *arena, struct tenants_add *add)
{
	struct event created = caller_event(caller, ACTION_TENANT_CREATED);
	struct event registered = caller_event(caller, ACTION_APPLICATION_REGISTERED);
	scoped(buf) scopes = BUF(SCOPES_TEXT_MAX);
	scopes_print(add->application.scopes, &scopes);
	TRY(buf_check(&scopes));
	const struct detail_field name = {"name", add->tenant.name, DETAIL_TEXT};
	const struct detail_field may = {"scopes", buf_span(&scopes), DETAIL_LIST};
	TRY(detail_print(&name, 1, arena, &created.texts[LEAF_TEXT_DETAIL]));
	TRY(detail_print(&may, 1, arena, &registered.texts[LEAF_TEXT_DETAIL]));
	created.has_object_kind = registered.has_object_kind = true;
	created.object_kind = ID_TENANT;
	created.ids[LEAF_ID_OBJECT] = add->tenant.id;
	registered.object_kind = ID_APPLICATION;
	registered.ids[LEAF_ID_OBJECT] = add->application.id;
	registered.texts[LEAF_TEXT_LABEL] = add->application.name;
	TRY(event_seal(server->volume.keys, add->tenant.id, &created, now, arena, &add->created));
	return event_seal(server->volume.keys, add->tenant.id, &registered, now, arena, &add->registered);
}

fallible tenants_add_prepare(const struct server *server, const struct caller *caller, struct instant now,
	struct arena *arena, struct tenants_add *add)
{
	add->tenant = (struct tenant){
		.id = random_id(now),
		.created = now,
		.language = add->language,
		.use_needs_login = true,
		.demo = add->demo,
		.name = add->name,
		.time_zone = add->time_zone.len ? add->time_zone : SPAN_LIT("UTC"),
		.security_contact = add->security_contact,
	};
	TRY(set_origin(server, arena, &add->tenant));
	/* Keys are durable before the row that needs them; one without a row stays (docs/decisions/0011-erasing.md). */
	TRY(keeper_make_tenant(server->keeper, add->tenant.id));
	draw_application(server, now, add);
	return seal_events(server, caller, now, arena, add);
}

static fallible put_roles(struct act *act, struct id tenant)
{
	for (size_t i = 0; i < roles_count(); i++) {
		const struct role_row *row = roles_row(i);
		struct role role = {.name = span_text(row->name),
			.capabilities = row->capabilities,
			.least_factor = row->least_factor};
		TRY(role_put(act, tenant, &role));
	}
	return OK;
}

fallible tenants_add_write(struct act *act, struct tenants_add *add)
{
	struct token token = {.kind = TOKEN_APPLICATION,
		.tenant = add->tenant.id,
		.owner = add->application.id,
		.expires = add->application.expires};
	TRY(tenant_put(act, &add->tenant));
	TRY(put_roles(act, add->tenant.id));
	TRY(application_put(act, &add->application));
	TRY(token_put(act, add->application.token, &token));
	TRY(event_add(act, add->tenant.id, &add->created.leaf, NULL));
	return event_add(act, add->tenant.id, &add->registered.leaf, NULL);
}
