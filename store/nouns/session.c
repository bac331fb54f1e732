/* SPDX-License-Identifier: Apache-2.0 */
/* session - records under tenant ‖ id, the list of each person, the row of the cookie. */
#include "store/nouns/session.h"

#include "base/reader.h"
#include "crypto/tokens.h"
#include "store/nouns/application.h"
#include "store/nouns/expiry.h"

enum { SESSION_RECORD = 1, RECORD_MAX = SESSION_SEALED_MAX + 256, TEXT_COUNT = 4 };

enum session_flag { IS_PROVEN = 1u << 0, IS_PRIVILEGED = 1u << 1 };

static struct noun_key key_of(const struct session *session)
{
	return noun_key(session->tenant, id_span(&session->id), SPAN_NONE);
}

static struct noun_key listed_key(const struct session *session)
{
	return noun_key(session->tenant, id_span(&session->person), id_span(&session->id));
}

static struct noun_seal seal_of(const struct session *session)
{
	return (struct noun_seal){session->tenant, {SUBJECT_PERSON, session->person},
		{.object = session->id, .object_type = SEAL_LABEL, .field_type = TABLE_SESSION}};
}

/* ---- the record ---- */

static fallible decode(struct span payload, struct session *session)
{
	struct reader reader = READER(payload);
	if (reader_u8(&reader) != SESSION_RECORD)
		return FAIL(CORRUPT, "a session's record has an unknown version");
	session->person = noun_take_id(&reader);
	session->device = noun_take_id(&reader);
	session->verification = noun_take_id(&reader);
	session->created.ms = reader_i64(&reader);
	session->last_used.ms = reader_i64(&reader);
	session->expires.ms = reader_i64(&reader);
	session->idle_ms = reader_u32(&reader);
	unsigned flags = reader_u8(&reader);
	session->means = reader_u8(&reader);
	session->lacks = reader_u8(&reader);
	session->capabilities = reader_u64(&reader);
	reader_copy(&reader, session->hash, sizeof session->hash);
	session->sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	if (flags > (IS_PROVEN | IS_PRIVILEGED) || session->means > SESSION_MEANS ||
		session->lacks > SESSION_LACKS)
		return FAIL(CORRUPT, "a session's record has a field that no version knows");
	session->proven = flags & IS_PROVEN;
	session->privileged = flags & IS_PRIVILEGED;
	return OK;
}

fallible session_get_clear(const struct view *view, struct id tenant, struct id id, struct session *session)
{
	struct row row;
	struct session read = {.tenant = tenant, .id = id};
	struct noun_key key = key_of(&read);
	TRY(view_get(view, TABLE_SESSION, noun_key_span(&key), &row));
	read.version = row.version;
	TRY(decode(row.payload, &read));
	*session = read;
	return OK;
}

fallible session_put(struct act *act, const struct session *session)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(session);
	unsigned flags = (session->proven ? IS_PROVEN : 0u) | (session->privileged ? IS_PRIVILEGED : 0u);
	buf_put_u8(&record, SESSION_RECORD);
	buf_put(&record, id_span(&session->person));
	buf_put(&record, id_span(&session->device));
	buf_put(&record, id_span(&session->verification));
	buf_put_i64(&record, session->created.ms);
	buf_put_i64(&record, session->last_used.ms);
	buf_put_i64(&record, session->expires.ms);
	buf_put_u32(&record, session->idle_ms);
	buf_put_u8(&record, (uint8_t)flags);
	buf_put_u8(&record, session->means);
	buf_put_u8(&record, session->lacks);
	buf_put_u64(&record, session->capabilities);
	buf_put(&record, SPAN_BYTES(session->hash));
	buf_put_sized(&record, session->sealed);
	TRY(buf_check(&record));
	return act_put(act, TABLE_SESSION, noun_key_span(&key), buf_span(&record));
}

/* ---- texts ---- */

fallible session_open_texts(const struct keys *keys, struct arena *arena, struct session *session)
{
	const struct noun_seal seal = seal_of(session);
	struct span *const texts[TEXT_COUNT] = {
		&session->ip, &session->user_agent, &session->browser, &session->system};
	return noun_open_texts(keys, &seal, session->sealed, arena, texts, TEXT_COUNT);
}

fallible session_seal(const struct keys *keys, const struct session *session, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(session);
	const struct span texts[TEXT_COUNT] = {
		session->ip, session->user_agent, session->browser, session->system};
	return noun_seal_texts(keys, &seal, texts, TEXT_COUNT, sealed);
}

/* ---- coming and going ---- */

fallible session_add(struct act *act, const struct session *session)
{
	struct noun_key listed = listed_key(session);
	const struct expiry expiry = {EXPIRY_SESSION, session_ends(session), session->tenant, session->id};
	const struct token token = {.kind = TOKEN_SESSION,
		.tenant = session->tenant,
		.owner = session->person,
		.id = session->id,
		.expires = session->expires};
	TRY(session_put(act, session));
	TRY(token_put(act, session->hash, &token));
	TRY(expiry_put(act, &expiry));
	return act_put(act, TABLE_SESSION_OF, noun_key_span(&listed), id_span(&session->person));
}

fallible session_drop(struct act *act, const struct session *session)
{
	struct noun_key key = key_of(session);
	struct noun_key listed = listed_key(session);
	TRY(act_drop(act, TABLE_TOKEN, SPAN_BYTES(session->hash)));
	TRY(act_drop(act, TABLE_SESSION_OF, noun_key_span(&listed)));
	return act_drop(act, TABLE_SESSION, noun_key_span(&key));
}

bool session_next(const struct view *view, struct id tenant, struct id person, struct id *after,
	struct session *session, struct err *err)
{
	*err = noun_next_id(view, TABLE_SESSION_OF, tenant, id_span(&person), after, NULL);
	if (err_failed(*err))
		return noun_ends(err), false;
	*err = session_get_clear(view, tenant, *after, session);
	return !err_failed(*err);
}

struct instant session_ends(const struct session *session)
{
	int64_t idle_ms = session->last_used.ms + session->idle_ms;
	return (struct instant){idle_ms < session->expires.ms ? idle_ms : session->expires.ms};
}
