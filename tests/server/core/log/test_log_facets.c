/* SPDX-License-Identifier: Apache-2.0 */
/* What GET /v1/events:facets counts, for whom, and that it is on record. */
#include "server/core/log/log_facets.h"

#include "tests/server/log_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static json_t *ask(struct log_world *world, const char *token, const char *query)
{
	char path[256];
	scoped(api_answer) answer = {0};
	snprintf(path, sizeof path, "/v1/events:facets%s", query);
	cr_assert(
		api_call(&world->api, "GET", path, token, NULL, &answer) == 200, "%s: %s", path, answer.body);
	json_t *facets = json_loads(answer.body, 0, NULL);
	cr_assert(facets);
	return facets;
}

static int64_t number(const json_t *facets, const char *group, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(facets, group), name));
}

static int64_t total(const json_t *facets)
{
	return json_integer_value(json_object_get(facets, "total"));
}

static void post(
	struct log_world *world, size_t count, const char *action, size_t person, const char *outcome)
{
	char id[ID_TEXT + 1];
	for (size_t i = 0; i < count; i++)
		log_world_post(world, action, &world->people[person], NULL, outcome, id);
}

static void check_counts(struct log_world *world)
{
	json_t *facets = ask(world, world->api.tenant.token, "?class=record");
	cr_assert(total(facets) == 7 && number(facets, "class", "record") == 7);
	cr_assert(number(facets, "class", "delete") == 2, "an action counts in what it does as well");
	cr_assert(number(facets, "outcome", "success") == 6 && number(facets, "outcome", "denied") == 1);
	const json_t *people = json_object_get(facets, "person"), *first = json_array_get(people, 0);
	cr_assert(json_array_size(people) == 2);
	cr_assert_str_eq(json_string_value(json_object_get(first, "id")), world->people[0].text);
	cr_assert(json_integer_value(json_object_get(first, "count")) == 4);
	cr_assert(json_string_length(json_object_get(first, "name")) > 0);
	cr_assert(json_object_size(json_object_get(facets, "day")) == 1, "all of one day");
	cr_assert(json_is_true(json_object_get(json_object_get(facets, "scanned"), "complete")));
	json_decref(facets);
}

Test(log_facets, counts_what_the_filters_find_wherever_it_lies)
{
	scoped(log_world) world = {0};
	log_world_open(&world);
	post(&world, 4, "record.viewed", 0, NULL);
	post(&world, 1, "record.viewed", 1, "denied");
	post(&world, 2, "record.deleted", 1, NULL);
	check_counts(&world);
	log_world_fold(&world);
	check_counts(&world);
}

/* ---- devices ---- */

enum { DEVICES = 150, DEVICE_LINE = 512 };

static void post_from_devices(struct log_world *world)
{
	static const char *const AGENTS[] = {
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
		"Gecko) "
		"Version/17.5 Mobile/15E148 Safari/604.1"};
	scoped(api_answer) answer = {0};
	scoped(buf) lines = BUF(DEVICES * DEVICE_LINE);
	for (size_t i = 0; i < DEVICES; i++)
		buf_printf(&lines,
			"{\"action\":\"record.viewed\",\"actor\":{\"person\":\"%s\"},\"purpose\":\"a test\","
			"\"object\":{\"type\":\"order\",\"id\":\"1\"},"
			"\"device\":{\"id\":\"d%zu\",\"ip\":\"203.0.113.9\",\"user_agent\":\"%s\"}}\n",
			world->people[0].text, i, AGENTS[i % 3 == 0]);
	buf_put_u8(&lines, 0);
	cr_assert(!err_failed(buf_check(&lines)));
	cr_assert(api_call(&world->api, "POST", "/v1/events:batch", world->api.tenant.token,
			  (const char *)lines.data, &answer) == 201,
		"%s", answer.body);
}

Test(log_facets, know_what_every_device_is_however_many_there_are)
{
	scoped(log_world) world = {0};
	log_world_open(&world);
	log_world_must(agent_open("/usr/share/uap-core/regexes.yaml", &world.api.server.agents));
	post_from_devices(&world);
	log_world_fold(&world);
	/* The first look may spend its time on reading the rules. */
	json_decref(ask(&world, world.api.tenant.token, "?class=record"));
	json_t *facets = ask(&world, world.api.tenant.token, "?class=record");
	cr_assert(total(facets) == DEVICES);
	cr_assert(number(facets, "device_kind", "phone") == DEVICES / 3, "every third one");
	cr_assert(number(facets, "device_kind", "desktop") == DEVICES - DEVICES / 3);
	cr_assert(number(facets, "device_kind", "unknown") == 0);
	json_decref(facets);
	agent_close(world.api.server.agents);
	world.api.server.agents = NULL;
}

Test(log_facets, counting_is_an_event_as_a_page_is)
{
	scoped(log_world) world = {0};
	log_world_open(&world);
	json_decref(ask(&world, world.api.tenant.token, ""));
	cr_assert(api_count_events(&world.api, world.api.tenant.id, ACTION_LOG_VIEWED) == 1);
}

Test(log_facets, of_an_assistant_are_of_her_own_acts_alone)
{
	scoped(log_world) world = {0};
	log_world_open(&world);
	post(&world, 3, "record.viewed", 0, NULL);
	post(&world, 5, "record.viewed", 1, NULL);
	json_t *facets = ask(&world, world.people[0].token, "?class=record");
	cr_assert(total(facets) == 3 && json_array_size(json_object_get(facets, "person")) == 1);
	json_decref(facets);
	facets = ask(&world, world.people[0].token, "?class=staff");
	cr_assert(total(facets) == 0, "nobody's but her own");
	json_decref(facets);
}

/* The counts must be those of the list, for every reader: neither may tell what the other keeps. */
Test(log_facets, count_as_many_as_the_list_shows)
{
	scoped(log_world) world = {0};
	struct dice dice = {5};
	log_world_open(&world);
	log_world_fill(&world, &dice, 120);
	static const char *const QUERIES[] = {"outcome=denied", "class=record&class=login", "class=delete",
		"class=record&class=login&not_class=login", "class=record&not_outcome=success"};
	for (size_t i = 0; i < 5; i++) {
		char query[128];
		snprintf(query, sizeof query, "&%s", QUERIES[i]);
		json_t *list = log_world_list(&world, world.people[1].token, query, 50);
		query[0] = '?';
		json_t *facets = ask(&world, world.people[1].token, query);
		cr_assert((size_t)total(facets) == json_array_size(list), "%s", query);
		json_decref(facets);
		json_decref(list);
	}
}

static void post_promotion(struct log_world *world)
{
	char body[256];
	scoped(api_answer) answer = {0};
	snprintf(body, sizeof body,
		"{\"action\":\"app.promoted\",\"actor\":{\"person\":\"%s\"},\"device\":{\"ip\":\"203.0.113."
	        "9\",\"user_agent\":\"x\"}}",
		world->people[0].text);
	cr_assert(api_call(&world->api, "POST", "/v1/events", world->api.tenant.token, body, &answer) == 201,
		"%s", answer.body);
}

Test(log_facets, of_who_reads_no_administration_leave_out_what_a_tenant_declared_as_such)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person headquarters;
	log_world_open(&world);
	cr_assert(api_call(&world.api, "PUT", "/v1/actions/app.promoted", world.api.tenant.token,
			  "{\"class\":\"staff\",\"severity\":\"info\"}", &answer) == 201,
		"%s", answer.body);
	post(&world, 2, "record.viewed", 0, NULL);
	post_promotion(&world);
	post_promotion(&world);
	post_promotion(&world);
	api_world_person(&world.api, &world.api.tenant, "hq", NULL, &headquarters);
	for (int folded = 0; folded < 2; folded++) {
		json_t *facets = ask(&world, headquarters.token, "?action=record.viewed&action=app.promoted");
		cr_assert(number(facets, "class", "staff") == 0 && total(facets) == 2);
		json_decref(facets);
		facets = ask(&world, world.api.tenant.token, "?action=app.promoted");
		cr_assert(number(facets, "class", "staff") == 3 && total(facets) == 3);
		json_decref(facets);
		log_world_fold(&world);
	}
}

Test(log_facets, what_is_sealed_cannot_be_counted)
{
	scoped(log_world) world = {0};
	log_world_open(&world);
	static const char *const QUERIES[] = {"text=invoice", "ip=192.0.2.7", "object=invoice-7",
		"not_text=invoice", "not_ip=192.0.2.7", "not_object=invoice-7", "order=asc", "limit=5",
		"time_zone=Europe/Helsinki", "nonsense=1"};
	for (size_t i = 0; i < 10; i++) {
		char path[128];
		scoped(api_answer) answer = {0};
		snprintf(path, sizeof path, "/v1/events:facets?%s", QUERIES[i]);
		cr_assert(api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &answer) == 422,
			"%s", path);
	}
	json_decref(ask(&world, world.api.tenant.token, "?time_zone=UTC"));
}
