/* SPDX-License-Identifier: Apache-2.0 */
/* What is held is not destroyed: who places and lifts a hold, what it stops, and that there is no way around. */
#include "tests/server/erasure_world.h"

static int place(struct office *office, const char *subject)
{
	char body[256];
	snprintf(body, sizeof body, "{\"subject\":%s,\"ground\":\"a claim in court\"}", subject);
	return call(office, "POST", "/v1/holds", &office->dpo, body);
}

static void place_on_anna(struct office *office, char id[static ID_TEXT + 1])
{
	char subject[64];
	snprintf(subject, sizeof subject, "{\"person\":\"%s\"}", office->anna.text);
	cr_assert(place(office, subject) == 201, "%s", office->answer.body);
	take_id(office, id);
}

static int lift(struct office *office, const char *id, const struct api_person *who)
{
	char path[PATH];
	snprintf(path, sizeof path, "/v1/holds/%s", id);
	return call(office, "DELETE", path, who, NULL);
}

Test(holds, a_held_person_is_not_even_asked_for_and_that_is_on_record)
{
	scoped(office) office = {0};
	char hold[ID_TEXT + 1];
	office_open(&office);
	place_on_anna(&office, hold);
	ask(&office, &office.dpo, &office.anna);
	cr_assert(api_is_code(&office.answer, 409, "held"));
	cr_assert(api_count_events(&office.api, office.api.tenant.id, ACTION_ERASURE_REFUSED) == 1);
	cr_assert(api_count_events(&office.api, office.api.tenant.id, ACTION_ERASURE_REQUESTED) == 0);
}

Test(holds, a_hold_placed_meanwhile_refuses_it_when_it_is_due)
{
	scoped(office) office = {0};
	char id[ID_TEXT + 1];
	office_open(&office);
	approved(&office, id);
	fake_clock_pass(HOUR_MS);
	cr_assert(place(&office, "{\"tenant\":true}") == 201, "%s", office.answer.body);
	fake_clock_pass(72 * HOUR_MS);
	cr_assert(step(&office, id).code == CODE_HELD);
	size_t before = api_count_notices(&office.api, office.anna.id, NOTICE_CHANGE);
	cr_assert(turn(&office) == 1 && is_state(&office, id, "refused"));
	cr_assert(before == 0 && api_count_notices(&office.api, office.anna.id, NOTICE_CHANGE) == 1,
		"whom it is about was told that it would be");
	cr_assert(json_is_true(api_member(&office.answer, "held")) && opens(&office, office.anna.id));
	cr_assert(turn(&office) == 0);
}

static size_t told(struct office *office, const struct api_person *who)
{
	return api_count_notices(&office->api, who->id, NOTICE_CHANGE);
}

Test(holds, whoever_decides_of_erasures_hears_of_each_step_and_whom_it_is_about_does_not)
{
	scoped(office) office = {0};
	char hold[ID_TEXT + 1];
	office_open(&office);
	place_on_anna(&office, hold);
	cr_assert(told(&office, &office.deputy) == 1 && told(&office, &office.owner) == 1);
	cr_assert(told(&office, &office.dpo) == 0, "who placed it knows");
	cr_assert(lift(&office, hold, &office.dpo) == 202, "%s", office.answer.body);
	cr_assert(told(&office, &office.deputy) == 2);
	cr_assert(lift(&office, hold, &office.deputy) == 200, "%s", office.answer.body);
	cr_assert(told(&office, &office.dpo) == 1 && told(&office, &office.owner) == 3);
	cr_assert(told(&office, &office.anna) == 0);
}

Test(holds, a_hold_is_lifted_by_two_people_and_holds_until_then)
{
	scoped(office) office = {0};
	char hold[ID_TEXT + 1];
	office_open(&office);
	place_on_anna(&office, hold);
	cr_assert(lift(&office, hold, &office.anna) == 403, "without the right");
	cr_assert(lift(&office, hold, &office.owner) == 202 && api_has(&office.answer, "state", "lifting"));
	ask(&office, &office.dpo, &office.anna);
	cr_assert(api_is_code(&office.answer, 409, "held"), "one of two is not enough");
	cr_assert(lift(&office, hold, &office.owner) == 403, "nobody is two people");
	cr_assert(lift(&office, hold, &office.partner) == 200 && api_has(&office.answer, "state", "lifted"));
	cr_assert(lift(&office, hold, &office.partner) == 409);
	cr_assert(ask(&office, &office.dpo, &office.anna) == 202);
	cr_assert(api_count_events(&office.api, office.api.tenant.id, ACTION_HOLD_RELEASED) == 1);
}

Test(holds, a_clients_contact_may_ask_for_herself_and_rules_over_nothing_else)
{
	scoped(office) office = {0};
	struct api_person mia;
	char id[ID_TEXT + 1], path[PATH];
	office_open(&office);
	api_world_person(&office.api, &office.api.tenant, "client", NULL, &mia);
	cr_assert(ask(&office, &mia, &mia) == 202, "%s", office.answer.body);
	take_id(&office, id);
	cr_assert(on_erasure(&office, "GET", id, &mia) == 200);
	cr_assert(ask(&office, &mia, &office.anna) == 404, "nobody else");
	request(&office, id);
	cr_assert(on_erasure(&office, "GET", id, &mia) == 404, "not what others ask for");
	const char *hold = "{\"subject\":{\"tenant\":true},\"ground\":\"x\"}";
	cr_assert(call(&office, "POST", "/v1/holds", &mia, hold) == 403);
	cr_assert(call(&office, "GET", "/v1/holds", &mia, NULL) == 403);
	const char *six = "{\"class\":\"security\",\"months\":6}";
	cr_assert(call(&office, "PUT", "/v1/retention", &mia, six) == 403);
	snprintf(path, sizeof path, "/v1/erasures/%s/decision", id);
	cr_assert(call(&office, "POST", path, &mia, "{\"approve\":true}") == 403);
}

Test(holds, the_last_owner_is_not_erased_though_another_was_there_when_it_was_asked)
{
	scoped(office) office = {0};
	char id[ID_TEXT + 1], path[PATH];
	office_open(&office);
	cr_assert(ask(&office, &office.dpo, &office.owner) == 202);
	take_id(&office, id);
	cr_assert(decide(&office, id, &office.deputy, true) == 200);
	snprintf(path, sizeof path, "/v1/people/%s", office.partner.text);
	cr_assert(call(&office, "PATCH", path, &office.owner, "{\"state\":\"suspended\"}") == 200);
	fake_clock_pass(73 * HOUR_MS);
	cr_assert(step(&office, id).code == CODE_LAST_OWNER);
	turn(&office);
	cr_assert(opens(&office, office.owner.id));
	cr_assert(call(&office, "PATCH", path, &office.owner, "{\"state\":\"active\"}") == 200);
	fake_clock_pass(2 * HOUR_MS);
	cr_assert(turn(&office) >= 1 && !opens(&office, office.owner.id));
}

Test(holds, a_hold_with_an_end_holds_until_then)
{
	scoped(office) office = {0};
	char body[256];
	office_open(&office);
	snprintf(body, sizeof body,
		"{\"subject\":{\"person\":\"%s\"},\"ground\":\"x\",\"until\":\"2026-11-22T12:00:00Z\"}",
		office.anna.text);
	cr_assert(call(&office, "POST", "/v1/holds", &office.dpo, body) == 201, "%s", office.answer.body);
	ask(&office, &office.dpo, &office.anna);
	cr_assert(api_is_code(&office.answer, 409, "held"));
	fake_clock_pass(25 * HOUR_MS);
	cr_assert(ask(&office, &office.dpo, &office.anna) == 202);
	cr_assert(call(&office, "GET", "/v1/holds", &office.dpo, NULL) == 200);
	cr_assert(api_has(&office.answer, "items/0/state", "ended"));
}

Test(holds, a_hold_names_one_subject_that_is_there_and_not_erased)
{
	scoped(office) office = {0};
	char subject[64];
	office_open(&office);
	cr_assert(place(&office, "{}") == 422 && place(&office, "{\"tenant\":true,\"client\":\"x\"}") == 422);
	place(&office, "{\"person\":\"nobody\"}");
	cr_assert(api_is_code(&office.answer, 422, "unknown_person"));
	place(&office, "{\"client\":\"nobody\"}");
	cr_assert(api_is_code(&office.answer, 422, "unknown_client"));
	erase_anna(&office);
	snprintf(subject, sizeof subject, "{\"person\":\"%s\"}", office.anna.text);
	cr_assert(place(&office, subject) == 409);
}

/* ---- no way around ---- */

Test(holds, a_clearance_opens_nothing_but_what_it_was_made_for)
{
	scoped(office) office = {0};
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	const struct hold_clearance *clearance;
	office_open(&office);
	const struct subject anna = {SUBJECT_PERSON, office.anna.id};
	const struct hold_ask erase = {office.api.tenant.id, HOLD_ERASE, &anna, 1, clock_now()};
	const struct hold_ask prune = {.tenant = office.api.tenant.id, .act = HOLD_PRUNE, .now = clock_now()};
	must(reading_open(&office.api.server.volume, &reading));
	struct view view = view_reading(&reading);
	must(hold_clear(&view, &prune, &arena, &clearance));
	cr_assert(keeper_destroy(office.api.server.keeper, clearance).kind == ERR_DENIED);
	must(hold_clear(&view, &erase, &arena, &clearance));
	cr_assert(!hold_lets_prune(clearance, office.api.tenant.id, &(struct leaf){.count = 0}));
	must(keeper_destroy(office.api.server.keeper, clearance));
	cr_assert(!opens(&office, office.anna.id) && opens(&office, office.owner.id));
}
