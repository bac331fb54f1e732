/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_text_show - any bytes on a terminal: what is shown has no control in it, and fits where it is told to. */
#include "base/json_in.h"
#include "base/text.h"
#include "base/text_show.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 64 << 20 };

/* Neither C0, DEL nor C1, in whatever bytes. */
static void check_harmless(struct span shown)
{
	assert(text_is_utf8(shown));
	for (size_t i = 0; i < shown.len; i++) {
		assert(shown.at[i] >= 0x20 && shown.at[i] != 0x7f);
		assert(shown.at[i] != 0xc2 || shown.at[i + 1] >= 0xa0);
	}
}

static void check_fit(struct span shown)
{
	size_t all = text_show_columns(shown);
	for (size_t columns = 0; columns < 40; columns++) {
		struct span fit = text_show_fit(shown, columns);
		assert(span_starts(shown, fit) && text_is_utf8(fit));
		assert(text_show_columns(fit) <= columns && (all > columns || fit.len == shown.len));
	}
}

/* JSON that is made harmless is the same JSON. */
static void check_json(struct span text)
{
	scoped(arena) arena = ARENA(ROOM);
	scoped(json_doc) before = {0};
	scoped(json_doc) after = {0};
	scoped(buf) out = BUF(ROOM);
	struct json_problems problems = {0};
	struct json_object one, two;
	if (err_failed(json_in_parse(&before, text, &arena, &problems)) ||
		err_failed(json_in_top(&before, &one)))
		return;
	struct span compact = json_in_whole(&one, ROOM);
	text_show_put_json(&out, compact);
	check_harmless(buf_span(&out));
	assert(!err_failed(json_in_parse(&after, buf_span(&out), &arena, &problems)));
	assert(!err_failed(json_in_top(&after, &two)));
	assert(span_equal(json_in_whole(&two, ROOM), compact));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped(buf) out = BUF(ROOM);
	text_show_put(&out, span_of(data, size));
	assert(!err_failed(buf_check(&out)));
	check_harmless(buf_span(&out));
	check_fit(buf_span(&out));
	check_json(span_of(data, size));
	return 0;
}
