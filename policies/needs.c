/* SPDX-License-Identifier: Apache-2.0 */
/* needs - from the words of a row to places and forms. */
#include "policies/needs.h"

/* Fields that every event has itself. */
static const struct {
	const char *name;
	enum needs_place place;
} OWN[] = {
	{"object", NEEDS_OBJECT},
	{"count", NEEDS_COUNT},
	{"reason", NEEDS_REASON},
	{"purpose", NEEDS_PURPOSE},
	{"changes", NEEDS_CHANGES},
};

enum { OWN_COUNT = sizeof OWN / sizeof OWN[0] };

/* Fields of detail that one of the event's own says as well. */
static const struct {
	const char *name;
	enum needs_instead instead;
} INSTEAD[] = {
	{"client_id", NEEDS_CLIENT_INSTEAD},
	{"task_ref", NEEDS_TASK_INSTEAD},
	{"session_hash", NEEDS_SESSION_INSTEAD},
	{"rows", NEEDS_COUNT_INSTEAD},
	{"grant_id", NEEDS_GRANT_INSTEAD},
	{"ua", NEEDS_DEVICE_INSTEAD},
	{"platform", NEEDS_DEVICE_INSTEAD},
};

enum { INSTEAD_COUNT = sizeof INSTEAD / sizeof INSTEAD[0] };

/* What can only be counted or measured. */
static const char *const NUMBERS[] = {"rows", "bytes", "seconds", "days", "from_days", "to_days"};

enum { NUMBER_COUNT = sizeof NUMBERS / sizeof NUMBERS[0] };

static enum needs_place place_of(const struct action_field *field)
{
	for (size_t i = 0; i < OWN_COUNT; i++)
		/* "reasons[]" is no "reason", and "changes" is always a list. */
		if (span_is(field->name, OWN[i].name))
			return OWN[i].place;
	return NEEDS_DETAIL;
}

static bool ends_in_id(struct span name)
{
	return name.len > 3 && span_is(span_from(name, name.len - 3), "_id");
}

static enum needs_instead instead_of(struct span name, bool first)
{
	for (size_t i = 0; i < INSTEAD_COUNT; i++)
		if (span_is(name, INSTEAD[i].name))
			return INSTEAD[i].instead;
	return first && ends_in_id(name) ? NEEDS_OBJECT_INSTEAD : NEEDS_NOTHING;
}

static enum needs_form form_of(const struct action_field *field)
{
	if (field->list)
		return NEEDS_LIST;
	if (field->boolean)
		return NEEDS_BOOL;
	if (field->choices.len)
		return NEEDS_WORD;
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		if (span_is(field->name, NUMBERS[i]))
			return NEEDS_NUMBER;
	return field->number ? NEEDS_NUMBER : NEEDS_ANYTHING;
}

bool needs_next(struct span required, struct span *rest, struct need *need)
{
	struct action_field field;
	bool first = rest->at == required.at;
	if (!action_next_field(rest, &field))
		return false;
	*need = (struct need){.name = field.name,
		.choices = field.choices,
		.place = place_of(&field),
		.form = form_of(&field),
		.optional = field.optional};
	if (need->place == NEEDS_DETAIL)
		need->instead = instead_of(field.name, first);
	return true;
}

bool needs_has_word(struct span choices, struct span word)
{
	struct span choice;
	while (span_cut(&choices, '|', &choice))
		if (span_equal(choice, word))
			return true;
	return false;
}

bool needs_is_field(struct span text)
{
	struct span rest = text;
	struct action_field field;
	if (!action_next_field(&rest, &field) || rest.len || field.optional || field.choices.len)
		return false;
	for (size_t i = 0; i < field.name.len; i++) {
		uint8_t c = field.name.at[i];
		if (!(c >= 'a' && c <= 'z') && (i == 0 || (!(c >= '0' && c <= '9') && c != '_')))
			return false;
	}
	/* "a()" reads as "a": what the grammar has no word for is refused. */
	size_t whole =
		field.name.len + (field.list ? 2 : 0) + (field.boolean ? 6 : 0) + (field.number ? 8 : 0);
	return field.name.len > 0 && field.name.len <= NEEDS_NAME_MAX && text.len == whole;
}
