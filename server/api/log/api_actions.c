/* SPDX-License-Identifier: Apache-2.0 */
/* api_actions - /v1/actions: all that the log can say to this tenant, and what it declares itself. */
#include "policies/needs.h"
#include "policies/sentences.h"
#include "server/api/ask.h"
#include "server/core/log/tenant_actions.h"
#include "server/core/people/tenant_roles.h"
#include "store/nouns/tenant.h"

static const char *const ALSO[] = {"nothing", "edit", "delete", NULL};

/* ---- one action, as it is shown ---- */

struct shown {
	const struct action_row *row;
	const struct declared *declared; /* NULL: a row of actions.def */
};

/* Each field as it was written: with what tells its form. */
static void put_required(struct json_out *out, struct span required)
{
	struct span rest = required, left = required;
	struct action_field field;
	json_out_open_array(out, "required");
	while (action_next_field(&rest, &field)) {
		size_t comma = rest.len ? 1 : 0;
		json_out_span(out, NULL, span_first(left, left.len - rest.len - comma));
		left = rest;
	}
	json_out_close_array(out);
}

static void put_labels(struct json_out *out, const struct declared *declared)
{
	json_out_open(out, "label");
	for (size_t i = 0; i < LANGUAGE_COUNT; i++)
		if (declared->labels[i].len)
			json_out_span(out, languages_code((enum language)i), declared->labels[i]);
	json_out_close(out);
}

/* A declared action says in the reader's language, else in English, else in its name what it is. */
static struct span sentence_of(const struct shown *shown, enum language language)
{
	const struct declared *declared = shown->declared;
	if (!declared)
		return span_text(sentences_text(shown->row->action, language));
	if (declared->labels[language].len)
		return declared->labels[language];
	return declared->labels[LANGUAGE_EN].len ? declared->labels[LANGUAGE_EN] : declared->name;
}

static void put_members(struct json_out *out, const struct shown *shown, enum language language)
{
	const struct action_row *row = shown->row;
	json_out_text(out, "name", row->name);
	json_out_number(out, "code", row->code);
	json_out_text(out, "class", action_class_name(row->class));
	json_out_text(out, "also", row->also_edit ? "edit" : row->also_delete ? "delete" : "nothing");
	json_out_text(out, "severity", action_severity_name(row->severity));
	json_out_bool(out, "critical", row->critical);
	put_required(out, span_text(row->required));
	json_out_bool(out, "reserved", row->reserved);
	json_out_bool(out, "declared", shown->declared != NULL);
	json_out_text(out, "state", shown->declared && shown->declared->retired ? "retired" : "active");
	json_out_span(out, "sentence", sentence_of(shown, language));
	if (shown->declared)
		put_labels(out, shown->declared);
}

/* ---- GET /v1/actions: first the rows of actions.def, then the tenant's own by their names ---- */

struct actions_page {
	struct page_ask page;
	struct span after; /* the name of the last one */
	struct shown *items;
	size_t count;
	bool more;
	enum language language;
};

static bool is_full(struct actions_page *list)
{
	list->more = list->count == list->page.limit;
	return list->more;
}

static void add(struct actions_page *list, const struct shown *shown)
{
	list->items[list->count++] = *shown;
	list->after = span_text(shown->row->name);
}

static void fill_fixed(struct actions_page *list)
{
	const struct action_row *last = action_by_name(list->page.position);
	unsigned at = last ? (unsigned)last->action + 1 : 1;
	if (list->page.resumes && !last)
		return;
	for (; at < ACTION_COUNT && !is_full(list); at++)
		add(list, &(struct shown){.row = action_row((enum action)at)});
}

static fallible fill_declared(const struct scene *scene, struct actions_page *list)
{
	struct err err = OK;
	struct span at = declared_is_name(list->page.position) ? list->page.position : SPAN_NONE;
	struct declared *next = arena_alloc(scene->arena, sizeof *next);
	while (next && !list->more &&
		declared_next(scene->view, scene->caller->tenant, &at, scene->arena, next, &err)) {
		struct shown shown = {.declared = next};
		if (is_full(list))
			return OK;
		TRY(declared_row(next, scene->arena, &shown.row));
		add(list, &shown);
		next = arena_alloc(scene->arena, sizeof *next);
	}
	return next ? err : FAIL(NO_MEMORY, "a call has no memory for a list of actions");
}

static fallible find_language(struct call *call, const struct view *view, enum language *language)
{
	struct span code;
	struct tenant tenant;
	TRY(call_query(call, "language", &code));
	if (code.len == 0) {
		TRY(tenant_get(view, call->caller.tenant, call->arena, &tenant));
		*language = tenant.language;
		return OK;
	}
	return languages_find(code, language)
		? OK
		: call_refuse(call, "language", "not_allowed", "no text is written in this language");
}

static fallible prepare_list(struct call *call)
{
	struct actions_page *list;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &list));
	TRY(call_page(call, SPAN_NONE, &list->page));
	list->items = call_alloc(call, list->page.limit * sizeof *list->items);
	if (!list->items)
		return FAIL(NO_MEMORY, "a call has no memory for a list of actions");
	TRY(stage_open(call, &stage));
	TRY(tenant_roles_check_reader(&stage.scene));
	TRY(find_language(call, &stage.view, &list->language));
	fill_fixed(list);
	return list->more ? OK : fill_declared(&stage.scene, list);
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	const struct actions_page *list = call->ask;
	json_out_open_array(out, "items");
	for (size_t i = 0; i < list->count; i++) {
		json_out_open(out, NULL);
		put_members(out, &list->items[i], list->language);
		json_out_close(out);
	}
	json_out_close_array(out);
	return call_put_cursor(call, out, SPAN_NONE, list->more ? list->after : SPAN_NONE);
}

const struct handler api_actions_list = {prepare_list, NULL, answer_list};

/* ---- PUT /v1/actions/{action} ---- */

/* Where the classes are known that select across the others: those are said by `also`. */
static void read_class(struct json_object *top, struct declared *action)
{
	struct span word = json_in_text(top, "class", JSON_NEEDED, 32);
	bool known = action_class_find(word, &action->as.class);
	if (word.len &&
		(!known || action->as.class == ACTION_CLASS_EDIT || action->as.class == ACTION_CLASS_DELETE))
		json_in_note(top, "class", "not_allowed");
	int also = json_in_word(top, "also", JSON_OPTIONAL, ALSO);
	action->as.also = also < 0 ? ACTION_ALSO_NOTHING : (enum action_also)also;
}

static fallible read_required(struct call *call, struct json_object *top, struct span *required)
{
	struct json_array array;
	struct span text;
	scoped(buf) joined = BUF(DECLARED_REQUIRED_MAX);
	if (!json_in_array(top, "required", JSON_OPTIONAL, NEEDS_MAX, &array))
		return OK;
	while (json_in_next_text(&array, NEEDS_NAME_MAX + 8, &text)) {
		if (!needs_is_field(text))
			json_in_note(top, "required", "malformed");
		buf_put_text(&joined, joined.len ? "," : "");
		buf_put(&joined, text);
	}
	return buf_keep(&joined, call->arena, required);
}

static void read_labels(struct call *call, struct json_object *top, struct declared *action)
{
	struct json_object labels;
	if (!json_in_object(top, "label", JSON_OPTIONAL, &labels))
		return;
	for (size_t i = 0; i < LANGUAGE_COUNT; i++)
		action->labels[i] = ask_line(
			call, &labels, languages_code((enum language)i), JSON_OPTIONAL, DECLARED_LABEL_MAX);
	json_in_end(&labels);
}

static fallible read_set(struct call *call, struct declared *action)
{
	struct json_object top;
	TRY(call_body(call, &top));
	read_class(&top, action);
	struct span severity = json_in_text(&top, "severity", JSON_NEEDED, 16);
	if (severity.len && !action_severity_find(severity, &action->severity))
		json_in_note(&top, "severity", "not_allowed");
	action->critical = json_in_bool(&top, "critical", JSON_OPTIONAL, false);
	TRY(read_required(call, &top, &action->required));
	read_labels(call, &top, action);
	json_in_end(&top);
	action->name = call->parts[0];
	return call_check(call);
}

static fallible prepare_set(struct call *call)
{
	struct tenant_actions_set *set;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &set));
	TRY(read_set(call, &set->action));
	TRY(stage_open(call, &stage));
	TRY(tenant_actions_set_prepare(&stage.scene, set));
	call->status = set->before.version ? 200 : 201;
	return OK;
}

static fallible write_set(struct act *act, struct call *call)
{
	return tenant_actions_write(act, call->ask);
}

static fallible answer_set(struct call *call, struct json_out *out)
{
	const struct tenant_actions_set *set = call->ask;
	struct shown shown = {.declared = &set->action};
	TRY(declared_row(&set->action, call->arena, &shown.row));
	put_members(out, &shown, LANGUAGE_EN);
	return OK;
}

const struct handler api_actions_set = {prepare_set, write_set, answer_set};

/* ---- DELETE /v1/actions/{action} ---- */

static fallible prepare_retire(struct call *call)
{
	struct tenant_actions_set *set;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &set));
	set->action.name = call->parts[0];
	TRY(stage_open(call, &stage));
	return tenant_actions_retire_prepare(&stage.scene, set);
}

const struct handler api_actions_retire = {prepare_retire, write_set, answer_set};
