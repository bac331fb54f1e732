/* SPDX-License-Identifier: Apache-2.0 */
/* routes - match a path against the rows, one segment at a time: those of the API, then those of the pages. */
#include "server/api/routes.h"

enum { BODY = 64 * 1024, BATCH = 4 * 1024 * 1024, FILE_BODY = 8 * 1024 * 1024 };

#define ROUTE(method, pattern, symbol, scopes, capabilities, needs, body, secrets, logs) \
	extern const struct handler symbol;
#include "server/api/routes.def"
#undef ROUTE
#define PAGE(pattern, symbol) extern const struct handler symbol;
#define AREA(segment)
#include "server/api/pages.def"
#undef PAGE
#undef AREA

#define S(name) SCOPE_BIT(name)
#define C(name) CAPABILITY_BIT(name)
static const struct route ROUTES[] = {
#define ROUTE(method, pattern, symbol, scopes, capabilities, needs, body, secrets, logs) \
	{HTTP_##method, pattern, &symbol, scopes, capabilities, needs, body, secrets, ACTION_##logs},
#include "server/api/routes.def"
#undef ROUTE
};
#undef S
#undef C

#define PAGE(pattern, symbol) \
	{HTTP_GET, pattern, &symbol, 0, 0, ROUTE_PUBLIC | ROUTE_RAW | ROUTE_KEYLESS, 0, "", ACTION_NONE},
#define AREA(segment) PAGE("/" segment, api_pages_shell) PAGE("/" segment "/{rest}", api_pages_shell)
static const struct route PAGES[] = {
#include "server/api/pages.def"
};
#undef PAGE
#undef AREA

enum { ROUTE_COUNT = sizeof ROUTES / sizeof ROUTES[0], PAGE_COUNT = sizeof PAGES / sizeof PAGES[0] };

size_t routes_count(void)
{
	return ROUTE_COUNT;
}

const struct route *routes_at(size_t at)
{
	return &ROUTES[at];
}

/* A part stands between braces and takes one segment, which is not empty; {rest} takes all that is left, slashes too: the
 * tiles of a log. */
static bool matches(const char *pattern, struct span path, struct span parts[static CALL_PARTS_MAX])
{
	size_t at = 0, count = 0;
	while (*pattern) {
		if (*pattern != '{') {
			if (at == path.len || path.at[at++] != (uint8_t)*pattern++)
				return false;
			continue;
		}
		size_t from = at;
		while (at < path.len && path.at[at] != '/')
			at++;
		if (at == from || count == CALL_PARTS_MAX)
			return false;
		const char *behind = strchr(pattern, '}') + 1;
		if (span_is(span_of(pattern, (size_t)(behind - pattern)), "{rest}"))
			at = path.len;
		parts[count++] = span_of(path.at + from, at - from);
		pattern = behind;
	}
	return at == path.len;
}

/* The methods of a path, as the header Allow lists them; one text for each set that can occur. */
static const char *allowed_text(unsigned methods)
{
	static const char *const SETS[] = {"", "GET, HEAD", "POST", "GET, HEAD, POST", "PUT",
		"GET, HEAD, PUT", "POST, PUT", "GET, HEAD, POST, PUT", "PATCH", "GET, HEAD, PATCH",
		"POST, PATCH", "GET, HEAD, POST, PATCH", "PUT, PATCH", "GET, HEAD, PUT, PATCH",
		"POST, PUT, PATCH", "GET, HEAD, POST, PUT, PATCH", "DELETE", "GET, HEAD, DELETE",
		"POST, DELETE", "GET, HEAD, POST, DELETE", "PUT, DELETE", "GET, HEAD, PUT, DELETE",
		"POST, PUT, DELETE", "GET, HEAD, POST, PUT, DELETE", "PATCH, DELETE",
		"GET, HEAD, PATCH, DELETE", "POST, PATCH, DELETE", "GET, HEAD, POST, PATCH, DELETE",
		"PUT, PATCH, DELETE", "GET, HEAD, PUT, PATCH, DELETE", "POST, PUT, PATCH, DELETE",
		"GET, HEAD, POST, PUT, PATCH, DELETE"};
	return SETS[methods & 31];
}

/* The methods of every row that the path matches, as bits. */
static unsigned methods_of(const struct route *rows, size_t count, struct span path)
{
	struct span parts[CALL_PARTS_MAX];
	unsigned methods = 0;
	for (size_t i = 0; i < count; i++)
		if (matches(rows[i].pattern, path, parts))
			methods |= 1u << rows[i].method;
	return methods;
}

static const struct route *find_in(const struct route *rows, size_t count, enum http_method method,
	struct span path, struct span parts[static CALL_PARTS_MAX])
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].method == method && matches(rows[i].pattern, path, parts))
			return &rows[i];
	return NULL;
}

fallible routes_find(enum http_method method, struct span path, const struct route **route,
	struct span parts[static CALL_PARTS_MAX], const char **allowed)
{
	const struct route *found = find_in(ROUTES, ROUTE_COUNT, method, path, parts);
	if (!found)
		found = find_in(PAGES, PAGE_COUNT, method, path, parts);
	if (found) {
		*route = found;
		return OK;
	}
	unsigned methods = methods_of(ROUTES, ROUTE_COUNT, path) | methods_of(PAGES, PAGE_COUNT, path);
	*allowed = allowed_text(methods);
	return methods ? FAIL(METHOD, "the path takes other methods")
		       : FAIL(NOT_FOUND, "there is no such path");
}
