/* SPDX-License-Identifier: Apache-2.0 */
/* log_list - one request a page; the filters go in a body, since texts and addresses do not belong in a URL. */
#include "cli/log_list.h"

#include "cli/log_event.h"
#include "cli/log_query.h"
#include "cli/print.h"
#include "cli/session.h"

enum {
	PAGE_MAX = 500,
	LIMIT_USUAL = 50,
	ANSWER_MAX = 32 * 1024 * 1024,
	ARENA_BYTES = 128 * 1024 * 1024,
	CURSOR_MAX = 4096,
	ASK_MAX = 64 * 1024,
};

static const char PATH[] = "v1/events:search";

/* A list on its way. */
struct list {
	struct commands_call *call;
	struct session session;
	struct arena arena; /* of the options */
	struct log_query query;
	struct table table;
	struct buf cursor; /* of the next page; empty = there is none */
	uint64_t left;     /* events still wanted */
	uint64_t seen;
	int64_t from, to; /* indexes that were searched; from > to: none */
	bool complete;    /* nothing between them was passed over */
};

static void list_done(struct list *list)
{
	buf_done(&list->cursor);
	arena_done(&list->arena);
	session_done(&list->session);
}

static fallible write_ask(const struct list *list, struct buf *json)
{
	struct json_out out = JSON_OUT(json);
	json_out_open(&out, NULL);
	log_query_put_json(&list->query, &out);
	json_out_number(&out, "limit", (int64_t)(list->left < PAGE_MAX ? list->left : PAGE_MAX));
	if (list->cursor.len)
		json_out_span(&out, "cursor", buf_span(&list->cursor));
	json_out_close(&out);
	return buf_check(json);
}

static fallible read_items(struct list *list, struct json_object *top, struct buf *lines)
{
	struct json_array items;
	struct json_object event;
	if (!json_in_array(top, "items", JSON_NEEDED, PAGE_MAX, &items))
		return FAIL(REMOTE, "the server's answer is not a list of events");
	while (json_in_next_object(&items, &event)) {
		if (list->call->option[COMMANDS_JSON])
			TRY(log_event_put_json(&event, lines));
		else
			TRY(log_event_add(&list->table, &event));
		list->seen++;
		list->left -= list->left > 0;
	}
	return OK;
}

/* Pages join: the indexes from the lowest to the highest. */
static void read_scanned(struct list *list, struct json_object *top)
{
	struct json_object scanned;
	if (!json_in_object(top, "scanned", JSON_OPTIONAL, &scanned))
		return;
	list->complete = json_in_bool(&scanned, "complete", JSON_OPTIONAL, true);
	if (!json_in_has(&scanned, "from") || !json_in_has(&scanned, "to"))
		return;
	int64_t from = json_in_number(&scanned, "from", JSON_OPTIONAL, 0, INT64_MAX, 0);
	int64_t to = json_in_number(&scanned, "to", JSON_OPTIONAL, 0, INT64_MAX, 0);
	bool first = list->from > list->to;
	list->from = first || from < list->from ? from : list->from;
	list->to = first || to > list->to ? to : list->to;
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
	read_scanned(list, &top);
	struct span next = json_in_text(&top, "next", JSON_OPTIONAL, CURSOR_MAX);
	buf_clear(&list->cursor);
	buf_put(&list->cursor, next);
	return buf_check(&list->cursor);
}

static fallible show_page(struct list *list)
{
	scoped(arena) arena = ARENA(ARENA_BYTES);
	scoped(buf) json = BUF(ASK_MAX);
	scoped(buf) answer = BUF(ANSWER_MAX);
	scoped(buf) lines = BUF(ARENA_BYTES);
	TRY(write_ask(list, &json));
	TRY(session_fetch(&list->session, list->call, PATH, buf_span(&json), &answer));
	print_meanwhile("%s", "");
	TRY(read_page(list, buf_span(&answer), &arena, &lines));
	if (!list->call->option[COMMANDS_JSON])
		table_put(&list->table, &lines);
	TRY(buf_check(&lines));
	print_bytes(buf_span(&lines));
	return print_flush();
}

static void print_end(const struct list *list)
{
	const char *plural = list->seen == 1 ? "" : "s";
	const char *more = list->cursor.len ? "; there is more: --limit, --all" : "";
	if (list->from > list->to)
		print_result("%llu event%s; the log is empty here", (unsigned long long)list->seen, plural);
	else
		print_result("%llu event%s; scanned index %lld to %lld, %s%s", (unsigned long long)list->seen,
			plural, (long long)list->from, (long long)list->to,
			list->complete ? "complete" : "not complete", more);
}

static fallible show_pages(struct list *list)
{
	do {
		TRY(show_page(list));
		/* A page may end early because much was looked at for nothing. */
		if (list->cursor.len && list->left > 0)
			print_meanwhile("%llu events; at index %lld", (unsigned long long)list->seen,
				(long long)list->from);
	} while (list->cursor.len && list->left > 0);
	print_meanwhile("%s", "");
	if (!list->call->option[COMMANDS_JSON])
		print_end(list);
	else if (list->cursor.len && !list->call->option[COMMANDS_LIMIT])
		print_complaint(
			"%llu events, and there is more: --limit, --all", (unsigned long long)list->seen);
	return OK;
}

fallible log_list_run(struct commands_call *call)
{
	scoped(list) list = {.call = call, .arena = ARENA(ASK_MAX), .cursor = BUF(CURSOR_MAX), .from = 1};
	uint64_t usual = call->option[COMMANDS_ALL] ? UINT64_MAX : LIMIT_USUAL;
	TRY(log_query_limit(call, usual, &list.left));
	TRY(log_query_read(call, &list.arena, &list.query));
	list.table = log_event_table(call, NULL);
	TRY(session_open(call, &list.session));
	return show_pages(&list);
}
