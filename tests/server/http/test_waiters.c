/* SPDX-License-Identifier: Apache-2.0 */
/* test_waiters - GET /v1/verifications/{id}: at once, or as soon as something has changed, or when the time is over. */
#include "server/http/waiters.h"

#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { PATH_MAX_TEXT = 160, LONG_MS = 20000, SHORT_MS = 900 };

/* One that waits on a thread of its own. */
struct reader {
	struct api_world *world;
	const char *token;
	char path[PATH_MAX_TEXT];
	struct api_answer answer;
	int64_t took_ms;
	atomic_bool answered;
	pthread_t thread;
};

static void *run_reader(void *context)
{
	struct reader *reader = context;
	int64_t began_ms = clock_monotonic_ms();
	api_call(reader->world, "GET", reader->path, reader->token, NULL, &reader->answer);
	reader->took_ms = clock_monotonic_ms() - began_ms;
	reader->answered = true;
	return NULL;
}

static void read_later_as(struct login_scene *scene, const char *token, const char *id, const char *query,
	struct reader *reader)
{
	*reader = (struct reader){.world = &scene->world, .token = token};
	snprintf(reader->path, sizeof reader->path, "/v1/verifications/%s%s", id, query);
	cr_assert(pthread_create(&reader->thread, NULL, run_reader, reader) == 0);
}

static void read_later(struct login_scene *scene, const char *id, const char *query, struct reader *reader)
{
	read_later_as(scene, scene->world.tenant.token, id, query, reader);
}

static void reader_join(struct reader *reader)
{
	pthread_join(reader->thread, NULL);
}

static void reader_done(struct reader *reader)
{
	api_answer_done(&reader->answer);
}

static void wait_for(const struct login_scene *scene, size_t count)
{
	while (waiters_count(scene->world.server.waiters) != count)
		clock_sleep_ms(1);
}

static void see(struct login_scene *scene, const char *id, const char *query, struct reader *reader)
{
	read_later(scene, id, query, reader);
	reader_join(reader);
}

static void open_one(struct login_scene *scene, char id[static ID_TEXT + 1])
{
	login_scene_ask(scene, NULL);
	login_scene_keep_id(scene, id);
}

static void type_into(struct login_scene *scene, const char *id, const char *code)
{
	char body[64];
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	cr_assert(login_try(&scene->world, scene->world.tenant.token, id, body, &scene->answer) == 200);
}

Test(waiters, an_open_one_is_seen_as_its_application_left_it)
{
	scoped(login_scene) scene = {0};
	scoped(reader) reader = {0};
	char id[ID_TEXT + 1], wrong[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	open_one(&scene, id);
	login_app_wrong(&scene.app, wrong);
	type_into(&scene, id, wrong);
	see(&scene, id, "", &reader);
	cr_assert(reader.answer.status == 200 && login_is(&reader.answer, "challenge", NULL));
	cr_assert(json_integer_value(api_member(&reader.answer, "attempts_left")) == 4, "looking costs none");
	cr_assert(json_equal(api_member(&reader.answer, "revision"), api_member(&scene.answer, "revision")));
}

Test(waiters, who_waits_is_told_by_the_act_that_allows_it)
{
	scoped(login_scene) scene = {0};
	scoped(reader) reader = {0};
	char id[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	open_one(&scene, id);
	read_later(&scene, id, "?wait=25", &reader);
	wait_for(&scene, 1);
	login_app_code(&scene.app, 0, code);
	type_into(&scene, id, code);
	reader_join(&reader);
	cr_assert(login_is(&reader.answer, "allow", NULL), "%s", reader.answer.body);
	cr_assert(api_has(&reader.answer, "event", api_text(&scene.answer, "event")));
	cr_assert(!api_member(&reader.answer, "receipt"), "it is given once, to who brought the code");
	cr_assert(reader.took_ms < LONG_MS && waiters_count(scene.world.server.waiters) == 0);
}

Test(waiters, who_waits_is_told_of_a_wrong_code_too)
{
	scoped(login_scene) scene = {0};
	scoped(reader) reader = {0};
	char id[ID_TEXT + 1], wrong[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	open_one(&scene, id);
	read_later(&scene, id, "?wait=25", &reader);
	wait_for(&scene, 1);
	login_app_wrong(&scene.app, wrong);
	type_into(&scene, id, wrong);
	reader_join(&reader);
	cr_assert(login_is(&reader.answer, "challenge", NULL) && reader.took_ms < LONG_MS);
	cr_assert(json_integer_value(api_member(&reader.answer, "attempts_left")) == 4);
}

Test(waiters, what_happens_to_another_one_wakes_nobody)
{
	scoped(login_scene) scene = {0};
	scoped(reader) reader = {0};
	char id[ID_TEXT + 1], other[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	open_one(&scene, id);
	open_one(&scene, other);
	read_later(&scene, id, "?wait=1", &reader);
	while (waiters_count(scene.world.server.waiters) == 0 && !reader.answered)
		clock_sleep_ms(1);
	login_app_code(&scene.app, 0, code);
	type_into(&scene, other, code);
	reader_join(&reader);
	cr_assert(login_is(&reader.answer, "challenge", NULL) && reader.took_ms >= SHORT_MS);
}

Test(waiters, what_changed_since_the_revision_that_is_known_is_told_at_once)
{
	scoped(login_scene) scene = {0};
	scoped(reader) reader = {0};
	char id[ID_TEXT + 1], wrong[TOTP_DIGITS_MAX + 1], query[64];
	login_scene_open(&scene);
	open_one(&scene, id);
	snprintf(query, sizeof query, "?wait=25&revision=%lld",
		(long long)json_integer_value(api_member(&scene.answer, "revision")));
	login_app_wrong(&scene.app, wrong);
	type_into(&scene, id, wrong);
	see(&scene, id, query, &reader);
	cr_assert(reader.took_ms < LONG_MS);
	cr_assert(json_integer_value(api_member(&reader.answer, "attempts_left")) == 4);
}

Test(waiters, one_that_is_over_is_not_waited_for)
{
	scoped(login_scene) scene = {0};
	scoped(reader) cancelled = {0}, expired = {0};
	char id[ID_TEXT + 1], path[PATH_MAX_TEXT];
	login_scene_open(&scene);
	open_one(&scene, id);
	snprintf(path, sizeof path, "/v1/verifications/%s", id);
	cr_assert(
		api_call(&scene.world, "DELETE", path, scene.world.tenant.token, NULL, &scene.answer) == 200);
	see(&scene, id, "?wait=25", &cancelled);
	cr_assert(login_is(&cancelled.answer, "deny", "cancelled") && cancelled.took_ms < LONG_MS);
	open_one(&scene, id);
	fake_clock_pass(VERIFICATION_OPEN_MS);
	see(&scene, id, "?wait=25", &expired);
	cr_assert(login_is(&expired.answer, "deny", "expired") && expired.took_ms < LONG_MS);
}

Test(waiters, those_who_wait_leave_the_threads_to_others)
{
	scoped(login_scene) scene = {0};
	struct reader readers[API_WAITERS] = {0};
	char id[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	open_one(&scene, id);
	for (size_t i = 0; i < API_WAITERS; i++)
		read_later(&scene, id, "?wait=25", &readers[i]);
	wait_for(&scene, API_WAITERS); /* more than the server has threads */
	login_app_code(&scene.app, 0, code);
	type_into(&scene, id, code);
	for (size_t i = 0; i < API_WAITERS; i++) {
		reader_join(&readers[i]);
		cr_assert(login_is(&readers[i].answer, "allow", NULL));
		reader_done(&readers[i]);
	}
}

Test(waiters, more_than_may_wait_are_told_to_come_later)
{
	scoped(login_scene) scene = {0};
	scoped(reader) refused = {0}, at_once = {0};
	struct reader readers[API_WAITERS] = {0};
	char id[ID_TEXT + 1];
	login_scene_open(&scene);
	open_one(&scene, id);
	for (size_t i = 0; i < API_WAITERS; i++)
		read_later(&scene, id, "?wait=25", &readers[i]);
	wait_for(&scene, API_WAITERS);
	see(&scene, id, "?wait=25", &refused);
	cr_assert(refused.answer.status == 503 && strstr(refused.answer.head, "Retry-After:"));
	see(&scene, id, "", &at_once);
	cr_assert(at_once.answer.status == 200, "who does not wait needs no place");
	waiters_stop(scene.world.server.waiters);
	for (size_t i = 0; i < API_WAITERS; i++) {
		reader_join(&readers[i]);
		cr_assert(
			login_is(&readers[i].answer, "challenge", NULL), "a server that stops answers them");
		reader_done(&readers[i]);
	}
}

Test(waiters, another_application_and_a_revoked_one_see_nothing)
{
	scoped(login_scene) scene = {0};
	scoped(reader) reader = {0};
	struct api_application other;
	char id[ID_TEXT + 1], path[PATH_MAX_TEXT];
	login_scene_open(&scene);
	open_one(&scene, id);
	api_world_application(&scene.world, &scene.world.tenant, SCOPE_BIT(VERIFY), &other);
	snprintf(path, sizeof path, "/v1/verifications/%s?wait=25", id);
	cr_assert(api_call(&scene.world, "GET", path, other.token, NULL, &scene.answer) == 404);
	cr_assert(waiters_count(scene.world.server.waiters) == 0);
	cr_assert(login_open(&scene.world, other.token, scene.person.text, NULL, &scene.answer) == 200);
	login_scene_keep_id(&scene, id);
	read_later_as(&scene, other.token, id, "?wait=25", &reader);
	wait_for(&scene, 1);
	snprintf(path, sizeof path, "/v1/applications/%s", other.text);
	cr_assert(
		api_call(&scene.world, "DELETE", path, scene.world.tenant.token, NULL, &scene.answer) == 200);
	waiters_stop(scene.world.server.waiters);
	reader_join(&reader);
	cr_assert(reader.answer.status == 401, "%s", reader.answer.body);
}

Test(waiters, a_wait_that_is_none_is_refused)
{
	static const char *const BAD[] = {"?wait=31", "?wait=-1", "?wait=x", "?revision=1.5", "?wait="};
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1];
	login_scene_open(&scene);
	open_one(&scene, id);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		scoped(reader) reader = {0};
		see(&scene, id, BAD[i], &reader);
		cr_assert(reader.answer.status == 422, "%s: %s", BAD[i], reader.answer.body);
	}
}
