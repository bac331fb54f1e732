/* SPDX-License-Identifier: Apache-2.0 */
/* test_client - the record of a customer, whose very name is a secret. */
#include "store/nouns/client.h"

#include "tests/support/fake_keys.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>

enum {
	FOLD = 1000,
	MEMORY = 256 * 1024,
	ROW_MAX = 64 * 1024,
	STATE_AT = 1,
	LANGUAGE_AT = 2,
	CONTACTS_AT = 12,
};

static const struct instant NOON = {1795262400000};

static struct client example(void)
{
	return (struct client){.tenant = world_tenant(1),
		.id = world_thing(1),
		.state = CLIENT_PAUSED,
		.language = LANGUAGE_HU,
		.mailbox_delegated = true,
		.frozen = true,
		.created = NOON,
		.contacts = {world_thing(2), world_thing(3)},
		.contact_count = 2,
		.name = SPAN_LIT("Sörényi Dorottya"),
		.ref = SPAN_LIT("crm:118"),
		.time_zone = SPAN_LIT("Europe/Budapest")};
}

static struct noun_key key(void)
{
	struct client client = example();
	return noun_key(client.tenant, id_span(&client.id), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(ROW_MAX);
	const struct client *client = context;
	TRY(client_seal(act->volume->keys, client, &sealed));
	return client_put(act, client, buf_span(&sealed));
}

static fallible put_ref(struct act *act, void *context)
{
	return client_put_ref(act, context);
}

static fallible drop_ref(struct act *act, void *context)
{
	return client_drop_ref(act, context);
}

static struct err perform(
	struct world *world, fallible (*run)(struct act *act, void *context), struct client client)
{
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = &client});
}

static struct err get(struct world *world, struct arena *arena, struct client *client)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return client_get(&view, world_tenant(1), world_thing(1), arena, client);
}

static void check(const struct client *read)
{
	const struct client want = example();
	cr_assert(ids_equal(read->tenant, want.tenant) && ids_equal(read->id, want.id));
	cr_assert(read->state == want.state && read->language == want.language);
	cr_assert(read->mailbox_delegated && read->frozen && read->created.ms == NOON.ms);
	cr_assert(read->contact_count == 2 && ids_equal(read->contacts[0], want.contacts[0]) &&
		ids_equal(read->contacts[1], want.contacts[1]));
	cr_assert(span_equal(read->name, want.name) && span_equal(read->ref, want.ref) &&
		span_equal(read->time_zone, want.time_zone));
}

Test(client, comes_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct client client = example(), read;
	world_make(&world, &kv_mem, FOLD);
	cr_assert(get(&world, &arena, &read).kind == ERR_NOT_FOUND);
	world_must(perform(&world, put, client));
	world_must(get(&world, &arena, &read));
	check(&read);
	client.frozen = false;
	world_must(perform(&world, put, client));
	world_must(get(&world, &arena, &read));
	cr_assert(!read.frozen && read.mailbox_delegated && read.version == 2);
	client.mailbox_delegated = false;
	client.frozen = true;
	world_must(perform(&world, put, client));
	world_must(get(&world, &arena, &read));
	cr_assert(read.frozen && !read.mailbox_delegated);
}

Test(client, keeps_no_contact_and_as_many_as_there_can_be)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct client client = example(), read;
	world_make(&world, &kv_mem, FOLD);
	client.contact_count = 0;
	world_must(perform(&world, put, client));
	world_must(get(&world, &arena, &read));
	cr_assert(read.contact_count == 0 && span_equal(read.name, client.name));
	client.contact_count = CLIENT_CONTACTS_MAX;
	for (unsigned i = 0; i < CLIENT_CONTACTS_MAX; i++)
		client.contacts[i] = world_thing(50 + i);
	world_must(perform(&world, put, client));
	world_must(get(&world, &arena, &read));
	cr_assert(read.contact_count == CLIENT_CONTACTS_MAX);
	cr_assert(memcmp(read.contacts, client.contacts, sizeof read.contacts) == 0);
}

Test(client, not_even_its_name_stands_in_clear)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct row row;
	const struct noun_key name = key();
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, example()));
	world_must(reading_open(&world.volume, &reading));
	world_must(reading_get(&reading, TABLE_CLIENT, noun_key_span(&name), &row));
	cr_assert(memmem(row.payload.at, row.payload.len, "Dorottya", 8) == NULL);
	cr_assert(memmem(row.payload.at, row.payload.len, "crm:", 4) == NULL);
	cr_assert(memmem(row.payload.at, row.payload.len, "Budapest", 8) == NULL);
}

Test(client, of_one_that_was_erased_only_what_is_not_personal_is_left)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct keys keys = fake_keys_gone();
	struct client read;
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, example()));
	world.volume.keys = &keys;
	world_must(get(&world, &arena, &read));
	cr_assert(read.name.len == 0 && read.ref.len == 0 && read.time_zone.len == 0);
	cr_assert(read.contact_count == 2 && read.state == CLIENT_PAUSED && read.frozen);
}

static struct err find(struct world *world, struct id tenant, const char *text, struct id *id)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return client_find(&view, tenant, span_text(text), id);
}

Test(client, is_found_by_id_and_by_ref_until_it_is_dropped)
{
	scoped(world) world = {0};
	struct id found;
	char text[ID_TEXT + 1];
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, example()));
	world_must(perform(&world, put_ref, example()));
	world_must(find(&world, world_tenant(1), "crm:118", &found));
	cr_assert(ids_equal(found, world_thing(1)));
	ids_print(ID_CLIENT, world_thing(1), text);
	world_must(find(&world, world_tenant(1), text, &found));
	cr_assert(find(&world, world_tenant(2), text, &found).kind == ERR_NOT_FOUND);
	cr_assert(find(&world, world_tenant(2), "crm:118", &found).kind == ERR_NOT_FOUND);
	world_must(perform(&world, drop_ref, example()));
	cr_assert(find(&world, world_tenant(1), "crm:118", &found).kind == ERR_NOT_FOUND);
}

Test(client, a_ref_is_taken_while_another_client_has_it)
{
	scoped(world) world = {0};
	struct client other = example();
	other.id = world_thing(9);
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put_ref, example()));
	cr_assert(perform(&world, put_ref, other).code == CODE_REF_TAKEN);
}

/* ---- walking ---- */

static size_t walk(struct world *world, struct id tenant, struct err *err)
{
	scoped(arena) arena = ARENA(MEMORY);
	scoped(reading) reading = {0};
	struct client client;
	struct id after = {0};
	size_t count = 0;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	for (; client_next(&view, tenant, &after, &arena, &client, err); count++)
		cr_assert(ids_equal(after, client.id) && span_is(client.ref, "crm:118"));
	return count;
}

Test(client, a_walk_meets_every_client_of_a_tenant_once)
{
	scoped(world) world = {0};
	struct err err;
	struct client client = example();
	world_make(&world, &kv_mem, FOLD);
	for (unsigned i = 0; i < 9; i++) {
		client.id = world_thing(i);
		client.tenant = world_tenant(i % 3 ? 1 : 2);
		world_must(perform(&world, put, client));
	}
	cr_assert(walk(&world, world_tenant(1), &err) == 6 && !err_failed(err));
	cr_assert(walk(&world, world_tenant(2), &err) == 3 && !err_failed(err));
	cr_assert(walk(&world, world_tenant(3), &err) == 0 && !err_failed(err));
}

static void put_raw(struct world *world, struct noun_key key, struct span payload)
{
	world_put_row(world, TABLE_CLIENT, noun_key_span(&key), payload);
}

Test(client, a_walk_stops_at_a_row_that_is_damaged_and_says_so)
{
	scoped(world) world = {0};
	struct err err;
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, example()));
	put_raw(&world, noun_key(world_tenant(1), SPAN_LIT("no id"), SPAN_NONE), SPAN_LIT("?"));
	walk(&world, world_tenant(1), &err);
	cr_assert(err.kind == ERR_CORRUPT);
}

/* ---- its golden row ---- */

static struct err read_row(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct client read;
	TRY(get(world, &arena, &read));
	check(&read);
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/client_1.hex", TABLE_CLIENT, key(), read_row};
}

static struct err read_row_of_a_branch(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct client read;
	struct id branch;
	memset(branch.bytes, 0xB7, sizeof branch.bytes);
	TRY(get(world, &arena, &read));
	check(&read);
	cr_assert(ids_equal(read.branch, branch));
	return OK;
}

Test(client, its_golden_row_of_version_2_with_a_branch_is_read_for_ever_and_never_half)
{
	const struct golden row = {"golden/client_2.hex", TABLE_CLIENT, key(), read_row_of_a_branch};
	golden_is_read(&row);
	golden_is_read_whole(&row);
}

static struct err read_row_with_countries(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct client read;
	TRY(get(world, &arena, &read));
	check(&read);
	cr_assert(read.countries.count == 2 && countries_has(&read.countries, "FI") &&
		countries_has(&read.countries, "GB") && !countries_has(&read.countries, "BR"));
	return OK;
}

Test(client, its_golden_row_of_version_3_with_countries_is_read_for_ever_and_never_half)
{
	const struct golden row = {"golden/client_3.hex", TABLE_CLIENT, key(), read_row_with_countries};
	golden_is_read(&row);
	golden_is_read_whole(&row);
}

Test(client, countries_come_back_with_a_branch_and_without)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct client client = example(), read;
	world_make(&world, &kv_mem, FOLD);
	for (unsigned i = 0; i < 4; i++) {
		client.countries.count = 0;
		for (unsigned n = 0; n < i * 5; n++)
			cr_assert(countries_add(&client.countries, SPAN_LIT("SE")));
		client.branch = i % 2 ? world_thing(9) : (struct id){0};
		world_must(perform(&world, put, client));
		world_must(get(&world, &arena, &read));
		cr_assert(read.countries.count == i * 5 && ids_equal(read.branch, client.branch), "%u", i);
	}
}

Test(client, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(client, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}

Test(client, a_field_that_no_version_knows_is_corrupt)
{
	static const struct {
		size_t at;
		uint8_t value;
	} WRONG[] = {{STATE_AT, CLIENT_ERASED + 1}, {LANGUAGE_AT, LANGUAGE_COUNT},
		{CONTACTS_AT, CLIENT_CONTACTS_MAX + 1}, {CONTACTS_AT, 255}};
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	world_make(&world, &kv_mem, FOLD);
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
		scoped(buf) payload = BUF(ROW_MAX);
		struct client read;
		vectors_read_hex("golden/client_1.hex", &payload);
		payload.data[WRONG[i].at] = WRONG[i].value;
		put_raw(&world, key(), buf_span(&payload));
		cr_assert(get(&world, &arena, &read).kind == ERR_CORRUPT, "field %zu", i);
	}
}
