/* SPDX-License-Identifier: Apache-2.0 */
/* exposure_out - ids, times, and what became of the duty. */
#include "server/api/vault/exposure_out.h"

#include "store/nouns/person.h"

enum { PERSON_MEMORY = 64 * 1024 };

static void put_how(struct json_out *out, unsigned how)
{
	static const struct {
		unsigned bit;
		const char *word;
	} WAYS[] = {{EXPOSURE_INJECTED, "injected"}, {EXPOSURE_REVEALED, "revealed"},
		{EXPOSURE_DEPOSITED, "deposited"}, {EXPOSURE_BREAKGLASS, "breakglass"},
		{EXPOSURE_EXPORTED, "exported"}};
	json_out_open_array(out, "how");
	for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++)
		if (how & WAYS[i].bit)
			json_out_text(out, NULL, WAYS[i].word);
	json_out_close_array(out);
}

/* Where the ledger does not know, the member is left out. */
static void put_id(struct json_out *out, const char *name, enum id_kind kind, struct id id)
{
	if (!ids_is_none(id))
		json_out_id(out, name, kind, id);
}

static void put_duty(struct json_out *out, const struct exposures_item *item)
{
	json_out_bool(out, "current", item->is_current);
	json_out_bool(out, "live_grant", item->has_live_grant);
	json_out_text(out, "rotation", rotation_rules_word(item->state));
	if (item->state == ROTATION_PLANNED && item->due.ms)
		json_out_time(out, "due", item->due);
	if (item->state == ROTATION_DONE && item->known > item->seen.number)
		json_out_number(out, "done_by_version", (int64_t)item->known);
}

void exposure_out_put(struct json_out *out, const struct sight *sight, const struct exposures_item *item)
{
	const struct exposure *seen = &item->seen;
	json_out_id(out, "person", ID_PERSON, seen->person);
	json_out_id(out, "credential", ID_CREDENTIAL, seen->credential);
	json_out_id(out, "client", ID_CLIENT, seen->client);
	json_out_number(out, "version", (int64_t)seen->number);
	json_out_time(out, "first", seen->first);
	json_out_time(out, "last", seen->last);
	json_out_number(out, "count", seen->count);
	json_out_number(out, "class", seen->class);
	put_how(out, seen->how);
	put_id(out, "grant", ID_GRANT, seen->grant);
	if (ids_is_none(sight->client))
		put_id(out, "device", ID_DEVICE, seen->device);
	put_id(out, "in_place_of", ID_PERSON, seen->in_place_of);
	put_duty(out, item);
}

fallible exposure_out_put_name(struct json_out *out, const struct view *view, struct id tenant, struct id id)
{
	struct person person;
	scoped(arena) arena = ARENA(PERSON_MEMORY);
	TRY(person_get(view, tenant, id, &arena, &person));
	json_out_span(out, "name", person.name);
	return OK;
}

fallible exposure_out_put_names(struct json_out *out, struct name_out *names, const struct sight *sight,
	const struct exposures_item *item)
{
	TRY(name_out_title(names, out, sight, item->seen.credential, item->has_live_grant));
	return name_out_client(names, out, "client_name", item->seen.client);
}
