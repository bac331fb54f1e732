/* SPDX-License-Identifier: Apache-2.0 */
/* applications - draw a token, revoke it. */
#include "server/core/people/applications.h"

#include "crypto/random.h"
#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "server/core/giving.h"
#include "server/core/rights_news.h"
#include "store/nouns/event_add.h"

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
	const struct detail_field field = {"scopes", buf_span(&scopes), DETAIL_LIST};
	TRY(detail_print(&field, 1, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

static void draw_keys(const struct keeper *keeper, struct applications_add *add)
{
	const struct application *made = &add->application;
	duo_keys_name(made->tenant, made->id, add->signing_name);
	duo_keys_secret(keeper, made->tenant, made->id, add->signing_secret);
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
	if (add->signs)
		draw_keys(scene->server->keeper, add);
	const struct rights_news news = {
		.action = ACTION_APPLICATION_REGISTERED, .about = add->application.id, .label = add->name};
	add->told.count = 0;
	if (scopes_careful(scopes_expand(add->scopes)))
		TRY(rights_news_tell(scene, &news, &add->told));
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
	TRY(letters_write(act, &add->told));
	return event_add(act, add->application.tenant, &add->registered.leaf, NULL);
}

fallible applications_revoke_prepare(
	const struct scene *scene, struct id id, struct applications_revoke *revoke)
{
	struct application *application = &revoke->application;
	TRY(application_get(scene->view, scene->caller->tenant, id, scene->arena, application));
	if (application->state == APPLICATION_REVOKED)
		return FAIL(NOT_FOUND, "the application is revoked");
	application->state = APPLICATION_REVOKED;
	const struct change_news news = {
		.action = ACTION_APPLICATION_REVOKED, .about = id, .label = application->name};
	revoke->told.count = 0;
	TRY(change_news_tell_owners(scene, &news, 0, &revoke->told));
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
	TRY(letters_write(act, &revoke->told));
	return event_add(act, application->tenant, &revoke->revoked.leaf, NULL);
}

/* ---- bounds of its own ---- */

/* "10 a minute, 100 a day"; nothing without bounds of its own. */
static fallible print_bounds(
	const struct scene *scene, bool own, const struct quota_bounds *bounds, struct span *text)
{
	scoped(buf) words = BUF(64);
	if (own)
		buf_printf(&words, "%u a minute, %u a day", bounds->per_minute, bounds->per_day);
	return buf_keep(&words, scene->arena, text);
}

static fallible seal_bound(const struct scene *scene, struct applications_bound *bound)
{
	struct span before, after;
	char approver[ID_TEXT + 1];
	struct detail_changes changes = {0};
	struct event event = scene_event(scene, ACTION_POLICY_CHANGED);
	bool person = !ids_is_none(scene->caller->person);
	ids_print(person ? ID_PERSON : ID_APPLICATION,
		person ? scene->caller->person : scene->caller->application, approver);
	event.has_object_kind = true;
	event.object_kind = ID_APPLICATION;
	event.ids[LEAF_ID_OBJECT] = bound->application.id;
	event.texts[LEAF_TEXT_LABEL] = bound->application.name;
	TRY(print_bounds(scene, bound->before.version > 0, &bound->before.bounds, &before));
	TRY(print_bounds(scene, bound->own, &bound->bounds, &after));
	detail_note(&changes, "quota", before, after);
	TRY(detail_print_changes(&changes, scene->arena, &event.texts[LEAF_TEXT_CHANGES]));
	const struct detail_field fields[] = {
		{"policy", SPAN_LIT("quota"), DETAIL_TEXT}, {"approver", span_text(approver), DETAIL_TEXT}};
	TRY(detail_print(fields, 2, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &bound->changed);
}

static fallible find_quota(
	const struct view *view, const struct application *application, struct quota *quota)
{
	*quota = (struct quota){.tenant = application->tenant, .application = application->id};
	struct err err = quota_get(view, application->tenant, application->id, quota);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

fallible applications_bound_prepare(const struct scene *scene, struct id id, struct applications_bound *bound)
{
	struct application *application = &bound->application;
	TRY(application_get(scene->view, scene->caller->tenant, id, scene->arena, application));
	if (application->state == APPLICATION_REVOKED)
		return FAIL(NOT_FOUND, "the application is revoked");
	TRY(find_quota(scene->view, application, &bound->before));
	return seal_bound(scene, bound);
}

fallible applications_bound_write(struct act *act, struct applications_bound *bound)
{
	struct quota now;
	struct view view = view_act(act);
	const struct application *application = &bound->application;
	struct noun_key key = noun_key(application->tenant, id_span(&application->id), SPAN_NONE);
	TRY(noun_still(act, TABLE_APPLICATION, noun_key_span(&key), application->version));
	TRY(find_quota(&view, application, &now));
	if (now.version != bound->before.version)
		return FAIL_CODE(STALE, "the quota changed meanwhile");
	now.bounds = bound->bounds;
	TRY(bound->own ? quota_put(act, &now) : quota_drop(act, application->tenant, application->id));
	return event_add(act, application->tenant, &bound->changed.leaf, NULL);
}
