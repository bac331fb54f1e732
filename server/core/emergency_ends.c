/* SPDX-License-Identifier: Apache-2.0 */
/* emergency_ends - close by the clock or by hand, owe a change of what was seen, review. */
#include "server/core/emergency_ends.h"

#include "server/core/detail.h"
#include "server/core/grants.h"
#include "server/core/second.h"
#include "store/client.h"
#include "store/credential.h"
#include "store/expiry.h"
#include "store/exposure.h"

#include <stdio.h>

enum { ONE_NOUN = 64 * 1024, NUMBER_TEXT = 24 };

/* ---- what the server says by itself ---- */

static fallible say(
	struct act *act, enum action action, const struct breakglass *breakglass, struct span detail)
{
	struct event_draft draft;
	struct event event = {.action = action,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_BREAKGLASS};
	event.ids[LEAF_ID_OBJECT] = breakglass->id;
	event.ids[LEAF_ID_CLIENT] = breakglass->client;
	event.ids[LEAF_ID_GRANT] = breakglass->grant;
	event.texts[LEAF_TEXT_DETAIL] = detail;
	TRY(event_seal(act->volume->keys, breakglass->tenant, &event, act->now, act->arena, &draft));
	return emergencies_add_event(act, breakglass->tenant, &draft);
}

/* ---- closing ---- */

/* Whoever saw the secret through this grant knows it: it has to be changed, whatever grants that person has besides. */
static fallible was_seen(const struct view *view, const struct breakglass *breakglass, bool *seen)
{
	struct credential credential;
	scoped(arena) arena = ARENA(ONE_NOUN);
	TRY(credential_get(view, breakglass->tenant, breakglass->credential, &arena, &credential));
	struct exposure exposure = {.tenant = breakglass->tenant,
		.person = breakglass->requester,
		.credential = breakglass->credential,
		.number = credential.known};
	struct err err = exposure_get(view, &exposure);
	*seen = !err_failed(err) && ids_equal(exposure.grant, breakglass->grant);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

static fallible owe_change(struct act *act, const struct breakglass *breakglass)
{
	char due[TELL_TIME + 1];
	struct event_draft draft;
	struct event event = {.action = ACTION_CREDENTIAL_ROTATION_DUE,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_CREDENTIAL};
	const struct detail_field fields[] = {{"cause", SPAN_LIT("breakglass"), DETAIL_TEXT},
		{"due", tell_time(breakglass->until, due).value, DETAIL_TEXT}};
	event.ids[LEAF_ID_OBJECT] = breakglass->credential;
	event.ids[LEAF_ID_CLIENT] = breakglass->client;
	event.ids[LEAF_ID_GRANT] = breakglass->grant;
	TRY(detail_print(fields, 2, act->arena, &event.texts[LEAF_TEXT_DETAIL]));
	TRY(event_seal(act->volume->keys, breakglass->tenant, &event, act->now, act->arena, &draft));
	return emergencies_add_event(act, breakglass->tenant, &draft);
}

/* A grant whose time is over has ended by itself. */
static fallible end_grant(struct act *act, struct breakglass *breakglass)
{
	static const struct grants_cause CAUSE = {.word = "breakglass", .kind = ID_BREAKGLASS};
	struct grant grant;
	struct view view = view_act(act);
	TRY(grant_get(&view, breakglass->tenant, breakglass->grant, act->arena, &grant));
	breakglass->uses = grant.uses_made;
	return grant_has_ended(&grant, act->now)
		? OK
		: grants_end(act, breakglass->tenant, breakglass->grant, &CAUSE);
}

static fallible end(struct act *act, struct breakglass *breakglass)
{
	bool seen;
	struct view view = view_act(act);
	TRY(end_grant(act, breakglass));
	TRY(was_seen(&view, breakglass, &seen));
	breakglass->state = BREAKGLASS_CLOSED;
	breakglass->closed = act->now;
	breakglass->until.ms = act->now.ms + BREAKGLASS_REVIEW_MS;
	TRY(breakglass_change(act, breakglass));
	return seen ? owe_change(act, breakglass) : OK;
}

static fallible print_closing(
	const struct breakglass *breakglass, const char *cause, struct arena *arena, struct span *detail)
{
	char uses[NUMBER_TEXT];
	snprintf(uses, sizeof uses, "%u", (unsigned)breakglass->uses);
	const struct detail_field fields[] = {
		{"uses", span_text(uses), DETAIL_NUMBER}, {"cause", span_text(cause), DETAIL_TEXT}};
	return detail_print(fields, 2, arena, detail);
}

static fallible close_by_clock(struct act *act, struct breakglass *breakglass)
{
	struct span detail;
	TRY(end(act, breakglass));
	TRY(print_closing(breakglass, "timer", act->arena, &detail));
	return say(act, ACTION_BREAKGLASS_CLOSED, breakglass, detail);
}

static fallible read_uses(const struct scene *scene, struct breakglass *breakglass)
{
	struct grant grant;
	TRY(grant_get(scene->view, breakglass->tenant, breakglass->grant, scene->arena, &grant));
	breakglass->uses = grant.uses_made;
	return OK;
}

fallible emergency_ends_close_prepare(const struct scene *scene, struct emergencies_decide *closing)
{
	struct breakglass *breakglass = &closing->breakglass;
	TRY(second_check_person(scene->caller));
	if (breakglass->state != BREAKGLASS_OPEN)
		return FAIL(CONFLICT, "the emergency is not open");
	TRY(read_uses(scene, breakglass));
	struct event event = emergencies_event(scene, ACTION_BREAKGLASS_CLOSED, breakglass);
	TRY(print_closing(breakglass, "manual", scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &closing->decided);
}

fallible emergency_ends_close_write(struct act *act, struct emergencies_decide *closing)
{
	struct breakglass *breakglass = &closing->breakglass;
	uint32_t said = breakglass->uses;
	struct noun_key key = noun_key(breakglass->tenant, id_span(&breakglass->id), SPAN_NONE);
	TRY(noun_still(act, TABLE_BREAKGLASS, noun_key_span(&key), breakglass->version));
	TRY(end(act, breakglass));
	if (breakglass->uses != said)
		return FAIL_CODE(STALE, "it was used while it was closed");
	return emergencies_add_event(act, breakglass->tenant, &closing->decided);
}

/* ---- reviewing ---- */

/* How many changes it led to: one, of what was seen and is still as it was then. */
static fallible count_rotations(
	const struct scene *scene, const struct breakglass *breakglass, struct span *count)
{
	bool seen;
	TRY(was_seen(scene->view, breakglass, &seen));
	*count = seen ? SPAN_LIT("1") : SPAN_LIT("0");
	return OK;
}

static fallible seal_review(const struct scene *scene, struct emergency_ends_review *review)
{
	char reviewer[ID_TEXT + 1];
	struct span rotations;
	const struct breakglass *breakglass = &review->breakglass;
	struct event event = emergencies_event(scene, ACTION_BREAKGLASS_REVIEWED, breakglass);
	ids_print(ID_PERSON, breakglass->reviewer, reviewer);
	TRY(count_rotations(scene, breakglass, &rotations));
	const struct detail_field fields[] = {{"reviewer", span_of(reviewer, ID_TEXT), DETAIL_TEXT},
		{"verdict", span_text(breakglass_verdict_name(breakglass->verdict)), DETAIL_TEXT},
		{"rotations", rotations, DETAIL_NUMBER}};
	event.texts[LEAF_TEXT_REASON] = review->note;
	TRY(detail_print(fields, 3, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &review->draft);
}

fallible emergency_ends_review_prepare(const struct scene *scene, struct emergency_ends_review *review)
{
	struct breakglass *breakglass = &review->breakglass;
	TRY(emergencies_check_custodian(scene, breakglass));
	if (breakglass->state != BREAKGLASS_CLOSED)
		return FAIL(CONFLICT, "the emergency does not wait for its review");
	breakglass->state = BREAKGLASS_REVIEWED;
	breakglass->verdict = review->verdict;
	breakglass->reviewer = scene->caller->person;
	return seal_review(scene, review);
}

fallible emergency_ends_review_write(struct act *act, struct emergency_ends_review *review)
{
	const struct breakglass *breakglass = &review->breakglass;
	struct noun_key key = noun_key(breakglass->tenant, id_span(&breakglass->id), SPAN_NONE);
	TRY(noun_still(act, TABLE_BREAKGLASS, noun_key_span(&key), breakglass->version));
	TRY(breakglass_change(act, breakglass));
	return emergencies_add_event(act, breakglass->tenant, &review->draft);
}

/* ---- by the clock ---- */

/* Nobody decided, so the clock did. */
static fallible lapse(struct act *act, struct breakglass *breakglass)
{
	struct span detail;
	const struct detail_field by = {"approver", SPAN_LIT("timer"), DETAIL_TEXT};
	breakglass->state = BREAKGLASS_LAPSED;
	TRY(breakglass_change(act, breakglass));
	TRY(detail_print(&by, 1, act->arena, &detail));
	return say(act, ACTION_BREAKGLASS_REFUSED, breakglass, detail);
}

static fallible remind(struct act *act, struct breakglass *breakglass)
{
	breakglass->overdue = true;
	TRY(breakglass_change(act, breakglass));
	return say(act, ACTION_BREAKGLASS_REVIEW_OVERDUE, breakglass, SPAN_NONE);
}

static fallible step(struct act *act, struct breakglass *breakglass)
{
	switch (breakglass->state) {
	case BREAKGLASS_REQUESTED:
		return lapse(act, breakglass);
	case BREAKGLASS_OPEN:
		return close_by_clock(act, breakglass);
	case BREAKGLASS_CLOSED:
		return remind(act, breakglass);
	case BREAKGLASS_REVIEWED:
	case BREAKGLASS_REFUSED:
	case BREAKGLASS_LAPSED:
	case BREAKGLASS_STATE_COUNT:
		break;
	}
	return OK;
}

fallible emergency_ends_sweep(struct act *act, const struct expiry *expiry)
{
	struct breakglass breakglass;
	struct view view = view_act(act);
	scoped(arena) arena = ARENA(ONE_NOUN);
	struct expiry later = *expiry;
	struct err err = breakglass_get(&view, expiry->tenant, expiry->id, &arena, &breakglass);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	if (breakglass.state <= BREAKGLASS_CLOSED && breakglass.until.ms <= act->now.ms)
		TRY(step(act, &breakglass));
	later.at = breakglass.until;
	bool goes_on = breakglass.state <= BREAKGLASS_CLOSED && later.at.ms > act->now.ms;
	return goes_on ? expiry_put(act, &later) : OK;
}
