/* SPDX-License-Identifier: Apache-2.0 */
/* test_person - the records of people and of roles, and what the roles of a person allow. */
#include "store/nouns/person.h"

#include "tests/support/fake_keys.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>

enum {
	FOLD = 1000,
	MEMORY = 256 * 1024,
	ROW_MAX = 64 * 1024,
	KIND_AT = 1,
	STATE_AT = 2,
	LANGUAGE_AT = 3,
	ROLES_AT = 36,
};

static const struct instant NOON = {1795262400000};

static struct person example(void)
{
	return (struct person){.tenant = world_tenant(1),
		.id = world_thing(1),
		.kind = PERSON_OF_CLIENT,
		.state = PERSON_SUSPENDED,
		.language = LANGUAGE_SV,
		.client = world_thing(2),
		.created = NOON,
		.email_changed = {NOON.ms + 1},
		.roles = {SPAN_LIT("assistant"), SPAN_LIT("auditor")},
		.role_count = 2,
		.name = SPAN_LIT("Åsa Öberg"),
		.email = SPAN_LIT("asa@example.org"),
		.ref = SPAN_LIT("crew-7")};
}

static struct noun_key key(void)
{
	struct person person = example();
	return noun_key(person.tenant, id_span(&person.id), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(ROW_MAX);
	const struct person *person = context;
	TRY(person_seal(act->volume->keys, person, &sealed));
	return person_put(act, person, buf_span(&sealed));
}

static fallible put_ref(struct act *act, void *context)
{
	return person_put_ref(act, context);
}

static fallible drop_ref(struct act *act, void *context)
{
	return person_drop_ref(act, context);
}

static struct err perform(
	struct world *world, fallible (*run)(struct act *act, void *context), struct person person)
{
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = &person});
}

static struct err get(struct world *world, struct arena *arena, struct person *person)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return person_get(&view, world_tenant(1), world_thing(1), arena, person);
}

static void check(const struct person *read)
{
	const struct person want = example();
	cr_assert(ids_equal(read->tenant, want.tenant) && ids_equal(read->id, want.id));
	cr_assert(read->kind == want.kind && read->state == want.state && read->language == want.language);
	cr_assert(ids_equal(read->client, want.client) && read->created.ms == NOON.ms);
	cr_assert(read->email_changed.ms == want.email_changed.ms && read->role_count == 2);
	cr_assert(span_is(read->roles[0], "assistant") && span_is(read->roles[1], "auditor"));
	cr_assert(span_equal(read->name, want.name) && span_equal(read->email, want.email) &&
		span_equal(read->ref, want.ref));
}

Test(person, comes_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct person read;
	world_make(&world, &kv_mem, FOLD);
	cr_assert(get(&world, &arena, &read).kind == ERR_NOT_FOUND);
	world_must(perform(&world, put, example()));
	world_must(get(&world, &arena, &read));
	check(&read);
	cr_assert(read.version == 1);
	world_must(perform(&world, put, example()));
	world_must(get(&world, &arena, &read));
	cr_assert(read.version == 2);
}

Test(person, comes_back_with_as_little_and_as_much_as_there_can_be)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct person bare = {.tenant = world_tenant(1), .id = world_thing(1)}, read;
	char name[PERSON_NAME_MAX], email[PERSON_EMAIL_MAX], role[ROLES_NAME_MAX];
	memset(name, 'n', sizeof name);
	memset(email, 'e', sizeof email);
	memset(role, 'r', sizeof role);
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, bare));
	world_must(get(&world, &arena, &read));
	cr_assert(read.role_count == 0 && read.name.len == 0 && read.email.len == 0 && read.ref.len == 0);
	bare.name = span_of(name, sizeof name);
	bare.email = span_of(email, sizeof email);
	bare.role_count = PERSON_ROLES_MAX;
	for (size_t i = 0; i < PERSON_ROLES_MAX; i++)
		bare.roles[i] = span_of(role, sizeof role);
	world_must(perform(&world, put, bare));
	world_must(get(&world, &arena, &read));
	cr_assert(span_equal(read.name, bare.name) && span_equal(read.email, bare.email));
	cr_assert(read.role_count == PERSON_ROLES_MAX && span_equal(read.roles[7], bare.roles[7]));
}

Test(person, nothing_personal_stands_in_clear)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct row row;
	const struct noun_key name = key();
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, example()));
	world_must(reading_open(&world.volume, &reading));
	world_must(reading_get(&reading, TABLE_PERSON, noun_key_span(&name), &row));
	cr_assert(memmem(row.payload.at, row.payload.len, "berg", 4) == NULL);
	cr_assert(memmem(row.payload.at, row.payload.len, "asa@", 4) == NULL);
	cr_assert(memmem(row.payload.at, row.payload.len, "crew", 4) == NULL);
}

Test(person, of_somebody_erased_only_what_is_not_personal_is_left)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct keys keys = fake_keys_gone();
	struct person read;
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, example()));
	world.volume.keys = &keys;
	world_must(get(&world, &arena, &read));
	cr_assert(read.name.len == 0 && read.email.len == 0 && read.ref.len == 0);
	cr_assert(read.kind == PERSON_OF_CLIENT && read.role_count == 2 && read.created.ms == NOON.ms);
}

/* ---- refs ---- */

static struct err by_ref(struct world *world, struct id tenant, const char *ref, struct id *id)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return person_by_ref(&view, tenant, span_text(ref), id);
}

static struct err find(struct world *world, const char *text, struct id *id)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return person_find(&view, world_tenant(1), span_text(text), id);
}

Test(person, is_found_by_ref_until_it_is_dropped)
{
	scoped(world) world = {0};
	struct id found;
	char text[ID_TEXT + 1];
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, example()));
	world_must(perform(&world, put_ref, example()));
	world_must(by_ref(&world, world_tenant(1), "crew-7", &found));
	cr_assert(ids_equal(found, world_thing(1)));
	ids_print(ID_PERSON, world_thing(1), text);
	world_must(find(&world, text, &found));
	world_must(find(&world, "crew-7", &found));
	cr_assert(by_ref(&world, world_tenant(2), "crew-7", &found).kind == ERR_NOT_FOUND);
	world_must(perform(&world, drop_ref, example()));
	cr_assert(by_ref(&world, world_tenant(1), "crew-7", &found).kind == ERR_NOT_FOUND);
}

Test(person, is_found_by_ref_or_id_with_all_that_stands_in_clear)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	scoped(reading) reading = {0};
	struct person found;
	char text[ID_TEXT + 1];
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, example()));
	world_must(perform(&world, put_ref, example()));
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	ids_print(ID_PERSON, world_thing(1), text);
	const struct span names[] = {span_text(text), SPAN_LIT("crew-7")};
	for (size_t i = 0; i < 2; i++) {
		world_must(person_find_clear(&view, world_tenant(1), names[i], &arena, &found));
		cr_assert(ids_equal(found.tenant, world_tenant(1)) && ids_equal(found.id, world_thing(1)));
		cr_assert(found.state == PERSON_SUSPENDED && span_is(found.roles[1], "auditor"));
		cr_assert(found.name.len == 0 && found.email.len == 0 && found.ref.len == 0);
		struct err err = person_find_clear(&view, world_tenant(2), names[i], &arena, &found);
		cr_assert(err.kind == ERR_NOT_FOUND);
	}
}

Test(person, a_ref_is_taken_while_another_person_has_it)
{
	scoped(world) world = {0};
	struct person other = example();
	other.id = world_thing(9);
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put_ref, example()));
	cr_assert(perform(&world, put_ref, other).code == CODE_REF_TAKEN);
	other.tenant = world_tenant(2);
	world_must(perform(&world, put_ref, other));
}

/* ---- walking ---- */

static size_t walk(struct world *world, struct id tenant, struct err *err)
{
	scoped(arena) arena = ARENA(MEMORY);
	scoped(reading) reading = {0};
	struct person person;
	struct id after = {0};
	size_t count = 0;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	for (; person_next(&view, tenant, &after, &arena, &person, err); count++)
		cr_assert(ids_equal(after, person.id) && span_is(person.name, "Åsa Öberg"));
	return count;
}

Test(person, a_walk_meets_everybody_of_a_tenant_once)
{
	scoped(world) world = {0};
	struct err err;
	struct person person = example();
	world_make(&world, &kv_mem, FOLD);
	for (unsigned i = 0; i < 9; i++) {
		person.id = world_thing(i);
		person.tenant = world_tenant(i % 3 ? 1 : 2);
		world_must(perform(&world, put, person));
	}
	cr_assert(walk(&world, world_tenant(1), &err) == 6 && !err_failed(err));
	cr_assert(walk(&world, world_tenant(2), &err) == 3 && !err_failed(err));
	cr_assert(walk(&world, world_tenant(3), &err) == 0 && !err_failed(err));
}

static void put_raw(struct world *world, struct noun_key key, struct span payload)
{
	world_put_row(world, TABLE_PERSON, noun_key_span(&key), payload);
}

Test(person, a_walk_stops_at_a_row_that_is_damaged_and_says_so)
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
	struct person read;
	TRY(get(world, &arena, &read));
	check(&read);
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/person_1.hex", TABLE_PERSON, key(), read_row};
}

Test(person, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(person, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}

static struct err read_row_of_a_branch(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct person read;
	struct id branch;
	memset(branch.bytes, 0xB7, sizeof branch.bytes);
	TRY(get(world, &arena, &read));
	check(&read);
	cr_assert(ids_equal(read.branch, branch));
	return OK;
}

Test(person, its_golden_row_of_version_2_with_a_branch_is_read_for_ever_and_never_half)
{
	const struct golden row = {"golden/person_2.hex", TABLE_PERSON, key(), read_row_of_a_branch};
	golden_is_read(&row);
	golden_is_read_whole(&row);
}

static struct err read_row_with_a_notice(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct person read;
	TRY(read_row_of_a_branch(world));
	TRY(get(world, &arena, &read));
	cr_assert(read.notice == 7);
	return OK;
}

Test(person, its_golden_row_of_version_3_with_a_notice_is_read_for_ever_and_never_half)
{
	const struct golden row = {"golden/person_3.hex", TABLE_PERSON, key(), read_row_with_a_notice};
	golden_is_read(&row);
	golden_is_read_whole(&row);
}

Test(person, keeps_the_notice_that_was_acknowledged)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct person person = example(), read;
	person.notice = 7;
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, person));
	world_must(get(&world, &arena, &read));
	check(&read);
	cr_assert(read.notice == 7 && ids_is_none(read.branch));
}

Test(person, a_field_that_no_version_knows_is_corrupt)
{
	static const struct {
		size_t at;
		uint8_t value;
	} WRONG[] = {{KIND_AT, PERSON_EXTERNAL + 1}, {STATE_AT, PERSON_ERASED + 1},
		{LANGUAGE_AT, LANGUAGE_COUNT}, {ROLES_AT, PERSON_ROLES_MAX + 1}, {ROLES_AT, 255}};
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	world_make(&world, &kv_mem, FOLD);
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
		scoped(buf) payload = BUF(ROW_MAX);
		struct person read;
		vectors_read_hex("golden/person_1.hex", &payload);
		payload.data[WRONG[i].at] = WRONG[i].value;
		put_raw(&world, key(), buf_span(&payload));
		cr_assert(get(&world, &arena, &read).kind == ERR_CORRUPT, "field %zu", i);
	}
}

/* ---- roles ---- */

struct role_write {
	struct id tenant;
	struct role role;
};

static fallible put_role(struct act *act, void *context)
{
	const struct role_write *write = context;
	return role_put(act, write->tenant, &write->role);
}

static void add_role(struct world *world, unsigned tenant, const char *name, uint64_t capabilities)
{
	struct role_write write = {
		world_tenant(tenant), {.name = span_text(name), capabilities, ROLES_FACTOR_TOTP, 0}};
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put_role, .context = &write}));
}

static struct err get_role(struct world *world, const char *name, struct role *role)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return role_get(&view, world_tenant(1), span_text(name), role);
}

static struct noun_key role_key(void)
{
	return noun_key(world_tenant(1), SPAN_LIT("planner"), SPAN_NONE);
}

static struct err read_role(struct world *world)
{
	struct role role;
	TRY(get_role(world, "planner", &role));
	cr_assert(role.capabilities == (CAPABILITY_BIT(PEOPLE_READ) | CAPABILITY_BIT(CLIENTS_READ)));
	cr_assert(role.least_factor == ROLES_FACTOR_TOTP && span_is(role.name, "planner"));
	return OK;
}

static struct golden golden_role(void)
{
	return (struct golden){"golden/role_1.hex", TABLE_ROLE, role_key(), read_role};
}

Test(person, a_role_comes_back_as_it_was_put_and_is_written_as_its_golden_row)
{
	scoped(world) world = {0};
	struct role role;
	const struct golden row = golden_role();
	world_make(&world, &kv_mem, FOLD);
	cr_assert(get_role(&world, "planner", &role).kind == ERR_NOT_FOUND);
	add_role(&world, 1, "planner", CAPABILITY_BIT(PEOPLE_READ) | CAPABILITY_BIT(CLIENTS_READ));
	world_must(read_role(&world));
	golden_is_written(&world, &row);
}

Test(person, the_golden_row_of_a_role_is_read_for_ever_and_never_half)
{
	const struct golden row = golden_role();
	golden_is_read(&row);
	golden_is_read_whole(&row);
}

Test(person, a_role_with_a_factor_that_no_version_knows_is_corrupt)
{
	static const uint8_t ODD[] = {1, 0, 0, 0, 0, 0, 0, 0, 1, ROLES_FACTOR_TOTP + 1};
	const struct noun_key name = role_key();
	scoped(world) world = {0};
	struct role role;
	world_make(&world, &kv_mem, FOLD);
	world_put_row(&world, TABLE_ROLE, noun_key_span(&name), SPAN_BYTES(ODD));
	cr_assert(get_role(&world, "planner", &role).kind == ERR_CORRUPT);
}

Test(person, roles_are_walked_in_the_order_of_their_names)
{
	static const char *const NAMES[] = {"assistant", "owner", "planner"};
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	scoped(reading) reading = {0};
	struct role role;
	struct span after = SPAN_NONE;
	struct err err;
	size_t count = 0;
	world_make(&world, &kv_mem, FOLD);
	for (size_t i = 3; i > 0; i--)
		add_role(&world, 1, NAMES[i - 1], i);
	add_role(&world, 2, "stranger", 1);
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	for (; role_next(&view, world_tenant(1), &after, &arena, &role, &err); count++)
		cr_assert(count < 3 && span_is(role.name, NAMES[count]) && role.capabilities == count + 1);
	cr_assert(!err_failed(err) && count == 3);
}

Test(person, capabilities_are_the_union_of_the_roles_that_are_there)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct person person = example();
	uint64_t held = 0;
	world_make(&world, &kv_mem, FOLD);
	add_role(&world, 1, "assistant", CAPABILITY_BIT(PEOPLE_READ));
	add_role(&world, 1, "auditor", CAPABILITY_BIT(LOG_READ_TENANT));
	add_role(&world, 2, "assistant", CAPABILITY_BIT(ROLES_WRITE));
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	world_must(person_capabilities(&view, &person, &held));
	cr_assert(held ==
		(capabilities_expand(CAPABILITY_BIT(PEOPLE_READ)) |
			capabilities_expand(CAPABILITY_BIT(LOG_READ_TENANT))));
	person.roles[1] = SPAN_LIT("a role that is gone");
	world_must(person_capabilities(&view, &person, &held));
	cr_assert(held == capabilities_expand(CAPABILITY_BIT(PEOPLE_READ)));
	person.role_count = 0;
	world_must(person_capabilities(&view, &person, &held));
	cr_assert(held == 0);
}
