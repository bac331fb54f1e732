/* SPDX-License-Identifier: Apache-2.0 */
/* test_passing_on - whoever takes a secret in knows it from then on, and has nothing of it here. */
#include "server/core/vault/passing_on.h"

#include "store/nouns/exposure.h"
#include "tests/server/vault_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static int take_in(struct vault *vault, const char *token, const char *more)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body,
		"{\"client\":\"karlsson\",\"kind\":\"login\",\"label\":{\"title\":\"Bank\"},"
		"\"secret\":{\"password\":\"kettle-and-plant\"},\"modes_max\":[\"reveal\"]%s}",
		more);
	return vault_call_as(vault, token, "POST", "/v1/credentials", body);
}

static int draw(struct vault *vault, const char *token, const char *kind, const char *content)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body,
		"{\"client\":\"karlsson\",\"kind\":\"%s\",\"label\":{\"title\":\"Bank\"},%s,"
		"\"modes_max\":[\"reveal\"]}",
		kind, content);
	return vault_call_as(vault, token, "POST", "/v1/credentials", body);
}

/* How many versions the assistant knows. */
static size_t known(struct vault *vault)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/people/%s/exposure", vault->assistant.text);
	cr_assert(vault_call(vault, "GET", path, NULL) == 200, "%s", vault->answer.body);
	return json_array_size(api_member(&vault->answer, "items"));
}

Test(passing_on, who_takes_it_in_on_the_phone_is_on_the_ledger_and_reads_nothing_back)
{
	scoped(vault) vault = {0};
	char path[VAULT_PATH];
	vault_open(&vault);
	cr_assert(take_in(&vault, vault.assistant.token, ",\"channel\":\"phone\"") == 201, "%s",
		vault.answer.body);
	snprintf(path, sizeof path, "/v1/credentials/%s", api_text(&vault.answer, "id"));
	cr_assert(vault_call_as(&vault, vault.assistant.token, "GET", path, NULL) == 200);
	cr_assert(strstr(vault.answer.body, "kettle-and-plant") == NULL);
	cr_assert(known(&vault) == 1);
	cr_assert(json_integer_value(api_member(&vault.answer, "items/0/class")) == EXPOSURE_KNOWS);
	cr_assert(api_has(&vault.answer, "items/0/how/0", "deposited"));
	cr_assert(api_has(&vault.answer, "items/0/rotation", "owed"));
	cr_assert(vault_call_as(&vault, vault.assistant.token, "GET", "/v1/grants", NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 0);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_EXPOSED) == 0);
}

Test(passing_on, whoever_names_no_channel_knows_it_all_the_same)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(take_in(&vault, vault.assistant.token, "") == 201);
	cr_assert(known(&vault) == 1);
}

Test(passing_on, what_is_drawn_at_birth_nobody_knows)
{
	scoped(vault) vault = {0};
	char path[VAULT_PATH];
	vault_open(&vault);
	const char *token = vault.assistant.token;
	cr_assert(
		draw(&vault, token, "login", "\"generate\":{\"length\":24}") == 201, "%s", vault.answer.body);
	cr_assert(json_integer_value(api_member(&vault.answer, "strength")) == 4 &&
			json_object_size(vault.answer.json) == 3,
		"no secret");
	snprintf(path, sizeof path, "/v1/credentials/%s/versions", api_text(&vault.answer, "id"));
	cr_assert(vault_call_as(&vault, token, "GET", path, NULL) == 200);
	cr_assert(json_is_true(api_member(&vault.answer, "items/0/generated")));
	cr_assert(known(&vault) == 0);
}

Test(passing_on, a_credential_is_drawn_or_given_and_drawn_ones_came_by_no_channel)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	const char *token = vault.assistant.token;
	draw(&vault, token, "login", "\"generate\":{},\"secret\":{\"password\":\"correct horse\"}");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/generate", "not_allowed"));
	draw(&vault, token, "login", "\"generate\":{},\"channel\":\"phone\"");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/channel", "not_allowed"));
	draw(&vault, token, "card", "\"generate\":{}");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/generate", "not_allowed"));
	draw(&vault, token, "login", "\"channel\":\"phone\"");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/secret", "missing"));
}

Test(passing_on, an_application_knows_nothing_and_names_no_channel)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(take_in(&vault, vault.api.tenant.token, "") == 201);
	cr_assert(known(&vault) == 0);
	take_in(&vault, vault.api.tenant.token, ",\"channel\":\"phone\"");
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"));
	take_in(&vault, vault.assistant.token, ",\"channel\":\"self_link\"");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/channel", "not_allowed"));
}

Test(passing_on, what_came_by_e_mail_is_exposed_and_all_are_told)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	struct api_person owner;
	struct event_read event;
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", "o@example.org", &owner);
	cr_assert(take_in(&vault, vault.assistant.token, ",\"channel\":\"email\"") == 201);
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_CREDENTIAL_EXPOSED, &arena, &event);
	struct span detail = event.texts[LEAF_TEXT_DETAIL];
	cr_assert(memmem(detail.at, detail.len, "\"how\":\"email\"", 13));
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_CREDENTIAL_ROTATION_DUE, &arena, &event);
	detail = event.texts[LEAF_TEXT_DETAIL];
	cr_assert(memmem(detail.at, detail.len, "2026-11-22T12:00:00", 19));
	cr_assert(api_count_notices(&vault.api, vault.contact, NOTICE_CREDENTIAL_EXPOSED) == 1);
	cr_assert(api_count_notices(&vault.api, owner.id, NOTICE_CREDENTIAL_EXPOSED) == 1);
	cr_assert(known(&vault) == 1);
}

Test(passing_on, who_types_a_new_version_knows_that_one_and_a_drawn_one_nobody_does)
{
	scoped(vault) vault = {0};
	char path[VAULT_PATH], grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	snprintf(path, sizeof path, "/v1/credentials/%s/versions", vault.login);
	cr_assert(vault_call_as(&vault, vault.assistant.token, "POST", path,
			  "{\"generate\":{\"length\":20}}") == 201);
	cr_assert(known(&vault) == 0);
	cr_assert(vault_call_as(&vault, vault.assistant.token, "POST", path,
			  "{\"secret\":{\"password\":\"typed-by-hand-9\"}}") == 201);
	cr_assert(known(&vault) == 1);
	cr_assert(json_integer_value(api_member(&vault.answer, "items/0/version")) == 3, "%s",
		vault.answer.body);
}

Test(passing_on, a_file_that_moved_in_puts_nobody_on_the_ledger_but_who_types_over_it_later_is)
{
	static const char FILE[] =
		"name,url,username,password,note\nShop,https://shop.example,eva,kettle-9-moon,\n";
	scoped(vault) vault = {0};
	struct api_person owner;
	char path[VAULT_PATH];
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	cr_assert(vault_call_as(&vault, owner.token, "POST", "/v1/imports?format=chrome-csv&client=karlsson",
			  FILE) == 200,
		"%s", vault.answer.body);
	snprintf(path, sizeof path, "/v1/credentials/%s/versions",
		api_text(&vault.answer, "items/0/credential"));
	cr_assert(vault_call_as(&vault, owner.token, "GET", path, NULL) == 200);
	cr_assert(json_integer_value(api_member(&vault.answer, "items/0/known_to")) == 0);
	cr_assert(vault_call_as(&vault, owner.token, "POST", path,
			  "{\"secret\":{\"password\":\"typed-by-hand-9\"}}") == 201,
		"%s", vault.answer.body);
	cr_assert(vault_call_as(&vault, owner.token, "GET", path, NULL) == 200);
	cr_assert(json_integer_value(api_member(&vault.answer, "items/0/version")) == 2);
	cr_assert(json_integer_value(api_member(&vault.answer, "items/0/known_to")) == 1, "%s",
		vault.answer.body);
}
