/* SPDX-License-Identifier: Apache-2.0 */
/* event_add - the branch, then the log. */
#include "store/nouns/event_add.h"

#include "store/nouns/client.h"
#include "store/nouns/person.h"

enum { ONE_PERSON = 64 * 1024 };

static bool is_about_person(const struct leaf *leaf)
{
	return leaf->object_kind == ID_PERSON + 1 && !ids_is_none(leaf->ids[LEAF_ID_OBJECT]);
}

static fallible give_persons_branch(const struct view *view, struct id tenant, struct leaf *leaf)
{
	struct person person;
	scoped(arena) arena = ARENA(ONE_PERSON);
	TRY(person_get_clear(view, tenant, leaf->ids[LEAF_ID_OBJECT], &arena, &person));
	leaf->ids[LEAF_ID_BRANCH] = person.branch;
	return OK;
}

/* Nothing stays off the record because a row is gone, or does not hold: that is for verify to say. */
static fallible or_none(struct err err)
{
	bool is_read = err.kind != ERR_NOT_FOUND && err.kind != ERR_FORGED && err.kind != ERR_CORRUPT;
	return is_read ? err : OK;
}

fallible event_add(struct act *act, struct id tenant, struct leaf *leaf, struct receipt *receipt)
{
	struct view view = view_act(act);
	TRY(or_none(client_give_branch(&view, tenant, leaf->ids)));
	if (ids_is_none(leaf->ids[LEAF_ID_BRANCH]) && is_about_person(leaf))
		TRY(or_none(give_persons_branch(&view, tenant, leaf)));
	return act_add(act, tenant, leaf, receipt);
}

fallible event_say(struct act *act, struct id tenant, const struct event *event)
{
	struct event_draft draft;
	TRY(event_seal(act->volume->keys, tenant, event, act->now, act->arena, &draft));
	return event_add(act, tenant, &draft.leaf, NULL);
}
