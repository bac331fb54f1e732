/* SPDX-License-Identifier: Apache-2.0 */
/* keyring - rows of wrapped keys under bucket keys, slots, high-water marks. */
#include "store/keyring.h"

#include "base/arena.h"
#include "base/reader.h"
#include "store/keyring_rows.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum map { MAP_META, MAP_SLOT, MAP_KEY, MAP_MARK, MAP_COUNT };

enum {
	MARK_VERSION = 1,
	ROW_MAX = 512,
	REWRAP_AT_ONCE = 256, /* rows of one transaction */
	WALK_AT_ONCE = 4096,  /* rows looked at under one hold of the lock */
};

static const char *const NAMES[MAP_COUNT] = {"meta", "slot", "key", "mark"};

struct keyring {
	struct kv *kv;
	pthread_rwlock_t lock;   /* guards shred, and what lies under it */
	pthread_mutex_t turning; /* one turn at a time */
	struct shred shred;
	uint64_t made; /* keys ever put: the next one's bucket */
};

/* ---- opening ---- */

static fallible read_made(struct keyring *keyring)
{
	scoped(buf) note = BUF(8);
	struct err err = keyring_note(keyring, "made", &note);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	struct reader reader = READER(buf_span(&note));
	keyring->made = reader_u64(&reader);
	return reader_check(&reader);
}

static fallible prepare(
	struct keyring *keyring, const struct kv_backend *backend, const char *directory, bool create)
{
	char folder[SHRED_PATH];
	if (snprintf(folder, sizeof folder, "%s/keyring", directory) >= (int)sizeof folder)
		return FAIL(INPUT, "the path of the data directory is too long");
	TRY(shred_init(&keyring->shred, folder));
	if (shred_exists(&keyring->shred) == create)
		return create ? FAIL(CONFLICT, "there is a keyring in this directory already")
			      : FAIL(NOT_FOUND, "there is no keyring in this directory");
	struct kv_ask ask = {.path = folder, .maps = NAMES, .map_count = MAP_COUNT, .durable = true};
	TRY(kv_open(backend, &ask, &keyring->kv));
	TRY(read_made(keyring));
	if (!create)
		return shred_load(&keyring->shred);
	/* A shred file that was lost is no reason to begin anew over the keys that lie there. */
	return keyring->made ? FAIL(CONFLICT, "there are keys in this directory already")
			     : shred_save(&keyring->shred);
}

fallible keyring_open(
	const struct kv_backend *backend, const char *directory, bool create, struct keyring **keyring)
{
	struct keyring *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "the keyring cannot be made");
	pthread_rwlock_init(&made->lock, NULL);
	pthread_mutex_init(&made->turning, NULL);
	struct err err = prepare(made, backend, directory, create);
	if (err_failed(err)) {
		keyring_close(made);
		return err;
	}
	*keyring = made;
	return OK;
}

void keyring_close(struct keyring *keyring)
{
	if (!keyring)
		return;
	kv_close(keyring->kv);
	shred_done(&keyring->shred);
	pthread_mutex_destroy(&keyring->turning);
	pthread_rwlock_destroy(&keyring->lock);
	free(keyring);
}

/* ---- keys ---- */

static fallible read_row(const struct keyring *keyring, struct kv_txn *txn, struct keyring_row *row)
{
	uint8_t bytes[KEYRING_ROWS_NAME];
	struct span value;
	keyring_rows_name(&row->name, bytes);
	TRY(kv_get(txn, MAP_KEY, SPAN_BYTES(bytes), &value));
	return keyring_rows_open(&keyring->shred, value, row);
}

static fallible get_row(struct keyring *keyring, struct keyring_row *row)
{
	scoped(kv_txn) txn = {0};
	TRY(kv_read(keyring->kv, &txn));
	return read_row(keyring, &txn, row);
}

/* The snapshot is taken under the lock: none from before a turn is read after its old keys are gone. */
fallible keyring_get(struct keyring *keyring, const struct keyring_name *name, struct keyring_row *row)
{
	struct keyring_row read = {.name = *name};
	pthread_rwlock_rdlock(&keyring->lock);
	struct err err = get_row(keyring, &read);
	pthread_rwlock_unlock(&keyring->lock);
	TRY(err);
	*row = read;
	return OK;
}

/* One row into one bucket. */
static fallible put_row(
	struct keyring *keyring, struct kv_txn *txn, const struct keyring_row *row, uint32_t bucket)
{
	uint8_t bytes[KEYRING_ROWS_NAME];
	scoped(buf) value = BUF(ROW_MAX);
	keyring_rows_name(&row->name, bytes);
	TRY(keyring_rows_seal(&keyring->shred, row, bucket, &value));
	return kv_put(txn, MAP_KEY, SPAN_BYTES(bytes), buf_span(&value));
}

static fallible put_made(struct kv_txn *txn, uint64_t count)
{
	scoped(buf) made = BUF(8);
	buf_put_u64(&made, count);
	TRY(buf_check(&made));
	return kv_put(txn, MAP_META, SPAN_LIT("made"), buf_span(&made));
}

static fallible put_rows(struct keyring *keyring, const struct keyring_row *rows, size_t count)
{
	scoped(kv_txn) txn = {0};
	TRY(kv_write(keyring->kv, &txn));
	for (size_t i = 0; i < count; i++)
		TRY(put_row(keyring, &txn, &rows[i], (uint32_t)((keyring->made + i) / KEYRING_BUCKET)));
	TRY(put_made(&txn, keyring->made + count));
	TRY(kv_commit(&txn));
	keyring->made += count;
	return OK;
}

fallible keyring_put(struct keyring *keyring, const struct keyring_row *rows, size_t count)
{
	pthread_rwlock_wrlock(&keyring->lock);
	struct err err = put_rows(keyring, rows, count);
	pthread_rwlock_unlock(&keyring->lock);
	return err;
}

static fallible put_one(struct keyring *keyring, enum map map, struct span key, struct span value)
{
	scoped(kv_txn) txn = {0};
	TRY(kv_write(keyring->kv, &txn));
	TRY(kv_put(&txn, (int)map, key, value));
	return kv_commit(&txn);
}

fallible keyring_drop(struct keyring *keyring, const struct keyring_name *name)
{
	uint8_t bytes[KEYRING_ROWS_NAME];
	scoped(kv_txn) txn = {0};
	keyring_rows_name(name, bytes);
	TRY(kv_write(keyring->kv, &txn));
	struct err err = kv_drop(&txn, MAP_KEY, SPAN_BYTES(bytes));
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return kv_commit(&txn);
}

/* ---- several changes at once ---- */

fallible keyring_batch_open(struct keyring *keyring, struct keyring_batch *batch)
{
	*batch = (struct keyring_batch){.keyring = keyring};
	pthread_rwlock_wrlock(&keyring->lock);
	batch->made = keyring->made;
	return kv_write(keyring->kv, &batch->txn);
}

void keyring_batch_done(struct keyring_batch *batch)
{
	if (!batch->keyring)
		return;
	kv_txn_done(&batch->txn);
	pthread_rwlock_unlock(&batch->keyring->lock);
	batch->keyring = NULL;
}

fallible keyring_batch_commit(struct keyring_batch *batch)
{
	if (batch->made != batch->keyring->made)
		TRY(put_made(&batch->txn, batch->made));
	TRY(kv_commit(&batch->txn));
	batch->keyring->made = batch->made;
	return OK;
}

fallible keyring_batch_get(
	struct keyring_batch *batch, const struct keyring_name *name, struct keyring_row *row)
{
	struct keyring_row read = {.name = *name};
	TRY(read_row(batch->keyring, &batch->txn, &read));
	*row = read;
	return OK;
}

/* The bucket of a key that is there; else the next one's. */
static fallible bucket_for(struct keyring_batch *batch, const struct keyring_name *name, uint32_t *bucket)
{
	uint8_t bytes[KEYRING_ROWS_NAME];
	struct span value;
	struct keyring_place place;
	keyring_rows_name(name, bytes);
	struct err err = kv_get(&batch->txn, MAP_KEY, SPAN_BYTES(bytes), &value);
	if (err.kind == ERR_NOT_FOUND) {
		*bucket = (uint32_t)(batch->made++ / KEYRING_BUCKET);
		return OK;
	}
	TRY(err);
	TRY(keyring_rows_place(value, &place));
	*bucket = place.bucket;
	return OK;
}

fallible keyring_batch_put(struct keyring_batch *batch, const struct keyring_row *row)
{
	uint32_t bucket;
	TRY(bucket_for(batch, &row->name, &bucket));
	return put_row(batch->keyring, &batch->txn, row, bucket);
}

fallible keyring_batch_put_note(struct keyring_batch *batch, const char *name, struct span note)
{
	return kv_put(&batch->txn, MAP_META, span_text(name), note);
}

fallible keyring_batch_drop_note(struct keyring_batch *batch, const char *name)
{
	struct err err = kv_drop(&batch->txn, MAP_META, span_text(name));
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

/* Kind, and the tenant if it is but one. */
static struct span walk_prefix(const struct keyring_walk *walk, uint8_t bytes[static KEYRING_ROWS_NAME])
{
	const struct keyring_name first = {.kind = walk->kind, .tenant = walk->tenant};
	keyring_rows_name(&first, bytes);
	return span_of(bytes, ids_is_none(walk->tenant) ? 1 : 1 + sizeof walk->tenant.bytes);
}

/* The row behind the last one of a walk; the cursor stands on it. */
static bool step(
	const struct keyring_walk *walk, struct span prefix, struct span last, struct kv_cursor *rows)
{
	bool more = kv_next(rows);
	if (more && walk->begun && span_equal(rows->key, last))
		more = kv_next(rows);
	return more && span_starts(rows->key, prefix);
}

fallible keyring_batch_next(struct keyring_batch *batch, struct keyring_walk *walk, struct keyring_row *row)
{
	uint8_t first[KEYRING_ROWS_NAME], last[KEYRING_ROWS_NAME];
	scoped(kv_cursor) rows = {0};
	struct keyring_row read = {.epoch = 0};
	struct span prefix = walk_prefix(walk, first);
	keyring_rows_name(&walk->last, last);
	TRY(kv_seek(&batch->txn, MAP_KEY, walk->begun ? SPAN_BYTES(last) : prefix, &rows));
	bool more = step(walk, prefix, SPAN_BYTES(last), &rows);
	TRY(rows.err);
	if (!more)
		return FAIL(NOT_FOUND, "there is no other key of this kind");
	if (rows.key.len != KEYRING_ROWS_NAME)
		return FAIL(CORRUPT, "the keyring has a key with a strange name");
	keyring_rows_take_name(rows.key, &read.name);
	walk->last = read.name;
	walk->begun = true;
	TRY(keyring_rows_open(&batch->keyring->shred, rows.value, &read));
	*row = read;
	return OK;
}

fallible keyring_count(struct keyring *keyring, enum keyring_kind kind, struct id tenant, uint64_t *count)
{
	uint8_t first[KEYRING_ROWS_NAME];
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	uint64_t found = 0;
	const struct keyring_walk walk = {.kind = kind, .tenant = tenant};
	struct span prefix = walk_prefix(&walk, first);
	TRY(kv_read(keyring->kv, &txn));
	TRY(kv_seek(&txn, MAP_KEY, prefix, &rows));
	while (kv_next(&rows) && span_starts(rows.key, prefix))
		found++;
	TRY(rows.err);
	*count = found;
	return OK;
}

fallible keyring_note(struct keyring *keyring, const char *name, struct buf *note)
{
	scoped(kv_txn) txn = {0};
	struct span value;
	TRY(kv_read(keyring->kv, &txn));
	TRY(kv_get(&txn, MAP_META, span_text(name), &value));
	buf_put(note, value);
	return buf_check(note);
}

/* ---- turning ---- */

/* Rows that lie under an old key, copied out of the database before they are written anew. */
struct rewrap {
	struct keyring_row rows[REWRAP_AT_ONCE];
	uint32_t buckets[REWRAP_AT_ONCE];
	size_t count;
	uint8_t last[KEYRING_ROWS_NAME]; /* how far the walk has come */
	bool begun, over;
};

static fallible gather_row(
	const struct keyring *keyring, struct span key, struct span value, struct rewrap *rewrap)
{
	struct keyring_place place;
	struct keyring_row *row = &rewrap->rows[rewrap->count];
	if (key.len != KEYRING_ROWS_NAME)
		return FAIL(CORRUPT, "the keyring has a key with a strange name");
	memcpy(rewrap->last, key.at, KEYRING_ROWS_NAME);
	TRY(keyring_rows_place(value, &place));
	if (!shred_must_rewrap(&keyring->shred, place.bucket, place.generation))
		return OK;
	*row = (struct keyring_row){.epoch = 0};
	keyring_rows_take_name(key, &row->name);
	TRY(keyring_rows_open(&keyring->shred, value, row));
	rewrap->buckets[rewrap->count++] = place.bucket;
	return OK;
}

static fallible gather(const struct keyring *keyring, struct kv_txn *txn, struct rewrap *rewrap)
{
	scoped(kv_cursor) rows = {0};
	size_t walked = 0;
	rewrap->count = 0;
	rewrap->over = true;
	TRY(kv_seek(txn, MAP_KEY, rewrap->begun ? SPAN_BYTES(rewrap->last) : SPAN_NONE, &rows));
	while (kv_next(&rows)) {
		TRY(gather_row(keyring, rows.key, rows.value, rewrap));
		rewrap->begun = true;
		if (rewrap->count < REWRAP_AT_ONCE && ++walked < WALK_AT_ONCE)
			continue;
		rewrap->over = false;
		break;
	}
	return rows.err;
}

/* One transaction: the row that a walk stopped at is looked at twice, and has nothing to do then. */
static fallible rewrap_some(struct keyring *keyring, struct rewrap *rewrap)
{
	scoped(kv_txn) txn = {0};
	TRY(kv_write(keyring->kv, &txn));
	TRY(gather(keyring, &txn, rewrap));
	for (size_t i = 0; i < rewrap->count; i++)
		TRY(put_row(keyring, &txn, &rewrap->rows[i], rewrap->buckets[i]));
	return rewrap->count ? kv_commit(&txn) : OK;
}

/* Others read and put between two steps; what they put lies under the new keys. */
static fallible rewrap_all(struct keyring *keyring)
{
	struct err err = OK;
	scoped(arena) arena = ARENA(2 * sizeof(struct rewrap));
	struct rewrap *rewrap = arena_alloc(&arena, sizeof *rewrap);
	if (!rewrap)
		return FAIL(NO_MEMORY, "there is no memory to turn shred keys");
	while (!rewrap->over && !err_failed(err)) {
		pthread_rwlock_wrlock(&keyring->lock);
		err = rewrap_some(keyring, rewrap);
		pthread_rwlock_unlock(&keyring->lock);
	}
	return err;
}

static bool is_turning(struct keyring *keyring)
{
	pthread_rwlock_rdlock(&keyring->lock);
	bool turning = shred_is_turning(&keyring->shred);
	pthread_rwlock_unlock(&keyring->lock);
	return turning;
}

static fallible finish_turn(struct keyring *keyring)
{
	if (!is_turning(keyring))
		return OK;
	TRY(rewrap_all(keyring));
	pthread_rwlock_wrlock(&keyring->lock);
	struct err err = shred_settle(&keyring->shred);
	pthread_rwlock_unlock(&keyring->lock);
	return err;
}

fallible keyring_settle(struct keyring *keyring)
{
	pthread_mutex_lock(&keyring->turning);
	struct err err = finish_turn(keyring);
	pthread_mutex_unlock(&keyring->turning);
	return err;
}

/* The bucket of a wrap; a key that is gone has none. */
static fallible mark_bucket(struct kv_txn *txn, const struct keyring_name *name, struct buf *marks)
{
	uint8_t bytes[KEYRING_ROWS_NAME];
	struct span value;
	struct keyring_place place;
	keyring_rows_name(name, bytes);
	struct err err = kv_get(txn, MAP_KEY, SPAN_BYTES(bytes), &value);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	TRY(keyring_rows_place(value, &place));
	if (place.bucket >= marks->len)
		return FAIL(CORRUPT, "the shred file lacks a bucket");
	marks->data[place.bucket] = 1;
	return OK;
}

static fallible drop_names(struct kv_txn *txn, const struct keyring_name *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t bytes[KEYRING_ROWS_NAME];
		keyring_rows_name(&names[i], bytes);
		struct err err = kv_drop(txn, MAP_KEY, SPAN_BYTES(bytes));
		if (err.kind != ERR_NOT_FOUND)
			TRY(err);
	}
	return OK;
}

static fallible make_marks(const struct keyring *keyring, uint8_t value, struct buf *marks)
{
	size_t count = shred_count(&keyring->shred);
	uint8_t *room = buf_room(marks, count);
	TRY(buf_check(marks));
	if (count)
		memset(room, value, count);
	return OK;
}

/* The old keys stay beside the new ones until everything else was wrapped anew; what is destroyed is not. */
static fallible turn_and_drop(struct keyring *keyring, const struct keyring_name *names, size_t count)
{
	scoped(kv_txn) txn = {0};
	scoped(buf) marks = BUF(SHRED_FILE_MAX);
	TRY(make_marks(keyring, 0, &marks));
	TRY(kv_write(keyring->kv, &txn));
	for (size_t i = 0; i < count; i++)
		TRY(mark_bucket(&txn, &names[i], &marks));
	if (!memchr(marks.data ? marks.data : (const uint8_t *)"", 1, marks.len))
		return OK;
	TRY(shred_turn(&keyring->shred, buf_span(&marks)));
	TRY(drop_names(&txn, names, count));
	return kv_commit(&txn);
}

static fallible destroy(struct keyring *keyring, const struct keyring_name *names, size_t count)
{
	TRY(finish_turn(keyring));
	pthread_rwlock_wrlock(&keyring->lock);
	struct err err = turn_and_drop(keyring, names, count);
	pthread_rwlock_unlock(&keyring->lock);
	TRY(err);
	return finish_turn(keyring);
}

fallible keyring_destroy(struct keyring *keyring, const struct keyring_name *names, size_t count)
{
	pthread_mutex_lock(&keyring->turning);
	struct err err = destroy(keyring, names, count);
	pthread_mutex_unlock(&keyring->turning);
	return err;
}

static fallible turn_all(struct keyring *keyring)
{
	scoped(buf) marks = BUF(SHRED_FILE_MAX);
	TRY(finish_turn(keyring));
	pthread_rwlock_wrlock(&keyring->lock);
	struct err err = make_marks(keyring, 1, &marks);
	if (!err_failed(err))
		err = shred_turn(&keyring->shred, buf_span(&marks));
	pthread_rwlock_unlock(&keyring->lock);
	TRY(err);
	return finish_turn(keyring);
}

fallible keyring_turn(struct keyring *keyring)
{
	pthread_mutex_lock(&keyring->turning);
	struct err err = turn_all(keyring);
	pthread_mutex_unlock(&keyring->turning);
	return err;
}

fallible keyring_set_turned(struct keyring *keyring, struct instant at)
{
	scoped(buf) value = BUF(8);
	buf_put_i64(&value, at.ms);
	TRY(buf_check(&value));
	return put_one(keyring, MAP_META, SPAN_LIT("turned"), buf_span(&value));
}

fallible keyring_turned(struct keyring *keyring, struct instant *at)
{
	scoped(buf) note = BUF(8);
	struct err err = keyring_note(keyring, "turned", &note);
	if (err.kind == ERR_NOT_FOUND) {
		at->ms = 0;
		return OK;
	}
	TRY(err);
	struct reader reader = READER(buf_span(&note));
	at->ms = reader_i64(&reader);
	return reader_check(&reader);
}

fallible keyring_drop_days(struct keyring *keyring, uint32_t oldest)
{
	static const uint8_t first[] = {KEYRING_SHORT};
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	TRY(kv_write(keyring->kv, &txn));
	TRY(kv_seek(&txn, MAP_KEY, SPAN_BYTES(first), &rows));
	while (kv_next(&rows) && span_starts(rows.key, SPAN_BYTES(first))) {
		if (rows.key.len != KEYRING_ROWS_NAME)
			return FAIL(CORRUPT, "the keyring has a key with a strange name");
		struct reader day = READER(span_from(rows.key, KEYRING_ROWS_NAME - 4));
		if (reader_u32(&day) < oldest)
			TRY(kv_drop(&txn, MAP_KEY, rows.key));
	}
	TRY(rows.err);
	return kv_commit(&txn);
}

/* ---- slots and marks ---- */

struct kv *keyring_kv(const struct keyring *keyring, int *slots)
{
	*slots = MAP_SLOT;
	return keyring->kv;
}

fallible keyring_get_mark(struct keyring *keyring, struct id tenant, struct keyring_mark *mark)
{
	scoped(kv_txn) txn = {0};
	struct span value;
	struct keyring_mark read = {0};
	TRY(kv_read(keyring->kv, &txn));
	TRY(kv_get(&txn, MAP_MARK, SPAN_BYTES(tenant.bytes), &value));
	struct reader reader = READER(value);
	if (reader_u8(&reader) != MARK_VERSION)
		return FAIL(CORRUPT, "a high-water mark has an unknown version");
	read.size = reader_u64(&reader);
	reader_copy(&reader, read.root, sizeof read.root);
	read.time.ms = reader_i64(&reader);
	reader_copy(&reader, read.mac, sizeof read.mac);
	TRY(reader_check(&reader));
	*mark = read;
	return OK;
}

fallible keyring_put_mark(struct keyring *keyring, struct id tenant, const struct keyring_mark *mark)
{
	scoped(buf) value = BUF(128);
	buf_put_u8(&value, MARK_VERSION);
	buf_put_u64(&value, mark->size);
	buf_put(&value, SPAN_BYTES(mark->root));
	buf_put_i64(&value, mark->time.ms);
	buf_put(&value, SPAN_BYTES(mark->mac));
	TRY(buf_check(&value));
	return put_one(keyring, MAP_MARK, SPAN_BYTES(tenant.bytes), buf_span(&value));
}
