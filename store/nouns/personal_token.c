/* SPDX-License-Identifier: Apache-2.0 */
/* personal_token - the record behind a token's id. */
#include "store/nouns/personal_token.h"

#include "base/reader.h"

enum { PERSONAL_TOKEN_RECORD = 1, RECORD_MAX = 1024 };

static struct noun_seal seal_of(const struct personal_token *token)
{
	return (struct noun_seal){token->tenant, {SUBJECT_PERSON, token->person},
		{.object = token->id, .object_type = SEAL_LABEL, .field_type = TABLE_PERSONAL_TOKEN}};
}

static fallible open_name(
	const struct view *view, struct span sealed, struct arena *arena, struct personal_token *token)
{
	const struct noun_seal seal = seal_of(token);
	struct err err = noun_open(view_keys(view), &seal, sealed, arena, &token->name);
	/* The key is gone: the person was erased. */
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

fallible personal_token_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct personal_token *token)
{
	struct row row;
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_PERSONAL_TOKEN, noun_key_span(&key), &row));
	struct reader reader = READER(row.payload);
	struct personal_token read = {.tenant = tenant, .id = id, .version = row.version};
	if (reader_u8(&reader) != PERSONAL_TOKEN_RECORD)
		return FAIL(CORRUPT, "a personal token's record has an unknown version");
	read.revoked = reader_u8(&reader) != 0;
	read.person = noun_take_id(&reader);
	read.created.ms = reader_i64(&reader);
	read.expires.ms = reader_i64(&reader);
	reader_copy(&reader, read.hash, sizeof read.hash);
	struct span sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	TRY(open_name(view, sealed, arena, &read));
	*token = read;
	return OK;
}

fallible personal_token_seal(const struct keys *keys, const struct personal_token *token, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(token);
	return keys->seal_row(keys->keeper, seal.tenant, &seal.subject, seal.place, token->name, sealed);
}

fallible personal_token_put(struct act *act, const struct personal_token *token, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(token->tenant, id_span(&token->id), SPAN_NONE);
	buf_put_u8(&record, PERSONAL_TOKEN_RECORD);
	buf_put_u8(&record, token->revoked);
	buf_put(&record, id_span(&token->person));
	buf_put_i64(&record, token->created.ms);
	buf_put_i64(&record, token->expires.ms);
	buf_put(&record, SPAN_BYTES(token->hash));
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	return act_put(act, TABLE_PERSONAL_TOKEN, noun_key_span(&key), buf_span(&record));
}
