/* SPDX-License-Identifier: Apache-2.0 */
/* Numeric addresses: one text for one machine, and what is no address. */
#include "base/address.h"

#include <criterion/criterion.h>

#include <stdio.h>

static void assert_printed(const char *text, const char *expected)
{
	char printed[ADDRESS_TEXT + 1];
	struct address address, again;
	cr_assert(!err_failed(address_parse(span_text(text), &address)), "%s", text);
	address_print(&address, printed);
	cr_assert(strcmp(printed, expected) == 0, "%s becomes %s", text, printed);
	cr_assert(!err_failed(address_parse(span_text(printed), &again)) && address_equal(&address, &again));
}

static bool is_refused(struct span text)
{
	struct address address;
	return address_parse(text, &address).kind == ERR_INPUT;
}

Test(address, has_one_text_however_it_was_written)
{
	assert_printed("203.0.113.9", "203.0.113.9");
	assert_printed("::ffff:203.0.113.9", "203.0.113.9");
	assert_printed("::FFFF:cb00:7109", "203.0.113.9");
	assert_printed("0:0:0:0:0:ffff:cb00:7109", "203.0.113.9");
	assert_printed("2001:DB8:0:0:0:0:0:1", "2001:db8::1");
	assert_printed("2001:0db8::0001", "2001:db8::1");
	assert_printed("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
	assert_printed("::", "::");
	assert_printed("::1", "::1");
	assert_printed("0.0.0.0", "0.0.0.0");
	assert_printed("fe80::1%eth0", "fe80::1");
	assert_printed("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

Test(address, every_byte_of_an_ipv4_address_is_printed_in_every_place)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		char text[ADDRESS_TEXT + 1];
		for (unsigned place = 0; place < 4; place++) {
			snprintf(text, sizeof text, "%u.%u.%u.%u", place == 0 ? byte : 7,
				place == 1 ? byte : 42, place == 2 ? byte : 199, place == 3 ? byte : 255);
			assert_printed(text, text);
		}
	}
}

Test(address, everything_else_is_refused)
{
	static const char *const BAD[] = {"", " ", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4",
		"0x7f.0.0.1", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4:80", "[::1]",
		"::1::", "12345::", "1:2:3:4:5:6:7:8:9", "%eth0", "1.2.3.4%eth0", "::ffff:1.2.3", "unknown",
		"_hidden", "1.2.3.4/8", "1111:2222:3333:4444:5555:6666:7777:8888:1111:2222:3333"};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		cr_assert(is_refused(span_text(BAD[i])), "%s", BAD[i]);
	cr_assert(is_refused(SPAN_NONE) && is_refused(span_of("1.2.3.4\0x", 9)), "a NUL hides nothing");
}

Test(address, stands_in_headers_with_port_and_brackets)
{
	static const struct {
		const char *text, *expected; /* NULL: refused */
	} HOSTS[] = {
		{"198.51.100.4", "198.51.100.4"},
		{"198.51.100.4:4711", "198.51.100.4"},
		{"[2001:db8::17]", "2001:db8::17"},
		{"[2001:db8::17]:4711", "2001:db8::17"},
		{"2001:db8::17", "2001:db8::17"},
		{"[fe80::1%eth0]:80", "fe80::1"},
		{"198.51.100.4:", NULL},
		{"198.51.100.4:65536", NULL},
		{"198.51.100.4:x", NULL},
		{"[198.51.100.4]", NULL},
		{"[2001:db8::17", NULL},
		{"[2001:db8::17]x", NULL},
		{"[]", NULL},
		{"[", NULL},
		{":", NULL},
		{"", NULL},
	};
	for (size_t i = 0; i < sizeof HOSTS / sizeof HOSTS[0]; i++) {
		char printed[ADDRESS_TEXT + 1] = "";
		struct address address;
		bool good = !err_failed(address_parse_host(span_text(HOSTS[i].text), &address));
		if (good)
			address_print(&address, printed);
		cr_assert(good == (HOSTS[i].expected != NULL), "%s", HOSTS[i].text);
		cr_assert(!good || strcmp(printed, HOSTS[i].expected) == 0, "%s: %s", HOSTS[i].text, printed);
	}
	struct address address;
	cr_assert(address_parse_host(SPAN_NONE, &address).kind == ERR_INPUT);
}

static bool lies_in(const char *text, const char *net_text)
{
	struct address address;
	struct address_net net;
	cr_assert(!err_failed(address_parse(span_text(text), &address)), "%s", text);
	cr_assert(!err_failed(address_parse_net(span_text(net_text), &net)), "%s", net_text);
	return address_is_in(&address, &net);
}

Test(address, lies_in_the_networks_whose_first_bits_it_has)
{
	cr_assert(lies_in("10.255.0.1", "10.0.0.0/8") && !lies_in("11.0.0.1", "10.0.0.0/8"));
	cr_assert(lies_in("10.0.0.127", "10.0.0.0/25") && !lies_in("10.0.0.128", "10.0.0.0/25"));
	cr_assert(lies_in("10.0.0.1", "10.0.0.1") && !lies_in("10.0.0.2", "10.0.0.1"));
	cr_assert(lies_in("10.0.0.1", "10.0.0.1/32") && lies_in("9.9.9.9", "0.0.0.0/0"));
	cr_assert(!lies_in("2001:db8::1", "0.0.0.0/0"), "IPv4's world is not all the world");
	cr_assert(lies_in("::ffff:10.1.2.3", "10.0.0.0/8"), "a mapped address is the address");
	cr_assert(lies_in("fd00::1", "fc00::/7") && !lies_in("fe00::1", "fc00::/7"));
	cr_assert(lies_in("::1", "::1") && lies_in("::1", "::/0"));
}

Test(address, networks_that_say_two_things_are_refused)
{
	static const char *const BAD[] = {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
		"10.0.0.0/08", "10.0.0.1/8", "::1/64", "fc00::/129", "10.0.0.0/8/8", "10/8", "all",
		"10.0.0.0/8 "};
	struct address_net net;
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		cr_assert(address_parse_net(span_text(BAD[i]), &net).kind == ERR_INPUT, "%s", BAD[i]);
}

Test(address, is_among_no_networks_when_there_are_none)
{
	struct address address;
	struct address_nets nets = {.count = 0};
	cr_assert(!err_failed(address_parse(SPAN_LIT("10.0.0.1"), &address)));
	cr_assert(!address_is_among(&address, NULL) && !address_is_among(&address, &nets));
	cr_assert(!err_failed(address_parse_net(SPAN_LIT("9.0.0.0/8"), &nets.items[nets.count++])));
	cr_assert(!address_is_among(&address, &nets));
	cr_assert(!err_failed(address_parse_net(SPAN_LIT("10.0.0.0/8"), &nets.items[nets.count++])));
	cr_assert(address_is_among(&address, &nets));
}
