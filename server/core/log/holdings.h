/* SPDX-License-Identifier: Apache-2.0 */
/* holdings - whose events an export has held so far: the random ends of ids, each once, in order. */
#pragma once

#include "base/buf.h"
#include "store/nouns/export.h"

struct holdings {
	struct buf ids; /* EXPORT_HELD bytes each, sorted */
	bool all;       /* there were more than can be kept, or no memory: it counts as everybody */
};

#define HOLDINGS ((struct holdings){.ids = BUF(EXPORT_HELD_MAX * EXPORT_HELD)})

void holdings_done(struct holdings *holdings);

/* holdings_add - none is nobody. holdings_add_leaf - every person and client that a leaf names. */
void holdings_add(struct holdings *holdings, struct id id);
void holdings_add_leaf(struct holdings *holdings, const struct leaf *leaf);
