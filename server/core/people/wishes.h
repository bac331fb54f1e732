/* SPDX-License-Identifier: Apache-2.0 */
/* wishes - a contact says how and where else the client is told. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/client.h"
#include "store/nouns/person.h"
#include "store/nouns/wish.h"

/* One contact's wishes, to be changed. */
struct wishes_change {
	/* asked */
	struct span client;  /* id or ref */
	struct span contact; /* id or ref; empty = the caller */
	bool has_way[WISH_CLASS_COUNT];
	enum wish_way ways[WISH_CLASS_COUNT];
	struct span second_address; /* empty = as it is */
	/* prepared */
	struct client found;
	struct wish before, after;
	bool is_empty; /* nothing changes */
	struct span sealed;
	struct event_draft drafts[2];
	size_t draft_count;
	struct letters letters;
};

/* wishes_find_client - a client whose wishes the caller may see: its own contact, or who may read clients. Fails:
 * NOT_FOUND. */
fallible wishes_find_client(const struct scene *scene, struct span client, struct client *found);

/* wishes_change_prepare, _write - a proven contact, of themselves: all of it. Others who may change clients give a
 * contact that has none a second address, and nothing else: who is watched silences nobody. All addresses are told of a
 * new one, the old one too.
 * Fails: NOT_FOUND · UNKNOWN_PERSON nobody of that client's · PERSON_UNPROVEN · DENIED · STALE. */
fallible wishes_change_prepare(const struct scene *scene, struct wishes_change *change);
fallible wishes_change_write(struct act *act, struct wishes_change *change);

/* wishes_class - "uses"; wishes_way - "each". Static; NULL behind the last. */
const char *wishes_class(unsigned class);
const char *wishes_way(unsigned way);
