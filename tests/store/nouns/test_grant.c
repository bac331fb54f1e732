/* SPDX-License-Identifier: Apache-2.0 */
/* test_grant - the record of a grant, and what it shows itself as. */
#include "store/nouns/grant.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 256 * 1024, ROW_MAX = 64 * 1024 };

static const struct instant NOON = {1795262400000};

static struct grant example(void)
{
	return (struct grant){.tenant = world_tenant(1),
		.id = world_thing(1),
		.credential = world_thing(2),
		.client = world_thing(3),
		.person = world_thing(4),
		.giver = world_thing(5),
		.giver_is_person = true,
		.state = GRANT_SUSPENDED,
		.modes = MODE_BIT(CODE),
		.uses_max = 20,
		.uses_made = 3,
		.notify = GRANT_NOTIFY_EACH,
		.created = NOON,
		.from = {NOON.ms + 1},
		.until = {NOON.ms + 1000},
		.ended = {0},
		.task = SPAN_LIT("T-118"),
		.mandate = SPAN_LIT("order what is on the list")};
}

/* The same with everything that version 2 added. */
static struct grant gated(void)
{
	struct grant grant = example();
	grant.state = GRANT_WAITING;
	grant.notify = GRANT_NOTIFY_DIGEST;
	grant.calendar = SPAN_LIT("fi-office");
	grant.outside = GRANT_OUTSIDE_STEPUP;
	grant.exclusive = GRANT_EXCLUSIVE_CLIENT;
	grant.approvers = GRANT_BY_CLIENT | GRANT_BY_STAFF;
	grant.approvals_needed = 3;
	grant.approvals[0] = world_thing(6);
	grant.approvals[1] = world_thing(7);
	grant.approvals_given = 2;
	grant.breakglass = true;
	grant.handover = world_thing(8);
	grant.suspended_by = world_thing(9);
	grant.purposes_denied = SPAN_LIT("bookkeeping\npayroll");
	return grant;
}

static struct noun_key key(void)
{
	struct grant grant = example();
	return noun_key(grant.tenant, id_span(&grant.id), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(ROW_MAX);
	const struct grant *grant = context;
	TRY(grant_seal(act->volume->keys, grant, &sealed));
	return grant_put(act, grant, buf_span(&sealed));
}

static fallible change(struct act *act, void *context)
{
	return grant_change(act, context);
}

static struct err perform(
	struct world *world, fallible (*run)(struct act *act, void *context), struct grant grant)
{
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = &grant});
}

static struct err find(struct world *world, struct arena *arena, struct grant *grant)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return grant_get(&view, world_tenant(1), world_thing(1), arena, grant);
}

static void check(const struct grant *read)
{
	struct grant want = example();
	cr_assert(ids_equal(read->credential, want.credential) && ids_equal(read->client, want.client));
	cr_assert(ids_equal(read->person, want.person) && ids_equal(read->giver, want.giver) &&
		read->giver_is_person);
	cr_assert(
		read->state == want.state && read->modes == want.modes && read->notify == GRANT_NOTIFY_EACH);
	cr_assert(read->uses_max == 20 && read->uses_made == 3 && read->created.ms == NOON.ms);
	cr_assert(read->from.ms == want.from.ms && read->until.ms == want.until.ms && read->ended.ms == 0);
	cr_assert(span_equal(read->task, want.task) && span_equal(read->mandate, want.mandate));
}

/* What version 1 does not say is that nothing is asked. */
static void check_open(const struct grant *read)
{
	cr_assert(read->calendar.len == 0 && read->outside == GRANT_OUTSIDE_ALLOW);
	cr_assert(read->exclusive == GRANT_EXCLUSIVE_NONE && read->approvers == 0);
	cr_assert(read->approvals_needed == 0 && read->approvals_given == 0);
	cr_assert(!read->breakglass && read->purposes_denied.len == 0);
	cr_assert(ids_is_none(read->handover) && ids_is_none(read->suspended_by));
}

static void check_gated(const struct grant *read)
{
	struct grant want = gated();
	cr_assert(read->state == GRANT_WAITING && read->notify == GRANT_NOTIFY_DIGEST);
	cr_assert(span_equal(read->calendar, want.calendar) && read->outside == want.outside);
	cr_assert(read->exclusive == want.exclusive && read->approvers == want.approvers);
	cr_assert(read->approvals_needed == 3 && read->approvals_given == 2);
	cr_assert(ids_equal(read->approvals[0], want.approvals[0]) &&
		ids_equal(read->approvals[1], want.approvals[1]));
	cr_assert(read->breakglass && ids_equal(read->handover, want.handover));
	cr_assert(ids_equal(read->suspended_by, want.suspended_by));
	cr_assert(span_equal(read->purposes_denied, want.purposes_denied));
	cr_assert(span_equal(read->task, want.task) && span_equal(read->mandate, want.mandate));
}

Test(grant, its_gates_come_back_as_they_were_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct grant read;
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, gated()));
	world_must(find(&world, &arena, &read));
	check_gated(&read);
	world_must(perform(&world, change, read));
	world_must(find(&world, &arena, &read));
	check_gated(&read);
}

Test(grant, comes_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct grant read;
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, example()));
	world_must(find(&world, &arena, &read));
	check(&read);
}

Test(grant, in_clear_it_has_all_but_its_texts)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct grant put_in = gated(), read;
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, put_in));
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	world_must(grant_get_clear(&view, put_in.tenant, put_in.id, &arena, &read));
	cr_assert(read.task.len == 0 && read.mandate.len == 0 && read.purposes_denied.len == 0);
	read.task = put_in.task;
	read.mandate = put_in.mandate;
	read.purposes_denied = put_in.purposes_denied;
	check_gated(&read);
	struct err err = grant_get_clear(&view, put_in.tenant, world_thing(99), &arena, &read);
	cr_assert(err.kind == ERR_NOT_FOUND);
}

Test(grant, a_change_keeps_the_sealed_texts)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct grant grant = example(), read;
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, grant));
	grant.uses_made = 4;
	grant.task = SPAN_NONE;
	world_must(perform(&world, change, grant));
	world_must(find(&world, &arena, &read));
	cr_assert(read.uses_made == 4 && span_is(read.task, "T-118") && read.row == 2);
}

Test(grant, what_is_not_there_is_not_changed)
{
	scoped(world) world = {0};
	world_make(&world, &kv_mem, FOLD);
	cr_assert(perform(&world, change, example()).kind == ERR_NOT_FOUND);
}

static size_t count(struct world *world, struct id tenant, struct id of)
{
	scoped(arena) arena = ARENA(MEMORY);
	scoped(reading) reading = {0};
	struct grant grant;
	struct id after = {0};
	struct err err;
	size_t found = 0;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	while (grant_next(&view, tenant, of, &after, &arena, &grant, &err))
		found++;
	world_must(err);
	return found;
}

Test(grant, lists_are_of_a_person_a_client_or_a_tenant)
{
	scoped(world) world = {0};
	struct grant grant = example();
	world_make(&world, &kv_mem, FOLD);
	for (unsigned i = 0; i < 8; i++) {
		grant.id = world_thing(10 + i);
		grant.person = world_thing(50 + i % 2);
		grant.client = world_thing(60 + i / 6);
		world_must(perform(&world, put, grant));
	}
	cr_assert(count(&world, world_tenant(1), (struct id){0}) == 8);
	cr_assert(count(&world, world_tenant(1), world_thing(50)) == 4 &&
		count(&world, world_tenant(1), world_thing(60)) == 6);
	cr_assert(count(&world, world_tenant(1), world_thing(61)) == 2 &&
		count(&world, world_tenant(2), world_thing(61)) == 0);
}

Test(grant, it_shows_itself_as_time_and_count_make_it)
{
	struct grant grant = example();
	enum grant_shown shown;
	grant.state = GRANT_ACTIVE;
	cr_assert(grant_shown(&grant, NOON) == GRANT_SHOWN_ACTIVE);
	grant.uses_made = 20;
	cr_assert(grant_shown(&grant, NOON) == GRANT_SHOWN_USED_UP);
	cr_assert(grant_shown(&grant, grant.until) == GRANT_SHOWN_EXPIRED);
	grant.state = GRANT_REVOKED;
	cr_assert(grant_shown(&grant, grant.until) == GRANT_SHOWN_REVOKED);
	grant = example();
	cr_assert(grant_shown(&grant, NOON) == GRANT_SHOWN_SUSPENDED);
	for (unsigned i = 0; i < GRANT_SHOWN_COUNT; i++)
		cr_assert(grant_shown_find(span_text(grant_shown_name((enum grant_shown)i)), &shown) &&
			shown == i);
	cr_assert(!grant_shown_find(SPAN_LIT("draft"), &shown));
}

/* ---- its golden row ---- */

static struct err read_plain(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct grant read;
	TRY(find(world, &arena, &read));
	check(&read);
	check_open(&read);
	return OK;
}

static struct err read_gated(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct grant read;
	TRY(find(world, &arena, &read));
	check_gated(&read);
	return OK;
}

static struct golden golden(unsigned version)
{
	return version == 1 ? (struct golden){"golden/grant_1.hex", TABLE_GRANT, key(), read_plain}
			    : (struct golden){"golden/grant_2.hex", TABLE_GRANT, key(), read_gated};
}

Test(grant, its_golden_rows_are_read_for_ever)
{
	for (unsigned version = 1; version <= 2; version++) {
		const struct golden row = golden(version);
		golden_is_read(&row);
	}
}

Test(grant, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	for (unsigned version = 1; version <= 2; version++) {
		const struct golden row = golden(version);
		golden_is_read_whole(&row);
	}
}

Test(grant, a_row_of_the_first_version_is_changed_without_losing_its_texts)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	scoped(buf) payload = BUF(ROW_MAX);
	struct grant read;
	const struct golden row = golden(1);
	world_make(&world, &kv_mem, FOLD);
	vectors_read_hex(row.file, &payload);
	world_put_row(&world, TABLE_GRANT, noun_key_span(&row.key), buf_span(&payload));
	world_must(find(&world, &arena, &read));
	read.suspended_by = world_thing(9);
	world_must(perform(&world, change, read));
	world_must(find(&world, &arena, &read));
	check(&read);
	cr_assert(ids_equal(read.suspended_by, world_thing(9)));
}
