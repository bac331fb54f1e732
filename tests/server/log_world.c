/* SPDX-License-Identifier: Apache-2.0 */
/* log_world - people and clients by hand, events through the API. */
#include "tests/server/log_world.h"

#include "base/timestamp.h"
#include "crypto/random.h"
#include "server/core/agent.h"
#include "server/core/log/checkpoints.h"
#include "server/core/places.h"
#include "store/index/fold.h"
#include "store/nouns/client.h"
#include "tests/support/vectors.h"
#include "tests/support/whole_event.h"

#include <stdio.h>
#include <stdlib.h>

enum { MEMORY = 1024 * 1024, BATCH_MAX = 4 * 1024 * 1024, PATH_MAX_BYTES = 4096, ATLAS_MAX = 16 * 1024 };

void log_world_must(struct err err)
{
	if (!err_failed(err))
		return;
	fprintf(stderr, "%s (%s)\n", err.why, err.at);
	abort();
}

static void expect(bool holds, const char *what, const struct api_answer *answer)
{
	if (holds)
		return;
	fprintf(stderr, "%s: %d %s\n", what, answer->status, answer->body);
	abort();
}

/* ---- nouns, put there by hand ---- */

struct client_write {
	struct client client;
	struct buf sealed;
	struct event_draft draft;
};

static fallible write_client(struct act *act, void *context)
{
	struct client_write *write = context;
	TRY(client_put_ref(act, &write->client));
	TRY(client_put(act, &write->client, buf_span(&write->sealed)));
	return act_add(act, write->client.tenant, &write->draft.leaf, NULL);
}

static void seal_change(struct api_world *api, struct id tenant, enum action action, struct arena *arena,
	struct event_draft *draft)
{
	const struct event event = {.action = action, .source = LEAF_SERVER, .actor = LEAF_SYSTEM};
	log_world_must(event_seal(api->server.volume.keys, tenant, &event, clock_now(), arena, draft));
}

void log_world_client(
	struct api_world *api, const struct api_tenant *tenant, const char *ref, struct log_client *client)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct client_write write = {.sealed = BUF(4096)};
	struct instant now = clock_now();
	*client = (struct log_client){.id = random_id(now)};
	ids_print(ID_CLIENT, client->id, client->text);
	snprintf(client->ref, sizeof client->ref, "%s", ref);
	write.client = (struct client){.tenant = tenant->id,
		.id = client->id,
		.created = now,
		.name = SPAN_LIT("Salon Rosa"),
		.ref = span_text(client->ref),
		.time_zone = SPAN_LIT("UTC")};
	const struct subject subject = {SUBJECT_CLIENT, client->id};
	log_world_must(keeper_make_subject(api->server.keeper, tenant->id, &subject));
	log_world_must(client_seal(api->server.volume.keys, &write.client, &write.sealed));
	seal_change(api, tenant->id, ACTION_CLIENT_CHANGED, &arena, &write.draft);
	api_world_run(api, write_client, &write);
	buf_done(&write.sealed);
}

struct contact_write {
	struct person person;
	struct buf sealed;
	struct event_draft draft;
};

static fallible write_contact(struct act *act, void *context)
{
	struct contact_write *write = context;
	TRY(person_put(act, &write->person, buf_span(&write->sealed)));
	return act_add(act, write->person.tenant, &write->draft.leaf, NULL);
}

void log_world_contact(struct api_world *api, const struct api_tenant *tenant,
	const struct log_client *client, struct api_person *person)
{
	scoped(arena) arena = ARENA(MEMORY);
	scoped(reading) reading = {0};
	struct contact_write write = {.sealed = BUF(4096)};
	api_world_person(api, tenant, "client", NULL, person);
	log_world_must(reading_open(&api->server.volume, &reading));
	const struct view view = view_reading(&reading);
	log_world_must(person_get(&view, tenant->id, person->id, &arena, &write.person));
	reading_done(&reading);
	write.person.kind = PERSON_OF_CLIENT;
	write.person.client = client->id;
	log_world_must(person_seal(api->server.volume.keys, &write.person, &write.sealed));
	seal_change(api, tenant->id, ACTION_PERSON_CHANGED, &arena, &write.draft);
	api_world_run(api, write_contact, &write);
	buf_done(&write.sealed);
}

void log_world_open(struct log_world *world)
{
	static const char *const REFS[LOG_CLIENTS] = {"rosa", "lindgren", "kovacs"};
	api_world_open(&world->api);
	for (size_t i = 0; i < LOG_PEOPLE; i++)
		api_world_person(&world->api, &world->api.tenant, "assistant", NULL, &world->people[i]);
	for (size_t i = 0; i < LOG_CLIENTS; i++)
		log_world_client(&world->api, &world->api.tenant, REFS[i], &world->clients[i]);
}

void log_world_done(struct log_world *world)
{
	api_world_done(&world->api);
}

/* ---- events ---- */

static void put_event(struct buf *json, const char *action, const struct api_person *actor,
	const struct log_client *client, const char *outcome, struct instant time)
{
	char text[TIMESTAMP_TEXT + 1];
	timestamp_print(time, text);
	buf_printf(json, "{\"action\":\"%s\",\"time\":\"%s\",\"actor\":{\"person\":\"%s\"},", action, text,
		actor->text);
	if (client)
		buf_printf(json, "\"client\":\"%s\",", client->ref);
	buf_put_text(json, "\"object\":{\"type\":\"card\",\"id\":\"77\",\"label\":\"Card\"},");
	buf_printf(json, "\"outcome\":\"%s\",\"purpose\":\"for a test\",", outcome ? outcome : "success");
	buf_put_text(json, "\"device\":{\"id\":\"d1\",\"ip\":\"203.0.113.9\",\"user_agent\":\"Mozilla\"}");
	whole_event_put(
		json, action_by_name(span_text(action)), SPAN_NONE, 1u << NEEDS_OBJECT | 1u << NEEDS_PURPOSE);
	buf_put_u8(json, '}');
}

uint64_t log_world_post(struct log_world *world, const char *action, const struct api_person *actor,
	const struct log_client *client, const char *outcome, char id[static ID_TEXT + 1])
{
	scoped(api_answer) answer = {0};
	scoped(buf) json = BUF(BATCH_MAX);
	put_event(&json, action, actor, client, outcome, clock_now());
	buf_put_u8(&json, 0);
	api_call(
		&world->api, "POST", "/v1/events", world->api.tenant.token, (const char *)json.data, &answer);
	expect(answer.status == 201, "an event is taken", &answer);
	snprintf(id, ID_TEXT + 1, "%s", api_text(&answer, "id"));
	return (uint64_t)json_integer_value(api_member(&answer, "index"));
}

void log_world_fill(struct log_world *world, struct dice *dice, size_t count)
{
	static const char *const ACTIONS[] = {"record.viewed", "export.completed", "login.failed",
		"device.trusted", "payment.recorded", "record.deleted"};
	static const char *const OUTCOMES[] = {"success", "denied", "failed"};
	enum { ACTION_KINDS = sizeof ACTIONS / sizeof ACTIONS[0] };
	scoped(api_answer) answer = {0};
	scoped(buf) json = BUF(BATCH_MAX);
	for (size_t i = 0; i < count; i++) {
		size_t client = dice_below(dice, LOG_CLIENTS + 1);
		put_event(&json, ACTIONS[dice_below(dice, ACTION_KINDS)],
			&world->people[dice_below(dice, LOG_PEOPLE)],
			client < LOG_CLIENTS ? &world->clients[client] : NULL, OUTCOMES[dice_below(dice, 3)],
			(struct instant){clock_now().ms - (int64_t)dice_below(dice, 3600000)});
		buf_put_text(&json, "\n");
	}
	buf_put_u8(&json, 0);
	api_call(&world->api, "POST", "/v1/events:batch", world->api.tenant.token, (const char *)json.data,
		&answer);
	expect(answer.status == 201, "a batch is taken", &answer);
}

static void write_file(const char *path, struct span bytes)
{
	FILE *file = fopen(path, "wb");
	if (!file || fwrite(bytes.at, 1, bytes.len, file) != bytes.len || fclose(file))
		abort();
}

void log_world_learn(struct log_world *world, struct log_lore *lore)
{
	char path[PATH_MAX_BYTES];
	scoped(buf) atlas = BUF(ATLAS_MAX);
	lore->dir = temp_dir_make();
	snprintf(path, sizeof path, "%s/countries.mmdb", lore->dir.path);
	vectors_read_hex("vectors/countries.hex", &atlas);
	write_file(path, buf_span(&atlas));
	log_world_must(places_open(path, &lore->places));
	log_world_must(agent_open("/usr/share/uap-core/regexes.yaml", &lore->agents));
	world->api.server.places = lore->places;
	world->api.server.agents = lore->agents;
}

void log_lore_done(struct log_lore *lore)
{
	places_close(lore->places);
	agent_close(lore->agents);
	temp_dir_done(&lore->dir);
}

void log_world_fold(struct log_world *world)
{
	while (tail_count(world->api.server.volume.tail) > 0)
		log_world_must(fold_once(&world->api.server.volume));
}

uint64_t log_world_size(struct log_world *world)
{
	return tail_size_of(world->api.server.volume.tail, world->api.tenant.id);
}

json_t *log_world_list(struct log_world *world, const char *token, const char *query, unsigned limit)
{
	scoped(api_answer) answer = {0};
	char path[PATH_MAX_BYTES];
	json_t *all = json_array();
	snprintf(path, sizeof path, "/v1/events?limit=%u%s", limit, query);
	for (;;) {
		api_call(&world->api, "GET", path, token, NULL, &answer);
		expect(answer.status == 200, path, &answer);
		json_array_extend(all, json_object_get(answer.json, "items"));
		const char *next = json_string_value(api_member(&answer, "next"));
		if (!next)
			return all;
		snprintf(path, sizeof path, "/v1/events?limit=%u%s&cursor=%s", limit, query, next);
	}
}

static bool begins_alike(const json_t *list, const json_t *longer)
{
	size_t at = 0, count = json_array_size(list);
	while (at < count && json_equal(json_array_get(list, at), json_array_get(longer, at)))
		at++;
	return at == count;
}

json_t *log_world_list_read(struct log_world *world)
{
	json_t *all = log_world_list(world, world->api.tenant.token, "&order=asc", 500);
	for (;;) {
		json_t *again = log_world_list(world, world->api.tenant.token, "&order=asc", 500);
		bool same = begins_alike(all, again);
		json_decref(all);
		all = again;
		if (same)
			return all;
	}
}
