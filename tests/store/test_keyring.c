/* SPDX-License-Identifier: Apache-2.0 */
/* test_keyring - wrapped keys under buckets: what comes back after a restart, what is gone for good, and what
 * a damaged file or a row put there by hand gets. */
#include "store/keyring.h"

#include "tests/store/keyring_world.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	NAME_BYTES = 33,
	ROW_MAX = 512,
	EPOCH_AT = 1,
	BUCKET_AT = 5,
	MAP_KEY = 2,
	MAP_MARK = 3,
};

static const char *const MAPS[] = {"meta", "slot", "key", "mark"};

static void overwrite_shred(const struct scene *scene, off_t at, struct span bytes)
{
	char path[PATH];
	shred_path(scene, path);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	cr_assert(fd >= 0 && pwrite(fd, bytes.at, bytes.len, at) == (ssize_t)bytes.len);
	close(fd);
}

/* ---- rows behind its back ---- */

static struct kv *open_maps(const struct scene *scene)
{
	char path[PATH];
	struct kv *kv = NULL;
	cr_assert(snprintf(path, PATH, "%s/keyring", scene->dir.path) < PATH);
	const struct kv_ask ask = {.path = path, .maps = MAPS, .map_count = 4};
	must(kv_open(&kv_lmdb, &ask, &kv));
	return kv;
}

static void name_bytes(const struct keyring_name *name, uint8_t bytes[static NAME_BYTES])
{
	bytes[0] = (uint8_t)name->kind;
	memcpy(bytes + 1, name->tenant.bytes, 16);
	memcpy(bytes + 17, name->id.bytes, 16);
}

/* The stored row of a map; the keyring is closed meanwhile. */
static void read_stored(const struct scene *scene, int map, struct span key, struct buf *row)
{
	scoped(kv_txn) txn = {0};
	struct span value;
	struct kv *kv = open_maps(scene);
	must(kv_read(kv, &txn));
	must(kv_get(&txn, map, key, &value));
	buf_put(row, value);
	must(buf_check(row));
	kv_txn_done(&txn);
	txn = (struct kv_txn){0};
	kv_close(kv);
}

static void write_stored(const struct scene *scene, int map, struct span key, struct span row)
{
	scoped(kv_txn) txn = {0};
	struct kv *kv = open_maps(scene);
	must(kv_write(kv, &txn));
	must(kv_put(&txn, map, key, row));
	must(kv_commit(&txn));
	kv_close(kv);
}

/* ---- opening ---- */

Test(keyring, is_made_once_and_opened_only_where_it_is)
{
	scoped(scene) scene = {.dir = temp_dir_make()};
	cr_assert(try_open(&scene, false).kind == ERR_NOT_FOUND);
	must(try_open(&scene, true));
	close_keyring(&scene);
	cr_assert(try_open(&scene, true).kind == ERR_CONFLICT);
	must(try_open(&scene, false));
}

Test(keyring, keeps_keys_over_a_restart)
{
	scoped(scene) scene = {0};
	scene_open(&scene);
	put(&scene, 1);
	put(&scene, 2);
	reopen(&scene);
	must(get(&scene, 1));
	must(get(&scene, 2));
	cr_assert(get(&scene, 3).kind == ERR_NOT_FOUND);
}

Test(keyring, tells_kinds_tenants_and_ids_apart)
{
	scoped(scene) scene = {0};
	struct keyring_row read;
	struct keyring_name name;
	scene_open(&scene);
	put(&scene, 1);
	name = name_of(1);
	name.kind = KEYRING_CLIENT;
	cr_assert(keyring_get(scene.keyring, &name, &read).kind == ERR_NOT_FOUND);
	name = name_of(1);
	name.tenant.bytes[0]++;
	cr_assert(keyring_get(scene.keyring, &name, &read).kind == ERR_NOT_FOUND);
}

Test(keyring, a_newer_row_takes_the_older_ones_place)
{
	scoped(scene) scene = {0};
	struct keyring_row row = row_of(1), read;
	scene_open(&scene);
	put(&scene, 1);
	row.epoch = 99;
	memset(row.wrapped, 7, sizeof row.wrapped);
	must(keyring_put(scene.keyring, &row, 1));
	reopen(&scene);
	must(keyring_get(scene.keyring, &row.name, &read));
	cr_assert(read.epoch == 99 && read.wrapped[0] == 7);
}

/* ---- buckets ---- */

Test(keyring, the_key_behind_1024_has_a_bucket_of_its_own)
{
	scoped(scene) scene = {0};
	scene_open(&scene);
	cr_assert(shred_bytes(&scene) == MAGIC, "no key, no bucket");
	put_many(&scene, KEYRING_BUCKET);
	cr_assert(shred_bytes(&scene) == MAGIC + SHRED_KEY);
	put(&scene, KEYRING_BUCKET);
	cr_assert(shred_bytes(&scene) == MAGIC + 2 * SHRED_KEY);
	reopen(&scene);
	for (unsigned i = 0; i <= KEYRING_BUCKET; i++)
		must(get(&scene, i));
	put_many(&scene, KEYRING_BUCKET);
	cr_assert(shred_bytes(&scene) == MAGIC + 3 * SHRED_KEY,
		"keys are counted as they are put, over a restart");
}

Test(keyring, a_batch_of_rows_may_span_two_buckets)
{
	enum { COUNT = 20 };
	scoped(scene) scene = {0};
	struct keyring_row rows[COUNT];
	scene_open(&scene);
	put_many(&scene, KEYRING_BUCKET - COUNT / 2);
	for (unsigned i = 0; i < COUNT; i++)
		rows[i] = row_of(5000 + i);
	must(keyring_put(scene.keyring, rows, COUNT));
	reopen(&scene);
	for (unsigned i = 0; i < COUNT; i++)
		must(get(&scene, 5000 + i));
	cr_assert(shred_bytes(&scene) == MAGIC + 2 * SHRED_KEY);
}

Test(keyring, turning_a_buckets_shred_key_darkens_its_keys_alone)
{
	static const uint8_t ANOTHER[SHRED_KEY] = {9};
	scoped(scene) scene = {0};
	scene_open(&scene);
	put_many(&scene, KEYRING_BUCKET + 3);
	close_keyring(&scene);
	overwrite_shred(&scene, MAGIC, SPAN_BYTES(ANOTHER));
	must(try_open(&scene, false));
	for (unsigned i = 0; i < KEYRING_BUCKET; i++)
		cr_assert(get(&scene, i).kind == ERR_FORGED, "key %u", i);
	for (unsigned i = KEYRING_BUCKET; i < KEYRING_BUCKET + 3; i++)
		must(get(&scene, i));
}

Test(keyring, a_dropped_key_is_not_found_also_after_a_restart)
{
	scoped(scene) scene = {0};
	const struct keyring_name name = name_of(1);
	scene_open(&scene);
	put(&scene, 1);
	put(&scene, 2);
	must(keyring_drop(scene.keyring, &name));
	cr_assert(get(&scene, 1).kind == ERR_NOT_FOUND);
	must(keyring_drop(scene.keyring, &name));
	reopen(&scene);
	cr_assert(get(&scene, 1).kind == ERR_NOT_FOUND);
	must(get(&scene, 2));
}

/* ---- a shred file that is not as it was left ---- */

Test(keyring, does_not_open_without_its_shred_file)
{
	char path[PATH];
	scoped(scene) scene = {0};
	scene_open(&scene);
	put(&scene, 1);
	close_keyring(&scene);
	shred_path(&scene, path);
	cr_assert(unlink(path) == 0);
	cr_assert(try_open(&scene, false).kind == ERR_NOT_FOUND);
	cr_assert(try_open(&scene, true).kind == ERR_CONFLICT, "nor is a new one begun over the keys");
}

Test(keyring, does_not_open_with_a_shred_file_in_another_form)
{
	char path[PATH];
	scoped(scene) scene = {0};
	scene_open(&scene);
	put(&scene, 1);
	close_keyring(&scene);
	shred_path(&scene, path);
	cr_assert(truncate(path, MAGIC + SHRED_KEY - 1) == 0);
	cr_assert(try_open(&scene, false).kind == ERR_CORRUPT);
	cr_assert(truncate(path, MAGIC - 1) == 0);
	cr_assert(try_open(&scene, false).kind == ERR_CORRUPT);
	cr_assert(truncate(path, 0) == 0);
	cr_assert(try_open(&scene, false).kind == ERR_CORRUPT);
	cr_assert(truncate(path, MAGIC + SHRED_KEY) == 0);
	overwrite_shred(&scene, 0, SPAN_LIT("MNSHRED2"));
	cr_assert(try_open(&scene, false).kind == ERR_CORRUPT);
}

Test(keyring, a_key_whose_bucket_is_missing_is_corrupt_and_none_is_made_in_its_place)
{
	char path[PATH];
	scoped(scene) scene = {0};
	const struct keyring_row row = row_of(5000);
	scene_open(&scene);
	put_many(&scene, 2 * KEYRING_BUCKET + 1);
	close_keyring(&scene);
	shred_path(&scene, path);
	cr_assert(truncate(path, MAGIC + SHRED_KEY) == 0);
	must(try_open(&scene, false));
	must(get(&scene, 0));
	cr_assert(get(&scene, KEYRING_BUCKET).kind == ERR_CORRUPT);
	cr_assert(keyring_put(scene.keyring, &row, 1).kind == ERR_CORRUPT);
	cr_assert(shred_bytes(&scene) == MAGIC + SHRED_KEY);
}

Test(keyring, a_bucket_that_could_not_be_saved_takes_no_key)
{
	char path[PATH], aside[PATH + 8];
	scoped(scene) scene = {0};
	const struct keyring_row row = row_of(1);
	scene_open(&scene);
	shred_path(&scene, path);
	/* A folder where the new shred file would be written: the disk says no. */
	snprintf(aside, sizeof aside, "%s.new", path);
	cr_assert(mkdir(aside, 0700) == 0);
	for (int i = 0; i < 2; i++)
		cr_assert(err_failed(keyring_put(scene.keyring, &row, 1)));
	cr_assert(rmdir(aside) == 0);
	must(keyring_put(scene.keyring, &row, 1));
	reopen(&scene);
	must(get(&scene, 1));
}

/* ---- rows put there by hand ---- */

Test(keyring, a_row_opens_nowhere_but_in_its_place)
{
	scoped(scene) scene = {0};
	scoped(buf) row = BUF(ROW_MAX);
	uint8_t here[NAME_BYTES], there[NAME_BYTES];
	const struct keyring_name one = name_of(1), two = name_of(2);
	scene_open(&scene);
	put(&scene, 1);
	put(&scene, 2);
	close_keyring(&scene);
	name_bytes(&one, here);
	name_bytes(&two, there);
	read_stored(&scene, MAP_KEY, SPAN_BYTES(here), &row);
	write_stored(&scene, MAP_KEY, SPAN_BYTES(there), buf_span(&row));
	must(try_open(&scene, false));
	must(get(&scene, 1));
	cr_assert(get(&scene, 2).kind == ERR_FORGED);
}

Test(keyring, a_row_with_any_byte_changed_does_not_give_the_key_of_before)
{
	scoped(scene) scene = {0};
	scoped(buf) row = BUF(ROW_MAX);
	uint8_t name[NAME_BYTES];
	const struct keyring_name one = name_of(1);
	scene_open(&scene);
	put(&scene, 1);
	close_keyring(&scene);
	name_bytes(&one, name);
	read_stored(&scene, MAP_KEY, SPAN_BYTES(name), &row);
	for (size_t at = 0; at < row.len; at++) {
		struct keyring_row read;
		row.data[at] ^= 0xff;
		write_stored(&scene, MAP_KEY, SPAN_BYTES(name), buf_span(&row));
		row.data[at] ^= 0xff;
		must(try_open(&scene, false));
		struct err err = keyring_get(scene.keyring, &one, &read);
		/* The epoch is not this module's to vouch for: the inner wrap does. */
		bool epoch = at >= EPOCH_AT && at < BUCKET_AT;
		cr_assert(err_failed(err) != epoch, "byte %zu", at);
		cr_assert(epoch || err.kind == ERR_FORGED || err.kind == ERR_CORRUPT, "byte %zu", at);
		close_keyring(&scene);
	}
}

Test(keyring, a_bucket_number_beyond_all_is_corrupt)
{
	static const uint8_t NUMBERS[][4] = {
		{0, 0, 0, 1}, {0x7f, 0xff, 0xff, 0xff}, {0xff, 0xff, 0xff, 0xff}};
	scoped(scene) scene = {0};
	scoped(buf) row = BUF(ROW_MAX);
	uint8_t name[NAME_BYTES];
	const struct keyring_name one = name_of(1);
	scene_open(&scene);
	put(&scene, 1);
	close_keyring(&scene);
	name_bytes(&one, name);
	read_stored(&scene, MAP_KEY, SPAN_BYTES(name), &row);
	for (size_t i = 0; i < 3; i++) {
		memcpy(row.data + BUCKET_AT, NUMBERS[i], 4);
		write_stored(&scene, MAP_KEY, SPAN_BYTES(name), buf_span(&row));
		must(try_open(&scene, false));
		cr_assert(get(&scene, 1).kind == ERR_CORRUPT, "number %zu", i);
		close_keyring(&scene);
	}
}

Test(keyring, a_row_cut_short_is_corrupt)
{
	scoped(scene) scene = {0};
	scoped(buf) row = BUF(ROW_MAX);
	uint8_t name[NAME_BYTES];
	const struct keyring_name one = name_of(1);
	scene_open(&scene);
	put(&scene, 1);
	close_keyring(&scene);
	name_bytes(&one, name);
	read_stored(&scene, MAP_KEY, SPAN_BYTES(name), &row);
	for (size_t len = 1; len < row.len; len += 16) {
		write_stored(&scene, MAP_KEY, SPAN_BYTES(name), span_of(row.data, len));
		must(try_open(&scene, false));
		cr_assert(get(&scene, 1).kind == ERR_CORRUPT, "%zu bytes", len);
		close_keyring(&scene);
	}
}

/* ---- marks ---- */

static struct keyring_mark mark_of(uint64_t size)
{
	struct keyring_mark mark = {.size = size, .time = {1795262400000}};
	memset(mark.root, (int)size, sizeof mark.root);
	memset(mark.mac, 0xab, sizeof mark.mac);
	return mark;
}

Test(keyring, keeps_the_newest_mark_of_each_tenant)
{
	scoped(scene) scene = {0};
	struct keyring_mark read;
	const struct id one = {{1}}, other = {{2}};
	const struct keyring_mark first = mark_of(7), newer = mark_of(9);
	scene_open(&scene);
	cr_assert(keyring_get_mark(scene.keyring, one, &read).kind == ERR_NOT_FOUND);
	must(keyring_put_mark(scene.keyring, one, &first));
	must(keyring_put_mark(scene.keyring, one, &newer));
	reopen(&scene);
	must(keyring_get_mark(scene.keyring, one, &read));
	cr_assert(memcmp(&read, &newer, sizeof read) == 0);
	cr_assert(keyring_get_mark(scene.keyring, other, &read).kind == ERR_NOT_FOUND);
}

Test(keyring, a_mark_of_another_version_or_length_is_corrupt)
{
	scoped(scene) scene = {0};
	scoped(buf) row = BUF(ROW_MAX);
	struct keyring_mark read;
	const struct id tenant = {{1}};
	const struct keyring_mark mark = mark_of(7);
	scene_open(&scene);
	must(keyring_put_mark(scene.keyring, tenant, &mark));
	close_keyring(&scene);
	read_stored(&scene, MAP_MARK, SPAN_BYTES(tenant.bytes), &row);
	write_stored(&scene, MAP_MARK, SPAN_BYTES(tenant.bytes), span_of(row.data, row.len - 1));
	must(try_open(&scene, false));
	cr_assert(keyring_get_mark(scene.keyring, tenant, &read).kind == ERR_CORRUPT);
	close_keyring(&scene);
	row.data[0]++;
	write_stored(&scene, MAP_MARK, SPAN_BYTES(tenant.bytes), buf_span(&row));
	must(try_open(&scene, false));
	cr_assert(keyring_get_mark(scene.keyring, tenant, &read).kind == ERR_CORRUPT);
}

/* ---- golden rows ---- */

/* The bucket's shred key under which the golden row was written. */
static void put_golden_shred(const struct scene *scene)
{
	static const uint8_t KEY[SHRED_KEY] = "a shred key that everybody knows";
	overwrite_shred(scene, MAGIC, SPAN_BYTES(KEY));
}

/* A keyring, closed, whose only row is a golden one. */
static void make_with_golden_row(struct scene *scene, const char *file)
{
	uint8_t name[NAME_BYTES];
	scoped(buf) row = BUF(ROW_MAX);
	const struct keyring_name one = name_of(1);
	scene_open(scene);
	put(scene, 1);
	close_keyring(scene);
	name_bytes(&one, name);
	vectors_read_hex(file, &row);
	write_stored(scene, MAP_KEY, SPAN_BYTES(name), buf_span(&row));
}

Test(keyring, its_golden_row_is_read_for_ever)
{
	scoped(scene) scene = {0};
	make_with_golden_row(&scene, "golden/keyring_row_1.hex");
	put_golden_shred(&scene);
	must(try_open(&scene, false));
	must(get(&scene, 1));
}

Test(keyring, its_golden_row_under_a_turned_shred_key_is_read_for_ever)
{
	char path[PATH];
	scoped(scene) scene = {0};
	scoped(buf) shred = BUF(ROW_MAX);
	make_with_golden_row(&scene, "golden/keyring_row_2.hex");
	vectors_read_hex("golden/shred_2.hex", &shred);
	shred_path(&scene, path);
	cr_assert(truncate(path, 0) == 0);
	overwrite_shred(&scene, 0, buf_span(&shred));
	must(try_open(&scene, false));
	must(get(&scene, 1));
}

Test(keyring, its_golden_mark_is_read_and_written_for_ever)
{
	scoped(scene) scene = {0};
	scoped(buf) row = BUF(ROW_MAX);
	scoped(buf) golden = BUF(ROW_MAX);
	const struct id tenant = {{1}};
	const struct keyring_mark mark = mark_of(7);
	struct keyring_mark read;
	scene_open(&scene);
	must(keyring_put_mark(scene.keyring, tenant, &mark));
	close_keyring(&scene);
	read_stored(&scene, MAP_MARK, SPAN_BYTES(tenant.bytes), &row);
	vectors_read_hex("golden/keyring_mark_1.hex", &golden);
	cr_assert(span_equal(buf_span(&row), buf_span(&golden)));
	write_stored(&scene, MAP_MARK, SPAN_BYTES(tenant.bytes), buf_span(&golden));
	must(try_open(&scene, false));
	must(keyring_get_mark(scene.keyring, tenant, &read));
	cr_assert(memcmp(&read, &mark, sizeof read) == 0);
}
