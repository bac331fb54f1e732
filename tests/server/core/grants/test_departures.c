/* SPDX-License-Identifier: Apache-2.0 */
/* test_departures - somebody leaves: everything they could do ends, and the way back takes two people. */
#include "server/core/grants/departures.h"

#include "server/core/grants/departure_turns.h"
#include "tests/server/handover_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* The last answer. */
#define ANSWER(office) (&(office).vault.answer)

static int leave_by(struct office *office, const char *token, const char *person, const char *body)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/people/%s/departure", person);
	return vault_call_as(&office->vault, token, "POST", path, body);
}

static int leave(struct office *office, const char *body)
{
	return leave_by(office, office->owner.token, office->vault.assistant.text, body);
}

static int on_departure(struct office *office, const char *token, const char *method, const char *rest)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/people/%s/%s", office->vault.assistant.text, rest);
	const char *body = strcmp(method, "POST") ? NULL
		: strstr(rest, "decision")        ? "{\"approve\":true}"
						  : "{}";
	return vault_call_as(&office->vault, token, method, path, body);
}

static void sweep(struct office *office)
{
	size_t done;
	struct server *server = &office->vault.api.server;
	office_sweep(office);
	struct err err = departure_turns_jobs(server, volume_now(&server->volume), &done);
	cr_assert(!err_failed(err), "%s", err.why);
}

/* A token that the assistant made, as the API makes them. */
static void make_token(struct office *office, char token[static TOKEN_TEXT + 1])
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/people/%s/tokens", office->vault.assistant.text);
	cr_assert(vault_call_as(&office->vault, office->vault.assistant.token, "POST", path,
			  "{\"name\":\"laptop\"}") == 201,
		"%s", office->vault.answer.body);
	snprintf(token, TOKEN_TEXT + 1, "%s", api_text(&office->vault.answer, "token"));
	cr_assert(vault_call_as(&office->vault, token, "GET", "/v1/grants", NULL) == 200);
}

/* The assistant has seen a password. */
static void open_with_reveal(struct office *office, char grant[static ID_TEXT + 1])
{
	char verification[ID_TEXT + 1];
	office_open(office);
	vault_grant(&office->vault, VAULT_BOTH, grant);
	vault_confirm(&office->vault, grant, "reset the account", verification);
	cr_assert(vault_ask_reveal(&office->vault, grant, verification) == 200, "%s",
		office->vault.answer.body);
}

/* ---- at once ---- */

Test(departures, everything_ends_in_one_act_and_what_was_seen_is_listed)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1], token[TOKEN_TEXT + 1];
	open_with_reveal(&office, grant);
	vault_login(&office.vault, login);
	make_token(&office, token);
	cr_assert(leave(&office, "{\"last_day\":\"2026-11-21\"}") == 200, "%s", ANSWER(office)->body);
	cr_assert(api_has(ANSWER(office), "state", "left"));
	cr_assert(json_integer_value(api_member(ANSWER(office), "grants_ended")) == 1);
	cr_assert(json_integer_value(api_member(ANSWER(office), "sessions_ended")) == 2,
		"a token and a login: %s", ANSWER(office)->body);
	cr_assert(api_has(ANSWER(office), "rotation_due/0/credential", office.vault.login));
	cr_assert(vault_events(&office.vault, ACTION_STAFF_OFFBOARDED) == 1);
	cr_assert(vault_ask_code(&office.vault, grant, login) == 403);
	cr_assert(
		vault_call_as(&office.vault, office.vault.assistant.token, "GET", "/v1/grants", NULL) == 401);
}

Test(departures, the_client_is_told_what_to_change_by_the_sweep_once)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	open_with_reveal(&office, grant);
	cr_assert(leave(&office, "{\"last_day\":\"2026-11-20\"}") == 200);
	sweep(&office);
	sweep(&office);
	cr_assert(api_count_notices(&office.vault.api, office.vault.contact, NOTICE_ROTATION_DUE) == 1);
	cr_assert(vault_events(&office.vault, ACTION_CREDENTIAL_ROTATION_DUE) == 1);
}

Test(departures, what_is_due_stands_in_the_clients_branch)
{
	scoped(office) office = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	struct event_read event;
	open_with_reveal(&office, grant);
	snprintf(path, sizeof path, "/v1/clients/%s", office.vault.client_text);
	cr_assert(vault_call(&office.vault, "PATCH", path, "{\"branch\":\"buda\"}") == 200, "%s",
		ANSWER(office)->body);
	cr_assert(leave(&office, "{\"last_day\":\"2026-11-20\"}") == 200);
	sweep(&office);
	api_find_event(&office.vault.api, office.vault.api.tenant.id, ACTION_CREDENTIAL_ROTATION_DUE, &arena,
		&event);
	cr_assert(!ids_is_none(event.leaf.ids[LEAF_ID_BRANCH]));
}

Test(departures, who_has_seen_nothing_leaves_nothing_to_be_changed)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	cr_assert(leave(&office, "{\"last_day\":\"2026-11-21\"}") == 200);
	cr_assert(json_array_size(api_member(ANSWER(office), "rotation_due")) == 0);
	sweep(&office);
	cr_assert(api_count_notices(&office.vault.api, office.vault.contact, NOTICE_ROTATION_DUE) == 0);
}

Test(departures, a_stand_in_who_leaves_gives_back_what_was_held_for_another)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	office_hand_over(&office, 0, OFFICE_DAY);
	cr_assert(leave_by(&office, office.owner.token, office.stand_in.text,
			  "{\"last_day\":\"2026-11-21\"}") == 200);
	cr_assert(office_is(&office, "returned"));
	cr_assert(office_opens(&office, &office.vault.assistant, grant));
}

/* ---- who may ---- */

Test(departures, it_takes_the_right_and_proof_and_somebody_who_is_there)
{
	scoped(office) office = {0};
	struct api_tenant other;
	office_open(&office);
	api_world_tenant(&office.vault.api, &other);
	cr_assert(leave_by(&office, office.third.token, office.vault.assistant.text,
			  "{\"last_day\":\"2026-11-21\"}") == 403);
	cr_assert(leave_by(&office, other.token, office.vault.assistant.text,
			  "{\"last_day\":\"2026-11-21\"}") == 404);
	cr_assert(leave_by(&office, office.owner.token, "nobody", "{\"last_day\":\"2026-11-21\"}") == 404);
	cr_assert(leave(&office, "{\"last_day\":\"21.11.2026\"}") == 422 &&
		api_has_problem(ANSWER(office), "/last_day", "malformed"));
	cr_assert(leave(&office, "{\"last_day\":\"2026-02-30\"}") == 422);
	cr_assert(leave(&office, "{}") == 422 && api_has_problem(ANSWER(office), "/last_day", "missing"));
	cr_assert(leave(&office, "{\"last_day\":\"2026-11-21\"}") == 200);
	cr_assert(leave(&office, "{\"last_day\":\"2026-11-21\"}") == 409, "twice");
}

Test(departures, the_last_owner_does_not_leave)
{
	scoped(office) office = {0};
	office_open(&office);
	leave_by(&office, office.vault.api.tenant.token, office.owner.text, "{\"last_day\":\"2026-11-21\"}");
	cr_assert(api_is_code(ANSWER(office), 409, "last_owner"), "%s", ANSWER(office)->body);
}

/* ---- a day to come ---- */

Test(departures, a_day_to_come_ends_with_it_to_the_millisecond)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	cr_assert(leave(&office, "{\"last_day\":\"2026-11-22\"}") == 200);
	cr_assert(api_has(ANSWER(office), "state", "planned") &&
			api_has(ANSWER(office), "at", "2026-11-23T00:00:00.000Z"),
		"%s", ANSWER(office)->body);
	fake_clock_pass(36 * OFFICE_HOUR - 1);
	cr_assert(office_opens(&office, &office.vault.assistant, grant));
	fake_clock_pass(1);
	cr_assert(!office_opens(&office, &office.vault.assistant, grant));
	sweep(&office);
	cr_assert(on_departure(&office, office.owner.token, "GET", "departure") == 200);
	cr_assert(api_has(ANSWER(office), "state", "left"), "%s", ANSWER(office)->body);
	cr_assert(vault_events(&office.vault, ACTION_STAFF_OFFBOARDED) == 1);
}

/* In Cairo the 30th of April 2027 begins at one o'clock, and the 28th of October has 25 hours. */
Test(departures, a_last_day_is_one_of_the_clock_of_the_business)
{
	static const struct {
		const char *body, *at;
	} DAYS[] = {
		{"{\"last_day\":\"2027-04-29\"}", "2027-04-29T22:00:00.000Z"},
		{"{\"last_day\":\"2027-04-30\"}", "2027-04-30T21:00:00.000Z"},
		{"{\"last_day\":\"2027-10-28\"}", "2027-10-28T22:00:00.000Z"},
	};
	scoped(office) office = {0};
	struct api_tenant cairo = {0};
	char path[VAULT_PATH];
	office_open(&office);
	cr_assert(vault_call_as(&office.vault, office.vault.api.operator, "POST", "/v1/tenants",
			  "{\"name\":\"Nile\",\"time_zone\":\"Africa/Cairo\"}") == 201,
		"%s", ANSWER(office)->body);
	snprintf(cairo.token, sizeof cairo.token, "%s", api_text(ANSWER(office), "token"));
	cr_assert(vault_call_as(&office.vault, cairo.token, "POST", "/v1/people",
			  "{\"ref\":\"nour\",\"name\":\"Nour\",\"kind\":\"staff\"}") == 201,
		"%s", ANSWER(office)->body);
	for (size_t i = 0; i < sizeof DAYS / sizeof DAYS[0]; i++) {
		snprintf(path, sizeof path, "/v1/people/nour/departure");
		cr_assert(vault_call_as(&office.vault, cairo.token, "POST", path, DAYS[i].body) == 200, "%s",
			ANSWER(office)->body);
		cr_assert(api_has(ANSWER(office), "at", DAYS[i].at), "%s", ANSWER(office)->body);
		cr_assert(vault_call_as(&office.vault, cairo.token, "DELETE", path, NULL) == 200);
	}
}

Test(departures, a_day_to_come_can_be_taken_back)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	cr_assert(leave(&office, "{\"last_day\":\"2026-11-22\"}") == 200);
	cr_assert(on_departure(&office, office.owner.token, "DELETE", "departure") == 200);
	cr_assert(on_departure(&office, office.owner.token, "DELETE", "departure") == 409);
	fake_clock_pass(3 * OFFICE_DAY);
	sweep(&office);
	cr_assert(office_opens(&office, &office.vault.assistant, grant));
}

Test(departures, nobody_takes_back_that_they_themselves_leave)
{
	scoped(office) office = {0};
	struct api_person manager;
	char path[VAULT_PATH];
	office_open(&office);
	api_world_person(&office.vault.api, &office.vault.api.tenant, "manager", NULL, &manager);
	cr_assert(leave_by(&office, office.owner.token, manager.text, "{\"last_day\":\"2026-11-22\"}") == 200,
		"%s", ANSWER(office)->body);
	snprintf(path, sizeof path, "/v1/people/%s/departure", manager.text);
	vault_call_as(&office.vault, manager.token, "DELETE", path, NULL);
	cr_assert(api_is_code(ANSWER(office), 403, "not_allowed"), "%s", ANSWER(office)->body);
	cr_assert(vault_call_as(&office.vault, office.owner.token, "DELETE", path, NULL) == 200);
}

Test(departures, who_may_read_people_sees_that_somebody_leaves_and_they_themselves_do_not)
{
	scoped(office) office = {0};
	char path[VAULT_PATH];
	office_open(&office);
	snprintf(path, sizeof path, "/v1/people/%s", office.vault.assistant.text);
	cr_assert(vault_call_as(&office.vault, office.owner.token, "GET", path, NULL) == 200);
	cr_assert(strstr(ANSWER(office)->body, "\"departure\":null"), "%s", ANSWER(office)->body);
	cr_assert(leave(&office, "{\"last_day\":\"2026-11-22\"}") == 200);
	cr_assert(strstr(ANSWER(office)->body, "\"returner\":null"), "%s", ANSWER(office)->body);
	cr_assert(vault_call_as(&office.vault, office.owner.token, "GET", path, NULL) == 200);
	cr_assert(strstr(ANSWER(office)->body, "\"departure\":{\"state\":\"planned\",\"at\":"), "%s",
		ANSWER(office)->body);
	cr_assert(vault_call_as(&office.vault, office.vault.assistant.token, "GET", path, NULL) == 200);
	cr_assert(!strstr(ANSWER(office)->body, "departure"), "%s", ANSWER(office)->body);
}

/* ---- with a successor ---- */

Test(departures, a_successor_starts_when_a_second_person_agrees)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1], body[OFFICE_BODY];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	snprintf(body, sizeof body, "{\"last_day\":\"2026-11-21\",\"successor\":\"%s\"}",
		office.stand_in.text);
	cr_assert(leave_by(&office, office.vault.api.tenant.token, office.vault.assistant.text, body) == 403,
		"an application asks for no handover");
	cr_assert(leave_by(&office, office.head.token, office.vault.assistant.text, body) == 200, "%s",
		ANSWER(office)->body);
	snprintf(office.handover, sizeof office.handover, "%s", api_text(ANSWER(office), "handover"));
	cr_assert(office_count(&office, &office.stand_in, "active") == 0);
	office_approve(&office);
	cr_assert(office_is(&office, "completed"), "%s", ANSWER(office)->body);
	office_grant_of(&office, &office.stand_in, "active", copy);
	cr_assert(office_opens(&office, &office.stand_in, copy));
	cr_assert(office_count(&office, &office.vault.assistant, "suspended") == 0);
}

Test(departures, a_successor_who_is_refused_gets_nothing)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], body[OFFICE_BODY];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	snprintf(body, sizeof body, "{\"last_day\":\"2026-11-21\",\"successor\":\"%s\"}",
		office.stand_in.text);
	cr_assert(leave_by(&office, office.head.token, office.vault.assistant.text, body) == 200);
	snprintf(office.handover, sizeof office.handover, "%s", api_text(ANSWER(office), "handover"));
	cr_assert(office_decide(&office, office.owner.token, false) == 200);
	cr_assert(office_count(&office, &office.stand_in, "active") == 0);
	cr_assert(office_count(&office, &office.vault.assistant, "revoked") == 1);
}

Test(departures, on_a_day_to_come_the_successor_takes_over_at_its_very_end)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1], body[OFFICE_BODY];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	snprintf(body, sizeof body, "{\"last_day\":\"2026-11-22\",\"successor\":\"%s\"}",
		office.stand_in.text);
	cr_assert(leave_by(&office, office.head.token, office.vault.assistant.text, body) == 200);
	snprintf(office.handover, sizeof office.handover, "%s", api_text(ANSWER(office), "handover"));
	office_approve(&office);
	office_grant_of(&office, &office.stand_in, "standby", copy);
	fake_clock_pass(36 * OFFICE_HOUR - 1);
	cr_assert(office_opens(&office, &office.vault.assistant, grant) &&
		!office_opens(&office, &office.stand_in, copy));
	fake_clock_pass(1);
	cr_assert(!office_opens(&office, &office.vault.assistant, grant));
	cr_assert(office_opens(&office, &office.stand_in, copy), "%s", ANSWER(office)->body);
}

/* ---- the way back ---- */

Test(departures, two_people_bring_somebody_back_and_with_nothing_in_their_hands)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH], token[TOKEN_TEXT + 1];
	struct api_person second;
	office_open(&office);
	api_world_person(&office.vault.api, &office.vault.api.tenant, "owner", NULL, &second);
	vault_grant(&office.vault, VAULT_CODE, grant);
	make_token(&office, token);
	cr_assert(leave(&office, "{\"last_day\":\"2026-11-21\"}") == 200);
	snprintf(path, sizeof path, "/v1/people/%s", office.vault.assistant.text);
	cr_assert(vault_call_as(&office.vault, office.owner.token, "PATCH", path, "{\"state\":\"active\"}") ==
			403,
		"one person's word: %s", ANSWER(office)->body);
	cr_assert(on_departure(&office, office.owner.token, "POST", "reinstatement/decision") == 409,
		"nobody asked");
	cr_assert(on_departure(&office, office.owner.token, "POST", "reinstatement") == 202, "%s",
		ANSWER(office)->body);
	cr_assert(on_departure(&office, office.owner.token, "POST", "reinstatement/decision") == 403,
		"the same person");
	size_t before = api_count_notices(&office.vault.api, office.owner.id, NOTICE_CHANGE);
	cr_assert(on_departure(&office, second.token, "POST", "reinstatement/decision") == 200, "%s",
		ANSWER(office)->body);
	cr_assert(api_has(ANSWER(office), "state", "back"));
	cr_assert(api_count_notices(&office.vault.api, office.owner.id, NOTICE_CHANGE) == before + 1,
		"the other owner's mail");
	cr_assert(vault_events(&office.vault, ACTION_STAFF_REINSTATED) == 1);
	cr_assert(vault_call_as(&office.vault, token, "GET", "/v1/grants", NULL) == 401);
	cr_assert(office_count(&office, &office.vault.assistant, "active") == 0);
	vault_grant(&office.vault, VAULT_CODE, grant);
}

static void remove_assistant(struct office *office)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/people/%s", office->vault.assistant.text);
	cr_assert(vault_call_as(&office->vault, office->owner.token, "DELETE", path, NULL) == 200, "%s",
		ANSWER(*office)->body);
}

/* The ref went with the removal: as somebody active they would be found by it no more. */
Test(departures, who_was_removed_is_brought_back_by_nobody)
{
	scoped(office) office = {0};
	struct api_person second;
	office_open(&office);
	api_world_person(&office.vault.api, &office.vault.api.tenant, "owner", NULL, &second);
	cr_assert(leave(&office, "{\"last_day\":\"2026-11-21\"}") == 200);
	remove_assistant(&office);
	cr_assert(on_departure(&office, office.owner.token, "POST", "reinstatement") == 409, "%s",
		ANSWER(office)->body);
	cr_assert(vault_events(&office.vault, ACTION_STAFF_REINSTATED) == 0);
}

Test(departures, who_is_removed_while_others_decide_stays_removed)
{
	scoped(office) office = {0};
	struct api_person second;
	office_open(&office);
	api_world_person(&office.vault.api, &office.vault.api.tenant, "owner", NULL, &second);
	cr_assert(leave(&office, "{\"last_day\":\"2026-11-21\"}") == 200);
	cr_assert(on_departure(&office, office.owner.token, "POST", "reinstatement") == 202);
	remove_assistant(&office);
	cr_assert(on_departure(&office, second.token, "POST", "reinstatement/decision") == 409, "%s",
		ANSWER(office)->body);
	cr_assert(vault_events(&office.vault, ACTION_STAFF_REINSTATED) == 0);
}

Test(departures, nobody_brings_back_who_holds_more_than_they_do)
{
	scoped(office) office = {0};
	struct api_person manager, second;
	char path[VAULT_PATH];
	office_open(&office);
	api_world_person(&office.vault.api, &office.vault.api.tenant, "manager", NULL, &manager);
	api_world_person(&office.vault.api, &office.vault.api.tenant, "owner", NULL, &second);
	cr_assert(leave_by(&office, office.owner.token, second.text, "{\"last_day\":\"2026-11-21\"}") == 200);
	snprintf(path, sizeof path, "/v1/people/%s/reinstatement", second.text);
	cr_assert(vault_call_as(&office.vault, manager.token, "POST", path, "{}") == 403);
	cr_assert(vault_call_as(&office.vault, office.owner.token, "POST", path, "{}") == 202, "%s",
		ANSWER(office)->body);
}
