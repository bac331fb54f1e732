/* SPDX-License-Identifier: Apache-2.0 */
/* mailboxes - through all tenants and their people, with a mark of how far it came. */
#include "server/core/mailboxes.h"

#include "base/reader.h"
#include "store/mailbox.h"
#include "store/person.h"
#include "store/tenant.h"

#define MARK SPAN_LIT("mailboxes")

enum { MARK_VERSION = 1, ONE_PERSON = 16 * 1024 };

/* How far it came; both all ones at the end. */
struct mark {
	struct id tenant, person;
};

static bool is_end(const struct mark *mark)
{
	bool end = true;
	for (size_t i = 0; i < sizeof mark->tenant.bytes; i++)
		end = end && mark->tenant.bytes[i] == UINT8_MAX;
	return end;
}

static fallible read_mark(const struct view *view, struct mark *mark)
{
	struct row row;
	*mark = (struct mark){0};
	struct err err = view_get(view, TABLE_META, MARK, &row);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	struct reader reader = READER(row.payload);
	unsigned version = reader_u8(&reader);
	mark->tenant = noun_take_id(&reader);
	mark->person = noun_take_id(&reader);
	TRY(reader_check(&reader));
	return version == MARK_VERSION ? OK
				       : FAIL(CORRUPT, "the mark of the mailboxes has an unknown version");
}

static fallible put_mark(struct act *act, const struct mark *mark)
{
	scoped(buf) record = BUF(1 + 2 * sizeof(struct id));
	buf_put_u8(&record, MARK_VERSION);
	buf_put(&record, id_span(&mark->tenant));
	buf_put(&record, id_span(&mark->person));
	TRY(buf_check(&record));
	return act_put(act, TABLE_META, MARK, buf_span(&record));
}

/* The rest of a tenant, or as many as there is room for. */
static fallible go_on(struct act *act, size_t max, struct mark *mark, size_t *done)
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
	struct mark mark;
	struct err err = OK;
	struct view view = view_act(act);
	TRY(read_mark(&view, &mark));
	if (is_end(&mark))
		return OK;
	while (*done < max) {
		if (!ids_is_none(mark.tenant))
			TRY(go_on(act, max, &mark, done));
		if (*done == max)
			return put_mark(act, &mark);
		mark.person = (struct id){0};
		if (tenant_next(&view, &mark.tenant, &err))
			continue;
		TRY(err);
		memset(&mark, UINT8_MAX, sizeof mark);
		++*done; /* the mark at the end is something to commit */
		return put_mark(act, &mark);
	}
	return OK;
}

fallible mailboxes_sweep(struct act *act, size_t max, struct swept *swept)
{
	*swept = (struct swept){.done = 0};
	return sweep(act, max, &swept->done);
}
