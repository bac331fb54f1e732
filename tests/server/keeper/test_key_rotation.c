/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_rotation - other keys wrap, and everything opens as before; what was taken away, or put back, opens nothing. */
#include "server/keeper/key_rotation.h"

#include "store/event.h"
#include "tests/server/keeper_world.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>

enum { RECORD_MAX = 8 * 1024, SHARES = 5, LEAST = 3, CROWD = 600, SLOT_ROOM = KEYRING_SLOTS_RECORD_MAX };

static const struct slots_secret BY_FILE = {.kind = SLOT_KEY_FILE, .text = {KEEPER_SECRET, SLOT_SECRET}};
static const struct slots_secret BY_WORDS = {
	.kind = SLOT_PASSPHRASE, .text = {(const uint8_t *)"correct horse battery staple", 28}};
static const struct slots_ask WORDS = {.kind = SLOT_PASSPHRASE,
	.text = {(const uint8_t *)"correct horse battery staple", 28},
	.cost = {1, 8 * 1024}};
static const struct subject OF_TENANT = {.kind = SUBJECT_TENANT};
static const struct id EVENT = {{6}};

/* ---- what must open as before ---- */

/* Everything that keys make, of one tenant; the sealed things were sealed before. */
struct goods {
	struct buf rows[3], seed, secret, brief;
	uint8_t wrapped[SEAL_WRAPPED];
	uint8_t print[HASH_BLAKE];
};

static void goods_done(struct goods *goods)
{
	struct buf *const bufs[] = {&goods->rows[0], &goods->rows[1], &goods->rows[2], &goods->seed,
		&goods->secret, &goods->brief};
	for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
		buf_done(bufs[i]);
}

static struct seal_context place(void)
{
	return (struct seal_context){.tenant = KEEPER_TENANT,
		.client = KEEPER_CLIENT.id,
		.object = {{8}},
		.version = 3,
		.field_type = 1,
		.max_modes = 1};
}

static const struct subject *const SUBJECTS[] = {&OF_TENANT, &KEEPER_ANNA, &KEEPER_CLIENT};

/* Keys that show themselves only by what they make: two of the same print are the same. */
static void print_keys(struct keeper_world *world, uint8_t print[static HASH_BLAKE])
{
	struct part_key parts[3];
	uint8_t term[KEYS_TERM], mac[KEYS_MAC], sum[HASH_WIDE], uses[KEEPER_USE_COUNT][HASH_BLAKE];
	uint8_t decoy[HASH_BLAKE], checkpoint[SIGN_PUBLIC], receipt[SIGN_PUBLIC];
	uint32_t epoch = event_month(KEEPER_NOON), tokens[1], search;
	const struct span text = SPAN_LIT("a text");
	for (size_t i = 0; i < 3; i++)
		keeper_world_must(world->keys->part_key(
			world->keeper, KEEPER_TENANT, SUBJECTS[i], EVENT, PART_ACTOR, &epoch, &parts[i]));
	keeper_world_must(world->keys->term(world->keeper, KEEPER_TENANT, "mn.test", text, term));
	keeper_world_must(
		world->keys->search_tokens(world->keeper, KEEPER_TENANT, &text, 1, &search, tokens));
	world->keys->mac(world->keeper, &text, 1, mac);
	world->keys->sum_term(world->keeper, &text, 1, sum);
	for (size_t i = 0; i < KEEPER_USE_COUNT; i++)
		keeper_hash(world->keeper, (enum keeper_use)i, &text, 1, uses[i]);
	keeper_world_must(keeper_decoy(world->keeper, KEEPER_TENANT, text, decoy));
	keeper_world_must(keeper_public(world->keeper, KEEPER_TENANT, checkpoint, receipt));
	const struct span all[] = {span_of(parts, sizeof parts), SPAN_BYTES(term), SPAN_BYTES(mac),
		SPAN_BYTES(sum), span_of(uses, sizeof uses), SPAN_BYTES(decoy), SPAN_BYTES(checkpoint),
		SPAN_BYTES(receipt), span_of(tokens, sizeof tokens), span_of(&search, sizeof search)};
	const struct mac_key key = {{1}};
	hash_mac(&key, all, sizeof all / sizeof all[0], print);
}

static void seal_goods(struct keeper_world *world, struct goods *goods)
{
	const struct seal_context row = {.object = {{7}}, .object_type = SEAL_LABEL};
	*goods = (struct goods){.seed = BUF(RECORD_MAX), .secret = BUF(RECORD_MAX), .brief = BUF(RECORD_MAX)};
	for (size_t i = 0; i < 3; i++) {
		goods->rows[i] = BUF(RECORD_MAX);
		keeper_world_must(world->keys->seal_row(
			world->keeper, KEEPER_TENANT, SUBJECTS[i], row, SPAN_LIT("a row"), &goods->rows[i]));
	}
	keeper_world_must(keeper_seal_seed(world->keeper, place(), SPAN_LIT("a seed"), &goods->seed));
	keeper_world_must(keeper_make_data_key(world->keeper, place(), goods->wrapped));
	keeper_world_must(keeper_seal_field(
		world->keeper, place(), SPAN_BYTES(goods->wrapped), SPAN_LIT("a secret"), &goods->secret));
	keeper_world_must(keeper_seal_short(
		world->keeper, KEEPER_TENANT, 20000, EVENT, SPAN_LIT("a mail"), &goods->brief));
	print_keys(world, goods->print);
}

static void check_rows(struct keeper_world *world, const struct goods *goods)
{
	const struct seal_context row = {.object = {{7}}, .object_type = SEAL_LABEL};
	for (size_t i = 0; i < 3; i++) {
		scoped(buf) plain = BUF(RECORD_MAX);
		keeper_world_must(world->keys->open_row(
			world->keeper, KEEPER_TENANT, SUBJECTS[i], row, buf_span(&goods->rows[i]), &plain));
		cr_assert(span_is(buf_span(&plain), "a row"), "row %zu", i);
	}
}

static struct err open_secret(struct keeper_world *world, const struct goods *goods)
{
	scoped(secret) plain = {0};
	TRY(keeper_open_field(
		world->keeper, place(), SPAN_BYTES(goods->wrapped), buf_span(&goods->secret), &plain));
	cr_assert(span_is(secret_span(&plain), "a secret"));
	return OK;
}

static void check_goods(struct keeper_world *world, const struct goods *goods)
{
	scoped(secret) seed = {0};
	scoped(buf) brief = BUF(RECORD_MAX);
	uint8_t print[HASH_BLAKE];
	check_rows(world, goods);
	keeper_world_must(keeper_open_seed(world->keeper, place(), buf_span(&goods->seed), &seed));
	cr_assert(span_is(secret_span(&seed), "a seed"));
	keeper_world_must(keeper_open_short(
		world->keeper, KEEPER_TENANT, 20000, EVENT, buf_span(&goods->brief), &brief));
	cr_assert(span_is(buf_span(&brief), "a mail"));
	keeper_world_must(open_secret(world, goods));
	print_keys(world, print);
	cr_assert(memcmp(print, goods->print, sizeof print) == 0, "a key has another meaning");
}

/* ---- running ---- */

static struct key_rotation begun(struct keeper_world *world, enum key_rotation_what what)
{
	struct key_rotation rotation = {.what = what, .begun = KEEPER_NOON};
	if (what != KEY_ROTATION_ROOT)
		rotation.tenant = KEEPER_TENANT;
	if (what == KEY_ROTATION_CLIENT)
		rotation.client = KEEPER_CLIENT.id;
	keeper_world_must(keeper_rotation_begin(world->keeper, &rotation));
	return rotation;
}

/* A client's data keys are the caller's: here one. */
static void rewrap(struct keeper_world *world, struct key_rotation *rotation, struct goods *goods)
{
	uint8_t before[SEAL_WRAPPED];
	if (rotation->what == KEY_ROTATION_TENANT) {
		keeper_world_must(keeper_rotation_rewrap(world->keeper, rotation));
		return;
	}
	memcpy(before, goods->wrapped, sizeof before);
	keeper_world_must(keeper_rewrap_data_key(world->keeper, place(), SPAN_BYTES(before), goods->wrapped));
	rotation->stage = KEY_ROTATION_RETIRING;
	keeper_world_must(keeper_rotation_save(world->keeper, rotation));
}

static void end(struct keeper_world *world, struct key_rotation *rotation, struct goods *goods)
{
	while (rotation->stage == KEY_ROTATION_WRAPPING)
		rewrap(world, rotation, goods);
	if (rotation->stage == KEY_ROTATION_RETIRING)
		keeper_world_must(keeper_rotation_retire(world->keeper, rotation));
	keeper_world_must(keeper_rotation_end(world->keeper));
}

static void rotate(struct keeper_world *world, enum key_rotation_what what, struct goods *goods)
{
	struct key_rotation rotation = begun(world, what);
	end(world, &rotation, goods);
}

static void make(struct keeper_world *world, struct goods *goods)
{
	keeper_world_make(world);
	seal_goods(world, goods);
}

static struct keyring_row row_of(struct keyring *keyring, enum keyring_kind kind, struct id id)
{
	struct keyring_row row;
	keeper_world_must(keyring_get(keyring, &(struct keyring_name){kind, KEEPER_TENANT, id}, &row));
	return row;
}

/* ---- everything opens ---- */

Test(key_rotation, of_any_key_leaves_everything_to_open_as_before)
{
	scoped(keeper_world) world = {0};
	scoped(goods) goods = {0};
	make(&world, &goods);
	for (unsigned round = 0; round < 3; round++)
		for (enum key_rotation_what what = KEY_ROTATION_ROOT; what <= KEY_ROTATION_CLIENT; what++) {
			rotate(&world, what, &goods);
			check_goods(&world, &goods);
			keeper_world_reopen(&world);
			check_goods(&world, &goods);
		}
}

Test(key_rotation, leaves_everything_to_open_between_any_two_steps_and_after_a_crash_there)
{
	for (enum key_rotation_what what = KEY_ROTATION_ROOT; what <= KEY_ROTATION_CLIENT; what++) {
		scoped(keeper_world) world = {0};
		scoped(goods) goods = {0};
		struct key_rotation found;
		make(&world, &goods);
		rotate(&world, what, &goods);
		struct key_rotation rotation = begun(&world, what);
		for (;;) {
			check_goods(&world, &goods);
			keeper_world_reopen(&world);
			keeper_world_must(keeper_rotation_find(world.keeper, &found));
			cr_assert(memcmp(&found, &rotation, sizeof found) == 0);
			check_goods(&world, &goods);
			if (rotation.stage == KEY_ROTATION_TELLING)
				break;
			if (rotation.stage == KEY_ROTATION_WRAPPING)
				rewrap(&world, &rotation, &goods);
			else
				keeper_world_must(keeper_rotation_retire(world.keeper, &rotation));
		}
		keeper_world_must(keeper_rotation_end(world.keeper));
		cr_assert(keeper_rotation_find(world.keeper, &found).kind == ERR_NOT_FOUND);
	}
}

Test(key_rotation, is_one_at_a_time)
{
	scoped(keeper_world) world = {0};
	scoped(goods) goods = {0};
	make(&world, &goods);
	struct key_rotation first = begun(&world, KEY_ROTATION_TENANT), second = {.what = KEY_ROTATION_ROOT};
	cr_assert(keeper_rotation_begin(world.keeper, &second).kind == ERR_CONFLICT);
	end(&world, &first, &goods);
	keeper_world_must(keeper_rotation_begin(world.keeper, &second));
}

Test(key_rotation, of_nobody_is_not_found_and_begins_nothing)
{
	scoped(keeper_world) world = {0};
	scoped(goods) goods = {0};
	struct key_rotation rotation = {.what = KEY_ROTATION_TENANT, .tenant = {{99}}};
	make(&world, &goods);
	cr_assert(keeper_rotation_begin(world.keeper, &rotation).kind == ERR_NOT_FOUND);
	rotation =
		(struct key_rotation){.what = KEY_ROTATION_CLIENT, .tenant = KEEPER_TENANT, .client = {{99}}};
	cr_assert(keeper_rotation_begin(world.keeper, &rotation).kind == ERR_NOT_FOUND);
	cr_assert(keeper_rotation_find(world.keeper, &rotation).kind == ERR_NOT_FOUND);
	check_goods(&world, &goods);
}

/* ---- the root key and its slots ---- */

static bool opens(struct keyring *keyring, const struct slots_secret *by)
{
	struct seal_key root;
	struct err err = slots_open(keyring, by, &root);
	cr_assert(!err_failed(err) || err.kind == ERR_FORGED, "%s", err.why);
	return !err_failed(err);
}

static fallible open_by(struct keeper_world *world, struct slots_secret by)
{
	const struct keeper_ask ask = {
		.backend = &kv_lmdb, .directory = world->dir.path, .unseal = by, .arena = world->arena};
	TRY(keeper_open(&ask, &world->keeper));
	world->keys = keeper_keys(world->keeper);
	return OK;
}

Test(key_rotation, of_the_root_key_needs_no_slots_secret_and_each_slot_opens_afterwards)
{
	scoped(keeper_world) world = {0};
	scoped(goods) goods = {0};
	struct share shares[SHARES];
	uint32_t number, generation;
	struct instant since;
	const struct slots_secret by_shares = {.kind = SLOT_SHARES, .shares = shares + 1, .count = LEAST};
	const struct slots_ask ask = {.kind = SLOT_SHARES, .least = LEAST, .count = SHARES};
	make(&world, &goods);
	struct keyring *keyring = keeper_world_open_keyring(&world);
	keeper_world_must(slots_add(keyring, &BY_FILE, &WORDS, NULL, &number));
	keeper_world_must(slots_add(keyring, &BY_FILE, &ask, shares, &number));
	keyring_close(keyring);
	keeper_world_reopen(&world);
	for (unsigned i = 0; i < 10; i++)
		rotate(&world, KEY_ROTATION_ROOT, &goods);
	const struct slots_secret *const ways[] = {&BY_FILE, &BY_WORDS, &by_shares};
	for (size_t i = 0; i < 3; i++) {
		keeper_world_close(&world);
		keeper_world_must(open_by(&world, *ways[i]));
		check_goods(&world, &goods);
	}
	keyring = keeper_world_open_keyring(&world);
	keeper_world_must(slots_generation(keyring, &generation, &since));
	cr_assert(generation == 11 && since.ms == KEEPER_NOON.ms);
	keyring_close(keyring);
}

Test(key_rotation, leaves_a_slot_that_was_removed_before_it_without_any_later_root_key)
{
	scoped(keeper_world) world = {0};
	scoped(goods) goods = {0};
	scoped(buf) removed = BUF(SLOT_ROOM), older = BUF(SLOT_ROOM);
	uint32_t number;
	make(&world, &goods);
	struct keyring *keyring = keeper_world_open_keyring(&world);
	keeper_world_must(slots_add(keyring, &BY_FILE, &WORDS, NULL, &number));
	keeper_world_must(keyring_slots_get(keyring, number, &removed));
	keeper_world_must(keyring_slots_get(keyring, 0, &older));
	keeper_world_must(keyring_slots_remove(keyring, number));
	keyring_close(keyring);
	keeper_world_reopen(&world);
	rotate(&world, KEY_ROTATION_ROOT, &goods);
	keyring = keeper_world_open_keyring(&world);
	keeper_world_must(keyring_slots_add(keyring, buf_span(&removed), &number));
	cr_assert(!opens(keyring, &BY_WORDS), "put back, it opens the root key of before");
	keeper_world_must(keyring_slots_add(keyring, buf_span(&older), &number));
	cr_assert(opens(keyring, &BY_FILE), "an old record beside the new one hinders nobody");
	keeper_world_must(keyring_slots_remove(keyring, 0));
	cr_assert(!opens(keyring, &BY_FILE), "an old record alone opens nothing");
	keyring_close(keyring);
}

/* The note of the generation gone, too: then the old root key finds nothing that it opens. */
Test(key_rotation, is_not_undone_by_taking_its_note_away)
{
	scoped(keeper_world) world = {0};
	scoped(goods) goods = {0};
	scoped(buf) older = BUF(SLOT_ROOM);
	uint32_t number;
	make(&world, &goods);
	struct keyring *keyring = keeper_world_open_keyring(&world);
	keeper_world_must(keyring_slots_get(keyring, 0, &older));
	keyring_close(keyring);
	keeper_world_reopen(&world);
	rotate(&world, KEY_ROTATION_ROOT, &goods);
	keyring = keeper_world_open_keyring(&world);
	keeper_world_must(keyring_slots_add(keyring, buf_span(&older), &number));
	keeper_world_must(keyring_slots_remove(keyring, 0));
	struct keyring_batch batch;
	keeper_world_must(keyring_batch_open(keyring, &batch));
	keeper_world_must(keyring_batch_drop_note(&batch, "root"));
	keeper_world_must(keyring_batch_commit(&batch));
	keyring_batch_done(&batch);
	keyring_close(keyring);
	cr_assert(open_by(&world, BY_FILE).kind == ERR_FORGED);
}

Test(key_rotation, does_not_take_a_slot_along_that_somebody_put_there)
{
	static const uint8_t STRANGER[SLOT_SECRET] = {43};
	static const struct seal_key ROOT = {{44}};
	scoped(keeper_world) world = {0};
	scoped(goods) goods = {0};
	scoped(buf) record = BUF(SLOT_ROOM);
	struct key_rotation rotation = {.what = KEY_ROTATION_ROOT};
	uint32_t number, generation;
	struct instant since;
	make(&world, &goods);
	struct keyring *keyring = keeper_world_open_keyring(&world);
	keeper_world_must(slot_make(&(struct slot_method){.kind = SLOT_KEY_FILE}, STRANGER, &ROOT, &record));
	keeper_world_must(keyring_slots_add(keyring, buf_span(&record), &number));
	keyring_close(keyring);
	keeper_world_reopen(&world);
	cr_assert(keeper_rotation_begin(world.keeper, &rotation).kind == ERR_FORGED);
	check_goods(&world, &goods);
	keyring = keeper_world_open_keyring(&world);
	keeper_world_must(slots_generation(keyring, &generation, &since));
	cr_assert(generation == 1 && opens(keyring, &BY_FILE));
	keeper_world_must(keyring_slots_remove(keyring, number));
	keyring_close(keyring);
	keeper_world_reopen(&world);
	rotate(&world, KEY_ROTATION_ROOT, &goods);
	check_goods(&world, &goods);
}

/* ---- what is put back ---- */

/* A row of before is in the place of the one that a rotation wrote. */
static struct err after_putting_back(enum key_rotation_what what, enum keyring_kind kind, struct id id)
{
	scoped(keeper_world) world = {0};
	scoped(goods) goods = {0};
	struct part_key key;
	uint32_t epoch = 0;
	make(&world, &goods);
	struct keyring *keyring = keeper_world_open_keyring(&world);
	struct keyring_row row = row_of(keyring, kind, id);
	keyring_close(keyring);
	keeper_world_reopen(&world);
	rotate(&world, what, &goods);
	keyring = keeper_world_open_keyring(&world);
	keeper_world_must(keyring_put(keyring, &row, 1));
	keyring_close(keyring);
	keeper_world_reopen(&world);
	return world.keys->part_key(
		world.keeper, KEEPER_TENANT, &KEEPER_ANNA, EVENT, PART_ACTOR, &epoch, &key);
}

Test(key_rotation, refuses_a_wrap_of_before_that_is_put_back)
{
	const struct id none = {{0}};
	cr_assert(after_putting_back(KEY_ROTATION_ROOT, KEYRING_TENANT, none).kind == ERR_FORGED);
	cr_assert(after_putting_back(KEY_ROTATION_TENANT, KEYRING_TENANT, none).kind == ERR_FORGED,
		"the old tenant key opens nothing of now");
	cr_assert(after_putting_back(KEY_ROTATION_TENANT, KEYRING_PERSON, KEEPER_ANNA.id).kind == ERR_FORGED);
}

Test(key_rotation, refuses_a_wrap_of_another_person_in_this_ones_place)
{
	scoped(keeper_world) world = {0};
	scoped(goods) goods = {0};
	struct part_key key;
	uint32_t epoch = 0;
	make(&world, &goods);
	rotate(&world, KEY_ROTATION_TENANT, &goods);
	struct keyring *keyring = keeper_world_open_keyring(&world);
	struct keyring_row row = row_of(keyring, KEYRING_PERSON, KEEPER_BORIS.id);
	row.name.id = KEEPER_ANNA.id;
	keeper_world_must(keyring_put(keyring, &row, 1));
	keyring_close(keyring);
	keeper_world_reopen(&world);
	cr_assert(
		world.keys
			->part_key(world.keeper, KEEPER_TENANT, &KEEPER_ANNA, EVENT, PART_ACTOR, &epoch, &key)
			.kind == ERR_FORGED);
}

/* ---- a client's data keys ---- */

Test(key_rotation, of_a_client_leaves_a_data_key_that_was_not_wrapped_anew_dark)
{
	scoped(keeper_world) world = {0};
	scoped(goods) goods = {0};
	struct goods older;
	make(&world, &goods);
	rotate(&world, KEY_ROTATION_CLIENT, &goods);
	older = goods;
	rotate(&world, KEY_ROTATION_CLIENT, &goods);
	keeper_world_must(open_secret(&world, &goods));
	cr_assert(open_secret(&world, &older).kind == ERR_NOT_FOUND);
	memcpy(older.wrapped + 8, goods.wrapped + 8, 4); /* its header says that it is of now */
	cr_assert(open_secret(&world, &older).kind == ERR_FORGED);
}

Test(key_rotation, of_a_client_refuses_what_was_sealed_before_it_and_put_after_it)
{
	scoped(keeper_world) world = {0};
	scoped(goods) goods = {0};
	make(&world, &goods);
	const struct keys *keys = world.keys;
	struct span wrapped = SPAN_BYTES(goods.wrapped);
	keeper_world_must(keys->check_data_key(world.keeper, KEEPER_TENANT, KEEPER_CLIENT.id, wrapped));
	struct key_rotation rotation = begun(&world, KEY_ROTATION_CLIENT);
	cr_assert(keys->check_data_key(world.keeper, KEEPER_TENANT, KEEPER_CLIENT.id, wrapped).code ==
		CODE_STALE);
	rewrap(&world, &rotation, &goods);
	keeper_world_must(keys->check_data_key(world.keeper, KEEPER_TENANT, KEEPER_CLIENT.id, wrapped));
}

Test(key_rotation, of_a_client_moves_a_field_under_another_data_key_and_not_out_of_its_place)
{
	scoped(keeper_world) world = {0};
	scoped(goods) goods = {0};
	scoped(buf) record = BUF(RECORD_MAX), raised = BUF(RECORD_MAX);
	uint8_t fresh[SEAL_WRAPPED];
	make(&world, &goods);
	struct key_rotation rotation = begun(&world, KEY_ROTATION_CLIENT);
	keeper_world_must(keeper_make_data_key(world.keeper, place(), fresh));
	struct keeper_renewal renewal = {.context = place(),
		.wrapped = SPAN_BYTES(goods.wrapped),
		.record = buf_span(&goods.secret),
		.fresh = SPAN_BYTES(fresh)};
	keeper_world_must(keeper_renew_field(world.keeper, &renewal, &record));
	renewal.context.max_modes = 7;
	cr_assert(keeper_renew_field(world.keeper, &renewal, &raised).kind == ERR_FORGED);
	cr_assert(raised.len == 0);
	memcpy(goods.wrapped, fresh, sizeof fresh);
	cr_assert(open_secret(&world, &goods).kind == ERR_FORGED, "the old record, the new data key");
	buf_done(&goods.secret);
	goods.secret = take(&record);
	rotation.stage = KEY_ROTATION_RETIRING;
	end(&world, &rotation, &goods);
	check_goods(&world, &goods);
}

/* ---- meanwhile ---- */

static struct id member(unsigned number)
{
	return (struct id){.bytes = {77, (uint8_t)(number >> 8), (uint8_t)number}};
}

struct crowd {
	struct keeper_world *world;
	atomic_bool over;
	atomic_uint reads;
	struct err err;
};

/* Everybody's key in turn; dropping the key of nobody empties the cache, so that each is unwrapped. */
static void *read_keys(void *context)
{
	struct crowd *crowd = context;
	const struct subject nobody = {SUBJECT_PERSON, {{78}}};
	for (unsigned i = 0; !crowd->over && !err_failed(crowd->err); i = (i + 1) % CROWD) {
		const struct subject person = {SUBJECT_PERSON, member(i)};
		struct part_key key;
		uint32_t epoch = 0;
		if (i % 16 == 0)
			crowd->err = keeper_drop_subject(crowd->world->keeper, KEEPER_TENANT, &nobody);
		if (!err_failed(crowd->err))
			crowd->err = crowd->world->keys->part_key(crowd->world->keeper, KEEPER_TENANT,
				&person, EVENT, PART_ACTOR, &epoch, &key);
		crowd->reads++;
	}
	return NULL;
}

Test(key_rotation, lets_others_read_and_make_keys_all_the_time)
{
	scoped(keeper_world) world = {0};
	scoped(goods) goods = {0};
	struct crowd crowd = {.world = &world};
	pthread_t reader;
	make(&world, &goods);
	for (unsigned i = 0; i < CROWD; i++) {
		const struct subject person = {SUBJECT_PERSON, member(i)};
		keeper_world_must(keeper_make_subject(world.keeper, KEEPER_TENANT, &person));
	}
	cr_assert(pthread_create(&reader, NULL, read_keys, &crowd) == 0);
	for (unsigned round = 0; round < 4; round++) {
		rotate(&world, KEY_ROTATION_ROOT, &goods);
		struct key_rotation rotation = begun(&world, KEY_ROTATION_TENANT);
		for (unsigned i = 0; rotation.stage == KEY_ROTATION_WRAPPING; i++) {
			const struct subject newcomer = {SUBJECT_PERSON, member(1000 + round * 100 + i)};
			keeper_world_must(keeper_make_subject(world.keeper, KEEPER_TENANT, &newcomer));
			keeper_world_must(keeper_rotation_rewrap(world.keeper, &rotation));
		}
		end(&world, &rotation, &goods);
	}
	crowd.over = true;
	pthread_join(reader, NULL);
	keeper_world_must(crowd.err);
	cr_assert(crowd.reads > CROWD);
	const struct subject first = {SUBJECT_PERSON, member(1000)};
	struct part_key key;
	uint32_t epoch = 0;
	keeper_world_reopen(&world);
	keeper_world_must(
		world.keys->part_key(world.keeper, KEEPER_TENANT, &first, EVENT, PART_ACTOR, &epoch, &key));
	check_goods(&world, &goods);
}
