/* SPDX-License-Identifier: Apache-2.0 */
/* recoveries - ten codes for the day when the phone is gone: made once, each good for one login, every use told to all
 * addresses of the person and counted per year. */
#pragma once

#include "server/core/login/factors.h"
#include "server/core/login/recovery_codes.h"
#include "server/core/login/verifications.h"
#include "store/nouns/rescue.h"

/* ---- POST /v1/people/{person}/factors {"type":"recovery"} ---- */

struct recoveries_make {
	/* asked */
	struct span person; /* id or ref */
	/* prepared */
	struct person who;
	struct factors_held held;
	uint64_t before; /* version of the set that is replaced, or of the rest of one; 0 = there is none */
	bool replaces;
	struct recovery recovery;
	char codes[RECOVERY_CODES][RECOVERY_CODES_TEXT + 1]; /* shown once */
	struct factor_news news;
	struct event_draft event;
};

/* recoveries_make_prepare - draw ten codes; those of an older set are worth nothing any more.
 * Fails: NOT_FOUND the person · DENIED · PERSON_UNPROVEN · CONFLICT no factor is active that they could stand in for. */
fallible recoveries_make_prepare(const struct scene *scene, struct recoveries_make *make);
fallible recoveries_make_write(struct act *act, struct recoveries_make *make);

/* ---- DELETE /v1/factors/{id}, of a set ---- */

struct recoveries_end {
	/* asked */
	struct id id;
	/* prepared */
	struct person who;
	struct factors_held held;
	struct recovery recovery;
	struct factor_news news;
	struct event_draft event;
};

/* recoveries_end_prepare - take the set away; the year's count of uses stays. Fails: NOT_FOUND no such set, or none that
 * the caller sees · DENIED · PERSON_UNPROVEN the person has a factor and did not prove themself. */
fallible recoveries_end_prepare(const struct scene *scene, struct recoveries_end *end);
fallible recoveries_end_write(struct act *act, struct recoveries_end *end);

/* recoveries_find - a person's set, for showing it. Fails: NOT_FOUND. */
fallible recoveries_find(
	const struct view *view, struct id tenant, struct id person, struct recovery *recovery);

/* ---- POST /v1/verifications/{id} {"recovery":"…"} ---- */

struct recoveries_spend {
	/* prepared */
	uint8_t hash[HASH_BLAKE];
	uint64_t version; /* of the set that the mails speak of */
	struct factor_news news;
	struct event_draft used;
	uint64_t rescue_version; /* the same of a code of the helpdesk */
	struct factor_news help_news;
	struct event_draft helped;
	/* decided */
	unsigned left, uses; /* after a right one; uses of this year */
};

/* recoveries_spend_prepare - of a verification whose person was looked up. The mails are sealed when prepare runs
 * again: few calls need them. Fails: MALFORMED_CODE. */
fallible recoveries_spend_prepare(const struct scene *scene, struct verifications_ask *ask);

/* recoveries_spend_write - charge the verification, compare, decide. A right code opens also while the person's lanes
 * are closed, and opens them: 80 bits are not guessed. It confirms no action. A code of the helpdesk is as good, and proves nobody.
 * One that was used or whose hour is over is a wrong code and costs a try: of a used one nothing is kept to know it by, and an old note
 * that somebody finds is not to say whose it was. What is typed wrong five times closes that verification and no lane.
 * Fails: STALE. */
fallible recoveries_spend_write(struct act *act, struct verifications_ask *ask);
