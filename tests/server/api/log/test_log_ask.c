/* SPDX-License-Identifier: Apache-2.0 */
/* The filters of the log as they are asked for, by a query and by a body. */
#include "server/api/log/log_ask.h"

#include "tests/server/log_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { QUERY_MAX = 2048 };

Test(log_ask, refuses_what_is_no_filter_and_names_the_place)
{
	static const struct {
		const char *query, *pointer, *code;
	} CASES[] = {{"colour=red", "/colour", "unknown_field"}, {"class=colour", "/class", "not_allowed"},
		{"action=record.painted", "/action", "unknown_action"},
		{"outcome=maybe", "/outcome", "not_allowed"}, {"from=yesterday", "/from", "malformed"},
		{"to=2026-01-01", "/to", "malformed"},
		{"from=2026-01-01T00:00:00Z&from=2026-01-02T00:00:00Z", "/from", "too_many"},
		{"order=sideways", "/order", "not_allowed"}, {"actor=", "/actor", "malformed"},
		{"ip=203.0.113.0/24", "/ip", "malformed"}, {"not_ip=here", "/not_ip", "malformed"}};
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	uint64_t size = log_world_size(&world);
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		char path[256];
		snprintf(path, sizeof path, "/v1/events?%s", CASES[i].query);
		cr_assert(api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &answer) == 422,
			"%s", path);
		cr_assert(api_has_problem(&answer, CASES[i].pointer, CASES[i].code), "%s", path);
	}
	cr_assert(api_call(&world.api, "GET", "/v1/events?limit=0", world.api.tenant.token, NULL, &answer) ==
			422,
		"no rows");
	cr_assert(api_has_problem(&answer, "/limit", "not_allowed"), "%s", answer.body);
	cr_assert(api_call(&world.api, "GET", "/v1/events?limit=501", world.api.tenant.token, NULL,
			  &answer) == 422,
		"many");
	cr_assert(log_world_size(&world) == size, "a malformed request writes nothing");
}

Test(log_ask, searches_by_a_body_as_by_a_query)
{
	scoped(log_world) world = {0};
	scoped(api_answer) first = {0}, second = {0};
	struct dice dice = {21};
	log_world_open(&world);
	log_world_fill(&world, &dice, 40);
	api_call(&world.api, "GET", "/v1/events?class=record&class=login&client=rosa&limit=4",
		world.api.tenant.token, NULL, &first);
	api_call(&world.api, "POST", "/v1/events:search", world.api.tenant.token,
		"{\"class\":[\"login\",\"record\"],\"client\":\"rosa\",\"limit\":4}", &second);
	cr_assert(
		second.status == 200 && json_equal(api_member(&first, "items"), api_member(&second, "items")),
		"the same");
	char body[QUERY_MAX];
	snprintf(body, sizeof body,
		"{\"class\":[\"login\",\"record\"],\"client\":\"rosa\",\"limit\":4,\"cursor\":\"%s\"}",
		api_text(&second, "next"));
	cr_assert(api_call(&world.api, "POST", "/v1/events:search", world.api.tenant.token, body, &second) ==
			200,
		"next page");
	cr_assert(
		!json_equal(api_member(&first, "items"), api_member(&second, "items")), "it is another one");
	snprintf(body, sizeof body, "{\"class\":\"login\",\"cursor\":\"%s\"}", api_text(&first, "next"));
	api_call(&world.api, "POST", "/v1/events:search", world.api.tenant.token, body, &second);
	cr_assert(api_is_code(&second, 400, "cursor_invalid"), "a cursor of the other list");
}

/* How many events a query finds; all of them by the server itself, or none. */
static size_t count_found(struct log_world *world, const char *query, bool by_system)
{
	char path[256];
	json_t *event;
	size_t i;
	scoped(api_answer) answer = {0};
	snprintf(path, sizeof path, "/v1/events?limit=500&%s", query);
	cr_assert(api_call(&world->api, "GET", path, world->api.tenant.token, NULL, &answer) == 200, "%s",
		answer.body);
	const json_t *items = api_member(&answer, "items");
	json_array_foreach(items, i, event) cr_assert(
		json_is_true(json_object_get(json_object_get(event, "actor"), "system")) == by_system);
	return json_array_size(items);
}

Test(log_ask, what_the_server_did_is_found_and_left_out)
{
	static const char SYSTEM[] = "{\"action\":\"record.restored\",\"actor\":\"system\",\"object\":"
				     "{\"type\":\"card\",\"id\":\"7\"}}";
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct dice dice = {21};
	log_world_open(&world);
	log_world_fill(&world, &dice, 40);
	size_t before = count_found(&world, "actor=system&action=record.restored", true);
	for (int i = 0; i < 3; i++)
		cr_assert(api_call(&world.api, "POST", "/v1/events", world.api.tenant.token, SYSTEM,
				  &answer) == 201);
	cr_assert(count_found(&world, "actor=system&action=record.restored", true) == before + 3);
	cr_assert(count_found(&world, "not_actor=system", false) > 0);
	api_call(&world.api, "GET", "/v1/events?actor=system&actor=anna", world.api.tenant.token, NULL,
		&answer);
	cr_assert(api_has_problem(&answer, "/actor", "not_allowed"), "%s", answer.body);
	api_call(&world.api, "GET", "/v1/events:facets?actor=system", world.api.tenant.token, NULL, &answer);
	cr_assert(api_has_problem(&answer, "/actor", "not_allowed"), "%s", answer.body);
}

Test(log_ask, takes_a_flag_as_a_text_and_as_what_it_is)
{
	static const char *const BODIES[] = {
		"{\"critical\":\"true\"}", "{\"critical\":[\"true\"]}", "{\"not_critical\":false}"};
	scoped(log_world) world = {0};
	scoped(api_answer) first = {0}, second = {0};
	struct dice dice = {21};
	log_world_open(&world);
	log_world_fill(&world, &dice, 40);
	api_call(&world.api, "POST", "/v1/events:search", world.api.tenant.token, "{\"critical\":true}",
		&first);
	cr_assert(first.status == 200 && json_array_size(api_member(&first, "items")) > 0);
	for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
		api_call(&world.api, "POST", "/v1/events:search", world.api.tenant.token, BODIES[i], &second);
		cr_assert(second.status == 200, "%s", BODIES[i]);
		cr_assert(json_equal(api_member(&first, "items"), api_member(&second, "items")), "%s",
			BODIES[i]);
	}
}

Test(log_ask, refuses_a_body_with_what_is_no_filter)
{
	static const struct {
		const char *body, *pointer, *code;
	} CASES[] = {{"{\"colour\":\"red\"}", "/colour", "unknown_field"},
		{"{\"class\":\"red\"}", "/class", "not_allowed"},
		{"{\"class\":[\"log\",\"red\"]}", "/class", "not_allowed"},
		{"{\"ip\":\"203.0.113\"}", "/ip", "malformed"}, {"{\"text\":true}", "/text", "wrong_type"},
		{"{\"critical\":7}", "/critical", "wrong_type"}, {"{\"from\":7}", "/from", "wrong_type"},
		{"{\"action\":[7]}", "/action/0", "wrong_type"}, {"{\"limit\":0}", "/limit", "not_allowed"}};
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		api_call(&world.api, "POST", "/v1/events:search", world.api.tenant.token, CASES[i].body,
			&answer);
		cr_assert(answer.status == 422 && api_has_problem(&answer, CASES[i].pointer, CASES[i].code),
			"%s", CASES[i].body);
	}
	api_call(&world.api, "POST", "/v1/events:search?class=log", world.api.tenant.token, "{}", &answer);
	cr_assert(answer.status == 422 && api_has_problem(&answer, "/class", "unknown_field"),
		"filters stand in the body");
	api_call(&world.api, "POST", "/v1/events:search", world.api.tenant.token, "[]", &answer);
	cr_assert(answer.status == 422, "a body is an object");
}

Test(log_ask, a_repeated_search_is_told_that_its_items_are_not_kept)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	const struct api_request ask = {.method = "POST",
		.path = "/v1/events:search",
		.token = world.api.tenant.token,
		.body = "{\"class\":\"staff\"}",
		.key = "again-1"};
	cr_assert(api_ask(&world.api, &ask, &answer) == 200 && api_member(&answer, "items/0/id"),
		"the first time");
	cr_assert(
		api_ask(&world.api, &ask, &answer) == 200 && strstr(answer.head, "Idempotent-Replayed: true"),
		"again");
	cr_assert(!api_member(&answer, "items") && api_has(&answer, "withheld/0", "/items"),
		"without what was shown");
}

Test(log_ask, refuses_what_no_filter_takes)
{
	static const struct {
		const char *body, *pointer, *code;
	} CASES[] = {{"{\"text\":\"%% -\"}", "/text", "malformed"},
		{"{\"text\":\"a b c d e f g h i j k l m n o p q\"}", "/text", "too_many"},
		{"{\"severity\":\"grave\"}", "/severity", "not_allowed"},
		{"{\"critical\":\"perhaps\"}", "/critical", "not_allowed"},
		{"{\"not_severity\":\"grave\"}", "/not_severity", "not_allowed"},
		{"{\"not_text\":\"%% -\"}", "/not_text", "malformed"},
		{"{\"not_from\":\"2026-01-01T00:00:00Z\"}", "/not_from", "unknown_field"},
		{"{\"not_ip\":7}", "/not_ip", "wrong_type"}, {"{\"ip\":7}", "/ip", "wrong_type"},
		{"{\"object\":{}}", "/object", "wrong_type"}};
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		api_call(&world.api, "POST", "/v1/events:search", world.api.tenant.token, CASES[i].body,
			&answer);
		cr_assert(answer.status == 422 && api_has_problem(&answer, CASES[i].pointer, CASES[i].code),
			"%s: %s", CASES[i].body, answer.body);
	}
}
