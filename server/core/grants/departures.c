/* SPDX-License-Identifier: Apache-2.0 */
/* departures - when, who takes over, and the way back. */
#include "server/core/grants/departures.h"

#include "base/local_day.h"
#include "crypto/random.h"
#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "server/core/giving.h"
#include "server/core/grants/departure_turns.h"
#include "server/core/owners.h"
#include "server/core/second.h"
#include "server/core/zones.h"
#include "store/nouns/event_add.h"
#include "store/nouns/tenant.h"

static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;

/* ---- when ---- */

/* The day is one of the clock of the tenant's zone; without a zone, of UTC. It may have 23 hours, or 25. */
static fallible find_bounds(
	const struct scene *scene, struct instant day, struct instant *begins, struct instant *ends)
{
	struct tenant tenant;
	struct span rule;
	*begins = day;
	*ends = (struct instant){day.ms + DAY_MS};
	TRY(tenant_get(scene->view, scene->caller->tenant, scene->arena, &tenant));
	if (tenant.time_zone.len == 0)
		return OK;
	TRY(zones_rule(tenant.time_zone, scene->arena, &rule));
	TRY(local_day_begins(rule, day.ms / DAY_MS, begins));
	return local_day_begins(rule, day.ms / DAY_MS + 1, ends);
}

static fallible set_time(const struct scene *scene, struct departures_add *add)
{
	struct instant begins, ends;
	TRY(find_bounds(scene, add->day, &begins, &ends));
	add->departure.at = begins.ms <= scene->now.ms ? scene->now : ends;
	return OK;
}

/* ---- who takes over ---- */

static fallible find_successor(
	const struct scene *scene, struct departures_add *add, struct person *successor)
{
	struct id id;
	struct err err = person_find(scene->view, scene->caller->tenant, add->successor, &id);
	if (!err_failed(err))
		err = person_get_clear(scene->view, scene->caller->tenant, id, scene->arena, successor);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL_CODE(UNKNOWN_PERSON, "the successor is nobody here");
	TRY(err);
	bool fits = successor->kind == PERSON_STAFF && successor->state == PERSON_ACTIVE &&
		!ids_equal(id, add->found.id);
	return fits ? OK : FAIL(CONFLICT, "the successor is another, active member of the staff");
}

static fallible check_may_hand_over(const struct caller *caller)
{
	TRY(second_check_person(caller));
	if (caller->capabilities & CAPABILITY_BIT(HANDOVER_REQUEST))
		return OK;
	return FAIL(DENIED, "the person's roles do not allow to request a handover");
}

static fallible seal_handover(const struct scene *scene, struct departures_add *add)
{
	const struct handover *handover = &add->handover;
	char start[TELL_TIME + 1], from[ID_TEXT + 1], to[ID_TEXT + 1];
	struct event event = scene_event(scene, ACTION_HANDOVER_REQUESTED);
	ids_print(ID_PERSON, handover->from, from);
	ids_print(ID_PERSON, handover->to, to);
	const struct detail_field fields[] = {{"kind", SPAN_LIT("departure"), DETAIL_TEXT},
		{"from", span_of(from, ID_TEXT), DETAIL_TEXT}, {"to", span_of(to, ID_TEXT), DETAIL_TEXT},
		{"start", tell_time(handover->start, start).value, DETAIL_TEXT},
		{"end", SPAN_LIT("open"), DETAIL_TEXT}, {"client_ids", SPAN_NONE, DETAIL_LIST}};
	event.has_object_kind = true;
	event.object_kind = ID_HANDOVER;
	event.ids[LEAF_ID_OBJECT] = handover->id;
	event.texts[LEAF_TEXT_REASON] = SPAN_LIT("departure");
	TRY(detail_print(fields, 6, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &add->requested);
}

/* Asked for here, and decided like any other one. */
static fallible ask_handover(const struct scene *scene, struct departures_add *add)
{
	struct person successor;
	add->departure.handover = add->departure.successor = (struct id){0};
	add->told.count = 0;
	if (add->successor.len == 0)
		return OK;
	TRY(check_may_hand_over(scene->caller));
	TRY(find_successor(scene, add, &successor));
	add->handover = (struct handover){.tenant = scene->caller->tenant,
		.id = random_id(scene->now),
		.kind = HANDOVER_DEPARTURE,
		.reason = HANDOVER_FOR_DEPARTURE,
		.takes_all = true,
		.from = add->found.id,
		.to = successor.id,
		.requester = scene->caller->person,
		.requested = scene->now,
		.start = add->departure.at};
	add->departure.handover = add->handover.id;
	add->departure.successor = successor.id;
	TRY(handovers_tell_requested(scene, &add->handover, &add->told));
	return seal_handover(scene, add);
}

/* ---- leaving ---- */

/* Who is removed has given the ref up, and is nobody's colleague again. */
static fallible check_not_removed(const struct person *person)
{
	return person->state > PERSON_SUSPENDED ? FAIL(CONFLICT, "the person is removed") : OK;
}

static fallible check_present(
	const struct scene *scene, const struct person *person, struct departure *before)
{
	TRY(check_not_removed(person));
	struct err err = departure_get(scene->view, person->tenant, person->id, before);
	if (err.kind == ERR_NOT_FOUND) {
		*before = (struct departure){.version = 0};
		return OK;
	}
	TRY(err);
	bool there = before->state == DEPARTURE_BACK || before->state == DEPARTURE_CANCELLED ||
		before->state == DEPARTURE_PLANNED;
	return there ? OK : FAIL(CONFLICT, "the person has left already");
}

static fallible check_owner(const struct scene *scene, struct departures_add *add)
{
	add->other_owner = (struct id){0};
	if (!owners_is(&add->found))
		return OK;
	TRY(owners_find_other(scene->view, add->found.tenant, add->found.id, &add->other_owner));
	return ids_is_none(add->other_owner) ? FAIL_CODE(LAST_OWNER, "a tenant keeps at least one owner")
					     : OK;
}

static fallible seal_planned(const struct scene *scene, struct departures_add *add)
{
	char at[TELL_TIME + 1];
	struct detail_changes changes = {.count = 0};
	struct event event = people_event(scene, ACTION_PERSON_CHANGED, &add->found);
	detail_note(&changes, "departure", SPAN_NONE, tell_time(add->departure.at, at).value);
	TRY(detail_print_changes(&changes, scene->arena, &event.texts[LEAF_TEXT_CHANGES]));
	return scene_seal(scene, &event, &add->planned);
}

fallible departures_add_prepare(const struct scene *scene, struct departures_add *add)
{
	const struct caller *caller = scene->caller;
	struct departure before;
	TRY(people_find(scene, add->person, &add->found));
	TRY(check_present(scene, &add->found, &before));
	TRY(check_owner(scene, add));
	add->departure = (struct departure){.tenant = caller->tenant,
		.person = add->found.id,
		.state = DEPARTURE_PLANNED,
		.by_person = !ids_is_none(caller->person),
		.asked = scene->now,
		.version = before.version};
	add->departure.by = add->departure.by_person ? caller->person : caller->application;
	TRY(set_time(scene, add));
	TRY(ask_handover(scene, add));
	return seal_planned(scene, add);
}

/* The row of before, or none. */
static fallible check_still(struct act *act, const struct departure *departure)
{
	struct departure stands = {.version = 0};
	struct view view = view_act(act);
	struct err err = departure_get(&view, departure->tenant, departure->person, &stands);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	return stands.version == departure->version ? OK
						    : FAIL_CODE(STALE, "the departure changed meanwhile");
}

static fallible check_person_still(struct act *act, const struct person *person)
{
	struct noun_key key = noun_key(person->tenant, id_span(&person->id), SPAN_NONE);
	return noun_still(act, TABLE_PERSON, noun_key_span(&key), person->version);
}

fallible departures_add_write(struct act *act, struct departures_add *add)
{
	struct departure *departure = &add->after;
	*departure = add->departure;
	TRY(check_still(act, departure));
	TRY(check_person_still(act, &add->found));
	if (!ids_is_none(add->other_owner))
		TRY(owners_check(act, departure->tenant, add->other_owner));
	TRY(event_add(act, departure->tenant, &add->planned.leaf, NULL));
	if (!ids_is_none(departure->handover)) {
		TRY(handover_turns_put(act, &add->handover));
		TRY(letters_write(act, &add->told));
		TRY(event_add(act, departure->tenant, &add->requested.leaf, NULL));
	}
	if (departure->at.ms <= act->now.ms)
		return departure_turns_run(act, departure);
	return departure_turns_put(act, departure);
}

/* ---- looking ---- */

fallible departures_find(const struct scene *scene, struct departures_change *change)
{
	TRY(people_find(scene, change->person, &change->found));
	return departure_get(scene->view, scene->caller->tenant, change->found.id, &change->departure);
}

/* ---- before the day ---- */

/* after: what has become of the departure. */
static fallible seal_change(
	const struct scene *scene, enum action action, const char *after, struct departures_change *change)
{
	char approver[ID_TEXT + 1];
	struct detail_changes changes = {.count = 0};
	struct event event = people_event(scene, action, &change->found);
	ids_print(ID_PERSON, scene->caller->person, approver);
	const struct detail_field field = {"approver", span_text(approver), DETAIL_TEXT};
	detail_note(&changes, "departure", SPAN_NONE, span_text(after));
	TRY(detail_print_changes(&changes, scene->arena, &event.texts[LEAF_TEXT_CHANGES]));
	TRY(detail_print(&field, 1, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &change->draft);
}

fallible departures_cancel_prepare(const struct scene *scene, struct departures_change *cancel)
{
	struct departure *departure = &cancel->departure;
	if (ids_equal(scene->caller->person, departure->person))
		return FAIL(DENIED, "nobody takes back that they themselves leave");
	if (departure->state != DEPARTURE_PLANNED || departure->at.ms <= scene->now.ms)
		return FAIL(CONFLICT, "the departure is over, or its day has come");
	departure->state = DEPARTURE_CANCELLED;
	return seal_change(scene, ACTION_PERSON_CHANGED, "cancelled", cancel);
}

fallible departures_cancel_write(struct act *act, struct departures_change *cancel)
{
	struct handover handover;
	struct departure departure = cancel->departure;
	struct view view = view_act(act);
	TRY(check_still(act, &departure));
	TRY(event_add(act, departure.tenant, &cancel->draft.leaf, NULL));
	TRY(departure_turns_put(act, &departure));
	if (ids_is_none(departure.handover))
		return OK;
	TRY(handover_get(&view, departure.tenant, departure.handover, &handover));
	return handover_rules_is_open(handover.state) ? handover_turns_end(act, &handover, HANDOVER_CANCELLED)
						      : OK;
}

/* ---- the way back ---- */

/* Whoever brings somebody back gives all that they hold. */
static fallible check_may_return(const struct scene *scene, const struct departures_change *change)
{
	uint64_t held;
	TRY(second_check_person(scene->caller));
	TRY(person_capabilities(scene->view, &change->found, &held));
	return giving_check(scene->caller, held);
}

fallible departures_return_prepare(const struct scene *scene, struct departures_change *change)
{
	TRY(check_may_return(scene, change));
	TRY(check_not_removed(&change->found));
	if (change->departure.state != DEPARTURE_LEFT)
		return FAIL(CONFLICT, "the person has not left, or somebody asked already");
	change->departure.state = DEPARTURE_RETURNING;
	change->departure.returner = scene->caller->person;
	return seal_change(scene, ACTION_PERSON_CHANGED, "returning", change);
}

fallible departures_return_write(struct act *act, struct departures_change *change)
{
	struct departure departure = change->departure;
	TRY(check_still(act, &departure));
	TRY(departure_turns_put(act, &departure));
	return event_add(act, departure.tenant, &change->draft.leaf, NULL);
}

fallible departures_decide_prepare(const struct scene *scene, struct departures_change *change)
{
	struct departure *departure = &change->departure;
	const struct id part[] = {departure->returner, departure->person};
	TRY(second_check_other(scene, part, 2));
	TRY(check_may_return(scene, change));
	change->told.count = 0;
	if (departure->state != DEPARTURE_RETURNING)
		return FAIL(CONFLICT, "nobody asked that this person comes back");
	if (change->approve)
		TRY(check_not_removed(&change->found));
	departure->state = change->approve ? DEPARTURE_BACK : DEPARTURE_LEFT;
	departure->returner = change->approve ? departure->returner : (struct id){0};
	if (!change->approve)
		return seal_change(scene, ACTION_PERSON_CHANGED, "stays_away", change);
	change->found.state = PERSON_ACTIVE;
	TRY(people_seal(scene, &change->found, &change->sealed));
	const struct change_news news = {
		.action = ACTION_STAFF_REINSTATED, .about = departure->person, .label = change->found.name};
	TRY(change_news_tell_owners(scene, &news, 0, &change->told));
	return seal_change(scene, ACTION_STAFF_REINSTATED, "back", change);
}

fallible departures_decide_write(struct act *act, struct departures_change *change)
{
	struct departure departure = change->departure;
	TRY(check_still(act, &departure));
	TRY(check_person_still(act, &change->found));
	TRY(departure_turns_put(act, &departure));
	if (change->approve)
		TRY(person_put(act, &change->found, change->sealed));
	TRY(letters_write(act, &change->told));
	return event_add(act, departure.tenant, &change->draft.leaf, NULL);
}
