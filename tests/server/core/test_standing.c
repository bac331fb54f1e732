/* SPDX-License-Identifier: Apache-2.0 */
/* With what somebody signs in, and when they last did. */
#include "server/core/standing.h"

#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

static enum standing_factor factor_of(struct login_scene *scene)
{
	scoped(reading) reading = {0};
	enum standing_factor factor;
	cr_assert(!err_failed(reading_open(&scene->world.server.volume, &reading)), "a reading");
	struct view view = view_reading(&reading);
	cr_assert(!err_failed(standing_factor(&view, scene->world.tenant.id, scene->person.id, &factor)));
	return factor;
}

static struct instant signed_in(struct login_scene *scene)
{
	struct instant at;
	cr_assert(!err_failed(standing_signed_in(
			  &scene->world.server, scene->world.tenant.id, scene->person.id, &at)),
		"the log is asked");
	return at;
}

Test(standing, rises_with_the_strongest_factor_that_is_active)
{
	scoped(login_scene) scene = {0};
	char factor[ID_TEXT + 1];
	struct login_app app;
	login_scene_begin(&scene);
	login_start_app(&scene.world, scene.person.text, &app);
	cr_assert(factor_of(&scene) == STANDING_NONE, "an app that is not confirmed counts for nothing");
	login_add_address(&scene.world, scene.person.text, "vera@example.org", factor);
	cr_assert(factor_of(&scene) == STANDING_EMAIL, "an address");
}

Test(standing, a_login_is_the_last_one_and_a_wrong_code_is_none)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], more[128];
	login_scene_open(&scene);
	cr_assert(factor_of(&scene) == STANDING_STRONG, "an app");
	cr_assert(signed_in(&scene).ms == 0, "never");
	login_app_wrong(&scene.app, code);
	snprintf(more, sizeof more, ",\"method\":\"totp\",\"code\":\"%s\"", code);
	login_open(&scene.world, scene.world.tenant.token, scene.person.text, more, &scene.answer);
	cr_assert(signed_in(&scene).ms == 0, "a wrong code: %s", scene.answer.body);
	login_app_code(&scene.app, 0, code);
	snprintf(more, sizeof more, ",\"method\":\"totp\",\"code\":\"%s\"", code);
	login_open(&scene.world, scene.world.tenant.token, scene.person.text, more, &scene.answer);
	cr_assert(api_has(&scene.answer, "decision", "allow"), "%s", scene.answer.body);
	cr_assert(signed_in(&scene).ms == clock_now().ms, "just now");
}
