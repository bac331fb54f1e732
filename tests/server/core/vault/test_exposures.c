/* SPDX-License-Identifier: Apache-2.0 */
/* Who knows what, and what has to be changed for it: one rule behind every list. */
#include "server/core/vault/exposures.h"

#include "tests/server/vault_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MEMORY = 256 * 1024 };

static void reveal(struct vault *vault, const char *grant)
{
	char proof[ID_TEXT + 1];
	vault_confirm(vault, grant, "reset the account", proof);
	cr_assert(vault_ask_reveal(vault, grant, proof) == 200, "%s", vault->answer.body);
}

static void revoke(struct vault *vault, const char *grant)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call(vault, "DELETE", path, NULL) == 200, "%s", vault->answer.body);
}

/* The assistant has seen the login, and may not use it any more. */
static void leave_owed(struct vault *vault)
{
	char grant[ID_TEXT + 1];
	vault_grant(vault, VAULT_BOTH, grant);
	reveal(vault, grant);
	revoke(vault, grant);
}

static void change(struct vault *vault)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/credentials/%s/versions", vault->login);
	cr_assert(vault_call(vault, "POST", path, "{\"generate\":{\"length\":20}}") == 201, "%s",
		vault->answer.body);
}

static size_t list(struct vault *vault, const char *token, const char *query)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/rotations%s", query);
	cr_assert(vault_call_as(vault, token, "GET", path, NULL) == 200, "%s", vault->answer.body);
	return json_array_size(api_member(&vault->answer, "items"));
}

static size_t owed(struct vault *vault)
{
	return list(vault, vault->api.tenant.token, "");
}

static int note(struct vault *vault, const char *token, const char *body)
{
	char path[2 * VAULT_PATH];
	snprintf(path, sizeof path, "/v1/credentials/%s/rotations/%s", vault->login, vault->assistant.text);
	return vault_call_as(vault, token, "PUT", path, body);
}

/* ---- the rule ---- */

Test(exposures, a_code_exposes_nothing_and_a_reveal_is_owed_when_the_grant_ends)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	vault_login(&vault, proof);
	cr_assert(vault_ask_code(&vault, grant, proof) == 200);
	cr_assert(owed(&vault) == 0);
	reveal(&vault, grant);
	cr_assert(owed(&vault) == 0, "who may go on using it owes nothing");
	revoke(&vault, grant);
	cr_assert(owed(&vault) == 1);
	cr_assert(api_has(&vault.answer, "items/0/person", vault.assistant.text));
	cr_assert(api_has(&vault.answer, "items/0/name", "Ivana Petrova"));
	cr_assert(api_has(&vault.answer, "items/0/rotation", "owed"));
	cr_assert(api_has(&vault.answer, "items/0/how/0", "revealed"));
}

Test(exposures, another_live_grant_puts_it_off_and_a_new_version_closes_it)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	leave_owed(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert(owed(&vault) == 0);
	revoke(&vault, grant);
	cr_assert(owed(&vault) == 1);
	change(&vault);
	cr_assert(owed(&vault) == 0);
	cr_assert(list(&vault, vault.api.tenant.token, "?state=done") == 1);
	cr_assert(json_integer_value(api_member(&vault.answer, "items/0/done_by_version")) == 2);
}

static int give(struct vault *vault, const char *secret)
{
	char path[VAULT_PATH], body[VAULT_BODY];
	snprintf(path, sizeof path, "/v1/credentials/%s/versions", vault->login);
	snprintf(body, sizeof body, "{\"secret\":{%s}}", secret);
	return vault_call(vault, "POST", path, body);
}

Test(exposures, a_new_version_with_the_old_secret_closes_nothing)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	leave_owed(&vault);
	cr_assert(give(&vault, "\"password\":\"" VAULT_PASSWORD "\"") == 201, "%s", vault.answer.body);
	cr_assert(json_integer_value(api_member(&vault.answer, "version")) == 2 &&
		api_has(&vault.answer, "unchanged/0", "password"));
	cr_assert(owed(&vault) == 1, "%s", vault.answer.body);
	cr_assert(
		give(&vault, "\"password\":\"" VAULT_PASSWORD "\",\"totp\":\"GEZDGNBVGY3TQOJQGEZDGNBVGY\"") ==
		201);
	cr_assert(json_array_size(api_member(&vault.answer, "unchanged")) == 1);
	cr_assert(owed(&vault) == 1, "another seed is no other password");
	vault_grant(&vault, VAULT_BOTH, grant);
	reveal(&vault, grant);
	cr_assert(api_has(&vault.answer, "secret/password", VAULT_PASSWORD), "it stands where it stood");
	revoke(&vault, grant);
	cr_assert(give(&vault, "\"password\":\"" VAULT_PASSWORD "!\"") == 201);
	cr_assert(!api_member(&vault.answer, "unchanged") && owed(&vault) == 0);
}

Test(exposures, a_grant_of_who_was_removed_is_no_live_grant)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	reveal(&vault, grant);
	snprintf(path, sizeof path, "/v1/people/%s", vault.assistant.text);
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 200, "%s", vault.answer.body);
	cr_assert(owed(&vault) == 1);
}

Test(exposures, an_archived_credential_is_owed_by_nobody)
{
	scoped(vault) vault = {0};
	char path[VAULT_PATH];
	vault_open(&vault);
	leave_owed(&vault);
	snprintf(path, sizeof path, "/v1/credentials/%s", vault.login);
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 200, "%s", vault.answer.body);
	cr_assert(owed(&vault) == 0);
}

Test(exposures, every_list_says_the_same_of_the_same_line)
{
	scoped(vault) vault = {0};
	char path[VAULT_PATH];
	vault_open(&vault);
	leave_owed(&vault);
	snprintf(path, sizeof path, "/v1/people/%s/exposure", vault.assistant.text);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(api_has(&vault.answer, "items/0/rotation", "owed"));
	cr_assert(vault_call(&vault, "GET", "/v1/clients/karlsson/access", NULL) == 200);
	cr_assert(api_has(&vault.answer, "items/0/knows/0/rotation", "owed"));
	cr_assert(list(&vault, vault.api.tenant.token, "?client=karlsson") == 1);
	cr_assert(api_has(&vault.answer, "items/0/rotation", "owed"));
	change(&vault);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(api_has(&vault.answer, "items/0/rotation", "done"));
	cr_assert(vault_call(&vault, "GET", "/v1/clients/karlsson/access", NULL) == 200);
	cr_assert(api_has(&vault.answer, "items/0/knows/0/rotation", "done"));
}

Test(exposures, the_seam_lists_what_is_due_and_what_would_be)
{
	scoped(vault) vault = {0};
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct exposures_list due;
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	reveal(&vault, grant);
	struct exposures_ask ask = {
		.tenant = vault.api.tenant.id, .person = vault.assistant.id, .now = clock_now()};
	cr_assert(!err_failed(reading_open(&vault.api.server.volume, &reading)));
	struct view view = view_reading(&reading);
	cr_assert(!err_failed(exposures_due(&view, &ask, &arena, &due)) && due.count == 0 && !due.first);
	ask.as_if_gone = true;
	cr_assert(!err_failed(exposures_due(&view, &ask, &arena, &due)) && due.count == 1);
	cr_assert(due.first->state == ROTATION_OWED && due.first->seen.how == EXPOSURE_REVEALED);
	cr_assert(!ids_is_none(due.first->seen.device), "the ledger knows on what it was seen");
	ask.client = vault.assistant.id;
	cr_assert(!err_failed(exposures_due(&view, &ask, &arena, &due)) && due.count == 0);
}

/* ---- planned and waived ---- */

Test(exposures, a_rotation_is_planned_for_a_day_to_come_and_taken_back)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	leave_owed(&vault);
	const char *token = vault.api.tenant.token;
	cr_assert(note(&vault, token, "{\"state\":\"planned\",\"due\":\"2020-01-01T00:00:00.000Z\"}") == 422);
	cr_assert(api_has_problem(&vault.answer, "/due", "not_allowed"));
	cr_assert(note(&vault, token, "{\"state\":\"planned\"}") == 422);
	cr_assert(note(&vault, token, "{\"state\":\"planned\",\"due\":\"2999-01-01T00:00:00.000Z\"}") == 200);
	cr_assert(owed(&vault) == 1 && api_has(&vault.answer, "items/0/rotation", "planned"));
	cr_assert(api_has(&vault.answer, "items/0/due", "2999-01-01T00:00:00.000Z"));
	cr_assert(list(&vault, token, "?state=owed") == 0);
	cr_assert(note(&vault, token, "{\"state\":\"owed\"}") == 200);
	cr_assert(list(&vault, token, "?state=owed") == 1);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_ROTATION_PLANNED) == 2);
}

Test(exposures, only_the_client_in_person_waives_and_takes_a_waiver_back)
{
	static const char WAIVED[] = "{\"state\":\"waived\",\"reason\":\"the shop is closed\"}";
	scoped(vault) vault = {0};
	struct api_person eva, owner;
	char contact[ID_TEXT + 1], path[2 * VAULT_PATH];
	vault_open(&vault);
	leave_owed(&vault);
	api_world_token(&vault.api, &vault.api.tenant, vault.contact, &eva);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	cr_assert(note(&vault, vault.api.tenant.token, WAIVED) == 403);
	cr_assert(note(&vault, owner.token, WAIVED) == 403);
	cr_assert(
		note(&vault, vault.assistant.token, WAIVED) == 404, "who knows it decides nothing about it");
	ids_print(ID_PERSON, vault.contact, contact);
	snprintf(path, sizeof path, "/v1/credentials/%s/rotations/%s", vault.login, vault.assistant.text);
	const struct api_request asserted = {.method = "PUT",
		.path = path,
		.token = vault.api.tenant.token,
		.actor = contact,
		.body = WAIVED};
	api_ask(&vault.api, &asserted, &vault.answer);
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"));
	cr_assert(note(&vault, eva.token, "{\"state\":\"waived\"}") == 422, "a waiver has a reason");
	cr_assert(note(&vault, eva.token, WAIVED) == 200, "%s", vault.answer.body);
	cr_assert(owed(&vault) == 0 && list(&vault, eva.token, "?state=waived") == 1);
	cr_assert(api_has(&vault.answer, "items/0/reason", "the shop is closed"));
	cr_assert(api_has(&vault.answer, "items/0/noted_by", contact));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_ROTATION_WAIVED) == 1);
	cr_assert(api_count_notices(&vault.api, owner.id, NOTICE_CHANGE) == 1,
		"of each waiver the owners hear");
	cr_assert(note(&vault, owner.token, "{\"state\":\"owed\"}") == 403, "nor does staff undo it");
	cr_assert(note(&vault, eva.token, "{\"state\":\"owed\"}") == 200);
	cr_assert(owed(&vault) == 1);
}

Test(exposures, what_is_not_owed_is_neither_planned_nor_waived)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	static const char PLAN[] = "{\"state\":\"planned\",\"due\":\"2999-01-01T00:00:00.000Z\"}";
	vault_open(&vault);
	cr_assert(note(&vault, vault.api.tenant.token, PLAN) == 404, "nobody has seen it");
	vault_grant(&vault, VAULT_BOTH, grant);
	reveal(&vault, grant);
	cr_assert(note(&vault, vault.api.tenant.token, PLAN) == 409);
	revoke(&vault, grant);
	change(&vault);
	cr_assert(note(&vault, vault.api.tenant.token, PLAN) == 409, "the new version has closed it");
}

Test(exposures, a_faulty_note_or_filter_is_refused)
{
	static const char *const BODIES[] = {"{}", "{\"state\":\"done\"}", "{\"state\":1}",
		"{\"state\":\"owed\",\"due\":\"2999-01-01T00:00:00.000Z\"}",
		"{\"state\":\"planned\",\"due\":\"2999-01-01T00:00:00.000Z\",\"reason\":\"x\"}",
		"{\"state\":\"owed\",\"more\":1}"};
	scoped(vault) vault = {0};
	vault_open(&vault);
	leave_owed(&vault);
	for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++)
		cr_assert(note(&vault, vault.api.tenant.token, BODIES[i]) == 422, "%s", BODIES[i]);
	cr_assert(vault_call(&vault, "GET", "/v1/rotations?state=none", NULL) == 422);
	cr_assert(vault_call(&vault, "GET", "/v1/rotations?client=nobody", NULL) == 404);
	cr_assert(vault_call(&vault, "GET", "/v1/rotations?person=nobody", NULL) == 404);
}

/* ---- who sees it ---- */

Test(exposures, the_list_goes_on_page_by_page)
{
	scoped(vault) vault = {0};
	char path[4 * VAULT_PATH], first[ID_TEXT + 1];
	vault_open(&vault);
	leave_owed(&vault);
	cr_assert(vault_call(&vault, "POST", "/v1/credentials",
			  "{\"client\":\"karlsson\",\"kind\":\"note\",\"label\":{\"title\":\"N\"},"
			  "\"secret\":{\"text\":\"x\"},\"modes_max\":[\"reveal\"]}") == 201);
	snprintf(vault.login, sizeof vault.login, "%s", api_text(&vault.answer, "id"));
	char grant[ID_TEXT + 1];
	vault_grant(&vault, "\"modes\":[\"reveal\"]", grant);
	reveal(&vault, grant);
	revoke(&vault, grant);
	cr_assert(owed(&vault) == 2);
	cr_assert(list(&vault, vault.api.tenant.token, "?limit=1") == 1);
	snprintf(first, sizeof first, "%s", api_text(&vault.answer, "items/0/credential"));
	snprintf(path, sizeof path, "?limit=1&cursor=%s", api_text(&vault.answer, "next"));
	char whole[4 * VAULT_PATH + 32];
	snprintf(whole, sizeof whole, "/v1/rotations%s", path);
	cr_assert(vault_call(&vault, "GET", whole, NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 1);
	cr_assert(!api_has(&vault.answer, "items/0/credential", first));
	cr_assert(json_is_null(api_member(&vault.answer, "next")));
}

Test(exposures, each_caller_sees_no_more_than_is_theirs)
{
	scoped(vault) vault = {0};
	struct api_person eva, olli, other;
	struct id stranger;
	char path[VAULT_PATH];
	vault_open(&vault);
	leave_owed(&vault);
	cr_assert(vault_call(&vault, "POST", "/v1/clients",
			  "{\"name\":\"Other\",\"ref\":\"other\",\"contacts\":[{\"name\":\"O\","
			  "\"email\":\"o@o.example\"}]}") == 201);
	cr_assert(!err_failed(
		ids_parse(ID_PERSON, span_text(api_text(&vault.answer, "contacts/0/id")), &stranger)));
	api_world_token(&vault.api, &vault.api.tenant, vault.contact, &eva);
	api_world_token(&vault.api, &vault.api.tenant, stranger, &olli);
	api_world_person(&vault.api, &vault.api.tenant, "assistant", NULL, &other);
	cr_assert(list(&vault, eva.token, "") == 1 && !api_member(&vault.answer, "items/0/device"));
	cr_assert(
		list(&vault, vault.assistant.token, "") == 1 && api_member(&vault.answer, "items/0/device"));
	cr_assert(list(&vault, other.token, "") == 0 && list(&vault, olli.token, "") == 0);
	cr_assert(vault_call_as(&vault, olli.token, "GET", "/v1/rotations?client=karlsson", NULL) == 404);
	cr_assert(vault_call_as(&vault, other.token, "GET", "/v1/rotations?client=karlsson", NULL) == 404);
	snprintf(path, sizeof path, "/v1/rotations?person=%s", vault.assistant.text);
	cr_assert(vault_call_as(&vault, eva.token, "GET", path, NULL) == 200);
	cr_assert(vault_call_as(&vault, olli.token, "GET", path, NULL) == 404);
	cr_assert(vault_call_as(&vault, other.token, "GET", path, NULL) == 404);
	snprintf(path, sizeof path, "/v1/people/%s/exposure", vault.assistant.text);
	cr_assert(vault_call_as(&vault, eva.token, "GET", path, NULL) == 200);
	cr_assert(vault_call_as(&vault, olli.token, "GET", path, NULL) == 404, "not even that they exist");
}
