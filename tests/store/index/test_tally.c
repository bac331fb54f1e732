/* SPDX-License-Identifier: Apache-2.0 */
/* test_tally - counts are kept apart, in order, and bounded. */
#include "store/index/tally.h"

#include "tests/support/world.h"

#include <criterion/criterion.h>

static void number(size_t i, uint8_t value[static TALLY_VALUE])
{
	memset(value, 0, TALLY_VALUE);
	value[14] = (uint8_t)(i >> 8);
	value[15] = (uint8_t)i;
	value[13] = (uint8_t)(i >> 16);
}

Test(tally, counts_each_value_and_sorts_both_ways)
{
	uint8_t value[TALLY_VALUE];
	scoped(tally) tally = {0};
	for (size_t i = 0; i < 1000; i++)
		for (size_t again = 0; again < 2; again++) {
			number(i, value);
			world_must(tally_add(&tally, value, i + 1, i + again));
		}
	cr_assert(tally.used == 1000 && !tally.full);
	const struct tally_row *rows = tally_sort_by_count(&tally);
	for (size_t i = 0; i < 1000; i++)
		cr_assert(
			rows[i].count == 2 * (1000 - i) && rows[i].sequence == 999 - i, "the first is kept");
	rows = tally_sort_by_value(&tally);
	for (size_t i = 0; i < 1000; i++)
		cr_assert(rows[i].count == 2 * (i + 1));
}

Test(tally, nothing_of_a_value_is_no_row)
{
	uint8_t value[TALLY_VALUE] = {1};
	scoped(tally) tally = {0};
	world_must(tally_add(&tally, value, 0, 1));
	cr_assert(tally.used == 0);
}

Test(tally, says_when_there_is_no_room_and_goes_on_with_what_it_knows)
{
	uint8_t value[TALLY_VALUE];
	scoped(tally) tally = {0};
	for (size_t i = 0; i < TALLY_MAX; i++) {
		number(i, value);
		world_must(tally_add(&tally, value, 1, 0));
	}
	cr_assert(tally.used == TALLY_MAX && !tally.full);
	number(TALLY_MAX, value);
	world_must(tally_add(&tally, value, 1, 0));
	cr_assert(tally.used == TALLY_MAX && tally.full);
	number(5, value);
	world_must(tally_add(&tally, value, 7, 0));
	cr_assert(tally_sort_by_count(&tally)[0].count == 8);
}
