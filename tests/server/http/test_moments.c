/* SPDX-License-Identifier: Apache-2.0 */
/* test_moments - who is not let in hears so at a moment that does not tell how long it took; who is, at once. */
#include "server/http/moments.h"

#include "base/clock.h"
#include "tests/server/login_world.h"

#include <criterion/criterion.h>

/* Long beside all work, so that a test on a busy machine tells the two apart. */
enum { STEP_MS = 1000 };

/* Closed after the world, whose answers it holds. */
struct holder {
	struct moments *moments;
};

static void holder_done(struct holder *holder)
{
	moments_close(holder->moments);
}

static void hold(struct holder *holder, struct login_scene *scene)
{
	cr_assert(!err_failed(moments_open(STEP_MS, &holder->moments)));
	scene->world.server.moments = holder->moments;
}

static int64_t type(struct login_scene *scene, const char *person, const char *code)
{
	char more[64];
	int64_t began_ms = clock_monotonic_ms();
	snprintf(more, sizeof more, ",\"code\":\"%s\"", code);
	cr_assert(login_open(&scene->world, scene->world.tenant.token, person, more, &scene->answer) == 200);
	return clock_monotonic_ms() - began_ms;
}

Test(moments, the_next_is_a_whole_number_of_steps_after_it_came_and_never_now)
{
	cr_assert(moments_next(500, 500, 10) == 510);
	cr_assert(moments_next(500, 509, 10) == 510);
	cr_assert(moments_next(500, 510, 10) == 520, "what ends at a moment has missed it");
	cr_assert(moments_next(500, 537, 10) == 540);
	cr_assert(moments_next(500, 499, 10) == 510, "a clock that another core reads earlier is none");
}

Test(moments, a_wrong_code_for_somebody_and_for_nobody_is_answered_a_step_later)
{
	scoped(holder) holder = {0};
	scoped(login_scene) scene = {0};
	char wrong[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	hold(&holder, &scene);
	login_app_wrong(&scene.app, wrong);
	cr_assert(type(&scene, scene.person.text, wrong) >= STEP_MS &&
		login_is(&scene.answer, "challenge", "wrong_code"));
	cr_assert(type(&scene, "nobody-of-this-name", wrong) >= STEP_MS &&
		login_is(&scene.answer, "challenge", "wrong_code"));
}

Test(moments, a_beginning_without_a_code_is_answered_a_step_later_for_both)
{
	scoped(holder) holder = {0};
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	hold(&holder, &scene);
	int64_t began_ms = clock_monotonic_ms();
	login_scene_ask(&scene, NULL);
	cr_assert(clock_monotonic_ms() - began_ms >= STEP_MS);
	began_ms = clock_monotonic_ms();
	cr_assert(login_open(&scene.world, scene.world.tenant.token, "nobody-of-this-name", NULL,
			  &scene.answer) == 200);
	cr_assert(clock_monotonic_ms() - began_ms >= STEP_MS);
}

Test(moments, a_right_code_is_answered_at_once)
{
	scoped(holder) holder = {0};
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	hold(&holder, &scene);
	login_app_code(&scene.app, 0, code);
	cr_assert(type(&scene, scene.person.text, code) < STEP_MS && login_is(&scene.answer, "allow", NULL),
		"%s", scene.answer.body);
}

Test(moments, nobody_is_held_back_once_it_was_stopped)
{
	scoped(holder) holder = {0};
	scoped(login_scene) scene = {0};
	char wrong[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	hold(&holder, &scene);
	moments_stop(holder.moments);
	login_app_wrong(&scene.app, wrong);
	cr_assert(type(&scene, scene.person.text, wrong) < STEP_MS &&
		login_is(&scene.answer, "challenge", "wrong_code"));
}
