/* SPDX-License-Identifier: Apache-2.0 */
/* from_where - whatever is known. */
#include "server/core/from_where.h"

#include "server/core/caller.h"

size_t from_where_put(const struct server *server, const struct device *device, struct from_where *kept,
	struct message_value *values)
{
	size_t count = 0;
	const struct span label = device_label(device);
	if (label.len)
		values[count++] = (struct message_value){"device", label};
	if (places_find(server->places, device->ip, kept->country))
		values[count++] = (struct message_value){"place", span_of(kept->country, PLACES_COUNTRY)};
	if (device->ip.len)
		values[count++] = (struct message_value){"ip", device->ip};
	return count;
}
