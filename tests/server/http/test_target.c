/* SPDX-License-Identifier: Apache-2.0 */
/* What a request target may be, and what is refused because a proxy could read it in another way. */
#include "server/http/target.h"

#include <criterion/criterion.h>

enum { ROOM = 64 * 1024 };

/* refused - the kind of failure that a raw target meets; ERR_NONE when it is taken. */
static enum err_kind refused(struct span raw)
{
	scoped(arena) arena = ARENA(ROOM);
	struct target target;
	return target_parse(raw, &arena, &target).kind;
}

static bool path_is(const char *raw, const char *path)
{
	scoped(arena) arena = ARENA(ROOM);
	struct target target;
	struct err err = target_parse(span_text(raw), &arena, &target);
	return !err_failed(err) && span_is(target.path, path);
}

Test(target, takes_plain_paths_as_they_are)
{
	cr_assert(path_is("/", "/"));
	cr_assert(path_is("/v1/persons", "/v1/persons"));
	cr_assert(path_is("/v1/persons/", "/v1/persons/"));
	cr_assert(path_is("/a.b/..c/d..", "/a.b/..c/d.."), "dots inside a name are a name");
}

Test(target, decodes_each_segment_once)
{
	cr_assert(path_is("/a%20b", "/a b"));
	cr_assert(path_is("/%41%6a", "/Aj"));
	cr_assert(path_is("/a%252fb", "/a%2fb"), "what was escaped twice stays escaped once");
	cr_assert(path_is("/%D0%BF", "/\xd0\xbf"));
	cr_assert(path_is("/a+b", "/a+b"), "a plus is a plus in a path");
}

Test(target, keeps_the_query_raw)
{
	scoped(arena) arena = ARENA(ROOM);
	struct target target;
	cr_assert(!err_failed(target_parse(SPAN_LIT("/a%20b?x=%2f&y=a/../b//?"), &arena, &target)));
	cr_assert(span_is(target.path, "/a b"));
	cr_assert(span_is(target.query, "x=%2f&y=a/../b//?"));
	cr_assert(!err_failed(target_parse(SPAN_LIT("/a?"), &arena, &target)));
	cr_assert(target.query.len == 0);
}

Test(target, refuses_escapes_that_change_the_path)
{
	const char *const bad[] = {"/a%00b", "/a%2fb", "/a%2Fb", "/a%5cb", "/a%5Cb", "/a\\b", "/a%0ab",
		"/a%1fb", "/a%7fb", "/a?x=%00"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_assert(refused(span_text(bad[i])) == ERR_INPUT, "%s", bad[i]);
}

Test(target, refuses_dot_segments_however_they_are_written)
{
	const char *const bad[] = {
		"/..", "/../a", "/a/..", "/a/../b", "/a/%2e%2e/b", "/a/.%2E/b", "/.", "/./a", "/a/%2e"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_assert(refused(span_text(bad[i])) == ERR_INPUT, "%s", bad[i]);
}

Test(target, refuses_two_slashes_in_a_row)
{
	const char *const bad[] = {"//", "//a", "/a//b", "/a//"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_assert(refused(span_text(bad[i])) == ERR_INPUT, "%s", bad[i]);
}

Test(target, refuses_what_is_not_origin_form)
{
	const char *const bad[] = {"", "*", "a", "http://host/a", "host:443", "?x=1", "/a#b", "/a b", "/a\tb",
		"/a\x7f", "/\xd0\xbf", "/a?b c", "/a?b#c"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_assert(refused(span_text(bad[i])) == ERR_INPUT, "%s", bad[i]);
	cr_assert(refused(span_of("/a\0b", 4)) == ERR_INPUT, "a NUL");
}

Test(target, refuses_broken_escapes_and_broken_utf8)
{
	const char *const bad[] = {
		"/%", "/a%", "/a%4", "/a%4g", "/a%%41", "/%ff", "/%c0%80", "/%ed%a0%80", "/%d0"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_assert(refused(span_text(bad[i])) == ERR_INPUT, "%s", bad[i]);
}

Test(target, says_so_when_the_arena_is_full)
{
	struct arena none = ARENA(0);
	struct target target;
	cr_assert(target_parse(SPAN_LIT("/a%20b"), &none, &target).kind == ERR_NO_MEMORY);
	cr_assert(target_parse(SPAN_LIT("/ab"), &none, &target).kind == ERR_NONE,
		"nothing is decoded, nothing is needed");
}

Test(target, lists_the_parameters_of_a_query_decoded)
{
	scoped(arena) arena = ARENA(ROOM);
	struct span query = SPAN_LIT("&limit=50&&q=a+b%2Bc%20d&flag&=x&e=1=2&");
	const char *const expected[][2] = {
		{"limit", "50"}, {"q", "a b+c d"}, {"flag", ""}, {"", "x"}, {"e", "1=2"}};
	struct span name, value;
	struct err err;
	size_t at = 0;
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
		cr_assert(target_parameter(query, &at, &arena, &name, &value, &err), "%zu", i);
		cr_assert(span_is(name, expected[i][0]) && span_is(value, expected[i][1]), "%zu", i);
	}
	cr_assert(!target_parameter(query, &at, &arena, &name, &value, &err));
	cr_assert(!err_failed(err));
	cr_assert(!target_parameter(query, &at, &arena, &name, &value, &err), "the end stays the end");
}

Test(target, refuses_parameters_that_cannot_be_decoded)
{
	const char *const bad[] = {"a=%", "a=%4", "a=%zz", "%=a", "a=%00", "a=%ff", "%c3=1"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		scoped(arena) arena = ARENA(ROOM);
		struct span name = SPAN_NONE, value = SPAN_NONE;
		struct err err;
		size_t at = 0;
		cr_assert(
			!target_parameter(span_text(bad[i]), &at, &arena, &name, &value, &err), "%s", bad[i]);
		cr_assert(err.kind == ERR_INPUT && !name.at && !value.at, "%s", bad[i]);
	}
}
