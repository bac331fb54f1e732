/* SPDX-License-Identifier: Apache-2.0 */
/* tail - the rows of the log that are not folded yet, in memory in posting form, and where each tenant's log
 * stands.
 *
 * The committer alone adds; any thread reads between tail_lock and tail_unlock. A tenant's rows are linked
 * from the newest backwards, so that a query touches only its own. Bounded: the committer waits for a fold at
 * TAIL_MAX (tail_wait_room). Thread: readers share the lock, and the committer publishes without it (rows are
 * written first, then a tenant's `last` is released), so that a long walk never delays a commit. Only
 * forgetting folded rows and adding a tenant exclude readers. */
#pragma once

#include "base/err.h"
#include "base/ids.h"
#include "crypto/leaf.h"
#include "crypto/merkle.h"
#include "store/log.h"

enum {
	TAIL_FOLD_AT = 50000,             /* rows: a fold is due */
	TAIL_MAX = 200000,                /* rows: the committer waits */
	TAIL_WORDS_MAX = 2 * 1024 * 1024, /* bytes of words of 4,096 rows; beyond, rows have none here */
	TAIL_ACTORS = 4096,               /* chains of rows by actor; actors share them */
};

/* What a query asks about a row; the clear fields of its leaf. In front is what every walk looks at. */
struct tail_row {
	uint64_t sequence;
	uint64_t index;
	uint64_t before; /* position + 1 of the tenant's row before this one; 0 = the tenant's first since the
			    start */
	uint64_t before_alike; /* the same of the row before in the actor's chain, of any tenant; set when
				  published */
	struct instant time;
	struct id event;
	uint32_t tenant; /* number in this process */
	uint16_t action;
	uint8_t outcome;
	uint8_t severity;
	struct id actor;
	bool critical;
	struct id client;
	struct id in_place_of;
	struct id object;
	struct id device;
	struct id branch;
	struct merkle_hash leaf_hash;
	const struct words *words; /* NULL: the parts have to be opened to know */
};

struct tail_tenant; /* where one tenant's log stands; opaque */

struct tail; /* opaque */

fallible tail_open(struct tail **tail);
void tail_close(struct tail *tail); /* takes NULL */

/* tail_set_tenant - at start: what index/ says of a tenant before the rows behind the mark are added. */
fallible tail_set_tenant(struct tail *tail, struct id tenant, const struct merkle_frontier *frontier);

/* ---- the committer's side: a batch of rows that becomes visible as a whole ---- */

struct tail_batch;

fallible tail_batch_open(struct tail *tail, struct tail_batch **batch);
void tail_batch_done(struct tail_batch *batch); /* takes NULL */

/* tail_batch_next - the index that the tenant's next leaf gets. */
fallible tail_batch_next(struct tail_batch *batch, struct id tenant, uint64_t *index);

/* tail_batch_add - one numbered row. Fails: CORRUPT it is no row, or not the tenant's next · NO_MEMORY ·
 * BUSY. tail_batch_mark and tail_batch_cut - take back what a dropped act added since a mark. */
fallible tail_batch_add(struct tail_batch *batch, const struct log_row *row);
size_t tail_batch_mark(const struct tail_batch *batch);
void tail_batch_cut(struct tail_batch *batch, size_t mark);

/* tail_batch_publish - after the commit: readers see the rows, frontiers grow. Cannot fail: room was taken
 * before. */
void tail_batch_publish(struct tail_batch *batch);

/* ---- readers ---- */

/* tail_lock - keep rows and tenants from being forgotten while reading; pair with tail_unlock. Shared; never
 * block inside. */
void tail_lock(struct tail *tail);
void tail_unlock(struct tail *tail);

/* tail_tenant - under tail_lock; NULL when nothing was ever written for it. */
struct tail_tenant *tail_tenant(struct tail *tail, struct id tenant);

/* tail_frontier - the tenant's tree as of the last commit. tail_size - its leaves alone. tail_folded_size -
 * how many of them are in index/. Under tail_lock. */
void tail_frontier(struct tail_tenant *tenant, struct merkle_frontier *frontier);
uint64_t tail_size(struct tail_tenant *tenant);
uint64_t tail_folded_size(struct tail_tenant *tenant);

/* tail_size_of - the leaves of any tenant's log as of the last commit; it locks by itself. */
uint64_t tail_size_of(struct tail *tail, struct id tenant);

/* tail_newest, tail_before - under tail_lock: a tenant's rows from the newest backwards; NULL at the end. */
const struct tail_row *tail_newest(struct tail *tail, struct tail_tenant *tenant);
const struct tail_row *tail_before(struct tail *tail, const struct tail_row *row);

/* A walk over a tenant's rows from the newest backwards. */
struct tail_walk {
	struct tail *tail;
	const struct tail_row *next;
	uint32_t tenant;
	bool alike; /* along the chain of an actor */
};

/* tail_walk - under tail_lock, as is all of the walk.
 *
 *   actor  NULL, or whose rows alone are looked for: then most rows of others are passed over, and none of
 *          theirs. A row may be met before tail_size counts it
 * tail_walk_next - the next row; NULL at the end. */
void tail_walk(struct tail *tail, struct tail_tenant *tenant, const struct id *actor, struct tail_walk *walk);
const struct tail_row *tail_walk_next(struct tail_walk *walk);

/* tail_count - rows not folded yet. */
size_t tail_count(struct tail *tail);

/* tail_wait_rows - until there are at least `rows` of them, or tail_wake was called, or wait_ms passed.
 * tail_wait_room - until there are fewer than TAIL_MAX, or tail_wake was called; false when wait_ms passed
 * before. */
void tail_wait_rows(struct tail *tail, size_t rows, int64_t wait_ms);
bool tail_wait_room(struct tail *tail, int64_t wait_ms);
void tail_wake(struct tail *tail);

/* ---- the folder's side ---- */

/* tail_copy - copies of the oldest rows, at most max. */
size_t tail_copy(struct tail *tail, struct tail_row *rows, size_t max);

/* tail_tenant_id, tail_tenant_count - tenants by their number in this process. Under tail_lock. */
struct id tail_tenant_id(const struct tail *tail, uint32_t number);
size_t tail_tenant_count(const struct tail *tail);

/* tail_find_tenant - the same for who walks all tenants one at a time, others coming between: takes the lock itself. False
 * behind the last one. */
bool tail_find_tenant(struct tail *tail, uint32_t number, struct id *tenant);

/* tail_folded - the oldest `rows` rows are durable in index/: forget them. */
void tail_folded(struct tail *tail, size_t rows);
