/* SPDX-License-Identifier: Apache-2.0 */
/* kv_promise - what every backend has to keep: a test for each, with an environment of its own. */
#pragma once

#include "store/kv.h"
#include "tests/support/kv_mem.h"
#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>

enum { ALPHA, BETA, GAMMA, MAPS };
enum { LIMIT_BYTES = 4 << 20, LARGE = 64 << 10 };

static const char *const NAMES[MAPS] = {"alpha", "beta", "gamma"};
static const uint8_t LARGE_VALUE[LARGE] = {1, 2, 3};

static inline struct kv *opened(const struct kv_backend *backend, const struct temp_dir *dir)
{
	struct kv_ask ask = {.path = dir->path,
		.maps = NAMES,
		.map_count = MAPS,
		.max_bytes = LIMIT_BYTES,
		.durable = true};
	struct kv *kv = NULL;
	struct err err = kv_open(backend, &ask, &kv);
	cr_assert(!err_failed(err), "%s: %s", backend->name, err.why);
	return kv;
}

static inline void keep_promise(const struct kv_backend *backend, void (*promise)(struct kv *kv))
{
	scoped(temp_dir) dir = temp_dir_make();
	struct kv *kv = opened(backend, &dir);
	promise(kv);
	kv_close(kv);
}

#define PROMISE(claim)                         \
	static void claim(struct kv *kv);      \
	Test(kv, claim##_in_lmdb)              \
	{                                      \
		keep_promise(&kv_lmdb, claim); \
	}                                      \
	Test(kv, claim##_in_mem)               \
	{                                      \
		keep_promise(&kv_mem, claim);  \
	}                                      \
	static void claim(struct kv *kv)

static inline void works(struct err err)
{
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
}

static inline void fails(struct err err, enum err_kind kind)
{
	cr_assert(err.kind == kind, "kind %d, not %d: %s", err.kind, kind, err.why);
}

static inline void put(struct kv_txn *txn, int map, const char *key, const char *value)
{
	works(kv_put(txn, map, span_text(key), span_text(value)));
}

static inline bool holds(struct kv_txn *txn, int map, const char *key, const char *value)
{
	struct span found;
	struct err err = kv_get(txn, map, span_text(key), &found);
	return !err_failed(err) && span_is(found, value);
}

static inline bool lacks(struct kv_txn *txn, int map, const char *key)
{
	struct span found;
	return kv_get(txn, map, span_text(key), &found).kind == ERR_NOT_FOUND;
}

/* The letters are one-byte keys, each with itself as value. */
static inline void put_letters(struct kv *kv, const char *letters)
{
	scoped(kv_txn) txn = {0};
	works(kv_write(kv, &txn));
	for (; *letters; letters++)
		works(kv_put(&txn, ALPHA, span_of(letters, 1), span_of(letters, 1)));
	works(kv_commit(&txn));
}

static inline void walks(struct kv_cursor *rows, const char *letters)
{
	for (; *letters; letters++) {
		cr_assert(kv_next(rows), "the walk ends before %c", *letters);
		cr_assert(rows->key.len == 1 && rows->key.at[0] == *letters, "%c, not %c", rows->key.at[0],
			*letters);
		cr_assert(span_equal(rows->value, rows->key));
	}
	cr_assert(!kv_next(rows) && !kv_next(rows), "the walk goes on behind its end");
	works(rows->err);
}
