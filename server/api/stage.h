/* SPDX-License-Identifier: Apache-2.0 */
/* stage - a snapshot of the store with the scene over it: what a prepare opens, and an answer that looks
 * things up. */
#pragma once

#include "server/api/call.h"
#include "server/core/scene.h"

/* Stays where it was opened: the scene points to the view, and the view to the reading. */
struct stage {
	struct reading reading;
	struct view view;
	struct scene scene;
};

/* stage_open - as the store is now. Fails: as reading_open. Owns: scoped(stage). */
fallible stage_open(struct call *call, struct stage *stage);
void stage_done(struct stage *stage);

/* stage_scene - the scene of a call over a view that is open already and outlives it. */
struct scene stage_scene(struct call *call, const struct view *view);
