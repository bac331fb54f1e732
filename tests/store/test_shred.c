/* SPDX-License-Identifier: Apache-2.0 */
/* test_shred - shred keys that turn: what opens, what is dark, and what a crash between two steps leaves. */
#include "store/shred.h"

#include "tests/store/keyring_world.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TURNED_BUCKET = 4 + 1 + 2 * SHRED_KEY };

static void read_bytes(const char *path, struct buf *bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t chunk[4096];
	ssize_t n;
	cr_assert(fd >= 0);
	while ((n = read(fd, chunk, sizeof chunk)) > 0)
		buf_put(bytes, span_of(chunk, (size_t)n));
	close(fd);
	must(buf_check(bytes));
}

static void write_bytes(const char *path, struct span bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	cr_assert(fd >= 0 && write(fd, bytes.at, bytes.len) == (ssize_t)bytes.len);
	close(fd);
}

/* What lies in the folder of a keyring at one moment. */
struct keyring_copy {
	struct buf database, shred;
};

static void copy_path(const struct scene *scene, const char *name, char path[static PATH])
{
	cr_assert(snprintf(path, PATH, "%s/keyring/%s", scene->dir.path, name) < PATH);
}

static void take_copy(const struct scene *scene, struct keyring_copy *copy)
{
	char path[PATH];
	*copy = (struct keyring_copy){BUF(1 << 26), BUF(1 << 20)};
	copy_path(scene, "data.mdb", path);
	read_bytes(path, &copy->database);
	copy_path(scene, "shred", path);
	read_bytes(path, &copy->shred);
}

static void put_back_database(const struct scene *scene, const struct keyring_copy *copy)
{
	char path[PATH];
	copy_path(scene, "data.mdb", path);
	write_bytes(path, buf_span(&copy->database));
}

static void keyring_copy_done(struct keyring_copy *copy)
{
	buf_done(&copy->database);
	buf_done(&copy->shred);
}

static void destroy(struct scene *scene, unsigned number)
{
	const struct keyring_name name = name_of(number);
	must(keyring_destroy(scene->keyring, &name, 1));
}

/* The file as a crash leaves it right after the new keys were written beside the old ones. */
static void begin_turn(const struct scene *scene)
{
	char folder[PATH];
	uint8_t marks[8] = {1, 1, 1, 1, 1, 1, 1, 1};
	struct shred shred;
	cr_assert(snprintf(folder, PATH, "%s/keyring", scene->dir.path) < PATH);
	must(shred_init(&shred, folder));
	must(shred_load(&shred));
	must(shred_turn(&shred, span_of(marks, shred_count(&shred))));
	shred_done(&shred);
}

Test(shred, a_destroyed_key_is_gone_and_all_others_open_also_after_a_restart)
{
	scoped(scene) scene = {0};
	scene_open(&scene);
	put_many(&scene, KEYRING_BUCKET + 3);
	destroy(&scene, 7);
	for (unsigned restart = 0; restart < 2; restart++) {
		for (unsigned i = 0; i < KEYRING_BUCKET + 3; i++)
			cr_assert(
				i == 7 ? get(&scene, i).kind == ERR_NOT_FOUND : !err_failed(get(&scene, i)));
		reopen(&scene);
	}
	cr_assert(shred_bytes(&scene) == MAGIC + 2 * TURNED_BUCKET);
}

Test(shred, an_old_database_beside_the_new_shred_file_opens_nothing_of_the_bucket)
{
	scoped(scene) scene = {0};
	scoped(keyring_copy) copy = {0};
	scene_open(&scene);
	put_many(&scene, KEYRING_BUCKET + 3);
	close_keyring(&scene);
	take_copy(&scene, &copy);
	must(try_open(&scene, false));
	destroy(&scene, 7);
	close_keyring(&scene);
	put_back_database(&scene, &copy);
	must(try_open(&scene, false));
	for (unsigned i = 0; i < KEYRING_BUCKET; i++)
		cr_assert(get(&scene, i).kind == ERR_CORRUPT, "key %u", i);
	for (unsigned i = KEYRING_BUCKET; i < KEYRING_BUCKET + 3; i++)
		must(get(&scene, i));
}

Test(shred, the_daily_turn_darkens_every_older_database_and_no_living_key)
{
	struct instant turned;
	scoped(scene) scene = {0};
	scoped(keyring_copy) copy = {0};
	scene_open(&scene);
	put_many(&scene, KEYRING_BUCKET + 3);
	close_keyring(&scene);
	take_copy(&scene, &copy);
	must(try_open(&scene, false));
	must(keyring_turn(scene.keyring));
	must(keyring_turn(scene.keyring));
	must(keyring_turned(scene.keyring, &turned));
	cr_assert(turned.ms == 0);
	must(keyring_set_turned(scene.keyring, (struct instant){2000}));
	must(keyring_turned(scene.keyring, &turned));
	cr_assert(turned.ms == 2000);
	reopen(&scene);
	for (unsigned i = 0; i < KEYRING_BUCKET + 3; i++)
		must(get(&scene, i));
	put(&scene, 5000);
	must(get(&scene, 5000));
	close_keyring(&scene);
	put_back_database(&scene, &copy);
	must(try_open(&scene, false));
	for (unsigned i = 0; i < KEYRING_BUCKET + 3; i++)
		cr_assert(get(&scene, i).kind == ERR_CORRUPT, "key %u", i);
}

Test(shred, the_old_shred_key_is_in_no_file_after_the_turn)
{
	scoped(scene) scene = {0};
	scoped(keyring_copy) before = {0};
	scoped(keyring_copy) after = {0};
	scene_open(&scene);
	put_many(&scene, 3);
	take_copy(&scene, &before);
	destroy(&scene, 1);
	take_copy(&scene, &after);
	const uint8_t *old = before.shred.data + MAGIC;
	cr_assert(before.shred.len == MAGIC + SHRED_KEY && after.shred.len == MAGIC + TURNED_BUCKET);
	cr_assert(!memmem(after.shred.data, after.shred.len, old, SHRED_KEY));
	cr_assert(!memmem(after.database.data, after.database.len, old, SHRED_KEY));
}

Test(shred, keys_of_days_that_are_over_go_and_no_others)
{
	scoped(scene) scene = {0};
	struct keyring_row row = row_of(1), read;
	scene_open(&scene);
	put(&scene, 1);
	for (uint8_t day = 1; day <= 5; day++) {
		row.name = (struct keyring_name){.kind = KEYRING_SHORT};
		row.name.id.bytes[15] = day;
		must(keyring_put(scene.keyring, &row, 1));
	}
	must(keyring_drop_days(scene.keyring, 4));
	for (uint8_t day = 1; day <= 5; day++) {
		row.name.id.bytes[15] = day;
		struct err err = keyring_get(scene.keyring, &row.name, &read);
		cr_assert(day < 4 ? err.kind == ERR_NOT_FOUND : !err_failed(err), "day %u", day);
	}
	must(get(&scene, 1));
}

Test(shred, destroying_what_is_gone_turns_nothing)
{
	scoped(scene) scene = {0};
	scene_open(&scene);
	put_many(&scene, 3);
	destroy(&scene, 9);
	cr_assert(shred_bytes(&scene) == MAGIC + SHRED_KEY);
}

Test(shred, a_crash_after_the_new_shred_keys_loses_nothing_and_is_finished)
{
	scoped(scene) scene = {0};
	scene_open(&scene);
	put_many(&scene, KEYRING_BUCKET + 3);
	close_keyring(&scene);
	begin_turn(&scene);
	must(try_open(&scene, false));
	for (unsigned i = 0; i < KEYRING_BUCKET + 3; i++)
		must(get(&scene, i));
	must(keyring_settle(scene.keyring));
	must(keyring_settle(scene.keyring));
	reopen(&scene);
	for (unsigned i = 0; i < KEYRING_BUCKET + 3; i++)
		must(get(&scene, i));
}

Test(shred, a_crash_in_the_middle_of_the_rewrapping_is_finished)
{
	scoped(scene) scene = {0};
	scoped(keyring_copy) copy = {0};
	scene_open(&scene);
	put_many(&scene, 600);
	close_keyring(&scene);
	begin_turn(&scene);
	must(try_open(&scene, false));
	/* Some rows lie under the new key already, others not yet. */
	for (unsigned i = 100; i < 300; i++)
		put(&scene, i);
	reopen(&scene);
	for (unsigned i = 0; i < 600; i++)
		must(get(&scene, i));
	take_copy(&scene, &copy);
	must(keyring_settle(scene.keyring));
	for (unsigned i = 0; i < 600; i++)
		must(get(&scene, i));
	close_keyring(&scene);
	put_back_database(&scene, &copy);
	must(try_open(&scene, false));
	cr_assert(get(&scene, 50).kind == ERR_CORRUPT, "what was not wrapped anew in the copy is dark");
}

Test(shred, an_erasure_that_a_crash_cut_off_is_done_when_it_is_asked_for_again)
{
	scoped(scene) scene = {0};
	scene_open(&scene);
	put_many(&scene, 600);
	close_keyring(&scene);
	begin_turn(&scene);
	must(try_open(&scene, false));
	destroy(&scene, 5);
	cr_assert(get(&scene, 5).kind == ERR_NOT_FOUND);
	must(get(&scene, 6));
	destroy(&scene, 5);
	must(get(&scene, 6));
}

Test(shred, a_shred_file_that_cannot_be_written_turns_nothing)
{
	char path[PATH];
	scoped(scene) scene = {0};
	scene_open(&scene);
	put_many(&scene, 3);
	copy_path(&scene, "shred.new", path);
	cr_assert(mkdir(path, 0700) == 0);
	const struct keyring_name name = name_of(1);
	cr_assert(err_failed(keyring_destroy(scene.keyring, &name, 1)));
	for (unsigned i = 0; i < 3; i++)
		must(get(&scene, i));
	cr_assert(rmdir(path) == 0);
	destroy(&scene, 1);
	cr_assert(get(&scene, 1).kind == ERR_NOT_FOUND);
	must(get(&scene, 2));
}

static void limit_files(rlim_t bytes)
{
	cr_assert(setrlimit(RLIMIT_FSIZE, &(struct rlimit){bytes, RLIM_INFINITY}) == 0);
}

Test(shred, a_shred_file_that_finds_no_room_turns_nothing_and_says_what_it_wants)
{
	scoped(scene) scene = {0};
	scene_open(&scene);
	put_many(&scene, 3);
	const struct keyring_name name = name_of(1);
	signal(SIGXFSZ, SIG_IGN);
	limit_files(20);
	cr_assert(keyring_destroy(scene.keyring, &name, 1).kind == ERR_FULL);
	for (unsigned i = 0; i < 3; i++)
		must(get(&scene, i));
	limit_files(RLIM_INFINITY);
	destroy(&scene, 1);
	cr_assert(get(&scene, 1).kind == ERR_NOT_FOUND);
	must(get(&scene, 2));
}
