/* SPDX-License-Identifier: Apache-2.0 */
/* What waits for whom, and never for who asked. */
#include "server/core/overview/inbox.h"

#include "tests/server/handover_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static size_t see(struct office *office, const char *token, const char *query)
{
	char path[VAULT_PATH];
	struct api_answer *answer = &office->vault.answer;
	snprintf(path, sizeof path, "/v1/approvals%s", query);
	cr_assert(api_call(&office->vault.api, "GET", path, token, NULL, answer) == 200, "%s", answer->body);
	return json_array_size(api_member(answer, "items"));
}

static bool has(const struct office *office, const char *path, const char *text)
{
	return api_has(&office->vault.answer, path, text);
}

/* By head office, so that it waits for the staff's approval. */
static void ask_grant(struct office *office, char grant[static ID_TEXT + 1])
{
	char body[VAULT_BODY];
	struct vault *vault = &office->vault;
	snprintf(body, sizeof body,
		"{\"credential\":\"%s\",\"to\":\"%s\",\"modes\":[\"code\"],\"task\":\"T-9\","
		"\"approval\":{\"by\":[\"staff\",\"client\"]}}",
		vault->login, vault->assistant.text);
	cr_assert(vault_call_as(vault, office->owner.token, "POST", "/v1/grants", body) == 201, "%s",
		vault->answer.body);
	snprintf(grant, ID_TEXT + 1, "%s", api_text(&vault->answer, "id"));
}

Test(inbox, a_grant_waits_for_who_may_approve_it_and_never_for_who_asked)
{
	scoped(office) office = {0};
	struct api_person partner, contact;
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	office_open(&office);
	struct api_world *api = &office.vault.api;
	api_world_person(api, &api->tenant, "owner", NULL, &partner);
	api_world_token(api, &api->tenant, office.vault.contact, &contact);
	ask_grant(&office, grant);
	cr_assert(see(&office, partner.token, "") == 1, "%s", office.vault.answer.body);
	cr_assert(has(&office, "items/0/kind", "grant") && has(&office, "items/0/id", grant), "that one");
	cr_assert(has(&office, "items/0/mine", "decide") && has(&office, "items/0/step", "decide"), "hers");
	cr_assert(has(&office, "items/0/credential_title", "Web shop"), "what");
	cr_assert(has(&office, "items/0/client_name", "Karlsson AB"), "whose");
	cr_assert(has(&office, "items/0/person_name", "Ivana Petrova"), "to whom");
	cr_assert(has(&office, "items/0/asked_by", office.owner.text), "by whom");
	cr_assert(has(&office, "items/0/text", "T-9"), "what for");
	cr_assert(
		see(&office, contact.token, "") == 1 && has(&office, "items/0/mine", "decide"), "the client");
	cr_assert(see(&office, office.owner.token, "") == 1, "%s", office.vault.answer.body);
	cr_assert(has(&office, "items/0/mine", "asked"), "who asked can only wait");
	cr_assert(see(&office, office.vault.assistant.token, "") == 0, "who is to get it is not asked");
	cr_assert(see(&office, office.third.token, "") == 0, "nor is a colleague");
	snprintf(path, sizeof path, "/v1/grants/%s/decision", grant);
	cr_assert(vault_call_as(&office.vault, partner.token, "POST", path, "{\"approve\":true}") == 200,
		"%s", office.vault.answer.body);
	cr_assert(see(&office, partner.token, "") == 0 && see(&office, office.owner.token, "") == 0, "done");
}

Test(inbox, a_handover_waits_for_its_decision_and_then_for_the_stand_in)
{
	scoped(office) office = {0};
	office_open(&office);
	cr_assert(office_ask(&office, OFFICE_HOUR, OFFICE_DAY, "") == 409, "nothing to hand over yet");
	char grant[ID_TEXT + 1];
	vault_grant(&office.vault, VAULT_CODE, grant);
	cr_assert(office_ask(&office, OFFICE_HOUR, OFFICE_DAY, "") == 201, "%s", office.vault.answer.body);
	cr_assert(see(&office, office.owner.token, "") == 1, "%s", office.vault.answer.body);
	cr_assert(
		has(&office, "items/0/kind", "handover") && has(&office, "items/0/mine", "decide"), "owner");
	cr_assert(see(&office, office.head.token, "") == 1 && has(&office, "items/0/mine", "asked"), "head");
	cr_assert(see(&office, office.stand_in.token, "") == 0, "not before it is decided");
	office_approve(&office);
	cr_assert(see(&office, office.owner.token, "") == 0, "decided");
	cr_assert(see(&office, office.stand_in.token, "") == 1, "%s", office.vault.answer.body);
	cr_assert(has(&office, "items/0/step", "accept"), "the briefing is to be read");
}

Test(inbox, an_erasure_and_a_reset_wait_for_a_second_person)
{
	scoped(office) office = {0};
	struct api_person dpo, deputy;
	char path[VAULT_PATH];
	office_open(&office);
	struct api_world *api = &office.vault.api;
	api_world_person(api, &api->tenant, "dpo", NULL, &dpo);
	api_world_person(api, &api->tenant, "dpo", NULL, &deputy);
	snprintf(path, sizeof path, "/v1/people/%s/erasure", office.third.text);
	cr_assert(vault_call_as(&office.vault, dpo.token, "POST", path, "{\"ground\":\"art17_1_b\"}") == 202,
		"%s", office.vault.answer.body);
	cr_assert(see(&office, deputy.token, "") == 1, "%s", office.vault.answer.body);
	cr_assert(
		has(&office, "items/0/kind", "erasure") && has(&office, "items/0/mine", "decide"), "second");
	cr_assert(has(&office, "items/0/person", office.third.text), "of whom");
	cr_assert(
		see(&office, dpo.token, "") == 1 && has(&office, "items/0/mine", "asked"), "the first waits");
	cr_assert(see(&office, office.third.token, "") == 0, "whom it is about is not asked");
}

Test(inbox, goes_page_by_page_and_is_a_persons)
{
	scoped(office) office = {0};
	struct api_person partner;
	char grants[3][ID_TEXT + 1], query[VAULT_PATH] = "?limit=1";
	size_t seen = 0, found[3] = {0};
	office_open(&office);
	struct api_world *api = &office.vault.api;
	api_world_person(api, &api->tenant, "owner", NULL, &partner);
	for (size_t i = 0; i < 3; i++)
		ask_grant(&office, grants[i]);
	for (unsigned page = 0; page < 10; page++) {
		size_t count = see(&office, partner.token, query);
		for (size_t i = 0; count && i < 3; i++)
			found[i] += has(&office, "items/0/id", grants[i]);
		seen += count;
		const char *next = json_string_value(api_member(&office.vault.answer, "next"));
		if (!next)
			break;
		snprintf(query, sizeof query, "?limit=1&cursor=%s", next);
	}
	cr_assert(seen == 3 && found[0] == 1 && found[1] == 1 && found[2] == 1, "each once, and an end");
	const char *program = api->tenant.token;
	cr_assert(api_call(api, "GET", "/v1/approvals", program, NULL, &office.vault.answer) == 403,
		"a program");
	api_call(api, "GET", "/v1/approvals?cursor=AAAA", partner.token, NULL, &office.vault.answer);
	cr_assert(api_is_code(&office.vault.answer, 400, "cursor_invalid"), "made up");
}
