/* SPDX-License-Identifier: Apache-2.0 */
/* mount - read what stands, load the tail behind the fold's mark, make a damaged index anew. */
#include "store/index/mount.h"

#include "store/index/fold.h"
#include "store/index/index_files.h"
#include "store/index/load.h"
#include "store/kv_swap.h"

#include <stdio.h>

enum { MOUNT_PATH = 4096, MOUNT_FORMAT = 1 };

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

/* ---- the index at start ---- */

/* All of it is in the log as well. */
static fallible discard_index(const struct mount_ask *ask, struct volume *volume)
{
	tail_close(volume->tail);
	volume->tail = NULL;
	kv_close(volume->index);
	volume->index = NULL;
	return index_files_remove(ask->directory, INDEX_FILES_LIVE);
}

static fallible open_index(const struct mount_ask *ask, struct volume *volume)
{
	struct kv *index;
	TRY(index_files_open(ask->backend, ask->directory, INDEX_FILES_LIVE, &index));
	struct err err = kv_swap_open(index, &volume->index);
	if (err_failed(err))
		kv_close(index);
	return err;
}

/* An index that was thrown away is made anew as the log is read. */
static fallible load_all(const struct mount_ask *ask, struct volume *volume, struct load *load)
{
	TRY(open_index(ask, volume));
	TRY(load_open(volume, load));
	while (load->sequence < volume->head.sequence) {
		TRY(load_step(load, volume->head.sequence));
		while (tail_count(volume->tail) >= volume->fold_rows)
			TRY(fold_once(volume));
	}
	return OK;
}

static fallible rebuild_tail(const struct mount_ask *ask, struct volume *volume)
{
	struct load load = {0};
	struct err err = load_all(ask, volume, &load);
	if (err.kind != ERR_CORRUPT || load.log_is_broken)
		return err;
	TRY(discard_index(ask, volume));
	return load_all(ask, volume, &load);
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
	TRY(verified_rows_open(&volume->verified));
	return rebuild_tail(ask, volume);
}

fallible mount_open(const struct mount_ask *ask, struct volume *volume)
{
	struct volume made = {.directory = ask->directory,
		.backend = ask->backend,
		.keys = ask->keys,
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
