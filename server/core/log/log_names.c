/* SPDX-License-Identifier: Apache-2.0 */
/* log_names - a small table of names in the call's arena. */
#include "server/core/log/log_names.h"

#include "store/nouns/application.h"
#include "store/nouns/branch.h"
#include "store/nouns/client.h"
#include "store/nouns/credential.h"
#include "store/nouns/declared.h"
#include "store/nouns/person.h"

enum { SLOTS_FIRST = 64, SLOTS_MAX = 4096 };

static fallible make_slots(struct log_names *names, size_t count)
{
	names->slots = arena_alloc(names->arena, count * sizeof(struct log_name *));
	names->slot_count = count;
	return names->slots ? OK : FAIL(NO_MEMORY, "a call has no memory for names");
}

fallible log_names_init(struct log_names *names, struct id tenant, struct arena *arena)
{
	struct log_names made = {.tenant = tenant, .arena = arena};
	TRY(make_slots(&made, SLOTS_FIRST));
	*names = made;
	return OK;
}

/* The last bytes of our ids are random: they spread. */
static struct log_name **slot_of(struct log_names *names, struct id id)
{
	uint32_t back;
	memcpy(&back, id.bytes + 12, sizeof back);
	size_t slot = back % names->slot_count;
	while (names->slots[slot] && !ids_equal(names->slots[slot]->id, id))
		slot = (slot + 1) % names->slot_count;
	return &names->slots[slot];
}

static fallible grow(struct log_names *names)
{
	struct log_names more = *names;
	TRY(make_slots(&more, 2 * names->slot_count));
	for (size_t i = 0; i < names->slot_count; i++)
		if (names->slots[i])
			*slot_of(&more, names->slots[i]->id) = names->slots[i];
	*names = more;
	return OK;
}

/* The table is never full: at its largest, beyond half of it a name is looked up again each time. */
static fallible keep(struct log_names *names, const struct log_name *found, const struct log_name **name)
{
	if (names->count == names->slot_count / 2 && names->slot_count < SLOTS_MAX)
		TRY(grow(names));
	struct log_name *made = arena_alloc(names->arena, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "a call has no memory for names");
	*made = *found;
	if (names->count < names->slot_count / 2) {
		*slot_of(names, found->id) = made;
		names->count++;
	}
	*name = made;
	return OK;
}

/* A row that is gone, or was changed by hand, has no name to show; the log is what tells who did that, so it
 * stays readable. */
static fallible be_nameless(struct err err)
{
	return err.kind == ERR_NOT_FOUND || err.kind == ERR_FORGED ? OK : err;
}

fallible log_names_person(
	struct log_names *names, const struct view *view, struct id id, const struct log_name **name)
{
	struct person person = {0};
	*name = *slot_of(names, id);
	if (*name)
		return OK;
	struct err err = person_get(view, names->tenant, id, names->arena, &person);
	TRY(be_nameless(err));
	return keep(names, &(struct log_name){id, person.name, person.ref}, name);
}

fallible log_names_client(
	struct log_names *names, const struct view *view, struct id id, const struct log_name **name)
{
	struct client client = {0};
	*name = *slot_of(names, id);
	if (*name)
		return OK;
	struct err err = client_get(view, names->tenant, id, names->arena, &client);
	TRY(be_nameless(err));
	return keep(names, &(struct log_name){id, client.name, client.ref}, name);
}

fallible log_names_credential(
	struct log_names *names, const struct view *view, struct id id, const struct log_name **name)
{
	struct credential credential = {0};
	*name = *slot_of(names, id);
	if (*name)
		return OK;
	struct err err = credential_get(view, names->tenant, id, names->arena, &credential);
	TRY(be_nameless(err));
	return keep(names, &(struct log_name){id, credential.title, SPAN_NONE}, name);
}

fallible log_names_branch(
	struct log_names *names, const struct view *view, struct id id, const struct log_name **name)
{
	struct span text = SPAN_NONE;
	*name = *slot_of(names, id);
	if (*name)
		return OK;
	TRY(be_nameless(branch_get(view, names->tenant, id, names->arena, &text)));
	return keep(names, &(struct log_name){id, text, SPAN_NONE}, name);
}

fallible log_names_application(
	struct log_names *names, const struct view *view, struct id id, const struct log_name **name)
{
	struct application application = {0};
	*name = *slot_of(names, id);
	if (*name)
		return OK;
	struct err err = application_get(view, names->tenant, id, names->arena, &application);
	TRY(be_nameless(err));
	return keep(names, &(struct log_name){id, application.name, SPAN_NONE}, name);
}

fallible log_names_action(
	struct log_names *names, const struct view *view, uint16_t code, const struct action_row **row)
{
	struct declared declared;
	struct action_declared as;
	const struct action_row **slot = &names->declared[code % LOG_NAMES_DECLARED];
	*row = *slot && (*slot)->code == code ? *slot : NULL;
	if (*row || !action_declared_read(code, &as))
		return OK;
	struct err err = declared_by_number(view, names->tenant, as.number, names->arena, &declared);
	TRY(be_nameless(err));
	if (err_failed(err))
		return OK;
	declared.as = as;
	TRY(declared_row(&declared, names->arena, row));
	*slot = *row;
	return OK;
}
