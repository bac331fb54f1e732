/* SPDX-License-Identifier: Apache-2.0 */
/* test_handover_scope - what keeps a client out of a handover besides what test_handovers shows. */
#include "server/core/grants/handover_scope.h"

#include "tests/server/handover_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(handover_scope, who_has_not_signed_what_the_tenant_asks_for_takes_nothing_over)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], body[OFFICE_BODY];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	cr_assert(vault_call(&office.vault, "PUT", "/v1/vault-rules", "{\"nda_required\":true}") == 200);
	office_ask(&office, 0, OFFICE_DAY, "");
	cr_assert(api_has(&office.vault.answer, "blocked/0/why", "nda_missing"), "%s",
		office.vault.answer.body);
	cr_assert(json_integer_value(api_member(&office.vault.answer, "moves")) == 0);
	snprintf(body, sizeof body, "{\"person\":\"%s\",\"kind\":\"nda\",\"version\":1}",
		office.stand_in.text);
	cr_assert(vault_call(&office.vault, "POST", "/v1/agreements", body) == 201);
	office_ask(&office, 0, OFFICE_DAY, "");
	cr_assert(json_integer_value(api_member(&office.vault.answer, "moves")) == 1, "%s",
		office.vault.answer.body);
}

/* The client whom the third assistant serves, too: where one may, nobody else takes it over. */
static void give_to_third(struct office *office)
{
	char body[OFFICE_BODY];
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\",\"modes\":[\"code\"]}",
		office->vault.login, office->third.text);
	cr_assert(vault_call(&office->vault, "POST", "/v1/grants", body) == 201);
}

static void see_with_names(struct office *office)
{
	char path[OFFICE_BODY];
	snprintf(path, sizeof path, "/v1/handovers/%s?names=1", office->handover);
	cr_assert(vault_call_as(&office->vault, office->owner.token, "GET", path, NULL) == 200);
}

Test(handover_scope, one_that_waits_says_what_would_move_and_what_would_not_until_it_is_decided)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	const struct api_answer *answer = &office.vault.answer;
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	office_ask(&office, 0, OFFICE_DAY, "");
	see_with_names(&office);
	cr_assert(json_integer_value(api_member(answer, "moves")) == 1, "%s", answer->body);
	cr_assert(json_array_size(api_member(answer, "blocked")) == 0);
	give_to_third(&office);
	see_with_names(&office);
	cr_assert(json_integer_value(api_member(answer, "moves")) == 0, "%s", answer->body);
	cr_assert(api_has(answer, "blocked/0/why", "other_assistant"));
	cr_assert(api_has(answer, "blocked/0/client_name", "Karlsson AB"));
	office_decide(&office, office.owner.token, false);
	see_with_names(&office);
	cr_assert(!api_member(answer, "moves") && !api_member(answer, "blocked"));
}

/* ---- what somebody is away from ---- */

static void serve_one_at_a_time(struct office *office)
{
	cr_assert(vault_call_as(&office->vault, office->owner.token, "PUT", "/v1/assignment",
			  "{\"model\":\"exclusive\"}") == 200);
}

static int give_to(struct office *office, const struct api_person *person, const char *more)
{
	char body[OFFICE_BODY];
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\",\"modes\":[\"code\"]%s}",
		office->vault.login, person->text, more);
	return vault_call(&office->vault, "POST", "/v1/grants", body);
}

Test(handover_scope, who_is_away_serves_the_client_still_so_that_two_never_do_after_the_return)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	office_open(&office);
	serve_one_at_a_time(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	office_hand_over(&office, 0, OFFICE_DAY);
	cr_assert(give_to(&office, &office.stand_in, "") == 409, "it would outlast the return");
	cr_assert(api_is_code(&office.vault.answer, 409, "other_assistant"));
	cr_assert(give_to(&office, &office.stand_in, ",\"task\":\"T-3\"") == 201, "%s",
		office.vault.answer.body);
	cr_assert(office_end(&office) == 200);
	cr_assert(office_opens(&office, &office.vault.assistant, grant));
	cr_assert(give_to(&office, &office.stand_in, "") == 409);
}

Test(handover_scope, what_is_back_by_then_is_handed_on_to_another_one)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1], body[OFFICE_BODY];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	office_hand_over(&office, 0, OFFICE_DAY);
	cr_assert(office_ask(&office, OFFICE_DAY - 1, 2 * OFFICE_DAY, "") == 409, "not back by then");
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"absence\",\"start\":\"%"
		"s\","
		"\"until\":\"%s\"}",
		office.vault.assistant.text, office.third.text, office_at(OFFICE_DAY),
		office_at(2 * OFFICE_DAY));
	cr_assert(office_ask_raw(&office, office.head.token, body) == 201, "%s", office.vault.answer.body);
	cr_assert(json_integer_value(api_member(&office.vault.answer, "moves")) == 1, "%s",
		office.vault.answer.body);
	snprintf(office.handover, sizeof office.handover, "%s", api_text(&office.vault.answer, "id"));
	office_approve(&office);
	office_grant_of(&office, &office.third, "standby", copy);
	cr_assert(!office_opens(&office, &office.third, copy));
	fake_clock_pass(OFFICE_DAY);
	cr_assert(office_opens(&office, &office.third, copy), "without any sweep");
	cr_assert(office_count(&office, &office.stand_in, "active") == 0);
	cr_assert(!office_opens(&office, &office.vault.assistant, grant));
	fake_clock_pass(OFFICE_DAY);
	cr_assert(office_opens(&office, &office.vault.assistant, grant));
	cr_assert(!office_opens(&office, &office.third, copy));
}

Test(handover_scope, what_is_revoked_while_somebody_is_away_ends_for_the_stand_in_too)
{
	scoped(office) office = {0};
	char first[ID_TEXT + 1], second[ID_TEXT + 1], copy[ID_TEXT + 1], path[VAULT_PATH];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, first);
	office_hand_over(&office, 0, OFFICE_DAY);
	office_grant_of(&office, &office.stand_in, "active", copy);
	snprintf(path, sizeof path, "/v1/grants/%s", first);
	cr_assert(vault_call(&office.vault, "DELETE", path, NULL) == 200);
	cr_assert(!office_opens(&office, &office.stand_in, copy));
	cr_assert(office_count(&office, &office.stand_in, "active") == 0);
	cr_assert(vault_events(&office.vault, ACTION_GRANT_REVOKED) == 2, "each says so in the log");
	vault_grant(&office.vault, VAULT_CODE, second);
	cr_assert(office_end(&office) == 200);
	cr_assert(office_opens(&office, &office.vault.assistant, second));
	cr_assert(!office_opens(&office, &office.vault.assistant, first));
}
