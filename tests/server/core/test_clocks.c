/* SPDX-License-Identifier: Apache-2.0 */
/* test_clocks - a clock that nobody keeps right, and one that is set back: what is refused, told, and never revived. */
#include "server/core/clocks.h"

#include "base/timestamp.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS, PATH_BYTES = 128, BODY_MAX = 256 };

/* A scene whose server has a clock of its own and a health to tell; both live as long as the scene. */
struct watched {
	struct login_scene scene;
	struct steady clock;
	struct health health;
};

static void watched_done(struct watched *watched)
{
	login_scene_done(&watched->scene);
}

static void open_watched(struct watched *watched)
{
	struct server *server = &watched->scene.world.server;
	login_scene_open(&watched->scene);
	server->volume.clock = &watched->clock;
	server->health = &watched->health;
	cr_assert(!err_failed(clocks_begin(server)));
	cr_assert(!err_failed(clocks_look(server)));
}

static void look(struct watched *watched)
{
	struct err err = clocks_look(&watched->scene.world.server);
	cr_assert(!err_failed(err), "%s", err.why);
}

static void be_strict(struct watched *watched)
{
	struct api_world *world = &watched->scene.world;
	cr_assert(api_call(world, "PUT", "/v1/policies/everyone", world->tenant.token,
			  "{\"clock\":\"strict\"}", &watched->scene.answer) == 200);
	cr_assert(api_has(&watched->scene.answer, "clock", "strict"));
}

static void type_code(struct watched *watched, int steps)
{
	char code[TOTP_DIGITS_MAX + 1];
	login_app_code(&watched->scene.app, steps, code);
	login_scene_type(&watched->scene, code);
}

static size_t alarms(struct watched *watched)
{
	return api_count_events(&watched->scene.world, watched->scene.world.tenant.id, ACTION_CLOCK_JUMPED);
}

/* ---- nobody keeps it right ---- */

Test(clocks, rule_o_no_authenticator_counts_while_a_strict_clock_is_not_synchronised)
{
	scoped(watched) watched = {0};
	open_watched(&watched);
	be_strict(&watched);
	type_code(&watched, 0);
	cr_assert(login_is(&watched.scene.answer, "allow", NULL), "%s", watched.scene.answer.body);
	fake_clock_lose();
	look(&watched);
	fake_clock_pass(MINUTE_MS);
	type_code(&watched, 0);
	cr_assert(login_is(&watched.scene.answer, "deny", "clock_unsynced"), "%s", watched.scene.answer.body);
}

Test(clocks, rule_o_a_lenient_policy_takes_codes_all_the_same)
{
	scoped(watched) watched = {0};
	open_watched(&watched);
	fake_clock_lose();
	look(&watched);
	type_code(&watched, 0);
	cr_assert(login_is(&watched.scene.answer, "allow", NULL), "%s", watched.scene.answer.body);
	cr_assert(api_call(&watched.scene.world, "GET", "/readyz", NULL, NULL, &watched.scene.answer) == 200);
	cr_assert(strstr(watched.scene.answer.body, "nothing keeps the machine's clock right"), "%s",
		watched.scene.answer.body);
}

/* ---- it was set back ---- */

Test(clocks, rule_o_a_step_back_is_an_alarm_told_once)
{
	scoped(watched) watched = {0};
	scoped(arena) arena = ARENA(1024 * 1024);
	struct event_read event;
	open_watched(&watched);
	fake_clock_pass(-HOUR_MS);
	look(&watched);
	look(&watched);
	cr_assert(alarms(&watched) == 1 && watched.health.clock_behind);
	api_find_event(
		&watched.scene.world, watched.scene.world.tenant.id, ACTION_CLOCK_JUMPED, &arena, &event);
	cr_assert(memmem(
		event.texts[LEAF_TEXT_DETAIL].at, event.texts[LEAF_TEXT_DETAIL].len, "\"delta_ms\":-36", 14));
	fake_clock_pass(2 * HOUR_MS);
	look(&watched);
	cr_assert(!watched.health.clock_behind && alarms(&watched) == 1);
	fake_clock_pass(-HOUR_MS);
	look(&watched);
	cr_assert(alarms(&watched) == 2, "another step is another alarm");
}

Test(clocks, rule_o_a_minute_back_is_no_alarm)
{
	scoped(watched) watched = {0};
	open_watched(&watched);
	fake_clock_pass(-MINUTE_MS + 10000);
	look(&watched);
	cr_assert(alarms(&watched) == 0 && !watched.health.clock_behind);
}

Test(clocks, rule_o_after_a_step_back_no_code_of_a_used_step_opens_again)
{
	scoped(watched) watched = {0};
	char code[TOTP_DIGITS_MAX + 1];
	open_watched(&watched);
	login_app_code(&watched.scene.app, 0, code);
	login_scene_type(&watched.scene, code);
	cr_assert(login_is(&watched.scene.answer, "allow", NULL), "%s", watched.scene.answer.body);
	fake_clock_pass(HOUR_MS);
	type_code(&watched, 0);
	cr_assert(login_is(&watched.scene.answer, "allow", NULL), "%s", watched.scene.answer.body);
	fake_clock_pass(-HOUR_MS);
	login_scene_type(&watched.scene, code);
	cr_assert(login_is(&watched.scene.answer, "deny", "replayed"), "%s", watched.scene.answer.body);
	type_code(&watched, 1);
	cr_assert(!login_is(&watched.scene.answer, "allow", NULL),
		"nor any code of the hour that passed already: %s", watched.scene.answer.body);
}

Test(clocks, rule_o_after_a_step_back_a_verification_that_expired_stays_so)
{
	scoped(watched) watched = {0};
	char id[ID_TEXT + 1], body[BODY_MAX], code[TOTP_DIGITS_MAX + 1];
	open_watched(&watched);
	login_scene_ask(&watched.scene, NULL);
	login_scene_keep_id(&watched.scene, id);
	fake_clock_pass(HOUR_MS);
	login_try(&watched.scene.world, watched.scene.world.tenant.token, id, "{\"code\":\"000000\"}",
		&watched.scene.answer);
	cr_assert(login_is(&watched.scene.answer, "deny", "expired"), "%s", watched.scene.answer.body);
	fake_clock_pass(-HOUR_MS);
	login_app_code(&watched.scene.app, 0, code);
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	login_try(&watched.scene.world, watched.scene.world.tenant.token, id, body, &watched.scene.answer);
	cr_assert(login_is(&watched.scene.answer, "deny", "expired"), "%s", watched.scene.answer.body);
}

Test(clocks, rule_o_after_a_step_back_an_application_that_ended_stays_ended)
{
	scoped(watched) watched = {0};
	struct api_answer *answer = &watched.scene.answer;
	struct api_world *world = &watched.scene.world;
	char until[TIMESTAMP_TEXT + 1], body[BODY_MAX], token[TOKEN_TEXT + 1];
	open_watched(&watched);
	timestamp_print((struct instant){clock_now().ms + HOUR_MS}, until);
	snprintf(body, sizeof body, "{\"name\":\"desk\",\"scopes\":[\"people:read\"],\"expires_at\":\"%s\"}",
		until);
	cr_assert(api_call(world, "POST", "/v1/applications", world->tenant.token, body, answer) == 201);
	snprintf(token, sizeof token, "%s", api_text(answer, "token"));
	cr_assert(api_call(world, "GET", "/v1/people", token, NULL, answer) == 200);
	fake_clock_pass(2 * HOUR_MS);
	cr_assert(api_call(world, "GET", "/v1/people", token, NULL, answer) == 401);
	fake_clock_pass(-2 * HOUR_MS);
	cr_assert(api_call(world, "GET", "/v1/people", token, NULL, answer) == 401, "it does not revive");
}

Test(clocks, rule_o_a_restart_forgets_no_time_that_stands_in_the_log)
{
	scoped(watched) watched = {0};
	struct steady after = {0};
	struct server *server = &watched.scene.world.server;
	open_watched(&watched);
	type_code(&watched, 0);
	int64_t written_ms = clock_now().ms;
	fake_clock_pass(-HOUR_MS);
	server->volume.clock = &after;
	cr_assert(!err_failed(clocks_begin(server)));
	cr_assert(volume_now(&server->volume).ms >= written_ms);
	look(&watched);
	cr_assert(watched.health.clock_behind && alarms(&watched) == 1);
}

Test(clocks, rule_o_after_a_step_back_fresh_codes_open_unless_the_clock_is_strict)
{
	scoped(watched) watched = {0};
	open_watched(&watched);
	fake_clock_pass(HOUR_MS);
	look(&watched);
	fake_clock_pass(-HOUR_MS);
	look(&watched);
	type_code(&watched, 0);
	cr_assert(login_is(&watched.scene.answer, "allow", NULL), "phones go by the right clock: %s",
		watched.scene.answer.body);
	be_strict(&watched);
	type_code(&watched, 1);
	cr_assert(login_is(&watched.scene.answer, "deny", "clock_unsynced"), "%s", watched.scene.answer.body);
}
