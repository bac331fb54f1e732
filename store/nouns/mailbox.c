/* SPDX-License-Identifier: Apache-2.0 */
/* mailbox - rows under term ‖ tenant ‖ person, and the term of each person so that it can be dropped. */
#include "store/nouns/mailbox.h"

#include "base/reader.h"
#include "store/nouns/person.h"

#define NOTED_MARK SPAN_LIT("mailboxes")

enum { MARK_VERSION = 1 };

_Static_assert(KEYS_TERM == sizeof(struct id), "a term stands where a tenant's id does elsewhere");

static uint8_t lower(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
}

void mailbox_term(const struct keys *keys, struct span email, uint8_t term[static KEYS_TERM])
{
	uint8_t folded[PERSON_EMAIL_MAX];
	size_t len = email.len < sizeof folded ? email.len : sizeof folded;
	for (size_t i = 0; i < len; i++)
		folded[i] = lower(email.at[i]);
	keys->mailbox(keys->keeper, span_of(folded, len), term);
}

bool mailbox_is_same(struct span a, struct span b)
{
	bool same = a.len == b.len;
	for (size_t i = 0; same && i < a.len; i++)
		same = lower(a.at[i]) == lower(b.at[i]);
	return same;
}

/* ---- rows ---- */

static struct id id_of_term(const uint8_t term[static KEYS_TERM])
{
	struct id id;
	memcpy(id.bytes, term, sizeof id.bytes);
	return id;
}

struct noun_key mailbox_found_at(const uint8_t term[static KEYS_TERM], const struct mailbox *who)
{
	return noun_key(id_of_term(term), id_span(&who->tenant), id_span(&who->person));
}

struct noun_key mailbox_noted_at(const struct mailbox *who)
{
	return noun_key(who->tenant, id_span(&who->person), SPAN_NONE);
}

/* What is noted of a person; NOT_FOUND nothing is. */
static fallible read_noted(const struct view *view, const struct mailbox *who, uint8_t term[static KEYS_TERM])
{
	struct row row;
	struct noun_key key = mailbox_noted_at(who);
	TRY(view_get(view, TABLE_MAILBOX_OF, noun_key_span(&key), &row));
	if (row.payload.len != KEYS_TERM)
		return FAIL(CORRUPT, "the term of a person's address has another length");
	memcpy(term, row.payload.at, KEYS_TERM);
	return OK;
}

static fallible drop_noted(struct act *act, const struct mailbox *who, const uint8_t term[static KEYS_TERM])
{
	struct noun_key found = mailbox_found_at(term, who);
	struct noun_key of = mailbox_noted_at(who);
	TRY(act_drop(act, TABLE_MAILBOX, noun_key_span(&found)));
	return act_drop(act, TABLE_MAILBOX_OF, noun_key_span(&of));
}

static fallible put_noted(struct act *act, const struct mailbox *who, const uint8_t term[static KEYS_TERM])
{
	static const uint8_t MARK[] = {1};
	struct noun_key found = mailbox_found_at(term, who);
	struct noun_key of = mailbox_noted_at(who);
	TRY(act_put(act, TABLE_MAILBOX, noun_key_span(&found), SPAN_BYTES(MARK)));
	return act_put(act, TABLE_MAILBOX_OF, noun_key_span(&of), span_of(term, KEYS_TERM));
}

bool mailbox_is_of(const struct person *person)
{
	return person->state <= PERSON_SUSPENDED && person->email.len > 0;
}

fallible mailbox_note(struct act *act, const struct person *person)
{
	uint8_t before[KEYS_TERM], after[KEYS_TERM];
	const struct mailbox who = {person->tenant, person->id};
	struct view view = view_act(act);
	bool has = mailbox_is_of(person);
	struct err err = read_noted(&view, &who, before);
	bool had = !err_failed(err);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	if (has)
		mailbox_term(act->volume->keys, person->email, after);
	if (had && has && memcmp(before, after, sizeof after) == 0)
		return OK;
	if (had)
		TRY(drop_noted(act, &who, before));
	return has ? put_noted(act, &who, after) : OK;
}

bool mailbox_next(
	const struct view *view, const uint8_t term[static KEYS_TERM], struct mailbox *found, struct err *err)
{
	struct row row;
	struct span name;
	struct span after = SPAN_NONE;
	uint8_t last[2 * sizeof(struct id)];
	memcpy(last, found->tenant.bytes, sizeof found->tenant.bytes);
	memcpy(last + sizeof(struct id), found->person.bytes, sizeof found->person.bytes);
	if (!ids_is_none(found->person))
		after = SPAN_BYTES(last);
	*err = noun_next(view, TABLE_MAILBOX, id_of_term(term), after, &name, &row);
	if (err_failed(*err))
		return noun_ends(err), false;
	struct reader reader = READER(name);
	found->tenant = noun_take_id(&reader);
	found->person = noun_take_id(&reader);
	*err = reader_check(&reader);
	return !err_failed(*err);
}

/* ---- how far everybody was noted ---- */

struct mailbox mailbox_end(void)
{
	struct mailbox end;
	memset(&end, UINT8_MAX, sizeof end);
	return end;
}

bool mailbox_is_end(const struct mailbox *mark)
{
	const struct mailbox end = mailbox_end();
	return ids_equal(mark->tenant, end.tenant);
}

fallible mailbox_read_mark(const struct view *view, struct mailbox *mark)
{
	struct row row;
	struct err err = view_get(view, TABLE_META, NOTED_MARK, &row);
	if (err.kind == ERR_NOT_FOUND) {
		*mark = (struct mailbox){0};
		return OK;
	}
	TRY(err);
	struct reader reader = READER(row.payload);
	unsigned version = reader_u8(&reader);
	struct mailbox read;
	read.tenant = noun_take_id(&reader);
	read.person = noun_take_id(&reader);
	TRY(reader_check(&reader));
	if (version != MARK_VERSION)
		return FAIL(CORRUPT, "the mark of the mailboxes has an unknown version");
	*mark = read;
	return OK;
}

fallible mailbox_put_mark(struct act *act, const struct mailbox *mark)
{
	scoped(buf) record = BUF(1 + sizeof *mark);
	buf_put_u8(&record, MARK_VERSION);
	buf_put(&record, id_span(&mark->tenant));
	buf_put(&record, id_span(&mark->person));
	TRY(buf_check(&record));
	return act_put(act, TABLE_META, NOTED_MARK, buf_span(&record));
}
