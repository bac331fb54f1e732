/* SPDX-License-Identifier: Apache-2.0 */
/* log_event - the cells of a row. */
#include "cli/log_event.h"

#include "base/text_show.h"
#include "cli/print.h"
#include "cli/when.h"

enum { TEXT_MAX = 64 * 1024, CELL_MAX = 512 * 1024, LIST_MAX = 256 };

static const char BETWEEN[] = " · ";

static const struct table_column COLUMNS[LOG_EVENT_WIDE] = {
	{"TIME", WHEN_TEXT, WHEN_TEXT, true},
	{"", 1, 1, true},
	{"WHO", 10, 18, true},
	{"ACTION", 14, 20, true},
	{"CLIENT", 8, 12, false},
	{"DETAILS", 10, 24, true},
	{"DEVICE", 8, 16, false},
	{"ADDRESS", 8, 15, false},
	{"EVENT", ID_TEXT, ID_TEXT, false},
};

bool log_event_colours(const struct commands_call *call)
{
	const struct commands_environment *environment = call->environment;
	const char *when = call->option[COMMANDS_COLOUR];
	if (when && strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	bool unwanted = environment->no_color && environment->no_color[0];
	bool dumb = !environment->terminal || strcmp(environment->terminal, "dumb") == 0;
	return print_is_terminal() && !unwanted && !dumb;
}

struct table log_event_table(const struct commands_call *call, struct arena *arena)
{
	bool wide = call->option[COMMANDS_WIDE] != NULL;
	return (struct table){
		.columns = COLUMNS,
		.count = wide ? LOG_EVENT_WIDE : LOG_EVENT_COLUMNS,
		.terminal = wide ? 0 : print_columns(),
		.colours = log_event_colours(call),
		.arena = arena,
	};
}

/* ---- cells ---- */

static struct span text_of(struct json_object *object, const char *name)
{
	return json_in_free_text(object, name, JSON_OPTIONAL, TEXT_MAX);
}

/* Something behind what stands there already. */
static void put_part(struct buf *cell, const char *before, struct span text)
{
	if (text.len == 0)
		return;
	buf_put_text(cell, cell->len ? BETWEEN : "");
	buf_put_text(cell, before);
	text_show_put(cell, text);
}

/* The first of some members that stands there; false when none does. */
static bool put_first(struct buf *cell, struct json_object *object, const char *const *names)
{
	for (size_t i = 0; names[i]; i++) {
		struct span text = text_of(object, names[i]);
		if (text.len) {
			text_show_put(cell, text);
			return true;
		}
	}
	return false;
}

static const char *const NAMES[] = {"name", "ref", "person", "application", "id", NULL};

/* Whose names were erased: the id alone is left. */
static bool is_erased(struct json_object *event, const char *part)
{
	struct json_array erased;
	struct span word;
	if (!json_in_array(event, "erased", JSON_OPTIONAL, LIST_MAX, &erased))
		return false;
	while (json_in_next_text(&erased, TEXT_MAX, &word))
		if (span_is(word, part))
			return true;
	return false;
}

static void put_who(struct buf *cell, struct json_object *actor)
{
	static const char *const FLAGS[] = {"system", "operator", "unknown"};
	static const char *const WORDS[] = {"the system", "the operator", "somebody unknown"};
	struct json_array roles;
	struct span role;
	if (!put_first(cell, actor, NAMES)) {
		for (size_t i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++)
			if (json_in_bool(actor, FLAGS[i], JSON_OPTIONAL, false))
				buf_put_text(cell, WORDS[i]);
	}
	if (!json_in_array(actor, "roles", JSON_OPTIONAL, LIST_MAX, &roles))
		return;
	const char *before = " (";
	while (json_in_next_text(&roles, TEXT_MAX, &role)) {
		buf_put_text(cell, before);
		text_show_put(cell, role);
		before = ", ";
	}
	buf_put_text(cell, before[0] == ',' ? ")" : "");
}

static void put_actor(struct buf *cell, struct json_object *event)
{
	struct json_object who;
	bool erased = is_erased(event, "actor");
	buf_put_text(cell, erased ? "[erased · " : "");
	if (json_in_object(event, "actor", JSON_OPTIONAL, &who))
		put_who(cell, &who);
	else
		text_show_put(cell, text_of(event, "actor"));
	buf_put_text(cell, erased ? "]" : "");
	if (!json_in_object(event, "in_place_of", JSON_OPTIONAL, &who))
		return;
	buf_put_text(cell, " for ");
	put_first(cell, &who, NAMES);
}

static void put_client(struct buf *cell, struct json_object *event)
{
	struct json_object client;
	if (!json_in_object(event, "client", JSON_OPTIONAL, &client))
		return;
	bool erased = is_erased(event, "client");
	buf_put_text(cell, erased ? "[erased · " : "");
	put_first(cell, &client, NAMES);
	buf_put_text(cell, erased ? "]" : "");
}

static void put_object(struct buf *cell, struct json_object *event)
{
	static const char *const LABELS[] = {"label", "id", NULL};
	struct json_object object;
	if (!json_in_object(event, "object", JSON_OPTIONAL, &object))
		return;
	buf_put_text(cell, cell->len ? BETWEEN : "");
	text_show_put(cell, text_of(&object, "type"));
	buf_put_u8(cell, ' ');
	put_first(cell, &object, LABELS);
}

static void put_details(struct buf *cell, struct json_object *event)
{
	struct span outcome = text_of(event, "outcome");
	if (outcome.len && !span_is(outcome, "success"))
		put_part(cell, "", outcome);
	put_part(cell, "", text_of(event, "reason"));
	put_object(cell, event);
	put_part(cell, "", json_in_raw(event, "count", JSON_OPTIONAL, TEXT_MAX));
	put_part(cell, "for: ", text_of(event, "purpose"));
	put_part(cell, "task ", text_of(event, "task"));
}

/* A browser on a system, as far as that is known; else what the device calls itself. */
static void put_device(struct buf *cell, struct json_object *device, bool wide)
{
	static const char *const OTHERS[] = {"name", "model", "platform", "user_agent", NULL};
	static const char *const IDS[] = {"ip", "id", NULL};
	struct span browser = text_of(device, "browser"), system = text_of(device, "system");
	put_part(cell, "", browser);
	if (browser.len && system.len)
		buf_put_text(cell, " on ");
	text_show_put(cell, system);
	if (cell->len == 0 && !put_first(cell, device, OTHERS) && !wide)
		put_first(cell, device, IDS);
}

static fallible keep(struct table *table, struct buf *cell, struct span *kept)
{
	TRY(buf_keep(cell, table->arena, kept));
	buf_clear(cell);
	return OK;
}

static fallible make_time(struct table *table, struct json_object *event, struct span *cell)
{
	char text[WHEN_TEXT + 1];
	when_print(json_in_time(event, "time", JSON_OPTIONAL), text);
	return arena_keep(table->arena, span_text(text), cell);
}

static fallible make_device(
	struct table *table, struct json_object *event, struct buf *room, struct span *cells)
{
	struct json_object device;
	bool wide = table->count == LOG_EVENT_WIDE;
	if (!json_in_object(event, "device", JSON_OPTIONAL, &device))
		return OK;
	put_device(room, &device, wide);
	TRY(keep(table, room, &cells[0]));
	if (!wide)
		return OK;
	put_part(room, "", text_of(&device, "ip"));
	return keep(table, room, &cells[1]);
}

static enum table_look look_of(struct json_object *event)
{
	struct span severity = text_of(event, "severity");
	return span_is(severity, "alert")      ? TABLE_ALERT
		: span_is(severity, "warning") ? TABLE_WARNING
					       : TABLE_PLAIN;
}

fallible log_event_add(struct table *table, struct json_object *event)
{
	static const char *const MARKS[] = {
		[TABLE_PLAIN] = "", [TABLE_WARNING] = "*", [TABLE_ALERT] = "!", [TABLE_HEAD] = ""};
	struct span cells[LOG_EVENT_WIDE] = {0};
	scoped(buf) room = BUF(CELL_MAX);
	enum table_look look = look_of(event);
	TRY(make_time(table, event, &cells[0]));
	cells[1] = span_text(MARKS[look]);
	put_actor(&room, event);
	TRY(keep(table, &room, &cells[2]));
	text_show_put(&room, text_of(event, "action"));
	TRY(keep(table, &room, &cells[3]));
	put_client(&room, event);
	TRY(keep(table, &room, &cells[4]));
	put_details(&room, event);
	TRY(keep(table, &room, &cells[5]));
	TRY(make_device(table, event, &room, &cells[6]));
	text_show_put(&room, text_of(event, "id"));
	TRY(keep(table, &room, &cells[8]));
	return table_add(table, cells, look);
}

/* ---- whole events ---- */

fallible log_event_put_json(struct json_object *event, struct buf *out)
{
	struct span whole = json_in_whole(event, LOG_EVENT_JSON_MAX);
	if (!whole.at)
		return FAIL(TOO_LARGE, "an event is larger than any that a server gives");
	text_show_put_json(out, whole);
	buf_put_u8(out, '\n');
	return buf_check(out);
}

enum { LABEL_COLUMNS = 14 };

static void put_label(const char *label, bool colours, struct buf *out)
{
	buf_put_text(out, colours ? "\x1b[1m" : "");
	text_show_put(out, span_text(label));
	buf_put_text(out, colours ? "\x1b[0m" : "");
	size_t columns = text_show_columns(span_text(label));
	do
		buf_put_u8(out, ' ');
	while (++columns < LABEL_COLUMNS);
}

/* Times are shown here and in UTC. */
static bool is_time(const char *name)
{
	return strcmp(name, "time") == 0 || strcmp(name, "received") == 0;
}

static void put_value(struct json_object *event, const char *name, struct buf *out)
{
	char here[WHEN_TEXT + 1];
	if (!json_in_is_text(event, name)) {
		text_show_put_json(out, json_in_raw(event, name, JSON_OPTIONAL, LOG_EVENT_JSON_MAX));
		return;
	}
	if (is_time(name)) {
		when_print(json_in_time(event, name, JSON_OPTIONAL), here);
		buf_printf(out, "%s  (", here);
	}
	text_show_put(out, text_of(event, name));
	buf_put_text(out, is_time(name) ? ")" : "");
}

static void put_field(struct json_object *event, const char *name, bool colours, struct buf *out)
{
	struct json_object inner;
	if (!json_in_has(event, name))
		return;
	put_label(name, colours, out);
	if (strcmp(name, "actor") == 0) {
		put_actor(out, event);
		buf_put_text(out, "  ");
	} else if (strcmp(name, "client") == 0) {
		put_client(out, event);
		buf_put_text(out, "  ");
	}
	if (json_in_is_text(event, name) || !json_in_object(event, name, JSON_OPTIONAL, &inner))
		put_value(event, name, out);
	else
		text_show_put_json(out, json_in_whole(&inner, LOG_EVENT_JSON_MAX));
	buf_put_u8(out, '\n');
}

void log_event_put_all(struct json_object *event, bool colours, struct buf *out)
{
	/* In the order in which people ask. */
	static const char *const FIELDS[] = {"id", "index", "time", "received", "action", "class", "severity",
		"critical", "outcome", "reason", "actor", "in_place_of", "client", "object", "count",
		"purpose", "task", "grant", "changes", "detail", "session", "device", "source", "reporter",
		"trace", "erased", "withheld", "leaf", "chain"};
	const char *name;
	for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++)
		put_field(event, FIELDS[i], colours, out);
	while ((name = json_in_unread(event))) {
		/* It counts as asked for, whatever it holds. */
		json_in_raw(event, name, JSON_OPTIONAL, LOG_EVENT_JSON_MAX);
		put_field(event, name, colours, out);
	}
}
