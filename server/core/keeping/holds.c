/* SPDX-License-Identifier: Apache-2.0 */
/* holds - prepare and write. */
#include "server/core/keeping/holds.h"

#include "base/json_out.h"
#include "crypto/random.h"
#include "server/core/change_news.h"
#include "server/core/second.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/person.h"

enum { SEALED_MAX = 4096, DETAIL_MAX = 2048, ONE_NOUN = 64 * 1024 };

const char *holds_state_name(const struct hold *hold, struct instant now)
{
	static const char *const NAMES[] = {"active", "lifting", "lifted"};
	return hold->state != HOLD_LIFTED && !hold_is_in_force(hold, now) ? "ended" : NAMES[hold->state];
}

fallible holds_find(const struct scene *scene, struct span text, struct hold *hold)
{
	struct id id;
	TRY(ids_parse(ID_HOLD, text, &id));
	return hold_get(scene->view, scene->caller->tenant, id, scene->arena, hold);
}

/* ---- events ---- */

static const char *scope_name(enum subject_kind kind)
{
	switch (kind) {
	case SUBJECT_PERSON:
		return "person";
	case SUBJECT_CLIENT:
		return "client";
	case SUBJECT_TENANT:
		break;
	}
	return "tenant";
}

static fallible print_detail(
	const struct scene *scene, const struct hold *hold, enum action action, struct span *detail)
{
	scoped(buf) text = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&text);
	json_out_open(&out, NULL);
	json_out_id(&out, "hold_id", ID_HOLD, hold->id);
	json_out_text(&out, "scope", scope_name(hold->subject.kind));
	if (action == ACTION_HOLD_RELEASED)
		json_out_id(&out, "approver", ID_PERSON, hold->second);
	json_out_close(&out);
	return buf_keep(&text, scene->arena, detail);
}

/* The words lie under whom the hold is about: they go when that one is erased in the end. */
static fallible seal_event(
	const struct scene *scene, const struct hold *hold, enum action action, struct event_draft *draft)
{
	struct event event = scene_event(scene, action);
	event.has_object_kind = true;
	event.object_kind = ID_HOLD;
	event.ids[LEAF_ID_OBJECT] = hold->id;
	if (hold->subject.kind == SUBJECT_PERSON) {
		event.object_is_person = true;
		event.object_kind = ID_PERSON;
		event.ids[LEAF_ID_OBJECT] = hold->subject.id;
	} else if (hold->subject.kind == SUBJECT_CLIENT) {
		event.ids[LEAF_ID_CLIENT] = hold->subject.id;
	}
	if (action == ACTION_HOLD_PLACED)
		event.texts[LEAF_TEXT_REASON] = hold->ground;
	TRY(print_detail(scene, hold, action, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

static fallible seal_hold(const struct scene *scene, const struct hold *hold, struct span *sealed)
{
	scoped(buf) record = BUF(SEALED_MAX);
	TRY(hold_seal(scene->server->volume.keys, hold, &record));
	return buf_keep(&record, scene->arena, sealed);
}

/* By its id: a mailbox is no place for whom a hold is about. */
static fallible tell(
	const struct scene *scene, const struct hold *hold, enum action action, struct letters *told)
{
	char id[ID_TEXT + 1];
	ids_print(ID_HOLD, hold->id, id);
	const struct change_news news = {.action = action, .about = hold->id, .label = span_of(id, ID_TEXT)};
	told->count = 0;
	return change_news_tell_owners(scene, &news, CAPABILITY_BIT(PRIVACY_APPROVE), told);
}

/* ---- placing ---- */

static fallible find_person(const struct scene *scene, struct span name, struct subject *subject)
{
	struct err err = person_find(scene->view, scene->caller->tenant, name, &subject->id);
	subject->kind = SUBJECT_PERSON;
	return err.kind == ERR_NOT_FOUND ? FAIL_CODE(UNKNOWN_PERSON, "the hold is on nobody here") : err;
}

static fallible find_client(const struct scene *scene, struct span name, struct subject *subject)
{
	struct err err = client_find(scene->view, scene->caller->tenant, name, &subject->id);
	subject->kind = SUBJECT_CLIENT;
	return err.kind == ERR_NOT_FOUND ? FAIL_CODE(UNKNOWN_CLIENT, "the hold is on no client here") : err;
}

/* What has begun can't be held back any more, and nobody shall believe that it is. */
static fallible check_there(const struct view *view, struct id tenant, const struct subject *subject)
{
	scoped(arena) arena = ARENA(ONE_NOUN);
	struct person person = {.state = PERSON_ACTIVE};
	struct client client = {.state = CLIENT_ACTIVE};
	if (subject->kind == SUBJECT_PERSON)
		TRY(person_get_clear(view, tenant, subject->id, &arena, &person));
	if (subject->kind == SUBJECT_CLIENT)
		TRY(client_get(view, tenant, subject->id, &arena, &client));
	if (person.state >= PERSON_ERASING || client.state >= CLIENT_ERASING)
		return FAIL(CONFLICT, "the erasure has begun");
	return OK;
}

fallible holds_place_prepare(const struct scene *scene, struct holds_place *place)
{
	struct hold *hold = &place->hold;
	TRY(second_check_person(scene->caller));
	*hold = (struct hold){.tenant = scene->caller->tenant,
		.id = random_id(scene->now),
		.subject = {.kind = SUBJECT_TENANT},
		.placed = scene->now,
		.until = place->until,
		.placed_by = scene->caller->person,
		.ground = place->ground};
	if (place->person.len)
		TRY(find_person(scene, place->person, &hold->subject));
	else if (place->client.len)
		TRY(find_client(scene, place->client, &hold->subject));
	TRY(check_there(scene->view, hold->tenant, &hold->subject));
	TRY(seal_hold(scene, hold, &place->sealed));
	TRY(tell(scene, hold, ACTION_HOLD_PLACED, &place->told));
	return seal_event(scene, hold, ACTION_HOLD_PLACED, &place->placed);
}

static fallible check_room(struct act *act, struct id tenant)
{
	size_t in_force = 0;
	struct id at = {0};
	struct err err = OK;
	struct view view = view_act(act);
	for (bool more = true; more;) {
		scoped(arena) arena = ARENA(ONE_NOUN);
		struct hold hold;
		more = hold_next(&view, tenant, &at, &arena, &hold, &err);
		in_force += more && hold_is_in_force(&hold, act->now);
	}
	TRY(err);
	return in_force < HOLD_LIST_MAX ? OK : FAIL(CONFLICT, "the tenant has as many holds as there can be");
}

fallible holds_place_write(struct act *act, struct holds_place *place)
{
	const struct hold *hold = &place->hold;
	struct view view = view_act(act);
	TRY(check_there(&view, hold->tenant, &hold->subject));
	TRY(check_room(act, hold->tenant));
	TRY(hold_put(act, hold, place->sealed));
	TRY(letters_write(act, &place->told));
	return event_add(act, hold->tenant, &place->placed.leaf, NULL);
}

/* ---- lifting ---- */

static fallible lift_second(const struct scene *scene, struct hold *hold)
{
	TRY(second_check_other(scene, &hold->first, 1));
	hold->state = HOLD_LIFTED;
	hold->second = scene->caller->person;
	hold->ended = scene->now;
	return OK;
}

fallible holds_lift_prepare(const struct scene *scene, struct holds_lift *lift)
{
	struct hold *hold = &lift->hold;
	bool first = hold->state == HOLD_ACTIVE;
	TRY(second_check_person(scene->caller));
	if (!hold_is_in_force(hold, scene->now))
		return FAIL(CONFLICT, "the hold is over already");
	if (first) {
		hold->state = HOLD_LIFTING;
		hold->first = scene->caller->person;
	} else {
		TRY(lift_second(scene, hold));
	}
	enum action action = first ? ACTION_HOLD_RELEASE_ASKED : ACTION_HOLD_RELEASED;
	TRY(seal_hold(scene, hold, &lift->sealed));
	TRY(tell(scene, hold, action, &lift->told));
	return seal_event(scene, hold, action, &lift->draft);
}

fallible holds_lift_write(struct act *act, struct holds_lift *lift)
{
	const struct hold *hold = &lift->hold;
	struct noun_key key = noun_key(hold->tenant, id_span(&hold->id), SPAN_NONE);
	TRY(noun_still(act, TABLE_HOLD, noun_key_span(&key), hold->version));
	TRY(hold_put(act, hold, lift->sealed));
	TRY(letters_write(act, &lift->told));
	return event_add(act, hold->tenant, &lift->draft.leaf, NULL);
}
