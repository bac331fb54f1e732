/* SPDX-License-Identifier: Apache-2.0 */
/* holdings - a sorted array: a log has few people and many events, so nearly every look-up finds. */
#include "server/core/log/holdings.h"

void holdings_done(struct holdings *holdings)
{
	buf_done(&holdings->ids);
	*holdings = (struct holdings){0};
}

/* Where it stands, or would; *found says which. */
static size_t find(const struct holdings *holdings, const uint8_t *end, bool *found)
{
	size_t low = 0, high = holdings->ids.len / EXPORT_HELD;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(holdings->ids.data + middle * EXPORT_HELD, end, EXPORT_HELD);
		*found = order == 0;
		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = false;
	return low;
}

void holdings_add(struct holdings *holdings, struct id id)
{
	const uint8_t *end = id.bytes + sizeof id.bytes - EXPORT_HELD;
	struct buf *ids = &holdings->ids;
	bool found;
	if (ids_is_none(id) || holdings->all)
		return;
	size_t at = find(holdings, end, &found) * EXPORT_HELD;
	if (found)
		return;
	size_t behind = ids->len - at;
	buf_room(ids, EXPORT_HELD);
	holdings->all = err_failed(buf_check(ids));
	if (holdings->all) {
		buf_done(ids);
		return;
	}
	memmove(ids->data + at + EXPORT_HELD, ids->data + at, behind);
	memcpy(ids->data + at, end, EXPORT_HELD);
}

void holdings_add_leaf(struct holdings *holdings, const struct leaf *leaf)
{
	bool names_one = leaf->object_kind == ID_PERSON + 1 || leaf->object_kind == ID_CLIENT + 1;
	if (leaf->actor == LEAF_PERSON)
		holdings_add(holdings, leaf->ids[LEAF_ID_ACTOR]);
	holdings_add(holdings, leaf->ids[LEAF_ID_IN_PLACE_OF]);
	holdings_add(holdings, leaf->ids[LEAF_ID_CLIENT]);
	if (names_one)
		holdings_add(holdings, leaf->ids[LEAF_ID_OBJECT]);
}
