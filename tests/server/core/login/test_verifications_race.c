/* SPDX-License-Identifier: Apache-2.0 */
/* test_verifications_race - 64 at once: exactly one allow, exactly five compared (login.md, traps 2 and 3).
 */
#include "server/api/call.h"
#include "server/core/login/factors.h"
#include "server/core/login/verifications.h"
#include "store/nouns/lookup_check.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

enum { AT_ONCE = 64, CALL_MEMORY = 256 * 1024 };

/* One of many calls: core alone, as a pool thread runs it. */
struct runner {
	struct api_world *world;
	pthread_barrier_t *gate;
	struct verifications_ask ask; /* as asked */
	struct arena arena;
	unsigned staled; /* times that it was prepared again */
	struct err err;
	pthread_t thread;
};

static fallible write_it(struct act *act, void *context)
{
	return verifications_write(act, context);
}

static fallible prepare(struct runner *runner)
{
	struct server *server = &runner->world->server;
	const struct caller caller = {.kind = TOKEN_APPLICATION,
		.tenant = runner->world->tenant.id,
		.application = runner->world->tenant.application,
		.scopes = SCOPE_ALL,
		.capabilities = CAPABILITY_ALL};
	scoped(reading) reading = {0};
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	return verifications_prepare(server, &caller, &view, clock_now(), &runner->arena, &runner->ask);
}

static fallible run_act(struct runner *runner)
{
	return committer_run(runner->world->server.committer,
		(struct act_job){.kind = ACT_EVENT, .run = write_it, .context = &runner->ask});
}

/* As often as a request is prepared. */
static fallible run_once(struct runner *runner)
{
	const struct verifications_ask as_asked = runner->ask;
	TRY(prepare(runner));
	pthread_barrier_wait(runner->gate);
	struct err err = run_act(runner);
	for (unsigned again = 0; err.code == CODE_STALE && again < CALL_RETRIES; again++) {
		runner->ask = as_asked;
		runner->staled++;
		TRY(prepare(runner));
		err = run_act(runner);
	}
	return err;
}

static void *run_thread(void *context)
{
	struct runner *runner = context;
	runner->err = run_once(runner);
	return NULL;
}

/* All are prepared before the first act runs: what decides is the act alone. */
static void run_all(
	struct api_world *world, struct runner runners[static AT_ONCE], const struct verifications_ask *ask)
{
	pthread_barrier_t gate;
	pthread_barrier_init(&gate, NULL, AT_ONCE);
	for (size_t i = 0; i < AT_ONCE; i++) {
		runners[i] = (struct runner){
			.world = world, .gate = &gate, .ask = *ask, .arena = ARENA(CALL_MEMORY)};
		runners[i].ask.may_lock = true; /* as one that has been prepared again */
		cr_assert(pthread_create(&runners[i].thread, NULL, run_thread, &runners[i]) == 0);
	}
	for (size_t i = 0; i < AT_ONCE; i++)
		pthread_join(runners[i].thread, NULL);
	pthread_barrier_destroy(&gate);
	for (size_t i = 0; i < AT_ONCE; i++)
		cr_assert(!err_failed(runners[i].err), "%s (%s)", runners[i].err.why, runners[i].err.at);
}

static void runners_done(struct runner runners[static AT_ONCE])
{
	for (size_t i = 0; i < AT_ONCE; i++)
		arena_done(&runners[i].arena);
}

static size_t count(
	const struct runner runners[static AT_ONCE], enum verifications_decision decision, enum reason reason)
{
	size_t n = 0;
	for (size_t i = 0; i < AT_ONCE; i++)
		n += runners[i].ask.decision == decision && runners[i].ask.reason == reason;
	return n;
}

static size_t count_compared(const struct runner runners[static AT_ONCE])
{
	size_t n = 0;
	for (size_t i = 0; i < AT_ONCE; i++)
		n += runners[i].ask.compared;
	return n;
}

/* ---- scenes ---- */

static struct verifications_ask of_open(struct login_scene *scene)
{
	struct verifications_ask ask = {.has_code = true};
	cr_assert(login_open(&scene->world, scene->world.tenant.token, scene->person.text, NULL,
			  &scene->answer) == 200);
	cr_assert(
		!err_failed(ids_parse(ID_VERIFICATION, span_text(api_text(&scene->answer, "id")), &ask.id)));
	return ask;
}

static struct verifications_ask of_first(const struct login_scene *scene)
{
	return (struct verifications_ask){.has_code = true,
		.person = span_text(scene->person.text),
		.device = {.given = true,
			.id = SPAN_LIT("desk"),
			.ip = SPAN_LIT("192.0.2.1"),
			.user_agent = SPAN_LIT("x")}};
}

/* ---- 64 at once ---- */

Test(verifications_race, of_64_right_codes_for_one_exactly_one_is_allowed_and_63_replayed)
{
	static struct runner runners[AT_ONCE];
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	struct verifications_ask ask = of_open(&scene);
	login_app_code(&scene.app, 0, ask.code);
	run_all(&scene.world, runners, &ask);
	cr_assert(count(runners, VERIFICATIONS_ALLOW, REASON_NONE) == 1);
	cr_assert(count(runners, VERIFICATIONS_DENY, REASON_REPLAYED) == AT_ONCE - 1);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_LOGIN_SUCCEEDED) == 1);
	for (size_t i = 0; i < AT_ONCE; i++)
		cr_assert(runners[i].ask.verification.tries == 0, "a replay costs nothing");
	runners_done(runners);
}

Test(verifications_race, of_64_wrong_codes_exactly_five_are_compared_then_it_is_locked)
{
	static struct runner runners[AT_ONCE];
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	struct verifications_ask ask = of_open(&scene);
	login_app_wrong(&scene.app, ask.code);
	run_all(&scene.world, runners, &ask);
	cr_assert(count_compared(runners) == VERIFICATION_TRIES, "%zu", count_compared(runners));
	cr_assert(count(runners, VERIFICATIONS_CHALLENGE, REASON_WRONG_CODE) == VERIFICATION_TRIES - 1);
	cr_assert(count(runners, VERIFICATIONS_DENY, REASON_LOCKED) == AT_ONCE - VERIFICATION_TRIES + 1);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_CHALLENGE_LOCKED) == 1);
	runners_done(runners);
}

Test(verifications_race, of_64_first_calls_with_one_code_exactly_one_is_allowed)
{
	static struct runner runners[AT_ONCE];
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	struct verifications_ask ask = of_first(&scene);
	login_app_code(&scene.app, 0, ask.code);
	run_all(&scene.world, runners, &ask);
	cr_assert(count(runners, VERIFICATIONS_ALLOW, REASON_NONE) == 1);
	cr_assert(count(runners, VERIFICATIONS_DENY, REASON_REPLAYED) == AT_ONCE - 1);
	for (size_t i = 0; i < AT_ONCE; i++)
		if (runners[i].ask.decision == VERIFICATIONS_DENY)
			cr_assert(runners[i].ask.verification.tries == 0, "a replay costs nothing");
	runners_done(runners);
}

static struct check_report look_up_all(struct api_world *world)
{
	struct lookup_check check = {.is_over = false};
	struct check_report report = {0};
	while (!check.is_over) {
		scoped(reading) reading = {0};
		cr_assert(!err_failed(reading_open(&world->server.volume, &reading)));
		struct view view = view_reading(&reading);
		cr_assert(!err_failed(lookup_check_some(&view, &check, &report)));
	}
	return report;
}

/* Each of them drew an id for it; what leads to it leads to the one that was noted. */
Test(verifications_race, of_64_first_calls_from_a_new_device_all_are_from_the_one_that_stands)
{
	static struct runner runners[AT_ONCE];
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	struct verifications_ask ask = of_first(&scene);
	ask.device.id = SPAN_LIT("a new one");
	login_app_code(&scene.app, 0, ask.code);
	run_all(&scene.world, runners, &ask);
	unsigned staled = 0;
	for (size_t i = 0; i < AT_ONCE; i++) {
		const struct verifications_ask *one = &runners[i].ask;
		cr_assert(ids_equal(one->verification.device, runners[0].ask.verification.device));
		cr_assert(ids_equal(one->drafts[FACTOR_TOTP].leaf.ids[LEAF_ID_DEVICE],
			runners[0].ask.verification.device));
		staled += runners[i].staled;
	}
	cr_assert(staled == AT_ONCE - 1, "%u", staled);
	struct check_report report = look_up_all(&scene.world);
	cr_assert(report.fault == CHECK_SOUND, "%s", tables_names()[report.table]);
	runners_done(runners);
}

Test(verifications_race, of_64_wrong_codes_for_nobody_exactly_five_are_compared)
{
	static struct runner runners[AT_ONCE];
	scoped(login_scene) scene = {0};
	struct verifications_ask ask = {.has_code = true, .code = "123456"};
	login_scene_open(&scene);
	cr_assert(login_open(&scene.world, scene.world.tenant.token, "nobody", NULL, &scene.answer) == 200);
	cr_assert(!err_failed(ids_parse(ID_VERIFICATION, span_text(api_text(&scene.answer, "id")), &ask.id)));
	run_all(&scene.world, runners, &ask);
	cr_assert(count_compared(runners) == VERIFICATION_TRIES);
	cr_assert(count(runners, VERIFICATIONS_DENY, REASON_LOCKED) == AT_ONCE - VERIFICATION_TRIES + 1);
	runners_done(runners);
}

/* ---- the same over HTTP ---- */

struct speaker {
	struct login_scene *scene;
	const char *id; /* NULL: a first call */
	const char *code;
	char decision[16], reason[16];
	int status;
	pthread_t thread;
};

static void *speak(void *context)
{
	struct speaker *speaker = context;
	char body[128];
	scoped(api_answer) answer = {0};
	struct api_world *world = &speaker->scene->world;
	snprintf(body, sizeof body, speaker->id ? "{\"code\":\"%s\"}" : ",\"code\":\"%s\"", speaker->code);
	speaker->status = speaker->id
		? login_try(world, world->tenant.token, speaker->id, body, &answer)
		: login_open(world, world->tenant.token, speaker->scene->person.text, body, &answer);
	if (speaker->status != 200)
		return NULL;
	snprintf(speaker->decision, sizeof speaker->decision, "%s", api_text(&answer, "decision"));
	if (api_member(&answer, "reason"))
		snprintf(speaker->reason, sizeof speaker->reason, "%s", api_text(&answer, "reason"));
	return NULL;
}

static size_t speak_all(
	struct login_scene *scene, const char *id, const char *code, const char *decision, const char *reason)
{
	static struct speaker speakers[AT_ONCE];
	size_t n = 0;
	for (size_t i = 0; i < AT_ONCE; i++) {
		speakers[i] = (struct speaker){.scene = scene, .id = id, .code = code};
		cr_assert(pthread_create(&speakers[i].thread, NULL, speak, &speakers[i]) == 0);
	}
	for (size_t i = 0; i < AT_ONCE; i++)
		pthread_join(speakers[i].thread, NULL);
	for (size_t i = 0; i < AT_ONCE; i++) {
		cr_assert(speakers[i].status == 200, "%d", speakers[i].status);
		n += strcmp(speakers[i].decision, decision) == 0 && strcmp(speakers[i].reason, reason) == 0;
	}
	return n;
}

Test(verifications_race, over_http_one_of_64_right_codes_is_allowed)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], id[ID_TEXT + 1];
	login_scene_open(&scene);
	of_open(&scene);
	snprintf(id, sizeof id, "%s", api_text(&scene.answer, "id"));
	login_app_code(&scene.app, 0, code);
	cr_assert(speak_all(&scene, id, code, "deny", "replayed") == AT_ONCE - 1);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_LOGIN_SUCCEEDED) == 1);
}

Test(verifications_race, over_http_one_of_64_first_calls_is_allowed)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_app_code(&scene.app, 0, code);
	cr_assert(speak_all(&scene, NULL, code, "deny", "replayed") == AT_ONCE - 1);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_LOGIN_SUCCEEDED) == 1);
}

Test(verifications_race, over_http_four_of_64_wrong_codes_may_try_again)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], id[ID_TEXT + 1];
	login_scene_open(&scene);
	of_open(&scene);
	snprintf(id, sizeof id, "%s", api_text(&scene.answer, "id"));
	login_app_wrong(&scene.app, code);
	cr_assert(speak_all(&scene, id, code, "deny", "locked") == AT_ONCE - VERIFICATION_TRIES + 1);
}

/* ---- between prepare and act ---- */

static const struct caller *caller_of(const struct login_scene *scene)
{
	static struct caller caller;
	caller = (struct caller){.kind = TOKEN_APPLICATION,
		.tenant = scene->world.tenant.id,
		.application = scene->world.tenant.application,
		.scopes = SCOPE_ALL,
		.capabilities = CAPABILITY_ALL};
	return &caller;
}

static struct err prepare_one(struct login_scene *scene, struct arena *arena, struct verifications_ask *ask)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&scene->world.server.volume, &reading));
	struct view view = view_reading(&reading);
	return verifications_prepare(&scene->world.server, caller_of(scene), &view, clock_now(), arena, ask);
}

static struct err write_one(struct login_scene *scene, struct verifications_ask *ask)
{
	return committer_run(scene->world.server.committer,
		(struct act_job){.kind = ACT_EVENT, .run = write_it, .context = ask});
}

Test(verifications_race, codes_of_another_time_step_are_computed_again)
{
	scoped(login_scene) scene = {0};
	scoped(arena) arena = ARENA(CALL_MEMORY);
	login_scene_open(&scene);
	struct verifications_ask ask = of_open(&scene);
	login_app_code(&scene.app, 0, ask.code);
	cr_assert(!err_failed(prepare_one(&scene, &arena, &ask)));
	fake_clock_pass(30000);
	cr_assert(write_one(&scene, &ask).code == CODE_STALE);
	cr_assert(!err_failed(prepare_one(&scene, &arena, &ask)) && !err_failed(write_one(&scene, &ask)));
	cr_assert(ask.decision == VERIFICATIONS_ALLOW);
}

Test(verifications_race, a_factor_that_is_removed_meanwhile_opens_nothing)
{
	scoped(login_scene) scene = {0};
	scoped(arena) arena = ARENA(CALL_MEMORY);
	char path[128];
	login_scene_open(&scene);
	struct verifications_ask ask = of_open(&scene);
	login_app_code(&scene.app, 0, ask.code);
	cr_assert(!err_failed(prepare_one(&scene, &arena, &ask)));
	snprintf(path, sizeof path, "/v1/factors/%s", scene.app.factor);
	cr_assert(api_call(&scene.world, "DELETE", path, scene.person.token, NULL, &scene.answer) == 200);
	cr_assert(write_one(&scene, &ask).code == CODE_STALE);
	cr_assert(!err_failed(prepare_one(&scene, &arena, &ask)) && !err_failed(write_one(&scene, &ask)));
	cr_assert(ask.decision == VERIFICATIONS_ENROLL && ask.reason == REASON_NO_FACTOR);
}
