/* SPDX-License-Identifier: Apache-2.0 */
/* api_people_list - GET /v1/people: who is there, found by a part of a name, with what protects their sign-in. */
#include "server/api/people/api_people.h"

#include "base/text.h"
#include "server/api/ask.h"
#include "server/api/name_out.h"
#include "server/core/people/people.h"
#include "server/core/standing.h"

enum { FILTERS_MAX = 1024, TEXT_MAX = 256, LOOKED_AT_MAX = 5000 };

static const char *const KINDS[] = {"staff", "client", "external", NULL};
static const char *const STATES[] = {"active", "suspended", "removed", "erasing", "erased", NULL};

struct list {
	struct people_walk walk;
	struct span filters; /* what binds the cursor */
	struct page_ask page;
	struct person *people;
	size_t count;
	bool more;
	bool complete;      /* the page did not end because enough was looked at */
	bool with_standing; /* the members factor and last_sign_in are wanted */
};

static fallible no_memory(void)
{
	return FAIL(NO_MEMORY, "a call has no memory for a list of people");
}

/* ---- what is asked for ---- */

static fallible find_client(const struct scene *scene, struct span name, struct id *client)
{
	struct err err = client_find(scene->view, scene->caller->tenant, name, client);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL_CODE(UNKNOWN_CLIENT, "the list is narrowed to no client of this tenant");
	return err;
}

static fallible read_filter(struct call *call, const struct scene *scene, struct people_filter *filter)
{
	struct span client;
	TRY(ask_word_query(call, "kind", KINDS, &filter->kind));
	TRY(ask_word_query(call, "state", STATES, &filter->state));
	TRY(call_query(call, "client", &client));
	TRY(call_query(call, "text", &filter->text));
	if (filter->text.len > TEXT_MAX)
		return call_refuse(
			call, "text", "too_long", "a text that is looked for has at most 256 bytes");
	if (filter->text.len)
		TRY(text_fold(filter->text, call->arena, &filter->text));
	struct err err = client.len ? find_client(scene, client, &filter->client) : OK;
	return call_blame(call, err, CODE_UNKNOWN_CLIENT, "/client");
}

static fallible bind_filter(struct call *call, struct list *list)
{
	const struct people_filter *filter = &list->walk.filter;
	scoped(buf) filters = BUF(FILTERS_MAX);
	buf_put_u8(&filters, (uint8_t)filter->kind);
	buf_put_u8(&filters, (uint8_t)filter->state);
	buf_put(&filters, id_span(&filter->client));
	buf_put(&filters, filter->text);
	return buf_keep(&filters, call->arena, &list->filters);
}

static fallible read_list(struct call *call, const struct scene *scene, struct list *list)
{
	struct span standing;
	TRY(read_filter(call, scene, &list->walk.filter));
	TRY(bind_filter(call, list));
	TRY(call_page(call, list->filters, &list->page));
	TRY(call_query(call, "standing", &standing));
	list->with_standing = span_is(standing, "1");
	if (standing.len && !list->with_standing)
		return call_refuse(call, "standing", "not_allowed", "standing is 1 or left out");
	list->walk.left = LOOKED_AT_MAX;
	return ask_after(&list->page, &list->walk.after);
}

/* ---- the page ---- */

static fallible fill(const struct scene *scene, struct list *list)
{
	struct err err = OK;
	struct people_walk walk = list->walk;
	struct person next;
	while (!list->more && people_next(scene, &walk, &next, &err)) {
		list->more = list->count == list->page.limit;
		if (!list->more) {
			list->people[list->count++] = next;
			list->walk.after = walk.after;
		}
	}
	list->complete = list->more || walk.left > 0;
	if (list->complete)
		return err;
	list->more = true;
	list->walk.after = walk.after;
	return err;
}

static fallible prepare(struct call *call)
{
	struct list *list;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &list));
	TRY(stage_open(call, &stage));
	TRY(read_list(call, &stage.scene, list));
	list->people = call_alloc(call, list->page.limit * sizeof *list->people);
	if (!list->people)
		return no_memory();
	return fill(&stage.scene, list);
}

/* When somebody signed in is in the log: only who reads all of it is told. */
static fallible put_standing(
	const struct call *call, const struct view *view, const struct person *person, struct json_out *out)
{
	enum standing_factor factor;
	struct instant at;
	TRY(standing_factor(view, person->tenant, person->id, &factor));
	json_out_text(out, "factor", standing_factor_name(factor));
	if (!caller_has(&call->caller, SCOPE_BIT(EVENTS_READ), CAPABILITY_BIT(LOG_READ_TENANT)))
		return OK;
	TRY(standing_signed_in(call->server, person->tenant, person->id, &at));
	ask_put_time(out, "last_sign_in", at);
	return OK;
}

static fallible put_items(struct call *call, const struct view *view, struct json_out *out)
{
	const struct list *list = call->ask;
	struct name_out names;
	TRY(name_out_open(call, view, &names));
	json_out_open_array(out, "items");
	for (size_t i = 0; i < list->count; i++) {
		const struct person *person = &list->people[i];
		json_out_open(out, NULL);
		api_people_put(call, out, person);
		TRY(name_out_client(&names, out, "client_name", person->client));
		if (list->with_standing)
			TRY(put_standing(call, view, person, out));
		json_out_close(out);
	}
	json_out_close_array(out);
	return OK;
}

static fallible answer(struct call *call, struct json_out *out)
{
	const struct list *list = call->ask;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(put_items(call, &stage.view, out));
	TRY(call_put_cursor(call, out, list->filters, list->more ? id_span(&list->walk.after) : SPAN_NONE));
	json_out_bool(out, "complete", list->complete);
	return OK;
}

const struct handler api_people_list = {prepare, NULL, answer};
