/* SPDX-License-Identifier: Apache-2.0 */
/* decoys - what a person who does not exist looks like: an authenticator app and an address, the same at
 * every call, made of a keyed hash of the name that was asked for (FOUNDATIONS 26). */
#pragma once

#include "server/core/login/methods.h"

/* decoys_seed - what the decoy of a name is made of. Fails: BUSY sealed. */
fallible decoys_seed(
	const struct server *server, struct id tenant, struct span name, uint8_t seed[static HASH_BLAKE]);

/* decoys_person - an id that stands for the decoy in look-ups of devices; nothing is ever found under it. */
struct id decoys_person(const uint8_t seed[static HASH_BLAKE]);

/* decoys_hint - how the address of the decoy of a name is shown, when the name is an address: as somebody's who is called by theirs.
 * Empty for every other name. */
fallible decoys_hint(struct span name, struct arena *arena, struct span *hint);

struct decoys_ask {
	struct id tenant;
	const uint8_t *seed;         /* HASH_BLAKE bytes, of decoys_seed */
	struct span hint;            /* of decoys_hint */
	const struct signin *signin; /* what the policies ask of everyone */
	struct instant now;
};

/* decoys_methods - the same shape and the same work as methods_list, and as little beside an authenticator as it leaves. */
fallible decoys_methods(
	const struct view *view, const struct decoys_ask *ask, struct arena *arena, struct methods *methods);
