/* SPDX-License-Identifier: Apache-2.0 */
/* test_credential_trash - what is archived comes back for a month, and then never. */
#include "server/core/vault/credential_trash.h"

#include "store/nouns/version.h"
#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const int64_t DAY_MS = 24LL * 3600 * 1000;

static struct api_person open_with_owner(struct vault *vault)
{
	struct api_person owner;
	vault_open(vault);
	api_world_person(&vault->api, &vault->api.tenant, "owner", "owner@example.org", &owner);
	return owner;
}

/* Days pass, and the owner comes with another token, since none lasts as long as these tests. */
static void pass_days(struct vault *vault, struct api_person *owner, int64_t days)
{
	fake_clock_pass(days * DAY_MS);
	api_world_token(&vault->api, &vault->api.tenant, owner->id, owner);
}

static int ask(struct vault *vault, const char *token, const char *method, const char *what)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/credentials/%s%s", vault->login, what);
	return vault_call_as(vault, token ? token : vault->api.tenant.token, method, path, NULL);
}

static int archive(struct vault *vault, const struct api_person *by)
{
	return ask(vault, by->token, "DELETE", "");
}

static int restore(struct vault *vault, const struct api_person *by)
{
	return ask(vault, by->token, "POST", "/restore");
}

static struct id login_id(const struct vault *vault)
{
	struct id id;
	cr_assert(!err_failed(ids_parse(ID_CREDENTIAL, span_text(vault->login), &id)));
	return id;
}

static fallible run_sweep(struct act *act, void *context)
{
	return credential_trash_sweep(act, 500, context);
}

/* One round, as the job that runs it: a round without anything due commits nothing. */
static size_t sweep(struct vault *vault)
{
	struct due_round round = {0};
	struct err err = committer_run(vault->api.server.committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = run_sweep, .context = &round});
	cr_assert(!err_failed(err), "%s", err.why);
	return round.done;
}

static struct err find_version(struct vault *vault, uint64_t number)
{
	struct version version;
	scoped(arena) arena = ARENA(256 * 1024);
	scoped(reading) reading = {0};
	cr_assert(!err_failed(reading_open(&vault->api.server.volume, &reading)));
	struct view view = view_reading(&reading);
	return version_get(&view, vault->api.tenant.id, login_id(vault), number, &arena, &version);
}

static int use_code(struct vault *vault, const char *grant)
{
	char login[ID_TEXT + 1];
	vault_login(vault, login);
	return vault_ask_code(vault, grant, login);
}

/* ---- in and out ---- */

Test(credential_trash, what_was_archived_comes_back_as_it_was_with_its_grants)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	struct api_person owner = open_with_owner(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert(archive(&vault, &owner) == 200 && api_has(&vault.answer, "state", "archived"));
	cr_assert(api_member(&vault.answer, "archived"));
	cr_assert(use_code(&vault, grant) == 403 && api_has(&vault.answer, "code", "grant_suspended"), "%s",
		vault.answer.body);
	fake_clock_pass(CREDENTIAL_TRASH_DAYS * DAY_MS - 1);
	cr_assert(sweep(&vault) == 0, "its time is not over");
	fake_clock_pass(-CREDENTIAL_TRASH_DAYS * DAY_MS + 1);
	cr_assert(restore(&vault, &owner) == 200 && api_has(&vault.answer, "state", "active"), "%s",
		vault.answer.body);
	cr_assert(
		api_has(&vault.answer, "label/title", "Web shop") && !api_member(&vault.answer, "archived"));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_RESTORED) == 1);
	cr_assert(use_code(&vault, grant) == 200);
	pass_days(&vault, &owner, 2 * CREDENTIAL_TRASH_DAYS);
	cr_assert(sweep(&vault) == 0 && ask(&vault, owner.token, "GET", "") == 200 &&
		api_has(&vault.answer, "state", "active"));
}

Test(credential_trash, only_what_lies_in_it_comes_out)
{
	scoped(vault) vault = {0};
	struct api_tenant other;
	struct api_person marketer;
	struct api_person owner = open_with_owner(&vault);
	api_world_tenant(&vault.api, &other);
	api_world_person(&vault.api, &vault.api.tenant, "marketer", NULL, &marketer);
	cr_assert(restore(&vault, &owner) == 409);
	cr_assert(archive(&vault, &owner) == 200 && archive(&vault, &owner) == 409);
	cr_assert(ask(&vault, other.token, "POST", "/restore") == 404);
	cr_assert(ask(&vault, marketer.token, "POST", "/restore") == 403);
	cr_assert(ask(&vault, NULL, "DELETE", "?now=yes") == 422);
}

/* ---- gone ---- */

Test(credential_trash, after_a_month_keys_and_label_are_gone_and_the_log_says_what_was_destroyed)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	struct api_person owner = open_with_owner(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert(
		ask(&vault, owner.token, "GET", "/versions") == 200 && !err_failed(find_version(&vault, 1)));
	cr_assert(archive(&vault, &owner) == 200);
	pass_days(&vault, &owner, CREDENTIAL_TRASH_DAYS);
	cr_assert(sweep(&vault) == 1 && sweep(&vault) == 0);
	cr_assert(find_version(&vault, 1).kind == ERR_NOT_FOUND, "with the row the wrap of the key is gone");
	cr_assert(ask(&vault, owner.token, "GET", "") == 200 && api_has(&vault.answer, "state", "shredded"));
	cr_assert(!strstr(vault.answer.body, "Web shop") && !strstr(vault.answer.body, "shop.example"));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DESTROYED) == 1);
	cr_assert(vault_events(&vault, ACTION_GRANT_REVOKED) == 1, "its grant has ended");
	cr_assert(restore(&vault, &owner) == 410);
	cr_assert(archive(&vault, &owner) == 410);
}

Test(credential_trash, what_was_destroyed_can_be_held_against_an_older_copy)
{
	scoped(vault) vault = {0};
	char path[VAULT_PATH];
	struct api_person owner = open_with_owner(&vault);
	cr_assert(ask(&vault, owner.token, "DELETE", "?now=1") == 200, "%s", vault.answer.body);
	snprintf(path, sizeof path, "/v1/events?action=credential.destroyed");
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(
		strlen(api_text(&vault.answer, "items/0/detail/commitment")) == 64, "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "items/0/detail/approver", owner.text));
	cr_assert(api_has(&vault.answer, "items/0/reason", "revoked"));
}

Test(credential_trash, only_an_owner_who_proved_it_shreds_at_once)
{
	scoped(vault) vault = {0};
	struct api_person manager;
	struct api_person owner = open_with_owner(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "manager", "manager@example.org", &manager);
	ask(&vault, NULL, "DELETE", "?now=1");
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"), "an application is no owner");
	ask(&vault, manager.token, "DELETE", "?now=1");
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"));
	cr_assert(!err_failed(find_version(&vault, 1)));
	cr_assert(ask(&vault, manager.token, "DELETE", "") == 200, "into the trash it may go");
	cr_assert(ask(&vault, owner.token, "DELETE", "?now=1") == 200 &&
		api_has(&vault.answer, "state", "shredded"));
	cr_assert(find_version(&vault, 1).kind == ERR_NOT_FOUND);
	cr_assert(ask(&vault, owner.token, "DELETE", "?now=1") == 410);
	pass_days(&vault, &owner, CREDENTIAL_TRASH_DAYS);
	cr_assert(sweep(&vault) == 0, "nothing is left in the queue");
}

Test(credential_trash, a_grant_of_what_was_shredded_opens_nothing_and_says_so_on_record)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	struct api_person owner = open_with_owner(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert(ask(&vault, owner.token, "DELETE", "?now=1") == 200);
	cr_assert(use_code(&vault, grant) == 403 && api_has(&vault.answer, "code", "grant_expired"), "%s",
		vault.answer.body);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DENIED) == 1);
}

Test(credential_trash, a_hold_on_the_client_keeps_what_is_in_the_trash)
{
	scoped(vault) vault = {0};
	char body[VAULT_BODY];
	struct api_person owner = open_with_owner(&vault);
	cr_assert(archive(&vault, &owner) == 200);
	snprintf(body, sizeof body, "{\"subject\":{\"client\":\"%s\"},\"ground\":\"court order 77\"}",
		vault.client_text);
	cr_assert(vault_call_as(&vault, owner.token, "POST", "/v1/holds", body) == 201, "%s",
		vault.answer.body);
	ask(&vault, owner.token, "DELETE", "?now=1");
	cr_assert(api_is_code(&vault.answer, 409, "held"), "%s", vault.answer.body);
	pass_days(&vault, &owner, CREDENTIAL_TRASH_DAYS);
	cr_assert(sweep(&vault) == 1 && !err_failed(find_version(&vault, 1)), "put off");
	cr_assert(sweep(&vault) == 0);
	pass_days(&vault, &owner, 1);
	cr_assert(sweep(&vault) == 1, "and looked at again the next day");
	cr_assert(restore(&vault, &owner) == 200, "it can still be had back");
}

Test(credential_trash, a_new_round_in_the_trash_has_a_month_of_its_own)
{
	scoped(vault) vault = {0};
	struct api_person owner = open_with_owner(&vault);
	cr_assert(archive(&vault, &owner) == 200);
	pass_days(&vault, &owner, 20);
	cr_assert(restore(&vault, &owner) == 200 && archive(&vault, &owner) == 200);
	pass_days(&vault, &owner, 20);
	cr_assert(sweep(&vault) == 0 && ask(&vault, owner.token, "GET", "") == 200 &&
		api_has(&vault.answer, "state", "archived"));
	pass_days(&vault, &owner, 10);
	cr_assert(sweep(&vault) == 1 && find_version(&vault, 1).kind == ERR_NOT_FOUND);
}
