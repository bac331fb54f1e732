/* SPDX-License-Identifier: Apache-2.0 */
/* test_shamir - any k of n bring a secret back, fewer do not, and Debian's libgfshare reckons the same. */
#include "crypto/shamir.h"

#include "base/buf.h"
#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>

#include <stdio.h>

static const uint8_t SECRET[SHAMIR_SECRET] = "a secret of thirty-two bytes...";

static bool gives_secret(const struct shamir_point *points, size_t count)
{
	uint8_t secret[SHAMIR_SECRET];
	cr_assert(!err_failed(shamir_combine(points, count, secret)));
	return memcmp(secret, SECRET, sizeof secret) == 0;
}

/* The points whose bits are set. */
static size_t choose(const struct shamir_point *points, size_t n, unsigned bits, struct shamir_point *chosen)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		if (bits >> i & 1)
			chosen[count++] = points[i];
	return count;
}

static void try_all_choices(size_t k, size_t n)
{
	struct shamir_point points[SHAMIR_MOST], chosen[SHAMIR_MOST];
	cr_assert(!err_failed(shamir_split(SECRET, k, n, points)));
	for (unsigned bits = 0; bits < 1u << n; bits++) {
		size_t count = choose(points, n, bits, chosen);
		if (count >= SHAMIR_LEAST)
			cr_assert(gives_secret(chosen, count) == (count >= k), "%zu of %zu, points %x", k, n,
				bits);
	}
}

Test(shamir, any_k_of_n_points_give_the_secret_and_fewer_do_not)
{
	for (size_t n = SHAMIR_LEAST; n <= 6; n++)
		for (size_t k = SHAMIR_LEAST; k <= n; k++)
			try_all_choices(k, n);
}

Test(shamir, sixteen_of_sixteen_give_the_secret_in_any_order_and_fifteen_do_not)
{
	struct shamir_point points[SHAMIR_MOST], turned[SHAMIR_MOST];
	cr_assert(!err_failed(shamir_split(SECRET, SHAMIR_MOST, SHAMIR_MOST, points)));
	for (size_t i = 0; i < SHAMIR_MOST; i++)
		turned[i] = points[SHAMIR_MOST - 1 - i];
	cr_assert(gives_secret(points, SHAMIR_MOST));
	cr_assert(gives_secret(turned, SHAMIR_MOST));
	cr_assert(!gives_secret(points, SHAMIR_MOST - 1));
}

Test(shamir, two_splits_of_one_secret_have_no_point_in_common)
{
	struct shamir_point one[3], other[3];
	cr_assert(!err_failed(shamir_split(SECRET, 2, 3, one)));
	cr_assert(!err_failed(shamir_split(SECRET, 2, 3, other)));
	for (size_t i = 0; i < 3; i++) {
		cr_assert(memcmp(one[i].y, other[i].y, SHAMIR_SECRET) != 0);
		cr_assert(memcmp(one[i].y, SECRET, SHAMIR_SECRET) != 0);
	}
}

Test(shamir, splits_for_nobody_alone_and_for_no_more_than_sixteen)
{
	static const size_t WRONG[][2] = {{0, 2}, {1, 1}, {1, 3}, {3, 2}, {2, 17}, {17, 17}, {2, 0}};
	struct shamir_point points[SHAMIR_MOST];
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
		cr_assert(shamir_split(SECRET, WRONG[i][0], WRONG[i][1], points).kind == ERR_INPUT,
			"%zu of %zu", WRONG[i][0], WRONG[i][1]);
}

Test(shamir, combines_no_point_at_the_secrets_place_and_none_twice)
{
	struct shamir_point points[3];
	uint8_t secret[SHAMIR_SECRET] = {7}, before[SHAMIR_SECRET] = {7};
	cr_assert(!err_failed(shamir_split(SECRET, 2, 3, points)));
	cr_assert(shamir_combine(points, 1, secret).kind == ERR_INPUT);
	points[2].x = points[0].x;
	cr_assert(shamir_combine(points, 3, secret).kind == ERR_INPUT);
	points[2].x = 0;
	cr_assert(shamir_combine(points, 3, secret).kind == ERR_INPUT);
	cr_assert(memcmp(secret, before, sizeof secret) == 0, "a refusal gives nothing away");
}

/* ---- the other implementation ---- */

static void run(const char *command)
{
	FILE *program = popen(command, "r");
	cr_assert(program && pclose(program) == 0, "%s", command);
}

static void move_bytes(const char *path, const char *mode, uint8_t *bytes)
{
	FILE *file = fopen(path, mode);
	cr_assert_not_null(file, "%s", path);
	size_t moved =
		*mode == 'w' ? fwrite(bytes, 1, SHAMIR_SECRET, file) : fread(bytes, 1, SHAMIR_SECRET, file);
	cr_assert(moved == SHAMIR_SECRET && fclose(file) == 0);
}

Test(shamir, gfcombine_of_libgfshare_opens_what_we_split)
{
	struct temp_dir dir = temp_dir_make();
	struct shamir_point points[7];
	uint8_t combined[SHAMIR_SECRET];
	char path[512], command[2048];
	cr_assert(!err_failed(shamir_split(SECRET, 4, 7, points)));
	for (size_t i = 0; i < 7; i++) {
		snprintf(path, sizeof path, "%s/ours.%03u", dir.path, points[i].x);
		move_bytes(path, "w", points[i].y);
	}
	snprintf(command, sizeof command,
		"gfcombine -o %s/whole %s/ours.002 %s/ours.007 %s/ours.003 %s/ours.005", dir.path, dir.path,
		dir.path, dir.path, dir.path);
	run(command);
	snprintf(path, sizeof path, "%s/whole", dir.path);
	move_bytes(path, "r", combined);
	cr_assert(memcmp(combined, SECRET, sizeof combined) == 0);
	temp_dir_done(&dir);
}

/* gfsplit draws the places of its shares among 1 to 255, and names each file by its place. */
Test(shamir, we_open_what_gfsplit_of_libgfshare_splits)
{
	struct temp_dir dir = temp_dir_make();
	struct shamir_point points[3];
	uint8_t secret[SHAMIR_SECRET];
	char path[512], command[1024];
	size_t found = 0;
	snprintf(path, sizeof path, "%s/whole", dir.path);
	memcpy(secret, SECRET, sizeof secret);
	move_bytes(path, "w", secret);
	snprintf(command, sizeof command, "gfsplit -n 3 -m 5 %s/whole %s/theirs", dir.path, dir.path);
	run(command);
	for (unsigned x = 1; x < 256 && found < 3; x++) {
		snprintf(path, sizeof path, "%s/theirs.%03u", dir.path, x);
		FILE *file = fopen(path, "r");
		if (!file)
			continue;
		fclose(file);
		points[found].x = (uint8_t)x;
		move_bytes(path, "r", points[found++].y);
	}
	cr_assert(found == 3);
	cr_assert(gives_secret(points, 3));
	cr_assert(!gives_secret(points, 2));
	temp_dir_done(&dir);
}
