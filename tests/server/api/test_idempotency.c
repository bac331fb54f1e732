/* SPDX-License-Identifier: Apache-2.0 */
/* test_idempotency - the same request with the same key is answered once more, by nobody but its caller,
 * without what was shown once. */
#include "server/api/idempotency.h"

#include "tests/server/script_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

enum { DAY_MS = 86400000 };

static const char NAMED[] = "{\"name\":\"laptop\"}", OTHER[] = "{\"name\":\"phone\"}";

static bool is_replayed(const struct api_answer *answer)
{
	return strcasestr(answer->head, "\r\nIdempotent-Replayed: true") != NULL;
}

/* ---- keys ---- */

Test(idempotency, without_a_key_every_request_is_its_own)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	for (int i = 0; i < 2; i++)
		cr_assert(script_post(&world, NAMED, NULL, &answer) == 200 && !is_replayed(&answer));
	cr_assert(script_count(&world) == 2 && script_count_rows(&world, TABLE_IDEMPOTENCY) == 0);
}

Test(idempotency, the_same_request_with_the_same_key_is_done_once)
{
	scoped(script_world) world = {0};
	scoped(api_answer) first = {0}, again = {0};
	script_world_open(&world);
	world.script.status = 201;
	cr_assert(script_post(&world, NAMED, "key-1", &first) == 201 && !is_replayed(&first));
	cr_assert(script_post(&world, NAMED, "key-1", &again) == 201 && is_replayed(&again));
	cr_assert(script_count(&world) == 1 && world.counts.prepares == 1);
	cr_assert(api_has(&again, "said", "as the script says"));
	cr_assert(script_post(&world, NAMED, "key-2", &again) == 201 && !is_replayed(&again));
	cr_assert(script_count(&world) == 2);
}

Test(idempotency, a_replay_lacks_what_is_shown_once_and_says_so)
{
	scoped(script_world) world = {0};
	scoped(api_answer) first = {0}, again = {0};
	script_world_open(&world);
	script_post(&world, NAMED, "key-1", &first);
	script_post(&world, NAMED, "key-1", &again);
	cr_assert(api_has(&first, "token", "mun_per_secret") && !api_member(&first, "withheld"));
	cr_assert(!strstr(again.body, "mun_per_secret"));
	cr_assert(api_has(&again, "withheld/0", "/token") &&
		json_array_size(api_member(&again, "withheld")) == 1);
}

Test(idempotency, a_key_of_64_visible_characters_is_one_and_anything_else_is_not)
{
	static const char *const BAD[] = {"", "a b", "a\tb", "k\xc3\xa9y"};
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	char key[IDEMPOTENCY_KEY_MAX + 2];
	script_world_open(&world);
	memset(key, '~', sizeof key);
	key[IDEMPOTENCY_KEY_MAX] = '\0';
	cr_assert(script_post(&world, NAMED, key, &answer) == 200);
	cr_assert(script_post(&world, NAMED, key, &answer) == 200 && is_replayed(&answer));
	key[IDEMPOTENCY_KEY_MAX] = '~';
	key[IDEMPOTENCY_KEY_MAX + 1] = '\0';
	script_post(&world, NAMED, key, &answer);
	cr_assert(api_is_code(&answer, 422, "invalid"), "65 characters");
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		script_post(&world, NAMED, BAD[i], &answer);
		cr_assert(api_is_code(&answer, 422, "invalid"), "%s", BAD[i]);
	}
	cr_assert(script_count(&world) == 1);
}

Test(idempotency, a_key_with_another_request_is_refused)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_request request = {.method = "POST", .body = NAMED, .key = "key-1"};
	script_world_open(&world);
	request.token = world.api.tenant.token;
	script_post(&world, NAMED, "key-1", &answer);
	script_post(&world, OTHER, "key-1", &answer);
	cr_assert(api_is_code(&answer, 422, "idempotency_mismatch"), "another body");
	request.path = "/v1/people/somebody/tokens";
	api_ask(&world.api, &request, &answer);
	cr_assert(api_is_code(&answer, 422, "idempotency_mismatch"), "another path of the route");
	request.path = "/v1/people/anybody/tokens?x=1";
	api_ask(&world.api, &request, &answer);
	cr_assert(api_is_code(&answer, 422, "idempotency_mismatch"), "another query");
	cr_assert(script_count(&world) == 1);
}

Test(idempotency, what_is_read_has_no_key)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	for (int i = 0; i < 2; i++) {
		const struct api_request request = {
			.method = "GET", .path = "/v1/keys", .token = world.api.tenant.token, .key = "key-1"};
		cr_assert(api_ask(&world.api, &request, &answer) == 200 && !is_replayed(&answer));
	}
	cr_assert(script_count(&world) == 2);
}

/* ---- whose ---- */

Test(idempotency, an_answer_is_replayed_to_its_caller_alone)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application other;
	struct api_tenant stranger;
	struct api_person owner;
	char path[SCRIPT_PATH];
	script_world_open(&world);
	script_path("anybody", path);
	api_world_application(&world.api, &world.api.tenant, SCOPE_BIT(ADMIN), &other);
	api_world_tenant(&world.api, &stranger);
	api_world_person(&world.api, &world.api.tenant, "owner", NULL, &owner);
	struct api_request request = {.method = "POST", .path = path, .body = NAMED, .key = "key-1"};
	const char *const tokens[] = {world.api.tenant.token, other.token, stranger.token, owner.token};
	for (size_t i = 0; i < 4; i++) {
		request.token = tokens[i];
		cr_assert(api_ask(&world.api, &request, &answer) == 200, "%zu: %s", i, answer.body);
		cr_assert(!is_replayed(&answer), "caller %zu", i);
		cr_assert(api_ask(&world.api, &request, &answer) == 200 && is_replayed(&answer), "caller %zu",
			i);
	}
	cr_assert(world.counts.writes == 4);
}

Test(idempotency, a_replay_passes_the_guard_of_today)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application other;
	char path[SCRIPT_PATH], revoke[SCRIPT_PATH];
	script_world_open(&world);
	script_path("anybody", path);
	api_world_application(&world.api, &world.api.tenant, SCOPE_BIT(ADMIN), &other);
	const struct api_request request = {
		.method = "POST", .path = path, .token = other.token, .body = NAMED, .key = "key-1"};
	cr_assert(api_ask(&world.api, &request, &answer) == 200);
	snprintf(revoke, sizeof revoke, "/v1/applications/%s", other.text);
	cr_assert(api_call(&world.api, "DELETE", revoke, world.api.tenant.token, NULL, &answer) == 200, "%s",
		answer.body);
	cr_assert(api_ask(&world.api, &request, &answer) == 401 && !is_replayed(&answer));
}

/* ---- what is kept ---- */

Test(idempotency, an_act_that_fails_leaves_no_row)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.write_err = FAIL(CONFLICT, "the state forbids this");
	cr_assert(script_post(&world, NAMED, "key-1", &answer) == 409);
	world.script.write_err = OK;
	world.script.prepare_err = FAIL(CONFLICT, "the state forbids this");
	cr_assert(script_post(&world, NAMED, "key-1", &answer) == 409);
	world.script.prepare_err = OK;
	world.script.stale = 3;
	cr_assert(script_post(&world, NAMED, "key-1", &answer) == 503);
	world.script.stale = 0;
	cr_assert(script_count_rows(&world, TABLE_IDEMPOTENCY) == 0);
	cr_assert(script_post(&world, NAMED, "key-1", &answer) == 200 && !is_replayed(&answer));
	cr_assert(script_count(&world) == 1);
}

Test(idempotency, a_refusal_is_decided_anew_each_time)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.refusal = FAIL_CODE(FROZEN, "frozen");
	cr_assert(script_post(&world, NAMED, "key-1", &answer) == 403);
	world.script.refusal = OK;
	world.script.prepare_err = FAIL_CODE(FROZEN, "frozen");
	cr_assert(script_post(&world, NAMED, "key-1", &answer) == 403);
	world.script.prepare_err = OK;
	cr_assert(script_count_rows(&world, TABLE_IDEMPOTENCY) == 0);
	cr_assert(script_post(&world, NAMED, "key-1", &answer) == 200 && !is_replayed(&answer));
}

Test(idempotency, an_answer_that_cannot_be_made_takes_the_act_back)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.answer_err = FAIL(CONFLICT, "no answer");
	cr_assert(script_post(&world, NAMED, "key-1", &answer) == 409);
	cr_assert(script_count(&world) == 0 && script_count_rows(&world, TABLE_IDEMPOTENCY) == 0);
}

Test(idempotency, a_stale_act_keeps_one_answer)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.stale = 2;
	cr_assert(script_post(&world, NAMED, "key-1", &answer) == 200 && !is_replayed(&answer), "%s",
		answer.body);
	cr_assert(api_has(&answer, "token", "mun_per_secret"));
	cr_assert(script_count(&world) == 1 && script_count_rows(&world, TABLE_IDEMPOTENCY) == 1);
	cr_assert(script_post(&world, NAMED, "key-1", &answer) == 200 && is_replayed(&answer));
}

Test(idempotency, no_answer_lies_in_clear)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(reading) reading = {0};
	scoped(kv_cursor) rows = {0};
	script_world_open(&world);
	script_post(&world, NAMED, "key-1", &answer);
	cr_assert(!err_failed(reading_open(&world.api.server.volume, &reading)));
	cr_assert(!err_failed(kv_seek(&reading.txn, TABLE_IDEMPOTENCY, SPAN_NONE, &rows)));
	cr_assert(kv_next(&rows));
	cr_assert(!memmem(rows.value.at, rows.value.len, "script", 6));
	cr_assert(!memmem(rows.key.at, rows.key.len, "key-1", 5));
}

/* ---- at the same time ---- */

enum { THREADS = 3, KEYS = 20 };

struct sending {
	struct script_world *world;
	size_t answered, replayed;
};

/* All threads go through the same keys. */
static void *post_all(void *context)
{
	struct sending *posting = context;
	scoped(api_answer) answer = {0};
	char key[16];
	for (int i = 0; i < KEYS; i++) {
		snprintf(key, sizeof key, "key-%d", i);
		posting->answered += script_post(posting->world, NAMED, key, &answer) == 200;
		posting->replayed += is_replayed(&answer);
	}
	return NULL;
}

Test(idempotency, of_the_same_requests_at_the_same_time_one_is_done)
{
	scoped(script_world) world = {0};
	struct sending postings[THREADS];
	pthread_t threads[THREADS];
	size_t answered = 0, replayed = 0;
	script_world_open(&world);
	for (size_t i = 0; i < THREADS; i++) {
		postings[i] = (struct sending){&world, 0, 0};
		cr_assert(pthread_create(&threads[i], NULL, post_all, &postings[i]) == 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		answered += postings[i].answered;
		replayed += postings[i].replayed;
	}
	cr_assert(answered == THREADS * KEYS && replayed == (THREADS - 1) * KEYS, "%zu, %zu", answered,
		replayed);
	cr_assert(script_count(&world) == KEYS);
}

/* ---- how long ---- */

Test(idempotency, an_answer_is_kept_for_a_day_at_least_and_for_two_at_most)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application lasting;
	char path[SCRIPT_PATH];
	script_world_open(&world);
	script_path("anybody", path);
	api_world_application(&world.api, &world.api.tenant, SCOPE_BIT(ADMIN), &lasting);
	const struct api_request request = {
		.method = "POST", .path = path, .token = lasting.token, .body = NAMED, .key = "key-1"};
	cr_assert(api_ask(&world.api, &request, &answer) == 200 && !is_replayed(&answer));
	fake_clock_pass(DAY_MS);
	cr_assert(api_ask(&world.api, &request, &answer) == 200 && is_replayed(&answer), "over midnight");
	fake_clock_pass(DAY_MS);
	cr_assert(api_ask(&world.api, &request, &answer) == 200 && !is_replayed(&answer));
	cr_assert(script_count(&world) == 2);
}

struct sweeping {
	size_t max;
	struct swept swept;
};

static fallible sweep(struct act *act, void *context)
{
	struct sweeping *sweeping = context;
	return idempotency_sweep(act, sweeping->max, &sweeping->swept);
}

static size_t sweep_rows(struct script_world *world, size_t max)
{
	struct sweeping sweeping = {.max = max};
	struct err err = committer_run(world->api.server.committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = sweep, .context = &sweeping});
	cr_assert(!err_failed(err), "%s", err.why);
	return sweeping.swept.done;
}

Test(idempotency, rows_are_swept_when_their_day_and_the_next_are_over)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	char key[16];
	script_world_open(&world);
	for (int i = 0; i < 3; i++) {
		snprintf(key, sizeof key, "key-%d", i);
		cr_assert(script_post(&world, NAMED, key, &answer) == 200);
	}
	cr_assert(sweep_rows(&world, 10) == 0);
	fake_clock_pass(DAY_MS);
	cr_assert(sweep_rows(&world, 10) == 0, "yesterday's are still asked for");
	fake_clock_pass(DAY_MS);
	cr_assert(sweep_rows(&world, 2) == 2 && sweep_rows(&world, 10) == 1 && sweep_rows(&world, 10) == 0);
	cr_assert(script_count_rows(&world, TABLE_IDEMPOTENCY) == 0);
}
