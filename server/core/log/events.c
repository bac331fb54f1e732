/* SPDX-License-Identifier: Apache-2.0 */
/* events - look up who is named, seal what was said, add it. */
#include "server/core/log/events.h"

#include "base/buf.h"
#include "server/core/device_note.h"
#include "store/nouns/application.h"
#include "store/nouns/client.h"
#include "store/nouns/grant.h"
#include "store/nouns/person.h"

static fallible set_source(
	const struct caller *caller, const struct events_ask *ask, struct instant now, struct event *event)
{
	bool may_import = scopes_allow(caller->scopes, SCOPE_BIT(EVENTS_IMPORT));
	bool history = ask->time.ms && ask->time.ms < now.ms - EVENTS_HISTORY_MS;
	if (ask->time.ms > now.ms + EVENTS_AHEAD_MS)
		return FAIL(INVALID, "the event's time is more than five minutes ahead");
	event->source = may_import && (ask->action->reserved || history) ? LEAF_IMPORT : LEAF_APPLICATION;
	return OK;
}

static fallible set_person(const struct view *view, struct id tenant, const struct events_ask *ask,
	struct arena *arena, struct event *event)
{
	struct person person;
	struct err err = person_find_clear(view, tenant, ask->actor_name, arena, &person);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL_CODE(UNKNOWN_PERSON, "the event's actor is nobody here");
	TRY(err);
	event->ids[LEAF_ID_ACTOR] = person.id;
	event->ids[LEAF_ID_BRANCH] = person.branch;
	if (!ask->device.given)
		return FAIL_CODE(DEVICE_MISSING, "a person acts from a device: name it");
	return person_print_roles(&person, arena, &event->texts[LEAF_TEXT_ROLES]);
}

static fallible set_application(
	const struct view *view, struct id tenant, struct span name, struct event *event)
{
	struct application application;
	struct id *id = &event->ids[LEAF_ID_ACTOR];
	struct err err = ids_parse(ID_APPLICATION, name, id);
	if (!err_failed(err))
		err = application_get_clear(view, tenant, *id, &application);
	return err.kind == ERR_NOT_FOUND ? FAIL(INVALID, "the event's actor is no application of this tenant")
					 : err;
}

static fallible set_actor(const struct view *view, const struct caller *caller, const struct events_ask *ask,
	struct arena *arena, struct event *event)
{
	event->actor = ask->actor;
	event->ids[LEAF_ID_REPORTER] = caller->application;
	switch (ask->actor) {
	case LEAF_PERSON:
		return set_person(view, caller->tenant, ask, arena, event);
	case LEAF_BY_APPLICATION:
		event->ids[LEAF_ID_ACTOR] = caller->application;
		return ask->actor_name.len ? set_application(view, caller->tenant, ask->actor_name, event)
					   : OK;
	case LEAF_SYSTEM:
	case LEAF_UNKNOWN: /* what a stranger typed as a name is never stored (FOUNDATIONS 5) */
	case LEAF_OPERATOR:
		break;
	}
	return OK;
}

static fallible set_in_place_of(
	const struct view *view, struct id tenant, const struct events_ask *ask, struct event *event)
{
	struct err err = OK;
	if (ask->in_place_of.len)
		err = person_find(view, tenant, ask->in_place_of, &event->ids[LEAF_ID_IN_PLACE_OF]);
	return err.kind == ERR_NOT_FOUND ? FAIL_CODE(UNKNOWN_PERSON, "the event names nobody in in_place_of")
					 : err;
}

static fallible set_client(
	const struct view *view, struct id tenant, const struct events_ask *ask, struct event *event)
{
	struct err err = OK;
	if (ask->client.len)
		err = client_find(view, tenant, ask->client, &event->ids[LEAF_ID_CLIENT]);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL_CODE(UNKNOWN_CLIENT, "the event names no client of this tenant");
	TRY(err);
	return client_give_branch(view, tenant, event->ids);
}

/* What allowed it was given to whoever acted: else it allowed nothing. */
static fallible set_grant(const struct view *view, struct id tenant, const struct events_ask *ask,
	struct arena *arena, struct event *event)
{
	struct grant grant;
	struct id *id = &event->ids[LEAF_ID_GRANT];
	if (ask->grant.len == 0)
		return OK;
	struct err err = ids_parse(ID_GRANT, ask->grant, id);
	if (!err_failed(err))
		err = grant_get(view, tenant, *id, arena, &grant);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL(INVALID, "the event names no grant of this tenant");
	TRY(err);
	bool own = event->actor == LEAF_PERSON && ids_equal(grant.person, event->ids[LEAF_ID_ACTOR]);
	return own ? OK : FAIL(INVALID, "the event's grant is somebody else's");
}

/* An object of ours is known by its id, in clear; a caller's own thing only by words, sealed. */
static void set_object(const struct events_ask *ask, struct event *event)
{
	for (unsigned kind = 0; kind < ID_KIND_COUNT; kind++)
		if (!err_failed(ids_parse((enum id_kind)kind, ask->object_id, &event->ids[LEAF_ID_OBJECT]))) {
			event->has_object_kind = true;
			event->object_kind = (enum id_kind)kind;
		}
	event->texts[LEAF_TEXT_OBJECT_TYPE] = ask->object_type;
	event->texts[LEAF_TEXT_OBJECT] = event->has_object_kind ? SPAN_NONE : ask->object_id;
	event->texts[LEAF_TEXT_LABEL] = ask->object_label;
}

static void set_texts(const struct events_ask *ask, struct event *event)
{
	device_put_texts(&ask->device, event);
	event->texts[LEAF_TEXT_SESSION] = ask->session;
	event->texts[LEAF_TEXT_PURPOSE] = ask->purpose;
	event->texts[LEAF_TEXT_TASK] = ask->task;
	event->texts[LEAF_TEXT_CHANGES] = ask->changes;
	event->texts[LEAF_TEXT_DETAIL] = ask->detail;
	/* A word of our closed list stands in clear; any other reason is the caller's own text. */
	if (!reasons_find(ask->reason, &event->reason))
		event->texts[LEAF_TEXT_REASON] = ask->reason;
}

fallible events_check_reporter(const struct caller *caller)
{
	if (ids_is_none(caller->application))
		return FAIL_CODE(SCOPE_MISSING, "events are reported by an application");
	return OK;
}

fallible events_check_action(const struct caller *caller, const struct action_row *action)
{
	if (action->reserved && !scopes_allow(caller->scopes, SCOPE_BIT(EVENTS_IMPORT)))
		return FAIL_CODE(ACTION_RESERVED, "only the server itself may report this action");
	return OK;
}

/* Who, in whose place, for whom, by what right; item->fault goes along. */
static fallible set_names(const struct view *view, const struct caller *caller, const struct events_ask *ask,
	struct instant now, struct arena *arena, struct events_item *item, struct event *event)
{
	item->fault = "time";
	TRY(set_source(caller, ask, now, event));
	item->fault = "actor";
	TRY(set_actor(view, caller, ask, arena, event));
	item->fault = "in_place_of";
	TRY(set_in_place_of(view, caller->tenant, ask, event));
	item->fault = "client";
	TRY(set_client(view, caller->tenant, ask, event));
	item->fault = "grant";
	TRY(set_grant(view, caller->tenant, ask, arena, event));
	item->fault = NULL;
	return OK;
}

/* What is reported as it happens and yet is late: the caller's clock is wrong, or the event waited somewhere.
 * History says when it was, and is no clock. */
static bool is_skewed(const struct events_ask *ask, enum leaf_source source, struct instant now)
{
	return source == LEAF_APPLICATION && ask->time.ms && ask->time.ms < now.ms - EVENTS_SKEW_MS;
}

fallible events_prepare(const struct server *server, const struct caller *caller, const struct view *view,
	const struct events_ask *ask, struct instant now, struct arena *arena, struct events_item *item)
{
	struct event event = {.action = ask->action->action,
		.declared = ask->action->action == ACTION_NONE ? ask->action : NULL,
		.outcome = ask->outcome,
		.time = ask->time,
		.counted = ask->counted,
		.count = ask->count};
	TRY(set_names(view, caller, ask, now, arena, item, &event));
	set_object(ask, &event);
	set_texts(ask, &event);
	struct device_sight sight = {event.ids[LEAF_ID_ACTOR], .is_person = event.actor == LEAF_PERSON};
	if (ask->device.given && !ids_is_none(sight.subject))
		TRY(device_find(view, caller->tenant, &ask->device, now, &sight));
	TRY(device_note_prepare(view, caller->tenant, &sight, &ask->device, now, arena, &item->device_note));
	event.ids[LEAF_ID_DEVICE] = sight.id;
	TRY(event_seal(server->volume.keys, caller->tenant, &event, now, arena, &item->draft));
	if (is_skewed(ask, event.source, now))
		item->draft.leaf.flags |= LEAF_SKEWED;
	return OK;
}

fallible events_write(struct act *act, struct id tenant, struct events_add *add)
{
	TRY(event_quota_write(act, &add->quota));
	if (add->quota.wait_s > 0)
		return OK;
	for (size_t i = 0; i < add->count; i++) {
		struct events_item *item = &add->items[i];
		/* An earlier line may have come from the same new device: then this one has its id. */
		TRY(device_note_write(act, item->device_note, &item->draft.leaf.ids[LEAF_ID_DEVICE], NULL));
		/* It has its branch since it was prepared. */
		TRY(act_add(act, tenant, &item->draft.leaf, &item->receipt));
	}
	return OK;
}
