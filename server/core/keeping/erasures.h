/* SPDX-License-Identifier: Apache-2.0 */
/* erasures - asking for an erasure, deciding, taking it back. Carrying it out is server/core/keeping/erasing.h.
 *
 * waiting -> approved (a second person; of the sixth and later ones of a day a third one besides) -> erasing ->
 * erased; refused by a second person or a hold; cancelled by an owner or the one who asked (FOUNDATIONS 24). */
#pragma once

#include "server/core/change_news.h"
#include "server/core/letters.h"
#include "server/core/people/clients.h"
#include "server/core/people/people.h"
#include "store/nouns/erasure.h"

struct erasures_ask {
	/* asked */
	enum subject_kind kind;
	struct span subject; /* id or ref, of the path */
	struct span ground;
	/* prepared */
	struct erasure erasure;
	struct span sealed;
	struct id other_owner; /* who stays when an owner goes */
	struct event_draft requested, refused;
	struct letters told;
	/* written */
	bool held;
};

/* erasures_ask_prepare - by a proven person with privacy.request (the route's). Fails: PERSON_UNPROVEN · NOT_FOUND ·
 * CONFLICT it is erased, or an erasure of it waits already · LAST_OWNER.
 * erasures_ask_write - when a hold stands in the way the refusal is on record and ask->held is set. */
fallible erasures_ask_prepare(const struct scene *scene, struct erasures_ask *ask);
fallible erasures_ask_write(struct act *act, struct erasures_ask *ask);

struct erasures_decide {
	struct erasure erasure; /* as erasures_find found it; after the act as it stands */
	bool approve;           /* asked */
	/* prepared */
	struct letters told; /* of a no: all who heard that it was asked for */
	struct event_draft draft;
};

/* erasures_decide_prepare - by a proven person with privacy.approve who neither asked, nor decided before, nor is
 * the one to be erased. Fails: PERSON_UNPROVEN · DENIED · CONFLICT it does not wait for a decision. */
fallible erasures_decide_prepare(const struct scene *scene, struct erasures_decide *decide);
fallible erasures_decide_write(struct act *act, struct erasures_decide *decide);

/* erasures_cancel_prepare - by any owner, or the one who asked, until it is due. Fails: PERSON_UNPROVEN · DENIED ·
 * CONFLICT it is due, over or under way. erasures_cancel_write - for the act. */
fallible erasures_cancel_prepare(const struct scene *scene, struct erasures_decide *cancel);
fallible erasures_cancel_write(struct act *act, struct erasures_decide *cancel);

/* erasures_find - by the id in a path; seen by who may approve, and by the one who asked. Fails: NOT_FOUND. */
fallible erasures_find(const struct scene *scene, struct span text, struct erasure *erasure);

/* erasures_detail - the JSON of an event about one: its id, and what is given besides (NULL, 0 = nothing). */
struct detail_field;
fallible erasures_detail(const struct erasure *erasure, const struct detail_field *more, size_t count,
	struct arena *arena, struct span *detail);

/* erasures_tell_executed - seal a mail to each owner and whoever decides of erasures: it is done. erasures_tell_ended - nothing comes of
 * it, to them and to whom it is about; by the server, unless news says who. Fail: as tell_prepare. */
fallible erasures_tell_executed(const struct letters_desk *desk, const struct erasure *erasure,
	struct instant now, struct letters *told);
fallible erasures_tell_ended(const struct letters_desk *desk, const struct erasure *erasure,
	const struct change_news *news, struct id except, struct letters *told);

/* erasures_dark_after - when no backup that was kept for so many days opens it any more: from when it was
 * carried out, or is due. */
struct instant erasures_dark_after(const struct server *server, const struct erasure *erasure);
