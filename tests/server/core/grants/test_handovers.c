/* SPDX-License-Identifier: Apache-2.0 */
/* test_handovers - who may ask, decide, end and see; what is told, and what moves when. */
#include "server/core/grants/handovers.h"

#include "tests/server/handover_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* The last answer. */
#define ANSWER(office) (&(office).vault.answer)

/* The office with one grant of the assistant. */
static void open_with_grant(struct office *office, char grant[static ID_TEXT + 1])
{
	office_open(office);
	vault_grant(&office->vault, VAULT_CODE, grant);
}

/* ---- asking ---- */

Test(handovers, a_stand_in_is_asked_for_and_waits_for_a_second_person)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	open_with_grant(&office, grant);
	cr_assert(office_ask(&office, 0, OFFICE_DAY, "") == 201, "%s", ANSWER(office)->body);
	cr_assert(api_has(ANSWER(office), "state", "requested"));
	cr_assert(json_integer_value(api_member(ANSWER(office), "moves")) == 1);
	cr_assert(json_array_size(api_member(ANSWER(office), "blocked")) == 0);
	cr_assert(vault_events(&office.vault, ACTION_HANDOVER_REQUESTED) == 1);
	cr_assert(office_opens(&office, &office.vault.assistant, grant), "nothing has moved yet");
	cr_assert(office_count(&office, &office.stand_in, "standby") == 0);
}

Test(handovers, why_is_a_word_of_a_closed_list_and_nothing_else)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], body[OFFICE_BODY];
	static const char *const NEVER[] = {"sick", "illness", "sairaus", "болест"};
	open_with_grant(&office, grant);
	for (size_t i = 0; i < sizeof NEVER / sizeof NEVER[0]; i++) {
		snprintf(body, sizeof body,
			"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"%s\",\"start\":\"%"
			"s\"}",
			office.vault.assistant.text, office.stand_in.text, NEVER[i], office_at(0));
		cr_assert(office_ask_raw(&office, office.head.token, body) == 422);
		cr_assert(api_has_problem(ANSWER(office), "/reason", "not_allowed"), "%s",
			ANSWER(office)->body);
	}
	office_ask(&office, 0, OFFICE_DAY, ",\"note\":\"has the flu\"");
	cr_assert(ANSWER(office)->status == 422 && api_has_problem(ANSWER(office), "/note", "unknown_field"));
	office_ask(&office, 0, OFFICE_DAY, ",\"override\":\"she is ill\"");
	cr_assert(
		ANSWER(office)->status == 422 && api_has_problem(ANSWER(office), "/override", "not_allowed"));
}

Test(handovers, what_was_planned_says_why_it_is_told_late)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], body[OFFICE_BODY];
	open_with_grant(&office, grant);
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"leave\",\"start\":\"%s\"}",
		office.vault.assistant.text, office.stand_in.text, office_at(3 * OFFICE_DAY));
	cr_assert(office_ask_raw(&office, office.head.token, body) == 422);
	cr_assert(api_has_problem(ANSWER(office), "/override", "missing"), "%s", ANSWER(office)->body);
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"leave\",\"start\":\"%s\","
		"\"override\":\"client_agreed\"}",
		office.vault.assistant.text, office.stand_in.text, office_at(3 * OFFICE_DAY));
	cr_assert(office_ask_raw(&office, office.head.token, body) == 201);
	office_approve(&office);
	cr_assert(vault_events(&office.vault, ACTION_POLICY_OVERRIDDEN) == 1);
}

Test(handovers, a_lead_of_fourteen_days_overrides_nothing)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], body[OFFICE_BODY];
	open_with_grant(&office, grant);
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"leave\",\"start\":\"%s\"}",
		office.vault.assistant.text, office.stand_in.text, office_at(14 * OFFICE_DAY));
	cr_assert(office_ask_raw(&office, office.head.token, body) == 201);
	office_approve(&office);
	cr_assert(vault_events(&office.vault, ACTION_POLICY_OVERRIDDEN) == 0);
}

Test(handovers, they_are_between_two_different_people_of_the_staff)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], body[OFFICE_BODY], contact[ID_TEXT + 1];
	open_with_grant(&office, grant);
	ids_print(ID_PERSON, office.vault.contact, contact);
	const struct {
		const char *from, *to, *pointer;
	} PAIRS[] = {{office.vault.assistant.text, office.vault.assistant.text, "/to"},
		{office.vault.assistant.text, contact, "/to"}, {contact, office.stand_in.text, "/from"}};
	for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
		snprintf(body, sizeof body,
			"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"absence\","
			"\"start\":\"%s\"}",
			PAIRS[i].from, PAIRS[i].to, office_at(0));
		cr_assert(office_ask_raw(&office, office.head.token, body) == 422);
		cr_assert(api_has_problem(ANSWER(office), PAIRS[i].pointer, "not_allowed"));
	}
	office_ask(&office, 0, OFFICE_DAY, ",\"clients\":[\"nobody\"]");
	cr_assert(api_is_code(ANSWER(office), 422, "unknown_client"));
}

Test(handovers, without_a_grant_there_is_nothing_to_hand_over)
{
	scoped(office) office = {0};
	office_open(&office);
	cr_assert(office_ask(&office, 0, OFFICE_DAY, "") == 409);
}

Test(handovers, only_a_proven_person_who_may_asks)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], body[OFFICE_BODY];
	open_with_grant(&office, grant);
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"absence\",\"start\":\"%"
		"s\"}",
		office.vault.assistant.text, office.stand_in.text, office_at(0));
	office_ask_raw(&office, office.vault.api.tenant.token, body);
	cr_assert(api_is_code(ANSWER(office), 403, "person_unproven"), "an application as itself");
	office_ask_raw(&office, office.stand_in.token, body);
	cr_assert(api_is_code(ANSWER(office), 403, "not_allowed"), "an assistant");
	const struct api_request asserted = {.method = "POST",
		.path = "/v1/handovers",
		.token = office.vault.api.tenant.token,
		.body = body,
		.actor = office.head.text};
	api_ask(&office.vault.api, &asserted, &office.vault.answer);
	cr_assert(api_is_code(ANSWER(office), 403, "person_unproven"), "somebody who is only named");
}

/* ---- deciding ---- */

Test(handovers, a_second_person_decides_who_is_neither_of_the_two)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	open_with_grant(&office, grant);
	office_ask(&office, 0, OFFICE_DAY, "");
	office_decide(&office, office.head.token, true);
	cr_assert(api_is_code(ANSWER(office), 403, "not_allowed"), "who asked");
	office_decide(&office, office.stand_in.token, true);
	cr_assert(ANSWER(office)->status == 403, "who takes over");
	office_decide(&office, office.vault.assistant.token, true);
	cr_assert(ANSWER(office)->status == 403, "who is away");
	office_decide(&office, office.vault.api.tenant.token, true);
	cr_assert(api_is_code(ANSWER(office), 403, "person_unproven"), "an application");
	office_approve(&office);
	cr_assert(office_decide(&office, office.owner.token, true) == 409, "twice");
}

Test(handovers, an_owner_who_is_one_of_the_two_does_not_decide)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], body[OFFICE_BODY];
	open_with_grant(&office, grant);
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"absence\",\"start\":\"%"
		"s\"}",
		office.vault.assistant.text, office.owner.text, office_at(0));
	cr_assert(office_ask_raw(&office, office.head.token, body) == 201, "%s", ANSWER(office)->body);
	cr_assert(office_decide(&office, office.owner.token, true) == 403);
}

Test(handovers, one_that_is_refused_moves_nothing_and_tells_no_client)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	open_with_grant(&office, grant);
	office_ask(&office, 0, OFFICE_DAY, "");
	cr_assert(office_decide(&office, office.owner.token, false) == 200);
	cr_assert(office_is(&office, "refused"));
	office_sweep(&office);
	cr_assert(office_opens(&office, &office.vault.assistant, grant));
	cr_assert(api_count_notices(&office.vault.api, office.vault.contact, NOTICE_HANDOVER_STARTED) == 0);
	cr_assert(api_count_notices(&office.vault.api, office.vault.contact, NOTICE_HANDOVER_FINISHED) == 0);
	cr_assert(vault_events(&office.vault, ACTION_HANDOVER_REFUSED) == 1);
}

/* ---- before the start ---- */

Test(handovers, the_client_is_told_in_the_act_of_the_approval_and_the_stand_in_is_briefed)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	open_with_grant(&office, grant);
	office_ask(&office, OFFICE_DAY, 2 * OFFICE_DAY, "");
	cr_assert(api_count_notices(&office.vault.api, office.vault.contact, NOTICE_HANDOVER_STARTED) == 0);
	office_approve(&office);
	cr_assert(api_count_notices(&office.vault.api, office.vault.contact, NOTICE_HANDOVER_STARTED) == 1);
	cr_assert(api_count_notices(&office.vault.api, office.stand_in.id, NOTICE_HANDOVER_BRIEFING) == 1);
	office_see(&office);
	cr_assert(json_is_string(api_member(ANSWER(office), "told")) &&
		json_is_null(api_member(ANSWER(office), "started")));
}

Test(handovers, until_the_start_the_stand_in_reads_the_briefing_and_opens_nothing)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1], path[VAULT_PATH];
	open_with_grant(&office, grant);
	office_hand_over(&office, OFFICE_DAY, 2 * OFFICE_DAY);
	office_grant_of(&office, &office.stand_in, "standby", copy);
	cr_assert(!office_opens(&office, &office.stand_in, copy));
	cr_assert(vault_is_refused(&office.vault, "grant_suspended"));
	cr_assert(office_opens(&office, &office.vault.assistant, grant));
	snprintf(path, sizeof path, "/v1/handovers/%s/briefing", office.handover);
	cr_assert(vault_call_as(&office.vault, office.stand_in.token, "GET", path, NULL) == 200);
	cr_assert(api_has(ANSWER(office), "items/0/title", "Web shop") &&
			api_has(ANSWER(office), "items/0/client_name", "Karlsson AB"),
		"%s", ANSWER(office)->body);
	cr_assert(!strstr(ANSWER(office)->body, VAULT_PASSWORD) && !strstr(ANSWER(office)->body, "eva@shop"));
	cr_assert(vault_call_as(&office.vault, office.vault.assistant.token, "GET", path, NULL) == 403);
	cr_assert(vault_call_as(&office.vault, office.third.token, "GET", path, NULL) == 404);
}

Test(handovers, the_stand_in_accepts_once)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	open_with_grant(&office, grant);
	office_ask(&office, OFFICE_DAY, 2 * OFFICE_DAY, "");
	snprintf(path, sizeof path, "/v1/handovers/%s/acceptance", office.handover);
	cr_assert(vault_call_as(&office.vault, office.stand_in.token, "POST", path, "{}") == 409,
		"not approved");
	office_approve(&office);
	cr_assert(vault_call_as(&office.vault, office.vault.assistant.token, "POST", path, "{}") == 403);
	cr_assert(vault_call_as(&office.vault, office.stand_in.token, "POST", path, "{}") == 200, "%s",
		ANSWER(office)->body);
	cr_assert(json_is_string(api_member(ANSWER(office), "accepted")));
	cr_assert(vault_call_as(&office.vault, office.stand_in.token, "POST", path, "{}") == 409, "twice");
	cr_assert(vault_events(&office.vault, ACTION_HANDOVER_ACCEPTED) == 1);
}

Test(handovers, one_that_is_cancelled_before_its_start_never_starts)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1];
	open_with_grant(&office, grant);
	office_hand_over(&office, OFFICE_HOUR, OFFICE_DAY);
	office_grant_of(&office, &office.stand_in, "standby", copy);
	cr_assert(office_end(&office) == 200, "%s", ANSWER(office)->body);
	cr_assert(api_has(ANSWER(office), "state", "cancelled"));
	cr_assert(api_count_notices(&office.vault.api, office.vault.contact, NOTICE_HANDOVER_FINISHED) == 1);
	fake_clock_pass(2 * OFFICE_HOUR);
	office_sweep(&office);
	cr_assert(!office_opens(&office, &office.stand_in, copy) &&
		office_opens(&office, &office.vault.assistant, grant));
	cr_assert(office_end(&office) == 409);
	cr_assert(api_count_notices(&office.vault.api, office.vault.contact, NOTICE_HANDOVER_FINISHED) == 1);
}

/* ---- the start and the way back ---- */

Test(handovers, at_once_means_in_the_act_of_the_approval_and_told_before_opened)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1];
	open_with_grant(&office, grant);
	office_hand_over(&office, 0, OFFICE_DAY);
	cr_assert(api_has(ANSWER(office), "state", "active"), "%s", ANSWER(office)->body);
	cr_assert(json_integer_value(api_member(ANSWER(office), "moved")) == 1);
	office_grant_of(&office, &office.stand_in, "active", copy);
	cr_assert(office_opens(&office, &office.stand_in, copy));
	cr_assert(!office_opens(&office, &office.vault.assistant, grant));
	cr_assert(vault_is_refused(&office.vault, "grant_suspended"));
	cr_assert(vault_events(&office.vault, ACTION_HANDOVER_STARTED) == 1);
	cr_assert(vault_events(&office.vault, ACTION_ASSIGNMENT_STARTED) == 1 &&
		vault_events(&office.vault, ACTION_ASSIGNMENT_ENDED) == 1);
}

Test(handovers, what_the_absent_person_has_checked_out_is_free_again_and_counted)
{
	scoped(office) office = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	struct event_read event;
	char grant[ID_TEXT + 1], detail[2048];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE ",\"exclusive\":\"credential\"", grant);
	cr_assert(office_opens(&office, &office.vault.assistant, grant), "a use checks it out");
	cr_assert(vault_events(&office.vault, ACTION_CREDENTIAL_CHECKED_OUT) == 1);
	office_hand_over(&office, 0, OFFICE_DAY);
	cr_assert(vault_events(&office.vault, ACTION_CREDENTIAL_CHECKED_IN) == 1);
	api_find_event(
		&office.vault.api, office.vault.api.tenant.id, ACTION_HANDOVER_STARTED, &arena, &event);
	snprintf(detail, sizeof detail, "%.*s", SPAN_FMT(event.texts[LEAF_TEXT_DETAIL]));
	cr_assert(strstr(detail, "\"grants_moved\":1,\"open_checkouts\":1"), "%s", detail);
}

Test(handovers, a_use_at_the_millisecond_decides_by_time_though_nobody_swept)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1];
	open_with_grant(&office, grant);
	office_hand_over(&office, OFFICE_HOUR, OFFICE_DAY);
	office_grant_of(&office, &office.stand_in, "standby", copy);
	fake_clock_pass(OFFICE_HOUR - 1);
	cr_assert(!office_opens(&office, &office.stand_in, copy) &&
		office_opens(&office, &office.vault.assistant, grant));
	fake_clock_pass(1);
	cr_assert(office_opens(&office, &office.stand_in, copy), "%s", ANSWER(office)->body);
	cr_assert(!office_opens(&office, &office.vault.assistant, grant));
	fake_clock_pass(OFFICE_DAY - OFFICE_HOUR - 1);
	cr_assert(office_opens(&office, &office.stand_in, copy) &&
		!office_opens(&office, &office.vault.assistant, grant));
	fake_clock_pass(1);
	cr_assert(office_opens(&office, &office.vault.assistant, grant), "%s", ANSWER(office)->body);
	cr_assert(!office_opens(&office, &office.stand_in, copy));
	cr_assert(office_is(&office, "returned"));
}

Test(handovers, the_absent_one_s_own_use_moves_the_grants_as_well)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	open_with_grant(&office, grant);
	office_hand_over(&office, OFFICE_HOUR, OFFICE_DAY);
	fake_clock_pass(OFFICE_HOUR);
	cr_assert(!office_opens(&office, &office.vault.assistant, grant));
	cr_assert(office_is(&office, "active"));
}

Test(handovers, what_ended_by_itself_is_told_by_the_sweep_once)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	open_with_grant(&office, grant);
	office_hand_over(&office, 0, OFFICE_DAY);
	fake_clock_pass(OFFICE_DAY);
	office_sweep(&office);
	cr_assert(office_is(&office, "returned"));
	cr_assert(json_integer_value(api_member(ANSWER(office), "returned")) == 1);
	office_sweep(&office);
	cr_assert(api_count_notices(&office.vault.api, office.vault.contact, NOTICE_HANDOVER_FINISHED) == 1);
	cr_assert(vault_events(&office.vault, ACTION_HANDOVER_COMPLETED) == 1);
}

Test(handovers, one_whose_time_went_by_while_nothing_ran_lapses)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	open_with_grant(&office, grant);
	office_hand_over(&office, OFFICE_HOUR, OFFICE_DAY);
	fake_clock_pass(2 * OFFICE_DAY);
	office_sweep(&office);
	cr_assert(office_is(&office, "lapsed"));
	cr_assert(office_opens(&office, &office.vault.assistant, grant));
	cr_assert(office_count(&office, &office.stand_in, "standby") == 0);
}

Test(handovers, an_early_return_gives_back_and_says_what_was_seen)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1], verification[ID_TEXT + 1];
	office_open(&office);
	vault_grant(&office.vault, VAULT_BOTH, grant);
	office_hand_over(&office, 0, 3 * OFFICE_DAY);
	office_grant_of(&office, &office.stand_in, "active", copy);
	const struct vault_proof proof = {.person = office.stand_in.id,
		.application = office.vault.api.tenant.application,
		.grant = copy,
		.mode = "reveal",
		.purpose = "reset the account"};
	vault_prove(&office.vault, &proof, verification);
	cr_assert(vault_ask_reveal(&office.vault, copy, verification) == 200, "%s", ANSWER(office)->body);
	cr_assert(office_end(&office) == 200, "%s", ANSWER(office)->body);
	cr_assert(api_has(ANSWER(office), "state", "returned"));
	cr_assert(json_integer_value(api_member(ANSWER(office), "returned")) == 1);
	cr_assert(json_array_size(api_member(ANSWER(office), "rotation_due")) == 1);
	cr_assert(api_has(ANSWER(office), "rotation_due/0/credential", office.vault.login));
	cr_assert(office_opens(&office, &office.vault.assistant, grant));
}

Test(handovers, who_has_only_taken_codes_leaves_nothing_to_be_changed)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1];
	open_with_grant(&office, grant);
	office_hand_over(&office, 0, 3 * OFFICE_DAY);
	office_grant_of(&office, &office.stand_in, "active", copy);
	cr_assert(office_opens(&office, &office.stand_in, copy));
	cr_assert(office_end(&office) == 200);
	cr_assert(json_array_size(api_member(ANSWER(office), "rotation_due")) == 0);
}

Test(handovers, a_replacement_needs_nothing_of_who_is_replaced_and_never_returns)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1], body[OFFICE_BODY];
	open_with_grant(&office, grant);
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"replacement\",\"reason\":\"replacement\","
		"\"start\":\"%s\","
		"\"override\":\"unreachable\"}",
		office.vault.assistant.text, office.stand_in.text, office_at(0));
	cr_assert(office_ask_raw(&office, office.head.token, body) == 201, "%s", ANSWER(office)->body);
	office_approve(&office);
	cr_assert(office_is(&office, "completed"));
	office_grant_of(&office, &office.stand_in, "active", copy);
	cr_assert(office_opens(&office, &office.stand_in, copy));
	cr_assert(!office_opens(&office, &office.vault.assistant, grant));
	cr_assert(vault_is_refused(&office.vault, "grant_expired"));
	cr_assert(office_end(&office) == 409);
}

/* ---- never wider, exactly the same ---- */

Test(handovers, what_is_counted_is_counted_on_both_together)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE ",\"uses\":4", grant);
	office_hand_over(&office, OFFICE_HOUR, OFFICE_DAY);
	/* One after the copy was made, and before it opens. */
	cr_assert(office_opens(&office, &office.vault.assistant, grant));
	fake_clock_pass(OFFICE_HOUR);
	office_sweep(&office);
	office_grant_of(&office, &office.stand_in, "active", copy);
	cr_assert(json_integer_value(api_member(ANSWER(office), "items/0/uses_left")) == 3);
	cr_assert(office_opens(&office, &office.stand_in, copy) &&
		office_opens(&office, &office.stand_in, copy));
	cr_assert(office_end(&office) == 200);
	cr_assert(office_opens(&office, &office.vault.assistant, grant));
	cr_assert(!office_opens(&office, &office.vault.assistant, grant), "four in all");
	cr_assert(vault_is_refused(&office.vault, "uses_exhausted"));
}

Test(handovers, what_ended_meanwhile_stays_ended_and_what_was_given_meanwhile_is_left_alone)
{
	scoped(office) office = {0};
	char first[ID_TEXT + 1], second[ID_TEXT + 1], given[ID_TEXT + 1], path[VAULT_PATH];
	open_with_grant(&office, first);
	vault_grant(&office.vault, VAULT_BOTH, second);
	office_hand_over(&office, 0, OFFICE_DAY);
	cr_assert(office_count(&office, &office.stand_in, "active") == 2);
	snprintf(path, sizeof path, "/v1/grants/%s", first);
	cr_assert(vault_call(&office.vault, "DELETE", path, NULL) == 200);
	vault_grant(&office.vault, VAULT_CODE ",\"task\":\"T-9\"", given);
	fake_clock_pass(OFFICE_DAY);
	office_sweep(&office);
	cr_assert(!office_opens(&office, &office.vault.assistant, first));
	cr_assert(office_opens(&office, &office.vault.assistant, second));
	cr_assert(office_opens(&office, &office.vault.assistant, given));
	cr_assert(office_count(&office, &office.stand_in, "active") == 0);
}

/* ---- who is left out ---- */

static void add_client(struct office *office, const char *ref, char credential[static ID_TEXT + 1])
{
	char body[OFFICE_BODY];
	snprintf(body, sizeof body, "{\"name\":\"%s\",\"ref\":\"%s\"}", ref, ref);
	cr_assert(vault_call(&office->vault, "POST", "/v1/clients", body) == 201);
	snprintf(body, sizeof body,
		"{\"client\":\"%s\",\"kind\":\"totp\",\"label\":{\"title\":\"Codes\"},\"secret\":{\"totp\":"
		"\"%s\"},"
		"\"modes_max\":[\"code\"]}",
		ref, VAULT_SEED);
	cr_assert(vault_call(&office->vault, "POST", "/v1/credentials", body) == 201);
	snprintf(credential, ID_TEXT + 1, "%s", api_text(&office->vault.answer, "id"));
}

static void give(struct office *office, const char *credential, const struct api_person *person,
	const char *more, char grant[static ID_TEXT + 1])
{
	char body[OFFICE_BODY];
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\",\"modes\":[\"code\"]%s}",
		credential, person->text, more);
	cr_assert(vault_call(&office->vault, "POST", "/v1/grants", body) == 201, "%s",
		office->vault.answer.body);
	snprintf(grant, ID_TEXT + 1, "%s", api_text(&office->vault.answer, "id"));
}

Test(handovers, only_the_clients_that_are_named_move)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], credential[ID_TEXT + 1], other[ID_TEXT + 1];
	open_with_grant(&office, grant);
	add_client(&office, "nord", credential);
	give(&office, credential, &office.vault.assistant, "", other);
	office_ask(&office, 0, OFFICE_DAY, ",\"clients\":[\"nord\",\"nord\"]");
	cr_assert(json_integer_value(api_member(ANSWER(office), "moves")) == 1, "%s", ANSWER(office)->body);
	office_approve(&office);
	cr_assert(office_opens(&office, &office.vault.assistant, grant));
	cr_assert(!office_opens(&office, &office.vault.assistant, other));
}

Test(handovers, a_client_whom_another_one_serves_is_left_out_unless_the_tenant_has_a_pool)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], other[ID_TEXT + 1];
	open_with_grant(&office, grant);
	give(&office, office.vault.login, &office.third, "", other);
	office_ask(&office, 0, OFFICE_DAY, "");
	cr_assert(api_has(ANSWER(office), "blocked/0/why", "other_assistant"), "%s", ANSWER(office)->body);
	cr_assert(office_decide(&office, office.owner.token, true) == 409, "nothing would move");
	cr_assert(vault_call_as(&office.vault, office.owner.token, "PUT", "/v1/assignment",
			  "{\"model\":\"pool\"}") == 200,
		"%s", ANSWER(office)->body);
	cr_assert(vault_events(&office.vault, ACTION_POLICY_CHANGED) == 1);
	office_hand_over(&office, 0, OFFICE_DAY);
	cr_assert(office_opens(&office, &office.third, other));
}

Test(handovers, who_helps_with_one_task_is_no_assistant_of_the_client)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], other[ID_TEXT + 1];
	open_with_grant(&office, grant);
	give(&office, office.vault.login, &office.third, ",\"task\":\"T-1\"", other);
	office_ask(&office, 0, OFFICE_DAY, "");
	cr_assert(json_array_size(api_member(ANSWER(office), "blocked")) == 0, "%s", ANSWER(office)->body);
}

Test(handovers, two_of_one_client_at_one_time_are_not_approved)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	open_with_grant(&office, grant);
	office_hand_over(&office, OFFICE_DAY, 2 * OFFICE_DAY);
	cr_assert(office_ask(&office, 0, OFFICE_DAY + 1, "") == 201);
	cr_assert(api_has(ANSWER(office), "blocked/0/why", "handover_overlaps"), "%s", ANSWER(office)->body);
	cr_assert(office_decide(&office, office.owner.token, true) == 409);
	office_hand_over(&office, 0, OFFICE_DAY);
}

Test(handovers, what_somebody_holds_as_a_stand_in_is_not_handed_on)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], body[OFFICE_BODY];
	open_with_grant(&office, grant);
	office_hand_over(&office, 0, OFFICE_DAY);
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"absence\",\"start\":\"%"
		"s\"}",
		office.stand_in.text, office.third.text, office_at(0));
	cr_assert(office_ask_raw(&office, office.head.token, body) == 409);
}

Test(handovers, who_may_use_nothing_takes_nothing_over)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], body[OFFICE_BODY];
	open_with_grant(&office, grant);
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"absence\",\"start\":\"%"
		"s\"}",
		office.vault.assistant.text, office.head.text, office_at(0));
	office_ask_raw(&office, office.owner.token, body);
	cr_assert(api_has(ANSWER(office), "blocked/0/why", "not_able"), "%s", ANSWER(office)->body);
}

/* ---- who sees ---- */

Test(handovers, a_third_person_and_another_tenant_see_none)
{
	scoped(office) office = {0};
	struct api_tenant other;
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	open_with_grant(&office, grant);
	office_hand_over(&office, OFFICE_HOUR, OFFICE_DAY);
	api_world_tenant(&office.vault.api, &other);
	snprintf(path, sizeof path, "/v1/handovers/%s", office.handover);
	cr_assert(vault_call_as(&office.vault, office.third.token, "GET", path, NULL) == 404);
	cr_assert(vault_call_as(&office.vault, other.token, "GET", path, NULL) == 404);
	cr_assert(vault_call_as(&office.vault, office.third.token, "DELETE", path, NULL) == 404);
	cr_assert(vault_call_as(&office.vault, office.third.token, "GET", "/v1/handovers", NULL) == 200);
	cr_assert(json_array_size(api_member(ANSWER(office), "items")) == 0);
	cr_assert(vault_call_as(&office.vault, office.stand_in.token, "GET", "/v1/handovers?state=approved",
			  NULL) == 200);
	cr_assert(json_array_size(api_member(ANSWER(office), "items")) == 1);
	cr_assert(vault_call_as(&office.vault, office.stand_in.token, "DELETE", path, NULL) == 403,
		"the stand-in does not end it");
}

Test(handovers, a_use_of_the_stand_in_says_in_whose_place)
{
	scoped(office) office = {0};
	scoped(arena) arena = ARENA(256 * 1024);
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1];
	struct event_read event;
	open_with_grant(&office, grant);
	office_hand_over(&office, 0, OFFICE_DAY);
	office_grant_of(&office, &office.stand_in, "active", copy);
	cr_assert(office_opens(&office, &office.stand_in, copy));
	api_find_event(
		&office.vault.api, office.vault.api.tenant.id, ACTION_CREDENTIAL_CODE_ISSUED, &arena, &event);
	cr_assert(ids_equal(event.leaf.ids[LEAF_ID_ACTOR], office.stand_in.id));
	cr_assert(ids_equal(event.leaf.ids[LEAF_ID_IN_PLACE_OF], office.vault.assistant.id));
}
