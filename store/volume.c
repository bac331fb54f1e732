/* SPDX-License-Identifier: Apache-2.0 */
/* volume - the lock, rows with their envelopes, snapshots. */
#include "store/volume.h"

#include "base/reader.h"
#include "crypto/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VOLUME_PATH = 4096, ROW_VERSION = 1, ROW_ENVELOPE = 1 + 8 + 8 + KEYS_MAC };

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
	if (!verified_rows_has(volume->verified, table, key, value)) {
		row_mac(volume->keys, table, key, body, mac);
		if (!secret_equal(SPAN_BYTES(mac), span_from(value, body.len)))
			return FAIL(FORGED, "a protected row fails its MAC");
		verified_rows_add(volume->verified, table, key, value);
	}
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

void volume_close(struct volume *volume)
{
	verified_rows_close(volume->verified);
	tail_close(volume->tail);
	kv_close(volume->index);
	kv_close(volume->data);
	*volume = (struct volume){0};
}
