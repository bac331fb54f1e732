/* SPDX-License-Identifier: Apache-2.0 */
/* tenant_actions - compare a declaration with what it was, and say what changed. */
#include "server/core/log/tenant_actions.h"

#include "server/core/detail.h"
#include "store/nouns/event_add.h"

static fallible find_before(const struct scene *scene, struct tenant_actions_set *set)
{
	set->action.tenant = scene->caller->tenant;
	set->before = (struct declared){.retired = true};
	struct err err = declared_get(
		scene->view, scene->caller->tenant, set->action.name, scene->arena, &set->before);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

/* A name that was there has its number; a new one gets the next. */
static fallible give_number(const struct view *view, struct tenant_actions_set *set)
{
	struct declared_count count;
	set->action.as.number = set->before.as.number;
	if (!set->before.retired)
		return OK;
	TRY(declared_count(view, set->action.tenant, &count));
	if (count.standing >= DECLARED_MAX)
		return FAIL(CONFLICT, "a tenant has at most 256 actions of its own");
	if (set->before.version)
		return OK;
	if (count.all >= ACTION_DECLARED_NAMES)
		return FAIL(
			CONFLICT, "the tenant has used up its numbers for actions, retired ones included");
	set->action.as.number = (unsigned)count.all;
	return OK;
}

static struct span flag_text(bool flag)
{
	return flag ? SPAN_LIT("true") : SPAN_LIT("false");
}

static struct span also_text(enum action_also also)
{
	static const char *const WORDS[] = {"", "edit", "delete"};
	return span_text(WORDS[also]);
}

static void note_changes(const struct tenant_actions_set *set, struct detail_changes *changes)
{
	const struct declared *before = &set->before, *after = &set->action;
	bool there = before->version > 0;
	detail_note(changes, "state",
		!there                    ? SPAN_NONE
			: before->retired ? SPAN_LIT("retired")
					  : SPAN_LIT("active"),
		after->retired ? SPAN_LIT("retired") : SPAN_LIT("active"));
	detail_note(changes, "class", there ? span_text(action_class_name(before->as.class)) : SPAN_NONE,
		span_text(action_class_name(after->as.class)));
	detail_note(
		changes, "also", there ? also_text(before->as.also) : SPAN_NONE, also_text(after->as.also));
	detail_note(changes, "severity",
		there ? span_text(action_severity_name(before->severity)) : SPAN_NONE,
		span_text(action_severity_name(after->severity)));
	detail_note(changes, "critical", there ? flag_text(before->critical) : SPAN_NONE,
		flag_text(after->critical));
	detail_note(changes, "required", before->required, after->required);
	for (size_t i = 0; i < LANGUAGE_COUNT; i++)
		detail_note(changes, "label", before->labels[i], after->labels[i]);
}

static fallible seal_event(const struct scene *scene, struct tenant_actions_set *set)
{
	struct detail_changes changes = {0};
	struct event event = scene_event(scene, ACTION_POLICY_CHANGED);
	char approver[ID_TEXT + 1];
	bool person = !ids_is_none(scene->caller->person);
	ids_print(person ? ID_PERSON : ID_APPLICATION,
		person ? scene->caller->person : scene->caller->application, approver);
	event.texts[LEAF_TEXT_OBJECT_TYPE] = SPAN_LIT("action");
	event.texts[LEAF_TEXT_OBJECT] = set->action.name;
	note_changes(set, &changes);
	TRY(detail_print_changes(&changes, scene->arena, &event.texts[LEAF_TEXT_CHANGES]));
	const struct detail_field fields[] = {
		{"policy", SPAN_LIT("actions"), DETAIL_TEXT}, {"approver", span_text(approver), DETAIL_TEXT}};
	TRY(detail_print(fields, 2, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &set->changed);
}

static uint64_t cell_of(const struct action_declared *as)
{
	return UINT64_C(1) << ((unsigned)as->class * ACTION_ALSO_COUNT + (unsigned)as->also);
}

fallible tenant_actions_set_prepare(const struct scene *scene, struct tenant_actions_set *set)
{
	if (!declared_is_name(set->action.name))
		return FAIL(INVALID, "a name is app. and a-z, 0-9, _, - and single dots, at most 64 of them");
	TRY(find_before(scene, set));
	TRY(give_number(scene->view, set));
	set->action.retired = false;
	set->action.cells = set->before.cells | cell_of(&set->action.as);
	return seal_event(scene, set);
}

fallible tenant_actions_retire_prepare(const struct scene *scene, struct tenant_actions_set *set)
{
	struct span name = set->action.name;
	TRY(find_before(scene, set));
	if (set->before.retired)
		return FAIL(NOT_FOUND, "the tenant has no such action");
	set->action = set->before;
	set->action.name = name;
	set->action.retired = true;
	return seal_event(scene, set);
}

/* Nothing that prepare counted on has changed: the name's row, and of a new name the next number. */
static fallible check_still(struct act *act, const struct tenant_actions_set *set)
{
	struct view view = view_act(act);
	struct tenant_actions_set now = *set;
	struct declared row = {.retired = true};
	struct err err = declared_get(&view, set->action.tenant, set->action.name, act->arena, &row);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	if (row.version != set->before.version)
		return FAIL_CODE(STALE, "the action changed meanwhile");
	if (set->action.retired)
		return OK;
	TRY(give_number(&view, &now));
	return now.action.as.number == set->action.as.number
		? OK
		: FAIL_CODE(STALE, "another action was declared meanwhile");
}

fallible tenant_actions_write(struct act *act, struct tenant_actions_set *set)
{
	TRY(check_still(act, set));
	TRY(declared_put(act, &set->action));
	return event_add(act, set->action.tenant, &set->changed.leaf, NULL);
}

fallible tenant_actions_find(const struct view *view, struct id tenant, struct span name, struct arena *arena,
	const struct action_row **row)
{
	struct declared declared;
	*row = NULL;
	if (!declared_is_name(name)) {
		*row = action_by_name(name);
		return OK;
	}
	struct err err = declared_get_clear(view, tenant, name, arena, &declared);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return declared.retired ? OK : declared_row(&declared, arena, row);
}
