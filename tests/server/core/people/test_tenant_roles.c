/* SPDX-License-Identifier: Apache-2.0 */
/* Roles are data: staff read them, few change them, nobody beyond what he holds. */
#include "tests/support/api_world.h"

#include <criterion/criterion.h>

static int set(struct api_world *world, const char *name, const char *token, const char *body,
	struct api_answer *answer)
{
	char path[160];
	snprintf(path, sizeof path, "/v1/roles/%s", name);
	return api_call(world, "PUT", path, token, body, answer);
}

static int asserted(struct api_world *world, const struct api_request *how, const struct api_person *person,
	struct api_answer *answer)
{
	struct api_request request = *how;
	request.token = world->tenant.token;
	request.actor = person->text;
	return api_ask(world, &request, answer);
}

Test(tenant_roles, a_tenant_begins_with_the_usual_ones)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(api_call(&world, "GET", "/v1/roles", world.tenant.token, NULL, &answer) == 200);
	cr_assert(json_array_size(api_member(&answer, "items")) == roles_count());
	cr_assert(api_has(&answer, "items/0/name", "account_manager") &&
		api_has(&answer, "items/0/least_factor", "totp"));
}

Test(tenant_roles, a_list_goes_page_by_page)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	char path[256];
	api_world_open(&world);
	api_call(&world, "GET", "/v1/roles?limit=2", world.tenant.token, NULL, &answer);
	snprintf(path, sizeof path, "/v1/roles?limit=500&cursor=%s", api_text(&answer, "next"));
	api_call(&world, "GET", path, world.tenant.token, NULL, &answer);
	cr_assert(json_array_size(api_member(&answer, "items")) == roles_count() - 2);
	cr_assert(json_is_null(api_member(&answer, "next")));
}

Test(tenant_roles, a_change_says_what_was_added_and_removed)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(arena) arena = ARENA(1024 * 1024);
	struct event_read event;
	api_world_open(&world);
	cr_assert(set(&world, "smm", world.tenant.token, "{\"capabilities\":[\"people.read\"]}", &answer) ==
		200);
	cr_assert(api_has(&answer, "capabilities/0", "people.read") &&
		api_has(&answer, "least_factor", "email"));
	api_find_event(&world, world.tenant.id, ACTION_ROLE_CAPABILITY_CHANGED, &arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_DETAIL],
		"{\"role\":\"smm\",\"added\":[\"people.read\"],\"removed\":["
		"\"log.read:self\"],\"least_factor\":\"email\"}"));
}

Test(tenant_roles, a_new_role_works_at_once)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person night;
	api_world_open(&world);
	cr_assert(set(&world, "night-desk", world.tenant.token,
			  "{\"capabilities\":[\"people.read\"],\"least_factor\":\"totp\"}", &answer) == 201);
	cr_assert(api_has(&answer, "name", "night-desk") && api_has(&answer, "least_factor", "totp"));
	api_world_person(&world, &world.tenant, "night-desk", NULL, &night);
	cr_assert(api_call(&world, "GET", "/v1/people", night.token, NULL, &answer) == 200);
	cr_assert(set(&world, "night-desk", world.tenant.token, "{\"capabilities\":[]}", &answer) == 200);
	cr_assert(api_has(&answer, "least_factor", "totp"), "what is not said stays");
	cr_assert(api_call(&world, "GET", "/v1/people", night.token, NULL, &answer) == 403);
}

Test(tenant_roles, refuses_unknown_capabilities_factors_and_names)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	const char *token;
	api_world_open(&world);
	token = world.tenant.token;
	set(&world, "x", token, "{\"capabilities\":[\"fly\"],\"least_factor\":\"password\",\"color\":1}",
		&answer);
	cr_assert(answer.status == 422 && api_has_problem(&answer, "/capabilities", "not_allowed"));
	cr_assert(api_has_problem(&answer, "/least_factor", "not_allowed"));
	cr_assert(api_has_problem(&answer, "/color", "unknown_field"));
	set(&world, "x", token, "{}", &answer);
	cr_assert(answer.status == 422 && api_has_problem(&answer, "/capabilities", "missing"));
	cr_assert(set(&world, "Big%20Boss", token, "{\"capabilities\":[]}", &answer) == 422);
}

Test(tenant_roles, nobody_adds_a_capability_that_he_lacks)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person editor;
	api_world_open(&world);
	cr_assert(set(&world, "editor", world.tenant.token,
			  "{\"capabilities\":[\"roles.write\",\"people.read\"]}", &answer) == 201);
	api_world_person(&world, &world.tenant, "editor", NULL, &editor);
	set(&world, "editor", editor.token, "{\"capabilities\":[\"roles.write\",\"credential.reveal\"]}",
		&answer);
	cr_assert(api_is_code(&answer, 403, "scope_exceeds"));
	cr_assert(set(&world, "smm", editor.token, "{\"capabilities\":[\"log.read:self\",\"people.read\"]}",
			  &answer) == 200,
		"log.read:self was there before");
	cr_assert(
		set(&world, "auditor", editor.token, "{\"capabilities\":[\"people.read\"]}", &answer) == 200,
		"taking away gives nothing");
}

Test(tenant_roles, an_asserted_person_adds_nothing_careful_and_weakens_no_factor)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	struct api_request request = {.method = "PUT",
		.path = "/v1/roles/smm",
		.body = "{\"capabilities\":[\"log.read:self\",\"credential.use\"]}"};
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	asserted(&world, &request, &owner, &answer);
	cr_assert(api_is_code(&answer, 403, "person_unproven"));
	request.body = "{\"capabilities\":[\"log.read:self\",\"people.read\"]}";
	cr_assert(asserted(&world, &request, &owner, &answer) == 200);
	request.path = "/v1/roles/external";
	request.body = "{\"capabilities\":[\"credential.use\"],\"least_factor\":\"email\"}";
	asserted(&world, &request, &owner, &answer);
	cr_assert(api_is_code(&answer, 403, "person_unproven"));
	cr_assert(set(&world, "external", owner.token, request.body, &answer) == 200);
}

Test(tenant_roles, are_read_by_staff_and_written_by_few)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person smm, contact = {0};
	struct api_application narrow;
	const struct api_request list = {.method = "GET", .path = "/v1/roles"};
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &smm);
	api_world_application(&world, &world.tenant, SCOPE_BIT(POLICY_READ), &narrow);
	cr_assert(api_call(&world, "POST", "/v1/clients", world.tenant.token,
			  "{\"name\":\"P\",\"contacts\":[{\"name\":\"P\",\"email\":\"p@p.example\"}]}",
			  &answer) == 201);
	snprintf(contact.text, sizeof contact.text, "%s", api_text(&answer, "contacts/0/id"));
	cr_assert(asserted(&world, &list, &smm, &answer) == 200);
	asserted(&world, &list, &contact, &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"));
	set(&world, "smm", smm.token, "{\"capabilities\":[]}", &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"));
	set(&world, "smm", narrow.token, "{\"capabilities\":[]}", &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"));
}

Test(tenant_roles, of_one_tenant_change_nothing_in_another)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	api_world_open(&world);
	api_world_tenant(&world, &other);
	cr_assert(
		set(&world, "account_manager", world.tenant.token, "{\"capabilities\":[]}", &answer) == 200);
	cr_assert(api_call(&world, "GET", "/v1/roles?limit=1", other.token, NULL, &answer) == 200);
	cr_assert(json_array_size(api_member(&answer, "items/0/capabilities")) > 0);
}

Test(tenant_roles, the_tenant_is_shown_to_who_belongs_to_it)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(api_call(&world, "GET", "/v1/tenant", world.tenant.token, NULL, &answer) == 200);
	cr_assert(api_has(&answer, "name", "A business") && api_has(&answer, "language", "en"));
	cr_assert(strncmp(api_text(&answer, "origin"), "muniment.invalid/ten_", 21) == 0);
	cr_assert(api_call(&world, "GET", "/v1/tenant", world.operator, NULL, &answer) == 403);
	cr_assert(api_call(&world, "GET", "/v1/tenant", NULL, NULL, &answer) == 401);
}

Test(tenant_roles, the_owners_role_loses_nothing)
{
	static const char LESS[] = "{\"capabilities\":[\"roles.write\"]}";
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	api_call(&world, "PUT", "/v1/roles/owner", world.tenant.token, LESS, &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"), "%s", answer.body);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_ACCESS_DENIED) == 1);
	api_call(&world, "PUT", "/v1/roles/owner", owner.token, "{\"capabilities\":[]}", &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"), "%s", answer.body);
	cr_assert(api_call(&world, "PUT", "/v1/roles/smm", owner.token, LESS, &answer) == 200, "others may");
}
