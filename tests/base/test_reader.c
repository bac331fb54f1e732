/* SPDX-License-Identifier: Apache-2.0 */
/* What the reader promises: never past the end, and one question at the end. */
#include "base/reader.h"

#include "base/buf.h"

#include <criterion/criterion.h>

Test(reader, reads_back_what_a_buf_wrote)
{
	scoped(buf) buf = BUF(100);
	buf_put_u8(&buf, 200);
	buf_put_u16(&buf, 60000);
	buf_put_u32(&buf, 4000000000);
	buf_put_u64(&buf, UINT64_MAX);
	buf_put_i64(&buf, INT64_MIN);
	buf_put_sized(&buf, SPAN_LIT("abc"));
	buf_put_text(&buf, "xyz");
	struct reader reader = READER(buf_span(&buf));
	uint8_t copy[2];
	cr_assert(reader_u8(&reader) == 200);
	cr_assert(reader_u16(&reader) == 60000);
	cr_assert(reader_u32(&reader) == 4000000000);
	cr_assert(reader_u64(&reader) == UINT64_MAX);
	cr_assert(reader_i64(&reader) == INT64_MIN);
	cr_assert(span_is(reader_sized(&reader), "abc"));
	cr_assert(span_is(reader_run(&reader, 1), "x"));
	reader_copy(&reader, copy, 2);
	cr_assert(memcmp(copy, "yz", 2) == 0);
	cr_assert(!err_failed(reader_check(&reader)));
}

Test(reader, varints_and_deltas_come_back)
{
	static const uint64_t NUMBERS[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, INT64_MAX, UINT64_MAX};
	static const int64_t SIGNED[] = {0, 1, -1, 63, 64, -64, -65, 1700000000000, INT64_MAX, INT64_MIN};
	for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
		scoped(buf) buf = BUF(100);
		buf_put_varint(&buf, NUMBERS[i]);
		struct reader reader = READER(buf_span(&buf));
		cr_assert(reader_varint(&reader) == NUMBERS[i] && !err_failed(reader_check(&reader)));
		cr_assert(NUMBERS[i] > 127 || buf.len == 1);
	}
	for (size_t from = 0; from < 10; from++)
		for (size_t to = 0; to < 10; to++) {
			scoped(buf) buf = BUF(100);
			buf_put_delta(&buf, SIGNED[from], SIGNED[to]);
			struct reader reader = READER(buf_span(&buf));
			cr_assert(reader_delta(&reader, SIGNED[from]) == SIGNED[to]);
			cr_assert(!err_failed(reader_check(&reader)));
		}
}

Test(reader, a_varint_that_is_cut_too_long_or_could_be_shorter_is_refused)
{
	static const struct span BAD[] = {SPAN_LIT(""), SPAN_LIT("\x80"), SPAN_LIT("\x80\x00"),
		SPAN_LIT("\xff\x80\x00"), SPAN_LIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
		SPAN_LIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00")};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		struct reader reader = READER(BAD[i]);
		cr_assert(reader_varint(&reader) == 0 && reader_check(&reader).kind == ERR_CORRUPT, "%zu", i);
		reader = READER(BAD[i]);
		cr_assert(
			reader_delta(&reader, 7) == 0 && reader_check(&reader).kind == ERR_CORRUPT, "%zu", i);
	}
}

Test(reader, bytes_that_are_left_over_are_corrupt)
{
	struct reader reader = READER(SPAN_LIT("ab"));
	reader_u8(&reader);
	cr_assert(reader_check(&reader).kind == ERR_CORRUPT);
}

Test(reader, an_empty_text_that_nobody_read_is_whole)
{
	struct reader reader = READER(SPAN_NONE);
	cr_assert(!err_failed(reader_check(&reader)));
	cr_assert(reader_run(&reader, 0).len == 0 && !err_failed(reader_check(&reader)));
}

Test(reader, a_take_past_the_end_sticks_and_gives_zero)
{
	struct reader reader = READER(SPAN_LIT("\1\2\3"));
	cr_assert(reader_u32(&reader) == 0);
	cr_assert(reader_u8(&reader) == 0, "a byte is there, but the failure sticks");
	cr_assert(reader_run(&reader, 1).len == 0 && reader_sized(&reader).len == 0);
	cr_assert(reader_check(&reader).kind == ERR_CORRUPT);
}

Test(reader, a_sized_field_longer_than_the_rest_is_refused)
{
	struct reader reader = READER(SPAN_LIT("\0\4abc"));
	cr_assert(reader_sized(&reader).len == 0);
	cr_assert(reader_check(&reader).kind == ERR_CORRUPT);
}

Test(reader, a_copy_that_fails_gives_zeroes)
{
	struct reader reader = READER(SPAN_LIT("abc"));
	uint8_t copy[4] = {1, 2, 3, 4};
	reader_copy(&reader, copy, 4);
	cr_assert(memcmp(copy, "\0\0\0\0", 4) == 0);
	cr_assert(reader_check(&reader).kind == ERR_CORRUPT);
}

Test(reader, a_run_near_the_end_of_memory_does_not_wrap)
{
	struct reader reader = READER(SPAN_LIT("abc"));
	reader_u8(&reader);
	cr_assert(reader_run(&reader, SIZE_MAX).at == NULL);
	cr_assert(reader_check(&reader).kind == ERR_CORRUPT);
}
