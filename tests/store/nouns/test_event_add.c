/* SPDX-License-Identifier: Apache-2.0 */
/* test_event_add - in which branch an event stands on the log. */
#include "store/nouns/event_add.h"

#include "store/nouns/branch.h"
#include "store/nouns/client.h"
#include "store/nouns/person.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 64 * 1024 };

static fallible put_client(struct act *act, void *context)
{
	const struct client *client = context;
	scoped(buf) sealed = BUF(MEMORY);
	TRY(client_seal(act->volume->keys, client, &sealed));
	return client_put(act, client, buf_span(&sealed));
}

static fallible put_person(struct act *act, void *context)
{
	const struct person *person = context;
	scoped(buf) sealed = BUF(MEMORY);
	TRY(person_seal(act->volume->keys, person, &sealed));
	return person_put(act, person, buf_span(&sealed));
}

/* A client of branch 7, and a person of branch 5. */
static void make(struct world *world)
{
	struct person person = {.tenant = world_tenant(1), .id = world_thing(2), .branch = world_thing(5)};
	struct client client = {.tenant = world_tenant(1),
		.id = world_thing(1),
		.branch = world_thing(7),
		.name = SPAN_LIT("P")};
	world_make(world, &kv_mem, FOLD);
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put_client, .context = &client}));
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put_person, .context = &person}));
}

static fallible run_add(struct act *act, void *context)
{
	struct leaf *leaf = context;
	return event_add(act, world_tenant(1), leaf, NULL);
}

static fallible run_say(struct act *act, void *context)
{
	return event_say(act, world_tenant(1), context);
}

static struct leaf newest(struct world *world)
{
	scoped(reading) reading = {0};
	struct log_row row;
	struct leaf leaf;
	world_must(reading_open(&world->volume, &reading));
	world_must(log_get(&reading.txn, world->volume.head.sequence, &row));
	world_must(leaf_decode(row.leaf, &leaf));
	return leaf;
}

/* In which branch an event stands that came with this one. */
static struct id branch_about(
	struct world *world, struct id client, struct id own, enum id_kind kind, struct id object)
{
	struct dice dice = {1};
	struct leaf leaf = world_leaf(&dice);
	leaf.ids[LEAF_ID_CLIENT] = client;
	leaf.ids[LEAF_ID_BRANCH] = own;
	leaf.ids[LEAF_ID_OBJECT] = object;
	leaf.object_kind = (uint8_t)(kind + 1);
	world_must(world_perform(world, (struct act_job){.run = run_add, .context = &leaf}));
	struct leaf on_log = newest(world);
	cr_assert(ids_equal(on_log.event, leaf.event));
	return on_log.ids[LEAF_ID_BRANCH];
}

static struct id branch_of(struct world *world, struct id client, struct id own)
{
	return branch_about(world, client, own, ID_CREDENTIAL, world_thing(4));
}

Test(event_add, an_event_stands_in_its_own_branch_else_in_its_clients)
{
	scoped(world) world = {0};
	make(&world);
	cr_assert(ids_equal(branch_of(&world, world_thing(1), (struct id){0}), world_thing(7)));
	cr_assert(ids_equal(branch_of(&world, world_thing(1), world_thing(8)), world_thing(8)));
}

Test(event_add, an_event_of_no_client_or_of_one_who_is_gone_stands_in_none)
{
	scoped(world) world = {0};
	make(&world);
	cr_assert(ids_is_none(branch_of(&world, (struct id){0}, (struct id){0})));
	cr_assert(ids_is_none(branch_of(&world, world_thing(3), (struct id){0})));
}

Test(event_add, what_is_done_about_a_person_stands_in_their_branch_behind_the_clients)
{
	scoped(world) world = {0};
	const struct id none = {0}, somebody = world_thing(2);
	make(&world);
	cr_assert(ids_equal(branch_about(&world, none, none, ID_PERSON, somebody), world_thing(5)));
	cr_assert(ids_equal(branch_about(&world, world_thing(1), none, ID_PERSON, somebody), world_thing(7)));
	cr_assert(ids_equal(branch_about(&world, none, world_thing(8), ID_PERSON, somebody), world_thing(8)));
	cr_assert(ids_is_none(branch_about(&world, none, none, ID_PERSON, world_thing(3))), "who is gone");
	cr_assert(ids_is_none(branch_about(&world, none, none, ID_FACTOR, somebody)), "no person");
	cr_assert(ids_is_none(branch_about(&world, none, none, ID_PERSON, none)));
}

Test(event_add, a_damaged_row_keeps_nothing_off_the_record)
{
	scoped(world) world = {0};
	const struct id none = {0}, client = world_thing(1), somebody = world_thing(2);
	struct noun_key of_client = noun_key(world_tenant(1), id_span(&client), SPAN_NONE);
	struct noun_key of_person = noun_key(world_tenant(1), id_span(&somebody), SPAN_NONE);
	make(&world);
	world_put_row(&world, TABLE_CLIENT, noun_key_span(&of_client), SPAN_LIT("no client"));
	world_put_row(&world, TABLE_PERSON, noun_key_span(&of_person), SPAN_LIT("nobody"));
	cr_assert(ids_is_none(branch_of(&world, client, none)));
	cr_assert(ids_is_none(branch_about(&world, none, none, ID_PERSON, somebody)));
}

/* Found out in the act, in which the client has moved already. */
static fallible move_and_say(struct act *act, void *context)
{
	struct client client = {.tenant = world_tenant(1),
		.id = world_thing(1),
		.branch = world_thing(9),
		.name = SPAN_LIT("P")};
	TRY(put_client(act, &client));
	return run_say(act, context);
}

Test(event_add, what_an_act_says_is_sealed_and_stands_in_the_branch_of_that_moment)
{
	scoped(world) world = {0};
	struct event event = {.action = ACTION_CREDENTIAL_ROTATION_DUE,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.texts = {[LEAF_TEXT_TASK] = SPAN_LIT("hand back")}};
	event.ids[LEAF_ID_CLIENT] = world_thing(1);
	make(&world);
	world_must(world_perform(&world, (struct act_job){.run = move_and_say, .context = &event}));
	struct leaf leaf = newest(&world);
	cr_assert(ids_equal(leaf.ids[LEAF_ID_BRANCH], world_thing(9)));
	cr_assert(leaf.part_count == 1 && leaf.parts[0].kind == PART_CLIENT);
}
