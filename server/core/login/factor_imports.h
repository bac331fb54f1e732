/* SPDX-License-Identifier: Apache-2.0 */
/* factor_imports - a person moves in with the apps and tokens that another server knew. They open logins at once, for their
 * owner types codes of them already, but nobody vouched for them here: unproven, until an enrolment code is redeemed.
 *
 * Who has a factor gains none this way (FOUNDATIONS 2): all of a person's come in one call. A device is known by its seed, so
 * that the same call a second time takes nothing twice. */
#pragma once

#include "server/core/login/factor_news.h"
#include "server/core/login/factors.h"
#include "server/core/scene.h"

enum factor_imports_result {
	FACTOR_IMPORTS_TAKEN,
	FACTOR_IMPORTS_THERE,   /* the person has it, or it stands in the call twice */
	FACTOR_IMPORTS_HOLDS,   /* refused: the person has another factor already */
	FACTOR_IMPORTS_TOO_MANY /* refused: FACTOR_MAX */
};

/* One device. */
struct factor_imports_item {
	/* asked */
	enum factor_type type; /* TOTP or HOTP */
	struct totp_shape shape;
	uint64_t counter; /* hotp: that comes next */
	struct span seed;
	struct span label;
	/* prepared */
	enum factor_imports_result result;
	struct factor factor; /* taken: as it is written; there: its id */
	struct event_draft event;
};

struct factor_imports_ask {
	/* asked */
	struct span person; /* id or ref */
	struct factor_imports_item items[FACTOR_MAX];
	size_t count;
	bool is_trial; /* tell what would be, write nothing */
	/* prepared */
	struct person who;
	struct factors_held held;
	size_t taken;
	struct factor_news news;
};

enum { FACTOR_IMPORTS_COUNTER_BITS = 48 };

/* factor_imports_prepare - compare every seed with those that the person has, seal what is taken.
 * Fails: NOT_FOUND the person · DENIED · PERSON_UNPROVEN a person who acts did not prove themself · BUSY sealed. */
fallible factor_imports_prepare(const struct scene *scene, struct factor_imports_ask *ask);

/* factor_imports_write - one event a factor, one mail to each address of the person. Fails: STALE. */
fallible factor_imports_write(struct act *act, struct factor_imports_ask *ask);
