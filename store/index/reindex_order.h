/* SPDX-License-Identifier: Apache-2.0 */
/* reindex_order - what `munimentd reindex` and a running server tell each other, by two files in the data directory:
 * `reindex.wanted` stands as long as a new index is wanted, `reindex.progress` says how far it is.
 *
 * Whoever may write the directory may ask: it can't harm. Source: docs/formats.md "reindex.wanted". */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { REINDEX_ORDER_WHY = 200 };

/* reindex_order_put - ask for a new index, durably. Where it was asked for already, that one is meant. Fails: IO ·
 * INPUT the path is too long. */
fallible reindex_order_put(const char *directory);

/* reindex_order_stands - whether a new index is wanted, or being made. */
bool reindex_order_stands(const char *directory);

struct reindex_progress {
	uint64_t done, all;          /* entries of the log */
	char why[REINDEX_ORDER_WHY]; /* of a failure; "" = none */
};

/* reindex_order_say - how far it is; when that cannot be written nobody reads it. */
void reindex_order_say(const char *directory, uint64_t done, uint64_t all);

/* reindex_order_end - nothing is wanted any more. why: of a failure; NULL: it was made. That it failed is said on a full disk, too,
 * though not why. Fails: IO · INPUT. */
fallible reindex_order_end(const char *directory, const char *why);

/* reindex_order_read - what was said last. Fails: NOT_FOUND nothing yet · CORRUPT · IO · INPUT. */
fallible reindex_order_read(const char *directory, struct reindex_progress *progress);

/* reindex_order_drop - both files, where they are. Fails: IO · INPUT. */
fallible reindex_order_drop(const char *directory);
