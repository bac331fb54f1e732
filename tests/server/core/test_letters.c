/* SPDX-License-Identifier: Apache-2.0 */
/* Several mails of one act. */
#include "server/core/letters.h"

#include "tests/support/api_world.h"

#include <criterion/criterion.h>

enum { MEMORY = 1024 * 1024 };

static const struct id NOBODY = {{0}};

static void must(struct err err)
{
	cr_assert(!err_failed(err), "%s", err.why);
}

static struct tell_ask ask_of(struct id person)
{
	static const struct message_value VALUES[] = {{"label", SPAN_LIT("ref-1")}};
	return (struct tell_ask){.person = person,
		.kind = NOTICE_ERASURE_REQUESTED,
		.values = VALUES,
		.count = 1,
		.now = clock_now()};
}

/* What letters_add_owners makes of a tenant. */
static void add_owners(struct api_world *world, const struct api_tenant *tenant, struct id except,
	struct arena *arena, struct letters *letters)
{
	scoped(reading) reading = {0};
	const struct tell_ask ask = ask_of(NOBODY);
	must(reading_open(&world->server.volume, &reading));
	struct view view = view_reading(&reading);
	const struct letters_desk desk = {&world->server, &view, tenant->id, arena};
	must(letters_add_owners(&desk, &ask, except, letters));
}

Test(letters, go_to_each_owner_of_the_tenant_but_the_one_who_is_left_out)
{
	scoped(api_world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct letters letters = {.count = 0};
	struct api_tenant other;
	struct api_person owner, left_out, assistant, elsewhere;
	api_world_open(&world);
	api_world_tenant(&world, &other);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	api_world_person(&world, &world.tenant, "owner", NULL, &left_out);
	api_world_person(&world, &world.tenant, "assistant", NULL, &assistant);
	api_world_person(&world, &other, "owner", NULL, &elsewhere);
	add_owners(&world, &world.tenant, left_out.id, &arena, &letters);
	cr_assert(letters.count == 1 && ids_equal(letters.items[0].person, owner.id));
	add_owners(&world, &other, NOBODY, &arena, &letters);
	cr_assert(
		letters.count == 2 && ids_equal(letters.items[1].person, elsewhere.id), "besides the others");
}

Test(letters, that_are_too_many_are_left_out)
{
	scoped(api_world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct letters letters = {.count = 0};
	struct api_person owner;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	const struct letters_desk desk = {&world.server, NULL, world.tenant.id, &arena};
	const struct tell_ask ask = ask_of(owner.id);
	for (unsigned i = 0; i < LETTERS_MAX + 2; i++)
		must(letters_add(&desk, &ask, &letters));
	cr_assert(letters.count == LETTERS_MAX);
	add_owners(&world, &world.tenant, NOBODY, &arena, &letters);
	cr_assert(letters.count == LETTERS_MAX);
}

/* What an act queues, with an event of its own. */
static fallible write(struct act *act, void *context)
{
	const struct letters *letters = context;
	const struct id tenant = letters->items[0].tenant;
	struct leaf leaf = {.event = letters->items[0].id, .action = action_row(ACTION_PERSON_CHANGED)->code};
	TRY(letters_write(act, letters));
	return act_add(act, tenant, &leaf, NULL);
}

Test(letters, wait_in_the_outbox_when_the_act_is_done_and_not_before)
{
	scoped(api_world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct letters letters = {.count = 0};
	struct api_person first, second;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &first);
	api_world_person(&world, &world.tenant, "owner", NULL, &second);
	add_owners(&world, &world.tenant, NOBODY, &arena, &letters);
	cr_assert(api_count_notices(&world, NOBODY, NOTICE_ERASURE_REQUESTED) == 0);
	api_world_run(&world, write, &letters);
	cr_assert(api_count_notices(&world, first.id, NOTICE_ERASURE_REQUESTED) == 1);
	cr_assert(api_count_notices(&world, second.id, NOTICE_ERASURE_REQUESTED) == 1);
}
