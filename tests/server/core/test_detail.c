/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON that events carry. */
#include "server/core/detail.h"

#include <criterion/criterion.h>

Test(detail, notes_only_what_differs)
{
	struct detail_changes changes = {.count = 0};
	cr_assert(!detail_note(&changes, "name", SPAN_LIT("A"), SPAN_LIT("A")));
	cr_assert(detail_note(&changes, "name", SPAN_LIT("A"), SPAN_LIT("B")));
	cr_assert(changes.count == 1);
}

Test(detail, prints_both_sides_and_leaves_an_absent_one_out)
{
	struct detail_changes changes = {.count = 0};
	scoped(arena) arena = ARENA(16 * 1024);
	struct span text;
	detail_note(&changes, "name", SPAN_LIT("A \"quoted\""), SPAN_LIT("B"));
	detail_note(&changes, "ref", SPAN_NONE, SPAN_LIT("b"));
	detail_note(&changes, "email", SPAN_LIT("a"), SPAN_NONE);
	cr_assert(!err_failed(detail_print_changes(&changes, &arena, &text)));
	cr_assert(span_is(text,
		"[{\"field\":\"name\",\"before\":\"A \\\"quoted\\\"\",\"after\":\"B\"},"
		"{\"field\":\"ref\",\"after\":\"b\"},{\"field\":\"email\",\"before\":\"a\"}]"));
}

Test(detail, leaves_out_more_changes_than_there_can_be)
{
	struct detail_changes changes = {.count = DETAIL_CHANGES_MAX};
	cr_assert(!detail_note(&changes, "name", SPAN_NONE, SPAN_LIT("B")));
	cr_assert(changes.count == DETAIL_CHANGES_MAX);
}

Test(detail, prints_texts_and_lists)
{
	const struct detail_field fields[] = {{"role", SPAN_LIT("smm"), DETAIL_TEXT},
		{"added", SPAN_LIT("a b"), DETAIL_LIST}, {"removed", SPAN_NONE, DETAIL_LIST}};
	scoped(arena) arena = ARENA(16 * 1024);
	struct span text;
	cr_assert(!err_failed(detail_print(fields, 3, &arena, &text)));
	cr_assert(span_is(text, "{\"role\":\"smm\",\"added\":[\"a\",\"b\"],\"removed\":[]}"));
}

Test(detail, refuses_more_than_an_event_may_say)
{
	static uint8_t much[DETAIL_MAX];
	const struct detail_field field = {"text", SPAN_BYTES(much), DETAIL_TEXT};
	scoped(arena) arena = ARENA(16 * 1024);
	struct span text;
	memset(much, 'a', sizeof much);
	cr_assert(detail_print(&field, 1, &arena, &text).kind == ERR_TOO_LARGE);
}
