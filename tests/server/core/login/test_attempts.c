/* SPDX-License-Identifier: Apache-2.0 */
/* test_attempts - who opens many verifications at once has no more guesses than who opens few. */
#include "server/core/login/attempts.h"

#include "store/nouns/budget.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MINUTE_MS = 60000, BODY_MAX = 512, ROUNDS = 6 };

/* A first call with a code, from a device of the application's own name. */
static void guess(struct login_scene *scene, const char *person, const char *device, const char *code)
{
	char body[BODY_MAX];
	snprintf(body, sizeof body,
		"{\"person\":\"%s\",\"device\":{\"id\":\"%s\",\"ip\":\"203.0.113.9\",\"user_agent\":\"x\"},"
		"\"purpose\":\"login\",\"code\":\"%s\"}",
		person, device, code);
	int status = api_call(
		&scene->world, "POST", "/v1/verifications", scene->world.tenant.token, body, &scene->answer);
	cr_assert(status == 200, "%d: %s", status, scene->answer.body);
}

static void guess_wrong(struct login_scene *scene, const char *device, unsigned times)
{
	char wrong[TOTP_DIGITS_MAX + 1];
	login_app_wrong(&scene->app, wrong);
	for (unsigned i = 0; i < times; i++) {
		guess(scene, scene->person.text, device, wrong);
		cr_assert(
			login_is(&scene->answer, "challenge", "wrong_code"), "%u: %s", i, scene->answer.body);
	}
}

static void guess_right(struct login_scene *scene, const char *device)
{
	char right[TOTP_DIGITS_MAX + 1];
	login_app_code(&scene->app, 0, right);
	guess(scene, scene->person.text, device, right);
}

static size_t count(struct login_scene *scene, enum action action)
{
	return api_count_events(&scene->world, scene->world.tenant.id, action);
}

Test(attempts, rule_e_a_verification_for_each_guess_gives_five_guesses_and_then_one_a_minute)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	guess_wrong(&scene, "thief", BUDGET_FREE);
	cr_assert(count(&scene, ACTION_CHALLENGE_LOCKED) == 1, "it is on record at once");
	guess_right(&scene, "thief");
	cr_assert(login_is(&scene.answer, "deny", "locked"), "%s", scene.answer.body);
	fake_clock_pass(MINUTE_MS);
	guess_wrong(&scene, "another", 1);
	fake_clock_pass(MINUTE_MS);
	guess_right(&scene, "third");
	cr_assert(login_is(&scene.answer, "deny", "locked"), "the second wait is two minutes");
	cr_assert(count(&scene, ACTION_LOGIN_SUCCEEDED) == 0);
}

Test(attempts, after_the_wait_the_right_code_opens_and_clears)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	guess_wrong(&scene, "phone", BUDGET_FREE);
	fake_clock_pass(MINUTE_MS);
	guess_right(&scene, "phone");
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	guess_wrong(&scene, "stranger", BUDGET_FREE);
}

Test(attempts, rule_e_six_verifications_side_by_side_share_one_budget)
{
	scoped(login_scene) scene = {0};
	char ids[ROUNDS][ID_TEXT + 1], wrong[TOTP_DIGITS_MAX + 1], body[BODY_MAX];
	unsigned compared = 0;
	login_scene_open(&scene);
	login_app_wrong(&scene.app, wrong);
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", wrong);
	for (unsigned i = 0; i < ROUNDS; i++) {
		login_scene_ask(&scene, NULL);
		login_scene_keep_id(&scene, ids[i]);
	}
	for (unsigned i = 0; i < ROUNDS * (VERIFICATION_TRIES - 1u); i++) {
		cr_assert(login_try(&scene.world, scene.world.tenant.token, ids[i % ROUNDS], body,
				  &scene.answer) == 200);
		compared += login_is(&scene.answer, "challenge", "wrong_code");
	}
	cr_assert(compared == BUDGET_FREE, "%u", compared);
}

/* Somebody and nobody alike: by name or address. */
static void expect_last_try_told(struct login_scene *scene, const char *person)
{
	char wrong[TOTP_DIGITS_MAX + 1];
	login_app_wrong(&scene->app, wrong);
	for (unsigned i = 1; i <= BUDGET_FREE; i++) {
		guess(scene, person, "thief", wrong);
		cr_assert(login_is(&scene->answer, "challenge", "wrong_code"), "%s", scene->answer.body);
		const json_t *wait = api_member(&scene->answer, "retry_in");
		cr_assert(i < BUDGET_FREE ? !wait : json_integer_value(wait) == 60, "%u: %s", i,
			scene->answer.body);
	}
}

Test(attempts, the_wrong_code_that_closes_the_lane_says_for_how_long)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	expect_last_try_told(&scene, scene.person.text);
	expect_last_try_told(&scene, "nobody@example.org");
}

Test(attempts, rule_e_a_stranger_who_guesses_does_not_lock_out_the_persons_own_device)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	guess_right(&scene, "own-laptop");
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	guess_wrong(&scene, "thief", BUDGET_FREE);
	fake_clock_pass(MINUTE_MS / 2);
	guess_right(&scene, "thief");
	cr_assert(login_is(&scene.answer, "deny", "locked"));
	guess_right(&scene, "own-laptop");
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	guess_right(&scene, "new-phone");
	cr_assert(login_is(&scene.answer, "deny", "locked"), "the strangers' lane stays closed");
}

Test(attempts, a_known_device_has_a_budget_as_well)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	guess_right(&scene, "own-laptop");
	guess_wrong(&scene, "own-laptop", BUDGET_FREE);
	fake_clock_pass(MINUTE_MS / 2);
	guess_right(&scene, "own-laptop");
	cr_assert(login_is(&scene.answer, "deny", "locked"), "%s", scene.answer.body);
}

Test(attempts, replayed_and_malformed_codes_are_no_guesses)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	guess_right(&scene, "phone");
	for (unsigned i = 0; i < 2 * BUDGET_FREE; i++) {
		guess_right(&scene, "stranger");
		cr_assert(login_is(&scene.answer, "deny", "replayed"), "%u: %s", i, scene.answer.body);
	}
	guess_wrong(&scene, "stranger", BUDGET_FREE);
}

Test(attempts, nobody_is_locked_like_somebody)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	for (unsigned i = 0; i < BUDGET_FREE; i++) {
		guess(&scene, "nobody@example.org", "thief", "123456");
		cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "%s", scene.answer.body);
	}
	guess(&scene, "nobody@example.org", "thief", "123456");
	cr_assert(login_is(&scene.answer, "deny", "locked"), "%s", scene.answer.body);
	fake_clock_pass(MINUTE_MS);
	guess(&scene, "nobody@example.org", "thief", "123456");
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "%s", scene.answer.body);
}

/* ---- the lock at the start, and at the end ---- */

Test(attempts, rule_e_the_lock_is_checked_at_the_start_and_at_redemption)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1], body[BODY_MAX];
	login_scene_open(&scene);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	guess_wrong(&scene, "thief", BUDGET_FREE);
	login_app_code(&scene.app, 0, code);
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	cr_assert(login_try(&scene.world, scene.world.tenant.token, id, body, &scene.answer) == 200);
	cr_assert(
		login_is(&scene.answer, "deny", "locked"), "one that was open before: %s", scene.answer.body);
	fake_clock_pass(MINUTE_MS / 2);
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "deny", "locked"), "a new one: %s", scene.answer.body);
	cr_assert(json_integer_value(api_member(&scene.answer, "retry_in")) == 30, "%s", scene.answer.body);
	login_scene_keep_id(&scene, id);
	fake_clock_pass(MINUTE_MS / 2);
	cr_assert(login_try(&scene.world, scene.world.tenant.token, id, body, &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "deny", "locked"), "it stays closed: %s", scene.answer.body);
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "challenge", NULL), "%s", scene.answer.body);
}

Test(attempts, rule_e_nothing_is_mailed_while_the_lane_is_closed)
{
	scoped(login_scene) scene = {0};
	char factor[ID_TEXT + 1], id[ID_TEXT + 1];
	login_scene_begin(&scene);
	login_add_address(&scene.world, scene.person.text, "vera@example.org", factor);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	for (unsigned i = 0; i < BUDGET_FREE; i++)
		guess(&scene, scene.person.text, "thief", "1234567");
	size_t before = api_count_notices(&scene.world, scene.person.id, NOTICE_LOGIN_CODE);
	login_scene_ask(&scene, ",\"method\":\"email\"");
	cr_assert(login_is(&scene.answer, "deny", "locked"), "%s", scene.answer.body);
	cr_assert(login_try(&scene.world, scene.world.tenant.token, id, "{\"method\":\"email\"}",
			  &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "deny", "locked"), "%s", scene.answer.body);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_LOGIN_CODE) == before);
}

Test(attempts, rule_e_a_hundred_wrong_codes_in_a_row_end_it_for_strangers_and_not_for_the_own_device)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	guess_right(&scene, "own-laptop");
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	login_wear_down(&scene.world, scene.world.tenant.id, scene.person.id);
	guess_wrong(&scene, "thief", 1);
	cr_assert(count(&scene, ACTION_CHALLENGE_LOCKED) == 1);
	fake_clock_pass(2 * BUDGET_WAIT_MAX_MS);
	guess_right(&scene, "thief");
	cr_assert(login_is(&scene.answer, "deny", "locked"), "however long one waits: %s", scene.answer.body);
	cr_assert(!api_member(&scene.answer, "retry_in"), "waiting does not help");
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "deny", "locked"), "at the start as well: %s", scene.answer.body);
	guess_right(&scene, "own-laptop");
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
}

Test(attempts, rule_n_nobody_is_locked_at_the_start_like_somebody)
{
	scoped(login_scene) scene = {0};
	const char *token;
	login_scene_open(&scene);
	token = scene.world.tenant.token;
	for (unsigned i = 0; i < BUDGET_FREE; i++)
		guess(&scene, "nobody@example.org", "thief", "123456");
	cr_assert(login_open(&scene.world, token, "nobody@example.org", NULL, &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "deny", "locked"), "%s", scene.answer.body);
	cr_assert(json_integer_value(api_member(&scene.answer, "retry_in")) == 60, "%s", scene.answer.body);
	fake_clock_pass(MINUTE_MS);
	cr_assert(login_open(&scene.world, token, "nobody@example.org", NULL, &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "challenge", NULL), "%s", scene.answer.body);
}

Test(attempts, rule_s_a_storm_of_guesses_is_one_event_a_minute_and_a_count)
{
	enum { GUESSES = 40 };
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	guess_wrong(&scene, "thief", BUDGET_FREE);
	size_t before = count(&scene, ACTION_CHALLENGE_FAILED);
	for (unsigned i = 0; i < GUESSES; i++) {
		guess_right(&scene, "thief");
		cr_assert(login_is(&scene.answer, "deny", "locked"), "%u: %s", i, scene.answer.body);
	}
	cr_assert(count(&scene, ACTION_CHALLENGE_FAILED) == before + 1, "%zu",
		count(&scene, ACTION_CHALLENGE_FAILED));
}

/* ---- mails ---- */

static void ask_mail(struct login_scene *scene, const char *person, bool goes_out)
{
	cr_assert(login_open(&scene->world, scene->world.tenant.token, person, ",\"method\":\"email\"",
			  &scene->answer) == 200);
	cr_assert(login_is(&scene->answer, "challenge", NULL), "%s", scene->answer.body);
	cr_assert(!!api_member(&scene->answer, "started") == goes_out, "%s", scene->answer.body);
}

Test(attempts, however_many_are_opened_five_codes_are_mailed_in_an_hour)
{
	scoped(login_scene) scene = {0};
	char factor[ID_TEXT + 1];
	login_scene_begin(&scene);
	login_add_address(&scene.world, scene.person.text, "vera@example.org", factor);
	size_t before = api_count_notices(&scene.world, scene.person.id, NOTICE_LOGIN_CODE);
	for (unsigned i = 0; i < BRAKING_AN_HOUR; i++)
		ask_mail(&scene, scene.person.text, true);
	ask_mail(&scene, scene.person.text, false);
	cr_assert(
		api_count_notices(&scene.world, scene.person.id, NOTICE_LOGIN_CODE) == before + BRAKING_AN_HOUR);
	fake_clock_pass(MAIL_BRAKE_HOUR_MS);
	ask_mail(&scene, scene.person.text, true);
}

Test(attempts, nobody_is_mailed_as_seldom_as_somebody)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	for (unsigned i = 0; i < BRAKING_AN_HOUR; i++)
		ask_mail(&scene, "nobody@example.org", true);
	ask_mail(&scene, "nobody@example.org", false);
}

/* ---- who does not exist ---- */

/* When the first factor of an answer was begun, by its id. */
static int64_t begun(struct login_scene *scene, const char *person)
{
	struct id factor;
	cr_assert(login_open(&scene->world, scene->world.tenant.token, person, NULL, &scene->answer) == 200);
	cr_assert(!err_failed(
		ids_parse(ID_FACTOR, span_text(api_text(&scene->answer, "methods/0/factor")), &factor)));
	int64_t ms = 0;
	for (size_t i = 0; i < 6; i++)
		ms = ms << 8 | factor.bytes[i];
	return ms;
}

Test(attempts, the_factors_of_nobody_were_begun_in_the_tenants_life)
{
	static const int64_t LATER_MS = INT64_C(20) * 60 * MINUTE_MS;
	enum { NAMES = 32 };
	scoped(login_scene) scene = {0};
	char name[32];
	unsigned late = 0;
	login_scene_begin(&scene);
	int64_t created = clock_now().ms;
	fake_clock_pass(MINUTE_MS);
	for (unsigned i = 0; i < NAMES; i++) {
		snprintf(name, sizeof name, "nobody-%u", i);
		int64_t at = begun(&scene, name);
		cr_assert(at >= created - MINUTE_MS && at <= clock_now().ms, "none lies ahead");
		cr_assert(begun(&scene, name) == at, "and it stays");
	}
	fake_clock_pass(LATER_MS);
	for (unsigned i = 0; i < NAMES; i++) {
		snprintf(name, sizeof name, "nobody-%u", i);
		late += begun(&scene, name) > created + LATER_MS / 2;
	}
	cr_assert(late > NAMES / 8 && late < NAMES - NAMES / 8, "they lie all over it: %u", late);
}
