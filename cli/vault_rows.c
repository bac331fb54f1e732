/* SPDX-License-Identifier: Apache-2.0 */
/* vault_rows - items to cells, nothing of them obeyed by a terminal. */
#include "cli/vault_rows.h"

#include "base/json_in.h"
#include "base/text.h"
#include "base/text_show.h"
#include "cli/log_query.h"
#include "cli/print.h"

#include <stdio.h>

enum {
	ANSWER_MAX = 16 * 1024 * 1024,
	ARENA_BYTES = 64 * 1024 * 1024,
	PAGE_MAX = 500,
	LIMIT_USUAL = 50,
	CURSOR_MAX = 4096,
	NAME_BYTES = 64,
	VALUE_MAX = 4096,
	WORDS_MAX = 64,
};

/* ---- values ---- */

static void put_words(struct json_object *object, const char *name, struct buf *out)
{
	struct json_array array;
	struct span word;
	const char *between = "";
	if (!json_in_array(object, name, JSON_OPTIONAL, WORDS_MAX, &array))
		return;
	while (json_in_next_text(&array, VALUE_MAX, &word)) {
		buf_put_text(out, between);
		text_show_put(out, word);
		between = ",";
	}
}

static void put_member(struct json_object *object, const char *name, struct buf *out)
{
	struct span text;
	switch (json_in_peek(object, span_text(name), &text)) {
	case JSON_KIND_TEXT:
		text_show_put(out, text);
		return;
	case JSON_KIND_LIST:
		put_words(object, name, out);
		return;
	case JSON_KIND_NUMBER:
	case JSON_KIND_BOOL:
		text_show_put(out, json_in_raw(object, name, JSON_OPTIONAL, VALUE_MAX));
		return;
	case JSON_KIND_OBJECT:
	case JSON_KIND_NONE:
		return;
	}
}

/* Of "label.title" the title in the label. */
static void put_value(struct json_object *item, const char *member, struct buf *out)
{
	struct json_object inner;
	char outer[NAME_BYTES];
	const char *dot = strchr(member, '.');
	if (!dot) {
		put_member(item, member, out);
		return;
	}
	snprintf(outer, sizeof outer, "%.*s", (int)(dot - member), member);
	if (json_in_object(item, outer, JSON_OPTIONAL, &inner))
		put_member(&inner, dot + 1, out);
}

static fallible keep_value(
	struct json_object *item, const char *member, struct arena *arena, struct span *value)
{
	scoped(buf) shown = BUF(ANSWER_MAX);
	put_value(item, member, &shown);
	return buf_keep(&shown, arena, value);
}

static fallible put_json(struct json_object *item, struct buf *lines)
{
	text_show_put_json(lines, json_in_whole(item, ANSWER_MAX));
	buf_put_text(lines, "\n");
	return buf_check(lines);
}

/* ---- lists ---- */

struct list {
	struct commands_call *call;
	const struct vault_rows *rows;
	struct session session;
	struct table_column titles[TABLE_COLUMNS_MAX];
	struct table table;
	struct buf cursor; /* of the next page; empty = there is none */
	uint64_t left;
};

static void list_done(struct list *list)
{
	buf_done(&list->cursor);
	session_done(&list->session);
}

static fallible add_row(struct list *list, struct json_object *item)
{
	struct span cells[TABLE_COLUMNS_MAX];
	for (size_t i = 0; i < list->rows->count; i++)
		TRY(keep_value(item, list->rows->columns[i].member, list->table.arena, &cells[i]));
	return table_add(&list->table, cells, TABLE_PLAIN);
}

static fallible read_items(struct list *list, struct json_object *top, struct buf *lines)
{
	struct json_array items;
	struct json_object item;
	if (!json_in_array(top, "items", JSON_NEEDED, PAGE_MAX, &items))
		return FAIL(REMOTE, "the server's answer is not a list");
	while (list->left > 0 && json_in_next_object(&items, &item)) {
		if (list->call->option[COMMANDS_JSON])
			TRY(put_json(&item, lines));
		else
			TRY(add_row(list, &item));
		list->left--;
	}
	return OK;
}

static fallible read_page(struct list *list, struct span answer, struct arena *arena, struct buf *lines)
{
	scoped(json_doc) doc = {0};
	struct json_problems problems = {0};
	struct json_object top;
	if (err_failed(json_in_parse(&doc, answer, arena, &problems)) || err_failed(json_in_top(&doc, &top)))
		return FAIL(REMOTE, "the server's answer is not JSON");
	list->table.arena = arena;
	TRY(read_items(list, &top, lines));
	buf_clear(&list->cursor);
	buf_put(&list->cursor, json_in_text(&top, "next", JSON_OPTIONAL, CURSOR_MAX));
	if (!list->call->option[COMMANDS_JSON])
		table_put(&list->table, lines);
	return buf_check(&list->cursor);
}

static fallible show_page(struct list *list, const char *first)
{
	char limit[24];
	scoped(arena) arena = ARENA(ARENA_BYTES);
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	scoped(buf) answer = BUF(ANSWER_MAX);
	scoped(buf) lines = BUF(ARENA_BYTES);
	snprintf(limit, sizeof limit, "%u", (unsigned)(list->left < PAGE_MAX ? list->left : PAGE_MAX));
	buf_put_text(&path, first);
	vault_rows_query(&path, "limit", limit);
	buf_put_u8(&list->cursor, 0);
	TRY(buf_check(&list->cursor));
	vault_rows_query(&path, "cursor", list->cursor.len > 1 ? (const char *)list->cursor.data : NULL);
	buf_put_u8(&path, 0);
	TRY(buf_check(&path));
	TRY(session_fetch(&list->session, list->call, (const char *)path.data, SPAN_NONE, &answer));
	TRY(read_page(list, buf_span(&answer), &arena, &lines));
	print_bytes(buf_span(&lines));
	return print_flush();
}

fallible vault_rows_list(struct commands_call *call, const struct vault_rows *rows, const char *path)
{
	scoped(list) list = {.call = call, .rows = rows, .cursor = BUF(CURSOR_MAX)};
	uint64_t usual = call->option[COMMANDS_ALL] ? UINT64_MAX : LIMIT_USUAL;
	TRY(log_query_limit(call, usual, &list.left));
	for (size_t i = 0; i < rows->count; i++)
		list.titles[i] = rows->columns[i].column;
	list.table =
		(struct table){.columns = list.titles, .count = rows->count, .terminal = print_columns()};
	TRY(session_open(call, &list.session));
	do
		TRY(show_page(&list, path));
	while (list.cursor.len && list.left > 0);
	return OK;
}

/* ---- single things ---- */

/* A server that was not told its own address answers a path; the one that reached it here may do for others. */
static void put_server(const char *server, struct buf *lines)
{
	size_t len = strlen(server);
	while (len > 0 && server[len - 1] == '/')
		len--;
	text_show_put(lines, span_of(server, len));
}

static fallible put_lines(
	struct json_object *top, const struct vault_rows *rows, const char *server, struct buf *lines)
{
	for (size_t i = 0; i < rows->count; i++) {
		scoped(buf) value = BUF(ANSWER_MAX);
		put_value(top, rows->columns[i].member, &value);
		TRY(buf_check(&value));
		if (value.len)
			buf_printf(lines, "%-12s ", rows->columns[i].column.title);
		if (server && rows->columns[i].is_address && value.len && value.data[0] == '/')
			put_server(server, lines);
		buf_put(lines, buf_span(&value));
		buf_put_text(lines, value.len ? "\n" : "");
	}
	return buf_check(lines);
}

static fallible put_one(
	struct commands_call *call, const struct vault_rows *rows, const char *server, struct span answer)
{
	scoped(arena) arena = ARENA(ARENA_BYTES);
	scoped(json_doc) doc = {0};
	scoped(buf) lines = BUF(ARENA_BYTES);
	struct json_problems problems = {0};
	struct json_object top;
	if (err_failed(json_in_parse(&doc, answer, &arena, &problems)) || err_failed(json_in_top(&doc, &top)))
		return FAIL(REMOTE, "the server's answer is not JSON");
	TRY(call->option[COMMANDS_JSON] ? put_json(&top, &lines) : put_lines(&top, rows, server, &lines));
	print_bytes(buf_span(&lines));
	return OK;
}

fallible vault_rows_one(struct commands_call *call, const struct vault_rows *rows, struct span answer)
{
	return put_one(call, rows, NULL, answer);
}

fallible vault_rows_send(
	struct commands_call *call, const struct vault_rows *rows, const char *path, struct span json)
{
	scoped(session) session = {0};
	scoped(buf) answer = BUF(ANSWER_MAX);
	TRY(session_open(call, &session));
	TRY(json.len ? session_fetch(&session, call, path, json, &answer)
		     : session_delete(&session, call, path, &answer));
	return put_one(call, rows, session.config.server, buf_span(&answer));
}

/* ---- paths ---- */

fallible vault_rows_path(
	const struct commands_call *call, const char *before, const char *behind, struct buf *path)
{
	buf_put_text(path, before);
	text_put_percent(path, span_text(call->operand));
	buf_put_text(path, behind);
	buf_put_u8(path, 0);
	return buf_check(path);
}

void vault_rows_query(struct buf *path, const char *name, const char *value)
{
	if (!value)
		return;
	bool first = !path->len || !memchr(path->data, '?', path->len);
	buf_printf(path, "%c%s=", first ? '?' : '&', name);
	text_put_percent(path, span_text(value));
}
