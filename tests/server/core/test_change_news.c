/* SPDX-License-Identifier: Apache-2.0 */
/* test_change_news - what policies/told.def promises of the mails that say an action in the words of the log: who gets one, who does not. */
#include "server/core/change_news.h"

#include "server/core/grants/departure_turns.h"
#include "tests/server/handover_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define ANSWER(office) ((office)->vault.answer.body)

static size_t told(struct office *office, struct id person)
{
	return api_count_notices(&office->vault.api, person, NOTICE_CHANGE);
}

static int as(struct office *office, const struct api_person *who, const char *method, const char *path,
	const char *body)
{
	return vault_call_as(&office->vault, who->token, method, path, body);
}

static void sweep(struct office *office)
{
	size_t done;
	struct server *server = &office->vault.api.server;
	office_sweep(office);
	cr_assert(!err_failed(departure_turns_jobs(server, volume_now(&server->volume), &done)));
}

/* What a call is about; the path is before ‖ id ‖ after. */
struct about {
	const char *before, *id, *after;
};

static int on(struct office *office, const struct api_person *who, const char *method, struct about about,
	const char *body)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "%s%s%s", about.before, about.id, about.after);
	return as(office, who, method, path, body);
}

/* An assistant with one grant, and a second owner. */
static void begin(struct office *office, struct api_person *partner, char grant[static ID_TEXT + 1])
{
	office_open(office);
	api_world_person(&office->vault.api, &office->vault.api.tenant, "owner", NULL, partner);
	vault_grant(&office->vault, VAULT_CODE, grant);
}

/* ---- handovers ---- */

Test(change_news, whoever_decides_a_handover_and_who_is_to_stand_in_hear_that_it_was_asked_for)
{
	scoped(office) office = {0};
	struct api_person partner;
	char grant[ID_TEXT + 1];
	begin(&office, &partner, grant);
	cr_assert(office_ask(&office, 0, OFFICE_DAY, "") == 201);
	cr_assert(told(&office, office.owner.id) == 1 && told(&office, partner.id) == 1);
	cr_assert(told(&office, office.stand_in.id) == 1);
	cr_assert(told(&office, office.head.id) == 0, "who asks knows");
	cr_assert(told(&office, office.third.id) == 0 && told(&office, office.vault.contact) == 0);
}

Test(change_news, who_asked_for_a_handover_hears_that_it_was_refused_or_accepted)
{
	scoped(office) office = {0};
	struct api_person partner;
	char grant[ID_TEXT + 1];
	begin(&office, &partner, grant);
	cr_assert(office_ask(&office, 0, OFFICE_DAY, "") == 201);
	cr_assert(office_decide(&office, office.owner.token, false) == 200);
	cr_assert(told(&office, office.head.id) == 1);
	office_hand_over(&office, 0, OFFICE_DAY);
	cr_assert(told(&office, office.head.id) == 1, "of a yes the clients and the stand-in hear");
	cr_assert(on(&office, &office.stand_in, "POST",
			  (struct about){"/v1/handovers/", office.handover, "/acceptance"}, "{}") == 200,
		"%s", ANSWER(&office));
	cr_assert(told(&office, office.head.id) == 2);
}

Test(change_news, owners_hear_of_a_rule_that_two_others_set_aside)
{
	scoped(office) office = {0};
	struct api_person partner;
	char grant[ID_TEXT + 1], body[OFFICE_BODY];
	begin(&office, &partner, grant);
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"leave\",\"start\":\"%s\","
		"\"override\":\"client_agreed\"}",
		office.vault.assistant.text, office.stand_in.text, office_at(3 * OFFICE_DAY));
	cr_assert(office_ask_raw(&office, office.head.token, body) == 201);
	size_t before = told(&office, partner.id), of_decider = told(&office, office.owner.id);
	office_approve(&office);
	cr_assert(vault_events(&office.vault, ACTION_POLICY_OVERRIDDEN) == 1);
	cr_assert(told(&office, partner.id) == before + 1);
	cr_assert(told(&office, office.owner.id) == of_decider, "who approves it knows");
}

Test(change_news, a_handover_in_time_sets_nothing_aside)
{
	scoped(office) office = {0};
	struct api_person partner;
	char grant[ID_TEXT + 1];
	begin(&office, &partner, grant);
	cr_assert(office_ask(&office, 0, OFFICE_DAY, "") == 201);
	size_t before = told(&office, partner.id);
	office_approve(&office);
	cr_assert(told(&office, partner.id) == before);
}

Test(change_news, whoever_decides_hears_that_a_stand_in_is_asked_to_last_longer)
{
	scoped(office) office = {0};
	struct api_person partner;
	char grant[ID_TEXT + 1];
	begin(&office, &partner, grant);
	office_hand_over(&office, 0, OFFICE_DAY);
	size_t before = told(&office, partner.id);
	cr_assert(office_extend(&office, 2 * OFFICE_DAY) == 202, "%s", ANSWER(&office));
	cr_assert(told(&office, partner.id) == before + 1);
}

/* ---- grants ---- */

Test(change_news, whose_grant_is_taken_back_hears_it_and_who_gives_it_back_themselves_does_not)
{
	scoped(office) office = {0};
	struct api_person partner;
	char grant[ID_TEXT + 1];
	begin(&office, &partner, grant);
	cr_assert(on(&office, &office.owner, "DELETE", (struct about){"/v1/grants/", grant, ""}, NULL) == 200,
		"%s", ANSWER(&office));
	cr_assert(told(&office, office.vault.assistant.id) == 1);
	vault_grant(&office.vault, VAULT_CODE, grant);
	cr_assert(on(&office, &office.vault.assistant, "DELETE", (struct about){"/v1/grants/", grant, ""},
			  NULL) == 200,
		"%s", ANSWER(&office));
	cr_assert(told(&office, office.vault.assistant.id) == 1);
	cr_assert(
		on(&office, &office.owner, "DELETE", (struct about){"/v1/grants/", grant, ""}, NULL) == 409);
	cr_assert(told(&office, office.vault.assistant.id) == 1, "nothing was taken back");
}

Test(change_news, who_asked_for_a_grant_hears_that_it_was_refused)
{
	scoped(office) office = {0};
	struct api_person partner, giver;
	char grant[ID_TEXT + 1], body[VAULT_BODY];
	begin(&office, &partner, grant);
	api_world_person(&office.vault.api, &office.vault.api.tenant, "coordinator", NULL, &giver);
	snprintf(body, sizeof body,
		"{\"credential\":\"%s\",\"to\":\"%s\",\"modes\":[\"code\"],\"approval\":{\"by\":[\"staff\"]}"
		"}",
		office.vault.login, office.third.text);
	cr_assert(as(&office, &giver, "POST", "/v1/grants", body) == 201, "%s", ANSWER(&office));
	snprintf(grant, sizeof grant, "%s", api_text(&office.vault.answer, "id"));
	cr_assert(on(&office, &partner, "POST", (struct about){"/v1/grants/", grant, "/decision"},
			  "{\"approve\":false}") == 200,
		"%s", ANSWER(&office));
	cr_assert(told(&office, giver.id) == 1 && told(&office, office.third.id) == 0);
}

/* ---- people, applications, rules ---- */

Test(change_news, whose_roles_change_hears_it_once_and_of_nothing_else)
{
	scoped(office) office = {0};
	struct api_person partner;
	char grant[ID_TEXT + 1];
	begin(&office, &partner, grant);
	const struct id third = office.third.id;
	const struct about about = {"/v1/people/", office.third.text, ""};
	cr_assert(on(&office, &office.owner, "PATCH", about, "{\"roles\":[\"coordinator\"]}") == 200, "%s",
		ANSWER(&office));
	cr_assert(told(&office, third) == 1, "one role less, another one more");
	cr_assert(on(&office, &office.owner, "PATCH", about, "{\"roles\":[]}") == 200);
	cr_assert(told(&office, third) == 2);
	cr_assert(on(&office, &office.owner, "PATCH", about, "{\"name\":\"Third\"}") == 200);
	cr_assert(told(&office, third) == 2 && told(&office, partner.id) == 0);
	cr_assert(on(&office, &office.owner, "PATCH", (struct about){"/v1/people/", office.owner.text, ""},
			  "{\"roles\":[\"owner\",\"dpo\"]}") == 200,
		"%s", ANSWER(&office));
	cr_assert(told(&office, office.owner.id) == 0, "who changes their own roles knows");
}

Test(change_news, owners_hear_who_was_removed_what_was_revoked_and_which_rules_changed)
{
	scoped(office) office = {0};
	struct api_person partner;
	struct api_application application;
	char grant[ID_TEXT + 1];
	size_t letters = 0, rules = 0;
	begin(&office, &partner, grant);
	struct api_world *api = &office.vault.api;
	api_world_application(api, &api->tenant, SCOPE_BIT(EVENTS_WRITE), &application);
	const struct step {
		const char *method;
		struct about about;
		const char *body;
		bool is_rule;
	} steps[] = {{"DELETE", {"/v1/people/", office.third.text, ""}, NULL},
		{"DELETE", {"/v1/applications/", application.text, ""}, NULL},
		{"PUT", {"/v1/policies/", "assistant", ""}, "{\"login_factor\":\"email\"}", true},
		{"PUT", {"/v1/", "vault-rules", ""}, "{\"grant_days\":30}", true},
		{"PUT", {"/v1/", "assignment", ""}, "{\"model\":\"pool\"}", true}};
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		int status = on(&office, &office.owner, steps[i].method, steps[i].about, steps[i].body);
		cr_assert(status / 100 == 2, "%s %s: %s", steps[i].method, steps[i].about.before,
			ANSWER(&office));
		cr_assert(
			told(&office, partner.id) == ++letters, "%s %s", steps[i].method, steps[i].about.id);
		rules += steps[i].is_rule;
		cr_assert(told(&office, office.owner.id) == rules,
			"%s %s: who changes a rule hears of it, too", steps[i].method, steps[i].about.id);
	}
	char contact[ID_TEXT + 1];
	ids_print(ID_PERSON, office.vault.contact, contact);
	cr_assert(on(&office, &office.owner, "DELETE", (struct about){"/v1/people/", contact, ""}, NULL) /
				100 ==
			2,
		"%s", ANSWER(&office));
	cr_assert(told(&office, partner.id) == letters, "a client's own people come and go");
	cr_assert(told(&office, office.owner.id) == rules && told(&office, office.head.id) == 0);
}

Test(change_news, owners_hear_of_a_departure_once_and_the_clients_of_what_is_to_be_changed)
{
	scoped(office) office = {0};
	struct api_person partner;
	char grant[ID_TEXT + 1];
	begin(&office, &partner, grant);
	cr_assert(on(&office, &office.owner, "POST",
			  (struct about){"/v1/people/", office.vault.assistant.text, "/departure"},
			  "{\"last_day\":\"2026-11-20\"}") == 200,
		"%s", ANSWER(&office));
	sweep(&office);
	sweep(&office);
	cr_assert(told(&office, partner.id) == 1 && told(&office, office.owner.id) == 0);
}

/* ---- clients ---- */

Test(change_news, a_client_hears_that_its_work_was_paused_goes_on_and_has_ended)
{
	scoped(office) office = {0};
	struct api_person partner;
	char grant[ID_TEXT + 1];
	static const char *const MOVES[] = {"paused", "active", "ended"};
	begin(&office, &partner, grant);
	for (size_t i = 0; i < 3; i++) {
		char body[64];
		snprintf(body, sizeof body, "{\"state\":\"%s\"}", MOVES[i]);
		cr_assert(as(&office, &office.owner, "PATCH", "/v1/clients/karlsson", body) == 200, "%s",
			ANSWER(&office));
		cr_assert(told(&office, office.vault.contact) == i + 1);
		cr_assert(told(&office, partner.id) == (i < 2 ? i + 1 : 2),
			"who plans the work hears of pauses");
	}
	cr_assert(told(&office, office.owner.id) == 0 && told(&office, office.vault.assistant.id) == 0);
}

/* One more contact of a client. */
static void add_contact(struct office *office, const char *client, const char *name,
	char text[static ID_TEXT + 1], struct id *id)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body,
		"{\"name\":\"%s\",\"kind\":\"client\",\"client\":\"%s\",\"email\":\"%s@mail.example\"}", name,
		client, name);
	cr_assert(as(office, &office->owner, "POST", "/v1/people", body) == 201, "%s", ANSWER(office));
	snprintf(text, ID_TEXT + 1, "%s", api_text(&office->vault.answer, "id"));
	cr_assert(!err_failed(ids_parse(ID_PERSON, span_text(text), id)));
}

Test(change_news, who_speaks_for_a_client_no_more_hears_it_and_so_do_the_others)
{
	scoped(office) office = {0};
	struct api_person partner;
	struct id eva, ove, far;
	char grant[ID_TEXT + 1], text[ID_TEXT + 1], other[ID_TEXT + 1];
	begin(&office, &partner, grant);
	const struct id first = office.vault.contact;
	cr_assert(as(&office, &office.owner, "POST", "/v1/clients", "{\"name\":\"Berg\",\"ref\":\"berg\"}") ==
		201);
	add_contact(&office, "berg", "far", text, &far);
	add_contact(&office, "karlsson", "eva", text, &eva);
	add_contact(&office, "karlsson", "ove", other, &ove);
	cr_assert(told(&office, eva) == 0 && told(&office, first) == 0);
	cr_assert(on(&office, &office.owner, "DELETE", (struct about){"/v1/people/", text, ""}, NULL) / 100 ==
			2,
		"%s", ANSWER(&office));
	cr_assert(told(&office, eva) == 1, "it is she who is gone");
	cr_assert(told(&office, first) == 1 && told(&office, ove) == 1, "who is left");
	cr_assert(told(&office, far) == 0, "another client's");
	cr_assert(told(&office, office.owner.id) == 0 && told(&office, partner.id) == 0);
	const struct about about = {"/v1/people/", other, ""};
	cr_assert(on(&office, &office.owner, "PATCH", about, "{\"state\":\"suspended\"}") == 200);
	cr_assert(on(&office, &office.owner, "DELETE", about, NULL) / 100 == 2, "%s", ANSWER(&office));
	cr_assert(told(&office, ove) == 1 + 1, "whoever was suspended first hears it as well");
	cr_assert(told(&office, first) == 2);
}

/* ---- the sheet ---- */

Test(change_news, nobody_has_two_in_one_sheet_nor_any_who_is_suspended)
{
	scoped(office) office = {0};
	scoped(arena) arena = ARENA(1024 * 1024);
	scoped(reading) reading = {0};
	struct api_person partner;
	char grant[ID_TEXT + 1];
	struct letters letters = {.count = 0};
	begin(&office, &partner, grant);
	const struct server *server = &office.vault.api.server;
	const struct change_news news = {.action = ACTION_KEY_ROTATED, .now = clock_now()};
	cr_assert(on(&office, &office.owner, "PATCH", (struct about){"/v1/people/", office.third.text, ""},
			  "{\"state\":\"suspended\"}") == 200);
	cr_assert(!err_failed(reading_open(&server->volume, &reading)));
	struct view view = view_reading(&reading);
	const struct letters_desk desk = {server, &view, office.vault.api.tenant.id, &arena};
	cr_assert(!err_failed(change_news_add(&desk, &news, partner.id, &letters)) && letters.count == 1);
	cr_assert(!err_failed(change_news_add_owners(&desk, &news, 0, (struct id){{0}}, &letters)));
	cr_assert(letters.count == 2, "the other owner, and the first one not again");
	cr_assert(!err_failed(change_news_add(&desk, &news, office.third.id, &letters)));
	cr_assert(!err_failed(change_news_add(&desk, &news, (struct id){{0}}, &letters)));
	cr_assert(letters.count == 2);
	cr_assert(!err_failed(change_news_add_owners(
		&desk, &news, CAPABILITY_BIT(HANDOVER_APPROVE), (struct id){{0}}, &letters)));
	cr_assert(letters.count == 3, "head office may approve handovers");
}
