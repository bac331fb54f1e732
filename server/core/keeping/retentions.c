/* SPDX-License-Identifier: Apache-2.0 */
/* retentions - prepare and write. */
#include "server/core/keeping/retentions.h"

#include "base/json_out.h"
#include "server/core/change_news.h"
#include "server/core/second.h"
#include "store/nouns/event_add.h"

#include <stdio.h>

enum { SEALED_MAX = 4096, DETAIL_MAX = 2048, DAYS_A_YEAR = 365, MONTHS_A_YEAR = 12 };

bool retentions_find_class(struct span word, enum action_retention *class)
{
	for (enum action_retention at = 0; at < ACTION_RETENTION_COUNT; at++)
		if (span_is(word, action_retention_name(at))) {
			*class = at;
			return true;
		}
	return false;
}

static int64_t days_of(unsigned months)
{
	return (int64_t)months * DAYS_A_YEAR / MONTHS_A_YEAR;
}

static fallible print_detail(const struct scene *scene, const struct retention *retention, unsigned from,
	unsigned to, struct span *detail)
{
	scoped(buf) text = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&text);
	json_out_open(&out, NULL);
	json_out_text(&out, "class", action_retention_name(retention->class));
	json_out_number(&out, "from_days", days_of(from));
	json_out_number(&out, "to_days", days_of(to));
	json_out_span(&out, "justification", retention->justification);
	json_out_id(&out, "approver", ID_PERSON, retention->approved_by);
	json_out_close(&out);
	return buf_keep(&text, scene->arena, detail);
}

static fallible seal_change(
	const struct scene *scene, enum action action, unsigned from, unsigned to, struct retentions_set *set)
{
	scoped(buf) record = BUF(SEALED_MAX);
	struct event event = scene_event(scene, action);
	TRY(print_detail(scene, &set->retention, from, to, &event.texts[LEAF_TEXT_DETAIL]));
	TRY(retention_seal(scene->server->volume.keys, &set->retention, &record));
	TRY(buf_keep(&record, scene->arena, &set->sealed));
	return scene_seal(scene, &event, &set->draft);
}

/* ---- who is told ---- */

static fallible tell_owners(const struct scene *scene, struct retentions_set *set)
{
	char time[TELL_TIME + 1], months[8];
	struct span actor;
	const struct id nobody = {0};
	const struct retention *retention = &set->retention;
	const struct letters_desk desk = {scene->server, scene->view, retention->tenant, scene->arena};
	int len = snprintf(months, sizeof months, "%u", (unsigned)retention->months);
	TRY(scene_actor(scene, &actor));
	const struct message_value values[] = {{"label", span_text(action_retention_name(retention->class))},
		{"count", span_of(months, (size_t)len)}, {"actor", actor}, tell_time(scene->now, time)};
	const struct tell_ask ask = {
		.kind = NOTICE_RETENTION_CHANGED, .values = values, .count = 4, .now = scene->now};
	return letters_add_or(&desk, &ask, CAPABILITY_BIT(PRIVACY_APPROVE), nobody, &set->told);
}

/* A second person decides. */
static fallible tell_asked(const struct scene *scene, struct retentions_set *set)
{
	const struct change_news news = {.action = ACTION_POLICY_RETENTION_ASKED,
		.label = span_text(action_retention_name(set->retention.class))};
	return change_news_tell_owners(scene, &news, CAPABILITY_BIT(PRIVACY_APPROVE), &set->told);
}

/* ---- changing ---- */

static void ask(const struct scene *scene, struct retentions_set *set)
{
	set->retention.asked = set->months;
	set->retention.asked_at = scene->now;
	set->retention.asked_by = scene->caller->person;
}

static void bring_into_force(const struct scene *scene, struct retention *retention, uint8_t months)
{
	retention->months = months;
	retention->since = scene->now;
	retention->asked = 0;
}

fallible retentions_set_prepare(const struct scene *scene, struct retentions_set *set)
{
	struct retention *retention = &set->retention;
	TRY(second_check_person(scene->caller));
	TRY(retention_get(scene->view, scene->caller->tenant, set->class, scene->arena, retention));
	unsigned from = retention->months;
	set->told.count = 0;
	set->waits = set->months > RETENTION_FREE;
	retention->justification = set->justification;
	if (set->waits) {
		ask(scene, set);
		TRY(tell_asked(scene, set));
	} else {
		bring_into_force(scene, retention, set->months);
		retention->set_by = scene->caller->person;
		retention->approved_by = (struct id){0};
		TRY(tell_owners(scene, set));
	}
	return seal_change(scene, set->waits ? ACTION_POLICY_RETENTION_ASKED : ACTION_RETENTION_CHANGED, from,
		set->months, set);
}

fallible retentions_decide_prepare(const struct scene *scene, bool approve, struct retentions_set *set)
{
	struct retention *retention = &set->retention;
	TRY(second_check_person(scene->caller));
	TRY(retention_get(scene->view, scene->caller->tenant, set->class, scene->arena, retention));
	if (retention->asked == 0)
		return FAIL(CONFLICT, "no retention waits for a decision");
	TRY(second_check_other(scene, &retention->asked_by, 1));
	unsigned from = retention->months, to = retention->asked;
	set->told.count = 0;
	if (approve) {
		retention->set_by = retention->asked_by;
		retention->approved_by = scene->caller->person;
		bring_into_force(scene, retention, (uint8_t)to);
		TRY(tell_owners(scene, set));
	}
	retention->asked = 0;
	TRY(seal_change(scene, approve ? ACTION_RETENTION_CHANGED : ACTION_POLICY_RETENTION_ASKED, from,
		approve ? to : from, set));
	if (!approve)
		set->draft.leaf.outcome = LEAF_DENIED;
	return OK;
}

fallible retentions_set_write(struct act *act, struct retentions_set *set)
{
	struct retention stands;
	struct view view = view_act(act);
	const struct retention *retention = &set->retention;
	TRY(retention_get(&view, retention->tenant, retention->class, act->arena, &stands));
	if (stands.version != retention->version)
		return FAIL_CODE(STALE, "the retention changed meanwhile");
	TRY(retention_put(act, retention, set->sealed));
	TRY(letters_write(act, &set->told));
	return event_add(act, retention->tenant, &set->draft.leaf, NULL);
}
