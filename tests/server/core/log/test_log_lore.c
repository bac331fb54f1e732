/* SPDX-License-Identifier: Apache-2.0 */
/* test_log_lore - the log by country and by kind of device, which are looked up as events are read. */
#include "server/core/log/log_filter.h"

#include "tests/server/log_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { BODY_MAX = 64 * 1024, EVENTS = 24, PATH_BYTES = 128 };

/* Each agent at each address, by each person in turn, for each client. */
static void fill(struct log_world *world)
{
	static const char *const AGENTS[] = {"Mozilla/5.0 (Windows NT 10.0) Chrome/126.0",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Safari/604.1", "curl/8.5.0"};
	static const char *const ADDRESSES[] = {"203.0.113.9", "198.51.100.1", "192.0.2.77", "2001:db8::7"};
	scoped(api_answer) answer = {0};
	scoped(buf) json = BUF(BODY_MAX);
	for (size_t i = 0; i < EVENTS; i++)
		buf_printf(&json,
			"{\"action\":\"record.viewed\",\"actor\":{\"person\":\"%s\"},\"client\":\"%s\","
			"\"object\":{\"type\":\"card\",\"id\":\"77\"},\"purpose\":\"a booking\","
			"\"device\":{\"id\":\"d1\",\"ip\":\"%s\",\"user_agent\":\"%s\"}}\n",
			world->people[i % LOG_PEOPLE].text, world->clients[i % 2].ref, ADDRESSES[i / 6],
			AGENTS[i % 3]);
	buf_put_u8(&json, 0);
	api_call(&world->api, "POST", "/v1/events:batch", world->api.tenant.token, (const char *)json.data,
		&answer);
	cr_assert(answer.status == 201, "%s", answer.body);
}

/* Of what `fill` made. */
static size_t count_found(struct log_world *world, const char *token, const char *name, const char *value)
{
	char query[PATH_BYTES];
	snprintf(query, sizeof query, "&class=record&%s=%s", name, value);
	json_t *found = log_world_list(world, token, query, 7);
	size_t count = json_array_size(found);
	json_decref(found);
	return count;
}

Test(log_lore, where_and_from_what_is_found_in_events_and_taken_out_of_them)
{
	scoped(log_lore) lore = {0};
	scoped(log_world) world = {0};
	log_world_open(&world);
	log_world_learn(&world, &lore);
	fill(&world);
	const char *token = world.api.tenant.token;
	for (unsigned folded = 0; folded < 2; folded++) {
		size_t all = count_found(&world, token, "order", "asc");
		size_t finland = count_found(&world, token, "country", "FI");
		size_t phones = count_found(&world, token, "device_kind", "phone");
		cr_assert(finland > 0 && finland < all, "%zu of %zu", finland, all);
		cr_assert(
			finland == count_found(&world, token, "ip", "192.0.2.77"), "one network is Finland");
		cr_assert(phones == count_found(&world, token, "text", "iphone") && phones > 0, "iPhones");
		cr_assert(count_found(&world, token, "device_kind", "bot") ==
			count_found(&world, token, "text", "curl"));
		cr_assert(count_found(&world, token, "device_kind", "tablet") == 0, "nobody had one");
		cr_assert(count_found(&world, token, "country", "ZZ") == 0, "nobody was there");
		log_world_fold(&world);
	}
}

Test(log_lore, who_is_not_shown_the_address_neither_finds_nor_excludes_by_its_country)
{
	scoped(log_lore) lore = {0};
	scoped(log_world) world = {0};
	struct api_person contact;
	log_world_open(&world);
	log_world_learn(&world, &lore);
	log_world_contact(&world.api, &world.api.tenant, &world.clients[0], &contact);
	fill(&world);
	size_t theirs = count_found(&world, contact.token, "order", "desc");
	cr_assert(theirs > 0 && count_found(&world, contact.token, "country", "FI") == 0, "no address");
	cr_assert(count_found(&world, contact.token, "not_country", "FI") == theirs, "nor without it");
	/* The kind of the device is shown to clients, and nothing else of it. */
	size_t phones = count_found(&world, contact.token, "device_kind", "phone");
	cr_assert(phones > 0 && phones < theirs, "%zu of %zu", phones, theirs);
	cr_assert(count_found(&world, contact.token, "not_device_kind", "phone") == theirs - phones);
}

Test(log_lore, what_is_no_country_or_kind_is_refused_by_its_name)
{
	static const char *const WRONG[][3] = {{"country", "fi", "malformed"},
		{"country", "FIN", "malformed"}, {"country", "", "malformed"},
		{"not_country", "F1", "malformed"}, {"device_kind", "computer", "not_allowed"},
		{"not_device_kind", "", "not_allowed"}};
	scoped(log_lore) lore = {0};
	scoped(log_world) world = {0};
	char path[128], pointer[32];
	log_world_open(&world);
	log_world_learn(&world, &lore);
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
		scoped(api_answer) answer = {0};
		snprintf(path, sizeof path, "/v1/events?%s=%s", WRONG[i][0], WRONG[i][1]);
		snprintf(pointer, sizeof pointer, "/%s", WRONG[i][0]);
		api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &answer);
		cr_assert(answer.status == 422, "%s: %s", path, answer.body);
		cr_assert(api_has_problem(&answer, pointer, WRONG[i][2]), "%s: %s", path, answer.body);
	}
	for (size_t i = 0; i < 2; i++) {
		static const char *const COUNTED[] = {"country=FI", "device_kind=phone"};
		scoped(api_answer) answer = {0};
		snprintf(path, sizeof path, "/v1/events:facets?%s", COUNTED[i]);
		api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &answer);
		cr_assert(answer.status == 422, "what has to be opened is not counted: %s", answer.body);
	}
}

Test(log_lore, a_server_without_a_database_says_that_it_knows_no_country)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	const char *token = world.api.tenant.token;
	api_call(&world.api, "GET", "/v1/events?not_country=FI", token, NULL, &answer);
	cr_assert(answer.status == 422 && api_has_problem(&answer, "/not_country", "not_configured"), "%s",
		answer.body);
	scoped(api_answer) searched = {0};
	api_call(&world.api, "POST", "/v1/events:search", token, "{\"country\":[\"FI\"]}", &searched);
	cr_assert(searched.status == 422 && api_has_problem(&searched, "/country", "not_configured"), "%s",
		searched.body);
	cr_assert(count_found(&world, token, "device_kind", "tablet") == 0, "kinds need no database");
}
