/* SPDX-License-Identifier: Apache-2.0 */
/* test_credential_search - found by title, host, tag, kind and state, inside what the caller sees, page by page. */
#include "server/core/vault/credential_search.h"

#include "tests/server/vault_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void add(struct vault *vault, const char *kind, const char *label, const char *secret)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body,
		"{\"client\":\"karlsson\",\"kind\":\"%s\",\"label\":%s,\"secret\":%s,\"modes_max\":["
	        "\"reveal\"]}",
		kind, label, secret);
	cr_assert(vault_call(vault, "POST", "/v1/credentials", body) == 201, "%s", vault->answer.body);
}

static size_t find(struct vault *vault, const char *query)
{
	char path[512];
	snprintf(path, sizeof path, "/v1/credentials?%s", query);
	cr_assert(vault_call(vault, "GET", path, NULL) == 200, "%s", vault->answer.body);
	cr_assert(json_is_true(api_member(&vault->answer, "complete")));
	return json_array_size(api_member(&vault->answer, "items"));
}

static void open_shelf(struct vault *vault)
{
	vault_open(vault);
	add(vault, "login",
		"{\"title\":\"Bank "
	        "Åland\",\"url\":\"https://eva@www.bank.example:8443/login?x=1\",\"tags\":[\"Money\"]}",
		"{\"password\":\"kolvot\"}");
	add(vault, "note", "{\"title\":\"Alarm\",\"tags\":[\"house\",\"money\"]}", "{\"text\":\"4711\"}");
	add(vault, "login", "{\"title\":\"Other shop\",\"url\":\"webshop.example\"}",
		"{\"password\":\"brumla\"}");
}

Test(credential_search, a_title_a_host_a_tag_and_a_kind_find_what_they_name)
{
	scoped(vault) vault = {0};
	open_shelf(&vault);
	cr_assert(find(&vault, "text=SHOP") == 2 && find(&vault, "text=%C3%A5land") == 1);
	cr_assert(find(&vault, "text=eva@shop") == 1, "the user name");
	cr_assert(find(&vault, "host=bank.example") == 1 &&
		api_has(&vault.answer, "items/0/label/title", "Bank Åland"));
	cr_assert(find(&vault, "host=www.Bank.example") == 1 && find(&vault, "host=ank.example") == 0);
	cr_assert(find(&vault, "host=shop.example") == 1, "and not webshop.example");
	cr_assert(find(&vault, "tag=MONEY") == 2 && find(&vault, "tag=mon") == 0);
	cr_assert(find(&vault, "kind=note") == 1 && find(&vault, "kind=note&tag=money") == 1);
	cr_assert(find(&vault, "kind=login&text=alarm") == 0 && find(&vault, "client=karlsson") == 4);
}

Test(credential_search, states_tell_the_trash_from_the_rest)
{
	scoped(vault) vault = {0};
	char path[VAULT_PATH];
	struct api_person owner;
	open_shelf(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", "owner@example.org", &owner);
	snprintf(path, sizeof path, "/v1/credentials/%s", vault.login);
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 200);
	cr_assert(find(&vault, "state=archived") == 1 && find(&vault, "state=active") == 3 &&
		find(&vault, "") == 4);
	snprintf(path, sizeof path, "/v1/credentials/%s?now=1", vault.login);
	cr_assert(vault_call_as(&vault, owner.token, "DELETE", path, NULL) == 200);
	cr_assert(find(&vault, "state=shredded") == 1 && find(&vault, "") == 3);
}

Test(credential_search, words_that_are_none_are_refused)
{
	scoped(vault) vault = {0};
	open_shelf(&vault);
	cr_assert(vault_call(&vault, "GET", "/v1/credentials?kind=passkey", NULL) == 422);
	cr_assert(vault_call(&vault, "GET", "/v1/credentials?state=gone", NULL) == 422);
	cr_assert(vault_call(&vault, "GET", "/v1/credentials?text=%FF", NULL) == 400);
}

Test(credential_search, a_cursor_goes_on_in_its_own_search_only)
{
	scoped(vault) vault = {0};
	char path[512], next[256];
	open_shelf(&vault);
	cr_assert(find(&vault, "kind=login&limit=2") == 2);
	snprintf(next, sizeof next, "%s", api_text(&vault.answer, "next"));
	snprintf(path, sizeof path, "kind=login&limit=2&cursor=%s", next);
	cr_assert(find(&vault, path) == 1 && json_is_null(api_member(&vault.answer, "next")));
	snprintf(path, sizeof path, "/v1/credentials?kind=note&limit=2&cursor=%s", next);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 400);
}

Test(credential_search, nobody_finds_what_they_do_not_see)
{
	scoped(vault) vault = {0};
	struct api_tenant other;
	struct api_person marketer;
	open_shelf(&vault);
	api_world_tenant(&vault.api, &other);
	api_world_person(&vault.api, &vault.api.tenant, "marketer", NULL, &marketer);
	cr_assert(vault_call_as(&vault, other.token, "GET", "/v1/credentials?text=shop", NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 0);
	cr_assert(vault_call_as(&vault, marketer.token, "GET", "/v1/credentials?text=shop", NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 0);
}

Test(credential_search, a_host_is_what_stands_between_scheme_and_path)
{
	static const char *const PAIRS[][2] = {{"https://shop.example/x", "shop.example"},
		{"shop.example", "shop.example"}, {"http://u:p@h.example:80?q", "h.example"},
		{"https://[2001:db8::1]:8443/", "2001:db8::1"},
		{"https://x@evil.example#@shop.example", "evil.example"}, {"", ""}, {"://", ""},
		{"https://", ""}};
	for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++)
		cr_assert(span_is(credential_search_host(span_text(PAIRS[i][0])), PAIRS[i][1]), "%s",
			PAIRS[i][0]);
}
