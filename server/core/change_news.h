/* SPDX-License-Identifier: Apache-2.0 */
/* change_news - something was done that somebody has to know of (policies/told.def): one mail that says it in the words of the log, with
 * whom it is about and who did it. What wants words of its own has a notice of its own. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"

struct change_news {
	enum action action; /* as the log says it */
	struct id about;    /* whose id it is; none */
	struct span label;  /* whom or what it is about; empty: the line is left out */
	struct span actor;  /* who did it; empty: the server by itself */
	struct instant now;
	bool also_suspended; /* whose part here ends hears so, whatever was done before it */
};

/* change_news_add - to one person, in their language; once in a sheet. Nothing to nobody (none), or to who is not active, but for `also_suspended`.
 * change_news_add_owners - to each owner, and to whoever of the business holds one of `capabilities` (0 = the owners alone).
 *
 *   except  who gets none; none = all of them do
 * Fail: as letters_add. Cost: O(people) to find them. */
fallible change_news_add(const struct letters_desk *desk, const struct change_news *news, struct id person,
	struct letters *letters);
fallible change_news_add_owners(const struct letters_desk *desk, const struct change_news *news,
	uint64_t capabilities, struct id except, struct letters *letters);

/* change_news_tell, change_news_tell_owners - the same of what the scene's caller does, who gets none: actor and now are theirs.
 * change_news_tell_rule - that the caller changed a rule by which people are protected: every owner, the caller as well, since
 * it may be somebody else in an owner's session. */
fallible change_news_tell(
	const struct scene *scene, const struct change_news *news, struct id person, struct letters *letters);
fallible change_news_tell_owners(const struct scene *scene, const struct change_news *news,
	uint64_t capabilities, struct letters *letters);
fallible change_news_tell_rule(const struct scene *scene, struct span label, struct letters *letters);
