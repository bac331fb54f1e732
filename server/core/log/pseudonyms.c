/* SPDX-License-Identifier: Apache-2.0 */
/* pseudonyms - a list of ids; a person's number is its place there. */
#include "server/core/log/pseudonyms.h"

enum { NAME_MAX_BYTES = 16 };

void pseudonyms_done(struct pseudonyms *pseudonyms)
{
	buf_done(&pseudonyms->people);
}

static fallible number_of(struct pseudonyms *pseudonyms, struct id person, size_t *number)
{
	struct buf *people = &pseudonyms->people;
	size_t at = 0;
	while (at < people->len && memcmp(people->data + at, person.bytes, sizeof person) != 0)
		at += sizeof person;
	if (at == people->len)
		buf_put(people, id_span(&person));
	*number = at / sizeof person + 1;
	return buf_check(people);
}

static fallible name_of(
	struct pseudonyms *pseudonyms, struct id person, struct arena *arena, struct span *name)
{
	size_t number;
	scoped(buf) text = BUF(NAME_MAX_BYTES);
	TRY(number_of(pseudonyms, person, &number));
	buf_printf(&text, "P%zu", number);
	return buf_keep(&text, arena, name);
}

static fallible hide(
	struct pseudonyms *pseudonyms, struct id *person, struct arena *arena, struct log_name *name)
{
	struct log_name hidden = {0};
	if (ids_is_none(*person))
		return OK;
	TRY(name_of(pseudonyms, *person, arena, &hidden.name));
	*name = hidden;
	*person = (struct id){0};
	return OK;
}

/* A client's own people have the role of that name, and no other. */
static bool is_staff(const struct leaf *leaf, struct span roles)
{
	return leaf->actor == LEAF_PERSON && !span_is(roles, "client");
}

static void forget(struct event_read *read, unsigned first, unsigned last)
{
	for (unsigned i = first; i <= last; i++)
		read->texts[i] = SPAN_NONE;
}

/* Somebody as an object: whose role was changed, who was given a grant. */
static fallible hide_object(struct pseudonyms *pseudonyms, struct arena *arena, struct event_read *read)
{
	if (read->leaf.object_kind != ID_PERSON + 1)
		return OK;
	TRY(name_of(pseudonyms, read->leaf.ids[LEAF_ID_OBJECT], arena, &read->texts[LEAF_TEXT_OBJECT]));
	read->texts[LEAF_TEXT_OBJECT_TYPE] = SPAN_LIT("person");
	read->texts[LEAF_TEXT_LABEL] = SPAN_NONE;
	read->leaf.object_kind = 0;
	read->leaf.ids[LEAF_ID_OBJECT] = (struct id){0};
	return OK;
}

fallible pseudonyms_hide(struct pseudonyms *pseudonyms, struct arena *arena, struct log_event *event)
{
	struct event_read *read = &event->read;
	struct id *ids = read->leaf.ids;
	if (is_staff(&read->leaf, read->texts[LEAF_TEXT_ROLES])) {
		TRY(hide(pseudonyms, &ids[LEAF_ID_ACTOR], arena, &event->actor));
		forget(read, LEAF_TEXT_IP, LEAF_TEXT_SESSION);
		forget(read, LEAF_TEXT_TRACE, LEAF_TEXT_PEER);
		ids[LEAF_ID_DEVICE] = (struct id){0};
		event->agent = (struct log_agent){0};
		event->country[0] = '\0';
	}
	TRY(hide(pseudonyms, &ids[LEAF_ID_IN_PLACE_OF], arena, &event->in_place_of));
	TRY(hide_object(pseudonyms, arena, read));
	forget(read, LEAF_TEXT_CHANGES, LEAF_TEXT_DETAIL);
	return OK;
}
