/* SPDX-License-Identifier: Apache-2.0 */
/* keyring - rows of wrapped keys under bucket keys, slots, high-water marks. */
#include "store/keyring.h"

#include "base/reader.h"
#include "crypto/random.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum map { MAP_META, MAP_SLOT, MAP_KEY, MAP_MARK, MAP_COUNT };

enum {
	ROW_VERSION = 1,
	MARK_VERSION = 1,
	NAME_BYTES = 1 + 16 + 16,
	OUTER_BYTES = SEAL_OVERHEAD + SEAL_WRAPPED,
	SHRED_KEY = SEAL_KEY,
	SHRED_FILE_MAX = 64 * 1024 * 1024,
	PATH_BYTES = 4096,
};

static const char *const NAMES[MAP_COUNT] = {"meta", "slot", "key", "mark"};

struct keyring {
	struct kv *kv;
	char folder[PATH_BYTES - 8];
	char shred_path[PATH_BYTES];
	pthread_rwlock_t lock;
	struct buf shred; /* one key a bucket */
	uint64_t made;    /* keys ever put: the next one's bucket */
};

/* ---- the shred file: magic, then one key a bucket ---- */

static const char SHRED_MAGIC[8] = "MNSHRED1";

static fallible write_whole(int fd, struct span bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.at, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return errno == ENOSPC ? FAIL(FULL, "the disk has no room for the shred file")
					       : FAIL(IO, "the shred file cannot be written");
		bytes = span_from(bytes, (size_t)n);
	}
	return fsync(fd) == 0 ? OK : FAIL(IO, "the shred file cannot be synced");
}

/* Without it a crash may take the new name back, and a key would lie under a bucket that is gone. */
static fallible sync_folder(const struct keyring *keyring)
{
	int fd = open(keyring->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return FAIL(IO, "the folder of the shred file cannot be opened");
	int synced = fsync(fd);
	close(fd);
	return synced == 0 ? OK : FAIL(IO, "the folder of the shred file cannot be synced");
}

/* Written aside, synced, renamed: a crash leaves the old or the new one. */
static fallible save_shred(const struct keyring *keyring)
{
	char aside[PATH_BYTES + 8];
	snprintf(aside, sizeof aside, "%s.new", keyring->shred_path);
	int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return FAIL(IO, "the shred file cannot be made");
	struct err err = write_whole(fd, span_of(SHRED_MAGIC, sizeof SHRED_MAGIC));
	if (!err_failed(err))
		err = write_whole(fd, buf_span(&keyring->shred));
	close(fd);
	TRY(err);
	if (rename(aside, keyring->shred_path) != 0)
		return FAIL(IO, "the shred file cannot be replaced");
	return sync_folder(keyring);
}

static fallible load_shred(struct keyring *keyring)
{
	uint8_t chunk[4096];
	scoped(buf) file = BUF(SHRED_FILE_MAX);
	int fd = open(keyring->shred_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return FAIL(NOT_FOUND, "the keyring has no shred file");
	ssize_t n;
	while ((n = read(fd, chunk, sizeof chunk)) > 0)
		buf_put(&file, span_of(chunk, (size_t)n));
	close(fd);
	TRY(buf_check(&file));
	struct span magic = span_of(SHRED_MAGIC, sizeof SHRED_MAGIC);
	if (n < 0 || !span_starts(buf_span(&file), magic) || (file.len - magic.len) % SHRED_KEY != 0)
		return FAIL(CORRUPT, "the shred file is not in a known form");
	buf_put(&keyring->shred, span_from(buf_span(&file), magic.len));
	return buf_check(&keyring->shred);
}

static fallible bucket_key(const struct keyring *keyring, uint32_t bucket, struct seal_key *key)
{
	if (bucket >= keyring->shred.len / SHRED_KEY)
		return FAIL(CORRUPT, "the shred file lacks a bucket");
	memcpy(key->bytes, keyring->shred.data + (size_t)bucket * SHRED_KEY, SHRED_KEY);
	return OK;
}

/* ---- opening ---- */

static fallible read_made(struct keyring *keyring)
{
	scoped(kv_txn) txn = {0};
	struct span value;
	TRY(kv_read(keyring->kv, &txn));
	struct err err = kv_get(&txn, MAP_META, SPAN_LIT("made"), &value);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	struct reader reader = READER(value);
	keyring->made = reader_u64(&reader);
	return reader_check(&reader);
}

static fallible prepare(
	struct keyring *keyring, const struct kv_backend *backend, const char *directory, bool create)
{
	struct stat there;
	if (snprintf(keyring->folder, sizeof keyring->folder, "%s/keyring", directory) >=
		(int)sizeof keyring->folder)
		return FAIL(INPUT, "the path of the data directory is too long");
	snprintf(keyring->shred_path, sizeof keyring->shred_path, "%s/shred", keyring->folder);
	bool exists = stat(keyring->shred_path, &there) == 0;
	if (exists == create)
		return create ? FAIL(CONFLICT, "there is a keyring in this directory already")
			      : FAIL(NOT_FOUND, "there is no keyring in this directory");
	struct kv_ask ask = {.path = keyring->folder, .maps = NAMES, .map_count = MAP_COUNT, .durable = true};
	TRY(kv_open(backend, &ask, &keyring->kv));
	TRY(read_made(keyring));
	if (!create)
		return load_shred(keyring);
	/* A shred file that was lost is no reason to begin anew over the keys that lie there. */
	return keyring->made ? FAIL(CONFLICT, "there are keys in this directory already")
			     : save_shred(keyring);
}

fallible keyring_open(
	const struct kv_backend *backend, const char *directory, bool create, struct keyring **keyring)
{
	struct keyring *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "the keyring cannot be made");
	made->shred = BUF(SHRED_FILE_MAX);
	pthread_rwlock_init(&made->lock, NULL);
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
	if (keyring->shred.data)
		explicit_bzero(keyring->shred.data, keyring->shred.len);
	buf_done(&keyring->shred);
	pthread_rwlock_destroy(&keyring->lock);
	free(keyring);
}

/* ---- keys ---- */

static void name_bytes(const struct keyring_name *name, uint8_t bytes[static NAME_BYTES])
{
	bytes[0] = (uint8_t)name->kind;
	memcpy(bytes + 1, name->tenant.bytes, 16);
	memcpy(bytes + 17, name->id.bytes, 16);
}

static struct seal_context outer_context(const struct keyring_name *name, uint32_t bucket)
{
	return (struct seal_context){.tenant = name->tenant,
		.object = name->id,
		.version = bucket,
		.object_type = SEAL_SHRED,
		.field_type = (uint8_t)name->kind};
}

static fallible open_row(const struct keyring *keyring, struct span value, struct keyring_row *row)
{
	struct reader reader = READER(value);
	scoped(buf) wrapped = BUF(SEAL_WRAPPED);
	scoped(seal_key) key = {0};
	if (reader_u8(&reader) != ROW_VERSION)
		return FAIL(CORRUPT, "a wrapped key has an unknown version");
	row->epoch = reader_u32(&reader);
	uint32_t bucket = reader_u32(&reader);
	struct span outer = reader_run(&reader, OUTER_BYTES);
	TRY(reader_check(&reader));
	TRY(bucket_key(keyring, bucket, &key));
	struct seal_context context = outer_context(&row->name, bucket);
	TRY(seal_open(&key, &context, outer, &wrapped));
	if (wrapped.len != SEAL_WRAPPED)
		return FAIL(CORRUPT, "a wrapped key has a strange length");
	memcpy(row->wrapped, wrapped.data, SEAL_WRAPPED);
	return OK;
}

fallible keyring_get(struct keyring *keyring, const struct keyring_name *name, struct keyring_row *row)
{
	uint8_t bytes[NAME_BYTES];
	scoped(kv_txn) txn = {0};
	struct span value;
	struct keyring_row read = {.name = *name};
	name_bytes(name, bytes);
	TRY(kv_read(keyring->kv, &txn));
	TRY(kv_get(&txn, MAP_KEY, SPAN_BYTES(bytes), &value));
	pthread_rwlock_rdlock(&keyring->lock);
	struct err err = open_row(keyring, value, &read);
	pthread_rwlock_unlock(&keyring->lock);
	TRY(err);
	*row = read;
	return OK;
}

/* A bucket's shred key is durable before the first key lies under it. */
static fallible make_bucket(struct keyring *keyring, uint32_t bucket)
{
	size_t buckets = keyring->shred.len / SHRED_KEY;
	if (bucket < buckets)
		return OK;
	if (bucket > buckets)
		return FAIL(CORRUPT, "the shred file lacks a bucket");
	uint8_t *room = buf_room(&keyring->shred, SHRED_KEY);
	TRY(buf_check(&keyring->shred));
	random_fill(room, SHRED_KEY);
	struct err err = save_shred(keyring);
	/* Else the next key would lie under one that is in memory alone. */
	if (err_failed(err))
		keyring->shred.len -= SHRED_KEY;
	return err;
}

static fallible put_row(
	struct keyring *keyring, struct kv_txn *txn, const struct keyring_row *row, uint32_t bucket)
{
	uint8_t bytes[NAME_BYTES];
	scoped(buf) value = BUF(512);
	scoped(seal_key) key = {0};
	struct seal_context context = outer_context(&row->name, bucket);
	name_bytes(&row->name, bytes);
	TRY(make_bucket(keyring, bucket));
	TRY(bucket_key(keyring, bucket, &key));
	buf_put_u8(&value, ROW_VERSION);
	buf_put_u32(&value, row->epoch);
	buf_put_u32(&value, bucket);
	TRY(seal_box(&key, &context, SPAN_BYTES(row->wrapped), &value));
	return kv_put(txn, MAP_KEY, SPAN_BYTES(bytes), buf_span(&value));
}

static fallible put_rows(struct keyring *keyring, const struct keyring_row *rows, size_t count)
{
	scoped(kv_txn) txn = {0};
	scoped(buf) made = BUF(8);
	TRY(kv_write(keyring->kv, &txn));
	for (size_t i = 0; i < count; i++)
		TRY(put_row(keyring, &txn, &rows[i], (uint32_t)((keyring->made + i) / KEYRING_BUCKET)));
	buf_put_u64(&made, keyring->made + count);
	TRY(kv_put(&txn, MAP_META, SPAN_LIT("made"), buf_span(&made)));
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
	uint8_t bytes[NAME_BYTES];
	scoped(kv_txn) txn = {0};
	name_bytes(name, bytes);
	TRY(kv_write(keyring->kv, &txn));
	struct err err = kv_drop(&txn, MAP_KEY, SPAN_BYTES(bytes));
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return kv_commit(&txn);
}

/* ---- slots and marks ---- */

static void slot_key(uint32_t number, uint8_t key[static 4])
{
	for (size_t i = 4; i > 0; i--, number >>= 8)
		key[i - 1] = (uint8_t)number;
}

fallible keyring_put_slot(struct keyring *keyring, uint32_t number, struct span record)
{
	uint8_t key[4];
	slot_key(number, key);
	return put_one(keyring, MAP_SLOT, SPAN_BYTES(key), record);
}

fallible keyring_get_slot(struct keyring *keyring, uint32_t number, struct buf *record)
{
	uint8_t key[4];
	scoped(kv_txn) txn = {0};
	struct span value;
	slot_key(number, key);
	TRY(kv_read(keyring->kv, &txn));
	TRY(kv_get(&txn, MAP_SLOT, SPAN_BYTES(key), &value));
	buf_put(record, value);
	return buf_check(record);
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
