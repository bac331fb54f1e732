/* SPDX-License-Identifier: Apache-2.0 */
/* signer - what a tenant signs: checkpoints of its log, which may only grow, and receipts. The keeper's own;
 * nobody else asks it. Thread: every function from any thread. */
#pragma once

#include "server/keeper/keytree.h"

struct signer {
	struct keytree *tree;
	pthread_mutex_t marking; /* high-water marks only rise */
};

void signer_init(struct signer *signer, struct keytree *tree);
void signer_done(struct signer *signer);

/* signer_mark - what was signed last as the tenant's log. Fails: NOT_FOUND nothing yet · FORGED it was
 * changed by hand. */
fallible signer_mark(struct signer *signer, struct id tenant, struct keyring_mark *mark);

/* signer_sign_checkpoint - the note of a checkpoint. Fails: CORRUPT it would contradict one that was signed
 * before · FORGED the mark of that one was changed by hand · as keytree_find. */
fallible signer_sign_checkpoint(struct signer *signer, struct id tenant, struct span text, uint64_t size,
	const uint8_t root[static HASH_SHA256], struct buf *note);

/* signer_sign_receipt, signer_receipt_public, signer_public - as those of the keeper. */
fallible signer_sign_receipt(struct signer *signer, struct id tenant, struct span message,
	uint8_t signature[static SIGN_SIGNATURE]);
fallible signer_receipt_public(struct signer *signer, struct id tenant, uint8_t receipt[static SIGN_PUBLIC]);
fallible signer_public(struct signer *signer, struct id tenant, uint8_t checkpoint[static SIGN_PUBLIC],
	uint8_t receipt[static SIGN_PUBLIC]);
