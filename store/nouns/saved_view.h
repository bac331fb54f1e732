/* SPDX-License-Identifier: Apache-2.0 */
/* saved_view - what somebody looks for in the log again and again, under a name: for themselves, or for everybody who
 * reads the log. Source: docs/formats.md "saved_view". */
#pragma once

#include "base/arena.h"
#include "store/nouns/noun.h"

enum {
	SAVED_VIEW_NAME_MAX = 100,
	SAVED_VIEW_QUERY_MAX = 2000,
	SAVED_VIEW_MAX = 50, /* of one person, and of those that are shared */
};

struct saved_view {
	struct id tenant;
	struct id owner;         /* a person; none: it is shared */
	uint8_t term[KEYS_TERM]; /* the keyed hash of its name */
	struct id by;            /* the person who saved it last */
	struct instant at;
	struct span name; /* sealed under the owner, or the tenant, as the one below */
	struct span query;
	uint64_t row; /* version of the row */
};

/* saved_view_term - of a name. Fails: BUSY sealed. */
fallible saved_view_term(
	const struct keys *keys, struct id tenant, struct span name, uint8_t term[static KEYS_TERM]);

/* saved_view_get - by tenant, owner and term of *saved; texts lie in the arena, and are empty after the owner's erasure.
 * Fails: NOT_FOUND · FORGED · CORRUPT · BUSY. */
fallible saved_view_get(const struct view *view, struct arena *arena, struct saved_view *saved);

/* saved_view_next - walk those of an owner behind saved->term, which is zeroed at the beginning. False at the end: check
 * *err. */
bool saved_view_next(const struct view *view, struct arena *arena, struct saved_view *saved, struct err *err);

/* saved_view_seal - the sealed texts, in prepare; saved_view_put - the row, in the act; saved_view_drop - Fails also:
 * NOT_FOUND. saved_view_drop_all - those of a person. */
fallible saved_view_seal(const struct keys *keys, const struct saved_view *saved, struct buf *sealed);
fallible saved_view_put(struct act *act, const struct saved_view *saved, struct span sealed);
fallible saved_view_drop(struct act *act, const struct saved_view *saved);
fallible saved_view_drop_all(struct act *act, struct id tenant, struct id person);
