/* SPDX-License-Identifier: Apache-2.0 */
/* test_problem - refusals as a server writes them, and as anybody may. */
#include "cli/problem.h"

#include "base/json_in.h"

#include <criterion/criterion.h>

static bool judges(long status, const char *body, enum err_code code, const char *where)
{
	char said[128] = "untouched";
	struct err err = problem_judge(status, span_text(body), said, sizeof said);
	return err.code == code && err.kind == err_row(code)->kind && strcmp(said, where) == 0;
}

Test(problem, the_code_decides)
{
	cr_assert(judges(403, "{\"code\":\"scope_missing\"}", CODE_SCOPE_MISSING, ""), "a code of the table");
	cr_assert(judges(422, "{\"code\":\"invalid\",\"errors\":[]}", CODE_INVALID, ""), "without places");
}

Test(problem, places_are_named)
{
	cr_assert(
		judges(422,
			"{\"code\":\"invalid\",\"errors\":[{\"pointer\":\"/class\",\"code\":\"not_allowed\"},"
			"{\"pointer\":\"/from\",\"code\":\"malformed\"}]}",
			CODE_INVALID, "/class not_allowed; /from malformed"),
		"both");
}

Test(problem, without_a_code_that_is_known_the_status_decides)
{
	cr_assert(judges(401, "", CODE_STRANGER, ""), "nothing");
	cr_assert(judges(503, "<html>busy</html>", CODE_BUSY, ""), "a page");
	cr_assert(judges(404, "{\"code\":\"from_the_future\"}", CODE_NOT_FOUND, ""), "a new code");
	cr_assert(judges(302, "", CODE_REMOTE, ""), "a redirect");
	cr_assert(judges(200, "[]", CODE_REMOTE, ""), "no refusal at all");
}

Test(problem, what_a_server_writes_is_harmless)
{
	cr_assert(judges(422,
			  "{\"code\":\"invalid\",\"errors\":[{\"pointer\":\"/"
	                  "\\u001b[2J\",\"code\":\"\\u202e\"},7]}",
			  CODE_INVALID, "/\\u{1b}[2J \\u{202e}"),
		"no escape sequence");
}

Test(problem, a_long_complaint_is_cut_between_letters)
{
	char said[8];
	struct err err = problem_judge(422,
		SPAN_LIT("{\"code\":\"invalid\",\"errors\":[{\"pointer\":\"/aééééé\"}]}"), said, sizeof said);
	cr_assert(err.code == CODE_INVALID, "judged");
	cr_assert_str_eq(said, "/aéé");
}
