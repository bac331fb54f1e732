/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a text: the codecs go both ways, normalising and folding are final, and nothing reads outside.
 */
#include "base/text.h"

#include <assert.h>

typedef void (*put_fn)(struct buf *out, struct span bytes);
typedef struct err (*parse_fn)(struct span text, struct buf *out);

enum { ROOM = 1 << 22 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bytes printed and parsed are the same bytes; a text that parses has one spelling when the codec is strict.
 */
static void check_codec(put_fn put, parse_fn parse, struct span input, bool is_strict)
{
	scoped(buf) text = BUF(ROOM);
	scoped(buf) back = BUF(ROOM);
	put(&text, input);
	assert(!err_failed(parse(buf_span(&text), &back)));
	assert(span_equal(buf_span(&back), input));

	scoped(buf) bytes = BUF(ROOM);
	scoped(buf) again = BUF(ROOM);
	if (err_failed(parse(input, &bytes))) {
		assert(bytes.len == 0);
		return;
	}
	put(&again, buf_span(&bytes));
	assert(!is_strict || span_equal(buf_span(&again), input));
}

static void check_unicode(struct span input)
{
	scoped(arena) arena = ARENA(ROOM);
	struct span once;
	struct span twice;
	struct err err = text_normalise(input, &arena, &once);
	assert(err_failed(err) != text_is_utf8(input));
	if (err_failed(err))
		return;
	assert(text_is_utf8(once));
	assert(!err_failed(text_normalise(once, &arena, &twice)) && span_equal(once, twice));
	assert(!err_failed(text_fold(input, &arena, &once)) && text_is_utf8(once));
	assert(!err_failed(text_fold(once, &arena, &twice)) && span_equal(once, twice));
	for (size_t max = 0; max < 8; max++)
		assert(text_is_utf8(text_cut(input, max)) && text_cut(input, max).len <= max);
}

static void check_words(struct span input)
{
	scoped(buf) masked = BUF(ROOM);
	char digits[7];
	text_mask_email(input, &masked);
	assert(!err_failed(buf_check(&masked)));
	if (text_is_email(input))
		assert(!memchr(input.at, '\n', input.len) && !memchr(input.at, '>', input.len));
	if (text_is_ref(input))
		assert(input.len <= 128);
	if (!err_failed(text_code(input, 2, 6, digits)))
		assert(strlen(digits) >= 2 && strlen(digits) <= 6 &&
			strspn(digits, "0123456789") == strlen(digits));
	uint8_t bytes[8];
	if (!err_failed(text_parse_hex(input, bytes, sizeof bytes)))
		assert(input.len == 2 * sizeof bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = span_of(data, size);
	check_codec(text_put_base64, text_parse_base64, input, true);
	check_codec(text_put_base64url, text_parse_base64url, input, true);
	check_codec(text_put_base32, text_parse_base32, input, false);
	check_unicode(input);
	check_words(input);
	return 0;
}
