/* SPDX-License-Identifier: Apache-2.0 */
/* api_deposit_links - GET /v1/deposits/{deposit}/form and POST /v1/deposits/{deposit}: the client's side, without a token. */
#include "base/text.h"
#include "policies/spoken_words.h"
#include "server/api/stage.h"
#include "server/api/vault/api_deposits.h"
#include "server/core/vault/credential_forms.h"
#include "server/core/vault/deposit_links.h"
#include "store/nouns/client.h"
#include "store/nouns/tenant.h"

enum { BOX_TEXT_MAX = 32 * 1024, WORD_BYTES = 32 };

/* ---- GET …/form ---- */

struct form {
	struct deposit deposit;
	struct tenant tenant;
	struct client client;
};

static fallible prepare_form(struct call *call)
{
	struct form *form;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &form));
	TRY(stage_open(call, &stage));
	TRY(deposit_links_find(&stage.view, call->parts[0], call->now, call->arena, &form->deposit));
	TRY(tenant_get(&stage.view, form->deposit.tenant, call->arena, &form->tenant));
	return client_get(
		&stage.view, form->deposit.tenant, form->deposit.client, call->arena, &form->client);
}

static fallible answer_form(struct call *call, struct json_out *out)
{
	const struct form *form = call->ask;
	const struct deposit *deposit = &form->deposit;
	json_out_id(out, "id", ID_DEPOSIT, deposit->id);
	json_out_span(out, "agency", form->tenant.name);
	json_out_span(out, "ask", deposit->ask);
	if (deposit->url.len)
		json_out_span(out, "site", deposit->url);
	api_deposits_put_fields(out, deposit);
	modes_put(out, "modes_max", deposit->modes_max);
	json_out_text(out, "language", languages_code(form->client.language));
	json_out_number(out, "tries_left", DEPOSIT_TRIES - deposit->tries);
	json_out_time(out, "expires", deposit->ends);
	call_header(call, "Cache-Control", SPAN_LIT("no-store"));
	return OK;
}

const struct handler api_deposits_form = {prepare_form, NULL, answer_form};

/* ---- POST ---- */

/* The longest text of each secret field, in bytes. */
static const size_t FIELD_MAX[CREDENTIAL_FIELD_COUNT] = {
	[CREDENTIAL_PASSWORD] = 1024,
	[CREDENTIAL_SEED] = 1024,
	[CREDENTIAL_KEY] = CREDENTIAL_FIELD_MAX,
	[CREDENTIAL_TEXT] = CREDENTIAL_FIELD_MAX,
	[CREDENTIAL_NUMBER] = 32,
	[CREDENTIAL_EXPIRY] = 16,
	[CREDENTIAL_HOLDER] = 200,
};

static void read_words(struct json_object *top, struct deposit_links_use *use)
{
	struct json_array words;
	struct span word;
	size_t count = 0;
	if (!json_in_array(top, "words", JSON_NEEDED, DEPOSIT_WORDS, &words))
		return;
	while (count < DEPOSIT_WORDS && json_in_next_text(&words, WORD_BYTES, &word))
		use->words[count++] = spoken_words_find(word);
	if (count != DEPOSIT_WORDS)
		json_in_note(top, "words", "missing");
}

static fallible read_use(struct call *call, struct deposit_links_use *use, struct buf *box)
{
	struct json_object top;
	TRY(call_body(call, &top));
	read_words(&top, use);
	struct span sealed = json_in_text(&top, "sealed", JSON_NEEDED, BOX_TEXT_MAX);
	if (sealed.len && err_failed(text_parse_base64url(sealed, box)))
		json_in_note(&top, "sealed", "malformed");
	json_in_end(&top);
	return call_check(call);
}

/* A seed is read into its stored form. */
static fallible check_field(struct call *call, const struct deposit *deposit, enum credential_field field,
	struct span *plain, const char **problem)
{
	enum credential_fault fault;
	TRY(credential_forms_check(deposit->kind, field, *plain, call->arena, &fault));
	if (fault == CREDENTIAL_FINE)
		TRY(credential_forms_check_titled(field, deposit->ask, *plain, call->arena, &fault));
	*problem = fault == CREDENTIAL_FINE     ? NULL
		: fault == CREDENTIAL_MALFORMED ? "malformed"
						: "security_code";
	if (fault == CREDENTIAL_FINE && field == CREDENTIAL_SEED &&
		err_failed(credentials_read_seed(*plain, call->arena, plain)))
		*problem = "malformed";
	return OK;
}

static fallible read_field(struct call *call, struct json_object *top, const struct deposit *deposit,
	enum credential_field field, struct span *plain)
{
	const char *name = credentials_field_name(field), *problem = NULL;
	*plain = json_in_free_text(top, name, JSON_OPTIONAL, FIELD_MAX[field]);
	if (json_in_has(top, name))
		TRY(check_field(call, deposit, field, plain, &problem));
	if (problem)
		json_in_note(top, name, problem);
	return OK;
}

/* Only what was asked for, and enough of it. */
static fallible read_content(struct call *call, struct json_doc *doc, struct deposit_links_use *use)
{
	struct json_object top;
	const struct deposit *deposit = &use->deposit;
	unsigned given = 0;
	TRY(json_in_top(doc, &top));
	if (deposit->fields & DEPOSIT_USERNAME)
		use->username = json_in_text(&top, "username", JSON_OPTIONAL, CREDENTIAL_USERNAME_MAX);
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++) {
		if (deposit->fields & 1u << field)
			TRY(read_field(call, &top, deposit, (enum credential_field)field,
				&use->secret.fields[field]));
		given |= use->secret.fields[field].len ? 1u << field : 0;
	}
	if ((given & credentials_needed(deposit->kind)) == 0)
		json_in_note(&top, "sealed", "missing");
	json_in_end(&top);
	return call_check(call);
}

/* What was sealed is in clear in here alone: opened, read, sealed again, wiped. */
static fallible take_content(
	struct call *call, const struct view *view, struct span box, struct deposit_links_use *use)
{
	scoped(json_doc) doc = {0};
	scoped(buf) plain = BUF(BOX_TEXT_MAX);
	buf_room(&plain, BOX_TEXT_MAX);
	TRY(buf_check(&plain));
	plain.len = 0;
	struct err err = deposit_links_open(call->server, &use->deposit, box, &plain);
	if (!err_failed(err))
		err = json_in_parse(&doc, buf_span(&plain), call->arena, &call->problems);
	secret_wipe(plain.data, plain.len);
	TRY(err);
	TRY(read_content(call, &doc, use));
	err = deposit_links_use_prepare(call->server, view, call->now, call->arena, use);
	use->secret = (struct credentials_secret){0};
	use->username = SPAN_NONE;
	return err;
}

static fallible prepare_use(struct call *call)
{
	struct deposit_links_use *use;
	scoped(stage) stage = {0};
	scoped(buf) box = BUF(BOX_TEXT_MAX);
	TRY(call_ask(call, &use));
	TRY(read_use(call, use, &box));
	TRY(stage_open(call, &stage));
	TRY(deposit_links_find(&stage.view, call->parts[0], call->now, call->arena, &use->deposit));
	use->trace = call->trace;
	return take_content(call, &stage.view, buf_span(&box), use);
}

static fallible write_use(struct act *act, struct call *call)
{
	struct deposit_links_use *use = call->ask;
	TRY(deposit_links_use_write(act, use));
	call->refusal = use->refusal;
	return OK;
}

static fallible answer_use(struct call *call, struct json_out *out)
{
	const struct deposit_links_use *use = call->ask;
	json_out_id(out, "id", ID_DEPOSIT, use->deposit.id);
	json_out_text(out, "state", deposit_state_name(use->deposit.state));
	return OK;
}

const struct handler api_deposits_use = {prepare_use, write_use, answer_use};
