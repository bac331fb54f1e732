/* SPDX-License-Identifier: Apache-2.0 */
/* test_keeper - what opens the tree of keys, whose keys are whose, and what a destroyed one leaves. */
#include "server/keeper/keeper.h"

#include "store/event.h"
#include "tests/server/keeper_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>

enum { ARENA_BYTES = 1024 * 1024, RECORD_MAX = 8 * 1024, DAY_MS = 86400000 };

static const struct subject OF_TENANT = {.kind = SUBJECT_TENANT};
static const struct id EVENT = {{6}};

/* ---- opening ---- */

Test(keeper, is_opened_by_its_key_file_alone)
{
	static const uint8_t WRONG[SLOT_SECRET] = {43};
	scoped(keeper_world) world = {0};
	keeper_world_make(&world);
	keeper_world_close(&world);
	cr_assert(keeper_world_try_open(&world, SPAN_BYTES(WRONG), false).kind == ERR_FORGED);
	cr_assert(keeper_world_try_open(&world, span_of(KEEPER_SECRET, SLOT_SECRET - 1), false).kind ==
		ERR_INPUT);
	cr_assert(keeper_world_try_open(&world, SPAN_NONE, false).kind == ERR_INPUT);
	cr_assert(world.keeper == NULL);
	keeper_world_must(keeper_world_try_open(&world, SPAN_BYTES(KEEPER_SECRET), false));
}

Test(keeper, is_made_once)
{
	scoped(keeper_world) world = {0};
	keeper_world_make(&world);
	keeper_world_close(&world);
	cr_assert(keeper_world_try_open(&world, SPAN_BYTES(KEEPER_SECRET), true).kind == ERR_CONFLICT);
	keeper_world_must(keeper_world_try_open(&world, SPAN_BYTES(KEEPER_SECRET), false));
}

Test(keeper, is_not_found_where_none_was_made)
{
	scoped(keeper_world) world = {0};
	keeper_world_begin(&world, ARENA_BYTES);
	cr_assert(keeper_world_try_open(&world, SPAN_BYTES(KEEPER_SECRET), false).kind == ERR_NOT_FOUND);
}

Test(keeper, needs_an_arena_that_is_large_enough)
{
	scoped(keeper_world) world = {0};
	keeper_world_begin(&world, 64 * 1024);
	cr_assert(keeper_world_try_open(&world, SPAN_BYTES(KEEPER_SECRET), true).kind == ERR_NO_MEMORY);
}

/* ---- keys of parts ---- */

static struct err part_key(struct keeper_world *world, struct id tenant, struct subject subject,
	struct id event, enum part_kind kind, struct part_key *key)
{
	uint32_t epoch = event_month(KEEPER_NOON);
	return world->keys->part_key(world->keeper, tenant, &subject, event, kind, &epoch, key);
}

static bool same_key(const struct part_key *one, const struct part_key *other)
{
	return memcmp(one, other, sizeof *one) == 0;
}

Test(keeper, a_part_has_the_same_key_after_a_restart_and_its_own)
{
	static const struct {
		struct subject subject;
		uint8_t event;
		enum part_kind kind;
	} PARTS[] = {{{SUBJECT_PERSON, {{3}}}, 6, PART_ACTOR}, {{SUBJECT_PERSON, {{3}}}, 6, PART_PERSON},
		{{SUBJECT_PERSON, {{3}}}, 7, PART_ACTOR}, {{SUBJECT_PERSON, {{4}}}, 6, PART_ACTOR},
		{{SUBJECT_CLIENT, {{5}}}, 6, PART_CLIENT}, {{SUBJECT_TENANT, {{0}}}, 6, PART_TENANT}};
	enum { COUNT = sizeof PARTS / sizeof PARTS[0] };
	scoped(keeper_world) world = {0};
	struct part_key before[COUNT], after;
	keeper_world_make(&world);
	for (size_t i = 0; i < COUNT; i++) {
		const struct id event = {{PARTS[i].event}};
		keeper_world_must(
			part_key(&world, KEEPER_TENANT, PARTS[i].subject, event, PARTS[i].kind, &before[i]));
		for (size_t j = 0; j < i; j++)
			cr_assert(!same_key(&before[i], &before[j]), "%zu and %zu", i, j);
	}
	keeper_world_reopen(&world);
	for (size_t i = 0; i < COUNT; i++) {
		const struct id event = {{PARTS[i].event}};
		keeper_world_must(
			part_key(&world, KEEPER_TENANT, PARTS[i].subject, event, PARTS[i].kind, &after));
		cr_assert(same_key(&before[i], &after), "part %zu", i);
	}
}

Test(keeper, tenants_share_no_key)
{
	scoped(keeper_world) world = {0};
	struct part_key one, other;
	keeper_world_make(&world);
	cr_assert(part_key(&world, KEEPER_OTHER_TENANT, KEEPER_ANNA, EVENT, PART_ACTOR, &one).kind ==
		ERR_NOT_FOUND);
	keeper_world_must(keeper_make_subject(world.keeper, KEEPER_OTHER_TENANT, &KEEPER_ANNA));
	keeper_world_must(part_key(&world, KEEPER_OTHER_TENANT, KEEPER_ANNA, EVENT, PART_ACTOR, &one));
	keeper_world_must(part_key(&world, KEEPER_TENANT, KEEPER_ANNA, EVENT, PART_ACTOR, &other));
	cr_assert(!same_key(&one, &other));
	keeper_world_must(part_key(&world, KEEPER_OTHER_TENANT, OF_TENANT, EVENT, PART_TENANT, &one));
	keeper_world_must(part_key(&world, KEEPER_TENANT, OF_TENANT, EVENT, PART_TENANT, &other));
	cr_assert(!same_key(&one, &other));
}

Test(keeper, a_tenant_that_was_never_made_has_no_key)
{
	scoped(keeper_world) world = {0};
	struct part_key key;
	uint8_t term[KEYS_TERM];
	const struct id nobody = {{99}};
	keeper_world_make(&world);
	cr_assert(part_key(&world, nobody, OF_TENANT, EVENT, PART_TENANT, &key).kind == ERR_NOT_FOUND);
	cr_assert(keeper_make_subject(world.keeper, nobody, &KEEPER_ANNA).kind == ERR_NOT_FOUND);
	cr_assert(world.keys->term(world.keeper, nobody, "mn.person.ref", SPAN_LIT("a"), term).kind ==
		ERR_NOT_FOUND);
}

/* ---- the log key of a month ---- */

static struct err month_key(struct keeper_world *world, uint32_t month, struct part_key *key)
{
	return world->keys->part_key(
		world->keeper, KEEPER_TENANT, &OF_TENANT, EVENT, PART_TENANT, &month, key);
}

Test(keeper, only_the_running_months_log_key_comes_into_being)
{
	scoped(keeper_world) world = {0};
	struct part_key november, again, december;
	uint32_t month = event_month(KEEPER_NOON);
	keeper_world_make(&world);
	cr_assert(month_key(&world, month - 1, &again).kind == ERR_NOT_FOUND);
	cr_assert(month_key(&world, month + 1, &again).kind == ERR_NOT_FOUND);
	keeper_world_must(month_key(&world, month, &november));
	fake_clock_pass(14 * (int64_t)DAY_MS);
	keeper_world_must(month_key(&world, month + 1, &december));
	cr_assert(!same_key(&november, &december));
	keeper_world_must(month_key(&world, month, &again));
	cr_assert(same_key(&november, &again), "the month before still opens");
	keeper_world_reopen(&world);
	keeper_world_must(month_key(&world, month, &again));
	cr_assert(same_key(&november, &again));
}

Test(keeper, a_months_log_key_that_was_destroyed_stays_so)
{
	scoped(keeper_world) world = {0};
	struct part_key key;
	uint32_t month = event_month(KEEPER_NOON);
	struct keyring_name name = {KEYRING_LOG, KEEPER_TENANT, {{0}}};
	keeper_world_make(&world);
	keeper_world_must(month_key(&world, month, &key));
	for (size_t i = 0; i < 4; i++)
		name.id.bytes[15 - i] = (uint8_t)(month >> 8 * i);
	struct keyring *keyring = keeper_world_open_keyring(&world);
	keeper_world_must(keyring_drop(keyring, &name));
	keyring_close(keyring);
	keeper_world_must(keeper_world_try_open(&world, SPAN_BYTES(KEEPER_SECRET), false));
	fake_clock_pass(14 * (int64_t)DAY_MS);
	cr_assert(month_key(&world, month, &key).kind == ERR_NOT_FOUND);
}

/* ---- rows ---- */

static struct seal_context place(void)
{
	return (struct seal_context){.object = {{9}}, .object_type = SEAL_LABEL, .field_type = 5};
}

static void seal_row(struct keeper_world *world, struct subject subject, struct buf *record)
{
	keeper_world_must(world->keys->seal_row(
		world->keeper, KEEPER_TENANT, &subject, place(), SPAN_LIT("a name"), record));
}

static struct err open_row(struct keeper_world *world, struct id tenant, struct subject subject,
	struct seal_context context, const struct buf *record)
{
	scoped(buf) plain = BUF(RECORD_MAX);
	TRY(world->keys->open_row(world->keeper, tenant, &subject, context, buf_span(record), &plain));
	cr_assert(span_is(buf_span(&plain), "a name"));
	return OK;
}

Test(keeper, a_row_opens_under_its_subject_also_after_a_restart)
{
	static const struct subject SUBJECTS[] = {
		{SUBJECT_PERSON, {{3}}}, {SUBJECT_CLIENT, {{5}}}, {SUBJECT_TENANT, {{0}}}};
	scoped(keeper_world) world = {0};
	keeper_world_make(&world);
	for (size_t i = 0; i < 3; i++) {
		scoped(buf) record = BUF(RECORD_MAX);
		seal_row(&world, SUBJECTS[i], &record);
		keeper_world_must(open_row(&world, KEEPER_TENANT, SUBJECTS[i], place(), &record));
		keeper_world_reopen(&world);
		keeper_world_must(open_row(&world, KEEPER_TENANT, SUBJECTS[i], place(), &record));
	}
}

Test(keeper, a_row_opens_under_nobody_else)
{
	scoped(keeper_world) world = {0};
	scoped(buf) record = BUF(RECORD_MAX);
	const struct subject nobody = {SUBJECT_PERSON, {{77}}}, as_client = {SUBJECT_CLIENT, {{3}}};
	keeper_world_make(&world);
	keeper_world_must(keeper_make_subject(world.keeper, KEEPER_TENANT, &as_client));
	keeper_world_must(keeper_make_subject(world.keeper, KEEPER_OTHER_TENANT, &KEEPER_ANNA));
	seal_row(&world, KEEPER_ANNA, &record);
	cr_assert(open_row(&world, KEEPER_TENANT, KEEPER_BORIS, place(), &record).kind == ERR_FORGED);
	cr_assert(open_row(&world, KEEPER_TENANT, as_client, place(), &record).kind == ERR_FORGED);
	cr_assert(open_row(&world, KEEPER_TENANT, OF_TENANT, place(), &record).kind == ERR_FORGED);
	cr_assert(open_row(&world, KEEPER_OTHER_TENANT, KEEPER_ANNA, place(), &record).kind == ERR_FORGED);
	cr_assert(open_row(&world, KEEPER_TENANT, nobody, place(), &record).kind == ERR_NOT_FOUND);
}

Test(keeper, a_row_opens_in_no_other_place)
{
	scoped(keeper_world) world = {0};
	scoped(buf) record = BUF(RECORD_MAX);
	struct seal_context other = place();
	keeper_world_make(&world);
	seal_row(&world, KEEPER_ANNA, &record);
	other.object.bytes[0]++;
	cr_assert(open_row(&world, KEEPER_TENANT, KEEPER_ANNA, other, &record).kind == ERR_FORGED);
	other = place();
	other.field_type++;
	cr_assert(open_row(&world, KEEPER_TENANT, KEEPER_ANNA, other, &record).kind == ERR_FORGED);
	record.data[record.len - 1] ^= 1;
	cr_assert(open_row(&world, KEEPER_TENANT, KEEPER_ANNA, place(), &record).kind == ERR_FORGED);
}

/* ---- destroying ---- */

Test(keeper, what_lay_under_a_destroyed_key_is_not_found_at_once_and_for_ever)
{
	scoped(keeper_world) world = {0};
	scoped(buf) anna = BUF(RECORD_MAX);
	scoped(buf) boris = BUF(RECORD_MAX);
	struct part_key key;
	keeper_world_make(&world);
	seal_row(&world, KEEPER_ANNA, &anna);
	seal_row(&world, KEEPER_BORIS, &boris);
	keeper_world_must(part_key(&world, KEEPER_TENANT, KEEPER_ANNA, EVENT, PART_ACTOR, &key));
	keeper_world_must(keeper_drop_subject(world.keeper, KEEPER_TENANT, &KEEPER_ANNA));
	for (int i = 0; i < 2; i++) {
		cr_assert(open_row(&world, KEEPER_TENANT, KEEPER_ANNA, place(), &anna).kind == ERR_NOT_FOUND);
		cr_assert(part_key(&world, KEEPER_TENANT, KEEPER_ANNA, EVENT, PART_ACTOR, &key).kind ==
			ERR_NOT_FOUND);
		keeper_world_must(open_row(&world, KEEPER_TENANT, KEEPER_BORIS, place(), &boris));
		keeper_world_reopen(&world);
	}
	keeper_world_must(keeper_drop_subject(world.keeper, KEEPER_TENANT, &KEEPER_ANNA));
}

Test(keeper, a_key_that_is_made_again_for_the_same_subject_opens_nothing_of_before)
{
	scoped(keeper_world) world = {0};
	scoped(buf) record = BUF(RECORD_MAX);
	keeper_world_make(&world);
	seal_row(&world, KEEPER_ANNA, &record);
	keeper_world_must(keeper_drop_subject(world.keeper, KEEPER_TENANT, &KEEPER_ANNA));
	keeper_world_must(keeper_make_subject(world.keeper, KEEPER_TENANT, &KEEPER_ANNA));
	cr_assert(open_row(&world, KEEPER_TENANT, KEEPER_ANNA, place(), &record).kind == ERR_FORGED);
}

/* Others unwrap the key all the time while it is destroyed. */
struct racing {
	struct keeper_world *world;
	atomic_bool over;
};

static void *unwrap_all_the_time(void *context)
{
	struct racing *racing = context;
	struct part_key key;
	while (!racing->over)
		IGNORE(part_key(racing->world, KEEPER_TENANT, KEEPER_ANNA, EVENT, PART_ACTOR,
			&key)); /* there or not */
	return NULL;
}

Test(keeper, a_key_that_others_unwrap_while_it_is_destroyed_does_not_come_back)
{
	enum { THREADS = 2, ROUNDS = 40 };
	scoped(keeper_world) world = {0};
	struct racing racing = {.world = &world};
	pthread_t threads[THREADS];
	struct part_key key;
	keeper_world_make(&world);
	for (size_t i = 0; i < THREADS; i++)
		cr_assert(pthread_create(&threads[i], NULL, unwrap_all_the_time, &racing) == 0);
	for (int i = 0; i < ROUNDS; i++) {
		keeper_world_must(keeper_drop_subject(world.keeper, KEEPER_TENANT, &KEEPER_ANNA));
		for (int look = 0; look < 50; look++)
			cr_assert(
				part_key(&world, KEEPER_TENANT, KEEPER_ANNA, EVENT, PART_ACTOR, &key).kind ==
					ERR_NOT_FOUND,
				"round %d", i);
		keeper_world_must(keeper_make_subject(world.keeper, KEEPER_TENANT, &KEEPER_ANNA));
	}
	racing.over = true;
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* ---- hashes ---- */

Test(keeper, each_use_and_each_server_hashes_in_its_own_way)
{
	scoped(keeper_world) one = {0};
	scoped(keeper_world) other = {0};
	uint8_t hashes[2 * KEEPER_USE_COUNT][HASH_BLAKE], again[HASH_BLAKE];
	const struct span text = SPAN_LIT("mun_app_x");
	keeper_world_make(&one);
	keeper_world_make(&other);
	for (unsigned use = 0; use < KEEPER_USE_COUNT; use++) {
		keeper_hash(one.keeper, (enum keeper_use)use, &text, 1, hashes[2 * use]);
		keeper_hash(other.keeper, (enum keeper_use)use, &text, 1, hashes[2 * use + 1]);
	}
	for (size_t i = 0; i < 2 * KEEPER_USE_COUNT; i++)
		for (size_t j = 0; j < i; j++)
			cr_assert(memcmp(hashes[i], hashes[j], HASH_BLAKE) != 0, "%zu and %zu", i, j);
	keeper_world_reopen(&one);
	keeper_hash(one.keeper, KEEPER_TOKEN, &text, 1, again);
	cr_assert(memcmp(again, hashes[2 * KEEPER_TOKEN], HASH_BLAKE) == 0);
}

Test(keeper, macs_and_terms_stay_the_same_over_a_restart)
{
	scoped(keeper_world) world = {0};
	uint8_t mac[2][KEYS_MAC], term[2][HASH_WIDE];
	const struct span part = SPAN_LIT("a row");
	keeper_world_make(&world);
	for (size_t i = 0; i < 2; i++) {
		world.keys->mac(world.keeper, &part, 1, mac[i]);
		world.keys->sum_term(world.keeper, &part, 1, term[i]);
		keeper_world_reopen(&world);
	}
	cr_assert(memcmp(mac[0], mac[1], KEYS_MAC) == 0 && memcmp(term[0], term[1], HASH_WIDE) == 0);
	cr_assert(memcmp(mac[0], term[0], KEYS_MAC) != 0);
}

Test(keeper, look_ups_are_of_one_tenant_and_one_label)
{
	scoped(keeper_world) world = {0};
	uint8_t terms[4][KEYS_TERM], decoy[HASH_BLAKE], other[HASH_BLAKE];
	const struct span text = SPAN_LIT("crew-7");
	keeper_world_make(&world);
	keeper_world_must(world.keys->term(world.keeper, KEEPER_TENANT, "mn.person.ref", text, terms[0]));
	keeper_world_must(world.keys->term(world.keeper, KEEPER_TENANT, "mn.client.ref", text, terms[1]));
	keeper_world_must(
		world.keys->term(world.keeper, KEEPER_OTHER_TENANT, "mn.person.ref", text, terms[2]));
	keeper_world_must(
		world.keys->term(world.keeper, KEEPER_TENANT, "mn.person.ref", SPAN_LIT("crew-8"), terms[3]));
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < i; j++)
			cr_assert(memcmp(terms[i], terms[j], KEYS_TERM) != 0);
	keeper_world_must(keeper_decoy(world.keeper, KEEPER_TENANT, text, decoy));
	keeper_world_must(keeper_decoy(world.keeper, KEEPER_OTHER_TENANT, text, other));
	cr_assert(memcmp(decoy, other, sizeof decoy) != 0 && memcmp(decoy, terms[0], KEYS_TERM) != 0);
	keeper_world_must(keeper_decoy(world.keeper, KEEPER_TENANT, text, other));
	cr_assert(memcmp(decoy, other, sizeof decoy) == 0, "the same stranger is the same every time");
}

Test(keeper, a_term_is_the_same_from_a_cold_cache_a_warm_one_and_after_a_restart)
{
	/* Of the longest that is kept, of one more, and two that begin alike. */
	static const char *const LABELS[] = {"mn.a", "mn.ab", "mn.sixteen.bytes", "mn.seventeen.byte"};
	enum { COUNT = sizeof LABELS / sizeof LABELS[0] };
	scoped(keeper_world) world = {0};
	uint8_t cold[COUNT][KEYS_TERM], again[KEYS_TERM];
	const struct span text = SPAN_LIT("crew-7");
	keeper_world_make(&world);
	for (size_t i = 0; i < COUNT; i++) {
		keeper_world_must(world.keys->term(world.keeper, KEEPER_TENANT, LABELS[i], text, cold[i]));
		for (size_t j = 0; j < i; j++)
			cr_assert(memcmp(cold[i], cold[j], KEYS_TERM) != 0, "%s", LABELS[i]);
	}
	for (unsigned round = 0; round < 2; round++) {
		for (size_t i = 0; i < COUNT; i++) {
			keeper_world_must(
				world.keys->term(world.keeper, KEEPER_TENANT, LABELS[i], text, again));
			cr_assert(memcmp(cold[i], again, KEYS_TERM) == 0, "%s, %u", LABELS[i], round);
		}
		keeper_world_close(&world);
		keeper_world_must(keeper_world_try_open(&world, SPAN_BYTES(KEEPER_SECRET), false));
	}
}

/* ---- a slot for another root ---- */

Test(keeper, nothing_opens_under_a_root_key_that_somebody_else_put_there)
{
	static const struct seal_key OTHER_ROOT = {{7}};
	static const struct slot_method METHOD = {.kind = SLOT_KEY_FILE};
	uint32_t number;
	scoped(keeper_world) world = {0};
	scoped(buf) slot = BUF(KEYRING_SLOTS_RECORD_MAX);
	scoped(buf) record = BUF(RECORD_MAX);
	struct part_key key;
	keeper_world_make(&world);
	seal_row(&world, KEEPER_ANNA, &record);
	struct keyring *keyring = keeper_world_open_keyring(&world);
	keeper_world_must(slot_make(&METHOD, KEEPER_SECRET, &OTHER_ROOT, &slot));
	keeper_world_must(keyring_slots_add(keyring, buf_span(&slot), &number));
	keeper_world_must(keyring_slots_remove(keyring, 0));
	keyring_close(keyring);
	keeper_world_must(keeper_world_try_open(&world, SPAN_BYTES(KEEPER_SECRET), false));
	cr_assert(open_row(&world, KEEPER_TENANT, KEEPER_ANNA, place(), &record).kind == ERR_FORGED);
	cr_assert(part_key(&world, KEEPER_TENANT, KEEPER_ANNA, EVENT, PART_ACTOR, &key).kind == ERR_FORGED);
}
