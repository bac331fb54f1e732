/* SPDX-License-Identifier: Apache-2.0 */
/* secret - the arena under honest use, under misuse, and as the kernel sees it. */
#include "crypto/secret.h"

#include <criterion/criterion.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SMALLEST = 64 * 1024, LARGEST_CELL = 16 * 1024, THREADS = 4, ROUNDS = 2000, NOBODY = 65534 };

static struct secret_arena *open_arena(size_t bytes)
{
	struct secret_arena *arena = NULL;
	bool locked;
	cr_assert(!err_failed(secret_arena_open(bytes, SECRET_LOCK_WANTED, &arena, &locked)));
	return arena;
}

static struct secret taken(struct secret_arena *arena, size_t len)
{
	struct secret secret = {0};
	cr_assert(!err_failed(secret_take(arena, len, &secret)), "%zu bytes", len);
	return secret;
}

/* Runs what should kill its process in a child. True when the child did not come to an end of its own. */
static bool dies(void (*act)(void))
{
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		signal(SIGSEGV, SIG_DFL);
		signal(SIGBUS, SIG_DFL);
		fclose(stderr);
		act();
		_exit(0);
	}
	int status = 0;
	cr_assert(child > 0 && waitpid(child, &status, 0) == child);
	return WIFSIGNALED(status);
}

/* Runs an attempt in a child, which may give up rights for it. */
static bool succeeds_in_a_child(bool (*attempt)(void))
{
	fflush(NULL);
	pid_t child = fork();
	if (child == 0)
		_exit(attempt() ? 0 : 1);
	int status = 0;
	cr_assert(child > 0 && waitpid(child, &status, 0) == child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool is_zero(struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		if (bytes.at[i] != 0)
			return false;
	}
	return true;
}

Test(secret, gives_zeroed_cells_of_every_size)
{
	static const size_t sizes[] = {
		0, 1, 32, 63, 64, 65, 128, 129, 512, 513, 2048, 2049, 16383, LARGEST_CELL};
	struct secret_arena *arena = open_arena(1024 * 1024);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
			scoped(secret) secret = taken(arena, sizes[i]);
			cr_assert(secret.len == sizes[i] && secret.bytes && is_zero(secret_span(&secret)));
			memset(secret.bytes, 0xff, sizes[i]);
		}
	}
	secret_arena_close(arena);
}

Test(secret, refuses_a_cell_over_16_kib)
{
	struct secret_arena *arena = open_arena(SMALLEST);
	struct secret secret = {0};
	cr_assert(secret_take(arena, LARGEST_CELL + 1, &secret).kind == ERR_NO_MEMORY);
	cr_assert(secret_take(arena, SIZE_MAX, &secret).kind == ERR_NO_MEMORY);
	cr_assert(!secret.bytes);
	secret_arena_close(arena);
}

Test(secret, cells_do_not_overlap)
{
	enum { CELLS = 600 };
	struct secret_arena *arena = open_arena(256 * 1024);
	struct secret cells[CELLS];
	for (size_t i = 0; i < CELLS; i++) {
		cells[i] = taken(arena, 1 + i * 7 % 200);
		memset(cells[i].bytes, (int)(i % 251), cells[i].len);
	}
	for (size_t i = 0; i < CELLS; i++) {
		for (size_t k = 0; k < cells[i].len; k++)
			cr_assert(cells[i].bytes[k] == i % 251, "cell %zu", i);
		secret_done(&cells[i]);
	}
	secret_arena_close(arena);
}

Test(secret, wipes_a_cell_when_it_comes_back)
{
	struct secret_arena *arena = open_arena(SMALLEST);
	struct secret keeps_the_block = taken(arena, 64);
	struct secret secret = taken(arena, 64);
	const uint8_t *bytes = secret.bytes;
	memset(secret.bytes, 0xaa, 64);
	secret_done(&secret);
	cr_assert(!secret.bytes && secret.len == 0);
	cr_assert(is_zero(span_of(bytes, 64)));
	secret_done(&secret);
	secret_done(&keeps_the_block);
	secret_arena_close(arena);
}

Test(secret, says_when_it_is_used_up_and_recovers)
{
	struct secret_arena *arena = open_arena(SMALLEST);
	struct secret cells[64];
	size_t count = 0;
	struct err err = OK;
	while (count < 64 && !err_failed(err)) {
		err = secret_take(arena, LARGEST_CELL, &cells[count]);
		count += !err_failed(err);
	}
	cr_assert(err.kind == ERR_NO_MEMORY && count >= 3, "%zu cells", count);
	struct secret small = {0};
	cr_assert(secret_take(arena, 1, &small).kind == ERR_NO_MEMORY);
	secret_done(&cells[0]);
	/* The block that came back serves another size now. */
	small = taken(arena, 1);
	secret_done(&small);
	for (size_t i = 1; i < count; i++)
		secret_done(&cells[i]);
	secret_arena_close(arena);
}

Test(secret, holds_as_many_small_cells_as_it_has_room_for)
{
	struct secret_arena *arena = open_arena(SMALLEST);
	static struct secret cells[1024];
	size_t count = 0;
	while (count < 1024 && !err_failed(secret_take(arena, 32, &cells[count])))
		count++;
	cr_assert(count >= 600 && count < 1024, "%zu cells", count);
	for (size_t i = 0; i < count; i++)
		secret_done(&cells[i]);
	secret_arena_close(arena);
}

Test(secret, close_and_done_take_nothing)
{
	struct secret none = {0};
	secret_done(&none);
	secret_arena_close(NULL);
}

static void write_one_byte_too_many(void)
{
	struct secret_arena *arena = open_arena(SMALLEST);
	struct secret secret = taken(arena, 33);
	uint8_t *volatile bytes = secret.bytes;
	bytes[33] ^= 1;
	secret_done(&secret);
}

static void write_before_the_arena(void)
{
	struct secret_arena *arena = open_arena(SMALLEST);
	struct secret secret = taken(arena, 33);
	uint8_t *volatile bytes = secret.bytes;
	for (long i = 0; i < 2 * sysconf(_SC_PAGESIZE); i++)
		bytes[-i] = 0;
}

static void write_behind_the_arena(void)
{
	struct secret_arena *arena = open_arena(SMALLEST);
	struct secret secret = taken(arena, 33);
	uint8_t *volatile bytes = secret.bytes;
	for (long i = 0; i < SMALLEST + sysconf(_SC_PAGESIZE); i++)
		bytes[i] = 0;
}

static void give_back_twice(void)
{
	struct secret_arena *arena = open_arena(SMALLEST);
	struct secret keeps_the_block = taken(arena, 33);
	struct secret secret = taken(arena, 33);
	struct secret copy = secret;
	secret_done(&secret);
	secret_done(&copy);
	secret_done(&keeps_the_block);
}

static void give_back_the_middle_of_a_cell(void)
{
	struct secret_arena *arena = open_arena(SMALLEST);
	struct secret secret = taken(arena, 33);
	secret.bytes += 16;
	secret_done(&secret);
}

static void give_back_a_stranger(void)
{
	static uint8_t elsewhere[64];
	struct secret secret = {.arena = open_arena(SMALLEST), .bytes = elsewhere, .len = 64};
	secret_done(&secret);
}

static void close_with_a_cell_out(void)
{
	struct secret_arena *arena = open_arena(SMALLEST);
	struct secret secret = taken(arena, 33);
	secret_arena_close(arena);
	secret_done(&secret);
}

Test(secret, a_byte_written_behind_a_cell_ends_the_process)
{
	cr_assert(dies(write_one_byte_too_many));
}

Test(secret, guard_pages_stand_before_and_behind)
{
	cr_assert(dies(write_before_the_arena));
	cr_assert(dies(write_behind_the_arena));
}

Test(secret, a_cell_that_is_not_out_cannot_come_back)
{
	cr_assert(dies(give_back_twice));
	cr_assert(dies(give_back_the_middle_of_a_cell));
	cr_assert(dies(give_back_a_stranger));
}

Test(secret, does_not_close_while_a_cell_is_out)
{
	cr_assert(dies(close_with_a_cell_out));
}

Test(secret, a_shortened_secret_still_comes_back_whole)
{
	struct secret_arena *arena = open_arena(SMALLEST);
	struct secret secret = taken(arena, 64);
	const uint8_t *bytes = secret.bytes;
	struct secret keeps_the_block = taken(arena, 64);
	memset(secret.bytes, 0xaa, 64);
	secret.len = 20;
	secret_done(&secret);
	cr_assert(is_zero(span_of(bytes, 64)));
	secret_done(&keeps_the_block);
	secret_arena_close(arena);
}

Test(secret, a_forked_child_finds_zeros_and_may_tidy_up)
{
	struct secret_arena *arena = open_arena(SMALLEST);
	struct secret secret = taken(arena, 64);
	memset(secret.bytes, 0xaa, 64);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		bool wiped = is_zero(secret_span(&secret));
		secret_done(&secret);
		secret_arena_close(arena);
		_exit(wiped ? 0 : 1);
	}
	int status = 0;
	cr_assert(child > 0 && waitpid(child, &status, 0) == child);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	cr_assert(secret.bytes[0] == 0xaa, "the parent keeps its own");
	secret_done(&secret);
	secret_arena_close(arena);
}

/* The flags of the mapping that holds an address, as /proc/self/smaps prints them. */
static bool mapping_has_flag(const void *at, const char *flag)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	cr_assert(smaps);
	char line[512];
	bool inside = false;
	bool found = false;
	while (fgets(line, sizeof line, smaps)) {
		unsigned long from;
		unsigned long to;
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = (unsigned long)at >= from && (unsigned long)at < to;
		if (inside && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, flag) != NULL;
	}
	fclose(smaps);
	return found;
}

Test(secret, the_kernel_agrees_that_its_pages_are_guarded)
{
	struct secret_arena *arena = NULL;
	bool locked = false;
	cr_assert(!err_failed(secret_arena_open(SMALLEST, SECRET_LOCK_WANTED, &arena, &locked)));
	struct secret secret = taken(arena, 64);
	cr_assert(mapping_has_flag(secret.bytes, " dd"), "not left out of core dumps");
	cr_assert(mapping_has_flag(secret.bytes, " wf"), "not wiped on fork");
	cr_assert(mapping_has_flag(secret.bytes, " lo") == locked, "the lock is not as told");
	secret_done(&secret);
	secret_arena_close(arena);
}

static void lose_the_right_to_lock(void)
{
	const struct rlimit none = {0, 0};
	bool lost = setrlimit(RLIMIT_MEMLOCK, &none) == 0 && (geteuid() != 0 || seteuid(NOBODY) == 0);
	if (!lost)
		_exit(2);
}

static bool is_refused_without_a_lock(void)
{
	lose_the_right_to_lock();
	struct secret_arena *arena = NULL;
	bool locked = true;
	struct err err = secret_arena_open(SMALLEST, SECRET_LOCK_NEEDED, &arena, &locked);
	return err.kind == ERR_NO_MEMORY && !arena && locked;
}

static bool goes_on_without_a_lock(void)
{
	lose_the_right_to_lock();
	struct secret_arena *arena = NULL;
	bool locked = true;
	struct err err = secret_arena_open(SMALLEST, SECRET_LOCK_WANTED, &arena, &locked);
	bool good = !err_failed(err) && arena && !locked;
	secret_arena_close(arena);
	return good;
}

Test(secret, a_needed_lock_that_is_not_given_is_a_failure)
{
	cr_assert(succeeds_in_a_child(is_refused_without_a_lock));
}

Test(secret, a_wanted_lock_that_is_not_given_is_told)
{
	cr_assert(succeeds_in_a_child(goes_on_without_a_lock));
}

static void *take_and_give(void *context)
{
	struct secret_arena *arena = context;
	for (size_t i = 0; i < ROUNDS; i++) {
		struct secret secret;
		if (err_failed(secret_take(arena, i * 31 % 600, &secret)))
			return context;
		bool good = is_zero(secret_span(&secret));
		memset(secret.bytes, 0x55, secret.len);
		secret_done(&secret);
		if (!good)
			return context;
	}
	return NULL;
}

Test(secret, serves_several_threads)
{
	struct secret_arena *arena = open_arena(1024 * 1024);
	pthread_t threads[THREADS];
	for (size_t i = 0; i < THREADS; i++)
		cr_assert(pthread_create(&threads[i], NULL, take_and_give, arena) == 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *bad = NULL;
		pthread_join(threads[i], &bad);
		cr_assert(!bad, "thread %zu", i);
	}
	secret_arena_close(arena);
}

Test(secret, equal_means_same_length_and_bytes)
{
	cr_assert(secret_equal(SPAN_LIT("abc"), SPAN_LIT("abc")));
	cr_assert(secret_equal(SPAN_NONE, SPAN_LIT("")));
	cr_assert(!secret_equal(SPAN_LIT("abc"), SPAN_LIT("abd")));
	cr_assert(!secret_equal(SPAN_LIT("abc"), SPAN_LIT("xbc")));
	cr_assert(!secret_equal(SPAN_LIT("abc"), SPAN_LIT("ab")));
	cr_assert(!secret_equal(SPAN_NONE, SPAN_LIT("a")));
}

Test(secret, wipe_overwrites_just_what_it_is_given)
{
	uint8_t bytes[4] = {1, 2, 3, 4};
	secret_wipe(bytes + 1, 2);
	cr_assert(bytes[0] == 1 && bytes[1] == 0 && bytes[2] == 0 && bytes[3] == 4);
	secret_wipe(NULL, 0);
}

static bool setup_switches_core_dumps_off(void)
{
	struct rlimit core;
	if (err_failed(secret_setup()) || err_failed(secret_setup()))
		return false;
	return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0 &&
		prctl(PR_GET_DUMPABLE) == 0;
}

Test(secret, setup_switches_core_dumps_off_and_may_run_twice)
{
	cr_assert(succeeds_in_a_child(setup_switches_core_dumps_off));
}
