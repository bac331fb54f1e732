/* SPDX-License-Identifier: Apache-2.0 */
/* random - what can be told from outside: it fills all, stays in bounds, favours nothing, repeats nothing. */
#include "crypto/random.h"

#include <criterion/criterion.h>

#include <pthread.h>
#include <stdlib.h>

enum { IDS = 5000, THREADS = 4 };

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct id));
}

static void expect_all_different(struct id *ids, size_t count)
{
	qsort(ids, count, sizeof *ids, compare_ids);
	for (size_t i = 1; i < count; i++)
		cr_assert(!ids_equal(ids[i - 1], ids[i]), "an id came twice");
}

Test(random, fills_every_byte_and_nothing_behind)
{
	uint8_t seen[67] = {0};
	for (int draw = 0; draw < 64; draw++) {
		uint8_t bytes[67] = {0};
		random_fill(bytes, 65);
		cr_assert(bytes[65] == 0 && bytes[66] == 0);
		for (size_t i = 0; i < 65; i++)
			seen[i] |= bytes[i];
	}
	for (size_t i = 0; i < 65; i++)
		cr_assert(seen[i] != 0, "byte %zu was never set", i);
}

Test(random, takes_more_than_the_kernel_gives_at_once)
{
	enum { LARGE = 1 << 20 };
	uint8_t *bytes = calloc(1, LARGE);
	cr_assert(bytes);
	random_fill(bytes, LARGE);
	size_t zeros = 0;
	for (size_t i = 0; i < LARGE; i++)
		zeros += bytes[i] == 0;
	free(bytes);
	cr_assert(zeros > 3500 && zeros < 4700, "%zu of 4096 expected", zeros);
}

Test(random, of_nothing_is_nothing)
{
	random_fill(NULL, 0);
}

Test(random, below_stays_below_and_reaches_every_value)
{
	cr_assert(random_below(1) == 0);
	size_t counts[10] = {0};
	for (int i = 0; i < 20000; i++) {
		uint32_t draw = random_below(10);
		cr_assert(draw < 10);
		counts[draw]++;
	}
	for (size_t i = 0; i < 10; i++)
		cr_assert(counts[i] > 1700 && counts[i] < 2300, "%zu came %zu times", i, counts[i]);
}

Test(random, below_favours_no_value_where_the_bound_does_not_divide)
{
	/* Without drawing again, the lower half of 3 * 2^30 would come up twice as often as the rest. */
	const uint32_t bound = 3u << 30;
	size_t low = 0;
	for (int i = 0; i < 20000; i++)
		low += random_below(bound) < (1u << 30);
	cr_assert(low > 6200 && low < 7150, "%zu of 6667 expected", low);
}

Test(random, an_id_holds_its_time_and_version)
{
	const struct instant at = {1795262400123};
	struct id id = random_id(at);
	cr_assert(ids_time(id).ms == at.ms);
	cr_assert(id.bytes[6] >> 4 == 7 && id.bytes[8] >> 6 == 2);
}

Test(random, ids_of_one_instant_differ_also_over_many_pools)
{
	static struct id ids[IDS];
	for (size_t i = 0; i < IDS; i++)
		ids[i] = random_id((struct instant){1795262400000});
	expect_all_different(ids, IDS);
}

static void *draw_ids(void *ids)
{
	struct id *mine = ids;
	for (size_t i = 0; i < IDS; i++)
		mine[i] = random_id((struct instant){1795262400000});
	return NULL;
}

Test(random, ids_of_several_threads_differ)
{
	static struct id ids[THREADS * IDS];
	pthread_t threads[THREADS];
	for (size_t i = 0; i < THREADS; i++)
		cr_assert(pthread_create(&threads[i], NULL, draw_ids, ids + i * IDS) == 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	expect_all_different(ids, THREADS * IDS);
}
