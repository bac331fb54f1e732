/* SPDX-License-Identifier: Apache-2.0 */
/* api_clients - /v1/clients and /v1/clients/{client}. */
#include "base/text.h"
#include "server/api/ask.h"
#include "server/core/people/clients.h"
#include "store/nouns/tenant.h"

enum { FILTERS_MAX = 1024, TEXT_MAX = 256, LOOKED_AT_MAX = 5000 };

/* A client with the contacts that are still there. */
struct client_view {
	struct client client;
	struct person contacts[CLIENT_CONTACTS_MAX];
	size_t contact_count;
};

static fallible find_contacts(const struct scene *scene, struct client_view *shown)
{
	const struct client *client = &shown->client;
	shown->contact_count = 0;
	for (size_t i = 0; i < client->contact_count; i++) {
		struct person *contact = &shown->contacts[shown->contact_count];
		TRY(person_get(scene->view, client->tenant, client->contacts[i], scene->arena, contact));
		shown->contact_count += contact->state < PERSON_REMOVED;
	}
	return OK;
}

static void put_contact(const struct call *call, struct json_out *out, const struct person *person)
{
	json_out_open(out, NULL);
	json_out_id(out, "id", ID_PERSON, person->id);
	ask_put_text(out, "name", person->name);
	ask_put_email(out, "email", person->email, people_shows_email(&call->caller, person));
	json_out_text(out, "language", languages_code(person->language));
	json_out_close(out);
}

static void put_members(struct json_out *out, const struct client *client)
{
	json_out_id(out, "id", ID_CLIENT, client->id);
	ask_put_text(out, "ref", client->ref);
	ask_put_text(out, "name", client->name);
	json_out_text(out, "language", languages_code(client->language));
	ask_put_text(out, "time_zone", client->time_zone);
	ask_put_text(out, "branch", client->branch_name);
	json_out_bool(out, "mailbox_delegated", client->mailbox_delegated);
	ask_put_countries(out, "countries", &client->countries);
	json_out_bool(out, "frozen", client->frozen);
	json_out_text(out, "state", clients_state_name(client->state));
	json_out_time(out, "created", client->created);
}

static void put_view(const struct call *call, struct json_out *out, const struct client_view *shown)
{
	put_members(out, &shown->client);
	json_out_open_array(out, "contacts");
	for (size_t i = 0; i < shown->contact_count; i++)
		put_contact(call, out, &shown->contacts[i]);
	json_out_close_array(out);
}

/* A list that nobody could be held to is refused, not kept. */
static bool read_countries(const struct call *call, struct json_object *top, struct countries *countries)
{
	bool given = ask_countries(top, "countries", JSON_OPTIONAL, countries);
	if (given && countries->count && !call->server->places)
		json_in_note(top, "countries", "not_configured");
	return given;
}

/* ---- POST /v1/clients ---- */

static void read_contacts(struct call *call, struct json_object *top, struct clients_add *add)
{
	struct json_array array;
	struct json_object item;
	if (!json_in_array(top, "contacts", JSON_OPTIONAL, CLIENT_CONTACTS_MAX, &array))
		return;
	while (json_in_next_object(&array, &item)) {
		struct person *person = &add->contacts[add->contact_count++].person;
		person->name = ask_line(call, &item, "name", JSON_NEEDED, PERSON_NAME_MAX);
		if (!json_in_has(&item, "email"))
			json_in_note(&item, "email", "missing");
		person->email = ask_email(call, &item);
		person->language = add->client.language;
		ask_language(&item, &person->language);
		json_in_end(&item);
	}
}

static fallible read_add(struct call *call, struct clients_add *add)
{
	struct json_object top;
	struct client *client = &add->client;
	TRY(call_body(call, &top));
	client->ref = ask_ref(&top);
	client->name = ask_line(call, &top, "name", JSON_NEEDED, CLIENT_NAME_MAX);
	ask_language(&top, &client->language);
	struct span zone = ask_zone(&top);
	if (zone.len)
		client->time_zone = zone;
	client->mailbox_delegated = json_in_bool(&top, "mailbox_delegated", JSON_OPTIONAL, false);
	read_countries(call, &top, &client->countries);
	ask_branch(&top, &add->branch);
	read_contacts(call, &top, add);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct clients_add *add;
	struct tenant tenant;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &add));
	TRY(stage_open(call, &stage));
	TRY(tenant_get(&stage.view, call->caller.tenant, call->arena, &tenant));
	add->client.language = tenant.language;
	add->client.time_zone = tenant.time_zone;
	TRY(read_add(call, add));
	call->status = 201;
	return clients_add_prepare(&stage.scene, add);
}

static fallible write_add(struct act *act, struct call *call)
{
	return clients_add_write(act, call->ask);
}

static fallible answer_add(struct call *call, struct json_out *out)
{
	const struct clients_add *add = call->ask;
	put_members(out, &add->client);
	json_out_open_array(out, "contacts");
	for (size_t i = 0; i < add->contact_count; i++)
		put_contact(call, out, &add->contacts[i].person);
	json_out_close_array(out);
	return OK;
}

const struct handler api_clients_add = {prepare_add, write_add, answer_add};

/* ---- GET /v1/clients/{client} ---- */

static fallible prepare_get(struct call *call)
{
	struct client_view *shown;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &shown));
	TRY(stage_open(call, &stage));
	TRY(clients_find(&stage.scene, call->parts[0], &shown->client));
	return find_contacts(&stage.scene, shown);
}

static fallible answer_get(struct call *call, struct json_out *out)
{
	put_view(call, out, call->ask);
	return OK;
}

const struct handler api_clients_get = {prepare_get, NULL, answer_get};

/* ---- GET /v1/clients ---- */

struct clients_page {
	struct clients_walk walk;
	struct sight sight;
	struct span filters; /* what binds the cursor */
	struct page_ask page;
	struct client_view *clients;
	size_t count;
	bool more;
	bool complete; /* the page did not end because enough was looked at */
};

static fallible read_filter(struct call *call, struct clients_page *list)
{
	static const char *const LISTED[] = {"active", "paused", "ended", "erasing", NULL};
	struct clients_filter *filter = &list->walk.filter;
	scoped(buf) filters = BUF(FILTERS_MAX);
	TRY(ask_word_query(call, "state", LISTED, &filter->state));
	TRY(call_query(call, "text", &filter->text));
	if (filter->text.len > TEXT_MAX)
		return call_refuse(
			call, "text", "too_long", "a text that is looked for has at most 256 bytes");
	if (filter->text.len)
		TRY(text_fold(filter->text, call->arena, &filter->text));
	buf_put_u8(&filters, (uint8_t)filter->state);
	buf_put(&filters, filter->text);
	return buf_keep(&filters, call->arena, &list->filters);
}

static fallible fill_list(const struct scene *scene, struct clients_page *list)
{
	struct err err = OK;
	struct clients_walk walk = list->walk;
	struct client next;
	while (!list->more && clients_next(scene, &walk, &next, &err)) {
		list->more = list->count == list->page.limit;
		if (list->more)
			break;
		struct client_view *shown = &list->clients[list->count++];
		shown->client = next;
		list->walk.after = walk.after;
		TRY(find_contacts(scene, shown));
	}
	list->complete = list->more || walk.left > 0;
	if (list->complete)
		return err;
	list->more = true;
	list->walk.after = walk.after;
	return err;
}

static fallible prepare_list(struct call *call)
{
	struct clients_page *list;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &list));
	TRY(read_filter(call, list));
	TRY(call_page(call, list->filters, &list->page));
	TRY(ask_after(&list->page, &list->walk.after));
	list->walk.left = LOOKED_AT_MAX;
	list->clients = call_alloc(call, list->page.limit * sizeof *list->clients);
	if (!list->clients)
		return FAIL(NO_MEMORY, "a call has no memory for a list of clients");
	TRY(stage_open(call, &stage));
	TRY(clients_sight(&stage.scene, &list->sight));
	list->walk.sight = &list->sight;
	return fill_list(&stage.scene, list);
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	const struct clients_page *list = call->ask;
	json_out_open_array(out, "items");
	for (size_t i = 0; i < list->count; i++) {
		json_out_open(out, NULL);
		put_view(call, out, &list->clients[i]);
		json_out_close(out);
	}
	json_out_close_array(out);
	TRY(call_put_cursor(call, out, list->filters, list->more ? id_span(&list->walk.after) : SPAN_NONE));
	json_out_bool(out, "complete", list->complete);
	return OK;
}

const struct handler api_clients_list = {prepare_list, NULL, answer_list};

/* ---- PATCH /v1/clients/{client} ---- */

struct clients_patch {
	struct clients_change change;
	struct client_view shown;
};

static fallible read_change(struct call *call, struct clients_change *change)
{
	static const char *const SETTABLE[] = {"active", "paused", "ended", NULL};
	struct json_object top;
	TRY(call_body(call, &top));
	change->name = ask_line(call, &top, "name", JSON_OPTIONAL, CLIENT_NAME_MAX);
	change->ref = ask_ref(&top);
	change->time_zone = ask_zone(&top);
	ask_branch(&top, &change->branch);
	change->has_language = ask_language(&top, &change->language);
	change->has_delegated = json_in_has(&top, "mailbox_delegated");
	change->delegated = json_in_bool(&top, "mailbox_delegated", JSON_OPTIONAL, false);
	change->has_countries = read_countries(call, &top, &change->countries);
	int state = json_in_word(&top, "state", JSON_OPTIONAL, SETTABLE);
	change->has_state = state >= 0;
	change->state = state < 0 ? CLIENT_ACTIVE : (enum client_state)state;
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_change(struct call *call)
{
	struct clients_patch *patch;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &patch));
	TRY(stage_open(call, &stage));
	TRY(clients_find(&stage.scene, call->parts[0], &patch->change.before));
	TRY(read_change(call, &patch->change));
	TRY(clients_change_prepare(&stage.scene, &patch->change));
	if (patch->change.is_empty)
		call->act = CALL_NO_ACT;
	patch->shown.client = patch->change.after;
	return find_contacts(&stage.scene, &patch->shown);
}

static fallible write_change(struct act *act, struct call *call)
{
	struct clients_patch *patch = call->ask;
	return clients_change_write(act, &patch->change);
}

static fallible answer_change(struct call *call, struct json_out *out)
{
	const struct clients_patch *patch = call->ask;
	put_view(call, out, &patch->shown);
	return OK;
}

const struct handler api_clients_change = {prepare_change, write_change, answer_change};
