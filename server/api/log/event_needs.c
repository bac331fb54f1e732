/* SPDX-License-Identifier: Apache-2.0 */
/* event_needs - what policies/needs says, looked up in the event. */
#include "server/api/log/event_needs.h"

#include "policies/needs.h"

/* The names of the event's own fields, by place and by what may stand instead. */
static const char *const OWN[] = {
	[NEEDS_OBJECT] = "object",
	[NEEDS_COUNT] = "count",
	[NEEDS_REASON] = "reason",
	[NEEDS_PURPOSE] = "purpose",
	[NEEDS_CHANGES] = "changes",
};

static const char *const INSTEAD[] = {
	[NEEDS_CLIENT_INSTEAD] = "client",
	[NEEDS_TASK_INSTEAD] = "task",
	[NEEDS_SESSION_INSTEAD] = "session",
	[NEEDS_COUNT_INSTEAD] = "count",
	[NEEDS_GRANT_INSTEAD] = "grant",
	[NEEDS_DEVICE_INSTEAD] = "device",
	[NEEDS_OBJECT_INSTEAD] = "object",
};

/* What is wrong with a value that stands there, or NULL. */
static const char *fault_of(const struct need *need, enum json_kind kind, struct span text)
{
	switch (need->form) {
	case NEEDS_ANYTHING:
		return NULL;
	case NEEDS_BOOL:
		return kind == JSON_KIND_BOOL ? NULL : "wrong_type";
	case NEEDS_NUMBER:
		return kind == JSON_KIND_NUMBER ? NULL : "wrong_type";
	case NEEDS_LIST:
		return kind == JSON_KIND_LIST ? NULL : "wrong_type";
	case NEEDS_WORD:
		if (kind != JSON_KIND_TEXT)
			return "wrong_type";
		return needs_has_word(need->choices, text) ? NULL : "not_allowed";
	}
	return NULL;
}

/* One member. False when it is not there at all; what is wrong with it is noted. */
static bool is_there(const struct json_object *object, struct span name, const struct need *need)
{
	struct span text;
	enum json_kind kind = json_in_peek(object, name, &text);
	const char *fault = kind == JSON_KIND_NONE ? NULL : fault_of(need, kind, text);
	if (fault)
		json_in_note_span(object, name, fault);
	return kind != JSON_KIND_NONE;
}

static bool stands_instead(const struct json_object *top, const struct need *need)
{
	struct span text;
	return need->instead != NEEDS_NOTHING &&
		json_in_peek(top, span_text(INSTEAD[need->instead]), &text) != JSON_KIND_NONE;
}

/* "a|b": either will do. The first one is noted when neither is there. */
static void check_detail(
	const struct json_object *top, const struct json_object *detail, const struct need *need)
{
	struct span names = need->name, name, first = SPAN_NONE;
	while (span_cut(&names, '|', &name)) {
		first = first.len ? first : name;
		if (is_there(detail, name, need))
			return;
	}
	if (!need->optional && !stands_instead(top, need))
		json_in_note_span(detail, first, "missing");
}

/* Blanks say nothing of why. */
static bool is_blank(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] != ' ' && text.at[i] != '\t' && text.at[i] != '\n')
			return false;
	return true;
}

/* The form of these is read where every event's are; here only the words of a closed list are compared. */
static void check_own(const struct json_object *top, const struct need *need)
{
	struct span text, name = span_text(OWN[need->place]);
	enum json_kind kind = json_in_peek(top, name, &text);
	bool is_empty = kind == JSON_KIND_NONE || (kind == JSON_KIND_TEXT && is_blank(text));
	if (is_empty && !need->optional)
		json_in_note_span(top, name, "missing");
	if (kind == JSON_KIND_TEXT && need->form == NEEDS_WORD && !needs_has_word(need->choices, text))
		json_in_note_span(top, name, "not_allowed");
}

void event_needs_check(
	const struct json_object *top, const struct json_object *detail, const struct action_row *action)
{
	struct span required = span_text(action->required), rest = required;
	struct need need;
	while (needs_next(required, &rest, &need)) {
		if (need.place == NEEDS_DETAIL)
			check_detail(top, detail, &need);
		else
			check_own(top, &need);
	}
}
