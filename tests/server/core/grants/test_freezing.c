/* SPDX-License-Identifier: Apache-2.0 */
/* test_freezing - all use of a client's credentials is stopped and let go on, by whom it may be, and not in silence. */
#include "server/core/grants/freezing.h"
#include "tests/server/vault_world.h"
#include <criterion/criterion.h>

static const char FREEZE[] = "/v1/clients/karlsson/freeze";

Test(freezing, takes_capability_and_proof)
{
	scoped(vault) vault = {0};
	struct api_person owner, hq;
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	vault_call_as(&vault, vault.assistant.token, "POST", FREEZE, NULL);
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"));
	const struct api_request asserted = {
		.method = "POST", .path = FREEZE, .token = vault.api.tenant.token, .actor = owner.text};
	api_ask(&vault.api, &asserted, &vault.answer);
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"));
	vault_call(&vault, "POST", FREEZE, NULL);
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"), "no application stops it alone");
	cr_assert(vault_call_as(&vault, owner.token, "POST", FREEZE, "{}") == 200);
	vault_call(&vault, "DELETE", FREEZE, NULL);
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"), "nor lets go on what a person stopped");
	api_world_person(&vault.api, &vault.api.tenant, "hq", NULL, &hq);
	cr_assert(vault_call_as(&vault, hq.token, "POST", FREEZE, "{}") == 200);
	vault_call_as(&vault, hq.token, "DELETE", FREEZE, NULL);
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"), "%s", vault.answer.body);
	cr_assert(vault_call_as(&vault, owner.token, "DELETE", FREEZE, NULL) == 200);
	cr_assert(vault_call(&vault, "POST", "/v1/clients/nobody/freeze", NULL) == 404);
}

static size_t told(struct vault *vault, struct id person, enum notice_kind kind)
{
	return api_count_notices(&vault->api, person, kind);
}

Test(freezing, that_an_owner_undoes_is_told_to_the_client_who_did_it)
{
	scoped(vault) vault = {0};
	struct api_person owner, other;
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &other);
	cr_assert(vault_call_for(&vault, vault.contact, "POST", FREEZE, NULL) == 200);
	cr_assert(told(&vault, owner.id, NOTICE_USE_STOPPED) == 1, "the business hears of it");
	cr_assert(told(&vault, other.id, NOTICE_USE_STOPPED) == 1);
	cr_assert(told(&vault, vault.contact, NOTICE_USE_STOPPED) == 0, "she knows");
	cr_assert(vault_call_for(&vault, vault.contact, "POST", FREEZE, NULL) == 200);
	cr_assert(told(&vault, owner.id, NOTICE_USE_STOPPED) == 1, "nothing is new");
	cr_assert(vault_events(&vault, ACTION_CLIENT_PAUSED) == 1, "nor does the log say it twice");
	cr_assert(vault_call_as(&vault, owner.token, "DELETE", FREEZE, NULL) == 200);
	cr_assert(told(&vault, vault.contact, NOTICE_USE_RESUMED) == 1, "nobody lets go on behind her back");
	cr_assert(told(&vault, other.id, NOTICE_USE_RESUMED) == 1);
	cr_assert(told(&vault, owner.id, NOTICE_USE_RESUMED) == 0);
	cr_assert(vault_call_as(&vault, owner.token, "DELETE", FREEZE, NULL) == 200);
	cr_assert(told(&vault, vault.contact, NOTICE_USE_RESUMED) == 1);
	cr_assert(vault_events(&vault, ACTION_CLIENT_RESUMED) == 1, "what goes on already is not resumed");
}
