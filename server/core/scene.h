/* SPDX-License-Identifier: Apache-2.0 */
/* scene - who asks, when, and of what state: what the prepare of a use-case is given. */
#pragma once

#include "server/core/caller.h"

struct scene {
	const struct server *server;
	const struct caller *caller;
	const struct view *view; /* a reading */
	struct instant now;
	struct arena *arena; /* lives until the answer was sent */
	struct span trace;   /* of the request */
};

/* scene_event - begin an event of the caller. scene_seal - seal it for the caller's tenant; fails as
 * event_seal. */
struct event scene_event(const struct scene *scene, enum action action);
fallible scene_seal(const struct scene *scene, const struct event *event, struct event_draft *draft);

/* scene_actor - the name of who asks: the person's, or that of an application that acts as itself. */
fallible scene_actor(const struct scene *scene, struct span *name);

/* scene_copy - bytes into the scene's arena. Fails: NO_MEMORY. */
fallible scene_copy(const struct scene *scene, struct span bytes, struct span *copy);
