/* SPDX-License-Identifier: Apache-2.0 */
/* What only the embedded backend promises: files, damage, full disks, other processes. */
#include "tests/store/lmdb_world.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BATCHES_MAX = 200, NOBODY = 65534, READERS = 512 };

static void put_one(struct kv *kv, const char *key)
{
	scoped(kv_txn) txn = {0};
	works(kv_write(kv, &txn));
	works(kv_put(&txn, 0, span_text(key), SPAN_LIT("value")));
	works(kv_commit(&txn));
}

static bool has(struct kv *kv, const char *key)
{
	scoped(kv_txn) txn = {0};
	struct span value;
	works(kv_read(kv, &txn));
	return !err_failed(kv_get(&txn, 0, span_text(key), &value));
}

static unsigned mode_of(const char *path)
{
	struct stat status;
	cr_assert(stat(path, &status) == 0);
	return status.st_mode & 0777;
}

Test(kv_lmdb, makes_its_directory_and_files_for_the_owner_alone)
{
	scoped(temp_dir) dir = temp_dir_make();
	umask(0);
	kv_close(opened(ask_for(inside(&dir, "data").text)));
	cr_assert(mode_of(inside(&dir, "data").text) == 0700);
	cr_assert(mode_of(inside(&dir, "data/data.mdb").text) == 0600);
	cr_assert(mode_of(inside(&dir, "data/lock.mdb").text) == 0600);
}

Test(kv_lmdb, refuses_a_directory_whose_parent_is_missing)
{
	scoped(temp_dir) dir = temp_dir_make();
	refuses_to_open(ask_for(inside(&dir, "no/data").text), ERR_IO);
}

Test(kv_lmdb, leaves_no_descriptor_open_over_exec)
{
	scoped(temp_dir) dir = temp_dir_make();
	struct kv *kv = opened(ask_for(dir.path));
	DIR *descriptors = opendir("/proc/self/fd");
	struct dirent *entry;
	int ours = 0;
	while ((entry = readdir(descriptors))) {
		char target[256] = {0};
		if (readlinkat(dirfd(descriptors), entry->d_name, target, sizeof target - 1) <= 0)
			continue;
		if (strncmp(target, dir.path, strlen(dir.path)) != 0)
			continue;
		ours++;
		cr_assert(fcntl((int)strtol(entry->d_name, NULL, 10), F_GETFD) & FD_CLOEXEC, "%s stays open",
			target);
	}
	closedir(descriptors);
	cr_assert(ours >= 2);
	kv_close(kv);
}

Test(kv_lmdb, what_was_committed_is_there_when_opened_again)
{
	scoped(temp_dir) dir = temp_dir_make();
	struct kv_ask ask = ask_for(dir.path);
	for (int durable = 0; durable < 2; durable++) {
		ask.durable = durable;
		struct kv *kv = opened(ask);
		put_one(kv, durable ? "durable" : "hasty");
		works(kv_sync(kv));
		kv_close(kv);
	}
	struct kv *kv = opened(ask);
	cr_assert(has(kv, "durable") && has(kv, "hasty"));
	kv_close(kv);
}

Test(kv_lmdb, a_later_map_can_be_added_to_an_old_environment)
{
	scoped(temp_dir) dir = temp_dir_make();
	struct kv_ask ask = ask_for(dir.path);
	ask.map_count = 1;
	struct kv *kv = opened(ask);
	put_one(kv, "old");
	kv_close(kv);
	kv = opened(ask_for(dir.path));
	scoped(kv_txn) txn = {0};
	works(kv_write(kv, &txn));
	works(kv_put(&txn, 1, SPAN_LIT("new"), SPAN_LIT("v")));
	works(kv_commit(&txn));
	cr_assert(has(kv, "old"));
	kv_close(kv);
}

/* In a child: one commit, then one left open; killed there. */
static void die_while_writing(const char *path)
{
	struct kv *kv = opened(ask_for(path));
	put_one(kv, "committed");
	struct kv_txn reader = {0}, writer = {0};
	works(kv_read(kv, &reader));
	works(kv_write(kv, &writer));
	works(kv_put(&writer, 0, SPAN_LIT("open"), SPAN_LIT("value")));
	raise(SIGKILL);
}

Test(kv_lmdb, a_killed_process_leaves_its_commits_and_no_lock)
{
	scoped(temp_dir) dir = temp_dir_make();
	for (int i = 0; i < 3; i++) {
		pid_t child = fork();
		if (child == 0) {
			die_while_writing(dir.path);
			_exit(1);
		}
		int status = 0;
		cr_assert(waitpid(child, &status, 0) == child);
		cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
	struct kv *kv = opened(ask_for(dir.path));
	cr_assert(has(kv, "committed") && !has(kv, "open"));
	put_one(kv, "after");
	cr_assert(has(kv, "after"));
	kv_close(kv);
}

/* Overwrites bytes of the data file. */
static void damage(const struct temp_dir *dir, off_t at, const void *bytes, size_t n)
{
	int file = open(inside(dir, "data.mdb").text, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	cr_assert(file >= 0 && pwrite(file, bytes, n, at) == (ssize_t)n);
	close(file);
}

Test(kv_lmdb, refuses_a_file_that_is_no_database)
{
	scoped(temp_dir) dir = temp_dir_make();
	static const uint8_t zeros[2 * PAGE];
	damage(&dir, 0, "this is a letter to a friend", 28);
	refuses_to_open(ask_for(dir.path), ERR_CORRUPT);
	damage(&dir, 0, zeros, sizeof zeros);
	refuses_to_open(ask_for(dir.path), ERR_CORRUPT);
}

Test(kv_lmdb, refuses_a_file_of_another_version)
{
	enum { VERSION_AT = 20 }; /* behind a page header of 16 bytes and the magic number */
	scoped(temp_dir) dir = temp_dir_make();
	kv_close(opened(ask_for(dir.path)));
	damage(&dir, VERSION_AT, "\x63", 1);
	refuses_to_open(ask_for(dir.path), ERR_CORRUPT);
}

Test(kv_lmdb, reading_alone_shows_what_is_there_and_makes_nothing)
{
	scoped(temp_dir) dir = temp_dir_make();
	struct kv_ask ask = ask_for(dir.path);
	ask.read_only = true;
	refuses_to_open(ask, ERR_IO);
	ask.read_only = false;
	ask.map_count = 1;
	struct kv *kv = opened(ask);
	put_one(kv, "key");
	kv_close(kv);
	ask.read_only = true;
	ask.map_count = 2;
	kv = opened(ask);
	cr_assert(has(kv, "key"));
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	struct span value;
	fails(kv_write(kv, &txn), ERR_BUG);
	works(kv_read(kv, &txn));
	fails(kv_get(&txn, 1, SPAN_LIT("key"), &value), ERR_NOT_FOUND);
	works(kv_seek_back(&txn, 1, SPAN_NONE, &rows));
	cr_assert(!kv_next(&rows));
	works(rows.err);
	works(kv_sync(kv));
	cr_assert(kv_used(kv) >= 3 * PAGE);
	kv_txn_done(&txn);
	kv_close(kv);
}

Test(kv_lmdb, reads_a_copy_in_a_directory_that_is_not_its_own)
{
	scoped(temp_dir) dir = temp_dir_make();
	struct kv_ask ask = ask_for(dir.path);
	struct kv *kv = opened(ask);
	put_one(kv, "key");
	kv_close(kv);
	cr_assert(unlink(inside(&dir, "lock.mdb").text) == 0);
	cr_assert(chmod(inside(&dir, "data.mdb").text, 0444) == 0 && chmod(dir.path, 0555) == 0);
	cr_assert(geteuid() != 0 || seteuid(NOBODY) == 0);
	ask.read_only = true;
	kv = opened(ask);
	cr_assert(has(kv, "key"));
	kv_close(kv);
	ask.read_only = false;
	refuses_to_open(ask, ERR_IO);
	cr_assert(getuid() != 0 || seteuid(0) == 0);
	cr_assert(access(inside(&dir, "lock.mdb").text, F_OK) != 0);
	cr_assert(chmod(dir.path, 0700) == 0);
}

Test(kv_lmdb, the_reader_after_the_last_place_is_told_to_come_again)
{
	scoped(temp_dir) dir = temp_dir_make();
	struct kv *kv = opened(ask_for(dir.path));
	static struct kv_txn readers[READERS];
	struct kv_txn late = {0};
	for (size_t i = 0; i < READERS; i++)
		works(kv_read(kv, &readers[i]));
	fails(kv_read(kv, &late), ERR_BUSY);
	cr_assert(kv_used(kv) >= 3 * PAGE, "it is told without a reader too");
	put_one(kv, "a writer needs no place");
	kv_txn_done(&readers[7]);
	works(kv_read(kv, &late));
	readers[7] = take(&late);
	for (size_t i = 0; i < READERS; i++)
		kv_txn_done(&readers[i]);
	kv_close(kv);
}

Test(kv_lmdb, a_reader_that_rested_sees_what_was_committed_since_and_pins_nothing)
{
	enum { TURNS = 300 };
	scoped(temp_dir) dir = temp_dir_make();
	struct kv *kv = opened(ask_for(dir.path));
	char key[16] = "";
	uint64_t used = 0;
	for (int turn = 0; turn < TURNS; turn++) {
		snprintf(key, sizeof key, "%d", turn % 4);
		put_one(kv, key);
		cr_assert(has(kv, key));
		scoped(kv_txn) txn = {0};
		works(kv_write(kv, &txn));
		works(kv_drop(&txn, 0, span_text(key)));
		works(kv_commit(&txn));
		cr_assert(!has(kv, key), "an old snapshot");
		used = turn == 20 ? (uint64_t)size_of(inside(&dir, "data.mdb").text) : used;
	}
	cr_assert((uint64_t)size_of(inside(&dir, "data.mdb").text) <= used + (64 << 10),
		"old pages stay pinned");
	kv_close(kv);
}

/* Bytes of address space that the process has mapped. */
static rlim_t mapped(void)
{
	unsigned long long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	cr_assert(file && fscanf(file, "%llu", &pages) == 1);
	fclose(file);
	return (rlim_t)pages * PAGE;
}

Test(kv_lmdb, takes_a_smaller_mapping_where_address_space_is_scarce)
{
	static const struct {
		rlim_t spare;
		bool enough;
	} cases[] = {{(rlim_t)128 << 30, true}, {(rlim_t)8 << 30, true}, {(rlim_t)1 << 30, false}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		scoped(temp_dir) dir = temp_dir_make();
		rlim_t bytes = mapped() + cases[i].spare;
		cr_assert(setrlimit(RLIMIT_AS, &(struct rlimit){bytes, RLIM_INFINITY}) == 0);
		if (!cases[i].enough) {
			struct kv *none = NULL;
			const struct kv_ask ask = ask_for(dir.path);
			struct err err = kv_open(&kv_lmdb, &ask, &none);
			cr_assert(err.kind == ERR_NO_MEMORY && !none);
			cr_assert(strstr(err.why, "raise RLIMIT_AS"), "%s", err.why);
			continue;
		}
		struct kv *kv = opened(ask_for(dir.path));
		put_one(kv, "key");
		cr_assert(has(kv, "key"));
		kv_close(kv);
	}
}

Test(kv_lmdb, what_a_drop_frees_counts_as_room_though_the_file_stays_long)
{
	scoped(temp_dir) dir = temp_dir_make();
	struct kv *kv = opened(ask_for(dir.path));
	uint64_t empty = kv_used(kv);
	works(put_batch(kv, 0));
	cr_assert(kv_used(kv) >= empty + ROWS_A_BATCH * sizeof KILOBYTE);
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	works(kv_write(kv, &txn));
	works(kv_seek(&txn, 0, SPAN_NONE, &rows));
	while (kv_next(&rows))
		works(kv_drop(&txn, 0, rows.key));
	works(rows.err);
	works(kv_commit(&txn));
	cr_assert(kv_used(kv) <= empty + 4 * PAGE);
	kv_close(kv);
}

/* Commits batches until one finds no room, then lets `make_room` help, and goes on. */
static void fills_and_recovers(const char *path, void (*make_room)(const char *path))
{
	struct kv *kv = opened(ask_for(path));
	struct err err = OK;
	size_t batches = 0;
	while (batches < BATCHES_MAX && !err_failed(err = put_batch(kv, batches)))
		batches++;
	fails(err, ERR_FULL);
	cr_assert(batches > 0);
	cr_assert(count_rows(kv) == batches * ROWS_A_BATCH, "nothing stands of the batch that failed");
	fails(put_batch(kv, batches), ERR_FULL);
	make_room(path);
	works(put_batch(kv, batches));
	works(put_batch(kv, batches + 1));
	cr_assert(count_rows(kv) == (batches + 2) * ROWS_A_BATCH);
	kv_close(kv);
	kv = opened(ask_for(path));
	cr_assert(count_rows(kv) == (batches + 2) * ROWS_A_BATCH);
	kv_close(kv);
}

static void raise_file_limit(const char *path)
{
	(void)path;
	cr_assert(setrlimit(RLIMIT_FSIZE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY}) == 0);
}

Test(kv_lmdb, a_file_at_its_largest_size_is_full_and_usable_when_it_may_grow)
{
	scoped(temp_dir) dir = temp_dir_make();
	signal(SIGXFSZ, SIG_IGN);
	/* Not a whole number of pages, so that a write is cut short inside one. */
	cr_assert(setrlimit(RLIMIT_FSIZE, &(struct rlimit){(1 << 20) + 1000, RLIM_INFINITY}) == 0);
	fills_and_recovers(dir.path, raise_file_limit);
}

/* A page of the table of readers that the disk has no room for would be a SIGBUS. */
static void all_readers_find_a_place(struct kv *kv)
{
	static struct kv_txn readers[READERS];
	for (size_t i = 0; i < READERS; i++)
		works(kv_read(kv, &readers[i]));
	for (size_t i = 0; i < READERS; i++)
		kv_txn_done(&readers[i]);
}

static void fill_disk(const char *path)
{
	char name[sizeof((struct temp_dir *)NULL)->path + sizeof "/filler"];
	snprintf(name, sizeof name, "%s/filler", path);
	int file = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	cr_assert(file >= 0);
	while (write(file, KILOBYTE, sizeof KILOBYTE) > 0)
		continue;
	close(file);
}

static void enlarge_disk(const char *path)
{
	cr_assert(mount("none", path, "tmpfs", MS_REMOUNT, "size=16m,mode=0700") == 0);
}

/* A mount that only this process sees, so that it goes with it. */
static bool mount_small_disk(const char *path)
{
	return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		mount("none", path, "tmpfs", 0, "size=1m,mode=0700") == 0;
}

Test(kv_lmdb, a_full_disk_is_full_and_usable_when_there_is_room)
{
	scoped(temp_dir) dir = temp_dir_make();
	if (!mount_small_disk(dir.path))
		cr_skip_test("this user may not mount; the limit on the size of a file stands for it");
	fills_and_recovers(dir.path, enlarge_disk);
	cr_assert(umount(dir.path) == 0);
}

Test(kv_lmdb, a_full_disk_has_a_place_for_every_reader)
{
	scoped(temp_dir) dir = temp_dir_make();
	if (!mount_small_disk(dir.path))
		cr_skip_test("this user may not mount");
	struct kv *kv = opened(ask_for(dir.path));
	fill_disk(dir.path);
	all_readers_find_a_place(kv);
	kv_close(kv);
	cr_assert(umount(dir.path) == 0);
}

Test(kv_lmdb, a_new_one_on_a_full_disk_is_refused_and_leaves_nothing_in_the_way)
{
	scoped(temp_dir) dir = temp_dir_make();
	if (!mount_small_disk(dir.path))
		cr_skip_test("this user may not mount");
	fill_disk(dir.path);
	refuses_to_open(ask_for(dir.path), ERR_FULL);
	enlarge_disk(dir.path);
	struct kv *kv = opened(ask_for(dir.path));
	put_one(kv, "key");
	cr_assert(has(kv, "key"));
	kv_close(kv);
	cr_assert(umount(dir.path) == 0);
}

/* How often a walk over the whole map waited for the disk. */
static long waits_of_walk(const char *path, bool ahead)
{
	struct rusage before, after;
	struct kv *kv = opened(ask_for(path));
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	works(kv_read(kv, &txn));
	works(kv_seek(&txn, 0, SPAN_NONE, &rows));
	if (ahead)
		kv_fetch_ahead(&rows);
	cr_assert(getrusage(RUSAGE_THREAD, &before) == 0);
	while (kv_next(&rows))
		cr_assert(rows.value.at[0] == KILOBYTE[0]);
	works(rows.err);
	cr_assert(getrusage(RUSAGE_THREAD, &after) == 0);
	kv_cursor_done(&rows);
	kv_txn_done(&txn);
	kv_close(kv);
	return after.ru_majflt - before.ru_majflt;
}

static void put_out_of_memory(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	cr_assert(file >= 0 && fsync(file) == 0);
	cr_assert(posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) == 0);
	close(file);
}

/* A file system that lies in memory waits for nothing, either way. */
Test(kv_lmdb, who_fetches_ahead_does_not_wait_for_the_disk_at_each_page)
{
	scoped(temp_dir) dir = temp_dir_make();
	struct kv *kv = opened(ask_for(dir.path));
	for (size_t batch = 0; batch < BATCHES_MAX; batch++)
		works(put_batch(kv, batch));
	kv_close(kv);
	put_out_of_memory(inside(&dir, "data.mdb").text);
	long waits = waits_of_walk(dir.path, false);
	put_out_of_memory(inside(&dir, "data.mdb").text);
	long waits_ahead = waits_of_walk(dir.path, true);
	cr_assert(waits < 100 || waits_ahead < waits / 4, "%ld, and %ld without", waits_ahead, waits);
}
