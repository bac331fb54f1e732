/* SPDX-License-Identifier: Apache-2.0 */
/* Personal tokens: whoever holds one counts as the person, so nobody gets one for somebody else. */
#include "store/nouns/personal_token.h"
#include "store/nouns/tenant.h"
#include "tests/support/api_world.h"

#include <criterion/criterion.h>

static const char NAMED[] = "{\"name\":\"laptop\"}";

static int add(struct api_world *world, const struct api_person *person, const char *token, const char *body,
	struct api_answer *answer)
{
	char path[64];
	snprintf(path, sizeof path, "/v1/people/%s/tokens", person->text);
	return api_call(world, "POST", path, token, body, answer);
}

static fallible vouch(struct act *act, void *context)
{
	const struct api_world *world = context;
	return tenant_vouch(act, world->tenant.id);
}

/* The tenant's first day is over. */
static void world_vouch(struct api_world *world)
{
	struct err err = committer_run(world->server.committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = vouch, .context = world});
	cr_assert(!err_failed(err), "%s", err.why);
}

static int revoke(struct api_world *world, const char *id, const char *token, struct api_answer *answer)
{
	char path[64];
	snprintf(path, sizeof path, "/v1/tokens/%s", id);
	return api_call(world, "DELETE", path, token, NULL, answer);
}

Test(person_tokens, a_new_one_is_shown_once_and_works)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0}, used = {0};
	struct api_person owner;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	cr_assert(add(&world, &owner, owner.token, NAMED, &answer) == 201, "%s", answer.body);
	cr_assert(strncmp(api_text(&answer, "token"), "mun_per_", 8) == 0);
	cr_assert(strncmp(api_text(&answer, "id"), "tok_", 4) == 0 && api_has(&answer, "name", "laptop"));
	cr_assert(api_has(&answer, "expires_at", "2027-02-19T12:00:00.000Z"), "ninety days");
	cr_assert(api_call(&world, "GET", "/v1/people", api_text(&answer, "token"), NULL, &used) == 200);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_PERSON_CHANGED) == 1);
}

Test(person_tokens, nobody_gets_one_for_somebody_else)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner, ivana;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	add(&world, &ivana, owner.token, NAMED, &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"));
	world_vouch(&world);
	add(&world, &ivana, world.tenant.token, NAMED, &answer);
	cr_assert(api_is_code(&answer, 403, "person_unproven"), "an application as itself");
}

Test(person_tokens, the_application_that_sets_a_tenant_up_gets_the_first_ones)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0}, used = {0};
	struct api_person owner;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	cr_assert(add(&world, &owner, world.tenant.token, NAMED, &answer) == 201, "%s", answer.body);
	cr_assert(api_call(&world, "GET", "/v1/people", api_text(&answer, "token"), NULL, &used) == 200);
}

Test(person_tokens, an_asserted_person_gets_none)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	char path[64];
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	snprintf(path, sizeof path, "/v1/people/%s/tokens", owner.text);
	const struct api_request request = {.method = "POST",
		.path = path,
		.token = world.tenant.token,
		.actor = owner.text,
		.body = NAMED};
	api_ask(&world, &request, &answer);
	cr_assert(api_is_code(&answer, 403, "person_unproven"));
}

Test(person_tokens, end_in_the_future_and_within_four_hundred_days)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	add(&world, &owner, owner.token, "{\"name\":\"a\",\"expires_at\":\"2026-11-21T12:00:00Z\"}", &answer);
	cr_assert(answer.status == 422 && api_has_problem(&answer, "/expires_at", "not_allowed"));
	add(&world, &owner, owner.token, "{\"name\":\"a\",\"expires_at\":\"2027-12-27T00:00:00Z\"}", &answer);
	cr_assert(answer.status == 422 && api_has_problem(&answer, "/expires_at", "not_allowed"));
	add(&world, &owner, owner.token, "{\"expires_at\":\"soon\"}", &answer);
	cr_assert(answer.status == 422 && api_has_problem(&answer, "/expires_at", "malformed"));
	cr_assert(api_has_problem(&answer, "/name", "missing"));
	cr_assert(add(&world, &owner, owner.token, "{\"name\":\"a\",\"expires_at\":\"2027-12-26T12:00:00Z\"}",
			  &answer) == 201);
}

Test(person_tokens, a_revoked_one_works_no_more)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0}, used = {0};
	struct api_person owner;
	char id[ID_TEXT + 1];
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	cr_assert(add(&world, &owner, owner.token, NAMED, &answer) == 201);
	snprintf(id, sizeof id, "%s", api_text(&answer, "id"));
	cr_assert(revoke(&world, id, owner.token, &used) == 200 && api_has(&used, "state", "revoked"));
	cr_assert(api_call(&world, "GET", "/v1/people", api_text(&answer, "token"), NULL, &used) == 401);
	cr_assert(revoke(&world, id, owner.token, &used) == 404, "it is gone");
}

Test(person_tokens, are_revoked_by_their_owner_or_who_may_change_people)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0}, used = {0};
	struct api_person owner, ivana, reader;
	struct api_tenant other;
	char id[ID_TEXT + 1];
	api_world_open(&world);
	api_world_tenant(&world, &other);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	api_world_person(&world, &world.tenant, "administrator", NULL, &reader);
	cr_assert(add(&world, &ivana, ivana.token, NAMED, &answer) == 201);
	snprintf(id, sizeof id, "%s", api_text(&answer, "id"));
	cr_assert(revoke(&world, id, other.token, &used) == 404);
	cr_assert(revoke(&world, id, reader.token, &used) == 404);
	cr_assert(revoke(&world, "tok_nonsense", owner.token, &used) == 404);
	cr_assert(revoke(&world, id, owner.token, &used) == 200);
}

Test(person_tokens, a_replayed_answer_withholds_the_token)
{
	scoped(api_world) world = {0};
	scoped(api_answer) first = {0}, second = {0};
	struct api_person owner;
	char path[64];
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	snprintf(path, sizeof path, "/v1/people/%s/tokens", owner.text);
	const struct api_request request = {
		.method = "POST", .path = path, .token = owner.token, .body = NAMED, .key = "one"};
	cr_assert(api_ask(&world, &request, &first) == 201);
	cr_assert(api_ask(&world, &request, &second) == 201);
	cr_assert(api_has(&second, "id", api_text(&first, "id")) && api_has(&second, "withheld/0", "/token"));
	cr_assert(api_member(&second, "token") == NULL);
}

Test(person_tokens, only_a_keyed_hash_is_stored)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(4096 * 4);
	struct api_person owner;
	struct personal_token token;
	struct id id;
	uint8_t hash[HASH_BLAKE];
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	cr_assert(add(&world, &owner, owner.token, NAMED, &answer) == 201);
	const struct span text = span_text(api_text(&answer, "token"));
	keeper_hash(world.server.keeper, KEEPER_TOKEN, &text, 1, hash);
	cr_assert(!err_failed(ids_parse(ID_TOKEN, span_text(api_text(&answer, "id")), &id)));
	cr_assert(!err_failed(reading_open(&world.server.volume, &reading)));
	struct view view = view_reading(&reading);
	cr_assert(!err_failed(personal_token_get(&view, world.tenant.id, id, &arena, &token)));
	cr_assert(memcmp(token.hash, hash, sizeof hash) == 0 && span_is(token.name, "laptop"));
}

/* ---- confirming ---- */

static int confirm(
	struct api_world *world, const struct api_person *by, const char *members, struct api_answer *answer)
{
	char body[256];
	snprintf(body, sizeof body, "{%s\"action\":{\"type\":\"use\"}}", members);
	return api_call(world, "POST", "/v1/verifications", by->token, body, answer);
}

Test(person_tokens, confirm_actions_of_their_own_person_alone)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner, ivana;
	char members[128], path[64];
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	cr_assert(confirm(&world, &ivana, "\"purpose\":\"action\",", &answer) == 200, "%s", answer.body);
	snprintf(path, sizeof path, "/v1/verifications/%s", api_text(&answer, "id"));
	cr_assert(api_call(&world, "GET", path, ivana.token, NULL, &answer) == 200, "%s", answer.body);
	cr_assert(api_call(&world, "GET", path, owner.token, NULL, &answer) == 404, "another person's");
	cr_assert(api_call(&world, "GET", path, world.tenant.token, NULL, &answer) == 404);
	snprintf(members, sizeof members, "\"purpose\":\"action\",\"person\":\"%s\",", owner.text);
	cr_assert(confirm(&world, &ivana, members, &answer) == 403, "%s", answer.body);
	cr_assert(api_call(&world, "POST", "/v1/verifications", ivana.token, "{\"purpose\":\"login\"}",
			  &answer) == 403,
		"a token is a login already: %s", answer.body);
}
