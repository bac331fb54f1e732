/* SPDX-License-Identifier: Apache-2.0 */
/* api_agreements - /v1/agreements: who signed what, put on record by others than themselves. */
#include "base/text.h"
#include "server/api/ask.h"
#include "server/api/name_out.h"
#include "server/core/people/agreements.h"

enum { NAME_MAX_BYTES = 128, HASH_TEXT = 2 * AGREEMENT_HASH };

static const char *const KINDS[] = {"nda", "dpa", "terms", "mandate", NULL};

/* ---- what one looks like ---- */

static const char *state_of(const struct agreement *agreement, struct instant now)
{
	if (agreement->ended.ms)
		return "ended";
	return agreement_is_live(agreement, now) ? "given" : "expired";
}

static void put_hash(struct json_out *out, const struct agreement *agreement)
{
	scoped(buf) hex = BUF(HASH_TEXT);
	text_put_hex(&hex, span_of(agreement->hash, AGREEMENT_HASH));
	if (agreement->has_hash)
		json_out_span(out, "hash", buf_span(&hex));
	else
		json_out_null(out, "hash");
}

static void put_agreement(struct json_out *out, const struct agreement *agreement, struct instant now)
{
	json_out_id(out, "id", ID_AGREEMENT, agreement->id);
	json_out_text(out, "kind", agreement_kind_name(agreement->kind));
	json_out_text(out, "state", state_of(agreement, now));
	json_out_id(out, "person", ID_PERSON, agreement->person);
	ask_put_id(out, "client", ID_CLIENT, agreement->client);
	json_out_number(out, "version", agreement->document);
	put_hash(out, agreement);
	json_out_time(out, "signed_at", agreement->signed_at);
	ask_put_time(out, "expires_at", agreement->expires);
	ask_put_time(out, "ended_at", agreement->ended);
	json_out_id(
		out, "by", agreement->recorder_is_person ? ID_PERSON : ID_APPLICATION, agreement->recorder);
}

/* ---- POST /v1/agreements ---- */

static void read_hash(struct json_object *top, struct agreement *agreement)
{
	struct span text = json_in_text(top, "hash", JSON_OPTIONAL, HASH_TEXT);
	if (text.len == 0)
		return;
	agreement->has_hash = !err_failed(text_parse_hex(text, agreement->hash, AGREEMENT_HASH));
	if (!agreement->has_hash)
		json_in_note(top, "hash", "malformed");
}

static fallible read_add(struct call *call, struct json_object *top, struct agreements_add *add)
{
	struct agreement *agreement = &add->agreement;
	TRY(call_body(call, top));
	add->person = json_in_text(top, "person", JSON_NEEDED, NAME_MAX_BYTES);
	add->client = json_in_text(top, "client", JSON_OPTIONAL, NAME_MAX_BYTES);
	int kind = json_in_word(top, "kind", JSON_NEEDED, KINDS);
	agreement->kind = kind < 0 ? AGREEMENT_NDA : (enum agreement_kind)kind;
	agreement->document =
		(uint32_t)json_in_number(top, "version", JSON_NEEDED, 1, AGREEMENT_VERSION_MAX, 1);
	read_hash(top, agreement);
	agreement->signed_at = json_in_time(top, "signed_at", JSON_OPTIONAL);
	agreement->expires = json_in_time(top, "expires_at", JSON_OPTIONAL);
	json_in_end(top);
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct agreements_add *add;
	struct json_object top;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &add));
	call->status = 201;
	TRY(read_add(call, &top, add));
	TRY(stage_open(call, &stage));
	struct err err = agreements_add_prepare(&stage.scene, add);
	if (err_failed(err) && add->fault)
		json_in_note(&top, add->fault, "not_allowed");
	err = call_blame(call, err, CODE_UNKNOWN_PERSON, "/person");
	return call_blame(call, err, CODE_UNKNOWN_CLIENT, "/client");
}

static fallible write_add(struct act *act, struct call *call)
{
	return agreements_add_write(act, call->ask);
}

static fallible answer_add(struct call *call, struct json_out *out)
{
	const struct agreements_add *add = call->ask;
	put_agreement(out, &add->agreement, call->now);
	return OK;
}

const struct handler api_agreements_add = {prepare_add, write_add, answer_add};

/* ---- GET /v1/agreements ---- */

struct list {
	struct page_ask page;
	struct span person_text; /* what the cursor is bound to */
	struct id person;        /* none = anybody's */
};

static fallible prepare_list(struct call *call)
{
	struct list *list;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &list));
	TRY(call_query(call, "person", &list->person_text));
	TRY(call_page(call, list->person_text, &list->page));
	TRY(stage_open(call, &stage));
	if (list->person_text.len)
		TRY(person_find(&stage.view, call->caller.tenant, list->person_text, &list->person));
	return OK;
}

static fallible put_names(struct name_out *names, const struct agreement *agreement, struct json_out *out)
{
	TRY(name_out_person(names, out, "person_name", agreement->person));
	TRY(name_out_client(names, out, "client_name", agreement->client));
	return name_out_by(names, out, "by_name", agreement->recorder_is_person, agreement->recorder);
}

static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	const struct list *list = call->ask;
	struct scene scene = stage_scene(call, view);
	struct id at = {0}, last = {0};
	struct agreement agreement;
	struct sight sight;
	struct name_out names;
	struct err err = OK;
	size_t count = 0;
	TRY(name_out_open(call, view, &names));
	TRY(agreements_sight(&scene, &sight));
	TRY(ask_after(&list->page, &at));
	while (agreement_next(view, call->caller.tenant, list->person, &at, &agreement, &err)) {
		if (!agreements_sees(&sight, &agreement))
			continue;
		if (count++ == list->page.limit)
			return arena_keep(call->arena, id_span(&last), position);
		json_out_open(out, NULL);
		put_agreement(out, &agreement, call->now);
		TRY(put_names(&names, &agreement, out));
		json_out_close(out);
		last = at;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	const struct list *list = call->ask;
	return call_put_list(call, out, list->person_text, put_items);
}

const struct handler api_agreements_list = {prepare_list, NULL, answer_list};

/* ---- DELETE /v1/agreements/{agreement} ---- */

static fallible prepare_end(struct call *call)
{
	struct agreements_end *end;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &end));
	end->agreement_id = call->parts[0];
	TRY(stage_open(call, &stage));
	return agreements_end_prepare(&stage.scene, end);
}

static fallible write_end(struct act *act, struct call *call)
{
	return agreements_end_write(act, call->ask);
}

static fallible answer_end(struct call *call, struct json_out *out)
{
	const struct agreements_end *end = call->ask;
	put_agreement(out, &end->agreement, call->now);
	return OK;
}

const struct handler api_agreements_end = {prepare_end, write_end, answer_end};
