/* SPDX-License-Identifier: Apache-2.0 */
/* mailboxes - through all tenants and their people, with a mark of how far it came. */
#include "server/core/login/mailboxes.h"

#include "store/nouns/mailbox.h"
#include "store/nouns/person.h"
#include "store/nouns/tenant.h"

enum { ONE_PERSON = 16 * 1024 };

/* The rest of a tenant, or as many as there is room for. */
static fallible go_on(struct act *act, size_t max, struct mailbox *mark, size_t *done)
{
	struct person person;
	struct err err = OK;
	struct view view = view_act(act);
	scoped(arena) arena = ARENA(ONE_PERSON);
	for (; *done < max && person_next(&view, mark->tenant, &mark->person, &arena, &person, &err);
		arena_clear(&arena)) {
		TRY(mailbox_note(act, &person));
		++*done;
	}
	return err;
}

static fallible sweep(struct act *act, size_t max, size_t *done)
{
	struct mailbox mark;
	struct err err = OK;
	struct view view = view_act(act);
	TRY(mailbox_read_mark(&view, &mark));
	if (mailbox_is_end(&mark))
		return OK;
	while (*done < max) {
		if (!ids_is_none(mark.tenant))
			TRY(go_on(act, max, &mark, done));
		if (*done == max)
			return mailbox_put_mark(act, &mark);
		mark.person = (struct id){0};
		if (tenant_next(&view, &mark.tenant, &err))
			continue;
		TRY(err);
		mark = mailbox_end();
		++*done; /* the mark at the end is something to commit */
		return mailbox_put_mark(act, &mark);
	}
	return OK;
}

fallible mailboxes_sweep(struct act *act, size_t max, struct swept *swept)
{
	*swept = (struct swept){.done = 0};
	return sweep(act, max, &swept->done);
}
