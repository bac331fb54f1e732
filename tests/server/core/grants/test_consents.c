/* SPDX-License-Identifier: Apache-2.0 */
/* test_consents - somebody from outside sees nothing of a client's unless the client says so, and only as long. */
#include "server/core/grants/consents.h"

#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MEMORY = 256 * 1024 };

/* A lawyer from outside, who signs in through the tenant's application. */
struct outside {
	struct vault vault;
	struct id lawyer;
	char lawyer_text[ID_TEXT + 1];
};

static void outside_open(struct outside *outside)
{
	*outside = (struct outside){.lawyer_text = ""};
	struct vault *vault = &outside->vault;
	vault_open(vault);
	cr_assert(vault_call(vault, "POST", "/v1/people",
			  "{\"name\":\"Lena "
			  "Law\",\"ref\":\"lawyer\",\"kind\":\"external\",\"roles\":[\"assistant\"]}") == 201,
		"%s", vault->answer.body);
	snprintf(outside->lawyer_text, sizeof outside->lawyer_text, "%s", api_text(&vault->answer, "id"));
	cr_assert(!err_failed(ids_parse(ID_PERSON, span_text(outside->lawyer_text), &outside->lawyer)));
}

static void outside_done(struct outside *outside)
{
	vault_done(&outside->vault);
}

static int give(struct outside *outside)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"lawyer\",\"modes\":[\"code\"]}",
		outside->vault.login);
	return vault_call(&outside->vault, "POST", "/v1/grants", body);
}

static int use(struct outside *outside, const char *grant)
{
	char login[ID_TEXT + 1];
	const struct vault_proof proof = {
		.person = outside->lawyer, .application = outside->vault.api.tenant.application};
	vault_prove(&outside->vault, &proof, login);
	return vault_ask_code(&outside->vault, grant, login);
}

static int consent(struct outside *outside, struct id person, const char *more)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body,
		"{\"client\":\"karlsson\",\"party\":\"lawyer\",\"purpose\":\"to read the "
		"contract\",\"text_version\":3%s}",
		more);
	return vault_call_for(&outside->vault, person, "POST", "/v1/consents", body);
}

#define A_WEEK ",\"expires_at\":\"2026-11-28T12:00:00Z\""

static void consented(struct outside *outside, char id[static ID_TEXT + 1])
{
	cr_assert(consent(outside, outside->vault.contact, A_WEEK) == 201, "%s", outside->vault.answer.body);
	snprintf(id, ID_TEXT + 1, "%s", api_text(&outside->vault.answer, "id"));
}

static int withdraw(struct outside *outside, struct id person, const char *id)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/consents/%s", id);
	return vault_call_for(&outside->vault, person, "DELETE", path, NULL);
}

static bool names(struct outside *outside, enum action action, const char *id)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct event_read event;
	struct vault *vault = &outside->vault;
	api_find_event(&vault->api, vault->api.tenant.id, action, &arena, &event);
	struct span detail = event.texts[LEAF_TEXT_DETAIL];
	return memmem(detail.at, detail.len, id, ID_TEXT) != NULL;
}

Test(consents, nobody_from_outside_gets_a_grant_before_the_client_consents)
{
	scoped(outside) outside = {0};
	char id[ID_TEXT + 1];
	outside_open(&outside);
	struct vault *vault = &outside.vault;
	give(&outside);
	cr_assert(vault_is_refused(vault, "consent_missing"), "%s", vault->answer.body);
	cr_assert(vault_events(vault, ACTION_CREDENTIAL_DENIED) == 1 &&
		vault_events(vault, ACTION_GRANT_ACTIVATED) == 0);
	consented(&outside, id);
	cr_assert(names(&outside, ACTION_CONSENT_GRANTED, id));
	cr_assert(give(&outside) == 201, "%s", vault->answer.body);
}

Test(consents, a_consent_that_is_withdrawn_ends_the_grants_at_once_and_all_events_name_it)
{
	scoped(outside) outside = {0};
	char id[ID_TEXT + 1], grant[ID_TEXT + 1];
	outside_open(&outside);
	struct vault *vault = &outside.vault;
	consented(&outside, id);
	cr_assert(give(&outside) == 201);
	snprintf(grant, sizeof grant, "%s", api_text(&vault->answer, "id"));
	cr_assert(use(&outside, grant) == 200, "%s", vault->answer.body);
	cr_assert(withdraw(&outside, vault->contact, id) == 200, "%s", vault->answer.body);
	cr_assert(json_integer_value(api_member(&vault->answer, "grants_ended")) == 1);
	use(&outside, grant);
	cr_assert(vault_is_refused(vault, "grant_expired"), "%s", vault->answer.body);
	cr_assert(names(&outside, ACTION_CONSENT_WITHDRAWN, id) && names(&outside, ACTION_GRANT_REVOKED, id));
	cr_assert(withdraw(&outside, vault->contact, id) == 409);
	give(&outside);
	cr_assert(vault_is_refused(vault, "consent_missing"));
}

static size_t told(struct outside *outside, struct id person)
{
	return api_count_notices(&outside->vault.api, person, NOTICE_CONSENT_WITHDRAWN);
}

Test(consents, owners_the_party_and_who_gave_it_what_it_used_hear_of_a_withdrawal)
{
	scoped(outside) outside = {0};
	struct api_person owner, giver, other;
	char id[ID_TEXT + 1], body[VAULT_BODY];
	outside_open(&outside);
	struct vault *vault = &outside.vault;
	api_world_person(&vault->api, &vault->api.tenant, "owner", NULL, &owner);
	api_world_person(&vault->api, &vault->api.tenant, "coordinator", NULL, &giver);
	api_world_person(&vault->api, &vault->api.tenant, "coordinator", NULL, &other);
	consented(&outside, id);
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"lawyer\",\"modes\":[\"code\"]}",
		vault->login);
	cr_assert(vault_call_as(vault, giver.token, "POST", "/v1/grants", body) == 201, "%s",
		vault->answer.body);
	cr_assert(told(&outside, (struct id){{0}}) == 0);
	cr_assert(withdraw(&outside, other.id, id) == 404 && told(&outside, (struct id){{0}}) == 0,
		"what was refused is told to nobody");
	cr_assert(withdraw(&outside, vault->contact, id) == 200, "%s", vault->answer.body);
	cr_assert(told(&outside, owner.id) == 1 && told(&outside, outside.lawyer) == 1 &&
		told(&outside, giver.id) == 1);
	cr_assert(told(&outside, (struct id){{0}}) == 3, "and nobody else is");
	cr_assert(api_count_notices(&vault->api, outside.lawyer, NOTICE_CHANGE) == 0, "nor twice");
	cr_assert(withdraw(&outside, vault->contact, id) == 409 && told(&outside, (struct id){{0}}) == 3);
}

Test(consents, a_grant_that_another_consent_covers_stays)
{
	scoped(outside) outside = {0};
	char first[ID_TEXT + 1], second[ID_TEXT + 1], grant[ID_TEXT + 1], more[VAULT_PATH];
	outside_open(&outside);
	struct vault *vault = &outside.vault;
	consented(&outside, first);
	snprintf(more, sizeof more, ",\"credential\":\"%s\"" A_WEEK, vault->login);
	cr_assert(consent(&outside, vault->contact, more) == 201, "%s", vault->answer.body);
	snprintf(second, sizeof second, "%s", api_text(&vault->answer, "id"));
	cr_assert(give(&outside) == 201);
	snprintf(grant, sizeof grant, "%s", api_text(&vault->answer, "id"));
	cr_assert(withdraw(&outside, vault->contact, first) == 200 && use(&outside, grant) == 200);
	cr_assert(withdraw(&outside, vault->contact, second) == 200);
	use(&outside, grant);
	cr_assert(vault_is_refused(vault, "grant_expired"));
}

Test(consents, a_consent_ends_by_itself)
{
	scoped(outside) outside = {0};
	char grant[ID_TEXT + 1];
	outside_open(&outside);
	struct vault *vault = &outside.vault;
	cr_assert(consent(&outside, vault->contact, ",\"expires_at\":\"2026-11-21T13:00:00Z\"") == 201);
	cr_assert(give(&outside) == 201);
	snprintf(grant, sizeof grant, "%s", api_text(&vault->answer, "id"));
	cr_assert(use(&outside, grant) == 200);
	fake_clock_pass(3600 * 1000);
	use(&outside, grant);
	cr_assert(vault_is_refused(vault, "consent_missing"), "%s", vault->answer.body);
}

Test(consents, only_the_clients_own_people_consent_and_withdraw)
{
	scoped(outside) outside = {0};
	struct api_person owner;
	char id[ID_TEXT + 1];
	outside_open(&outside);
	struct vault *vault = &outside.vault;
	api_world_person(&vault->api, &vault->api.tenant, "owner", NULL, &owner);
	cr_assert(consent(&outside, owner.id, A_WEEK) == 422, "%s", vault->answer.body);
	cr_assert(consent(&outside, outside.lawyer, A_WEEK) == 422);
	vault_call(vault, "POST", "/v1/consents",
		"{\"client\":\"karlsson\",\"party\":\"lawyer\",\"purpose\":\"x\",\"text_version\":1" A_WEEK
		"}");
	cr_assert(vault->answer.status == 403, "%s", vault->answer.body);
	consented(&outside, id);
	cr_assert(withdraw(&outside, owner.id, id) == 404 && withdraw(&outside, outside.lawyer, id) == 404);
	cr_assert(vault_events(vault, ACTION_CONSENT_GRANTED) == 1);
}

Test(consents, what_no_consent_can_say_is_refused)
{
	scoped(outside) outside = {0};
	outside_open(&outside);
	struct vault *vault = &outside.vault;
	cr_assert(consent(&outside, vault->contact, "") == 422);
	cr_assert(consent(&outside, vault->contact, ",\"expires_at\":\"2026-11-21T12:00:00Z\"") == 422);
	cr_assert(api_has_problem(&vault->answer, "/expires_at", "not_allowed"));
	cr_assert(consent(&outside, vault->contact, ",\"expires_at\":\"2028-11-21T12:00:00Z\"") == 422);
	cr_assert(consent(&outside, vault->contact,
			  ",\"credential\":\"crd_00000000000000000000000000\"" A_WEEK) == 404);
	vault_call_for(vault, vault->contact, "POST", "/v1/consents",
		"{\"client\":\"karlsson\",\"party\":\"nobody\",\"purpose\":\"x\",\"text_version\":1" A_WEEK
		"}");
	cr_assert(api_is_code(&vault->answer, 422, "unknown_person"));
}

/* Paying and agreeing to terms are things that happen; a consent is given. */
Test(consents, a_consent_that_an_application_reports_opens_nothing)
{
	scoped(outside) outside = {0};
	outside_open(&outside);
	struct vault *vault = &outside.vault;
	vault_call(vault, "POST", "/v1/events",
		"{\"action\":\"agreement.signed\",\"actor\":\"system\",\"client\":\"karlsson\",\"detail\":{"
		"\"kind\":"
		"\"terms\",\"document_hash\":\"x\",\"version\":1,\"party\":\"lawyer\"},\"device\":{\"ip\":"
		"\"203.0.113.7\","
		"\"user_agent\":\"x\"}}");
	cr_assert(vault->answer.status == 201, "%s", vault->answer.body);
	give(&outside);
	cr_assert(vault_is_refused(vault, "consent_missing"));
}
