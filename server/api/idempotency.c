/* SPDX-License-Identifier: Apache-2.0 */
/* idempotency - rows in day buckets: day ‖ tenant ‖ MAC of caller, route and key. */
#include "server/api/idempotency.h"

#include "base/reader.h"
#include "crypto/secret.h"
#include "server/api/reply.h"
#include "store/nouns/noun.h"

enum { IDEMPOTENCY_RECORD = 1, DAY_MS = 86400000, KEY_BYTES = 4 + 16 + HASH_BLAKE };

struct idempotency {
	uint8_t name[HASH_BLAKE];    /* of caller, route and key */
	uint8_t request[HASH_BLAKE]; /* of method, path, query and body */
};

static uint32_t day_of(struct instant at)
{
	return (uint32_t)(at.ms / DAY_MS);
}

static void row_key(const struct call *call, uint32_t day, struct buf *key)
{
	buf_put_u32(key, day);
	buf_put(key, id_span(&call->caller.tenant));
	buf_put(key, SPAN_BYTES(call->idempotency->name));
}

static struct id object_of(const struct call *call)
{
	struct id id;
	memcpy(id.bytes, call->idempotency->name, sizeof id.bytes);
	return id;
}

static fallible read_key(struct call *call, struct span *key)
{
	*key = http_header(call->exchange, "Idempotency-Key");
	if (key->len > IDEMPOTENCY_KEY_MAX || (key->at && key->len == 0))
		return FAIL(INVALID, "an idempotency key has 1 to 64 characters");
	for (size_t i = 0; i < key->len; i++)
		if (key->at[i] < 0x21 || key->at[i] > 0x7e)
			return FAIL(INVALID, "an idempotency key is made of visible ASCII");
	return OK;
}

static void hash_request(const struct call *call, struct span key, struct idempotency *idempotency)
{
	const struct caller *caller = &call->caller;
	const struct span name[] = {id_span(&caller->application), id_span(&caller->person),
		span_text(call->route->pattern), key};
	const struct span request[] = {call->request->path, call->request->query, call->request->body};
	keeper_hash(call->server->keeper, KEEPER_IDEMPOTENCY, name, 4, idempotency->name);
	keeper_hash(call->server->keeper, KEEPER_IDEMPOTENCY, request, 3, idempotency->request);
}

static fallible replay(struct call *call, uint32_t day, struct span record)
{
	struct reader reader = READER(record);
	if (reader_u8(&reader) != IDEMPOTENCY_RECORD)
		return FAIL(CORRUPT, "a kept answer has an unknown version");
	struct span request = reader_run(&reader, HASH_BLAKE);
	int status = reader_u16(&reader);
	if (reader.failed || !secret_equal(request, SPAN_BYTES(call->idempotency->request)))
		return FAIL_CODE(IDEMPOTENCY_MISMATCH, "the idempotency key was used with another request");
	call->reply->body = BUF(CALL_ANSWER_MAX);
	TRY(keeper_open_short(call->server->keeper, call->caller.tenant, day, object_of(call), reader.rest,
		&call->reply->body));
	call->reply->status = status;
	call->reply->content_type = "application/json";
	reply_header(call->reply, "Idempotent-Replayed", SPAN_LIT("true"));
	return OK;
}

static fallible find_in(struct call *call, struct reading *reading, uint32_t day, bool *replayed)
{
	struct row row;
	scoped(buf) key = BUF(KEY_BYTES);
	row_key(call, day, &key);
	struct err err = reading_get(reading, TABLE_IDEMPOTENCY, buf_span(&key), &row);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	*replayed = true;
	return replay(call, day, row.payload);
}

/* The key of the day has to be there before the act: nothing in an act may wait for a disk. */
static fallible warm_key(struct call *call)
{
	scoped(buf) unused = BUF(1024);
	return keeper_seal_short(call->server->keeper, call->caller.tenant, day_of(call->now),
		object_of(call), SPAN_NONE, &unused);
}

fallible idempotency_begin(struct call *call, bool *replayed)
{
	struct span key;
	scoped(reading) reading = {0};
	*replayed = false;
	TRY(read_key(call, &key));
	/* Only what belongs to a tenant has a key to be kept under. */
	if (key.len == 0 || call->request->method != HTTP_POST || ids_is_none(call->caller.tenant))
		return OK;
	call->idempotency = call_new(call, struct idempotency);
	if (!call->idempotency)
		return FAIL(NO_MEMORY, "a call has no memory for its idempotency key");
	hash_request(call, key, call->idempotency);
	TRY(call_reading(call, &reading));
	TRY(find_in(call, &reading, day_of(call->now), replayed));
	if (!*replayed)
		TRY(find_in(call, &reading, day_of(call->now) - 1, replayed));
	return *replayed ? OK : warm_key(call);
}

fallible idempotency_check(struct act *act, struct call *call)
{
	struct row row;
	scoped(buf) key = BUF(KEY_BYTES);
	if (!call->idempotency)
		return OK;
	row_key(call, day_of(call->now), &key);
	struct err err = act_get(act, TABLE_IDEMPOTENCY, buf_span(&key), &row);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return FAIL_CODE(STALE, "another request with this idempotency key was quicker");
}

fallible idempotency_keep(struct act *act, struct call *call, struct span answer)
{
	scoped(buf) key = BUF(KEY_BYTES);
	scoped(buf) record = BUF(CALL_ANSWER_MAX);
	uint32_t day = day_of(call->now);
	row_key(call, day, &key);
	buf_put_u8(&record, IDEMPOTENCY_RECORD);
	buf_put(&record, SPAN_BYTES(call->idempotency->request));
	buf_put_u16(&record, (uint16_t)call->status);
	TRY(keeper_seal_short(
		call->server->keeper, call->caller.tenant, day, object_of(call), answer, &record));
	return act_put(act, TABLE_IDEMPOTENCY, buf_span(&key), buf_span(&record));
}

fallible idempotency_sweep(struct act *act, size_t max, struct swept *swept)
{
	for (*swept = (struct swept){.done = 0}; swept->done < max; swept->done++) {
		scoped(buf) key = BUF(KEY_BYTES);
		scoped(kv_cursor) rows = {0};
		TRY(kv_seek(act->txn, TABLE_IDEMPOTENCY, SPAN_NONE, &rows));
		if (!kv_next(&rows))
			return rows.err;
		struct reader reader = READER(rows.key);
		if (reader_u32(&reader) + 2 > day_of(act->now))
			return OK;
		buf_put(&key, rows.key);
		kv_cursor_done(&rows);
		rows = (struct kv_cursor){0};
		TRY(act_drop(act, TABLE_IDEMPOTENCY, buf_span(&key)));
	}
	return OK;
}
