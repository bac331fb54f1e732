/* SPDX-License-Identifier: Apache-2.0 */
/* scene - events and memory of a use-case. */
#include "server/core/scene.h"

#include "store/nouns/application.h"
#include "store/nouns/person.h"

struct event scene_event(const struct scene *scene, enum action action)
{
	struct event event = caller_event(scene->caller, action);
	event.texts[LEAF_TEXT_TRACE] = scene->trace;
	return event;
}

fallible scene_seal(const struct scene *scene, const struct event *event, struct event_draft *draft)
{
	return event_seal(
		scene->server->volume.keys, scene->caller->tenant, event, scene->now, scene->arena, draft);
}

fallible scene_actor(const struct scene *scene, struct span *name)
{
	const struct caller *caller = scene->caller;
	struct person person;
	struct application application;
	if (!ids_is_none(caller->person)) {
		TRY(person_get(scene->view, caller->tenant, caller->person, scene->arena, &person));
		*name = person.name;
		return OK;
	}
	TRY(application_get(scene->view, caller->tenant, caller->application, scene->arena, &application));
	*name = application.name;
	return OK;
}

fallible scene_copy(const struct scene *scene, struct span bytes, struct span *copy)
{
	return arena_keep(scene->arena, bytes, copy);
}
