/* SPDX-License-Identifier: Apache-2.0 */
/* address - texts to 16 bytes and back. */
#include "base/address.h"

#include <arpa/inet.h>

enum { V4_AT = 12, V4_BYTES = 4, V4_BITS = 32, V6_BITS = 128 };

static const uint8_t MAPPED[V4_AT] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static struct span without_zone(struct span text)
{
	const uint8_t *zone = text.len ? memchr(text.at, '%', text.len) : NULL;
	return zone ? span_first(text, (size_t)(zone - text.at)) : text;
}

/* As a C text, for the library; what is longer is no address. */
static bool copy_text(struct span text, char out[static ADDRESS_TEXT + 1])
{
	if (text.len == 0 || text.len > ADDRESS_TEXT || memchr(text.at, 0, text.len))
		return false;
	memcpy(out, text.at, text.len);
	out[text.len] = '\0';
	return true;
}

fallible address_parse(struct span text, struct address *address)
{
	char copy[ADDRESS_TEXT + 1];
	struct address read;
	bool v6 = text.len && memchr(text.at, ':', text.len);
	if (!copy_text(v6 ? without_zone(text) : text, copy))
		return FAIL(INPUT, "an address is empty, too long or holds U+0000");
	memcpy(read.bytes, MAPPED, sizeof MAPPED);
	if (inet_pton(v6 ? AF_INET6 : AF_INET, copy, v6 ? read.bytes : read.bytes + V4_AT) != 1)
		return FAIL(INPUT, "a text is no numeric address");
	*address = read;
	return OK;
}

/* ":" and digits, or nothing. */
static bool is_port(struct span text)
{
	uint64_t port;
	if (text.len == 0)
		return true;
	return text.at[0] == ':' && span_number(span_from(text, 1), UINT16_MAX, &port);
}

static fallible parse_bracketed(struct span text, struct address *address)
{
	const uint8_t *end = memchr(text.at, ']', text.len);
	if (!end || !memchr(text.at, ':', (size_t)(end - text.at)))
		return FAIL(INPUT, "brackets hold no IPv6 address");
	size_t len = (size_t)(end - text.at);
	if (!is_port(span_from(text, len + 1)))
		return FAIL(INPUT, "an address is followed by something that is no port");
	return address_parse(span_of(text.at + 1, len - 1), address);
}

fallible address_parse_host(struct span text, struct address *address)
{
	if (text.len && text.at[0] == '[')
		return parse_bracketed(text, address);
	const uint8_t *colon = text.len ? memchr(text.at, ':', text.len) : NULL;
	bool one = colon && !memchr(colon + 1, ':', (size_t)(text.at + text.len - colon - 1));
	if (!one)
		return address_parse(text, address);
	size_t len = (size_t)(colon - text.at);
	if (!is_port(span_from(text, len)))
		return FAIL(INPUT, "an address is followed by something that is no port");
	return address_parse(span_first(text, len), address);
}

bool address_is_v4(const struct address *address)
{
	return memcmp(address->bytes, MAPPED, sizeof MAPPED) == 0;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, ADDRESS_BYTES) == 0;
}

static char *print_byte(uint8_t byte, char *at)
{
	if (byte >= 100)
		*at++ = (char)('0' + byte / 100);
	if (byte >= 10)
		*at++ = (char)('0' + byte / 10 % 10);
	*at++ = (char)('0' + byte % 10);
	return at;
}

/* Nearly every event has one, and the library would print it by its formats. */
static void print_v4(const uint8_t bytes[static V4_BYTES], char *at)
{
	for (size_t i = 0; i < V4_BYTES; i++) {
		at = print_byte(bytes[i], at);
		*at++ = '.';
	}
	at[-1] = '\0';
}

void address_print(const struct address *address, char out[static ADDRESS_TEXT + 1])
{
	out[0] = '\0';
	if (address_is_v4(address))
		print_v4(address->bytes + V4_AT, out);
	else
		inet_ntop(AF_INET6, address->bytes, out, ADDRESS_TEXT + 1);
}

/* ---- networks ---- */

static bool has_bits_behind(const struct address *address, unsigned bits)
{
	for (unsigned bit = bits; bit < V6_BITS; bit++)
		if (address->bytes[bit / 8] & 0x80u >> bit % 8)
			return true;
	return false;
}

fallible address_parse_net(struct span text, struct address_net *net)
{
	struct address_net read;
	struct span rest = text, address;
	if (!span_cut(&rest, '/', &address))
		return FAIL(INPUT, "a network is empty");
	TRY(address_parse(address, &read.base));
	/* As it was written: ::ffff:0:0/96 is a network of IPv6. */
	bool v4 = memchr(address.at, ':', address.len) == NULL;
	uint64_t bits = v4 ? V4_BITS : V6_BITS;
	if (rest.at && !span_number(rest, bits, &bits))
		return FAIL(INPUT, "a network has no number of bits");
	read.bits = (unsigned)bits + (v4 ? V6_BITS - V4_BITS : 0);
	if (has_bits_behind(&read.base, read.bits))
		return FAIL(INPUT, "a network's address has bits behind those that it is made of");
	*net = read;
	return OK;
}

bool address_is_in(const struct address *address, const struct address_net *net)
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;
	if (memcmp(address->bytes, net->base.bytes, whole) != 0)
		return false;
	if (rest == 0)
		return true;
	uint8_t mask = (uint8_t)(0xff00u >> rest);
	return ((address->bytes[whole] ^ net->base.bytes[whole]) & mask) == 0;
}

bool address_is_among(const struct address *address, const struct address_nets *nets)
{
	for (size_t i = 0; nets && i < nets->count; i++)
		if (address_is_in(address, &nets->items[i]))
			return true;
	return false;
}
