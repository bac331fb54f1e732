/* SPDX-License-Identifier: Apache-2.0 */
/* credential_reuse - which credentials have the same password: compared in memory under a key that is drawn for one run and
 * thrown away. Nothing is stored, and nothing leaves but the ids of those that are the same. */
#pragma once

#include "server/core/scene.h"
#include "store/nouns/credential.h"

enum { CREDENTIAL_REUSE_MAX = 10000 /* compared in one run */ };

struct credential_reuse_item {
	uint8_t hash[HASH_BLAKE]; /* keyed */
	struct id credential;
};

struct credential_reuse {
	/* asked */
	struct span client; /* id or ref; empty = of all that the caller sees */
	/* prepared */
	struct credential_reuse_item
		*items; /* in the order of their hashes: what is the same stands together */
	size_t count;
	size_t groups; /* of two or more */
	bool complete;
	struct event_draft draft;
};

/* credential_reuse_prepare - whoever may give or approve grants could let somebody see these passwords; nobody else learns
 * whether two are the same, since a password that one puts in oneself would tell another's. credential_reuse_write - the run
 * is on record.
 * Fails: DENIED · NOT_FOUND a client that the caller does not see · CORRUPT a stored secret does not open. */
fallible credential_reuse_prepare(const struct scene *scene, struct credential_reuse *reuse);
fallible credential_reuse_write(struct act *act, struct id tenant, struct credential_reuse *reuse);

/* credential_reuse_run - how many from `at` on are the same. */
size_t credential_reuse_run(const struct credential_reuse *reuse, size_t at);
