/* SPDX-License-Identifier: Apache-2.0 */
/* test_extensions - a stand-in lasts longer by the word of two people, never wider, and never into what is another's. */
#include "server/core/grants/extensions.h"

#include "tests/server/handover_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* The last answer. */
#define ANSWER(office) (&(office).vault.answer)

/* The stand-in serves since now, for a day; `grant` is the assistant's own. */
static void open_active(struct office *office, char grant[static ID_TEXT + 1])
{
	office_open(office);
	vault_grant(&office->vault, VAULT_CODE, grant);
	office_hand_over(office, 0, OFFICE_DAY);
	cr_assert(office_is(office, "active"), "%s", office->vault.answer.body);
}

static int ask_with(struct office *office, const char *token, const char *method, const char *body)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/handovers/%s/extend", office->handover);
	return vault_call_as(&office->vault, token, method, path, body);
}

static void extend(struct office *office, int64_t until)
{
	cr_assert(office_extend(office, until) == 202, "%s", office->vault.answer.body);
	cr_assert(office_decide_extension(office, office->owner.token, true) == 200, "%s",
		office->vault.answer.body);
}

/* ---- the straight way ---- */

Test(extensions, two_people_let_a_stand_in_last_longer)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1];
	open_active(&office, grant);
	struct api_world *api = &office.vault.api;
	office_grant_of(&office, &office.stand_in, "active", copy);
	cr_assert(office_extend(&office, 2 * OFFICE_DAY) == 202, "%s", ANSWER(office)->body);
	cr_assert(api_has(ANSWER(office), "extension/until", office_at(2 * OFFICE_DAY)), "asked");
	cr_assert(api_has(ANSWER(office), "extension/asked_by", office.head.text), "by whom");
	cr_assert(api_has(ANSWER(office), "extension/reason", "absence"), "why: as the handover");
	cr_assert(api_has(ANSWER(office), "until", office_at(OFFICE_DAY)), "nothing has changed yet");
	cr_assert(vault_events(&office.vault, ACTION_HANDOVER_EXTENSION_REQUESTED) == 1);
	cr_assert(api_count_notices(api, office.vault.contact, NOTICE_HANDOVER_EXTENDED) == 0);
	cr_assert(office_decide_extension(&office, office.owner.token, true) == 200, "%s",
		ANSWER(office)->body);
	cr_assert(api_has(ANSWER(office), "until", office_at(2 * OFFICE_DAY)), "%s", ANSWER(office)->body);
	cr_assert(json_is_null(api_member(ANSWER(office), "extension")), "it waits no more");
	cr_assert(vault_events(&office.vault, ACTION_HANDOVER_EXTENDED) == 1);
	cr_assert(vault_events(&office.vault, ACTION_GRANT_EXTENDED) == 1);
	cr_assert(api_count_notices(api, office.vault.contact, NOTICE_HANDOVER_EXTENDED) == 1, "the client");
	cr_assert(api_count_notices(api, office.stand_in.id, NOTICE_HANDOVER_EXTENDED) == 1, "who stands in");
	fake_clock_pass(OFFICE_DAY);
	office_sweep(&office);
	cr_assert(
		office_is(&office, "active") && office_opens(&office, &office.stand_in, copy), "still hers");
	cr_assert(!office_opens(&office, &office.vault.assistant, grant), "and nobody else's");
	fake_clock_pass(OFFICE_DAY - 1);
	cr_assert(office_opens(&office, &office.stand_in, copy), "to its last millisecond");
	fake_clock_pass(1);
	cr_assert(!office_opens(&office, &office.stand_in, copy), "and no further");
	cr_assert(office_opens(&office, &office.vault.assistant, grant), "it returned");
	cr_assert(office_is(&office, "returned"));
}

Test(extensions, one_that_has_not_begun_lasts_longer_as_well)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	office_hand_over(&office, OFFICE_HOUR, OFFICE_DAY);
	extend(&office, 2 * OFFICE_DAY);
	cr_assert(office_is(&office, "approved"));
	fake_clock_pass(OFFICE_DAY + OFFICE_HOUR);
	office_sweep(&office);
	cr_assert(office_is(&office, "active"), "%s", ANSWER(office)->body);
	office_grant_of(&office, &office.stand_in, "active", copy);
	cr_assert(office_opens(&office, &office.stand_in, copy) &&
		!office_opens(&office, &office.vault.assistant, grant));
}

Test(extensions, a_copy_never_outlives_what_it_was_made_of)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], copy[ID_TEXT + 1], body[VAULT_BODY];
	office_open(&office);
	snprintf(body, sizeof body,
		"{\"credential\":\"%s\",\"to\":\"%s\",\"modes\":[\"code\"],\"until\":\"%s\"}",
		office.vault.login, office.vault.assistant.text, office_at(OFFICE_DAY + OFFICE_HOUR));
	cr_assert(vault_call_as(&office.vault, office.owner.token, "POST", "/v1/grants", body) == 201, "%s",
		ANSWER(office)->body);
	snprintf(grant, sizeof grant, "%s", api_text(ANSWER(office), "id"));
	office_hand_over(&office, 0, OFFICE_DAY);
	office_grant_of(&office, &office.stand_in, "active", copy);
	extend(&office, 3 * OFFICE_DAY);
	cr_assert(vault_events(&office.vault, ACTION_GRANT_EXTENDED) == 1);
	fake_clock_pass(OFFICE_DAY + OFFICE_HOUR - 1);
	cr_assert(office_opens(&office, &office.stand_in, copy), "as long as the absent one's own");
	fake_clock_pass(1);
	cr_assert(!office_opens(&office, &office.stand_in, copy), "the grant of the absent one is over");
	cr_assert(office_is(&office, "active"), "though the stand-in is not");
}

Test(extensions, why_is_a_word_of_the_closed_list)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], body[OFFICE_BODY];
	open_active(&office, grant);
	snprintf(body, sizeof body, "{\"until\":\"%s\",\"reason\":\"sick\"}", office_at(2 * OFFICE_DAY));
	cr_assert(ask_with(&office, office.head.token, "POST", body) == 422);
	cr_assert(api_has_problem(ANSWER(office), "/reason", "not_allowed"), "%s", ANSWER(office)->body);
	snprintf(body, sizeof body, "{\"until\":\"%s\",\"note\":\"flu\"}", office_at(2 * OFFICE_DAY));
	cr_assert(ask_with(&office, office.head.token, "POST", body) == 422);
	cr_assert(api_has_problem(ANSWER(office), "/note", "unknown_field"), "no free text");
	snprintf(body, sizeof body, "{\"until\":\"%s\",\"reason\":\"leave\"}", office_at(2 * OFFICE_DAY));
	cr_assert(ask_with(&office, office.head.token, "POST", body) == 202, "%s", ANSWER(office)->body);
	cr_assert(api_has(ANSWER(office), "extension/reason", "leave"));
	office_see(&office);
	cr_assert(api_has(ANSWER(office), "extension/reason", "leave"), "whoever looks sees what waits");
}

/* ---- what is refused ---- */

Test(extensions, shorter_is_no_extension_and_there_is_a_greatest)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	open_active(&office, grant);
	const int64_t WRONG[] = {-1, OFFICE_HOUR, OFFICE_DAY, 400 * OFFICE_DAY + 1};
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
		cr_assert(office_extend(&office, WRONG[i]) == 422, "%zu", i);
		cr_assert(
			api_has_problem(ANSWER(office), "/until", "not_allowed"), "%s", ANSWER(office)->body);
	}
	cr_assert(ask_with(&office, office.head.token, "POST", "{}") == 422);
	cr_assert(api_has_problem(ANSWER(office), "/until", "missing"), "%s", ANSWER(office)->body);
	cr_assert(office_extend(&office, OFFICE_DAY + 1) == 202, "a millisecond is longer");
}

Test(extensions, nobody_decides_what_they_asked_for_nor_their_own_absence)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], body[OFFICE_BODY];
	struct api_person asker;
	open_active(&office, grant);
	api_world_person(&office.vault.api, &office.vault.api.tenant, "manager", NULL, &asker);
	snprintf(body, sizeof body, "{\"until\":\"%s\"}", office_at(2 * OFFICE_DAY));
	cr_assert(ask_with(&office, office.owner.token, "POST", body) == 202, "an owner may ask as well");
	office_decide_extension(&office, office.owner.token, true);
	cr_assert(api_is_code(ANSWER(office), 403, "not_allowed"), "who asked");
	office_decide_extension(&office, office.stand_in.token, true);
	cr_assert(api_is_code(ANSWER(office), 403, "not_allowed"), "who stands in");
	office_decide_extension(&office, asker.token, true);
	cr_assert(api_is_code(ANSWER(office), 403, "not_allowed"), "who may only ask");
	office_decide_extension(&office, office.vault.api.tenant.token, true);
	cr_assert(api_is_code(ANSWER(office), 403, "person_unproven"), "an application as itself");
	cr_assert(vault_events(&office.vault, ACTION_HANDOVER_EXTENDED) == 0);
	office_see(&office);
	cr_assert(api_has(ANSWER(office), "until", office_at(OFFICE_DAY)), "it ends as it did");
}

Test(extensions, only_a_proven_person_who_may_ask_for_handovers_asks)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], body[OFFICE_BODY];
	open_active(&office, grant);
	snprintf(body, sizeof body, "{\"until\":\"%s\"}", office_at(2 * OFFICE_DAY));
	ask_with(&office, office.vault.api.tenant.token, "POST", body);
	cr_assert(api_is_code(ANSWER(office), 403, "person_unproven"), "an application as itself");
	ask_with(&office, office.stand_in.token, "POST", body);
	cr_assert(api_is_code(ANSWER(office), 403, "not_allowed"), "who stands in, for themselves");
	ask_with(&office, office.third.token, "POST", body);
	cr_assert(ANSWER(office)->status == 403 || ANSWER(office)->status == 404, "a colleague");
	cr_assert(vault_events(&office.vault, ACTION_HANDOVER_EXTENSION_REQUESTED) == 0);
}

Test(extensions, what_waits_is_decided_before_another_end_is_asked_for)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	open_active(&office, grant);
	cr_assert(office_decide_extension(&office, office.owner.token, true) == 409, "nothing waits");
	cr_assert(office_extend(&office, 2 * OFFICE_DAY) == 202);
	cr_assert(office_extend(&office, 9 * OFFICE_DAY) == 409, "who decides has one end before them");
	cr_assert(office_decide_extension(&office, office.owner.token, false) == 200, "%s",
		ANSWER(office)->body);
	cr_assert(vault_events(&office.vault, ACTION_HANDOVER_EXTENSION_REFUSED) == 1);
	cr_assert(api_count_notices(&office.vault.api, office.vault.contact, NOTICE_HANDOVER_EXTENDED) == 0);
	cr_assert(office_decide_extension(&office, office.owner.token, true) == 409, "refused is decided");
	cr_assert(office_extend(&office, 3 * OFFICE_DAY) == 202, "and now another one");
}

Test(extensions, who_asked_takes_it_back_and_nobody_else_of_their_rank)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	open_active(&office, grant);
	struct api_person other;
	api_world_person(&office.vault.api, &office.vault.api.tenant, "manager", NULL, &other);
	cr_assert(ask_with(&office, office.head.token, "DELETE", NULL) == 409, "nothing waits");
	office_extend(&office, 2 * OFFICE_DAY);
	cr_assert(ask_with(&office, other.token, "DELETE", NULL) == 403, "%s", ANSWER(office)->body);
	cr_assert(ask_with(&office, office.head.token, "DELETE", NULL) == 200, "%s", ANSWER(office)->body);
	cr_assert(json_is_null(api_member(ANSWER(office), "extension")));
	cr_assert(office_decide_extension(&office, office.owner.token, true) == 409, "nothing is left of it");
}

Test(extensions, only_what_was_approved_and_has_an_end_lasts_longer)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	office_ask(&office, 0, OFFICE_DAY, "");
	cr_assert(office_extend(&office, 2 * OFFICE_DAY) == 409, "it waits for a decision itself");
	office_approve(&office);
	office_extend(&office, 2 * OFFICE_DAY);
	office_end(&office);
	cr_assert(office_decide_extension(&office, office.owner.token, true) == 409, "it is over");
	cr_assert(office_extend(&office, 2 * OFFICE_DAY) == 409, "and stays so");
	office_hand_over(&office, 0, 0);
	cr_assert(office_extend(&office, 2 * OFFICE_DAY) == 409, "it has no end");
}

Test(extensions, what_ended_meanwhile_is_not_brought_back)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	open_active(&office, grant);
	office_extend(&office, 2 * OFFICE_DAY);
	fake_clock_pass(OFFICE_DAY);
	cr_assert(office_decide_extension(&office, office.owner.token, true) == 409, "%s",
		ANSWER(office)->body);
	office_sweep(&office);
	cr_assert(office_is(&office, "returned") && json_is_null(api_member(ANSWER(office), "extension")));
	cr_assert(office_opens(&office, &office.vault.assistant, grant), "hers again");
}

/* The third assistant is asked to stand in from the end of the first one on. */
static void ask_next(struct office *office, char first[static ID_TEXT + 1], char second[static ID_TEXT + 1])
{
	char body[OFFICE_BODY];
	snprintf(first, ID_TEXT + 1, "%s", office->handover);
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"absence\",\"start\":\"%"
	        "s\","
		"\"until\":\"%s\"}",
		office->vault.assistant.text, office->third.text, office_at(OFFICE_DAY),
		office_at(2 * OFFICE_DAY));
	cr_assert(office_ask_raw(office, office->head.token, body) == 201, "%s", office->vault.answer.body);
	snprintf(second, ID_TEXT + 1, "%s", office->handover);
}

static void turn_to(struct office *office, const char *handover)
{
	snprintf(office->handover, sizeof office->handover, "%s", handover);
}

Test(extensions, a_client_that_is_promised_to_another_stand_in_stays_promised)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], first[ID_TEXT + 1], second[ID_TEXT + 1];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	office_hand_over(&office, OFFICE_HOUR, OFFICE_DAY);
	ask_next(&office, first, second);
	turn_to(&office, first);
	cr_assert(office_extend(&office, OFFICE_DAY + OFFICE_HOUR) == 202, "nothing is promised by asking");
	turn_to(&office, second);
	office_approve(&office);
	turn_to(&office, first);
	cr_assert(office_decide_extension(&office, office.owner.token, true) == 409, "%s",
		ANSWER(office)->body);
	cr_assert(office_decide_extension(&office, office.owner.token, false) == 200, "a no is always heard");
	cr_assert(office_extend(&office, OFFICE_DAY + 1) == 409, "nor is it asked for any more");
	cr_assert(office_is(&office, "approved") && api_has(ANSWER(office), "until", office_at(OFFICE_DAY)));
}

Test(extensions, a_stand_in_who_has_left_gets_no_more_time)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	open_active(&office, grant);
	office_extend(&office, 2 * OFFICE_DAY);
	snprintf(path, sizeof path, "/v1/people/%s", office.stand_in.text);
	cr_assert(vault_call_as(&office.vault, office.owner.token, "PATCH", path, "{\"roles\":[]}") == 200,
		"%s", ANSWER(office)->body);
	cr_assert(office_decide_extension(&office, office.owner.token, true) == 409, "%s",
		ANSWER(office)->body);
}

Test(extensions, a_contact_of_the_client_sees_no_wish_that_waits)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	struct api_person contact;
	open_active(&office, grant);
	api_world_token(&office.vault.api, &office.vault.api.tenant, office.vault.contact, &contact);
	office_extend(&office, 2 * OFFICE_DAY);
	snprintf(path, sizeof path, "/v1/handovers/%s", office.handover);
	cr_assert(vault_call_as(&office.vault, contact.token, "GET", path, NULL) == 200, "%s",
		ANSWER(office)->body);
	cr_assert(json_is_null(api_member(ANSWER(office), "extension")), "%s", ANSWER(office)->body);
	cr_assert(ask_with(&office, contact.token, "POST", "{\"until\":\"2027-01-01T00:00:00Z\"}") == 403);
}

Test(extensions, it_stands_in_the_inbox_of_who_decides)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	struct vault *vault = &office.vault;
	open_active(&office, grant);
	office_extend(&office, 2 * OFFICE_DAY);
	cr_assert(vault_call_as(vault, office.owner.token, "GET", "/v1/approvals", NULL) == 200);
	cr_assert(api_has(ANSWER(office), "items/0/kind", "extension"), "%s", ANSWER(office)->body);
	cr_assert(api_has(ANSWER(office), "items/0/id", office.handover) &&
		api_has(ANSWER(office), "items/0/mine", "decide"));
	cr_assert(api_has(ANSWER(office), "items/0/until", office_at(2 * OFFICE_DAY)), "to when");
	cr_assert(vault_call_as(vault, office.head.token, "GET", "/v1/approvals", NULL) == 200);
	cr_assert(api_has(ANSWER(office), "items/0/mine", "asked"), "who asked only waits");
	office_decide_extension(&office, office.owner.token, true);
	cr_assert(vault_call_as(vault, office.owner.token, "GET", "/v1/approvals", NULL) == 200);
	cr_assert(json_array_size(api_member(ANSWER(office), "items")) == 0, "decided: %s",
		ANSWER(office)->body);
}
