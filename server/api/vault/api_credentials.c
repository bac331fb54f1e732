/* SPDX-License-Identifier: Apache-2.0 */
/* api_credentials - putting secrets in, looking at their labels, new versions, archiving. No secret leaves
 * here. */
#include "server/api/vault/api_credentials.h"

#include "policies/cards.h"
#include "server/api/ask.h"
#include "server/core/sight.h"
#include "server/core/vault/credential_forms.h"
#include "server/core/vault/passwords.h"

enum { NAME_MAX_BYTES = 128 };

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

/* ---- reading ---- */

/* A card's security code must not be kept: whoever sends one is told of slips (docs/api.md). */
static void refuse_codes(struct json_object *object)
{
	for (const char *const *name = CARDS_CODE_NAMES; *name; name++)
		if (json_in_has(object, *name))
			json_in_note(object, *name, "security_code");
}

static void note_fault(struct json_object *object, const char *name, enum credential_fault fault)
{
	switch (fault) {
	case CREDENTIAL_FINE:
		break;
	case CREDENTIAL_MALFORMED:
		json_in_note(object, name, "malformed");
		break;
	case CREDENTIAL_SECURITY_CODE:
		json_in_note(object, name, "security_code");
		break;
	}
}

static void check_label(struct call *call, struct json_object *label, const char *name, struct span text)
{
	enum credential_fault fault = CREDENTIAL_MALFORMED;
	/* Without memory for it nothing is let through unread. */
	if (text.len == 0)
		return;
	if (!err_failed(credential_forms_check_label(text, call->arena, &fault)))
		note_fault(label, name, fault);
	else
		json_in_note(label, name, "too_long");
}

static void read_tags(struct call *call, struct json_object *label, struct credential *credential)
{
	struct json_array tags;
	struct span tag;
	credential->tag_count = 0;
	if (!json_in_array(label, "tags", JSON_OPTIONAL, CREDENTIAL_TAGS_MAX, &tags))
		return;
	while (credential->tag_count < CREDENTIAL_TAGS_MAX &&
		json_in_next_text(&tags, CREDENTIAL_TAG_MAX, &tag)) {
		check_label(call, label, "tags", tag);
		credential->tags[credential->tag_count++] = tag;
	}
}

void api_credentials_read_label(
	struct call *call, struct json_object *top, enum json_need need, struct credential *credential)
{
	struct json_object label;
	if (!json_in_object(top, "label", need, &label))
		return;
	credential->title = json_in_text(&label, "title", JSON_NEEDED, CREDENTIAL_TITLE_MAX);
	credential->url = json_in_text(&label, "url", JSON_OPTIONAL, CREDENTIAL_URL_MAX);
	credential->username = json_in_text(&label, "username", JSON_OPTIONAL, CREDENTIAL_USERNAME_MAX);
	check_label(call, &label, "title", credential->title);
	check_label(call, &label, "username", credential->username);
	read_tags(call, &label, credential);
	refuse_codes(&label);
	json_in_end(&label);
}

/* Its form is as its kind wants it; a seed is read into its stored form. */
static fallible check_field(struct call *call, struct json_object *secret,
	const struct credential *credential, enum credential_field field, struct span *plain)
{
	enum credential_fault fault;
	const char *name = credentials_field_name(field);
	TRY(credential_forms_check(credential->kind, field, *plain, call->arena, &fault));
	if (fault == CREDENTIAL_FINE)
		TRY(credential_forms_check_titled(field, credential->title, *plain, call->arena, &fault));
	if (fault == CREDENTIAL_FINE && field == CREDENTIAL_SEED &&
		err_failed(credentials_read_seed(*plain, call->arena, plain)))
		fault = CREDENTIAL_MALFORMED;
	note_fault(secret, name, fault);
	return OK;
}

static fallible read_field(struct call *call, struct json_object *secret, const struct credential *credential,
	enum credential_field field, struct span *plain)
{
	const char *name = credentials_field_name(field);
	*plain = json_in_free_text(secret, name, JSON_OPTIONAL, FIELD_MAX[field]);
	if (!json_in_has(secret, name))
		return OK;
	if (credentials_fields(credential->kind) & 1u << field)
		return check_field(call, secret, credential, field, plain);
	json_in_note(secret, name, "not_allowed");
	return OK;
}

static fallible read_secret(
	struct call *call, struct json_object *top, enum json_need need, struct credentials_put *put)
{
	enum credential_kind kind = put->credential.kind;
	struct json_object secret;
	unsigned given = 0;
	if (!json_in_object(top, "secret", need, &secret))
		return OK;
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++) {
		struct span *plain = &put->secret.fields[field];
		TRY(read_field(call, &secret, &put->credential, (enum credential_field)field, plain));
		given |= plain->len ? 1u << field : 0;
	}
	if ((given & credentials_needed(kind)) == 0)
		json_in_note(top, "secret", "missing");
	refuse_codes(&secret);
	json_in_end(&secret);
	return OK;
}

static unsigned read_classes(struct json_object *generate)
{
	struct json_array words;
	struct span word;
	unsigned classes = 0;
	if (!json_in_array(generate, "classes", JSON_OPTIONAL, PASSWORDS_CLASS_COUNT, &words))
		return PASSWORDS_ALL;
	while (json_in_next_text(&words, NAME_MAX_BYTES, &word)) {
		unsigned class = 0;
		while (class < PASSWORDS_CLASS_COUNT &&
			!span_is(word, passwords_class_name((enum passwords_class) class)))
			class ++;
		if (class == PASSWORDS_CLASS_COUNT)
			json_in_note(generate, "classes", "not_allowed");
		else
			classes |= 1u << class;
	}
	if (classes == 0)
		json_in_note(generate, "classes", "missing");
	return classes ? classes : PASSWORDS_ALL;
}

static fallible read_generate(struct call *call, struct json_object *top, struct credentials_put *put)
{
	enum credential_field field = credentials_generated(put->credential.kind);
	struct json_object generate;
	if (!json_in_object(top, "generate", JSON_OPTIONAL, &generate))
		return OK;
	struct passwords_ask ask = {.length = (size_t)json_in_number(&generate, "length", JSON_OPTIONAL,
					    PASSWORDS_MIN, PASSWORDS_MAX, PASSWORDS_USUAL),
		.classes = read_classes(&generate)};
	json_in_end(&generate);
	put->generated = true;
	if (field && !json_in_has(top, "secret"))
		return passwords_draw(&ask, call->arena, &put->secret.fields[field]);
	json_in_note(top, "generate", "not_allowed");
	return OK;
}

/* Given, or drawn here. */
static fallible read_content(struct call *call, struct json_object *top, struct credentials_put *put)
{
	TRY(read_generate(call, top, put));
	return read_secret(call, top, put->generated ? JSON_OPTIONAL : JSON_NEEDED, put);
}

/* ---- POST /v1/credentials ---- */

/* The problem as a whole says what to do with a security code, whatever else is wrong. */
fallible api_credentials_check(const struct call *call)
{
	const struct json_problems *problems = &call->problems;
	for (size_t i = 0; i < problems->count; i++)
		if (strcmp(problems->rows[i].code, "security_code") == 0)
			return FAIL_CODE(SECURITY_CODE,
				"a card's security code is never kept: a slip hands it over once");
	return OK;
}

static fallible read_add(struct call *call, struct credentials_put *put)
{
	struct json_object top;
	TRY(call_body(call, &top));
	put->client = json_in_text(&top, "client", JSON_NEEDED, NAME_MAX_BYTES);
	struct span kind = json_in_text(&top, "kind", JSON_NEEDED, NAME_MAX_BYTES);
	api_credentials_read_label(call, &top, JSON_NEEDED, &put->credential);
	refuse_codes(&top);
	put->credential.modes_max = ask_modes(&top, "modes_max", MODES_ALL);
	struct span channel = json_in_text(&top, "channel", JSON_OPTIONAL, NAME_MAX_BYTES);
	if (channel.len && !passing_on_find(channel, &put->passing.channel))
		json_in_note(&top, "channel", "not_allowed");
	if (credential_kind_find(kind, &put->credential.kind)) {
		TRY(read_content(call, &top, put));
		/* What is drawn here came by no way. */
		if (put->generated && channel.len)
			json_in_note(&top, "channel", "not_allowed");
	} else {
		struct json_object unread;
		if (kind.len)
			json_in_note(&top, "kind", "not_allowed");
		json_in_object(&top, "secret", JSON_NEEDED, &unread);
	}
	json_in_end(&top);
	TRY(api_credentials_check(call));
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct credentials_put *put;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &put));
	TRY(read_add(call, put));
	TRY(stage_open(call, &stage));
	call->status = 201;
	struct err err = credentials_add_prepare(
		call->server, &call->caller, &stage.view, call->now, call->arena, put);
	return call_blame(call, err, CODE_UNKNOWN_CLIENT, "/client");
}

static fallible write_add(struct act *act, struct call *call)
{
	return credentials_add_write(act, call->ask);
}

/* For those who may choose a better one; nobody else is to know which are weak. */
static void put_strength(struct call *call, struct json_out *out, const struct credential *credential)
{
	if (credential->strength != CREDENTIAL_STRENGTH_NONE &&
		caller_has(&call->caller, SCOPE_BIT(VAULT_WRITE), CAPABILITY_BIT(CREDENTIAL_DEPOSIT)))
		json_out_number(out, "strength", credential->strength);
}

static fallible answer_put(struct call *call, struct json_out *out)
{
	const struct credentials_put *put = call->ask;
	json_out_id(out, "id", ID_CREDENTIAL, put->credential.id);
	json_out_number(out, "version", (int64_t)put->credential.current);
	put_strength(call, out, &put->credential);
	return OK;
}

const struct handler api_credentials_add = {prepare_add, write_add, answer_put};

/* ---- POST /v1/credentials/{credential}/versions ---- */

static fallible read_change(struct call *call, struct credentials_put *put)
{
	struct json_object top;
	TRY(call_body(call, &top));
	TRY(read_content(call, &top, put));
	refuse_codes(&top);
	json_in_end(&top);
	TRY(api_credentials_check(call));
	return call_check(call);
}

fallible api_credentials_find(struct call *call, const struct view *view, struct credential *credential)
{
	return credentials_find(view, &call->caller, call->parts[0], call->arena, credential);
}

static fallible prepare_change(struct call *call)
{
	struct credentials_put *put;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &put));
	TRY(stage_open(call, &stage));
	TRY(api_credentials_find(call, &stage.view, &put->credential));
	TRY(read_change(call, put));
	call->status = 201;
	return credentials_change_prepare(
		call->server, &call->caller, &stage.view, call->now, call->arena, put);
}

static fallible write_change(struct act *act, struct call *call)
{
	return credentials_change_write(act, call->ask);
}

/* What was meant to be changed, and was not: it is said, and it is due to be changed as before. */
static fallible answer_change(struct call *call, struct json_out *out)
{
	const struct credentials_put *put = call->ask;
	TRY(answer_put(call, out));
	if (put->unchanged == 0)
		return OK;
	json_out_open_array(out, "unchanged");
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++)
		if (put->unchanged & 1u << field)
			json_out_text(out, NULL, credentials_field_name((enum credential_field)field));
	json_out_close_array(out);
	return OK;
}

const struct handler api_credentials_change = {prepare_change, write_change, answer_change};

/* ---- GET ---- */

static void put_label(struct json_out *out, const struct credential *credential)
{
	json_out_open(out, "label");
	json_out_span(out, "title", credential->title);
	if (credential->url.len)
		json_out_span(out, "url", credential->url);
	if (credential->username.len)
		json_out_span(out, "username", credential->username);
	json_out_open_array(out, "tags");
	for (size_t i = 0; i < credential->tag_count; i++)
		json_out_span(out, NULL, credential->tags[i]);
	json_out_close_array(out);
	json_out_close(out);
}

/* What may be known of an SSH key: which one it is, but not the key. */
static void put_key(struct json_out *out, const struct credential *credential)
{
	if (credential->key_type.len == 0)
		return;
	json_out_open(out, "public");
	json_out_span(out, "type", credential->key_type);
	if (credential->fingerprint.len)
		json_out_span(out, "fingerprint", credential->fingerprint);
	json_out_close(out);
}

void api_credentials_put(struct call *call, struct json_out *out, const struct credential *credential)
{
	json_out_id(out, "id", ID_CREDENTIAL, credential->id);
	json_out_id(out, "client", ID_CLIENT, credential->client);
	json_out_text(out, "kind", credential_kind_name(credential->kind));
	put_label(out, credential);
	json_out_number(out, "version", (int64_t)credential->current);
	modes_put(out, "modes_max", credential->modes_max);
	put_strength(call, out, credential);
	put_key(out, credential);
	json_out_text(out, "state", credential_state_name(credential->state));
	json_out_time(out, "created", credential->created);
	if (credential->archived.ms)
		json_out_time(out, "archived", credential->archived);
}

static fallible prepare_one(struct call *call)
{
	struct credentials_put *put;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &put));
	TRY(stage_open(call, &stage));
	return api_credentials_find(call, &stage.view, &put->credential);
}

static fallible answer_one(struct call *call, struct json_out *out)
{
	const struct credentials_put *put = call->ask;
	api_credentials_put(call, out, &put->credential);
	return OK;
}

const struct handler api_credentials_one = {prepare_one, NULL, answer_one};
