/* SPDX-License-Identifier: Apache-2.0 */
/* credentials - seal the label, seal the fields, write the version. */
#include "server/core/vault/credentials.h"

#include "base/json_out.h"
#include "base/reader.h"
#include "crypto/random.h"
#include "server/core/sight.h"
#include "server/core/vault/credential_forms.h"
#include "server/core/vault/fields.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/exposure.h"

enum { SEALED_MAX = 8 * 1024, DETAIL_MAX = 1024, SEED_HEAD = 4, ONE_VERSION = 64 * 1024 };

#define FIELD(name) (1u << CREDENTIAL_##name)

/* ---- kinds and fields ---- */

unsigned credentials_fields(enum credential_kind kind)
{
	return kind == CREDENTIAL_LOGIN ? FIELD(PASSWORD) | FIELD(SEED) : credential_revealable(kind);
}

unsigned credentials_needed(enum credential_kind kind)
{
	return kind == CREDENTIAL_CARD ? FIELD(NUMBER) : credentials_fields(kind);
}

enum credential_field credentials_generated(enum credential_kind kind)
{
	if (kind == CREDENTIAL_LOGIN)
		return CREDENTIAL_PASSWORD;
	return kind == CREDENTIAL_API_KEY ? CREDENTIAL_KEY : 0;
}

static const char *const FIELD_NAMES[CREDENTIAL_FIELD_COUNT] = {
	[CREDENTIAL_PASSWORD] = "password",
	[CREDENTIAL_SEED] = "totp",
	[CREDENTIAL_KEY] = "key",
	[CREDENTIAL_TEXT] = "text",
	[CREDENTIAL_NUMBER] = "number",
	[CREDENTIAL_EXPIRY] = "expiry",
	[CREDENTIAL_HOLDER] = "holder",
};

const char *credentials_field_name(enum credential_field field)
{
	return FIELD_NAMES[field];
}

fallible credentials_read_seed(struct span text, struct arena *arena, struct span *field)
{
	struct totp_shape shape;
	scoped(buf) seed = BUF(TOTP_SEED_MAX);
	scoped(buf) stored = BUF(SEED_HEAD + TOTP_SEED_MAX);
	TRY(totp_parse_kept(text, &shape, &seed));
	buf_put_u8(&stored, (uint8_t)shape.algorithm);
	buf_put_u8(&stored, shape.digits);
	buf_put_u16(&stored, shape.period_s);
	buf_put(&stored, buf_span(&seed));
	struct err err = buf_keep(&stored, arena, field);
	secret_wipe(seed.data, seed.len);
	secret_wipe(stored.data, stored.len);
	return err;
}

fallible credentials_open_seed(struct span field, struct totp_shape *shape, struct span *seed)
{
	struct reader reader = READER(field);
	struct totp_shape read = {.algorithm = reader_u8(&reader)};
	read.digits = reader_u8(&reader);
	read.period_s = reader_u16(&reader);
	if (reader.failed)
		return FAIL(CORRUPT, "a stored seed ends too early");
	*shape = read;
	*seed = reader.rest;
	return OK;
}

/* ---- finding ---- */

fallible credentials_sight(
	const struct view *view, const struct caller *caller, struct arena *arena, struct sight *sight)
{
	static const uint64_t ALL =
		CAPABILITY_BIT(CLIENTS_WRITE) | CAPABILITY_BIT(GRANT_GIVE) | CAPABILITY_BIT(GRANT_APPROVE);
	TRY(sight_of(view, caller, ALL, arena, sight));
	bool serves =
		ids_is_none(sight->client) && (caller->capabilities & CAPABILITY_BIT(CREDENTIAL_DEPOSIT));
	return !sight->all && serves ? sight_serve(view, caller, arena, sight) : OK;
}

fallible credentials_sight_to_put(
	const struct view *view, const struct caller *caller, struct arena *arena, struct sight *sight)
{
	static const uint64_t ANY = CAPABILITY_BIT(CREDENTIAL_DEPOSIT) | CAPABILITY_BIT(GRANT_GIVE) |
		CAPABILITY_BIT(GRANT_APPROVE);
	return sight_of(view, caller, ANY, arena, sight);
}

/* Whoever put in what it holds now wrote its label, or could have: that much may be looked at again. */
static fallible was_put_in_by(
	const struct view *view, const struct credential *credential, struct id person, bool *was)
{
	struct version current;
	scoped(arena) row = ARENA(ONE_VERSION);
	*was = false;
	if (ids_is_none(person) || credential->state == CREDENTIAL_SHREDDED)
		return OK;
	TRY(version_get(view, credential->tenant, credential->id, credential->current, &row, &current));
	*was = current.by_person && ids_equal(current.by, person);
	return OK;
}

fallible credentials_sees(
	const struct view *view, const struct sight *sight, const struct credential *credential, bool *sees)
{
	*sees = sight_has_client(sight, credential->client);
	return *sees ? OK : was_put_in_by(view, credential, sight->person, sees);
}

fallible credentials_find(const struct view *view, const struct caller *caller, struct span text,
	struct arena *arena, struct credential *credential)
{
	struct id id;
	struct sight sight;
	struct credential found;
	bool sees;
	TRY(ids_parse(ID_CREDENTIAL, text, &id));
	TRY(credential_get(view, caller->tenant, id, arena, &found));
	TRY(credentials_sight(view, caller, arena, &sight));
	TRY(credentials_sees(view, &sight, &found, &sees));
	if (!sees)
		return FAIL(NOT_FOUND, "the credential is outside what the caller sees");
	*credential = found;
	return OK;
}

/* ---- sealing ---- */

static fallible seal_field(const struct server *server, const struct credentials_put *put,
	enum credential_field field, struct arena *arena, struct version_field *sealed)
{
	const struct version *version = &put->version;
	scoped(buf) record = BUF(CREDENTIAL_FIELD_MAX + 512);
	struct seal_context place = version_place(version, put->credential.client, field);
	TRY(keeper_seal_field(
		server->keeper, place, SPAN_BYTES(version->wrapped), put->secret.fields[field], &record));
	*sealed = (struct version_field){.field = field, .held_by = version->number};
	return buf_keep(&record, arena, &sealed->record);
}

/* A field that is not given, or as it is, stays where it is; only a card is always given whole. */
static void keep_field(const struct version *before, enum credential_field field, struct version *version)
{
	const struct version_field *stands = before ? version_field(before, field) : NULL;
	if (stands)
		version->fields[version->field_count++] =
			(struct version_field){field, stands->held_by, SPAN_NONE};
}

static void begin_version(const struct caller *caller, struct instant now, struct credentials_put *put)
{
	const struct credential *credential = &put->credential;
	bool person = !ids_is_none(caller->person);
	put->version = (struct version){.tenant = credential->tenant,
		.credential = credential->id,
		.number = credential->current,
		.modes_max = credential->modes_max,
		.created = now,
		.by = person ? caller->person : caller->application,
		.by_person = person,
		.generated = put->generated};
}

static fallible seal_version(const struct server *server, const struct version *before, struct arena *arena,
	struct credentials_put *put)
{
	const struct credential *credential = &put->credential;
	struct version *version = &put->version;
	struct seal_context place = version_place(version, credential->client, 0);
	TRY(keeper_make_data_key(server->keeper, place, version->wrapped));
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++) {
		bool given = put->secret.fields[field].len != 0, same = put->unchanged & 1u << field;
		if (given && !same)
			TRY(seal_field(server, put, field, arena, &version->fields[version->field_count++]));
		else if (same || credential->kind != CREDENTIAL_CARD)
			keep_field(before, field, version);
	}
	return OK;
}

static fallible seal_label(const struct server *server, struct arena *arena, struct credentials_put *put)
{
	scoped(buf) sealed = BUF(SEALED_MAX);
	TRY(credential_seal(server->volume.keys, &put->credential, &sealed));
	return buf_keep(&sealed, arena, &put->sealed);
}

/* ---- events ---- */

/* Who puts it in, and how it came. Behind a link stands nobody whom we know. */
static void put_depositor(
	const struct caller *caller, const struct credentials_put *put, struct json_out *out)
{
	bool person = !ids_is_none(caller->person);
	json_out_text(out, "channel", passing_on_name(put->passing.channel));
	if (!ids_is_none(put->link))
		json_out_id(out, "depositor", ID_DEPOSIT, put->link);
	else
		json_out_id(out, "depositor", person ? ID_PERSON : ID_APPLICATION,
			person ? caller->person : caller->application);
}

static fallible put_detail(const struct caller *caller, enum action action, const struct credentials_put *put,
	struct arena *arena, struct span *detail)
{
	scoped(buf) text = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&text);
	json_out_open(&out, NULL);
	json_out_text(&out, "kind", credential_kind_name(put->credential.kind));
	json_out_number(&out, "version", (int64_t)put->credential.current);
	json_out_open_array(&out, "fields");
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++)
		if (put->secret.fields[field].len && !(put->unchanged & 1u << field))
			json_out_text(&out, NULL, credentials_field_name(field));
	json_out_close_array(&out);
	if (action == ACTION_CREDENTIAL_DEPOSITED)
		put_depositor(caller, put, &out);
	if (action == ACTION_CREDENTIAL_ROTATED)
		json_out_number(&out, "known_to_before", put->known_to);
	json_out_close(&out);
	return buf_keep(&text, arena, detail);
}

static fallible seal_event(const struct server *server, const struct caller *caller, enum action action,
	struct instant now, struct arena *arena, struct credentials_put *put)
{
	const struct credential *credential = &put->credential;
	struct event event = caller_event(caller, action);
	event.has_object_kind = true;
	event.object_kind = ID_CREDENTIAL;
	event.ids[LEAF_ID_OBJECT] = credential->id;
	event.ids[LEAF_ID_CLIENT] = credential->client;
	event.texts[LEAF_TEXT_LABEL] = credential->title;
	TRY(put_detail(caller, action, put, arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(server->volume.keys, credential->tenant, &event, now, arena, &put->draft);
}

/* ---- a new one ---- */

static fallible find_client(const struct caller *caller, const struct view *view, struct arena *arena,
	struct credentials_put *put)
{
	struct id id;
	struct sight sight;
	struct client client;
	TRY(credentials_sight_to_put(view, caller, arena, &sight));
	struct err err = client_find(view, caller->tenant, put->client, &id);
	if (err.kind == ERR_NOT_FOUND || (!err_failed(err) && !sight_has_client(&sight, id)))
		return FAIL_CODE(UNKNOWN_CLIENT, "the credential's client is nobody here");
	TRY(err);
	TRY(client_get(view, caller->tenant, id, arena, &client));
	if (client.state != CLIENT_ACTIVE && client.state != CLIENT_PAUSED)
		return FAIL(CONFLICT, "the client has left");
	put->credential.client = id;
	put->client_row = client.version;
	return OK;
}

fallible credentials_add_prepare(const struct server *server, const struct caller *caller,
	const struct view *view, struct instant now, struct arena *arena, struct credentials_put *put)
{
	struct credential *credential = &put->credential;
	credential->tenant = caller->tenant;
	credential->id = random_id(now);
	credential->created = now;
	credential->current = credential->known = 1;
	credential->strength = CREDENTIAL_STRENGTH_NONE;
	TRY(find_client(caller, view, arena, put));
	TRY(credential_forms_describe(&put->secret, arena, credential));
	TRY(seal_label(server, arena, put));
	begin_version(caller, now, put);
	TRY(seal_version(server, NULL, arena, put));
	put->passed_on = !put->generated;
	if (put->passed_on)
		TRY(passing_on_prepare(server, caller, view, now, arena, credential, &put->passing));
	return seal_event(server, caller, ACTION_CREDENTIAL_DEPOSITED, now, arena, put);
}

fallible credentials_add_write(struct act *act, struct credentials_put *put)
{
	const struct credential *credential = &put->credential;
	struct noun_key client = noun_key(credential->tenant, id_span(&credential->client), SPAN_NONE);
	TRY(noun_still(act, TABLE_CLIENT, noun_key_span(&client), put->client_row));
	TRY(version_put(act, credential->client, &put->version));
	TRY(credential_put(act, credential, put->sealed));
	TRY(event_add(act, credential->tenant, &put->draft.leaf, NULL));
	return put->passed_on ? passing_on_write(act, credential, &put->passing) : OK;
}

/* ---- a new version ---- */

/* How many people have seen the version that is replaced. */
static fallible count_knowing(const struct view *view, const struct credential *credential, int64_t *count)
{
	int64_t known = 0;
	struct err err;
	struct exposure seen;
	struct exposure_place at = {0};
	while (exposure_of_client(view, credential->tenant, credential->client, &at, &seen, &err))
		known += ids_equal(seen.credential, credential->id) && seen.number == credential->known;
	TRY(err);
	*count = known;
	return OK;
}

/* Whether a field that is given is as it was. One that does not open is replaced, whatever stood there. */
static fallible is_as_before(const struct server *server, const struct view *view,
	const struct version *before, const struct credentials_put *put, enum credential_field field,
	struct arena *arena, bool *same)
{
	struct version holder = *before;
	scoped(secret) plain = {0};
	const struct version_field *stands = version_field(before, field);
	*same = false;
	if (!stands || put->secret.fields[field].len == 0)
		return OK;
	if (stands->held_by != before->number)
		TRY(version_get(view, before->tenant, before->credential, stands->held_by, arena, &holder));
	struct err err = fields_open(server, &holder, put->credential.client, field, &plain);
	if (err.kind == ERR_FORGED || err.kind == ERR_CORRUPT)
		return OK;
	TRY(err);
	*same = secret_equal(secret_span(&plain), put->secret.fields[field]);
	return OK;
}

/* The fields that are given, and which of them are as they were. */
static fallible compare(const struct server *server, const struct view *view, const struct version *before,
	struct arena *arena, struct credentials_put *put, unsigned *given)
{
	*given = put->unchanged = 0;
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++) {
		bool same;
		TRY(is_as_before(server, view, before, put, (enum credential_field)field, arena, &same));
		*given |= put->secret.fields[field].len ? 1u << field : 0;
		put->unchanged |= same ? 1u << field : 0;
	}
	return OK;
}

fallible credentials_change_prepare(const struct server *server, const struct caller *caller,
	const struct view *view, struct instant now, struct arena *arena, struct credentials_put *put)
{
	struct version before;
	struct credential *credential = &put->credential;
	unsigned given;
	if (credential->state != CREDENTIAL_ACTIVE)
		return FAIL(CONFLICT, "the credential is archived");
	TRY(version_get(view, credential->tenant, credential->id, credential->current, arena, &before));
	TRY(count_knowing(view, credential, &put->known_to));
	TRY(compare(server, view, &before, arena, put, &given));
	credential->current++;
	put->passed_on = !put->generated && (given & credential_revealable(credential->kind));
	if (given & ~put->unchanged & credential_revealable(credential->kind))
		credential->known = credential->current;
	if (put->passed_on)
		TRY(passing_on_prepare(server, caller, view, now, arena, credential, &put->passing));
	TRY(credential_forms_describe(&put->secret, arena, credential));
	TRY(seal_label(server, arena, put));
	begin_version(caller, now, put);
	TRY(seal_version(server, &before, arena, put));
	enum action action = put->generated ? ACTION_CREDENTIAL_ROTATED : ACTION_CREDENTIAL_UPDATED;
	return seal_event(server, caller, action, now, arena, put);
}

static fallible write_changed(struct act *act, struct credentials_put *put)
{
	const struct credential *credential = &put->credential;
	struct noun_key key = noun_key(credential->tenant, id_span(&credential->id), SPAN_NONE);
	TRY(noun_still(act, TABLE_CREDENTIAL, noun_key_span(&key), credential->row));
	TRY(credential_put(act, credential, put->sealed));
	return event_add(act, credential->tenant, &put->draft.leaf, NULL);
}

fallible credentials_change_write(struct act *act, struct credentials_put *put)
{
	TRY(write_changed(act, put));
	TRY(version_put(act, put->credential.client, &put->version));
	return put->passed_on ? passing_on_write(act, &put->credential, &put->passing) : OK;
}
