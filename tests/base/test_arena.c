/* SPDX-License-Identifier: Apache-2.0 */
/* What the arena promises: zeroed, aligned memory that dies together. */
#include "base/arena.h"

#include <criterion/criterion.h>
#include <stdalign.h>

Test(arena, an_unused_arena_can_be_dropped)
{
	scoped(arena) zeroed = {0};
	scoped(arena) unused = ARENA(10);
	cr_assert(arena_alloc(&zeroed, 1) == NULL, "an arena without a maximum gives nothing");
	cr_assert(unused.total == 0);
}

Test(arena, memory_is_zeroed_and_aligned_for_any_type)
{
	scoped(arena) arena = ARENA(1 << 20);
	for (size_t bytes = 1; bytes < 300; bytes++) {
		uint8_t *at = arena_alloc(&arena, bytes);
		cr_assert((uintptr_t)at % alignof(max_align_t) == 0);
		for (size_t i = 0; i < bytes; i++)
			cr_assert(at[i] == 0);
		memset(at, 0xff, bytes);
	}
}

Test(arena, room_is_counted_as_memory_is)
{
	scoped(arena) arena = ARENA(64);
	uint8_t *room = arena_room(&arena, 48);
	cr_assert(room && (uintptr_t)room % alignof(max_align_t) == 0);
	memset(room, 0xff, 48);
	uint8_t *zeroed = arena_alloc(&arena, 16);
	cr_assert(zeroed == room + 48 && zeroed[0] == 0 && zeroed[15] == 0);
	cr_assert(arena_room(&arena, 1) == NULL);
}

Test(arena, pieces_do_not_overlap_across_blocks)
{
	enum { PIECES = 100, BYTES = 1000 };
	scoped(arena) arena = ARENA(1 << 20);
	uint8_t *pieces[PIECES];
	for (int i = 0; i < PIECES; i++) {
		pieces[i] = arena_alloc(&arena, BYTES);
		memset(pieces[i], i, BYTES);
	}
	for (int i = 0; i < PIECES; i++)
		cr_assert(pieces[i][0] == i && pieces[i][BYTES - 1] == i);
}

Test(arena, a_piece_may_be_larger_than_a_block)
{
	scoped(arena) arena = ARENA(1 << 20);
	uint8_t *at = arena_alloc(&arena, 100000);
	cr_assert(at != NULL);
	memset(at, 1, 100000);
}

Test(arena, gives_nothing_past_its_maximum)
{
	scoped(arena) arena = ARENA(1024);
	cr_assert(arena_alloc(&arena, 1025) == NULL);
	cr_assert(arena_alloc(&arena, 1000) != NULL);
	cr_assert(arena_alloc(&arena, 100) == NULL);
	cr_assert(arena_alloc(&arena, 16) != NULL, "what still fits is given");
	cr_assert(arena_copy(&arena, SPAN_LIT("text")).at == NULL);
	cr_assert(arena_text(&arena, SPAN_LIT("text")) == NULL);
}

Test(arena, a_size_near_the_end_of_memory_does_not_wrap)
{
	scoped(arena) arena = ARENA(SIZE_MAX / 2);
	cr_assert(arena_alloc(&arena, SIZE_MAX) == NULL);
	cr_assert(arena_alloc(&arena, SIZE_MAX - 7) == NULL);
}

Test(arena, copies_are_nul_ended_and_independent)
{
	scoped(arena) arena = ARENA(1024);
	uint8_t source[] = {'a', 0, 'b'};
	struct span copy = arena_copy(&arena, SPAN_BYTES(source));
	source[0] = 'x';
	cr_assert(span_equal(copy, SPAN_LIT("a\0b")) && copy.at[3] == 0);
	cr_assert_str_eq(arena_text(&arena, SPAN_LIT("abc")), "abc");
}

Test(arena, the_copy_of_nothing_is_an_empty_text)
{
	scoped(arena) arena = ARENA(1024);
	struct span copy = arena_copy(&arena, SPAN_NONE);
	cr_assert(copy.at != NULL && copy.len == 0 && copy.at[0] == 0);
	cr_assert_str_eq(arena_text(&arena, SPAN_NONE), "");
}

Test(arena, can_be_used_again_after_done)
{
	scoped(arena) arena = ARENA(1024);
	cr_assert(arena_alloc(&arena, 1024) != NULL);
	arena_done(&arena);
	cr_assert(arena_alloc(&arena, 1024) != NULL);
}

Test(arena, one_that_is_cleared_gives_the_same_block_again_wiped)
{
	enum { BYTES = 5000 };
	scoped(arena) arena = ARENA(1 << 20);
	uint8_t *first = arena_alloc(&arena, BYTES);
	memset(first, 0xff, BYTES);
	cr_assert(arena_alloc(&arena, 100000) != NULL);
	cr_assert(arena_alloc(&arena, BYTES) != NULL);
	arena_clear(&arena);
	cr_assert(arena.total == 0 && arena.max == 1 << 20);
	uint8_t *again = arena_alloc(&arena, BYTES);
	for (int i = 0; i < BYTES; i++)
		cr_assert(again[i] == 0);
	arena_clear(&arena);
	cr_assert(arena_alloc(&arena, BYTES) == again, "a single block is kept from one use to the next");
}

Test(arena, an_empty_one_can_be_cleared)
{
	scoped(arena) arena = ARENA(1024);
	arena_clear(&arena);
	cr_assert(arena_alloc(&arena, 1024) != NULL);
}

Test(arena, keeps_a_copy_or_says_that_its_memory_is_used_up)
{
	scoped(arena) arena = ARENA(64);
	static const uint8_t LARGE[64];
	struct span kept = SPAN_LIT("before");
	cr_assert(arena_keep(&arena, SPAN_BYTES(LARGE), &kept).kind == ERR_NO_MEMORY);
	cr_assert(span_is(kept, "before"), "a failure leaves what was there");
	cr_assert(!err_failed(arena_keep(&arena, SPAN_LIT("after"), &kept)) && span_is(kept, "after"));
}

Test(arena, what_was_given_out_since_a_mark_is_wiped_and_given_out_again)
{
	scoped(arena) arena = ARENA(1 << 20);
	uint8_t *kept = arena_alloc(&arena, 100);
	memset(kept, 1, 100);
	struct arena_mark mark = arena_mark(&arena);
	for (int round = 0; round < 100; round++) {
		uint8_t *first = arena_room(&arena, 64);
		for (int i = 0; round && i < 64; i++)
			cr_assert(first[i] == 0, "a part's memory shows nothing of the part before");
		memset(first, 2, 64);
		cr_assert(arena_alloc(&arena, 100000) && arena_alloc(&arena, 7000));
		arena_rewind(&arena, mark);
	}
	cr_assert(arena.total == mark.total && kept[0] == 1 && kept[99] == 1);
}

Test(arena, one_that_was_empty_when_it_was_marked_is_empty_again)
{
	scoped(arena) arena = ARENA(1 << 20);
	struct arena_mark mark = arena_mark(&arena);
	arena_rewind(&arena, mark);
	cr_assert(arena_alloc(&arena, 10) && arena_alloc(&arena, 100000));
	arena_rewind(&arena, mark);
	cr_assert(arena.total == 0 && arena.blocks == NULL);
	cr_assert(arena_alloc(&arena, 10) != NULL);
}
