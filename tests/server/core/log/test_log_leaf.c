/* SPDX-License-Identifier: Apache-2.0 */
/* What "Verify here" is given: the leaf, and the keys that the reader may have. */
#include "server/core/log/log_leaf.h"

#include "base/text.h"
#include "tests/server/log_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { PATH = 128, PLAIN_MAX = 32 * 1024 };

static void leaf_path(const char *id, char path[static PATH])
{
	snprintf(path, PATH, "/v1/events/%s/leaf", id);
}

static int get_leaf(struct log_world *world, const char *id, const char *token, struct api_answer *answer)
{
	char path[PATH];
	leaf_path(id, path);
	return api_call(&world->api, "GET", path, token, NULL, answer);
}

static const json_t *part_of(const struct api_answer *answer, json_int_t kind)
{
	size_t i;
	const json_t *part;
	json_array_foreach(api_member(answer, "parts"), i, part)
	{
		if (json_integer_value(json_object_get(part, "kind")) == kind)
			return part;
	}
	return NULL;
}

static bool is_withheld(const struct api_answer *answer, json_int_t kind)
{
	const json_t *part = part_of(answer, kind);
	return json_is_true(json_object_get(part, "withheld")) && !json_object_get(part, "key");
}

static struct part_key key_of(const struct api_answer *answer, json_int_t kind)
{
	scoped(buf) bytes = BUF(PART_KEY);
	struct part_key key;
	const char *text = json_string_value(json_object_get(part_of(answer, kind), "key"));
	cr_assert(text != NULL, "there is a key of part %d", (int)kind);
	log_world_must(text_parse_base64(span_text(text), &bytes));
	memcpy(key.bytes, bytes.data, sizeof key.bytes);
	return key;
}

static void decode(const struct api_answer *answer, struct buf *bytes, struct leaf *leaf)
{
	log_world_must(text_parse_base64(span_text(api_text(answer, "leaf")), bytes));
	log_world_must(leaf_decode(buf_span(bytes), leaf));
}

static struct span record_of(const struct leaf *leaf, enum part_kind kind)
{
	for (size_t i = 0; i < leaf->part_count; i++)
		if (leaf->parts[i].kind == kind)
			return leaf->parts[i].record;
	cr_assert(false, "the leaf has no such part");
	return SPAN_NONE;
}

/* Opened outside of the server, with nothing but what it answered. */
static bool opens_to(
	const struct api_answer *answer, enum part_kind kind, enum leaf_text tag, const char *text)
{
	scoped(buf) bytes = BUF(LEAF_MAX);
	scoped(buf) plain = BUF(PLAIN_MAX);
	struct span texts[LEAF_TEXT_COUNT] = {0};
	struct leaf leaf;
	struct part_key key = key_of(answer, kind);
	decode(answer, &bytes, &leaf);
	log_world_must(part_open(&key, record_of(&leaf, kind), &plain));
	log_world_must(leaf_read_texts(buf_span(&plain), texts));
	return span_is(texts[tag], text);
}

static void check_hash(const struct api_answer *answer, const struct api_answer *event)
{
	scoped(buf) bytes = BUF(LEAF_MAX);
	scoped(buf) hex = BUF(128);
	struct leaf leaf;
	decode(answer, &bytes, &leaf);
	struct merkle_hash hash = merkle_leaf(buf_span(&bytes));
	text_put_hex(&hex, SPAN_BYTES(hash.bytes));
	cr_assert(span_is(buf_span(&hex), api_text(answer, "leaf_hash")), "the leaf has the hash it claims");
	cr_assert(api_has(event, "leaf", api_text(answer, "leaf_hash")), "which the event has too");
	cr_assert(api_has(event, "chain", api_text(answer, "chain")), "and the chain");
	cr_assert(json_equal(api_member(event, "index"), api_member(answer, "index")), "and the index");
}

Test(log_leaf, the_whole_tenants_reader_gets_bytes_that_open_to_what_the_event_reads)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0}, event = {0};
	char id[ID_TEXT + 1], path[PATH];
	log_world_open(&world);
	log_world_post(&world, "export.completed", &world.people[0], &world.clients[0], "denied", id);
	snprintf(path, sizeof path, "/v1/events/%s", id);
	for (unsigned folded = 0; folded < 2; folded++) {
		cr_assert(get_leaf(&world, id, world.api.tenant.token, &answer) == 200, "%s", answer.body);
		api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &event);
		check_hash(&answer, &event);
		cr_assert(opens_to(&answer, PART_ACTOR, LEAF_TEXT_IP, "203.0.113.9"), "the actor's part");
		cr_assert(
			opens_to(&answer, PART_CLIENT, LEAF_TEXT_PURPOSE, "for a test"), "the client's part");
		cr_assert(strstr(answer.head, "no-store") != NULL, "nobody keeps the keys");
		log_world_fold(&world);
	}
}

Test(log_leaf, a_key_opens_its_part_of_this_event_and_no_other)
{
	scoped(log_world) world = {0};
	scoped(api_answer) one = {0}, other = {0};
	scoped(buf) bytes = BUF(LEAF_MAX);
	scoped(buf) plain = BUF(PLAIN_MAX);
	struct leaf leaf;
	char first[ID_TEXT + 1], second[ID_TEXT + 1];
	log_world_open(&world);
	log_world_post(&world, "record.viewed", &world.people[0], &world.clients[0], NULL, first);
	log_world_post(&world, "record.viewed", &world.people[0], &world.clients[0], NULL, second);
	get_leaf(&world, first, world.api.tenant.token, &one);
	get_leaf(&world, second, world.api.tenant.token, &other);
	decode(&other, &bytes, &leaf);
	for (enum part_kind kind = PART_ACTOR; kind <= PART_CLIENT; kind++) {
		struct part_key key = key_of(&one, kind);
		for (size_t i = 0; i < leaf.part_count; i++)
			cr_assert(part_open(&key, leaf.parts[i].record, &plain).kind == ERR_FORGED,
				"the same person, the same client, another event");
	}
}

Test(log_leaf, an_assistant_gets_the_key_of_her_own_part_and_not_the_clients)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	char id[ID_TEXT + 1];
	log_world_open(&world);
	log_world_post(&world, "record.viewed", &world.people[0], &world.clients[0], NULL, id);
	cr_assert(get_leaf(&world, id, world.people[0].token, &answer) == 200, "%s", answer.body);
	cr_assert(opens_to(&answer, PART_ACTOR, LEAF_TEXT_IP, "203.0.113.9"), "hers");
	cr_assert(is_withheld(&answer, PART_CLIENT), "the client's is named, and stays closed");
	get_leaf(&world, id, world.people[1].token, &answer);
	cr_assert(api_is_code(&answer, 404, "not_found"), "to a colleague there is no such event");
}

Test(log_leaf, a_client_gets_the_key_of_the_clients_part_and_never_of_the_device)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person contact, stranger;
	char id[ID_TEXT + 1];
	log_world_open(&world);
	log_world_contact(&world.api, &world.api.tenant, &world.clients[0], &contact);
	log_world_contact(&world.api, &world.api.tenant, &world.clients[1], &stranger);
	log_world_post(&world, "record.viewed", &world.people[0], &world.clients[0], NULL, id);
	cr_assert(get_leaf(&world, id, contact.token, &answer) == 200, "%s", answer.body);
	cr_assert(opens_to(&answer, PART_CLIENT, LEAF_TEXT_PURPOSE, "for a test"), "theirs");
	cr_assert(is_withheld(&answer, PART_ACTOR), "address, user agent and device stay closed");
	get_leaf(&world, id, stranger.token, &answer);
	cr_assert(api_is_code(&answer, 404, "not_found"), "to another client there is no such event");
}

Test(log_leaf, a_part_whose_person_was_erased_has_no_key_any_more)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	char id[ID_TEXT + 1];
	log_world_open(&world);
	log_world_post(&world, "record.viewed", &world.people[0], &world.clients[0], NULL, id);
	const struct subject person = {SUBJECT_PERSON, world.people[0].id};
	log_world_must(keeper_drop_subject(world.api.server.keeper, world.api.tenant.id, &person));
	cr_assert(get_leaf(&world, id, world.api.tenant.token, &answer) == 200, "%s", answer.body);
	cr_assert(json_is_true(json_object_get(part_of(&answer, PART_ACTOR), "erased")), "said so");
	cr_assert(!json_object_get(part_of(&answer, PART_ACTOR), "key"), "no key");
	cr_assert(opens_to(&answer, PART_CLIENT, LEAF_TEXT_PURPOSE, "for a test"), "the rest opens");
}

Test(log_leaf, another_tenant_a_narrow_token_and_what_is_not_there_get_nothing)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	struct api_application narrow;
	char id[ID_TEXT + 1];
	log_world_open(&world);
	api_world_tenant(&world.api, &other);
	api_world_application(&world.api, &world.api.tenant, SCOPE_BIT(EVENTS_WRITE), &narrow);
	log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, id);
	get_leaf(&world, id, other.token, &answer);
	cr_assert(api_is_code(&answer, 404, "not_found"), "another tenant's");
	get_leaf(&world, id, narrow.token, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"), "who may not read the log");
	get_leaf(&world, "evt_01h455vb4pex5vsknk084sn02q", world.api.tenant.token, &answer);
	cr_assert(api_is_code(&answer, 404, "not_found"), "made up");
	get_leaf(&world, "77", world.api.tenant.token, &answer);
	cr_assert(api_is_code(&answer, 404, "not_found"), "no id");
	cr_assert(get_leaf(&world, id, "mun_app_nobody", &answer) == 401, "nobody");
}

Test(log_leaf, reading_a_leaf_is_a_reading_of_its_event)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	char id[ID_TEXT + 1], path[PATH];
	log_world_open(&world);
	log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, id);
	struct id tenant = world.api.tenant.id;
	get_leaf(&world, id, world.api.tenant.token, &answer);
	cr_assert(api_count_events(&world.api, tenant, ACTION_LOG_VIEWED) == 1, "on record");
	snprintf(path, sizeof path, "/v1/events/%s", id);
	api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &answer);
	cr_assert(api_count_events(&world.api, tenant, ACTION_LOG_VIEWED) == 1, "one look at one event");
	world.api.server.volume.data_max_bytes = 1;
	get_leaf(&world, id, world.people[0].token, &answer);
	cr_assert(api_is_code(&answer, 507, "full"), "what can't be written down is not shown");
	world.api.server.volume.data_max_bytes = 0;
}
