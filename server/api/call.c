/* SPDX-License-Identifier: Apache-2.0 */
/* call - what handlers need of a request: body, device, page, event. */
#include "server/api/call.h"

#include "base/text.h"
#include "server/api/cursor.h"
#include "server/api/reply.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 500, AGENT_GIVEN_MAX = 8 * 1024, PARAMETER_MAX = 128 };

void *call_alloc(struct call *call, size_t bytes)
{
	return arena_alloc(call->arena, bytes);
}

fallible call_set_ask(struct call *call, void *ask)
{
	if (!ask)
		return FAIL(NO_MEMORY, "a call's memory is used up");
	call->ask = ask;
	return OK;
}

fallible call_body(struct call *call, struct json_object *top)
{
	/* prepare may run again: then the document is there. */
	if (!call->body.root)
		TRY(json_in_parse(&call->body, call->request->body, call->arena, &call->problems));
	return json_in_top(&call->body, top);
}

fallible call_check(struct call *call)
{
	return json_in_check(&call->body);
}

fallible call_reading(struct call *call, struct reading *reading)
{
	return reading_open(&call->server->volume, reading);
}

/* ---- devices ---- */

/* One machine, one text: ::ffff:203.0.113.9 is 203.0.113.9, and 2001:db8:0:0:0:0:0:1 is 2001:db8::1. */
static struct span take_address(struct json_object *object)
{
	char text[ADDRESS_TEXT + 1];
	struct address address;
	struct span given = json_in_text(object, "ip", JSON_NEEDED, DEVICE_IP_MAX);
	if (given.len == 0)
		return SPAN_NONE;
	if (err_failed(address_parse(given, &address))) {
		json_in_note(object, "ip", "malformed");
		return SPAN_NONE;
	}
	address_print(&address, text);
	return span_is(given, text) ? given : arena_copy(object->doc->arena, span_text(text));
}

void call_take_device(struct json_object *object, struct device *device)
{
	struct device read = {.given = true};
	read.id = json_in_text(object, "id", JSON_OPTIONAL, DEVICE_ID_MAX);
	read.ip = take_address(object);
	struct span agent = json_in_free_text(object, "user_agent", JSON_NEEDED, AGENT_GIVEN_MAX);
	read.user_agent = text_cut(agent, DEVICE_AGENT_MAX);
	read.truncated = read.user_agent.len < agent.len;
	read.name = json_in_text(object, "name", JSON_OPTIONAL, DEVICE_TEXT_MAX);
	read.platform = json_in_text(object, "platform", JSON_OPTIONAL, DEVICE_TEXT_MAX);
	read.model = json_in_text(object, "model", JSON_OPTIONAL, DEVICE_TEXT_MAX);
	*device = read;
}

void call_read_device(
	struct json_object *object, const char *name, enum json_need need, struct device *device)
{
	struct json_object inner;
	*device = (struct device){0};
	if (!json_in_object(object, name, need, &inner))
		return;
	call_take_device(&inner, device);
	json_in_end(&inner);
}

/* ---- events ---- */

struct event call_event(const struct call *call, enum action action)
{
	struct event event = caller_event(&call->caller, action);
	event.texts[LEAF_TEXT_TRACE] = call->trace;
	return event;
}

fallible call_seal(struct call *call, const struct event *event, struct event_draft *draft)
{
	return event_seal(
		call->server->volume.keys, call->caller.tenant, event, call->now, call->arena, draft);
}

/* ---- queries and pages ---- */

static struct cursor_list cursor_list_of(const struct call *call, struct span filters)
{
	return (struct cursor_list){call->server->keeper, &call->caller, call->route->pattern, filters};
}

static fallible open_cursor(struct call *call, struct span text, struct span filters, struct page_ask *page)
{
	const struct cursor_list list = cursor_list_of(call, filters);
	TRY(cursor_open(&list, text, call->arena, &page->position));
	page->resumes = true;
	return OK;
}

static void add_problem(struct call *call, const char *pointer, const char *code)
{
	struct json_problems *problems = &call->problems;
	if (problems->count < JSON_PROBLEMS_MAX)
		problems->rows[problems->count++] = (struct json_problem){pointer, code};
}

void call_note(struct call *call, struct span parameter, const char *code)
{
	scoped(buf) pointer = BUF(PARAMETER_MAX + 1);
	buf_put_text(&pointer, "/");
	buf_put(&pointer, span_first(parameter, PARAMETER_MAX));
	const char *text = arena_text(call->arena, buf_span(&pointer));
	add_problem(call, text ? text : "", code);
}

struct err call_refuse(struct call *call, const char *parameter, const char *code, const char *why)
{
	call_note(call, span_text(parameter), code);
	return FAIL(INVALID, why);
}

struct err call_blame(struct call *call, struct err err, enum err_code code, const char *pointer)
{
	if (err_failed(err) && err.code == code)
		add_problem(call, pointer, err_row(code)->name);
	return err;
}

fallible call_query(struct call *call, const char *name, struct span *value)
{
	size_t at = 0, count = 0;
	struct span key, found;
	struct err err = OK;
	*value = SPAN_NONE;
	while (http_query(call->exchange, &at, &key, &found, &err))
		if (span_is(key, name)) {
			*value = found;
			count++;
		}
	TRY(err);
	/* Which of two was meant nobody can tell. */
	return count > 1 ? call_refuse(call, name, "too_many", "a query parameter stands twice") : OK;
}

static struct err refuse_limit(struct call *call)
{
	return call_refuse(call, "limit", "not_allowed", "limit is a number from 1 to 500");
}

fallible call_page(struct call *call, struct span filters, struct page_ask *page)
{
	struct span limit, cursor;
	uint64_t number = PAGE_DEFAULT;
	*page = (struct page_ask){0};
	TRY(call_query(call, "limit", &limit));
	TRY(call_query(call, "cursor", &cursor));
	if (limit.len && (!span_number(limit, PAGE_MAX, &number) || number == 0))
		return refuse_limit(call);
	page->limit = (size_t)number;
	return cursor.len ? open_cursor(call, cursor, filters, page) : OK;
}

fallible call_page_of(
	struct call *call, size_t limit, struct span cursor, struct span filters, struct page_ask *page)
{
	struct page_ask asked;
	TRY(call_page(call, filters, &asked));
	if (limit > PAGE_MAX)
		return refuse_limit(call);
	if (limit)
		asked.limit = limit;
	if (cursor.len)
		TRY(open_cursor(call, cursor, filters, &asked));
	*page = asked;
	return OK;
}

static fallible put_link(struct call *call, struct span cursor)
{
	scoped(buf) link = BUF(HTTP_TARGET_MAX + CURSOR_MAX);
	size_t at = 0;
	struct span name, value;
	struct err err = OK;
	buf_put_text(&link, "<");
	buf_put(&link, call->request->path);
	buf_put_text(&link, "?");
	while (http_query(call->exchange, &at, &name, &value, &err)) {
		if (span_is(name, "cursor"))
			continue;
		text_put_percent(&link, name);
		buf_put_text(&link, "=");
		text_put_percent(&link, value);
		buf_put_text(&link, "&");
	}
	TRY(err);
	buf_put_text(&link, "cursor=");
	buf_put(&link, cursor);
	buf_put_text(&link, ">; rel=\"next\"");
	TRY(buf_check(&link));
	struct span header = arena_copy(call->arena, buf_span(&link));
	if (header.at)
		call_header(call, "Link", header);
	return OK;
}

fallible call_put_cursor(struct call *call, struct json_out *out, struct span filters, struct span position)
{
	const struct cursor_list list = cursor_list_of(call, filters);
	scoped(buf) text = BUF(CURSOR_TEXT_MAX);
	if (!position.at) {
		json_out_null(out, "next");
		return OK;
	}
	TRY(cursor_put(&list, position, &text));
	json_out_span(out, "next", buf_span(&text));
	return put_link(call, buf_span(&text));
}

fallible call_put_list(struct call *call, struct json_out *out, struct span filters, call_items_fn put_items)
{
	struct span position = SPAN_NONE;
	scoped(reading) reading = {0};
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	json_out_open_array(out, "items");
	TRY(put_items(call, &view, out, &position));
	json_out_close_array(out);
	return call_put_cursor(call, out, filters, position);
}

void call_header(struct call *call, const char *name, struct span value)
{
	reply_header(call->reply, name, value);
}
