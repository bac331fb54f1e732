/* SPDX-License-Identifier: Apache-2.0 */
/* api_credentials - putting secrets in, looking at their labels, new versions, archiving. No secret leaves
 * here. */
#include "server/api/ask.h"
#include "server/core/credentials.h"
#include "server/core/sight.h"

enum { NAME_MAX_BYTES = 128, NUMBER_MIN = 12, NUMBER_MAX = 19, ROW_MEMORY = 64 * 1024 };

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

static void read_tags(struct json_object *label, struct credential *credential)
{
	struct json_array tags;
	struct span tag;
	credential->tag_count = 0;
	if (!json_in_array(label, "tags", JSON_OPTIONAL, CREDENTIAL_TAGS_MAX, &tags))
		return;
	while (credential->tag_count < CREDENTIAL_TAGS_MAX &&
		json_in_next_text(&tags, CREDENTIAL_TAG_MAX, &tag))
		credential->tags[credential->tag_count++] = tag;
}

static void read_label(struct json_object *top, struct credential *credential)
{
	struct json_object label;
	if (!json_in_object(top, "label", JSON_NEEDED, &label))
		return;
	credential->title = json_in_text(&label, "title", JSON_NEEDED, CREDENTIAL_TITLE_MAX);
	credential->url = json_in_text(&label, "url", JSON_OPTIONAL, CREDENTIAL_URL_MAX);
	credential->username = json_in_text(&label, "username", JSON_OPTIONAL, CREDENTIAL_USERNAME_MAX);
	read_tags(&label, credential);
	json_in_end(&label);
}

/* Digits only, so that no check code hides behind a card's number: it must not be kept. */
static bool is_card_number(struct span text)
{
	size_t digits = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] >= '0' && text.at[i] <= '9')
			digits++;
		else if (text.at[i] != ' ')
			return false;
	}
	return digits >= NUMBER_MIN && digits <= NUMBER_MAX;
}

static void read_field(struct call *call, struct json_object *secret, enum credential_field field,
	bool allowed, struct span *plain)
{
	const char *name = credentials_field_name(field);
	*plain = json_in_free_text(secret, name, JSON_OPTIONAL, FIELD_MAX[field]);
	if (!json_in_has(secret, name))
		return;
	if (!allowed)
		json_in_note(secret, name, "not_allowed");
	else if (plain->len == 0)
		json_in_note(secret, name, "malformed");
	else if (field == CREDENTIAL_SEED && err_failed(credentials_read_seed(*plain, call->arena, plain)))
		json_in_note(secret, name, "malformed");
	else if (field == CREDENTIAL_NUMBER && !is_card_number(*plain))
		json_in_note(secret, name, "malformed");
}

static void read_secret(
	struct call *call, struct json_object *top, enum json_need need, struct credentials_put *put)
{
	enum credential_kind kind = put->credential.kind;
	struct json_object secret;
	unsigned given = 0;
	if (!json_in_object(top, "secret", need, &secret))
		return;
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++) {
		bool allowed = credentials_fields(kind) & 1u << field;
		read_field(call, &secret, (enum credential_field)field, allowed, &put->secret.fields[field]);
		given |= put->secret.fields[field].len ? 1u << field : 0;
	}
	if ((given & credentials_needed(kind)) == 0)
		json_in_note(top, "secret", "missing");
	json_in_end(&secret);
}

/* ---- POST /v1/credentials ---- */

static fallible read_add(struct call *call, struct credentials_put *put)
{
	struct json_object top;
	TRY(call_body(call, &top));
	put->client = json_in_text(&top, "client", JSON_NEEDED, NAME_MAX_BYTES);
	struct span kind = json_in_text(&top, "kind", JSON_NEEDED, NAME_MAX_BYTES);
	read_label(&top, &put->credential);
	put->credential.modes_max = ask_modes(&top, "modes_max", MODES_ALL);
	if (credential_kind_find(kind, &put->credential.kind)) {
		read_secret(call, &top, JSON_NEEDED, put);
	} else {
		struct json_object unread;
		if (kind.len)
			json_in_note(&top, "kind", "not_allowed");
		json_in_object(&top, "secret", JSON_NEEDED, &unread);
	}
	json_in_end(&top);
	return call_check(call);
}

static fallible new_put(struct call *call, struct credentials_put **put)
{
	*put = call_new(call, struct credentials_put);
	if (!*put)
		return FAIL(NO_MEMORY, "a call has no memory for a credential");
	call->ask = *put;
	return OK;
}

static fallible prepare_add(struct call *call)
{
	struct credentials_put *put;
	scoped(reading) reading = {0};
	TRY(new_put(call, &put));
	TRY(read_add(call, put));
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	call->status = 201;
	return credentials_add_prepare(call->server, &call->caller, &view, call->now, call->arena, put);
}

static fallible write_add(struct act *act, struct call *call)
{
	return credentials_add_write(act, call->ask);
}

static fallible answer_put(struct call *call, struct json_out *out)
{
	const struct credentials_put *put = call->ask;
	json_out_id(out, "id", ID_CREDENTIAL, put->credential.id);
	json_out_number(out, "version", (int64_t)put->credential.current);
	return OK;
}

const struct handler api_credentials_add = {prepare_add, write_add, answer_put};

/* ---- POST /v1/credentials/{credential}/versions ---- */

static void read_generate(struct call *call, struct json_object *top, struct credentials_put *put)
{
	enum credential_field field = credentials_generated(put->credential.kind);
	struct json_object generate;
	if (!json_in_object(top, "generate", JSON_OPTIONAL, &generate))
		return;
	int64_t length = json_in_number(
		&generate, "length", JSON_OPTIONAL, CREDENTIALS_GENERATE_MIN, CREDENTIALS_GENERATE_MAX, 20);
	json_in_end(&generate);
	put->generated = true;
	if (field == 0 || json_in_has(top, "secret"))
		json_in_note(top, "generate", "not_allowed");
	else if (err_failed(credentials_generate((size_t)length, call->arena, &put->secret.fields[field])))
		json_in_note(top, "generate", "too_long");
}

static fallible read_change(struct call *call, struct credentials_put *put)
{
	struct json_object top;
	TRY(call_body(call, &top));
	read_generate(call, &top, put);
	read_secret(call, &top, put->generated ? JSON_OPTIONAL : JSON_NEEDED, put);
	json_in_end(&top);
	return call_check(call);
}

static fallible find(struct call *call, const struct view *view, struct credentials_put **put)
{
	TRY(new_put(call, put));
	return credentials_find(view, &call->caller, call->parts[0], call->arena, &(*put)->credential);
}

static fallible prepare_change(struct call *call)
{
	struct credentials_put *put;
	scoped(reading) reading = {0};
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	TRY(find(call, &view, &put));
	TRY(read_change(call, put));
	call->status = 201;
	return credentials_change_prepare(call->server, &call->caller, &view, call->now, call->arena, put);
}

static fallible write_change(struct act *act, struct call *call)
{
	return credentials_change_write(act, call->ask);
}

const struct handler api_credentials_change = {prepare_change, write_change, answer_put};

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

static void put_credential(struct json_out *out, const struct credential *credential)
{
	json_out_id(out, "id", ID_CREDENTIAL, credential->id);
	json_out_id(out, "client", ID_CLIENT, credential->client);
	json_out_text(out, "kind", credential_kind_name(credential->kind));
	put_label(out, credential);
	json_out_number(out, "version", (int64_t)credential->current);
	modes_put(out, "modes_max", credential->modes_max);
	json_out_text(out, "state", credential->state == CREDENTIAL_ACTIVE ? "active" : "archived");
	json_out_time(out, "created", credential->created);
}

static fallible prepare_one(struct call *call)
{
	struct credentials_put *put;
	scoped(reading) reading = {0};
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	return find(call, &view, &put);
}

static fallible answer_one(struct call *call, struct json_out *out)
{
	const struct credentials_put *put = call->ask;
	put_credential(out, &put->credential);
	return OK;
}

const struct handler api_credentials_one = {prepare_one, NULL, answer_one};

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
		put_credential(out, &credential);
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

/* ---- DELETE ---- */

static fallible prepare_archive(struct call *call)
{
	struct credentials_put *put;
	scoped(reading) reading = {0};
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	TRY(find(call, &view, &put));
	return credentials_archive_prepare(call->server, &call->caller, call->now, call->arena, put);
}

static fallible write_archive(struct act *act, struct call *call)
{
	return credentials_archive_write(act, call->ask);
}

const struct handler api_credentials_archive = {prepare_archive, write_archive, answer_one};
