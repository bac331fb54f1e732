/* SPDX-License-Identifier: Apache-2.0 */
/* credential_versions - the versions of a credential, newest first: when, by whom, how many know it; never what it is. */
#pragma once

#include "store/nouns/version.h"

struct credential_versions_row {
	uint64_t number;
	struct instant created;
	struct id by; /* none: put in before that was kept */
	bool by_person, generated;
	unsigned fields;  /* bits 1 << field that it has */
	uint64_t known;   /* the version in which what can be revealed of it was last changed */
	int64_t known_to; /* people to whom this server released that */
};

/* credential_versions_read - at most max of them, from the one before `before` on (0 = from the newest).
 *
 *   rows  of max
 * Fails: as version_get. Cost: O(max), and O(n) in the ledger's rows of the client. */
fallible credential_versions_read(const struct view *view, const struct credential *credential,
	uint64_t before, size_t max, struct credential_versions_row *rows, size_t *count);
