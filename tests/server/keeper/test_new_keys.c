/* SPDX-License-Identifier: Apache-2.0 */
/* test_new_keys - a key is of use at once, and durable before anything that leans on it: what a full disk, a
 * rotation and the end of the process do to it. */
#include "server/keeper/new_keys.h"

#include "server/keeper/keytree.h"
#include "tests/server/keeper_world.h"

#include <criterion/criterion.h>
#include <stdatomic.h>

static const struct id EVENT = {{6}};

/* ---- a keyring whose commits are counted, and fail when they are told to ---- */

static atomic_uint commits;
static atomic_bool is_full;

static struct err count_commit(struct kv_txn *txn)
{
	if (is_full) {
		kv_lmdb.abort(txn);
		return FAIL(FULL, "the disk is full");
	}
	commits++;
	return kv_lmdb.commit(txn);
}

static struct kv_backend counting(void)
{
	struct kv_backend backend = kv_lmdb;
	backend.commit = count_commit;
	return backend;
}

/* A list of new keys over a keyring of its own. */
struct nursery {
	struct temp_dir dir;
	struct kv_backend backend;
	struct keyring *keyring;
	struct new_keys keys;
};

static void nursery_make(struct nursery *nursery)
{
	nursery->dir = temp_dir_make();
	nursery->backend = counting();
	is_full = false;
	keeper_world_must(keyring_open(&nursery->backend, nursery->dir.path, true, &nursery->keyring));
	new_keys_open(&nursery->keys);
	commits = 0;
}

static void nursery_done(struct nursery *nursery)
{
	new_keys_close(&nursery->keys);
	keyring_close(nursery->keyring);
	temp_dir_done(&nursery->dir);
}

static struct keyring_row person(unsigned number)
{
	struct keyring_row row = {
		.name = keytree_name_of(KEYRING_PERSON, KEEPER_TENANT, (struct id){{9}}), .epoch = 1};
	memcpy(&row.name.id.bytes[8], &number, sizeof number);
	memcpy(row.wrapped, &number, sizeof number);
	return row;
}

static void add(struct nursery *nursery, unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++) {
		const struct keyring_row row = person(i);
		keeper_world_must(new_keys_add(&nursery->keys, nursery->keyring, &row));
	}
}

/* Where a key is looked for: here, then in the keyring. */
static bool is_there(struct nursery *nursery, unsigned number)
{
	const struct keyring_row wanted = person(number);
	struct keyring_row row;
	if (!new_keys_find(&nursery->keys, &wanted.name, &row) &&
		err_failed(keyring_get(nursery->keyring, &wanted.name, &row)))
		return false;
	return memcmp(row.wrapped, wanted.wrapped, sizeof row.wrapped) == 0;
}

Test(new_keys, a_hundred_of_them_cost_one_commit)
{
	scoped(nursery) nursery = {0};
	nursery_make(&nursery);
	add(&nursery, 0, 100);
	cr_assert(commits == 0);
	keeper_world_must(new_keys_save(&nursery.keys, nursery.keyring));
	cr_assert(commits == 1);
	for (unsigned i = 0; i < 100; i++) {
		struct keyring_row row;
		const struct keyring_row wanted = person(i);
		cr_assert(!new_keys_find(&nursery.keys, &wanted.name, &row));
		keeper_world_must(keyring_get(nursery.keyring, &wanted.name, &row));
	}
}

Test(new_keys, where_there_is_none_nothing_is_written)
{
	scoped(nursery) nursery = {0};
	nursery_make(&nursery);
	keeper_world_must(new_keys_save(&nursery.keys, nursery.keyring));
	cr_assert(commits == 0);
}

Test(new_keys, too_many_of_them_are_saved_without_being_told)
{
	scoped(nursery) nursery = {0};
	nursery_make(&nursery);
	add(&nursery, 0, NEW_KEYS_MAX);
	cr_assert(commits == 0);
	add(&nursery, NEW_KEYS_MAX, 1);
	cr_assert(commits == 1);
	for (unsigned i = 0; i <= NEW_KEYS_MAX; i++)
		cr_assert(is_there(&nursery, i));
}

Test(new_keys, what_finds_no_room_stays_and_is_saved_later)
{
	scoped(nursery) nursery = {0};
	struct keyring_row row;
	const struct keyring_row third = person(3), last = person(NEW_KEYS_MAX);
	nursery_make(&nursery);
	add(&nursery, 0, NEW_KEYS_MAX);
	is_full = true;
	cr_assert(new_keys_save(&nursery.keys, nursery.keyring).kind == ERR_FULL);
	cr_assert(new_keys_add(&nursery.keys, nursery.keyring, &last).kind == ERR_FULL);
	cr_assert(!is_there(&nursery, NEW_KEYS_MAX));
	cr_assert(keyring_get(nursery.keyring, &third.name, &row).kind == ERR_NOT_FOUND);
	is_full = false;
	keeper_world_must(new_keys_add(&nursery.keys, nursery.keyring, &last));
	keeper_world_must(new_keys_save(&nursery.keys, nursery.keyring));
	for (unsigned i = 0; i <= NEW_KEYS_MAX; i++)
		cr_assert(is_there(&nursery, i));
}

/* ---- in the keeper ---- */

static const struct subject NEWCOMER = {SUBJECT_PERSON, {{77}}};

static struct err part_key(struct keeper_world *world, struct part_key *key)
{
	uint32_t epoch = 0;
	return world->keys->part_key(world->keeper, KEEPER_TENANT, &NEWCOMER, EVENT, PART_ACTOR, &epoch, key);
}

Test(new_keys, a_person_has_a_key_before_it_is_durable_and_the_same_one_afterwards)
{
	scoped(keeper_world) world = {0};
	struct part_key drawn, kept;
	keeper_world_make(&world);
	keeper_world_must(keeper_make_subject(world.keeper, KEEPER_TENANT, &NEWCOMER));
	keeper_world_must(part_key(&world, &drawn));
	keeper_world_must(world.keys->save_new(world.keeper));
	keeper_world_reopen(&world);
	keeper_world_must(part_key(&world, &kept));
	cr_assert(memcmp(&drawn, &kept, sizeof kept) == 0);
}

Test(new_keys, one_that_no_act_came_for_is_gone_with_the_process)
{
	scoped(keeper_world) world = {0};
	struct part_key key;
	keeper_world_make(&world);
	keeper_world_must(world.keys->save_new(world.keeper));
	keeper_world_must(keeper_make_subject(world.keeper, KEEPER_TENANT, &NEWCOMER));
	keeper_close(world.keeper);
	keeper_world_must(keeper_world_try_open(&world, SPAN_BYTES(KEEPER_SECRET), false));
	cr_assert(part_key(&world, &key).kind == ERR_NOT_FOUND);
}

Test(new_keys, a_rotation_of_the_key_above_takes_them_along)
{
	scoped(keeper_world) world = {0};
	struct part_key drawn, kept;
	struct key_rotation rotation = {.what = KEY_ROTATION_TENANT, .tenant = KEEPER_TENANT};
	keeper_world_make(&world);
	keeper_world_must(keeper_make_subject(world.keeper, KEEPER_TENANT, &NEWCOMER));
	keeper_world_must(part_key(&world, &drawn));
	keeper_world_must(keeper_rotation_begin(world.keeper, &rotation));
	while (rotation.stage == KEY_ROTATION_WRAPPING)
		keeper_world_must(keeper_rotation_rewrap(world.keeper, &rotation));
	keeper_world_must(keeper_rotation_retire(world.keeper, &rotation));
	keeper_world_must(keeper_rotation_end(world.keeper));
	keeper_world_reopen(&world);
	keeper_world_must(part_key(&world, &kept));
	cr_assert(memcmp(&drawn, &kept, sizeof kept) == 0);
}

Test(new_keys, one_that_is_taken_back_is_nowhere)
{
	scoped(keeper_world) world = {0};
	struct part_key key;
	keeper_world_make(&world);
	keeper_world_must(keeper_make_subject(world.keeper, KEEPER_TENANT, &NEWCOMER));
	keeper_world_must(keeper_drop_subject(world.keeper, KEEPER_TENANT, &NEWCOMER));
	cr_assert(part_key(&world, &key).kind == ERR_NOT_FOUND);
	keeper_world_reopen(&world);
	cr_assert(part_key(&world, &key).kind == ERR_NOT_FOUND);
}
