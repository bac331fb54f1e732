/* SPDX-License-Identifier: Apache-2.0 */
/* Following a log: every event once, in its order, from any index on, and no more than the reader may see. */
#include "server/api/log/follow.h"

#include "tests/server/log_world.h"
#include "tests/support/wire.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

enum { STREAM_MAX = 16 * 1024 * 1024, REQUEST_MAX = 2048, MEMORY = 1024 * 1024 };

/* One who follows. */
struct tail {
	int fd;
	struct buf in;
	size_t at; /* what was read of it */
};

static void tail_done(struct tail *tail)
{
	if (tail->fd > 0)
		close(tail->fd);
	buf_done(&tail->in);
}

/* `more` are header lines, each with its end. */
static void follow_as(
	struct log_world *world, const char *token, const char *query, const char *more, struct tail *tail)
{
	char request[REQUEST_MAX];
	int len = snprintf(request, sizeof request,
		"GET /v1/events:tail%s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n%s\r\n", query,
		token, more);
	*tail = (struct tail){.fd = wire_dial(http_port(world->api.http)), .in = BUF(STREAM_MAX)};
	wire_send(tail->fd, span_of(request, (size_t)len));
}

static void follow(struct log_world *world, const char *token, const char *query, struct tail *tail)
{
	follow_as(world, token, query, "", tail);
	cr_assert(wire_read_until(tail->fd, &tail->in, "retry: "), "%.*s", SPAN_FMT(buf_span(&tail->in)));
	cr_assert(wire_has(&tail->in, "HTTP/1.1 200 ") &&
		wire_has(&tail->in, "Content-Type: text/event-stream\r\n"));
}

/* next_event - the next message that has data, as new JSON; its id, if wanted. NULL at the stream's end. */
static json_t *next_event(struct tail *tail, uint64_t *id)
{
	for (;;) {
		uint8_t *begin = tail->in.data + tail->at;
		uint8_t *end = begin ? memmem(begin, tail->in.len - tail->at, "\n\n", 2) : NULL;
		if (!end) {
			size_t before = tail->in.len;
			scoped(buf) piece = BUF(STREAM_MAX);
			if (!wire_read_until(tail->fd, &piece, "\n"))
				return NULL;
			buf_put(&tail->in, buf_span(&piece));
			cr_assert(tail->in.len > before);
			continue;
		}
		tail->at = (size_t)(end - tail->in.data) + 2;
		struct span message = span_of(begin, (size_t)(end - begin));
		uint8_t *data = memmem(message.at, message.len, "\ndata: ", 7);
		uint8_t *number = memmem(message.at, message.len, "id: ", 4);
		if (!data)
			continue;
		cr_assert(!memchr(data + 1, '\n', (size_t)(end - data - 1)), "the data is one line");
		if (id)
			*id = strtoull((const char *)number + 4, NULL, 10);
		return json_loadb((const char *)data + 7, (size_t)(end - data - 7), 0, NULL);
	}
}

/* expect_same - the stream tells what the list holds, and nothing else before it. */
static void expect_same(struct tail *tail, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		uint64_t id = 0;
		json_t *event = next_event(tail, &id), *listed = json_array_get(list, i);
		uint64_t index = (uint64_t)json_integer_value(json_object_get(listed, "index"));
		cr_assert(event != NULL, "event %zu of %zu", i, json_array_size(list));
		cr_assert(id == index, "the id is the index: %llu, not %llu", (unsigned long long)id,
			(unsigned long long)index);
		cr_assert(json_equal(event, listed), "it is told as it is listed");
		json_decref(event);
	}
}

static size_t views(struct log_world *world)
{
	return api_count_events(&world->api, world->api.tenant.id, ACTION_LOG_VIEWED);
}

/* The end of a stream is on the log soon after it: so it is looked for. */
static void wait_for_views(struct log_world *world, size_t count)
{
	for (int i = 0; i < 10000 && views(world) < count; i++)
		clock_sleep_ms(1);
	cr_assert(views(world) == count, "%zu of %zu", views(world), count);
}

/* ---- every event once ---- */

Test(follow, an_event_is_told_when_it_was_committed_as_it_is_listed)
{
	scoped(log_world) world = {0};
	scoped(tail) tail = {0};
	struct dice dice = {11};
	log_world_open(&world);
	follow(&world, world.api.tenant.token, "", &tail);
	for (int i = 0; i < 5; i++)
		log_world_fill(&world, &dice, 1 + 40 * (size_t)i);
	json_t *list = log_world_list(&world, world.api.tenant.token,
		"&order=asc&class=record&class=export&class=login&class=device&class=payment", 500);
	cr_assert(json_array_size(list) == 405);
	expect_same(&tail, list);
	json_decref(list);
}

Test(follow, going_on_from_any_index_misses_nothing_and_doubles_nothing)
{
	scoped(log_world) world = {0};
	struct dice dice = {12};
	log_world_open(&world);
	log_world_fill(&world, &dice, 200);
	log_world_fold(&world);
	log_world_fill(&world, &dice, 100);
	const char *filter = "class=record&outcome=success&outcome=denied";
	for (uint64_t after = 0; after < 300; after += 37) {
		scoped(tail) tail = {0};
		char query[256];
		snprintf(query, sizeof query, "?after=%llu&%s", (unsigned long long)after, filter);
		follow(&world, world.api.tenant.token, query, &tail);
		log_world_fill(&world, &dice, 30);
		if (after % 2)
			log_world_fold(&world);
		log_world_fill(&world, &dice, 10);
		snprintf(query, sizeof query, "&order=asc&%s", filter);
		json_t *list = log_world_list(&world, world.api.tenant.token, query, 500);
		while (json_integer_value(json_object_get(json_array_get(list, 0), "index")) <=
			(json_int_t)after)
			json_array_remove(list, 0);
		expect_same(&tail, list);
		json_decref(list);
	}
}

Test(follow, the_header_of_who_comes_again_wins_over_the_address_it_began_with)
{
	scoped(log_world) world = {0};
	scoped(tail) tail = {0};
	struct dice dice = {13};
	uint64_t id;
	log_world_open(&world);
	log_world_fill(&world, &dice, 20);
	uint64_t size = log_world_size(&world);
	char more[64];
	snprintf(more, sizeof more, "Last-Event-ID: %llu\r\n", (unsigned long long)size - 3);
	follow_as(&world, world.api.tenant.token, "?after=0", more, &tail);
	json_decref(next_event(&tail, &id));
	cr_assert(id == size - 2, "%llu", (unsigned long long)id);
}

Test(follow, silence_is_broken_by_a_comment_that_says_how_far_the_log_was_looked_at)
{
	scoped(log_world) world = {0};
	scoped(tail) tail = {0};
	struct dice dice = {14};
	char text[64];
	log_world_open(&world);
	follow(&world, world.api.tenant.token, "?class=handover", &tail);
	log_world_fill(&world, &dice, 10);
	snprintf(text, sizeof text, ": still here\nid: %llu\n\n",
		(unsigned long long)log_world_size(&world) - 1);
	cr_assert(wire_read_until(tail.fd, &tail.in, text), "%.*s", SPAN_FMT(buf_span(&tail.in)));
	cr_assert(!wire_has(&tail.in, "data: "));
}

/* ---- who sees what ---- */

Test(follow, a_reader_is_told_what_a_list_would_show_it_and_no_more)
{
	scoped(log_world) world = {0};
	scoped(tail) own = {0}, contact = {0}, whole = {0};
	struct api_person of_client;
	struct dice dice = {15};
	log_world_open(&world);
	log_world_contact(&world.api, &world.api.tenant, &world.clients[0], &of_client);
	follow(&world, world.people[0].token, "", &own);
	follow(&world, of_client.token, "", &contact);
	follow(&world, world.api.tenant.token, "?class=record&class=export", &whole);
	log_world_fill(&world, &dice, 120);
	const char *filter = "&order=asc&class=record&class=export&class=login&class=device&class=payment";
	json_t *list = log_world_list(&world, world.people[0].token, filter, 500);
	cr_assert(json_array_size(list) > 5);
	expect_same(&own, list);
	json_decref(list);
	list = log_world_list(&world, of_client.token, filter, 500);
	cr_assert(json_array_size(list) > 5 && json_object_get(json_array_get(list, 0), "withheld"));
	expect_same(&contact, list);
	json_decref(list);
	list = log_world_list(&world, world.api.tenant.token, "&order=asc&class=record&class=export", 500);
	expect_same(&whole, list);
	json_decref(list);
}

Test(follow, another_tenants_events_are_never_told)
{
	scoped(log_world) world = {0};
	scoped(tail) tail = {0};
	struct api_tenant other;
	struct api_person person;
	struct dice dice = {16};
	char id[ID_TEXT + 1];
	log_world_open(&world);
	api_world_tenant(&world.api, &other);
	api_world_person(&world.api, &other, "owner", NULL, &person);
	follow(&world, other.token, "", &tail);
	log_world_fill(&world, &dice, 30);
	struct api_tenant ours = world.api.tenant;
	world.api.tenant = other;
	log_world_post(&world, "record.viewed", &person, NULL, NULL, id);
	world.api.tenant = ours;
	json_t *event = next_event(&tail, NULL);
	cr_assert(strcmp(json_string_value(json_object_get(event, "id")), id) == 0, "its own comes first");
	json_decref(event);
}

Test(follow, a_stream_ends_soon_after_its_token_was_revoked)
{
	scoped(log_world) world = {0};
	scoped(tail) tail = {0};
	scoped(api_answer) answer = {0};
	struct api_application reader;
	char path[128];
	log_world_open(&world);
	api_world_application(&world.api, &world.api.tenant, SCOPE_BIT(EVENTS_READ), &reader);
	follow(&world, reader.token, "?class=handover", &tail);
	snprintf(path, sizeof path, "/v1/applications/%s", reader.text);
	cr_assert(api_call(&world.api, "DELETE", path, world.api.tenant.token, NULL, &answer) == 200);
	int64_t began_ms = clock_monotonic_ms();
	cr_assert(next_event(&tail, NULL) == NULL, "it ends");
	cr_assert(clock_monotonic_ms() - began_ms < 2 * FOLLOW_RENEW_MS + 2000, "within seconds");
	wait_for_views(&world, 2);
}

Test(follow, a_stream_ends_soon_after_its_reader_was_removed)
{
	scoped(log_world) world = {0};
	scoped(tail) tail = {0};
	scoped(api_answer) answer = {0};
	char path[128];
	log_world_open(&world);
	follow(&world, world.people[1].token, "", &tail);
	snprintf(path, sizeof path, "/v1/people/%s", world.people[1].text);
	cr_assert(api_call(&world.api, "DELETE", path, world.api.tenant.token, NULL, &answer) == 200, "%s",
		answer.body);
	cr_assert(next_event(&tail, NULL) == NULL, "it ends");
}

/* ---- following is on the log ---- */

Test(follow, its_beginning_and_its_end_are_on_the_log_and_not_in_the_stream)
{
	scoped(log_world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	scoped(tail) again = {0};
	struct event_read viewed;
	struct dice dice = {17};
	char detail[1024];
	log_world_open(&world);
	{
		scoped(tail) tail = {0};
		follow(&world, world.api.tenant.token, "", &tail);
		cr_assert(views(&world) == 1, "it has begun before anything is told");
		log_world_fill(&world, &dice, 3);
		for (int i = 0; i < 3; i++)
			json_decref(next_event(&tail, NULL));
	}
	wait_for_views(&world, 2);
	api_find_event(&world.api, world.api.tenant.id, ACTION_LOG_VIEWED, &arena, &viewed);
	snprintf(detail, sizeof detail, "%.*s", SPAN_FMT(viewed.texts[LEAF_TEXT_DETAIL]));
	cr_assert(strstr(detail, "\"following\":\"ended\"") && strstr(detail, "\"rows\":3"), "%s", detail);
	follow_as(&world, world.api.tenant.token, "?after=0", "", &again);
	uint64_t id = 0, size = log_world_size(&world);
	log_world_fill(&world, &dice, 1);
	while (id < size) {
		json_t *event = next_event(&again, &id);
		const char *action = json_string_value(json_object_get(event, "action"));
		cr_assert(strcmp(action, "log.viewed") != 0, "neither this stream's nor the one before");
		json_decref(event);
	}
}

Test(follow, another_readers_following_is_told)
{
	scoped(log_world) world = {0};
	scoped(tail) tail = {0}, other = {0};
	log_world_open(&world);
	follow(&world, world.api.tenant.token, "?class=log", &tail);
	follow(&world, world.people[2].token, "", &other);
	json_t *event = next_event(&tail, NULL);
	cr_assert(strcmp(json_string_value(json_object_get(event, "action")), "log.viewed") == 0);
	json_decref(event);
}

/* ---- refusals ---- */

Test(follow, what_is_no_following_is_refused_and_written_nowhere)
{
	static const struct {
		const char *query, *pointer, *code;
	} CASES[] = {
		{"?after=-1", "/after", "malformed"},
		{"?after=01", "/after", "malformed"},
		{"?after=", "/after", "malformed"},
		{"?after=9223372036854775808", "/after", "malformed"},
		{"?after=1000", "/after", "not_allowed"},
		{"?after=1&after=2", "/after", "too_many"},
		{"?limit=5", "/limit", "unknown_field"},
		{"?cursor=abc", "/cursor", "unknown_field"},
		{"?order=desc", "/order", "unknown_field"},
		{"?class=nonsense", "/class", "not_allowed"},
	};
	scoped(log_world) world = {0};
	log_world_open(&world);
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		scoped(api_answer) answer = {0};
		char path[128];
		snprintf(path, sizeof path, "/v1/events:tail%s", CASES[i].query);
		cr_assert(api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &answer) == 422,
			"%s %s", CASES[i].query, answer.body);
		cr_assert(api_has_problem(&answer, CASES[i].pointer, CASES[i].code), "%s %s", CASES[i].query,
			answer.body);
	}
	cr_assert(views(&world) == 0);
}

Test(follow, whoever_comes_over_the_maximum_is_told_to_come_later)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct tail tails[API_FOLLOWERS];
	log_world_open(&world);
	for (int i = 0; i < API_FOLLOWERS; i++)
		follow(&world, world.api.tenant.token, "", &tails[i]);
	cr_assert(
		api_call(&world.api, "GET", "/v1/events:tail", world.api.tenant.token, NULL, &answer) == 503);
	cr_assert(strstr(answer.head, "Retry-After: "), "%s", answer.head);
	cr_assert(views(&world) == API_FOLLOWERS, "and nothing of it is written");
	for (int i = 0; i < API_FOLLOWERS; i++)
		tail_done(&tails[i]);
}

Test(follow, a_look_at_the_head_alone_is_no_following)
{
	scoped(log_world) world = {0};
	scoped(tail) tail = {0};
	char request[REQUEST_MAX];
	log_world_open(&world);
	int len = snprintf(request, sizeof request,
		"HEAD /v1/events:tail HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nConnection: "
		"close\r\n\r\n",
		world.api.tenant.token);
	tail = (struct tail){.fd = wire_dial(http_port(world.api.http)), .in = BUF(STREAM_MAX)};
	wire_send(tail.fd, span_of(request, (size_t)len));
	wire_read_end(tail.fd, &tail.in);
	cr_assert(wire_has(&tail.in, "HTTP/1.1 200 ") && wire_has(&tail.in, "text/event-stream"));
	cr_assert(views(&world) == 0);
}

Test(follow, a_line_end_inside_what_a_caller_sent_does_not_end_a_message)
{
	scoped(log_world) world = {0};
	scoped(tail) tail = {0};
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	follow(&world, world.api.tenant.token, "?class=session", &tail);
	cr_assert(api_call(&world.api, "POST", "/v1/events", world.api.tenant.token,
			  "{\"action\":\"session.started\",\"actor\":\"system\",\"session\":\"s\",\"detail\":"
			  "{\n\"expires\":\"later\",\"a\":\r\n "
			  "\"one\\ntwo\\n\\nid: 9\"}}",
			  &answer) == 201,
		"%s", answer.body);
	json_t *event = next_event(&tail, NULL);
	cr_assert(strcmp(json_string_value(json_object_get(json_object_get(event, "detail"), "a")),
			  "one\ntwo\n\nid: 9") == 0);
	json_decref(event);
}

/* ---- what a follower keeps of its call ---- */

/* Comments come while nothing is found: so many of them outlast a renewal. */
static void wait_for_renewal(struct tail *tail)
{
	static const char COMMENT[] = ": still here\n";
	size_t at = tail->at;
	for (int i = 0; i < API_RENEW_MS / API_HEARTBEAT_MS + 3; i++) {
		uint8_t *found = NULL;
		while (!found) {
			scoped(buf) piece = BUF(STREAM_MAX);
			found = memmem(tail->in.data + at, tail->in.len - at, COMMENT, sizeof COMMENT - 1);
			cr_assert(found || wire_read_until(tail->fd, &piece, "\n"));
			buf_put(&tail->in, buf_span(&piece));
		}
		at = (size_t)(found - tail->in.data) + sizeof COMMENT - 1;
	}
}

Test(follow, names_of_its_filters_hold_after_the_reader_was_looked_up_anew)
{
	scoped(log_world) world = {0};
	scoped(tail) tail = {0};
	scoped(api_answer) answer = {0};
	char id[ID_TEXT + 1], query[256];
	log_world_open(&world);
	cr_assert(api_call(&world.api, "PUT", "/v1/actions/app.bell.rung", world.api.tenant.token,
			  "{\"class\":\"record\",\"severity\":\"info\",\"label\":{\"en\":\"Rang\"}}",
			  &answer) == 201,
		"%s", answer.body);
	snprintf(query, sizeof query, "?action=app.bell.rung&action=record.viewed&client=%s&client=nobody",
		world.clients[1].ref);
	follow(&world, world.api.tenant.token, query, &tail);
	wait_for_renewal(&tail);
	log_world_post(&world, "record.viewed", &world.people[0], &world.clients[0], NULL, id);
	snprintf(query, sizeof query, "{\"action\":\"app.bell.rung\",\"actor\":\"system\",\"client\":\"%s\"}",
		world.clients[1].ref);
	cr_assert(api_call(&world.api, "POST", "/v1/events", world.api.tenant.token, query, &answer) == 201,
		"%s", answer.body);
	json_t *event = next_event(&tail, NULL);
	cr_assert(strcmp(json_string_value(json_object_get(event, "id")), api_text(&answer, "id")) == 0);
	cr_assert(strcmp(json_string_value(json_object_get(event, "action")), "app.bell.rung") == 0);
	cr_assert(wire_has(&tail.in, "\nevent: app.bell.rung\n"), "by its name");
	json_decref(event);
}

/* Eight events, half of them with each of two tablets, people, labels and addresses. */
static void restore_pots(struct log_world *world)
{
	scoped(api_answer) answer = {0};
	for (int n = 0; n < 8; n++) {
		char json[512];
		snprintf(json, sizeof json,
			"{\"action\":\"record.restored\",\"actor\":{\"person\":\"%s\"},\"purpose\":\"%s "
			"kettle%s\","
			"\"object\":{\"type\":\"pot\",\"id\":\"%d\",\"label\":\"%s\"},"
			"\"device\":{\"id\":\"tablet-%d\",\"ip\":\"203.0.113.%d\",\"user_agent\":\"x\"}}",
			world->people[n % 2].text, n % 2 ? "blue" : "red", n % 3 ? "" : "s", 7 + n % 3,
			n % 2 ? "Pot" : "Kettle", 5 + n % 2, 44 + n % 2);
		cr_assert(api_call(&world->api, "POST", "/v1/events", world->api.tenant.token, json,
				  &answer) == 201,
			"%s", answer.body);
	}
}

Test(follow, by_sealed_texts_it_tells_what_a_list_finds_by_them)
{
	static const char *const FILTERS[API_FOLLOWERS] = {"text=kettle", "text=kettle%20blue",
		"ip=203.0.113.44", "device=tablet-5", "object=pot%2F9&text=kettle"};
	scoped(log_world) world = {0};
	struct tail tails[API_FOLLOWERS];
	char query[128];
	log_world_open(&world);
	for (size_t i = 0; i < API_FOLLOWERS; i++) {
		snprintf(query, sizeof query, "?class=edit&%s", FILTERS[i]);
		follow(&world, world.api.tenant.token, query, &tails[i]);
	}
	for (size_t i = 0; i < API_FOLLOWERS; i++)
		wait_for_renewal(&tails[i]);
	restore_pots(&world);
	for (size_t i = 0; i < API_FOLLOWERS; i++) {
		snprintf(query, sizeof query, "&order=asc&class=edit&%s", FILTERS[i]);
		json_t *list = log_world_list(&world, world.api.tenant.token, query, 100);
		size_t count = json_array_size(list);
		cr_assert(count > 0 && count < 8, "%s finds some of them: %zu", FILTERS[i], count);
		expect_same(&tails[i], list);
		json_decref(list);
		tail_done(&tails[i]);
	}
}
