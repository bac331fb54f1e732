/* SPDX-License-Identifier: Apache-2.0 */
/* verify_tiles - a whole C2SP tile log against its signed checkpoint, from the root down; trusts one verifier
 * key. */
#pragma once

#include "base/err.h"
#include "cli/fetch.h"
#include "crypto/merkle.h"
#include "crypto/note.h"

enum { VERIFY_TILES_WHERE = 160 };

/* What the log was at another time, as somebody else kept it. */
struct verify_tiles_mark {
	uint64_t size;
	struct merkle_hash root;
};

struct verify_tiles_ask {
	const struct fetch *fetch;
	const struct note_verifier *verifier;
	const struct verify_tiles_mark *mark; /* the log has to extend it; NULL = nothing was kept */
	/* Told after each tile of entries; NULL = nobody wants to know. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *context;
};

struct verify_tiles_report {
	uint64_t size;
	struct merkle_hash root;
	uint64_t missing_count; /* entries whose bundle is not there: only their hashes were checked */
	uint64_t missing_first; /* index of the first and the last of them */
	uint64_t missing_last;
	uint64_t pruned_count; /* of them: the server says that it dropped them when their retention ended */
	bool withheld;         /* the server has bundles that it does not show to this token */
	char where[VERIFY_TILES_WHERE]; /* set also on failure: "entry 1234", "tile/0/004", "checkpoint",
					   "root" */
};

/* verify_tiles_check - the checkpoint's signature and origin, every tile of every level, every entry that is
 * there, the root, the mark.
 *
 * Fails: FORGED the file or entry that report->where names is missing, malformed or not what the checkpoint
 * covers · what the fetch fails with otherwise, where naming the file. Cost: one leaf hash and one node hash
 * an entry, each file read once; memory does not depend on the log's size: two tiles a level and one bundle.
 */
fallible verify_tiles_check(const struct verify_tiles_ask *ask, struct verify_tiles_report *report);
