/* SPDX-License-Identifier: Apache-2.0 */
/* wish - how a client's contact wants to be told, and where else. Who never said anything is told of each use. What
 * shows a secret, opens an emergency or hands a client over is told at once, whatever stands here.
 * Source: docs/formats.md "wish". */
#pragma once

#include "base/arena.h"
#include "store/nouns/noun.h"

/* What a wish is about. Stored positions: append only. */
enum wish_class { WISH_USES, WISH_PURCHASES, WISH_GRANTS, WISH_CHANGES, WISH_CLASS_COUNT };

/* Stored numbers: never renumber. */
enum wish_way { WISH_EACH = 0, WISH_DIGEST = 1, WISH_NONE = 2, WISH_WAY_COUNT };

struct wish {
	struct id tenant;
	struct id person; /* the contact */
	enum wish_way ways[WISH_CLASS_COUNT];
	int64_t digested; /* the last day, of the client's zone, whose digest was made; 0 = none yet */
	struct span second_address; /* sealed under the person; empty = none */
	uint64_t row;               /* version of the row; 0 = there is none */
};

/* wish_get - of tenant and person of *wish; the address lies in the arena. Where there is no row: the wishes of who never
 * said anything. Fails: FORGED · CORRUPT · BUSY. */
fallible wish_get(const struct view *view, struct arena *arena, struct wish *wish);

/* wish_way - how a person is told of one class; nothing is opened. Fails: FORGED · CORRUPT. */
fallible wish_way(const struct view *view, struct id tenant, struct id person, enum wish_class class,
	enum wish_way *way);

/* wish_seal - the sealed address, in prepare; wish_put - the row, in the act. */
fallible wish_seal(const struct keys *keys, const struct wish *wish, struct buf *sealed);
fallible wish_put(struct act *act, const struct wish *wish, struct span sealed);

/* wish_begin - inside the act: whoever has no row gets one with the wishes they had without it, so that a digest finds them. */
fallible wish_begin(struct act *act, struct id tenant, struct id person);

/* wish_put_digested - inside the act: only how far digests have come. Fails: NOT_FOUND there is no row. */
fallible wish_put_digested(struct act *act, struct id tenant, struct id person, int64_t day);
