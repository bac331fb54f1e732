/* SPDX-License-Identifier: Apache-2.0 */
/* rights_news - that somebody may do more than before, told to every owner (FOUNDATIONS 3): who gives himself a helper does not
 * do it in silence. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/person.h"

struct rights_news {
	enum action action;      /* as the log says it */
	struct id about;         /* person or application; none of a role, which has only its name */
	struct span label;       /* who or what it is given to */
	const struct span *what; /* names of what is given: roles */
	size_t count;
};

/* rights_news_due - whether owners are told of these capabilities: the careful ones. What works only through a grant (deposit, use
 * and reveal) is not told when an application adds people as itself: it brings in a whole business, and each grant is told. */
bool rights_news_due(const struct caller *caller, uint64_t given);

/* rights_news_tell - one letter to each owner, in their language. Fails: as letters_add. Cost: O(people) to find the owners. */
fallible rights_news_tell(const struct scene *scene, const struct rights_news *news, struct letters *letters);
