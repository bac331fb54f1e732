/* SPDX-License-Identifier: Apache-2.0 */
/* test_credential - the record of a credential, and the list of each client. */
#include "store/nouns/credential.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 256 * 1024, ROW_MAX = 64 * 1024 };

static const struct instant NOON = {1795262400000};

static struct credential web_shop(void)
{
	return (struct credential){.tenant = world_tenant(1),
		.id = world_thing(1),
		.client = world_thing(2),
		.kind = CREDENTIAL_LOGIN,
		.state = CREDENTIAL_ARCHIVED,
		.modes_max = MODE_BIT(CODE) | MODE_BIT(REVEAL),
		.created = NOON,
		.current = 3,
		.known = 2,
		.title = SPAN_LIT("Web shop"),
		.url = SPAN_LIT("https://shop.example"),
		.username = SPAN_LIT("eva"),
		.tags = {SPAN_LIT("shop"), SPAN_LIT("old")},
		.tag_count = 2};
}

static struct noun_key key(void)
{
	struct credential credential = web_shop();
	return noun_key(credential.tenant, id_span(&credential.id), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(ROW_MAX);
	const struct credential *credential = context;
	TRY(credential_seal(act->volume->keys, credential, &sealed));
	return credential_put(act, credential, buf_span(&sealed));
}

static void store(struct world *world, struct credential credential)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = &credential}));
}

static struct err find(struct world *world, struct arena *arena, struct credential *credential)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return credential_get(&view, world_tenant(1), world_thing(1), arena, credential);
}

static void check(const struct credential *read)
{
	struct credential want = web_shop();
	cr_assert(
		ids_equal(read->client, want.client) && read->kind == want.kind && read->state == want.state);
	cr_assert(read->modes_max == want.modes_max && read->created.ms == NOON.ms);
	cr_assert(read->current == 3 && read->known == 2 && read->row == 1);
	cr_assert(span_equal(read->title, want.title) && span_equal(read->url, want.url));
	cr_assert(span_equal(read->username, want.username) && read->tag_count == 2);
	cr_assert(span_is(read->tags[0], "shop") && span_is(read->tags[1], "old"));
}

Test(credential, comes_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct credential read;
	world_make(&world, &kv_mem, FOLD);
	store(&world, web_shop());
	world_must(find(&world, &arena, &read));
	check(&read);
}

Test(credential, one_that_was_imported_keeps_what_it_was_known_by)
{
	static const uint8_t ORIGIN[CREDENTIAL_ORIGIN] = {1, 2, 3};
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct credential read, imported = web_shop();
	imported.origin = SPAN_BYTES(ORIGIN);
	world_make(&world, &kv_mem, FOLD);
	store(&world, imported);
	world_must(find(&world, &arena, &read));
	check(&read);
	cr_assert(span_equal(read.origin, SPAN_BYTES(ORIGIN)));
}

Test(credential, one_that_is_not_there_is_not_found)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct credential read;
	world_make(&world, &kv_mem, FOLD);
	cr_assert(find(&world, &arena, &read).kind == ERR_NOT_FOUND);
}

static size_t count(struct world *world, struct id tenant, struct id client)
{
	scoped(arena) arena = ARENA(MEMORY);
	scoped(reading) reading = {0};
	struct credential credential;
	struct id after = {0}, before = {0};
	struct err err;
	size_t found = 0;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	while (credential_next(&view, tenant, client, &after, &arena, &credential, &err)) {
		cr_assert(memcmp(after.bytes, before.bytes, sizeof after.bytes) > 0,
			"in the order of their ids");
		before = after;
		found++;
	}
	world_must(err);
	return found;
}

Test(credential, lists_are_of_one_client_or_of_one_tenant)
{
	scoped(world) world = {0};
	struct credential credential = web_shop();
	world_make(&world, &kv_mem, FOLD);
	for (unsigned i = 0; i < 12; i++) {
		credential.id = world_thing(10 + i);
		credential.client = world_thing(100 + i % 3);
		credential.tenant = world_tenant(1 + i / 9);
		store(&world, credential);
	}
	cr_assert(count(&world, world_tenant(1), (struct id){0}) == 9);
	cr_assert(count(&world, world_tenant(1), world_thing(101)) == 3);
	cr_assert(count(&world, world_tenant(2), world_thing(101)) == 1);
	cr_assert(count(&world, world_tenant(1), world_thing(103)) == 0);
}

Test(credential, the_words_of_kinds_are_found_again)
{
	enum credential_kind kind;
	for (unsigned i = 0; i < CREDENTIAL_KIND_COUNT; i++) {
		cr_assert(credential_kind_find(
				  span_text(credential_kind_name((enum credential_kind)i)), &kind) &&
			kind == i);
		cr_assert(credential_revealable(kind) != 0);
	}
	cr_assert(!credential_kind_find(SPAN_LIT("passkey"), &kind));
}

Test(credential, a_logins_seed_is_never_revealed)
{
	cr_assert((credential_revealable(CREDENTIAL_LOGIN) & 1u << CREDENTIAL_SEED) == 0);
	cr_assert((credential_revealable(CREDENTIAL_TOTP) & 1u << CREDENTIAL_SEED) != 0);
}

/* ---- in the trash, and shredded ---- */

static struct credential server_key(void)
{
	struct credential credential = web_shop();
	credential.kind = CREDENTIAL_SSH_KEY;
	credential.archived = (struct instant){NOON.ms + 1000};
	credential.strength = 3;
	credential.key_type = SPAN_LIT("ssh-ed25519");
	credential.fingerprint = SPAN_LIT("SHA256:RGFifHnT/0U53benKumYS3PlJLsX9dNrS3770oYVg78");
	return credential;
}

Test(credential, what_is_told_of_a_secret_comes_back)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct credential read, key = server_key();
	world_make(&world, &kv_mem, FOLD);
	store(&world, key);
	world_must(find(&world, &arena, &read));
	cr_assert(read.archived.ms == key.archived.ms && read.strength == 3);
	cr_assert(span_equal(read.key_type, key.key_type) && span_equal(read.fingerprint, key.fingerprint));
}

static fallible put_bare(struct act *act, void *context)
{
	return credential_put(act, context, SPAN_NONE);
}

Test(credential, a_shredded_one_has_no_label_and_is_still_there)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct credential read, credential = server_key();
	world_make(&world, &kv_mem, FOLD);
	credential.state = CREDENTIAL_SHREDDED;
	world_must(world_perform(
		&world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put_bare, .context = &credential}));
	world_must(find(&world, &arena, &read));
	cr_assert(read.state == CREDENTIAL_SHREDDED && read.title.len == 0 && read.fingerprint.len == 0);
	cr_assert(read.strength == CREDENTIAL_STRENGTH_NONE && read.current == 3);
}

Test(credential, the_words_of_states_are_found_again)
{
	enum credential_state state;
	for (unsigned i = 0; i < CREDENTIAL_STATE_COUNT; i++)
		cr_assert(credential_state_find(
				  span_text(credential_state_name((enum credential_state)i)), &state) &&
			state == i);
	cr_assert(!credential_state_find(SPAN_LIT("deleted"), &state));
}

/* ---- its golden row ---- */

static struct err read_row(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct credential read;
	TRY(find(world, &arena, &read));
	check(&read);
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/credential_1.hex", TABLE_CREDENTIAL, key(), read_row};
}

Test(credential, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(credential, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}

static struct err read_second(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct credential read, key = server_key();
	TRY(find(world, &arena, &read));
	cr_assert(
		read.kind == CREDENTIAL_SSH_KEY && read.archived.ms == key.archived.ms && read.strength == 3);
	cr_assert(span_equal(read.title, key.title) && span_is(read.tags[1], "old"));
	cr_assert(span_equal(read.key_type, key.key_type) && span_equal(read.fingerprint, key.fingerprint));
	return OK;
}

Test(credential, its_golden_row_of_version_2_is_read_for_ever_and_never_half)
{
	const struct golden row = {"golden/credential_2.hex", TABLE_CREDENTIAL, key(), read_second};
	golden_is_read(&row);
	golden_is_read_whole(&row);
}
