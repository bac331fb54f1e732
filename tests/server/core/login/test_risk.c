/* SPDX-License-Identifier: Apache-2.0 */
/* test_risk - a login that is unlike her: scored, told, and asked for a code although the device is remembered. */
#include "server/core/login/risk.h"

#include "server/core/login/remember_tokens.h"
#include "server/core/places.h"
#include "store/nouns/whereabouts.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { BODY_MAX = 1024, FILE_MAX = 16 * 1024, STEP_MS = 30000, HOUR_MS = 3600000 };

#define HELSINKI "192.0.2.1"
#define STOCKHOLM "198.51.100.1"

/* A scene whose server knows countries. */
static void open_with_countries(struct login_scene *scene)
{
	char path[BODY_MAX];
	scoped(buf) bytes = BUF(FILE_MAX);
	login_scene_open(scene);
	snprintf(path, sizeof path, "%s/countries.mmdb", scene->world.dir.path);
	vectors_read_hex("vectors/countries.hex", &bytes);
	FILE *file = fopen(path, "wb");
	cr_assert(file && fwrite(bytes.data, 1, bytes.len, file) == bytes.len && fclose(file) == 0);
	cr_assert(!err_failed(places_open(path, &scene->world.server.places)));
}

static void sign_in(struct login_scene *scene, const char *device, const char *ip, const char *more)
{
	char body[BODY_MAX];
	snprintf(body, sizeof body,
		"{\"person\":\"%s\",\"purpose\":\"login\",\"device\":{\"id\":\"%s\",\"ip\":\"%s\","
		"\"user_agent\":\"Firefox\"%s}",
		scene->person.text, device, ip, more);
	int status = api_call(
		&scene->world, "POST", "/v1/verifications", scene->world.tenant.token, body, &scene->answer);
	cr_assert(status == 200, "%d: %s", status, scene->answer.body);
}

static void type(struct login_scene *scene, const char *device, const char *ip)
{
	char code[TOTP_DIGITS_MAX + 1], more[BODY_MAX];
	fake_clock_pass(STEP_MS);
	login_app_code(&scene->app, 0, code);
	snprintf(more, sizeof more, "},\"remember\":true,\"code\":\"%s\"", code);
	sign_in(scene, device, ip, more);
	cr_assert(login_is(&scene->answer, "allow", NULL), "%s", scene->answer.body);
}

static void bring(struct login_scene *scene, const char *device, const char *ip, const char *token)
{
	char more[BODY_MAX];
	snprintf(more, sizeof more, ",\"remember\":\"%s\"}", token);
	sign_in(scene, device, ip, more);
}

static int64_t score(const struct login_scene *scene)
{
	return json_integer_value(api_member(&scene->answer, "risk/score"));
}

static bool has_reason(const struct login_scene *scene, const char *reason)
{
	const json_t *reasons = api_member(&scene->answer, "risk/reasons");
	for (size_t i = 0; i < json_array_size(reasons); i++)
		if (strcmp(json_string_value(json_array_get(reasons, i)), reason) == 0)
			return true;
	return false;
}

static size_t count(struct login_scene *scene, enum action action)
{
	return api_count_events(&scene->world, scene->world.tenant.id, action);
}

static void done(struct login_scene *scene)
{
	places_close(scene->world.server.places);
	scene->world.server.places = NULL;
}

/* ---- what is weighed ---- */

Test(risk, a_new_device_alone_is_no_alarm_and_a_known_one_is_nothing)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	type(&scene, "desk", HELSINKI);
	cr_assert(has_reason(&scene, "new_device") && score(&scene) == 20, "%s", scene.answer.body);
	type(&scene, "desk", HELSINKI);
	cr_assert(score(&scene) == 0 && !api_member(&scene.answer, "risk/reasons"), "%s", scene.answer.body);
	cr_assert(count(&scene, ACTION_LOGIN_SUSPICIOUS) == 0);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_SUSPICIOUS) == 0);
}

Test(risk, two_countries_within_two_hours_are_told_at_all_addresses)
{
	scoped(login_scene) scene = {0};
	open_with_countries(&scene);
	type(&scene, "desk", HELSINKI);
	cr_assert(!has_reason(&scene, "new_country"), "the first one is unlike nothing");
	type(&scene, "desk", STOCKHOLM);
	cr_assert(has_reason(&scene, "new_country") && has_reason(&scene, "impossible_travel"), "%s",
		scene.answer.body);
	cr_assert(score(&scene) == RISKS_SCORE_MOST);
	cr_assert(count(&scene, ACTION_LOGIN_SUSPICIOUS) == 1);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_SUSPICIOUS) == 1);
	done(&scene);
}

Test(risk, a_country_that_is_known_after_a_days_journey_is_nothing)
{
	scoped(login_scene) scene = {0};
	open_with_countries(&scene);
	type(&scene, "desk", HELSINKI);
	fake_clock_pass(RISK_TRAVEL_MS);
	type(&scene, "desk", STOCKHOLM);
	cr_assert(has_reason(&scene, "new_country") && !has_reason(&scene, "impossible_travel"), "%s",
		scene.answer.body);
	fake_clock_pass(RISK_TRAVEL_MS);
	type(&scene, "desk", HELSINKI);
	cr_assert(score(&scene) == 0, "%s", scene.answer.body);
	cr_assert(count(&scene, ACTION_LOGIN_SUSPICIOUS) == 0, "forty points are below the policy's fifty");
	done(&scene);
}

Test(risk, many_failures_before_the_right_code_count)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_app_wrong(&scene.app, code);
	for (int i = 0; i < RISK_FAILURES; i++)
		login_scene_type(&scene, code);
	fake_clock_pass(2 * HOUR_MS);
	type(&scene, "desk", HELSINKI);
	cr_assert(has_reason(&scene, "many_failures") && score(&scene) == 50, "%s", scene.answer.body);
	cr_assert(count(&scene, ACTION_LOGIN_SUSPICIOUS) == 1);
}

Test(risk, a_device_on_which_somebody_else_found_a_stranger_counts)
{
	scoped(login_scene) scene = {0};
	struct api_person ivana;
	struct login_app app;
	char path[BODY_MAX];
	login_scene_open(&scene);
	type(&scene, "desk", HELSINKI);
	snprintf(path, sizeof path, "/v1/people/%s/devices", scene.person.text);
	cr_assert(api_call(&scene.world, "GET", path, scene.person.token, NULL, &scene.answer) == 200);
	snprintf(path, sizeof path, "/v1/devices/%s/not-me", api_text(&scene.answer, "items/0/id"));
	cr_assert(api_call(&scene.world, "POST", path, scene.person.token, "{}", &scene.answer) == 200);
	api_world_person(&scene.world, &scene.world.tenant, "assistant", "i@example.org", &ivana);
	login_add_app(&scene.world, ivana.text, &app);
	scene.person = ivana;
	scene.app = app;
	type(&scene, "desk", HELSINKI);
	cr_assert(has_reason(&scene, "blocked_device") && score(&scene) == 80, "%s", scene.answer.body);
	cr_assert(count(&scene, ACTION_LOGIN_SUSPICIOUS) == 1);
}

/* ---- what follows ---- */

Test(risk, a_remembered_device_is_asked_for_a_code_and_its_token_stays_good)
{
	scoped(login_scene) scene = {0};
	char token[REMEMBER_TOKENS_TEXT + 1];
	open_with_countries(&scene);
	type(&scene, "desk", HELSINKI);
	snprintf(token, sizeof token, "%s", api_text(&scene.answer, "remember"));
	fake_clock_pass(STEP_MS);
	bring(&scene, "desk", STOCKHOLM, token);
	cr_assert(login_is(&scene.answer, "challenge", NULL), "%s", scene.answer.body);
	cr_assert(json_is_true(api_member(&scene.answer, "step_up")) && score(&scene) == RISKS_SCORE_MOST);
	bring(&scene, "desk", HELSINKI, token);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	cr_assert(!api_member(&scene.answer, "step_up"));
	done(&scene);
}

Test(risk, nothing_is_said_to_who_did_not_get_in)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], more[BODY_MAX];
	login_scene_open(&scene);
	login_app_wrong(&scene.app, code);
	snprintf(more, sizeof more, "},\"code\":\"%s\"", code);
	sign_in(&scene, "strange", HELSINKI, more);
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "%s", scene.answer.body);
	cr_assert(!api_member(&scene.answer, "risk"), "it would tell who has an account");
}

Test(risk, a_policy_lets_nobody_in_from_a_score_on)
{
	scoped(login_scene) scene = {0};
	struct api_person owner;
	char code[TOTP_DIGITS_MAX + 1], more[BODY_MAX];
	login_scene_open(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "owner", NULL, &owner);
	int status = api_call(
		&scene.world, "PUT", "/v1/policies/everyone", owner.token, "{\"deny_at\":20}", &scene.answer);
	cr_assert(status == 200, "%d: %s", status, scene.answer.body);
	login_app_code(&scene.app, 0, code);
	snprintf(more, sizeof more, "},\"code\":\"%s\"", code);
	sign_in(&scene, "strange", HELSINKI, more);
	cr_assert(login_is(&scene.answer, "deny", "disabled"), "%s", scene.answer.body);
}

Test(risk, points_add_up_to_a_hundred_at_most)
{
	cr_assert(risks_score(0) == 0 && risks_score(1u << RISK_NEW_DEVICE) == 20);
	cr_assert(risks_score((1u << RISK_COUNT) - 1) == RISKS_SCORE_MOST);
	cr_assert(strcmp(risks_word(RISK_DISTANT_PLACES), "impossible_travel") == 0);
}

Test(risk, the_country_that_was_longest_ago_makes_room)
{
	struct whereabouts whereabouts = {.count = 0};
	char country[] = "AA";
	for (int i = 0; i < WHEREABOUTS_MAX + 1; i++, country[1]++)
		whereabouts_note(&whereabouts, country, (struct instant){1000 + i});
	cr_assert(whereabouts.count == WHEREABOUTS_MAX && !whereabouts_find(&whereabouts, "AA"));
	cr_assert(whereabouts_latest(&whereabouts)->last.ms == 1000 + WHEREABOUTS_MAX);
	cr_assert(whereabouts_find(&whereabouts, "AB") != NULL);
}
