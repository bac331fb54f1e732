/* SPDX-License-Identifier: Apache-2.0 */
/* recovery - the ten codes that a person keeps on paper for the day when the phone is gone, and how often they were
 * needed this year. One set a person; a new one replaces it.
 *
 * It lies apart from the factors: a login that needs none of it does not read it. Source: docs/formats.md "recovery". */
#pragma once

#include "store/nouns/noun.h"

enum { RECOVERY_CODES = 10 };

/* One code. Only its keyed hash is kept. */
struct recovery_code {
	uint8_t hash[HASH_BLAKE];
	struct instant used; /* ms 0 = it is good */
};

struct recovery {
	struct id tenant;
	struct id person;
	struct id id; /* fac_ */
	struct instant made;
	bool proven;   /* who had them made had proven who they are; else: good for a plain login only */
	uint16_t year; /* of uses, UTC */
	uint16_t uses; /* codes that opened something in that year, of all sets */
	struct recovery_code codes[RECOVERY_CODES];
	uint64_t version;
};

/* recovery_get - Fails: NOT_FOUND · FORGED · CORRUPT. recovery_put, recovery_drop - inside an act. */
fallible recovery_get(const struct view *view, struct id tenant, struct id person, struct recovery *recovery);
fallible recovery_put(struct act *act, const struct recovery *recovery);
fallible recovery_drop(struct act *act, const struct recovery *recovery);

/* recovery_find - the set with this id. Fails: NOT_FOUND also when it was replaced or ended · CORRUPT. */
fallible recovery_find(const struct view *view, struct id tenant, struct id id, struct recovery *recovery);

/* recovery_end - inside an act: no code of it is worth anything any more; what is left is the count of the year's uses.
 * recovery_is_ended - whether it is such a rest. */
fallible recovery_end(struct act *act, const struct recovery *recovery);
bool recovery_is_ended(const struct recovery *recovery);

/* recovery_left - how many are good. */
unsigned recovery_left(const struct recovery *recovery);

/* recovery_match - the code with this hash, used or not; NULL. Compares with all of them, in constant time. */
struct recovery_code *recovery_match(struct recovery *recovery, const uint8_t hash[static HASH_BLAKE]);

/* recovery_use - it is used up, and counted in the year. */
void recovery_use(struct recovery *recovery, struct recovery_code *code, struct instant now);

/* recovery_uses - in the year of `now`. */
unsigned recovery_uses(const struct recovery *recovery, struct instant now);
