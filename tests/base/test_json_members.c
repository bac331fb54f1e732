/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON reader promises of single members: each type, its limits, and what stands for an absent one.
 */
#include "base/json_in.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* A body of one member "m" and all that goes with it. */
struct world {
	struct arena arena;
	struct json_doc doc;
	struct json_problems problems;
	struct json_object top;
};

static void world_done(struct world *world)
{
	json_doc_done(&world->doc);
	arena_done(&world->arena);
}

/* An absent member when the value is NULL. */
static void open_world(struct world *world, const char *value)
{
	char text[512] = "{}";
	if (value)
		snprintf(text, sizeof text, "{\"m\":%s}", value);
	*world = (struct world){.arena = ARENA(1 << 16)};
	cr_assert(!err_failed(json_in_parse(&world->doc, span_text(text), &world->arena, &world->problems)),
		"%s", text);
	cr_assert(!err_failed(json_in_top(&world->doc, &world->top)));
}

/* One problem at the member, or none when the code is NULL. */
static void assert_noted(const struct world *world, const char *value, const char *code)
{
	cr_assert(world->problems.count == (code != NULL), "%s", value);
	if (code) {
		cr_assert_str_eq(world->problems.rows[0].pointer, "/m");
		cr_assert_str_eq(world->problems.rows[0].code, code);
	}
}

static void assert_text(const char *value, enum json_need need, const char *text, const char *code)
{
	scoped(world) world;
	open_world(&world, value);
	struct span got = json_in_text(&world.top, "m", need, 8);
	cr_assert(span_is(got, text) && (got.at == NULL) == (text[0] == '\0'), "%s", value);
	assert_noted(&world, value, code);
}

Test(json_members, a_text_has_one_byte_to_its_maximum)
{
	assert_text("\"a\"", JSON_NEEDED, "a", NULL);
	assert_text("\"12345678\"", JSON_NEEDED, "12345678", NULL);
	assert_text("\"a\\tb\\nc\"", JSON_NEEDED, "a\tb\nc", NULL);
	assert_text("\"\\u00e4\"", JSON_NEEDED, "\u00e4", NULL);
	assert_text("\"123456789\"", JSON_NEEDED, "", "too_long");
	assert_text("\"\\u20ac\\u20ac\\u20ac\"", JSON_NEEDED, "", "too_long");
	assert_text("\"\"", JSON_OPTIONAL, "", "malformed");
	assert_text("\"a\\rb\"", JSON_NEEDED, "", "malformed");
	assert_text("\"\\u0001\"", JSON_NEEDED, "", "malformed");
	assert_text("\"\\u007f\"", JSON_NEEDED, "", "malformed");
	assert_text("1", JSON_NEEDED, "", "wrong_type");
	assert_text("[\"a\"]", JSON_OPTIONAL, "", "wrong_type");
}

Test(json_members, null_counts_as_absent)
{
	assert_text("null", JSON_OPTIONAL, "", NULL);
	assert_text("null", JSON_NEEDED, "", "missing");
	assert_text(NULL, JSON_OPTIONAL, "", NULL);
	assert_text(NULL, JSON_NEEDED, "", "missing");
}

static void assert_word(const char *value, enum json_need need, int position, const char *code)
{
	static const char *const words[] = {"read", "write", NULL};
	scoped(world) world;
	open_world(&world, value);
	cr_assert(json_in_word(&world.top, "m", need, words) == position, "%s", value);
	assert_noted(&world, value, code);
}

Test(json_members, a_word_is_one_of_its_list)
{
	assert_word("\"read\"", JSON_NEEDED, 0, NULL);
	assert_word("\"write\"", JSON_NEEDED, 1, NULL);
	assert_word("\"READ\"", JSON_NEEDED, -1, "not_allowed");
	assert_word("\"\"", JSON_NEEDED, -1, "not_allowed");
	assert_word("\"rea\"", JSON_NEEDED, -1, "not_allowed");
	assert_word("0", JSON_NEEDED, -1, "wrong_type");
	assert_word(NULL, JSON_OPTIONAL, -1, NULL);
	assert_word(NULL, JSON_NEEDED, -1, "missing");
}

static void assert_number(const char *value, enum json_need need, int64_t number, const char *code)
{
	scoped(world) world;
	open_world(&world, value);
	cr_assert(json_in_number(&world.top, "m", need, -5, 10, 7) == number, "%s", value);
	assert_noted(&world, value, code);
}

Test(json_members, a_number_lies_within_its_limits)
{
	assert_number("-5", JSON_NEEDED, -5, NULL);
	assert_number("0", JSON_NEEDED, 0, NULL);
	assert_number("10", JSON_NEEDED, 10, NULL);
	assert_number("11", JSON_NEEDED, 7, "not_allowed");
	assert_number("-6", JSON_NEEDED, 7, "not_allowed");
	assert_number("9223372036854775807", JSON_NEEDED, 7, "not_allowed");
	assert_number("-9223372036854775808", JSON_NEEDED, 7, "not_allowed");
	assert_number("1.0", JSON_NEEDED, 7, "wrong_type");
	assert_number("1e0", JSON_NEEDED, 7, "wrong_type");
	assert_number("\"1\"", JSON_NEEDED, 7, "wrong_type");
	assert_number("true", JSON_NEEDED, 7, "wrong_type");
	assert_number(NULL, JSON_OPTIONAL, 7, NULL);
	assert_number(NULL, JSON_NEEDED, 7, "missing");
}

static void assert_bool(const char *value, bool fallback, bool expected, const char *code)
{
	scoped(world) world;
	open_world(&world, value);
	cr_assert(json_in_bool(&world.top, "m", JSON_OPTIONAL, fallback) == expected, "%s", value);
	assert_noted(&world, value, code);
}

Test(json_members, a_bool_is_true_or_false)
{
	assert_bool("true", false, true, NULL);
	assert_bool("false", true, false, NULL);
	assert_bool(NULL, true, true, NULL);
	assert_bool("null", false, false, NULL);
	assert_bool("1", false, false, "wrong_type");
	assert_bool("\"true\"", false, false, "wrong_type");
}

static void assert_time(const char *value, enum json_need need, int64_t ms, const char *code)
{
	scoped(world) world;
	open_world(&world, value);
	cr_assert(json_in_time(&world.top, "m", need).ms == ms, "%s", value);
	assert_noted(&world, value, code);
}

Test(json_members, a_time_is_rfc_3339)
{
	assert_time("\"2026-11-21T18:25:32.123Z\"", JSON_NEEDED, 1795285532123, NULL);
	assert_time("\"2026-11-21\"", JSON_NEEDED, 0, "malformed");
	assert_time("\"\"", JSON_OPTIONAL, 0, "malformed");
	assert_time("1795285532123", JSON_NEEDED, 0, "wrong_type");
	assert_time(NULL, JSON_OPTIONAL, 0, NULL);
	assert_time(NULL, JSON_NEEDED, 0, "missing");
}

static void assert_id(const char *value, enum json_need need, uint8_t last, const char *code)
{
	scoped(world) world;
	open_world(&world, value);
	struct id id = json_in_id(&world.top, "m", need, ID_PERSON);
	cr_assert(id.bytes[15] == last && ids_is_none(id) == (last == 0), "%s", value);
	assert_noted(&world, value, code);
}

Test(json_members, an_id_is_of_its_kind)
{
	assert_id("\"per_0000000000000000000000000a\"", JSON_NEEDED, 10, NULL);
	assert_id("\"cli_0000000000000000000000000a\"", JSON_NEEDED, 0, "malformed");
	assert_id("\"per_0000000000000000000000000A\"", JSON_NEEDED, 0, "malformed");
	assert_id("\"\"", JSON_OPTIONAL, 0, "malformed");
	assert_id("{}", JSON_OPTIONAL, 0, "wrong_type");
	assert_id(NULL, JSON_OPTIONAL, 0, NULL);
	assert_id(NULL, JSON_NEEDED, 0, "missing");
}

Test(json_members, an_object_is_read_like_the_top)
{
	scoped(world) world;
	struct json_object inner;
	struct json_object deeper;
	open_world(&world, "{\"a\":{\"b\":5}}");
	cr_assert(json_in_object(&world.top, "m", JSON_NEEDED, &inner));
	cr_assert(json_in_object(&inner, "a", JSON_NEEDED, &deeper));
	json_in_note(&deeper, "c", "missing");
	cr_assert_str_eq(world.problems.rows[0].pointer, "/m/a/c");
	world.problems.count = 0;
	cr_assert(json_in_number(&deeper, "b", JSON_NEEDED, 0, 9, 0) == 5);
	json_in_end(&deeper);
	json_in_end(&inner);
	json_in_end(&world.top);
	cr_assert(!err_failed(json_in_check(&world.doc)));
}

Test(json_members, what_is_no_object_or_array_is_refused)
{
	static const char *const rows[][2] = {
		{"1", "wrong_type"}, {"\"a\"", "wrong_type"}, {"null", "missing"}, {NULL, "missing"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json_object inner;
		struct json_array array;
		scoped(world) one;
		open_world(&one, rows[i][0]);
		cr_assert(!json_in_object(&one.top, "m", JSON_NEEDED, &inner));
		assert_noted(&one, rows[i][0], rows[i][1]);
		scoped(world) other;
		open_world(&other, rows[i][0]);
		cr_assert(!json_in_array(&other.top, "m", JSON_NEEDED, 9, &array));
		assert_noted(&other, rows[i][0], rows[i][1]);
	}
}

Test(json_members, an_array_gives_its_elements_in_order)
{
	scoped(world) world;
	struct json_array array;
	struct span text;
	open_world(&world, "[\"a\",\"b\",\"c\"]");
	cr_assert(json_in_array(&world.top, "m", JSON_NEEDED, 3, &array) && array.count == 3);
	for (int i = 0; i < 3; i++)
		cr_assert(json_in_next_text(&array, 1, &text) && text.at[0] == 'a' + i);
	cr_assert(!json_in_next_text(&array, 1, &text));
	assert_noted(&world, "", NULL);
}

Test(json_members, an_array_over_its_maximum_is_refused)
{
	scoped(world) world;
	struct json_array array;
	open_world(&world, "[1,2,3,4]");
	cr_assert(!json_in_array(&world.top, "m", JSON_NEEDED, 3, &array));
	assert_noted(&world, "", "too_many");
}

Test(json_members, faulty_elements_are_noted_and_skipped)
{
	scoped(world) world;
	struct json_array array;
	struct span text;
	open_world(&world, "[1,\"a\",\"\",\"long\",null,\"b\"]");
	cr_assert(json_in_array(&world.top, "m", JSON_NEEDED, 9, &array));
	cr_assert(json_in_next_text(&array, 2, &text) && span_is(text, "a"));
	cr_assert(json_in_next_text(&array, 2, &text) && span_is(text, "b"));
	cr_assert(!json_in_next_text(&array, 2, &text));
	static const char *const expected[][2] = {
		{"/m/0", "wrong_type"}, {"/m/2", "malformed"}, {"/m/3", "too_long"}, {"/m/4", "wrong_type"}};
	cr_assert(world.problems.count == 4);
	for (size_t i = 0; i < 4; i++) {
		cr_assert_str_eq(world.problems.rows[i].pointer, expected[i][0]);
		cr_assert_str_eq(world.problems.rows[i].code, expected[i][1]);
	}
}

Test(json_members, objects_of_an_array_know_their_place)
{
	scoped(world) world;
	struct json_array array;
	struct json_object inner;
	open_world(&world, "[{\"a\":1},2,{\"b\":1}]");
	cr_assert(json_in_array(&world.top, "m", JSON_NEEDED, 9, &array));
	cr_assert(json_in_next_object(&array, &inner));
	json_in_note(&inner, "x", "missing");
	cr_assert_str_eq(world.problems.rows[0].pointer, "/m/0/x");
	world.problems.count = 0;
	cr_assert(json_in_next_object(&array, &inner));
	json_in_end(&inner);
	cr_assert(!json_in_next_object(&array, &inner));
	cr_assert(world.problems.count == 2);
	cr_assert_str_eq(world.problems.rows[0].pointer, "/m/1");
	cr_assert_str_eq(world.problems.rows[1].pointer, "/m/2/b");
}

static void assert_raw(const char *value, const char *text, const char *code)
{
	scoped(world) world;
	open_world(&world, value);
	cr_assert(span_is(json_in_raw(&world.top, "m", JSON_OPTIONAL, 32), text), "%s", value);
	assert_noted(&world, value, code);
}

Test(json_members, raw_detail_is_compact_and_sorted)
{
	assert_raw("{ \"b\" : [1, 2 ], \"a\" : { \"d\":1,\"c\" : null } }",
		"{\"a\":{\"c\":null,\"d\":1},\"b\":[1,2]}", NULL);
	assert_raw("{ \"b\" : [1, 2 ], \"a\" : true }", "{\"a\":true,\"b\":[1,2]}", NULL);
	assert_raw("\"a\\u00e4\\n\"", "\"a\u00e4\\n\"", NULL);
	assert_raw("42", "42", NULL);
	assert_raw("false", "false", NULL);
	assert_raw("{}", "{}", NULL);
	assert_raw("null", "", NULL);
	assert_raw(NULL, "", NULL);
}

Test(json_members, raw_detail_keeps_to_its_maximum)
{
	assert_raw("\"123456789012345678901234567890\"", "\"123456789012345678901234567890\"", NULL);
	assert_raw("\"1234567890123456789012345678901\"", "", "too_long");
}

Test(json_members, an_object_is_given_whole)
{
	scoped(world) world;
	open_world(&world, "{\"b\":[1],\"a\":null}");
	struct json_object inner;
	cr_assert(json_in_object(&world.top, "m", JSON_NEEDED, &inner));
	cr_assert(span_is(json_in_whole(&inner, 18), "{\"a\":null,\"b\":[1]}"));
	cr_assert(world.problems.count == 0);
	cr_assert(json_in_whole(&inner, 17).at == NULL);
	assert_noted(&world, "an object of 18 bytes", "too_long");
}

Test(json_members, what_nobody_asked_for_is_named_one_after_the_other)
{
	scoped(world) world;
	open_world(&world, "{\"a\":1,\"b\":null,\"c\":2}");
	struct json_object inner;
	cr_assert(json_in_unread(&world.top) != NULL);
	cr_assert(json_in_object(&world.top, "m", JSON_NEEDED, &inner));
	cr_assert(json_in_unread(&world.top) == NULL);
	json_in_number(&inner, "a", JSON_NEEDED, 0, 9, 0);
	cr_assert_str_eq(json_in_unread(&inner), "c");
	json_in_raw(&inner, "c", JSON_NEEDED, 9);
	cr_assert(json_in_unread(&inner) == NULL);
}
