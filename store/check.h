/* SPDX-License-Identifier: Apache-2.0 */
/* check - read a whole data/ again and compute everything anew: what `munimentd verify` rests on.
 *
 * Nothing is taken for granted but the bytes. The first entry that does not hold is named and ends the
 * search: behind it the chain says nothing. Memory grows with tenants and checkpoints, never with events.
 * Source: FOUNDATIONS 8 to 10, docs/formats.md. */
#pragma once

#include "base/err.h"
#include "crypto/merkle.h"
#include "store/keys.h"
#include "store/kv.h"
#include "store/tables.h"

enum check_fault {
	CHECK_SOUND,           /* everything holds */
	CHECK_FORMAT,          /* no format row, or one that we do not know */
	CHECK_HEAD_FORM,       /* no head row, or not in its form */
	CHECK_HEAD_FORGED,     /* the head row fails its MAC */
	CHECK_ROW_FORM,        /* an entry is not in a known form */
	CHECK_ROW_MISSING,     /* the entry that must stand here is not there */
	CHECK_ROW_BEYOND,      /* an entry behind the one that the head row names */
	CHECK_LEAF,            /* an entry's bytes are no leaf, or not that of the hash beside them */
	CHECK_INDEX,           /* an entry is not the next of its tenant */
	CHECK_CHAIN,           /* an entry, or its link, is not what was chained */
	CHECK_HEAD_CHAIN,      /* the head row names another chain than the last entry */
	CHECK_CHECKPOINT_FORM, /* a checkpoint is not in its form, or contradicts its own note */
	CHECK_CHECKPOINT_ROOT, /* a tenant's tree had another root at the size that a checkpoint names */
	CHECK_CHECKPOINT_SIZE, /* a tenant's log is shorter than a checkpoint */
	CHECK_STATE_FORM,      /* a protected row is not in its form */
	CHECK_STATE_FORGED,    /* a protected row fails its MAC */
	CHECK_SUM,             /* protected rows are all genuine, but one is old, missing or too many */
	CHECK_LOOKUP, /* what is looked up by is missing or leads elsewhere: for store/nouns/lookup_check.h */
	CHECK_KEYS, /* a wrapped key of keyring/ does not open in its place: for who has the keys to look at */
	CHECK_FAULT_COUNT
};

struct check_report {
	enum check_fault fault;
	uint64_t sequence; /* of the bad entry; 0 = the fault is not about an entry */
	struct id tenant;  /* of the entry or checkpoint, as it is stored; none */
	uint64_t index;    /* that the entry must have; of a checkpoint its size */
	enum table table;  /* where the bad row stands */
	uint8_t key[KV_KEY_MAX];
	size_t key_len;
	uint64_t events, stubs, tenants, checkpoints, protected_rows; /* that were looked at and hold */
};

/* What was kept elsewhere than in data/: the tenant's tree had this root at this size. */
struct check_since {
	struct id tenant;
	uint64_t size;
	struct merkle_hash root;
	bool is_mark; /* the high-water mark in keyring/; else a checkpoint, which is counted like those of data/ */
};

struct check_ask {
	struct kv *data;         /* open for reading: check_open */
	const struct keys *keys; /* NULL: MACs and the sum are left out */
	void (*progress)(void *context, uint64_t done,
		uint64_t all); /* NULL, or called now and then with entries of the log */
	void *context;
	const struct check_since *since; /* NULL = none */
	size_t since_count;
	/* For check_live alone. rest is called between two readings, while none is open: false calls the check
	 * off. tell is given each tenant's tree once the whole log was found sound. */
	bool (*rest)(void *context);
	fallible (*tell)(void *context, struct id tenant, const struct merkle_frontier *tree);
};

/* check_open - the data/ of a store at rest or of a copy, for reading. Fails as kv_open; NOT_FOUND there is
 * none. Owns: kv_close. */
fallible check_open(const char *directory, const struct kv_backend *backend, struct kv **data);

/* check_volume - everything, until the first fault. OK means that it was looked at; what was found stands in
 * the report. Fails: CORRUPT the database itself is damaged · IO · NO_MEMORY. Cost: one core; the hash of
 * every leaf and of its tree. */
fallible check_volume(const struct check_ask *ask, struct check_report *report);

/* check_rows - the head row and the protected rows alone: what a running server looks at after its start. One
 * snapshot, as long as it takes to read the state. Fails as check_volume. */
fallible check_rows(const struct check_ask *ask, struct check_report *report);

/* check_live - the log as it stands when the check begins, and its checkpoints, while others write: what is
 * appended meanwhile is the next check's. No reading takes longer than CHECK_SLICE_ROWS entries or
 * CHECK_SLICE_BYTES bytes of them, so that no old page is kept for long.
 *
 *   ask  with rest and tell
 * Fails: as check_volume; BUSY rest called it off; as tell. */
enum { CHECK_SLICE_ROWS = 512, CHECK_SLICE_BYTES = 1024 * 1024 };
fallible check_live(const struct check_ask *ask, struct check_report *report);

/* check_text - a sentence for a fault. Never NULL. */
const char *check_text(enum check_fault fault);
