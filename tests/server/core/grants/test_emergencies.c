/* SPDX-License-Identifier: Apache-2.0 */
/* test_emergencies - two people, one credential, one hour, everybody told; and nobody alone. */
#include "server/core/grants/emergencies.h"

#include "server/core/grants/emergency_ends.h"
#include "server/core/vault/rotation_watch.h"
#include "store/nouns/exposure.h"
#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define REASON "the shop has to be stopped tonight"

/* A business with an assistant who asks and a custodian. */
struct night {
	struct vault vault;
	struct api_person custodian, owner;
	char id[ID_TEXT + 1], grant[ID_TEXT + 1];
};

static void night_done(struct night *night)
{
	vault_done(&night->vault);
}

static void begin(struct night *night)
{
	struct vault *vault = &night->vault;
	vault_open(vault);
	api_world_person(&vault->api, &vault->api.tenant, "dpo", "dpo@example.org", &night->custodian);
	api_world_person(&vault->api, &vault->api.tenant, "owner", "owner@example.org", &night->owner);
}

static int ask_as(struct night *night, const char *token, const char *reason)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"reason\":\"%s\"}", night->vault.login, reason);
	return vault_call_as(&night->vault, token, "POST", "/v1/breakglass", body);
}

static void ask(struct night *night)
{
	cr_assert(ask_as(night, night->vault.assistant.token, REASON) == 202, "%s", night->vault.answer.body);
	snprintf(night->id, sizeof night->id, "%s", api_text(&night->vault.answer, "id"));
}

static int call_as(
	struct night *night, const char *token, const char *method, const char *rest, const char *body)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/breakglass/%s%s", night->id, rest);
	return vault_call_as(&night->vault, token, method, path, body);
}

static void open_it(struct night *night)
{
	ask(night);
	cr_assert(call_as(night, night->custodian.token, "POST", "/decision", "{\"approve\":true}") == 200,
		"%s", night->vault.answer.body);
	snprintf(night->grant, sizeof night->grant, "%s", api_text(&night->vault.answer, "grant"));
}

static int reveal(struct night *night)
{
	char proof[ID_TEXT + 1];
	vault_confirm(&night->vault, night->grant, "reset the account", proof);
	return vault_ask_reveal(&night->vault, night->grant, proof);
}

static void pass(struct night *night, int64_t ms)
{
	size_t done;
	const struct server *server = &night->vault.api.server;
	fake_clock_pass(ms);
	struct err err = emergency_ends_turn(server, volume_now(&server->volume), &done);
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
}

static size_t told(struct night *night, struct id person, enum notice_kind kind)
{
	return api_count_notices(&night->vault.api, person, kind);
}

static bool is_in(struct night *night, const char *state)
{
	cr_assert(call_as(night, night->custodian.token, "GET", "", NULL) == 200, "%s",
		night->vault.answer.body);
	return api_has(&night->vault.answer, "state", state);
}

/* ---- the way through ---- */

Test(emergencies, two_people_open_one_credential_for_an_hour)
{
	scoped(night) night = {0};
	begin(&night);
	open_it(&night);
	cr_assert(api_has(&night.vault.answer, "state", "open"));
	cr_assert(api_has(&night.vault.answer, "until", "2026-11-21T13:00:00.000Z"));
	cr_assert(reveal(&night) == 200, "%s", night.vault.answer.body);
	cr_assert(api_has(&night.vault.answer, "secret/password", VAULT_PASSWORD));
	fake_clock_pass(BREAKGLASS_OPEN_MS);
	reveal(&night);
	cr_assert(api_is_code(&night.vault.answer, 403, "grant_expired"));
}

Test(emergencies, everybody_is_told_when_it_opens)
{
	scoped(night) night = {0};
	begin(&night);
	struct api_world *world = &night.vault.api;
	ask(&night);
	cr_assert(api_count_notices(world, night.custodian.id, NOTICE_BREAKGLASS_ASKED) == 1);
	cr_assert(api_count_notices(world, night.vault.contact, NOTICE_BREAKGLASS_ASKED) == 1);
	cr_assert(api_count_notices(world, night.vault.assistant.id, NOTICE_BREAKGLASS_ASKED) == 0);
	cr_assert(api_count_notices(world, night.owner.id, NOTICE_BREAKGLASS_OPENED) == 0);
	call_as(&night, night.custodian.token, "POST", "/decision", "{\"approve\":true}");
	cr_assert(api_count_notices(world, night.vault.contact, NOTICE_BREAKGLASS_OPENED) == 1);
	cr_assert(api_count_notices(world, night.owner.id, NOTICE_BREAKGLASS_OPENED) == 1);
	cr_assert(vault_events(&night.vault, ACTION_BREAKGLASS_REQUESTED) == 1);
	cr_assert(vault_events(&night.vault, ACTION_BREAKGLASS_APPROVED) == 1);
	cr_assert(vault_events(&night.vault, ACTION_BREAKGLASS_OPENED) == 1);
}

Test(emergencies, who_asked_hears_that_it_was_refused_by_somebody_or_by_the_clock)
{
	scoped(night) night = {0};
	begin(&night);
	const struct id asker = night.vault.assistant.id;
	ask(&night);
	cr_assert(call_as(&night, night.custodian.token, "POST", "/decision", "{\"approve\":false}") == 200);
	cr_assert(told(&night, asker, NOTICE_CHANGE) == 1);
	ask(&night);
	pass(&night, BREAKGLASS_WAITS_MS - 1);
	cr_assert(told(&night, asker, NOTICE_CHANGE) == 1, "it still waits");
	pass(&night, 1);
	cr_assert(told(&night, asker, NOTICE_CHANGE) == 2 && is_in(&night, "lapsed"));
	cr_assert(told(&night, night.custodian.id, NOTICE_CHANGE) == 0);
}

/* ---- nobody alone ---- */

Test(emergencies, who_asked_does_not_confirm_whatever_they_are)
{
	scoped(night) night = {0};
	begin(&night);
	cr_assert(ask_as(&night, night.owner.token, REASON) == 202);
	snprintf(night.id, sizeof night.id, "%s", api_text(&night.vault.answer, "id"));
	call_as(&night, night.owner.token, "POST", "/decision", "{\"approve\":true}");
	cr_assert(api_is_code(&night.vault.answer, 403, "not_allowed"));
	call_as(&night, night.vault.assistant.token, "POST", "/decision", "{\"approve\":true}");
	cr_assert(api_is_code(&night.vault.answer, 404, "not_found"));
	call_as(&night, night.vault.api.tenant.token, "POST", "/decision", "{\"approve\":true}");
	cr_assert(api_is_code(&night.vault.answer, 403, "person_unproven"));
	cr_assert(is_in(&night, "requested"));
}

Test(emergencies, a_single_administrator_gets_it_from_the_client_or_not_at_all)
{
	scoped(night) night = {0};
	struct vault *vault = &night.vault;
	char contact[ID_TEXT + 1], proof[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(vault);
	api_world_person(&vault->api, &vault->api.tenant, "owner", NULL, &night.owner);
	cr_assert(ask_as(&night, night.owner.token, REASON) == 202, "%s", vault->answer.body);
	snprintf(night.id, sizeof night.id, "%s", api_text(&vault->answer, "id"));
	call_as(&night, night.owner.token, "POST", "/decision", "{\"approve\":true}");
	cr_assert(api_is_code(&vault->answer, 403, "not_allowed"));
	ids_print(ID_PERSON, vault->contact, contact);
	const struct vault_proof passed = {
		.person = vault->contact, .application = vault->api.tenant.application};
	vault_prove(vault, &passed, proof);
	snprintf(path, sizeof path, "/v1/breakglass/%s/decision", night.id);
	const struct api_request client = {.method = "POST",
		.path = path,
		.token = vault->api.tenant.token,
		.actor = contact,
		.verification = proof,
		.body = "{\"approve\":true}"};
	cr_assert(api_ask(&vault->api, &client, &vault->answer) == 200, "%s", vault->answer.body);
	cr_assert(api_has(&vault->answer, "decided_by", contact));
}

Test(emergencies, where_nobody_else_is_it_is_refused_at_once)
{
	scoped(night) night = {0};
	struct vault *vault = &night.vault;
	vault_open(vault);
	api_world_person(&vault->api, &vault->api.tenant, "owner", NULL, &night.owner);
	cr_assert(vault_call(vault, "POST", "/v1/clients", "{\"name\":\"Nobody AB\",\"ref\":\"lonely\"}") ==
		201);
	cr_assert(vault_call(vault, "POST", "/v1/credentials",
			  "{\"client\":\"lonely\",\"kind\":\"login\",\"label\":{\"title\":\"Shop\"},"
			  "\"secret\":{\"password\":\"kettle-9\"},\"modes_max\":[\"reveal\"]}") == 201);
	snprintf(vault->login, sizeof vault->login, "%s", api_text(&vault->answer, "id"));
	ask_as(&night, night.owner.token, REASON);
	cr_assert(api_is_code(&vault->answer, 403, "not_allowed"));
	cr_assert(vault_events(vault, ACTION_BREAKGLASS_REQUESTED) == 0);
}

Test(emergencies, a_reason_has_twenty_characters)
{
	scoped(night) night = {0};
	begin(&night);
	const char *token = night.vault.assistant.token;
	cr_assert(ask_as(&night, token, "nineteen characters") == 422);
	cr_assert(api_has_problem(&night.vault.answer, "/reason", "not_allowed"));
	cr_assert(ask_as(&night, token, "                        ") == 422);
	cr_assert(ask_as(&night, token, "........................") == 422);
	cr_assert(api_has_problem(&night.vault.answer, "/reason", "missing"));
	cr_assert(ask_as(&night, token, "no                      ") == 422, "blanks at the end do not count");
	/* Ten letters of two bytes each are ten. */
	cr_assert(ask_as(&night, token, "äääääääääö") == 422);
	cr_assert(ask_as(&night, token, "twenty characters it") == 202);
}

Test(emergencies, it_raises_no_ceiling_and_thaws_no_client)
{
	scoped(night) night = {0};
	begin(&night);
	struct vault *vault = &night.vault;
	open_it(&night);
	cr_assert(
		vault_call_as(vault, night.owner.token, "POST", "/v1/clients/karlsson/freeze", NULL) == 200);
	reveal(&night);
	cr_assert(api_is_code(&vault->answer, 403, "frozen"), "%s", vault->answer.body);
	cr_assert(vault_call(vault, "POST", "/v1/credentials",
			  "{\"client\":\"karlsson\",\"kind\":\"login\",\"label\":{\"title\":\"Bank\"},"
			  "\"secret\":{\"password\":\"kettle-9\"},\"modes_max\":[\"inject\"]}") == 201);
	snprintf(vault->login, sizeof vault->login, "%s", api_text(&vault->answer, "id"));
	ask_as(&night, night.owner.token, REASON);
	cr_assert(api_is_code(&vault->answer, 409, "conflict"));
}

Test(emergencies, a_refused_one_opens_nothing_and_one_that_nobody_confirms_lapses)
{
	scoped(night) night = {0};
	begin(&night);
	ask(&night);
	cr_assert(call_as(&night, night.custodian.token, "POST", "/decision", "{\"approve\":false}") == 200);
	cr_assert(is_in(&night, "refused") && !api_member(&night.vault.answer, "grant"));
	ask(&night);
	fake_clock_pass(BREAKGLASS_WAITS_MS);
	call_as(&night, night.custodian.token, "POST", "/decision", "{\"approve\":true}");
	cr_assert(api_is_code(&night.vault.answer, 410, "gone"));
	pass(&night, 0);
	cr_assert(is_in(&night, "lapsed"));
	cr_assert(vault_events(&night.vault, ACTION_BREAKGLASS_REFUSED) == 2);
}

/* ---- afterwards ---- */

Test(emergencies, who_asked_takes_it_back_and_stands_in_nobodys_way)
{
	scoped(night) night = {0};
	begin(&night);
	ask(&night);
	ask_as(&night, night.owner.token, REASON);
	cr_assert(api_is_code(&night.vault.answer, 409, "conflict"), "one waits on this credential");
	call_as(&night, night.custodian.token, "DELETE", "", NULL);
	cr_assert(api_is_code(&night.vault.answer, 403, "not_allowed"), "a custodian refuses it");
	cr_assert(call_as(&night, night.vault.assistant.token, "DELETE", "", NULL) == 200, "%s",
		night.vault.answer.body);
	cr_assert(api_has(&night.vault.answer, "state", "cancelled"));
	cr_assert(vault_events(&night.vault, ACTION_BREAKGLASS_CANCELLED) == 1);
	call_as(&night, night.custodian.token, "POST", "/decision", "{\"approve\":true}");
	cr_assert(api_is_code(&night.vault.answer, 409, "conflict"), "what was taken back opens nothing");
	call_as(&night, night.vault.assistant.token, "DELETE", "", NULL);
	cr_assert(api_is_code(&night.vault.answer, 409, "conflict"));
	cr_assert(ask_as(&night, night.owner.token, REASON) == 202, "%s", night.vault.answer.body);
	pass(&night, BREAKGLASS_WAITS_MS + 1);
	cr_assert(is_in(&night, "cancelled"));
	cr_assert(vault_events(&night.vault, ACTION_BREAKGLASS_REFUSED) == 1, "the owner's alone lapsed");
	cr_assert(vault_events(&night.vault, ACTION_BREAKGLASS_CANCELLED) == 1);
}

Test(emergencies, what_lapsed_is_not_taken_back)
{
	scoped(night) night = {0};
	begin(&night);
	ask(&night);
	fake_clock_pass(BREAKGLASS_WAITS_MS);
	call_as(&night, night.vault.assistant.token, "DELETE", "", NULL);
	cr_assert(api_is_code(&night.vault.answer, 410, "gone"), "%s", night.vault.answer.body);
	cr_assert(is_in(&night, "requested"), "its turn says what became of it");
}

Test(emergencies, it_closes_by_itself_owes_a_change_and_waits_for_its_review)
{
	scoped(night) night = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	struct event_read event;
	char path[VAULT_PATH];
	begin(&night);
	open_it(&night);
	cr_assert(reveal(&night) == 200);
	pass(&night, BREAKGLASS_OPEN_MS);
	cr_assert(is_in(&night, "closed"));
	cr_assert(json_integer_value(api_member(&night.vault.answer, "uses")) == 1);
	cr_assert(api_has(&night.vault.answer, "until", "2026-11-22T13:00:00.000Z"));
	api_find_event(&night.vault.api, night.vault.api.tenant.id, ACTION_BREAKGLASS_CLOSED, &arena, &event);
	struct span detail = event.texts[LEAF_TEXT_DETAIL];
	cr_assert(memmem(detail.at, detail.len, "\"cause\":\"timer\"", 15));
	cr_assert(vault_events(&night.vault, ACTION_CREDENTIAL_ROTATION_DUE) == 1);
	snprintf(path, sizeof path, "/v1/people/%s/exposure", night.vault.assistant.text);
	cr_assert(vault_call_as(&night.vault, night.owner.token, "GET", path, NULL) == 200);
	cr_assert(api_has(&night.vault.answer, "items/0/rotation", "owed"), "%s", night.vault.answer.body);
	cr_assert(told(&night, night.vault.contact, NOTICE_ROTATION_DUE) == 1, "the client hears of it");
}

Test(emergencies, one_that_showed_nothing_owes_no_change)
{
	scoped(night) night = {0};
	begin(&night);
	open_it(&night);
	pass(&night, BREAKGLASS_OPEN_MS);
	cr_assert(is_in(&night, "closed"));
	cr_assert(vault_events(&night.vault, ACTION_CREDENTIAL_ROTATION_DUE) == 0);
	cr_assert(told(&night, night.vault.contact, NOTICE_ROTATION_DUE) == 0);
}

Test(emergencies, one_that_is_closed_by_hand_tells_the_client_what_to_change_once)
{
	scoped(night) night = {0};
	size_t done;
	begin(&night);
	open_it(&night);
	cr_assert(reveal(&night) == 200);
	cr_assert(call_as(&night, night.vault.assistant.token, "DELETE", "", NULL) == 200);
	cr_assert(told(&night, night.vault.contact, NOTICE_ROTATION_DUE) == 1);
	pass(&night, BREAKGLASS_OPEN_MS);
	const struct server *server = &night.vault.api.server;
	cr_assert(!err_failed(rotation_watch_turn(server, volume_now(&server->volume), &done)));
	cr_assert(told(&night, night.vault.contact, NOTICE_ROTATION_DUE) == 1);
	cr_assert(vault_events(&night.vault, ACTION_CREDENTIAL_ROTATION_DUE) == 1);
}

Test(emergencies, the_next_one_is_blocked_until_somebody_else_has_reviewed_this_one)
{
	scoped(night) night = {0};
	begin(&night);
	ask(&night);
	ask_as(&night, night.owner.token, REASON);
	cr_assert(strstr(night.vault.answer.body, "waits for its second person"), "%s",
		night.vault.answer.body);
	cr_assert(call_as(&night, night.custodian.token, "POST", "/decision", "{\"approve\":false}") == 200);
	open_it(&night);
	ask_as(&night, night.vault.assistant.token, REASON);
	cr_assert(api_is_code(&night.vault.answer, 409, "conflict"));
	cr_assert(strstr(night.vault.answer.body, "not reviewed yet"), "%s", night.vault.answer.body);
	pass(&night, BREAKGLASS_OPEN_MS);
	ask_as(&night, night.owner.token, REASON);
	cr_assert(
		api_is_code(&night.vault.answer, 409, "conflict"), "on the same credential nobody gets one");
	call_as(&night, night.vault.assistant.token, "POST", "/review", "{\"verdict\":\"justified\"}");
	cr_assert(api_is_code(&night.vault.answer, 403, "not_allowed"));
	cr_assert(call_as(&night, night.owner.token, "POST", "/review",
			  "{\"verdict\":\"justified\",\"note\":\"the shop was stopped in time\"}") == 200,
		"%s", night.vault.answer.body);
	cr_assert(api_has(&night.vault.answer, "state", "reviewed") &&
		api_has(&night.vault.answer, "verdict", "justified"));
	call_as(&night, night.owner.token, "POST", "/review", "{\"verdict\":\"justified\"}");
	cr_assert(api_is_code(&night.vault.answer, 409, "conflict"));
	ask(&night);
}

Test(emergencies, a_review_that_does_not_come_in_a_day_is_an_alert_once)
{
	scoped(night) night = {0};
	begin(&night);
	open_it(&night);
	pass(&night, BREAKGLASS_OPEN_MS);
	pass(&night, BREAKGLASS_REVIEW_MS - 1);
	cr_assert(vault_events(&night.vault, ACTION_BREAKGLASS_REVIEW_OVERDUE) == 0);
	cr_assert(told(&night, night.owner.id, NOTICE_BREAKGLASS_OVERDUE) == 0);
	pass(&night, 1);
	pass(&night, BREAKGLASS_REVIEW_MS);
	cr_assert(vault_events(&night.vault, ACTION_BREAKGLASS_REVIEW_OVERDUE) == 1);
	cr_assert(told(&night, night.owner.id, NOTICE_BREAKGLASS_OVERDUE) == 1, "the owners hear of it");
	cr_assert(told(&night, night.vault.assistant.id, NOTICE_BREAKGLASS_OVERDUE) == 0);
	cr_assert(is_in(&night, "closed") && json_is_true(api_member(&night.vault.answer, "overdue")));
	cr_assert(call_as(&night, night.custodian.token, "POST", "/review",
			  "{\"verdict\":\"unjustified\"}") == 200);
}

Test(emergencies, it_is_closed_by_hand_too_and_its_grant_with_it)
{
	scoped(night) night = {0};
	begin(&night);
	open_it(&night);
	cr_assert(call_as(&night, night.vault.assistant.token, "DELETE", "", NULL) == 200, "%s",
		night.vault.answer.body);
	cr_assert(api_has(&night.vault.answer, "state", "closed"));
	reveal(&night);
	cr_assert(api_is_code(&night.vault.answer, 403, "grant_expired"));
	call_as(&night, night.vault.assistant.token, "DELETE", "", NULL);
	cr_assert(api_is_code(&night.vault.answer, 409, "conflict"));
	pass(&night, BREAKGLASS_OPEN_MS);
	cr_assert(vault_events(&night.vault, ACTION_BREAKGLASS_CLOSED) == 1);
	pass(&night, BREAKGLASS_REVIEW_MS);
	cr_assert(vault_events(&night.vault, ACTION_BREAKGLASS_REVIEW_OVERDUE) == 1);
}
