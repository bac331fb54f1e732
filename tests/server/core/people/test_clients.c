/* SPDX-License-Identifier: Apache-2.0 */
/* Clients and the people who are told. */
#include "tests/server/vault_world.h"

#include <criterion/criterion.h>

static const char PAIVI[] = "{\"ref\":\"paivi\",\"name\":\"P\xc3\xa4ivi Lehtonen\",\"language\":\"fi\","
			    "\"time_zone\":\"Europe/Helsinki\",\"mailbox_delegated\":true,\"contacts\":["
			    "{\"name\":\"P\xc3\xa4ivi\",\"email\":\"paivi@lehtonen.example\"},"
			    "{\"name\":\"Olli\",\"email\":\"olli@lehtonen.example\",\"language\":\"sv\"}]}";

static int add(struct api_world *world, const char *body, struct api_answer *answer)
{
	return api_call(world, "POST", "/v1/clients", world->tenant.token, body, answer);
}

static int as_person(
	struct api_world *world, const char *path, const struct api_person *person, struct api_answer *answer)
{
	const struct api_request request = {
		.method = "GET", .path = path, .token = world->tenant.token, .actor = person->text};
	return api_ask(world, &request, answer);
}

Test(clients, a_new_one_is_shown_with_its_contacts)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(add(&world, PAIVI, &answer) == 201, "%s", answer.body);
	cr_assert(api_has(&answer, "name", "P\xc3\xa4ivi Lehtonen") && api_has(&answer, "language", "fi"));
	cr_assert(api_has(&answer, "time_zone", "Europe/Helsinki") && api_has(&answer, "state", "active"));
	cr_assert(json_is_true(api_member(&answer, "mailbox_delegated")));
	cr_assert(api_has(&answer, "contacts/0/language", "fi") &&
		api_has(&answer, "contacts/1/language", "sv"));
	cr_assert(api_call(&world, "GET", "/v1/clients/paivi", world.tenant.token, NULL, &answer) == 200);
	cr_assert(api_has(&answer, "contacts/1/email", "olli@lehtonen.example"));
}

Test(clients, contacts_become_people_of_that_client_in_the_same_act)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0}, person = {0};
	char path[64];
	api_world_open(&world);
	cr_assert(add(&world, PAIVI, &answer) == 201);
	snprintf(path, sizeof path, "/v1/people/%s", api_text(&answer, "contacts/0/id"));
	cr_assert(api_call(&world, "GET", path, world.tenant.token, NULL, &person) == 200);
	cr_assert(api_has(&person, "kind", "client") && api_has(&person, "client", api_text(&answer, "id")));
	cr_assert(json_array_size(api_member(&person, "roles")) == 0, "nothing is given silently");
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_PERSON_ADDED) == 2);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_CLIENT_CREATED) == 1);
	cr_assert(
		api_call(&world, "GET", "/v1/people?client=paivi", world.tenant.token, NULL, &answer) == 200);
	cr_assert(json_array_size(api_member(&answer, "items")) == 2);
}

Test(clients, the_name_is_sealed_under_the_client)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(arena) arena = ARENA(1024 * 1024);
	struct event_read event;
	api_world_open(&world);
	cr_assert(add(&world, "{\"name\":\"Lehtonen\"}", &answer) == 201);
	api_find_event(&world, world.tenant.id, ACTION_CLIENT_CREATED, &arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_LABEL], "Lehtonen"));
	cr_assert(event.leaf.part_count == 1 && event.leaf.parts[0].kind == PART_CLIENT);
	cr_assert(memmem(event.row.leaf.at, event.row.leaf.len, "Lehtonen", 8) == NULL);
}

Test(clients, every_faulty_field_is_named)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	add(&world,
		"{\"ref\":\"a b\",\"time_zone\":\"../etc\",\"mailbox_delegated\":1,\"contacts\":["
		"{\"name\":\"A\"},{\"name\":\"B\",\"email\":\"b@b.example\",\"phone\":\"1\"}]}",
		&answer);
	cr_assert(answer.status == 422 && api_has_problem(&answer, "/ref", "malformed"));
	cr_assert(api_has_problem(&answer, "/name", "missing"));
	cr_assert(api_has_problem(&answer, "/time_zone", "malformed"));
	cr_assert(api_has_problem(&answer, "/mailbox_delegated", "wrong_type"));
	cr_assert(api_has_problem(&answer, "/contacts/0/email", "missing"));
	cr_assert(api_has_problem(&answer, "/contacts/1/phone", "unknown_field"));
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_PERSON_ADDED) == 0);
}

Test(clients, two_cannot_have_one_ref)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(add(&world, PAIVI, &answer) == 201);
	add(&world, "{\"ref\":\"paivi\",\"name\":\"Other\"}", &answer);
	cr_assert(api_is_code(&answer, 409, "ref_taken"));
	cr_assert(add(&world, "{\"ref\":\"other\",\"name\":\"Other\"}", &answer) == 201);
	api_call(&world, "PATCH", "/v1/clients/other", world.tenant.token, "{\"ref\":\"paivi\"}", &answer);
	cr_assert(api_is_code(&answer, 409, "ref_taken"));
}

Test(clients, a_change_says_what_was_and_what_is)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(arena) arena = ARENA(1024 * 1024);
	struct event_read event;
	const char *token;
	api_world_open(&world);
	token = world.tenant.token;
	cr_assert(add(&world, PAIVI, &answer) == 201);
	cr_assert(api_call(&world, "PATCH", "/v1/clients/paivi", token,
			  "{\"ref\":\"p2\",\"mailbox_delegated\":false}", &answer) == 200);
	api_find_event(&world, world.tenant.id, ACTION_CLIENT_CHANGED, &arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_CHANGES],
		"[{\"field\":\"ref\",\"before\":\"paivi\",\"after\":\"p2\"},"
		"{\"field\":\"mailbox_delegated\",\"before\":\"true\",\"after\":\"false\"}]"));
	cr_assert(api_call(&world, "GET", "/v1/clients/paivi", token, NULL, &answer) == 404);
	cr_assert(api_call(&world, "GET", "/v1/clients/p2", token, NULL, &answer) == 200);
	cr_assert(json_is_false(api_member(&answer, "mailbox_delegated")));
	cr_assert(json_array_size(api_member(&answer, "contacts")) == 2);
	cr_assert(api_call(&world, "PATCH", "/v1/clients/p2", token, "{\"ref\":\"p2\"}", &answer) == 200);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_CLIENT_CHANGED) == 1, "nothing changed");
}

Test(clients, pause_resume_and_end_are_events_and_the_end_is_final)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	const char *token, *path = "/v1/clients/paivi";
	api_world_open(&world);
	token = world.tenant.token;
	cr_assert(add(&world, PAIVI, &answer) == 201);
	cr_assert(api_call(&world, "PATCH", path, token, "{\"state\":\"paused\"}", &answer) == 200);
	cr_assert(api_call(&world, "PATCH", path, token, "{\"state\":\"active\"}", &answer) == 200);
	cr_assert(api_call(&world, "PATCH", path, token, "{\"state\":\"ended\"}", &answer) == 200);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_CLIENT_PAUSED) == 1);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_CLIENT_RESUMED) == 1);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_CLIENT_TERMINATED) == 1);
	api_call(&world, "PATCH", path, token, "{\"state\":\"active\"}", &answer);
	cr_assert(api_is_code(&answer, 409, "conflict"));
	cr_assert(api_call(&world, "PATCH", path, token, "{\"state\":\"erased\"}", &answer) == 422);
}

Test(clients, a_contact_sees_his_own_client_and_no_other)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0}, other = {0};
	struct api_person contact = {0}, receptionist, marketer;
	api_world_open(&world);
	cr_assert(add(&world, PAIVI, &answer) == 201);
	snprintf(contact.text, sizeof contact.text, "%s", api_text(&answer, "contacts/0/id"));
	cr_assert(add(&world, "{\"ref\":\"second\",\"name\":\"Second\"}", &answer) == 201);
	api_world_person(&world, &world.tenant, "administrator", NULL, &receptionist);
	api_world_person(&world, &world.tenant, "marketer", NULL, &marketer);
	cr_assert(as_person(&world, "/v1/clients/paivi", &contact, &answer) == 200);
	as_person(&world, "/v1/clients/second", &contact, &answer);
	as_person(&world, "/v1/clients/nobody", &contact, &other);
	cr_assert(api_is_code(&answer, 404, "not_found") && api_is_code(&other, 404, "not_found"));
	cr_assert(api_has(&other, "detail", api_text(&answer, "detail")), "the two cannot be told apart");
	cr_assert(as_person(&world, "/v1/clients/paivi", &receptionist, &answer) == 200);
	cr_assert(
		api_has(&answer, "contacts/1/email", "o***@lehtonen.example"), "masked without people.write");
	cr_assert(as_person(&world, "/v1/clients/paivi", &marketer, &answer) == 404);
	cr_assert(as_person(&world, "/v1/clients", &marketer, &answer) == 403);
}

/* How many clients a person finds by a query. */
static size_t seen(struct vault *vault, const struct api_person *person, const char *query)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/clients%s", query);
	cr_assert(as_person(&vault->api, path, person, &vault->answer) == 200, "%s", vault->answer.body);
	return json_array_size(api_member(&vault->answer, "items"));
}

Test(clients, who_serves_by_grants_sees_only_whom_they_serve)
{
	scoped(vault) vault = {0};
	struct api_person other, coordinator;
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	cr_assert(add(&vault.api, PAIVI, &vault.answer) == 201);
	api_world_person(&vault.api, &vault.api.tenant, "assistant", NULL, &other);
	api_world_person(&vault.api, &vault.api.tenant, "coordinator", NULL, &coordinator);
	cr_assert(seen(&vault, &vault.assistant, "") == 0, "a business does not say whom it works for");
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert(seen(&vault, &vault.assistant, "") == 1 &&
		api_has(&vault.answer, "items/0/id", vault.client_text));
	cr_assert(as_person(&vault.api, "/v1/clients/paivi", &vault.assistant, &vault.answer) == 404);
	cr_assert(seen(&vault, &other, "") == 0);
	cr_assert(seen(&vault, &coordinator, "") == 2);
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 200);
	cr_assert(seen(&vault, &vault.assistant, "") == 0, "and no longer than they serve");
}

Test(clients, whose_whole_ref_is_known_is_found_to_deposit_for)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(add(&vault.api, PAIVI, &vault.answer) == 201);
	cr_assert(seen(&vault, &vault.assistant, "?text=PAIVI&state=active") == 1);
	cr_assert(api_has(&vault.answer, "items/0/ref", "paivi"));
	cr_assert(seen(&vault, &vault.assistant, "?text=paiv") == 0, "part of it");
	cr_assert(seen(&vault, &vault.assistant, "?text=Lehtonen") == 0,
		"a name is what everybody could guess");
	cr_assert(seen(&vault, &vault.assistant, "?text=paivi&state=paused") == 0);
}

Test(clients, need_scope_and_capability)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application narrow;
	struct api_person assistant;
	api_world_open(&world);
	api_world_application(&world, &world.tenant, SCOPE_BIT(PEOPLE_READ), &narrow);
	api_world_person(&world, &world.tenant, "assistant", NULL, &assistant);
	api_call(&world, "POST", "/v1/clients", narrow.token, PAIVI, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"));
	api_call(&world, "POST", "/v1/clients", assistant.token, PAIVI, &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"));
}

Test(clients, of_another_tenant_are_not_there)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	char path[64];
	api_world_open(&world);
	api_world_tenant(&world, &other);
	cr_assert(add(&world, PAIVI, &answer) == 201);
	snprintf(path, sizeof path, "/v1/clients/%s", api_text(&answer, "id"));
	cr_assert(api_call(&world, "GET", path, other.token, NULL, &answer) == 404);
	cr_assert(api_call(&world, "PATCH", path, other.token, "{\"name\":\"X\"}", &answer) == 404);
	cr_assert(api_call(&world, "GET", "/v1/clients", other.token, NULL, &answer) == 200);
	cr_assert(json_array_size(api_member(&answer, "items")) == 0);
}

Test(clients, a_list_goes_page_by_page_and_other_methods_are_refused)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	char path[512];
	api_world_open(&world);
	cr_assert(add(&world, "{\"name\":\"A\"}", &answer) == 201 &&
		add(&world, "{\"name\":\"B\"}", &answer) == 201);
	cr_assert(api_call(&world, "GET", "/v1/clients?limit=1", world.tenant.token, NULL, &answer) == 200);
	snprintf(path, sizeof path, "/v1/clients?limit=1&cursor=%s", api_text(&answer, "next"));
	cr_assert(api_call(&world, "GET", path, world.tenant.token, NULL, &answer) == 200);
	cr_assert(json_array_size(api_member(&answer, "items")) == 1 &&
		json_is_null(api_member(&answer, "next")));
	api_call(&world, "DELETE", "/v1/clients/paivi", world.tenant.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 405, "method_not_allowed"));
	cr_assert(strstr(answer.head, "\r\nAllow: GET, HEAD, PATCH"));
}

Test(clients, the_same_request_with_the_same_key_adds_one_client)
{
	scoped(api_world) world = {0};
	scoped(api_answer) first = {0}, second = {0};
	struct api_request request = {
		.method = "POST", .path = "/v1/clients", .body = PAIVI, .key = "add-paivi"};
	api_world_open(&world);
	request.token = world.tenant.token;
	cr_assert(api_ask(&world, &request, &first) == 201 && api_ask(&world, &request, &second) == 201);
	cr_assert(strcmp(first.body, second.body) == 0);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_CLIENT_CREATED) == 1);
}

static size_t found(struct api_world *world, const char *query, struct api_answer *answer)
{
	char path[512];
	snprintf(path, sizeof path, "/v1/clients?%s", query);
	cr_assert(api_call(world, "GET", path, world->tenant.token, NULL, answer) == 200, "%s: %s", path,
		answer->body);
	return json_array_size(api_member(answer, "items"));
}

Test(clients, are_found_by_a_part_of_their_name_or_ref)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(add(&world, PAIVI, &answer) == 201, "%s", answer.body);
	cr_assert(add(&world, "{\"ref\":\"oksana\",\"name\":\"\u041e\u043a\u0441\u0430\u043d\u0430\"}",
			  &answer) == 201,
		"%s", answer.body);
	cr_assert(found(&world, "text=P%C3%84IV", &answer) == 1, "upper or lower: %s", answer.body);
	cr_assert(api_has(&answer, "items/0/ref", "paivi"), "that one");
	cr_assert(json_is_true(api_member(&answer, "complete")), "all were looked at");
	cr_assert(found(&world, "text=%D0%BA%D1%81%D0%B0", &answer) == 1, "in another script");
	cr_assert(found(&world, "text=oksan", &answer) == 1, "by the ref");
	cr_assert(found(&world, "text=olli", &answer) == 0, "a contact's name is not the client's");
	cr_assert(found(&world, "text=", &answer) == 2, "an empty text narrows nothing");
}

Test(clients, a_list_is_narrowed_to_a_state)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(add(&world, PAIVI, &answer) == 201, "%s", answer.body);
	cr_assert(api_call(&world, "PATCH", "/v1/clients/paivi", world.tenant.token, "{\"state\":\"paused\"}",
			  &answer) == 200,
		"%s", answer.body);
	cr_assert(found(&world, "state=paused", &answer) == 1, "the one");
	cr_assert(found(&world, "state=active", &answer) == 0, "nobody else");
	cr_assert(found(&world, "state=active&text=paivi", &answer) == 0, "both have to hold");
	cr_assert(
		api_call(&world, "GET", "/v1/clients?state=asleep", world.tenant.token, NULL, &answer) == 422,
		"no word of the list: %s", answer.body);
}

Test(clients, a_text_that_is_looked_for_has_bounds)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	char path[400] = "/v1/clients?text=";
	api_world_open(&world);
	memset(path + strlen(path), 'a', 257);
	cr_assert(api_call(&world, "GET", path, world.tenant.token, NULL, &answer) == 422, "257 bytes");
	cr_assert(api_call(&world, "GET", "/v1/clients?text=%FF", world.tenant.token, NULL, &answer) >= 400,
		"no UTF-8");
	cr_assert(answer.status < 500, "%s", answer.body);
}

Test(clients, a_cursor_belongs_to_what_was_looked_for)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	char query[400], next[400];
	api_world_open(&world);
	add(&world, "{\"ref\":\"a-1\",\"name\":\"Aino\"}", &answer);
	add(&world, "{\"ref\":\"a-2\",\"name\":\"Bo\"}", &answer);
	add(&world, "{\"ref\":\"a-3\",\"name\":\"Aila\"}", &answer);
	cr_assert(found(&world, "limit=1&text=ai", &answer) == 1, "the first of two");
	bool aino = api_has(&answer, "items/0/name", "Aino");
	snprintf(query, sizeof query, "/v1/clients?limit=1&text=bo&cursor=%s", api_text(&answer, "next"));
	snprintf(next, sizeof next, "limit=1&text=ai&cursor=%s", api_text(&answer, "next"));
	cr_assert(found(&world, next, &answer) == 1, "the second");
	cr_assert(api_has(&answer, "items/0/name", aino ? "Aila" : "Aino"), "%s", answer.body);
	cr_assert(json_is_null(api_member(&answer, "next")), "Bo is not found");
	cr_assert(
		api_call(&world, "GET", query, world.tenant.token, NULL, &answer) == 400, "%s", answer.body);
	cr_assert(api_is_code(&answer, 400, "cursor_invalid"), "%s", answer.body);
}
