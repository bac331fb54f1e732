/* SPDX-License-Identifier: Apache-2.0 */
/* vault_ruling - the rules, and the event that says what changed in them. */
#include "server/core/grants/vault_ruling.h"

#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "store/nouns/event_add.h"

enum { FIELD_MAX = 2048 };

static void print_mandate(const struct vault_rules *rules, struct buf *text)
{
	buf_put_text(text, rules->mandate_required ? "true" : "false");
}

static void print_nda(const struct vault_rules *rules, struct buf *text)
{
	buf_put_text(text, rules->nda_required ? "true" : "false");
}

static void print_nda_version(const struct vault_rules *rules, struct buf *text)
{
	if (rules->nda_version)
		buf_printf(text, "%u", (unsigned)rules->nda_version);
}

static void print_days(const struct vault_rules *rules, struct buf *text)
{
	buf_printf(text, "%u", (unsigned)rules->grant_days);
}

static void print_purposes(const struct vault_rules *rules, struct buf *text)
{
	for (size_t i = 0; i < rules->purpose_count; i++) {
		buf_put_text(text, i ? ", " : "");
		buf_put(text, rules->purposes_denied[i]);
	}
}

static const struct {
	const char *name;
	void (*print)(const struct vault_rules *rules, struct buf *text);
} FIELDS[] = {
	{"mandate_required", print_mandate},
	{"nda_required", print_nda},
	{"nda_version", print_nda_version},
	{"grant_days", print_days},
	{"purposes_denied", print_purposes},
};

enum { FIELD_COUNT = sizeof FIELDS / sizeof FIELDS[0] };

_Static_assert((int)FIELD_COUNT <= (int)DETAIL_CHANGES_MAX, "every field may change at once");

static fallible print_field(
	const struct scene *scene, size_t field, const struct vault_rules *rules, struct span *text)
{
	scoped(buf) out = BUF(FIELD_MAX);
	FIELDS[field].print(rules, &out);
	TRY(buf_check(&out));
	return scene_copy(scene, buf_span(&out), text);
}

static fallible note_changes(const struct scene *scene, const struct vault_ruling *ruling, struct span *text)
{
	struct detail_changes changes = {0};
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct span before, after;
		TRY(print_field(scene, field, &ruling->before.rules, &before));
		TRY(print_field(scene, field, &ruling->row.rules, &after));
		detail_note(&changes, FIELDS[field].name, before, after);
	}
	return detail_print_changes(&changes, scene->arena, text);
}

static fallible seal_event(const struct scene *scene, struct vault_ruling *ruling)
{
	char approver[ID_TEXT + 1];
	const struct caller *caller = scene->caller;
	bool person = !ids_is_none(caller->person);
	struct event event = scene_event(scene, ACTION_POLICY_CHANGED);
	ids_print(
		person ? ID_PERSON : ID_APPLICATION, person ? caller->person : caller->application, approver);
	event.texts[LEAF_TEXT_OBJECT_TYPE] = SPAN_LIT("policy");
	event.texts[LEAF_TEXT_OBJECT] = SPAN_LIT("vault");
	TRY(note_changes(scene, ruling, &event.texts[LEAF_TEXT_CHANGES]));
	const struct detail_field fields[] = {
		{"policy", SPAN_LIT("vault"), DETAIL_TEXT}, {"approver", span_text(approver), DETAIL_TEXT}};
	TRY(detail_print(fields, 2, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &ruling->changed);
}

fallible vault_ruling_prepare(const struct scene *scene, struct vault_ruling *ruling)
{
	const struct caller *caller = scene->caller;
	if (!ids_is_none(caller->person) && !caller->proven)
		return FAIL_CODE(PERSON_UNPROVEN, "who changes what grants need has to prove who they are");
	ruling->row.tenant = caller->tenant;
	TRY(vault_rules_row_get(scene->view, caller->tenant, scene->arena, &ruling->before));
	ruling->told.count = 0;
	TRY(change_news_tell_rule(scene, SPAN_LIT("vault"), &ruling->told));
	return seal_event(scene, ruling);
}

fallible vault_ruling_write(struct act *act, struct vault_ruling *ruling)
{
	TRY(vault_rules_row_still(act, &ruling->before));
	TRY(vault_rules_row_put(act, &ruling->row));
	TRY(letters_write(act, &ruling->told));
	return event_add(act, ruling->row.tenant, &ruling->changed.leaf, NULL);
}
