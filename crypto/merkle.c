/* SPDX-License-Identifier: Apache-2.0 */
/* merkle - ranges of leaves, folded from the right; proofs are walked from the root, so nothing recurses. */
#include "crypto/merkle.h"

/* A consistency proof of n leaves has up to log2(n) + 1 hashes: beyond this size one would not fit
 * MERKLE_PROOF_MAX. */
static const uint64_t LEAVES_MAX = UINT64_C(1) << 62;

/* The leaves from begin up to end. In every tree below, begin is a multiple of a power of two that is >= end
 * - begin. */
struct range {
	uint64_t begin;
	uint64_t end;
};

struct merkle_hash merkle_leaf(struct span entry)
{
	static const uint8_t prefix[] = {0x00};
	struct merkle_hash hash;
	hash_sha256_parts((struct span[]){SPAN_BYTES(prefix), entry}, 2, hash.bytes);
	return hash;
}

struct merkle_hash merkle_node(const struct merkle_hash *left, const struct merkle_hash *right)
{
	uint8_t message[1 + 2 * MERKLE_HASH];
	struct merkle_hash hash;
	message[0] = 0x01;
	memcpy(message + 1, left->bytes, MERKLE_HASH);
	memcpy(message + 1 + MERKLE_HASH, right->bytes, MERKLE_HASH);
	hash_sha256(SPAN_BYTES(message), hash.bytes);
	return hash;
}

struct merkle_hash merkle_empty(void)
{
	struct merkle_hash hash;
	hash_sha256(SPAN_NONE, hash.bytes);
	return hash;
}

static size_t set_bits(uint64_t value)
{
	return (size_t)__builtin_popcountll(value);
}

static bool same(const struct merkle_hash *a, const struct merkle_hash *b)
{
	return memcmp(a->bytes, b->bytes, MERKLE_HASH) == 0;
}

void merkle_grow(struct merkle_frontier *frontier, const struct merkle_hash *leaf)
{
	size_t count = set_bits(frontier->size);
	struct merkle_hash grown = *leaf;
	/* Each set bit at the low end is a subtree as large as the one in hand: the two become one. */
	for (uint64_t size = frontier->size; size & 1; size >>= 1)
		grown = merkle_node(&frontier->edge[--count], &grown);
	frontier->edge[count] = grown;
	frontier->size++;
}

struct merkle_hash merkle_root(const struct merkle_frontier *frontier)
{
	if (frontier->size == 0)
		return merkle_empty();
	size_t count = set_bits(frontier->size);
	struct merkle_hash root = frontier->edge[--count];
	while (count > 0)
		root = merkle_node(&frontier->edge[--count], &root);
	return root;
}

/* The hash of a range that is not empty: its complete subtrees, smallest first, folded to the left. */
static fallible range_hash(const struct merkle_source *source, struct range range, struct merkle_hash *hash)
{
	struct merkle_hash folded = {0};
	uint64_t end = range.end;
	bool begun = false;
	for (uint64_t left = range.end - range.begin; left != 0; left &= left - 1) {
		unsigned level = (unsigned)__builtin_ctzll(left);
		struct merkle_hash subtree;
		end -= UINT64_C(1) << level;
		TRY(source->node(source->context, level, end >> level, &subtree));
		folded = begun ? merkle_node(&subtree, &folded) : subtree;
		begun = true;
	}
	*hash = folded;
	return OK;
}

/* Where a range of at least two leaves parts: after the largest power of two that is smaller than its length.
 */
static uint64_t parting(struct range range)
{
	uint64_t last = range.end - range.begin - 1;
	return range.begin + (UINT64_C(1) << (63 - __builtin_clzll(last)));
}

/* The hashes of ranges that were noted from the root down, in the order of a proof: from the leaf up. */
static fallible hash_upwards(const struct merkle_source *source, const struct range *ranges, size_t count,
	struct merkle_proof *proof)
{
	struct merkle_proof made = {.count = count};
	for (size_t i = 0; i < count; i++)
		TRY(range_hash(source, ranges[count - 1 - i], &made.hash[i]));
	*proof = made;
	return OK;
}

fallible merkle_prove_inclusion(
	const struct merkle_source *source, uint64_t index, uint64_t size, struct merkle_proof *proof)
{
	if (index >= size)
		return FAIL(INPUT, "a proof is asked for a leaf beyond the tree");
	if (size > LEAVES_MAX)
		return FAIL(INPUT, "a tree is larger than a proof can be");
	struct range siblings[MERKLE_PROOF_MAX];
	struct range here = {0, size};
	size_t count = 0;
	while (here.end - here.begin > 1) {
		uint64_t middle = parting(here);
		struct range left = {here.begin, middle};
		struct range right = {middle, here.end};
		siblings[count++] = index < middle ? right : left;
		here = index < middle ? left : right;
	}
	return hash_upwards(source, siblings, count, proof);
}

fallible merkle_prove_consistency(
	const struct merkle_source *source, uint64_t older, uint64_t newer, struct merkle_proof *proof)
{
	if (older > newer)
		return FAIL(INPUT, "a tree is asked to be a prefix of a smaller one");
	if (newer > LEAVES_MAX)
		return FAIL(INPUT, "a tree is larger than a proof can be");
	struct range noted[MERKLE_PROOF_MAX];
	struct range here = {0, newer};
	size_t count = 0;
	while (older != 0 && here.end != older) {
		uint64_t middle = parting(here);
		struct range left = {here.begin, middle};
		struct range right = {middle, here.end};
		noted[count++] = older <= middle ? right : left;
		here = older <= middle ? left : right;
	}
	/* A subtree that ends with the older tree must be told, unless it is the older tree itself, which is
	 * known. */
	if (older != 0 && here.begin != 0)
		noted[count++] = here;
	return hash_upwards(source, noted, count, proof);
}

fallible merkle_range_root(const struct merkle_source *source, uint64_t size, struct merkle_hash *root)
{
	if (size == 0) {
		*root = merkle_empty();
		return OK;
	}
	return range_hash(source, (struct range){0, size}, root);
}

/* A way from a leaf, or from a subtree, up to the root: its place and the last place, as numbers of the level
 * reached. */
struct climb {
	uint64_t place;
	uint64_t last;
};

/* One step up. True when the proof's hash stands to the left of what we have. */
static bool climb_step(struct climb *climb)
{
	bool from_left = (climb->place & 1) || climb->place == climb->last;
	/* The last node of a level that has no sibling rises until it is a right child. */
	while (from_left && climb->place != 0 && !(climb->place & 1)) {
		climb->place >>= 1;
		climb->last >>= 1;
	}
	climb->place >>= 1;
	climb->last >>= 1;
	return from_left;
}

fallible merkle_check_inclusion(const struct merkle_proof *proof, uint64_t index, uint64_t size,
	const struct merkle_hash *leaf, const struct merkle_hash *root)
{
	if (index >= size || proof->count > MERKLE_PROOF_MAX)
		return FAIL(FORGED, "an inclusion proof is for a leaf beyond the tree or is too long");
	struct climb climb = {index, size - 1};
	struct merkle_hash hash = *leaf;
	for (size_t i = 0; i < proof->count; i++) {
		const struct merkle_hash *sibling = &proof->hash[i];
		if (climb.last == 0)
			return FAIL(FORGED, "an inclusion proof has too many hashes");
		hash = climb_step(&climb) ? merkle_node(sibling, &hash) : merkle_node(&hash, sibling);
	}
	if (climb.last != 0 || !same(&hash, root))
		return FAIL(FORGED, "an inclusion proof does not lead to the root");
	return OK;
}

/* Both trees at once: the hashes that stand to the left belong to both, those to the right to the newer one
 * alone. */
static fallible check_growth(const struct merkle_proof *proof, size_t next, struct climb climb,
	struct merkle_hash start, const struct merkle_hash *old_root, const struct merkle_hash *new_root)
{
	struct merkle_hash old_hash = start;
	struct merkle_hash new_hash = start;
	for (; next < proof->count; next++) {
		const struct merkle_hash *other = &proof->hash[next];
		if (climb.last == 0)
			return FAIL(FORGED, "a consistency proof has too many hashes");
		if (climb_step(&climb)) {
			old_hash = merkle_node(other, &old_hash);
			new_hash = merkle_node(other, &new_hash);
		} else {
			new_hash = merkle_node(&new_hash, other);
		}
	}
	if (climb.last != 0 || !same(&old_hash, old_root) || !same(&new_hash, new_root))
		return FAIL(FORGED, "a consistency proof does not lead to both roots");
	return OK;
}

fallible merkle_check_consistency(const struct merkle_proof *proof, uint64_t older,
	const struct merkle_hash *old_root, uint64_t newer, const struct merkle_hash *new_root)
{
	if (older > newer || proof->count > MERKLE_PROOF_MAX)
		return FAIL(FORGED, "a consistency proof is for a shrinking tree or is too long");
	if (older == 0 || older == newer) {
		/* Every tree continues the empty one, whose root is one fixed value. */
		struct merkle_hash empty = merkle_empty();
		bool empty_is_right = older != 0 || same(old_root, &empty);
		bool same_is_right = older != newer || same(old_root, new_root);
		if (proof->count != 0 || !empty_is_right || !same_is_right)
			return FAIL(FORGED, "two trees that need no proof do not agree");
		return OK;
	}
	struct climb climb = {older - 1, newer - 1};
	while (climb.place & 1) {
		climb.place >>= 1;
		climb.last >>= 1;
	}
	/* An older tree of a power of two leaves is itself the first subtree; otherwise the proof begins with
	 * that subtree. */
	if (climb.place == 0)
		return check_growth(proof, 0, climb, *old_root, old_root, new_root);
	if (proof->count == 0)
		return FAIL(FORGED, "a consistency proof is empty");
	return check_growth(proof, 1, climb, proof->hash[0], old_root, new_root);
}
