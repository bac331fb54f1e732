/* SPDX-License-Identifier: Apache-2.0 */
/* takeouts - what would leave, who may ask, who may approve. */
#include "server/core/vault/takeouts.h"

#include "crypto/random.h"
#include "server/core/detail.h"
#include "server/core/second.h"
#include "server/core/sight.h"
#include "server/core/vault/credentials.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/person.h"
#include "store/nouns/version.h"

#include <stdio.h>

enum { SEALED_MAX = 4 * 1024, ONE_NOUN = 256 * 1024, NUMBER_TEXT = 24 };

const char *takeouts_left_name(enum takeouts_left left)
{
	static const char *const NAMES[TAKEOUTS_LEFT_COUNT] = {
		"leaves", "no_reveal", "archived", "empty", "newer"};
	return NAMES[left];
}

/* ---- what would leave ---- */

/* The ceiling of what reveal would show: of each field that of the version that holds it. */
static fallible read_ceiling(const struct view *view, const struct version *current, unsigned fields,
	struct arena *arena, uint16_t *ceiling, bool *any)
{
	*ceiling = MODES_ALL;
	*any = false;
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++) {
		struct version holder = *current;
		const struct version_field *stands = version_field(current, (enum credential_field)field);
		if (!(fields & 1u << field) || !stands)
			continue;
		if (stands->held_by != current->number)
			TRY(version_get(
				view, current->tenant, current->credential, stands->held_by, arena, &holder));
		*ceiling &= holder.modes_max;
		*any = true;
	}
	return OK;
}

static fallible judge(const struct view *view, const struct credential *credential, struct instant until,
	struct arena *arena, struct takeouts_item *item)
{
	struct version current;
	uint16_t ceiling;
	bool any;
	TRY(version_get(view, credential->tenant, credential->id, credential->current, arena, &current));
	TRY(read_ceiling(view, &current, credential_revealable(credential->kind), arena, &ceiling, &any));
	item->stays_seed = credential->kind == CREDENTIAL_LOGIN && version_field(&current, CREDENTIAL_SEED);
	item->left = credential->state != CREDENTIAL_ACTIVE ? TAKEOUTS_ARCHIVED
		: credential->created.ms > until.ms         ? TAKEOUTS_NEWER
		: !any                                      ? TAKEOUTS_EMPTY
		: ceiling & MODE_BIT(REVEAL)                ? TAKEOUTS_LEAVES
							    : TAKEOUTS_NO_REVEAL;
	return OK;
}

static fallible add_item(const struct scene *scene, const struct credential *credential, struct instant until,
	struct arena *row, struct takeouts_plan *plan)
{
	struct takeouts_item *item = &plan->items[plan->count];
	if (credential->state == CREDENTIAL_SHREDDED)
		return OK;
	if (plan->count == TAKEOUTS_MAX)
		return FAIL(CONFLICT, "the client has more credentials than one file takes");
	*item = (struct takeouts_item){.credential = credential->id,
		.kind = credential->kind,
		.row = credential->row,
		.number = credential->current,
		.known = credential->known};
	TRY(scene_copy(scene, credential->title, &item->title));
	TRY(judge(scene->view, credential, until, row, item));
	plan->count++;
	plan->leaves += item->left == TAKEOUTS_LEAVES;
	return OK;
}

fallible takeouts_plan(
	const struct scene *scene, struct id client, struct instant until, struct takeouts_plan *plan)
{
	struct id after = {0};
	struct credential credential;
	struct err err = OK;
	struct takeouts_plan made = {.items = arena_alloc(scene->arena, TAKEOUTS_MAX * sizeof *made.items)};
	scoped(arena) row = ARENA(ONE_NOUN);
	if (!made.items)
		return FAIL(NO_MEMORY, "a call has no memory for a takeout");
	for (; credential_next(scene->view, scene->caller->tenant, client, &after, &row, &credential, &err);
		arena_clear(&row))
		TRY(add_item(scene, &credential, until, &row, &made));
	TRY(err);
	*plan = made;
	return OK;
}

/* ---- who ---- */

fallible takeouts_check_client(const struct client *client)
{
	if (client->state != CLIENT_ACTIVE)
		return FAIL(CONFLICT, "the client is not served now");
	return client->frozen ? FAIL_CODE(FROZEN, "the client has frozen all use") : OK;
}

fallible takeouts_check_requester(const struct scene *scene, struct id client)
{
	struct person person;
	const struct caller *caller = scene->caller;
	const uint64_t needed = CAPABILITY_BIT(CREDENTIAL_REVEAL) | CAPABILITY_BIT(GRANT_GIVE);
	TRY(second_check_person(caller));
	TRY(person_get_clear(scene->view, caller->tenant, caller->person, scene->arena, &person));
	bool is_client = person.kind == PERSON_OF_CLIENT && ids_equal(person.client, client);
	bool may = person.kind == PERSON_STAFF && (caller->capabilities & needed) == needed;
	return is_client || may ? OK : FAIL(DENIED, "credentials are taken out by who may give and see them");
}

fallible takeouts_check_approver(const struct scene *scene, const struct takeout *takeout)
{
	struct person person;
	const struct caller *caller = scene->caller;
	TRY(second_check_other(scene, &takeout->requester, 1));
	TRY(person_get_clear(scene->view, caller->tenant, caller->person, scene->arena, &person));
	bool is_client = person.kind == PERSON_OF_CLIENT && ids_equal(person.client, takeout->client);
	bool may = person.kind == PERSON_STAFF && (caller->capabilities & CAPABILITY_BIT(GRANT_APPROVE));
	return is_client || may ? OK : FAIL(DENIED, "a takeout is approved by who may approve grants");
}

fallible takeouts_sees(const struct scene *scene, const struct takeout *takeout, bool *sees)
{
	struct person person;
	const struct caller *caller = scene->caller;
	*sees = true;
	if (ids_is_none(caller->person) || ids_equal(caller->person, takeout->requester))
		return OK;
	TRY(person_get_clear(scene->view, caller->tenant, caller->person, scene->arena, &person));
	*sees = person.kind == PERSON_OF_CLIENT ? ids_equal(person.client, takeout->client)
						: (caller->capabilities & CAPABILITY_BIT(GRANT_APPROVE)) != 0;
	return OK;
}

fallible takeouts_find(const struct scene *scene, struct span text, struct takeout *takeout)
{
	struct id id;
	bool sees;
	struct takeout found;
	TRY(ids_parse(ID_TAKEOUT, text, &id));
	TRY(takeout_get(scene->view, scene->caller->tenant, id, scene->arena, &found));
	TRY(takeouts_sees(scene, &found, &sees));
	if (!sees)
		return FAIL(NOT_FOUND, "the takeout is outside what the caller sees");
	*takeout = found;
	return OK;
}

/* ---- events and mails ---- */

struct event takeouts_event(const struct scene *scene, enum action action, const struct takeout *takeout)
{
	struct event event = scene_event(scene, action);
	event.has_object_kind = true;
	event.object_kind = ID_TAKEOUT;
	event.ids[LEAF_ID_OBJECT] = takeout->id;
	event.ids[LEAF_ID_CLIENT] = takeout->client;
	event.texts[LEAF_TEXT_PURPOSE] = takeout->purpose;
	event.counted =
		action == ACTION_CREDENTIAL_EXPORT_REQUESTED || action == ACTION_CREDENTIAL_BULK_EXPORTED;
	event.count = event.counted ? takeout->count : 0;
	return event;
}

static fallible seal_event(const struct scene *scene, enum action action, const struct takeout *takeout,
	const struct detail_field *fields, size_t count, struct event_draft *draft)
{
	struct event event = takeouts_event(scene, action, takeout);
	TRY(detail_print(fields, count, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

fallible takeouts_tell(const struct scene *scene, const struct client *client, const struct tell_ask *ask,
	struct letters *told)
{
	const struct letters_desk desk = {scene->server, scene->view, client->tenant, scene->arena};
	told->count = 0;
	TRY(letters_add_contacts(&desk, ask, client, (struct id){0}, told));
	return letters_add_owners(&desk, ask, (struct id){0}, told);
}

/* ---- asking ---- */

static fallible find_client(const struct scene *scene, struct span text, struct client *client)
{
	struct id id;
	struct sight sight;
	TRY(credentials_sight_to_put(scene->view, scene->caller, scene->arena, &sight));
	struct err err = client_find(scene->view, scene->caller->tenant, text, &id);
	if (err.kind == ERR_NOT_FOUND || (!err_failed(err) && !sight_has_client(&sight, id)))
		return FAIL_CODE(UNKNOWN_CLIENT, "the takeout's client is nobody here");
	TRY(err);
	return client_get(scene->view, scene->caller->tenant, id, scene->arena, client);
}

static fallible tell_request(const struct scene *scene, const struct client *client, struct takeouts_ask *ask)
{
	char count[NUMBER_TEXT];
	struct span name;
	TRY(scene_actor(scene, &name));
	snprintf(count, sizeof count, "%u", (unsigned)ask->takeout.count);
	const struct message_value values[] = {{"actor", name}, {"label", client->name},
		{"count", span_text(count)}, {"reason", ask->purpose}};
	const struct tell_ask tell = {.kind = NOTICE_TAKEOUT_ASKED,
		.about = ask->takeout.id,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = scene->now};
	return takeouts_tell(scene, client, &tell, &ask->told);
}

static fallible seal_request(const struct scene *scene, struct takeouts_ask *ask)
{
	scoped(buf) sealed = BUF(SEALED_MAX);
	const struct takeout *takeout = &ask->takeout;
	const struct detail_field fields[] = {
		{"format", span_text(takeout_format_name(takeout->format)), DETAIL_TEXT}};
	TRY(takeout_seal(scene->server->volume.keys, takeout, &sealed));
	TRY(buf_keep(&sealed, scene->arena, &ask->sealed));
	return seal_event(scene, ACTION_CREDENTIAL_EXPORT_REQUESTED, takeout, fields, 1, &ask->draft);
}

fallible takeouts_ask_prepare(const struct scene *scene, struct takeouts_ask *ask)
{
	struct client client;
	struct takeout *takeout = &ask->takeout;
	TRY(find_client(scene, ask->client, &client));
	TRY(takeouts_check_requester(scene, client.id));
	TRY(takeouts_check_client(&client));
	TRY(takeouts_plan(scene, client.id, scene->now, &ask->plan));
	if (ask->plan.leaves == 0)
		return FAIL(CONFLICT, "the client has no credential that may leave");
	ask->client_row = client.version;
	*takeout = (struct takeout){.tenant = client.tenant,
		.id = random_id(scene->now),
		.client = client.id,
		.format = ask->format,
		.requester = scene->caller->person,
		.created = scene->now,
		.until = {scene->now.ms + TAKEOUT_WAITS_MS},
		.count = (uint32_t)ask->plan.leaves,
		.purpose = ask->purpose};
	memcpy(takeout->recipient, ask->recipient, sizeof takeout->recipient);
	TRY(seal_request(scene, ask));
	return tell_request(scene, &client, ask);
}

static fallible check_alone(struct act *act, const struct takeout *wanted)
{
	struct id after = {0};
	struct takeout one;
	struct err err = OK;
	struct view view = view_act(act);
	scoped(arena) row = ARENA(ONE_NOUN);
	for (; takeout_next(&view, wanted->tenant, &after, &row, &one, &err); arena_clear(&row))
		if (ids_equal(one.client, wanted->client) && takeout_is_open(&one, act->now))
			return FAIL(CONFLICT, "a takeout of this client waits already");
	return err;
}

static fallible client_still(struct act *act, const struct takeout *takeout, uint64_t row)
{
	struct noun_key key = noun_key(takeout->tenant, id_span(&takeout->client), SPAN_NONE);
	return noun_still(act, TABLE_CLIENT, noun_key_span(&key), row);
}

static fallible queue(struct act *act, const struct takeout *takeout)
{
	const struct expiry expiry = {EXPIRY_TAKEOUT, takeout->until, takeout->tenant, takeout->id};
	return expiry_put(act, &expiry);
}

fallible takeouts_ask_write(struct act *act, struct takeouts_ask *ask)
{
	const struct takeout *takeout = &ask->takeout;
	TRY(client_still(act, takeout, ask->client_row));
	TRY(check_alone(act, takeout));
	TRY(takeout_add(act, takeout, ask->sealed));
	TRY(queue(act, takeout));
	TRY(letters_write(act, &ask->told));
	return event_add(act, takeout->tenant, &ask->draft.leaf, NULL);
}

/* ---- deciding ---- */

static fallible seal_end(const struct scene *scene, const char *cause, struct takeouts_decide *decide)
{
	const struct detail_field fields[] = {{"cause", span_text(cause), DETAIL_TEXT}};
	decide->takeout.ended = scene->now;
	return seal_event(scene, ACTION_CREDENTIAL_EXPORT_ENDED, &decide->takeout, fields, 1, &decide->draft);
}

static fallible seal_approval(const struct scene *scene, struct takeouts_decide *decide)
{
	char approver[ID_TEXT + 1], until[TELL_TIME + 1];
	struct takeout *takeout = &decide->takeout;
	takeout->state = TAKEOUT_APPROVED;
	takeout->until.ms = scene->now.ms + TAKEOUT_OPEN_MS;
	ids_print(ID_PERSON, takeout->decider, approver);
	const struct detail_field fields[] = {{"approver", span_of(approver, ID_TEXT), DETAIL_TEXT},
		{"until", tell_time(takeout->until, until).value, DETAIL_TEXT}};
	return seal_event(scene, ACTION_CREDENTIAL_EXPORT_APPROVED, takeout, fields, 2, &decide->draft);
}

static fallible read_client(const struct scene *scene, struct takeouts_decide *decide, struct client *client)
{
	TRY(client_get(scene->view, decide->takeout.tenant, decide->takeout.client, scene->arena, client));
	decide->client_row = client->version;
	return OK;
}

fallible takeouts_decide_prepare(const struct scene *scene, struct takeouts_decide *decide)
{
	struct client client;
	struct takeout *takeout = &decide->takeout;
	TRY(takeouts_check_approver(scene, takeout));
	if (takeout->state != TAKEOUT_REQUESTED)
		return FAIL(CONFLICT, "the takeout does not wait for a decision");
	if (!takeout_is_open(takeout, scene->now))
		return FAIL(EXPIRED, "nobody approved it in time");
	TRY(read_client(scene, decide, &client));
	takeout->decider = scene->caller->person;
	if (!decide->approve) {
		takeout->state = TAKEOUT_REFUSED;
		return seal_end(scene, "refused", decide);
	}
	TRY(takeouts_check_client(&client));
	return seal_approval(scene, decide);
}

fallible takeouts_cancel_prepare(const struct scene *scene, struct takeouts_decide *cancel)
{
	struct client client;
	struct takeout *takeout = &cancel->takeout;
	TRY(second_check_person(scene->caller));
	if (!ids_equal(scene->caller->person, takeout->requester))
		TRY(takeouts_check_approver(scene, takeout));
	if (takeout->state != TAKEOUT_REQUESTED && takeout->state != TAKEOUT_APPROVED)
		return FAIL(CONFLICT, "the takeout is over");
	TRY(read_client(scene, cancel, &client));
	takeout->state = TAKEOUT_CANCELLED;
	return seal_end(scene, "cancelled", cancel);
}

fallible takeouts_decide_write(struct act *act, struct takeouts_decide *decide)
{
	const struct takeout *takeout = &decide->takeout;
	struct noun_key key = noun_key(takeout->tenant, id_span(&takeout->id), SPAN_NONE);
	TRY(noun_still(act, TABLE_TAKEOUT, noun_key_span(&key), takeout->version));
	TRY(client_still(act, takeout, decide->client_row));
	TRY(takeout_change(act, takeout));
	if (takeout->state == TAKEOUT_APPROVED)
		TRY(queue(act, takeout));
	return event_add(act, takeout->tenant, &decide->draft.leaf, NULL);
}

/* ---- by the clock ---- */

static fallible say_lapsed(struct act *act, const struct takeout *takeout)
{
	struct view view = view_act(act);
	struct event event = {.action = ACTION_CREDENTIAL_EXPORT_ENDED,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_TAKEOUT};
	const struct detail_field fields[] = {{"cause", SPAN_LIT("timer"), DETAIL_TEXT}};
	event.ids[LEAF_ID_OBJECT] = takeout->id;
	event.ids[LEAF_ID_CLIENT] = takeout->client;
	TRY(client_give_branch(&view, takeout->tenant, event.ids));
	TRY(detail_print(fields, 1, act->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_say(act, takeout->tenant, &event);
}

fallible takeouts_sweep(struct act *act, const struct expiry *expiry)
{
	struct takeout takeout;
	struct view view = view_act(act);
	struct err err = takeout_get(&view, expiry->tenant, expiry->id, act->arena, &takeout);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	bool waits = takeout.state == TAKEOUT_REQUESTED || takeout.state == TAKEOUT_APPROVED;
	if (!waits || act->now.ms < takeout.until.ms)
		return OK;
	takeout.state = TAKEOUT_LAPSED;
	takeout.ended = act->now;
	TRY(takeout_change(act, &takeout));
	return say_lapsed(act, &takeout);
}
