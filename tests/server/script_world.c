/* SPDX-License-Identifier: Apache-2.0 */
/* script_world - handlers that follow a script. */
#include "tests/server/script_world.h"

#include "base/clock.h"
#include "server/api/routes.h"
#include "tests/support/fake_clock.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* What the answer says, and what it shows once. */
static const char SAID[] = "as the script says", SHOWN_ONCE[] = "mun_per_secret";

struct scripted {
	struct event_draft draft;
};

/* The world that a call's server is part of. */
static struct script_world *world_of(const struct call *call)
{
	uintptr_t server = (uintptr_t)call->server;
	return (struct script_world *)(server - offsetof(struct script_world, api.server));
}

static fallible prepare(struct call *call)
{
	struct script_world *world = world_of(call);
	struct event event = call_event(call, ACTION_PERSON_CHANGED);
	struct scripted *scripted = call_new(call, struct scripted);
	struct json_object top;
	world->counts.prepares++;
	world->prepared = call->now;
	if (!scripted)
		return FAIL(NO_MEMORY, "a call has no memory for its script");
	if (call->route->body_max) {
		TRY(call_body(call, &top));
		json_in_text(&top, "name", JSON_OPTIONAL, 100);
		json_in_end(&top);
		TRY(call_check(call));
	}
	if (world->script.prepare_err_after > 0)
		world->script.prepare_err_after--;
	else
		TRY(world->script.prepare_err);
	if (world->script.act == SCRIPT_NO_ACT)
		call->act = CALL_NO_ACT;
	if (world->script.act == SCRIPT_HOUSEKEEPING)
		call->act = CALL_HOUSEKEEPING;
	call->parts_from = arena_mark(call->arena);
	if (world->script.parts > 0)
		call->act = CALL_GOES_ON;
	if (world->script.status)
		call->status = world->script.status;
	call->ask = scripted;
	return call_seal(call, &event, &scripted->draft);
}

/* While the committer is in it, nobody's act is done. */
static fallible await_answer(struct script_world *world)
{
	enum { WAIT_MS = 20000 };
	int64_t until_ms = clock_monotonic_ms() + WAIT_MS;
	while (world->counts.answers == 0 && clock_monotonic_ms() < until_ms)
		clock_sleep_ms(1);
	return world->counts.answers ? OK : FAIL(BUG, "the answer is not made ahead");
}

static fallible write_once(struct act *act, struct call *call)
{
	struct script_world *world = world_of(call);
	struct scripted *scripted = call->ask;
	world->counts.writes++;
	if (world->script.act == SCRIPT_EVENT)
		TRY(act_add(act, call->caller.tenant, &scripted->draft.leaf, NULL));
	if (world->script.stale > 0) {
		world->script.stale--;
		call->refusal = world->script.stale_refusal;
		fake_clock_pass(world->script.stale_ms);
		return FAIL_CODE(STALE, "the script says that a row has changed");
	}
	if (world->script.awaits_answer)
		TRY(await_answer(world));
	TRY(world->script.write_err);
	world->script.parts -= world->script.parts > 0;
	call->refusal = world->script.refusal;
	return OK;
}

static fallible answer(struct call *call, struct json_out *out)
{
	struct script_world *world = world_of(call);
	world->counts.answers++;
	TRY(world->script.answer_err);
	json_out_text(out, "said", SAID);
	if (call->route->handler->ahead)
		call_header(call, "Link", SPAN_LIT("<?cursor=1>; rel=\"next\""));
	else if (call->route->method == HTTP_POST)
		json_out_secret(out, "token", span_text(SHOWN_ONCE));
	return OK;
}

/* Instead of the server's own: the names that routes.def knows. */
extern const struct handler api_keys, api_person_tokens_add, api_person_tokens_revoke, api_alerts_list,
	api_alerts_settle;
const struct handler api_keys = {prepare, write_once, answer};
const struct handler api_person_tokens_add = {prepare, write_once, answer};
const struct handler api_person_tokens_revoke = {prepare, write_once, answer};
const struct handler api_alerts_list = {prepare, write_once, answer, .ahead = true};
const struct handler api_alerts_settle = {prepare, write_once, answer, .ahead = true};

void script_world_open(struct script_world *world)
{
	*world = (struct script_world){.script = {.act = SCRIPT_EVENT}};
	api_world_open(&world->api);
}

void script_world_done(struct script_world *world)
{
	api_world_done(&world->api);
}

void script_path(const char *person, char path[static SCRIPT_PATH])
{
	if (snprintf(path, SCRIPT_PATH, "/v1/people/%s/tokens", person) >= SCRIPT_PATH)
		abort();
}

int script_get(struct script_world *world, struct api_answer *answer)
{
	return api_call(&world->api, "GET", "/v1/keys", world->api.tenant.token, NULL, answer);
}

int script_post(struct script_world *world, const char *body, const char *key, struct api_answer *answer)
{
	const struct api_request request = {.method = "POST",
		.path = "/v1/people/anybody/tokens",
		.token = world->api.tenant.token,
		.body = body,
		.key = key};
	return api_ask(&world->api, &request, answer);
}

int script_ahead(struct script_world *world, const char *key, struct api_answer *answer)
{
	const struct api_request request = {.method = "POST",
		.path = "/v1/alerts/any/acknowledge",
		.token = world->api.tenant.token,
		.body = "{}",
		.key = key};
	return api_ask(&world->api, &request, answer);
}

size_t script_count(struct script_world *world)
{
	return api_count_events(&world->api, world->api.tenant.id, ACTION_PERSON_CHANGED);
}

size_t script_count_rows(struct script_world *world, enum table table)
{
	scoped(reading) reading = {0};
	scoped(kv_cursor) rows = {0};
	size_t count = 0;
	struct err err = reading_open(&world->api.server.volume, &reading);
	if (!err_failed(err))
		err = kv_seek(&reading.txn, (int)table, SPAN_NONE, &rows);
	if (err_failed(err))
		abort();
	while (kv_next(&rows))
		count++;
	return count;
}
