/* SPDX-License-Identifier: Apache-2.0 */
/* test_calendars - calendars through the API, and grants that keep their hours. The test's clock begins on Saturday,
 * 21 November 2026, at noon UTC. */
#include "server/core/grants/calendars.h"

#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { TEXT_MAX = 16 * 1024, HOUR_MS = 3600 * 1000 };

static int put(struct vault *vault, const char *name, const char *body)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/calendars/%s", name);
	return vault_call(vault, "PUT", path, body);
}

static bool lists(const struct vault *vault, const char *place, const char *day)
{
	const json_t *list = api_member(&vault->answer, place);
	size_t i;
	json_t *item;
	json_array_foreach(list, i, item) if (strcmp(json_string_value(item), day) == 0) return true;
	return false;
}

/* ---- reading and changing ---- */

Test(calendars, six_countries_are_there_from_the_start)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(vault_call(&vault, "GET", "/v1/calendars", NULL) == 200, "%s", vault.answer.body);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 6);
	cr_assert(api_has(&vault.answer, "items/1/name", "fi") &&
		api_has(&vault.answer, "items/1/zone", "Europe/Helsinki"));
	cr_assert(api_has(&vault.answer, "items/1/week/mon", "09:00-17:00"));
	cr_assert(lists(&vault, "items/1/off", "2026-12-26") && lists(&vault, "items/3/work", "2026-12-12"));
}

Test(calendars, an_owner_adds_a_day_and_it_is_on_record)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(TEXT_MAX * 4);
	struct event_read event;
	vault_open(&vault);
	cr_assert(put(&vault, "fi", "{\"off\":[\"2026-11-24\"],\"work\":[\"2026-11-28\",\"2026-12-24\"]}") ==
			200,
		"%s", vault.answer.body);
	cr_assert(lists(&vault, "off", "2026-11-24") && lists(&vault, "off", "2026-12-26"));
	cr_assert(lists(&vault, "work", "2026-12-24") && !lists(&vault, "off", "2026-12-24"));
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_CALENDAR_CHANGED, &arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_OBJECT], "fi"));
	cr_assert(memmem(
		event.texts[LEAF_TEXT_CHANGES].at, event.texts[LEAF_TEXT_CHANGES].len, "2026-11-24", 10));
	vault_call(&vault, "GET", "/v1/calendars", NULL);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 6);
	cr_assert(json_is_true(api_member(&vault.answer, "items/1/changed")) &&
		json_is_false(api_member(&vault.answer, "items/0/changed")));
	cr_assert(put(&vault, "fi", "{}") == 200 && !lists(&vault, "off", "2026-11-24"));
}

Test(calendars, a_tenant_has_calendars_of_its_own_and_nobody_elses)
{
	scoped(vault) vault = {0};
	struct api_tenant other;
	vault_open(&vault);
	cr_assert(put(&vault, "nights", "{\"zone\":\"Europe/Moscow\",\"week\":{\"sat\":\"22:00-24:00\"}}") ==
			200,
		"%s", vault.answer.body);
	cr_assert(put(&vault, "fi-office", "{\"country\":\"fi\",\"week\":{\"mon\":\"08:00-16:00\"}}") == 200);
	cr_assert(api_has(&vault.answer, "zone", "Europe/Helsinki") && lists(&vault, "off", "2026-12-26"));
	vault_call(&vault, "GET", "/v1/calendars", NULL);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 8);
	api_world_tenant(&vault.api, &other);
	vault_call_as(&vault, other.token, "GET", "/v1/calendars", NULL);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 6);
}

Test(calendars, what_no_calendar_says_is_refused)
{
	static const char *const BAD[][3] = {
		{"fi", "{\"off\":[\"2026-02-30\"]}", "/off"},
		{"fi", "{\"off\":[\"2026-11-24\",\"2026-11-24\"]}", "/off"},
		{"fi", "{\"off\":[\"2026-11-24\"],\"work\":[\"2026-11-24\"]}", "/work"},
		{"fi", "{\"week\":{\"mon\":\"17:00-09:00\"}}", "/week/mon"},
		{"fi", "{\"week\":{\"monday\":\"09:00-17:00\"}}", "/week/monday"},
		{"fi", "{\"zone\":\"Europe/Atlantis\"}", "/zone"},
		{"fi", "{\"zone\":\"../etc/passwd\"}", "/zone"},
		{"fi", "{\"country\":\"hu\"}", "/country"},
		{"own", "{\"country\":\"xx\"}", "/country"},
		{"own", "{\"week\":{\"mon\":\"09:00-17:00\"}}", "/zone"},
		{"own", "{\"zone\":\"Europe/Sofia\"}", "/week"},
		{"fi", "{\"closed\":[]}", "/closed"},
	};
	scoped(vault) vault = {0};
	vault_open(&vault);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		cr_assert(put(&vault, BAD[i][0], BAD[i][1]) == 422, "%s %s", BAD[i][1], vault.answer.body);
		cr_assert(strstr(vault.answer.body, BAD[i][2]), "%s: %s", BAD[i][1], vault.answer.body);
	}
	cr_assert(put(&vault, "Caps", "{\"country\":\"fi\"}") == 422);
	cr_assert(vault_events(&vault, ACTION_CALENDAR_CHANGED) == 0);
}

Test(calendars, few_may_change_them)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	vault_call_as(&vault, vault.assistant.token, "PUT", "/v1/calendars/fi", "{}");
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"));
	cr_assert(vault_call_as(&vault, vault.assistant.token, "GET", "/v1/calendars", NULL) == 200);
}

Test(calendars, a_tenant_changes_so_many_and_no_more)
{
	scoped(vault) vault = {0};
	char name[CALENDAR_NAME_MAX];
	vault_open(&vault);
	for (unsigned i = 0; i < CALENDARS_OWN_MAX; i++) {
		snprintf(name, sizeof name, "own-%02u", i);
		cr_assert(put(&vault, name, "{\"country\":\"fi\"}") == 200);
	}
	cr_assert(put(&vault, "own-32", "{\"country\":\"fi\"}") == 409);
	cr_assert(put(&vault, "own-07", "{\"country\":\"hu\"}") == 200);
}

/* ---- grants that keep hours ---- */

static void grant_with(struct vault *vault, const char *outside, char grant[static ID_TEXT + 1])
{
	char terms[VAULT_PATH * 2];
	snprintf(terms, sizeof terms, VAULT_BOTH ",\"hours\":{\"calendar\":\"fi\",\"outside\":\"%s\"}",
		outside);
	vault_grant(vault, terms, grant);
}

static bool is_flagged(struct vault *vault, enum action action)
{
	scoped(arena) arena = ARENA(TEXT_MAX * 4);
	struct event_read event;
	api_find_event(&vault->api, vault->api.tenant.id, action, &arena, &event);
	struct span detail = event.texts[LEAF_TEXT_DETAIL];
	return memmem(detail.at, detail.len, "\"outside_hours\":true", 20) != NULL;
}

Test(calendars, outside_hours_that_deny_a_use_fails_and_says_when_it_opens)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	cr_assert(put(&vault, "fi", "{\"week\":{\"sun\":\"09:00-17:00\"}}") == 200);
	grant_with(&vault, "deny", grant);
	vault_login(&vault, login);
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "outside_hours"), "%s", vault.answer.body);
	/* Until Sunday at nine in Helsinki. */
	cr_assert(strstr(vault.answer.head, "Retry-After: 68400\r\n"), "%s", vault.answer.head);
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DENIED) == 1);
	fake_clock_pass(19 * (int64_t)HOUR_MS);
	vault_login(&vault, login);
	cr_assert(vault_ask_code(&vault, grant, login) == 200, "%s", vault.answer.body);
	cr_assert(!is_flagged(&vault, ACTION_CREDENTIAL_CODE_ISSUED));
	cr_assert(put(&vault, "fi", "{\"off\":[\"2026-11-22\"],\"week\":{\"sun\":\"09:00-17:00\"}}") == 200);
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "outside_hours"));
}

Test(calendars, outside_hours_that_allow_a_use_passes_and_is_flagged)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	grant_with(&vault, "allow", grant);
	vault_login(&vault, login);
	cr_assert(vault_ask_code(&vault, grant, login) == 200, "%s", vault.answer.body);
	cr_assert(is_flagged(&vault, ACTION_CREDENTIAL_CODE_ISSUED));
}

Test(calendars, outside_hours_a_code_has_to_be_confirmed_where_the_grant_says_so)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1], confirmed[ID_TEXT + 1];
	vault_open(&vault);
	grant_with(&vault, "stepup", grant);
	vault_login(&vault, login);
	vault_ask_code(&vault, grant, login);
	cr_assert(vault_is_refused(&vault, "stepup_required"), "%s", vault.answer.body);
	const struct vault_proof proof = {.person = vault.assistant.id,
		.application = vault.api.tenant.application,
		.grant = grant,
		.mode = "code",
		.purpose = "pay invoice 77"};
	vault_prove(&vault, &proof, confirmed);
	cr_assert(vault_ask_code(&vault, grant, confirmed) == 200, "%s", vault.answer.body);
	cr_assert(is_flagged(&vault, ACTION_CREDENTIAL_CODE_ISSUED));
}

Test(calendars, a_grant_keeps_only_hours_of_a_calendar_that_is_there)
{
	scoped(vault) vault = {0};
	char body[VAULT_BODY];
	vault_open(&vault);
	snprintf(body, sizeof body,
		"{\"credential\":\"%s\",\"to\":\"%s\",\"modes\":[\"code\"],\"hours\":{\"calendar\":\"xx\","
	        "\"outside\":\"deny\"}}",
		vault.login, vault.assistant.text);
	cr_assert(vault_call(&vault, "POST", "/v1/grants", body) == 422);
	cr_assert(api_has_problem(&vault.answer, "/hours", "not_allowed"), "%s", vault.answer.body);
	cr_assert(put(&vault, "xx", "{\"country\":\"fi\"}") == 200);
	cr_assert(vault_call(&vault, "POST", "/v1/grants", body) == 201, "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "hours/calendar", "xx") &&
		api_has(&vault.answer, "hours/outside", "deny"));
}
