/* SPDX-License-Identifier: Apache-2.0 */
/* test_keeper_seals - seeds, fields of credentials and what lives for a day: where they open, and that they
 * open nowhere else. */
#include "server/keeper/keeper.h"

#include "tests/server/keeper_world.h"

#include <criterion/criterion.h>
#include <pthread.h>

enum { RECORD_MAX = 8 * 1024 };

/* ---- seeds ---- */

static struct seal_context seed_place(void)
{
	return (struct seal_context){
		.tenant = KEEPER_TENANT, .client = KEEPER_ANNA.id, .object = {{8}}, .version = 1};
}

static struct err open_seed(struct keeper_world *world, struct seal_context context, const struct buf *record)
{
	scoped(secret) seed = {0};
	TRY(keeper_open_seed(world->keeper, context, buf_span(record), &seed));
	cr_assert(span_is(secret_span(&seed), "twenty bytes of seed"));
	return OK;
}

Test(keeper, a_seed_opens_for_its_person_and_factor_alone)
{
	scoped(keeper_world) world = {0};
	scoped(buf) record = BUF(RECORD_MAX);
	struct seal_context other;
	keeper_world_make(&world);
	keeper_world_must(
		keeper_seal_seed(world.keeper, seed_place(), SPAN_LIT("twenty bytes of seed"), &record));
	keeper_world_reopen(&world);
	keeper_world_must(open_seed(&world, seed_place(), &record));
	other = seed_place();
	other.client = KEEPER_BORIS.id;
	cr_assert(open_seed(&world, other, &record).kind == ERR_FORGED);
	other = seed_place();
	other.object.bytes[0]++;
	cr_assert(open_seed(&world, other, &record).kind == ERR_FORGED);
	other = seed_place();
	other.version++;
	cr_assert(open_seed(&world, other, &record).kind == ERR_FORGED);
	other = seed_place();
	other.tenant = KEEPER_OTHER_TENANT;
	cr_assert(open_seed(&world, other, &record).kind == ERR_FORGED);
}

/* ---- fields of credentials ---- */

static struct seal_context field_place(void)
{
	return (struct seal_context){.tenant = KEEPER_TENANT,
		.client = KEEPER_CLIENT.id,
		.object = {{8}},
		.version = 3,
		.field_type = 1,
		.max_modes = 1};
}

struct field {
	uint8_t wrapped[SEAL_WRAPPED];
	struct buf record;
};

static void field_done(struct field *field)
{
	buf_done(&field->record);
}

static void seal_field(struct keeper_world *world, struct field *field)
{
	field->record = BUF(RECORD_MAX);
	keeper_world_must(keeper_make_data_key(world->keeper, field_place(), field->wrapped));
	keeper_world_must(keeper_seal_field(world->keeper, field_place(), SPAN_BYTES(field->wrapped),
		SPAN_LIT("correct horse"), &field->record));
}

static struct err open_field(
	struct keeper_world *world, struct seal_context context, const struct field *field)
{
	scoped(secret) plain = {0};
	TRY(keeper_open_field(
		world->keeper, context, SPAN_BYTES(field->wrapped), buf_span(&field->record), &plain));
	cr_assert(span_is(secret_span(&plain), "correct horse"));
	return OK;
}

Test(keeper, a_field_opens_in_its_version_also_after_a_restart)
{
	scoped(keeper_world) world = {0};
	scoped(field) field = {0};
	keeper_world_make(&world);
	seal_field(&world, &field);
	keeper_world_must(open_field(&world, field_place(), &field));
	keeper_world_reopen(&world);
	keeper_world_must(open_field(&world, field_place(), &field));
}

Test(keeper, a_field_does_not_open_under_a_raised_ceiling)
{
	scoped(keeper_world) world = {0};
	scoped(field) field = {0};
	struct seal_context raised = field_place();
	uint8_t rewrapped[SEAL_WRAPPED];
	keeper_world_make(&world);
	seal_field(&world, &field);
	raised.max_modes = 7;
	cr_assert(open_field(&world, raised, &field).kind == ERR_FORGED);
	/* Nor with a data key that was made for the higher one. */
	keeper_world_must(keeper_make_data_key(world.keeper, raised, rewrapped));
	memcpy(field.wrapped, rewrapped, sizeof rewrapped);
	cr_assert(open_field(&world, raised, &field).kind == ERR_FORGED);
}

Test(keeper, a_field_opens_in_no_other_place)
{
	scoped(keeper_world) world = {0};
	scoped(field) field = {0};
	struct seal_context other;
	const struct subject second = {SUBJECT_CLIENT, {{55}}};
	keeper_world_make(&world);
	keeper_world_must(keeper_make_subject(world.keeper, KEEPER_TENANT, &second));
	seal_field(&world, &field);
	other = field_place();
	other.field_type++;
	cr_assert(open_field(&world, other, &field).kind == ERR_FORGED, "another field");
	other = field_place();
	other.version++;
	cr_assert(open_field(&world, other, &field).kind == ERR_FORGED, "another version");
	other = field_place();
	other.object.bytes[0]++;
	cr_assert(open_field(&world, other, &field).kind == ERR_FORGED, "another credential");
	other = field_place();
	other.client = second.id;
	cr_assert(open_field(&world, other, &field).kind == ERR_FORGED, "another client");
	other = field_place();
	other.tenant = KEEPER_OTHER_TENANT;
	cr_assert(
		open_field(&world, other, &field).kind == ERR_NOT_FOUND, "another tenant has no such client");
}

Test(keeper, a_field_does_not_open_with_the_data_key_of_another_version)
{
	scoped(keeper_world) world = {0};
	scoped(field) one = {0};
	scoped(field) other = {0};
	keeper_world_make(&world);
	seal_field(&world, &one);
	seal_field(&world, &other);
	memcpy(one.wrapped, other.wrapped, sizeof one.wrapped);
	cr_assert(open_field(&world, field_place(), &one).kind == ERR_FORGED);
}

Test(keeper, no_field_of_a_client_opens_once_the_clients_key_is_destroyed)
{
	scoped(keeper_world) world = {0};
	scoped(field) field = {0};
	uint8_t wrapped[SEAL_WRAPPED];
	keeper_world_make(&world);
	seal_field(&world, &field);
	keeper_world_must(open_field(&world, field_place(), &field));
	keeper_world_must(keeper_drop_subject(world.keeper, KEEPER_TENANT, &KEEPER_CLIENT));
	cr_assert(open_field(&world, field_place(), &field).kind == ERR_NOT_FOUND);
	cr_assert(keeper_make_data_key(world.keeper, field_place(), wrapped).kind == ERR_NOT_FOUND);
}

/* ---- what lives for a day ---- */

static struct err open_short(struct keeper_world *world, struct id tenant, uint32_t day, struct id object,
	const struct buf *record)
{
	scoped(buf) plain = BUF(RECORD_MAX);
	TRY(keeper_open_short(world->keeper, tenant, day, object, buf_span(record), &plain));
	cr_assert(span_is(buf_span(&plain), "an answer"));
	return OK;
}

Test(keeper, what_is_sealed_for_a_day_opens_with_that_days_key_and_in_its_place)
{
	enum { DAY = 20778 };
	scoped(keeper_world) world = {0};
	scoped(buf) record = BUF(RECORD_MAX);
	scoped(buf) unused = BUF(RECORD_MAX);
	const struct id here = {{1}}, there = {{2}};
	keeper_world_make(&world);
	keeper_world_must(
		keeper_seal_short(world.keeper, KEEPER_TENANT, DAY, here, SPAN_LIT("an answer"), &record));
	keeper_world_must(open_short(&world, KEEPER_TENANT, DAY, here, &record));
	keeper_world_reopen(&world);
	keeper_world_must(open_short(&world, KEEPER_TENANT, DAY, here, &record));
	cr_assert(open_short(&world, KEEPER_TENANT, DAY, there, &record).kind == ERR_FORGED);
	cr_assert(open_short(&world, KEEPER_TENANT, DAY + 1, here, &record).kind == ERR_NOT_FOUND,
		"to open makes no key");
	keeper_world_must(keeper_seal_short(world.keeper, KEEPER_TENANT, DAY + 1, here, SPAN_NONE, &unused));
	cr_assert(open_short(&world, KEEPER_TENANT, DAY + 1, here, &record).kind == ERR_FORGED);
	cr_assert(open_short(&world, KEEPER_OTHER_TENANT, DAY, here, &record).kind == ERR_NOT_FOUND);
}

static void *seal_one(void *context)
{
	struct keeper_world *world = context;
	scoped(buf) record = BUF(RECORD_MAX);
	const struct id here = {{1}};
	keeper_world_must(
		keeper_seal_short(world->keeper, KEEPER_TENANT, 1, here, SPAN_LIT("an answer"), &record));
	keeper_world_must(open_short(world, KEEPER_TENANT, 1, here, &record));
	return NULL;
}

Test(keeper, threads_that_need_a_days_key_first_make_one_together)
{
	enum { THREADS = 4 };
	scoped(keeper_world) world = {0};
	pthread_t threads[THREADS];
	keeper_world_make(&world);
	for (size_t i = 0; i < THREADS; i++)
		cr_assert(pthread_create(&threads[i], NULL, seal_one, &world) == 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}
