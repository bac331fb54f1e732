/* SPDX-License-Identifier: Apache-2.0 */
/* Every filter together with every other, against comparing every event one by one; and what a filter must
 * not find. */
#include "server/core/log/log_filter.h"

#include "base/text.h"
#include "server/core/keeping/erasing.h"
#include "store/index/reword.h"
#include "tests/server/log_world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { BODY_MAX = 1 << 20, ROUNDS = 150, EVENTS = 120, PICKED_MAX = 3 };

static const char *const LABELS[] = {"Invoice 4711", "Salon Rosa, card", "caf\\u00e9 Str\\u00e4\\u00dfe",
	"ana.kovacs@example.org", "", "50% =cmd()", "\\u05e9\\u05dc\\u05d5\\u05dd \\u202e rtl"};
static const char *const AGENTS[] = {"Mozilla/5.0 (Windows NT 10.0) Chrome/126.0",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Safari/604.1", "curl/8.5.0"};
static const char *const ADDRESSES[] = {"203.0.113.9", "2001:db8::7", "198.51.100.1", "192.0.2.77"};
static const char *const COUNTRIES[] = {"SE", "FI", "HU"};
static const char *const KINDS[] = {"desktop", "phone", "tablet", "bot", "other", "unknown"};
static const char *const DEVICES[] = {"d1", "d2", "phone-1"};
static const char *const OBJECTS[] = {"77", "78", "a/77"};
static const char *const TYPES[] = {"card", "invoice"};
static const char *const SEARCHES[] = {"invoice", "4711 INVOICE", "rosa", "CAFE\xcc\x81", "strasse",
	"example.org", "kovacs", "chrome windows", "iphone", "203.0.113.9", "2001:DB8:0::7 rosa", "77",
	"nowhere", "cmd", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "card purpose2", "purpose1"};

#define ONE_OF(dice, array) ((array)[dice_below((dice), sizeof(array) / sizeof(array)[0])])

static void put_event(struct buf *json, struct dice *dice, const struct log_world *world)
{
	bool deletes = dice_below(dice, 3) == 0;
	size_t client = dice_below(dice, LOG_CLIENTS + 2);
	buf_printf(json, "{\"action\":\"%s\",\"actor\":{\"person\":\"%s\"},",
		deletes ? "record.deleted" : "record.viewed",
		world->people[dice_below(dice, LOG_PEOPLE)].text);
	if (dice_below(dice, 4) == 0)
		buf_printf(json, "\"in_place_of\":\"%s\",", world->people[dice_below(dice, LOG_PEOPLE)].text);
	if (client < LOG_CLIENTS)
		buf_printf(json, "\"client\":\"%s\",", world->clients[client].ref);
	if (deletes)
		buf_put_text(json, "\"detail\":{\"restorable_until\":\"2030-01-01T00:00:00Z\"},");
	const char *object = dice_below(dice, 4) ? ONE_OF(dice, OBJECTS) : world->clients[0].text;
	buf_printf(json, "\"object\":{\"type\":\"%s\",\"id\":\"%s\"", ONE_OF(dice, TYPES), object);
	const char *label = ONE_OF(dice, LABELS);
	if (*label)
		buf_printf(json, ",\"label\":\"%s\"", label);
	buf_printf(json, "},\"purpose\":\"purpose%zu\",", dice_below(dice, 3));
	buf_printf(json, "\"device\":{\"id\":\"%s\",\"ip\":\"%s\",\"user_agent\":\"%s\"}}\n",
		ONE_OF(dice, DEVICES), ONE_OF(dice, ADDRESSES), ONE_OF(dice, AGENTS));
}

static void fill(struct log_world *world, struct dice *dice, size_t count)
{
	scoped(api_answer) answer = {0};
	scoped(buf) json = BUF(BODY_MAX);
	for (size_t i = 0; i < count; i++)
		put_event(&json, dice, world);
	buf_put_u8(&json, 0);
	api_call(&world->api, "POST", "/v1/events:batch", world->api.tenant.token, (const char *)json.data,
		&answer);
	cr_assert(answer.status == 201, "%s", answer.body);
}

/* ---- the oracle ---- */

struct picked {
	const char *objects[PICKED_MAX], *devices[PICKED_MAX], *addresses[PICKED_MAX], *texts[PICKED_MAX],
		*severities[PICKED_MAX];
	const char *actors[PICKED_MAX], *in_place_of[PICKED_MAX], *clients[PICKED_MAX];
	const char *countries[PICKED_MAX], *kinds[PICKED_MAX];
	const char *critical, *order;
	unsigned limit;
	const struct picked *lacks; /* what events must not have; NULL: anything goes */
};

static const char *text_at(const json_t *event, const char *name, const char *inner)
{
	const json_t *value = json_object_get(event, name);
	const char *text = json_string_value(inner ? json_object_get(value, inner) : value);
	return text ? text : "";
}

static bool is_any(const char *const *values, const char *text)
{
	bool any = !values[0];
	for (size_t i = 0; i < PICKED_MAX && values[i]; i++)
		any = any || strcmp(values[i], text) == 0;
	return any;
}

/* Whether one text of the event has a word. */
static bool has_word(const char *text, struct span word, struct arena *arena)
{
	struct span rest, own;
	if (err_failed(text_fold(span_text(text), arena, &rest)))
		return false;
	while (text_next_word(&rest, &own))
		if (span_equal(own, word))
			return true;
	return false;
}

static bool event_has(const json_t *event, struct span word, struct arena *arena)
{
	static const char *const PLACES[][2] = {{"object", "label"}, {"object", "type"}, {"purpose", NULL},
		{"task", NULL}, {"device", "user_agent"}};
	const char *object = text_at(event, "object", "id");
	for (size_t i = 0; i < 5; i++)
		if (has_word(text_at(event, PLACES[i][0], PLACES[i][1]), word, arena))
			return true;
	/* An id of ours stands in clear and is no text. */
	return strncmp(object, "cli_", 4) != 0 && has_word(object, word, arena);
}

static bool fits_text(const json_t *event, const char *typed, struct arena *arena)
{
	struct span rest, chunk, word;
	cr_assert(!err_failed(text_fold(span_text(typed), arena, &rest)));
	while (span_cut(&rest, ' ', &chunk)) {
		struct words_address asked, own;
		words_address(chunk, &asked);
		words_address(span_text(text_at(event, "device", "ip")), &own);
		if (asked.numeric && strcmp(asked.text, own.text) != 0)
			return false;
		while (!asked.numeric && text_next_word(&chunk, &word))
			if (!event_has(event, word, arena))
				return false;
	}
	return true;
}

static bool fits_texts(const struct picked *picked, const json_t *event)
{
	scoped(arena) arena = ARENA(BODY_MAX);
	bool any = !picked->texts[0];
	for (size_t i = 0; i < PICKED_MAX && picked->texts[i]; i++)
		any = any || fits_text(event, picked->texts[i], &arena);
	return any;
}

static bool fits_object(const struct picked *picked, const json_t *event)
{
	char whole[256];
	snprintf(whole, sizeof whole, "%s/%s", text_at(event, "object", "type"),
		text_at(event, "object", "id"));
	bool own = strncmp(text_at(event, "object", "id"), "cli_", 4) != 0;
	return is_any(picked->objects, text_at(event, "object", "id")) ||
		(own && is_any(picked->objects, whole));
}

/* The word of its kind; "" without a device. */
static const char *kind_of(const json_t *event)
{
	const char *kind = text_at(event, "device", "kind");
	return *kind ? kind : *text_at(event, "device", "registry") ? "unknown" : "";
}

static bool fits(const struct picked *picked, const json_t *event)
{
	const char *critical = json_is_true(json_object_get(event, "critical")) ? "true" : "false";
	return is_any(picked->actors, text_at(event, "actor", "person")) &&
		is_any(picked->in_place_of, text_at(event, "in_place_of", "person")) &&
		is_any(picked->clients, text_at(event, "client", "id")) && fits_object(picked, event) &&
		is_any(picked->devices, text_at(event, "device", "id")) &&
		is_any(picked->addresses, text_at(event, "device", "ip")) &&
		is_any(picked->severities, text_at(event, "severity", NULL)) &&
		is_any(picked->countries, text_at(event, "device", "country")) &&
		is_any(picked->kinds, kind_of(event)) &&
		(!picked->critical || strcmp(picked->critical, critical) == 0) && fits_texts(picked, event);
}

/* Whether the event has what it must not have. */
static bool is_excluded(const struct picked *lacks, const json_t *event)
{
	return (lacks->actors[0] && is_any(lacks->actors, text_at(event, "actor", "person"))) ||
		(lacks->in_place_of[0] &&
			is_any(lacks->in_place_of, text_at(event, "in_place_of", "person"))) ||
		(lacks->clients[0] && is_any(lacks->clients, text_at(event, "client", "id"))) ||
		(lacks->objects[0] && fits_object(lacks, event)) ||
		(lacks->devices[0] && is_any(lacks->devices, text_at(event, "device", "id"))) ||
		(lacks->addresses[0] && is_any(lacks->addresses, text_at(event, "device", "ip"))) ||
		(lacks->severities[0] && is_any(lacks->severities, text_at(event, "severity", NULL))) ||
		(lacks->countries[0] && is_any(lacks->countries, text_at(event, "device", "country"))) ||
		(lacks->kinds[0] && is_any(lacks->kinds, kind_of(event))) ||
		(lacks->texts[0] && fits_texts(lacks, event));
}

static bool is_wanted(const struct picked *picked, const json_t *event)
{
	return fits(picked, event) && !(picked->lacks && is_excluded(picked->lacks, event));
}

/* ---- random questions ---- */

static size_t how_many(struct dice *dice)
{
	return dice_below(dice, 5) ? 0 : 1 + dice_below(dice, PICKED_MAX - 1);
}

static struct picked pick(struct dice *dice, const struct log_world *world)
{
	static const char *const SEVERITIES[] = {"info", "notice", "warning"};
	static const char *const ASKED[] = {"77", "78", "card/77", "a/77", "invoice/a/77", "nothing"};
	struct picked picked = {0};
	for (size_t i = how_many(dice); i > 0; i--)
		picked.objects[i - 1] = dice_below(dice, 5) ? ONE_OF(dice, ASKED) : world->clients[0].text;
	for (size_t i = how_many(dice); i > 0; i--)
		picked.devices[i - 1] = ONE_OF(dice, DEVICES);
	for (size_t i = how_many(dice); i > 0; i--)
		picked.addresses[i - 1] = ONE_OF(dice, ADDRESSES);
	for (size_t i = how_many(dice); i > 0; i--)
		picked.texts[i - 1] = ONE_OF(dice, SEARCHES);
	for (size_t i = how_many(dice); i > 0; i--)
		picked.severities[i - 1] = ONE_OF(dice, SEVERITIES);
	for (size_t i = how_many(dice); i > 0; i--)
		picked.actors[i - 1] = world->people[dice_below(dice, LOG_PEOPLE)].text;
	for (size_t i = how_many(dice); i > 0; i--)
		picked.in_place_of[i - 1] = world->people[dice_below(dice, LOG_PEOPLE)].text;
	for (size_t i = how_many(dice); i > 0; i--)
		picked.clients[i - 1] = world->clients[dice_below(dice, LOG_CLIENTS)].text;
	for (size_t i = how_many(dice); i > 0; i--)
		picked.countries[i - 1] = ONE_OF(dice, COUNTRIES);
	for (size_t i = how_many(dice); i > 0; i--)
		picked.kinds[i - 1] = ONE_OF(dice, KINDS);
	picked.critical = dice_below(dice, 6) ? NULL : dice_below(dice, 2) ? "true" : "false";
	picked.order = dice_below(dice, 2) ? "asc" : "desc";
	picked.limit = 1 + (unsigned)dice_below(dice, 30);
	return picked;
}

static void put_list(json_t *body, const char *name, const char *const *values)
{
	json_t *list = json_array();
	for (size_t i = 0; i < PICKED_MAX && values[i]; i++)
		json_array_append_new(list, json_string(values[i]));
	if (json_array_size(list))
		json_object_set(body, name, list);
	json_decref(list);
}

static void put_lacks(json_t *body, const struct picked *lacks)
{
	put_list(body, "not_object", lacks->objects);
	put_list(body, "not_device", lacks->devices);
	put_list(body, "not_ip", lacks->addresses);
	put_list(body, "not_text", lacks->texts);
	put_list(body, "not_severity", lacks->severities);
	put_list(body, "not_actor", lacks->actors);
	put_list(body, "not_in_place_of", lacks->in_place_of);
	put_list(body, "not_client", lacks->clients);
	put_list(body, "not_country", lacks->countries);
	put_list(body, "not_device_kind", lacks->kinds);
}

static json_t *body_of(const struct picked *picked)
{
	json_t *body = json_object();
	put_list(body, "object", picked->objects);
	put_list(body, "device", picked->devices);
	put_list(body, "ip", picked->addresses);
	put_list(body, "text", picked->texts);
	put_list(body, "severity", picked->severities);
	put_list(body, "actor", picked->actors);
	put_list(body, "in_place_of", picked->in_place_of);
	put_list(body, "client", picked->clients);
	put_list(body, "country", picked->countries);
	put_list(body, "device_kind", picked->kinds);
	if (picked->lacks)
		put_lacks(body, picked->lacks);
	if (picked->critical)
		json_object_set_new(body, "critical", json_string(picked->critical));
	json_object_set_new(body, "order", json_string(picked->order));
	json_object_set_new(body, "limit", json_integer(picked->limit));
	return body;
}

/* Every page of a search. */
static json_t *search(struct log_world *world, const char *token, json_t *body)
{
	json_t *all = json_array();
	for (;;) {
		scoped(api_answer) answer = {0};
		char *text = json_dumps(body, 0);
		api_call(&world->api, "POST", "/v1/events:search", token, text, &answer);
		cr_assert(answer.status == 200, "%s: %s", text, answer.body);
		free(text);
		json_array_extend(all, json_object_get(answer.json, "items"));
		const json_t *next = api_member(&answer, "next");
		if (!json_is_string(next))
			return all;
		json_object_set_new(body, "cursor", json_string(json_string_value(next)));
	}
}

static json_int_t index_of(const json_t *event)
{
	return json_integer_value(json_object_get(event, "index"));
}

/* Events that came after `all` was taken are the searches themselves. */
static void compare(const struct picked *picked, const json_t *all, const json_t *found, const char *asked)
{
	size_t count = json_array_size(all), at = 0;
	bool up = strcmp(picked->order, "asc") == 0;
	for (size_t i = 0; i < count; i++) {
		const json_t *event = json_array_get(all, up ? i : count - 1 - i);
		if (!is_wanted(picked, event))
			continue;
		while (index_of(json_array_get(found, at)) >= (json_int_t)count)
			at++;
		cr_assert(json_equal(event, json_array_get(found, at++)), "%s lacks %lld", asked,
			(long long)index_of(event));
	}
	for (; at < json_array_size(found); at++)
		cr_assert(index_of(json_array_get(found, at)) >= (json_int_t)count, "%s has one too many",
			asked);
}

static void compare_many(struct log_world *world, struct dice *dice)
{
	json_t *all = log_world_list_read(world);
	size_t hits = 0;
	for (size_t i = 0; i < ROUNDS; i++) {
		struct picked picked = pick(dice, world), lacks = pick(dice, world);
		picked.lacks = dice_below(dice, 2) ? &lacks : NULL;
		json_t *body = body_of(&picked);
		char *asked = json_dumps(body, 0);
		json_t *found = search(world, world->api.tenant.token, body);
		compare(&picked, all, found, asked);
		hits += json_array_size(found);
		free(asked);
		json_decref(found);
		json_decref(body);
	}
	cr_assert(hits > ROUNDS, "most of the questions find something: %zu", hits);
	json_decref(all);
}

Test(log_filter, finds_by_any_filters_together_what_comparing_every_event_finds)
{
	scoped(log_lore) lore = {0};
	scoped(log_world) world = {0};
	struct dice dice = {81};
	log_world_open(&world);
	log_world_learn(&world, &lore);
	fill(&world, &dice, EVENTS);
	compare_many(&world, &dice);
	log_world_fold(&world);
	fill(&world, &dice, EVENTS / 2);
	compare_many(&world, &dice);
	log_world_fold(&world);
	compare_many(&world, &dice);
}

/* ---- what must not be found ---- */

static size_t count_found(struct log_world *world, const char *token, const char *name, const char *value)
{
	json_t *body = json_pack("{s:s}", name, value), *found = search(world, token, body);
	size_t count = 0;
	for (size_t i = 0; i < json_array_size(found); i++)
		count += strcmp(text_at(json_array_get(found, i), "class", NULL), "log") != 0;
	json_decref(found);
	json_decref(body);
	return count;
}

Test(log_filter, another_tenant_finds_nothing_by_the_same_words)
{
	scoped(log_world) world = {0};
	struct dice dice = {82};
	struct api_tenant other;
	log_world_open(&world);
	api_world_tenant(&world.api, &other);
	fill(&world, &dice, 30);
	for (unsigned folded = 0; folded < 2; folded++) {
		cr_assert(count_found(&world, world.api.tenant.token, "text", "rosa") > 0, "its own");
		cr_assert(count_found(&world, other.token, "text", "rosa") == 0, "words");
		cr_assert(count_found(&world, other.token, "ip", "203.0.113.9") == 0, "address");
		cr_assert(count_found(&world, other.token, "device", "d1") == 0, "device");
		cr_assert(count_found(&world, other.token, "object", "77") == 0, "object");
		log_world_fold(&world);
	}
}

Test(log_filter, a_reader_finds_only_by_what_the_reader_may_open)
{
	scoped(log_world) world = {0};
	struct dice dice = {83};
	struct api_person contact;
	log_world_open(&world);
	log_world_contact(&world.api, &world.api.tenant, &world.clients[0], &contact);
	fill(&world, &dice, 60);
	for (unsigned folded = 0; folded < 2; folded++) {
		cr_assert(
			count_found(&world, contact.token, "text", "purpose1") > 0, "the client's own part");
		cr_assert(
			count_found(&world, contact.token, "ip", "203.0.113.9") == 0, "the actor's address");
		cr_assert(count_found(&world, contact.token, "device", "d1") == 0, "the actor's device");
		cr_assert(count_found(&world, contact.token, "text", "203.0.113.9") == 0, "as a word");
		cr_assert(count_found(&world, contact.token, "text", "chrome") == 0, "the actor's browser");
		cr_assert(
			count_found(&world, contact.token, "text", "chrome purpose1") == 0, "beside a word");
		/* Its own events alone, in which it may open its own part. */
		size_t own = count_found(&world, world.people[0].token, "ip", "203.0.113.9");
		size_t all = count_found(&world, world.api.tenant.token, "ip", "203.0.113.9");
		cr_assert(own > 0 && own < all, "%zu of %zu", own, all);
		log_world_fold(&world);
	}
}

/* Else a reader could ask what they may not see: "is it this address?" */
Test(log_filter, a_reader_excludes_only_by_what_the_reader_may_open)
{
	static const char *const HIDDEN[][2] = {
		{"not_ip", "203.0.113.9"}, {"not_device", "d1"}, {"not_text", "chrome"}};
	scoped(log_world) world = {0};
	struct dice dice = {87};
	struct api_person contact;
	log_world_open(&world);
	log_world_contact(&world.api, &world.api.tenant, &world.clients[0], &contact);
	fill(&world, &dice, 60);
	const char *whole = world.api.tenant.token;
	for (unsigned folded = 0; folded < 2; folded++) {
		size_t all = count_found(&world, whole, "order", "desc");
		size_t theirs = count_found(&world, contact.token, "order", "desc");
		for (size_t i = 0; i < 3; i++) {
			cr_assert(
				count_found(&world, whole, HIDDEN[i][0], HIDDEN[i][1]) < all, "who sees it");
			cr_assert(count_found(&world, contact.token, HIDDEN[i][0], HIDDEN[i][1]) == theirs,
				"%s", HIDDEN[i][0]);
		}
		cr_assert(count_found(&world, contact.token, "not_text", "purpose1") < theirs, "their part");
		cr_assert(count_found(&world, whole, "not_actor", "nobody") == all, "nobody is nobody");
		log_world_fold(&world);
	}
}

Test(log_filter, what_is_erased_is_never_found)
{
	scoped(log_world) world = {0};
	struct dice dice = {84};
	log_world_open(&world);
	fill(&world, &dice, 60);
	log_world_fold(&world);
	fill(&world, &dice, 20);
	cr_assert(count_found(&world, world.api.tenant.token, "ip", "203.0.113.9") > 0, "before");
	for (size_t i = 0; i < LOG_PEOPLE; i++) {
		const struct subject subject = {SUBJECT_PERSON, world.people[i].id};
		log_world_must(keeper_drop_subject(world.api.server.keeper, world.api.tenant.id, &subject));
	}
	cr_assert(count_found(&world, world.api.tenant.token, "ip", "203.0.113.9") == 0, "address");
	cr_assert(count_found(&world, world.api.tenant.token, "device", "d1") == 0, "device");
	cr_assert(count_found(&world, world.api.tenant.token, "text", "chrome") == 0, "browser");
	cr_assert(
		count_found(&world, world.api.tenant.token, "text", "purpose1") > 0, "a client's part stays");
}

/* After the search key was turned nothing in the index means anything, and yet nothing is missed. */
Test(log_filter, finds_the_same_after_the_search_key_was_turned)
{
	scoped(log_lore) lore = {0};
	scoped(log_world) world = {0};
	struct dice dice = {85};
	log_world_open(&world);
	log_world_learn(&world, &lore);
	fill(&world, &dice, EVENTS / 2);
	log_world_fold(&world);
	fill(&world, &dice, EVENTS / 2);
	log_world_must(keeper_turn_search(world.api.server.keeper, world.api.tenant.id));
	compare_many(&world, &dice);
	fill(&world, &dice, EVENTS / 2);
	log_world_fold(&world);
	compare_many(&world, &dice);
}

/* A cursor of one search opens no other, whatever filter differs. */
Test(log_filter, a_cursor_is_bound_to_every_filter)
{
	static const char *const OTHERS[] = {"\"text\":\"rosa\"", "\"ip\":\"203.0.113.9\"",
		"\"object\":\"77\"", "\"device\":\"d1\"", "\"severity\":\"info\"", "\"critical\":\"false\"",
		"\"in_place_of\":\"x\"", "\"not_in_place_of\":\"x\"", "\"not_text\":\"rosa\"",
		"\"not_severity\":\"info\"", "\"device_kind\":\"bot\"", "\"not_device_kind\":\"bot\""};
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct dice dice = {86};
	char body[1024], cursor[512];
	log_world_open(&world);
	fill(&world, &dice, 30);
	api_call(&world.api, "POST", "/v1/events:search", world.api.tenant.token,
		"{\"text\":\"purpose1\",\"limit\":1}", &answer);
	snprintf(cursor, sizeof cursor, "%s", api_text(&answer, "next"));
	snprintf(body, sizeof body, "{\"text\":\"purpose1\",\"limit\":1,\"cursor\":\"%s\"}", cursor);
	cr_assert(api_call(&world.api, "POST", "/v1/events:search", world.api.tenant.token, body, &answer) ==
			200,
		"its own");
	for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
		snprintf(body, sizeof body, "{%s,\"limit\":1,\"cursor\":\"%s\"}", OTHERS[i], cursor);
		api_call(&world.api, "POST", "/v1/events:search", world.api.tenant.token, body, &answer);
		cr_assert(api_is_code(&answer, 400, "cursor_invalid"), "%s", OTHERS[i]);
	}
}

/* ---- after an erasure ---- */

static fallible write_mark(struct act *act, void *context)
{
	const struct id *tenant = context;
	return erasure_mark_reindex(act, *tenant, act->now);
}

static bool is_marked(struct log_world *world)
{
	scoped(reading) reading = {0};
	struct id tenant;
	struct instant by;
	struct err err;
	log_world_must(reading_open(&world->api.server.volume, &reading));
	struct view view = view_reading(&reading);
	return erasure_next_reindex(&view, (struct id){0}, &tenant, &by, &err);
}

Test(log_filter, a_tenants_mark_goes_when_the_index_has_the_words_under_another_key)
{
	scoped(log_lore) lore = {0};
	scoped(log_world) world = {0};
	struct dice dice = {87};
	struct reword round = {.ended = false};
	log_world_open(&world);
	log_world_learn(&world, &lore);
	fill(&world, &dice, EVENTS);
	log_world_fold(&world);
	log_world_must(keeper_turn_search(world.api.server.keeper, world.api.tenant.id));
	log_world_must(committer_run(world.api.server.committer,
		(struct act_job){
			.kind = ACT_HOUSEKEEPING, .run = write_mark, .context = &world.api.tenant.id}));
	log_world_must(erasing_unmark(&world.api.server));
	cr_assert(is_marked(&world), "words of the old key are there");
	while (!round.ended)
		log_world_must(reword_step(&world.api.server.volume, &round));
	log_world_must(erasing_unmark(&world.api.server));
	cr_assert(!is_marked(&world), "they are not any more");
	compare_many(&world, &dice);
}

/* ---- sealed ---- */

static fallible no_search(void *keeper, struct id tenant, const struct span *items, size_t count,
	uint32_t *epoch, uint32_t *tokens)
{
	(void)keeper, (void)tenant, (void)items, (void)count, (void)epoch, (void)tokens;
	return FAIL_CODE(SEALED, "there is no search key");
}

static int list_by(struct log_world *world, const char *filter, struct api_answer *answer)
{
	char path[128];
	snprintf(path, sizeof path, "/v1/events?%s", filter);
	return api_call(&world->api, "GET", path, world->api.tenant.token, NULL, answer);
}

Test(log_filter, while_the_server_is_sealed_a_search_of_sealed_fields_is_503_and_no_empty_page)
{
	static const char *const SEALED[] = {"text=booking", "device=laptop-1", "ip=192.0.2.1"};
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	const struct keys *opened = world.api.server.volume.keys;
	struct keys closed = *opened;
	closed.search_tokens = no_search;
	world.api.server.volume.keys = &closed;
	for (size_t i = 0; i < sizeof SEALED / sizeof SEALED[0]; i++) {
		list_by(&world, SEALED[i], &answer);
		cr_assert(api_is_code(&answer, 503, "sealed"), "%s: %s", SEALED[i], answer.body);
		cr_assert(strcasestr(answer.head, "\r\nRetry-After: "), "%s", answer.head);
	}
	world.api.server.volume.keys = opened;
	cr_assert(list_by(&world, SEALED[0], &answer) == 200, "%s", answer.body);
}
