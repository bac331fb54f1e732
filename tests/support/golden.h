/* SPDX-License-Identifier: Apache-2.0 */
/* golden - a stored row as the first version of this program wrote it: it is read for ever, and never half.
 * What does not hold ends the test. */
#pragma once

#include "store/nouns/noun.h"
#include "tests/support/world.h"

/* golden_read_fn - read the row through the module that owns it; what is read is compared with what was
 * written. */
typedef struct err (*golden_read_fn)(struct world *world);

struct golden {
	const char *file; /* under tests/: the payload in hex */
	enum table table;
	struct noun_key key;
	golden_read_fn read;
};

/* golden_is_read - the row reads back. */
void golden_is_read(const struct golden *golden);

/* golden_is_read_whole - CORRUPT is the answer to a row of another version, and to one of which only the
 * first bytes are there: of all lengths a multiple of 16, and all but the last byte. */
void golden_is_read_whole(const struct golden *golden);

/* golden_is_written - the row that stands in the store has the golden payload. */
void golden_is_written(struct world *world, const struct golden *golden);
