/* SPDX-License-Identifier: Apache-2.0 */
/* test_factor_resets - what the server does with a reset that was agreed to, on a clock that is moved. */
#include "server/core/login/factor_resetting.h"

#include "store/nouns/factor_reset.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { HOUR_MS = 60 * 60 * 1000, PATH = 128 };

/* Two owners, who may manage factors, and what was answered last. */
struct desk {
	struct login_scene scene;
	struct api_person asks, agrees;
	char reset[ID_TEXT + 1];
};

static void desk_done(struct desk *desk)
{
	login_scene_done(&desk->scene);
}

static void open_desk(struct desk *desk)
{
	struct api_world *world = &desk->scene.world;
	login_scene_open(&desk->scene);
	api_world_person(world, &world->tenant, "owner", NULL, &desk->asks);
	api_world_person(world, &world->tenant, "owner", NULL, &desk->agrees);
}

static int ask(struct desk *desk)
{
	char path[PATH];
	struct login_scene *scene = &desk->scene;
	snprintf(path, sizeof path, "/v1/people/%s/factor-reset", scene->person.text);
	int status = api_call(
		&scene->world, "POST", path, desk->asks.token, "{\"reason\":\"lost\"}", &scene->answer);
	if (status == 202)
		login_scene_keep_id(scene, desk->reset);
	return status;
}

static int agree(struct desk *desk)
{
	char path[PATH];
	struct login_scene *scene = &desk->scene;
	snprintf(path, sizeof path, "/v1/factor-resets/%s/decision", desk->reset);
	return api_call(
		&scene->world, "POST", path, desk->agrees.token, "{\"approve\":true}", &scene->answer);
}

static bool is_in(struct desk *desk, const char *state)
{
	char path[PATH];
	struct login_scene *scene = &desk->scene;
	snprintf(path, sizeof path, "/v1/factor-resets/%s", desk->reset);
	cr_assert(api_call(&scene->world, "GET", path, desk->asks.token, NULL, &scene->answer) == 200);
	return api_has(&scene->answer, "state", state);
}

static size_t turn(struct desk *desk)
{
	size_t done;
	struct server *server = &desk->scene.world.server;
	cr_assert(!err_failed(factor_resetting_turn(server, volume_now(&server->volume), &done)));
	return done;
}

static size_t count(struct desk *desk, enum action action)
{
	return api_count_events(&desk->scene.world, desk->scene.world.tenant.id, action);
}

static void ask_and_agree(struct desk *desk)
{
	cr_assert(ask(desk) == 202, "%s", desk->scene.answer.body);
	cr_assert(agree(desk) == 200, "%s", desk->scene.answer.body);
}

Test(factor_resets, one_is_carried_out_when_it_is_due_and_once)
{
	scoped(desk) desk = {0};
	open_desk(&desk);
	ask_and_agree(&desk);
	fake_clock_pass(24 * HOUR_MS - 1000);
	cr_assert(turn(&desk) == 0 && is_in(&desk, "approved"), "a second before its time it waits");
	fake_clock_pass(1000);
	cr_assert(turn(&desk) == 1 && is_in(&desk, "done"), "%s", desk.scene.answer.body);
	cr_assert(json_integer_value(api_member(&desk.scene.answer, "factors_ended")) == 1);
	cr_assert(turn(&desk) == 0 && count(&desk, ACTION_FACTOR_RESET) == 1);
}

Test(factor_resets, one_that_nobody_agreed_to_is_never_carried_out)
{
	scoped(desk) desk = {0};
	open_desk(&desk);
	cr_assert(ask(&desk) == 202);
	fake_clock_pass(48 * HOUR_MS);
	cr_assert(turn(&desk) == 0 && is_in(&desk, "waiting") && count(&desk, ACTION_FACTOR_RESET) == 0);
	cr_assert(agree(&desk) == 200, "%s", desk.scene.answer.body);
	cr_assert(turn(&desk) == 1 && is_in(&desk, "done"), "who agrees after its day has it done at once");
}

static int cancel(struct desk *desk, const char *token)
{
	char path[PATH];
	struct login_scene *scene = &desk->scene;
	snprintf(path, sizeof path, "/v1/factor-resets/%s", desk->reset);
	return api_call(&scene->world, "DELETE", path, token, NULL, &scene->answer);
}

Test(factor_resets, one_that_lapsed_is_told_to_have_and_is_over)
{
	const int64_t week_ms = INT64_C(7) * 24 * HOUR_MS;
	scoped(desk) desk = {0};
	open_desk(&desk);
	cr_assert(ask(&desk) == 202);
	fake_clock_pass(24 * HOUR_MS + week_ms - 1000);
	cr_assert(is_in(&desk, "waiting"));
	fake_clock_pass(1000);
	cr_assert(is_in(&desk, "lapsed"), "%s", desk.scene.answer.body);
	cr_assert(cancel(&desk, desk.asks.token) == 409 && agree(&desk) == 410, "%s", desk.scene.answer.body);
}

Test(factor_resets, who_asked_takes_it_back_also_without_the_right_to_ask)
{
	char path[PATH];
	struct api_person stranger;
	scoped(desk) desk = {0};
	open_desk(&desk);
	struct login_scene *scene = &desk.scene;
	api_world_person(&scene->world, &scene->world.tenant, "assistant", NULL, &stranger);
	cr_assert(ask(&desk) == 202);
	snprintf(path, sizeof path, "/v1/people/%s", desk.asks.text);
	cr_assert(api_call(&scene->world, "PATCH", path, desk.agrees.token, "{\"roles\":[\"assistant\"]}",
			  &scene->answer) == 200,
		"%s", scene->answer.body);
	cr_assert(is_in(&desk, "waiting"), "and sees what became of it");
	cr_assert(cancel(&desk, stranger.token) == 404, "%s", scene->answer.body);
	cr_assert(cancel(&desk, desk.asks.token) == 200, "%s", scene->answer.body);
	cr_assert(api_has(&scene->answer, "state", "cancelled"));
}

Test(factor_resets, a_factor_that_was_added_while_it_waited_ends_as_well)
{
	scoped(desk) desk = {0};
	struct login_app other;
	char path[PATH];
	open_desk(&desk);
	ask_and_agree(&desk);
	login_start_shape(&desk.scene.world, desk.scene.person.token, desk.scene.person.text, "", &other);
	fake_clock_pass(24 * HOUR_MS);
	cr_assert(turn(&desk) == 1 && is_in(&desk, "done"));
	struct login_scene *scene = &desk.scene;
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene->person.text);
	cr_assert(api_call(&scene->world, "GET", path, desk.asks.token, NULL, &scene->answer) == 200);
	cr_assert(json_array_size(api_member(&scene->answer, "items")) == 0, "%s", scene->answer.body);
}

Test(factor_resets, one_of_a_person_who_is_gone_leaves_the_queue_and_changes_nothing)
{
	scoped(desk) desk = {0};
	char path[PATH];
	open_desk(&desk);
	ask_and_agree(&desk);
	struct login_scene *scene = &desk.scene;
	snprintf(path, sizeof path, "/v1/people/%s", scene->person.text);
	cr_assert(api_call(&scene->world, "DELETE", path, desk.asks.token, NULL, &scene->answer) == 200);
	cr_assert(is_in(&desk, "lapsed"), "at once: %s", scene->answer.body);
	cr_assert(cancel(&desk, desk.asks.token) == 409, "%s", scene->answer.body);
	fake_clock_pass(24 * HOUR_MS);
	cr_assert(turn(&desk) == 1 && turn(&desk) == 0 && count(&desk, ACTION_FACTOR_RESET) == 0);
	cr_assert(is_in(&desk, "lapsed"), "%s", scene->answer.body);
}

static size_t waiting_for(struct desk *desk, const struct api_person *who)
{
	struct login_scene *scene = &desk->scene;
	cr_assert(api_call(&scene->world, "GET", "/v1/approvals", who->token, NULL, &scene->answer) == 200,
		"%s", scene->answer.body);
	return json_array_size(api_member(&scene->answer, "items"));
}

Test(factor_resets, one_that_waits_for_a_person_who_is_gone_waits_for_nobody)
{
	scoped(desk) desk = {0};
	char path[PATH];
	open_desk(&desk);
	cr_assert(ask(&desk) == 202, "%s", desk.scene.answer.body);
	cr_assert(waiting_for(&desk, &desk.agrees) == 1, "%s", desk.scene.answer.body);
	struct login_scene *scene = &desk.scene;
	snprintf(path, sizeof path, "/v1/people/%s", scene->person.text);
	cr_assert(api_call(&scene->world, "DELETE", path, desk.asks.token, NULL, &scene->answer) == 200);
	cr_assert(is_in(&desk, "lapsed"), "%s", scene->answer.body);
	cr_assert(agree(&desk) == 410, "%s", scene->answer.body);
	cr_assert(waiting_for(&desk, &desk.agrees) == 0, "%s", scene->answer.body);
}

Test(factor_resets, a_person_who_has_no_factor_needs_none)
{
	scoped(desk) desk = {0};
	open_desk(&desk);
	ask_and_agree(&desk);
	fake_clock_pass(24 * HOUR_MS);
	cr_assert(turn(&desk) == 1);
	cr_assert(ask(&desk) == 409 && strstr(desk.scene.answer.body, "enrolment"), "%s",
		desk.scene.answer.body);
}

/* What stands beside the factors of the person; NULL: no reset waits. */
static const json_t *beside_factors(struct desk *desk, const char *token)
{
	char path[PATH];
	struct login_scene *scene = &desk->scene;
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene->person.text);
	cr_assert(api_call(&scene->world, "GET", path, token, NULL, &scene->answer) == 200, "%s",
		scene->answer.body);
	const json_t *reset = api_member(&scene->answer, "reset");
	cr_assert(json_is_object(reset) || json_is_null(reset), "%s", scene->answer.body);
	return json_is_null(reset) ? NULL : reset;
}

static bool says(const json_t *reset, const char *member, const char *text)
{
	const char *found = json_string_value(json_object_get(reset, member));
	return found && strcmp(found, text) == 0;
}

Test(factor_resets, one_that_waits_is_told_beside_the_factors_of_its_person)
{
	char name[PATH], path[PATH];
	scoped(desk) desk = {0};
	open_desk(&desk);
	struct login_scene *scene = &desk.scene;
	snprintf(path, sizeof path, "/v1/people/%s", desk.asks.text);
	cr_assert(api_call(&scene->world, "GET", path, desk.asks.token, NULL, &scene->answer) == 200);
	snprintf(name, sizeof name, "%s", json_string_value(api_member(&scene->answer, "name")));
	cr_assert(beside_factors(&desk, desk.asks.token) == NULL);
	cr_assert(ask(&desk) == 202);
	const char *const readers[] = {desk.asks.token, desk.agrees.token, scene->person.token};
	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
		const json_t *reset = beside_factors(&desk, readers[i]);
		cr_assert(says(reset, "id", desk.reset) && says(reset, "state", "waiting"));
		cr_assert(says(reset, "requested_by", desk.asks.text), "%s", scene->answer.body);
		cr_assert(says(reset, "requested_by_name", name), "%s", scene->answer.body);
		cr_assert(says(reset, "reason", "lost"), "%s", scene->answer.body);
	}
	cr_assert(agree(&desk) == 200);
	cr_assert(says(beside_factors(&desk, scene->person.token), "state", "approved"));
	cr_assert(cancel(&desk, scene->person.token) == 200, "%s", scene->answer.body);
	cr_assert(beside_factors(&desk, desk.asks.token) == NULL, "what was taken back waits no more");
}

Test(factor_resets, one_that_is_over_is_not_told_beside_the_factors)
{
	const int64_t week_ms = INT64_C(7) * 24 * HOUR_MS;
	scoped(desk) desk = {0};
	open_desk(&desk);
	cr_assert(ask(&desk) == 202);
	fake_clock_pass(24 * HOUR_MS + week_ms - 1000);
	cr_assert(beside_factors(&desk, desk.asks.token) != NULL);
	fake_clock_pass(1000);
	cr_assert(beside_factors(&desk, desk.asks.token) == NULL, "it lapsed");
	ask_and_agree(&desk);
	fake_clock_pass(24 * HOUR_MS);
	cr_assert(turn(&desk) == 1 && is_in(&desk, "done"));
	cr_assert(beside_factors(&desk, desk.asks.token) == NULL, "it is done");
}

Test(factor_resets, one_of_a_person_who_is_gone_is_not_told_beside_the_factors)
{
	char path[PATH];
	scoped(desk) desk = {0};
	open_desk(&desk);
	ask_and_agree(&desk);
	struct login_scene *scene = &desk.scene;
	snprintf(path, sizeof path, "/v1/people/%s", scene->person.text);
	cr_assert(api_call(&scene->world, "DELETE", path, desk.asks.token, NULL, &scene->answer) == 200);
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene->person.text);
	cr_assert(api_call(&scene->world, "GET", path, desk.asks.token, NULL, &scene->answer) == 200, "%s",
		scene->answer.body);
	cr_assert(json_is_null(api_member(&scene->answer, "reset")), "%s", scene->answer.body);
}
