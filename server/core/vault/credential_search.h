/* SPDX-License-Identifier: Apache-2.0 */
/* credential_search - which credentials a list is asked for. Labels are sealed and have no index: each is opened and looked
 * at (spec: no blind index is worth what it gives away). */
#pragma once

#include "store/nouns/credential.h"

struct credential_search {
	struct span text; /* somewhere in title, URL, user name or a tag; empty = any, as the two below */
	struct span host; /* the URL's, or what that is below of */
	struct span tag;
	bool has_kind, has_state;
	enum credential_kind kind;
	enum credential_state state; /* without one all but what is shredded */
};

/* credential_search_fold - the words as they are compared, into the arena: case does not count. Fails: INVALID not UTF-8 ·
 * NO_MEMORY. */
fallible credential_search_fold(struct credential_search *search, struct arena *arena);

/* credential_search_matches - whether one is among them; folded labels lie in the arena of its row. Fails: NO_MEMORY. */
fallible credential_search_matches(const struct credential_search *search,
	const struct credential *credential, struct arena *row, bool *matches);

/* credential_search_host - the host of a URL: without scheme, user, port and path; empty when there is none. */
struct span credential_search_host(struct span url);
