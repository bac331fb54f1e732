/* SPDX-License-Identifier: Apache-2.0 */
/* test_credential_versions - who made which version, who knows it; what is drawn is born unknown. */
#include "server/core/vault/credential_versions.h"

#include "tests/server/vault_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static int change(struct vault *vault, const char *body)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/credentials/%s/versions", vault->login);
	return vault_call(vault, "POST", path, body);
}

static int list(struct vault *vault, const char *query)
{
	char path[VAULT_PATH * 4];
	snprintf(path, sizeof path, "/v1/credentials/%s/versions%s", vault->login, query);
	return vault_call(vault, "GET", path, NULL);
}

static int64_t number(const struct vault *vault, const char *path)
{
	return json_integer_value(api_member(&vault->answer, path));
}

static void reveal(struct vault *vault, const char *grant)
{
	char proof[ID_TEXT + 1];
	vault_confirm(vault, grant, "reset the account", proof);
	cr_assert(vault_ask_reveal(vault, grant, proof) == 200, "%s", vault->answer.body);
}

Test(credential_versions, a_drawn_version_is_known_to_nobody_until_it_is_revealed)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, "\"modes\":[\"reveal\"]", grant);
	reveal(&vault, grant);
	cr_assert(change(&vault, "{\"generate\":{\"length\":24}}") == 201);
	cr_assert(number(&vault, "strength") == 4 && json_object_size(vault.answer.json) == 3, "no secret");
	cr_assert(list(&vault, "") == 200 && json_array_size(api_member(&vault.answer, "items")) == 2);
	cr_assert(number(&vault, "items/0/version") == 2 &&
		json_is_true(api_member(&vault.answer, "items/0/current")));
	cr_assert(json_is_true(api_member(&vault.answer, "items/0/generated")) &&
		number(&vault, "items/0/known_to") == 0);
	cr_assert(number(&vault, "items/1/known_to") == 1 &&
		json_is_false(api_member(&vault.answer, "items/1/current")));
	cr_assert(json_is_false(api_member(&vault.answer, "items/1/generated")));
	reveal(&vault, grant);
	cr_assert(list(&vault, "") == 200 && number(&vault, "items/0/known_to") == 1);
}

Test(credential_versions, a_version_that_changes_the_seed_leaves_the_password_known)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, "\"modes\":[\"reveal\"]", grant);
	reveal(&vault, grant);
	cr_assert(change(&vault, "{\"secret\":{\"totp\":\"" VAULT_SEED "\"}}") == 201);
	cr_assert(list(&vault, "") == 200 && number(&vault, "items/0/known_to") == 1);
	cr_assert(api_has(&vault.answer, "items/0/fields/0", "password") &&
		api_has(&vault.answer, "items/0/fields/1", "totp"));
}

Test(credential_versions, each_names_who_made_it)
{
	scoped(vault) vault = {0};
	char path[VAULT_PATH], grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	snprintf(path, sizeof path, "/v1/credentials/%s/versions", vault.login);
	cr_assert(vault_call_as(&vault, vault.assistant.token, "POST", path, "{\"generate\":{}}") == 201);
	cr_assert(list(&vault, "") == 200 && api_has(&vault.answer, "items/0/by", vault.assistant.text));
	cr_assert(strncmp(api_text(&vault.answer, "items/1/by"), "app_", 4) == 0);
	cr_assert(!strstr(vault.answer.body, VAULT_PASSWORD));
}

Test(credential_versions, a_long_history_comes_in_pages_from_the_newest)
{
	scoped(vault) vault = {0};
	char query[400];
	vault_open(&vault);
	for (int i = 0; i < 4; i++)
		cr_assert(change(&vault, "{\"generate\":{}}") == 201);
	cr_assert(list(&vault, "?limit=3") == 200);
	cr_assert(number(&vault, "items/0/version") == 5 && number(&vault, "items/2/version") == 3);
	snprintf(query, sizeof query, "?limit=3&cursor=%s", api_text(&vault.answer, "next"));
	cr_assert(list(&vault, query) == 200 && json_array_size(api_member(&vault.answer, "items")) == 2);
	cr_assert(number(&vault, "items/1/version") == 1 && json_is_null(api_member(&vault.answer, "next")));
	cr_assert(list(&vault, "?cursor=AAAA") == 400);
}

Test(credential_versions, another_tenants_history_does_not_exist)
{
	scoped(vault) vault = {0};
	struct api_tenant other;
	char path[VAULT_PATH];
	vault_open(&vault);
	api_world_tenant(&vault.api, &other);
	snprintf(path, sizeof path, "/v1/credentials/%s/versions", vault.login);
	cr_assert(vault_call_as(&vault, other.token, "GET", path, NULL) == 404);
}

Test(credential_versions, what_is_drawn_is_made_of_the_classes_that_are_asked_for)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, "\"modes\":[\"reveal\"]", grant);
	cr_assert(change(&vault, "{\"generate\":{\"length\":16,\"classes\":[\"digits\"]}}") == 201);
	reveal(&vault, grant);
	const char *password = api_text(&vault.answer, "secret/password");
	cr_assert(strlen(password) == 16 && strspn(password, "23456789") == 16, "%s", password);
	change(&vault, "{\"generate\":{\"classes\":[\"emoji\"]}}");
	cr_assert(vault.answer.status == 422 &&
		api_has_problem(&vault.answer, "/generate/classes", "not_allowed"));
	change(&vault, "{\"generate\":{\"classes\":[]}}");
	cr_assert(
		vault.answer.status == 422 && api_has_problem(&vault.answer, "/generate/classes", "missing"));
}
