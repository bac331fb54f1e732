/* SPDX-License-Identifier: Apache-2.0 */
/* Who is told of a login from a device that was not seen before. */
#include "server/core/login/new_device.h"

#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MINUTE_MS = 60000, TEXT_MAX = 512, ARENA_MAX = 1 << 20 };

static void sign_in(
	struct login_scene *scene, const char *person, const struct login_app *app, const char *device)
{
	scoped(buf) body = BUF(TEXT_MAX);
	char code[TOTP_DIGITS_MAX + 1];
	fake_clock_pass(MINUTE_MS);
	login_app_code(app, 0, code);
	buf_printf(&body,
		"{\"person\":\"%s\",\"purpose\":\"login\",\"code\":\"%s\",\"device\":{%s\"ip\":\"192.0.2.1\","
		"\"user_agent\":\"x\"}}",
		person, code, device);
	buf_put_u8(&body, 0);
	cr_assert(api_call(&scene->world, "POST", "/v1/verifications", scene->world.tenant.token,
			  (const char *)body.data, &scene->answer) == 200,
		"%s", scene->answer.body);
	cr_assert(login_is(&scene->answer, "allow", NULL), "%s", scene->answer.body);
}

static size_t mails(struct login_scene *scene)
{
	return api_count_notices(&scene->world, scene->person.id, NOTICE_NEW_DEVICE);
}

static void check_told(struct login_scene *scene, struct span detail)
{
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct event_read event;
	api_find_event(&scene->world, scene->world.tenant.id, ACTION_DEVICE_FIRST_SEEN, &arena, &event);
	cr_assert(span_equal(event.texts[LEAF_TEXT_DETAIL], detail), "%.*s",
		SPAN_FMT(event.texts[LEAF_TEXT_DETAIL]));
}

Test(new_device, a_person_is_told_of_each_new_device_once)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	sign_in(&scene, scene.person.text, &scene.app, "\"id\":\"desk\",");
	cr_assert(mails(&scene) == 1);
	check_told(&scene, SPAN_LIT("{\"told\":\"mail\"}"));
	sign_in(&scene, scene.person.text, &scene.app, "\"id\":\"desk\",");
	cr_assert(mails(&scene) == 1, "it is known by now");
	sign_in(&scene, scene.person.text, &scene.app, "\"id\":\"phone\",\"name\":\"Vera's phone\",");
	cr_assert(mails(&scene) == 2);
}

Test(new_device, a_device_that_cannot_be_known_again_is_no_news)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	sign_in(&scene, scene.person.text, &scene.app, "");
	cr_assert(mails(&scene) == 0);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_DEVICE_FIRST_SEEN) == 0);
}

Test(new_device, a_wrong_code_tells_nobody)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_app_wrong(&scene.app, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "%s", scene.answer.body);
	cr_assert(mails(&scene) == 0);
}

Test(new_device, who_has_no_address_is_told_nothing_and_the_event_says_so)
{
	scoped(login_scene) scene = {0};
	struct api_person ivana;
	struct login_app app;
	login_scene_open(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "assistant", NULL, &ivana);
	login_add_app(&scene.world, ivana.text, &app);
	sign_in(&scene, ivana.text, &app, "\"id\":\"desk\",");
	cr_assert(api_count_notices(&scene.world, ivana.id, NOTICE_NEW_DEVICE) == 0);
	check_told(&scene, SPAN_LIT("{\"told\":\"nobody\"}"));
}
