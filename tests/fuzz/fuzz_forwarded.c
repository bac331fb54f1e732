/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes in front of what our proxy wrote: the answer is what the proxy wrote. And any bytes alone: an address comes
 * out that is read again as itself. */
#include "server/http/forwarded.h"

#include "base/buf.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER_MAX = 1 << 16 };

static void check_printed(const struct address *address)
{
	char text[ADDRESS_TEXT + 1];
	struct address again;
	address_print(address, text);
	struct err err = address_parse(span_text(text), &again);
	assert(!err_failed(err) && address_equal(address, &again));
}

static void check_form(enum forwarded_form form, const char *ours, struct span theirs)
{
	static const struct address PEER = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1}};
	static const struct address CLIENT = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 51, 100, 4}};
	struct address_nets nets = {.items = {{PEER, 128}}, .count = 1};
	scoped(buf) header = BUF(HEADER_MAX);
	buf_put(&header, theirs);
	struct forwarded_ask ask = {&nets, form, PEER, buf_span(&header)};
	struct address found = forwarded_read(&ask);
	check_printed(&found);
	buf_put_text(&header, ", ");
	buf_put_text(&header, ours);
	if (err_failed(buf_check(&header)))
		return;
	ask.header = buf_span(&header);
	found = forwarded_read(&ask);
	assert(address_equal(&found, &CLIENT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct address address;
	struct address_net net;
	struct span text = span_of(data, size);
	check_form(FORWARDED_X_FOR, "198.51.100.4", text);
	check_form(FORWARDED_RFC7239, "proto=https;for=\"198.51.100.4:80\"", text);
	if (!err_failed(address_parse_host(text, &address)))
		check_printed(&address);
	if (!err_failed(address_parse_net(text, &net)))
		assert(net.bits <= 128 && address_is_in(&net.base, &net));
	return 0;
}
