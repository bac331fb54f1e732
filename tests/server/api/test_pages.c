/* SPDX-License-Identifier: Apache-2.0 */
/* The pages over HTTP: the right file in the right coding behind its fences; nothing that is not one of them. */
#include "server/api/pages.h"
#include "tests/support/api_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define FORM(text, mark)                        \
	{                                       \
		SPAN_TEXT(text), "\"" mark "\"" \
	}
#define SPAN_TEXT(text)                                   \
	{                                                 \
		(const uint8_t *)(text), sizeof(text) - 1 \
	}

/* What stands in for twins: whoever unpacks the real ones is tests/stories/pages_served. */
static const struct page ROWS[] = {
	{"/assets/main-AAAAAAAA.js", "text/javascript; charset=utf-8", true,
		{FORM("js-br", "a-br"), FORM("js-gzip", "a-gzip"), FORM("js-identity", "a")}},
	{"/assets/face-BBBBBBBB.woff2", "font/woff2", true,
		{{{NULL, 0}, NULL}, {{NULL, 0}, NULL}, FORM("face", "b")}},
	{"/deposit.html", "text/html; charset=utf-8", false,
		{FORM("deposit-br", "c-br"), FORM("deposit-gzip", "c-gzip"), FORM("deposit", "c")}},
	{"/favicon.svg", "image/svg+xml", false, {{{NULL, 0}, NULL}, {{NULL, 0}, NULL}, FORM("<svg/>", "d")}},
	{"/index.html", "text/html; charset=utf-8", false,
		{FORM("shell-br", "e-br"), FORM("shell-gzip", "e-gzip"), FORM("shell", "e")}},
};

static const struct pages PAGES = {ROWS, sizeof ROWS / sizeof ROWS[0]};

static void open_with_pages(struct api_world *world)
{
	api_world_open(world);
	world->server.pages = &PAGES;
}

static int get(struct api_world *world, const char *path, const char *more, struct api_answer *answer)
{
	const struct api_request request = {.method = "GET", .path = path, .more = more};
	return api_ask(world, &request, answer);
}

static bool says(const struct api_answer *answer, const char *line)
{
	char whole[1024];
	snprintf(whole, sizeof whole, "\r\n%s\r\n", line);
	return strstr(answer->head, whole) != NULL;
}

Test(pages, the_applications_paths_all_get_its_shell)
{
	static const char *const PATHS[] = {"/", "/?q=1", "/security", "/security/logins?person=x",
		"/events/e/f/g", "/signin", "/me", "/vault/x", "/help", "/approvals/", "/rules/%C3%A4"};
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	open_with_pages(&world);
	for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
		bool ends = PATHS[i][strlen(PATHS[i]) - 1] == '/' && i > 0;
		cr_assert(get(&world, PATHS[i], NULL, &answer) == (ends ? 404 : 200), "%s", PATHS[i]);
		cr_assert_str_eq(ends ? "shell" : answer.body, "shell", "%s", PATHS[i]);
	}
}

Test(pages, what_is_no_page_stays_a_problem)
{
	static const char *const PATHS[] = {"/index.html", "/deposit.html", "/securit", "/securityy",
		"/Security", "/d", "/d/", "/d/a/b", "/assets", "/assets/", "/assets/index.html",
		"/assets/main-AAAAAAAA.js/", "/assets/x/main-AAAAAAAA.js", "/assets/main-AAAAAAAA.j",
		"/favicon.png", "/v1", "/v2/people"};
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	open_with_pages(&world);
	for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
		cr_assert(get(&world, PATHS[i], NULL, &answer) == 404, "%s", PATHS[i]);
		cr_assert(api_is_code(&answer, 404, "not_found"), "%s", PATHS[i]);
		cr_assert(says(&answer, "Cache-Control: no-store"), "%s", PATHS[i]);
	}
}

Test(pages, no_path_climbs_out_of_its_folder)
{
	static const char *const PATHS[] = {"/assets/../index.html", "/assets/%2e%2e/index.html",
		"/assets/..%2findex.html", "/assets/%2findex.html", "/assets//main-AAAAAAAA.js", "/assets/..",
		"/d/..%2f..%2fetc%2fpasswd", "/assets/main-AAAAAAAA.js%00"};
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	open_with_pages(&world);
	for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
		int status = get(&world, PATHS[i], NULL, &answer);
		cr_assert(status == 400 || status == 404, "%d of %s", status, PATHS[i]);
	}
}

Test(pages, a_deposit_link_gets_its_own_page_whether_there_is_such_a_deposit_or_not)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	open_with_pages(&world);
	cr_assert(get(&world, "/d/dep_01m80khq6zfsr8yzb800t08eyp", NULL, &answer) == 200);
	cr_assert_str_eq(answer.body, "deposit");
	cr_assert(says(&answer, "Referrer-Policy: no-referrer"));
	cr_assert(get(&world, "/d/x", NULL, &answer) == 200);
	cr_assert_str_eq(answer.body, "deposit");
}

Test(pages, a_form_that_the_browser_takes_says_which_one_it_is)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	open_with_pages(&world);
	cr_assert(get(&world, "/", "Accept-Encoding: gzip, br\r\n", &answer) == 200);
	cr_assert_str_eq(answer.body, "shell-br");
	cr_assert(says(&answer, "Content-Encoding: br") && says(&answer, "ETag: \"e-br\""));
	cr_assert(get(&world, "/", "Accept-Encoding: br;q=0\r\nAccept-Encoding: gzip\r\n", &answer) == 200);
	cr_assert_str_eq(answer.body, "shell-gzip");
	cr_assert(says(&answer, "Content-Encoding: gzip") && says(&answer, "ETag: \"e-gzip\""));
	cr_assert(get(&world, "/", NULL, &answer) == 200);
	cr_assert(!strstr(answer.head, "Content-Encoding") && says(&answer, "ETag: \"e\""));
	cr_assert(says(&answer, "Vary: Accept-Encoding"), "a proxy must know without a coding, too");
	cr_assert(
		get(&world, "/assets/face-BBBBBBBB.woff2", "Accept-Encoding: gzip, br\r\n", &answer) == 200);
	cr_assert(!strstr(answer.head, "Content-Encoding"));
}

Test(pages, what_is_named_by_its_content_is_kept_for_ever_and_nothing_else)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	open_with_pages(&world);
	cr_assert(get(&world, "/assets/main-AAAAAAAA.js", NULL, &answer) == 200);
	cr_assert(says(&answer, "Content-Type: text/javascript; charset=utf-8"));
	cr_assert(says(&answer, "Cache-Control: public, max-age=31536000, immutable"));
	static const char *const OTHERS[] = {"/", "/d/x", "/favicon.svg", "/favicon.ico", "/vault"};
	for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
		cr_assert(get(&world, OTHERS[i], NULL, &answer) == 200);
		cr_assert(says(&answer, "Cache-Control: no-cache"), "%s", OTHERS[i]);
	}
	cr_assert(get(&world, "/favicon.ico", NULL, &answer) == 200);
	cr_assert(says(&answer, "Content-Type: image/svg+xml"));
}

Test(pages, who_has_the_very_form_is_told_so_without_it)
{
	static const char *const KEPT[] = {"If-None-Match: \"e\"\r\n", "If-None-Match: W/\"e\"\r\n",
		"If-None-Match: \"x\" ,\t\"e\"\r\n", "If-None-Match: *\r\n",
		"If-None-Match: \"x\"\r\nIf-None-Match: \"e\"\r\n",
		"Accept-Encoding: br\r\nIf-None-Match: \"e-br\"\r\n"};
	static const char *const NOT[] = {"If-None-Match: \"e-br\"\r\n", "If-None-Match: e\r\n",
		"If-None-Match: \"ee\"\r\n", "If-None-Match: w/\"e\"\r\n", "If-None-Match: \"\"\r\n",
		"If-None-Match: \"a\"\r\n", "Accept-Encoding: br\r\nIf-None-Match: \"e\"\r\n"};
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	open_with_pages(&world);
	for (size_t i = 0; i < sizeof NOT / sizeof NOT[0]; i++)
		cr_assert(get(&world, "/", NOT[i], &answer) == 200 && answer.body[0], "%s", NOT[i]);
	for (size_t i = 0; i < sizeof KEPT / sizeof KEPT[0]; i++) {
		cr_assert(get(&world, "/", KEPT[i], &answer) == 304, "%s", KEPT[i]);
		cr_assert(answer.body[0] == '\0' && says(&answer, "Vary: Accept-Encoding"));
		cr_assert(strstr(answer.head, "ETag: \"e") && says(&answer, "Cache-Control: no-cache"));
	}
}

Test(pages, head_tells_what_get_would_without_sending_it)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	open_with_pages(&world);
	cr_assert(api_call(&world, "HEAD", "/", NULL, NULL, &answer) == 200);
	cr_assert(strstr(answer.head, "\r\nContent-Length: 5") && answer.body[0] == '\0');
	cr_assert(api_call(&world, "HEAD", "/assets/none-AAAAAAAA.js", NULL, NULL, &answer) == 404);
}

Test(pages, only_reading_is_possible_there)
{
	static const char *const METHODS[] = {"POST", "PUT", "PATCH", "DELETE"};
	static const char *const PATHS[] = {"/", "/d/x", "/security", "/assets/main-AAAAAAAA.js"};
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	open_with_pages(&world);
	for (size_t m = 0; m < sizeof METHODS / sizeof METHODS[0]; m++)
		for (size_t p = 0; p < sizeof PATHS / sizeof PATHS[0]; p++) {
			cr_assert(api_call(&world, METHODS[m], PATHS[p], NULL, NULL, &answer) == 405);
			cr_assert(says(&answer, "Allow: GET, HEAD"), "%s %s", METHODS[m], PATHS[p]);
		}
}

Test(pages, every_page_stands_behind_its_fences)
{
	static const char *const PATHS[] = {"/", "/d/x", "/me", "/assets/main-AAAAAAAA.js", "/favicon.svg"};
	static const char *const FENCES[] = {"X-Content-Type-Options: nosniff",
		"Referrer-Policy: no-referrer", "Cross-Origin-Opener-Policy: same-origin",
		"Cross-Origin-Resource-Policy: same-origin", "Cross-Origin-Embedder-Policy: require-corp"};
	static const char *const POLICIES[] = {"default-src 'none';", "script-src 'self';",
		"style-src 'self';", "connect-src 'self';", "base-uri 'none';", "frame-ancestors 'none';",
		"require-trusted-types-for 'script';", "trusted-types 'none'\r\n"};
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	open_with_pages(&world);
	for (size_t p = 0; p < sizeof PATHS / sizeof PATHS[0]; p++) {
		cr_assert(get(&world, PATHS[p], NULL, &answer) == 200);
		for (size_t i = 0; i < sizeof FENCES / sizeof FENCES[0]; i++)
			cr_assert(says(&answer, FENCES[i]), "%s has no %s", PATHS[p], FENCES[i]);
		for (size_t i = 0; i < sizeof POLICIES / sizeof POLICIES[0]; i++)
			cr_assert(strstr(answer.head, POLICIES[i]) != NULL, "%s has no %s", PATHS[p],
				POLICIES[i]);
		cr_assert(!strstr(answer.head, "unsafe-") && !strstr(answer.head, "http:"));
		cr_assert(!strstr(answer.head, "Set-Cookie"));
	}
}

Test(pages, tls_is_insisted_on_only_where_it_is_in_front)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	open_with_pages(&world);
	cr_assert(get(&world, "/", NULL, &answer) == 200);
	cr_assert(!strstr(answer.head, "Strict-Transport-Security"));
	world.server.public_url = "http://muniment.example";
	cr_assert(get(&world, "/", NULL, &answer) == 200);
	cr_assert(!strstr(answer.head, "Strict-Transport-Security"));
	world.server.public_url = "https://muniment.example";
	cr_assert(get(&world, "/", NULL, &answer) == 200);
	cr_assert(says(&answer, "Strict-Transport-Security: max-age=31536000"));
}

Test(pages, a_sealed_server_shows_them_and_nothing_else)
{
	struct health health = {.sealed = true};
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	open_with_pages(&world);
	world.server.health = &health;
	cr_assert(get(&world, "/", NULL, &answer) == 200);
	cr_assert(get(&world, "/d/x", NULL, &answer) == 200);
	cr_assert(get(&world, "/assets/main-AAAAAAAA.js", NULL, &answer) == 200);
	cr_assert(get(&world, "/v1/keys", NULL, &answer) == 503);
}

Test(pages, a_server_without_pages_says_so_and_keeps_its_api)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	static const char *const PATHS[] = {"/", "/security/logins", "/d/x"};
	for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
		cr_assert(get(&world, PATHS[i], NULL, &answer) == 404, "%s", PATHS[i]);
		cr_assert(says(&answer, "Content-Type: text/plain; charset=utf-8"));
		cr_assert(says(&answer, "Cache-Control: no-store"));
		cr_assert(strstr(answer.body, "without its pages") && strstr(answer.body, "/openapi.json"));
	}
	cr_assert(
		get(&world, "/favicon.ico", NULL, &answer) == 404 && api_is_code(&answer, 404, "not_found"));
	cr_assert(get(&world, "/assets/main-AAAAAAAA.js", NULL, &answer) == 404);
	cr_assert(api_call(&world, "GET", "/v1/tenant", world.tenant.token, NULL, &answer) == 200);
}

Test(pages, reading_a_page_leaves_nothing_in_the_log)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	open_with_pages(&world);
	size_t before = api_count_events(&world, world.tenant.id, ACTION_LOG_VIEWED);
	cr_assert(get(&world, "/", NULL, &answer) == 200 && get(&world, "/d/x", NULL, &answer) == 200);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_LOG_VIEWED) == before);
}
