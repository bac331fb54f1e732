/* SPDX-License-Identifier: Apache-2.0 */
/* rescue - how a person who lost every way in was helped: a code of the helpdesk that is still good, how often in this year, and from
 * when on what they prove counts. One row a person; who was never helped, nor closed out, has none. Source: docs/formats.md "rescue". */
#pragma once

#include "store/nouns/noun.h"

enum { RESCUE_CODE_MS = 60 * 60 * 1000 }; /* how long a code of the helpdesk is good */

/* A code that was handed over. Only its keyed hash is kept. */
struct rescue_code {
	struct id id; /* fac_; none: there is none */
	struct id by; /* who handed it over */
	struct instant made;
	uint8_t hash[HASH_BLAKE];
};

struct rescue {
	struct id tenant;
	struct id person;
	uint16_t year;       /* of the counts, UTC */
	uint16_t resets;     /* of all factors, carried out in that year */
	uint16_t codes;      /* of the helpdesk, made in that year */
	struct instant last; /* when the factors were reset, or rescue_close was called; ms 0 = never */
	struct id waiting;   /* frs_: a reset that was asked for; none. It may have lapsed */
	struct rescue_code code;
	uint64_t version; /* 0: there is no row */
};

/* rescue_read - of who was never helped: an empty one. Fails: FORGED · CORRUPT. */
fallible rescue_read(const struct view *view, struct id tenant, struct id person, struct rescue *rescue);

/* rescue_put - inside an act. rescue_drop - the same; a row that is not there is dropped already. */
fallible rescue_put(struct act *act, const struct rescue *rescue);
fallible rescue_drop(struct act *act, struct id tenant, struct id person);

/* rescue_begin_year - the counts are those of the year of `now` from here on. */
void rescue_begin_year(struct rescue *rescue, struct instant now);

/* rescue_close - inside an act: the person is suspended, removed, or has left. What they proved up to now counts no more, and the code
 * that was handed over opens nothing, also when they are back. */
fallible rescue_close(struct act *act, struct id tenant, struct id person);

/* rescue_has_code - whether this is the code that is good now. Compares in constant time. rescue_spend_code - it is used up, or
 * worth nothing any more. */
bool rescue_has_code(const struct rescue *rescue, const uint8_t hash[static HASH_BLAKE], struct instant now);
void rescue_spend_code(struct rescue *rescue);

/* rescue_check_since - what a person proved at `proven` still counts: no reset came after it, and the person was not suspended since. Fails: EXPIRED · FORGED · CORRUPT.
 * Cost: of a row that is not there, one look-up and no MAC. */
fallible rescue_check_since(
	const struct view *view, struct id tenant, struct id person, struct instant proven);
