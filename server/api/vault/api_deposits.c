/* SPDX-License-Identifier: Apache-2.0 */
/* api_deposits - /v1/deposits, the staff's side: opening a link, looking, accepting what came. */
#include "server/api/vault/api_deposits.h"

#include "policies/cards.h"
#include "server/api/ask.h"
#include "server/api/name_out.h"

enum { NAME_MAX_BYTES = 128, FIELDS_MAX = CREDENTIAL_FIELD_COUNT, ROW_MEMORY = 64 * 1024 };

#define FIELD(name) (1u << CREDENTIAL_##name)

/* ---- fields ---- */

/* By the number of its bit. */
static const char *field_name(unsigned field)
{
	return field == 0 ? "username" : credentials_field_name((enum credential_field)field);
}

void api_deposits_put_fields(struct json_out *out, const struct deposit *deposit)
{
	json_out_text(out, "kind", credential_kind_name(deposit->kind));
	json_out_open_array(out, "fields");
	for (unsigned field = 0; field < CREDENTIAL_FIELD_COUNT; field++)
		if (deposit->fields & 1u << field)
			json_out_text(out, NULL, field_name(field));
	json_out_close_array(out);
}

static bool find_field(struct span word, uint16_t *fields)
{
	for (unsigned field = 0; field < CREDENTIAL_FIELD_COUNT; field++)
		if (span_is(word, field_name(field))) {
			*fields |= (uint16_t)(1u << field);
			return true;
		}
	return false;
}

/* A card's security code is never kept; a slip hands it over (docs/api.md). */
static bool is_code_name(struct span word)
{
	const char *const *name = CARDS_CODE_NAMES;
	while (*name && !span_is(word, *name))
		name++;
	return *name != NULL;
}

/* What is asked for says what it becomes. */
static enum credential_kind kind_of(uint16_t fields)
{
	if (fields & (FIELD(NUMBER) | FIELD(EXPIRY) | FIELD(HOLDER)))
		return CREDENTIAL_CARD;
	if (fields & FIELD(KEY))
		return CREDENTIAL_API_KEY;
	if (fields & FIELD(TEXT))
		return CREDENTIAL_NOTE;
	return fields == FIELD(SEED) ? CREDENTIAL_TOTP : CREDENTIAL_LOGIN;
}

/* The least exposing way that each thing can be used in. */
static uint16_t modes_of(uint16_t fields)
{
	uint16_t modes = fields & FIELD(SEED) ? MODE_BIT(CODE) : 0;
	return fields & ~(FIELD(SEED) | DEPOSIT_USERNAME) ? modes | MODE_BIT(INJECT) : modes;
}

static void read_fields(struct json_object *top, struct deposit *deposit)
{
	struct json_array list;
	struct span word;
	if (!json_in_array(top, "fields", JSON_NEEDED, FIELDS_MAX, &list))
		return;
	while (json_in_next_text(&list, NAME_MAX_BYTES, &word))
		if (!find_field(word, &deposit->fields))
			json_in_note(top, "fields", is_code_name(word) ? "security_code" : "not_allowed");
	deposit->kind = kind_of(deposit->fields);
	unsigned allowed = credentials_fields(deposit->kind) | DEPOSIT_USERNAME;
	if ((deposit->fields & credentials_needed(deposit->kind)) == 0)
		json_in_note(top, "fields", "missing");
	else if (deposit->fields & ~allowed)
		json_in_note(top, "fields", "not_allowed");
}

/* ---- POST /v1/deposits ---- */

static fallible read_add(struct call *call, struct deposits_add *add)
{
	struct json_object top;
	struct deposit *deposit = &add->deposit;
	TRY(call_body(call, &top));
	add->client = json_in_text(&top, "client", JSON_NEEDED, NAME_MAX_BYTES);
	deposit->ask = ask_line(call, &top, "ask", JSON_NEEDED, CREDENTIAL_TITLE_MAX);
	deposit->url = json_in_text(&top, "site", JSON_OPTIONAL, CREDENTIAL_URL_MAX);
	read_fields(&top, deposit);
	deposit->modes_max = modes_of(deposit->fields);
	if (json_in_has(&top, "modes_max"))
		deposit->modes_max = ask_modes(&top, "modes_max", MODES_ALL);
	deposit->ends = json_in_time(&top, "expires", JSON_OPTIONAL);
	if (deposit->ends.ms != 0 &&
		(deposit->ends.ms <= call->now.ms || deposit->ends.ms > call->now.ms + DEPOSIT_OPEN_MS))
		json_in_note(&top, "expires", "not_allowed");
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct deposits_add *add;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &add));
	TRY(read_add(call, add));
	TRY(stage_open(call, &stage));
	call->status = 201;
	return call_blame(call, deposits_add_prepare(&stage.scene, add), CODE_UNKNOWN_CLIENT, "/client");
}

static fallible write_add(struct act *act, struct call *call)
{
	return deposits_add_write(act, call->ask);
}

static fallible answer_add(struct call *call, struct json_out *out)
{
	const struct deposits_add *add = call->ask;
	json_out_id(out, "id", ID_DEPOSIT, add->deposit.id);
	json_out_time(out, "expires", add->deposit.ends);
	if (!json_out_redacted(out, "url"))
		json_out_secret(out, "url", span_text(add->link));
	if (json_out_redacted(out, "words"))
		return OK;
	json_out_open_array(out, "words");
	for (size_t i = 0; i < DEPOSIT_WORDS; i++)
		json_out_text(out, NULL, add->words[i]);
	json_out_close_array(out);
	call_header(call, "Cache-Control", SPAN_LIT("no-store"));
	return OK;
}

const struct handler api_deposits_add = {prepare_add, write_add, answer_add};

/* ---- GET ---- */

static void put_deposit(struct call *call, struct json_out *out, const struct deposit *deposit)
{
	json_out_id(out, "id", ID_DEPOSIT, deposit->id);
	json_out_id(out, "client", ID_CLIENT, deposit->client);
	json_out_text(out, "state", deposit_state_name(deposits_shown(deposit, call->now)));
	ask_put_text(out, "ask", deposit->ask);
	if (deposit->url.len)
		json_out_span(out, "site", deposit->url);
	api_deposits_put_fields(out, deposit);
	modes_put(out, "modes_max", deposit->modes_max);
	json_out_id(out, "by", deposit->opened_by_software ? ID_APPLICATION : ID_PERSON, deposit->opener);
	json_out_number(out, "tries_left", DEPOSIT_TRIES - deposit->tries);
	json_out_time(out, "created", deposit->created);
	json_out_time(out, "expires", deposit->ends);
	if (!ids_is_none(deposit->decider))
		json_out_id(out, "decided_by", ID_PERSON, deposit->decider);
	if (!ids_is_none(deposit->credential))
		json_out_id(out, "credential", ID_CREDENTIAL, deposit->credential);
}

/* What the ids of a deposit are called. */
static fallible put_names(struct name_out *names, const struct deposit *deposit, struct json_out *out)
{
	TRY(name_out_client(names, out, "client_name", deposit->client));
	TRY(name_out_by(names, out, "by_name", !deposit->opened_by_software, deposit->opener));
	return name_out_person(names, out, "decided_by_name", deposit->decider);
}

static fallible find(struct call *call, const struct scene *scene, struct deposits_decide **found)
{
	TRY(call_ask(call, found));
	return deposits_find(scene, call->parts[0], &(*found)->deposit);
}

static fallible prepare_one(struct call *call)
{
	struct deposits_decide *found;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	return find(call, &stage.scene, &found);
}

static fallible answer_one(struct call *call, struct json_out *out)
{
	const struct deposits_decide *decide = call->ask;
	put_deposit(call, out, &decide->deposit);
	return OK;
}

const struct handler api_deposits_one = {prepare_one, NULL, answer_one};

static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	const struct page_ask *page = call->ask;
	struct id after, last = {0};
	struct deposit deposit;
	struct sight sight;
	struct name_out names;
	struct err err = OK;
	size_t count = 0;
	scoped(arena) row = ARENA(ROW_MEMORY);
	TRY(name_out_open(call, view, &names));
	TRY(credentials_sight(view, &call->caller, call->arena, &sight));
	TRY(ask_after(page, &after));
	for (; deposit_next(view, call->caller.tenant, &after, &row, &deposit, &err); arena_clear(&row)) {
		if (!sight_has(&sight, deposit.client, deposit.opener))
			continue;
		if (count++ == page->limit)
			return arena_keep(call->arena, id_span(&last), position);
		json_out_open(out, NULL);
		put_deposit(call, out, &deposit);
		TRY(put_names(&names, &deposit, out));
		json_out_close(out);
		last = after;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	return call_put_list(call, out, SPAN_NONE, put_items);
}

const struct handler api_deposits_list = {ask_page, NULL, answer_list};

/* ---- POST /v1/deposits/{deposit}/decision ---- */

static fallible prepare_decide(struct call *call)
{
	struct deposits_decide *decide;
	bool approve;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(find(call, &stage.scene, &decide));
	TRY(ask_decision(call, &approve));
	decide->approve = approve;
	return deposits_decide_prepare(&stage.scene, decide);
}

static fallible write_decide(struct act *act, struct call *call)
{
	return deposits_decide_write(act, call->ask);
}

const struct handler api_deposits_decide = {prepare_decide, write_decide, answer_one};
