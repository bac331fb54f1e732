/* SPDX-License-Identifier: Apache-2.0 */
/* imports - a client's credentials move in from another password manager, in parts: each part is an act of its own, so an
 * import that is cut off is gone on with by sending the file again. What is here already is found by what it was known by
 * there, or by its kind, host, user name and title, and is compared with: the same file a second time takes nothing twice,
 * and nothing that is here is changed unasked. */
#pragma once

#include "server/core/scene.h"
#include "server/core/vault/import_list.h"

enum { IMPORTS_PART = 200 }; /* credentials of one act */

struct imports_ask {
	/* asked */
	struct span client; /* id or ref */
	struct span format; /* its name, for the event */
	struct span file;   /* its bytes, for the event's hash */
	struct import_list list;
	uint16_t modes_max; /* 0 = of each the least exposing */
	bool is_trial;      /* tell what would be, write nothing */
	bool updates;       /* what is here with another secret gets a new version */
	/* kept from part to part */
	struct imports_here *here;
	struct imports_part *part;
	struct import_item *next;           /* the first one of the part */
	struct arena_mark kept;             /* what the arena gave out since is the part's */
	size_t counts[IMPORT_RESULT_COUNT]; /* of items */
	bool is_whole;                      /* every item is decided */
};

/* imports_prepare - the next part: decide until IMPORTS_PART items have to be written; at the end, the event of the whole.
 *
 * Fails: UNKNOWN_CLIENT also one that the caller does not see · CONFLICT the client has left · as credentials_add_prepare. */
fallible imports_prepare(const struct scene *scene, struct imports_ask *ask);

/* imports_write - in the act of a part. Fails: STALE the client's credentials changed since they were compared. */
fallible imports_write(struct act *act, struct imports_ask *ask);

/* imports_stands - the part that was written is durable: the next imports_prepare goes on behind it. */
void imports_stands(struct imports_ask *ask);
