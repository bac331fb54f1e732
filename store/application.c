/* SPDX-License-Identifier: Apache-2.0 */
/* application - records of applications and of tokens. */
#include "store/application.h"

#include "base/reader.h"

enum { APPLICATION_RECORD = 1, TOKEN_RECORD = 1, RECORD_MAX = 2048 };

static const struct subject BY_TENANT = {.kind = SUBJECT_TENANT};

static struct seal_context place_of(struct id id)
{
	return (struct seal_context){.object = id, .object_type = SEAL_LABEL, .field_type = TABLE_APPLICATION};
}

fallible application_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct application *application)
{
	struct row row;
	scoped(buf) plain = BUF(RECORD_MAX);
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_APPLICATION, noun_key_span(&key), &row));
	struct reader reader = READER(row.payload);
	struct application read = {.tenant = tenant, .id = id, .version = row.version};
	if (reader_u8(&reader) != APPLICATION_RECORD)
		return FAIL(CORRUPT, "an application's record has an unknown version");
	read.state = reader_u8(&reader);
	read.scopes = reader_u32(&reader);
	read.created.ms = reader_i64(&reader);
	read.expires.ms = reader_i64(&reader);
	reader_copy(&reader, read.token, sizeof read.token);
	struct span sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	TRY(view_keys(view)->open_row(view_keys(view)->keeper, tenant, &BY_TENANT, place_of(id), sealed, &plain));
	read.name = arena_copy(arena, buf_span(&plain));
	if (!read.name.at)
		return FAIL(NO_MEMORY, "a call has no memory for an application's name");
	*application = read;
	return OK;
}

fallible application_put(struct act *act, const struct application *application)
{
	const struct keys *keys = act->volume->keys;
	scoped(buf) record = BUF(RECORD_MAX);
	scoped(buf) sealed = BUF(RECORD_MAX);
	struct noun_key key = noun_key(application->tenant, id_span(&application->id), SPAN_NONE);
	TRY(keys->seal_row(keys->keeper, application->tenant, &BY_TENANT, place_of(application->id), application->name, &sealed));
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
