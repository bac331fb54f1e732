/* SPDX-License-Identifier: Apache-2.0 */
/* test_attempt - shares of several holders come together, wrong tries are slowed, and nothing waits for ever. */
#include "server/attempt.h"

#include "tests/server/keeper_world.h"

#include <criterion/criterion.h>

enum { COUNT = 3, LEAST = 2, ARENA_BYTES = 64 * 1024, ANNA = 1000, BORIS = 1001, NOW_MS = 5000 };

static const struct slots_secret BY_FILE = {.kind = SLOT_KEY_FILE, .text = {KEEPER_SECRET, SLOT_SECRET}};

struct scene {
	struct keeper_world world;
	struct keyring *keyring;
	struct secret_arena *arena;
	struct share shares[COUNT];
	struct attempt attempt;
};

static void scene_done(struct scene *scene)
{
	attempt_done(&scene->attempt);
	secret_arena_close(scene->arena);
	keyring_close(scene->keyring);
	keeper_world_done(&scene->world);
}

static void scene_make(struct scene *scene)
{
	const struct slots_ask ask = {.kind = SLOT_SHARES, .least = LEAST, .count = COUNT};
	uint32_t number;
	bool locked;
	keeper_world_make(&scene->world);
	scene->keyring = keeper_world_open_keyring(&scene->world);
	keeper_world_must(slots_add(scene->keyring, &BY_FILE, &ask, scene->shares, &number));
	keeper_world_must(secret_arena_open(ARENA_BYTES, SECRET_LOCK_WANTED, &scene->arena, &locked));
	keeper_world_must(attempt_init(scene->arena, &scene->attempt));
}

static struct err bring(struct scene *scene, const struct share *share, unsigned user, int64_t now_ms)
{
	char text[SHARE_TEXT + 1];
	share_print(share, text);
	return attempt_add(&scene->attempt, scene->keyring, span_of(text, SHARE_TEXT), user, now_ms);
}

static uint8_t count_at(struct scene *scene, int64_t now_ms)
{
	return attempt_bundle(&scene->attempt, now_ms)->count;
}

Test(attempt, shares_of_several_holders_come_together)
{
	scoped(scene) scene = {0};
	scene_make(&scene);
	cr_assert(count_at(&scene, NOW_MS) == 0 && scene.attempt.until_ms == 0);
	keeper_world_must(bring(&scene, &scene.shares[2], ANNA, NOW_MS));
	cr_assert(count_at(&scene, NOW_MS) == 1 && scene.attempt.until_ms == NOW_MS + ATTEMPT_MS);
	keeper_world_must(bring(&scene, &scene.shares[0], BORIS, NOW_MS + ATTEMPT_MS - 1));
	cr_assert(bundle_is_full(attempt_bundle(&scene.attempt, NOW_MS + ATTEMPT_MS - 1)));
	cr_assert(scene.attempt.helper_count == 2 && scene.attempt.helpers[0] == ANNA &&
		scene.attempt.helpers[1] == BORIS);
}

Test(attempt, who_helps_twice_is_named_once)
{
	scoped(scene) scene = {0};
	scene_make(&scene);
	keeper_world_must(bring(&scene, &scene.shares[2], ANNA, NOW_MS));
	keeper_world_must(bring(&scene, &scene.shares[1], ANNA, NOW_MS));
	cr_assert(scene.attempt.helper_count == 1);
	for (unsigned user = 0; user < 3 * ATTEMPT_HELPERS_MAX; user++)
		attempt_help(&scene.attempt, user);
	cr_assert(scene.attempt.helper_count == ATTEMPT_HELPERS_MAX);
}

Test(attempt, what_is_not_finished_in_time_is_forgotten_and_can_be_begun_again)
{
	scoped(scene) scene = {0};
	scene_make(&scene);
	keeper_world_must(bring(&scene, &scene.shares[0], ANNA, NOW_MS));
	cr_assert(count_at(&scene, NOW_MS + ATTEMPT_MS - 1) == 1);
	cr_assert(count_at(&scene, NOW_MS + ATTEMPT_MS) == 0, "the time is over");
	cr_assert(scene.attempt.helper_count == 0 && scene.attempt.until_ms == 0);
	for (size_t i = 0; i < sizeof(struct bundle); i++)
		cr_assert(scene.attempt.cell.bytes[i] == 0, "byte %zu of the shares is still there", i);
	keeper_world_must(bring(&scene, &scene.shares[0], BORIS, NOW_MS + ATTEMPT_MS));
	cr_assert(count_at(&scene, NOW_MS + ATTEMPT_MS) == 1 && scene.attempt.helpers[0] == BORIS);
}

Test(attempt, a_late_share_begins_a_new_attempt)
{
	scoped(scene) scene = {0};
	scene_make(&scene);
	keeper_world_must(bring(&scene, &scene.shares[0], ANNA, NOW_MS));
	keeper_world_must(bring(&scene, &scene.shares[1], BORIS, NOW_MS + ATTEMPT_MS));
	cr_assert(count_at(&scene, NOW_MS + ATTEMPT_MS) == 1, "the first one was too old");
}

Test(attempt, each_wrong_try_doubles_the_wait_up_to_a_minute)
{
	scoped(scene) scene = {0};
	int64_t expected_ms = ATTEMPT_FIRST_WAIT_MS;
	scene_make(&scene);
	cr_assert(attempt_wait_ms(&scene.attempt, NOW_MS) == 0);
	for (uint32_t i = 1; i <= 40; i++) {
		attempt_note_wrong(&scene.attempt, NOW_MS);
		cr_assert(attempt_wait_ms(&scene.attempt, NOW_MS) == expected_ms, "after %u", i);
		cr_assert(attempt_wait_ms(&scene.attempt, NOW_MS + expected_ms - 1) == 1);
		cr_assert(attempt_wait_ms(&scene.attempt, NOW_MS + expected_ms) == 0);
		cr_assert(scene.attempt.wrong == i);
		expected_ms =
			expected_ms * 2 < ATTEMPT_LONGEST_WAIT_MS ? expected_ms * 2 : ATTEMPT_LONGEST_WAIT_MS;
	}
	scene.attempt.wrong = UINT32_MAX;
	attempt_note_wrong(&scene.attempt, NOW_MS);
	cr_assert(scene.attempt.wrong == UINT32_MAX, "the count stays at its end");
	attempt_reset(&scene.attempt);
	cr_assert(scene.attempt.wrong == 0 && attempt_wait_ms(&scene.attempt, NOW_MS) == 0);
}

Test(attempt, a_wrong_share_counts_as_a_try_and_a_slip_of_the_pen_does_not)
{
	scoped(scene) scene = {0};
	scene_make(&scene);
	struct share wrong = scene.shares[0];
	wrong.point.y[0] ^= 1;
	keeper_world_must(bring(&scene, &scene.shares[1], ANNA, NOW_MS));
	cr_assert(attempt_add(&scene.attempt, scene.keyring, SPAN_LIT("mn1-0000"), ANNA, NOW_MS).kind ==
		ERR_INPUT);
	cr_assert(bring(&scene, &scene.shares[1], ANNA, NOW_MS).kind == ERR_INPUT);
	cr_assert(scene.attempt.wrong == 0 && attempt_wait_ms(&scene.attempt, NOW_MS) == 0);
	cr_assert(bring(&scene, &wrong, BORIS, NOW_MS).kind == ERR_FORGED);
	cr_assert(
		scene.attempt.wrong == 1 && attempt_wait_ms(&scene.attempt, NOW_MS) == ATTEMPT_FIRST_WAIT_MS);
	cr_assert(count_at(&scene, NOW_MS) == 1 && scene.attempt.helper_count == 1, "what is right stays");
	attempt_forget(&scene.attempt);
	cr_assert(
		count_at(&scene, NOW_MS) == 0 && scene.attempt.wrong == 1, "tries are not forgotten with it");
}
