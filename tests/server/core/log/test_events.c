/* SPDX-License-Identifier: Apache-2.0 */
/* test_events - what applications report, and from where a person's own token is seen to come. */
#include "server/core/log/events.h"

#include "base/timestamp.h"
#include "tests/support/api_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define DEVICE "\"device\":{\"ip\":\"203.0.113.7\",\"user_agent\":\"Mozilla/5.0\"}"
#define WHY "\"object\":{\"type\":\"order\",\"id\":\"o1\"},\"purpose\":\"to answer a question\""

enum { BODY_MAX = 512, ARENA_MAX = 64 * 1024 };

static void tell_of(const struct api_person *person, const char *action, char body[static BODY_MAX])
{
	snprintf(body, BODY_MAX, "{\"action\":\"%s\",\"actor\":{\"person\":\"%s\"}," DEVICE "," WHY "}",
		action, person->text);
}

/* ---- who may report ---- */

Test(events, an_application_reports_what_a_person_did)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person ivana;
	char body[BODY_MAX];
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	tell_of(&ivana, "record.viewed", body);
	cr_assert(api_call(&world, "POST", "/v1/events", world.tenant.token, body, &answer) == 201, "%s",
		answer.body);
}

Test(events, the_answer_has_the_callers_time_and_ours)
{
	static const char OLD[] = "{\"action\":\"record.viewed\",\"actor\":\"system\"," WHY
				  ",\"time\":\"2020-02-29T13:00:00.5+02:00\"}";
	static const char NOW[] = "{\"action\":\"record.viewed\",\"actor\":\"system\"," WHY "}";
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(api_call(&world, "POST", "/v1/events", world.tenant.token, OLD, &answer) == 201);
	cr_assert(api_has(&answer, "time", "2020-02-29T11:00:00.500Z"), "%s", answer.body);
	cr_assert(!api_has(&answer, "received", "2020-02-29T11:00:00.500Z"), "%s", answer.body);
	cr_assert(api_call(&world, "POST", "/v1/events", world.tenant.token, NOW, &answer) == 201);
	cr_assert(api_has(&answer, "time", api_text(&answer, "received")), "%s", answer.body);
}

Test(events, a_personal_token_reports_nothing_of_others_nor_of_itself)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person ivana, owner;
	char of_owner[BODY_MAX], of_herself[BODY_MAX], reserved[BODY_MAX];
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	tell_of(&owner, "record.viewed", of_owner);
	tell_of(&ivana, "record.viewed", of_herself);
	tell_of(&owner, "credential.revealed", reserved);
	api_call(&world, "POST", "/v1/events", ivana.token, of_owner, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"), "%s", answer.body);
	api_call(&world, "POST", "/v1/events", ivana.token, of_herself, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"));
	api_call(&world, "POST", "/v1/events", owner.token, reserved, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"), "it is no import either");
	api_call(&world, "POST", "/v1/events:batch", ivana.token, of_owner, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"));
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_RECORD_VIEWED) == 0);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_ACCESS_DENIED) > 0, "it is on record");
}

/* ---- clocks ---- */

/* Posts a view of `late_ms` ago and reads it back; whether both answers say that the time is off. */
static bool is_skewed(struct api_world *world, int64_t late_ms)
{
	scoped(api_answer) posted = {0}, read = {0};
	char body[BODY_MAX], path[BODY_MAX], time[TIMESTAMP_TEXT + 1];
	timestamp_print((struct instant){clock_now().ms - late_ms}, time);
	snprintf(body, sizeof body,
		"{\"action\":\"record.viewed\",\"actor\":\"system\",\"time\":\"%s\"," WHY "}", time);
	cr_assert(api_call(world, "POST", "/v1/events", world->tenant.token, body, &posted) == 201, "%s",
		posted.body);
	snprintf(path, sizeof path, "/v1/events/%s", api_text(&posted, "id"));
	cr_assert(api_call(world, "GET", path, world->tenant.token, NULL, &read) == 200, "%s", read.body);
	bool skewed = json_is_true(api_member(&posted, "skewed"));
	cr_assert(skewed == json_is_true(api_member(&read, "skewed")));
	return skewed;
}

Test(events, a_live_event_that_is_late_is_marked_and_history_is_not)
{
	scoped(api_world) world = {0};
	api_world_open(&world);
	cr_assert(!is_skewed(&world, 0));
	cr_assert(!is_skewed(&world, EVENTS_SKEW_MS));
	cr_assert(!is_skewed(&world, -EVENTS_AHEAD_MS));
	cr_assert(is_skewed(&world, EVENTS_SKEW_MS + 1));
	cr_assert(is_skewed(&world, EVENTS_HISTORY_MS));
	cr_assert(!is_skewed(&world, EVENTS_HISTORY_MS + 1), "with events:import it is history");
}

/* ---- what changed ---- */

Test(events, the_values_of_a_secret_field_are_dropped_and_others_stay)
{
	static const char BODY[] =
		"{\"action\":\"record.edited\",\"actor\":\"system\"," WHY ",\"changes\":["
		"{\"field\":\"price\",\"before\":1,\"after\":{\"sum\":2}},"
		"{\"field\":\"userPassword\",\"before\":\"hunter2\",\"after\":\"hunter3\"},"
		"{\"field\":\"door\",\"secret\":true,\"after\":\"hunter4\"}]}";
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct event_read event;
	api_world_open(&world);
	cr_assert(api_call(&world, "POST", "/v1/events", world.tenant.token, BODY, &answer) == 201, "%s",
		answer.body);
	api_find_event(&world, world.tenant.id, ACTION_RECORD_EDITED, &arena, &event);
	cr_assert(
		span_is(event.texts[LEAF_TEXT_CHANGES],
			"[{\"after\":{\"sum\":2},\"before\":1,\"field\":\"price\"},"
			"{\"field\":\"userPassword\",\"secret\":true},{\"field\":\"door\",\"secret\":true}]"),
		"%.*s", SPAN_FMT(event.texts[LEAF_TEXT_CHANGES]));
}

/* ---- who, in whose place, for whom ---- */

static void is_refused_at(struct api_world *world, const char *members, const char *pointer, const char *code)
{
	scoped(api_answer) answer = {0};
	char body[BODY_MAX];
	snprintf(body, sizeof body, "{\"action\":\"record.viewed\",%s," WHY "}", members);
	cr_assert(api_call(world, "POST", "/v1/events", world->tenant.token, body, &answer) == 422, "%s",
		answer.body);
	cr_assert(api_has_problem(&answer, pointer, code), "%s", answer.body);
}

Test(events, who_acted_in_whose_place_and_with_which_role_reads_back)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person ivana, vera;
	char body[BODY_MAX], path[BODY_MAX];
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	api_world_person(&world, &world.tenant, "assistant", NULL, &vera);
	snprintf(body, sizeof body,
		"{\"action\":\"record.viewed\",\"actor\":{\"person\":\"%s\"},\"in_place_of\":\"%s\"," DEVICE
		"," WHY "}",
		ivana.text, vera.text);
	cr_assert(api_call(&world, "POST", "/v1/events", world.tenant.token, body, &answer) == 201, "%s",
		answer.body);
	snprintf(path, sizeof path, "/v1/events/%s", api_text(&answer, "id"));
	cr_assert(api_call(&world, "GET", path, world.tenant.token, NULL, &answer) == 200, "%s", answer.body);
	cr_assert(api_has(&answer, "actor/person", ivana.text) && api_has(&answer, "actor/roles/0", "smm"),
		"%s", answer.body);
	cr_assert(api_has(&answer, "in_place_of/person", vera.text), "%s", answer.body);
}

Test(events, whoever_is_named_has_to_be_of_the_tenant_and_the_answer_says_where)
{
	scoped(api_world) world = {0};
	struct api_tenant other;
	struct api_person stranger;
	struct api_application theirs;
	char members[BODY_MAX];
	api_world_open(&world);
	api_world_tenant(&world, &other);
	api_world_person(&world, &other, "owner", NULL, &stranger);
	api_world_application(&world, &other, SCOPE_BIT(EVENTS_WRITE), &theirs);
	snprintf(members, sizeof members, "\"actor\":{\"person\":\"%s\"}," DEVICE, stranger.text);
	is_refused_at(&world, members, "/actor", "unknown_person");
	snprintf(members, sizeof members, "\"actor\":{\"application\":\"%s\"}", theirs.text);
	is_refused_at(&world, members, "/actor", "not_allowed");
	snprintf(members, sizeof members, "\"actor\":\"system\",\"in_place_of\":\"%s\"", stranger.text);
	is_refused_at(&world, members, "/in_place_of", "unknown_person");
	is_refused_at(&world, "\"actor\":\"system\",\"client\":\"nobody\"", "/client", "unknown_client");
	is_refused_at(&world, "\"actor\":\"system\",\"grant\":\"grt_00000000000000000000000000\"", "/grant",
		"not_allowed");
}

/* ---- quotas ---- */

#define ONE "{\"action\":\"record.viewed\",\"actor\":\"system\"," WHY "}"

static int bound_to(
	struct api_world *world, const char *application, const char *quota, struct api_answer *answer)
{
	char path[BODY_MAX], body[BODY_MAX];
	snprintf(path, sizeof path, "/v1/applications/%s", application);
	snprintf(body, sizeof body, "{\"quota\":{%s}}", quota);
	return api_call(world, "PATCH", path, world->tenant.token, body, answer);
}

Test(events, an_application_reports_as_many_as_its_quota_and_no_more)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application writer, other;
	api_world_open(&world);
	api_world_application(&world, &world.tenant, SCOPE_BIT(EVENTS_WRITE), &writer);
	api_world_application(&world, &world.tenant, SCOPE_BIT(EVENTS_WRITE), &other);
	cr_assert(bound_to(&world, writer.text, "\"per_minute\":1000,\"per_day\":3", &answer) == 200, "%s",
		answer.body);
	cr_assert(json_is_true(api_member(&answer, "quota/own")), "%s", answer.body);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_POLICY_CHANGED) == 1, "it is on record");
	cr_assert(
		api_call(&world, "POST", "/v1/events", writer.token, ONE, &answer) == 201, "%s", answer.body);
	api_call(&world, "POST", "/v1/events:batch", writer.token, ONE "\n" ONE "\n" ONE, &answer);
	cr_assert(api_is_code(&answer, 429, "quota_exceeded"), "all lines count: %s", answer.body);
	cr_assert(strstr(answer.head, "Retry-After: ") != NULL &&
			strstr(answer.head, "Retry-After: 1\r\n") == NULL,
		"%s", answer.head);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_RECORD_VIEWED) == 1,
		"nothing of it is taken");
	cr_assert(api_call(&world, "POST", "/v1/events:batch", writer.token, ONE "\n" ONE, &answer) == 201,
		"%s", answer.body);
	cr_assert(
		api_call(&world, "POST", "/v1/events", other.token, ONE, &answer) == 201, "the others go on");
}

Test(events, a_batch_that_no_minute_or_day_would_ever_take_is_not_told_to_wait)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application writer;
	api_world_open(&world);
	api_world_application(&world, &world.tenant, SCOPE_BIT(EVENTS_WRITE), &writer);
	static const char *const BOUNDS[] = {
		"\"per_minute\":2,\"per_day\":0", "\"per_minute\":0,\"per_day\":2"};
	for (size_t i = 0; i < 2; i++) {
		cr_assert(bound_to(&world, writer.text, BOUNDS[i], &answer) == 200, "%s", answer.body);
		api_call(&world, "POST", "/v1/events:batch", writer.token, ONE "\n" ONE "\n" ONE, &answer);
		cr_assert(api_is_code(&answer, 413, "too_large"), "%s", answer.body);
		cr_assert(strstr(answer.head, "Retry-After") == NULL, "%s", answer.head);
	}
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_RECORD_VIEWED) == 0, "nothing is taken");
	api_call(&world, "POST", "/v1/events:batch", writer.token, ONE "\n" ONE, &answer);
	cr_assert(answer.status == 201, "as many as the bound: %s", answer.body);
}

Test(events, refusals_for_the_quota_are_counted_together)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application writer;
	api_world_open(&world);
	api_world_application(&world, &world.tenant, SCOPE_BIT(EVENTS_WRITE), &writer);
	world.server.event_bounds = (struct quota_bounds){0, 1};
	cr_assert(
		api_call(&world, "POST", "/v1/events", writer.token, ONE, &answer) == 201, "%s", answer.body);
	for (int i = 0; i < 20; i++) {
		api_call(&world, "POST", "/v1/events", writer.token, ONE, &answer);
		cr_assert(api_is_code(&answer, 429, "quota_exceeded"), "%s", answer.body);
	}
	size_t rows = api_count_events(&world, world.tenant.id, ACTION_LOG_EVENT_REJECTED);
	cr_assert(rows >= 1 && rows <= 2, "one a minute, not one each: %zu", rows);
	cr_assert(api_call(&world, "POST", "/v1/events", world.tenant.token, ONE, &answer) == 201,
		"with events:import other bounds hold");
}

Test(events, bounds_of_its_own_go_before_the_settings_and_can_be_given_up)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application writer;
	api_world_open(&world);
	api_world_application(&world, &world.tenant, SCOPE_BIT(EVENTS_WRITE), &writer);
	world.server.event_bounds = (struct quota_bounds){0, 1};
	cr_assert(bound_to(&world, writer.text, "\"per_minute\":0,\"per_day\":0", &answer) == 200, "%s",
		answer.body);
	for (int i = 0; i < 3; i++)
		cr_assert(api_call(&world, "POST", "/v1/events", writer.token, ONE, &answer) == 201, "%s",
			answer.body);
	cr_assert(bound_to(&world, writer.text, "", &answer) == 200, "%s", answer.body);
	cr_assert(json_is_false(api_member(&answer, "quota/own")), "%s", answer.body);
	api_call(&world, "POST", "/v1/events", writer.token, ONE, &answer);
	cr_assert(api_is_code(&answer, 429, "quota_exceeded"), "%s", answer.body);
	cr_assert(bound_to(&world, writer.text, "\"per_day\":5", &answer) == 422, "both, or neither");
	cr_assert(bound_to(&world, "app_00000000000000000000000000", "", &answer) == 404, "%s", answer.body);
}

/* ---- what is asked first ---- */

Test(events, a_reserved_action_is_refused_before_anything_is_missed)
{
	static const char BODY[] = "{\"action\":\"grant.revoked\",\"actor\":\"system\"}";
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application writer;
	api_world_open(&world);
	api_world_application(&world, &world.tenant, SCOPE_BIT(EVENTS_WRITE), &writer);
	api_call(&world, "POST", "/v1/events", writer.token, BODY, &answer);
	cr_assert(api_is_code(&answer, 422, "action_reserved"), "%s", answer.body);
	api_call(&world, "POST", "/v1/events", world.tenant.token, BODY, &answer);
	cr_assert(api_has_problem(&answer, "/detail/grant_id", "missing"), "%s", answer.body);
}

Test(events, every_wrong_line_of_a_batch_is_named)
{
	static const char BODY[] =
		"{\"action\":\"no.such\",\"actor\":\"system\"}\n"
		"{\"action\":\"record.viewed\",\"actor\":\"system\"," WHY "}\n"
		"{\"action\":\"record.viewed\",\"actor\":{\"person\":\"nobody\"}," DEVICE "," WHY "}\n{";
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(api_call(&world, "POST", "/v1/events:batch", world.tenant.token, BODY, &answer) == 422,
		"%s", answer.body);
	cr_assert(api_has_problem(&answer, "/0/action", "unknown_action"), "%s", answer.body);
	cr_assert(api_has_problem(&answer, "/2/actor", "unknown_person"), "%s", answer.body);
	cr_assert(api_has_problem(&answer, "/3", "not_json"), "%s", answer.body);
	cr_assert(json_array_size(api_member(&answer, "errors")) == 3, "%s", answer.body);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_RECORD_VIEWED) == 0);
}

/* ---- where a personal token comes from ---- */

/* A request that is refused, so that its event shows the device. */
static void be_seen(struct api_world *world, const struct api_person *person, const char *more,
	struct arena *arena, struct event_read *event)
{
	scoped(api_answer) answer = {0};
	const struct api_request request = {.method = "GET",
		.path = "/v1/people/nobody",
		.token = person->token,
		.more = more,
		.no_device = true};
	cr_assert(api_ask(world, &request, &answer) == 404, "%s", answer.body);
	api_find_event(world, world->tenant.id, ACTION_ACCESS_DENIED, arena, event);
	cr_assert(ids_equal(event->leaf.ids[LEAF_ID_ACTOR], person->id));
}

Test(events, a_personal_token_does_not_say_from_where_it_comes)
{
	scoped(api_world) world = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct api_person ivana;
	struct event_read event;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	/* {"ip":"9.9.9.9","user_agent":"x"} */
	be_seen(&world, &ivana,
		"Muniment-Device: eyJpcCI6IjkuOS45LjkiLCJ1c2VyX2FnZW50IjoieCJ9\r\nUser-Agent: muniment/1\r\n",
		&arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_IP], "127.0.0.1"));
	cr_assert(span_is(event.texts[LEAF_TEXT_USER_AGENT], "muniment/1"));
}

/* Post an event of a person from this address; the status. */
static int post_from(struct api_world *world, const struct api_person *actor, const char *address,
	struct api_answer *answer)
{
	char body[BODY_MAX];
	snprintf(body, sizeof body,
		"{\"action\":\"record.viewed\",\"actor\":{\"person\":\"%s\"},"
		"\"object\":{\"type\":\"record\",\"id\":\"7\"},\"purpose\":\"a test\","
		"\"device\":{\"ip\":\"%s\",\"user_agent\":\"x\"}}",
		actor->text, address);
	return api_call(world, "POST", "/v1/events", world->tenant.token, body, answer);
}

Test(events, one_machine_has_one_address_however_an_application_writes_it)
{
	static const char *const WRITTEN[][2] = {{"::ffff:203.0.113.9", "203.0.113.9"},
		{"::FFFF:cb00:7109", "203.0.113.9"}, {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
		{"fe80::1%eth0", "fe80::1"}, {"203.0.113.9", "203.0.113.9"}};
	scoped(api_world) world = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	scoped(api_answer) answer = {0};
	struct api_person ivana;
	struct event_read event;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	for (size_t i = 0; i < sizeof WRITTEN / sizeof WRITTEN[0]; i++) {
		cr_assert(post_from(&world, &ivana, WRITTEN[i][0], &answer) == 201, "%s", answer.body);
		api_find_event(&world, world.tenant.id, ACTION_RECORD_VIEWED, &arena, &event);
		cr_assert(span_is(event.texts[LEAF_TEXT_IP], WRITTEN[i][1]), "%s", WRITTEN[i][0]);
	}
}

Test(events, what_is_no_address_is_refused_with_its_place)
{
	static const char *const BAD[] = {
		"localhost", "203.0.113.9:80", "[::1]", "203.0.113", "unknown", "1"};
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person ivana;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		cr_assert(post_from(&world, &ivana, BAD[i], &answer) == 422, "%s", BAD[i]);
		cr_assert(api_has_problem(&answer, "/device/ip", "malformed"), "%s", answer.body);
	}
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_RECORD_VIEWED) == 0);
}

Test(events, only_the_line_that_our_proxy_added_says_who_is_behind_it)
{
	struct address_nets proxies = {.count = 1};
	static const char LINES[] = "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 198.51.100.4\r\n";
	scoped(api_world) world = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct api_person ivana, vera;
	struct event_read event;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	api_world_person(&world, &world.tenant, "smm", NULL, &vera);
	be_seen(&world, &ivana, LINES, &arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_IP], "127.0.0.1"), "nobody's proxy is trusted");
	cr_assert(!err_failed(address_parse_net(SPAN_LIT("127.0.0.1"), &proxies.items[0])));
	world.server.trusted_proxies = &proxies;
	be_seen(&world, &vera, LINES, &arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_IP], "198.51.100.4"));
}

/* ---- refusals ---- */

Test(events, a_404_and_a_401_never_say_why)
{
	scoped(api_world) world = {0};
	scoped(api_answer) there = {0}, nowhere = {0};
	struct api_person ivana, owner;
	char path[BODY_MAX];
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	snprintf(path, sizeof path, "/v1/people/%s/exposure", owner.text);
	cr_assert(api_call(&world, "GET", path, ivana.token, NULL, &there) == 404);
	cr_assert(api_call(&world, "GET", "/v1/people/nobody/exposure", ivana.token, NULL, &nowhere) == 404);
	cr_assert(api_has(&nowhere, "detail", api_text(&there, "detail")));
	cr_assert(api_call(&world, "GET", "/v1/people", NULL, NULL, &there) == 401);
	cr_assert(api_call(&world, "GET", "/v1/people", "mun_app_x", NULL, &nowhere) == 401);
	cr_assert(api_has(&nowhere, "detail", api_text(&there, "detail")));
}
