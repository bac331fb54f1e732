/* SPDX-License-Identifier: Apache-2.0 */
/* test_keyring_slots - slots come, stay and go by number, and the last one stays. */
#include "store/keyring_slots.h"

#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>

struct scene {
	struct temp_dir dir;
	struct keyring *keyring;
};

static void must(struct err err)
{
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
}

static void scene_make(struct scene *scene)
{
	*scene = (struct scene){.dir = temp_dir_make()};
	must(keyring_open(&kv_lmdb, scene->dir.path, true, &scene->keyring));
}

static void scene_done(struct scene *scene)
{
	keyring_close(scene->keyring);
	temp_dir_done(&scene->dir);
}

static void reopen(struct scene *scene)
{
	keyring_close(scene->keyring);
	must(keyring_open(&kv_lmdb, scene->dir.path, false, &scene->keyring));
}

static uint32_t add(struct scene *scene, const char *record)
{
	uint32_t number;
	must(keyring_slots_add(scene->keyring, span_text(record), &number));
	return number;
}

static bool holds(struct scene *scene, uint32_t number, const char *record)
{
	scoped(buf) found = BUF(KEYRING_SLOTS_RECORD_MAX);
	must(keyring_slots_get(scene->keyring, number, &found));
	return span_is(buf_span(&found), record);
}

Test(keyring_slots, are_kept_by_number_over_a_restart)
{
	scoped(scene) scene = {0};
	uint32_t numbers[KEYRING_SLOTS_MAX];
	size_t count = 99;
	scene_make(&scene);
	must(keyring_slots_list(scene.keyring, numbers, &count));
	cr_assert(count == 0);
	cr_assert(add(&scene, "the first") == 0 && add(&scene, "another") == 1);
	reopen(&scene);
	must(keyring_slots_list(scene.keyring, numbers, &count));
	cr_assert(count == 2 && numbers[0] == 0 && numbers[1] == 1);
	cr_assert(holds(&scene, 0, "the first") && holds(&scene, 1, "another"));
}

Test(keyring_slots, that_were_removed_are_gone_and_others_keep_their_numbers)
{
	scoped(scene) scene = {0};
	scoped(buf) record = BUF(KEYRING_SLOTS_RECORD_MAX);
	uint32_t numbers[KEYRING_SLOTS_MAX];
	size_t count;
	scene_make(&scene);
	add(&scene, "a"), add(&scene, "b"), add(&scene, "c");
	must(keyring_slots_remove(scene.keyring, 1));
	reopen(&scene);
	cr_assert(keyring_slots_get(scene.keyring, 1, &record).kind == ERR_NOT_FOUND);
	cr_assert(keyring_slots_remove(scene.keyring, 1).kind == ERR_NOT_FOUND);
	cr_assert(holds(&scene, 0, "a") && holds(&scene, 2, "c"));
	cr_assert(add(&scene, "d") == 3);
	must(keyring_slots_list(scene.keyring, numbers, &count));
	cr_assert(count == 3 && numbers[0] == 0 && numbers[1] == 2 && numbers[2] == 3);
}

Test(keyring_slots, the_last_one_is_never_removed)
{
	scoped(scene) scene = {0};
	scene_make(&scene);
	cr_assert(keyring_slots_remove(scene.keyring, 0).kind == ERR_NOT_FOUND);
	add(&scene, "a"), add(&scene, "b");
	must(keyring_slots_remove(scene.keyring, 0));
	cr_assert(keyring_slots_remove(scene.keyring, 1).kind == ERR_CONFLICT);
	cr_assert(holds(&scene, 1, "b"));
}

Test(keyring_slots, there_are_at_most_sixteen)
{
	scoped(scene) scene = {0};
	uint32_t number = 99;
	scene_make(&scene);
	for (unsigned i = 0; i < KEYRING_SLOTS_MAX; i++)
		cr_assert(add(&scene, "one") == i);
	cr_assert(keyring_slots_add(scene.keyring, SPAN_LIT("more"), &number).kind == ERR_FULL);
	cr_assert(number == 99);
	must(keyring_slots_remove(scene.keyring, 3));
	cr_assert(add(&scene, "more") == KEYRING_SLOTS_MAX);
}
