/* SPDX-License-Identifier: Apache-2.0 */
/* from_where - what a mail says of the place that something came from: the device, its country where a database of countries is set,
 * its address. */
#pragma once

#include "server/core/places.h"
#include "server/core/tell.h"

struct device; /* server/core/caller.h */
struct server;

enum { FROM_WHERE_VALUES = 3 };

/* What the values borrow besides the device. */
struct from_where {
	char country[PLACES_COUNTRY + 1];
};

/* from_where_put - as many values as there is something to say, at most FROM_WHERE_VALUES. */
size_t from_where_put(const struct server *server, const struct device *device, struct from_where *kept,
	struct message_value *values);
