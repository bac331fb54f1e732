/* SPDX-License-Identifier: Apache-2.0 */
/* merkle - RFC 6962 trees over SHA-256: hashes, the right edge that grows, proofs, and their checks. Pure. */
#pragma once

#include "base/err.h"
#include "base/span.h"
#include "crypto/hash.h"

enum { MERKLE_HASH = 32, MERKLE_PROOF_MAX = 63, MERKLE_LEVELS = 64 };

struct merkle_hash {
	uint8_t bytes[MERKLE_HASH];
};

/* merkle_leaf - the hash of an entry; merkle_node - of two subtrees. They begin with another byte each, so that no
 * entry passes for a node. Source: RFC 9162 §2.1.1. */
struct merkle_hash merkle_leaf(struct span entry);
struct merkle_hash merkle_node(const struct merkle_hash *left, const struct merkle_hash *right);

/* merkle_empty - the root of the tree without leaves: SHA-256 of nothing. */
struct merkle_hash merkle_empty(void);

/* The right edge: one hash per set bit of size, the largest subtree first. */
struct merkle_frontier {
	uint64_t size;
	struct merkle_hash edge[MERKLE_LEVELS];
};

/* merkle_grow - add one leaf. Cost: one node hash on average. */
void merkle_grow(struct merkle_frontier *frontier, const struct merkle_hash *leaf);

/* merkle_root - of the tree so far. Cost: at most 63 node hashes. */
struct merkle_hash merkle_root(const struct merkle_frontier *frontier);

/* A source of the hashes of complete subtrees: level 0 are leaf hashes, index counts nodes of that level from
 * the left. */
struct merkle_source {
	void *context;
	fallible (*node)(void *context, unsigned level, uint64_t index, struct merkle_hash *hash);
};

struct merkle_proof {
	struct merkle_hash hash[MERKLE_PROOF_MAX];
	size_t count;
};

/* merkle_prove_inclusion - the path of leaf index in the tree of the first size leaves, the leaf's sibling
 * first. Fails: INPUT index >= size, or a tree over 2^62 leaves · what the source fails with. */
fallible merkle_prove_inclusion(
	const struct merkle_source *source, uint64_t index, uint64_t size, struct merkle_proof *proof);

/* merkle_prove_consistency - that the first older leaves are a prefix of the first newer ones.
 * Fails: INPUT older > newer, as above · what the source fails with. */
fallible merkle_prove_consistency(
	const struct merkle_source *source, uint64_t older, uint64_t newer, struct merkle_proof *proof);

/* merkle_range_root - the root of the first size leaves, from complete subtrees. */
fallible merkle_range_root(const struct merkle_source *source, uint64_t size, struct merkle_hash *root);

/* merkle_check_inclusion, merkle_check_consistency - Source: RFC 9162 §2.1.3.2, §2.1.4.2. Fails: FORGED. */
fallible merkle_check_inclusion(const struct merkle_proof *proof, uint64_t index, uint64_t size,
	const struct merkle_hash *leaf, const struct merkle_hash *root);
fallible merkle_check_consistency(const struct merkle_proof *proof, uint64_t older,
	const struct merkle_hash *old_root, uint64_t newer, const struct merkle_hash *new_root);
