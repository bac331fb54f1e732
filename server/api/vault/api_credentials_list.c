/* SPDX-License-Identifier: Apache-2.0 */
/* api_credentials_list - the credentials that a caller sees, and the versions of one. */
#include "server/api/vault/api_credentials.h"

#include "base/reader.h"
#include "server/api/ask.h"
#include "server/api/name_out.h"
#include "server/core/sight.h"
#include "server/core/vault/credential_search.h"
#include "server/core/vault/credential_versions.h"

enum { ROW_MEMORY = 128 * 1024, FILTERS_MAX = 8 * 1024, LOOKED_AT_MAX = 5000 };

/* ---- GET /v1/credentials ---- */

/* What is asked for, and where it goes on. */
struct list {
	struct id client; /* none = of all that the caller sees */
	struct credential_search search;
	struct span filters;
	struct page_ask page;
	bool complete; /* the page was not left half full because enough was looked at */
};

static fallible read_words(struct call *call, struct list *list)
{
	struct credential_search *search = &list->search;
	struct span kind, state;
	TRY(call_query(call, "text", &search->text));
	TRY(call_query(call, "host", &search->host));
	TRY(call_query(call, "tag", &search->tag));
	TRY(call_query(call, "kind", &kind));
	TRY(call_query(call, "state", &state));
	search->has_kind = kind.len > 0;
	search->has_state = state.len > 0;
	if (search->has_kind && !credential_kind_find(kind, &search->kind))
		return call_refuse(call, "kind", "not_allowed", "there is no such kind of credential");
	if (search->has_state && !credential_state_find(state, &search->state))
		return call_refuse(call, "state", "not_allowed", "there is no such state of a credential");
	return OK;
}

/* A cursor goes on in the list that it was made for, and in no other. */
static fallible print_filters(struct call *call, struct list *list, struct span client)
{
	const struct credential_search *search = &list->search;
	scoped(buf) text = BUF(FILTERS_MAX);
	buf_put_sized(&text, client);
	buf_put_sized(&text, search->text);
	buf_put_sized(&text, search->host);
	buf_put_sized(&text, search->tag);
	buf_put_u8(&text, search->has_kind ? (uint8_t)(1 + search->kind) : 0);
	buf_put_u8(&text, search->has_state ? (uint8_t)(1 + search->state) : 0);
	return buf_keep(&text, call->arena, &list->filters);
}

static fallible find_client(struct call *call, struct list *list, struct span client)
{
	scoped(stage) stage = {0};
	struct sight sight;
	TRY(stage_open(call, &stage));
	TRY(client_find(&stage.view, call->caller.tenant, client, &list->client));
	TRY(credentials_sight(&stage.view, &call->caller, call->arena, &sight));
	return sight_has_client(&sight, list->client)
		? OK
		: FAIL(NOT_FOUND, "the client is outside what the caller sees");
}

static fallible prepare_list(struct call *call)
{
	struct list *list;
	struct span client;
	TRY(call_ask(call, &list));
	TRY(call_query(call, "client", &client));
	TRY(read_words(call, list));
	TRY(print_filters(call, list, client));
	TRY(call_page(call, list->filters, &list->page));
	TRY(credential_search_fold(&list->search, call->arena));
	return client.len ? find_client(call, list, client) : OK;
}

static fallible put_item(
	struct call *call, struct name_out *names, const struct credential *credential, struct json_out *out)
{
	json_out_open(out, NULL);
	api_credentials_put(call, out, credential);
	TRY(name_out_client(names, out, "client_name", credential->client));
	json_out_close(out);
	return OK;
}

/* A page ends when it is full, or when so many labels were opened that somebody else should have a turn. */
static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	struct list *list = call->ask;
	struct id after, last = {0};
	struct credential credential;
	struct sight sight;
	struct name_out names;
	struct err err = OK;
	size_t count = 0, looked_at = 0;
	scoped(arena) row = ARENA(ROW_MEMORY);
	list->complete = true;
	TRY(name_out_open(call, view, &names));
	TRY(credentials_sight(view, &call->caller, call->arena, &sight));
	TRY(ask_after(&list->page, &after));
	for (; credential_next(view, call->caller.tenant, list->client, &after, &row, &credential, &err);
		arena_clear(&row)) {
		bool matches = false, sees = false;
		list->complete = looked_at++ < LOOKED_AT_MAX;
		if (list->complete)
			TRY(credentials_sees(view, &sight, &credential, &sees));
		if (sees)
			TRY(credential_search_matches(&list->search, &credential, &row, &matches));
		if (!list->complete || (matches && count++ == list->page.limit))
			return arena_keep(call->arena, id_span(&last), position);
		if (matches)
			TRY(put_item(call, &names, &credential, out));
		last = after;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	const struct list *list = call->ask;
	TRY(call_put_list(call, out, list->filters, put_items));
	json_out_bool(out, "complete", list->complete);
	return OK;
}

const struct handler api_credentials_list = {prepare_list, NULL, answer_list};

/* ---- GET /v1/credentials/{credential}/versions ---- */

/* Newest first; a page goes on below the number of its cursor. */
struct version_list {
	struct credential credential;
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
	struct version_list *list;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &list));
	TRY(stage_open(call, &stage));
	TRY(api_credentials_find(call, &stage.view, &list->credential));
	TRY(call_page(call, call->parts[0], &list->page));
	TRY(read_place(list));
	list->rows = call_alloc(call, list->page.limit * sizeof *list->rows);
	if (!list->rows)
		return FAIL(NO_MEMORY, "a call has no memory for versions");
	return credential_versions_read(
		&stage.view, &list->credential, list->before, list->page.limit, list->rows, &list->count);
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
		put_version(out, &list->credential, &list->rows[i]);
	json_out_close_array(out);
	if (list->count && list->rows[list->count - 1].number > 1)
		buf_put_u64(&next, list->rows[list->count - 1].number);
	TRY(buf_check(&next));
	return call_put_cursor(call, out, call->parts[0], buf_span(&next));
}

const struct handler api_credentials_versions = {prepare_versions, NULL, answer_versions};
