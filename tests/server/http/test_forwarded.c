/* SPDX-License-Identifier: Apache-2.0 */
/* Who stands behind our proxies: what strangers put into a header is never believed. Ours are 10.0.0.0/8 and
 * fd00::/8; 10.0.0.1 speaks to us. */
#include "server/http/forwarded.h"

#include <criterion/criterion.h>

struct row {
	const char *header, *expected;
};

static void assert_rows(enum forwarded_form form, const char *peer, const struct row *rows, size_t count)
{
	struct address_nets ours = {.count = 2};
	cr_assert(!err_failed(address_parse_net(SPAN_LIT("10.0.0.0/8"), &ours.items[0])));
	cr_assert(!err_failed(address_parse_net(SPAN_LIT("fd00::/8"), &ours.items[1])));
	for (size_t i = 0; i < count; i++) {
		char printed[ADDRESS_TEXT + 1];
		struct forwarded_ask ask = {&ours, form, .header = span_text(rows[i].header)};
		cr_assert(!err_failed(address_parse(span_text(peer), &ask.peer)));
		struct address found = forwarded_read(&ask);
		address_print(&found, printed);
		cr_assert(strcmp(printed, rows[i].expected) == 0, "%s instead of %s: %s", printed,
			rows[i].expected, rows[i].header);
	}
}

#define ASSERT_ROWS(form, peer, rows) assert_rows(form, peer, rows, sizeof rows / sizeof rows[0])

Test(forwarded, the_first_from_the_right_that_is_no_proxy_is_who_asks)
{
	static const struct row ROWS[] = {
		{"", "10.0.0.1"},
		{"198.51.100.4", "198.51.100.4"},
		{"198.51.100.4, 10.0.0.2", "198.51.100.4"},
		{"198.51.100.4,10.0.0.2,\t10.9.9.9 ", "198.51.100.4"},
		{"2001:db8::7, fd00::1", "2001:db8::7"},
		{"[2001:db8::7]:4711", "2001:db8::7"},
		{"198.51.100.4:4711", "198.51.100.4"},
		{"::ffff:198.51.100.4", "198.51.100.4"},
		{"fe80::1%eth0", "fe80::1"},
		{"10.0.0.3", "10.0.0.3"},
		{"10.0.0.4, 10.0.0.3", "10.0.0.4"},
	};
	ASSERT_ROWS(FORWARDED_X_FOR, "10.0.0.1", ROWS);
}

Test(forwarded, what_a_stranger_put_in_front_is_not_believed)
{
	static const struct row ROWS[] = {
		{"9.9.9.9, 198.51.100.4", "198.51.100.4"},
		{"10.0.0.9, 198.51.100.4", "198.51.100.4"},
		{"9.9.9.9, 10.0.0.5, 198.51.100.4, 10.0.0.2", "198.51.100.4"},
		{"\", 198.51.100.4", "198.51.100.4"},
		{"\\\", 198.51.100.4", "198.51.100.4"},
		{",,,,, 198.51.100.4", "198.51.100.4"},
		{"garbage that no one reads, 198.51.100.4", "198.51.100.4"},
	};
	ASSERT_ROWS(FORWARDED_X_FOR, "10.0.0.1", ROWS);
}

Test(forwarded, a_hop_that_is_no_address_leaves_the_peer)
{
	static const struct row ROWS[] = {
		{"unknown", "10.0.0.1"},
		{"_hidden", "10.0.0.1"},
		{"198.51.100.4, unknown", "10.0.0.1"},
		{"198.51.100.4,", "10.0.0.1"},
		{"198.51.100.4, , 10.0.0.2", "10.0.0.1"},
		{"localhost", "10.0.0.1"},
		{"198.51.100.4 10.0.0.2", "10.0.0.1"},
		{"999.1.1.1", "10.0.0.1"},
		{"198.51.100.4:99999", "10.0.0.1"},
		{",", "10.0.0.1"},
	};
	ASSERT_ROWS(FORWARDED_X_FOR, "10.0.0.1", ROWS);
}

Test(forwarded, a_stranger_who_speaks_to_us_himself_is_himself)
{
	static const struct row ROWS[] = {
		{"198.51.100.4", "203.0.113.5"}, {"10.0.0.1", "203.0.113.5"}, {"", "203.0.113.5"}};
	ASSERT_ROWS(FORWARDED_X_FOR, "203.0.113.5", ROWS);
	ASSERT_ROWS(FORWARDED_RFC7239, "203.0.113.5", ROWS);
	struct forwarded_ask nobody = {NULL, FORWARDED_X_FOR, .header = SPAN_LIT("198.51.100.4")};
	cr_assert(!err_failed(address_parse(SPAN_LIT("10.0.0.1"), &nobody.peer)));
	struct address found = forwarded_read(&nobody);
	cr_assert(address_equal(&found, &nobody.peer), "without the setting nobody is believed");
}

Test(forwarded, the_header_of_rfc_7239_is_read_likewise)
{
	static const struct row ROWS[] = {
		{"for=198.51.100.4", "198.51.100.4"},
		{"For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"},
		{"for=198.51.100.4;proto=http;by=203.0.113.43", "198.51.100.4"},
		{"by=203.0.113.43; proto=https; FOR=198.51.100.4", "198.51.100.4"},
		{"for=198.51.100.4, for=10.0.0.2", "198.51.100.4"},
		{"for=9.9.9.9, for=198.51.100.4", "198.51.100.4"},
		{"for=\"198.51.100.4:80\";host=\"a,b;c\"", "198.51.100.4"},
		/* a quote that a stranger left open hides nothing */
		{"for=\"9.9.9.9, for=198.51.100.4", "198.51.100.4"},
		{"for=\"\\\", for=198.51.100.4", "198.51.100.4"},
		{"x\\\\\", for=198.51.100.4;host=\"\\\\\"", "198.51.100.4"},
		/* no address */
		{"for=unknown", "10.0.0.1"},
		{"for=_gazonk", "10.0.0.1"},
		{"for=\"_gazonk:80\"", "10.0.0.1"},
		{"proto=http", "10.0.0.1"},
		{"for=198.51.100.4;for=198.51.100.5", "10.0.0.1"},
		{"for=", "10.0.0.1"},
		{"for=\"", "10.0.0.1"},
		{"for=\"198.51.100.4", "10.0.0.1"},
		{"for = 198.51.100.4", "10.0.0.1"},
		{"198.51.100.4", "10.0.0.1"},
	};
	ASSERT_ROWS(FORWARDED_RFC7239, "10.0.0.1", ROWS);
}
