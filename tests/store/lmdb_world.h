/* SPDX-License-Identifier: Apache-2.0 */
/* An environment of LMDB in a directory of its own, for the tests of the backend. */
#pragma once

#include "store/kv.h"

#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/stat.h>

enum { ROWS_A_BATCH = 64, PAGE = 4096 };

static const char *const NAMES[] = {"main", "other"};
static const uint8_t KILOBYTE[1024] = {7};

static inline void works(struct err err)
{
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
}

static inline void fails(struct err err, enum err_kind kind)
{
	cr_assert(err.kind == kind, "kind %d, not %d: %s", err.kind, kind, err.why);
}

static inline struct kv_ask ask_for(const char *path)
{
	return (struct kv_ask){.path = path, .maps = NAMES, .map_count = 2, .durable = true};
}

static inline struct kv *opened(struct kv_ask ask)
{
	struct kv *kv = NULL;
	works(kv_open(&kv_lmdb, &ask, &kv));
	return kv;
}

static inline void refuses_to_open(struct kv_ask ask, enum err_kind kind)
{
	struct kv *kv = NULL;
	fails(kv_open(&kv_lmdb, &ask, &kv), kind);
	cr_assert(kv == NULL);
}

/* dir.path/name */
struct path {
	char text[128];
};

static inline struct path inside(const struct temp_dir *dir, const char *name)
{
	struct path path;
	snprintf(path.text, sizeof path.text, "%s/%s", dir->path, name);
	return path;
}

static inline off_t size_of(const char *path)
{
	struct stat status;
	cr_assert(stat(path, &status) == 0);
	return status.st_size;
}

/* One commit of rows of a kilobyte. */
static inline struct err put_batch(struct kv *kv, size_t batch)
{
	scoped(kv_txn) txn = {0};
	TRY(kv_write(kv, &txn));
	for (size_t i = 0; i < ROWS_A_BATCH; i++) {
		char key[32];
		snprintf(key, sizeof key, "%04zu.%04zu", batch, i);
		TRY(kv_append(&txn, 0, span_text(key), SPAN_BYTES(KILOBYTE)));
	}
	return kv_commit(&txn);
}

static inline size_t count_rows(struct kv *kv)
{
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	size_t count = 0;
	works(kv_read(kv, &txn));
	works(kv_seek(&txn, 0, SPAN_NONE, &rows));
	while (kv_next(&rows)) {
		cr_assert(span_equal(rows.value, SPAN_BYTES(KILOBYTE)));
		count++;
	}
	works(rows.err);
	return count;
}
