/* SPDX-License-Identifier: Apache-2.0 */
/* Whose views there are, who may share one, and that nobody else sees one's own. */
#include "server/core/log/saved_views.h"

#include "tests/server/log_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { PATH = 200 };

static int put(struct log_world *world, const char *token, const char *name, const char *body,
	struct api_answer *answer)
{
	char path[PATH];
	snprintf(path, sizeof path, "/v1/views/%s", name);
	return api_call(&world->api, "PUT", path, token, body, answer);
}

static size_t list(struct log_world *world, const char *token, struct api_answer *answer)
{
	cr_assert(api_call(&world->api, "GET", "/v1/views", token, NULL, answer) == 200, "%s", answer->body);
	return json_array_size(api_member(answer, "items"));
}

Test(saved_views, a_persons_own_are_theirs_alone)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	const char *mine = world.people[0].token, *body = "{\"query\":\"class=export&from=-7d\"}";
	cr_assert(put(&world, mine, "Exporte%20der%20W%C3%B6che", body, &answer) == 200, "%s", answer.body);
	cr_assert(list(&world, mine, &answer) == 1, "%s", answer.body);
	cr_assert(api_has(&answer, "items/0/name", "Exporte der W\u00f6che"), "%s", answer.body);
	cr_assert(api_has(&answer, "items/0/query", "class=export&from=-7d"), "what");
	cr_assert(json_is_false(api_member(&answer, "items/0/shared")), "hers");
	cr_assert(list(&world, world.people[1].token, &answer) == 0, "a colleague sees none");
	put(&world, mine, "Exporte%20der%20W%C3%B6che", "{\"query\":\"class=import\"}", &answer);
	cr_assert(list(&world, mine, &answer) == 1, "the same name is the same view");
	cr_assert(api_has(&answer, "items/0/query", "class=import"), "changed");
	const char *path = "/v1/views/Exporte%20der%20W%C3%B6che";
	cr_assert(api_call(&world.api, "DELETE", path, world.people[1].token, NULL, &answer) == 404,
		"not hers");
	cr_assert(api_call(&world.api, "DELETE", path, mine, NULL, &answer) == 200, "%s", answer.body);
	cr_assert(api_call(&world.api, "DELETE", path, mine, NULL, &answer) == 404, "once");
	cr_assert(list(&world, mine, &answer) == 0, "gone");
}

Test(saved_views, one_is_shared_by_who_reads_the_whole_log_and_seen_by_all_who_read_it)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	struct api_tenant other;
	const char *body = "{\"query\":\"severity=alert\",\"shared\":true}";
	log_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "owner", NULL, &owner);
	api_world_tenant(&world.api, &other);
	cr_assert(put(&world, world.people[0].token, "alarms", body, &answer) == 403, "an assistant");
	cr_assert(put(&world, world.api.tenant.token, "alarms", body, &answer) == 403, "a program");
	cr_assert(put(&world, owner.token, "alarms", body, &answer) == 200, "%s", answer.body);
	cr_assert(list(&world, world.people[0].token, &answer) == 1, "%s", answer.body);
	cr_assert(json_is_true(api_member(&answer, "items/0/shared")), "shared");
	cr_assert(api_has(&answer, "items/0/by", owner.text), "by whom");
	cr_assert(list(&world, other.token, &answer) == 0, "another tenant");
	const char *path = "/v1/views/alarms?shared=1";
	cr_assert(api_call(&world.api, "DELETE", path, world.people[0].token, NULL, &answer) == 403,
		"not hers");
	cr_assert(
		api_call(&world.api, "DELETE", "/v1/views/alarms", owner.token, NULL, &answer) == 404, "own");
	cr_assert(api_call(&world.api, "DELETE", path, owner.token, NULL, &answer) == 200, "%s", answer.body);
}

Test(saved_views, there_are_fifty_and_no_more)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	char name[16];
	log_world_open(&world);
	const char *mine = world.people[0].token, *body = "{\"query\":\"a=b\"}";
	for (unsigned i = 0; i < SAVED_VIEW_MAX; i++) {
		snprintf(name, sizeof name, "v%u", i);
		cr_assert(put(&world, mine, name, body, &answer) == 200, "%s", answer.body);
	}
	cr_assert(put(&world, mine, "one-more", body, &answer) == 409, "%s", answer.body);
	cr_assert(put(&world, mine, "v7", body, &answer) == 200, "one that is there may change");
	cr_assert(put(&world, world.people[1].token, "one-more", body, &answer) == 200, "each their own");
}

Test(saved_views, a_change_is_on_record_and_bad_ones_are_refused)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	const char *mine = world.people[0].token;
	size_t before = api_count_events(&world.api, world.api.tenant.id, ACTION_PERSON_CHANGED);
	put(&world, mine, "mine", "{\"query\":\"a=b\"}", &answer);
	cr_assert(api_count_events(&world.api, world.api.tenant.id, ACTION_PERSON_CHANGED) == before + 1,
		"once");
	cr_assert(put(&world, mine, "mine", "{}", &answer) == 422, "no query");
	cr_assert(put(&world, mine, "mine", "{\"query\":\"a\\nb\"}", &answer) == 422, "two lines");
	cr_assert(put(&world, mine, "mine", "{\"query\":\"a\",\"x\":1}", &answer) == 422, "a stranger");
	cr_assert(put(&world, mine, "a%0Ab", "{\"query\":\"a\"}", &answer) >= 400, "a name of two lines");
	cr_assert(api_call(&world.api, "GET", "/v1/views", "mun_per_nobody", NULL, &answer) == 401, "nobody");
}

Test(saved_views, what_is_shared_is_not_for_the_contacts_of_clients)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner, contact;
	char body[128];
	log_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "owner", NULL, &owner);
	log_world_contact(&world.api, &world.api.tenant, &world.clients[0], &contact);
	snprintf(body, sizeof body, "{\"query\":\"client=%s\",\"shared\":true}", world.clients[1].text);
	cr_assert(put(&world, owner.token, "watched", body, &answer) == 200, "%s", answer.body);
	cr_assert(list(&world, world.people[0].token, &answer) == 1, "a colleague sees it");
	cr_assert(list(&world, contact.token, &answer) == 0, "it names another client: %s", answer.body);
	cr_assert(
		put(&world, contact.token, "ours", "{\"query\":\"a=b\"}", &answer) == 200, "%s", answer.body);
	cr_assert(list(&world, contact.token, &answer) == 1, "%s", answer.body);
	cr_assert(json_is_false(api_member(&answer, "items/0/shared")), "what they saved themselves");
}
