/* SPDX-License-Identifier: Apache-2.0 */
/* api_takeouts - /v1/takeouts: a client's credentials leave in a sealed file, asked for by one and approved by another. */
#include "server/api/ask.h"
#include "server/api/name_out.h"
#include "server/api/stage.h"
#include "server/api/vault/takeout_file.h"

#include <stdio.h>

enum { NAME_MAX_BYTES = 128, RECIPIENT_MAX = 128, ROW_MEMORY = 64 * 1024, FILE_NAME = 80 };

/* ---- one takeout ---- */

static void put_person(struct json_out *out, const char *name, struct id person)
{
	if (!ids_is_none(person))
		json_out_id(out, name, ID_PERSON, person);
}

static void put_takeout(struct json_out *out, const struct takeout *takeout)
{
	char recipient[AGE_RECIPIENT_TEXT + 1];
	age_print_recipient(takeout->recipient, recipient);
	json_out_id(out, "id", ID_TAKEOUT, takeout->id);
	json_out_text(out, "state", takeout_state_name(takeout->state));
	json_out_text(out, "format", takeout_format_name(takeout->format));
	json_out_id(out, "client", ID_CLIENT, takeout->client);
	ask_put_text(out, "purpose", takeout->purpose);
	json_out_text(out, "recipient", recipient);
	put_person(out, "requested_by", takeout->requester);
	put_person(out, "decided_by", takeout->decider);
	json_out_number(out, "count", takeout->count);
	json_out_time(out, "created", takeout->created);
	json_out_time(out, "until", takeout->until);
	if (takeout->ended.ms != 0)
		json_out_time(out, "ended", takeout->ended);
	if (takeout->bytes == 0)
		return;
	json_out_number(out, "bytes", (int64_t)takeout->bytes);
	json_out_hex(out, "sha256", SPAN_BYTES(takeout->sha256));
}

/* What the file will hold: who approves it looks at that. */
static void put_leaves(struct json_out *out, const struct takeouts_plan *plan)
{
	json_out_open_array(out, "leaves");
	for (size_t i = 0; i < plan->count; i++) {
		const struct takeouts_item *item = &plan->items[i];
		if (item->left != TAKEOUTS_LEAVES)
			continue;
		json_out_open(out, NULL);
		json_out_id(out, "credential", ID_CREDENTIAL, item->credential);
		json_out_span(out, "title", item->title);
		json_out_text(out, "kind", credential_kind_name(item->kind));
		json_out_close(out);
	}
	json_out_close_array(out);
}

/* What stays here, and why; and whose codes stay though the login leaves. */
static void put_left(struct json_out *out, const struct takeouts_plan *plan)
{
	json_out_open_array(out, "left_out");
	for (size_t i = 0; i < plan->count; i++) {
		const struct takeouts_item *item = &plan->items[i];
		if (item->left == TAKEOUTS_LEAVES && !item->stays_seed)
			continue;
		json_out_open(out, NULL);
		json_out_id(out, "credential", ID_CREDENTIAL, item->credential);
		json_out_span(out, "title", item->title);
		json_out_text(out, "reason",
			item->left == TAKEOUTS_LEAVES ? "seed" : takeouts_left_name(item->left));
		json_out_close(out);
	}
	json_out_close_array(out);
}

/* ---- POST /v1/takeouts ---- */

static fallible read_ask(struct call *call, struct takeouts_ask *ask)
{
	struct json_object top;
	TRY(call_body(call, &top));
	ask->client = json_in_text(&top, "client", JSON_NEEDED, NAME_MAX_BYTES);
	ask->purpose = ask_reason(call, &top, "purpose", TAKEOUT_PURPOSE_MAX);
	struct span format = json_in_text(&top, "format", JSON_NEEDED, NAME_MAX_BYTES);
	if (format.len && !takeout_format_find(format, &ask->format))
		json_in_note(&top, "format", "not_allowed");
	struct span recipient = json_in_text(&top, "recipient", JSON_NEEDED, RECIPIENT_MAX);
	if (recipient.len && err_failed(age_read_recipient(recipient, ask->recipient)))
		json_in_note(&top, "recipient", "malformed");
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct takeouts_ask *ask;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &ask));
	TRY(read_ask(call, ask));
	TRY(stage_open(call, &stage));
	call->status = 202;
	return call_blame(call, takeouts_ask_prepare(&stage.scene, ask), CODE_UNKNOWN_CLIENT, "/client");
}

static fallible write_add(struct act *act, struct call *call)
{
	return takeouts_ask_write(act, call->ask);
}

static fallible answer_add(struct call *call, struct json_out *out)
{
	const struct takeouts_ask *ask = call->ask;
	put_takeout(out, &ask->takeout);
	put_leaves(out, &ask->plan);
	put_left(out, &ask->plan);
	return OK;
}

const struct handler api_takeouts_add = {prepare_add, write_add, answer_add};

/* ---- GET ---- */

struct shown {
	struct takeout takeout;
	struct takeouts_plan plan; /* of one that waits */
};

static fallible prepare_one(struct call *call)
{
	struct shown *shown;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &shown));
	TRY(stage_open(call, &stage));
	TRY(takeouts_find(&stage.scene, call->parts[0], &shown->takeout));
	const struct takeout *takeout = &shown->takeout;
	return takeout_is_open(takeout, call->now)
		? takeouts_plan(&stage.scene, takeout->client, takeout->created, &shown->plan)
		: OK;
}

static fallible put_names(struct name_out *names, struct json_out *out, const struct takeout *takeout)
{
	TRY(name_out_client(names, out, "client_name", takeout->client));
	TRY(name_out_person(names, out, "requested_by_name", takeout->requester));
	return name_out_person(names, out, "decided_by_name", takeout->decider);
}

static fallible answer_one(struct call *call, struct json_out *out)
{
	const struct shown *shown = call->ask;
	struct name_out names;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(name_out_open(call, &stage.view, &names));
	put_takeout(out, &shown->takeout);
	put_leaves(out, &shown->plan);
	put_left(out, &shown->plan);
	return put_names(&names, out, &shown->takeout);
}

const struct handler api_takeouts_one = {prepare_one, NULL, answer_one};

static fallible put_item(struct name_out *names, struct json_out *out, const struct takeout *takeout)
{
	json_out_open(out, NULL);
	put_takeout(out, takeout);
	TRY(put_names(names, out, takeout));
	json_out_close(out);
	return OK;
}

static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	const struct page_ask *page = call->ask;
	struct scene scene = stage_scene(call, view);
	struct id after, last = {0};
	struct takeout takeout;
	struct name_out names;
	struct err err = OK;
	size_t count = 0;
	scoped(arena) row = ARENA(ROW_MEMORY);
	TRY(name_out_open(call, view, &names));
	TRY(ask_after(page, &after));
	for (; takeout_next(view, call->caller.tenant, &after, &row, &takeout, &err); arena_clear(&row)) {
		bool sees;
		TRY(takeouts_sees(&scene, &takeout, &sees));
		if (!sees)
			continue;
		if (count++ == page->limit)
			return arena_keep(call->arena, id_span(&last), position);
		TRY(put_item(&names, out, &takeout));
		last = after;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	return call_put_list(call, out, SPAN_NONE, put_items);
}

const struct handler api_takeouts_list = {ask_page, NULL, answer_list};

/* ---- POST …/decision, DELETE ---- */

static fallible find(struct call *call, const struct scene *scene, struct takeouts_decide **found)
{
	TRY(call_ask(call, found));
	return takeouts_find(scene, call->parts[0], &(*found)->takeout);
}

static fallible prepare_decide(struct call *call)
{
	struct takeouts_decide *decide;
	bool approve;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(find(call, &stage.scene, &decide));
	TRY(ask_decision(call, &approve));
	decide->approve = approve;
	return takeouts_decide_prepare(&stage.scene, decide);
}

static fallible prepare_cancel(struct call *call)
{
	struct takeouts_decide *cancel;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(find(call, &stage.scene, &cancel));
	return takeouts_cancel_prepare(&stage.scene, cancel);
}

static fallible write_decide(struct act *act, struct call *call)
{
	return takeouts_decide_write(act, call->ask);
}

static fallible answer_decide(struct call *call, struct json_out *out)
{
	const struct takeouts_decide *decide = call->ask;
	put_takeout(out, &decide->takeout);
	return OK;
}

const struct handler api_takeouts_decide = {prepare_decide, write_decide, answer_decide};
const struct handler api_takeouts_cancel = {prepare_cancel, write_decide, answer_decide};

/* ---- POST …/file ---- */

static fallible prepare_take(struct call *call)
{
	struct takeout_taking *taking;
	struct json_object top;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &taking));
	TRY(call_body(call, &top));
	taking->verification = json_in_text(&top, "verification", JSON_OPTIONAL, NAME_MAX_BYTES);
	json_in_end(&top);
	TRY(call_check(call));
	TRY(stage_open(call, &stage));
	TRY(takeouts_find(&stage.scene, call->parts[0], &taking->takeout));
	return takeout_taking_prepare(&stage.scene, taking);
}

static fallible write_take(struct act *act, struct call *call)
{
	return takeout_taking_write(act, call->ask);
}

static fallible put_headers(struct call *call, const struct takeout *takeout)
{
	static const char *const ENDINGS[TAKEOUT_FORMAT_COUNT] = {"json", "xml"};
	char id[ID_TEXT + 1];
	struct span name;
	scoped(buf) disposition = BUF(FILE_NAME);
	ids_print(ID_TAKEOUT, takeout->id, id);
	buf_printf(&disposition, "attachment; filename=\"%s.%s.age\"", id, ENDINGS[takeout->format]);
	TRY(buf_keep(&disposition, call->arena, &name));
	call_header(call, "Content-Disposition", name);
	call_header(call, "Cache-Control", SPAN_LIT("no-store"));
	call->reply->status = 200;
	call->reply->content_type = "application/octet-stream";
	return OK;
}

/* Nothing leaves before its hash stands in the log. */
static fallible make_file(struct call *call, struct takeout_taking *taking)
{
	scoped(stage) stage = {0};
	scoped(buf) file = BUF(TAKEOUT_FILE_MAX);
	TRY(stage_open(call, &stage));
	struct err err = takeout_file_make(&stage.scene, taking, &file);
	if (err_failed(err)) {
		TRY(takeout_taking_fail(&stage.scene, taking));
		return err.kind == ERR_BUSY || err.kind == ERR_NO_MEMORY
			? err
			: FAIL(CORRUPT, "a secret can't be opened");
	}
	TRY(takeout_taking_finish(&stage.scene, taking, buf_span(&file)));
	TRY(put_headers(call, &taking->takeout));
	call->reply->body = take(&file);
	return OK;
}

/* A repeated request gets the id, never the file a second time. */
static fallible answer_take(struct call *call, struct json_out *out)
{
	struct takeout_taking *taking = call->ask;
	if (!out)
		return make_file(call, taking);
	json_out_id(out, "id", ID_TAKEOUT, taking->takeout.id);
	json_out_redacted(out, "file");
	return OK;
}

const struct handler api_takeouts_take = {prepare_take, write_take, answer_take};
