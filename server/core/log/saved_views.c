/* SPDX-License-Identifier: Apache-2.0 */
/* saved_views - who may, what changes, how many there may be. */
#include "server/core/log/saved_views.h"

#include "server/core/detail.h"
#include "server/core/people/people.h"
#include "store/nouns/event_add.h"

enum { SEALED_MAX = 8 * 1024, ONE_ROW = 16 * 1024 };

static fallible check_may(const struct scene *scene, const struct saved_views_change *change)
{
	const struct caller *caller = scene->caller;
	if (ids_is_none(caller->person))
		return FAIL(DENIED, "views are saved by people");
	if (change->shared && !(caller->capabilities & CAPABILITY_BIT(LOG_READ_TENANT)))
		return FAIL(DENIED, "a view is shared by who reads the whole log");
	return OK;
}

/* That it changed, and how it is called; not what somebody looks for. */
static fallible seal_event(const struct scene *scene, bool is_there, struct saved_views_change *change)
{
	struct person person;
	struct detail_changes changes = {.count = 0};
	const struct caller *caller = scene->caller;
	TRY(person_get(scene->view, caller->tenant, caller->person, scene->arena, &person));
	struct event event = people_event(scene, ACTION_PERSON_CHANGED, &person);
	if (is_there)
		detail_note(&changes, change->shared ? "shared_view" : "saved_view",
			change->before.row ? SPAN_LIT("-") : SPAN_NONE, change->name);
	else
		detail_note(&changes, change->shared ? "shared_view" : "saved_view", change->name, SPAN_NONE);
	TRY(detail_print_changes(&changes, scene->arena, &event.texts[LEAF_TEXT_CHANGES]));
	return scene_seal(scene, &event, &change->draft);
}

static fallible find_before(const struct scene *scene, struct saved_views_change *change)
{
	const struct caller *caller = scene->caller;
	struct saved_view *before = &change->before;
	*before = (struct saved_view){.tenant = caller->tenant};
	if (!change->shared)
		before->owner = caller->person;
	TRY(saved_view_term(scene->server->volume.keys, caller->tenant, change->name, before->term));
	struct err err = saved_view_get(scene->view, scene->arena, before);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

fallible saved_views_put_prepare(const struct scene *scene, struct saved_views_change *change)
{
	scoped(buf) sealed = BUF(SEALED_MAX);
	TRY(check_may(scene, change));
	TRY(find_before(scene, change));
	change->after = change->before;
	change->after.by = scene->caller->person;
	change->after.name = change->name;
	change->after.query = change->query;
	TRY(saved_view_seal(scene->server->volume.keys, &change->after, &sealed));
	TRY(buf_keep(&sealed, scene->arena, &change->sealed));
	return seal_event(scene, true, change);
}

static fallible check_room(struct act *act, const struct saved_view *after)
{
	struct view view = view_act(act);
	struct saved_view next = {.tenant = after->tenant, .owner = after->owner};
	struct err err = OK;
	size_t count = 0;
	scoped(arena) row = ARENA(ONE_ROW);
	for (; saved_view_next(&view, &row, &next, &err); arena_clear(&row))
		count += memcmp(next.term, after->term, sizeof next.term) != 0;
	TRY(err);
	return count < SAVED_VIEW_MAX ? OK : FAIL(CONFLICT, "there are as many views as there may be");
}

fallible saved_views_put_write(struct act *act, struct saved_views_change *change)
{
	TRY(check_room(act, &change->after));
	change->after.at = act->now;
	TRY(saved_view_put(act, &change->after, change->sealed));
	return event_add(act, change->after.tenant, &change->draft.leaf, NULL);
}

fallible saved_views_drop_prepare(const struct scene *scene, struct saved_views_change *change)
{
	TRY(check_may(scene, change));
	TRY(find_before(scene, change));
	if (!change->before.row)
		return FAIL(NOT_FOUND, "there is no view of this name");
	return seal_event(scene, false, change);
}

fallible saved_views_drop_write(struct act *act, struct saved_views_change *change)
{
	TRY(saved_view_drop(act, &change->before));
	return event_add(act, change->before.tenant, &change->draft.leaf, NULL);
}

fallible saved_views_sees_shared(const struct scene *scene, bool *sees)
{
	struct person person = {.kind = PERSON_STAFF};
	const struct caller *caller = scene->caller;
	if (!ids_is_none(caller->person))
		TRY(person_get_clear(scene->view, caller->tenant, caller->person, scene->arena, &person));
	*sees = person.kind == PERSON_STAFF;
	return OK;
}
