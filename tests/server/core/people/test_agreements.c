/* SPDX-License-Identifier: Apache-2.0 */
/* test_agreements - where the rules ask for a signature, nothing is given or used without it; and rules of a tenant hold for
 * every grant. */
#include "server/core/people/agreements.h"

#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { HOUR_MS = 3600 * 1000 };

static void rule(struct vault *vault, const char *body)
{
	cr_assert(vault_call(vault, "PUT", "/v1/vault-rules", body) == 200, "%s", vault->answer.body);
}

static int sign(struct vault *vault, const char *person, const char *more)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body, "{\"person\":\"%s\",\"version\":2%s}", person, more);
	return vault_call(vault, "POST", "/v1/agreements", body);
}

#define NDA ",\"kind\":\"nda\""

static void signed_nda(struct vault *vault, char id[static ID_TEXT + 1])
{
	cr_assert(sign(vault, vault->assistant.text, NDA) == 201, "%s", vault->answer.body);
	snprintf(id, ID_TEXT + 1, "%s", api_text(&vault->answer, "id"));
}

static int give_to(struct vault *vault, const char *person, const char *more)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\",\"modes\":[\"code\"]%s}",
		vault->login, person, more);
	return vault_call(vault, "POST", "/v1/grants", body);
}

static int use_for(struct vault *vault, const char *grant, const char *purpose)
{
	char login[ID_TEXT + 1];
	vault_login(vault, login);
	const struct vault_use use = {
		.grant = grant, .mode = "code", .purpose = purpose, .verification = login};
	return vault_use(vault, &use);
}

static const char *gate(struct vault *vault, const char *grant, const char *name)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call(vault, "GET", path, NULL) == 200);
	return json_string_value(json_object_get(api_member(&vault->answer, "gates"), name));
}

static int end(struct vault *vault, const char *id)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/agreements/%s", id);
	return vault_call(vault, "DELETE", path, NULL);
}

Test(agreements, without_a_rule_nobody_has_to_sign)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert(use_for(&vault, grant, "pay invoice 77") == 200, "%s", vault.answer.body);
	cr_assert_str_eq(gate(&vault, grant, "nda"), "none");
	cr_assert_str_eq(gate(&vault, grant, "consent"), "none");
}

Test(agreements, where_the_rules_ask_for_one_nobody_gets_a_grant_before_signing)
{
	scoped(vault) vault = {0};
	char id[ID_TEXT + 1], grant[ID_TEXT + 1];
	vault_open(&vault);
	rule(&vault, "{\"nda_required\":true}");
	give_to(&vault, vault.assistant.text, "");
	cr_assert(vault_is_refused(&vault, "nda_missing"), "%s", vault.answer.body);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DENIED) == 1 &&
		vault_events(&vault, ACTION_GRANT_ACTIVATED) == 0);
	signed_nda(&vault, id);
	cr_assert(vault_events(&vault, ACTION_AGREEMENT_SIGNED) == 1);
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert_str_eq(gate(&vault, grant, "nda"), "given");
	cr_assert(use_for(&vault, grant, "pay invoice 77") == 200, "%s", vault.answer.body);
}

Test(agreements, a_rule_that_comes_later_and_one_taken_back_close_what_was_given)
{
	scoped(vault) vault = {0};
	struct api_person owner;
	char id[ID_TEXT + 1], grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	rule(&vault, "{\"nda_required\":true}");
	use_for(&vault, grant, "pay invoice 77");
	cr_assert(vault_is_refused(&vault, "nda_missing"), "%s", vault.answer.body);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DENIED) == 1);
	cr_assert_str_eq(gate(&vault, grant, "nda"), "missing");
	signed_nda(&vault, id);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	size_t before = api_count_notices(&vault.api, owner.id, NOTICE_CHANGE);
	cr_assert(use_for(&vault, grant, "pay invoice 77") == 200, "%s", vault.answer.body);
	cr_assert(end(&vault, id) == 200 && vault_events(&vault, ACTION_AGREEMENT_EXPIRED) == 1);
	cr_assert(api_count_notices(&vault.api, owner.id, NOTICE_CHANGE) == before + 1, "the owner's mail");
	cr_assert_str_eq(api_text(&vault.answer, "state"), "ended");
	use_for(&vault, grant, "pay invoice 77");
	cr_assert(vault_is_refused(&vault, "nda_missing"));
	cr_assert(end(&vault, id) == 409, "%s", vault.answer.body);
}

Test(agreements, one_that_ends_closes_the_grant_at_its_millisecond)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	rule(&vault, "{\"nda_required\":true}");
	cr_assert(sign(&vault, vault.assistant.text, NDA ",\"expires_at\":\"2026-11-21T13:00:00Z\"") == 201);
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert(use_for(&vault, grant, "pay invoice 77") == 200);
	fake_clock_pass(HOUR_MS);
	use_for(&vault, grant, "pay invoice 77");
	cr_assert(vault_is_refused(&vault, "nda_missing"), "%s", vault.answer.body);
}

Test(agreements, an_older_text_or_another_client_is_not_what_the_rule_asks_for)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(vault_call(&vault, "POST", "/v1/clients", "{\"name\":\"Berg\",\"ref\":\"berg\"}") == 201);
	rule(&vault, "{\"nda_required\":true,\"nda_version\":3}");
	cr_assert(sign(&vault, vault.assistant.text, NDA) == 201);
	give_to(&vault, vault.assistant.text, "");
	cr_assert(vault_is_refused(&vault, "nda_missing"), "version 2 is not 3");
	rule(&vault, "{\"nda_required\":true,\"nda_version\":2}");
	cr_assert(give_to(&vault, vault.assistant.text, "") == 201, "%s", vault.answer.body);
	rule(&vault, "{\"nda_required\":true}");
	cr_assert(
		vault_call(&vault, "POST", "/v1/people",
			"{\"name\":\"Nea\",\"ref\":\"nea\",\"kind\":\"staff\",\"roles\":[\"assistant\"]}") ==
		201);
	cr_assert(sign(&vault, "nea", NDA ",\"client\":\"berg\"") == 201, "%s", vault.answer.body);
	give_to(&vault, "nea", "");
	cr_assert(vault_is_refused(&vault, "nda_missing"), "one for another client");
	cr_assert(sign(&vault, "nea", NDA ",\"client\":\"karlsson\"") == 201);
	cr_assert(give_to(&vault, "nea", "") == 201, "%s", vault.answer.body);
}

Test(agreements, what_no_agreement_can_say_is_refused)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	const char *who = vault.assistant.text;
	cr_assert(sign(&vault, who, ",\"kind\":\"oath\"") == 422 && sign(&vault, who, "") == 422);
	cr_assert(sign(&vault, who, NDA ",\"signed_at\":\"2026-11-22T12:00:00Z\"") == 422);
	cr_assert(api_has_problem(&vault.answer, "/signed_at", "not_allowed"));
	cr_assert(sign(&vault, who, NDA ",\"signed_at\":\"1907-11-22T12:00:00Z\"") == 422);
	cr_assert(sign(&vault, who, NDA ",\"expires_at\":\"2026-11-21T11:00:00Z\"") == 422);
	cr_assert(api_has_problem(&vault.answer, "/expires_at", "not_allowed"));
	cr_assert(sign(&vault, who, NDA ",\"hash\":\"beef\"") == 422);
	cr_assert(api_has_problem(&vault.answer, "/hash", "malformed"));
	cr_assert(sign(&vault, who, NDA ",\"client\":\"nobody\"") == 422);
	cr_assert(api_is_code(&vault.answer, 422, "unknown_client"));
	cr_assert(sign(&vault, "nobody", NDA) == 422 && api_is_code(&vault.answer, 422, "unknown_person"));
	cr_assert(vault_events(&vault, ACTION_AGREEMENT_SIGNED) == 0);
}

Test(agreements, nobody_records_their_own_and_who_writes_no_people_none_at_all)
{
	scoped(vault) vault = {0};
	struct api_person owner, other;
	char body[VAULT_BODY];
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	api_world_person(&vault.api, &vault.api.tenant, "assistant", NULL, &other);
	snprintf(body, sizeof body, "{\"person\":\"%s\",\"version\":1,\"kind\":\"nda\"}", owner.text);
	cr_assert(vault_call_for(&vault, owner.id, "POST", "/v1/agreements", body) == 403);
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"));
	snprintf(body, sizeof body, "{\"person\":\"%s\",\"version\":1,\"kind\":\"nda\"}", other.text);
	cr_assert(vault_call_for(&vault, vault.assistant.id, "POST", "/v1/agreements", body) == 403);
	cr_assert(vault_call_for(&vault, owner.id, "POST", "/v1/agreements", body) == 201, "%s",
		vault.answer.body);
}

static size_t listed_for(struct vault *vault, struct id person)
{
	cr_assert(vault_call_for(vault, person, "GET", "/v1/agreements", NULL) == 200);
	return json_array_size(api_member(&vault->answer, "items"));
}

Test(agreements, everybody_sees_their_own_and_who_reads_people_all)
{
	scoped(vault) vault = {0};
	struct api_person owner, other;
	char id[ID_TEXT + 1];
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	api_world_person(&vault.api, &vault.api.tenant, "assistant", NULL, &other);
	signed_nda(&vault, id);
	cr_assert(sign(&vault, other.text, NDA) == 201);
	cr_assert(listed_for(&vault, owner.id) == 2 && listed_for(&vault, other.id) == 1);
	cr_assert(listed_for(&vault, vault.contact) == 0);
}

Test(agreements, somebody_from_outside_uses_nothing_behind_the_end_of_their_terms)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	cr_assert(vault_call(&vault, "POST", "/v1/people",
			  "{\"name\":\"Lena\",\"ref\":\"lawyer\",\"kind\":\"external\",\"roles\":["
			  "\"assistant\"]}") == 201);
	snprintf(vault.assistant.text, sizeof vault.assistant.text, "%s", api_text(&vault.answer, "id"));
	cr_assert(!err_failed(ids_parse(ID_PERSON, span_text(vault.assistant.text), &vault.assistant.id)));
	cr_assert(
		vault_call_for(&vault, vault.contact, "POST", "/v1/consents",
			"{\"client\":\"karlsson\",\"party\":\"lawyer\",\"purpose\":\"x\",\"text_version\":1,"
			"\"expires_at\":\"2026-12-21T12:00:00Z\"}") == 201);
	cr_assert(
		sign(&vault, "lawyer", ",\"kind\":\"terms\",\"expires_at\":\"2026-11-21T13:00:00Z\"") == 201);
	cr_assert(give_to(&vault, "lawyer", ",\"until\":\"2026-11-21T13:00:01Z\"") == 422);
	cr_assert(api_has_problem(&vault.answer, "/until", "not_allowed"));
	cr_assert(give_to(&vault, "lawyer", "") == 201, "%s", vault.answer.body);
	snprintf(grant, sizeof grant, "%s", api_text(&vault.answer, "id"));
	cr_assert_str_eq(api_text(&vault.answer, "until"), "2026-11-21T13:00:00.000Z");
	cr_assert_str_eq(gate(&vault, grant, "consent"), "given");
	cr_assert(use_for(&vault, grant, "read") == 200, "%s", vault.answer.body);
	fake_clock_pass(HOUR_MS);
	use_for(&vault, grant, "read");
	cr_assert(vault_is_refused(&vault, "grant_expired"), "%s", vault.answer.body);
}

/* ---- the other rules ---- */

Test(agreements, a_tenant_that_asks_for_a_mandate_gets_no_grant_without_one)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	rule(&vault, "{\"mandate_required\":true}");
	cr_assert(give_to(&vault, vault.assistant.text, "") == 422);
	cr_assert(api_has_problem(&vault.answer, "/mandate", "missing"), "%s", vault.answer.body);
	cr_assert(give_to(&vault, vault.assistant.text, ",\"mandate\":\"pays invoices\"") == 201);
}

Test(agreements, a_grant_without_an_end_has_the_tenants)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(give_to(&vault, vault.assistant.text, "") == 201);
	cr_assert_str_eq(api_text(&vault.answer, "until"), "2027-02-19T12:00:00.000Z");
	rule(&vault, "{\"grant_days\":7}");
	cr_assert(give_to(&vault, vault.assistant.text, "") == 201);
	cr_assert_str_eq(api_text(&vault.answer, "until"), "2026-11-28T12:00:00.000Z");
}

Test(agreements, nothing_is_used_for_a_denied_purpose)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	rule(&vault, "{\"purposes_denied\":[\"bookkeep\"]}");
	cr_assert(give_to(&vault, vault.assistant.text, ",\"task\":\"Bookkeeping\"") == 422);
	cr_assert(api_has_problem(&vault.answer, "/task", "not_allowed"));
	vault_grant(&vault, VAULT_CODE ",\"purposes_denied\":[\"gambl\",\"loan\"]", grant);
	use_for(&vault, grant, "BOOKKEEPING for May");
	cr_assert(vault_is_refused(&vault, "purpose_denied"), "%s", vault.answer.body);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DENIED) == 1);
	use_for(&vault, grant, "a loan");
	cr_assert(vault_is_refused(&vault, "purpose_denied"), "what the grant itself denies");
	cr_assert(use_for(&vault, grant, "pay invoice 77") == 200, "%s", vault.answer.body);
}

Test(agreements, rules_out_of_bounds_are_refused_and_a_change_says_what_changed)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(vault_call(&vault, "PUT", "/v1/vault-rules", "{\"grant_days\":91}") == 422);
	cr_assert(vault_call(&vault, "PUT", "/v1/vault-rules", "{\"grant_days\":0}") == 422);
	cr_assert(vault_call(&vault, "PUT", "/v1/vault-rules", "{\"purposes_denied\":[\" x\"]}") == 422);
	cr_assert(vault_call(&vault, "PUT", "/v1/vault-rules", "{\"purposes_denied\":[\"a\\nb\"]}") == 422);
	cr_assert(vault_call(&vault, "PUT", "/v1/vault-rules", "{\"nda\":true}") == 422);
	cr_assert(vault_call_for(
			  &vault, vault.assistant.id, "PUT", "/v1/vault-rules", "{\"grant_days\":1}") == 403);
	cr_assert(vault_events(&vault, ACTION_POLICY_CHANGED) == 0);
	rule(&vault, "{\"grant_days\":7,\"purposes_denied\":[\"loan\"]}");
	cr_assert(vault_events(&vault, ACTION_POLICY_CHANGED) == 1);
	cr_assert(vault_call_for(&vault, vault.assistant.id, "GET", "/v1/vault-rules", NULL) == 200);
	cr_assert(json_integer_value(api_member(&vault.answer, "grant_days")) == 7);
	cr_assert(vault_call_for(&vault, vault.contact, "GET", "/v1/vault-rules", NULL) == 403);
}

/* ---- one assistant at a time ---- */

static void another(struct vault *vault)
{
	cr_assert(
		vault_call(vault, "POST", "/v1/people",
			"{\"name\":\"Nea\",\"ref\":\"nea\",\"kind\":\"staff\",\"roles\":[\"assistant\"]}") ==
		201);
	cr_assert(vault_call(vault, "PUT", "/v1/assignment", "{\"model\":\"exclusive\"}") == 200);
}

Test(agreements, a_second_assistant_gets_no_grant_where_one_serves_a_client_at_a_time)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	another(&vault);
	vault_grant(&vault, VAULT_CODE ",\"until\":\"2026-11-22T12:00:00Z\"", grant);
	cr_assert(give_to(&vault, "nea", "") == 409 && api_is_code(&vault.answer, 409, "other_assistant"));
	cr_assert(give_to(&vault, "nea", ",\"task\":\"T-1\"") == 201, "a task is none that serves");
	cr_assert(give_to(&vault, "nea", ",\"from\":\"2026-11-22T12:00:00Z\"") == 201,
		"behind the first one's end: %s", vault.answer.body);
	cr_assert(give_to(&vault, "nea", ",\"from\":\"2026-11-22T11:59:59Z\"") == 409);
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 200);
	cr_assert(give_to(&vault, "nea", "") == 201, "%s", vault.answer.body);
}

Test(agreements, in_a_pool_and_where_nobody_chose_several_serve)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert(
		vault_call(&vault, "POST", "/v1/people",
			"{\"name\":\"Nea\",\"ref\":\"nea\",\"kind\":\"staff\",\"roles\":[\"assistant\"]}") ==
		201);
	cr_assert(give_to(&vault, "nea", "") == 201, "%s", vault.answer.body);
	cr_assert(vault_call(&vault, "PUT", "/v1/assignment", "{\"model\":\"pool\"}") == 200);
	cr_assert(give_to(&vault, "nea", "") == 201);
}

Test(agreements, an_approval_does_not_open_what_would_be_a_second_one)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], waits[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	another(&vault);
	cr_assert(give_to(&vault, "nea", ",\"approval\":{\"by\":[\"client\"]}") == 201);
	snprintf(waits, sizeof waits, "%s", api_text(&vault.answer, "id"));
	vault_grant(&vault, VAULT_CODE, grant);
	snprintf(path, sizeof path, "/v1/grants/%s/decision", waits);
	cr_assert(vault_call_for(&vault, vault.contact, "POST", path, "{\"approve\":true}") == 409);
	cr_assert(api_is_code(&vault.answer, 409, "other_assistant"), "%s", vault.answer.body);
	cr_assert(vault_call_for(&vault, vault.contact, "POST", path, "{\"approve\":false}") == 200);
}
