/* SPDX-License-Identifier: Apache-2.0 */
/* kv_swap - hand each new transaction on to the environment of the moment. */
#include "store/kv_swap.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct swap {
	struct kv head; /* first: a struct kv * is a struct swap * */
	pthread_rwlock_t lock;
	struct kv *inner;
};

static const struct kv_backend SWAP;

static struct swap *of(struct kv *kv)
{
	assert(kv->backend == &SWAP);
	return (struct swap *)kv;
}

/* Under the lock it is counted as well, so that what stands behind is not closed between the two. From then on the
 * transaction is the inner one's. */
static fallible swap_begin(struct kv *kv, bool writes, struct kv_txn *txn)
{
	struct swap *swap = of(kv);
	pthread_rwlock_rdlock(&swap->lock);
	struct err err = writes ? kv_write(swap->inner, txn) : kv_read(swap->inner, txn);
	pthread_rwlock_unlock(&swap->lock);
	return err;
}

static void swap_close(struct kv *kv)
{
	struct swap *swap = of(kv);
	kv_close(swap->inner);
	pthread_rwlock_destroy(&swap->lock);
	free(swap);
}

static fallible swap_sync(struct kv *kv)
{
	struct swap *swap = of(kv);
	pthread_rwlock_rdlock(&swap->lock);
	struct err err = kv_sync(swap->inner);
	pthread_rwlock_unlock(&swap->lock);
	return err;
}

static uint64_t swap_used(struct kv *kv)
{
	struct swap *swap = of(kv);
	pthread_rwlock_rdlock(&swap->lock);
	uint64_t used = kv_used(swap->inner);
	pthread_rwlock_unlock(&swap->lock);
	return used;
}

/* The other slots are never reached: no transaction and no cursor is this one's own. */
static const struct kv_backend SWAP = {
	.name = "swap", .close = swap_close, .begin = swap_begin, .sync = swap_sync, .used = swap_used};

fallible kv_swap_open(struct kv *inner, struct kv **kv)
{
	struct swap *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "an environment that can be replaced finds no memory");
	made->head = (struct kv){.backend = &SWAP,
		.max_bytes = inner->max_bytes,
		.map_count = inner->map_count,
		.read_only = inner->read_only};
	pthread_rwlock_init(&made->lock, NULL); /* without attributes it cannot fail */
	made->inner = inner;
	*kv = &made->head;
	return OK;
}

void kv_swap_put(struct kv *kv, struct kv *next, struct kv **last)
{
	struct swap *swap = of(kv);
	assert(next->map_count == kv->map_count && next->read_only == kv->read_only);
	pthread_rwlock_wrlock(&swap->lock);
	*last = swap->inner;
	swap->inner = next;
	pthread_rwlock_unlock(&swap->lock);
}

struct kv *kv_swap_inner(struct kv *kv)
{
	struct swap *swap = of(kv);
	pthread_rwlock_rdlock(&swap->lock);
	struct kv *inner = swap->inner;
	pthread_rwlock_unlock(&swap->lock);
	return inner;
}
