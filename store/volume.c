/* SPDX-License-Identifier: Apache-2.0 */
/* volume - lock, open, rebuild; rows with their envelopes. */
#include "store/volume.h"

#include "base/reader.h"
#include "crypto/secret.h"
#include "store/fold.h"
#include "store/index.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	VOLUME_PATH = 4096,
	VOLUME_FORMAT = 1,
	VOLUME_BATCH = 10000,
	ROW_VERSION = 1,
	ROW_ENVELOPE = 1 + 8 + 8 + KEYS_MAC
};

/* ---- the lock ---- */

fallible volume_lock(const char *directory, int *lock)
{
	char path[VOLUME_PATH];
	if (snprintf(path, sizeof path, "%s/lock", directory) >= (int)sizeof path)
		return FAIL(INPUT, "the path of the data directory is too long");
	if (mkdir(directory, 0700) != 0 && errno != EEXIST)
		return FAIL(IO, "the data directory cannot be made");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return FAIL(IO, "the lock file of the data directory cannot be opened");
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return FAIL_CODE(LOCKED_DIRECTORY, "another process has the data directory open");
	}
	int written = ftruncate(fd, 0) == 0 ? dprintf(fd, "%d\n", (int)getpid()) : -1;
	if (written < 0) {
		close(fd);
		return FAIL(IO, "the lock file of the data directory cannot be written");
	}
	*lock = fd;
	return OK;
}

void volume_unlock(int lock)
{
	close(lock);
}

/* ---- rows ---- */

static void row_mac(const struct keys *keys, enum table table, struct span key, struct span body,
	uint8_t mac[static KEYS_MAC])
{
	const uint8_t number = (uint8_t)table;
	const struct span parts[] = {SPAN_LIT("row"), span_of(&number, 1), key, body};
	keys->mac(keys->keeper, parts, 4, mac);
}

void volume_put_row(
	const struct keys *keys, enum table table, struct span key, const struct row *row, struct buf *value)
{
	uint8_t mac[KEYS_MAC];
	size_t start = value->len;
	buf_put_u8(value, ROW_VERSION);
	buf_put_u64(value, row->version);
	buf_put_u64(value, row->sequence);
	buf_put(value, row->payload);
	row_mac(keys, table, key, span_from(buf_span(value), start), mac);
	buf_put(value, SPAN_BYTES(mac));
}

fallible volume_check_row(
	const struct volume *volume, enum table table, struct span key, struct span value, struct row *row)
{
	uint8_t mac[KEYS_MAC];
	if (!tables_is_protected(table)) {
		*row = (struct row){.payload = value};
		return OK;
	}
	if (value.len < ROW_ENVELOPE || value.at[0] != ROW_VERSION)
		return FAIL(CORRUPT, "a protected row is not in a known form");
	struct span body = span_first(value, value.len - KEYS_MAC);
	row_mac(volume->keys, table, key, body, mac);
	if (!secret_equal(SPAN_BYTES(mac), span_from(value, body.len)))
		return FAIL(FORGED, "a protected row fails its MAC");
	struct reader reader = READER(span_from(body, 1));
	row->version = reader_u64(&reader);
	row->sequence = reader_u64(&reader);
	row->payload = reader.rest;
	return OK;
}

void volume_row_term(const struct keys *keys, enum table table, struct span key, struct span value,
	uint8_t term[static HASH_WIDE])
{
	const uint8_t number = (uint8_t)table;
	const struct span parts[] = {SPAN_LIT("sum"), span_of(&number, 1), key, value};
	keys->sum_term(keys->keeper, parts, 4, term);
}

fallible volume_get(
	const struct volume *volume, struct kv_txn *txn, enum table table, struct span key, struct row *row)
{
	struct span value;
	TRY(kv_get(txn, (int)table, key, &value));
	return volume_check_row(volume, table, key, value, row);
}

fallible reading_open(const struct volume *volume, struct reading *reading)
{
	struct reading made = {.volume = volume};
	TRY(kv_read(volume->data, &made.txn));
	*reading = made;
	return OK;
}

void reading_done(struct reading *reading)
{
	kv_txn_done(&reading->txn);
}

fallible reading_get(struct reading *reading, enum table table, struct span key, struct row *row)
{
	return volume_get(reading->volume, &reading->txn, table, key, row);
}

/* ---- frontiers in index/ ---- */

void volume_put_frontier(const struct merkle_frontier *frontier, struct buf *out)
{
	buf_put_u64(out, frontier->size);
	for (int i = 0; i < __builtin_popcountll(frontier->size); i++)
		buf_put(out, SPAN_BYTES(frontier->edge[i].bytes));
}

static fallible read_frontier(struct span value, struct merkle_frontier *frontier)
{
	struct reader reader = READER(value);
	struct merkle_frontier read = {.size = reader_u64(&reader)};
	for (int i = 0; i < __builtin_popcountll(read.size); i++)
		reader_copy(&reader, read.edge[i].bytes, MERKLE_HASH);
	TRY(reader_check(&reader));
	*frontier = read;
	return OK;
}

fallible volume_read_frontier(struct kv_txn *txn, struct id tenant, struct merkle_frontier *frontier)
{
	struct span value;
	struct err err = kv_get(txn, INDEX_TENANT, SPAN_BYTES(tenant.bytes), &value);
	if (err.kind == ERR_NOT_FOUND) {
		*frontier = (struct merkle_frontier){0};
		return OK;
	}
	TRY(err);
	return read_frontier(value, frontier);
}

/* ---- opening ---- */

static fallible open_part(const struct volume_ask *ask, const char *name, struct kv_ask how, struct kv **kv)
{
	char path[VOLUME_PATH];
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
	if (value.len != 1 || value.at[0] != VOLUME_FORMAT)
		return FAIL(CORRUPT, "the store has a format that this program does not know");
	TRY(kv_get(txn, TABLE_META, SPAN_LIT("head"), &value));
	return head_decode(value, volume->keys, &volume->head);
}

static fallible write_format(struct kv_txn *txn, struct volume *volume)
{
	static const uint8_t format = VOLUME_FORMAT;
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
		TRY(read_frontier(tenants.value, &frontier));
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

/* Add the next rows to the tail, at most VOLUME_BATCH. */
static fallible load_some(struct loading *loading)
{
	uint8_t key[8];
	scoped(kv_cursor) rows = {0};
	const uint64_t before = loading->sequence;
	log_key(before + 1, key);
	TRY(kv_seek(&loading->data, TABLE_LOG, SPAN_BYTES(key), &rows));
	TRY(tail_batch_open(loading->volume->tail, &loading->batch));
	while (tail_batch_mark(loading->batch) < VOLUME_BATCH && kv_next(&rows))
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

static fallible read_index(const struct volume_ask *ask, struct volume *volume, struct index_mark *mark)
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
static fallible discard_index(const struct volume_ask *ask, struct volume *volume)
{
	char path[VOLUME_PATH];
	tail_close(volume->tail);
	volume->tail = NULL;
	kv_close(volume->index);
	volume->index = NULL;
	if (snprintf(path, sizeof path, "%s/index", ask->directory) >= (int)sizeof path)
		return FAIL(INPUT, "the path of the data directory is too long");
	struct stat status;
	return stat(path, &status) == 0 ? remove_files(path) : OK;
}

static fallible load_from_index(const struct volume_ask *ask, struct loading *loading)
{
	struct index_mark mark;
	TRY(read_index(ask, loading->volume, &mark));
	return load_tail(loading, &mark);
}

static fallible rebuild_tail(const struct volume_ask *ask, struct volume *volume)
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

static fallible open_all(const struct volume_ask *ask, struct volume *volume)
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

fallible volume_open(const struct volume_ask *ask, struct volume *volume)
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

void volume_close(struct volume *volume)
{
	tail_close(volume->tail);
	kv_close(volume->index);
	kv_close(volume->data);
	*volume = (struct volume){0};
}
