/* SPDX-License-Identifier: Apache-2.0 */
/* test_agreement - the record of an agreement, which one holds, and when a contract ends. */
#include "store/nouns/agreement.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <string.h>

enum { FOLD = 1000, DAY_MS = 24 * 3600 * 1000 };

static const struct instant NOON = {1795262400000};

static struct agreement example(void)
{
	struct agreement agreement = {.tenant = world_tenant(1),
		.id = world_thing(1),
		.kind = AGREEMENT_NDA,
		.person = world_thing(4),
		.client = world_thing(3),
		.document = 3,
		.has_hash = true,
		.signed_at = NOON,
		.expires = {NOON.ms + DAY_MS},
		.recorder = world_thing(5),
		.recorder_is_person = true};
	for (size_t i = 0; i < AGREEMENT_HASH; i++)
		agreement.hash[i] = (uint8_t)i;
	return agreement;
}

static struct noun_key key(void)
{
	struct agreement agreement = example();
	return noun_key(agreement.tenant, id_span(&agreement.id), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	return agreement_put(act, context);
}

static void perform(struct world *world, struct agreement agreement)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = &agreement}));
}

static struct err read_row(struct world *world)
{
	scoped(reading) reading = {0};
	struct agreement read, want = example();
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(agreement_get(&view, world_tenant(1), world_thing(1), &read));
	cr_assert(read.kind == want.kind && read.document == want.document && read.recorder_is_person);
	cr_assert(ids_equal(read.person, want.person) && ids_equal(read.client, want.client));
	cr_assert(ids_equal(read.recorder, want.recorder) && read.has_hash);
	cr_assert(memcmp(read.hash, want.hash, AGREEMENT_HASH) == 0);
	cr_assert(read.signed_at.ms == want.signed_at.ms && read.expires.ms == want.expires.ms);
	cr_assert(read.ended.ms == 0);
	return OK;
}

Test(agreement, comes_back_as_it_was_put)
{
	scoped(world) world = {0};
	world_make(&world, &kv_mem, FOLD);
	perform(&world, example());
	world_must(read_row(&world));
}

static struct golden golden(void)
{
	return (struct golden){"golden/agreement_1.hex", TABLE_AGREEMENT, key(), read_row};
}

Test(agreement, its_golden_row_is_read_for_ever_and_written_the_same)
{
	const struct golden row = golden();
	scoped(world) world = {0};
	golden_is_read(&row);
	world_make(&world, &kv_mem, FOLD);
	perform(&world, example());
	golden_is_written(&world, &row);
}

Test(agreement, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}

/* ---- finding ---- */

static bool finds(struct world *world, const struct agreement_ask *ask, struct agreement *found)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	struct err err = agreement_find(&view, ask, found);
	if (err.kind != ERR_NOT_FOUND)
		world_must(err);
	return !err_failed(err);
}

static struct agreement_ask ask_now(void)
{
	return (struct agreement_ask){.tenant = world_tenant(1),
		.person = world_thing(4),
		.kind = AGREEMENT_NDA,
		.client = world_thing(3),
		.now = NOON};
}

Test(agreement, it_holds_from_its_signing_until_its_end_and_no_millisecond_longer)
{
	scoped(world) world = {0};
	struct agreement found;
	struct agreement_ask ask = ask_now();
	world_make(&world, &kv_mem, FOLD);
	cr_assert(!finds(&world, &ask, &found));
	perform(&world, example());
	cr_assert(finds(&world, &ask, &found) && ids_equal(found.id, world_thing(1)));
	ask.now.ms = NOON.ms - 1;
	cr_assert(!finds(&world, &ask, &found));
	ask.now.ms = NOON.ms + DAY_MS - 1;
	cr_assert(finds(&world, &ask, &found));
	ask.now.ms = NOON.ms + DAY_MS;
	cr_assert(!finds(&world, &ask, &found));
}

Test(agreement, another_kind_client_person_or_an_older_document_does_not_count)
{
	scoped(world) world = {0};
	struct agreement found;
	struct agreement_ask ask = ask_now();
	world_make(&world, &kv_mem, FOLD);
	perform(&world, example());
	ask.least = 3;
	cr_assert(finds(&world, &ask, &found));
	ask.least = 4;
	cr_assert(!finds(&world, &ask, &found));
	ask = ask_now();
	ask.kind = AGREEMENT_TERMS;
	cr_assert(!finds(&world, &ask, &found));
	ask = ask_now();
	ask.client = world_thing(9);
	cr_assert(!finds(&world, &ask, &found));
	ask = ask_now();
	ask.person = world_thing(9);
	cr_assert(!finds(&world, &ask, &found));
	ask = ask_now();
	ask.tenant = world_tenant(2);
	cr_assert(!finds(&world, &ask, &found));
}

Test(agreement, one_for_all_clients_counts_for_each_and_the_longest_is_found)
{
	scoped(world) world = {0};
	struct agreement all = example(), found;
	struct agreement_ask ask = ask_now();
	world_make(&world, &kv_mem, FOLD);
	perform(&world, example());
	all.id = world_thing(2);
	all.client = (struct id){0};
	all.expires.ms = 0;
	perform(&world, all);
	cr_assert(finds(&world, &ask, &found) && ids_equal(found.id, all.id));
	ask.client = world_thing(9);
	cr_assert(finds(&world, &ask, &found) && ids_equal(found.id, all.id));
	all.ended = NOON;
	perform(&world, all);
	cr_assert(!finds(&world, &ask, &found), "what was taken back counts no more");
}

/* ---- contracts ---- */

static int64_t contract_end(struct world *world)
{
	scoped(reading) reading = {0};
	struct instant end;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	world_must(agreement_contract_end(&view, world_tenant(1), world_thing(4), world_thing(3), &end));
	return end.ms;
}

Test(agreement, a_contract_ends_with_its_last_terms_also_when_they_are_over)
{
	scoped(world) world = {0};
	struct agreement terms = example();
	world_make(&world, &kv_mem, FOLD);
	perform(&world, example());
	cr_assert(contract_end(&world) == 0, "an NDA is no contract");
	terms.id = world_thing(2);
	terms.kind = AGREEMENT_TERMS;
	terms.expires.ms = NOON.ms - DAY_MS;
	perform(&world, terms);
	cr_assert(contract_end(&world) == NOON.ms - DAY_MS, "one that is over is no open one");
	terms.id = world_thing(6);
	terms.expires.ms = NOON.ms + DAY_MS;
	perform(&world, terms);
	cr_assert(contract_end(&world) == NOON.ms + DAY_MS);
	terms.ended = NOON;
	perform(&world, terms);
	cr_assert(contract_end(&world) == NOON.ms, "taken back, it ends then");
	terms.id = world_thing(7);
	terms.ended.ms = terms.expires.ms = 0;
	perform(&world, terms);
	cr_assert(contract_end(&world) == 0, "an open one has no end");
}
