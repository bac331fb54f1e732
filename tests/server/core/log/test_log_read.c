/* SPDX-License-Identifier: Apache-2.0 */
/* What is found, by whom, and how much of it is shown. */
#include "server/core/log/log_read.h"

#include "base/timestamp.h"
#include "tests/server/log_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 60, EVENTS = 150, QUERY_MAX = 2048 };

/* ---- an oracle: every event that was returned, compared one by one ---- */

struct picked {
	char query[QUERY_MAX];
	const char *classes[3], *actions[3], *outcomes[3];
	const struct api_person *actors[3];
	const struct log_client *clients[3];
	size_t class_count, action_count, outcome_count, actor_count, client_count;
	char from[TIMESTAMP_TEXT + 1], to[TIMESTAMP_TEXT + 1];
	bool oldest_first;
};

static void add(struct picked *picked, const char *name, const char *value)
{
	size_t len = strlen(picked->query);
	snprintf(picked->query + len, sizeof picked->query - len, "&%s=%s", name, value);
}

static void pick_words(struct picked *picked, struct dice *dice)
{
	static const char *const CLASSES[] = {
		"record", "export", "login", "delete", "edit", "log", "staff", "payment"};
	static const char *const ACTIONS[] = {
		"record.viewed", "login.failed", "record.deleted", "handover.approved"};
	static const char *const OUTCOMES[] = {"success", "denied", "failed"};
	for (size_t i = dice_below(dice, 3); i > 0; i--) {
		picked->classes[picked->class_count] = CLASSES[dice_below(dice, 8)];
		add(picked, "class", picked->classes[picked->class_count++]);
	}
	for (size_t i = dice_below(dice, 4) == 0 ? 2 : 0; i > 0; i--) {
		picked->actions[picked->action_count] = ACTIONS[dice_below(dice, 3)];
		add(picked, "action", picked->actions[picked->action_count++]);
	}
	for (size_t i = dice_below(dice, 3); i > 0; i--) {
		picked->outcomes[picked->outcome_count] = OUTCOMES[dice_below(dice, 3)];
		add(picked, "outcome", picked->outcomes[picked->outcome_count++]);
	}
}

static void pick_names(struct picked *picked, struct dice *dice, const struct log_world *world)
{
	for (size_t i = dice_below(dice, 3); i > 0; i--) {
		picked->actors[picked->actor_count] = &world->people[dice_below(dice, LOG_PEOPLE)];
		add(picked, "actor", picked->actors[picked->actor_count++]->text);
	}
	for (size_t i = dice_below(dice, 3); i > 0; i--) {
		const struct log_client *client = &world->clients[dice_below(dice, LOG_CLIENTS)];
		picked->clients[picked->client_count++] = client;
		add(picked, "client", dice_below(dice, 2) ? client->text : client->ref);
	}
}

static void pick_times(struct picked *picked, struct dice *dice)
{
	int64_t from = clock_now().ms - (int64_t)dice_below(dice, 3600000);
	int64_t to = from + (int64_t)dice_below(dice, 3600000);
	if (dice_below(dice, 3) == 0) {
		timestamp_print((struct instant){from}, picked->from);
		add(picked, "from", picked->from);
	}
	if (dice_below(dice, 3) == 0) {
		timestamp_print((struct instant){to}, picked->to);
		add(picked, "to", picked->to);
	}
	picked->oldest_first = dice_below(dice, 2);
	add(picked, "order", picked->oldest_first ? "asc" : "desc");
}

static const char *text_at(const json_t *event, const char *name, const char *inner)
{
	const json_t *value = json_object_get(event, name);
	const char *text = json_string_value(inner ? json_object_get(value, inner) : value);
	return text ? text : "";
}

static bool is_in_class(const json_t *event, const char *word)
{
	enum action_class class;
	const struct action_row *row = action_by_name(span_text(text_at(event, "action", NULL)));
	return row && action_class_find(span_text(word), &class) && action_in_class(row, class);
}

static bool fits_words(const struct picked *picked, const json_t *event)
{
	bool class = picked->class_count == 0, action = picked->action_count == 0,
	     outcome = picked->outcome_count == 0;
	for (size_t i = 0; i < picked->class_count; i++)
		class = class || is_in_class(event, picked->classes[i]);
	for (size_t i = 0; i < picked->action_count; i++)
		action = action || strcmp(text_at(event, "action", NULL), picked->actions[i]) == 0;
	for (size_t i = 0; i < picked->outcome_count; i++)
		outcome = outcome || strcmp(text_at(event, "outcome", NULL), picked->outcomes[i]) == 0;
	return class && action && outcome;
}

static bool fits(const struct picked *picked, const json_t *event)
{
	bool actor = picked->actor_count == 0, client = picked->client_count == 0;
	const char *time = text_at(event, "time", NULL);
	for (size_t i = 0; i < picked->actor_count; i++)
		actor = actor || strcmp(text_at(event, "actor", "person"), picked->actors[i]->text) == 0;
	for (size_t i = 0; i < picked->client_count; i++)
		client = client || strcmp(text_at(event, "client", "id"), picked->clients[i]->text) == 0;
	return actor && client && fits_words(picked, event) &&
		(!picked->from[0] || strcmp(time, picked->from) >= 0) &&
		(!picked->to[0] || strcmp(time, picked->to) < 0);
}

/* Events that came after `all` was taken are not compared. */
static void compare(const struct picked *picked, const json_t *all, const json_t *found)
{
	size_t count = json_array_size(all), at = 0;
	for (size_t i = 0; i < count; i++) {
		const json_t *event = json_array_get(all, picked->oldest_first ? i : count - 1 - i);
		if (!fits(picked, event))
			continue;
		while (json_integer_value(json_object_get(json_array_get(found, at), "index")) >=
			(json_int_t)count)
			at++;
		cr_assert(json_equal(event, json_array_get(found, at++)), "%s lacks %s", picked->query,
			text_at(event, "id", NULL));
	}
	for (; at < json_array_size(found); at++)
		cr_assert(json_integer_value(json_object_get(json_array_get(found, at), "index")) >=
				(json_int_t)count,
			"%s has one too many", picked->query);
}

static void compare_many(struct log_world *world, struct dice *dice)
{
	json_t *all = log_world_list(world, world->api.tenant.token, "&order=asc", 500);
	for (size_t i = 0; i < ROUNDS; i++) {
		struct picked picked = {0};
		if (dice_below(dice, 4))
			pick_words(&picked, dice);
		if (dice_below(dice, 4))
			pick_names(&picked, dice, world);
		pick_times(&picked, dice);
		json_t *found = log_world_list(
			world, world->api.tenant.token, picked.query, 1 + (unsigned)dice_below(dice, 40));
		compare(&picked, all, found);
		json_decref(found);
	}
	json_decref(all);
}

Test(log_read, finds_by_any_filters_together_what_comparing_every_event_finds)
{
	scoped(log_world) world = {0};
	struct dice dice = {71};
	log_world_open(&world);
	log_world_fill(&world, &dice, EVENTS);
	compare_many(&world, &dice);
	log_world_fold(&world);
	log_world_fill(&world, &dice, EVENTS / 3);
	compare_many(&world, &dice);
	log_world_fold(&world);
	compare_many(&world, &dice);
}

Test(log_read, finds_by_each_filter_alone)
{
	static const char *const QUERIES[] = {"&class=delete", "&action=login.failed", "&outcome=denied",
		"&client=rosa", "&class=record&class=login"};
	scoped(log_world) world = {0};
	struct dice dice = {5};
	log_world_open(&world);
	log_world_fill(&world, &dice, 80);
	json_t *all = log_world_list(&world, world.api.tenant.token, "&order=asc", 500);
	struct picked picked[5] = {{.classes = {"delete"}, .class_count = 1},
		{.actions = {"login.failed"}, .action_count = 1},
		{.outcomes = {"denied"}, .outcome_count = 1},
		{.clients = {&world.clients[0]}, .client_count = 1},
		{.classes = {"record", "login"}, .class_count = 2}};
	for (size_t i = 0; i < 5; i++) {
		json_t *found = log_world_list(&world, world.api.tenant.token, QUERIES[i], 9);
		snprintf(picked[i].query, sizeof picked[i].query, "%s", QUERIES[i]);
		cr_assert(json_array_size(found) > 0, "%s finds something", QUERIES[i]);
		compare(&picked[i], all, found);
		json_decref(found);
	}
	json_decref(all);
}

Test(log_read, answers_an_empty_list_for_a_name_that_nobody_has)
{
	static const char *const QUERIES[] = {"actor=nobody", "client=nobody",
		"actor=per_01h455vb4pex5vsknk084sn02q", "client=per_01h455vb4pex5vsknk084sn02q",
		"actor=a%26b"};
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	for (size_t i = 0; i < 5; i++) {
		char path[256];
		uint64_t size = log_world_size(&world);
		snprintf(path, sizeof path, "/v1/events?%s", QUERIES[i]);
		cr_assert(api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &answer) == 200,
			"%s", path);
		cr_assert(json_array_size(api_member(&answer, "items")) == 0, "%s finds nothing", path);
		cr_assert(json_is_null(api_member(&answer, "next")), "and there is no more");
		cr_assert(json_is_true(api_member(&answer, "scanned/complete")), "all was looked through");
		cr_assert(json_integer_value(api_member(&answer, "scanned/from")) == 0, "from the first");
		cr_assert((uint64_t)json_integer_value(api_member(&answer, "scanned/to")) == size - 1,
			"to the last before its own log.viewed");
	}
}

/* ---- cursors ---- */

static json_int_t index_of(const json_t *event)
{
	return json_integer_value(json_object_get(event, "index"));
}

/* Pages of three, with an event or a fold between two of them; every old event is there, in order, once. */
static void walk(struct log_world *world, const char *order)
{
	scoped(api_answer) answer = {0};
	char path[QUERY_MAX], id[ID_TEXT + 1];
	bool down = strcmp(order, "desc") == 0;
	json_int_t expected = down ? -1 : 0;
	snprintf(path, sizeof path, "/v1/events?limit=3&order=%s", order);
	json_int_t size = (json_int_t)log_world_size(world);
	for (unsigned page = 0;; page++) {
		cr_assert(api_call(&world->api, "GET", path, world->api.tenant.token, NULL, &answer) == 200,
			"a page");
		const json_t *items = api_member(&answer, "items");
		if (down && page == 0)
			expected = index_of(json_array_get(items, 0));
		for (size_t i = 0; i < json_array_size(items); i++, expected += down ? -1 : 1)
			cr_assert(index_of(json_array_get(items, i)) == expected, "no gap, nothing twice");
		const char *next = json_string_value(api_member(&answer, "next"));
		if (!next)
			break;
		snprintf(path, sizeof path, "/v1/events?limit=3&order=%s&cursor=%s", order, next);
		if (page < 6)
			log_world_post(world, "record.viewed", &world->people[0], NULL, NULL, id);
		if (page == 3)
			log_world_fold(world);
	}
	cr_assert(down ? expected == -1 : expected >= size + 6, "to the very end");
}

Test(log_read, walks_to_the_end_by_cursors_while_events_arrive_and_are_folded)
{
	scoped(log_world) world = {0};
	struct dice dice = {9};
	log_world_open(&world);
	log_world_fill(&world, &dice, 25);
	walk(&world, "desc");
	walk(&world, "asc");
}

Test(log_read, refuses_a_cursor_of_another_list_reader_or_tenant)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	struct api_person auditor;
	char path[QUERY_MAX];
	log_world_open(&world);
	api_world_tenant(&world.api, &other);
	api_world_person(&world.api, &world.api.tenant, "auditor", NULL, &auditor);
	api_call(&world.api, "GET", "/v1/events?limit=1&class=staff", world.api.tenant.token, NULL, &answer);
	char *cursor = strdup(api_text(&answer, "next"));
	static const char *const OTHERS[] = {
		"class=policy", "class=staff&order=asc", "class=staff&actor=x", "order=desc"};
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "/v1/events?limit=1&%s&cursor=%s", OTHERS[i], cursor);
		api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &answer);
		cr_assert(api_is_code(&answer, 400, "cursor_invalid"), "%s", path);
	}
	snprintf(path, sizeof path, "/v1/events?limit=7&class=staff&cursor=%s", cursor);
	cr_assert(api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &answer) == 200,
		"its own list, any limit");
	api_call(&world.api, "GET", path, other.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 400, "cursor_invalid"), "another tenant");
	api_call(&world.api, "GET", path, auditor.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 400, "cursor_invalid"), "another reader");
	api_call(&world.api, "GET", "/v1/events?cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		world.api.tenant.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 400, "cursor_invalid"), "made up");
	free(cursor);
}

/* ---- one event ---- */

Test(log_read, shows_one_event_in_full_to_the_whole_tenants_reader)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	char id[ID_TEXT + 1], path[128];
	log_world_open(&world);
	log_world_post(&world, "export.completed", &world.people[0], &world.clients[0], "denied", id);
	snprintf(path, sizeof path, "/v1/events/%s", id);
	for (unsigned folded = 0; folded < 2; folded++) {
		cr_assert(api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &answer) == 200,
			"it is there");
		cr_assert(
			api_has(&answer, "id", id) && api_has(&answer, "action", "export.completed"), "what");
		cr_assert(api_has(&answer, "class", "export") && api_has(&answer, "severity", "warning"),
			"how grave");
		cr_assert(json_is_true(api_member(&answer, "critical")) &&
				api_has(&answer, "source", "application"),
			"says who");
		cr_assert(api_has(&answer, "actor/person", world.people[0].text), "who");
		cr_assert(api_has(&answer, "actor/name", "Ivana Petrova") &&
				api_has(&answer, "actor/roles/0", "assistant"),
			"name");
		cr_assert(api_has(&answer, "client/id", world.clients[0].text) &&
				api_has(&answer, "client/ref", "rosa"),
			"for");
		cr_assert(api_has(&answer, "client/name", "Salon Rosa") &&
				api_has(&answer, "outcome", "denied"),
			"whom");
		cr_assert(api_has(&answer, "object/id", "77") && api_has(&answer, "purpose", "for a test"),
			"on what, why");
		cr_assert(api_has(&answer, "device/ip", "203.0.113.9") && api_has(&answer, "device/id", "d1"),
			"from where");
		cr_assert(!api_member(&answer, "withheld") && !api_member(&answer, "erased"),
			"nothing is missing");
		log_world_fold(&world);
	}
}

Test(log_read, gives_no_event_of_another_tenant_and_none_that_is_not_there)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	char id[ID_TEXT + 1], path[128];
	log_world_open(&world);
	api_world_tenant(&world.api, &other);
	log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, id);
	for (unsigned folded = 0; folded < 2; folded++) {
		snprintf(path, sizeof path, "/v1/events/%s", id);
		api_call(&world.api, "GET", path, other.token, NULL, &answer);
		cr_assert(api_is_code(&answer, 404, "not_found"), "another tenant's");
		snprintf(path, sizeof path, "/v1/events/%s/proof", id);
		api_call(&world.api, "GET", path, other.token, NULL, &answer);
		cr_assert(api_is_code(&answer, 404, "not_found"), "nor its proof");
		log_world_fold(&world);
	}
	api_call(&world.api, "GET", "/v1/events/evt_01h455vb4pex5vsknk084sn02q", other.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 404, "not_found"), "made up");
	api_call(&world.api, "GET", "/v1/events/evt_00000000000000000000000000", other.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 404, "not_found"), "the id of nothing");
	api_call(&world.api, "GET", "/v1/events/77", other.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 404, "not_found"), "no id");
}

Test(log_read, tells_which_part_was_erased_and_keeps_the_rest)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	char id[ID_TEXT + 1], path[128];
	log_world_open(&world);
	log_world_post(&world, "record.viewed", &world.people[0], &world.clients[0], NULL, id);
	const struct subject person = {SUBJECT_PERSON, world.people[0].id};
	log_world_must(keeper_drop_subject(world.api.server.keeper, world.api.tenant.id, &person));
	snprintf(path, sizeof path, "/v1/events/%s", id);
	cr_assert(api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &answer) == 200,
		"it is there");
	cr_assert(
		api_has(&answer, "erased/0", "actor") && json_array_size(api_member(&answer, "erased")) == 1,
		"named");
	cr_assert(api_has(&answer, "actor/person", world.people[0].text), "the id stays");
	cr_assert(!api_member(&answer, "actor/name") && !api_member(&answer, "device"), "the person is gone");
	cr_assert(api_has(&answer, "object/label", "Card"), "the client's part stays");
}

/* ---- scopes ---- */

Test(log_read, shows_an_assistant_only_her_own_acts_and_none_of_the_clients_words)
{
	scoped(log_world) world = {0};
	struct dice dice = {3};
	log_world_open(&world);
	log_world_fill(&world, &dice, 60);
	json_t *own = log_world_list(&world, world.people[1].token, "", 11);
	cr_assert(json_array_size(own) > 5, "there are some");
	for (size_t i = 0; i < json_array_size(own); i++) {
		const json_t *event = json_array_get(own, i);
		cr_assert(strcmp(text_at(event, "actor", "person"), world.people[1].text) == 0, "hers");
		cr_assert(!json_object_get(json_object_get(event, "client"), "name"),
			"the client's name is withheld");
		bool of_client = json_object_get(event, "client") != NULL;
		const json_t *withheld = json_object_get(event, "withheld");
		cr_assert(of_client == (json_array_size(withheld) == 1), "what is withheld is named");
		cr_assert(!of_client || !json_object_get(event, "purpose"), "the client's part is closed");
		cr_assert(json_object_get(event, "device") != NULL, "her own part is open");
	}
	json_decref(own);
	char query[128];
	snprintf(query, sizeof query, "&actor=%s", world.people[0].text);
	json_t *others = log_world_list(&world, world.people[1].token, query, 11);
	cr_assert(json_array_size(others) == 0, "asking for another's finds nothing");
	json_decref(others);
	snprintf(query, sizeof query, "&actor=%s&actor=%s", world.people[0].text, world.people[1].text);
	others = log_world_list(&world, world.people[1].token, query, 500);
	for (size_t i = 0; i < json_array_size(others); i++)
		cr_assert(strcmp(text_at(json_array_get(others, i), "actor", "person"),
				  world.people[1].text) == 0,
			"hers");
	json_decref(others);
}

Test(log_read, an_event_out_of_reach_is_as_one_that_is_not_there_and_goes_on_record)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	char id[ID_TEXT + 1], path[128];
	log_world_open(&world);
	log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, id);
	snprintf(path, sizeof path, "/v1/events/%s", id);
	cr_assert(api_call(&world.api, "GET", path, world.people[0].token, NULL, &answer) == 200, "her own");
	size_t before = api_count_events(&world.api, world.api.tenant.id, ACTION_ACCESS_DENIED);
	api_call(&world.api, "GET", path, world.people[1].token, NULL, &answer);
	cr_assert(api_is_code(&answer, 404, "not_found"), "another's");
	cr_assert(api_count_events(&world.api, world.api.tenant.id, ACTION_ACCESS_DENIED) == before + 1,
		"on record");
	api_call(&world.api, "GET", "/v1/events/evt_01h455vb4pex5vsknk084sn02q", world.people[2].token, NULL,
		&answer);
	cr_assert(api_is_code(&answer, 404, "not_found"), "made up");
	cr_assert(api_count_events(&world.api, world.api.tenant.id, ACTION_ACCESS_DENIED) == before + 2,
		"the same way");
}

Test(log_read, shows_a_client_their_own_part_but_no_address_and_no_ref_of_who_acted)
{
	scoped(log_world) world = {0};
	struct dice dice = {8};
	struct api_person contact;
	size_t mine = 0;
	log_world_open(&world);
	log_world_contact(&world.api, &world.api.tenant, &world.clients[0], &contact);
	log_world_fill(&world, &dice, 60);
	json_t *all = log_world_list(&world, world.api.tenant.token, "&client=rosa", 500);
	json_t *seen = log_world_list(&world, contact.token, "", 7);
	mine = json_array_size(seen);
	cr_assert(mine > 5 && mine == json_array_size(all), "all of theirs and no others");
	for (size_t i = 0; i < mine; i++) {
		const json_t *event = json_array_get(seen, i);
		cr_assert(strcmp(text_at(event, "client", "id"), world.clients[0].text) == 0, "theirs");
		cr_assert(strcmp(text_at(event, "client", "name"), "Salon Rosa") == 0, "by name");
		cr_assert(strcmp(text_at(event, "purpose", NULL), "for a test") == 0, "their part is open");
		cr_assert(strcmp(text_at(event, "actor", "name"), "Ivana Petrova") == 0,
			"who acted has a name");
		cr_assert(!json_object_get(event, "device") && json_object_get(event, "withheld"),
			"but no address");
	}
	json_decref(all);
	json_decref(seen);
	seen = log_world_list(&world, contact.token, "&client=lindgren", 7);
	cr_assert(json_array_size(seen) == 0, "another client's are not there");
	json_decref(seen);
}

static size_t count_class(const json_t *events, const char *class, const char *but)
{
	size_t count = 0;
	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *event = json_array_get(events, i);
		count += strcmp(text_at(event, "class", NULL), class) == 0 &&
			strcmp(text_at(event, "actor", "person"), but) != 0;
	}
	return count;
}

Test(log_read, what_administrators_do_needs_a_right_of_its_own)
{
	scoped(log_world) world = {0};
	struct dice dice = {13};
	struct api_person hq, auditor;
	log_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "hq", NULL, &hq);
	api_world_person(&world.api, &world.api.tenant, "auditor", NULL, &auditor);
	log_world_fill(&world, &dice, 40);
	json_decref(log_world_list(&world, world.people[0].token, "", 500));
	json_decref(log_world_list(&world, hq.token, "", 500));
	json_decref(log_world_list(&world, auditor.token, "", 500));
	json_t *some = log_world_list(&world, hq.token, "", 4);
	json_t *whole = log_world_list(&world, auditor.token, "", 4);
	cr_assert(count_class(some, "staff", "nobody") == 0 && count_class(some, "log", hq.text) == 0,
		"none of theirs");
	cr_assert(count_class(some, "log", "nobody") > 0, "but her own reading");
	cr_assert(count_class(some, "record", "nobody") > 0 &&
			count_class(some, "record", "nobody") == count_class(whole, "record", "nobody"),
		"and all that is work");
	cr_assert(count_class(whole, "staff", "nobody") > 0 && count_class(whole, "log", auditor.text) > 0,
		"an auditor sees all");
	json_decref(some);
	json_decref(whole);
	some = log_world_list(&world, hq.token, "&class=staff", 5);
	cr_assert(json_array_size(some) == 0, "asking for it does not help");
	json_decref(some);
}

Test(log_read, is_refused_without_a_role_or_a_scope_that_allows_it_and_that_is_an_event)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person nobody;
	struct api_application writer;
	log_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, NULL, NULL, &nobody);
	api_world_application(&world.api, &world.api.tenant, SCOPE_BIT(EVENTS_WRITE), &writer);
	size_t before = api_count_events(&world.api, world.api.tenant.id, ACTION_ACCESS_DENIED);
	api_call(&world.api, "GET", "/v1/events", nobody.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"), "no role");
	api_call(&world.api, "GET", "/v1/events", writer.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"), "no scope");
	cr_assert(api_count_events(&world.api, world.api.tenant.id, ACTION_ACCESS_DENIED) == before + 2,
		"on record");
	cr_assert(api_call(&world.api, "GET", "/v1/events", NULL, NULL, &answer) == 401, "no token");
	cr_assert(api_call(&world.api, "GET", "/v1/events", world.api.operator, NULL, &answer) == 403,
		"the operator neither");
}
