/* SPDX-License-Identifier: Apache-2.0 */
/* factor_news - what is said when a person's factors change: an event, and a mail to every address of theirs. */
#pragma once

#include "server/core/addresses.h"
#include "server/core/scene.h"
#include "store/nouns/notice.h"

/* What changed. */
struct factor_news_ask {
	const struct person *who; /* with texts */
	struct id factor;
	const char *kind; /* as factor_type_name */
	unsigned tries;   /* wrong codes so far */
	bool proves;      /* it was there already, and is vouched for from now on */
};

/* Everybody with an address of this person is told. */
struct factor_news {
	struct notice items[ADDRESSES_MAX];
	size_t count;
};

/* factor_news_seal - an event of the caller about the person. Fails: as event_seal. */
fallible factor_news_seal(const struct scene *scene, const struct factor_news_ask *ask, enum action action,
	struct event_draft *draft);

/* factor_news_tell - that it changed, and who did it. Fails: as tell_prepare. */
fallible factor_news_tell(const struct scene *scene, const struct factor_news_ask *ask, enum action action,
	struct factor_news *news);

/* factor_news_add - into the outbox; in the act. */
fallible factor_news_add(struct act *act, const struct factor_news *news);
