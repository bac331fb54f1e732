/* SPDX-License-Identifier: Apache-2.0 */
/* remembering - begin, open, find out. */
#include "server/core/login/remembering.h"

#include "crypto/random.h"
#include "server/core/detail.h"
#include "server/core/from_where.h"
#include "server/core/login/attempts.h"
#include "server/core/login/forgetting.h"
#include "server/core/login/new_device.h"
#include "server/core/login/risk.h"
#include "server/core/login/sessions.h"
#include "server/core/remember_rule.h"
#include "server/core/tell.h"
#include "store/nouns/device_record.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"

static const int64_t DAY_MS = INT64_C(86400000);

/* ---- finding ---- */

static fallible find_series(const struct view *view, struct id tenant, struct span text,
	struct remember_token *token, struct remembered *series)
{
	struct id id;
	if (err_failed(remember_tokens_parse(text, token)))
		return FAIL(NOT_FOUND, "the text is no token of a remembered device");
	TRY(remember_tokens_id(view_keys(view), tenant, token->series, &id));
	return remembered_get(view, tenant, id, series);
}

static bool is_of(const struct remembered *series, const struct verifications_ask *ask)
{
	const struct verification *verification = &ask->verification;
	return ids_equal(series->person, verification->person) &&
		ids_equal(series->application, verification->application) &&
		ids_equal(series->device, verification->device);
}

/* When it ends: on the day that was fixed, or sooner if its person may be remembered for less by now.
 *
 *   signin  what the policies say; NULL: it is read */
static fallible find_end(const struct scene *scene, const struct remembered *series,
	const struct signin *signin, struct instant *end)
{
	unsigned days;
	const struct remember_rule_ask rule = {
		scene->server, scene->view, series->tenant, series->person, signin, scene->now};
	TRY(remember_rule_days(&rule, scene->arena, &days));
	int64_t by_rule_ms = series->issued.ms + days * DAY_MS;
	end->ms = by_rule_ms < series->expires.ms ? by_rule_ms : series->expires.ms;
	return OK;
}

/* ---- the alarm ---- */

static fallible seal_alarm(const struct scene *scene, struct verifications_ask *ask)
{
	struct remembering *remembering = ask->remembering;
	const struct remembered *series = &remembering->series;
	char id[ID_TEXT + 1];
	struct event event = {.action = ACTION_ALERT_RAISED,
		.outcome = LEAF_DENIED,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_PERSON,
		.object_is_person = true};
	ids_print(ID_REMEMBERED, series->id, id);
	const struct detail_field fields[] = {{"alert_id", span_text(id), DETAIL_TEXT},
		{"rule", SPAN_LIT("remembered_device_stolen"), DETAIL_TEXT}};
	event.ids[LEAF_ID_OBJECT] = series->person;
	event.ids[LEAF_ID_REPORTER] = series->application;
	event.ids[LEAF_ID_DEVICE] = series->device;
	event.ids[LEAF_ID_BRANCH] = ask->branch;
	device_put_texts(&ask->device, &event);
	event.texts[LEAF_TEXT_TRACE] = scene->trace;
	TRY(detail_print(fields, 2, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &remembering->alarm);
}

static fallible tell_one(const struct scene *scene, const struct verifications_ask *ask, struct span address,
	struct notice *notice)
{
	char time[TELL_TIME + 1];
	struct from_where kept;
	struct message_value values[2 + FROM_WHERE_VALUES] = {{"to", address}, tell_time(scene->now, time)};
	size_t count = 2 + from_where_put(scene->server, &ask->device, &kept, values + 2);
	const struct tell_ask letter = {.person = ask->verification.person,
		.kind = NOTICE_REMEMBERED_STOLEN,
		.about = ask->verification.id,
		.values = values,
		.count = count,
		.now = scene->now};
	return tell_prepare(scene->server->keeper, ask->verification.tenant, &letter, scene->arena, notice);
}

static fallible tell_all(
	const struct scene *scene, const struct verifications_ask *ask, struct factor_news *news)
{
	struct person who;
	struct addresses to;
	TRY(person_get(scene->view, ask->verification.tenant, ask->verification.person, scene->arena, &who));
	TRY(addresses_list(scene->server, scene->view, &who, (struct id){0}, scene->arena, &to));
	for (size_t i = 0; i < to.count; i++)
		TRY(tell_one(scene, ask, to.items[i], &news->items[i]));
	news->count = to.count;
	return OK;
}

/* ---- opened: prepare ---- */

fallible remembering_open_prepare(const struct scene *scene, struct verifications_ask *ask)
{
	struct remembering *remembering = ask->remembering;
	/* What is asked for here and now ends no series: tomorrow morning the token opens again. */
	struct signin standing = ask->signin;
	standing.step_up = false;
	bool open = ask->verification.state == VERIFICATION_OPEN;
	if (!remembering)
		return OK;
	remembering->opens = remembering->opened = remembering->steps_up = false;
	if (!remembering->typed.len || !ask->is_new || !open || ask->verification.is_action || ask->has_code)
		return OK;
	struct err err = find_series(scene->view, ask->verification.tenant, remembering->typed,
		&remembering->token, &remembering->series);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	TRY(find_end(scene, &remembering->series, &standing, &remembering->end));
	remembering->opens = scene->now.ms < remembering->end.ms && is_of(&remembering->series, ask);
	remembering->steps_up = remembering->opens && (ask->signin.step_up || risk_is_high(ask));
	remembering->opens = remembering->opens && !remembering->steps_up;
	if (!remembering->opens)
		return OK;
	random_fill(remembering->nonce, sizeof remembering->nonce);
	if (!ask->may_lock)
		return OK;
	TRY(seal_alarm(scene, ask));
	return tell_all(scene, ask, &remembering->news);
}

bool remembering_is_tried(const struct verifications_ask *ask)
{
	return ask->remembering && ask->remembering->opens;
}

/* ---- opened: the act ---- */

/* It proves as little as a factor that nobody vouched for: a plain login, and nothing that needs a proven person. */
static fallible allow(struct act *act, struct verifications_ask *ask)
{
	struct verification *verification = &ask->verification;
	struct event_draft *login = &ask->drafts[0];
	verification->state = VERIFICATION_ALLOWED;
	verification->decided = act->now;
	verification->weak = true;
	verification->aal = 1;
	verification->event = login->leaf.event;
	ask->decision = VERIFICATIONS_ALLOW;
	ask->reason = REASON_NONE;
	ask->remembering->opened = true;
	TRY(verification_put(act, verification));
	event_decide(login, ACTION_LOGIN_SUCCEEDED, LEAF_SUCCESS, REASON_NONE);
	TRY(event_add(act, verification->tenant, &login->leaf, &ask->receipt));
	TRY(new_device_write(act, ask));
	return risk_write(act, ask);
}

static fallible turn_and_allow(
	struct act *act, struct verifications_ask *ask, struct remembered *series, bool turns)
{
	struct remembering *remembering = ask->remembering;
	if (turns) {
		remembered_turn(series, remembering->nonce, act->now);
		TRY(remembered_put(act, series));
	}
	TRY(remember_tokens_print(act->volume->keys, series, remembering->token.series, remembering->text));
	return allow(act, ask);
}

/* Which of the two is the thief nobody can tell: both prove themselves anew, also who is signed in to the pages by then. */
static fallible end_stolen(struct act *act, struct verifications_ask *ask, const struct remembered *series)
{
	uint32_t ended = 0;
	struct remembering *remembering = ask->remembering;
	const struct sessions_of of = {
		.tenant = series->tenant, .person = series->person, .device = series->device};
	if (!ask->may_lock)
		return FAIL_CODE(STALE, "the alarm is not sealed yet");
	TRY(verification_put(act, &ask->verification));
	TRY(forgetting_one(act, series, FORGETTING_STOLEN));
	TRY(sessions_end_all(act, &of, SESSIONS_DEVICE, NULL, &ended));
	TRY(factor_news_add(act, &remembering->news));
	return event_add(act, series->tenant, &remembering->alarm.leaf, NULL);
}

fallible remembering_open_write(struct act *act, struct verifications_ask *ask)
{
	struct remembering *remembering = ask->remembering;
	struct remembered series;
	enum remember_fit fit;
	struct view view = view_act(act);
	struct err err = remembered_get(&view, ask->verification.tenant, remembering->series.id, &series);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL_CODE(STALE, "the series ended meanwhile");
	TRY(err);
	if (act->now.ms >= remembering->end.ms)
		return FAIL_CODE(STALE, "the series may open no more");
	TRY(remember_tokens_fit(act->volume->keys, &series, &remembering->token, act->now, &fit));
	switch (fit) {
	case REMEMBER_CURRENT:
		return turn_and_allow(act, ask, &series, !remembered_is_fresh(&series, act->now));
	case REMEMBER_BEFORE:
		return turn_and_allow(act, ask, &series, false);
	case REMEMBER_STALE:
		break;
	}
	return end_stolen(act, ask, &series);
}

/* ---- begun ---- */

static fallible seal_trusted(const struct scene *scene, struct verifications_ask *ask)
{
	struct remembering *remembering = ask->remembering;
	const struct remembered *series = &remembering->series;
	char device[ID_TEXT + 1], id[ID_TEXT + 1], until[TELL_TIME + 1];
	struct event event = {.action = ACTION_DEVICE_TRUSTED,
		.source = LEAF_SERVER,
		.actor = LEAF_PERSON,
		.has_object_kind = true,
		.object_kind = ID_DEVICE};
	ids_print(ID_DEVICE, series->device, device);
	ids_print(ID_REMEMBERED, series->id, id);
	const struct detail_field fields[] = {{"device_id", span_text(device), DETAIL_TEXT},
		{"remembered", span_text(id), DETAIL_TEXT},
		{"until", tell_time(series->expires, until).value, DETAIL_TEXT}};
	event.ids[LEAF_ID_ACTOR] = series->person;
	event.ids[LEAF_ID_REPORTER] = series->application;
	event.ids[LEAF_ID_DEVICE] = event.ids[LEAF_ID_OBJECT] = series->device;
	event.ids[LEAF_ID_BRANCH] = ask->branch;
	device_put_texts(&ask->device, &event);
	event.texts[LEAF_TEXT_ROLES] = ask->roles;
	event.texts[LEAF_TEXT_TRACE] = scene->trace;
	TRY(detail_print(fields, 3, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &remembering->trusted);
}

fallible remembering_begin_prepare(const struct scene *scene, struct verifications_ask *ask)
{
	struct remembering *remembering = ask->remembering;
	const struct verification *verification = &ask->verification;
	unsigned days;
	if (!remembering)
		return OK;
	remembering->begins = false;
	/* Not before a code was right: until then nobody's login is to take longer than another one's. */
	if (!ask->may_lock || !remembering->wanted || !ask->has_code || verification->is_action ||
		ids_is_none(verification->device))
		return OK;
	const struct remember_rule_ask rule = {scene->server, scene->view, verification->tenant,
		verification->person, &ask->signin, scene->now};
	TRY(remember_rule_days(&rule, scene->arena, &days));
	if (days == 0)
		return OK;
	struct remembered *series = &remembering->series;
	*series = (struct remembered){.tenant = verification->tenant,
		.person = verification->person,
		.application = verification->application,
		.device = verification->device,
		.issued = scene->now,
		.turned = scene->now,
		.expires = {scene->now.ms + days * DAY_MS}};
	random_fill(remembering->token.series, sizeof remembering->token.series);
	random_fill(series->nonce, sizeof series->nonce);
	TRY(remember_tokens_id(
		scene->server->volume.keys, series->tenant, remembering->token.series, &series->id));
	remembering->begins = true;
	return seal_trusted(scene, ask);
}

/* One for each device and application; and when a person has too many, the one that would end first goes. */
static fallible make_room(struct act *act, const struct remembered *series)
{
	struct remembered other, first = {.expires = {INT64_MAX}};
	struct id at = {0};
	struct err err = OK;
	size_t count = 0;
	struct view view = view_act(act);
	while (remembered_next(&view, series->tenant, series->person, &at, &other, &err)) {
		if (ids_equal(other.device, series->device) &&
			ids_equal(other.application, series->application)) {
			TRY(forgetting_one(act, &other, FORGETTING_REPLACED));
			continue;
		}
		count++;
		if (other.expires.ms < first.expires.ms)
			first = other;
	}
	TRY(err);
	return count < REMEMBERED_MAX ? OK : forgetting_one(act, &first, FORGETTING_REPLACED);
}

fallible remembering_begin_write(struct act *act, struct verifications_ask *ask)
{
	struct remembering *remembering = ask->remembering;
	if (!remembering || !remembering->wanted)
		return OK;
	if (!ask->may_lock)
		return FAIL_CODE(STALE, "what a right code begins is not sealed yet");
	if (!remembering->begins)
		return OK;
	const struct remembered *series = &remembering->series;
	const struct expiry expiry = {EXPIRY_REMEMBERED, series->expires, series->tenant, series->id};
	TRY(make_room(act, series));
	TRY(remembered_add(act, series));
	TRY(expiry_put(act, &expiry));
	TRY(remember_tokens_print(act->volume->keys, series, remembering->token.series, remembering->text));
	return event_add(act, series->tenant, &remembering->trusted.leaf, NULL);
}

/* ---- only asked ---- */

static fallible unknown(void)
{
	return FAIL(STRANGER, "no remembered device stands behind this");
}

fallible remembering_check(const struct scene *scene, struct span text, struct remembered *remembered)
{
	struct remember_token token;
	struct remembered found;
	enum remember_fit fit;
	struct instant end;
	bool is_lost;
	const struct caller *caller = scene->caller;
	struct err err = find_series(scene->view, caller->tenant, text, &token, &found);
	if (err.kind == ERR_NOT_FOUND)
		return unknown();
	TRY(err);
	TRY(find_end(scene, &found, NULL, &end));
	TRY(device_record_is_lost(scene->view, caller->tenant, found.device, &is_lost));
	TRY(remember_tokens_fit(scene->server->volume.keys, &found, &token, scene->now, &fit));
	bool is_idle = scene->now.ms - found.turned.ms > REMEMBERING_FRESH_MS;
	bool is_ours = ids_equal(found.application, caller->application);
	if (scene->now.ms >= end.ms || is_lost || is_idle || !is_ours || fit == REMEMBER_STALE)
		return unknown();
	*remembered = found;
	return OK;
}

fallible remembering_is_copied(
	const struct view *view, struct id tenant, struct span text, struct instant now, bool *is_copied)
{
	struct remember_token token;
	struct remembered series;
	enum remember_fit fit;
	*is_copied = false;
	struct err err = find_series(view, tenant, text, &token, &series);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	TRY(remember_tokens_fit(view_keys(view), &series, &token, now, &fit));
	*is_copied = fit == REMEMBER_STALE;
	return OK;
}
