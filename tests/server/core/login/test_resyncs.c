/* SPDX-License-Identifier: Apache-2.0 */
/* test_resyncs - two codes that follow each other find a lost clock, and nothing less does. */
#include "server/core/login/resyncs.h"

#include "store/nouns/budget.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MINUTE_MS = 60000, BODY_MAX = 512 };

static int send_as(struct login_scene *scene, const char *token, const char *factor, const char *body)
{
	char path[BODY_MAX];
	snprintf(path, sizeof path, "/v1/factors/%s/resync", factor);
	return api_call(&scene->world, "POST", path, token, body, &scene->answer);
}

/* The codes of two steps, counted from now. */
static int resync_as(struct login_scene *scene, const char *token, int first, int second)
{
	char one[TOTP_DIGITS_MAX + 1], two[TOTP_DIGITS_MAX + 1], body[BODY_MAX];
	login_app_code(&scene->app, first, one);
	login_app_code(&scene->app, second, two);
	snprintf(body, sizeof body, "{\"codes\":[\"%s\",\"%s\"]}", one, two);
	return send_as(scene, token, scene->app.factor, body);
}

static int resync(struct login_scene *scene, int first, int second)
{
	return resync_as(scene, scene->world.tenant.token, first, second);
}

static bool opens(struct login_scene *scene, int steps)
{
	char code[TOTP_DIGITS_MAX + 1];
	login_app_code(&scene->app, steps, code);
	login_scene_type(scene, code);
	return login_is(&scene->answer, "allow", NULL);
}

static size_t count(struct login_scene *scene, enum action action)
{
	return api_count_events(&scene->world, scene->world.tenant.id, action);
}

Test(resyncs, rule_d_two_codes_that_follow_each_other_move_the_window)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	cr_assert(!opens(&scene, 7));
	cr_assert(resync(&scene, 5, 6) == 200, "%s", scene.answer.body);
	cr_assert(!api_member(&scene.answer, "off_by_s"), "an application as itself is told no clock");
	cr_assert(count(&scene, ACTION_FACTOR_RESYNCED) == 1, "it is on record");
	cr_assert(!opens(&scene, 6) && login_is(&scene.answer, "deny", "replayed"), "both are used up");
	cr_assert(!opens(&scene, 5) && login_is(&scene.answer, "deny", "replayed"));
	cr_assert(opens(&scene, 7), "%s", scene.answer.body);
	fake_clock_pass(5 * MINUTE_MS);
	cr_assert(!opens(&scene, 0), "by its clock, not by ours");
	cr_assert(opens(&scene, 6), "%s", scene.answer.body);
}

/* off_by_s of the first factor in the list; INT64_MIN when it is not said. */
static int64_t listed_clock(struct login_scene *scene, const char *token)
{
	char path[64];
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene->person.text);
	cr_assert(api_call(&scene->world, "GET", path, token, NULL, &scene->answer) == 200, "%s",
		scene->answer.body);
	const json_t *clock =
		json_object_get(json_array_get(api_member(&scene->answer, "items"), 0), "off_by_s");
	return clock ? json_integer_value(clock) : INT64_MIN;
}

Test(resyncs, how_far_a_clock_is_off_is_for_the_person_and_who_manages_factors_alone)
{
	scoped(login_scene) scene = {0};
	struct api_person owner;
	login_scene_open(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "owner", NULL, &owner);
	cr_assert(resync_as(&scene, scene.person.token, 5, 6) == 200, "%s", scene.answer.body);
	cr_assert(json_integer_value(api_member(&scene.answer, "off_by_s")) == 180, "%s", scene.answer.body);
	cr_assert(listed_clock(&scene, scene.person.token) == 180);
	cr_assert(listed_clock(&scene, owner.token) == 180, "%s", scene.answer.body);
	cr_assert(listed_clock(&scene, scene.world.tenant.token) == INT64_MIN, "%s", scene.answer.body);
}

Test(resyncs, a_verification_tells_nobody_how_far_a_clock_is_off)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	cr_assert(resync(&scene, 5, 6) == 200);
	cr_assert(!opens(&scene, 30) && !strstr(scene.answer.body, "off_by"), "%s", scene.answer.body);
	cr_assert(opens(&scene, 7) && !strstr(scene.answer.body, "off_by"), "%s", scene.answer.body);
}

Test(resyncs, rule_d_the_codes_have_to_be_unused_in_order_and_of_neighbours)
{
	static const int PAIRS[][2] = {{6, 5}, {5, 5}, {5, 7}, {21, 22}, {-22, -21}};
	for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
		scoped(login_scene) scene = {0};
		login_scene_open(&scene);
		fake_clock_pass(60 * MINUTE_MS);
		cr_assert(resync(&scene, PAIRS[i][0], PAIRS[i][1]) == 403, "%zu: %s", i, scene.answer.body);
		cr_assert(api_is_code(&scene.answer, 403, "wrong_code"));
		cr_assert(count(&scene, ACTION_CHALLENGE_FAILED) == 1 &&
			count(&scene, ACTION_FACTOR_RESYNCED) == 0);
	}
}

Test(resyncs, rule_d_a_pair_works_once_and_not_over_a_used_step)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	fake_clock_pass(60 * MINUTE_MS);
	cr_assert(opens(&scene, 0), "%s", scene.answer.body);
	cr_assert(resync(&scene, 0, 1) == 403, "the first of them opened a login");
	cr_assert(resync(&scene, -3, -2) == 403, "both lie before it");
	cr_assert(resync(&scene, 1, 2) == 200, "%s", scene.answer.body);
	cr_assert(resync(&scene, 1, 2) == 403);
}

Test(resyncs, rule_d_a_clock_off_by_more_than_ten_steps_is_said_to_be_set)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	cr_assert(resync(&scene, FACTOR_DRIFT_MAX, FACTOR_DRIFT_MAX + 1) == 409, "%s", scene.answer.body);
	cr_assert(resync(&scene, FACTOR_DRIFT_MAX - 1, FACTOR_DRIFT_MAX) == 200, "%s", scene.answer.body);
	cr_assert(opens(&scene, FACTOR_DRIFT_MAX + 1), "%s", scene.answer.body);
}

Test(resyncs, rule_e_guesses_are_charged_to_the_persons_budget_and_end)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	for (unsigned i = 0; i < BUDGET_FREE; i++)
		cr_assert(resync(&scene, 5, 5) == 403, "%s", scene.answer.body);
	cr_assert(count(&scene, ACTION_CHALLENGE_LOCKED) == 1, "the lock is on record");
	cr_assert(resync(&scene, 5, 6) == 429, "also the right ones: %s", scene.answer.body);
	cr_assert(strstr(scene.answer.head, "Retry-After: 60\r\n"), "%s", scene.answer.head);
	cr_assert(!opens(&scene, 0), "a login draws from the same: %s", scene.answer.body);
	fake_clock_pass(MINUTE_MS);
	cr_assert(resync(&scene, 5, 6) == 200, "%s", scene.answer.body);
}

Test(resyncs, where_only_recovery_helps_no_client_is_told_to_try_again_at_once)
{
	scoped(login_scene) scene = {0};
	struct id person;
	login_scene_open(&scene);
	cr_assert(!err_failed(ids_parse(ID_PERSON, span_text(scene.person.text), &person)));
	login_wear_down(&scene.world, scene.world.tenant.id, person);
	cr_assert(resync(&scene, 5, 5) == 403, "%s", scene.answer.body);
	cr_assert(resync(&scene, 5, 6) == 429, "%s", scene.answer.body);
	cr_assert(strstr(scene.answer.head, "Retry-After: 3600\r\n"), "%s", scene.answer.head);
}

Test(resyncs, only_an_active_app_has_a_clock)
{
	scoped(login_scene) scene = {0};
	struct api_tenant other;
	char factor[ID_TEXT + 1];
	const char *token, *body = "{\"codes\":[\"123456\",\"234567\"]}";
	login_scene_begin(&scene);
	token = scene.world.tenant.token;
	login_start_app(&scene.world, scene.person.text, &scene.app);
	cr_assert(send_as(&scene, token, scene.app.factor, body) == 409, "%s", scene.answer.body);
	login_add_address(&scene.world, scene.person.text, "vera@example.net", factor);
	cr_assert(send_as(&scene, token, factor, body) == 409, "%s", scene.answer.body);
	api_world_tenant(&scene.world, &other);
	cr_assert(send_as(&scene, other.token, scene.app.factor, body) == 404, "%s", scene.answer.body);
}

Test(resyncs, two_codes_are_asked_for_and_nothing_else)
{
	static const char *const BAD[] = {"{}", "{\"codes\":[]}", "{\"codes\":[\"123456\"]}",
		"{\"codes\":[\"123456\",\"234567\",\"345678\"]}", "{\"codes\":\"123456\"}",
		"{\"codes\":[1,2]}", "{\"codes\":[\"123456\",\"letter\"]}",
		"{\"codes\":[\"123456\",\"234567\"],\"more\":1}"};
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		cr_assert(send_as(&scene, scene.world.tenant.token, scene.app.factor, BAD[i]) == 422,
			"%s: %s", BAD[i], scene.answer.body);
	cr_assert(count(&scene, ACTION_CHALLENGE_FAILED) == 0, "and none costs a try");
}

Test(resyncs, who_manages_none_finds_no_factor_of_others)
{
	scoped(login_scene) scene = {0};
	struct api_person reader;
	char path[BODY_MAX];
	login_scene_open(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "smm", NULL, &reader);
	snprintf(path, sizeof path, "/v1/factors/%s/resync", scene.app.factor);
	const struct api_request request = {.method = "POST",
		.path = path,
		.token = scene.world.tenant.token,
		.actor = reader.text,
		.body = "{\"codes\":[\"123456\",\"234567\"]}"};
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 404, "%s", scene.answer.body);
}
