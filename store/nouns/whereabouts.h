/* SPDX-License-Identifier: Apache-2.0 */
/* whereabouts - from which countries a person signed in, and when last: what a login from another one is held against.
 * Sealed under the person. Source: docs/formats.md "whereabouts". */
#pragma once

#include "store/nouns/noun.h"

enum { WHEREABOUTS_MAX = 8, WHEREABOUTS_COUNTRY = 2, WHEREABOUTS_SEALED_MAX = 256 };

struct whereabouts {
	struct id tenant;
	struct id person;
	struct whereabouts_item {
		char country[WHEREABOUTS_COUNTRY]; /* capital letters, as ISO 3166-1 has them */
		struct instant last;
	} items[WHEREABOUTS_MAX];
	size_t count;
	uint64_t version; /* 0: there is no row */
};

/* whereabouts_read - empty for who never signed in from a country that was known, and for who was erased.
 * Fails: FORGED · CORRUPT · NO_MEMORY. */
fallible whereabouts_read(const struct view *view, struct id tenant, struct id person, struct arena *arena,
	struct whereabouts *whereabouts);

/* whereabouts_find - of a country; NULL. whereabouts_latest - the last one of all; NULL. */
const struct whereabouts_item *whereabouts_find(
	const struct whereabouts *whereabouts, const char country[static WHEREABOUTS_COUNTRY]);
const struct whereabouts_item *whereabouts_latest(const struct whereabouts *whereabouts);

/* whereabouts_note - now from there; when there are too many the one that was longest ago goes. */
void whereabouts_note(
	struct whereabouts *whereabouts, const char country[static WHEREABOUTS_COUNTRY], struct instant now);

/* whereabouts_seal - in prepare. whereabouts_put, whereabouts_drop - in the act; a row that is not there is dropped
 * already. */
fallible whereabouts_seal(const struct keys *keys, const struct whereabouts *whereabouts, struct buf *sealed);
fallible whereabouts_put(struct act *act, const struct whereabouts *whereabouts, struct span sealed);
fallible whereabouts_drop(struct act *act, struct id tenant, struct id person);
