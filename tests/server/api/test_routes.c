/* SPDX-License-Identifier: Apache-2.0 */
/* test_routes - which row a method and a path fall to, and which paths are nobody's. */
#include "server/api/routes.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { PATH_MAX_BYTES = 256 };

struct found {
	const struct route *route;
	struct span parts[CALL_PARTS_MAX];
	const char *allowed;
};

static struct err find(enum http_method method, const char *path, struct found *found)
{
	*found = (struct found){.allowed = ""};
	return routes_find(method, span_text(path), &found->route, found->parts, &found->allowed);
}

/* A path of the pattern: p0, p1 and so on in its braces. */
static size_t fill(const char *pattern, char path[static PATH_MAX_BYTES])
{
	size_t len = 0, count = 0;
	for (; *pattern; pattern++) {
		cr_assert(len + 8 < PATH_MAX_BYTES);
		if (*pattern != '{') {
			path[len++] = *pattern;
			continue;
		}
		len += (size_t)snprintf(path + len, PATH_MAX_BYTES - len, "p%zu", count++);
		pattern = strchr(pattern, '}');
		cr_assert(pattern != NULL);
	}
	path[len] = '\0';
	return count;
}

Test(routes, every_row_is_found_by_its_method_and_a_path_of_its_pattern)
{
	for (size_t i = 0; i < routes_count(); i++) {
		const struct route *row = routes_at(i);
		char path[PATH_MAX_BYTES], part[32];
		struct found found;
		size_t count = fill(row->pattern, path);
		cr_assert(!err_failed(find(row->method, path, &found)), "%s", path);
		cr_assert(found.route == row, "%s falls to %s", path, found.route->pattern);
		for (size_t p = 0; p < count; p++) {
			snprintf(part, sizeof part, "p%zu", p);
			cr_assert(span_is(found.parts[p], part), "part %zu of %s", p, path);
		}
	}
}

Test(routes, no_path_of_a_row_is_found_with_a_slash_more)
{
	for (size_t i = 0; i < routes_count(); i++) {
		const struct route *row = routes_at(i);
		char path[PATH_MAX_BYTES], longer[PATH_MAX_BYTES + 8];
		struct found found;
		fill(row->pattern, path);
		if (strstr(row->pattern, "{rest}"))
			continue;
		snprintf(longer, sizeof longer, "%s/", path);
		cr_assert(find(row->method, longer, &found).kind == ERR_NOT_FOUND, "%s", longer);
		snprintf(longer, sizeof longer, "/%s", path);
		cr_assert(find(row->method, longer, &found).kind == ERR_NOT_FOUND, "%s", longer);
	}
}

Test(routes, what_is_no_path_of_ours_is_not_found)
{
	static const char *const PATHS[] = {"", "//", "/d", "/d/", "/assets", "/assets/", "/vault/",
		"/vaults", "/v1", "/v1/", "/v2/people", "/V1/people", "/v1/peoples", "/v1/peopl",
		"/v1/people/", "v1/people", "/v1/people//factors", "/v1/events:", "/v1/events:batch/x",
		"/livez/x", "/openapi", "/.well-known/", "/v1/log/tile", "/v1/log/tile/"};
	for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++)
		for (unsigned method = HTTP_GET; method <= HTTP_OTHER; method++) {
			struct found found;
			cr_assert(find((enum http_method)method, PATHS[i], &found).kind == ERR_NOT_FOUND,
				"%s", PATHS[i]);
		}
}

Test(routes, the_pages_paths_are_found_behind_those_of_the_api_and_take_no_token)
{
	static const char *const PATHS[] = {
		"/", "/d/x", "/assets/x", "/favicon.ico", "/vault", "/vault/a", "/me/a/b"};
	for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
		struct found found;
		cr_assert(!err_failed(find(HTTP_GET, PATHS[i], &found)), "%s", PATHS[i]);
		cr_assert(found.route->needs == (ROUTE_PUBLIC | ROUTE_RAW | ROUTE_KEYLESS), "%s", PATHS[i]);
		cr_assert(found.route->action == ACTION_NONE && found.route->body_max == 0);
		cr_assert(find(HTTP_POST, PATHS[i], &found).kind == ERR_METHOD, "%s", PATHS[i]);
		cr_assert_str_eq(found.allowed, "GET, HEAD");
	}
}

Test(routes, another_method_is_told_which_ones_there_are)
{
	struct found found;
	cr_assert(find(HTTP_DELETE, "/v1/people", &found).kind == ERR_METHOD);
	cr_assert_str_eq(found.allowed, "GET, HEAD, POST");
	cr_assert(find(HTTP_POST, "/v1/people/p", &found).kind == ERR_METHOD);
	cr_assert_str_eq(found.allowed, "GET, HEAD, PATCH, DELETE");
	cr_assert(find(HTTP_GET, "/v1/events:batch", &found).kind == ERR_METHOD);
	cr_assert_str_eq(found.allowed, "POST");
	cr_assert(find(HTTP_GET, "/v1/roles/r", &found).kind == ERR_METHOD);
	cr_assert_str_eq(found.allowed, "PUT");
	cr_assert(find(HTTP_POST, "/livez", &found).kind == ERR_METHOD);
	cr_assert_str_eq(found.allowed, "GET, HEAD");
	cr_assert(find(HTTP_GET, "/v1/clients/c/freeze", &found).kind == ERR_METHOD);
	cr_assert_str_eq(found.allowed, "POST, DELETE");
}

Test(routes, a_method_that_nobody_knows_has_no_row)
{
	for (size_t i = 0; i < routes_count(); i++) {
		char path[PATH_MAX_BYTES];
		struct found found;
		fill(routes_at(i)->pattern, path);
		cr_assert(find(HTTP_OTHER, path, &found).kind == ERR_METHOD, "%s", path);
		cr_assert(found.allowed[0] != '\0');
	}
}

Test(routes, what_is_left_of_a_tiles_path_is_one_part)
{
	struct found found;
	cr_assert(!err_failed(find(HTTP_GET, "/v1/log/tile/0/x001/067.p/5", &found)));
	cr_assert(span_is(found.parts[0], "0/x001/067.p/5"));
	cr_assert(!err_failed(find(HTTP_GET, "/v1/log/tile/a/", &found)));
	cr_assert(span_is(found.parts[0], "a/"));
}

Test(routes, a_colon_in_a_path_is_a_path_of_its_own)
{
	struct found found;
	cr_assert(!err_failed(find(HTTP_POST, "/v1/events:search", &found)));
	cr_assert_str_eq(found.route->pattern, "/v1/events:search");
	cr_assert(!err_failed(find(HTTP_GET, "/v1/events/:search", &found)));
	cr_assert_str_eq(found.route->pattern, "/v1/events/{event}");
}

Test(routes, two_rows_never_claim_one_request)
{
	for (size_t i = 0; i < routes_count(); i++)
		for (size_t j = 0; j < i; j++)
			cr_assert(routes_at(i)->method != routes_at(j)->method ||
					strcmp(routes_at(i)->pattern, routes_at(j)->pattern) != 0,
				"%s", routes_at(i)->pattern);
}

/* Behind a door of another server stands a path of that server's, which takes a token or a signature as well. */
static bool is_guarded(const char *pattern)
{
	return strncmp(pattern, "/v1/", 4) == 0 || strncmp(pattern, "/validate/", 10) == 0 ||
		(strncmp(pattern, "/auth/v2/", 9) == 0 && strcmp(pattern, "/auth/v2/ping") != 0);
}

/* A client who was sent a link has no token: link and words are what lets in. Nor has who signs in to the pages. */
static bool is_link(const struct route *row)
{
	return strncmp(row->pattern, "/v1/sign-ins", 12) == 0 ||
		strcmp(row->pattern, "/v1/deposits/{deposit}/form") == 0 ||
		(row->method == HTTP_POST && strcmp(row->pattern, "/v1/deposits/{deposit}") == 0);
}

Test(routes, a_public_row_needs_nothing_and_every_other_a_token_that_may)
{
	for (size_t i = 0; i < routes_count(); i++) {
		const struct route *row = routes_at(i);
		bool public = row->needs & ROUTE_PUBLIC;
		cr_assert(!public || (!row->scopes && !row->capabilities));
		cr_assert(!public || row->method == HTTP_GET || is_link(row));
		cr_assert(public == (is_link(row) || !is_guarded(row->pattern)), "%s", row->pattern);
		/* What only reads takes no body; what writes through a body has a limit. */
		cr_assert((row->body_max > 0) ==
				(row->method == HTTP_POST || row->method == HTTP_PUT ||
					row->method == HTTP_PATCH),
			"%s", row->pattern);
		cr_assert(row->body_max <= HTTP_BODY_MAX);
	}
}

Test(routes, a_row_that_writes_names_the_action_that_it_logs)
{
	for (size_t i = 0; i < routes_count(); i++) {
		const struct route *row = routes_at(i);
		bool reports = row->needs & ROUTE_REPORT, asks = row->needs & ROUTE_ASKS;
		bool writes = row->method != HTTP_GET && !asks;
		cr_assert(!asks || (row->method == HTTP_POST && !row->handler->write), "%s", row->pattern);
		cr_assert(!asks || row->action == ACTION_NONE, "%s", row->pattern);
		cr_assert(!writes || (row->action != ACTION_NONE) == !reports, "%s", row->pattern);
	}
}

Test(routes, a_row_that_reads_is_an_event_when_it_shows_the_log_and_else_none)
{
	for (size_t i = 0; i < routes_count(); i++) {
		const struct route *row = routes_at(i);
		bool hashes = strstr(row->pattern, "/proof") != NULL;
		bool reports = strstr(row->pattern, "/reports/") != NULL;
		bool screen = strcmp(row->pattern, "/v1/protection") == 0 ||
			strcmp(row->pattern, "/v1/alerts") == 0;
		bool events = strncmp(row->pattern, "/v1/events", 10) == 0 && !hashes;
		bool shows_log = events || screen || reports;
		if (row->method == HTTP_GET)
			cr_assert(row->action == (shows_log ? ACTION_LOG_VIEWED : ACTION_NONE), "%s",
				row->pattern);
	}
}

Test(routes, methods_have_their_names)
{
	cr_assert_str_eq(http_method_name(HTTP_GET), "GET");
	cr_assert_str_eq(http_method_name(HTTP_POST), "POST");
	cr_assert_str_eq(http_method_name(HTTP_PUT), "PUT");
	cr_assert_str_eq(http_method_name(HTTP_PATCH), "PATCH");
	cr_assert_str_eq(http_method_name(HTTP_DELETE), "DELETE");
	cr_assert_str_eq(http_method_name(HTTP_OTHER), "");
}
