/* SPDX-License-Identifier: Apache-2.0 */
/* assignments - the rule, and the event that it changed. */
#include "server/core/people/assignments.h"

#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "store/nouns/event_add.h"

static fallible seal_event(const struct scene *scene, struct assignments_set *set)
{
	char approver[ID_TEXT + 1];
	const struct caller *caller = scene->caller;
	bool person = !ids_is_none(caller->person);
	struct detail_changes changes = {.count = 0};
	struct event event = scene_event(scene, ACTION_POLICY_CHANGED);
	ids_print(
		person ? ID_PERSON : ID_APPLICATION, person ? caller->person : caller->application, approver);
	detail_note(&changes, "model", span_text(handover_rules_model(set->before.model)),
		span_text(handover_rules_model(set->assignment.model)));
	event.texts[LEAF_TEXT_OBJECT_TYPE] = SPAN_LIT("policy");
	event.texts[LEAF_TEXT_OBJECT] = SPAN_LIT("assignment");
	TRY(detail_print_changes(&changes, scene->arena, &event.texts[LEAF_TEXT_CHANGES]));
	const struct detail_field fields[] = {{"policy", SPAN_LIT("assignment"), DETAIL_TEXT},
		{"approver", span_text(approver), DETAIL_TEXT}};
	TRY(detail_print(fields, 2, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &set->changed);
}

fallible assignments_set_prepare(const struct scene *scene, struct assignments_set *set)
{
	const struct caller *caller = scene->caller;
	if (!ids_is_none(caller->person) && !caller->proven)
		return FAIL_CODE(
			PERSON_UNPROVEN, "who changes how clients are assigned has to prove who they are");
	set->assignment.tenant = caller->tenant;
	set->assignment.is_set = true;
	TRY(handover_assignment_get(scene->view, caller->tenant, &set->before));
	set->told.count = 0;
	TRY(change_news_tell_rule(scene, SPAN_LIT("assignment"), &set->told));
	return seal_event(scene, set);
}

fallible assignments_set_write(struct act *act, struct assignments_set *set)
{
	struct handover_assignment now;
	struct view view = view_act(act);
	TRY(handover_assignment_get(&view, set->assignment.tenant, &now));
	if (now.version != set->before.version)
		return FAIL_CODE(STALE, "how clients are assigned was changed meanwhile");
	TRY(handover_assignment_put(act, &set->assignment));
	TRY(letters_write(act, &set->told));
	return event_add(act, set->assignment.tenant, &set->changed.leaf, NULL);
}
