/* SPDX-License-Identifier: Apache-2.0 */
/* decoys - what a person who does not exist looks like: an authenticator app and an address, the same at
 * every call, made of a keyed hash of the name that was asked for (FOUNDATIONS 26). */
#pragma once

#include "server/core/methods.h"

/* decoys_seed - what the decoy of a name is made of. Fails: BUSY sealed. */
fallible decoys_seed(
	const struct server *server, struct id tenant, struct span name, uint8_t seed[static HASH_BLAKE]);

/* decoys_person - an id that stands for the decoy in look-ups of devices; nothing is ever found under it. */
struct id decoys_person(const uint8_t seed[static HASH_BLAKE]);

/* decoys_methods - the same shape and the same work as methods_list. */
fallible decoys_methods(const struct view *view, struct id tenant, const uint8_t seed[static HASH_BLAKE],
	struct instant now, struct arena *arena, struct methods *methods);
