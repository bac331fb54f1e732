/* SPDX-License-Identifier: Apache-2.0 */
/* Which alerts are open, who says what they were, and who may not. */
#include "server/core/log/alerts.h"

#include "tests/server/log_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { PATH = 160 };

static size_t list(struct log_world *world, const char *query, const char *token, struct api_answer *answer)
{
	char path[PATH];
	snprintf(path, sizeof path, "/v1/alerts%s", query);
	cr_assert(
		api_call(&world->api, "GET", path, token, NULL, answer) == 200, "%s: %s", path, answer->body);
	return json_array_size(api_member(answer, "items"));
}

static int settle(struct log_world *world, const char *id, const char *token, const char *body,
	struct api_answer *answer)
{
	char path[PATH];
	snprintf(path, sizeof path, "/v1/alerts/%s/acknowledge", id);
	return api_call(&world->api, "POST", path, token, body, answer);
}

static void post_alert(struct log_world *world, unsigned person, char id[static ID_TEXT + 1])
{
	log_world_post(world, "payment.deleted", &world->people[person], &world->clients[0], NULL, id);
}

Test(alerts, an_alert_is_open_until_it_was_seen_and_closed_with_a_verdict)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	char id[ID_TEXT + 1], other[ID_TEXT + 1];
	log_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "owner", NULL, &owner);
	post_alert(&world, 0, id);
	log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, other);
	for (unsigned folded = 0; folded < 2; folded++) {
		cr_assert(list(&world, "", owner.token, &answer) == 1, "%s", answer.body);
		cr_assert(api_has(&answer, "items/0/id", id) && api_has(&answer, "items/0/state", "open"),
			"it");
		cr_assert(!api_member(&answer, "items/0/settled"), "nobody has said anything");
		log_world_fold(&world);
	}
	cr_assert(settle(&world, id, owner.token, "{}", &answer) == 200, "%s", answer.body);
	cr_assert(api_has(&answer, "state", "acknowledged"), "%s", answer.body);
	cr_assert(list(&world, "?state=open", owner.token, &answer) == 0, "not open any more");
	cr_assert(list(&world, "?state=closed", owner.token, &answer) == 1, "%s", answer.body);
	cr_assert(api_has(&answer, "items/0/settled/by", owner.text), "by whom");
	cr_assert(api_has(&answer, "items/0/settled/by_name", "Ivana Petrova"), "called");
	const char *body = "{\"verdict\":\"benign\",\"note\":\"the yearly stocktaking\"}";
	cr_assert(settle(&world, id, owner.token, body, &answer) == 200, "%s", answer.body);
	list(&world, "?state=closed", owner.token, &answer);
	cr_assert(api_has(&answer, "items/0/state", "closed"), "%s", answer.body);
	cr_assert(api_has(&answer, "items/0/settled/verdict", "benign"), "what it was");
	cr_assert(api_has(&answer, "items/0/settled/note", "the yearly stocktaking"), "why");
	cr_assert(settle(&world, id, owner.token, body, &answer) == 409, "once");
	cr_assert(settle(&world, id, owner.token, "{}", &answer) == 409, "and not seen after it was closed");
}

Test(alerts, what_was_said_is_on_record)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(arena) arena = ARENA(1024 * 1024);
	struct event_read event;
	char id[ID_TEXT + 1], text[ID_TEXT + 1];
	log_world_open(&world);
	post_alert(&world, 0, id);
	settle(&world, id, world.api.tenant.token, "{}", &answer);
	settle(&world, id, world.api.tenant.token, "{\"verdict\":\"false\",\"note\":\"a test\"}", &answer);
	cr_assert(answer.status == 200, "%s", answer.body);
	cr_assert(api_count_events(&world.api, world.api.tenant.id, ACTION_ALERT_ACKNOWLEDGED) == 1, "seen");
	api_find_event(&world.api, world.api.tenant.id, ACTION_ALERT_CLOSED, &arena, &event);
	ids_print(ID_EVENT, event.leaf.ids[LEAF_ID_OBJECT], text);
	cr_assert(strcmp(text, id) == 0, "about that event");
	const struct span detail = event.texts[LEAF_TEXT_DETAIL];
	cr_assert(memmem(detail.at, detail.len, "\"verdict\":\"false\"", 17) != NULL, "what");
	cr_assert(memmem(detail.at, detail.len, "a test", 6) != NULL, "why");
}

Test(alerts, nobody_says_what_an_alert_about_their_own_doing_was)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner, partner;
	char id[ID_TEXT + 1];
	log_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "owner", NULL, &owner);
	api_world_person(&world.api, &world.api.tenant, "owner", NULL, &partner);
	log_world_post(&world, "payment.deleted", &owner, NULL, NULL, id);
	cr_assert(settle(&world, id, owner.token, "{\"verdict\":\"benign\"}", &answer) == 403, "%s",
		answer.body);
	cr_assert(list(&world, "", partner.token, &answer) == 1, "it stays open");
	cr_assert(settle(&world, id, owner.token, "{}", &answer) == 200, "that it was seen may be said");
	cr_assert(settle(&world, id, partner.token, "{\"verdict\":\"true\"}", &answer) == 200,
		"by another one");
}

Test(alerts, are_for_who_reads_the_whole_log)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	struct api_person contact;
	struct api_application reader;
	char id[ID_TEXT + 1];
	log_world_open(&world);
	api_world_tenant(&world.api, &other);
	log_world_contact(&world.api, &world.api.tenant, &world.clients[0], &contact);
	api_world_application(&world.api, &world.api.tenant, SCOPE_BIT(EVENTS_READ), &reader);
	post_alert(&world, 0, id);
	cr_assert(api_call(&world.api, "GET", "/v1/alerts", world.people[0].token, NULL, &answer) == 403,
		"staff");
	cr_assert(api_call(&world.api, "GET", "/v1/alerts", contact.token, NULL, &answer) == 403, "a client");
	cr_assert(settle(&world, id, world.people[1].token, "{}", &answer) == 403, "staff");
	cr_assert(settle(&world, id, contact.token, "{}", &answer) == 403, "a client");
	cr_assert(settle(&world, id, reader.token, "{}", &answer) == 403, "a program that only reads");
	cr_assert(settle(&world, id, other.token, "{}", &answer) == 404, "another tenant");
	cr_assert(list(&world, "", other.token, &answer) == 0, "sees none");
	cr_assert(list(&world, "", reader.token, &answer) == 1, "nothing was settled");
}

Test(alerts, what_is_no_alert_or_not_there_can_not_be_settled)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	char id[ID_TEXT + 1];
	log_world_open(&world);
	const char *token = world.api.tenant.token;
	log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, id);
	cr_assert(settle(&world, id, token, "{}", &answer) == 409, "%s", answer.body);
	cr_assert(settle(&world, "evt_01h455vb4pex5vsknk084sn02q", token, "{}", &answer) == 404, "made up");
	cr_assert(settle(&world, "77", token, "{}", &answer) == 404, "no id");
	post_alert(&world, 0, id);
	cr_assert(settle(&world, id, token, "{\"verdict\":\"maybe\"}", &answer) == 422, "another word");
	cr_assert(settle(&world, id, token, "{\"note\":7}", &answer) == 422, "no text");
	cr_assert(settle(&world, id, token, "{\"more\":1}", &answer) == 422, "a stranger");
	cr_assert(
		api_call(&world.api, "GET", "/v1/alerts?state=half", token, NULL, &answer) == 422, "a state");
}

Test(alerts, a_list_goes_page_by_page_newest_first_and_reading_it_is_an_event)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	char ids[5][ID_TEXT + 1], query[PATH];
	log_world_open(&world);
	const char *token = world.api.tenant.token;
	for (unsigned i = 0; i < 5; i++)
		post_alert(&world, i % LOG_PEOPLE, ids[i]);
	settle(&world, ids[3], token, "{}", &answer);
	cr_assert(list(&world, "?limit=3", token, &answer) == 3, "%s", answer.body);
	cr_assert(api_has(&answer, "items/0/id", ids[4]) && api_has(&answer, "items/1/id", ids[2]), "newest");
	snprintf(query, sizeof query, "?limit=3&cursor=%s", api_text(&answer, "next"));
	cr_assert(list(&world, query, token, &answer) == 1, "%s", answer.body);
	cr_assert(api_has(&answer, "items/0/id", ids[0]), "the oldest");
	cr_assert(json_is_null(api_member(&answer, "next")), "and no more");
	cr_assert(
		api_count_events(&world.api, world.api.tenant.id, ACTION_LOG_VIEWED) == 1, "two pages, once");
}
