/* SPDX-License-Identifier: Apache-2.0 */
/* What buffers promise: a maximum from birth, and a failure that sticks. */
#include "base/buf.h"

#include <criterion/criterion.h>

Test(buf, an_unused_buf_can_be_dropped)
{
	scoped(buf) zeroed = {0};
	scoped(buf) unused = BUF(10);
	cr_assert(!err_failed(buf_check(&zeroed)) && !err_failed(buf_check(&unused)));
	cr_assert(buf_span(&unused).len == 0);
}

Test(buf, holds_what_was_put_in_order)
{
	scoped(buf) buf = BUF(100);
	buf_put_text(&buf, "ab");
	buf_put(&buf, SPAN_NONE);
	buf_put(&buf, SPAN_LIT("c\0d"));
	buf_printf(&buf, "%d-%s", 42, "x");
	cr_assert(span_equal(buf_span(&buf), SPAN_LIT("abc\0d42-x")));
}

Test(buf, numbers_are_big_endian)
{
	scoped(buf) buf = BUF(100);
	buf_put_u8(&buf, 0x01);
	buf_put_u16(&buf, 0x0203);
	buf_put_u32(&buf, 0x04050607);
	buf_put_u64(&buf, 0x08090a0b0c0d0e0f);
	buf_put_i64(&buf, -2);
	cr_assert(span_equal(buf_span(&buf),
		SPAN_LIT("\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf\xff\xff\xff\xff\xff\xff\xff\xfe")));
}

Test(buf, can_be_filled_to_its_maximum)
{
	scoped(buf) buf = BUF(1000);
	for (int i = 0; i < 1000; i++)
		buf_put_u8(&buf, 'x');
	cr_assert(!err_failed(buf_check(&buf)) && buf.len == 1000);
}

Test(buf, refuses_to_grow_past_its_maximum)
{
	scoped(buf) buf = BUF(4);
	buf_put_text(&buf, "1234");
	buf_put_u8(&buf, '5');
	cr_assert(buf_check(&buf).kind == ERR_TOO_LARGE);
	cr_assert(buf.len == 4);
}

Test(buf, what_is_expected_is_there_at_once_within_the_maximum)
{
	scoped(buf) buf = BUF(5000);
	buf_expect(&buf, 3000);
	cr_assert(buf.len == 0 && buf.cap >= 3000);
	const uint8_t *data = buf.data;
	for (int i = 0; i < 3000; i++)
		buf_put_u8(&buf, 1);
	cr_assert(buf.data == data);
	buf_expect(&buf, SIZE_MAX);
	cr_assert(buf.cap == 5000 && buf.len == 3000 && !err_failed(buf_check(&buf)));
	cr_assert(buf_room(&buf, 2001) == NULL, "expecting does not make it larger");
}

Test(buf, a_failure_sticks_until_it_is_cleared)
{
	scoped(buf) buf = BUF(4);
	buf_put_text(&buf, "12345");
	buf_put_text(&buf, "1");
	cr_assert(buf_check(&buf).kind == ERR_TOO_LARGE && buf.len == 0, "a later small write does nothing");
	cr_assert(buf_room(&buf, 0) == NULL);
	buf_clear(&buf);
	buf_put_text(&buf, "1");
	cr_assert(!err_failed(buf_check(&buf)) && span_is(buf_span(&buf), "1"));
}

Test(buf, a_length_near_the_end_of_memory_does_not_wrap)
{
	scoped(buf) buf = BUF(100);
	buf_put_text(&buf, "abc");
	cr_assert(buf_room(&buf, SIZE_MAX) == NULL);
	cr_assert(buf_check(&buf).kind == ERR_TOO_LARGE);
}

Test(buf, printing_fills_up_to_the_last_byte)
{
	scoped(buf) buf = BUF(5);
	buf_printf(&buf, "%s", "12345");
	cr_assert(!err_failed(buf_check(&buf)) && span_is(buf_span(&buf), "12345"));
	buf_printf(&buf, "%s", "");
	cr_assert(!err_failed(buf_check(&buf)));
	buf_printf(&buf, "%d", 6);
	cr_assert(buf_check(&buf).kind == ERR_TOO_LARGE);
}

Test(buf, a_sized_field_has_two_bytes_of_length)
{
	scoped(buf) buf = BUF(100);
	buf_put_sized(&buf, SPAN_LIT("abc"));
	buf_put_sized(&buf, SPAN_NONE);
	cr_assert(span_equal(buf_span(&buf), SPAN_LIT("\0\3abc\0\0")));
}

Test(buf, a_sized_field_over_65535_bytes_is_refused)
{
	static const uint8_t big[65536];
	scoped(buf) fits = BUF(100000);
	buf_put_sized(&fits, span_of(big, 65535));
	cr_assert(!err_failed(buf_check(&fits)) && fits.len == 65537);
	scoped(buf) buf = BUF(100000);
	buf_put_sized(&buf, span_of(big, 65536));
	cr_assert(buf_check(&buf).kind == ERR_TOO_LARGE);
}

Test(buf, taking_a_buf_leaves_an_empty_one)
{
	scoped(buf) from = BUF(10);
	buf_put_text(&from, "abc");
	scoped(buf) to = take(&from);
	cr_assert(span_is(buf_span(&to), "abc"));
	cr_assert(from.data == NULL && from.len == 0);
}

Test(buf, done_keeps_the_maximum_so_the_buf_can_be_used_again)
{
	scoped(buf) buf = BUF(3);
	buf_put_text(&buf, "abc");
	buf_done(&buf);
	buf_put_text(&buf, "de");
	cr_assert(span_is(buf_span(&buf), "de"));
}

Test(buf, what_is_whole_can_be_kept_and_what_is_not_cannot)
{
	scoped(arena) arena = ARENA(1024);
	scoped(buf) buf = BUF(3);
	struct span kept = SPAN_NONE;
	buf_put_text(&buf, "abc");
	cr_assert(!err_failed(buf_keep(&buf, &arena, &kept)) && span_is(kept, "abc"));
	buf_put_text(&buf, "d");
	cr_assert(buf_keep(&buf, &arena, &kept).kind == ERR_TOO_LARGE && span_is(kept, "abc"));
}
