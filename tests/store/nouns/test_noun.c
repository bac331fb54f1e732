/* SPDX-License-Identifier: Apache-2.0 */
/* test_noun - keys, walks, sealed texts and refs, as every noun uses them. */
#include "store/nouns/noun.h"

#include "tests/support/fake_keys.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 64 * 1024, SEALED_MAX = 16 * 1024 };

/* Which ref each noun here has by its own word. */
static struct {
	struct id id;
	struct span ref;
} held[16];
static size_t held_count;

static fallible own_ref(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct span *ref)
{
	(void)view;
	(void)tenant;
	(void)arena;
	for (size_t i = 0; i < held_count; i++)
		if (ids_equal(held[i].id, id))
			*ref = held[i].ref;
	return OK;
}

static const struct noun_refs REFS = {TABLE_CLIENT, TABLE_CLIENT_TERM, ID_CLIENT, "mn.client.ref", own_ref};

/* ---- rows ---- */

struct writing {
	enum table table;
	struct noun_key key;
	struct span payload; /* at NULL: the row goes */
};

static fallible write_row(struct act *act, void *context)
{
	const struct writing *writing = context;
	if (!writing->payload.at)
		return act_drop(act, writing->table, noun_key_span(&writing->key));
	return act_put(act, writing->table, noun_key_span(&writing->key), writing->payload);
}

static struct err perform(struct world *world, fallible (*run)(struct act *act, void *context), void *context)
{
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = context});
}

static void put(
	struct world *world, enum table table, struct id tenant, struct span second, struct span third)
{
	struct writing writing = {table, noun_key(tenant, second, third), SPAN_LIT("a row")};
	world_must(perform(world, write_row, &writing));
}

static void put_id(struct world *world, struct id tenant, struct id id)
{
	put(world, TABLE_CLIENT, tenant, id_span(&id), SPAN_NONE);
}

/* ---- keys ---- */

Test(noun, a_key_is_the_tenant_and_its_parts)
{
	const struct id tenant = world_tenant(1);
	const struct noun_key key = noun_key(tenant, SPAN_LIT("ab"), SPAN_LIT("c"));
	cr_assert(key.len == 19 && memcmp(key.bytes, tenant.bytes, 16) == 0 &&
		memcmp(key.bytes + 16, "abc", 3) == 0);
	cr_assert(noun_key(tenant, SPAN_NONE, SPAN_NONE).len == 16);
}

Test(noun, parts_that_are_too_long_are_cut_and_write_nothing_behind_the_key)
{
	static const uint8_t LONG[4 * NOUN_KEY_MAX] = {1};
	const struct noun_key key = noun_key(world_tenant(1), SPAN_BYTES(LONG), SPAN_BYTES(LONG));
	cr_assert(key.len == NOUN_KEY_MAX);
}

/* ---- views ---- */

struct looking {
	struct noun_key key;
	struct err before, after;
};

static fallible look_inside(struct act *act, void *context)
{
	struct looking *looking = context;
	struct view view = view_act(act);
	struct row row;
	looking->before = view_get(&view, TABLE_CLIENT, noun_key_span(&looking->key), &row);
	TRY(act_put(act, TABLE_CLIENT, noun_key_span(&looking->key), SPAN_LIT("new")));
	looking->after = view_get(&view, TABLE_CLIENT, noun_key_span(&looking->key), &row);
	return OK;
}

Test(noun, an_act_sees_what_it_wrote_and_a_reading_what_stood_before)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct row row;
	struct looking looking = {.key = noun_key(world_tenant(1), SPAN_LIT("k"), SPAN_NONE)};
	world_make(&world, &kv_mem, FOLD);
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	world_must(perform(&world, look_inside, &looking));
	cr_assert(looking.before.kind == ERR_NOT_FOUND && !err_failed(looking.after));
	cr_assert(view_get(&view, TABLE_CLIENT, noun_key_span(&looking.key), &row).kind == ERR_NOT_FOUND);
}

/* ---- walks ---- */

static size_t count_ids(struct world *world, struct id tenant, struct span under, struct err *err)
{
	scoped(reading) reading = {0};
	struct id after = {0}, before = {0};
	struct row row;
	size_t count = 0;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	for (;;) {
		*err = noun_next_id(&view, TABLE_CLIENT, tenant, under, &after, &row);
		if (noun_ends(err))
			return count;
		cr_assert(memcmp(before.bytes, after.bytes, sizeof before.bytes) < 0, "they rise");
		cr_assert(span_is(row.payload, "a row") && row.version == 1);
		before = after;
		count++;
	}
}

Test(noun, a_walk_meets_a_tenants_rows_once_and_nobody_elses)
{
	scoped(world) world = {0};
	struct err err;
	world_make(&world, &kv_mem, FOLD);
	for (unsigned i = 0; i < 20; i++)
		put_id(&world, world_tenant(i % 2), world_thing(i));
	cr_assert(count_ids(&world, world_tenant(0), SPAN_NONE, &err) == 10 && !err_failed(err));
	cr_assert(count_ids(&world, world_tenant(1), SPAN_NONE, &err) == 10 && !err_failed(err));
	cr_assert(count_ids(&world, world_tenant(2), SPAN_NONE, &err) == 0 && !err_failed(err));
}

Test(noun, a_walk_under_a_part_leaves_the_others_out)
{
	scoped(world) world = {0};
	struct err err;
	world_make(&world, &kv_mem, FOLD);
	for (unsigned i = 0; i < 12; i++) {
		struct id under = world_thing(100 + i % 3), id = world_thing(i);
		put(&world, TABLE_CLIENT, world_tenant(1), id_span(&under), id_span(&id));
	}
	for (unsigned i = 0; i < 3; i++) {
		struct id under = world_thing(100 + i);
		cr_assert(count_ids(&world, world_tenant(1), id_span(&under), &err) == 4);
		cr_assert(!err_failed(err));
	}
}

static void put_by_hand(struct world *world, struct id tenant, struct span under, struct id id)
{
	struct kv_txn txn;
	const struct noun_key key = noun_key(tenant, under, id_span(&id));
	static const uint8_t forged[64] = {1}; /* a row's form, without its MAC */
	world_must(kv_write(world->volume.data, &txn));
	world_must(kv_put(&txn, TABLE_CLIENT, noun_key_span(&key), SPAN_BYTES(forged)));
	world_must(kv_commit(&txn));
}

Test(noun, a_walk_refuses_a_forged_row_of_its_own_and_ends_before_the_next_lists)
{
	scoped(world) world = {0};
	struct err err;
	struct id own = world_thing(100), next = world_thing(101), id = world_thing(1);
	world_make(&world, &kv_mem, FOLD);
	put(&world, TABLE_CLIENT, world_tenant(1), id_span(&own), id_span(&id));
	put_by_hand(&world, world_tenant(1), id_span(&next), id);
	cr_assert(count_ids(&world, world_tenant(1), id_span(&own), &err) == 1 && !err_failed(err));
	count_ids(&world, world_tenant(1), id_span(&next), &err);
	cr_assert(err.kind == ERR_FORGED, "in its own list it is refused");
}

Test(noun, the_first_and_the_last_id_there_can_be_are_met)
{
	scoped(world) world = {0};
	struct err err;
	struct id least = {{0}}, greatest;
	world_make(&world, &kv_mem, FOLD);
	least.bytes[15] = 1;
	memset(greatest.bytes, 0xff, sizeof greatest.bytes);
	put_id(&world, greatest, least);
	put_id(&world, greatest, greatest);
	cr_assert(count_ids(&world, greatest, SPAN_NONE, &err) == 2 && !err_failed(err));
}

Test(noun, a_key_of_another_length_is_corrupt_and_not_the_end)
{
	scoped(world) world = {0};
	struct err err;
	world_make(&world, &kv_mem, FOLD);
	put(&world, TABLE_CLIENT, world_tenant(1), SPAN_LIT("short"), SPAN_NONE);
	count_ids(&world, world_tenant(1), SPAN_NONE, &err);
	cr_assert(err.kind == ERR_CORRUPT);
}

Test(noun, names_of_any_length_are_walked)
{
	static const char *const NAMES[] = {"a", "ab", "abc", "b"};
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct span name, after = SPAN_NONE;
	struct row row;
	world_make(&world, &kv_mem, FOLD);
	for (size_t i = 0; i < 4; i++)
		put(&world, TABLE_ROLE, world_tenant(1), span_text(NAMES[i]), SPAN_NONE);
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	for (size_t i = 0; i < 4; i++) {
		world_must(noun_next(&view, TABLE_ROLE, world_tenant(1), after, &name, &row));
		cr_assert(span_is(name, NAMES[i]));
		after = span_text(NAMES[i]);
	}
	cr_assert(noun_next(&view, TABLE_ROLE, world_tenant(1), after, &name, &row).kind == ERR_NOT_FOUND);
}

Test(noun, a_walk_ends_well_only_at_its_end)
{
	struct err err = FAIL(NOT_FOUND, "no more");
	cr_assert(noun_ends(&err) && !err_failed(err));
	err = FAIL(FORGED, "a row");
	cr_assert(noun_ends(&err) && err.kind == ERR_FORGED);
	err = OK;
	cr_assert(!noun_ends(&err));
}

/* ---- what a row was at prepare ---- */

struct standing {
	struct noun_key key;
	uint64_t version;
};

static fallible check_still(struct act *act, void *context)
{
	const struct standing *standing = context;
	return noun_still(act, TABLE_CLIENT, noun_key_span(&standing->key), standing->version);
}

Test(noun, a_row_that_was_written_or_dropped_meanwhile_is_stale)
{
	scoped(world) world = {0};
	struct id id = world_thing(1);
	struct standing standing = {noun_key(world_tenant(1), id_span(&id), SPAN_NONE), 1};
	struct writing dropping = {TABLE_CLIENT, standing.key, SPAN_NONE};
	world_make(&world, &kv_mem, FOLD);
	put_id(&world, world_tenant(1), id);
	world_must(perform(&world, check_still, &standing));
	put_id(&world, world_tenant(1), id);
	cr_assert(perform(&world, check_still, &standing).code == CODE_STALE);
	standing.version = 2;
	world_must(perform(&world, check_still, &standing));
	world_must(perform(&world, write_row, &dropping));
	cr_assert(perform(&world, check_still, &standing).code == CODE_STALE);
}

/* ---- sealed texts ---- */

static struct noun_seal seal_of(struct id person)
{
	return (struct noun_seal){world_tenant(1), {SUBJECT_PERSON, person},
		{.object = person, .object_type = SEAL_LABEL, .field_type = TABLE_PERSON}};
}

static void seal_two(const struct noun_seal *seal, struct buf *sealed)
{
	const struct span texts[] = {SPAN_LIT("Ivana Petrova"), SPAN_LIT("")};
	world_must(noun_seal_texts(fake_keys_table(), seal, texts, 2, sealed));
}

static struct err open_count(
	const struct keys *keys, const struct noun_seal *seal, struct span sealed, size_t count)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct span one = SPAN_NONE, two = SPAN_NONE, three = SPAN_NONE;
	struct span *const texts[] = {&one, &two, &three};
	TRY(noun_open_texts(keys, seal, sealed, &arena, texts, count));
	cr_assert(count == 2 && two.len == 0);
	cr_assert(span_is(one, "Ivana Petrova") || one.at == NULL);
	return OK;
}

Test(noun, sealed_texts_come_back_in_their_order)
{
	scoped(buf) sealed = BUF(SEALED_MAX);
	const struct noun_seal seal = seal_of(world_thing(1));
	seal_two(&seal, &sealed);
	cr_assert(memmem(sealed.data, sealed.len, "Ivana", 5) == NULL);
	world_must(open_count(fake_keys_table(), &seal, buf_span(&sealed), 2));
	cr_assert(open_count(fake_keys_table(), &seal, buf_span(&sealed), 1).kind == ERR_CORRUPT);
	cr_assert(open_count(fake_keys_table(), &seal, buf_span(&sealed), 3).kind == ERR_CORRUPT);
}

Test(noun, sealed_texts_open_nowhere_but_in_their_row)
{
	scoped(buf) sealed = BUF(SEALED_MAX);
	const struct noun_seal seal = seal_of(world_thing(1));
	struct noun_seal other = seal_of(world_thing(2));
	seal_two(&seal, &sealed);
	cr_assert(open_count(fake_keys_table(), &other, buf_span(&sealed), 2).kind == ERR_FORGED);
	other = seal;
	other.place.field_type = TABLE_FACTOR;
	cr_assert(open_count(fake_keys_table(), &other, buf_span(&sealed), 2).kind == ERR_FORGED);
	other = seal;
	other.tenant = world_tenant(2);
	cr_assert(open_count(fake_keys_table(), &other, buf_span(&sealed), 2).kind == ERR_FORGED);
	other = seal;
	other.subject.kind = SUBJECT_CLIENT;
	cr_assert(open_count(fake_keys_table(), &other, buf_span(&sealed), 2).kind == ERR_FORGED);
}

Test(noun, the_texts_of_a_subject_whose_key_is_gone_are_empty)
{
	scoped(buf) sealed = BUF(SEALED_MAX);
	scoped(arena) arena = ARENA(MEMORY);
	struct keys keys = fake_keys_gone();
	struct span one = SPAN_NONE, two = SPAN_NONE, plain;
	struct span *const texts[] = {&one, &two};
	const struct noun_seal seal = seal_of(world_thing(1));
	seal_two(&seal, &sealed);
	world_must(noun_open_texts(&keys, &seal, buf_span(&sealed), &arena, texts, 2));
	cr_assert(one.len == 0 && two.len == 0);
	cr_assert(noun_open(&keys, &seal, buf_span(&sealed), &arena, &plain).kind == ERR_NOT_FOUND);
}

Test(noun, an_arena_without_room_is_said_so)
{
	scoped(buf) sealed = BUF(SEALED_MAX);
	scoped(arena) arena = ARENA(8);
	struct span plain;
	const struct noun_seal seal = seal_of(world_thing(1));
	seal_two(&seal, &sealed);
	cr_assert(
		noun_open(fake_keys_table(), &seal, buf_span(&sealed), &arena, &plain).kind == ERR_NO_MEMORY);
}

Test(noun, more_texts_than_a_row_may_seal_are_refused)
{
	static const uint8_t LONG[NOUN_TEXTS_MAX] = {'a'};
	scoped(buf) sealed = BUF(4 * SEALED_MAX);
	const struct noun_seal seal = seal_of(world_thing(1));
	const struct span text = SPAN_BYTES(LONG);
	cr_assert(noun_seal_texts(fake_keys_table(), &seal, &text, 1, &sealed).kind == ERR_TOO_LARGE);
	cr_assert(sealed.len == 0);
}

/* ---- refs ---- */

struct referring {
	struct id tenant, id;
	struct span ref;
};

static fallible put_ref(struct act *act, void *context)
{
	const struct referring *referring = context;
	if (held_count < sizeof held / sizeof held[0]) {
		held[held_count].id = referring->id;
		held[held_count++].ref = referring->ref;
	}
	struct noun_key key = noun_key(referring->tenant, id_span(&referring->id), SPAN_NONE);
	TRY(noun_put_ref(act, &REFS, referring->tenant, referring->ref, referring->id));
	return act_put(act, REFS.table, noun_key_span(&key), SPAN_LIT("a noun"));
}

static fallible drop_ref(struct act *act, void *context)
{
	const struct referring *referring = context;
	return noun_drop_ref(act, &REFS, referring->tenant, referring->ref);
}

static struct err find(struct world *world, struct id tenant, const char *text, struct id *id)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return noun_find(&view, &REFS, tenant, span_text(text), id);
}

Test(noun, is_found_by_its_ref_in_its_tenant_alone)
{
	scoped(world) world = {0};
	struct id found;
	struct referring one = {world_tenant(1), world_thing(1), SPAN_LIT("koivu-7")};
	struct referring other = {world_tenant(2), world_thing(2), SPAN_LIT("koivu-7")};
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put_ref, &one));
	world_must(find(&world, world_tenant(1), "koivu-7", &found));
	cr_assert(ids_equal(found, one.id));
	cr_assert(find(&world, world_tenant(2), "koivu-7", &found).kind == ERR_NOT_FOUND);
	world_must(perform(&world, put_ref, &other));
	world_must(find(&world, world_tenant(2), "koivu-7", &found));
	cr_assert(ids_equal(found, other.id));
	cr_assert(find(&world, world_tenant(1), "koivu-8", &found).kind == ERR_NOT_FOUND);
	cr_assert(find(&world, world_tenant(1), "Koivu-7", &found).kind == ERR_NOT_FOUND);
}

Test(noun, a_ref_has_one_holder)
{
	scoped(world) world = {0};
	struct id found;
	struct referring one = {world_tenant(1), world_thing(1), SPAN_LIT("koivu-7")};
	struct referring other = {world_tenant(1), world_thing(2), SPAN_LIT("koivu-7")};
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put_ref, &one));
	world_must(perform(&world, put_ref, &one));
	cr_assert(perform(&world, put_ref, &other).code == CODE_REF_TAKEN);
	world_must(perform(&world, drop_ref, &one));
	cr_assert(find(&world, world_tenant(1), "koivu-7", &found).kind == ERR_NOT_FOUND);
	world_must(perform(&world, put_ref, &other));
	world_must(find(&world, world_tenant(1), "koivu-7", &found));
	cr_assert(ids_equal(found, other.id));
}

Test(noun, an_empty_ref_is_nothing_to_do)
{
	scoped(world) world = {0};
	struct referring none = {world_tenant(1), world_thing(1), SPAN_NONE};
	struct referring other = {world_tenant(1), world_thing(2), SPAN_NONE};
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put_ref, &none));
	world_must(perform(&world, put_ref, &other));
	world_must(perform(&world, drop_ref, &none));
}

Test(noun, is_found_by_an_id_only_when_it_is_there)
{
	scoped(world) world = {0};
	struct id id = world_thing(1), found;
	char text[ID_TEXT + 1];
	world_make(&world, &kv_mem, FOLD);
	ids_print(ID_CLIENT, id, text);
	cr_assert(find(&world, world_tenant(1), text, &found).kind == ERR_NOT_FOUND);
	put_id(&world, world_tenant(1), id);
	world_must(find(&world, world_tenant(1), text, &found));
	cr_assert(ids_equal(found, id));
	cr_assert(find(&world, world_tenant(2), text, &found).kind == ERR_NOT_FOUND);
	ids_print(ID_PERSON, id, text);
	cr_assert(find(&world, world_tenant(1), text, &found).kind == ERR_NOT_FOUND, "another kind's id");
}

Test(noun, what_can_be_no_ref_is_not_found)
{
	static const char *const TEXTS[] = {"", "a b", "../etc", "cli_", "cli_short", "ä", "a\n", "*"};
	scoped(world) world = {0};
	struct id found;
	world_make(&world, &kv_mem, FOLD);
	for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
		cr_assert(find(&world, world_tenant(1), TEXTS[i], &found).kind == ERR_NOT_FOUND, "%s",
			TEXTS[i]);
}

Test(noun, no_ref_stands_in_clear)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	scoped(kv_cursor) rows = {0};
	size_t count = 0;
	struct referring one = {world_tenant(1), world_thing(1), SPAN_LIT("koivu-7")};
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put_ref, &one));
	world_must(reading_open(&world.volume, &reading));
	world_must(kv_seek(&reading.txn, TABLE_CLIENT_TERM, SPAN_NONE, &rows));
	for (; kv_next(&rows); count++) {
		cr_assert(memmem(rows.key.at, rows.key.len, "koivu", 5) == NULL);
		cr_assert(span_equal(rows.value, id_span(&one.id)));
	}
	cr_assert(count == 1);
}

static fallible put_long_holder(struct act *act, void *context)
{
	const struct referring *referring = context;
	uint8_t term[KEYS_TERM];
	const struct keys *keys = act->volume->keys;
	TRY(keys->term(keys->keeper, referring->tenant, REFS.label, referring->ref, term));
	struct noun_key key = noun_key(referring->tenant, SPAN_BYTES(term), SPAN_NONE);
	return act_put(act, REFS.term_table, noun_key_span(&key), SPAN_LIT("seventeen bytes.."));
}

Test(noun, a_look_up_that_holds_no_id_is_corrupt)
{
	scoped(world) world = {0};
	struct id found;
	struct referring one = {world_tenant(1), world_thing(1), SPAN_LIT("koivu-7")};
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put_long_holder, &one));
	cr_assert(find(&world, world_tenant(1), "koivu-7", &found).kind == ERR_CORRUPT);
	cr_assert(perform(&world, put_ref, &one).kind == ERR_CORRUPT);
}

static fallible send_elsewhere(struct act *act, void *context)
{
	const struct referring *referring = context;
	uint8_t term[KEYS_TERM];
	const struct keys *keys = act->volume->keys;
	TRY(keys->term(keys->keeper, referring->tenant, REFS.label, referring->ref, term));
	struct noun_key key = noun_key(referring->tenant, SPAN_BYTES(term), SPAN_NONE);
	return act_put(act, REFS.term_table, noun_key_span(&key), id_span(&referring->id));
}

Test(noun, a_look_up_that_was_changed_to_lead_to_another_is_corrupt_and_finds_nobody)
{
	scoped(world) world = {0};
	struct id found;
	struct referring one = {world_tenant(1), world_thing(1), SPAN_LIT("koivu-7")};
	struct referring other = {world_tenant(1), world_thing(2), SPAN_LIT("otso-8")};
	struct referring changed = {world_tenant(1), world_thing(2), SPAN_LIT("koivu-7")};
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put_ref, &one));
	world_must(perform(&world, put_ref, &other));
	world_must(find(&world, world_tenant(1), "koivu-7", &found));
	world_must(perform(&world, send_elsewhere, &changed));
	cr_assert(find(&world, world_tenant(1), "koivu-7", &found).kind == ERR_CORRUPT);
	world_must(find(&world, world_tenant(1), "otso-8", &found));
	world_must(perform(&world, send_elsewhere, &one));
	world_must(find(&world, world_tenant(1), "koivu-7", &found));
}

/* A ref that leads where its noun does not know of it any more is asked of the noun's newer row, not of what was proven. */
Test(noun, a_ref_that_was_proven_is_looked_at_again_when_its_noun_has_changed)
{
	scoped(world) world = {0};
	struct id found;
	struct referring one = {world_tenant(1), world_thing(1), SPAN_LIT("koivu-7")};
	world_make(&world, &kv_mem, FOLD);
	held_count = 0;
	world_must(perform(&world, put_ref, &one));
	world_must(find(&world, world_tenant(1), "koivu-7", &found));
	world_must(find(&world, world_tenant(1), "koivu-7", &found));
	held[0].ref = SPAN_LIT("otso-8");
	put_id(&world, world_tenant(1), world_thing(1));
	cr_assert(find(&world, world_tenant(1), "koivu-7", &found).kind == ERR_CORRUPT);
}
