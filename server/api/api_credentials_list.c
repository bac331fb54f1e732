/* SPDX-License-Identifier: Apache-2.0 */
/* api_credentials_list - the credentials that a caller sees, and the versions of one. */
#include "server/api/api_credentials.h"

#include "base/reader.h"
#include "server/api/ask.h"
#include "server/core/credential_versions.h"
#include "server/core/sight.h"

enum { ROW_MEMORY = 64 * 1024 };

/* ---- GET /v1/credentials ---- */

/* A list: what is asked for, and where it goes on. */
struct list {
	struct id client; /* none = of all that the caller sees */
	struct span filters;
	struct page_ask page;
};

static fallible prepare_list(struct call *call)
{
	struct list *list = call_new(call, struct list);
	scoped(reading) reading = {0};
	if (!list)
		return FAIL(NO_MEMORY, "a call has no memory for a list");
	call->ask = list;
	TRY(call_query(call, "client", &list->filters));
	TRY(call_page(call, list->filters, &list->page));
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	struct sight sight;
	if (list->filters.len == 0)
		return OK;
	TRY(client_find(&view, call->caller.tenant, list->filters, &list->client));
	TRY(credentials_sight(&view, &call->caller, call->arena, &sight));
	return sight_has_client(&sight, list->client)
		? OK
		: FAIL(NOT_FOUND, "the client is outside what the caller sees");
}

static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	const struct list *list = call->ask;
	struct id after, last = {0};
	struct credential credential;
	struct sight sight;
	struct err err = OK;
	size_t count = 0;
	scoped(arena) row = ARENA(ROW_MEMORY);
	TRY(credentials_sight(view, &call->caller, call->arena, &sight));
	TRY(ask_after(&list->page, &after));
	for (; credential_next(view, call->caller.tenant, list->client, &after, &row, &credential, &err);
		arena_clear(&row)) {
		if (!sight_has_client(&sight, credential.client))
			continue;
		if (count++ == list->page.limit) {
			return arena_keep(call->arena, id_span(&last), position);
		}
		json_out_open(out, NULL);
		api_credentials_put(call, out, &credential);
		json_out_close(out);
		last = after;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	const struct list *list = call->ask;
	return call_put_list(call, out, list->filters, put_items);
}

const struct handler api_credentials_list = {prepare_list, NULL, answer_list};

/* ---- GET /v1/credentials/{credential}/versions ---- */

/* Newest first; a page goes on below the number of its cursor. */
struct version_list {
	struct credentials_put *put;
	struct page_ask page;
	uint64_t before;
	struct credential_versions_row *rows;
	size_t count;
};

static fallible read_place(struct version_list *list)
{
	struct reader reader = READER(list->page.position);
	if (!list->page.resumes)
		return OK;
	list->before = reader_u64(&reader);
	return err_failed(reader_check(&reader)) ? FAIL_CODE(CURSOR_INVALID, "a cursor names no version")
						 : OK;
}

static fallible prepare_versions(struct call *call)
{
	struct version_list *list = call_new(call, struct version_list);
	scoped(reading) reading = {0};
	if (!list)
		return FAIL(NO_MEMORY, "a call has no memory for a list");
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	TRY(api_credentials_find(call, &view, &list->put));
	call->ask = list;
	TRY(call_page(call, call->parts[0], &list->page));
	TRY(read_place(list));
	list->rows = call_alloc(call, list->page.limit * sizeof *list->rows);
	if (!list->rows)
		return FAIL(NO_MEMORY, "a call has no memory for versions");
	return credential_versions_read(
		&view, &list->put->credential, list->before, list->page.limit, list->rows, &list->count);
}

static void put_fields(struct json_out *out, unsigned fields)
{
	json_out_open_array(out, "fields");
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++)
		if (fields & 1u << field)
			json_out_text(out, NULL, credentials_field_name((enum credential_field)field));
	json_out_close_array(out);
}

static void put_version(
	struct json_out *out, const struct credential *credential, const struct credential_versions_row *row)
{
	json_out_open(out, NULL);
	json_out_number(out, "version", (int64_t)row->number);
	json_out_bool(out, "current", row->number == credential->current);
	json_out_time(out, "created", row->created);
	if (!ids_is_none(row->by))
		json_out_id(out, "by", row->by_person ? ID_PERSON : ID_APPLICATION, row->by);
	json_out_bool(out, "generated", row->generated);
	put_fields(out, row->fields);
	json_out_number(out, "known_to", row->known_to);
	json_out_close(out);
}

static fallible answer_versions(struct call *call, struct json_out *out)
{
	const struct version_list *list = call->ask;
	scoped(buf) next = BUF(sizeof(uint64_t));
	json_out_open_array(out, "items");
	for (size_t i = 0; i < list->count; i++)
		put_version(out, &list->put->credential, &list->rows[i]);
	json_out_close_array(out);
	if (list->count && list->rows[list->count - 1].number > 1)
		buf_put_u64(&next, list->rows[list->count - 1].number);
	TRY(buf_check(&next));
	return call_put_cursor(call, out, call->parts[0], buf_span(&next));
}

const struct handler api_credentials_versions = {prepare_versions, NULL, answer_versions};
