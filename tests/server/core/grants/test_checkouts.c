/* SPDX-License-Identifier: Apache-2.0 */
/* test_checkouts - one person at a time. */
#include "server/core/grants/checkouts.h"

#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

enum { PARALLEL = 64, MINUTE_MS = 60 * 1000 };

#define EXCLUSIVE(what) VAULT_CODE ",\"exclusive\":\"" what "\""
#define OUT "{\"purpose\":\"to order\"}"

/* Two assistants with a grant each on the same credential. */
struct pair {
	struct vault vault;
	struct api_person other;
	char first[ID_TEXT + 1], second[ID_TEXT + 1];
};

static void give(struct vault *vault, const char *to, const char *terms, char grant[static ID_TEXT + 1])
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\",%s}", vault->login, to, terms);
	cr_assert(vault_call(vault, "POST", "/v1/grants", body) == 201, "%s", vault->answer.body);
	snprintf(grant, ID_TEXT + 1, "%s", api_text(&vault->answer, "id"));
}

static void pair_open(struct pair *pair, const char *first, const char *second)
{
	*pair = (struct pair){.first = ""};
	vault_open(&pair->vault);
	api_world_person(&pair->vault.api, &pair->vault.api.tenant, "assistant", NULL, &pair->other);
	give(&pair->vault, pair->vault.assistant.text, first, pair->first);
	give(&pair->vault, pair->other.text, second, pair->second);
}

static void pair_done(struct pair *pair)
{
	vault_done(&pair->vault);
}

static int use(struct vault *vault, const char *token, const char *grant)
{
	const struct vault_use ask = {
		.grant = grant, .mode = "code", .purpose = "pay", .token = token, .no_device = true};
	return vault_use(vault, &ask);
}

static int post(struct vault *vault, const char *token, const char *grant, const char *what, const char *body)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/grants/%s/%s", grant, what);
	return vault_call_as(vault, token, "POST", path, body);
}

Test(checkouts, a_use_holds_what_is_exclusive_and_nobody_else_uses_it)
{
	scoped(pair) pair = {0};
	pair_open(&pair, EXCLUSIVE("credential"), VAULT_CODE);
	struct vault *vault = &pair.vault;
	cr_assert(use(vault, pair.other.token, pair.second) == 200, "%s", vault->answer.body);
	cr_assert(vault_events(vault, ACTION_CREDENTIAL_CHECKED_OUT) == 0);
	cr_assert(use(vault, vault->assistant.token, pair.first) == 200);
	cr_assert(use(vault, vault->assistant.token, pair.first) == 200);
	cr_assert(vault_events(vault, ACTION_CREDENTIAL_CHECKED_OUT) == 1);
	use(vault, pair.other.token, pair.second);
	cr_assert(vault_is_refused(vault, "checked_out"), "%s", vault->answer.body);
	cr_assert(strstr(vault->answer.head, "Retry-After: 3600\r\n"), "%s", vault->answer.head);
}

Test(checkouts, it_is_free_again_when_it_is_handed_back)
{
	scoped(pair) pair = {0};
	pair_open(&pair, EXCLUSIVE("credential"), EXCLUSIVE("credential"));
	struct vault *vault = &pair.vault;
	cr_assert(post(vault, vault->assistant.token, pair.first, "checkout", OUT) == 200, "%s",
		vault->answer.body);
	cr_assert(api_has(&vault->answer, "until", "2026-11-21T13:00:00.000Z"));
	post(vault, pair.other.token, pair.second, "checkout", OUT);
	cr_assert(vault_is_refused(vault, "checked_out"));
	cr_assert(vault_events(vault, ACTION_CREDENTIAL_DENIED) == 1);
	cr_assert(post(vault, pair.other.token, pair.second, "checkin", "{}") == 409);
	cr_assert(post(vault, pair.other.token, pair.first, "checkin", "{}") == 404);
	cr_assert(post(vault, vault->assistant.token, pair.first, "checkin", "{}") == 200, "%s",
		vault->answer.body);
	cr_assert(vault_events(vault, ACTION_CREDENTIAL_CHECKED_IN) == 1);
	cr_assert(post(vault, vault->assistant.token, pair.first, "checkin", "{}") == 409);
	cr_assert(post(vault, pair.other.token, pair.second, "checkout", OUT) == 200);
}

Test(checkouts, it_is_free_again_when_its_time_is_over)
{
	scoped(pair) pair = {0};
	pair_open(&pair, EXCLUSIVE("credential"), VAULT_CODE);
	struct vault *vault = &pair.vault;
	cr_assert(post(vault, vault->assistant.token, pair.first, "checkout",
			  "{\"purpose\":\"x\",\"minutes\":5}") == 200);
	fake_clock_pass(5 * MINUTE_MS - 1);
	use(vault, pair.other.token, pair.second);
	cr_assert(vault_is_refused(vault, "checked_out"));
	fake_clock_pass(1);
	cr_assert(use(vault, pair.other.token, pair.second) == 200, "%s", vault->answer.body);
	cr_assert(post(vault, vault->assistant.token, pair.first, "checkout",
			  "{\"purpose\":\"x\",\"minutes\":481}") == 422);
	cr_assert(post(vault, vault->assistant.token, pair.first, "checkout", "{}") == 422);
}

Test(checkouts, it_is_free_again_when_its_grant_ends)
{
	scoped(pair) pair = {0};
	char path[VAULT_PATH];
	pair_open(&pair, EXCLUSIVE("credential"), VAULT_CODE);
	struct vault *vault = &pair.vault;
	cr_assert(use(vault, vault->assistant.token, pair.first) == 200);
	snprintf(path, sizeof path, "/v1/grants/%s", pair.first);
	cr_assert(vault_call(vault, "DELETE", path, NULL) == 200);
	cr_assert(vault_events(vault, ACTION_CREDENTIAL_CHECKED_IN) == 1);
	cr_assert(use(vault, pair.other.token, pair.second) == 200, "%s", vault->answer.body);
}

Test(checkouts, who_holds_the_client_holds_all_of_its_credentials)
{
	scoped(pair) pair = {0};
	char third[ID_TEXT + 1], own[ID_TEXT + 1];
	pair_open(&pair, EXCLUSIVE("client"), VAULT_CODE);
	struct vault *vault = &pair.vault;
	cr_assert(vault_call(vault, "POST", "/v1/credentials",
			  "{\"client\":\"karlsson\",\"kind\":\"totp\",\"label\":{\"title\":\"Codes\"},"
			  "\"secret\":{\"totp\":\"" VAULT_SEED "\"},\"modes_max\":[\"code\"]}") == 201);
	snprintf(vault->login, sizeof vault->login, "%s", api_text(&vault->answer, "id"));
	give(vault, pair.other.text, VAULT_CODE, third);
	give(vault, vault->assistant.text, VAULT_CODE, own);
	cr_assert(use(vault, vault->assistant.token, pair.first) == 200);
	use(vault, pair.other.token, third);
	cr_assert(vault_is_refused(vault, "checked_out"), "%s", vault->answer.body);
	cr_assert(use(vault, vault->assistant.token, own) == 200, "%s", vault->answer.body);
}

Test(checkouts, only_an_open_exclusive_grant_is_checked_out_and_by_its_grantee)
{
	scoped(pair) pair = {0};
	pair_open(&pair, EXCLUSIVE("credential"), VAULT_CODE);
	struct vault *vault = &pair.vault;
	cr_assert(post(vault, pair.other.token, pair.second, "checkout", OUT) == 409);
	cr_assert(post(vault, pair.other.token, pair.first, "checkout", OUT) == 404);
	cr_assert(vault_call_for(vault, vault->contact, "POST", "/v1/clients/karlsson/freeze", NULL) == 200);
	post(vault, vault->assistant.token, pair.first, "checkout", OUT);
	cr_assert(vault_is_refused(vault, "frozen"), "%s", vault->answer.body);
}

Test(checkouts, nobody_holds_a_client_while_somebody_else_holds_one_of_its_credentials)
{
	scoped(pair) pair = {0};
	char third[ID_TEXT + 1];
	pair_open(&pair, EXCLUSIVE("credential"), VAULT_CODE);
	struct vault *vault = &pair.vault;
	cr_assert(vault_call(vault, "POST", "/v1/credentials",
			  "{\"client\":\"karlsson\",\"kind\":\"totp\",\"label\":{\"title\":\"Codes\"},"
			  "\"secret\":{\"totp\":\"" VAULT_SEED "\"},\"modes_max\":[\"code\"]}") == 201);
	snprintf(vault->login, sizeof vault->login, "%s", api_text(&vault->answer, "id"));
	give(vault, pair.other.text, EXCLUSIVE("client"), third);
	cr_assert(use(vault, vault->assistant.token, pair.first) == 200);
	use(vault, pair.other.token, third);
	cr_assert(vault_is_refused(vault, "checked_out"), "%s", vault->answer.body);
	cr_assert(post(vault, vault->assistant.token, pair.first, "checkin", "{}") == 200);
	cr_assert(use(vault, pair.other.token, third) == 200, "%s", vault->answer.body);
	use(vault, vault->assistant.token, pair.first);
	cr_assert(vault_is_refused(vault, "checked_out"), "%s", vault->answer.body);
}

/* ---- many at once ---- */

struct racer {
	struct vault *vault;
	const char *token, *grant;
	int status;
};

static void *race(void *context)
{
	struct racer *racer = context;
	struct vault mine = {.api = racer->vault->api};
	racer->status = post(&mine, racer->token, racer->grant, "checkout", OUT);
	api_answer_done(&mine.answer);
	return NULL;
}

Test(checkouts, of_two_people_who_ask_at_once_again_and_again_one_wins)
{
	scoped(pair) pair = {0};
	pthread_t threads[PARALLEL];
	struct racer racers[PARALLEL];
	size_t won[2] = {0}, lost[2] = {0};
	pair_open(&pair, EXCLUSIVE("credential"), EXCLUSIVE("client"));
	for (size_t i = 0; i < PARALLEL; i++) {
		racers[i] = (struct racer){.vault = &pair.vault,
			.token = i % 2 ? pair.other.token : pair.vault.assistant.token,
			.grant = i % 2 ? pair.second : pair.first};
		cr_assert(pthread_create(&threads[i], NULL, race, &racers[i]) == 0);
	}
	for (size_t i = 0; i < PARALLEL; i++) {
		pthread_join(threads[i], NULL);
		won[i % 2] += racers[i].status == 200;
		lost[i % 2] += racers[i].status == 403;
	}
	cr_assert(won[0] + won[1] == PARALLEL / 2 && lost[0] + lost[1] == PARALLEL / 2,
		"%zu %zu won, %zu %zu lost, %d %d", won[0], won[1], lost[0], lost[1], racers[0].status,
		racers[1].status);
	cr_assert(won[0] == 0 || won[1] == 0, "%zu and %zu", won[0], won[1]);
	cr_assert(vault_events(&pair.vault, ACTION_CREDENTIAL_CHECKED_OUT) == PARALLEL / 2);
}
