/* SPDX-License-Identifier: Apache-2.0 */
/* Applications: nobody gives a scope that he lacks, and a revoked token is dead at once. */
#include "tests/support/api_world.h"

#include <criterion/criterion.h>

static const char BOOKING[] = "{\"name\":\"Booking\",\"scopes\":[\"events:write\",\"people:read\"]}";

static int add(struct api_world *world, const char *token, const char *body, struct api_answer *answer)
{
	return api_call(world, "POST", "/v1/applications", token, body, answer);
}

Test(applications, a_new_one_has_a_token_that_is_shown_once)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0}, shown = {0};
	char path[64];
	api_world_open(&world);
	cr_assert(add(&world, world.tenant.token, BOOKING, &answer) == 201, "%s", answer.body);
	cr_assert(
		api_has(&answer, "scopes/0", "people:read") && api_has(&answer, "scopes/1", "events:write"));
	cr_assert(api_has(&answer, "expires_at", "2027-02-19T12:00:00.000Z"), "ninety days");
	cr_assert(api_call(&world, "GET", "/v1/people", api_text(&answer, "token"), NULL, &shown) == 200);
	snprintf(path, sizeof path, "/v1/applications/%s", api_text(&answer, "id"));
	cr_assert(api_call(&world, "GET", path, world.tenant.token, NULL, &shown) == 200);
	cr_assert(api_has(&shown, "name", "Booking") && api_has(&shown, "state", "active"));
	cr_assert(api_member(&shown, "token") == NULL);
}

Test(applications, registering_is_an_event_that_names_the_scopes)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(arena) arena = ARENA(1024 * 1024);
	struct event_read event;
	api_world_open(&world);
	cr_assert(add(&world, world.tenant.token, BOOKING, &answer) == 201);
	api_find_event(&world, world.tenant.id, ACTION_APPLICATION_REGISTERED, &arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_DETAIL], "{\"scopes\":[\"people:read\",\"events:write\"]}"));
	cr_assert(span_is(event.texts[LEAF_TEXT_LABEL], "Booking"));
}

Test(applications, nobody_gives_a_scope_that_he_lacks)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application admin;
	api_world_open(&world);
	api_world_application(&world, &world.tenant, SCOPE_BIT(ADMIN), &admin);
	add(&world, admin.token, "{\"name\":\"x\",\"scopes\":[\"people:write\",\"verify\"]}", &answer);
	cr_assert(api_is_code(&answer, 403, "scope_exceeds"));
	cr_assert(add(&world, admin.token, "{\"name\":\"x\",\"scopes\":[\"people:write\",\"policy:read\"]}",
			  &answer) == 201,
		"admin implies these");
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_ACCESS_DENIED) == 1);
}

Test(applications, a_person_gives_only_scopes_that_reach_no_further_than_himself)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person clerk, owner;
	api_world_open(&world);
	cr_assert(api_call(&world, "PUT", "/v1/roles/clerk", world.tenant.token,
			  "{\"capabilities\":[\"applications.write\",\"people.read\",\"clients.read\"]}",
			  &answer) == 201);
	api_world_person(&world, &world.tenant, "clerk", NULL, &clerk);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	add(&world, clerk.token, "{\"name\":\"x\",\"scopes\":[\"vault:reveal\"]}", &answer);
	cr_assert(api_is_code(&answer, 403, "scope_exceeds"));
	cr_assert(add(&world, clerk.token, "{\"name\":\"x\",\"scopes\":[\"people:read\"]}", &answer) == 201);
	cr_assert(add(&world, owner.token, "{\"name\":\"x\",\"scopes\":[\"vault:reveal\"]}", &answer) == 201);
}

Test(applications, an_asserted_person_gives_no_careful_scope)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	struct api_request request = {.method = "POST",
		.path = "/v1/applications",
		.token = world.tenant.token,
		.actor = owner.text,
		.body = "{\"name\":\"x\",\"scopes\":[\"vault:use\"]}"};
	api_ask(&world, &request, &answer);
	cr_assert(api_is_code(&answer, 403, "person_unproven"));
	request.body = BOOKING;
	cr_assert(api_ask(&world, &request, &answer) == 201, "plain scopes need no proof");
}

Test(applications, need_admin_and_the_capability)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person manager;
	struct api_application narrow;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "manager", NULL, &manager);
	api_world_application(&world, &world.tenant, SCOPE_BIT(PEOPLE_WRITE), &narrow);
	add(&world, narrow.token, BOOKING, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"));
	add(&world, manager.token, BOOKING, &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"));
	cr_assert(api_call(&world, "GET", "/v1/applications", narrow.token, NULL, &answer) == 403);
}

Test(applications, every_faulty_field_is_named)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	add(&world, world.tenant.token,
		"{\"scopes\":[\"root\"],\"expires_at\":\"2026-11-21T11:59:59Z\",\"x\":1}", &answer);
	cr_assert(answer.status == 422 && api_has_problem(&answer, "/name", "missing"));
	cr_assert(api_has_problem(&answer, "/scopes", "not_allowed"));
	cr_assert(api_has_problem(&answer, "/expires_at", "not_allowed"));
	cr_assert(api_has_problem(&answer, "/x", "unknown_field"));
	add(&world, world.tenant.token,
		"{\"name\":\"x\",\"scopes\":[],\"expires_at\":\"2027-12-26T12:00:01Z\"}", &answer);
	cr_assert(answer.status == 422 && api_has_problem(&answer, "/expires_at", "not_allowed"),
		"over 400 days");
}

Test(applications, a_revoked_one_is_a_stranger)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application booking;
	char path[64];
	api_world_open(&world);
	api_world_application(&world, &world.tenant, SCOPE_BIT(PEOPLE_READ), &booking);
	snprintf(path, sizeof path, "/v1/applications/%s", booking.text);
	cr_assert(api_call(&world, "GET", "/v1/people", booking.token, NULL, &answer) == 200);
	cr_assert(api_call(&world, "DELETE", path, world.tenant.token, NULL, &answer) == 200);
	cr_assert(api_has(&answer, "state", "revoked"));
	cr_assert(api_call(&world, "GET", "/v1/people", booking.token, NULL, &answer) == 401);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_APPLICATION_REVOKED) == 1);
	cr_assert(api_call(&world, "DELETE", path, world.tenant.token, NULL, &answer) == 404);
	cr_assert(api_call(&world, "GET", path, world.tenant.token, NULL, &answer) == 200);
}

Test(applications, revoking_takes_the_token_itself_away_too)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(reading) reading = {0};
	struct api_application booking;
	struct token token;
	char path[64];
	uint8_t hash[HASH_BLAKE];
	api_world_open(&world);
	api_world_application(&world, &world.tenant, SCOPE_BIT(PEOPLE_READ), &booking);
	const struct span text = span_text(booking.token);
	keeper_hash(world.server.keeper, KEEPER_TOKEN, &text, 1, hash);
	snprintf(path, sizeof path, "/v1/applications/%s", booking.text);
	cr_assert(api_call(&world, "DELETE", path, world.tenant.token, NULL, &answer) == 200);
	cr_assert(!err_failed(reading_open(&world.server.volume, &reading)));
	struct view view = view_reading(&reading);
	cr_assert(!err_failed(token_get(&view, hash, &token)));
	cr_assert(token.revoked);
}

Test(applications, of_another_tenant_are_not_there)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	struct api_application booking;
	char path[64];
	api_world_open(&world);
	api_world_tenant(&world, &other);
	api_world_application(&world, &world.tenant, SCOPE_BIT(PEOPLE_READ), &booking);
	snprintf(path, sizeof path, "/v1/applications/%s", booking.text);
	cr_assert(api_call(&world, "GET", path, other.token, NULL, &answer) == 404);
	cr_assert(api_call(&world, "DELETE", path, other.token, NULL, &answer) == 404);
	cr_assert(
		api_call(&world, "GET", "/v1/applications/per_x", world.tenant.token, NULL, &answer) == 404);
	cr_assert(api_call(&world, "GET", "/v1/people", booking.token, NULL, &answer) == 200,
		"it is still alive");
}

Test(applications, a_list_goes_page_by_page)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application booking;
	char path[512];
	api_world_open(&world);
	api_world_application(&world, &world.tenant, SCOPE_BIT(PEOPLE_READ), &booking);
	cr_assert(api_call(&world, "GET", "/v1/applications?limit=1", world.tenant.token, NULL, &answer) ==
		200);
	cr_assert(json_array_size(api_member(&answer, "items")) == 1);
	snprintf(path, sizeof path, "/v1/applications?limit=1&cursor=%s", api_text(&answer, "next"));
	cr_assert(api_call(&world, "GET", path, world.tenant.token, NULL, &answer) == 200);
	cr_assert(json_array_size(api_member(&answer, "items")) == 1 &&
		json_is_null(api_member(&answer, "next")));
}

Test(applications, a_replayed_answer_withholds_the_token)
{
	scoped(api_world) world = {0};
	scoped(api_answer) first = {0}, second = {0};
	struct api_request request = {
		.method = "POST", .path = "/v1/applications", .body = BOOKING, .key = "booking"};
	api_world_open(&world);
	request.token = world.tenant.token;
	cr_assert(api_ask(&world, &request, &first) == 201 && api_ask(&world, &request, &second) == 201);
	cr_assert(api_has(&second, "withheld/0", "/token") && api_member(&second, "token") == NULL);
	cr_assert(api_has(&second, "id", api_text(&first, "id")));
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_APPLICATION_REGISTERED) == 2,
		"setup, and one more");
}
