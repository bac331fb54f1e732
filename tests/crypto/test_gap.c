/* SPDX-License-Identifier: Apache-2.0 */
/* test_gap - trees grown from leaves and gaps against trees grown leaf by leaf. */
#include "crypto/gap.h"

#include <criterion/criterion.h>

#include <stdio.h>

enum { LEAVES = 70 };

static struct merkle_hash leaf_of(uint64_t index)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%llu", (unsigned long long)index);
	return merkle_leaf(span_of(text, (size_t)n));
}

static struct merkle_hash root_of(uint64_t begin, uint64_t end)
{
	struct merkle_frontier frontier = {0};
	for (uint64_t i = begin; i < end; i++) {
		struct merkle_hash leaf = leaf_of(i);
		merkle_grow(&frontier, &leaf);
	}
	return merkle_root(&frontier);
}

static fallible subtree(void *context, unsigned level, uint64_t index, struct merkle_hash *hash)
{
	(void)context;
	*hash = root_of(index << level, (index + 1) << level);
	return OK;
}

static const struct merkle_source SOURCE = {NULL, subtree};

static void add_gap(struct merkle_frontier *frontier, uint64_t end)
{
	struct merkle_hash hashes[GAP_HASHES_MAX];
	if (frontier->size == end)
		return;
	cr_assert(!err_failed(gap_read(&SOURCE, frontier->size, end, hashes)));
	cr_assert(!err_failed(gap_grow(frontier, end, hashes)));
}

static void add_leaves(struct merkle_frontier *frontier, uint64_t end)
{
	while (frontier->size < end) {
		struct merkle_hash leaf = leaf_of(frontier->size);
		merkle_grow(frontier, &leaf);
	}
}

Test(gap, a_run_of_leaves_between_two_gaps_gives_the_root_of_every_small_tree)
{
	for (uint64_t size = 1; size <= LEAVES; size++) {
		struct merkle_hash root = root_of(0, size);
		for (uint64_t begin = 0; begin <= size; begin++)
			for (uint64_t end = begin; end <= size; end += 3) {
				struct merkle_frontier frontier = {0};
				add_gap(&frontier, begin);
				add_leaves(&frontier, end);
				add_gap(&frontier, size);
				struct merkle_hash grown = merkle_root(&frontier);
				cr_assert(memcmp(&grown, &root, sizeof root) == 0, "%d %d %d", (int)begin,
					(int)end, (int)size);
			}
	}
}

Test(gap, another_hash_gives_another_root)
{
	struct merkle_hash hashes[GAP_HASHES_MAX], root = root_of(0, LEAVES);
	cr_assert(!err_failed(gap_read(&SOURCE, 3, LEAVES, hashes)));
	for (size_t i = 0; i < gap_count(3, LEAVES); i++) {
		struct merkle_frontier frontier = {0};
		add_leaves(&frontier, 3);
		hashes[i].bytes[0] ^= 1;
		cr_assert(!err_failed(gap_grow(&frontier, LEAVES, hashes)));
		hashes[i].bytes[0] ^= 1;
		struct merkle_hash grown = merkle_root(&frontier);
		cr_assert(memcmp(&grown, &root, sizeof root) != 0, "hash %zu", i);
	}
}

Test(gap, has_as_few_subtrees_as_there_can_be)
{
	const uint64_t top = UINT64_C(1) << 62;
	cr_assert(gap_count(0, 64) == 1 && gap_step(0, 64) == 6);
	cr_assert(gap_count(1, 64) == 6 && gap_step(1, 64) == 0);
	cr_assert(gap_count(5, 5) == 0);
	cr_assert(gap_count(1, top - 1) <= GAP_HASHES_MAX);
	cr_assert(gap_step(0, top) == 62);
}

Test(gap, refuses_an_end_that_is_not_behind_the_tree_or_beyond_any)
{
	struct merkle_frontier frontier = {0};
	struct merkle_hash hashes[GAP_HASHES_MAX] = {0};
	add_leaves(&frontier, 5);
	const uint64_t ends[] = {0, 4, 5, (UINT64_C(1) << 62) + 1, UINT64_MAX};
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		cr_assert(gap_grow(&frontier, ends[i], hashes).kind == ERR_INPUT);
	cr_assert(frontier.size == 5);
}
