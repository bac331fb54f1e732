/* SPDX-License-Identifier: Apache-2.0 */
/* test_uses_refused - every rule of a use says no in its own words, on record, and costs nothing. */
#include "server/core/grants/uses.h"

#include "policies/denials.h"
#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { HOUR_MS = 3600000 };

/* A public key of X25519: nothing is ever sealed to it. */
#define SEAL_TO "CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

Test(uses_refused, a_grant_ends_and_stays_ended_when_the_clock_goes_back)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE ",\"until\":\"2026-11-21T13:00:00Z\"", grant);
	vault_login(&vault, login);
	fake_clock_pass(HOUR_MS - 1);
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
	fake_clock_pass(1);
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "grant_expired"));
	cr_assert(vault_events(&vault, ACTION_GRANT_EXPIRED) == 1 &&
		vault_events(&vault, ACTION_CREDENTIAL_DENIED) == 1);
	fake_clock_pass(-HOUR_MS / 2);
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "grant_expired"));
	cr_assert(vault_events(&vault, ACTION_GRANT_EXPIRED) == 1, "it ended once");
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200 && api_has(&vault.answer, "state", "expired"));
}

Test(uses_refused, rule_o_a_grant_that_ended_unseen_does_not_revive_when_the_clock_is_set_back)
{
	scoped(vault) vault = {0};
	struct steady clock = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault.api.server.volume.clock = &clock;
	vault_grant(&vault, VAULT_CODE ",\"until\":\"2026-11-21T13:00:00Z\"", grant);
	vault_login(&vault, login);
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
	fake_clock_pass(HOUR_MS);
	cr_assert(vault_call(&vault, "GET", "/v1/people", NULL) == 200, "time is seen, the grant is not");
	fake_clock_pass(-HOUR_MS / 2);
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "grant_expired"), "%s", vault.answer.body);
}

Test(uses_refused, a_grant_that_has_not_begun_waits)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE ",\"from\":\"2026-11-21T13:00:00Z\"", grant);
	vault_login(&vault, login);
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "grant_suspended"));
	fake_clock_pass(HOUR_MS);
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
}

Test(uses_refused, uses_run_out_and_refusals_cost_none)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE ",\"uses\":2", grant);
	vault_login(&vault, login);
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
	vault_ask_code(&vault, grant, NULL);
	cr_assert(vault_is_refused(&vault, "person_unproven"));
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "uses_exhausted"));
}

Test(uses_refused, a_mode_outside_the_grant_is_refused)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_confirm(&vault, grant, "reset the account", proof);
	vault_ask_reveal(&vault, grant, proof);
	cr_assert(vault_is_refused(&vault, "mode_not_allowed"));
	vault_use(&vault,
		&(struct vault_use){.grant = grant,
			.mode = "inject",
			.purpose = "x",
			.verification = proof,
			.seal_to = SEAL_TO});
	cr_assert(vault_is_refused(&vault, "mode_not_allowed"));
	vault_use(&vault, &(struct vault_use){.grant = grant, .mode = "copy", .purpose = "x"});
	cr_assert(api_is_code(&vault.answer, 422, "invalid") &&
		api_has_problem(&vault.answer, "/mode", "not_allowed"));
}

static bool says(const struct vault *vault, const char *text)
{
	return strcmp(api_text(&vault->answer, "detail"), text) == 0;
}

Test(uses_refused, the_clients_own_contact_stops_all_use_of_its_own_and_of_nobody_elses)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	cr_assert(vault_call(&vault, "POST", "/v1/clients", "{\"name\":\"Berg\",\"ref\":\"berg\"}") == 201);
	cr_assert(vault_call_for(&vault, vault.contact, "POST", "/v1/clients/berg/freeze", NULL) == 404);
	cr_assert(vault_call_for(&vault, vault.contact, "POST", "/v1/clients/karlsson/freeze", NULL) == 200,
		"%s", vault.answer.body);
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "frozen"));
	cr_assert(vault_call_for(&vault, vault.contact, "DELETE", "/v1/clients/berg/freeze", NULL) == 404);
	cr_assert(
		vault_call_for(&vault, vault.contact, "DELETE", "/v1/clients/karlsson/freeze", NULL) == 200);
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
}

Test(uses_refused, who_names_a_language_is_told_in_it)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert(vault_call_for(&vault, vault.contact, "POST", "/v1/clients/karlsson/freeze", NULL) == 200);
	snprintf(path, sizeof path, "/v1/grants/%s/uses", grant);
	struct api_request ask = {.method = "POST",
		.path = path,
		.token = vault.api.tenant.token,
		.body = "{\"mode\":\"code\",\"purpose\":\"x\",\"device\":{\"ip\":\"203.0.113.7\",\"user_"
			"agent\":\"x\"}}",
		.more = "Accept-Language: de, sv-FI;q=0.8\r\n"};
	cr_assert(api_ask(&vault.api, &ask, &vault.answer) == 403, "%s", vault.answer.body);
	cr_assert(says(&vault, denials_text(CODE_FROZEN, LANGUAGE_SV)), "%s", vault.answer.body);
	cr_assert(strstr(vault.answer.head, "Content-Language: sv\r\n"), "%s", vault.answer.head);
	ask.more = "Accept-Language: de\r\n";
	cr_assert(api_ask(&vault.api, &ask, &vault.answer) == 403);
	cr_assert(!strstr(vault.answer.head, "Content-Language"), "%s", vault.answer.head);
}

Test(uses_refused, every_use_says_what_for)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	vault_use(&vault, &(struct vault_use){.grant = grant, .mode = "code", .verification = login});
	cr_assert(vault_is_refused(&vault, "purpose_required"));
	static const char *const SILENT[] = {" ", "   \\t", "...", "-", "\xc2\xa0"};
	for (size_t i = 0; i < sizeof SILENT / sizeof SILENT[0]; i++) {
		vault_use(&vault,
			&(struct vault_use){
				.grant = grant, .mode = "code", .verification = login, .purpose = SILENT[i]});
		cr_assert(vault_is_refused(&vault, "purpose_required"), "%zu", i);
	}
}

Test(uses_refused, a_use_without_a_device_is_refused_by_form)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	vault_use(&vault,
		&(struct vault_use){.grant = grant,
			.mode = "code",
			.purpose = "x",
			.verification = login,
			.no_device = true});
	cr_assert(api_is_code(&vault.answer, 422, "device_missing"));
}

Test(uses_refused, a_client_stops_all_use_and_allows_it_again)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	cr_assert(vault_call_for(&vault, vault.contact, "POST", "/v1/clients/karlsson/freeze", NULL) == 200,
		"%s", vault.answer.body);
	cr_assert(json_is_true(api_member(&vault.answer, "frozen")));
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "frozen"));
	cr_assert(
		vault_call_for(&vault, vault.contact, "DELETE", "/v1/clients/karlsson/freeze", NULL) == 200);
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
	cr_assert(vault_events(&vault, ACTION_CLIENT_PAUSED) == 1 &&
		vault_events(&vault, ACTION_CLIENT_RESUMED) == 1);
}

Test(uses_refused, nothing_is_used_of_what_was_revoked_or_archived)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], second[ID_TEXT + 1], login[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_grant(&vault, VAULT_CODE, second);
	vault_login(&vault, login);
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 200 &&
		api_has(&vault.answer, "state", "revoked"));
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "grant_expired"));
	cr_assert(vault_ask_code(&vault, second, login) == 200, "another grant is another grant");
	snprintf(path, sizeof path, "/v1/credentials/%s", vault.login);
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 200);
	vault_ask_code(&vault, second, login);
	cr_assert(vault_is_refused(&vault, "grant_suspended"));
}

Test(uses_refused, a_grant_gives_nothing_that_the_grantees_roles_do_not)
{
	scoped(vault) vault = {0};
	char body[VAULT_BODY], grant[ID_TEXT + 1];
	struct api_person marketer;
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "marketer", NULL, &marketer);
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\"," VAULT_CODE "}", vault.login,
		marketer.text);
	cr_assert(vault_call(&vault, "POST", "/v1/grants", body) == 201);
	snprintf(grant, sizeof grant, "%s", api_text(&vault.answer, "id"));
	vault_use(&vault,
		&(struct vault_use){.grant = grant, .mode = "code", .purpose = "x", .token = marketer.token});
	cr_assert(vault_is_refused(&vault, "not_allowed"));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DENIED) == 1);
}

Test(uses_refused, another_tenants_grant_does_not_exist)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	struct api_tenant other;
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	api_world_tenant(&vault.api, &other);
	vault_use(&vault,
		&(struct vault_use){.grant = grant,
			.mode = "code",
			.purpose = "x",
			.verification = login,
			.token = other.token});
	cr_assert(api_is_code(&vault.answer, 404, "not_found"));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DENIED) == 0);
}

Test(uses_refused, the_same_refusal_in_one_minute_is_counted_together)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	for (int i = 0; i < 5; i++) {
		vault_ask_code(&vault, grant, NULL);
		cr_assert(vault_is_refused(&vault, "person_unproven"));
	}
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DENIED) == 1);
}

Test(uses_refused, a_proof_in_the_header_does_not_stand_in_for_the_one_in_the_body)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	snprintf(path, sizeof path, "/v1/grants/%s/uses", grant);
	struct api_request request = {.method = "POST",
		.path = path,
		.token = vault.api.tenant.token,
		.actor = vault.assistant.text,
		.verification = login,
		.body = "{\"mode\":\"code\",\"purpose\":\"p\",\"verification\":\"ver_x\",\"device\":{\"ip\":"
			"\"1.1.1.1\","
			"\"user_agent\":\"x\"}}"};
	api_ask(&vault.api, &request, &vault.answer);
	cr_assert(vault_is_refused(&vault, "person_unproven"), "%s", vault.answer.body);
	request.body =
		"{\"mode\":\"code\",\"purpose\":\"p\",\"device\":{\"ip\":\"1.1.1.1\",\"user_agent\":\"x\"}}";
	cr_assert(api_ask(&vault.api, &request, &vault.answer) == 200, "%s", vault.answer.body);
}

/* ---- from where ---- */

Test(uses_refused, a_lost_device_uses_nothing_whatever_was_proven_elsewhere)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
	snprintf(path, sizeof path, "/v1/people/%s/devices", vault.assistant.text);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200, "%s", vault.answer.body);
	snprintf(path, sizeof path, "/v1/devices/%s/lost", api_text(&vault.answer, "items/0/id"));
	cr_assert(vault_call(&vault, "POST", path, NULL) == 200, "%s", vault.answer.body);
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "person_unproven"), "%s", vault.answer.body);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_CODE_ISSUED) == 1);
}
