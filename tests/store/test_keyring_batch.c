/* SPDX-License-Identifier: Apache-2.0 */
/* test_keyring_batch - several changes of the keyring stand together or not at all. */
#include "store/keyring.h"

#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>

enum { MANY = KEYRING_BUCKET + 40 };

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

static struct keyring_row row_of(uint8_t tenant, unsigned number, uint8_t content)
{
	struct keyring_row row = {.name = {KEYRING_PERSON, {{tenant}}, {{0}}}, .epoch = 3};
	row.name.id.bytes[0] = (uint8_t)(number >> 8);
	row.name.id.bytes[1] = (uint8_t)number;
	memset(row.wrapped, content, sizeof row.wrapped);
	return row;
}

static bool holds(struct scene *scene, uint8_t tenant, unsigned number, uint8_t content)
{
	struct keyring_row want = row_of(tenant, number, content), read;
	struct err err = keyring_get(scene->keyring, &want.name, &read);
	cr_assert(!err_failed(err) || err.kind == ERR_NOT_FOUND, "%s", err.why);
	return !err_failed(err) && memcmp(read.wrapped, want.wrapped, sizeof want.wrapped) == 0;
}

static void put(struct scene *scene, uint8_t tenant, unsigned first, unsigned count)
{
	scoped(keyring_batch) batch = {0};
	must(keyring_batch_open(scene->keyring, &batch));
	for (unsigned i = first; i < first + count; i++) {
		struct keyring_row row = row_of(tenant, i, 1);
		must(keyring_batch_put(&batch, &row));
	}
	must(keyring_batch_commit(&batch));
}

Test(keyring_batch, stands_as_a_whole_once_it_is_committed)
{
	scoped(scene) scene = {0};
	scene_make(&scene);
	put(&scene, 1, 0, MANY);
	reopen(&scene);
	for (unsigned i = 0; i < MANY; i++)
		cr_assert(holds(&scene, 1, i, 1), "%u", i);
	const struct keyring_row next = row_of(1, MANY, 2);
	must(keyring_put(scene.keyring, &next, 1));
	cr_assert(holds(&scene, 1, MANY, 2) && holds(&scene, 1, 0, 1));
}

Test(keyring_batch, leaves_nothing_when_it_is_dropped)
{
	scoped(scene) scene = {0};
	scoped(buf) note = BUF(16);
	scene_make(&scene);
	put(&scene, 1, 0, 2);
	{
		scoped(keyring_batch) batch = {0};
		struct keyring_row changed = row_of(1, 0, 9), added = row_of(1, 7, 9), read;
		must(keyring_batch_open(scene.keyring, &batch));
		must(keyring_batch_put(&batch, &changed));
		must(keyring_batch_put(&batch, &added));
		must(keyring_batch_put_note(&batch, "rotation", SPAN_LIT("x")));
		must(keyring_batch_get(&batch, &added.name, &read));
	}
	cr_assert(holds(&scene, 1, 0, 1) && !holds(&scene, 1, 7, 9));
	cr_assert(keyring_note(scene.keyring, "rotation", &note).kind == ERR_NOT_FOUND);
	put(&scene, 1, 2, MANY);
	reopen(&scene);
	cr_assert(holds(&scene, 1, MANY, 1), "the next ones have their buckets");
}

Test(keyring_batch, walks_the_keys_of_a_kind_of_one_tenant_or_of_all)
{
	scoped(scene) scene = {0};
	scoped(keyring_batch) batch = {0};
	struct keyring_walk one = {.kind = KEYRING_PERSON, .tenant = {{2}}}, all = {.kind = KEYRING_PERSON},
			    none = {.kind = KEYRING_CLIENT};
	struct keyring_row row;
	uint64_t count;
	scene_make(&scene);
	for (uint8_t tenant = 1; tenant <= 3; tenant++)
		put(&scene, tenant, 0, 5);
	must(keyring_count(scene.keyring, KEYRING_PERSON, (struct id){{2}}, &count));
	cr_assert(count == 5);
	must(keyring_count(scene.keyring, KEYRING_PERSON, (struct id){{0}}, &count));
	cr_assert(count == 15);
	must(keyring_batch_open(scene.keyring, &batch));
	for (unsigned i = 0; i < 5; i++) {
		must(keyring_batch_next(&batch, &one, &row));
		cr_assert(row.name.tenant.bytes[0] == 2 && row.name.id.bytes[1] == i);
		row.wrapped[0] = 7;
		must(keyring_batch_put(&batch, &row));
	}
	cr_assert(keyring_batch_next(&batch, &one, &row).kind == ERR_NOT_FOUND);
	for (unsigned i = 0; i < 15; i++)
		must(keyring_batch_next(&batch, &all, &row));
	cr_assert(keyring_batch_next(&batch, &all, &row).kind == ERR_NOT_FOUND);
	cr_assert(keyring_batch_next(&batch, &none, &row).kind == ERR_NOT_FOUND);
}

Test(keyring_batch, keeps_a_note_until_it_is_dropped)
{
	scoped(scene) scene = {0};
	scoped(keyring_batch) batch = {0};
	scoped(buf) note = BUF(16), gone = BUF(16), small = BUF(2);
	scene_make(&scene);
	must(keyring_batch_open(scene.keyring, &batch));
	must(keyring_batch_put_note(&batch, "rotation", SPAN_LIT("under way")));
	must(keyring_batch_commit(&batch));
	keyring_batch_done(&batch);
	reopen(&scene);
	must(keyring_note(scene.keyring, "rotation", &note));
	cr_assert(span_is(buf_span(&note), "under way"));
	cr_assert(keyring_note(scene.keyring, "rotation", &small).kind == ERR_TOO_LARGE);
	must(keyring_batch_open(scene.keyring, &batch));
	must(keyring_batch_drop_note(&batch, "rotation"));
	must(keyring_batch_drop_note(&batch, "rotation"));
	must(keyring_batch_commit(&batch));
	keyring_batch_done(&batch);
	cr_assert(keyring_note(scene.keyring, "rotation", &gone).kind == ERR_NOT_FOUND);
}
