/* SPDX-License-Identifier: Apache-2.0 */
/* Erasing a person or client: who asks, who agrees, who takes it back, when it happens, and what is left. */
#include "tests/server/erasure_world.h"

/* ---- asking ---- */

Test(erasures, a_request_waits_72_hours_and_says_when_backups_are_dark)
{
	scoped(office) office = {0};
	char id[ID_TEXT + 1];
	office_open(&office);
	request(&office, id);
	cr_assert(api_has(&office.answer, "state", "waiting"));
	cr_assert(api_has(&office.answer, "requested", "2026-11-21T12:00:00.000Z"));
	cr_assert(api_has(&office.answer, "due", "2026-11-24T12:00:00.000Z"));
	cr_assert(api_has(&office.answer, "dark_after", "2026-12-24T12:00:00.000Z"), "30 days later");
	cr_assert(api_has(&office.answer, "person", office.anna.text));
	cr_assert(api_count_events(&office.api, office.api.tenant.id, ACTION_ERASURE_REQUESTED) == 1);
}

Test(erasures, owners_and_the_person_and_whoever_decides_are_told_of_the_request)
{
	scoped(office) office = {0};
	char id[ID_TEXT + 1];
	office_open(&office);
	request(&office, id);
	cr_assert(api_count_notices(&office.api, office.anna.id, NOTICE_ERASURE_REQUESTED) == 1);
	cr_assert(api_count_notices(&office.api, office.owner.id, NOTICE_ERASURE_REQUESTED) == 1);
	cr_assert(api_count_notices(&office.api, office.partner.id, NOTICE_ERASURE_REQUESTED) == 1);
	cr_assert(api_count_notices(&office.api, office.deputy.id, NOTICE_ERASURE_REQUESTED) == 1);
	cr_assert(api_count_notices(&office.api, (struct id){{0}}, NOTICE_ERASURE_REQUESTED) == 5);
}

static size_t told_of_end(struct office *office, const struct api_person *who)
{
	return api_count_notices(&office->api, who->id, NOTICE_CHANGE);
}

Test(erasures, all_who_heard_of_the_request_hear_that_nothing_comes_of_it)
{
	scoped(office) office = {0};
	char id[ID_TEXT + 1];
	office_open(&office);
	request(&office, id);
	cr_assert(decide(&office, id, &office.owner, false) == 200);
	cr_assert(told_of_end(&office, &office.anna) == 1 && told_of_end(&office, &office.dpo) == 1);
	cr_assert(told_of_end(&office, &office.partner) == 1 && told_of_end(&office, &office.deputy) == 1);
	cr_assert(told_of_end(&office, &office.owner) == 0, "who refused it knows");
	request(&office, id);
	cr_assert(on_erasure(&office, "DELETE", id, &office.dpo) == 200);
	cr_assert(told_of_end(&office, &office.anna) == 2 && told_of_end(&office, &office.owner) == 1);
	cr_assert(told_of_end(&office, &office.dpo) == 1, "nor who took it back");
}

Test(erasures, are_asked_for_by_a_proven_person_with_the_right_alone)
{
	scoped(office) office = {0};
	char path[PATH];
	office_open(&office);
	snprintf(path, sizeof path, "/v1/people/%s/erasure", office.anna.text);
	const char *body = "{\"ground\":\"art17_1_b\"}";
	api_call(&office.api, "POST", path, office.api.tenant.token, body, &office.answer);
	cr_assert(api_is_code(&office.answer, 403, "person_unproven"), "an application is no person");
	const struct api_request asserted = {.method = "POST",
		.path = path,
		.token = office.api.tenant.token,
		.actor = office.dpo.text,
		.body = body};
	api_ask(&office.api, &asserted, &office.answer);
	cr_assert(api_is_code(&office.answer, 403, "person_unproven"), "nor is one that it names");
	ask(&office, &office.anna, &office.anna);
	cr_assert(api_is_code(&office.answer, 403, "not_allowed"), "nor somebody without privacy.request");
	cr_assert(call(&office, "POST", path, &office.dpo, "{}") == 422);
	cr_assert(api_count_events(&office.api, office.api.tenant.id, ACTION_ERASURE_REQUESTED) == 0);
}

Test(erasures, are_asked_for_once_and_not_of_the_last_owner_nor_of_strangers)
{
	scoped(office) office = {0};
	struct api_tenant other;
	struct api_person stranger;
	char id[ID_TEXT + 1];
	office_open(&office);
	request(&office, id);
	cr_assert(ask(&office, &office.owner, &office.anna) == 409);
	api_world_tenant(&office.api, &other);
	api_world_person(&office.api, &other, "owner", NULL, &stranger);
	cr_assert(ask(&office, &office.dpo, &stranger) == 404);
	ask(&office, &stranger, &stranger);
	cr_assert(api_is_code(&office.answer, 409, "last_owner"));
	cr_assert(on_erasure(&office, "GET", id, &stranger) == 404, "another tenant's");
	cr_assert(on_erasure(&office, "GET", id, &office.anna) == 404, "not for staff");
}

/* ---- deciding ---- */

Test(erasures, nobody_approves_what_he_asked_for_and_nobody_his_own)
{
	scoped(office) office = {0};
	char id[ID_TEXT + 1];
	office_open(&office);
	request(&office, id);
	decide(&office, id, &office.dpo, true);
	cr_assert(api_is_code(&office.answer, 403, "not_allowed"), "the same person");
	decide(&office, id, &office.anna, true);
	cr_assert(api_is_code(&office.answer, 403, "not_allowed"), "without privacy.approve");
	cr_assert(is_state(&office, id, "waiting"));
	cr_assert(decide(&office, id, &office.deputy, true) == 200);
	cr_assert(is_state(&office, id, "approved"));
	cr_assert(decide(&office, id, &office.owner, true) == 409, "once");
	cr_assert(ask(&office, &office.dpo, &office.deputy) == 202);
	take_id(&office, id);
	decide(&office, id, &office.deputy, true);
	cr_assert(api_is_code(&office.answer, 403, "not_allowed"), "whom it is about");
}

Test(erasures, without_a_second_person_nothing_ever_happens)
{
	scoped(office) office = {0};
	char id[ID_TEXT + 1];
	office_open(&office);
	request(&office, id);
	fake_clock_pass(200 * HOUR_MS);
	cr_assert(turn(&office) == 0 && is_state(&office, id, "waiting") && opens(&office, office.anna.id));
	cr_assert(decide(&office, id, &office.owner, false) == 200);
	cr_assert(is_state(&office, id, "refused"));
	cr_assert(turn(&office) == 0 && opens(&office, office.anna.id));
	cr_assert(api_count_events(&office.api, office.api.tenant.id, ACTION_ERASURE_REFUSED) == 1);
}

Test(erasures, nothing_happens_71_hours_and_59_minutes_after_the_request)
{
	scoped(office) office = {0};
	char id[ID_TEXT + 1];
	office_open(&office);
	approved(&office, id);
	fake_clock_pass(72 * HOUR_MS - MINUTE_MS);
	cr_assert(turn(&office) == 0 && is_state(&office, id, "approved") && opens(&office, office.anna.id));
	cr_assert(step(&office, id).kind == ERR_CONFLICT, "not even when it is asked of the step itself");
	fake_clock_pass(MINUTE_MS);
	cr_assert(turn(&office) == 1 && is_state(&office, id, "erased") && !opens(&office, office.anna.id));
}

Test(erasures, any_owner_or_who_asked_cancels_until_it_is_due)
{
	scoped(office) office = {0};
	char id[ID_TEXT + 1];
	office_open(&office);
	approved(&office, id);
	on_erasure(&office, "DELETE", id, &office.deputy);
	cr_assert(api_is_code(&office.answer, 403, "not_allowed"), "not just anybody");
	fake_clock_pass(72 * HOUR_MS - MINUTE_MS);
	cr_assert(on_erasure(&office, "DELETE", id, &office.partner) == 200, "an owner");
	cr_assert(is_state(&office, id, "cancelled"));
	fake_clock_pass(HOUR_MS);
	cr_assert(turn(&office) == 0 && opens(&office, office.anna.id));
	cr_assert(on_erasure(&office, "DELETE", id, &office.partner) == 409, "once");
	request(&office, id);
	cr_assert(on_erasure(&office, "DELETE", id, &office.dpo) == 200, "who asked");
	approved(&office, id);
	fake_clock_pass(72 * HOUR_MS);
	cr_assert(on_erasure(&office, "DELETE", id, &office.partner) == 409, "it is due");
	cr_assert(turn(&office) == 1 && !opens(&office, office.anna.id));
}

/* ---- the sixth of a day ---- */

static void request_of(struct office *office, struct api_person *who, char id[static ID_TEXT + 1])
{
	api_world_person(&office->api, &office->api.tenant, "assistant", NULL, who);
	cr_assert(ask(office, &office->dpo, who) == 202, "%s", office->answer.body);
	take_id(office, id);
}

Test(erasures, the_sixth_of_a_day_needs_a_third_person)
{
	scoped(office) office = {0};
	struct api_person people[ERASURE_A_DAY + 1];
	char ids[ERASURE_A_DAY + 1][ID_TEXT + 1];
	office_open(&office);
	for (size_t i = 0; i <= ERASURE_A_DAY; i++) {
		request_of(&office, &people[i], ids[i]);
		cr_assert(decide(&office, ids[i], &office.owner, true) == 200);
	}
	const char *sixth = ids[ERASURE_A_DAY];
	cr_assert(is_state(&office, ids[4], "approved") && is_state(&office, sixth, "waiting"));
	decide(&office, sixth, &office.owner, true);
	cr_assert(api_is_code(&office.answer, 403, "not_allowed"), "nobody is two people");
	fake_clock_pass(72 * HOUR_MS);
	cr_assert(turn(&office) == ERASURE_A_DAY && opens(&office, people[ERASURE_A_DAY].id));
	cr_assert(decide(&office, sixth, &office.partner, true) == 200 && turn(&office) == 1);
	cr_assert(!opens(&office, people[ERASURE_A_DAY].id));
}

Test(erasures, those_saved_up_over_days_are_not_carried_out_in_one)
{
	scoped(office) office = {0};
	struct api_person people[2 * ERASURE_A_DAY];
	char ids[2 * ERASURE_A_DAY][ID_TEXT + 1];
	office_open(&office);
	for (size_t i = 0; i < 2 * ERASURE_A_DAY; i++) {
		if (i == ERASURE_A_DAY)
			fake_clock_pass(25 * HOUR_MS);
		request_of(&office, &people[i], ids[i]);
	}
	fake_clock_pass(72 * HOUR_MS);
	for (size_t i = 0; i < 2 * ERASURE_A_DAY; i++)
		cr_assert(decide(&office, ids[i], &office.owner, true) == 200);
	turn(&office);
	for (size_t i = 0; i < 2 * ERASURE_A_DAY; i++)
		cr_assert(opens(&office, people[i].id) == (i >= ERASURE_A_DAY), "%zu", i);
	fake_clock_pass(25 * HOUR_MS);
	turn(&office);
	for (size_t i = 0; i < 2 * ERASURE_A_DAY; i++)
		cr_assert(!opens(&office, people[i].id), "%zu", i);
}

/* ---- what is left ---- */

Test(erasures, the_person_is_an_id_without_name_and_the_store_is_sound)
{
	scoped(office) office = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct event_read event;
	char path[PATH];
	office_open(&office);
	snprintf(path, sizeof path, "/v1/people/%s", office.anna.text);
	cr_assert(call(&office, "PATCH", path, &office.owner, "{\"ref\":\"anna-1\"}") == 200);
	erase_anna(&office);
	cr_assert(call(&office, "GET", path, &office.owner, NULL) == 200 &&
		api_has(&office.answer, "state", "erased"));
	cr_assert(json_is_null(api_member(&office.answer, "name")) &&
		json_is_null(api_member(&office.answer, "email")));
	cr_assert(call(&office, "GET", "/v1/people/anna-1", &office.owner, NULL) == 404, "nor a ref");
	cr_assert(call(&office, "GET", "/v1/people", &office.anna, NULL) == 401, "her token is nobody's");
	api_find_event(&office.api, office.api.tenant.id, ACTION_ERASURE_EXECUTED, &arena, &event);
	cr_assert(event.leaf.actor == LEAF_SYSTEM && event.erased == 0);
	cr_assert(ids_equal(event.leaf.ids[LEAF_ID_OBJECT], office.anna.id));
	struct span detail = event.texts[LEAF_TEXT_DETAIL];
	cr_assert(
		memmem(detail.at, detail.len, "art17_1_b", 9) && memmem(detail.at, detail.len, "exports", 7));
	cr_assert(api_count_notices(&office.api, office.owner.id, NOTICE_ERASURE_EXECUTED) == 1);
	cr_assert(is_sound(&office));
}

Test(erasures, what_she_did_is_read_as_erased_and_is_not_found_by_her_words)
{
	scoped(office) office = {0};
	char path[PATH];
	office_open(&office);
	cr_assert(call(&office, "GET", "/v1/events", &office.anna, NULL) == 200);
	erase_anna(&office);
	snprintf(path, sizeof path, "/v1/events?actor=%s&action=log.viewed", office.anna.text);
	cr_assert(call(&office, "GET", path, &office.owner, NULL) == 200, "%s", office.answer.body);
	cr_assert(api_has(&office.answer, "items/0/erased/0", "actor"));
	cr_assert(api_has(&office.answer, "items/0/actor/person", office.anna.text));
	cr_assert(!api_member(&office.answer, "items/0/actor/name"));
}

Test(erasures, the_dark_after_of_an_executed_one_counts_from_the_execution)
{
	scoped(office) office = {0};
	char id[ID_TEXT + 1];
	office_open(&office);
	approved(&office, id);
	fake_clock_pass(96 * HOUR_MS);
	turn(&office);
	cr_assert(is_state(&office, id, "erased"));
	cr_assert(api_has(&office.answer, "erased", "2026-11-25T12:00:00.000Z"));
	cr_assert(api_has(&office.answer, "dark_after", "2026-12-25T12:00:00.000Z"));
}

Test(erasures, a_clients_erasure_takes_its_contacts_with_it_and_nobody_else)
{
	scoped(office) office = {0};
	char path[PATH], client[ID_TEXT + 1], contact[ID_TEXT + 1], id[ID_TEXT + 1];
	struct id contact_id;
	office_open(&office);
	cr_assert(
		call(&office, "POST", "/v1/clients", &office.owner,
			"{\"name\":\"Vogel\",\"ref\":\"c-1\",\"contacts\":[{\"name\":\"Mia\",\"email\":\"mia@"
			"example.org\"}]}") == 201,
		"%s", office.answer.body);
	take_id(&office, client);
	snprintf(contact, sizeof contact, "%s", api_text(&office.answer, "contacts/0/id"));
	must(ids_parse(ID_PERSON, span_text(contact), &contact_id));
	snprintf(path, sizeof path, "/v1/clients/%s/erasure", client);
	cr_assert(call(&office, "POST", path, &office.dpo, "{\"ground\":\"contract ended\"}") == 202);
	take_id(&office, id);
	cr_assert(decide(&office, id, &office.owner, true) == 200);
	fake_clock_pass(72 * HOUR_MS);
	cr_assert(turn(&office) == 1 && is_state(&office, id, "erased"));
	cr_assert(json_integer_value(api_member(&office.answer, "keys_destroyed")) == 2);
	cr_assert(!opens(&office, contact_id) && opens(&office, office.anna.id));
	snprintf(path, sizeof path, "/v1/clients/%s", client);
	cr_assert(call(&office, "GET", path, &office.owner, NULL) == 200);
	cr_assert(api_has(&office.answer, "state", "erased") &&
		json_is_null(api_member(&office.answer, "name")));
	cr_assert(call(&office, "GET", "/v1/clients/c-1", &office.owner, NULL) == 404);
	cr_assert(is_sound(&office));
}

Test(erasures, the_tenants_index_is_marked_to_be_made_anew_within_seven_days)
{
	scoped(office) office = {0};
	scoped(reading) reading = {0};
	struct id tenant;
	struct instant by;
	struct err err;
	office_open(&office);
	erase_anna(&office);
	must(reading_open(&office.api.server.volume, &reading));
	struct view view = view_reading(&reading);
	cr_assert(erasure_next_reindex(&view, (struct id){0}, &tenant, &by, &err));
	cr_assert(ids_equal(tenant, office.api.tenant.id) && by.ms == clock_now().ms + 7 * 24 * HOUR_MS);
	cr_assert(!erasure_next_reindex(&view, tenant, &tenant, &by, &err) && !err_failed(err));
}

/* ---- a crash between any two steps ---- */

Test(erasures, a_crash_after_the_first_act_is_finished_at_start)
{
	scoped(office) office = {0};
	char id[ID_TEXT + 1], path[PATH];
	office_open(&office);
	approved(&office, id);
	fake_clock_pass(72 * HOUR_MS);
	must(step(&office, id));
	cr_assert(
		is_state(&office, id, "erasing") && opens(&office, office.anna.id), "its key is still there");
	snprintf(path, sizeof path, "/v1/people/%s", office.anna.text);
	cr_assert(call(&office, "GET", path, &office.owner, NULL) == 200 &&
			json_is_null(api_member(&office.answer, "name")),
		"and is used for nothing");
	cr_assert(on_erasure(&office, "DELETE", id, &office.partner) == 409);
	must(erasing_resume(&office.api.server, clock_now()));
	cr_assert(is_state(&office, id, "erased") && !opens(&office, office.anna.id) && is_sound(&office));
}

Test(erasures, a_crash_after_the_keys_went_is_finished_at_start)
{
	scoped(office) office = {0};
	char id[ID_TEXT + 1];
	office_open(&office);
	approved(&office, id);
	fake_clock_pass(72 * HOUR_MS);
	must(step(&office, id));
	const struct subject anna = {SUBJECT_PERSON, office.anna.id};
	must(keeper_drop_subject(office.api.server.keeper, office.api.tenant.id, &anna));
	must(erasing_resume(&office.api.server, clock_now()));
	cr_assert(is_state(&office, id, "erased") && is_sound(&office));
	cr_assert(turn(&office) == 0);
}

Test(erasures, an_old_keyring_that_is_put_back_revives_nobody)
{
	scoped(office) office = {0};
	office_open(&office);
	erase_anna(&office);
	const struct subject anna = {SUBJECT_PERSON, office.anna.id};
	must(keeper_make_subject(office.api.server.keeper, office.api.tenant.id, &anna));
	cr_assert(opens(&office, office.anna.id), "a key of hers lies there again");
	must(erasing_resume(&office.api.server, clock_now()));
	cr_assert(!opens(&office, office.anna.id) && opens(&office, office.owner.id));
}
