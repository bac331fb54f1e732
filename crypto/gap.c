/* SPDX-License-Identifier: Apache-2.0 */
/* gap - the largest subtree first that begins where the tree ends. */
#include "crypto/gap.h"

/* As crypto/merkle.c: beyond it no proof would fit. */
static const uint64_t LEAVES_MAX = UINT64_C(1) << 62;

unsigned gap_step(uint64_t begin, uint64_t end)
{
	unsigned longest = 63 - (unsigned)__builtin_clzll(end - begin);
	if (begin == 0)
		return longest;
	unsigned aligned = (unsigned)__builtin_ctzll(begin);
	return aligned < longest ? aligned : longest;
}

size_t gap_count(uint64_t begin, uint64_t end)
{
	size_t count = 0;
	for (uint64_t at = begin; at < end; at += UINT64_C(1) << gap_step(at, end))
		count++;
	return count;
}

fallible gap_read(const struct merkle_source *source, uint64_t begin, uint64_t end,
	struct merkle_hash hashes[static GAP_HASHES_MAX])
{
	size_t count = 0;
	for (uint64_t at = begin; at < end;) {
		unsigned level = gap_step(at, end);
		TRY(source->node(source->context, level, at >> level, &hashes[count++]));
		at += UINT64_C(1) << level;
	}
	return OK;
}

/* Each subtree already there that is as large as the one in hand becomes one with it. */
static void grow_by(struct merkle_frontier *frontier, unsigned level, const struct merkle_hash *subtree)
{
	size_t count = (size_t)__builtin_popcountll(frontier->size);
	struct merkle_hash grown = *subtree;
	for (uint64_t above = frontier->size >> level; above & 1; above >>= 1)
		grown = merkle_node(&frontier->edge[--count], &grown);
	frontier->edge[count] = grown;
	frontier->size += UINT64_C(1) << level;
}

fallible gap_grow(struct merkle_frontier *frontier, uint64_t end, const struct merkle_hash *hashes)
{
	if (end <= frontier->size || end > LEAVES_MAX)
		return FAIL(INPUT, "a gap ends before it begins, or beyond any tree");
	for (size_t i = 0; frontier->size < end; i++)
		grow_by(frontier, gap_step(frontier->size, end), &hashes[i]);
	return OK;
}
