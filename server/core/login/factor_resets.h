/* SPDX-License-Identifier: Apache-2.0 */
/* factor_resets - asking that all factors of a person be ended, deciding, taking it back. Carrying it out is
 * server/core/login/factor_resetting.h.
 *
 * waiting -> approved (a second person) -> done, when it is due; refused by a second person; cancelled by the person, by an owner, or by
 * the one who asked (FOUNDATIONS 2). */
#pragma once

#include "server/core/letters.h"
#include "server/core/login/factors.h"
#include "store/nouns/factor_reset.h"
#include "store/nouns/rescue.h"

struct factor_resets_ask {
	/* asked */
	struct span person; /* id or ref, of the path */
	struct span reason;
	/* prepared */
	struct person who;
	struct factors_held held;
	unsigned a_year; /* as many as the policies let be carried out */
	struct factor_reset reset;
	struct span sealed;
	struct event_draft requested;
	struct letters told;
	/* written */
	struct rescue rescue;
};

/* factor_resets_ask_prepare - by a proven person with factors.manage (the route's), not for themselves. All addresses of the person
 * and all owners are told. Fails: PERSON_UNPROVEN · NOT_FOUND · DENIED · CONFLICT there is no factor.
 * factor_resets_ask_write - Fails: CONFLICT one waits already, or there were as many this year as there may be · STALE. */
fallible factor_resets_ask_prepare(const struct scene *scene, struct factor_resets_ask *ask);
fallible factor_resets_ask_write(struct act *act, struct factor_resets_ask *ask);

struct factor_resets_decide {
	struct factor_reset reset; /* as factor_resets_find found it; after the act as it stands */
	struct rescue rescue;      /* of its person */
	unsigned a_year;
	bool approve; /* asked */
	/* prepared */
	struct event_draft draft;
};

/* factor_resets_heed_person - note whether the person of a reset is gone. Fails: as person_get_clear. */
fallible factor_resets_heed_person(const struct view *view, struct arena *arena, struct factor_reset *reset);

/* factor_resets_find - by the id in a path; seen by the person, by an owner, by who asked, and by who may manage factors. Fails:
 * NOT_FOUND. */
fallible factor_resets_find(const struct scene *scene, struct span text, struct factor_resets_decide *found);

/* factor_resets_find_open - the one of a person that may still be carried out, whatever the caller sees of them: whoever asks has seen to
 * that. `found` is set when *is_open. Fails: as factor_reset_get, but for NOT_FOUND. */
fallible factor_resets_find_open(
	const struct scene *scene, struct id person, struct factor_resets_decide *found, bool *is_open);

/* factor_resets_decide_prepare - by a proven person with factors.manage who neither asked nor is the person. Fails: PERSON_UNPROVEN ·
 * DENIED · CONFLICT it does not wait for a decision · EXPIRED it has lapsed. */
fallible factor_resets_decide_prepare(const struct scene *scene, struct factor_resets_decide *decide);
fallible factor_resets_decide_write(struct act *act, struct factor_resets_decide *decide);

/* factor_resets_cancel_prepare - by the person, an owner or the one who asked, proven, until it is carried out.
 * Fails: PERSON_UNPROVEN · DENIED · CONFLICT it is over. */
fallible factor_resets_cancel_prepare(const struct scene *scene, struct factor_resets_decide *cancel);
fallible factor_resets_cancel_write(struct act *act, struct factor_resets_decide *cancel);

/* factor_resets_tell - seal a mail to every address of the person, and to every owner.
 *
 *   at  the time that it names
 * Fails: as addresses_list, letters_add. */
struct factor_resets_news {
	enum notice_kind kind;
	const struct person *who;
	const struct factor_reset *reset;
	struct instant at, now;
};
fallible factor_resets_tell(
	const struct letters_desk *desk, const struct factor_resets_news *news, struct letters *told);
