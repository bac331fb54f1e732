/* SPDX-License-Identifier: Apache-2.0 */
/* test_merkle - trees, proofs and refusals against the published vectors. */
#include "crypto/merkle.h"

#include "tests/crypto/json_vectors.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEAVES = 70000, LEVELS = 17 };

/* A tree of the vectors: leaf i is the decimal text of i; every complete subtree is at hand. */
struct tree {
	struct merkle_hash *level[LEVELS];
};

static struct merkle_hash leaf_of(uint64_t index)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%llu", (unsigned long long)index);
	return merkle_leaf(span_of(text, (size_t)n));
}

static bool equal(const struct merkle_hash *a, const struct merkle_hash *b)
{
	return memcmp(a->bytes, b->bytes, MERKLE_HASH) == 0;
}

static void tree_done(struct tree *tree)
{
	for (size_t i = 0; i < LEVELS; i++)
		free(tree->level[i]);
}

static struct tree tree_made(void)
{
	struct tree tree = {0};
	for (size_t level = 0; level < LEVELS; level++) {
		size_t count = LEAVES >> level;
		tree.level[level] = calloc(count, sizeof *tree.level[level]);
		for (size_t i = 0; i < count; i++) {
			tree.level[level][i] = level == 0 ? leaf_of(i)
							  : merkle_node(&tree.level[level - 1][2 * i],
								    &tree.level[level - 1][2 * i + 1]);
		}
	}
	return tree;
}

static fallible tree_node(void *context, unsigned level, uint64_t index, struct merkle_hash *hash)
{
	const struct tree *tree = context;
	if (level >= LEVELS || index >= (uint64_t)LEAVES >> level)
		return FAIL(BUG, "a subtree is not complete");
	*hash = tree->level[level][index];
	return OK;
}

static struct merkle_hash root_of(struct tree *tree, uint64_t size)
{
	struct merkle_source source = {tree, tree_node};
	struct merkle_hash root = {0};
	cr_assert(!err_failed(merkle_range_root(&source, size, &root)), "size %zu has a root", (size_t)size);
	return root;
}

static bool same_proof(const struct merkle_proof *a, const struct merkle_proof *b)
{
	return a->count == b->count && memcmp(a->hash, b->hash, a->count * sizeof *a->hash) == 0;
}

Test(merkle, hashes_leaves_as_the_vectors_do)
{
	json_t *file = json_vectors_load("vectors/tree_roots.json");
	json_t *leaves = json_object_get(file, "leaf_hash");
	const char *entry;
	json_t *unused;
	json_object_foreach(leaves, entry, unused)
	{
		(void)unused;
		struct merkle_hash expected = json_vectors_hash(leaves, entry);
		struct merkle_hash hash = merkle_leaf(span_text(entry));
		cr_assert(equal(&hash, &expected), "leaf \"%s\"", entry);
	}
	json_decref(file);
}

Test(merkle, gives_the_root_of_every_vector_by_growth_and_by_subtrees)
{
	json_t *file = json_vectors_load("vectors/tree_roots.json");
	scoped(tree) tree = tree_made();
	struct merkle_frontier frontier = {0};
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(file, "roots"), i, row)
	{
		uint64_t size = json_vectors_number(row, "size");
		struct merkle_hash expected = json_vectors_hash(row, "root_hex");
		cr_assert(size >= frontier.size, "the vectors are in order");
		while (frontier.size < size)
			merkle_grow(&frontier, &tree.level[0][frontier.size]);
		struct merkle_hash grown = merkle_root(&frontier);
		struct merkle_hash ranged = root_of(&tree, size);
		cr_assert(equal(&grown, &expected), "growth to %zu", (size_t)size);
		cr_assert(equal(&ranged, &expected), "subtrees of %zu", (size_t)size);
	}
	json_decref(file);
}

Test(merkle, the_empty_tree_has_the_hash_of_nothing)
{
	struct merkle_hash empty = merkle_empty();
	static const uint8_t start[4] = {0xe3, 0xb0, 0xc4, 0x42};
	cr_assert(memcmp(empty.bytes, start, sizeof start) == 0, "SHA-256 of nothing");
}

Test(merkle, makes_and_accepts_the_inclusion_proofs_of_the_vectors)
{
	json_t *file = json_vectors_load("vectors/inclusion_proofs.json");
	scoped(tree) tree = tree_made();
	struct merkle_source source = {&tree, tree_node};
	size_t i;
	json_t *row;
	json_array_foreach(file, i, row)
	{
		uint64_t index = json_vectors_number(row, "index");
		uint64_t size = json_vectors_number(row, "size");
		struct merkle_proof expected = json_vectors_path(row);
		struct merkle_hash leaf = json_vectors_hash(row, "leaf_hash_hex");
		struct merkle_hash root = json_vectors_hash(row, "root_hex");
		struct merkle_proof made;
		cr_assert(!err_failed(merkle_prove_inclusion(&source, index, size, &made)), "row %zu", i);
		cr_assert(same_proof(&made, &expected), "row %zu is made alike", i);
		cr_assert(!err_failed(merkle_check_inclusion(&expected, index, size, &leaf, &root)),
			"row %zu", i);
	}
	json_decref(file);
}

/* A proof that must hold, and what belongs to it. */
struct claim {
	struct merkle_proof proof;
	uint64_t from; /* leaf index, or the older size */
	uint64_t size;
	struct merkle_hash start; /* leaf hash, or the older root */
	struct merkle_hash root;
};

typedef fallible (*check_fn)(const struct merkle_proof *proof, uint64_t from, uint64_t size,
	const struct merkle_hash *start, const struct merkle_hash *root);

static fallible check_growth(const struct merkle_proof *proof, uint64_t from, uint64_t size,
	const struct merkle_hash *start, const struct merkle_hash *root)
{
	return merkle_check_consistency(proof, from, start, size, root);
}

static void refused(check_fn check, const struct claim *claim, const char *what)
{
	struct err err = check(&claim->proof, claim->from, claim->size, &claim->start, &claim->root);
	cr_assert(err.kind == ERR_FORGED, "%s of %zu in %zu is refused", what, (size_t)claim->from,
		(size_t)claim->size);
}

static void refuses_flips(check_fn check, const struct claim *claim)
{
	struct claim other = *claim;
	for (size_t i = 0; i < MERKLE_HASH; i++) {
		other.start.bytes[i] ^= 1;
		refused(check, &other, "a changed start");
		other.start.bytes[i] ^= 1;
		other.root.bytes[i] ^= 0x80;
		refused(check, &other, "a changed root");
		other.root.bytes[i] ^= 0x80;
		for (size_t n = 0; n < claim->proof.count; n++) {
			other.proof.hash[n].bytes[i] ^= 0x10;
			refused(check, &other, "a changed hash");
			other.proof.hash[n].bytes[i] ^= 0x10;
		}
	}
}

static void refuses_other_lengths(check_fn check, const struct claim *claim)
{
	struct claim other = *claim;
	other.proof.count++;
	refused(check, &other, "a hash added");
	other.proof.hash[claim->proof.count] = claim->root;
	refused(check, &other, "the root added");
	other.proof.count = MERKLE_PROOF_MAX + 1;
	refused(check, &other, "an endless proof");
	other = *claim;
	memmove(other.proof.hash + 1, other.proof.hash, claim->proof.count * sizeof *other.proof.hash);
	other.proof.count++;
	refused(check, &other, "a hash put in front");
	if (claim->proof.count == 0)
		return;
	other = *claim;
	other.proof.count--;
	refused(check, &other, "a dropped hash");
	memmove(other.proof.hash, claim->proof.hash + 1, other.proof.count * sizeof *other.proof.hash);
	refused(check, &other, "a dropped first hash");
}

Test(merkle, refuses_every_changed_inclusion_proof)
{
	json_t *file = json_vectors_load("vectors/inclusion_proofs.json");
	size_t i;
	json_t *row;
	json_array_foreach(file, i, row)
	{
		struct claim claim = {json_vectors_path(row), json_vectors_number(row, "index"),
			json_vectors_number(row, "size"), json_vectors_hash(row, "leaf_hash_hex"),
			json_vectors_hash(row, "root_hex")};
		refuses_flips(merkle_check_inclusion, &claim);
		refuses_other_lengths(merkle_check_inclusion, &claim);
	}
	json_decref(file);
}

Test(merkle, refuses_an_inclusion_proof_for_another_index_or_size)
{
	json_t *file = json_vectors_load("vectors/inclusion_proofs.json");
	scoped(tree) tree = tree_made();
	size_t i;
	json_t *row;
	json_array_foreach(file, i, row)
	{
		struct claim claim = {json_vectors_path(row), json_vectors_number(row, "index"),
			json_vectors_number(row, "size"), json_vectors_hash(row, "leaf_hash_hex"),
			json_vectors_hash(row, "root_hex")};
		struct claim other = claim;
		for (other.from = 0; other.from <= claim.size && other.from < 400; other.from++) {
			if (other.from != claim.from)
				refused(merkle_check_inclusion, &other, "another index");
		}
		other = claim;
		other.size = claim.size * 2;
		refused(merkle_check_inclusion, &other, "a doubled size");
		/* A size is only ever believed together with its own root. */
		other.size = claim.size == LEAVES ? claim.size - 1 : claim.size + 1;
		other.root = root_of(&tree, other.size);
		if (other.size > other.from)
			refused(merkle_check_inclusion, &other, "another tree");
	}
	json_decref(file);
}

Test(merkle, makes_and_accepts_the_consistency_proofs_of_the_vectors)
{
	json_t *file = json_vectors_load("vectors/consistency_proofs.json");
	scoped(tree) tree = tree_made();
	struct merkle_source source = {&tree, tree_node};
	size_t i;
	json_t *row;
	json_array_foreach(file, i, row)
	{
		uint64_t older = json_vectors_number(row, "old_size");
		uint64_t newer = json_vectors_number(row, "new_size");
		struct merkle_proof expected = json_vectors_path(row);
		struct merkle_hash old_root = json_vectors_hash(row, "old_root_hex");
		struct merkle_hash new_root = json_vectors_hash(row, "new_root_hex");
		struct merkle_proof made;
		cr_assert(!err_failed(merkle_prove_consistency(&source, older, newer, &made)), "row %zu", i);
		cr_assert(same_proof(&made, &expected), "row %zu is made alike", i);
		struct err err = merkle_check_consistency(&expected, older, &old_root, newer, &new_root);
		cr_assert(!err_failed(err), "row %zu", i);
	}
	json_decref(file);
}

Test(merkle, refuses_every_changed_consistency_proof)
{
	json_t *file = json_vectors_load("vectors/consistency_proofs.json");
	scoped(tree) tree = tree_made();
	size_t i;
	json_t *row;
	json_array_foreach(file, i, row)
	{
		struct claim claim = {json_vectors_path(row), json_vectors_number(row, "old_size"),
			json_vectors_number(row, "new_size"), json_vectors_hash(row, "old_root_hex"),
			json_vectors_hash(row, "new_root_hex")};
		refuses_flips(check_growth, &claim);
		refuses_other_lengths(check_growth, &claim);
		struct claim other = claim;
		other.size = claim.size == LEAVES ? claim.size - 1 : claim.size + 1;
		other.root = root_of(&tree, other.size);
		refused(check_growth, &other, "another newer tree");
		other = claim;
		/* An older size is only ever believed with its own root, and size 0 is a prefix of
		 * everything. */
		other.from = claim.from - 1;
		other.start = root_of(&tree, other.from);
		if (other.from > 0)
			refused(check_growth, &other, "another older tree");
		other = claim;
		other.from = claim.size + 1;
		refused(check_growth, &other, "a shrinking tree");
	}
	json_decref(file);
}

Test(merkle, every_tree_continues_the_empty_one_and_no_other_root_of_size_0)
{
	struct merkle_proof none = {0};
	struct merkle_hash empty = merkle_empty();
	struct merkle_hash leaf = leaf_of(0);
	cr_assert(!err_failed(merkle_check_consistency(&none, 0, &empty, 1, &leaf)), "empty to one");
	cr_assert(!err_failed(merkle_check_consistency(&none, 0, &empty, 0, &empty)), "empty to empty");
	cr_assert(
		merkle_check_consistency(&none, 0, &leaf, 1, &leaf).kind == ERR_FORGED, "a wrong empty root");
	cr_assert(merkle_check_consistency(&none, 0, &leaf, 0, &leaf).kind == ERR_FORGED,
		"two wrong empty roots");
	none.count = 1;
	cr_assert(merkle_check_consistency(&none, 0, &empty, 1, &leaf).kind == ERR_FORGED,
		"a proof with nothing to prove");
}

/* A tree whose leaves are all alike: its subtrees of one level are, too, so that it can be of any size. */
static fallible uniform_node(void *context, unsigned level, uint64_t index, struct merkle_hash *hash)
{
	(void)index;
	*hash = ((const struct merkle_hash *)context)[level];
	return OK;
}

Test(merkle, proofs_hold_up_to_the_greatest_size_and_are_refused_beyond)
{
	struct merkle_hash levels[64];
	levels[0] = leaf_of(0);
	for (size_t i = 1; i < 64; i++)
		levels[i] = merkle_node(&levels[i - 1], &levels[i - 1]);
	struct merkle_source source = {levels, uniform_node};
	const uint64_t top = UINT64_C(1) << 62;
	const uint64_t sizes[] = {top, top - 1, top - 2, top / 2 + 1};
	for (size_t i = 0; i < 4; i++) {
		struct merkle_proof proof;
		struct merkle_hash root;
		struct merkle_hash old_root;
		cr_assert(!err_failed(merkle_range_root(&source, sizes[i], &root)), "a root");
		for (uint64_t index = sizes[i] - 1; index > 0; index /= 3) {
			cr_assert(!err_failed(merkle_prove_inclusion(&source, index, sizes[i], &proof)),
				"a path");
			struct err err = merkle_check_inclusion(&proof, index, sizes[i], &levels[0], &root);
			cr_assert(!err_failed(err), "a path holds");
			cr_assert(!err_failed(merkle_range_root(&source, index, &old_root)), "an older root");
			cr_assert(!err_failed(merkle_prove_consistency(&source, index, sizes[i], &proof)),
				"a proof");
			cr_assert(proof.count <= MERKLE_PROOF_MAX, "within the maximum");
			err = merkle_check_consistency(&proof, index, &old_root, sizes[i], &root);
			cr_assert(!err_failed(err), "a proof holds");
		}
	}
	struct merkle_proof proof;
	cr_assert(
		merkle_prove_inclusion(&source, 1, top + 1, &proof).kind == ERR_INPUT, "beyond the greatest");
	cr_assert(merkle_prove_consistency(&source, 1, top + 1, &proof).kind == ERR_INPUT,
		"beyond the greatest");
}

Test(merkle, makes_no_proof_outside_the_tree_nor_without_its_source)
{
	scoped(tree) tree = tree_made();
	struct merkle_source source = {&tree, tree_node};
	struct merkle_proof proof;
	struct merkle_hash root;
	cr_assert(merkle_prove_inclusion(&source, 5, 5, &proof).kind == ERR_INPUT, "a leaf beyond");
	cr_assert(merkle_prove_inclusion(&source, 0, 0, &proof).kind == ERR_INPUT, "an empty tree");
	cr_assert(merkle_prove_consistency(&source, 6, 5, &proof).kind == ERR_INPUT, "a shrinking tree");
	cr_assert(merkle_prove_inclusion(&source, 5, LEAVES * 4, &proof).kind == ERR_BUG,
		"the source's own failure");
	cr_assert(merkle_prove_consistency(&source, 5, LEAVES * 4, &proof).kind == ERR_BUG,
		"the source's own failure");
	cr_assert(merkle_range_root(&source, LEAVES * 4, &root).kind == ERR_BUG, "the source's own failure");
}
