/* SPDX-License-Identifier: Apache-2.0 */
/* test_pseudonyms - staff disappear from an event, clients and what was done stay. */
#include "server/core/log/pseudonyms.h"

#include <criterion/criterion.h>
#include <string.h>

enum { ROOM = 1 << 20 };

struct world {
	struct arena arena;
	struct pseudonyms pseudonyms;
};

static void world_init(struct world *world)
{
	*world = (struct world){.arena = ARENA(ROOM), .pseudonyms = PSEUDONYMS};
}

static void world_done(struct world *world)
{
	pseudonyms_done(&world->pseudonyms);
	arena_done(&world->arena);
}

static struct id person(unsigned number)
{
	struct id id = {{1}};
	id.bytes[14] = (uint8_t)(number >> 8);
	id.bytes[15] = (uint8_t)number;
	return id;
}

/* Everything that can tell who it was. */
static struct log_event looked(unsigned number, const char *roles)
{
	struct log_event event = {.read.leaf = {.actor = LEAF_PERSON}};
	for (unsigned i = 0; i < LEAF_TEXT_COUNT; i++)
		event.read.texts[i] = SPAN_LIT("told");
	event.read.texts[LEAF_TEXT_ROLES] = span_text(roles);
	event.read.leaf.ids[LEAF_ID_ACTOR] = person(number);
	event.read.leaf.ids[LEAF_ID_DEVICE] = person(999);
	event.read.leaf.ids[LEAF_ID_CLIENT] = person(500);
	event.actor = (struct log_name){person(number), SPAN_LIT("Anna"), SPAN_LIT("anna")};
	event.client = (struct log_name){person(500), SPAN_LIT("Päivi"), SPAN_LIT("paivi")};
	event.agent.known = true;
	return event;
}

static void hide(struct world *world, struct log_event *event)
{
	cr_assert(!err_failed(pseudonyms_hide(&world->pseudonyms, &world->arena, event)), "hidden");
}

Test(pseudonyms, whoever_comes_up_again_keeps_their_number)
{
	static const unsigned WHO[] = {7, 8, 7, 9, 8};
	static const char *const NAMES[] = {"P1", "P2", "P1", "P3", "P2"};
	scoped(world) world;
	world_init(&world);
	for (size_t i = 0; i < sizeof WHO / sizeof *WHO; i++) {
		struct log_event event = looked(WHO[i], "assistant");
		hide(&world, &event);
		cr_assert(span_is(event.actor.name, NAMES[i]), "%s", NAMES[i]);
	}
}

Test(pseudonyms, nothing_that_tells_who_it_was_is_left)
{
	static const unsigned GONE[] = {LEAF_TEXT_IP, LEAF_TEXT_USER_AGENT, LEAF_TEXT_DEVICE,
		LEAF_TEXT_DEVICE_NAME, LEAF_TEXT_PLATFORM, LEAF_TEXT_MODEL, LEAF_TEXT_TRUNCATED,
		LEAF_TEXT_SESSION, LEAF_TEXT_TRACE, LEAF_TEXT_CHANGES, LEAF_TEXT_DETAIL};
	scoped(world) world;
	world_init(&world);
	struct log_event event = looked(7, "assistant");
	hide(&world, &event);
	for (size_t i = 0; i < sizeof GONE / sizeof *GONE; i++)
		cr_assert(event.read.texts[GONE[i]].len == 0, "text %u", GONE[i]);
	cr_assert(ids_is_none(event.read.leaf.ids[LEAF_ID_ACTOR]) && ids_is_none(event.actor.id), "no id");
	cr_assert(event.actor.ref.len == 0 && !event.agent.known, "no ref, no browser");
	cr_assert(ids_is_none(event.read.leaf.ids[LEAF_ID_DEVICE]), "no device");
}

Test(pseudonyms, what_was_done_to_whom_and_why_stays)
{
	static const unsigned STAY[] = {LEAF_TEXT_ROLES, LEAF_TEXT_OBJECT_TYPE, LEAF_TEXT_OBJECT,
		LEAF_TEXT_LABEL, LEAF_TEXT_PURPOSE, LEAF_TEXT_TASK, LEAF_TEXT_REASON};
	scoped(world) world;
	world_init(&world);
	struct log_event event = looked(7, "assistant");
	hide(&world, &event);
	for (size_t i = 0; i < sizeof STAY / sizeof *STAY; i++)
		cr_assert(event.read.texts[STAY[i]].len > 0, "text %u", STAY[i]);
	cr_assert(span_is(event.client.name, "Päivi") && !ids_is_none(event.read.leaf.ids[LEAF_ID_CLIENT]),
		"the client");
}

Test(pseudonyms, people_of_a_client_stay_who_they_are)
{
	scoped(world) world;
	world_init(&world);
	struct log_event event = looked(7, "client");
	hide(&world, &event);
	cr_assert(span_is(event.actor.name, "Anna") && event.read.texts[LEAF_TEXT_IP].len > 0, "untouched");
	struct log_event both = looked(7, "client assistant");
	hide(&world, &both);
	cr_assert(span_is(both.actor.name, "P1"), "staff who are a client's people besides are staff");
}

Test(pseudonyms, staff_is_hidden_in_every_place)
{
	scoped(world) world;
	world_init(&world);
	struct log_event event = looked(7, "owner");
	event.read.leaf.ids[LEAF_ID_IN_PLACE_OF] = person(8);
	event.in_place_of = (struct log_name){person(8), SPAN_LIT("Bo"), SPAN_LIT("bo")};
	event.read.leaf.object_kind = ID_PERSON + 1;
	event.read.leaf.ids[LEAF_ID_OBJECT] = person(9);
	hide(&world, &event);
	cr_assert(span_is(event.in_place_of.name, "P2") && event.in_place_of.ref.len == 0, "in whose place");
	cr_assert(span_is(event.read.texts[LEAF_TEXT_OBJECT], "P3") &&
			event.read.texts[LEAF_TEXT_LABEL].len == 0,
		"whose role it was");
	cr_assert(event.read.leaf.object_kind == 0 && ids_is_none(event.read.leaf.ids[LEAF_ID_OBJECT]),
		"without an id");
}

Test(pseudonyms, what_is_no_person_stays)
{
	scoped(world) world;
	world_init(&world);
	struct log_event event = looked(7, "");
	event.read.leaf.actor = LEAF_BY_APPLICATION;
	hide(&world, &event);
	cr_assert(span_is(event.actor.name, "Anna") && !ids_is_none(event.read.leaf.ids[LEAF_ID_ACTOR]),
		"an application");
}

Test(pseudonyms, more_people_than_there_are_numbers_are_refused)
{
	scoped(world) world;
	world_init(&world);
	for (unsigned i = 0; i < PSEUDONYMS_MAX; i++) {
		struct log_event event = looked(i, "assistant");
		hide(&world, &event);
	}
	struct log_event event = looked(PSEUDONYMS_MAX, "assistant");
	cr_assert(pseudonyms_hide(&world.pseudonyms, &world.arena, &event).kind == ERR_TOO_LARGE, "refused");
}
