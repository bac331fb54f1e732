/* SPDX-License-Identifier: Apache-2.0 */
/* mount - read what stands, load the tail behind the fold's mark, make a damaged index anew. */
#include "store/mount.h"

#include "base/reader.h"
#include "store/fold.h"
#include "store/index.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOUNT_PATH = 4096, MOUNT_FORMAT = 1, MOUNT_BATCH = 10000 };
static fallible open_part(const struct mount_ask *ask, const char *name, struct kv_ask how, struct kv **kv)
{
	char path[MOUNT_PATH];
	if (snprintf(path, sizeof path, "%s/%s", ask->directory, name) >= (int)sizeof path)
		return FAIL(INPUT, "the path of the data directory is too long");
	how.path = path;
	how.durable = true;
	how.read_only = ask->read_only;
	return kv_open(ask->backend, &how, kv);
}

static fallible check_format(struct kv_txn *txn, struct volume *volume)
{
	struct span value;
	struct err err = kv_get(txn, TABLE_META, SPAN_LIT("format"), &value);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL(NOT_FOUND, "there is no store in this directory");
	TRY(err);
	if (value.len != 1 || value.at[0] != MOUNT_FORMAT)
		return FAIL(CORRUPT, "the store has a format that this program does not know");
	TRY(kv_get(txn, TABLE_META, SPAN_LIT("head"), &value));
	return head_decode(value, volume->keys, &volume->head);
}

static fallible write_format(struct kv_txn *txn, struct volume *volume)
{
	static const uint8_t format = MOUNT_FORMAT;
	struct span value;
	scoped(buf) head = BUF(512);
	struct err err = kv_get(txn, TABLE_META, SPAN_LIT("format"), &value);
	if (!err_failed(err))
		return FAIL(CONFLICT, "there is a store in this directory already");
	if (err.kind != ERR_NOT_FOUND)
		return err;
	head_encode(&volume->head, volume->keys, &head);
	TRY(buf_check(&head));
	TRY(kv_put(txn, TABLE_META, SPAN_LIT("format"), span_of(&format, 1)));
	TRY(kv_put(txn, TABLE_META, SPAN_LIT("head"), buf_span(&head)));
	return kv_commit(txn);
}

static fallible read_tenants(struct volume *volume, struct kv_txn *index)
{
	scoped(kv_cursor) tenants = {0};
	TRY(kv_seek(index, INDEX_TENANT, SPAN_NONE, &tenants));
	while (kv_next(&tenants)) {
		struct merkle_frontier frontier;
		struct id tenant;
		if (tenants.key.len != sizeof tenant.bytes)
			return FAIL(CORRUPT, "the index has a tenant with a strange key");
		memcpy(tenant.bytes, tenants.key.at, sizeof tenant.bytes);
		TRY(index_decode_frontier(tenants.value, &frontier));
		TRY(tail_set_tenant(volume->tail, tenant, &frontier));
	}
	return tenants.err;
}

/* What the tail is rebuilt from. */
struct loading {
	struct volume *volume;
	struct kv_txn data;
	struct tail_batch *batch;
	uint64_t sequence; /* loaded so far */
	uint8_t chain[HASH_BLAKE];
	bool log_is_broken; /* what failed lies in the log: another index would not help */
};

static void loading_done(struct loading *loading)
{
	tail_batch_done(loading->batch);
	loading->batch = NULL;
	kv_txn_done(&loading->data);
}

static fallible read_next(
	const struct loading *loading, struct span key, struct span value, struct log_row *row)
{
	uint8_t chain[HASH_BLAKE];
	TRY(log_decode(key, value, row));
	if (row->sequence != loading->sequence + 1)
		return FAIL(CORRUPT, "the log lacks a row");
	log_chain(loading->chain, row, chain);
	if (memcmp(chain, row->chain, sizeof chain) != 0)
		return FAIL(CORRUPT, "a row of the log breaks its chain");
	return OK;
}

static fallible load_row(struct loading *loading, struct span key, struct span value)
{
	struct log_row row = {0};
	struct err err = read_next(loading, key, value, &row);
	loading->log_is_broken = err_failed(err);
	TRY(err);
	TRY(tail_batch_add(loading->batch, &row));
	loading->sequence = row.sequence;
	memcpy(loading->chain, row.chain, sizeof loading->chain);
	return OK;
}

/* Add the next rows to the tail, at most MOUNT_BATCH. */
static fallible load_some(struct loading *loading)
{
	uint8_t key[8];
	scoped(kv_cursor) rows = {0};
	const uint64_t before = loading->sequence;
	log_key(before + 1, key);
	TRY(kv_seek(&loading->data, TABLE_LOG, SPAN_BYTES(key), &rows));
	TRY(tail_batch_open(loading->volume->tail, &loading->batch));
	while (tail_batch_mark(loading->batch) < MOUNT_BATCH && kv_next(&rows))
		TRY(load_row(loading, rows.key, rows.value));
	TRY(rows.err);
	if (loading->sequence == before)
		return FAIL(CORRUPT, "the log ends before its head");
	tail_batch_publish(loading->batch);
	tail_batch_done(loading->batch);
	loading->batch = NULL;
	return OK;
}

static fallible load_tail(struct loading *loading, const struct index_mark *mark)
{
	struct volume *volume = loading->volume;
	TRY(kv_read(volume->data, &loading->data));
	loading->sequence = mark->sequence;
	if (mark->sequence) {
		struct log_row row;
		TRY(log_get(&loading->data, mark->sequence, &row));
		memcpy(loading->chain, row.chain, sizeof loading->chain);
	}
	while (loading->sequence < volume->head.sequence) {
		TRY(load_some(loading));
		/* An index that was thrown away is made anew as the log is read. */
		while (tail_count(volume->tail) >= volume->fold_rows)
			TRY(fold_once(volume));
	}
	return OK;
}

/* ---- the index at start ---- */

/* Whether the index was made from the log that is there. */
static fallible check_mark(struct volume *volume, const struct index_mark *mark)
{
	struct log_row row;
	scoped(kv_txn) data = {0};
	if (mark->sequence == 0)
		return OK;
	TRY(kv_read(volume->data, &data));
	struct err err = log_get(&data, mark->sequence, &row);
	if (err.kind == ERR_NOT_FOUND ||
		(!err_failed(err) && memcmp(row.leaf_hash.bytes, mark->leaf.bytes, MERKLE_HASH) != 0))
		return FAIL(CORRUPT, "the index was made from another log");
	return err;
}

static fallible read_index(const struct mount_ask *ask, struct volume *volume, struct index_mark *mark)
{
	scoped(kv_txn) index = {0};
	TRY(open_part(ask, "index", (struct kv_ask){.maps = INDEX_NAMES, .map_count = INDEX_MAP_COUNT},
		&volume->index));
	TRY(kv_read(volume->index, &index));
	TRY(index_read_mark(&index, mark));
	TRY(check_mark(volume, mark));
	TRY(tail_open(&volume->tail));
	return read_tenants(volume, &index);
}

static fallible remove_files(const char *path)
{
	DIR *directory = opendir(path);
	if (!directory)
		return FAIL(IO, "the directory of the index cannot be read");
	struct err err = OK;
	for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory))
		if (entry->d_name[0] != '.' && unlinkat(dirfd(directory), entry->d_name, 0) != 0)
			err = FAIL(IO, "a damaged index cannot be removed");
	closedir(directory);
	return err;
}

/* All of it is in the log as well. */
static fallible discard_index(const struct mount_ask *ask, struct volume *volume)
{
	char path[MOUNT_PATH];
	tail_close(volume->tail);
	volume->tail = NULL;
	kv_close(volume->index);
	volume->index = NULL;
	if (snprintf(path, sizeof path, "%s/index", ask->directory) >= (int)sizeof path)
		return FAIL(INPUT, "the path of the data directory is too long");
	struct stat status;
	return stat(path, &status) == 0 ? remove_files(path) : OK;
}

static fallible load_from_index(const struct mount_ask *ask, struct loading *loading)
{
	struct index_mark mark;
	TRY(read_index(ask, loading->volume, &mark));
	return load_tail(loading, &mark);
}

static fallible rebuild_tail(const struct mount_ask *ask, struct volume *volume)
{
	scoped(loading) first = {.volume = volume};
	scoped(loading) again = {.volume = volume};
	struct err err = load_from_index(ask, &first);
	if (err.kind != ERR_CORRUPT || first.log_is_broken)
		return err;
	loading_done(&first);
	TRY(discard_index(ask, volume));
	return load_from_index(ask, &again);
}

/* The head row and the log were written by one commit: they can only differ when somebody changed one of
 * them. */
static fallible check_end(struct kv_txn *txn, const struct head *head)
{
	struct log_row last = {0};
	scoped(kv_cursor) rows = {0};
	TRY(kv_seek_back(txn, TABLE_LOG, SPAN_NONE, &rows));
	if (kv_next(&rows))
		TRY(log_decode(rows.key, rows.value, &last));
	TRY(rows.err);
	if (last.sequence != head->sequence || memcmp(last.chain, head->chain, sizeof last.chain) != 0)
		return FAIL(CORRUPT, "the last row of the log is not the one that the head row names");
	return OK;
}

static fallible open_all(const struct mount_ask *ask, struct volume *volume)
{
	scoped(kv_txn) txn = {0};
	TRY(open_part(ask, "data",
		(struct kv_ask){
			.maps = tables_names(), .map_count = TABLE_COUNT, .max_bytes = ask->max_bytes},
		&volume->data));
	if (ask->create) {
		TRY(kv_write(volume->data, &txn));
		TRY(write_format(&txn, volume));
	} else {
		TRY(kv_read(volume->data, &txn));
		TRY(check_format(&txn, volume));
		TRY(check_end(&txn, &volume->head));
	}
	kv_txn_done(&txn);
	if (ask->read_only)
		return OK;
	return rebuild_tail(ask, volume);
}

fallible mount_open(const struct mount_ask *ask, struct volume *volume)
{
	struct volume made = {.keys = ask->keys,
		.data_max_bytes = ask->max_bytes,
		.read_only = ask->read_only,
		.fold_rows = ask->fold_rows ? ask->fold_rows : TAIL_FOLD_AT};
	struct err err = open_all(ask, &made);
	if (err_failed(err)) {
		volume_close(&made);
		return err;
	}
	*volume = made;
	return OK;
}
