/* SPDX-License-Identifier: Apache-2.0 */
/* applications - draw a token, revoke it. */
#include "server/core/applications.h"

#include "crypto/random.h"
#include "server/core/detail.h"
#include "server/core/giving.h"

enum { SCOPES_TEXT_MAX = 512 };

static fallible seal_event(const struct scene *scene, enum action action,
	const struct application *application, struct event_draft *draft)
{
	scoped(buf) scopes = BUF(SCOPES_TEXT_MAX);
	struct event event = scene_event(scene, action);
	event.has_object_kind = true;
	event.object_kind = ID_APPLICATION;
	event.ids[LEAF_ID_OBJECT] = application->id;
	event.texts[LEAF_TEXT_LABEL] = application->name;
	scopes_print(application->scopes, &scopes);
	TRY(buf_check(&scopes));
	const struct detail_field field = {"scopes", buf_span(&scopes), true};
	TRY(detail_print(&field, 1, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

fallible applications_add_prepare(const struct scene *scene, struct applications_add *add)
{
	const struct span token = span_of(add->token, TOKEN_TEXT);
	TRY(giving_check_scopes(scene->caller, add->scopes));
	add->application = (struct application){.tenant = scene->caller->tenant,
		.id = random_id(scene->now),
		.scopes = add->scopes,
		.created = scene->now,
		.expires = add->expires,
		.name = add->name};
	tokens_make(TOKEN_APPLICATION, add->token);
	keeper_hash(scene->server->keeper, KEEPER_TOKEN, &token, 1, add->application.token);
	return seal_event(scene, ACTION_APPLICATION_REGISTERED, &add->application, &add->registered);
}

static fallible put(struct act *act, const struct application *application)
{
	const struct token token = {.kind = TOKEN_APPLICATION,
		.tenant = application->tenant,
		.owner = application->id,
		.expires = application->expires,
		.revoked = application->state == APPLICATION_REVOKED};
	TRY(application_put(act, application));
	return token_put(act, application->token, &token);
}

fallible applications_add_write(struct act *act, struct applications_add *add)
{
	TRY(put(act, &add->application));
	return act_add(act, add->application.tenant, &add->registered.leaf, NULL);
}

fallible applications_revoke_prepare(
	const struct scene *scene, struct id id, struct applications_revoke *revoke)
{
	struct application *application = &revoke->application;
	TRY(application_get(scene->view, scene->caller->tenant, id, scene->arena, application));
	if (application->state == APPLICATION_REVOKED)
		return FAIL(NOT_FOUND, "the application is revoked");
	application->state = APPLICATION_REVOKED;
	return seal_event(scene, ACTION_APPLICATION_REVOKED, application, &revoke->revoked);
}

fallible applications_revoke_write(struct act *act, struct applications_revoke *revoke)
{
	const struct application *application = &revoke->application;
	struct noun_key key = noun_key(application->tenant, id_span(&application->id), SPAN_NONE);
	struct row row;
	TRY(act_get(act, TABLE_APPLICATION, noun_key_span(&key), &row));
	if (row.version != application->version)
		return FAIL_CODE(STALE, "the application changed meanwhile");
	TRY(put(act, application));
	return act_add(act, application->tenant, &revoke->revoked.leaf, NULL);
}
