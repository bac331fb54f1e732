/* SPDX-License-Identifier: Apache-2.0 */
/* What the server says of itself to anybody: /openapi.json and /.well-known/security.txt. */
#include "server/api/routes.h"
#include "tests/support/api_world.h"

#include <criterion/criterion.h>

static int get(struct api_world *world, const char *path, struct api_answer *answer)
{
	return api_call(world, "GET", path, NULL, NULL, answer);
}

Test(openapi, is_served_to_anybody_as_json)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(get(&world, "/openapi.json", &answer) == 200);
	cr_assert(strstr(answer.head, "Content-Type: application/json\r\n") != NULL);
	cr_assert(api_has(&answer, "openapi", "3.1.0"));
}

Test(openapi, describes_every_route_and_no_other)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	size_t described = 0;
	const char *path, *method;
	json_t *item, *operation;
	api_world_open(&world);
	cr_assert(get(&world, "/openapi.json", &answer) == 200);
	json_t *paths = json_object_get(answer.json, "paths");
	json_object_foreach(paths, path, item)
	{
		json_object_foreach(item, method, operation) described += strcmp(method, "parameters") != 0;
	}
	for (size_t i = 0; i < routes_count(); i++) {
		const struct route *route = routes_at(i);
		char verb[8] = "";
		for (size_t c = 0; http_method_name(route->method)[c] && c < sizeof verb - 1; c++)
			verb[c] = (char)(http_method_name(route->method)[c] | 0x20);
		cr_assert(json_object_get(json_object_get(paths, route->pattern), verb) != NULL, "%s %s",
			verb, route->pattern);
	}
	cr_assert(described == routes_count(), "%zu of %zu", described, routes_count());
}

Test(openapi, security_txt_names_the_contact_and_ends_within_a_year)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	world.server.security_contact = "mailto:security@harbour.example";
	cr_assert(get(&world, "/.well-known/security.txt", &answer) == 200);
	cr_assert(strstr(answer.head, "Content-Type: text/plain; charset=utf-8\r\n") != NULL);
	cr_assert(strncmp(answer.body, "Contact: mailto:security@harbour.example\nExpires: ", 50) == 0, "%s",
		answer.body);
	cr_assert(strlen(answer.body) == 50 + 25, "%s", answer.body);
}

Test(openapi, there_is_no_security_txt_without_a_contact)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(get(&world, "/.well-known/security.txt", &answer) == 404);
	cr_assert(api_is_code(&answer, 404, "not_found"));
	world.server.security_contact = "";
	cr_assert(get(&world, "/.well-known/security.txt", &answer) == 404);
}
