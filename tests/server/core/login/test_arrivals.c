/* SPDX-License-Identifier: Apache-2.0 */
/* What a mailed code is worth, and that the log tells nobody how to go on with somebody else's sign-in. */
#include "server/core/login/arrivals.h"

#include "tests/server/log_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const char EVE[] = "eve@agency.example";

static void begin(struct log_world *world, struct api_answer *answer)
{
	const char *body = "{\"email\":\"eve@agency.example\"}";
	cr_assert(
		api_call(&world->api, "POST", "/v1/sign-ins", NULL, body, answer) == 200, "%s", answer->body);
}

/* One more sign-in, as far as the act: true when its code would be mailed, and that one would be right. */
static void prepare(struct log_world *world, bool *mails, bool *is_right)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(256 * 1024);
	struct arrivals_ask ask = {
		.email = span_text(EVE), .device = {.ip = SPAN_LIT("192.0.2.7")}, .now = clock_now()};
	log_world_must(reading_open(&world->api.server.volume, &reading));
	struct view view = view_reading(&reading);
	log_world_must(arrivals_prepare(&world->api.server, &view, &arena, &ask));
	cr_assert(ask.arrival.code_count == 1, "a code is shown to be awaited, mailed or not");
	cr_assert(memcmp(ask.arrival.codes[0].ref, ask.mail.ref, ARRIVAL_REF) == 0, "with its reference");
	*mails = ask.mails;
	*is_right = memcmp(ask.arrival.codes[0].hash, ask.mail.hash, sizeof ask.mail.hash) == 0;
}

Test(arrivals, a_code_that_is_not_mailed_is_right_for_nobody_who_guesses)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person eve;
	bool mails, is_right;
	log_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "assistant", EVE, &eve);
	for (unsigned i = 0; i < BRAKING_AN_HOUR; i++) {
		prepare(&world, &mails, &is_right);
		cr_assert(mails && is_right, "what is mailed is what is awaited");
		begin(&world, &answer);
	}
	prepare(&world, &mails, &is_right);
	cr_assert(!mails, "a sixth in an hour is not mailed");
	cr_assert(!is_right, "and the code that was drawn for it opens nothing");
}

/* Of an event, whichever stands first; "" without one. */
static void read_object(struct log_world *world, const char *action, char id[static ID_TEXT + 1])
{
	scoped(api_answer) answer = {0};
	char path[64];
	snprintf(path, sizeof path, "/v1/events?action=%s", action);
	cr_assert(api_call(&world->api, "GET", path, world->api.tenant.token, NULL, &answer) == 200, "%s",
		answer.body);
	snprintf(id, ID_TEXT + 1, "%s", api_text(&answer, "items/0/object/id"));
}

Test(arrivals, the_log_names_a_sign_in_by_another_id_than_the_one_that_goes_on_with_it)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person eve;
	char path[64], id[ID_TEXT + 1], issued[ID_TEXT + 1], failed[ID_TEXT + 1];
	log_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "assistant", EVE, &eve);
	begin(&world, &answer);
	snprintf(id, sizeof id, "%s", api_text(&answer, "id"));
	snprintf(path, sizeof path, "/v1/sign-ins/%s", id);
	api_call(&world.api, "POST", path, NULL, "{\"code\":\"00000000\"}", &answer);
	cr_assert(api_has(&answer, "reason", "wrong_code"), "%s", answer.body);
	log_world_fold(&world);
	read_object(&world, "challenge.issued", issued);
	read_object(&world, "challenge.failed", failed);
	cr_assert(strcmp(issued, failed) == 0, "what belongs together is found together");
	cr_assert(strncmp(issued, "sgn_", 4) == 0, "%s is a sign-in", issued);
	cr_assert(strcmp(issued, id) != 0, "who reads the log could go on in somebody else's place");
	snprintf(path, sizeof path, "/v1/sign-ins/%s", issued);
	cr_assert(api_call(&world.api, "POST", path, NULL, "{\"code\":\"00000000\"}", &answer) == 404,
		"the id of the log opens nothing");
}

/* ---- what is the same, whoever has the address ---- */

static void begin_for(struct log_world *world, const char *email, struct api_answer *answer)
{
	char body[128];
	snprintf(body, sizeof body, "{\"email\":\"%s\"}", email);
	api_call(&world->api, "POST", "/v1/sign-ins", NULL, body, answer);
}

/* Of a sign-in that was begun while there was room. */
static void try_late(struct log_world *world, const char *id, struct api_answer *answer)
{
	char path[64];
	snprintf(path, sizeof path, "/v1/sign-ins/%s", id);
	api_call(&world->api, "POST", path, NULL, "{\"code\":\"00000000\"}", answer);
}

Test(arrivals, a_log_that_takes_no_more_does_not_tell_whose_address_it_is_where_there_are_several_businesses)
{
	static const char *const ADDRESSES[] = {"eve@agency.example", "nobody@agency.example"};
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person eve;
	struct api_tenant other;
	char ids[2][ID_TEXT + 1];
	log_world_open(&world);
	api_world_tenant(&world.api, &other);
	api_world_person(&world.api, &world.api.tenant, "assistant", EVE, &eve);
	for (size_t i = 0; i < 2; i++) {
		begin_for(&world, ADDRESSES[i], &answer);
		cr_assert(answer.status == 200, "%s: %s", ADDRESSES[i], answer.body);
		snprintf(ids[i], sizeof ids[i], "%s", api_text(&answer, "id"));
	}
	world.api.server.volume.data_max_bytes = 1;
	for (size_t i = 0; i < 2; i++) {
		begin_for(&world, ADDRESSES[i], &answer);
		cr_assert(api_is_code(&answer, 507, "full"), "%s begins: %s", ADDRESSES[i], answer.body);
		try_late(&world, ids[i], &answer);
		cr_assert(api_is_code(&answer, 507, "full"), "%s tries: %s", ADDRESSES[i], answer.body);
	}
	world.api.server.volume.data_max_bytes = 0;
}

/* ---- several businesses ---- */

static size_t count(struct log_world *world, const struct api_tenant *tenant, enum action action)
{
	return api_count_events(&world->api, tenant->id, action);
}

Test(arrivals, where_several_businesses_know_an_address_none_learns_of_it_but_who_guesses)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person here, there;
	struct api_tenant other;
	log_world_open(&world);
	api_world_tenant(&world.api, &other);
	api_world_person(&world.api, &world.api.tenant, "assistant", EVE, &here);
	api_world_person(&world.api, &other, "assistant", EVE, &there);
	begin_for(&world, EVE, &answer);
	cr_assert(count(&world, &world.api.tenant, ACTION_CHALLENGE_ISSUED) == 0, "a mail is nobody's event");
	cr_assert(count(&world, &other, ACTION_CHALLENGE_ISSUED) == 0, "whoever is first");
	char id[ID_TEXT + 1];
	snprintf(id, sizeof id, "%s", api_text(&answer, "id"));
	for (unsigned i = 0; i < ARRIVAL_TRIES; i++)
		try_late(&world, id, &answer);
	cr_assert(api_has(&answer, "reason", "locked"), "%s", answer.body);
	cr_assert(count(&world, &world.api.tenant, ACTION_CHALLENGE_FAILED) == 1 &&
			count(&world, &other, ACTION_CHALLENGE_FAILED) == 1,
		"both see that somebody guesses at their person");
	cr_assert(count(&world, &world.api.tenant, ACTION_CHALLENGE_LOCKED) == 1 &&
			count(&world, &other, ACTION_CHALLENGE_LOCKED) == 1,
		"and that it is over");
}
