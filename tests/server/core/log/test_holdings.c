/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an export has held so far. */
#include "server/core/log/holdings.h"

#include <criterion/criterion.h>

static struct id id_of(unsigned number)
{
	struct id id = {{1}};
	/* Neither in order nor in one byte. */
	uint32_t mixed = number * UINT32_C(2654435761);
	memcpy(id.bytes + 12, &mixed, sizeof mixed);
	return id;
}

static struct export export_of(const struct holdings *holdings)
{
	return (struct export){
		.state = EXPORT_COMPLETE, .held = buf_span(&holdings->ids), .held_all = holdings->all};
}

Test(holdings, keep_each_id_once_and_find_all_of_them)
{
	scoped(holdings) holdings = HOLDINGS;
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 1; i <= 1000; i++)
			holdings_add(&holdings, id_of(i));
	cr_assert(holdings.ids.len == 1000 * EXPORT_HELD);
	struct export export = export_of(&holdings);
	for (unsigned i = 1; i <= 1000; i++)
		cr_assert(export_held(&export, id_of(i)), "%u", i);
	for (unsigned i = 1001; i <= 2000; i++)
		cr_assert(!export_held(&export, id_of(i)), "%u", i);
}

Test(holdings, nobody_is_nobody)
{
	scoped(holdings) holdings = HOLDINGS;
	holdings_add(&holdings, (struct id){0});
	cr_assert(holdings.ids.len == 0);
}

Test(holdings, count_as_everybody_when_there_are_too_many)
{
	scoped(holdings) holdings = HOLDINGS;
	for (unsigned i = 1; i <= EXPORT_HELD_MAX; i++)
		holdings_add(&holdings, id_of(i));
	cr_assert(!holdings.all);
	holdings_add(&holdings, id_of(EXPORT_HELD_MAX + 1));
	struct export export = export_of(&holdings);
	cr_assert(holdings.all && export_held(&export, id_of(999999)));
}

Test(holdings, take_from_a_leaf_everybody_it_names)
{
	scoped(holdings) holdings = HOLDINGS;
	struct leaf leaf = {.actor = LEAF_PERSON, .object_kind = ID_PERSON + 1};
	leaf.ids[LEAF_ID_ACTOR] = id_of(1);
	leaf.ids[LEAF_ID_IN_PLACE_OF] = id_of(2);
	leaf.ids[LEAF_ID_CLIENT] = id_of(3);
	leaf.ids[LEAF_ID_OBJECT] = id_of(4);
	leaf.ids[LEAF_ID_DEVICE] = id_of(5);
	holdings_add_leaf(&holdings, &leaf);
	struct export export = export_of(&holdings);
	for (unsigned i = 1; i <= 4; i++)
		cr_assert(export_held(&export, id_of(i)), "%u", i);
	cr_assert(!export_held(&export, id_of(5)), "a device is nobody");
}
