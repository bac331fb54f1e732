/* SPDX-License-Identifier: Apache-2.0 */
/* People through the API: who may add them, what is shown of them, to whom. */
#include "tests/support/api_world.h"

#include <criterion/criterion.h>

enum { MEMORY = 1024 * 1024 };

static const char ANNA[] =
	"{\"ref\":\"anna\",\"name\":\"Anna Wren\",\"email\":\"anna@harbour.example\",\"language\":\"sv\","
	"\"kind\":\"staff\",\"roles\":[\"assistant\",\"smm\"]}";

static int add(struct api_world *world, const char *body, struct api_answer *answer)
{
	return api_call(world, "POST", "/v1/people", world->tenant.token, body, answer);
}

static int as_person(struct api_world *world, const char *method, const char *path, const char *person,
	const char *body, struct api_answer *answer)
{
	const struct api_request request = {
		.method = method, .path = path, .token = world->tenant.token, .actor = person, .body = body};
	return api_ask(world, &request, answer);
}

static const char *path_of(const struct api_person *person, char out[static 64])
{
	snprintf(out, 64, "/v1/people/%s", person->text);
	return out;
}

Test(people, a_new_person_is_shown_as_asked_for)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(add(&world, ANNA, &answer) == 201, "%s", answer.body);
	cr_assert(api_has(&answer, "name", "Anna Wren") && api_has(&answer, "ref", "anna"));
	cr_assert(api_has(&answer, "email", "anna@harbour.example") && api_has(&answer, "language", "sv"));
	cr_assert(api_has(&answer, "kind", "staff") && api_has(&answer, "state", "active"));
	cr_assert(api_has(&answer, "roles/0", "assistant") && api_has(&answer, "roles/1", "smm"));
	cr_assert(json_is_null(api_member(&answer, "client")));
	cr_assert(strncmp(api_text(&answer, "id"), "per_", 4) == 0);
}

Test(people, a_new_person_and_each_role_are_events_sealed_under_that_person)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct event_read event;
	api_world_open(&world);
	cr_assert(add(&world, ANNA, &answer) == 201);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_ROLE_ASSIGNED) == 2);
	api_find_event(&world, world.tenant.id, ACTION_PERSON_ADDED, &arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_LABEL], "Anna Wren"));
	cr_assert(span_is(event.texts[LEAF_TEXT_DETAIL], "{\"kind\":\"staff\"}"));
	cr_assert(event.leaf.source == LEAF_SERVER && event.leaf.part_count == 1);
	cr_assert(event.leaf.parts[0].kind == PART_PERSON);
	cr_assert(
		memmem(event.row.leaf.at, event.row.leaf.len, "Anna", 4) == NULL, "no name stands in clear");
}

Test(people, are_found_by_id_and_by_ref)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person olivia;
	char path[64];
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", "olivia@harbour.example", &olivia);
	cr_assert(add(&world, ANNA, &answer) == 201);
	cr_assert(api_call(&world, "GET", "/v1/people/anna", world.tenant.token, NULL, &answer) == 200);
	cr_assert(api_call(&world, "GET", path_of(&olivia, path), world.tenant.token, NULL, &answer) == 200);
	cr_assert(api_has(&answer, "id", olivia.text));
	cr_assert(api_call(&world, "GET", "/v1/people/berta", world.tenant.token, NULL, &answer) == 404);
}

Test(people, names_are_stored_composed)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(add(&world, "{\"name\":\"A\\u030asa\",\"kind\":\"staff\"}", &answer) == 201);
	cr_assert(api_has(&answer, "name", "\xc3\x85sa"));
}

Test(people, every_faulty_field_is_named)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(add(&world,
			  "{\"ref\":\"per_x\",\"email\":\"nowhere\",\"kind\":\"robot\",\"language\":\"tlh\","
			  "\"roles\":[\"wizard\"],\"shoe_size\":44}",
			  &answer) == 422);
	cr_assert(api_has_problem(&answer, "/ref", "malformed"));
	cr_assert(api_has_problem(&answer, "/name", "missing"));
	cr_assert(api_has_problem(&answer, "/email", "malformed"));
	cr_assert(api_has_problem(&answer, "/kind", "not_allowed"));
	cr_assert(api_has_problem(&answer, "/language", "not_allowed"));
	cr_assert(api_has_problem(&answer, "/roles", "not_allowed"));
	cr_assert(api_has_problem(&answer, "/shoe_size", "unknown_field"));
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_PERSON_ADDED) == 0);
}

Test(people, refuses_a_key_twice_a_line_break_in_a_name_and_a_role_twice)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(add(&world, "{\"name\":\"A\",\"name\":\"B\",\"kind\":\"staff\"}", &answer) == 422);
	cr_assert(add(&world, "{\"name\":\"A\\nBcc: b\",\"kind\":\"staff\"}", &answer) == 422);
	cr_assert(api_has_problem(&answer, "/name", "malformed"));
	cr_assert(add(&world, "{\"name\":\"A\",\"kind\":\"staff\",\"roles\":[\"smm\",\"smm\"]}", &answer) ==
		422);
	cr_assert(add(&world, "{\"name\":\"A\",\"kind\":\"staff\"", &answer) == 400);
}

Test(people, refuses_a_name_with_marks_that_nobody_sees)
{
	static const char *const BAD[] = {"a\\u202eb", "a\\u2066b", "a\\u2069", "a\\u2028b", "a\\u0085b"};
	static const char *const GOOD[] = {
		"\\u0410\\u043d\\u043d\\u0430", "J\\u00f8rgen", "O\\u2019Hara", "a\\u00a0b"};
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	char body[128];
	api_world_open(&world);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		snprintf(body, sizeof body, "{\"name\":\"%s\",\"kind\":\"staff\"}", BAD[i]);
		cr_assert(add(&world, body, &answer) == 422, "%zu: %s", i, answer.body);
		cr_assert(api_has_problem(&answer, "/name", "malformed"), "%zu", i);
	}
	for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
		snprintf(body, sizeof body, "{\"name\":\"%s\",\"kind\":\"staff\"}", GOOD[i]);
		cr_assert(add(&world, body, &answer) == 201, "%zu: %s", i, answer.body);
	}
}

Test(people, two_people_cannot_have_one_ref)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	api_world_open(&world);
	api_world_tenant(&world, &other);
	cr_assert(add(&world, ANNA, &answer) == 201);
	add(&world, "{\"ref\":\"anna\",\"name\":\"Another\",\"kind\":\"staff\"}", &answer);
	cr_assert(api_is_code(&answer, 409, "ref_taken"));
	cr_assert(api_call(&world, "POST", "/v1/people", other.token, ANNA, &answer) == 201,
		"another tenant has refs of its own");
}

Test(people, one_of_a_client_needs_the_client_and_others_have_none)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	add(&world, "{\"name\":\"P\",\"kind\":\"client\"}", &answer);
	cr_assert(answer.status == 422 && api_has_problem(&answer, "/client", "missing"));
	add(&world, "{\"name\":\"P\",\"kind\":\"staff\",\"client\":\"paivi\"}", &answer);
	cr_assert(answer.status == 422 && api_has_problem(&answer, "/client", "not_allowed"));
	add(&world, "{\"name\":\"P\",\"kind\":\"client\",\"client\":\"paivi\"}", &answer);
	cr_assert(api_is_code(&answer, 422, "unknown_client"));
}

Test(people, one_of_a_client_becomes_its_contact_until_removed)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	const char *token;
	api_world_open(&world);
	token = world.tenant.token;
	cr_assert(api_call(&world, "POST", "/v1/clients", token, "{\"ref\":\"paivi\",\"name\":\"P\"}",
			  &answer) == 201);
	cr_assert(add(&world, "{\"ref\":\"p\",\"name\":\"Pasi\",\"kind\":\"client\",\"client\":\"paivi\"}",
			  &answer) == 201);
	api_call(&world, "GET", "/v1/clients/paivi", token, NULL, &answer);
	cr_assert(api_has(&answer, "contacts/0/name", "Pasi"));
	cr_assert(api_call(&world, "DELETE", "/v1/people/p", token, NULL, &answer) == 200);
	api_call(&world, "GET", "/v1/clients/paivi", token, NULL, &answer);
	cr_assert(json_array_size(api_member(&answer, "contacts")) == 0);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_CLIENT_CHANGED) == 2);
}

Test(people, nobody_assigns_a_role_that_holds_more_than_he_does)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person manager;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "manager", NULL, &manager);
	api_call(&world, "POST", "/v1/people", manager.token,
		"{\"name\":\"B\",\"kind\":\"staff\",\"roles\":[\"owner\"]}", &answer);
	cr_assert(api_is_code(&answer, 403, "scope_exceeds"));
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_ACCESS_DENIED) == 1);
	cr_assert(api_call(&world, "POST", "/v1/people", manager.token,
			  "{\"name\":\"B\",\"kind\":\"staff\",\"roles\":[\"manager\"]}", &answer) == 201);
}

Test(people, a_person_who_assigns_a_careful_role_has_to_be_proven)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	as_person(&world, "POST", "/v1/people", owner.text, ANNA, &answer);
	cr_assert(api_is_code(&answer, 403, "person_unproven"));
	cr_assert(as_person(&world, "POST", "/v1/people", owner.text,
			  "{\"name\":\"S\",\"kind\":\"staff\",\"roles\":[\"smm\"]}", &answer) == 201,
		"a plain role needs no proof");
	cr_assert(api_call(&world, "POST", "/v1/people", owner.token, ANNA, &answer) == 201,
		"with a personal token the person is proven");
}

Test(people, adding_needs_scope_and_capability)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person assistant;
	struct api_application narrow;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "assistant", NULL, &assistant);
	api_world_application(&world, &world.tenant, SCOPE_BIT(PEOPLE_READ), &narrow);
	api_call(&world, "POST", "/v1/people", narrow.token, ANNA, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"));
	as_person(&world, "POST", "/v1/people", assistant.text, ANNA, &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"));
	api_call(&world, "POST", "/v1/people", NULL, ANNA, &answer);
	cr_assert(api_is_code(&answer, 401, "unauthorized"));
	cr_assert(api_call(&world, "POST", "/v1/people", world.operator, ANNA, &answer) == 403,
		"the operator opens no tenant's data");
}

Test(people, an_address_is_masked_without_people_write)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application narrow;
	struct api_person reader, manager;
	api_world_open(&world);
	cr_assert(add(&world, ANNA, &answer) == 201);
	api_world_application(&world, &world.tenant, SCOPE_BIT(PEOPLE_READ), &narrow);
	api_world_person(&world, &world.tenant, "administrator", "r@harbour.example", &reader);
	api_world_person(&world, &world.tenant, "manager", NULL, &manager);
	api_call(&world, "GET", "/v1/people/anna", narrow.token, NULL, &answer);
	cr_assert(api_has(&answer, "email", "a***@harbour.example"));
	as_person(&world, "GET", "/v1/people/anna", reader.text, NULL, &answer);
	cr_assert(api_has(&answer, "email", "a***@harbour.example"));
	as_person(&world, "GET", "/v1/people/anna", manager.text, NULL, &answer);
	cr_assert(api_has(&answer, "email", "anna@harbour.example"));
}

Test(people, somebody_without_people_read_sees_himself_and_nobody_else)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0}, nobody = {0};
	struct api_person assistant;
	char path[64];
	api_world_open(&world);
	cr_assert(add(&world, ANNA, &answer) == 201);
	api_world_person(&world, &world.tenant, "assistant", "i@harbour.example", &assistant);
	cr_assert(as_person(&world, "GET", path_of(&assistant, path), assistant.text, NULL, &answer) == 200);
	cr_assert(api_has(&answer, "email", "i@harbour.example"), "one's own address is no secret");
	as_person(&world, "GET", "/v1/people/anna", assistant.text, NULL, &answer);
	as_person(&world, "GET", "/v1/people/nobody", assistant.text, NULL, &nobody);
	cr_assert(api_is_code(&answer, 404, "not_found"));
	cr_assert(api_has(&nobody, "detail", api_text(&answer, "detail")), "the two cannot be told apart");
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_ACCESS_DENIED) >= 1);
	cr_assert(as_person(&world, "GET", "/v1/people", assistant.text, NULL, &answer) == 403);
}

Test(people, of_another_tenant_are_not_there)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	struct api_person olivia;
	char path[64];
	api_world_open(&world);
	api_world_tenant(&world, &other);
	api_world_person(&world, &world.tenant, "owner", NULL, &olivia);
	path_of(&olivia, path);
	cr_assert(api_call(&world, "GET", path, other.token, NULL, &answer) == 404);
	cr_assert(api_call(&world, "PATCH", path, other.token, "{\"name\":\"X\"}", &answer) == 404);
	cr_assert(api_call(&world, "DELETE", path, other.token, NULL, &answer) == 404);
	cr_assert(api_call(&world, "GET", "/v1/people", other.token, NULL, &answer) == 200);
	cr_assert(json_array_size(api_member(&answer, "items")) == 0);
}

Test(people, a_list_goes_page_by_page_and_ends)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person person;
	char path[512];
	size_t seen = 0;
	api_world_open(&world);
	for (int i = 0; i < 5; i++)
		api_world_person(&world, &world.tenant, "smm", NULL, &person);
	snprintf(path, sizeof path, "/v1/people?limit=2");
	for (int page = 0; page < 3; page++) {
		cr_assert(api_call(&world, "GET", path, world.tenant.token, NULL, &answer) == 200);
		seen += json_array_size(api_member(&answer, "items"));
		cr_assert((strstr(answer.head, "\r\nLink: <") != NULL) == (page < 2));
		if (page < 2)
			snprintf(
				path, sizeof path, "/v1/people?limit=2&cursor=%s", api_text(&answer, "next"));
	}
	cr_assert(seen == 5 && json_is_null(api_member(&answer, "next")));
}

Test(people, a_cursor_of_another_list_is_refused)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	struct api_person person;
	char path[512], cursor[256];
	api_world_open(&world);
	api_world_tenant(&world, &other);
	for (int i = 0; i < 2; i++)
		api_world_person(&world, &world.tenant, "smm", NULL, &person);
	api_call(&world, "GET", "/v1/people?limit=1", world.tenant.token, NULL, &answer);
	snprintf(cursor, sizeof cursor, "%s", api_text(&answer, "next"));
	snprintf(path, sizeof path, "/v1/people?limit=1&kind=staff&cursor=%s", cursor);
	api_call(&world, "GET", path, world.tenant.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 400, "cursor_invalid"));
	snprintf(path, sizeof path, "/v1/clients?cursor=%s", cursor);
	api_call(&world, "GET", path, world.tenant.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 400, "cursor_invalid"));
	snprintf(path, sizeof path, "/v1/people?limit=1&cursor=%s", cursor);
	api_call(&world, "GET", path, other.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 400, "cursor_invalid"));
}

Test(people, a_list_is_narrowed_by_kind_and_state)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	const char *token;
	api_world_open(&world);
	token = world.tenant.token;
	cr_assert(add(&world, ANNA, &answer) == 201);
	cr_assert(add(&world, "{\"ref\":\"ext\",\"name\":\"E\",\"kind\":\"external\"}", &answer) == 201);
	cr_assert(api_call(&world, "DELETE", "/v1/people/anna", token, NULL, &answer) == 200);
	api_call(&world, "GET", "/v1/people", token, NULL, &answer);
	cr_assert(
		json_array_size(api_member(&answer, "items")) == 1 && api_has(&answer, "items/0/ref", "ext"));
	api_call(&world, "GET", "/v1/people?state=removed", token, NULL, &answer);
	cr_assert(json_array_size(api_member(&answer, "items")) == 1 &&
		api_has(&answer, "items/0/ref", "anna"));
	api_call(&world, "GET", "/v1/people?kind=client", token, NULL, &answer);
	cr_assert(json_array_size(api_member(&answer, "items")) == 0);
	cr_assert(api_call(&world, "GET", "/v1/people?kind=robot", token, NULL, &answer) == 422);
	cr_assert(api_call(&world, "GET", "/v1/people?client=nobody", token, NULL, &answer) == 422);
	cr_assert(api_call(&world, "GET", "/v1/people?limit=0", token, NULL, &answer) == 422);
	cr_assert(api_call(&world, "GET", "/v1/people?limit=501", token, NULL, &answer) == 422);
}

Test(people, other_methods_are_refused_with_those_that_are_allowed)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	api_call(&world, "PUT", "/v1/people", world.tenant.token, "{}", &answer);
	cr_assert(api_is_code(&answer, 405, "method_not_allowed"));
	cr_assert(strstr(answer.head, "\r\nAllow: GET, HEAD, POST\r\n") ||
		strstr(answer.head, "\r\nAllow: GET, HEAD, POST"));
	api_call(&world, "POST", "/v1/people/anna", world.tenant.token, "{}", &answer);
	cr_assert(strstr(answer.head, "\r\nAllow: GET, HEAD, PATCH, DELETE"));
}

Test(people, the_same_request_with_the_same_key_adds_one_person)
{
	scoped(api_world) world = {0};
	scoped(api_answer) first = {0}, second = {0};
	struct api_request request = {
		.method = "POST", .path = "/v1/people", .body = ANNA, .key = "add-anna"};
	api_world_open(&world);
	request.token = world.tenant.token;
	cr_assert(api_ask(&world, &request, &first) == 201);
	cr_assert(api_ask(&world, &request, &second) == 201);
	cr_assert(strcmp(first.body, second.body) == 0);
	cr_assert(strstr(second.head, "Idempotent-Replayed: true") &&
		!strstr(first.head, "Idempotent-Replayed"));
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_PERSON_ADDED) == 1);
	request.body = "{\"name\":\"Other\",\"kind\":\"staff\"}";
	api_ask(&world, &request, &second);
	cr_assert(api_is_code(&second, 422, "idempotency_mismatch"));
}

/* ---- found by a part of a name; what protects them ---- */

static size_t found(struct api_world *world, const char *query, const char *token, struct api_answer *answer)
{
	char path[256];
	snprintf(path, sizeof path, "/v1/people?%s", query);
	cr_assert(api_call(world, "GET", path, token, NULL, answer) == 200, "%s: %s", path, answer->body);
	return json_array_size(api_member(answer, "items"));
}

Test(people, are_found_by_a_part_of_their_name_ref_or_address)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application narrow;
	api_world_open(&world);
	const char *token = world.tenant.token;
	add(&world,
		"{\"ref\":\"abel\",\"name\":\"Feh\u00e9rv\u00e1ri "
	        "\u00c1bel\",\"email\":\"a@tisza.example\",\"kind\":\"staff\"}",
		&answer);
	add(&world, "{\"ref\":\"agnes\",\"name\":\"Cs\u00e1nyi \u00c1gnes\",\"kind\":\"staff\"}", &answer);
	cr_assert(found(&world, "text=FEH%C3%89RV", token, &answer) == 1, "upper or lower: %s", answer.body);
	cr_assert(api_has(&answer, "items/0/ref", "abel"), "that one");
	cr_assert(json_is_true(api_member(&answer, "complete")), "everybody was looked at");
	cr_assert(found(&world, "text=agne", token, &answer) == 1, "by the ref");
	cr_assert(found(&world, "text=tisza", token, &answer) == 1, "by the address");
	cr_assert(found(&world, "text=%C3%A1", token, &answer) == 2, "a letter that both have");
	cr_assert(found(&world, "text=a%26b", token, &answer) == 0, "nobody");
	api_world_application(&world, &world.tenant, SCOPE_BIT(PEOPLE_READ), &narrow);
	cr_assert(found(&world, "text=tisza", narrow.token, &answer) == 0, "no masked address is guessed");
	cr_assert(api_call(&world, "GET", "/v1/people?standing=yes", token, NULL, &answer) == 422, "a word");
}

Test(people, a_list_says_how_sign_in_is_protected_and_when_it_last_was)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application narrow;
	api_world_open(&world);
	cr_assert(add(&world, ANNA, &answer) == 201, "Anna");
	cr_assert(found(&world, "", world.tenant.token, &answer) == 1, "%s", answer.body);
	cr_assert(!api_member(&answer, "items/0/factor"), "not unless it is asked for");
	cr_assert(found(&world, "standing=1&names=1", world.tenant.token, &answer) == 1, "%s", answer.body);
	cr_assert(api_has(&answer, "items/0/factor", "none"), "nothing yet");
	cr_assert(json_is_null(api_member(&answer, "items/0/last_sign_in")), "and never");
	cr_assert(json_is_null(api_member(&answer, "items/0/client_name")), "nobody's contact");
	api_world_application(&world, &world.tenant, SCOPE_BIT(PEOPLE_READ), &narrow);
	found(&world, "standing=1", narrow.token, &answer);
	cr_assert(!api_member(&answer, "items/0/last_sign_in"), "who does not read the log is not told");
}
