/* SPDX-License-Identifier: Apache-2.0 */
/* That reading the log is an event, once. */
#include "server/core/log/log_view.h"

#include "tests/server/log_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { A_MINUTE_MS = 60000, MEMORY = 1024 * 1024 };

static size_t views(struct log_world *world)
{
	return api_count_events(&world->api, world->api.tenant.id, ACTION_LOG_VIEWED);
}

static void look(struct log_world *world, const char *path, const char *token)
{
	scoped(api_answer) answer = {0};
	cr_assert(
		api_call(&world->api, "GET", path, token, NULL, &answer) == 200, "%s %s", path, answer.body);
}

static void read_detail(struct log_world *world, char detail[static 1024], struct event_read *event)
{
	scoped(arena) arena = ARENA(MEMORY);
	api_find_event(&world->api, world->api.tenant.id, ACTION_LOG_VIEWED, &arena, event);
	snprintf(detail, 1024, "%.*s", SPAN_FMT(event->texts[LEAF_TEXT_DETAIL]));
}

Test(log_view, reading_a_list_is_an_event_that_says_what_was_looked_for)
{
	scoped(log_world) world = {0};
	struct event_read event;
	char detail[1024];
	log_world_open(&world);
	look(&world, "/v1/events?class=login&actor=someone&outcome=failed", world.people[0].token);
	cr_assert(views(&world) == 1, "one event");
	read_detail(&world, detail, &event);
	cr_assert(ids_equal(event.leaf.ids[LEAF_ID_ACTOR], world.people[0].id), "of the reader");
	cr_assert(event.leaf.source == LEAF_SERVER && event.leaf.part_count == 1, "by the server, sealed");
	cr_assert(strstr(detail, "\"scope\":\"self\""), "how far: %s", detail);
	cr_assert(strstr(detail, "\"class\":[\"login\"]") && strstr(detail, "\"actor\":[\"someone\"]"),
		"what: %s", detail);
}

/* Each time another event, for a minute goes by. */
static void check_as_it_stood(struct log_world *world, const struct api_request *request, const char *count)
{
	scoped(api_answer) answer = {0};
	uint64_t size = log_world_size(world);
	cr_assert(api_ask(&world->api, request, &answer) == 200, "%s %s", request->path, answer.body);
	cr_assert(log_world_size(world) == size + 1, "it is on record");
	cr_assert((uint64_t)json_integer_value(api_member(&answer, "scanned/to")) == size - 1);
	cr_assert((uint64_t)json_integer_value(api_member(&answer, count)) == size - (count[0] == 'i'),
		"%s: %s", count, answer.body);
	fake_clock_pass(A_MINUTE_MS);
}

Test(log_view, what_is_shown_is_the_log_as_it_stood_before_that_event)
{
	enum { ROUNDS = 10 };
	scoped(log_world) world = {0};
	log_world_open(&world);
	const char *token = world.api.tenant.token;
	for (unsigned i = 0; i < ROUNDS; i++) {
		char key[16];
		snprintf(key, sizeof key, "search-%u", i);
		check_as_it_stood(&world,
			&(struct api_request){.method = "GET", .path = "/v1/events?limit=1", .token = token},
			"items/0/index");
		check_as_it_stood(&world,
			&(struct api_request){.method = "GET", .path = "/v1/events:facets", .token = token},
			"total");
		check_as_it_stood(&world,
			&(struct api_request){
				.method = "POST", .path = "/v1/events:search", .token = token, .body = "{}"},
			"items/0/index");
		check_as_it_stood(&world,
			&(struct api_request){.method = "POST",
				.path = "/v1/events:search",
				.token = token,
				.body = "{}",
				.key = key},
			"items/0/index");
	}
}

Test(log_view, later_pages_by_cursor_belong_to_the_first)
{
	scoped(log_world) world = {0};
	struct dice dice = {2};
	log_world_open(&world);
	log_world_fill(&world, &dice, 30);
	json_decref(log_world_list(&world, world.api.tenant.token, "", 5));
	cr_assert(views(&world) == 1, "eight pages, one event");
}

Test(log_view, the_same_filter_of_the_same_reader_is_counted_for_a_minute)
{
	scoped(log_world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct event_read event;
	log_world_open(&world);
	look(&world, "/v1/events?class=login&class=record", world.api.tenant.token);
	look(&world, "/v1/events?class=record&class=login&limit=3", world.api.tenant.token);
	look(&world, "/v1/events?class=record&class=login", world.api.tenant.token);
	cr_assert(views(&world) == 1, "in any order, with any limit: one event");
	fake_clock_pass(A_MINUTE_MS - 1);
	look(&world, "/v1/events?class=record&class=login", world.api.tenant.token);
	cr_assert(views(&world) == 1, "still within the minute");
	fake_clock_pass(1);
	look(&world, "/v1/events?class=record&class=login", world.api.tenant.token);
	cr_assert(views(&world) == 3, "the count of the first minute, and a new event");
	api_find_event(&world.api, world.api.tenant.id, ACTION_LOG_VIEWED, &arena, &event);
	cr_assert(!(event.leaf.flags & LEAF_COUNTED), "the newest is the new one");
}

Test(log_view, another_filter_or_another_reader_is_another_event)
{
	scoped(log_world) world = {0};
	log_world_open(&world);
	look(&world, "/v1/events?class=login", world.api.tenant.token);
	look(&world, "/v1/events?class=record", world.api.tenant.token);
	look(&world, "/v1/events?class=login&order=asc", world.api.tenant.token);
	cr_assert(views(&world) == 3, "three lists");
	look(&world, "/v1/events?class=login", world.people[0].token);
	look(&world, "/v1/events?class=login", world.people[1].token);
	cr_assert(views(&world) == 5, "two more readers");
}

Test(log_view, looking_at_one_event_is_an_event_about_it)
{
	scoped(log_world) world = {0};
	struct event_read event;
	char id[ID_TEXT + 1], other[ID_TEXT + 1], path[128], detail[1024], text[ID_TEXT + 1];
	log_world_open(&world);
	log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, id);
	log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, other);
	snprintf(path, sizeof path, "/v1/events/%s", id);
	look(&world, path, world.api.tenant.token);
	look(&world, path, world.api.tenant.token);
	cr_assert(views(&world) == 1, "counted on the first look");
	read_detail(&world, detail, &event);
	ids_print(ID_EVENT, event.leaf.ids[LEAF_ID_OBJECT], text);
	cr_assert(strcmp(text, id) == 0, "it names the event");
	snprintf(path, sizeof path, "/v1/events/%s", other);
	look(&world, path, world.api.tenant.token);
	cr_assert(views(&world) == 2, "another one is another look");
}

Test(log_view, a_view_that_can_not_be_written_down_does_not_happen)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	char id[ID_TEXT + 1], path[128];
	log_world_open(&world);
	log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, id);
	snprintf(path, sizeof path, "/v1/events/%s", id);
	world.api.server.volume.data_max_bytes = 1;
	api_call(&world.api, "GET", "/v1/events", world.api.tenant.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 507, "full"), "a list");
	api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 507, "full"), "an event");
	look(&world, "/v1/log/checkpoint", world.api.tenant.token);
	look(&world, "/v1/log/tile/entries/000.p/3", world.api.tenant.token);
	world.api.server.volume.data_max_bytes = 0;
	look(&world, path, world.api.tenant.token);
}

Test(log_view, a_log_that_contradicts_its_checkpoints_is_read_without_a_word_being_written)
{
	scoped(log_world) world = {0};
	log_world_open(&world);
	uint64_t size = log_world_size(&world);
	world.api.server.volume.read_only = true;
	look(&world, "/v1/events", world.api.tenant.token);
	cr_assert(log_world_size(&world) == size, "nothing was added");
	world.api.server.volume.read_only = false;
}
