/* SPDX-License-Identifier: Apache-2.0 */
/* act - the one way to write: a change, its events and its notices, together or not at all.
 *
 * An act runs on the committer's thread inside the batch's transaction, which goes back behind it when it
 * fails. It reads, decides, writes rows, adds events; nothing in it blocks. Acts must be re-runnable: what they
 * leave in memory they leave in their own ask. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "crypto/leaf.h"
#include "store/volume.h"

enum {
	ACT_EVENTS_MAX = 1000,
	ACT_ARENA_MAX = 128 * 1024 * 1024, /* bytes, of a batch: over ACT_EVENTS_MAX of the longest leaves */
};

enum act_kind {
	ACT_EVENT,        /* commits only with at least one event: an unlogged change can't be expressed */
	ACT_HOUSEKEEPING, /* session touch, outbox ack, expiry, checkpoints: no event of its own */
	ACT_STATE, /* what is on record or not by whom it concerns; it takes nothing of what housekeeping has left */
};

/* What became of one event, set once the act has been numbered. */
struct receipt {
	struct id event;
	uint64_t index;    /* in the tenant's log, from 0 */
	uint64_t sequence; /* in the volume */
	struct instant time;
	struct merkle_hash leaf;
	uint8_t chain[HASH_BLAKE];
};

struct act_pending; /* an added event that has no number yet */

struct act {
	struct volume *volume;
	struct kv_txn *txn;     /* the batch's */
	struct instant now;     /* the batch's reading of the clock */
	struct arena *arena;    /* of the batch: dies after the commit */
	uint64_t sequence;      /* that the act's first event will get */
	struct head_sum change; /* of the head's sum by this act */
	struct act_pending *first, *last;
	size_t event_count;
	bool told;         /* a notice was queued: the courier is to be woken */
	struct id changed; /* the verification that was put last; none */
	bool counted; /* something was counted on an event that stands already (store/nouns/storm.h, store/nouns/viewed.h)
		       */
};

/* act_get - a row as this act sees it. Fails as volume_get. */
fallible act_get(struct act *act, enum table table, struct span key, struct row *row);

/* act_put - insert or replace a row; a protected one gets its version, sequence and MAC. Key and payload may
 * point to what act_get gave. Fails: FULL · IO · FORGED the row replaced was changed by hand · BUG the log or
 * the head, which no act may touch. After a failure the act can only be dropped. */
fallible act_put(struct act *act, enum table table, struct span key, struct span payload);

/* act_drop - Fails: NOT_FOUND · FULL · FORGED · BUG as act_put. */
fallible act_drop(struct act *act, enum table table, struct span key);

/* act_add - add one event as the next leaf of a tenant's log.
 *
 *   leaf     encoded now, so its spans may die; received is set to act->now
 *   receipt  NULL, or filled when the act is numbered: it must live until then
 * Fails: TOO_LARGE the leaf, or more than ACT_EVENTS_MAX events · NO_MEMORY · BUG a leaf that can't be read
 * again. */
fallible act_add(struct act *act, struct id tenant, struct leaf *leaf, struct receipt *receipt);

/* act_count - this act's event is a count on another one: it may commit without an event of its own. Only
 * storm.c and viewed.c call it. */
void act_count(struct act *act);

/* What runs. */
struct act_job {
	enum act_kind kind;
	/* Decide and write. A failure drops all of it. */
	fallible (*run)(struct act *act, void *context);
	/* Optional; after the events are numbered, still inside the transaction: the answer that idempotency
	 * keeps. */
	fallible (*numbered)(struct act *act, void *context);
	/* After the commit (result OK), or after the act was dropped. On the committer's thread: must not
	 * block. */
	void (*done)(void *context, struct err result);
	void *context;
	struct id changed;    /* set by act_perform: a verification that somebody may wait for; none */
	struct act_job *next; /* the queue's */
};

/* ---- for the committer ---- */

/* The log as the batch will leave it. */
struct act_batch {
	struct volume *volume;
	struct kv_txn txn;
	struct kv_undo undo; /* of the act that runs */
	struct instant now;
	struct arena arena;
	struct head head;
	uint64_t room; /* bytes of data/ that acts with events may still take; housekeeping has a reserve
			  besides */
	struct tail_batch *rows; /* numbered rows, for the tail after the commit */
};

/* act_batch_open - begin a batch. act_batch_commit - head row, one commit, then the memory follows. Owns:
 * act_batch_done. */
fallible act_batch_open(struct volume *volume, struct instant now, struct act_batch *batch);
fallible act_batch_commit(struct act_batch *batch);
void act_batch_done(struct act_batch *batch);

/* act_perform - run one job. A failure leaves the batch as it was; one of the database may leave it spoilt.
 * Fails: FULL the store has only the reserve left, and the job is no housekeeping · what the job fails with. */
fallible act_perform(struct act_batch *batch, struct act_job *job);

/* act_batch_is_spoilt - no more can be done in it, nor can it be committed: what it holds has to be run again in
 * another, without the job that failed last. */
bool act_batch_is_spoilt(const struct act_batch *batch);
