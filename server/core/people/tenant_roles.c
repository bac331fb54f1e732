/* SPDX-License-Identifier: Apache-2.0 */
/* tenant_roles - compare a role with what it was, and say what is added and removed. */
#include "server/core/people/tenant_roles.h"

#include "server/core/detail.h"
#include "server/core/giving.h"
#include "server/core/rights_news.h"
#include "store/nouns/event_add.h"

enum { CAPABILITIES_TEXT_MAX = 1024 };

static fallible find_before(const struct scene *scene, struct tenant_roles_set *set)
{
	set->tenant = scene->caller->tenant;
	set->before = (struct role){.least_factor = ROLES_FACTOR_TOTP};
	struct err err = role_get(scene->view, scene->caller->tenant, set->role.name, &set->before);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	if (!set->has_factor)
		set->role.least_factor =
			err.kind == ERR_NOT_FOUND ? ROLES_FACTOR_EMAIL : set->before.least_factor;
	return OK;
}

static fallible check_factor(const struct scene *scene, const struct tenant_roles_set *set)
{
	const struct caller *caller = scene->caller;
	bool weaker = set->before.version > 0 && set->role.least_factor < set->before.least_factor;
	if (weaker && !ids_is_none(caller->person) && !caller->proven)
		return FAIL_CODE(PERSON_UNPROVEN, "who lets a weaker factor do has to prove who they are");
	return OK;
}

static fallible put_names(const struct scene *scene, uint64_t capabilities, struct span *names)
{
	scoped(buf) text = BUF(CAPABILITIES_TEXT_MAX);
	for (unsigned at = 0; at < CAPABILITY_COUNT; at++) {
		if (!(capabilities & UINT64_C(1) << at))
			continue;
		buf_put_text(&text, text.len ? " " : "");
		buf_put_text(&text, capabilities_name((enum capability)at));
	}
	TRY(buf_check(&text));
	return scene_copy(scene, buf_span(&text), names);
}

static fallible seal_event(const struct scene *scene, struct tenant_roles_set *set)
{
	struct span added, removed;
	struct event event = scene_event(scene, ACTION_ROLE_CAPABILITY_CHANGED);
	event.texts[LEAF_TEXT_OBJECT_TYPE] = SPAN_LIT("role");
	event.texts[LEAF_TEXT_OBJECT] = set->role.name;
	TRY(put_names(scene, set->role.capabilities & ~set->before.capabilities, &added));
	TRY(put_names(scene, set->before.capabilities & ~set->role.capabilities, &removed));
	const struct detail_field fields[] = {{"role", set->role.name, DETAIL_TEXT},
		{"added", added, DETAIL_LIST}, {"removed", removed, DETAIL_LIST},
		{"least_factor", span_text(roles_factor_name(set->role.least_factor)), DETAIL_TEXT}};
	TRY(detail_print(
		fields, sizeof fields / sizeof fields[0], scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &set->changed);
}

/* Owners hold everything, since nobody gives what he lacks: what they lose nobody could give back to them. */
static fallible check_owners(const struct tenant_roles_set *set)
{
	bool keeps = capabilities_within(set->before.capabilities, set->role.capabilities);
	if (span_is(set->role.name, "owner") && !keeps)
		return FAIL(DENIED, "the owners' role loses nothing");
	return OK;
}

static fallible tell_owners(const struct scene *scene, struct tenant_roles_set *set)
{
	const struct rights_news news = {.action = ACTION_ROLE_CAPABILITY_CHANGED, .label = set->role.name};
	uint64_t added = set->role.capabilities & ~set->before.capabilities;
	set->told.count = 0;
	return rights_news_due(scene->caller, added) ? rights_news_tell(scene, &news, &set->told) : OK;
}

fallible tenant_roles_set_prepare(const struct scene *scene, struct tenant_roles_set *set)
{
	TRY(find_before(scene, set));
	TRY(check_owners(set));
	TRY(giving_check(scene->caller, set->role.capabilities & ~set->before.capabilities));
	TRY(check_factor(scene, set));
	TRY(tell_owners(scene, set));
	return seal_event(scene, set);
}

fallible tenant_roles_set_write(struct act *act, struct tenant_roles_set *set)
{
	struct id tenant = set->tenant;
	struct view view = view_act(act);
	struct role now = {.version = 0};
	struct err err = role_get(&view, tenant, set->role.name, &now);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	if (now.version != set->before.version)
		return FAIL_CODE(STALE, "the role changed meanwhile");
	TRY(role_put(act, tenant, &set->role));
	TRY(letters_write(act, &set->told));
	return event_add(act, tenant, &set->changed.leaf, NULL);
}

fallible tenant_roles_check_reader(const struct scene *scene)
{
	const struct caller *caller = scene->caller;
	struct person person;
	if (ids_is_none(caller->person))
		return OK;
	TRY(person_get(scene->view, caller->tenant, caller->person, scene->arena, &person));
	return person.kind == PERSON_STAFF ? OK : FAIL(DENIED, "only staff read the roles");
}
