/* SPDX-License-Identifier: Apache-2.0 */
/* test_index - what a row has in each field is the same for who folds it and for who asks. */
#include "store/index/index.h"

#include "tests/support/world.h"

#include <criterion/criterion.h>

static struct tail_row row_of(const struct leaf *leaf)
{
	return (struct tail_row){.event = leaf->event,
		.action = leaf->action,
		.outcome = (uint8_t)leaf->outcome,
		.severity = leaf->severity,
		.critical = (leaf->flags & LEAF_CRITICAL) != 0,
		.actor = leaf->ids[LEAF_ID_ACTOR],
		.client = leaf->ids[LEAF_ID_CLIENT],
		.in_place_of = leaf->ids[LEAF_ID_IN_PLACE_OF],
		.object = leaf->ids[LEAF_ID_OBJECT],
		.device = leaf->ids[LEAF_ID_DEVICE]};
}

/* One of those that rows have, so that some agree. */
static bool is_folded(const struct tail_row *row, enum index_field field, const uint8_t *value)
{
	uint8_t values[INDEX_VALUES_A_ROW][INDEX_VALUE_MAX] = {0};
	size_t count = index_row_values(row, field, values);
	for (size_t i = 0; i < count; i++)
		if (memcmp(values[i], value, INDEX_VALUE_MAX) == 0)
			return true;
	return false;
}

/* How many values of the other row this one has too. */
static size_t compare(const struct tail_row *row, const struct tail_row *other, enum index_field field)
{
	uint8_t values[INDEX_VALUES_A_ROW][INDEX_VALUE_MAX] = {0};
	size_t count = index_row_values(other, field, values), shared = 0;
	for (size_t i = 0; i < count; i++) {
		bool has = index_row_has(row, field, values[i]);
		cr_assert(has == is_folded(row, field, values[i]), "field %d", (int)field);
		shared += has;
	}
	return shared;
}

Test(index, a_row_has_the_values_that_are_folded_of_it_and_no_others)
{
	enum { ROWS = 3000 };
	struct dice dice = {17};
	size_t shared[INDEX_FIELD_COUNT] = {0};
	struct tail_row before = {0};
	for (int i = 0; i < ROWS; i++) {
		struct leaf leaf = world_leaf(&dice);
		struct tail_row row = row_of(&leaf);
		for (int field = 0; field < INDEX_FIELD_COUNT; field++) {
			shared[field] += compare(&row, &before, (enum index_field)field);
			compare(&row, &row, (enum index_field)field);
		}
		before = row;
	}
	cr_assert(
		shared[INDEX_ACTION] && shared[INDEX_CLASS] && shared[INDEX_OUTCOME] && shared[INDEX_ACTOR]);
}

Test(index, a_row_that_was_pruned_or_lacks_an_id_has_no_value_of_zeroes)
{
	static const uint8_t zeroes[INDEX_VALUE_MAX] = {0};
	struct tail_row pruned = {0}, bare = {.event = world_thing(1), .action = 1, .severity = 1};
	for (int field = 0; field < INDEX_FIELD_COUNT; field++)
		cr_assert(!index_row_has(&pruned, (enum index_field)field, zeroes), "field %d", field);
	cr_assert(!index_row_has(&bare, INDEX_ACTOR, zeroes) && !index_row_has(&bare, INDEX_CLIENT, zeroes));
	cr_assert(!index_row_has(&bare, INDEX_OBJECT, zeroes) && !index_row_has(&bare, INDEX_DEVICE, zeroes));
	cr_assert(!index_row_has(&bare, INDEX_IN_PLACE_OF, zeroes));
	cr_assert(
		index_row_has(&bare, INDEX_OUTCOME, zeroes) && index_row_has(&bare, INDEX_CRITICAL, zeroes));
}

Test(index, no_field_but_those_of_values_has_one)
{
	struct dice dice = {18};
	struct leaf leaf = world_leaf(&dice);
	struct tail_row row = row_of(&leaf);
	static const enum index_field COLUMNS[] = {
		INDEX_ALL, INDEX_TIME, INDEX_ID, INDEX_WORDS, INDEX_FIELD_COUNT};
	for (size_t i = 0; i < sizeof COLUMNS / sizeof COLUMNS[0]; i++)
		for (unsigned value = 0; value < 256; value++)
			cr_assert(
				!index_row_has(&row, COLUMNS[i], (uint8_t[INDEX_VALUE_MAX]){(uint8_t)value}));
}
