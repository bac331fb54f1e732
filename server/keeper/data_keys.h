/* SPDX-License-Identifier: Apache-2.0 */
/* data_keys - the key of one version of a credential, under what wraps its client's data keys: the client's own key, or
 * from the first rotation on a vault key beside it. The header of each wrap names the epoch. The keeper's own. Source:
 * docs/formats.md "Keys". Contexts name tenant, client, credential (object), version and max_modes. */
#pragma once

#include "server/keeper/keytree.h"

/* data_keys_make - a fresh one. data_keys_rewrap - the same one under what wraps new ones now. Fails: NOT_FOUND the client's
 * key is gone · FORGED. */
fallible data_keys_make(
	struct keytree *tree, struct seal_context context, uint8_t wrapped[static SEAL_WRAPPED]);
fallible data_keys_rewrap(struct keytree *tree, struct seal_context context, struct span wrapped,
	uint8_t again[static SEAL_WRAPPED]);

/* data_keys_open - Fails: NOT_FOUND the key it lies under is gone: the client's, or one that was rotated away · FORGED. */
fallible data_keys_open(
	struct keytree *tree, struct seal_context context, struct span wrapped, struct seal_key *data);

/* data_keys_check - that a wrap lies under what wraps new ones now. Fails: STALE it does not · NOT_FOUND. */
fallible data_keys_check(struct keytree *tree, struct id tenant, struct id client, struct span wrapped);
