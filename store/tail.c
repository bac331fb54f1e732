/* SPDX-License-Identifier: Apache-2.0 */
/* tail - chunks of rows in a ring, tenants in a hash table, and the committer's batch. */
#include "store/tail.h"

#include "store/words.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum {
	TAIL_CHUNK = 4096,                       /* rows */
	TAIL_CHUNKS = 2 * TAIL_MAX / TAIL_CHUNK, /* a batch may go over TAIL_MAX by less than TAIL_MAX */
	TAIL_FIRST_SLOTS = 64,
};

struct tail_tenant {
	struct id id;
	uint32_t number;
	_Atomic uint64_t last;   /* position + 1 of the newest published row */
	_Atomic uint64_t folded; /* leaves below this index are in index/ */
	size_t touched;          /* the committer's: position + 1 in its open batch; 0 = not in it */
	pthread_mutex_t still;   /* guards frontier */
	struct merkle_frontier frontier;
};

struct tail_chunk {
	struct tail_row rows[TAIL_CHUNK];
	struct arena words; /* of its rows */
};

struct tail {
	pthread_rwlock_t lock;
	struct tail_chunk *chunks[TAIL_CHUNKS]; /* by position / TAIL_CHUNK modulo TAIL_CHUNKS */
	_Atomic uint64_t first;                 /* position of the oldest row */
	_Atomic uint64_t end;                   /* position behind the newest published row */
	_Atomic uint64_t actors[TAIL_ACTORS];   /* position + 1 of the newest row of a chain */
	struct tail_tenant **tenants;           /* by number */
	size_t tenant_count;
	uint32_t *slots; /* open addressing: number + 1 */
	size_t slot_count;
	pthread_mutex_t wait_lock;
	pthread_cond_t changed;
	_Atomic size_t wanted; /* rows that the folder waits for; 0 = it does not wait */
	bool woken;
};

/* A tenant that the batch writes for, as the batch will leave it. */
struct touched {
	struct tail_tenant *tenant;
	uint64_t last;
	struct merkle_frontier frontier;
};

struct tail_batch {
	struct tail *tail;
	struct tail_row *rows;
	size_t count, cap;
	struct touched *touched;
	size_t touched_count, touched_cap;
};

static bool init_locks(struct tail *tail)
{
	pthread_rwlockattr_t prefer;
	pthread_condattr_t monotonic;
	pthread_rwlockattr_init(&prefer);
	/* Folding must not starve behind readers that never leave a gap. */
	pthread_rwlockattr_setkind_np(&prefer, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	bool ok = pthread_rwlock_init(&tail->lock, &prefer) == 0 &&
		pthread_mutex_init(&tail->wait_lock, NULL) == 0 &&
		pthread_cond_init(&tail->changed, &monotonic) == 0;
	pthread_rwlockattr_destroy(&prefer);
	pthread_condattr_destroy(&monotonic);
	return ok;
}

fallible tail_open(struct tail **tail)
{
	struct tail *made = calloc(1, sizeof *made);
	uint32_t *slots = calloc(TAIL_FIRST_SLOTS, sizeof *slots);
	if (!made || !slots || !init_locks(made)) {
		free(made);
		free(slots);
		return FAIL(NO_MEMORY, "the tail cannot be made");
	}
	made->slots = slots;
	made->slot_count = TAIL_FIRST_SLOTS;
	*tail = made;
	return OK;
}

static void drop_chunk(struct tail_chunk **chunk)
{
	if (*chunk)
		arena_done(&(*chunk)->words);
	free(*chunk);
	*chunk = NULL;
}

void tail_close(struct tail *tail)
{
	if (!tail)
		return;
	for (size_t i = 0; i < TAIL_CHUNKS; i++)
		drop_chunk(&tail->chunks[i]);
	for (size_t i = 0; i < tail->tenant_count; i++) {
		pthread_mutex_destroy(&tail->tenants[i]->still);
		free(tail->tenants[i]);
	}
	free(tail->tenants);
	free(tail->slots);
	pthread_rwlock_destroy(&tail->lock);
	pthread_mutex_destroy(&tail->wait_lock);
	pthread_cond_destroy(&tail->changed);
	free(tail);
}

/* ---- tenants ---- */

/* Ids are time-ordered at the front and random at the back: the last bytes spread. */
static size_t slot_of(const struct tail *tail, struct id tenant)
{
	uint32_t back;
	memcpy(&back, tenant.bytes + 12, sizeof back);
	size_t slot = back & (tail->slot_count - 1);
	while (tail->slots[slot] && !ids_equal(tail->tenants[tail->slots[slot] - 1]->id, tenant))
		slot = (slot + 1) & (tail->slot_count - 1);
	return slot;
}

struct tail_tenant *tail_tenant(struct tail *tail, struct id tenant)
{
	uint32_t number = tail->slots[slot_of(tail, tenant)];
	return number ? tail->tenants[number - 1] : NULL;
}

static fallible grow_tenants(struct tail *tail)
{
	if ((tail->tenant_count + 1) * 2 <= tail->slot_count && tail->tenants)
		return OK;
	size_t slot_count = tail->slot_count * 2;
	uint32_t *slots = calloc(slot_count, sizeof *slots);
	struct tail_tenant **tenants = realloc(tail->tenants, slot_count * sizeof(struct tail_tenant *));
	if (tenants)
		tail->tenants = tenants;
	if (!slots || !tenants) {
		free(slots);
		return FAIL(NO_MEMORY, "the table of tenants cannot grow");
	}
	free(tail->slots);
	tail->slots = slots;
	tail->slot_count = slot_count;
	for (uint32_t i = 0; i < tail->tenant_count; i++)
		tail->slots[slot_of(tail, tail->tenants[i]->id)] = i + 1;
	return OK;
}

static fallible add_tenant(struct tail *tail, struct id id, struct tail_tenant **tenant)
{
	TRY(grow_tenants(tail));
	struct tail_tenant *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "a tenant's log state cannot be made");
	pthread_mutex_init(&made->still, NULL);
	made->id = id;
	made->number = (uint32_t)tail->tenant_count;
	tail->tenants[tail->tenant_count++] = made;
	tail->slots[slot_of(tail, id)] = made->number + 1;
	*tenant = made;
	return OK;
}

static fallible find_or_add(struct tail *tail, struct id id, struct tail_tenant **tenant)
{
	*tenant = tail_tenant(tail, id);
	if (*tenant)
		return OK;
	pthread_rwlock_wrlock(&tail->lock);
	struct err err = add_tenant(tail, id, tenant);
	pthread_rwlock_unlock(&tail->lock);
	return err;
}

fallible tail_set_tenant(struct tail *tail, struct id id, const struct merkle_frontier *frontier)
{
	struct tail_tenant *tenant;
	TRY(find_or_add(tail, id, &tenant));
	tenant->frontier = *frontier;
	tenant->folded = frontier->size;
	return OK;
}

/* ---- the committer's batch ---- */

fallible tail_batch_open(struct tail *tail, struct tail_batch **batch)
{
	struct tail_batch *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "a batch cannot be made");
	made->tail = tail;
	*batch = made;
	return OK;
}

void tail_batch_done(struct tail_batch *batch)
{
	if (!batch)
		return;
	for (size_t i = 0; i < batch->touched_count; i++)
		batch->touched[i].tenant->touched = 0;
	free(batch->rows);
	free(batch->touched);
	free(batch);
}

static fallible touch(struct tail_batch *batch, struct id id, size_t *at)
{
	struct tail_tenant *tenant;
	TRY(find_or_add(batch->tail, id, &tenant));
	if (tenant->touched) {
		*at = tenant->touched - 1;
		return OK;
	}
	if (batch->touched_count == batch->touched_cap) {
		size_t cap = batch->touched_cap ? batch->touched_cap * 2 : 4;
		struct touched *more = realloc(batch->touched, cap * sizeof *more);
		if (!more)
			return FAIL(NO_MEMORY, "a batch cannot take another tenant");
		batch->touched = more;
		batch->touched_cap = cap;
	}
	*at = batch->touched_count++;
	tenant->touched = *at + 1;
	batch->touched[*at] = (struct touched){tenant, tenant->last, tenant->frontier};
	return OK;
}

fallible tail_batch_next(struct tail_batch *batch, struct id tenant, uint64_t *index)
{
	size_t at;
	TRY(touch(batch, tenant, &at));
	*index = batch->touched[at].frontier.size;
	return OK;
}

static fallible batch_room(struct tail_batch *batch)
{
	if (batch->count < batch->cap)
		return OK;
	size_t cap = batch->cap ? batch->cap * 2 : 64;
	struct tail_row *rows = realloc(batch->rows, cap * sizeof *rows);
	if (!rows)
		return FAIL(NO_MEMORY, "a batch cannot take another row");
	batch->rows = rows;
	batch->cap = cap;
	return OK;
}

/* The chunk of the row's future position must be there before the commit: publishing cannot fail. */
static fallible ring_room(struct tail_batch *batch)
{
	uint64_t position = batch->tail->end + batch->count;
	if (position - batch->tail->first >= (uint64_t)(TAIL_CHUNKS - 1) * TAIL_CHUNK)
		return FAIL(BUSY, "the tail has no room until it is folded");
	struct tail_chunk **chunk = &batch->tail->chunks[position / TAIL_CHUNK % TAIL_CHUNKS];
	if (!*chunk)
		*chunk = calloc(1, sizeof **chunk);
	if (!*chunk)
		return FAIL(NO_MEMORY, "the tail cannot grow");
	(*chunk)->words.max = TAIL_WORDS_MAX;
	return OK;
}

/* The words of the batch's next row, where they will be read. They are a help and no more: without room the row
 * is opened when it is asked for. */
static const struct words *keep_words(struct tail_batch *batch, const struct words *words)
{
	uint64_t position = batch->tail->end + batch->count;
	struct tail_chunk *chunk = batch->tail->chunks[position / TAIL_CHUNK % TAIL_CHUNKS];
	return words ? words_copy(words, &chunk->words) : NULL;
}

/* The tenant's working copy takes in the batch's row number i. */
static void advance(const struct tail_batch *batch, struct touched *touched, size_t i)
{
	merkle_grow(&touched->frontier, &batch->rows[i].leaf_hash);
	touched->last = batch->tail->end + i + 1;
}

fallible tail_batch_add(struct tail_batch *batch, const struct log_row *row)
{
	size_t at;
	struct leaf leaf = {0};
	if (row->leaf.len)
		TRY(leaf_decode(row->leaf, &leaf));
	TRY(touch(batch, row->tenant, &at));
	TRY(batch_room(batch));
	TRY(ring_room(batch));
	struct touched *touched = &batch->touched[at];
	if (row->index != touched->frontier.size)
		return FAIL(CORRUPT, "a row of the log has another index than its tenant's next");
	batch->rows[batch->count] = (struct tail_row){
		.sequence = row->sequence,
		.index = row->index,
		.time = leaf.time,
		.event = leaf.event,
		.actor = leaf.ids[LEAF_ID_ACTOR],
		.client = leaf.ids[LEAF_ID_CLIENT],
		.in_place_of = leaf.ids[LEAF_ID_IN_PLACE_OF],
		.object = leaf.ids[LEAF_ID_OBJECT],
		.device = leaf.ids[LEAF_ID_DEVICE],
		.branch = leaf.ids[LEAF_ID_BRANCH],
		.leaf_hash = row->leaf_hash,
		.words = keep_words(batch, row->words),
		.before = touched->last,
		.tenant = touched->tenant->number,
		.action = leaf.action,
		.outcome = (uint8_t)leaf.outcome,
		.severity = leaf.severity,
		.critical = (leaf.flags & LEAF_CRITICAL) != 0,
	};
	advance(batch, touched, batch->count++);
	return OK;
}

size_t tail_batch_mark(const struct tail_batch *batch)
{
	return batch->count;
}

/* Acts fail before they are numbered, as a rule: so what is left is taken in anew, and no row has to carry
 * what was before it. */
void tail_batch_cut(struct tail_batch *batch, size_t mark)
{
	if (mark >= batch->count)
		return;
	batch->count = mark;
	for (size_t i = 0; i < batch->touched_count; i++) {
		struct touched *touched = &batch->touched[i];
		touched->last = touched->tenant->last;
		touched->frontier = touched->tenant->frontier;
	}
	for (size_t i = 0; i < mark; i++) {
		const struct tail_tenant *tenant = batch->tail->tenants[batch->rows[i].tenant];
		advance(batch, &batch->touched[tenant->touched - 1], i);
	}
}

/* The last bytes of an id are random. */
static _Atomic uint64_t *chain_of(struct tail *tail, const struct id *actor)
{
	uint32_t back;
	memcpy(&back, actor->bytes + 12, sizeof back);
	return &tail->actors[back % TAIL_ACTORS];
}

static void publish_row(struct tail *tail, uint64_t position, const struct tail_row *row)
{
	_Atomic uint64_t *chain = chain_of(tail, &row->actor);
	struct tail_row *place =
		&tail->chunks[position / TAIL_CHUNK % TAIL_CHUNKS]->rows[position % TAIL_CHUNK];
	*place = *row;
	place->before_alike = atomic_load_explicit(chain, memory_order_relaxed);
	/* The row before what leads to it. */
	atomic_store_explicit(chain, position + 1, memory_order_release);
}

static void announce(struct tail *tail)
{
	pthread_mutex_lock(&tail->wait_lock);
	pthread_cond_broadcast(&tail->changed);
	pthread_mutex_unlock(&tail->wait_lock);
}

void tail_batch_publish(struct tail_batch *batch)
{
	struct tail *tail = batch->tail;
	uint64_t end = tail->end;
	for (size_t i = 0; i < batch->count; i++)
		publish_row(tail, end + i, &batch->rows[i]);
	for (size_t i = 0; i < batch->touched_count; i++) {
		struct touched *touched = &batch->touched[i];
		/* Rows before the frontier: who sees a size finds every row below it. */
		atomic_store_explicit(&touched->tenant->last, touched->last, memory_order_release);
		pthread_mutex_lock(&touched->tenant->still);
		touched->tenant->frontier = touched->frontier;
		pthread_mutex_unlock(&touched->tenant->still);
	}
	/* In one order with `wanted`, or a folder that begins to wait just now could sleep over these rows.
	 */
	tail->end = end + batch->count;
	size_t wanted = tail->wanted;
	if (wanted && end + batch->count - tail->first >= wanted)
		announce(tail);
}

/* ---- readers ---- */

void tail_lock(struct tail *tail)
{
	pthread_rwlock_rdlock(&tail->lock);
}

void tail_unlock(struct tail *tail)
{
	pthread_rwlock_unlock(&tail->lock);
}

void tail_frontier(struct tail_tenant *tenant, struct merkle_frontier *frontier)
{
	pthread_mutex_lock(&tenant->still);
	*frontier = tenant->frontier;
	pthread_mutex_unlock(&tenant->still);
}

uint64_t tail_size(struct tail_tenant *tenant)
{
	pthread_mutex_lock(&tenant->still);
	uint64_t size = tenant->frontier.size;
	pthread_mutex_unlock(&tenant->still);
	return size;
}

uint64_t tail_size_of(struct tail *tail, struct id tenant)
{
	tail_lock(tail);
	struct tail_tenant *state = tail_tenant(tail, tenant);
	uint64_t size = state ? tail_size(state) : 0;
	tail_unlock(tail);
	return size;
}

uint64_t tail_folded_size(struct tail_tenant *tenant)
{
	return tenant->folded;
}

static const struct tail_row *row_at(struct tail *tail, uint64_t position_plus_1)
{
	if (position_plus_1 == 0 || position_plus_1 - 1 < tail->first)
		return NULL;
	uint64_t position = position_plus_1 - 1;
	return &tail->chunks[position / TAIL_CHUNK % TAIL_CHUNKS]->rows[position % TAIL_CHUNK];
}

const struct tail_row *tail_newest(struct tail *tail, struct tail_tenant *tenant)
{
	return row_at(tail, atomic_load_explicit(&tenant->last, memory_order_acquire));
}

const struct tail_row *tail_before(struct tail *tail, const struct tail_row *row)
{
	return row_at(tail, row->before);
}

void tail_walk(struct tail *tail, struct tail_tenant *tenant, const struct id *actor, struct tail_walk *walk)
{
	_Atomic uint64_t *newest = actor ? chain_of(tail, actor) : &tenant->last;
	*walk = (struct tail_walk){.tail = tail, .tenant = tenant->number, .alike = actor != NULL};
	walk->next = row_at(tail, atomic_load_explicit(newest, memory_order_acquire));
}

const struct tail_row *tail_walk_next(struct tail_walk *walk)
{
	const struct tail_row *row;
	do {
		row = walk->next;
		if (!row)
			return NULL;
		walk->next = row_at(walk->tail, walk->alike ? row->before_alike : row->before);
	} while (row->tenant != walk->tenant);
	return row;
}

size_t tail_count(struct tail *tail)
{
	uint64_t first = tail->first; /* before end, so that the difference never goes below zero */
	return (size_t)(tail->end - first);
}

static struct timespec deadline_after(int64_t ms)
{
	struct timespec at;
	int64_t then = clock_monotonic_ms() + ms;
	at.tv_sec = then / 1000;
	at.tv_nsec = then % 1000 * 1000000;
	return at;
}

void tail_wait_rows(struct tail *tail, size_t rows, int64_t wait_ms)
{
	struct timespec deadline = deadline_after(wait_ms);
	pthread_mutex_lock(&tail->wait_lock);
	tail->wanted = rows;
	while (tail_count(tail) < rows && !tail->woken)
		if (pthread_cond_timedwait(&tail->changed, &tail->wait_lock, &deadline) == ETIMEDOUT)
			break;
	tail->wanted = 0;
	pthread_mutex_unlock(&tail->wait_lock);
}

bool tail_wait_room(struct tail *tail, int64_t wait_ms)
{
	struct timespec deadline = deadline_after(wait_ms);
	bool in_time = true;
	pthread_mutex_lock(&tail->wait_lock);
	while (in_time && tail_count(tail) >= TAIL_MAX && !tail->woken)
		in_time = pthread_cond_timedwait(&tail->changed, &tail->wait_lock, &deadline) != ETIMEDOUT;
	pthread_mutex_unlock(&tail->wait_lock);
	return in_time;
}

void tail_wake(struct tail *tail)
{
	pthread_mutex_lock(&tail->wait_lock);
	tail->woken = true;
	pthread_cond_broadcast(&tail->changed);
	pthread_mutex_unlock(&tail->wait_lock);
}

/* ---- the folder's side ---- */

size_t tail_copy(struct tail *tail, struct tail_row *rows, size_t max)
{
	size_t count = tail_count(tail);
	uint64_t first = tail->first;
	if (count > max)
		count = max;
	for (size_t i = 0; i < count; i++)
		rows[i] = *row_at(tail, first + i + 1);
	return count;
}

struct id tail_tenant_id(const struct tail *tail, uint32_t number)
{
	return tail->tenants[number]->id;
}

size_t tail_tenant_count(const struct tail *tail)
{
	return tail->tenant_count;
}

bool tail_find_tenant(struct tail *tail, uint32_t number, struct id *tenant)
{
	tail_lock(tail);
	bool found = number < tail_tenant_count(tail);
	if (found)
		*tenant = tail_tenant_id(tail, number);
	tail_unlock(tail);
	return found;
}

void tail_folded(struct tail *tail, size_t rows)
{
	pthread_rwlock_wrlock(&tail->lock);
	uint64_t first = tail->first, after = first + rows;
	for (uint64_t at = first; at < after; at++) {
		const struct tail_row *row = row_at(tail, at + 1);
		tail->tenants[row->tenant]->folded = row->index + 1;
	}
	/* A chunk is free again once its last position is behind; before `first` moves, for the committer
	 * takes room by it. */
	for (uint64_t chunk = first / TAIL_CHUNK; chunk < after / TAIL_CHUNK; chunk++) {
		drop_chunk(&tail->chunks[chunk % TAIL_CHUNKS]);
	}
	tail->first = after;
	pthread_rwlock_unlock(&tail->lock);
	announce(tail);
}
