/* SPDX-License-Identifier: Apache-2.0 */
/* clients - prepare and write customers and their contacts. */
#include "server/core/people/clients.h"

#include "base/text.h"
#include "crypto/random.h"
#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "store/nouns/event_add.h"

enum { ONE_CLIENT = 64 * 1024 };

static const char *const STATES[] = {"active", "paused", "ended", "erasing", "erased"};

const char *clients_state_name(enum client_state state)
{
	return STATES[state];
}

/* ---- a new one ---- */

static fallible check_ref(const struct scene *scene, struct span ref)
{
	struct id holder;
	if (ref.len == 0)
		return OK;
	struct err err = client_find(scene->view, scene->caller->tenant, ref, &holder);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return FAIL_CODE(REF_TAKEN, "another client has this ref");
}

static fallible prepare_contacts(const struct scene *scene, struct clients_add *add)
{
	struct client *client = &add->client;
	for (size_t i = 0; i < add->contact_count; i++) {
		struct people_new *contact = &add->contacts[i];
		contact->person.kind = PERSON_OF_CLIENT;
		contact->person.client = client->id;
		TRY(people_new_prepare(scene, contact));
		client->contacts[i] = contact->person.id;
	}
	client->contact_count = add->contact_count;
	return OK;
}

fallible clients_add_prepare(const struct scene *scene, struct clients_add *add)
{
	struct client *client = &add->client;
	TRY(check_ref(scene, client->ref));
	TRY(branches_prepare(scene, (struct id){0}, &add->branch));
	client->branch = add->branch.id;
	client->branch_name = add->branch.name;
	client->tenant = scene->caller->tenant;
	client->id = random_id(scene->now);
	client->created = scene->now;
	const struct subject subject = {SUBJECT_CLIENT, client->id};
	/* The key is durable before the row that needs it; one without a row stays (docs/decisions/0011-erasing.md). */
	TRY(keeper_make_subject(scene->server->keeper, client->tenant, &subject));
	TRY(prepare_contacts(scene, add));
	TRY(contacts_seal(scene, client, &add->sealed));
	struct event event = contacts_event(scene, ACTION_CLIENT_CREATED, client);
	return scene_seal(scene, &event, &add->created);
}

fallible clients_add_write(struct act *act, struct clients_add *add)
{
	TRY(branches_write(act, add->client.tenant, &add->branch));
	TRY(client_put_ref(act, &add->client));
	TRY(client_put(act, &add->client, add->sealed));
	TRY(event_add(act, add->client.tenant, &add->created.leaf, NULL));
	for (size_t i = 0; i < add->contact_count; i++)
		TRY(people_new_write(act, &add->contacts[i]));
	return OK;
}

/* ---- changes ---- */

static void apply(struct clients_change *change)
{
	struct client *after = &change->after;
	if (change->name.len)
		after->name = change->name;
	if (change->ref.len)
		after->ref = change->ref;
	if (change->time_zone.len)
		after->time_zone = change->time_zone;
	if (change->has_language)
		after->language = change->language;
	if (change->has_delegated)
		after->mailbox_delegated = change->delegated;
	if (change->has_state)
		after->state = change->state;
	if (change->has_countries)
		after->countries = change->countries;
	if (change->branch.given) {
		after->branch = change->branch.id;
		after->branch_name = change->branch.name;
	}
}

static struct span yes_or_no(bool yes)
{
	return yes ? SPAN_LIT("true") : SPAN_LIT("false");
}

static fallible print_countries(const struct countries *countries, struct arena *arena, struct span *text)
{
	scoped(buf) line = BUF(COUNTRIES_MAX * (COUNTRIES_CODE + 1));
	countries_print(countries, &line);
	return buf_keep(&line, arena, text);
}

static fallible seal_changed(const struct scene *scene, struct clients_change *change)
{
	const struct client *before = &change->before, *after = &change->after;
	struct detail_changes changes = {.count = 0};
	struct event event = contacts_event(scene, ACTION_CLIENT_CHANGED, after);
	detail_note(&changes, "name", before->name, after->name);
	detail_note(&changes, "ref", before->ref, after->ref);
	detail_note(&changes, "language", span_text(languages_code(before->language)),
		span_text(languages_code(after->language)));
	detail_note(&changes, "time_zone", before->time_zone, after->time_zone);
	detail_note(&changes, "mailbox_delegated", yes_or_no(before->mailbox_delegated),
		yes_or_no(after->mailbox_delegated));
	detail_note(&changes, "state", span_text(clients_state_name(before->state)),
		span_text(clients_state_name(after->state)));
	detail_note(&changes, "branch", before->branch_name, after->branch_name);
	struct span had, has;
	TRY(print_countries(&before->countries, scene->arena, &had));
	TRY(print_countries(&after->countries, scene->arena, &has));
	detail_note(&changes, "countries", had, has);
	change->is_empty = changes.count == 0;
	TRY(detail_print_changes(&changes, scene->arena, &event.texts[LEAF_TEXT_CHANGES]));
	return scene_seal(scene, &event, &change->changed);
}

static enum action move_action(enum client_state state)
{
	switch (state) {
	case CLIENT_PAUSED:
		return ACTION_CLIENT_PAUSED;
	case CLIENT_ENDED:
		return ACTION_CLIENT_TERMINATED;
	case CLIENT_ACTIVE:
	case CLIENT_ERASING:
	case CLIENT_ERASED:
		break;
	}
	return ACTION_CLIENT_RESUMED;
}

/* The client itself; and of a pause who plans the work. Coordinators are nobody whom the server knows as such: the owners stand for
 * them. */
static fallible tell_moved(const struct scene *scene, enum action action, struct clients_change *change)
{
	const struct client *client = &change->after;
	const struct change_news news = {.action = action, .about = client->id, .label = client->name};
	for (size_t i = 0; i < client->contact_count; i++)
		TRY(change_news_tell(scene, &news, client->contacts[i], &change->told));
	return action == ACTION_CLIENT_TERMINATED ? OK
						  : change_news_tell_owners(scene, &news, 0, &change->told);
}

static fallible seal_moved(const struct scene *scene, struct clients_change *change)
{
	change->moves = change->before.state != change->after.state;
	change->told.count = 0;
	if (!change->moves)
		return OK;
	enum action action = move_action(change->after.state);
	TRY(tell_moved(scene, action, change));
	struct event event = contacts_event(scene, action, &change->after);
	/* A pause has no end that is set, and what becomes of an ended client's things is decided apart. */
	if (action == ACTION_CLIENT_PAUSED)
		event.texts[LEAF_TEXT_DETAIL] = SPAN_LIT("{\"until\":\"open\"}");
	if (action == ACTION_CLIENT_TERMINATED)
		event.texts[LEAF_TEXT_DETAIL] = SPAN_LIT("{\"return_or_delete\":\"undecided\"}");
	return scene_seal(scene, &event, &change->moved);
}

fallible clients_change_prepare(const struct scene *scene, struct clients_change *change)
{
	if (change->before.state >= CLIENT_ENDED)
		return FAIL(CONFLICT, "the client has ended");
	change->after = change->before;
	TRY(branches_prepare(scene, change->before.branch, &change->branch));
	apply(change);
	if (!span_equal(change->before.ref, change->after.ref))
		TRY(check_ref(scene, change->after.ref));
	TRY(seal_changed(scene, change));
	TRY(seal_moved(scene, change));
	return contacts_seal(scene, &change->after, &change->sealed);
}

static fallible move_ref(struct act *act, const struct clients_change *change)
{
	if (span_equal(change->before.ref, change->after.ref))
		return OK;
	TRY(client_drop_ref(act, &change->before));
	return client_put_ref(act, &change->after);
}

fallible clients_change_write(struct act *act, struct clients_change *change)
{
	const struct client *before = &change->before;
	struct noun_key key = noun_key(before->tenant, id_span(&before->id), SPAN_NONE);
	struct row row;
	TRY(act_get(act, TABLE_CLIENT, noun_key_span(&key), &row));
	if (row.version != before->version)
		return FAIL_CODE(STALE, "the client changed meanwhile");
	TRY(move_ref(act, change));
	TRY(branches_write(act, before->tenant, &change->branch));
	TRY(client_put(act, &change->after, change->sealed));
	TRY(letters_write(act, &change->told));
	TRY(event_add(act, before->tenant, &change->changed.leaf, NULL));
	return change->moves ? event_add(act, before->tenant, &change->moved.leaf, NULL) : OK;
}

/* ---- who is there ---- */

fallible clients_sight(const struct scene *scene, struct sight *sight)
{
	static const uint64_t WIDE = CAPABILITY_BIT(CLIENTS_WRITE) | CAPABILITY_BIT(GRANT_GIVE) |
		CAPABILITY_BIT(GRANT_APPROVE) | CAPABILITY_BIT(HANDOVER_REQUEST) |
		CAPABILITY_BIT(HANDOVER_APPROVE) | CAPABILITY_BIT(PEOPLE_READ) |
		CAPABILITY_BIT(LOG_READ_BRANCH) | CAPABILITY_BIT(LOG_READ_TENANT);
	const uint64_t held = scene->caller->capabilities;
	bool may = held & CAPABILITY_BIT(CLIENTS_READ);
	bool serves = held & CAPABILITY_BIT(CREDENTIAL_USE);
	uint64_t all = serves ? WIDE : CAPABILITY_BIT(CLIENTS_READ);
	TRY(sight_of(scene->view, scene->caller, may ? all : 0, scene->arena, sight));
	bool is_contact = !ids_is_none(sight->client);
	return may && !sight->all && !is_contact
		? sight_serve(scene->view, scene->caller, scene->arena, sight)
		: OK;
}

static fallible find_seen(const struct scene *scene, struct span id_or_ref, struct id *id)
{
	struct sight sight;
	TRY(client_find(scene->view, scene->caller->tenant, id_or_ref, id));
	TRY(clients_sight(scene, &sight));
	return sight_has_client(&sight, *id) ? OK : FAIL(NOT_FOUND, "the caller sees another client");
}

void clients_hide(struct client *client)
{
	if (client->state >= CLIENT_ERASING)
		client->name = client->ref = client->time_zone = SPAN_NONE;
}

static fallible get_shown(const struct scene *scene, struct id id, struct client *client)
{
	TRY(client_get(scene->view, scene->caller->tenant, id, scene->arena, client));
	clients_hide(client);
	return OK;
}

fallible clients_find(const struct scene *scene, struct span id_or_ref, struct client *client)
{
	struct id id;
	struct err err = find_seen(scene, id_or_ref, &id);
	/* One answer, whether there is none or only none for this caller (FOUNDATIONS 13). */
	if (err.kind == ERR_NOT_FOUND)
		return FAIL(NOT_FOUND, "there is no such client here");
	TRY(err);
	return get_shown(scene, id, client);
}

static fallible lets_through(
	const struct clients_filter *filter, const struct client *client, struct arena *arena, bool *through)
{
	*through =
		filter->state < 0 ? client->state != CLIENT_ERASED : client->state == (unsigned)filter->state;
	if (!*through || filter->text.len == 0)
		return OK;
	*through = false;
	if (client->name.len)
		TRY(text_has(client->name, filter->text, arena, through));
	return *through || client->ref.len == 0 ? OK : text_has(client->ref, filter->text, arena, through);
}

static fallible is_seen(
	const struct clients_walk *walk, const struct client *client, struct arena *arena, bool *seen)
{
	struct span ref = SPAN_NONE;
	*seen = sight_has_client(walk->sight, client->id);
	if (*seen || walk->filter.text.len == 0 || client->ref.len == 0)
		return OK;
	TRY(text_fold(client->ref, arena, &ref));
	*seen = span_equal(ref, walk->filter.text);
	return OK;
}

/* Those whom the filter holds back leave nothing in the scene's arena: a tenant may have many. */
static bool skip_one(const struct scene *scene, struct clients_walk *walk, bool *found, struct err *err)
{
	struct client client;
	scoped(arena) arena = ARENA(ONE_CLIENT);
	if (walk->left == 0 ||
		!client_next(scene->view, scene->caller->tenant, &walk->after, &arena, &client, err))
		return false;
	walk->left--;
	clients_hide(&client);
	*err = is_seen(walk, &client, &arena, found);
	if (*found)
		*err = lets_through(&walk->filter, &client, &arena, found);
	return !err_failed(*err);
}

bool clients_next(
	const struct scene *scene, struct clients_walk *walk, struct client *client, struct err *err)
{
	bool found = false;
	while (!found && skip_one(scene, walk, &found, err))
		;
	found = found && !err_failed(*err);
	if (found)
		*err = get_shown(scene, walk->after, client);
	return found && !err_failed(*err);
}
