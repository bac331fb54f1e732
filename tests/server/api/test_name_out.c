/* SPDX-License-Identifier: Apache-2.0 */
/* What rows of lists say beside their ids, and to whom. */
#include "server/api/name_out.h"

#include "tests/server/handover_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct api_answer *see(struct office *office, const char *token, const char *path)
{
	struct api_answer *answer = &office->vault.answer;
	cr_assert(api_call(&office->vault.api, "GET", path, token, NULL, answer) == 200, "%s: %s", path,
		answer->body);
	return answer;
}

static void contact_of(struct office *office, struct api_person *contact)
{
	struct api_world *api = &office->vault.api;
	api_world_token(api, &api->tenant, office->vault.contact, contact);
}

static bool is_null(const struct api_answer *answer, const char *path)
{
	return json_is_null(api_member(answer, path));
}

Test(name_out, a_list_has_names_beside_its_ids_only_when_they_are_asked_for)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	office_open(&office);
	const char *token = office.vault.api.tenant.token;
	vault_grant(&office.vault, VAULT_CODE, grant);
	struct api_answer *answer = see(&office, token, "/v1/grants?names=1");
	cr_assert(api_has(answer, "items/0/credential_title", "Web shop"), "%s", answer->body);
	cr_assert(api_has(answer, "items/0/client_name", "Karlsson AB"), "whose");
	cr_assert(api_has(answer, "items/0/to_name", "Ivana Petrova"), "who may");
	cr_assert(api_member(answer, "items/0/by_name") != NULL, "who gave it");
	answer = see(&office, token, "/v1/grants");
	cr_assert(!strstr(answer->body, "_name") && !strstr(answer->body, "_title"), "%s", answer->body);
	answer = see(&office, token, "/v1/credentials?names=1&client=karlsson");
	cr_assert(api_has(answer, "items/0/client_name", "Karlsson AB"), "%s", answer->body);
	api_call(&office.vault.api, "GET", "/v1/grants?names=2", token, NULL, answer);
	cr_assert(api_is_code(answer, 422, "invalid"), "another word");
}

Test(name_out, a_grantee_knows_the_title_only_for_as_long_as_the_grant_lasts)
{
	scoped(office) office = {0};
	struct api_person contact;
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	office_open(&office);
	contact_of(&office, &contact);
	vault_grant(&office.vault, VAULT_CODE, grant);
	snprintf(path, sizeof path, "/v1/grants/%s?names=1", grant);
	const char *assistant = office.vault.assistant.token;
	struct api_answer *answer = see(&office, assistant, path);
	cr_assert(api_has(answer, "credential_title", "Web shop"), "%s", answer->body);
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call(&office.vault, "DELETE", path, NULL) == 200, "revoked");
	answer = see(&office, assistant, "/v1/grants?names=1");
	cr_assert(is_null(answer, "items/0/credential_title"), "over: %s", answer->body);
	cr_assert(api_has(answer, "items/0/client_name", "Karlsson AB"), "for whom it was");
	answer = see(&office, contact.token, "/v1/grants?names=1");
	cr_assert(api_has(answer, "items/0/credential_title", "Web shop"), "the client's own");
	answer = see(&office, office.third.token, "/v1/grants?names=1");
	cr_assert(json_array_size(api_member(answer, "items")) == 0, "a colleague sees no row and no name");
}

Test(name_out, a_contact_is_told_the_name_of_no_other_client)
{
	scoped(office) office = {0};
	struct api_person contact;
	char grant[ID_TEXT + 1], body[VAULT_BODY];
	office_open(&office);
	contact_of(&office, &contact);
	struct vault *vault = &office.vault;
	vault_call(vault, "POST", "/v1/clients", "{\"name\":\"Berg & Co\",\"ref\":\"berg\"}");
	vault_call(vault, "POST", "/v1/credentials",
		"{\"client\":\"berg\",\"kind\":\"login\",\"label\":{\"title\":\"Bank\"},"
		"\"secret\":{\"password\":\"correct horse\"},\"modes_max\":[\"reveal\"]}");
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\",\"modes\":[\"reveal\"]}",
		api_text(&vault->answer, "id"), vault->assistant.text);
	cr_assert(vault_call(vault, "POST", "/v1/grants", body) == 201, "%s", vault->answer.body);
	vault_grant(vault, VAULT_CODE, grant);
	office_hand_over(&office, 0, OFFICE_DAY);
	struct api_answer *answer = see(&office, office.head.token, "/v1/handovers?names=1");
	cr_assert(api_has(answer, "items/0/from_name", "Ivana Petrova"), "%s", answer->body);
	cr_assert(api_has(answer, "items/0/to_name", "Ivana Petrova"), "to whom");
	cr_assert(strstr(answer->body, "Karlsson AB") && strstr(answer->body, "Berg"), "of whom");
	answer = see(&office, contact.token, "/v1/handovers?names=1");
	cr_assert(strstr(answer->body, "Karlsson AB") != NULL, "%s", answer->body);
	cr_assert(!strstr(answer->body, "Berg"), "another client is nobody: %s", answer->body);
	cr_assert(json_array_size(api_member(answer, "items/0/clients")) == 1, "nor has it an id here");
	cr_assert(api_has(answer, "items/0/clients/0", office.vault.client_text), "their own alone");
}

Test(name_out, what_somebody_has_seen_is_named_to_who_keeps_the_books)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], verification[ID_TEXT + 1], path[VAULT_PATH];
	office_open(&office);
	struct vault *vault = &office.vault;
	vault_grant(vault, VAULT_BOTH, grant);
	vault_confirm(vault, grant, "reset the account", verification);
	cr_assert(vault_ask_reveal(vault, grant, verification) == 200, "%s", vault->answer.body);
	snprintf(path, sizeof path, "/v1/people/%s/exposure?names=1", vault->assistant.text);
	struct api_answer *answer = see(&office, vault->api.tenant.token, path);
	cr_assert(api_has(answer, "items/0/credential_title", "Web shop"), "%s", answer->body);
	cr_assert(api_has(answer, "items/0/client_name", "Karlsson AB"), "whose");
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	vault_call(vault, "DELETE", path, NULL);
	answer = see(&office, vault->api.tenant.token, "/v1/rotations?names=1");
	cr_assert(api_has(answer, "items/0/credential_title", "Web shop"), "%s", answer->body);
}

Test(name_out, a_clients_access_says_when_each_credential_was_last_used)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], verification[ID_TEXT + 1];
	office_open(&office);
	struct vault *vault = &office.vault;
	vault_grant(vault, VAULT_CODE, grant);
	struct api_answer *answer = see(&office, vault->api.tenant.token, "/v1/clients/karlsson/access");
	cr_assert(is_null(answer, "items/0/last_used"), "never: %s", answer->body);
	vault_login(vault, verification);
	fake_clock_pass(OFFICE_HOUR);
	cr_assert(vault_ask_code(vault, grant, verification) == 200, "%s", vault->answer.body);
	const char *used = office_at(0);
	fake_clock_pass(OFFICE_HOUR);
	answer = see(&office, vault->api.tenant.token, "/v1/clients/karlsson/access");
	cr_assert(api_has(answer, "items/0/last_used", used), "not %s: %s", used, answer->body);
}
