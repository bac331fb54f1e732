/* SPDX-License-Identifier: Apache-2.0 */
/* saved_views - views of the log under a name: a person's own, and those that are shared with all of the staff. A
 * view gives no right: what it finds is what its reader may see. */
#pragma once

#include "server/core/scene.h"
#include "store/nouns/saved_view.h"

struct saved_views_change {
	/* asked */
	struct span name;
	struct span query; /* of putting one */
	bool shared;       /* with all; else the person's own */
	/* prepared */
	struct saved_view before; /* row 0: there is none */
	struct saved_view after;
	struct span sealed;
	struct event_draft draft;
};

/* saved_views_put_prepare, _write - a new one, or another query under the same name. Fails: DENIED an application as
 * itself, or it is to be shared by who does not read the whole log · CONFLICT there are SAVED_VIEW_MAX already.
 * saved_views_drop_prepare, _write - Fails also: NOT_FOUND. */
fallible saved_views_put_prepare(const struct scene *scene, struct saved_views_change *change);
fallible saved_views_put_write(struct act *act, struct saved_views_change *change);
fallible saved_views_drop_prepare(const struct scene *scene, struct saved_views_change *change);
fallible saved_views_drop_write(struct act *act, struct saved_views_change *change);

/* saved_views_sees_shared - whether the caller is shown what is shared: the staff, and an application as itself. A query may name
 * people and clients, of whom the contact of another client is told nothing. Fails: as person_get_clear. */
fallible saved_views_sees_shared(const struct scene *scene, bool *sees);
