/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON reader promises of whole texts: what is JSON, what is not, and how problems are pointed at.
 */
#include "base/json_in.h"

#include "base/buf.h"

#include <criterion/criterion.h>

/* The failure of parsing alone. */
static struct err parse(struct span text, struct json_problems *problems)
{
	scoped(arena) arena = ARENA(1 << 16);
	scoped(json_doc) doc = {0};
	struct err err = json_in_parse(&doc, text, &arena, problems);
	cr_assert(err_failed(err) == (doc.root == NULL));
	return err;
}

Test(json_in, objects_and_arrays_are_json)
{
	static const char *const rows[] = {"{}", "[]", " {\"a\":1} \n",
		"[1,2.5,-3e2,true,false,null,\"x\",{}]", "{\"a\":{\"a\":1}}", "[{\"a\":1},{\"a\":1}]",
		"{\"\":\"\\u00e4\\ud83d\\ude00\"}", "{\"a\":\"[[[{{{\"}"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json_problems problems = {0};
		cr_assert(!err_failed(parse(span_text(rows[i]), &problems)), "%s", rows[i]);
		cr_assert(problems.count == 0);
	}
}

Test(json_in, what_is_no_json_is_refused)
{
	static const char *const rows[] = {"", " ", "{", "[", "}", "]", "{]", "[}", "{\"a\"}", "{\"a\":}",
		"{\"a\":1,}", "[1,]", "{a:1}", "{'a':1}", "[1 2]", "[01]", "[+1]", "[.5]", "[1.]", "[NaN]",
		"[Infinity]", "[0x1]", "[nul]", "[True]", "// c\n{}", "[\"a\nb\"]", "[\"\\x\"]", "[\"a]",
		"[\"\\\"]", "1", "\"a\"", "null", "true", "\xef\xbb\xbf{}", "[1e999]",
		"[99999999999999999999]", "[\"\\", "\"", "\\"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json_problems problems = {0};
		struct err err = parse(span_text(rows[i]), &problems);
		cr_assert(err.kind == ERR_INPUT && err.code == CODE_NOT_JSON, "%s", rows[i]);
		cr_assert(problems.count == 0);
	}
}

Test(json_in, what_stands_behind_the_json_is_refused_and_noted_at_the_whole)
{
	static const char *const rows[] = {"{} {}", "{}x", "[]]", "{}/**/", "{\"a\":[1]}\n,", "{}\xff"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json_problems problems = {0};
		cr_assert(parse(span_text(rows[i]), &problems).code == CODE_INVALID, "%s", rows[i]);
		cr_assert(problems.count == 1, "%s", rows[i]);
		cr_assert_str_eq(problems.rows[0].code, "malformed");
	}
}

Test(json_in, bytes_that_are_no_utf8_are_refused)
{
	static const char *const rows[] = {"[\"\xff\"]", "[\"\xc3\"]", "[\"\xc0\x80\"]", "[\"\xed\xa0\x80\"]",
		"[\"\\ud800\"]", "[\"\\udc00\"]", "[\"\\ud800\\u0041\"]", "{\"\xff\":1}"};
	struct json_problems problems = {0};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(parse(span_text(rows[i]), &problems).code == CODE_NOT_JSON, "row %zu", i);
}

Test(json_in, the_nul_character_is_refused_in_every_shape)
{
	struct json_problems problems = {0};
	cr_assert(parse(SPAN_LIT("[\"a\\u0000b\"]"), &problems).code == CODE_NOT_JSON);
	cr_assert(parse(SPAN_LIT("{\"a\\u0000b\":1}"), &problems).code == CODE_NOT_JSON);
	cr_assert(parse(SPAN_LIT("[\"a\0b\"]"), &problems).code == CODE_NOT_JSON);
	cr_assert(parse(SPAN_LIT("[]\0"), &problems).code == CODE_NOT_JSON);
	cr_assert(parse(SPAN_LIT("\0[]"), &problems).code == CODE_NOT_JSON);
	cr_assert(parse(SPAN_NONE, &problems).code == CODE_NOT_JSON);
}

static void put_nested(struct buf *buf, size_t depth, const char *open, const char *inside, const char *close)
{
	buf_clear(buf);
	for (size_t i = 0; i < depth; i++)
		buf_put_text(buf, open);
	buf_put_text(buf, inside);
	for (size_t i = 0; i < depth; i++)
		buf_put_text(buf, close);
}

Test(json_in, nesting_ends_at_its_maximum)
{
	scoped(buf) buf = BUF(1 << 20);
	struct json_problems problems = {0};
	put_nested(&buf, JSON_TEXT_DEPTH, "[", "", "]");
	cr_assert(!err_failed(parse(buf_span(&buf), &problems)));
	put_nested(&buf, JSON_TEXT_DEPTH + 1, "[", "", "]");
	cr_assert(parse(buf_span(&buf), &problems).code == CODE_NOT_JSON);
	put_nested(&buf, JSON_TEXT_DEPTH, "{\"a\":", "1", "}");
	cr_assert(!err_failed(parse(buf_span(&buf), &problems)));
	put_nested(&buf, JSON_TEXT_DEPTH + 1, "{\"a\":", "1", "}");
	cr_assert(parse(buf_span(&buf), &problems).code == CODE_NOT_JSON);
}

Test(json_in, ten_thousand_brackets_are_refused_without_harm)
{
	scoped(buf) buf = BUF(1 << 20);
	struct json_problems problems = {0};
	put_nested(&buf, 10000, "[", "", "]");
	cr_assert(parse(buf_span(&buf), &problems).code == CODE_NOT_JSON);
	put_nested(&buf, 10000, "{\"a\":", "1", "");
	cr_assert(parse(buf_span(&buf), &problems).code == CODE_NOT_JSON);
	put_nested(&buf, 100000, "", "[", "");
	cr_assert(parse(buf_span(&buf), &problems).code == CODE_NOT_JSON);
}

Test(json_in, a_key_twice_is_noted_where_it_stands)
{
	static const char *const rows[][2] = {{"{\"a\":1,\"a\":2}", "/a"}, {"{\"a\":1,\"\\u0061\":2}", "/a"},
		{"{\"x\":{\"a\":1,\"b\":[],\"a\":2}}", "/x/a"},
		{"{\"p\":0,\"x\":[1,{},{\"a\":1,\"a\":2}]}", "/x/2/a"},
		{"[[{\"y\":{\"a\":\"},{\",\"a\":2}}]]", "/0/0/y/a"},
		{"{\"s/l\":{\"t~\\u00e4\":{\"a\":1,\"a\":1}}}", "/s~1l/t~0\u00e4/a"},
		{"{\"q\\\"\":{\"a\":\"\\\\\",\"a\":1}}", "/q\"/a"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		scoped(arena) arena = ARENA(1 << 16);
		scoped(json_doc) doc = {0};
		struct json_problems problems = {0};
		struct err err = json_in_parse(&doc, span_text(rows[i][0]), &arena, &problems);
		cr_assert(err.kind == ERR_INVALID, "%s", rows[i][0]);
		cr_assert(problems.count == 1 && doc.root == NULL);
		cr_assert_str_eq(problems.rows[0].pointer, rows[i][1]);
		cr_assert_str_eq(problems.rows[0].code, "not_allowed");
	}
}

Test(json_in, the_top_has_to_be_an_object)
{
	scoped(arena) arena = ARENA(1 << 16);
	scoped(json_doc) doc = {0};
	struct json_problems problems = {0};
	struct json_object top;
	cr_assert(!err_failed(json_in_parse(&doc, SPAN_LIT("[1]"), &arena, &problems)));
	cr_assert(json_in_top(&doc, &top).kind == ERR_INVALID);
	cr_assert(problems.count == 1);
	cr_assert_str_eq(problems.rows[0].pointer, "");
	cr_assert_str_eq(problems.rows[0].code, "wrong_type");
	cr_assert(json_in_check(&doc).kind == ERR_INVALID);
}

/* A parsed document and all that goes with it. */
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

static void open_world(struct world *world, const char *text)
{
	*world = (struct world){.arena = ARENA(1 << 16)};
	cr_assert(!err_failed(json_in_parse(&world->doc, span_text(text), &world->arena, &world->problems)));
	cr_assert(!err_failed(json_in_top(&world->doc, &world->top)));
}

/* The problems as one text: pointer=code, in their order. */
static void assert_problems(const struct world *world, const char *expected)
{
	scoped(buf) buf = BUF(4096);
	for (size_t i = 0; i < world->problems.count; i++)
		buf_printf(&buf, "%s%s=%s", i ? " " : "", world->problems.rows[i].pointer,
			world->problems.rows[i].code);
	cr_assert(span_is(buf_span(&buf), expected), "%.*s", SPAN_FMT(buf_span(&buf)));
	cr_assert(err_failed(json_in_check(&world->doc)) == (expected[0] != '\0'));
}

Test(json_in, one_answer_names_all_problems)
{
	scoped(world) world;
	open_world(&world, "{\"a\":1,\"b\":\"\",\"d\":\"x\",\"e\":{\"f\":2,\"g\":null},\"h\":[\"ok\",3]}");
	struct json_object inner;
	struct json_array array;
	struct span text;
	json_in_text(&world.top, "a", JSON_NEEDED, 10);
	json_in_text(&world.top, "b", JSON_NEEDED, 10);
	json_in_text(&world.top, "c", JSON_NEEDED, 10);
	cr_assert(json_in_object(&world.top, "e", JSON_NEEDED, &inner));
	json_in_text(&inner, "f", JSON_OPTIONAL, 10);
	json_in_end(&inner);
	cr_assert(json_in_array(&world.top, "h", JSON_NEEDED, 5, &array));
	cr_assert(json_in_next_text(&array, 5, &text) && span_is(text, "ok"));
	cr_assert(!json_in_next_text(&array, 5, &text));
	json_in_end(&world.top);
	assert_problems(&world,
		"/a=wrong_type /b=malformed /c=missing /e/f=wrong_type /e/g=unknown_field /h/1=wrong_type "
		"/d=unknown_field");
}

Test(json_in, a_faultless_body_has_no_problems)
{
	scoped(world) world;
	open_world(&world, "{\"a\":\"x\"}");
	cr_assert(span_is(json_in_text(&world.top, "a", JSON_NEEDED, 1), "x"));
	cr_assert(json_in_text(&world.top, "b", JSON_OPTIONAL, 1).len == 0);
	json_in_end(&world.top);
	assert_problems(&world, "");
}

Test(json_in, pointers_are_escaped)
{
	scoped(world) world;
	open_world(&world, "{\"a/b\":1,\"m~n\":2,\"~1\":3}");
	json_in_end(&world.top);
	assert_problems(&world, "/a~1b=unknown_field /m~0n=unknown_field /~01=unknown_field");
}

Test(json_in, a_member_may_be_asked_for_twice)
{
	scoped(world) world;
	open_world(&world, "{\"a\":\"x\"}");
	for (int i = 0; i < 100; i++)
		json_in_text(&world.top, "a", JSON_NEEDED, 1);
	json_in_end(&world.top);
	assert_problems(&world, "");
}

Test(json_in, no_more_problems_are_noted_than_there_is_room)
{
	scoped(buf) body = BUF(1 << 20);
	scoped(world) world;
	buf_put_text(&body, "{");
	for (int i = 0; i < 20000; i++)
		buf_printf(&body, "%s\"m%d\":%d", i ? "," : "", i, i);
	buf_put(&body, SPAN_LIT("}\0"));
	open_world(&world, (const char *)body.data);
	json_in_end(&world.top);
	json_in_note(&world.top, "one_more", "not_allowed");
	cr_assert(world.problems.count == JSON_PROBLEMS_MAX);
	cr_assert(json_in_check(&world.doc).kind == ERR_INVALID);
}

Test(json_in, a_full_arena_still_notes_the_problem)
{
	scoped(arena) arena = ARENA(0);
	scoped(json_doc) doc = {0};
	struct json_problems problems = {0};
	struct json_object top;
	cr_assert(!err_failed(json_in_parse(&doc, SPAN_LIT("{\"a\":{\"b\":1}}"), &arena, &problems)));
	cr_assert(!err_failed(json_in_top(&doc, &top)));
	json_in_end(&top);
	cr_assert(problems.count == 1);
	cr_assert_str_eq(problems.rows[0].pointer, "");
	cr_assert(json_in_raw(&top, "a", JSON_OPTIONAL, 100).at == NULL);
	cr_assert(problems.count == 2, "what could not be copied does not pass as absent");
}

Test(json_in, has_tells_without_asking)
{
	scoped(world) world;
	open_world(&world, "{\"a\":1,\"b\":null}");
	cr_assert(json_in_has(&world.top, "a"));
	cr_assert(!json_in_has(&world.top, "b"), "null is as good as absent");
	cr_assert(!json_in_has(&world.top, "c"));
	json_in_end(&world.top);
	assert_problems(&world, "/a=unknown_field /b=unknown_field");
}

Test(json_in, done_may_be_called_twice)
{
	struct world world;
	open_world(&world, "{}");
	world_done(&world);
	world_done(&world);
}
