/* SPDX-License-Identifier: Apache-2.0 */
/* test_grants - who may give what to whom, and who sees it. */
#include "server/core/grants/grants.h"

#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

static int give_as(struct vault *vault, const char *token, const char *terms)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\",%s}", vault->login,
		vault->assistant.text, terms);
	return vault_call_as(vault, token, "POST", "/v1/grants", body);
}

static int give(struct vault *vault, const char *terms)
{
	return give_as(vault, vault->api.tenant.token, terms);
}

static size_t list(struct vault *vault, const char *token, const char *query)
{
	char path[512];
	snprintf(path, sizeof path, "/v1/grants%s", query);
	cr_assert(vault_call_as(vault, token, "GET", path, NULL) == 200, "%s", vault->answer.body);
	return json_array_size(api_member(&vault->answer, "items"));
}

static void revoke(struct vault *vault, const char *grant)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call(vault, "DELETE", path, NULL) == 200, "%s", vault->answer.body);
}

/* ---- giving ---- */

Test(grants, a_grant_is_active_at_once_and_ends_in_ninety_days)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(give(&vault, "\"modes\":[\"code\"],\"task\":\"T-1\",\"mandate\":\"order goods\"") == 201);
	cr_assert(api_has(&vault.answer, "state", "active") &&
		api_has(&vault.answer, "gates/approval", "none"));
	cr_assert(api_has(&vault.answer, "gates/nda", "none") &&
		api_has(&vault.answer, "gates/consent", "none"));
	cr_assert(api_has(&vault.answer, "from", "2026-11-21T12:00:00.000Z"));
	cr_assert(api_has(&vault.answer, "until", "2027-02-19T12:00:00.000Z"), "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "task", "T-1") && api_has(&vault.answer, "mandate", "order goods"));
	cr_assert(vault_events(&vault, ACTION_GRANT_ACTIVATED) == 1);
}

Test(grants, modes_lie_within_the_credentials_ceiling)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(vault_call(&vault, "POST", "/v1/credentials",
			  "{\"client\":\"karlsson\",\"kind\":\"totp\",\"label\":{\"title\":\"Codes\"},"
			  "\"secret\":{\"totp\":\"" VAULT_SEED "\"},\"modes_max\":[\"code\"]}") == 201);
	snprintf(vault.login, sizeof vault.login, "%s", api_text(&vault.answer, "id"));
	give(&vault, "\"modes\":[\"code\",\"reveal\"]");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/modes", "not_allowed"));
	cr_assert(give(&vault, "\"modes\":[\"code\"]") == 201);
}

Test(grants, a_grant_ends_after_it_has_begun)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	give(&vault, "\"modes\":[\"code\"],\"until\":\"2026-11-21T12:00:00Z\"");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/until", "not_allowed"));
	give(&vault,
		"\"modes\":[\"code\"],\"from\":\"2026-11-23T12:00:00Z\",\"until\":\"2026-11-22T12:00:00Z\"");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/until", "not_allowed"));
}

Test(grants, terms_that_would_not_be_kept_are_refused)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	give(&vault, "\"modes\":[\"code\"],\"approval\":{\"by\":[],\"count\":1}");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/approval/by", "missing"));
	give(&vault, "\"modes\":[\"code\"],\"approval\":{\"by\":[\"nobody\"]}");
	cr_assert(
		vault.answer.status == 422 && api_has_problem(&vault.answer, "/approval/by", "not_allowed"));
	give(&vault, "\"modes\":[\"code\"],\"approval\":{\"by\":[\"client\"],\"count\":2}");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/approval", "not_allowed"));
	give(&vault, "\"modes\":[\"code\"],\"approval\":{\"by\":[\"staff\"],\"count\":5}");
	cr_assert(vault.answer.status == 422);
	give(&vault, "\"modes\":[\"code\"],\"exclusive\":\"house\"");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/exclusive", "not_allowed"));
	give(&vault, "\"modes\":[\"inject\"]");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/modes", "not_allowed"));
	give(&vault, "\"modes\":[]");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/modes", "missing"));
	give(&vault, "\"modes\":[\"code\"],\"uses\":0");
	cr_assert(vault.answer.status == 422);
	give(&vault, "\"modes\":[\"code\"],\"exclusive\":\"none\"");
	cr_assert(vault.answer.status == 201);
}

Test(grants, nobody_here_gets_none_and_nothing_there_gives_none)
{
	scoped(vault) vault = {0};
	char body[VAULT_BODY];
	struct api_tenant other;
	vault_open(&vault);
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"nobody\",\"modes\":[\"code\"]}",
		vault.login);
	vault_call(&vault, "POST", "/v1/grants", body);
	cr_assert(api_is_code(&vault.answer, 422, "unknown_person"));
	api_world_tenant(&vault.api, &other);
	give_as(&vault, other.token, "\"modes\":[\"code\"]");
	cr_assert(api_is_code(&vault.answer, 404, "not_found"));
}

Test(grants, a_person_gives_with_the_capability_and_proven)
{
	scoped(vault) vault = {0};
	struct api_person coordinator;
	char body[VAULT_BODY];
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "coordinator", NULL, &coordinator);
	give_as(&vault, vault.assistant.token, "\"modes\":[\"code\"]");
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"));
	cr_assert(give_as(&vault, coordinator.token, "\"modes\":[\"code\"]") == 201);
	cr_assert(api_has(&vault.answer, "by", coordinator.text));
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\",\"modes\":[\"code\"]}", vault.login,
		vault.assistant.text);
	const struct api_request asserted = {.method = "POST",
		.path = "/v1/grants",
		.token = vault.api.tenant.token,
		.body = body,
		.actor = coordinator.text};
	api_ask(&vault.api, &asserted, &vault.answer);
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"));
}

Test(grants, an_application_gives_with_the_scope)
{
	scoped(vault) vault = {0};
	struct api_application reader, writer;
	vault_open(&vault);
	api_world_application(
		&vault.api, &vault.api.tenant, SCOPE_BIT(VAULT_READ) | SCOPE_BIT(VAULT_USE), &reader);
	api_world_application(&vault.api, &vault.api.tenant, SCOPE_BIT(VAULT_WRITE), &writer);
	give_as(&vault, reader.token, "\"modes\":[\"code\"]");
	cr_assert(api_is_code(&vault.answer, 403, "scope_missing"));
	cr_assert(give_as(&vault, writer.token, "\"modes\":[\"code\"]") == 201);
}

/* ---- looking ---- */

Test(grants, lists_are_of_a_person_a_client_or_a_state)
{
	scoped(vault) vault = {0};
	char first[ID_TEXT + 1], second[ID_TEXT + 1], query[128];
	const char *token;
	vault_open(&vault);
	token = vault.api.tenant.token;
	vault_grant(&vault, "\"modes\":[\"code\"]", first);
	vault_grant(&vault, "\"modes\":[\"reveal\"]", second);
	revoke(&vault, first);
	cr_assert(list(&vault, token, "") == 2 && list(&vault, token, "?client=karlsson") == 2);
	snprintf(query, sizeof query, "?person=%s", vault.assistant.text);
	cr_assert(list(&vault, token, query) == 2);
	cr_assert(list(&vault, token, "?state=active") == 1 && api_has(&vault.answer, "items/0/id", second));
	cr_assert(list(&vault, token, "?state=revoked&client=karlsson") == 1 &&
		api_has(&vault.answer, "items/0/id", first));
	cr_assert(list(&vault, token, "?state=used_up") == 0);
	cr_assert(vault_call(&vault, "GET", "/v1/grants?state=sleeping", NULL) == 422);
	cr_assert(vault_call(&vault, "GET", "/v1/grants?person=nobody", NULL) == 404);
}

Test(grants, a_list_goes_on_behind_its_cursor)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], first[2][ID_TEXT + 1], query[512];
	vault_open(&vault);
	for (int i = 0; i < 3; i++)
		vault_grant(&vault, "\"modes\":[\"code\"]", grant);
	cr_assert(list(&vault, vault.api.tenant.token, "?client=karlsson&limit=2") == 2);
	snprintf(first[0], sizeof first[0], "%s", api_text(&vault.answer, "items/0/id"));
	snprintf(first[1], sizeof first[1], "%s", api_text(&vault.answer, "items/1/id"));
	snprintf(query, sizeof query, "?client=karlsson&limit=2&cursor=%s", api_text(&vault.answer, "next"));
	cr_assert(list(&vault, vault.api.tenant.token, query) == 1);
	cr_assert(strcmp(api_text(&vault.answer, "items/0/id"), first[1]) > 0 &&
		strcmp(first[1], first[0]) > 0);
	cr_assert(json_is_null(api_member(&vault.answer, "next")));
}

Test(grants, a_cursor_belongs_to_its_filters)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], path[512];
	vault_open(&vault);
	for (int i = 0; i < 2; i++)
		vault_grant(&vault, "\"modes\":[\"code\"]", grant);
	cr_assert(list(&vault, vault.api.tenant.token, "?client=karlsson&limit=1") == 1);
	snprintf(path, sizeof path, "/v1/grants?limit=1&cursor=%s", api_text(&vault.answer, "next"));
	vault_call(&vault, "GET", path, NULL);
	cr_assert(api_is_code(&vault.answer, 400, "cursor_invalid"));
}

Test(grants, members_of_staff_see_their_own_and_whoever_gives_sees_all)
{
	scoped(vault) vault = {0};
	struct api_person coordinator, marketer;
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	vault_grant(&vault, "\"modes\":[\"code\"]", grant);
	api_world_person(&vault.api, &vault.api.tenant, "coordinator", NULL, &coordinator);
	api_world_person(&vault.api, &vault.api.tenant, "marketer", NULL, &marketer);
	cr_assert(list(&vault, vault.assistant.token, "") == 1 && list(&vault, coordinator.token, "") == 1);
	cr_assert(list(&vault, marketer.token, "") == 0);
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call_as(&vault, marketer.token, "GET", path, NULL) == 404);
	cr_assert(vault_call_as(&vault, marketer.token, "DELETE", path, NULL) == 404);
	cr_assert(vault_call_as(&vault, vault.assistant.token, "DELETE", path, NULL) == 200,
		"who has it may give it back");
}

/* A client's contact, through the tenant's application. */
static int as_contact(struct vault *vault, const char *method, const char *path)
{
	char contact[ID_TEXT + 1];
	ids_print(ID_PERSON, vault->contact, contact);
	const struct api_request request = {
		.method = method, .path = path, .token = vault->api.tenant.token, .actor = contact};
	return api_ask(&vault->api, &request, &vault->answer);
}

Test(grants, a_contact_sees_and_takes_back_what_is_of_their_client_alone)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, "\"modes\":[\"code\"]", grant);
	cr_assert(vault_call(&vault, "POST", "/v1/clients", "{\"name\":\"Other\",\"ref\":\"other\"}") == 201);
	cr_assert(vault_call(&vault, "POST", "/v1/credentials",
			  "{\"client\":\"other\",\"kind\":\"note\",\"label\":{\"title\":\"N\"},\"secret\":{"
			  "\"text\":\"x\"},"
			  "\"modes_max\":[\"reveal\"]}") == 201);
	snprintf(login, sizeof login, "%s", api_text(&vault.answer, "id"));
	cr_assert(as_contact(&vault, "GET", "/v1/credentials") == 200, "%s", vault.answer.body);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 1);
	snprintf(path, sizeof path, "/v1/credentials/%s", login);
	cr_assert(as_contact(&vault, "GET", path) == 404);
	cr_assert(as_contact(&vault, "GET", "/v1/clients/karlsson/access") == 200);
	cr_assert(as_contact(&vault, "GET", "/v1/clients/other/access") == 404);
	cr_assert(as_contact(&vault, "GET", "/v1/credentials?client=other") == 404);
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(as_contact(&vault, "DELETE", path) == 200 && api_has(&vault.answer, "state", "revoked"));
}

Test(grants, another_tenants_grants_do_not_exist)
{
	scoped(vault) vault = {0};
	struct api_tenant other;
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	vault_grant(&vault, "\"modes\":[\"code\"]", grant);
	api_world_tenant(&vault.api, &other);
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call_as(&vault, other.token, "GET", path, NULL) == 404);
	cr_assert(vault_call_as(&vault, other.token, "DELETE", path, NULL) == 404);
	cr_assert(list(&vault, other.token, "") == 0);
	snprintf(path, sizeof path, "/v1/people/%s/exposure", vault.assistant.text);
	cr_assert(vault_call_as(&vault, other.token, "GET", path, NULL) == 404);
	snprintf(path, sizeof path, "/v1/clients/%s/access", vault.client_text);
	cr_assert(vault_call_as(&vault, other.token, "GET", path, NULL) == 404);
	snprintf(path, sizeof path, "/v1/clients/%s/freeze", vault.client_text);
	cr_assert(vault_call_as(&vault, other.token, "POST", path, NULL) == 404);
}

/* ---- taking back ---- */

Test(grants, a_grant_is_taken_back_once)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	vault_grant(&vault, "\"modes\":[\"code\"]", grant);
	revoke(&vault, grant);
	cr_assert(vault_events(&vault, ACTION_GRANT_REVOKED) == 1);
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 409);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200 && api_has(&vault.answer, "state", "revoked"));
}

/* ---- who can and who knows ---- */

Test(grants, a_client_sees_who_can_use_what_and_who_knows_it)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, "\"modes\":[\"reveal\"]", grant);
	vault_confirm(&vault, grant, "see", proof);
	cr_assert(
		vault_use(&vault,
			&(struct vault_use){
				.grant = grant, .mode = "reveal", .purpose = "see", .verification = proof}) ==
		200);
	cr_assert(vault_call(&vault, "GET", "/v1/clients/karlsson/access", NULL) == 200, "%s",
		vault.answer.body);
	cr_assert(api_has(&vault.answer, "items/0/credential", vault.login));
	cr_assert(api_has(&vault.answer, "items/0/can_use/0/person", vault.assistant.text));
	cr_assert(api_has(&vault.answer, "items/0/knows/0/person", vault.assistant.text));
	revoke(&vault, grant);
	cr_assert(vault_call(&vault, "GET", "/v1/clients/karlsson/access", NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items/0/can_use")) == 0);
	cr_assert(json_array_size(api_member(&vault.answer, "items/0/knows")) == 1,
		"knowing does not end with the grant");
}

Test(grants, people_see_what_they_know_themselves_and_not_what_others_know)
{
	scoped(vault) vault = {0};
	struct api_person other;
	char path[VAULT_PATH];
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "assistant", NULL, &other);
	snprintf(path, sizeof path, "/v1/people/%s/exposure", vault.assistant.text);
	cr_assert(vault_call_as(&vault, vault.assistant.token, "GET", path, NULL) == 200);
	cr_assert(vault_call_as(&vault, other.token, "GET", path, NULL) == 404);
	cr_assert(vault_call_as(&vault, other.token, "GET", "/v1/clients/karlsson/access", NULL) == 404);
}

/* ---- in events that applications report ---- */

static int report(struct vault *vault, const char *person, const char *grant)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body,
		"{\"action\":\"record.viewed\",\"actor\":{\"person\":\"%s\"},\"grant\":\"%s\",\"object\":{"
		"\"type\":\"order\"},"
		"\"purpose\":\"to order\",\"device\":{\"ip\":\"203.0.113.7\",\"user_agent\":\"x\"}}",
		person, grant);
	return vault_call(vault, "POST", "/v1/events", body);
}

Test(grants, an_event_says_by_which_grant_its_own_actor_acted)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	struct api_person other;
	vault_open(&vault);
	vault_grant(&vault, "\"modes\":[\"code\"]", grant);
	api_world_person(&vault.api, &vault.api.tenant, "assistant", NULL, &other);
	cr_assert(report(&vault, vault.assistant.text, grant) == 201, "%s", vault.answer.body);
	snprintf(path, sizeof path, "/v1/events/%s", api_text(&vault.answer, "id"));
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(api_has(&vault.answer, "grant", grant), "%s", vault.answer.body);
	cr_assert(report(&vault, other.text, grant) == 422, "%s", vault.answer.body);
	cr_assert(api_has_problem(&vault.answer, "/grant", "not_allowed"), "%s", vault.answer.body);
}
