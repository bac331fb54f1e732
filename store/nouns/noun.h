/* SPDX-License-Identifier: Apache-2.0 */
/* noun - what the state rows of all nouns share: keys made of ids, and reading either in a snapshot or inside
 * an act. */
#pragma once

#include "base/arena.h"
#include "base/ids.h"
#include "store/act.h"
#include "store/volume.h"

enum { NOUN_KEY_MAX = 16 * 3 + 128, NOUN_TEXTS_MAX = 8 * 1024 /* bytes of what one row seals */ };

/* Where a noun is read from: a reading (prepare, answers) or an act (decide and write). */
struct view {
	const struct volume *volume;
	struct kv_txn *txn;
};

static inline struct view view_reading(struct reading *reading)
{
	return (struct view){reading->volume, &reading->txn};
}

static inline struct view view_act(struct act *act)
{
	return (struct view){act->volume, act->txn};
}

static inline const struct keys *view_keys(const struct view *view)
{
	return view->volume->keys;
}

/* view_get - one row. Fails as volume_get. */
fallible view_get(const struct view *view, enum table table, struct span key, struct row *row);

/* A key: the tenant's id, then up to three parts. */
struct noun_key {
	uint8_t bytes[NOUN_KEY_MAX];
	size_t len;
};

/* noun_key - ids and texts one after the other; parts that are too long are a BUG of the caller and cut. */
struct noun_key noun_key(struct id tenant, struct span second, struct span third);

static inline struct span noun_key_span(const struct noun_key *key)
{
	return span_of(key->bytes, key->len);
}

static inline struct span id_span(const struct id *id)
{
	return span_of(id->bytes, sizeof id->bytes);
}

/* noun_take_id - the 16 bytes of an id from the front of a key or record. */
struct reader;
struct id noun_take_id(struct reader *reader);

/* noun_next - the first row of a tenant's table behind the rest of a key (empty = from the first).
 *
 *   name  the row's key without the tenant; it and the row die with the view's transaction
 * Fails: NOT_FOUND at the end · FORGED · IO. */
fallible noun_next(const struct view *view, enum table table, struct id tenant, struct span after,
	struct span *name, struct row *row);

/* noun_next_id - the same for a list whose keys are tenant ‖ under ‖ id (under empty: tenant ‖ id), in the
 * order of the ids.
 *
 *   after  none = from the first; set to the id that was found
 *   row    NULL, or set to its row
 * Fails: NOT_FOUND at the end · CORRUPT a key of another length · FORGED · IO. */
fallible noun_next_id(const struct view *view, enum table table, struct id tenant, struct span under,
	struct id *after, struct row *row);

/* noun_ends - whether a walk is over after such a step: at the end *err becomes OK, after a failure it stays.
 */
bool noun_ends(struct err *err);

/* noun_still - inside an act: the row of a noun is the one that prepare read. Fails: STALE it was written
 * meanwhile · FORGED · IO. */
fallible noun_still(struct act *act, enum table table, struct span key, uint64_t version);

/* The texts of a row that are sealed: whose key, and where they stand. */
struct noun_seal {
	struct id tenant;
	struct subject subject;
	struct seal_context place;
};

/* noun_seal_texts - the texts, each sized, as one sealed record. Fails: as keys->seal_row. */
fallible noun_seal_texts(const struct keys *keys, const struct noun_seal *seal, const struct span *texts,
	size_t count, struct buf *sealed);

/* noun_open - the plaintext of a sealed record, in the arena. Fails: NOT_FOUND the subject's key is gone ·
 * FORGED · CORRUPT · NO_MEMORY. */
fallible noun_open(const struct keys *keys, const struct noun_seal *seal, struct span sealed,
	struct arena *arena, struct span *plain);

/* noun_open_texts - what noun_seal_texts sealed. When the subject's key is gone (it was erased) the texts
 * stay as they are: empty. Fails: FORGED · CORRUPT also another number of texts · NO_MEMORY. */
fallible noun_open_texts(const struct keys *keys, const struct noun_seal *seal, struct span sealed,
	struct arena *arena, struct span *const *texts, size_t count);

/* The ref that a noun has by its own sealed record; empty once it was erased. Fails: NOT_FOUND · FORGED · CORRUPT · NO_MEMORY. */
typedef fallible noun_ref_fn(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct span *ref);

/* The refs of a noun: the callers' own names, looked up by a keyed hash, stored nowhere in clear. */
struct noun_refs {
	enum table table;      /* of the noun: key tenant ‖ id */
	enum table term_table; /* of the look-ups: key tenant ‖ term, value id */
	enum id_kind kind;
	const char *label; /* of the keyed hash */
	noun_ref_fn *own;
};

/* noun_by_ref - Fails: NOT_FOUND · BUSY · CORRUPT the look-up leads to a noun that has another ref: look-ups have no MAC, so
 * whoever can write to the files could send what is meant for one to another. noun_find - by id or ref, whatever a path or body names. Fails:
 * NOT_FOUND. noun_find_row - with the row that was looked at for it. */
fallible noun_by_ref(const struct view *view, const struct noun_refs *refs, struct id tenant, struct span ref,
	struct id *id);
fallible noun_find(const struct view *view, const struct noun_refs *refs, struct id tenant,
	struct span id_or_ref, struct id *id);
fallible noun_find_row(const struct view *view, const struct noun_refs *refs, struct id tenant,
	struct span id_or_ref, struct id *id, struct row *row);

/* noun_ref_at - the key under which a ref leads to who has it. Fails: as keys->term. */
fallible noun_ref_at(const struct keys *keys, const struct noun_refs *refs, struct id tenant, struct span ref,
	struct noun_key *key);

/* noun_put_ref, noun_drop_ref - inside an act; an empty ref is nothing to do. Fails: REF_TAKEN another one
 * has it. */
fallible noun_put_ref(
	struct act *act, const struct noun_refs *refs, struct id tenant, struct span ref, struct id id);
fallible noun_drop_ref(struct act *act, const struct noun_refs *refs, struct id tenant, struct span ref);
