/* SPDX-License-Identifier: Apache-2.0 */
/* test_takeouts - a client's credentials leave by two people and once, and whoever took them is on the ledger. */
#include "server/core/vault/takeout_taking.h"

#include "server/sweeps.h"
#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define RECIPIENT "age1k4vdqjjgmm68gfujr88359euqvmk2tkhxvcn5dn2au45gf09cssql0zs7v"

/* A business with an owner who asks and another who approves. */
struct move {
	struct vault vault;
	struct api_person owner, second;
	char id[ID_TEXT + 1];
};

static void move_done(struct move *move)
{
	vault_done(&move->vault);
}

static void begin(struct move *move)
{
	struct api_world *api = &move->vault.api;
	vault_open(&move->vault);
	api_world_person(api, &api->tenant, "owner", "owner@example.org", &move->owner);
	api_world_person(api, &api->tenant, "hq", "hq@example.org", &move->second);
}

static int ask(struct move *move, struct id person)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body,
		"{\"client\":\"%s\",\"purpose\":\"she moves "
		"on\",\"format\":\"bitwarden-json\",\"recipient\":\"" RECIPIENT "\"}",
		move->vault.client_text);
	int status = vault_call_for(&move->vault, person, "POST", "/v1/takeouts", body);
	if (status == 202)
		snprintf(move->id, sizeof move->id, "%s", api_text(&move->vault.answer, "id"));
	return status;
}

static int call_for(
	struct move *move, struct id person, const char *method, const char *rest, const char *body)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/takeouts/%s%s", move->id, rest);
	return vault_call_for(&move->vault, person, method, path, body);
}

static int approve(struct move *move, struct id person)
{
	return call_for(move, person, "POST", "/decision", "{\"approve\":true}");
}

static int take_it(struct move *move, struct id person)
{
	char proof[ID_TEXT + 1], body[VAULT_BODY];
	const struct vault_proof confirmed = {
		.person = person, .application = move->vault.api.tenant.application, .takeout = move->id};
	vault_prove(&move->vault, &confirmed, proof);
	snprintf(body, sizeof body, "{\"verification\":\"%s\"}", proof);
	return call_for(move, person, "POST", "/file", body);
}

static void approved(struct move *move)
{
	begin(move);
	cr_assert(ask(move, move->owner.id) == 202, "%s", move->vault.answer.body);
	cr_assert(approve(move, move->second.id) == 200, "%s", move->vault.answer.body);
}

static size_t count(struct move *move, enum action action)
{
	return api_count_events(&move->vault.api, move->vault.api.tenant.id, action);
}

Test(takeouts, it_leaves_once_and_each_credential_is_an_event_and_on_the_ledger)
{
	scoped(move) move = {0};
	approved(&move);
	cr_assert(take_it(&move, move.owner.id) == 200, "%s", move.vault.answer.body);
	cr_assert(!strncmp(move.vault.answer.body, "age-encryption.org/v1\n", 22));
	cr_assert(!strstr(move.vault.answer.body, VAULT_PASSWORD));
	cr_assert(count(&move, ACTION_CREDENTIAL_EXPORTED) == 1 &&
		count(&move, ACTION_CREDENTIAL_BULK_EXPORTED) == 1);
	cr_assert(take_it(&move, move.owner.id) == 410, "%s", move.vault.answer.body);
	cr_assert(count(&move, ACTION_CREDENTIAL_EXPORTED) == 1, "once");
	cr_assert(api_count_notices(&move.vault.api, move.vault.contact, NOTICE_TAKEOUT_TAKEN) == 1);
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/people/%s/exposure", move.owner.text);
	cr_assert(vault_call(&move.vault, "GET", path, NULL) == 200);
	cr_assert(api_has(&move.vault.answer, "items/0/how/0", "exported"), "%s", move.vault.answer.body);
	cr_assert(api_has(&move.vault.answer, "items/0/rotation", "owed"), "%s", move.vault.answer.body);
}

Test(takeouts, nobody_takes_what_another_asked_for_or_before_a_second_one_agreed)
{
	scoped(move) move = {0};
	begin(&move);
	cr_assert(ask(&move, move.vault.assistant.id) == 403, "an assistant may not give grants");
	cr_assert(ask(&move, move.owner.id) == 202);
	cr_assert(take_it(&move, move.owner.id) == 403);
	cr_assert(api_has(&move.vault.answer, "code", "approval_pending"), "%s", move.vault.answer.body);
	cr_assert(approve(&move, move.owner.id) == 403, "who asked does not approve");
	cr_assert(approve(&move, move.second.id) == 200);
	cr_assert(take_it(&move, move.second.id) == 403, "who approved does not take");
	cr_assert(call_for(&move, move.owner.id, "POST", "/file", "{}") == 403);
	cr_assert(api_has(&move.vault.answer, "code", "stepup_required"), "%s", move.vault.answer.body);
	cr_assert(count(&move, ACTION_CREDENTIAL_EXPORTED) == 0);
}

Test(takeouts, the_client_asks_for_its_own_and_staff_approves)
{
	scoped(move) move = {0};
	char contact[ID_TEXT + 1], path[VAULT_PATH];
	begin(&move);
	cr_assert(ask(&move, move.vault.contact) == 403, "a contact who may see nothing takes nothing out");
	ids_print(ID_PERSON, move.vault.contact, contact);
	snprintf(path, sizeof path, "/v1/people/%s", contact);
	cr_assert(
		vault_call_for(&move.vault, move.owner.id, "PATCH", path, "{\"roles\":[\"client\"]}") == 200,
		"%s", move.vault.answer.body);
	cr_assert(ask(&move, move.vault.contact) == 202, "%s", move.vault.answer.body);
	cr_assert(approve(&move, move.vault.contact) == 403, "but not twice the same");
	cr_assert(approve(&move, move.owner.id) == 200, "%s", move.vault.answer.body);
	cr_assert(take_it(&move, move.vault.contact) == 200, "%s", move.vault.answer.body);
}

Test(takeouts, a_role_that_is_taken_away_in_between_takes_nothing)
{
	scoped(move) move = {0};
	char path[VAULT_PATH];
	approved(&move);
	struct api_person other;
	api_world_person(&move.vault.api, &move.vault.api.tenant, "owner", "other@example.org", &other);
	snprintf(path, sizeof path, "/v1/people/%s", move.owner.text);
	cr_assert(vault_call_for(&move.vault, other.id, "PATCH", path, "{\"roles\":[\"hq\"]}") == 200, "%s",
		move.vault.answer.body);
	cr_assert(take_it(&move, move.owner.id) == 403, "%s", move.vault.answer.body);
}

Test(takeouts, there_is_one_of_a_client_and_a_no_makes_room)
{
	scoped(move) move = {0};
	begin(&move);
	cr_assert(ask(&move, move.owner.id) == 202);
	cr_assert(ask(&move, move.owner.id) == 409, "%s", move.vault.answer.body);
	cr_assert(call_for(&move, move.second.id, "POST", "/decision", "{\"approve\":false}") == 200);
	cr_assert(api_has(&move.vault.answer, "state", "refused"));
	cr_assert(ask(&move, move.owner.id) == 202, "%s", move.vault.answer.body);
	cr_assert(call_for(&move, move.owner.id, "DELETE", "", NULL) == 200, "%s", move.vault.answer.body);
	cr_assert(count(&move, ACTION_CREDENTIAL_EXPORT_ENDED) == 2);
}

static fallible sweep(struct act *act, void *context)
{
	return sweeps_run(act, 100, context);
}

/* The owner by a token of their own, which outlives the days that pass. */
static int own_call(struct move *move, const char *method, const char *rest, const char *body)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/takeouts/%s%s", move->id, rest);
	return vault_call_as(&move->vault, move->owner.token, method, path, body);
}

Test(takeouts, its_time_is_over_at_the_second_and_the_sweep_says_so)
{
	scoped(move) move = {0};
	struct due_round round = {0};
	approved(&move);
	fake_clock_pass(TAKEOUT_OPEN_MS - 1);
	cr_assert(own_call(&move, "POST", "/file", "{}") == 403, "%s", move.vault.answer.body);
	cr_assert(api_has(&move.vault.answer, "code", "stepup_required"), "%s", move.vault.answer.body);
	fake_clock_pass(1);
	cr_assert(own_call(&move, "POST", "/file", "{}") == 410, "%s", move.vault.answer.body);
	api_world_run(&move.vault.api, sweep, &round);
	cr_assert(count(&move, ACTION_CREDENTIAL_EXPORT_ENDED) == 1);
	cr_assert(own_call(&move, "GET", "", NULL) == 200, "%s", move.vault.answer.body);
	cr_assert(api_has(&move.vault.answer, "state", "lapsed"), "%s", move.vault.answer.body);
}

Test(takeouts, what_nobody_approves_lapses)
{
	scoped(move) move = {0};
	struct due_round round = {0};
	begin(&move);
	cr_assert(ask(&move, move.owner.id) == 202);
	fake_clock_pass(TAKEOUT_WAITS_MS);
	cr_assert(vault_call_as(&move.vault, move.second.token, "GET", "/v1/approvals", NULL) == 200);
	cr_assert(!strstr(move.vault.answer.body, "takeout"), "%s", move.vault.answer.body);
	api_world_run(&move.vault.api, sweep, &round);
	cr_assert(own_call(&move, "GET", "", NULL) == 200, "%s", move.vault.answer.body);
	cr_assert(api_has(&move.vault.answer, "state", "lapsed"), "%s", move.vault.answer.body);
}

Test(takeouts, another_business_sees_none_of_it)
{
	scoped(move) move = {0};
	struct api_tenant other;
	char path[VAULT_PATH];
	approved(&move);
	api_world_tenant(&move.vault.api, &other);
	snprintf(path, sizeof path, "/v1/takeouts/%s", move.id);
	cr_assert(vault_call_as(&move.vault, other.token, "GET", path, NULL) == 404);
	cr_assert(call_for(&move, move.vault.assistant.id, "GET", "", NULL) == 404, "nor does an assistant");
}
