/* SPDX-License-Identifier: Apache-2.0 */
/* test_consent - the record of a consent, and which one holds. */
#include "store/nouns/consent.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 256 * 1024, ROW_MAX = 64 * 1024 };

static const struct instant NOON = {1795262400000};

static struct consent example(void)
{
	return (struct consent){.tenant = world_tenant(1),
		.id = world_thing(1),
		.state = CONSENT_GIVEN,
		.client = world_thing(3),
		.party = world_thing(4),
		.credential = world_thing(2),
		.giver = world_thing(5),
		.text = 3,
		.given = NOON,
		.expires = {NOON.ms + 1000},
		.purpose = SPAN_LIT("to read the contract")};
}

static struct noun_key key(void)
{
	struct consent consent = example();
	return noun_key(consent.tenant, id_span(&consent.id), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(ROW_MAX);
	const struct consent *consent = context;
	TRY(consent_seal(act->volume->keys, consent, &sealed));
	return consent_put(act, consent, buf_span(&sealed));
}

static void perform(struct world *world, struct consent consent)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = &consent}));
}

static struct err read_row(struct world *world)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct consent read, want = example();
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(consent_get(&view, world_tenant(1), world_thing(1), &arena, &read));
	cr_assert(read.state == want.state && read.text == want.text && read.withdrawn.ms == 0);
	cr_assert(ids_equal(read.client, want.client) && ids_equal(read.party, want.party));
	cr_assert(ids_equal(read.credential, want.credential) && ids_equal(read.giver, want.giver));
	cr_assert(read.given.ms == want.given.ms && read.expires.ms == want.expires.ms);
	cr_assert(span_equal(read.purpose, want.purpose));
	return OK;
}

Test(consent, comes_back_as_it_was_put)
{
	scoped(world) world = {0};
	world_make(&world, &kv_mem, FOLD);
	perform(&world, example());
	world_must(read_row(&world));
}

static bool finds(struct world *world, struct id credential, int64_t now_ms)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct consent found;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	const struct consent_ask ask = {
		world_tenant(1), world_thing(3), world_thing(4), credential, {now_ms}};
	struct err err = consent_find(&view, &ask, &arena, &found);
	if (err.kind != ERR_NOT_FOUND)
		world_must(err);
	return !err_failed(err);
}

Test(consent, it_holds_for_its_credential_until_it_ends_or_is_withdrawn)
{
	scoped(world) world = {0};
	struct consent consent = example();
	world_make(&world, &kv_mem, FOLD);
	cr_assert(!finds(&world, world_thing(2), NOON.ms));
	perform(&world, consent);
	cr_assert(finds(&world, world_thing(2), NOON.ms) && !finds(&world, world_thing(7), NOON.ms));
	cr_assert(finds(&world, world_thing(2), NOON.ms + 999) &&
		!finds(&world, world_thing(2), NOON.ms + 1000));
	consent.state = CONSENT_WITHDRAWN;
	perform(&world, consent);
	cr_assert(!finds(&world, world_thing(2), NOON.ms));
	consent = example();
	consent.id = world_thing(11);
	consent.credential = (struct id){0};
	perform(&world, consent);
	cr_assert(finds(&world, world_thing(2), NOON.ms) && finds(&world, world_thing(7), NOON.ms));
}

static struct golden golden(void)
{
	return (struct golden){"golden/consent_1.hex", TABLE_CONSENT, key(), read_row};
}

Test(consent, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(consent, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}
