/* SPDX-License-Identifier: Apache-2.0 */
/* test_rules_totp - the traps of authenticator apps, one test each, over HTTP: liboath's, used steps, clocks. */
#include "server/core/login/attempts.h"

#include "base/text.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MINUTE_MS = 60000, STEP_MS = 30000, BODY_MAX = 512 };

/* What the app shows now, or `steps` later, is typed; the answer. */
static void type_step(struct login_scene *scene, const struct login_app *app, int steps)
{
	char code[TOTP_DIGITS_MAX + 1];
	login_app_code(app, steps, code);
	login_scene_type(scene, code);
}

static bool opens(struct login_scene *scene, int steps)
{
	type_step(scene, &scene->app, steps);
	return login_is(&scene->answer, "allow", NULL);
}

static void enrol_shape(struct login_scene *scene, const char *more)
{
	login_scene_begin(scene);
	login_start_shape(&scene->world, scene->world.tenant.token, scene->person.text, more, &scene->app);
	login_confirm(&scene->world, &scene->app);
}

/* ---- B: liboath ---- */

Test(rules_totp, rule_b_every_hash_length_and_period_in_bounds_opens_by_its_own_code)
{
	static const char *const HASHES[] = {"SHA1", "SHA256", "SHA512"};
	static const int PERIODS[] = {15, 30, 60, 120};
	for (unsigned i = 0; i < 12; i++) {
		scoped(login_scene) scene = {0};
		char more[BODY_MAX];
		snprintf(more, sizeof more, ",\"algorithm\":\"%s\",\"digits\":%d,\"period\":%d",
			HASHES[i % 3], i % 2 ? 8 : 6, PERIODS[i / 3]);
		enrol_shape(&scene, more);
		cr_assert(scene.app.shape.period_s == PERIODS[i / 3] &&
			scene.app.shape.digits == (i % 2 ? 8 : 6));
		cr_assert(opens(&scene, 0), "%s: %s", more, scene.answer.body);
		cr_assert(!opens(&scene, 0), "%s: once", more);
		cr_assert(!opens(&scene, 2), "%s: two steps ahead", more);
	}
}

Test(rules_totp, rule_b_the_last_six_of_eight_digits_are_a_wrong_code)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1];
	enrol_shape(&scene, ",\"digits\":8");
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code + 2);
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "%s", scene.answer.body);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
}

Test(rules_totp, rule_b_a_seed_of_another_device_has_sixteen_bytes_at_least)
{
	static const char *const BAD[] = {"", "GE", "GEZDGNBVGY3TQOJQGEZDGNA", "not base32!",
		"otpauth://hotp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=1"};
	scoped(login_scene) scene = {0};
	char path[BODY_MAX], body[BODY_MAX];
	login_scene_begin(&scene);
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene.person.text);
	for (size_t i = 1; i < sizeof BAD / sizeof BAD[0]; i++) {
		snprintf(body, sizeof body, "{\"type\":\"totp\",\"secret\":\"%s\"}", BAD[i]);
		cr_assert(api_call(&scene.world, "POST", path, scene.world.tenant.token, body,
				  &scene.answer) == 422,
			"%s: %s", BAD[i], scene.answer.body);
		cr_assert(!strstr(scene.answer.body, "GEZDGNBV"), "it is not said again");
	}
	login_start_shape(&scene.world, scene.world.tenant.token, scene.person.text,
		",\"secret\":\"GEZDGNBVGY3TQOJQGEZDGNBVGY\"", &scene.app);
	cr_assert(scene.app.seed_len == 16);
}

Test(rules_totp, rule_b_the_seed_of_a_uri_brings_its_shape)
{
	scoped(login_scene) scene = {0};
	enrol_shape(&scene,
		",\"secret\":\"otpauth://totp/Old:vera?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
		"&algorithm=SHA256&digits=8&period=60\"");
	cr_assert(scene.app.shape.algorithm == TOTP_SHA256 && scene.app.shape.digits == 8 &&
		scene.app.shape.period_s == 60);
	cr_assert(opens(&scene, 0), "%s", scene.answer.body);
}

/* ---- C: steps ---- */

Test(rules_totp, rule_c_the_code_of_the_enrolment_is_no_login_and_nothing_before_it_is)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	fake_clock_pass(-MINUTE_MS); /* back to the step of the confirmation */
	type_step(&scene, &scene.app, 0);
	cr_assert(login_is(&scene.answer, "deny", "replayed"), "%s", scene.answer.body);
	type_step(&scene, &scene.app, -1);
	cr_assert(login_is(&scene.answer, "deny", "replayed"), "%s", scene.answer.body);
	cr_assert(opens(&scene, 1), "the next one is good: %s", scene.answer.body);
}

/* One seed in two factors of a person, the first proven, the second begun. */
static void enrol_twins(struct login_scene *scene, struct login_app *twin)
{
	static const char SEED[] = ",\"secret\":\"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\"";
	enrol_shape(scene, SEED);
	login_prove(&scene->world, scene->world.tenant.id, scene->app.factor);
	login_start_shape(&scene->world, scene->person.token, scene->person.text, SEED, twin);
}

static void type_into(struct login_scene *scene, const char *factor, const char *code)
{
	char id[ID_TEXT + 1], body[BODY_MAX];
	login_scene_ask(scene, NULL);
	login_scene_keep_id(scene, id);
	snprintf(body, sizeof body, "{\"code\":\"%s\",\"factor\":\"%s\"}", code, factor);
	cr_assert(login_try(&scene->world, scene->world.tenant.token, id, body, &scene->answer) == 200);
}

static void post_factor(struct login_scene *scene, const char *factor, const char *verb, const char *body)
{
	char path[BODY_MAX];
	snprintf(path, sizeof path, "/v1/factors/%s/%s", factor, verb);
	cr_assert(api_call(&scene->world, "POST", path, scene->person.token, body, &scene->answer) == 200,
		"%s: %s", verb, scene->answer.body);
}

Test(rules_totp, rule_c_a_code_that_two_factors_share_is_used_up_in_both)
{
	scoped(login_scene) scene = {0};
	struct login_app twin;
	char code[TOTP_DIGITS_MAX + 1];
	enrol_twins(&scene, &twin);
	login_confirm(&scene.world, &twin);
	login_app_code(&twin, 0, code);
	type_into(&scene, scene.app.factor, code);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	type_into(&scene, twin.factor, code);
	cr_assert(login_is(&scene.answer, "deny", "replayed"), "%s", scene.answer.body);
}

Test(rules_totp, rule_c_the_code_that_confirms_a_second_factor_opens_nothing_through_the_first)
{
	scoped(login_scene) scene = {0};
	struct login_app twin;
	char code[TOTP_DIGITS_MAX + 1], body[BODY_MAX];
	enrol_twins(&scene, &twin);
	login_app_code(&twin, 0, code);
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	post_factor(&scene, twin.factor, "confirm", body);
	type_into(&scene, scene.app.factor, code);
	cr_assert(login_is(&scene.answer, "deny", "replayed"), "%s", scene.answer.body);
	fake_clock_pass(STEP_MS);
	cr_assert(opens(&scene, 0), "the next one does: %s", scene.answer.body);
}

Test(rules_totp, rule_c_the_codes_of_a_resync_open_nothing_through_another_factor)
{
	scoped(login_scene) scene = {0};
	struct login_app twin;
	char first[TOTP_DIGITS_MAX + 1], second[TOTP_DIGITS_MAX + 1], body[BODY_MAX];
	enrol_twins(&scene, &twin);
	login_confirm(&scene.world, &twin);
	login_app_code(&twin, 4, first);
	login_app_code(&twin, 5, second);
	snprintf(body, sizeof body, "{\"codes\":[\"%s\",\"%s\"]}", first, second);
	post_factor(&scene, twin.factor, "resync", body);
	fake_clock_pass(4 * STEP_MS);
	type_into(&scene, scene.app.factor, first);
	cr_assert(login_is(&scene.answer, "deny", "replayed"), "%s", scene.answer.body);
	type_into(&scene, scene.app.factor, second);
	cr_assert(login_is(&scene.answer, "deny", "replayed"), "%s", scene.answer.body);
}

Test(rules_totp, rule_c_the_code_of_an_action_opens_no_login_through_a_factor_that_was_too_weak_for_it)
{
	scoped(login_scene) scene = {0};
	struct login_app twin;
	char code[TOTP_DIGITS_MAX + 1], more[BODY_MAX];
	enrol_twins(&scene, &twin);
	login_confirm(&scene.world, &twin);
	login_unprove(&scene.world, scene.world.tenant.id, twin.factor);
	login_app_code(&twin, 0, code);
	snprintf(more, sizeof more,
		",\"purpose\":\"action\",\"action\":{\"type\":\"payout\",\"text\":\"Pay\",\"fields\":{}},"
	        "\"code\":\"%s\"",
		code);
	login_scene_ask(&scene, more);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	type_into(&scene, twin.factor, code);
	cr_assert(login_is(&scene.answer, "deny", "replayed"), "%s", scene.answer.body);
}

Test(rules_totp, rule_c_who_logged_in_a_moment_ago_may_do_so_with_the_next_code)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	cr_assert(opens(&scene, 0), "%s", scene.answer.body);
	fake_clock_pass(STEP_MS);
	cr_assert(opens(&scene, 0), "less than a minute later: %s", scene.answer.body);
}

/* ---- D: clocks ---- */

Test(rules_totp, rule_d_a_login_never_searches_beyond_one_step)
{
	static const int FAR[] = {-3, -2, 2, 3, 20};
	for (size_t i = 0; i < sizeof FAR / sizeof FAR[0]; i++) {
		scoped(login_scene) scene = {0};
		login_scene_open(&scene);
		type_step(&scene, &scene.app, FAR[i]);
		cr_assert(!login_is(&scene.answer, "allow", NULL), "%d", FAR[i]);
	}
}

Test(rules_totp, rule_d_one_late_code_does_not_move_the_window)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	fake_clock_pass(10 * MINUTE_MS);
	cr_assert(opens(&scene, -1), "%s", scene.answer.body);
	cr_assert(!opens(&scene, -2));
	cr_assert(opens(&scene, 1), "%s", scene.answer.body);
}

Test(rules_totp, rule_d_a_clock_that_goes_wrong_takes_the_window_along_for_ten_steps)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	for (int off = 0; off <= FACTOR_DRIFT_MAX + 1; off++) {
		fake_clock_pass(10 * MINUTE_MS);
		cr_assert(!opens(&scene, off + 2), "%d: two steps more are no drift", off);
		for (unsigned again = 0; again < 2; again++) {
			fake_clock_pass(10 * MINUTE_MS);
			cr_assert(opens(&scene, off), "%d: %s", off, scene.answer.body);
		}
	}
	fake_clock_pass(10 * MINUTE_MS);
	cr_assert(!opens(&scene, FACTOR_DRIFT_MAX + 2), "ten steps, and the window of one");
	fake_clock_pass(10 * MINUTE_MS);
	cr_assert(opens(&scene, FACTOR_DRIFT_MAX - 1), "%s", scene.answer.body);
	cr_assert(!opens(&scene, 0), "now is far from what its clock shows");
}

Test(rules_totp, rule_d_the_window_comes_back_with_the_clock)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	for (int off = 0; off >= -4; off--) {
		for (unsigned again = 0; again < 2; again++) {
			fake_clock_pass(10 * MINUTE_MS);
			cr_assert(opens(&scene, off), "%d: %s", off, scene.answer.body);
		}
	}
	for (int off = -3; off <= 1; off++) {
		for (unsigned again = 0; again < 2; again++) {
			fake_clock_pass(10 * MINUTE_MS);
			cr_assert(opens(&scene, off), "%d: %s", off, scene.answer.body);
		}
	}
}

/* ---- several, with names, and a cap ---- */

Test(rules_totp, rule_9_a_person_has_several_named_apps_and_ten_at_most)
{
	scoped(login_scene) scene = {0};
	struct login_app next;
	char path[BODY_MAX], more[BODY_MAX];
	login_scene_open(&scene);
	login_prove(&scene.world, scene.world.tenant.id, scene.app.factor);
	for (unsigned i = 1; i < FACTOR_MAX; i++) {
		login_start_shape(&scene.world, scene.person.token, scene.person.text, "", &next);
		login_confirm(&scene.world, &next);
		snprintf(more, sizeof more, "methods/%u/hint", i);
		login_scene_ask(&scene, NULL);
		type_step(&scene, &next, 0);
		cr_assert(login_is(&scene.answer, "allow", NULL), "%u: %s", i, scene.answer.body);
		login_scene_ask(&scene, NULL);
		cr_assert(api_has(&scene.answer, more, "Phone"), "%s", scene.answer.body);
	}
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene.person.text);
	cr_assert(api_call(&scene.world, "POST", path, scene.person.token, "{\"type\":\"totp\"}",
			  &scene.answer) == 409,
		"%s", scene.answer.body);
	type_step(&scene, &scene.app, 0);
	cr_assert(login_is(&scene.answer, "allow", NULL), "the first still opens: %s", scene.answer.body);
}

/* ---- K: seeds ---- */

Test(rules_totp, rule_k_a_seed_is_shown_once_and_never_after_it_is_confirmed)
{
	scoped(login_scene) scene = {0};
	char path[BODY_MAX], base32[BODY_MAX] = "";
	scoped(buf) secret = BUF(BODY_MAX);
	login_scene_open(&scene);
	text_put_base32(&secret, span_of(scene.app.seed, scene.app.seed_len));
	memcpy(base32, secret.data, secret.len);
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene.person.text);
	cr_assert(api_call(&scene.world, "GET", path, scene.world.tenant.token, NULL, &scene.answer) == 200);
	cr_assert(!strstr(scene.answer.body, base32) && !strstr(scene.answer.body, "otpauth"));
	snprintf(path, sizeof path, "/v1/factors/%s/confirm", scene.app.factor);
	cr_assert(api_call(&scene.world, "POST", path, scene.world.tenant.token, "{\"code\":\"123456\"}",
			  &scene.answer) == 409);
	cr_assert(!strstr(scene.answer.body, base32));
	type_step(&scene, &scene.app, 0);
	cr_assert(login_is(&scene.answer, "allow", NULL) && !strstr(scene.answer.body, base32));
}

/* ---- Q: what is typed ---- */

Test(rules_totp, rule_q_nbsp_spaces_and_dashes_are_dropped_and_other_digits_are_malformed)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], typed[64], more[BODY_MAX];
	login_scene_open(&scene);
	login_app_code(&scene.app, 0, code);
	cr_assert(login_open(&scene.world, scene.world.tenant.token, scene.person.text,
			  ",\"code\":\"\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6\"",
			  &scene.answer) == 422,
		"Arabic digits: %s", scene.answer.body);
	cr_assert(api_is_code(&scene.answer, 422, "malformed_code"));
	snprintf(typed, sizeof typed, " %.3s\xc2\xa0%.3s- ", code, code + 3);
	snprintf(more, sizeof more, ",\"code\":\"%s\"", typed);
	login_scene_ask(&scene, more);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
}
