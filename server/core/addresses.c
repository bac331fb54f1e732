/* SPDX-License-Identifier: Apache-2.0 */
/* addresses - of the person, and of the factors that get codes. */
#include "server/core/addresses.h"

static bool is_listed(const struct addresses *addresses, struct span address)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (span_equal(addresses->items[i], address))
			return true;
	return false;
}

static void add(struct addresses *addresses, struct span address)
{
	if (address.len && addresses->count < ADDRESSES_MAX && !is_listed(addresses, address))
		addresses->items[addresses->count++] = address;
}

fallible addresses_list(const struct server *server, const struct view *view, const struct person *who,
	struct id besides, struct arena *arena, struct addresses *addresses)
{
	struct factor factor;
	struct factor_texts texts;
	struct id after = {0};
	struct err err;
	struct addresses listed = {.count = 0};
	add(&listed, who->email);
	while (factor_next(view, who->tenant, who->id, &after, &factor, &err)) {
		if (factor.type != FACTOR_EMAIL ||
			(factor.state != FACTOR_ACTIVE && !ids_equal(factor.id, besides)))
			continue;
		TRY(factor_open_texts(server->volume.keys, &factor, arena, &texts));
		add(&listed, texts.address);
	}
	TRY(err);
	*addresses = listed;
	return OK;
}
