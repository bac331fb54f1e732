/* SPDX-License-Identifier: Apache-2.0 */
/* test_credential_reuse - the same password twice is found, and nothing is learnt of it. */
#include "server/core/vault/credential_reuse.h"

#include "tests/server/vault_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const char *add(struct vault *vault, const char *password, char id[static ID_TEXT + 1])
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body,
		"{\"client\":\"karlsson\",\"kind\":\"login\",\"label\":{\"title\":\"x\"},\"secret\":{"
		"\"password\":\"%s\"},"
		"\"modes_max\":[\"code\"]}",
		password);
	cr_assert(vault_call(vault, "POST", "/v1/credentials", body) == 201);
	snprintf(id, ID_TEXT + 1, "%s", api_text(&vault->answer, "id"));
	return id;
}

static int compare_as(struct vault *vault, const char *token, const char *body)
{
	return vault_call_as(vault, token, "POST", "/v1/credentials:reuse", body);
}

static size_t groups(const struct vault *vault)
{
	return json_array_size(api_member(&vault->answer, "groups"));
}

Test(credential_reuse, the_same_password_twice_is_a_group_of_ids_and_no_more)
{
	scoped(vault) vault = {0};
	char twin[ID_TEXT + 1], single[ID_TEXT + 1];
	vault_open(&vault);
	add(&vault, VAULT_PASSWORD, twin);
	add(&vault, "kolvot", single);
	cr_assert(compare_as(&vault, vault.api.tenant.token, "{}") == 200, "%s", vault.answer.body);
	cr_assert(groups(&vault) == 1 && json_integer_value(api_member(&vault.answer, "compared")) == 3);
	cr_assert(json_is_true(api_member(&vault.answer, "complete")));
	cr_assert(json_array_size(api_member(&vault.answer, "groups/0/credentials")) == 2);
	/* Ids of the same moment stand in any order. */
	bool turned = api_has(&vault.answer, "groups/0/credentials/0", twin);
	cr_assert(api_has(&vault.answer, turned ? "groups/0/credentials/1" : "groups/0/credentials/0",
			  vault.login) &&
		api_has(&vault.answer, turned ? "groups/0/credentials/0" : "groups/0/credentials/1", twin));
	cr_assert(!strstr(vault.answer.body, single) && !strstr(vault.answer.body, VAULT_PASSWORD));
	cr_assert(json_object_size(vault.answer.json) == 3, "no hash either");
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_REUSE_CHECKED) == 1);
}

Test(credential_reuse, a_changed_or_archived_one_is_no_longer_the_same)
{
	scoped(vault) vault = {0};
	char twin[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	add(&vault, VAULT_PASSWORD, twin);
	snprintf(path, sizeof path, "/v1/credentials/%s/versions", vault.login);
	cr_assert(vault_call(&vault, "POST", path, "{\"secret\":{\"totp\":\"" VAULT_SEED "\"}}") == 201);
	cr_assert(compare_as(&vault, vault.api.tenant.token, "{}") == 200 && groups(&vault) == 1,
		"a password that an older version holds");
	cr_assert(vault_call(&vault, "POST", path, "{\"generate\":{}}") == 201);
	cr_assert(compare_as(&vault, vault.api.tenant.token, "{\"client\":\"karlsson\"}") == 200 &&
		groups(&vault) == 0);
	add(&vault, VAULT_PASSWORD, path);
	cr_assert(compare_as(&vault, vault.api.tenant.token, "{}") == 200 && groups(&vault) == 1);
	snprintf(path, sizeof path, "/v1/credentials/%s", twin);
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 200);
	cr_assert(compare_as(&vault, vault.api.tenant.token, "{}") == 200 && groups(&vault) == 0);
}

Test(credential_reuse, who_could_not_give_a_grant_learns_nothing_by_putting_in_a_guess)
{
	scoped(vault) vault = {0};
	struct api_tenant other;
	char guess[ID_TEXT + 1];
	vault_open(&vault);
	api_world_tenant(&vault.api, &other);
	add(&vault, VAULT_PASSWORD, guess);
	compare_as(&vault, vault.assistant.token, "{}");
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"));
	cr_assert(compare_as(&vault, other.token, "{}") == 200 && groups(&vault) == 0 &&
		json_integer_value(api_member(&vault.answer, "compared")) == 0);
	cr_assert(compare_as(&vault, other.token, "{\"client\":\"karlsson\"}") == 404);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_REUSE_CHECKED) == 0);
}
