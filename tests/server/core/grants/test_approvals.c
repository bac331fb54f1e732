/* SPDX-License-Identifier: Apache-2.0 */
/* test_approvals - a grant waits for the people who may open it, and for nobody else. */
#include "server/core/grants/approvals.h"

#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define YES "{\"approve\":true}"
#define NO "{\"approve\":false,\"reason\":\"we do that ourselves\"}"
#define WAITS_FOR(who) VAULT_CODE ",\"approval\":{\"by\":[" who "]}"

enum { MEMORY = 256 * 1024 };

static void path_of(const char *grant, char path[static VAULT_PATH])
{
	snprintf(path, VAULT_PATH, "/v1/grants/%s/decision", grant);
}

static int decide(struct vault *vault, const char *token, const char *grant, const char *body)
{
	char path[VAULT_PATH];
	path_of(grant, path);
	return vault_call_as(vault, token, "POST", path, body);
}

static int contact_decides(struct vault *vault, const char *grant, const char *body)
{
	char path[VAULT_PATH];
	path_of(grant, path);
	return vault_call_for(vault, vault->contact, "POST", path, body);
}

static bool stands(struct vault *vault, const char *grant, const char *state)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call(vault, "GET", path, NULL) == 200);
	return api_has(&vault->answer, "state", state);
}

static int use_own(struct vault *vault, const char *grant)
{
	const struct vault_use use = {.grant = grant,
		.mode = "code",
		.purpose = "pay",
		.token = vault->assistant.token,
		.no_device = true};
	return vault_use(vault, &use);
}

Test(approvals, a_grant_opens_when_the_client_says_yes_and_not_before)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, WAITS_FOR("\"client\""), grant);
	cr_assert(api_has(&vault.answer, "state", "waiting") &&
		api_has(&vault.answer, "gates/approval", "0/1"));
	cr_assert(vault_events(&vault, ACTION_GRANT_REQUESTED) == 1 &&
		vault_events(&vault, ACTION_GRANT_ACTIVATED) == 0);
	use_own(&vault, grant);
	cr_assert(vault_is_refused(&vault, "approval_pending"), "%s", vault.answer.body);
	cr_assert(contact_decides(&vault, grant, YES) == 200, "%s", vault.answer.body);
	cr_assert(
		api_has(&vault.answer, "state", "active") && api_has(&vault.answer, "gates/approval", "1/1"));
	cr_assert(vault_events(&vault, ACTION_GRANT_APPROVED) == 1 &&
		vault_events(&vault, ACTION_GRANT_ACTIVATED) == 1);
	cr_assert(use_own(&vault, grant) == 200, "%s", vault.answer.body);
}

Test(approvals, a_no_ends_the_grant_for_ever)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct event_read event;
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, WAITS_FOR("\"client\""), grant);
	cr_assert(contact_decides(&vault, grant, NO) == 200, "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "state", "revoked"));
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_GRANT_REFUSED, &arena, &event);
	struct span detail = event.texts[LEAF_TEXT_DETAIL];
	cr_assert(memmem(detail.at, detail.len, "we do that ourselves", 20));
	cr_assert(contact_decides(&vault, grant, YES) == 409);
	use_own(&vault, grant);
	cr_assert(vault_is_refused(&vault, "grant_expired"));
}

Test(approvals, nobody_approves_for_themselves_or_what_they_asked_for)
{
	scoped(vault) vault = {0};
	struct api_person owner, boss;
	char grant[ID_TEXT + 1], body[VAULT_BODY];
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &boss);
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\"," WAITS_FOR("\"staff\"") "}",
		vault.login, boss.text);
	cr_assert(vault_call_as(&vault, owner.token, "POST", "/v1/grants", body) == 201, "%s",
		vault.answer.body);
	snprintf(grant, sizeof grant, "%s", api_text(&vault.answer, "id"));
	decide(&vault, owner.token, grant, YES);
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"), "%s", vault.answer.body);
	decide(&vault, boss.token, grant, YES);
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"));
	decide(&vault, vault.assistant.token, grant, YES);
	cr_assert(vault.answer.status == 404, "%s", vault.answer.body);
	contact_decides(&vault, grant, YES);
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"));
	decide(&vault, vault.api.tenant.token, grant, YES);
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"), "%s", vault.answer.body);
	cr_assert(stands(&vault, grant, "waiting"));
}

static size_t letters(struct vault *vault)
{
	return api_count_notices(&vault->api, vault->contact, NOTICE_GRANT_GIVEN);
}

Test(approvals, nobody_is_given_anything_without_the_client_hearing_of_it)
{
	scoped(vault) vault = {0};
	struct api_person owner, hq;
	char grant[ID_TEXT + 1], body[VAULT_BODY];
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	api_world_person(&vault.api, &vault.api.tenant, "hq", NULL, &hq);
	size_t before = letters(&vault);
	vault_grant(&vault, VAULT_CODE ",\"notify\":\"none\"", grant);
	cr_assert(letters(&vault) == before + 1, "whatever is told of its uses");
	vault_grant(&vault, WAITS_FOR("\"client\""), grant);
	cr_assert(letters(&vault) == before + 1, "it is asked itself");
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\"," WAITS_FOR("\"staff\"") "}",
		vault.login, vault.assistant.text);
	cr_assert(vault_call_as(&vault, owner.token, "POST", "/v1/grants", body) == 201);
	snprintf(grant, sizeof grant, "%s", api_text(&vault.answer, "id"));
	cr_assert(letters(&vault) == before + 1, "nothing is open yet");
	cr_assert(decide(&vault, hq.token, grant, YES) == 200, "%s", vault.answer.body);
	cr_assert(letters(&vault) == before + 2, "what staff opened among themselves is told");
}

Test(approvals, two_records_with_one_address_are_one_person)
{
	scoped(vault) vault = {0};
	struct api_person boss, twin, other;
	char grant[ID_TEXT + 1], body[VAULT_BODY];
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", "boss@harbour.example", &boss);
	api_world_person(&vault.api, &vault.api.tenant, "hq", "BOSS@harbour.example", &twin);
	api_world_person(&vault.api, &vault.api.tenant, "hq", "other@harbour.example", &other);
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\"," WAITS_FOR("\"staff\"") "}",
		vault.login, vault.assistant.text);
	cr_assert(vault_call_as(&vault, boss.token, "POST", "/v1/grants", body) == 201, "%s",
		vault.answer.body);
	snprintf(grant, sizeof grant, "%s", api_text(&vault.answer, "id"));
	decide(&vault, twin.token, grant, YES);
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"), "%s", vault.answer.body);
	cr_assert(decide(&vault, other.token, grant, YES) == 200, "%s", vault.answer.body);
}

Test(approvals, an_asserted_person_approves_nothing)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH], actor[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, WAITS_FOR("\"client\""), grant);
	path_of(grant, path);
	ids_print(ID_PERSON, vault.contact, actor);
	const struct api_request request = {
		.method = "POST", .path = path, .body = YES, .token = vault.api.tenant.token, .actor = actor};
	api_ask(&vault.api, &request, &vault.answer);
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"), "%s", vault.answer.body);
}

Test(approvals, two_approvals_are_of_two_people)
{
	scoped(vault) vault = {0};
	struct api_person owner;
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	vault_grant(&vault, VAULT_CODE ",\"approval\":{\"by\":[\"client\",\"staff\"],\"count\":2}", grant);
	cr_assert(contact_decides(&vault, grant, YES) == 200, "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "gates/approval", "1/2") &&
		api_has(&vault.answer, "state", "waiting"));
	cr_assert(contact_decides(&vault, grant, YES) == 409);
	cr_assert(decide(&vault, owner.token, grant, YES) == 200, "%s", vault.answer.body);
	cr_assert(
		api_has(&vault.answer, "gates/approval", "2/2") && api_has(&vault.answer, "state", "active"));
	cr_assert(vault_events(&vault, ACTION_GRANT_APPROVED) == 2);
}

Test(approvals, a_grant_that_waited_too_long_is_not_opened_any_more)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, WAITS_FOR("\"client\"") ",\"until\":\"2026-11-21T13:00:00Z\"", grant);
	fake_clock_pass(3600 * 1000);
	cr_assert(contact_decides(&vault, grant, YES) == 409, "%s", vault.answer.body);
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert(contact_decides(&vault, grant, YES) == 403);
}

/* ---- who is told ---- */

/* How many of these mails wait for a person that are due by then. */
static size_t due(struct vault *vault, struct id person, int64_t in_ms)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct notice notice;
	struct id after = {0};
	struct err err = OK;
	size_t count = 0;
	cr_assert(!err_failed(reading_open(&vault->api.server.volume, &reading)));
	struct view view = view_reading(&reading);
	const struct instant now = {clock_now().ms + in_ms};
	while (notice_next(&view, after, now, &arena, &notice, &err)) {
		count += notice.kind == NOTICE_GRANT_WAITING && ids_equal(notice.person, person);
		after = notice.id;
	}
	return count;
}

Test(approvals, the_client_is_told_at_once_and_an_owner_when_nobody_answers)
{
	scoped(vault) vault = {0};
	struct api_person owner;
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", "o@example.org", &owner);
	vault_grant(&vault, WAITS_FOR("\"client\",\"staff\""), grant);
	cr_assert(due(&vault, vault.contact, 0) == 1 && due(&vault, owner.id, 0) == 0);
	cr_assert(due(&vault, owner.id, APPROVALS_ESCALATE_MS - 1) == 0 &&
		due(&vault, owner.id, APPROVALS_ESCALATE_MS) == 1);
}

Test(approvals, nobody_is_told_of_what_was_decided_meanwhile)
{
	scoped(vault) vault = {0};
	struct api_person owner;
	char grant[ID_TEXT + 1], other[ID_TEXT + 1];
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", "o@example.org", &owner);
	vault_grant(&vault, WAITS_FOR("\"client\""), grant);
	vault_grant(&vault, WAITS_FOR("\"client\""), other);
	cr_assert(due(&vault, owner.id, APPROVALS_ESCALATE_MS) == 2);
	cr_assert(contact_decides(&vault, grant, YES) == 200, "%s", vault.answer.body);
	cr_assert(due(&vault, owner.id, APPROVALS_ESCALATE_MS) == 1);
	cr_assert(contact_decides(&vault, other, NO) == 200);
	cr_assert(due(&vault, owner.id, APPROVALS_ESCALATE_MS) == 0);
}
