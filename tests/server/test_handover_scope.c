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
