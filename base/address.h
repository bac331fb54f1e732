/* SPDX-License-Identifier: Apache-2.0 */
/* address - numeric internet addresses: one form for one machine, and networks that they lie in. */
#pragma once

#include "base/err.h"
#include "base/span.h"

enum { ADDRESS_BYTES = 16, ADDRESS_TEXT = 45, ADDRESS_NETS_MAX = 64 };

/* IPv6; an IPv4 address as ::ffff:a.b.c.d, so that it equals the mapped one. */
struct address {
	uint8_t bytes[ADDRESS_BYTES];
};

/* address_parse - a.b.c.d or IPv6 in any notation of RFC 4291, mapped IPv4 as well; a zone (%eth0) is cut off: it
 * means something on one machine only.
 *
 * Fails: INPUT anything else: a name, a port, spaces, leading zeros in a.b.c.d. */
fallible address_parse(struct span text, struct address *address);

/* address_parse_host - the same as it stands in headers: a.b.c.d:port, [IPv6], [IPv6]:port too. Fails: INPUT. */
fallible address_parse_host(struct span text, struct address *address);

/* address_print - a.b.c.d, or IPv6 as RFC 5952 wants it. */
void address_print(const struct address *address, char out[static ADDRESS_TEXT + 1]);

/* address_is_v4 - whether it is a mapped one. */
bool address_is_v4(const struct address *address);
bool address_equal(const struct address *a, const struct address *b);

/* A network: the first bits of base. */
struct address_net {
	struct address base;
	unsigned bits; /* 0 to 128 */
};

/* address_parse_net - ADDRESS/BITS in either family, or ADDRESS for itself alone. Fails: INPUT also when the address
 * has bits behind the first ones: it is not said what was meant. */
fallible address_parse_net(struct span text, struct address_net *net);

/* address_is_in - whether the first bits of both are the same. */
bool address_is_in(const struct address *address, const struct address_net *net);

struct address_nets {
	struct address_net items[ADDRESS_NETS_MAX];
	size_t count;
};

/* address_is_among - whether one of them holds it; NULL holds none. */
bool address_is_among(const struct address *address, const struct address_nets *nets);
