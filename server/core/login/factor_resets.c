/* SPDX-License-Identifier: Apache-2.0 */
/* factor_resets - prepare and write what people decide. */
#include "server/core/login/factor_resets.h"

#include "base/timestamp.h"
#include "crypto/random.h"
#include "policies/capabilities.h"
#include "server/core/detail.h"
#include "server/core/login/factors_seen.h"
#include "server/core/owners.h"
#include "server/core/second.h"
#include "server/core/signins.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"

enum { SEALED_MAX = 512, NEWS_VALUES = 6 };

static const int64_t HOUR_MS = INT64_C(60) * 60 * 1000;

static struct expiry queue_of(const struct factor_reset *reset)
{
	return (struct expiry){EXPIRY_FACTOR_RESET, reset->due, reset->tenant, reset->id};
}

/* ---- events ---- */

static fallible seal_event(const struct scene *scene, const struct factor_reset *reset, enum action action,
	struct event_draft *draft)
{
	char id[ID_TEXT + 1], subject[ID_TEXT + 1], due[TIMESTAMP_TEXT + 1];
	struct event event = scene_event(scene, action);
	ids_print(ID_FACTOR_RESET, reset->id, id);
	ids_print(ID_PERSON, reset->person, subject);
	timestamp_print(reset->due, due);
	const struct detail_field fields[] = {{"subject_id", span_text(subject), DETAIL_TEXT},
		{"reset_id", span_text(id), DETAIL_TEXT}, {"due", span_text(due), DETAIL_TEXT}};
	/* Only the request says when and why: the others follow from it. */
	bool asks = action == ACTION_FACTOR_RESET_REQUESTED;
	event.has_object_kind = event.object_is_person = true;
	event.object_kind = ID_PERSON;
	event.ids[LEAF_ID_OBJECT] = reset->person;
	event.texts[LEAF_TEXT_REASON] = asks ? reset->reason : SPAN_NONE;
	TRY(detail_print(fields, asks ? 3 : 2, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

/* ---- who is told ---- */

static fallible name_of(const struct letters_desk *desk, struct id person, struct span *name)
{
	struct person found;
	struct err err = person_get(desk->view, desk->tenant, person, desk->arena, &found);
	*name = SPAN_LIT("-");
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	if (found.name.len)
		*name = found.name;
	return OK;
}

/* The owner of the factors hears of it everywhere: whoever asks for it may have got hold of one address. */
static fallible tell_addresses(const struct letters_desk *desk, const struct person *who,
	struct tell_ask *letter, struct message_value *to, struct letters *told)
{
	struct addresses addresses;
	TRY(addresses_list(desk->server, desk->view, who, (struct id){0}, desk->arena, &addresses));
	letter->person = who->id;
	for (size_t i = 0; i < addresses.count; i++) {
		to->value = addresses.items[i];
		TRY(letters_add(desk, letter, told));
	}
	return OK;
}

fallible factor_resets_tell(
	const struct letters_desk *desk, const struct factor_resets_news *news, struct letters *told)
{
	char time[TELL_TIME + 1], reference[ID_TEXT + 1];
	struct message_value values[NEWS_VALUES] = {{"label", SPAN_NONE}, {"actor", SPAN_NONE},
		{"reason", news->reset->reason}, tell_time(news->at, time),
		{"task", span_of(reference, ID_TEXT)}, {"to", SPAN_NONE}};
	struct tell_ask letter = {.kind = news->kind,
		.about = news->reset->id,
		.values = values,
		.count = NEWS_VALUES,
		.now = news->now};
	ids_print(ID_FACTOR_RESET, news->reset->id, reference);
	TRY(name_of(desk, news->who->id, &values[0].value));
	TRY(name_of(desk, news->reset->requester, &values[1].value));
	told->count = 0;
	TRY(tell_addresses(desk, news->who, &letter, &values[NEWS_VALUES - 1], told));
	letter.count = NEWS_VALUES - 1; /* owners get it at their own */
	return letters_add_owners(desk, &letter, news->who->id, told);
}

/* ---- asking ---- */

static fallible heed_policies(
	const struct scene *scene, const struct person *who, uint16_t *wait_hours, unsigned *a_year)
{
	struct signin signin;
	const struct signins_ask signins = {.tenant = who->tenant, .person = who, .now = scene->now};
	TRY(signins_read(scene->server, scene->view, &signins, scene->arena, &signin));
	*wait_hours = signin.reset_wait_hours;
	*a_year = signin.resets_a_year;
	return OK;
}

static fallible find_person(const struct scene *scene, struct factor_resets_ask *ask)
{
	struct id person;
	const struct caller *caller = scene->caller;
	TRY(factors_find_person(scene->view, caller, ask->person, &person));
	TRY(second_check_other(scene, &person, 1));
	TRY(person_get(scene->view, caller->tenant, person, scene->arena, &ask->who));
	if (ask->who.state != PERSON_ACTIVE && ask->who.state != PERSON_SUSPENDED)
		return FAIL(NOT_FOUND, "the person is gone");
	TRY(factors_count(scene->view, caller->tenant, person, &ask->held));
	return ask->held.active
		? OK
		: FAIL(CONFLICT, "the person has no factor: an enrolment code is what is needed");
}

fallible factor_resets_ask_prepare(const struct scene *scene, struct factor_resets_ask *ask)
{
	uint16_t wait_hours;
	scoped(buf) sealed = BUF(SEALED_MAX);
	const struct caller *caller = scene->caller;
	const struct letters_desk desk = {scene->server, scene->view, caller->tenant, scene->arena};
	TRY(second_check_person(caller));
	TRY(find_person(scene, ask));
	TRY(heed_policies(scene, &ask->who, &wait_hours, &ask->a_year));
	ask->reset = (struct factor_reset){.tenant = caller->tenant,
		.id = random_id(scene->now),
		.person = ask->who.id,
		.requested = scene->now,
		.due = {scene->now.ms + wait_hours * HOUR_MS},
		.requester = caller->person,
		.reason = ask->reason};
	TRY(factor_reset_seal(scene->server->volume.keys, &ask->reset, &sealed));
	TRY(buf_keep(&sealed, scene->arena, &ask->sealed));
	TRY(seal_event(scene, &ask->reset, ACTION_FACTOR_RESET_REQUESTED, &ask->requested));
	const struct factor_resets_news news = {
		NOTICE_FACTOR_RESET_REQUESTED, &ask->who, &ask->reset, ask->reset.due, scene->now};
	return factor_resets_tell(&desk, &news, &ask->told);
}

/* One that was asked for and lapsed is in nobody's way. */
static fallible check_none_waits(struct act *act, const struct rescue *rescue)
{
	struct factor_reset reset;
	struct view view = view_act(act);
	if (ids_is_none(rescue->waiting))
		return OK;
	struct err err = factor_reset_get(&view, rescue->tenant, rescue->waiting, act->arena, &reset);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return factor_reset_is_open(&reset, act->now)
		? FAIL(CONFLICT, "a reset of this person's factors was asked for already")
		: OK;
}

fallible factor_resets_ask_write(struct act *act, struct factor_resets_ask *ask)
{
	struct view view = view_act(act);
	const struct factor_reset *reset = &ask->reset;
	struct rescue *rescue = &ask->rescue;
	TRY(factors_check_unchanged(act, &ask->who, &ask->held));
	TRY(rescue_read(&view, reset->tenant, reset->person, rescue));
	rescue_begin_year(rescue, act->now);
	TRY(check_none_waits(act, rescue));
	if (rescue->resets >= ask->a_year)
		return FAIL(CONFLICT, "the person's factors were reset as often this year as they may be");
	rescue->waiting = reset->id;
	TRY(rescue_put(act, rescue));
	TRY(factor_reset_put(act, reset, ask->sealed));
	TRY(letters_write(act, &ask->told));
	return event_add(act, reset->tenant, &ask->requested.leaf, NULL);
}

/* ---- finding ---- */

static fallible check_owner(const struct scene *scene, bool *is_owner)
{
	struct person person;
	const struct caller *caller = scene->caller;
	*is_owner = false;
	if (ids_is_none(caller->person))
		return OK;
	TRY(person_get_clear(scene->view, caller->tenant, caller->person, scene->arena, &person));
	*is_owner = owners_is(&person);
	return OK;
}

fallible factor_resets_heed_person(const struct view *view, struct arena *arena, struct factor_reset *reset)
{
	struct person who;
	TRY(person_get_clear(view, reset->tenant, reset->person, arena, &who));
	reset->is_gone = who.state > PERSON_SUSPENDED;
	return OK;
}

/* What is told beside the row: whether its person is gone, and the counts of the year. */
static fallible look_around(const struct scene *scene, struct factor_resets_decide *found)
{
	uint16_t wait_hours;
	struct person who;
	struct factor_reset *reset = &found->reset;
	TRY(rescue_read(scene->view, reset->tenant, reset->person, &found->rescue));
	rescue_begin_year(&found->rescue, scene->now);
	TRY(person_get_clear(scene->view, reset->tenant, reset->person, scene->arena, &who));
	reset->is_gone = who.state > PERSON_SUSPENDED;
	return heed_policies(scene, &who, &wait_hours, &found->a_year);
}

fallible factor_resets_find(const struct scene *scene, struct span text, struct factor_resets_decide *found)
{
	struct id id;
	bool sees;
	const struct caller *caller = scene->caller;
	struct factor_reset *reset = &found->reset;
	TRY(ids_parse(ID_FACTOR_RESET, text, &id));
	TRY(factor_reset_get(scene->view, caller->tenant, id, scene->arena, reset));
	TRY(check_owner(scene, &sees));
	/* Who asked may take it back, also when that is the only right that is left. */
	sees = sees || (!ids_is_none(caller->person) && ids_equal(caller->person, reset->requester));
	if (!sees && err_failed(factors_check_reader(caller, reset->person)))
		return FAIL(NOT_FOUND, "the reset is of somebody whose factors the caller does not see");
	return look_around(scene, found);
}

fallible factor_resets_find_open(
	const struct scene *scene, struct id person, struct factor_resets_decide *found, bool *is_open)
{
	struct rescue rescue;
	struct id tenant = scene->caller->tenant;
	struct factor_reset *reset = &found->reset;
	*is_open = false;
	TRY(rescue_read(scene->view, tenant, person, &rescue));
	if (ids_is_none(rescue.waiting))
		return OK;
	struct err err = factor_reset_get(scene->view, tenant, rescue.waiting, scene->arena, reset);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	TRY(look_around(scene, found));
	*is_open = factor_reset_is_open(reset, scene->now);
	return OK;
}

/* ---- deciding ---- */

static void end(const struct scene *scene, struct factor_reset *reset, enum factor_reset_state state)
{
	reset->state = state;
	reset->decided = scene->now;
	reset->ended_by = scene->caller->person;
}

fallible factor_resets_decide_prepare(const struct scene *scene, struct factor_resets_decide *decide)
{
	struct factor_reset *reset = &decide->reset;
	const struct id part[] = {reset->requester, reset->person};
	TRY(second_check_other(scene, part, sizeof part / sizeof part[0]));
	if (reset->state != FACTOR_RESET_WAITING)
		return FAIL(CONFLICT, "the reset does not wait for a decision");
	if (reset->is_gone)
		return FAIL(EXPIRED, "the person of the reset is gone");
	if (!factor_reset_is_open(reset, scene->now))
		return FAIL(EXPIRED, "nobody agreed to the reset in time: ask anew");
	if (!decide->approve) {
		end(scene, reset, FACTOR_RESET_REFUSED);
		return seal_event(scene, reset, ACTION_FACTOR_RESET_REFUSED, &decide->draft);
	}
	reset->state = FACTOR_RESET_APPROVED;
	reset->approver = scene->caller->person;
	reset->decided = scene->now;
	return seal_event(scene, reset, ACTION_FACTOR_RESET_APPROVED, &decide->draft);
}

static fallible check_still(struct act *act, const struct factor_reset *reset)
{
	struct noun_key key = noun_key(reset->tenant, id_span(&reset->id), SPAN_NONE);
	return noun_still(act, TABLE_FACTOR_RESET, noun_key_span(&key), reset->version);
}

/* Two who may are needed on the day that they agree: whose role was taken meanwhile is no longer one of them. */
static fallible check_requester(struct act *act, const struct factor_reset *reset)
{
	struct person person;
	uint64_t capabilities = 0;
	struct view view = view_act(act);
	struct err err = person_get_clear(&view, reset->tenant, reset->requester, act->arena, &person);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	if (!err_failed(err) && person.state == PERSON_ACTIVE)
		TRY(person_capabilities(&view, &person, &capabilities));
	return capabilities & CAPABILITY_BIT(FACTORS_MANAGE)
		? OK
		: FAIL(CONFLICT,
			  "who asked for the reset may manage factors no longer: refuse it, and ask anew");
}

fallible factor_resets_decide_write(struct act *act, struct factor_resets_decide *decide)
{
	const struct factor_reset *reset = &decide->reset;
	const struct expiry queue = queue_of(reset);
	TRY(check_still(act, reset));
	if (decide->approve)
		TRY(check_requester(act, reset));
	TRY(factor_reset_change(act, reset));
	if (reset->state == FACTOR_RESET_APPROVED)
		TRY(expiry_put(act, &queue));
	return event_add(act, reset->tenant, &decide->draft.leaf, NULL);
}

/* ---- taking it back ---- */

static fallible check_may_cancel(const struct scene *scene, const struct factor_reset *reset)
{
	bool may;
	struct id self = scene->caller->person;
	TRY(second_check_person(scene->caller));
	TRY(check_owner(scene, &may));
	may = may || ids_equal(self, reset->person) || ids_equal(self, reset->requester);
	return may
		? OK
		: FAIL(DENIED, "a reset is cancelled by its person, an owner, or the one who asked for it");
}

fallible factor_resets_cancel_prepare(const struct scene *scene, struct factor_resets_decide *cancel)
{
	struct factor_reset *reset = &cancel->reset;
	TRY(check_may_cancel(scene, reset));
	if (reset->state > FACTOR_RESET_APPROVED || !factor_reset_is_open(reset, scene->now))
		return FAIL(CONFLICT, "the reset is over");
	end(scene, reset, FACTOR_RESET_CANCELLED);
	return seal_event(scene, reset, ACTION_FACTOR_RESET_CANCELLED, &cancel->draft);
}

fallible factor_resets_cancel_write(struct act *act, struct factor_resets_decide *cancel)
{
	struct factor_reset *reset = &cancel->reset;
	const struct expiry queue = queue_of(reset);
	TRY(check_still(act, reset));
	struct err err = expiry_drop(act, &queue);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	TRY(factor_reset_change(act, reset));
	return event_add(act, reset->tenant, &cancel->draft.leaf, NULL);
}
