/* SPDX-License-Identifier: Apache-2.0 */
/* test_dispatch - a request's way to its answer: problems in one form, retries, a full queue, refusals on
 * record. */
#include "server/api/dispatch.h"

#include "store/nouns/storm.h"
#include "tests/server/script_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MINUTE_MS = 60000, TEXT_MAX = 256, ARENA_MAX = 64 * 1024, LONG_BODY = 80 * 1024 };

static bool has_header(const struct api_answer *answer, const char *line)
{
	char want[2 * TEXT_MAX];
	snprintf(want, sizeof want, "\r\n%s", line);
	return strcasestr(answer->head, want) != NULL;
}

/* Every member of a problem document, and the headers that go with it. */
static void is_problem(const struct api_answer *answer, int status, const char *code)
{
	char type[TEXT_MAX], id[TEXT_MAX];
	cr_assert(api_is_code(answer, status, code), "%d %s", answer->status, answer->body);
	snprintf(type, sizeof type, "/problems/%s", code);
	cr_assert(api_has(answer, "type", type) && api_text(answer, "title")[0] &&
		api_text(answer, "detail")[0]);
	cr_assert(json_integer_value(api_member(answer, "status")) == status);
	cr_assert(json_is_array(api_member(answer, "errors")) && json_object_size(answer->json) == 7);
	cr_assert(has_header(answer, "Content-Type: application/problem+json"));
	snprintf(id, sizeof id, "X-Request-Id: %s", api_text(answer, "request_id"));
	cr_assert(has_header(answer, id) && strncmp(api_text(answer, "request_id"), "req_", 4) == 0);
}

/* ---- the form of what is refused ---- */

Test(dispatch, every_refusal_is_a_whole_problem_document)
{
	static char body[LONG_BODY];
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	const char *token;
	script_world_open(&world);
	token = world.api.tenant.token;
	api_call(&world.api, "GET", "/v1/nothing", token, NULL, &answer);
	is_problem(&answer, 404, "not_found");
	api_call(&world.api, "DELETE", "/v1/people", token, NULL, &answer);
	is_problem(&answer, 405, "method_not_allowed");
	cr_assert(has_header(&answer, "Allow: GET, HEAD, POST\r\n") ||
		has_header(&answer, "Allow: GET, HEAD, POST"));
	api_call(&world.api, "GET", "/v1/keys", NULL, NULL, &answer);
	is_problem(&answer, 401, "unauthorized");
	cr_assert(has_header(&answer, "WWW-Authenticate: Bearer"));
	api_call(&world.api, "GET", "/v1/keys", world.api.operator, NULL, &answer);
	is_problem(&answer, 403, "scope_missing");
	api_call(&world.api, "POST", "/v1/people/p/tokens", token, "{", &answer);
	is_problem(&answer, 400, "not_json");
	api_call(&world.api, "POST", "/v1/people/p/tokens", token, "{\"x\":1}", &answer);
	is_problem(&answer, 422, "invalid");
	cr_assert(api_has_problem(&answer, "/x", "unknown_field"));
	memset(body, ' ', sizeof body - 1);
	api_call(&world.api, "POST", "/v1/people/p/tokens", token, body, &answer);
	is_problem(&answer, 413, "too_large");
	cr_assert(script_count(&world) == 0, "none of it was an act");
}

Test(dispatch, a_method_that_nobody_knows_is_refused_like_any_other)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	api_call(&world.api, "BREW", "/v1/keys", world.api.tenant.token, NULL, &answer);
	is_problem(&answer, 405, "method_not_allowed");
	cr_assert(has_header(&answer, "Allow: GET, HEAD"));
	api_call(&world.api, "BREW", "/v1/nothing", world.api.tenant.token, NULL, &answer);
	is_problem(&answer, 404, "not_found");
}

Test(dispatch, what_exists_is_told_to_nobody_without_a_token)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	api_call(&world.api, "GET", "/v1/people/per_01h455vb4pex5vsknk084sn02q", NULL, NULL, &answer);
	is_problem(&answer, 401, "unauthorized");
	api_call(&world.api, "GET", "/v1/people/nobody", NULL, NULL, &answer);
	is_problem(&answer, 401, "unauthorized");
}

Test(dispatch, every_answer_has_a_request_id_of_its_own)
{
	scoped(script_world) world = {0};
	scoped(api_answer) one = {0}, other = {0};
	script_world_open(&world);
	cr_assert(script_get(&world, &one) == 200 && script_get(&world, &other) == 200);
	const char *first = strcasestr(one.head, "X-Request-Id: req_"),
		   *second = strcasestr(other.head, "X-Request-Id: req_");
	cr_assert(first && second && strncmp(first, second, 14 + ID_TEXT) != 0);
	cr_assert(api_has(&one, "said", "as the script says"));
}

Test(dispatch, our_own_mistakes_are_told_to_nobody_outside)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.write_err = FAIL(IO, "the third disk of the left rack is broken");
	script_get(&world, &answer);
	is_problem(&answer, 500, "io");
	cr_assert(!strstr(answer.body, "rack"));
	world.script.write_err = FAIL(CONFLICT, "the state forbids this");
	script_get(&world, &answer);
	is_problem(&answer, 409, "conflict");
	cr_assert(api_has(&answer, "detail", "the state forbids this"));
}

/* ---- acts ---- */

Test(dispatch, an_act_that_is_stale_is_prepared_again_twice_at_most)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.stale = 2;
	cr_assert(script_get(&world, &answer) == 200, "%s", answer.body);
	cr_assert(world.counts.prepares == 3 && world.counts.writes == 3 && world.counts.answers == 1);
	cr_assert(script_count(&world) == 1, "what a stale run wrote is gone");
}

Test(dispatch, an_act_is_prepared_again_by_the_time_that_it_is_then)
{
	enum { PASS_MS = 5000 };
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.stale = 2;
	world.script.stale_ms = PASS_MS;
	int64_t began_ms = clock_now().ms;
	cr_assert(script_get(&world, &answer) == 200, "%s", answer.body);
	cr_assert(world.prepared.ms == began_ms + 2 * PASS_MS);
}

Test(dispatch, a_call_in_parts_is_an_act_each_and_one_answer)
{
	enum { PARTS = 5 };
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.parts = PARTS;
	cr_assert(script_post(&world, "{}", "in-parts", &answer) == 200, "%s", answer.body);
	cr_assert(world.counts.prepares == PARTS + 1 && world.counts.writes == PARTS + 1);
	cr_assert(script_count(&world) == PARTS + 1);
	cr_assert(script_post(&world, "{}", "in-parts", &answer) == 200 && script_count(&world) == PARTS + 1,
		"the last act kept the answer");
}

Test(dispatch, a_part_that_fails_ends_the_call_and_takes_nothing_back)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.parts = 2;
	world.script.stale = 2;
	cr_assert(script_post(&world, "{}", NULL, &answer) == 200, "each part may be prepared again");
	cr_assert(script_count(&world) == 3 && world.counts.prepares == 5);
	world.script.parts = 2;
	world.script.prepare_err_after = 1;
	world.script.prepare_err = FAIL(CONFLICT, "the script says so");
	script_post(&world, "{}", "ends", &answer);
	is_problem(&answer, 409, "conflict");
	cr_assert(script_count(&world) == 4, "what its first part wrote stands");
	world.script = (struct script){.act = SCRIPT_EVENT};
	cr_assert(script_post(&world, "{}", "ends", &answer) == 200 && script_count(&world) == 5,
		"and no answer was kept");
}

Test(dispatch, an_act_that_stays_stale_is_a_503_to_be_tried_again)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.stale = 3;
	script_get(&world, &answer);
	is_problem(&answer, 503, "busy");
	cr_assert(has_header(&answer, "Retry-After: 1"));
	cr_assert(world.counts.prepares == 3 && world.counts.writes == 3 && world.counts.answers == 0);
	cr_assert(script_count(&world) == 0);
	cr_assert(script_get(&world, &answer) == 200, "and the next one is served");
}

Test(dispatch, a_full_queue_is_a_503_to_be_tried_again)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	size_t places = 0;
	script_world_open(&world);
	while (!err_failed(committer_reserve(world.api.server.committer)))
		places++;
	cr_assert(places > 0 && places <= COMMITTER_PLACES);
	script_get(&world, &answer);
	is_problem(&answer, 503, "busy");
	cr_assert(has_header(&answer, "Retry-After: 1") && world.counts.writes == 0);
	/* A refusal can't be put on record now: then it is no refusal either. */
	api_call(&world.api, "GET", "/v1/people/nobody", world.api.tenant.token, NULL, &answer);
	is_problem(&answer, 404, "not_found");
	world.script.act = SCRIPT_NO_ACT;
	cr_assert(script_get(&world, &answer) == 200, "what only reads is served");
	world.script.act = SCRIPT_EVENT;
	for (; places > 0; places--)
		committer_release(world.api.server.committer);
	cr_assert(script_get(&world, &answer) == 200);
}

Test(dispatch, an_act_that_fails_leaves_nothing)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.write_err = FAIL_CODE(REF_TAKEN, "another one has this ref");
	script_get(&world, &answer);
	is_problem(&answer, 409, "ref_taken");
	cr_assert(script_count(&world) == 0 && world.counts.answers == 0);
}

Test(dispatch, a_change_off_the_record_does_not_stand)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.act = SCRIPT_SILENT;
	script_get(&world, &answer);
	is_problem(&answer, 500, "internal");
	world.script.act = SCRIPT_HOUSEKEEPING;
	cr_assert(script_get(&world, &answer) == 200, "where the handler says that there is no event");
}

Test(dispatch, a_refusal_that_the_act_itself_wrote_stands_with_its_event)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.refusal = FAIL_CODE(USES_EXHAUSTED, "the grant has been used as often as it allows");
	script_get(&world, &answer);
	is_problem(&answer, 403, "uses_exhausted");
	cr_assert(script_count(&world) == 1 && world.counts.answers == 0);
	cr_assert(api_count_events(&world.api, world.api.tenant.id, ACTION_ACCESS_DENIED) == 0, "not twice");
}

Test(dispatch, a_stale_run_that_had_refused_does_not_refuse_for_the_next_one)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.stale = 1;
	world.script.stale_refusal = FAIL_CODE(FROZEN, "frozen");
	world.script.act = SCRIPT_HOUSEKEEPING;
	cr_assert(script_get(&world, &answer) == 200, "%s", answer.body);
	world.script.act = SCRIPT_EVENT;
	world.script.stale = 1;
	cr_assert(script_get(&world, &answer) == 200, "%s", answer.body);
}

Test(dispatch, an_answer_that_fails_takes_nothing_back)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.answer_err = FAIL(CONFLICT, "the answer can't be made");
	script_get(&world, &answer);
	is_problem(&answer, 409, "conflict");
	cr_assert(script_count(&world) == 1);
}

Test(dispatch, a_status_that_the_handler_chose_is_the_answers)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.status = 202;
	cr_assert(script_get(&world, &answer) == 202);
	world.script.status = 0;
	cr_assert(script_get(&world, &answer) == 200);
}

/* ---- answers ahead of their acts ---- */

static bool is_ahead(const struct api_answer *answer)
{
	const char *link = strcasestr(answer->head, "\r\nLink: ");
	return answer->status == 200 && api_has(answer, "said", "as the script says") && link &&
		!strcasestr(link + 1, "\r\nLink: ");
}

Test(dispatch, an_answer_ahead_is_made_while_the_act_runs)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.awaits_answer = true;
	script_ahead(&world, NULL, &answer);
	cr_assert(is_ahead(&answer), "%s", answer.body);
	cr_assert(script_count(&world) == 1 && world.counts.answers == 1);
}

Test(dispatch, an_answer_ahead_is_not_shown_when_the_act_fails)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.awaits_answer = true;
	world.script.write_err = FAIL_CODE(REF_TAKEN, "another one has this ref");
	script_ahead(&world, NULL, &answer);
	is_problem(&answer, 409, "ref_taken");
	cr_assert(world.counts.answers == 1 && !has_header(&answer, "Link:") && !strstr(answer.body, "said"));
	world.script = (struct script){.act = SCRIPT_EVENT};
	world.script.refusal = FAIL_CODE(FROZEN, "frozen");
	script_ahead(&world, NULL, &answer);
	cr_assert(answer.status >= 400 && !has_header(&answer, "Link:") && !strstr(answer.body, "said"));
}

Test(dispatch, an_answer_ahead_of_a_stale_act_is_made_again)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.stale = 2;
	script_ahead(&world, NULL, &answer);
	cr_assert(is_ahead(&answer), "%s", answer.body);
	cr_assert(script_count(&world) == 1 && world.counts.answers == 3 && world.counts.writes == 3);
}

Test(dispatch, an_answer_ahead_that_fails_takes_nothing_back)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	world.script.answer_err = FAIL(CONFLICT, "the answer can't be made");
	script_ahead(&world, NULL, &answer);
	is_problem(&answer, 409, "conflict");
	cr_assert(script_count(&world) == 1);
}

Test(dispatch, an_answer_that_its_key_keeps_is_made_inside_the_act)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	script_ahead(&world, "once", &answer);
	cr_assert(is_ahead(&answer) && world.counts.answers == 2, "%s", answer.body);
	cr_assert(script_ahead(&world, "once", &answer) == 200 && world.counts.writes == 1);
}

/* ---- refusals on record ---- */

static size_t denied(struct script_world *world)
{
	return api_count_events(&world->api, world->api.tenant.id, ACTION_ACCESS_DENIED);
}

Test(dispatch, malformed_requests_and_strangers_write_nothing)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	script_world_open(&world);
	api_call(&world.api, "POST", "/v1/people/p/tokens", world.api.tenant.token, "{\"x\":1}", &answer);
	api_call(&world.api, "GET", "/v1/nothing", world.api.tenant.token, NULL, &answer);
	api_call(&world.api, "GET", "/v1/people", "mun_app_x", NULL, &answer);
	api_call(&world.api, "GET", "/v1/people", world.api.operator, NULL, &answer);
	cr_assert(answer.status == 403 && denied(&world) == 0, "an operator belongs to no tenant");
}

Test(dispatch, a_404_of_a_person_is_on_record_and_of_an_application_it_is_not)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct api_person owner;
	struct event_read event;
	script_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "owner", NULL, &owner);
	api_call(&world.api, "GET", "/v1/people/nobody", world.api.tenant.token, NULL, &answer);
	is_problem(&answer, 404, "not_found");
	cr_assert(denied(&world) == 0);
	api_call(&world.api, "GET", "/v1/people/nobody", owner.token, NULL, &answer);
	is_problem(&answer, 404, "not_found");
	cr_assert(denied(&world) == 1);
	api_find_event(&world.api, world.api.tenant.id, ACTION_ACCESS_DENIED, &arena, &event);
	cr_assert(event.leaf.outcome == LEAF_DENIED && event.leaf.source == LEAF_SERVER);
	cr_assert(ids_equal(event.leaf.ids[LEAF_ID_ACTOR], owner.id));
	cr_assert(span_is(event.texts[LEAF_TEXT_OBJECT_TYPE], "route"));
	cr_assert(span_is(event.texts[LEAF_TEXT_OBJECT], "/v1/people/nobody"));
	cr_assert(span_is(event.texts[LEAF_TEXT_LABEL], "/v1/people/{person}"));
}

Test(dispatch, a_404_out_of_the_act_is_on_record_too)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	script_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "owner", NULL, &owner);
	world.script.write_err = FAIL(NOT_FOUND, "it is gone meanwhile");
	api_call(&world.api, "GET", "/v1/keys", owner.token, NULL, &answer);
	is_problem(&answer, 404, "not_found");
	cr_assert(denied(&world) == 1 && script_count(&world) == 0);
	world.script.write_err = FAIL(DENIED, "not any more");
	api_call(&world.api, "GET", "/v1/keys", world.api.tenant.token, NULL, &answer);
	is_problem(&answer, 403, "not_allowed");
	cr_assert(denied(&world) == 2 && script_count(&world) == 0);
}

static fallible close_counts(struct act *act, void *context)
{
	return storm_close(act, 100, context);
}

Test(dispatch, refusals_are_one_event_a_minute_and_reason_and_then_a_count)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct swept swept;
	struct event_read event;
	script_world_open(&world);
	for (int i = 0; i < 4; i++) {
		world.script.prepare_err = FAIL_CODE(FROZEN, "frozen");
		script_get(&world, &answer);
		is_problem(&answer, 403, "frozen");
	}
	cr_assert(denied(&world) == 1, "three are counted");
	world.script.prepare_err = FAIL_CODE(NDA_MISSING, "no agreement");
	script_get(&world, &answer);
	is_problem(&answer, 403, "nda_missing");
	cr_assert(denied(&world) == 2, "another reason");
	fake_clock_pass(MINUTE_MS);
	script_get(&world, &answer);
	cr_assert(denied(&world) == 3, "another minute");
	struct err err = committer_run(world.api.server.committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = close_counts, .context = &swept});
	cr_assert(!err_failed(err) && swept.done == 2 && denied(&world) == 4);
	api_find_event(&world.api, world.api.tenant.id, ACTION_ACCESS_DENIED, &arena, &event);
	cr_assert(event.leaf.flags & LEAF_COUNTED && event.leaf.count == 3 &&
		event.leaf.reason == REASON_FROZEN);
}

/* ---- traces ---- */

static void trace_of(
	struct script_world *world, const char *header, struct arena *arena, struct event_read *event)
{
	scoped(api_answer) answer = {0};
	const struct api_request request = {
		.method = "GET", .path = "/v1/keys", .token = world->api.tenant.token, .more = header};
	cr_assert(api_ask(&world->api, &request, &answer) == 200);
	api_find_event(&world->api, world->api.tenant.id, ACTION_PERSON_CHANGED, arena, event);
}

Test(dispatch, a_trace_is_kept_and_what_is_none_is_dropped)
{
	static const char GOOD[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
	static const char *const BAD[] = {"traceparent: x\r\n",
		"traceparent: 00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01\r\n",
		"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x\r\n",
		"traceparent: <script>1916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"};
	scoped(script_world) world = {0};
	char header[TEXT_MAX];
	script_world_open(&world);
	snprintf(header, sizeof header, "traceparent: %s\r\n", GOOD);
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct event_read event;
	trace_of(&world, header, &arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_TRACE], GOOD));
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		trace_of(&world, BAD[i], &arena, &event);
		cr_assert(event.texts[LEAF_TEXT_TRACE].len == 0, "%s", BAD[i]);
	}
}

/* ---- without keys ---- */

Test(dispatch, a_sealed_server_refuses_whoever_asks_and_says_when_to_try_again)
{
	static const char *const PATHS[] = {"/v1/events", "/v1/people", "/v1/keys", "/v1/log/checkpoint"};
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	struct health health = {0};
	script_world_open(&world);
	world.api.server.health = &health;
	const char *const tokens[] = {world.api.tenant.token, world.api.operator, "mun_app_wrong", NULL};
	health.sealed = true;
	for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
		for (size_t j = 0; j < sizeof tokens / sizeof tokens[0]; j++) {
			api_call(&world.api, "GET", PATHS[i], tokens[j], NULL, &answer);
			is_problem(&answer, 503, "sealed");
			cr_assert(has_header(&answer, "Retry-After: 15"));
		}
	}
	api_call(&world.api, "GET", "/v1/nothing", NULL, NULL, &answer);
	is_problem(&answer, 404, "not_found");
	health.sealed = false;
	cr_assert(api_call(&world.api, "GET", "/v1/people", world.api.tenant.token, NULL, &answer) == 200);
}

Test(dispatch, a_sealed_server_is_alive_but_not_ready)
{
	scoped(script_world) world = {0};
	scoped(api_answer) answer = {0};
	struct health health = {0};
	script_world_open(&world);
	world.api.server.health = &health;
	cr_assert(api_call(&world.api, "GET", "/readyz", NULL, NULL, &answer) == 200);
	cr_assert(json_is_false(api_member(&answer, "sealed")));
	health.sealed = true;
	cr_assert(api_call(&world.api, "GET", "/livez", NULL, NULL, &answer) == 200);
	cr_assert(api_call(&world.api, "GET", "/readyz", NULL, NULL, &answer) == 503);
	cr_assert(json_is_true(api_member(&answer, "sealed")) &&
		json_is_false(api_member(&answer, "checks/unsealed")));
	cr_assert(json_is_true(api_member(&answer, "checks/accepting")));
	cr_assert(!api_member(&answer, "checks/log_matches_checkpoints"), "nobody has looked");
}
