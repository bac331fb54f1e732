/* SPDX-License-Identifier: Apache-2.0 */
/* fold_words - the hashes of a run of rows for the index, opening the parts where nobody kept them. */
#pragma once

#include "base/buf.h"
#include "store/volume.h"

/* One row, and what it is found by where that is known. */
struct fold_words_row {
	uint64_t sequence;
	const struct words *words; /* NULL: its parts are opened */
};

/* fold_words - append the array INDEX_WORDS of a tenant's run; nothing when the tenant has no search key.
 *
 *   rows   of one tenant, in the order of the log
 *   array  a number of bytes that index_words opens
 * Fails: BUSY sealed, or the key was turned meanwhile: try again · CORRUPT · IO · NO_MEMORY. Cost: O(words);
 * opening takes some microseconds a row. */
fallible fold_words(const struct volume *volume, struct id tenant, const struct fold_words_row *rows,
	size_t count, struct buf *array);
