/* SPDX-License-Identifier: Apache-2.0 */
/* test_helpdesk - a code that somebody hands over is good for one login within an hour, while its person is here. */
#include "server/core/login/helpdesk.h"

#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { TEXT_MAX = 256 };

/* Vera with an app, and an owner who hands over. */
struct desk {
	struct login_scene scene;
	struct api_person owner, second;
};

static void desk_done(struct desk *desk)
{
	login_scene_done(&desk->scene);
}

static void desk_open(struct desk *desk)
{
	struct api_world *world = &desk->scene.world;
	login_scene_open(&desk->scene);
	api_world_person(world, &world->tenant, "owner", NULL, &desk->owner);
	api_world_person(world, &world->tenant, "owner", NULL, &desk->second);
}

/* Something that an owner does about Vera; the status. */
static int about_vera(struct desk *desk, const struct api_person *by, const char *method, const char *rest,
	const char *body)
{
	char path[TEXT_MAX];
	snprintf(path, sizeof path, "/v1/people/%s%s", desk->scene.person.text, rest);
	return api_call(&desk->scene.world, method, path, by->token, body, &desk->scene.answer);
}

static void hand_over(struct desk *desk, char code[static RECOVERY_CODES_TEXT + 1])
{
	int status = about_vera(desk, &desk->owner, "POST", "/helpdesk-code", "{}");
	cr_assert(status == 201, "%d: %s", status, desk->scene.answer.body);
	snprintf(code, RECOVERY_CODES_TEXT + 1, "%s", api_text(&desk->scene.answer, "code"));
}

static void change_state(struct desk *desk, const char *state)
{
	char body[TEXT_MAX];
	snprintf(body, sizeof body, "{\"state\":\"%s\"}", state);
	int status = about_vera(desk, &desk->owner, "PATCH", "", body);
	cr_assert(status == 200, "%d: %s", status, desk->scene.answer.body);
}

/* Typed where a recovery code is, in the verification. */
static void type_in(struct desk *desk, const char *id, const char *code)
{
	char body[TEXT_MAX];
	struct login_scene *scene = &desk->scene;
	snprintf(body, sizeof body, "{\"recovery\":\"%s\"}", code);
	int status = login_try(&scene->world, scene->world.tenant.token, id, body, &scene->answer);
	cr_assert(status == 200, "%d: %s", status, scene->answer.body);
}

/* In a verification of its own. */
static bool opens(struct desk *desk, const char *code)
{
	char id[ID_TEXT + 1];
	login_scene_ask(&desk->scene, NULL);
	login_scene_keep_id(&desk->scene, id);
	type_in(desk, id, code);
	bool allowed = login_is(&desk->scene.answer, "allow", NULL);
	cr_assert(allowed || login_is(&desk->scene.answer, "challenge", "wrong_code"), "%s",
		desk->scene.answer.body);
	return allowed;
}

static void read_row(struct desk *desk, struct rescue *rescue)
{
	struct api_world *world = &desk->scene.world;
	scoped(reading) reading = {0};
	cr_assert(!err_failed(reading_open(&world->server.volume, &reading)));
	struct view view = view_reading(&reading);
	cr_assert(!err_failed(rescue_read(&view, world->tenant.id, desk->scene.person.id, rescue)));
}

/* ---- its end ---- */

Test(helpdesk, a_suspension_ends_a_code_for_good)
{
	scoped(desk) desk = {0};
	char before[RECOVERY_CODES_TEXT + 1], after[RECOVERY_CODES_TEXT + 1];
	desk_open(&desk);
	hand_over(&desk, before);
	change_state(&desk, "suspended");
	change_state(&desk, "active");
	cr_assert(!opens(&desk, before));
	hand_over(&desk, after);
	cr_assert(!opens(&desk, before));
	cr_assert(opens(&desk, after), "the twin: %s", desk.scene.answer.body);
}

/* A verification that was open meanwhile is no way around it. */
Test(helpdesk, a_suspension_ends_it_in_a_verification_that_was_open_before)
{
	scoped(desk) desk = {0};
	char code[RECOVERY_CODES_TEXT + 1], id[ID_TEXT + 1];
	desk_open(&desk);
	hand_over(&desk, code);
	login_scene_ask(&desk.scene, NULL);
	login_scene_keep_id(&desk.scene, id);
	change_state(&desk, "suspended");
	change_state(&desk, "active");
	type_in(&desk, id, code);
	cr_assert(!login_is(&desk.scene.answer, "allow", NULL), "%s", desk.scene.answer.body);
}

Test(helpdesk, a_change_that_suspends_nobody_leaves_a_code_good)
{
	scoped(desk) desk = {0};
	char code[RECOVERY_CODES_TEXT + 1];
	desk_open(&desk);
	hand_over(&desk, code);
	cr_assert(about_vera(&desk, &desk.owner, "PATCH", "", "{\"name\":\"Vera Berg\"}") == 200);
	cr_assert(opens(&desk, code), "%s", desk.scene.answer.body);
}

/* Whether the enrolment code in the body vouches for Vera's app. */
static bool proves(struct desk *desk, const char *body)
{
	char path[TEXT_MAX];
	struct login_scene *scene = &desk->scene;
	snprintf(path, sizeof path, "/v1/factors/%s/prove", scene->app.factor);
	int status = api_call(&scene->world, "POST", path, scene->world.tenant.token, body, &scene->answer);
	cr_assert(status == 200 || status == 403, "%d: %s", status, scene->answer.body);
	return status == 200;
}

static void hand_enrolment(struct desk *desk, char body[static TEXT_MAX])
{
	int status = about_vera(desk, &desk->owner, "POST", "/enrolment", "{\"by\":\"hand\"}");
	cr_assert(status == 201, "%d: %s", status, desk->scene.answer.body);
	snprintf(body, TEXT_MAX, "{\"enrolment\":\"%s\"}", api_text(&desk->scene.answer, "code"));
}

Test(helpdesk, a_departure_ends_it_for_good_and_an_enrolment_code_too)
{
	scoped(desk) desk = {0};
	char code[RECOVERY_CODES_TEXT + 1], enrolment[TEXT_MAX];
	desk_open(&desk);
	hand_over(&desk, code);
	hand_enrolment(&desk, enrolment);
	cr_assert(
		about_vera(&desk, &desk.owner, "POST", "/departure", "{\"last_day\":\"2026-11-21\"}") == 200,
		"%s", desk.scene.answer.body);
	cr_assert(about_vera(&desk, &desk.owner, "POST", "/reinstatement", "{}") == 202, "%s",
		desk.scene.answer.body);
	cr_assert(about_vera(&desk, &desk.second, "POST", "/reinstatement/decision", "{\"approve\":true}") ==
			200,
		"%s", desk.scene.answer.body);
	cr_assert(!opens(&desk, code) && !proves(&desk, enrolment));
	hand_over(&desk, code);
	cr_assert(opens(&desk, code), "the twin: %s", desk.scene.answer.body);
	hand_enrolment(&desk, enrolment);
	cr_assert(proves(&desk, enrolment), "the twin: %s", desk.scene.answer.body);
}

Test(helpdesk, who_is_removed_leaves_no_code_behind)
{
	scoped(desk) desk = {0};
	struct rescue rescue;
	char code[RECOVERY_CODES_TEXT + 1];
	desk_open(&desk);
	hand_over(&desk, code);
	read_row(&desk, &rescue);
	cr_assert(!ids_is_none(rescue.code.id) && rescue.codes == 1);
	cr_assert(about_vera(&desk, &desk.owner, "DELETE", "", NULL) == 200, "%s", desk.scene.answer.body);
	read_row(&desk, &rescue);
	cr_assert(ids_is_none(rescue.code.id) && rescue.codes == 1, "the year's count stays");
}

/* ---- when it is over ---- */

/* What a code that never was is answered. */
static void expect_as_never_was(struct desk *desk, const char *over)
{
	char id[ID_TEXT + 1], never[TEXT_MAX * 2];
	login_scene_ask(&desk->scene, NULL);
	login_scene_keep_id(&desk->scene, id);
	type_in(desk, id, "0123-4567-89AB-CDEF");
	snprintf(never, sizeof never, "%s", api_text(&desk->scene.answer, "reason"));
	json_int_t tries = json_integer_value(api_member(&desk->scene.answer, "attempts_left"));
	type_in(desk, id, over);
	cr_assert(login_is(&desk->scene.answer, "challenge", never), "%s", desk->scene.answer.body);
	cr_assert(json_integer_value(api_member(&desk->scene.answer, "attempts_left")) == tries - 1, "%s",
		desk->scene.answer.body);
}

Test(helpdesk, one_that_was_used_or_is_over_is_told_from_no_other)
{
	scoped(desk) desk = {0};
	char used[RECOVERY_CODES_TEXT + 1], late[RECOVERY_CODES_TEXT + 1];
	desk_open(&desk);
	hand_over(&desk, used);
	cr_assert(opens(&desk, used), "%s", desk.scene.answer.body);
	expect_as_never_was(&desk, used);
	hand_over(&desk, late);
	fake_clock_pass(RESCUE_CODE_MS);
	expect_as_never_was(&desk, late);
}
