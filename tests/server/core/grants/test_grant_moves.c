/* SPDX-License-Identifier: Apache-2.0 */
/* test_grant_moves - what handovers and departures do to grants: suspend, give back, copy, end. */
#include "server/core/grants/grants.h"
#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const int64_t NOON_MS = 1795262400000; /* of the test clock */

/* A move, as one act of its own. */
struct move {
	fallible (*run)(struct act *act, struct id tenant, struct id id, const struct grants_cause *cause);
	struct id tenant, grant;
	struct grants_cause cause;
	struct err err;
};

static const struct grants_cause STAND_IN = {"stand_in", ID_HANDOVER, {{1, 2, 3}}};
static const struct grants_cause OTHER = {"stand_in", ID_HANDOVER, {{9}}};

/* An act without an event can't be, so a refusal leaves one of its own. */
static fallible note(struct act *act, struct id tenant)
{
	const struct event event = {.action = ACTION_POLICY_CHANGED};
	struct event_draft draft;
	TRY(event_seal(act->volume->keys, tenant, &event, act->now, act->arena, &draft));
	return act_add(act, tenant, &draft.leaf, NULL);
}

static fallible run_move(struct act *act, void *context)
{
	struct move *move = context;
	move->err = move->run(act, move->tenant, move->grant, &move->cause);
	return err_failed(move->err) ? note(act, move->tenant) : OK;
}

static struct id parse(const char *grant)
{
	struct id id;
	cr_assert(!err_failed(ids_parse(ID_GRANT, span_text(grant), &id)));
	return id;
}

static struct err do_move(struct vault *vault, const char *grant,
	fallible (*run)(struct act *act, struct id tenant, struct id id, const struct grants_cause *cause),
	struct grants_cause cause)
{
	struct move move = {run, vault->api.tenant.id, parse(grant), cause, OK};
	api_world_run(&vault->api, run_move, &move);
	return move.err;
}

static fallible restore_3(struct act *act, struct id tenant, struct id id, const struct grants_cause *cause)
{
	return grants_restore(act, tenant, id, 3, cause);
}

struct copying {
	struct grants_copy ask;
	struct id made;
	struct err err;
};

static fallible run_copy(struct act *act, void *context)
{
	struct copying *copying = context;
	copying->err = grants_copy(act, &copying->ask, &copying->made);
	return err_failed(copying->err) ? note(act, copying->ask.tenant) : OK;
}

static struct err copy(struct vault *vault, struct grants_copy ask, char made[static ID_TEXT + 1])
{
	struct copying copying = {.ask = ask};
	copying.ask.tenant = vault->api.tenant.id;
	api_world_run(&vault->api, run_copy, &copying);
	ids_print(ID_GRANT, copying.made, made);
	return copying.err;
}

static void look(struct vault *vault, const char *grant)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call(vault, "GET", path, NULL) == 200, "%s", vault->answer.body);
}

static bool stands(struct vault *vault, const char *grant, const char *state)
{
	look(vault, grant);
	return api_has(&vault->answer, "state", state);
}

Test(grant_moves, what_a_handover_suspended_it_alone_gives_back)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE ",\"uses\":5", grant);
	cr_assert(!err_failed(do_move(&vault, grant, grants_suspend, STAND_IN)));
	cr_assert(stands(&vault, grant, "suspended"));
	vault_ask_code(&vault, grant, NULL);
	cr_assert(vault_is_refused(&vault, "grant_suspended"));
	cr_assert(do_move(&vault, grant, grants_suspend, STAND_IN).kind == ERR_CONFLICT);
	cr_assert(do_move(&vault, grant, restore_3, OTHER).kind == ERR_CONFLICT);
	cr_assert(stands(&vault, grant, "suspended"));
	cr_assert(!err_failed(do_move(&vault, grant, restore_3, STAND_IN)));
	cr_assert(stands(&vault, grant, "active"));
	cr_assert(json_integer_value(api_member(&vault.answer, "uses_left")) == 2, "%s", vault.answer.body);
	cr_assert(vault_events(&vault, ACTION_GRANT_SUSPENDED) == 1 &&
		vault_events(&vault, ACTION_GRANT_RESUMED) == 1);
}

Test(grant_moves, what_has_ended_is_moved_no_more)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert(!err_failed(do_move(&vault, grant, grants_end, STAND_IN)));
	cr_assert(stands(&vault, grant, "revoked") && vault_events(&vault, ACTION_GRANT_REVOKED) == 1);
	cr_assert(do_move(&vault, grant, grants_end, STAND_IN).kind == ERR_CONFLICT);
	cr_assert(do_move(&vault, grant, grants_suspend, STAND_IN).kind == ERR_CONFLICT);
	cr_assert(do_move(&vault, grant, restore_3, STAND_IN).kind == ERR_CONFLICT);
	cr_assert(do_move(&vault, grant, grants_activate, STAND_IN).kind == ERR_CONFLICT);
	cr_assert(vault_events(&vault, ACTION_GRANT_REVOKED) == 1);
}

Test(grant_moves, a_copy_has_the_same_bounds_and_is_never_wider)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], made[ID_TEXT + 1];
	struct api_person other;
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "assistant", NULL, &other);
	vault_grant(
		&vault, VAULT_CODE ",\"uses\":5,\"task\":\"T-9\",\"until\":\"2026-11-22T12:00:00Z\"", grant);
	const struct grants_copy ask = {.grant = parse(grant),
		.to = other.id,
		.until = {NOON_MS + (int64_t)48 * 3600 * 1000},
		.standby = true,
		.cause = STAND_IN};
	cr_assert(!err_failed(copy(&vault, ask, made)));
	cr_assert(stands(&vault, made, "standby"));
	cr_assert(api_has(&vault.answer, "until", "2026-11-22T12:00:00.000Z"), "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "task", "T-9") && api_has(&vault.answer, "to", other.text));
	cr_assert(json_integer_value(api_member(&vault.answer, "uses")) == 5);
	cr_assert(vault_events(&vault, ACTION_GRANT_STANDBY_SET) == 1);
}

Test(grant_moves, a_copy_that_stands_by_opens_nothing_until_it_is_activated)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], made[ID_TEXT + 1];
	struct api_person other;
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "assistant", NULL, &other);
	vault_grant(&vault, VAULT_CODE, grant);
	const struct grants_copy ask = {
		.grant = parse(grant), .to = other.id, .standby = true, .cause = STAND_IN};
	cr_assert(!err_failed(copy(&vault, ask, made)));
	const struct vault_use use = {
		.grant = made, .mode = "code", .purpose = "pay", .token = other.token, .no_device = true};
	vault_use(&vault, &use);
	cr_assert(vault_is_refused(&vault, "grant_suspended"), "%s", vault.answer.body);
	cr_assert(!err_failed(do_move(&vault, made, grants_activate, STAND_IN)));
	cr_assert(vault_use(&vault, &use) == 200, "%s", vault.answer.body);
	cr_assert(do_move(&vault, made, grants_activate, STAND_IN).kind == ERR_CONFLICT);
}

Test(grant_moves, nothing_is_copied_that_is_ended_used_up_or_the_persons_own)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], made[ID_TEXT + 1], login[ID_TEXT + 1];
	struct api_person other;
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "assistant", NULL, &other);
	vault_grant(&vault, VAULT_CODE ",\"uses\":1", grant);
	struct grants_copy ask = {.grant = parse(grant), .to = vault.assistant.id, .cause = STAND_IN};
	cr_assert(copy(&vault, ask, made).kind == ERR_CONFLICT);
	ask.to = other.id;
	ask.until.ms = NOON_MS;
	cr_assert(copy(&vault, ask, made).kind == ERR_CONFLICT);
	ask.until.ms = 0;
	vault_login(&vault, login);
	cr_assert(vault_ask_code(&vault, grant, login) == 200, "%s", vault.answer.body);
	cr_assert(copy(&vault, ask, made).kind == ERR_CONFLICT);
	vault_grant(&vault, VAULT_CODE, grant);
	ask.grant = parse(grant);
	cr_assert(!err_failed(do_move(&vault, grant, grants_suspend, OTHER)));
	cr_assert(copy(&vault, ask, made).kind == ERR_CONFLICT);
	ask.cause = OTHER;
	cr_assert(!err_failed(copy(&vault, ask, made)));
	cr_assert(!err_failed(do_move(&vault, grant, grants_end, OTHER)));
	cr_assert(copy(&vault, ask, made).kind == ERR_CONFLICT);
}
