/* SPDX-License-Identifier: Apache-2.0 */
/* What the server sees of the device of a personal token, whose owner does not say it himself. */
#include "server/api/guard.h"

#include "server/http/forwarded.h"
#include "tests/support/api_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { TEXT_MAX = 512, ARENA_MAX = 64 * 1024 };

/* The address in the event of a refused personal token. */
static void seen_from(
	struct api_world *world, const char *forwarded, struct arena *arena, struct span *address)
{
	scoped(api_answer) answer = {0};
	struct event_read event;
	struct api_person person;
	char more[TEXT_MAX];
	api_world_person(world, &world->tenant, "owner", NULL, &person);
	snprintf(more, sizeof more, "X-Forwarded-For: %s\r\n", forwarded);
	const struct api_request request = {
		.method = "GET", .path = "/v1/people/nobody", .token = person.token, .more = more};
	cr_assert(api_ask(world, &request, &answer) == 404);
	api_find_event(world, world->tenant.id, ACTION_ACCESS_DENIED, arena, &event);
	*address = event.texts[LEAF_TEXT_IP];
}

/* Loopback is who speaks to us. */
static void trust(struct api_world *world, const char *second, struct address_nets *nets)
{
	*nets = (struct address_nets){.count = second ? 2 : 1};
	cr_assert(!err_failed(address_parse_net(SPAN_LIT("127.0.0.0/8"), &nets->items[0])));
	if (second)
		cr_assert(!err_failed(address_parse_net(span_text(second), &nets->items[1])));
	world->server.trusted_proxies = nets;
}

Test(guard_sees, who_stands_behind_a_proxy_is_believed_from_trusted_ones_alone)
{
	static const struct {
		const char *forwarded, *address;
	} CALLS[] = {
		{"198.51.100.4", "198.51.100.4"},
		{"9.9.9.9, 198.51.100.4", "198.51.100.4"},
		{"9.9.9.9,198.51.100.4, 10.0.0.1", "198.51.100.4"},
		{"10.0.0.1", "10.0.0.1"},
		{"9.9.9.9, 10.0.0.1, 198.51.100.4", "198.51.100.4"},
		{"::ffff:198.51.100.4", "198.51.100.4"},
		{"unknown", "127.0.0.1"},
	};
	scoped(api_world) world = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct address_nets nets = {.count = 0};
	struct span address;
	api_world_open(&world);
	seen_from(&world, "198.51.100.4", &arena, &address);
	cr_assert(span_is(address, "127.0.0.1"), "nobody is trusted unless a setting says so");
	world.server.trusted_proxies = &nets;
	seen_from(&world, "198.51.100.4", &arena, &address);
	cr_assert(span_is(address, "127.0.0.1"), "nor with an empty one");
	cr_assert(!err_failed(address_parse_net(SPAN_LIT("10.0.0.0/8"), &nets.items[nets.count++])));
	seen_from(&world, "198.51.100.4", &arena, &address);
	cr_assert(span_is(address, "127.0.0.1"), "another one's proxy is nobody's");
	trust(&world, "10.0.0.0/8", &nets);
	for (size_t i = 0; i < sizeof CALLS / sizeof CALLS[0]; i++) {
		seen_from(&world, CALLS[i].forwarded, &arena, &address);
		cr_assert(span_is(address, CALLS[i].address), "call %zu: %.*s", i, SPAN_FMT(address));
	}
}

Test(guard_sees, the_proxy_is_kept_beside_who_stands_behind_it)
{
	scoped(api_world) world = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	scoped(api_answer) answer = {0};
	struct address_nets nets;
	struct span address;
	api_world_open(&world);
	trust(&world, NULL, &nets);
	seen_from(&world, "198.51.100.4", &arena, &address);
	cr_assert(api_call(&world, "GET", "/v1/events?action=access.denied", world.tenant.token, NULL,
			  &answer) == 200);
	cr_assert(api_has(&answer, "items/0/device/ip", "198.51.100.4"), "%s", answer.body);
	cr_assert(api_has(&answer, "items/0/device/peer", "127.0.0.1"), "%s", answer.body);
	seen_from(&world, "unknown", &arena, &address);
	cr_assert(api_call(&world, "GET", "/v1/events?action=access.denied", world.tenant.token, NULL,
			  &answer) == 200);
	cr_assert(!api_member(&answer, "items/0/device/peer"), "%s", answer.body);
}

Test(guard_sees, only_the_header_that_our_proxies_write_is_read)
{
	scoped(api_world) world = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct address_nets nets;
	struct span address;
	api_world_open(&world);
	trust(&world, NULL, &nets);
	seen_from(&world, "198.51.100.4\r\nForwarded: for=9.9.9.9", &arena, &address);
	cr_assert(span_is(address, "198.51.100.4"));
	world.server.forwarded_form = FORWARDED_RFC7239;
	seen_from(&world, "9.9.9.9\r\nForwarded: for=198.51.100.4", &arena, &address);
	cr_assert(span_is(address, "198.51.100.4"));
}

Test(guard_sees, an_address_longer_than_any_leaves_the_peer)
{
	scoped(api_world) world = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct address_nets nets;
	struct span address;
	char forwarded[200];
	memset(forwarded, 'a', sizeof forwarded - 1);
	forwarded[sizeof forwarded - 1] = '\0';
	api_world_open(&world);
	trust(&world, NULL, &nets);
	seen_from(&world, forwarded, &arena, &address);
	cr_assert(span_is(address, "127.0.0.1"));
}

Test(guard_sees, what_a_browser_says_in_headers_of_its_own_is_kept)
{
	scoped(api_world) world = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	scoped(api_answer) answer = {0};
	struct span address;
	api_world_open(&world);
	seen_from(&world,
		"x\r\nSec-CH-UA: \"Chromium\";v=\"128\", \"Google Chrome\";v=\"128\"\r\n"
		"Sec-CH-UA-Platform: \"Windows\"\r\nSec-CH-UA-Platform-Version: \"15.0.0\"\r\n"
		"Sec-CH-UA-Mobile: ?0\r\nSec-CH-UA-Model: \"\"",
		&arena, &address);
	cr_assert(api_call(&world, "GET", "/v1/events?action=access.denied", world.tenant.token, NULL,
			  &answer) == 200);
	cr_assert(api_has(&answer, "items/0/device/name", "Google Chrome 128"), "%s", answer.body);
	cr_assert(api_has(&answer, "items/0/device/platform", "Windows 11"), "%s", answer.body);
	cr_assert(!api_member(&answer, "items/0/device/model"), "%s", answer.body);
}
