/* SPDX-License-Identifier: Apache-2.0 */
/* test_call - a request that names nobody is told which of its fields does. */
#include "tests/server/vault_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct named {
	const char *path, *body, *pointer, *code;
};

static const struct named NAMED[] = {
	{"/v1/credentials",
		"{\"client\":\"nobody\",\"kind\":\"note\",\"label\":{\"title\":\"T\"},\"secret\":{\"text\":"
		"\"t\"},\"modes_max\":[\"reveal\"]}",
		"/client", "unknown_client"},
	{"/v1/deposits", "{\"client\":\"nobody\",\"ask\":\"shop\",\"fields\":[\"password\"]}", "/client",
		"unknown_client"},
	{"/v1/slips", "{\"to\":\"nobody\",\"text\":\"123\",\"ttl_s\":60}", "/to", "unknown_person"},
	{"/v1/people", "{\"name\":\"N\",\"kind\":\"client\",\"roles\":[],\"client\":\"nobody\"}", "/client",
		"unknown_client"},
	{"/v1/handovers",
		"{\"from\":\"nobody\",\"to\":\"nobody\",\"kind\":\"replacement\",\"start\":\"2030-01-01T00:"
		"00:"
		"00Z\",\"reason\":\"replacement\"}",
		"/from", "unknown_person"},
	{"/v1/agreements",
		"{\"kind\":\"nda\",\"person\":\"nobody\",\"version\":1,\"hash\":\""
		"0000000000000000000000000000000000000000000000000000000000000000\"}",
		"/person", "unknown_person"},
};

Test(call, who_is_not_known_is_named_by_the_field_that_names_them)
{
	scoped(vault) vault = {0};
	struct api_person owner;
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	for (size_t i = 0; i < sizeof NAMED / sizeof NAMED[0]; i++) {
		vault_call_as(&vault, owner.token, "POST", NAMED[i].path, NAMED[i].body);
		cr_assert(api_is_code(&vault.answer, 422, NAMED[i].code) &&
				api_has_problem(&vault.answer, NAMED[i].pointer, NAMED[i].code),
			"%s: %s", NAMED[i].path, vault.answer.body);
	}
}

Test(call, a_failure_of_another_kind_blames_no_field)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(vault_call(&vault, "POST", "/v1/clients/nobody/freeze", NULL) == 404);
	cr_assert(!api_member(&vault.answer, "errors/0"), "%s", vault.answer.body);
}
