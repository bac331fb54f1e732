/* SPDX-License-Identifier: Apache-2.0 */
/* Every action, as an application posts it: whole it is taken, without any one of its fields it is not, and the
 * answer names the field. */
#include "server/api/log/event_needs.h"

#include "tests/support/api_world.h"
#include "tests/support/whole_event.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { BODY_MAX = 4096, POINTER_MAX = 64 };

static const char *const OWN[] = {"object", "count", "reason", "purpose", "changes"};

/* The whole event of an action, but for one field. */
static void print_event(const struct action_row *row, struct span left_out, char text[static BODY_MAX])
{
	scoped(buf) body = BUF(BODY_MAX - 1);
	buf_printf(&body, "{\"action\":\"%s\",\"actor\":\"system\"", row->name);
	whole_event_put(&body, row, left_out, WHOLE_EVENT_ALL);
	buf_put_text(&body, "}");
	cr_assert(!err_failed(buf_check(&body)));
	memcpy(text, body.data, body.len);
	text[body.len] = 0;
}

static void print_pointer(const struct need *need, char pointer[static POINTER_MAX])
{
	bool own = need->place != NEEDS_DETAIL;
	snprintf(pointer, POINTER_MAX, "%s%.*s", own ? "/" : "/detail/",
		SPAN_FMT(whole_event_first(need->name)));
	cr_assert(!own || strcmp(pointer + 1, OWN[need->place]) == 0);
}

static void is_held_to_its_fields(struct api_world *world, const struct action_row *row)
{
	scoped(api_answer) answer = {0};
	char body[BODY_MAX], pointer[POINTER_MAX];
	struct span required = span_text(row->required), rest = required;
	struct need need;
	print_event(row, SPAN_NONE, body);
	cr_assert(api_call(world, "POST", "/v1/events", world->tenant.token, body, &answer) == 201, "%s: %s",
		body, answer.body);
	while (needs_next(required, &rest, &need)) {
		print_event(row, whole_event_first(need.name), body);
		print_pointer(&need, pointer);
		int status = api_call(world, "POST", "/v1/events", world->tenant.token, body, &answer);
		if (need.optional)
			cr_assert(status == 201, "%s: %s", body, answer.body);
		else
			cr_assert(status == 422 && api_has_problem(&answer, pointer, "missing"), "%s: %s",
				body, answer.body);
	}
}

Test(event_needs, every_action_is_taken_whole_and_refused_without_any_one_of_its_fields)
{
	scoped(api_world) world = {0};
	api_world_open(&world);
	for (unsigned at = 1; at < ACTION_COUNT; at++)
		is_held_to_its_fields(&world, action_row((enum action)at));
}

static void is_refused(struct api_world *world, const char *body, const char *pointer, const char *code)
{
	scoped(api_answer) answer = {0};
	int status = api_call(world, "POST", "/v1/events", world->tenant.token, body, &answer);
	cr_assert(status == 422 && api_has_problem(&answer, pointer, code), "%s: %s", body, answer.body);
}

static void is_taken(struct api_world *world, const char *body)
{
	scoped(api_answer) answer = {0};
	int status = api_call(world, "POST", "/v1/events", world->tenant.token, body, &answer);
	cr_assert(status == 201, "%s: %s", body, answer.body);
}

Test(event_needs, a_word_outside_its_closed_list_is_refused)
{
	scoped(api_world) world = {0};
	api_world_open(&world);
	is_refused(&world,
		"{\"action\":\"login.failed\",\"actor\":\"system\",\"reason\":\"bad_mood\",\"detail\":{"
	        "\"login_hash\":\"x\"}}",
		"/reason", "not_allowed");
	is_refused(&world,
		"{\"action\":\"assignment.started\",\"actor\":\"system\",\"detail\":{\"client_id\":\"c\","
	        "\"assistant\":\"a\","
		"\"kind\":\"chief\"}}",
		"/detail/kind", "not_allowed");
}

Test(event_needs, a_list_is_a_list_a_number_a_number_and_a_bool_a_bool)
{
	scoped(api_world) world = {0};
	api_world_open(&world);
	is_refused(&world,
		"{\"action\":\"login.succeeded\",\"actor\":\"system\",\"detail\":{\"method\":\"code\","
	        "\"factors\":\"totp\","
		"\"risk\":\"low\"}}",
		"/detail/factors", "wrong_type");
	is_refused(&world,
		"{\"action\":\"import.completed\",\"actor\":\"system\",\"detail\":{\"dataset\":\"d\","
	        "\"rows\":\"many\","
		"\"file_hash\":\"f\"}}",
		"/detail/rows", "wrong_type");
	is_refused(&world,
		"{\"action\":\"appointment.deleted\",\"actor\":\"system\",\"object\":{\"type\":\"visit\"},"
	        "\"detail\":"
		"{\"paid\":\"yes\"}}",
		"/detail/paid", "wrong_type");
}

Test(event_needs, what_is_null_or_empty_is_missing)
{
	scoped(api_world) world = {0};
	api_world_open(&world);
	is_refused(&world,
		"{\"action\":\"export.downloaded\",\"actor\":\"system\",\"detail\":{\"export_event\":null,"
	        "\"file_hash\":\"f\"}}",
		"/detail/export_event", "missing");
	is_refused(&world,
		"{\"action\":\"export.downloaded\",\"actor\":\"system\",\"detail\":{\"export_event\":\"e\","
	        "\"file_hash\":\"\"}}",
		"/detail/file_hash", "missing");
	is_refused(&world, "{\"action\":\"device.untrusted\",\"actor\":\"system\"}", "/detail/device_id",
		"missing");
}

Test(event_needs, an_own_field_stands_instead_of_one_of_detail)
{
	scoped(api_world) world = {0};
	api_world_open(&world);
	is_taken(&world,
		"{\"action\":\"session.ended\",\"actor\":\"system\",\"session\":\"s1\",\"reason\":"
	        "\"logout\"}");
	is_taken(&world,
		"{\"action\":\"import.completed\",\"actor\":\"system\",\"count\":12,\"detail\":{\"dataset\":"
	        "\"d\","
		"\"file_hash\":\"f\"}}");
	is_taken(&world,
		"{\"action\":\"device.untrusted\",\"actor\":\"system\",\"object\":{\"type\":\"device\","
	        "\"id\":\"d1\"}}");
	is_taken(&world,
		"{\"action\":\"purchase.made\",\"actor\":\"system\",\"task\":\"t1\",\"detail\":{\"client_"
	        "id\":\"c\","
		"\"amount\":1,\"currency\":\"EUR\",\"merchant\":\"m\",\"card_last4\":\"1234\"}}");
}

Test(event_needs, a_line_of_a_batch_is_held_to_it_too_and_named)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	const struct api_request request = {.method = "POST",
		.path = "/v1/events:batch",
		.token = world.tenant.token,
		.body = "{\"action\":\"device.untrusted\",\"actor\":\"system\",\"detail\":{\"device_id\":"
	                "\"d\"}}\n"
			"{\"action\":\"device.untrusted\",\"actor\":\"system\"}\n"};
	cr_assert(api_ask(&world, &request, &answer) == 422, "%s", answer.body);
	cr_assert(api_has_problem(&answer, "/1/detail/device_id", "missing"), "%s", answer.body);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_DEVICE_UNTRUSTED) == 0, "all or nothing");
}
