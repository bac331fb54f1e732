/* SPDX-License-Identifier: Apache-2.0 */
/* test_rotation_watch - that a secret has to be changed is said when it becomes true: once, in the log and to the client. */
#include "server/core/vault/rotation_watch.h"

#include "tests/server/handover_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void look(struct vault *vault)
{
	size_t done;
	struct err err =
		rotation_watch_turn(&vault->api.server, volume_now(&vault->api.server.volume), &done);
	cr_assert(!err_failed(err), "%s", err.why);
}

static size_t mails(struct vault *vault)
{
	return api_count_notices(&vault->api, vault->contact, NOTICE_ROTATION_DUE);
}

static size_t events(struct vault *vault)
{
	return vault_events(vault, ACTION_CREDENTIAL_ROTATION_DUE);
}

static void reveal(struct vault *vault, const char *terms, char grant[static ID_TEXT + 1])
{
	char confirmed[ID_TEXT + 1];
	vault_grant(vault, terms, grant);
	vault_confirm(vault, grant, "reset the account", confirmed);
	cr_assert(vault_ask_reveal(vault, grant, confirmed) == 200, "%s", vault->answer.body);
}

static void revoke(struct vault *vault, const char *grant)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call(vault, "DELETE", path, NULL) == 200, "%s", vault->answer.body);
}

Test(rotation_watch, what_somebody_knows_is_due_when_their_grant_is_taken_back_and_told_once)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	reveal(&vault, VAULT_BOTH, grant);
	look(&vault);
	cr_assert(events(&vault) == 0 && mails(&vault) == 0, "they may still use it");
	revoke(&vault, grant);
	look(&vault);
	cr_assert(events(&vault) == 1 && mails(&vault) == 1);
	look(&vault);
	cr_assert(events(&vault) == 1 && mails(&vault) == 1, "once");
	vault_grant(&vault, VAULT_BOTH, grant);
	revoke(&vault, grant);
	look(&vault);
	cr_assert(events(&vault) == 1 && mails(&vault) == 1, "the client knows that already");
}

Test(rotation_watch, a_grant_whose_time_is_over_is_looked_at_though_nobody_touches_it)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	reveal(&vault, VAULT_BOTH ",\"until\":\"2026-11-21T13:00:00Z\"", grant);
	fake_clock_pass(3600 * 1000 - 1);
	look(&vault);
	cr_assert(events(&vault) == 0, "a millisecond is left");
	fake_clock_pass(1);
	look(&vault);
	cr_assert(events(&vault) == 1 && mails(&vault) == 1);
}

Test(rotation_watch, the_last_use_of_a_counted_grant_ends_it)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	reveal(&vault, VAULT_BOTH ",\"uses\":1", grant);
	look(&vault);
	cr_assert(events(&vault) == 1 && mails(&vault) == 1);
}

Test(rotation_watch, codes_another_grant_and_a_changed_secret_leave_nothing_due)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], other[ID_TEXT + 1], login[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	cr_assert(vault_ask_code(&vault, grant, login) == 200);
	revoke(&vault, grant);
	look(&vault);
	cr_assert(events(&vault) == 0, "a code says nothing of the secret");
	reveal(&vault, VAULT_BOTH, grant);
	vault_grant(&vault, VAULT_CODE, other);
	revoke(&vault, grant);
	look(&vault);
	cr_assert(events(&vault) == 0, "they go on using it through another one");
	snprintf(path, sizeof path, "/v1/credentials/%s/versions", vault.login);
	cr_assert(
		vault_call(&vault, "POST", path, "{\"secret\":{\"password\":\"n3w-and-b3tter-one\"}}") == 201,
		"%s", vault.answer.body);
	revoke(&vault, other);
	look(&vault);
	cr_assert(events(&vault) == 0 && mails(&vault) == 0, "what they saw is worth nothing any more");
}

Test(rotation_watch, what_a_stand_in_saw_is_due_on_return_in_one_mail)
{
	scoped(office) office = {0};
	struct vault *vault = &office.vault;
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1], confirmed[ID_TEXT + 1];
	office_open(&office);
	vault_grant(vault, VAULT_BOTH, grant);
	office_hand_over(&office, 0, OFFICE_DAY);
	office_grant_of(&office, &office.stand_in, "active", copy);
	const struct vault_proof proof = {.person = office.stand_in.id,
		.application = vault->api.tenant.application,
		.grant = copy,
		.mode = "reveal",
		.purpose = "reset the account"};
	vault_prove(vault, &proof, confirmed);
	cr_assert(vault_ask_reveal(vault, copy, confirmed) == 200, "%s", vault->answer.body);
	look(vault);
	cr_assert(events(vault) == 0);
	cr_assert(office_end(&office) == 200, "%s", vault->answer.body);
	look(vault);
	cr_assert(events(vault) == 1 && mails(vault) == 1);
}
