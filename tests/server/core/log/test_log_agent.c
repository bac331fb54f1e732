/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader of the log learns of the device that an event came from. */
#include "server/core/log/log_agent.h"

#include "tests/server/log_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define PHONE                                                                                                \
	"Mozilla/5.0 (Linux; Android 13; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 " \
	"Mobile Safari/537.36"

static void open_rules(struct log_world *world)
{
	log_world_must(agent_open("/usr/share/uap-core/regexes.yaml", &world->api.server.agents));
}

static void close_rules(struct log_world *world)
{
	agent_close(world->api.server.agents);
	world->api.server.agents = NULL;
}

/* An event of an assistant for the first client, from this user agent; its path. */
static void post(struct log_world *world, const char *user_agent, char path[static 64])
{
	char body[2048];
	scoped(api_answer) answer = {0};
	snprintf(body, sizeof body,
		"{\"action\":\"record.viewed\",\"actor\":{\"person\":\"%s\"},\"client\":\"rosa\","
		"\"object\":{\"type\":\"record\",\"id\":\"7\"},\"purpose\":\"a test\","
		"\"device\":{\"id\":\"d1\",\"ip\":\"203.0.113.9\",\"user_agent\":\"%s\"}}",
		world->people[0].text, user_agent);
	cr_assert(api_call(&world->api, "POST", "/v1/events", world->api.tenant.token, body, &answer) == 201,
		"%s", answer.body);
	snprintf(path, 64, "/v1/events/%s", api_text(&answer, "id"));
}

static void read_as(struct log_world *world, const char *token, const char *path, struct api_answer *answer)
{
	cr_assert(api_call(&world->api, "GET", path, token, NULL, answer) == 200, "%s", answer->body);
}

Test(log_agent, who_sees_the_user_agent_sees_what_it_says)
{
	char path[64];
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	open_rules(&world);
	post(&world, PHONE, path);
	read_as(&world, world.api.tenant.token, path, &answer);
	cr_assert(api_has(&answer, "device/user_agent", PHONE), "%s", answer.body);
	cr_assert(api_has(&answer, "device/browser", "Chrome Mobile 126"), "%s", answer.body);
	cr_assert(api_has(&answer, "device/system", "Android 13"), "%s", answer.body);
	cr_assert(api_has(&answer, "device/brand", "Samsung") && api_has(&answer, "device/kind", "phone"));
	read_as(&world, world.api.tenant.token, "/v1/events?action=record.viewed", &answer);
	cr_assert(api_has(&answer, "items/0/device/kind", "phone"), "%s", answer.body);
	close_rules(&world);
}

Test(log_agent, a_client_sees_the_kind_of_device_and_nothing_else_of_it)
{
	char path[64];
	struct api_person contact;
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	open_rules(&world);
	log_world_contact(&world.api, &world.api.tenant, &world.clients[0], &contact);
	post(&world, PHONE, path);
	read_as(&world, contact.token, path, &answer);
	cr_assert(api_has(&answer, "device/kind", "phone"), "%s", answer.body);
	cr_assert(json_object_size(api_member(&answer, "device")) == 1, "%s", answer.body);
	cr_assert(api_has(&answer, "withheld/0", "actor"), "%s", answer.body);
	static const char *const HIDDEN[] = {
		"203.0.113.9", "\"d1\"", "Chrome", "Android", "Samsung", "Mozilla"};
	for (size_t i = 0; i < sizeof HIDDEN / sizeof HIDDEN[0]; i++)
		cr_assert(!strstr(answer.body, HIDDEN[i]), "%s in %s", HIDDEN[i], answer.body);
	close_rules(&world);
}

Test(log_agent, without_rules_an_event_shows_only_what_was_said)
{
	char path[64];
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	post(&world, PHONE, path);
	read_as(&world, world.api.tenant.token, path, &answer);
	cr_assert(api_has(&answer, "device/user_agent", PHONE), "%s", answer.body);
	cr_assert(!api_member(&answer, "device/browser") && !api_member(&answer, "device/kind"), "%s",
		answer.body);
	struct health health = {0};
	world.api.server.health = &health;
	read_as(&world, world.api.tenant.token, "/readyz", &answer);
	cr_assert(strstr(answer.body, "there are no rules for user agents"), "%s", answer.body);
}

Test(log_agent, posting_never_reads_the_rules)
{
	char path[64];
	scoped(log_world) world = {0};
	log_world_open(&world);
	open_rules(&world);
	post(&world, PHONE, path);
	cr_assert(agent_state(world.api.server.agents) == AGENT_UNREAD);
	close_rules(&world);
}

Test(log_agent, who_has_spent_the_time_of_a_page_learns_only_what_is_in_the_cache)
{
	struct server server = {0};
	struct log_agent agent;
	struct event_read event = {.texts = {[LEAF_TEXT_USER_AGENT] = SPAN_LIT("curl/8.0")}};
	log_world_must(agent_open("/usr/share/uap-core/regexes.yaml", &server.agents));
	log_agent_read(&server, &event, 0, &agent);
	cr_assert(!agent.known);
	log_agent_read(&server, &event, INT64_MAX, &agent);
	cr_assert(agent.known && agent.agent.kind == AGENT_KIND_BOT);
	log_agent_read(&server, &event, 0, &agent);
	cr_assert(agent.known && agent.agent.kind == AGENT_KIND_BOT);
	agent_close(server.agents);
}
