/* SPDX-License-Identifier: Apache-2.0 */
/* application - records of applications and of tokens. */
#include "store/nouns/application.h"

#include "base/reader.h"

enum { APPLICATION_RECORD = 1, TOKEN_RECORD = 1, RECORD_MAX = 2048 };

/* Its name is the tenant's own word: it lies under the tenant's key, and lives as long. */
static struct noun_seal seal_of(const struct application *application)
{
	return (struct noun_seal){application->tenant, {.kind = SUBJECT_TENANT},
		{.object = application->id, .object_type = SEAL_LABEL, .field_type = TABLE_APPLICATION}};
}

static fallible decode_clear(const struct row *row, struct application *application, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	application->version = row->version;
	if (reader_u8(&reader) != APPLICATION_RECORD)
		return FAIL(CORRUPT, "an application's record has an unknown version");
	application->state = reader_u8(&reader);
	application->scopes = reader_u32(&reader);
	application->created.ms = reader_i64(&reader);
	application->expires.ms = reader_i64(&reader);
	reader_copy(&reader, application->token, sizeof application->token);
	*sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	if (application->state > APPLICATION_REVOKED)
		return FAIL(CORRUPT, "an application's record has a state that no version knows");
	return OK;
}

static fallible decode(
	const struct view *view, const struct row *row, struct arena *arena, struct application *application)
{
	struct span sealed;
	TRY(decode_clear(row, application, &sealed));
	const struct noun_seal seal = seal_of(application);
	return noun_open(view_keys(view), &seal, sealed, arena, &application->name);
}

fallible application_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct application *application)
{
	struct row row;
	struct application read = {.tenant = tenant, .id = id};
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_APPLICATION, noun_key_span(&key), &row));
	TRY(decode(view, &row, arena, &read));
	*application = read;
	return OK;
}

fallible application_get_clear(
	const struct view *view, struct id tenant, struct id id, struct application *application)
{
	struct row row;
	struct span sealed;
	struct application read = {.tenant = tenant, .id = id};
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_APPLICATION, noun_key_span(&key), &row));
	TRY(decode_clear(&row, &read, &sealed));
	*application = read;
	return OK;
}

fallible application_put(struct act *act, const struct application *application)
{
	const struct keys *keys = act->volume->keys;
	scoped(buf) record = BUF(RECORD_MAX);
	scoped(buf) sealed = BUF(RECORD_MAX);
	struct noun_key key = noun_key(application->tenant, id_span(&application->id), SPAN_NONE);
	const struct noun_seal seal = seal_of(application);
	TRY(keys->seal_row(keys->keeper, seal.tenant, &seal.subject, seal.place, application->name, &sealed));
	buf_put_u8(&record, APPLICATION_RECORD);
	buf_put_u8(&record, (uint8_t)application->state);
	buf_put_u32(&record, application->scopes);
	buf_put_i64(&record, application->created.ms);
	buf_put_i64(&record, application->expires.ms);
	buf_put(&record, SPAN_BYTES(application->token));
	buf_put_sized(&record, buf_span(&sealed));
	TRY(buf_check(&record));
	return act_put(act, TABLE_APPLICATION, noun_key_span(&key), buf_span(&record));
}

bool application_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct application *application, struct err *err)
{
	struct row row;
	*err = noun_next_id(view, TABLE_APPLICATION, tenant, SPAN_NONE, after, &row);
	if (noun_ends(err))
		return false;
	*application = (struct application){.tenant = tenant, .id = *after};
	*err = decode(view, &row, arena, application);
	return !err_failed(*err);
}

fallible token_get(const struct view *view, const uint8_t hash[static HASH_BLAKE], struct token *token)
{
	struct row row;
	TRY(view_get(view, TABLE_TOKEN, span_of(hash, HASH_BLAKE), &row));
	struct reader reader = READER(row.payload);
	struct token read = {0};
	if (reader_u8(&reader) != TOKEN_RECORD)
		return FAIL(CORRUPT, "a token's record has an unknown version");
	read.kind = reader_u8(&reader);
	read.revoked = reader_u8(&reader) != 0;
	read.expires.ms = reader_i64(&reader);
	read.tenant = noun_take_id(&reader);
	read.owner = noun_take_id(&reader);
	read.id = noun_take_id(&reader);
	TRY(reader_check(&reader));
	if (read.kind > TOKEN_SESSION)
		return FAIL(CORRUPT, "a token's record has a kind that no version knows");
	*token = read;
	return OK;
}

fallible token_put(struct act *act, const uint8_t hash[static HASH_BLAKE], const struct token *token)
{
	scoped(buf) record = BUF(RECORD_MAX);
	buf_put_u8(&record, TOKEN_RECORD);
	buf_put_u8(&record, (uint8_t)token->kind);
	buf_put_u8(&record, token->revoked);
	buf_put_i64(&record, token->expires.ms);
	buf_put(&record, id_span(&token->tenant));
	buf_put(&record, id_span(&token->owner));
	buf_put(&record, id_span(&token->id));
	TRY(buf_check(&record));
	return act_put(act, TABLE_TOKEN, span_of(hash, HASH_BLAKE), buf_span(&record));
}
