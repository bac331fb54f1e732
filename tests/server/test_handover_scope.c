/* SPDX-License-Identifier: Apache-2.0 */
/* test_handover_scope - what keeps a client out of a handover besides what test_handovers shows. */
#include "server/core/handover_scope.h"

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
