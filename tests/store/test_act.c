/* SPDX-License-Identifier: Apache-2.0 */
/* test_act - the change, its events and the head: together or not at all. */
#include "store/act.h"

#include "store/index/tree.h"
#include "tests/support/fake_keys.h"
#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* An act as a list of steps, so that each test says what it does. */
enum step_kind { END, PUT, DROP, ADD, FAIL_NOW };

struct step {
	enum step_kind kind;
	enum table table;
	const char *key;
	const char *payload;
	unsigned tenant;
};

struct script {
	struct step steps[8];
	struct receipt receipts[8]; /* of the ADD steps, at their places */
	struct err dropped;         /* what the last DROP came to */
};

static fallible run_step(struct act *act, struct script *script, size_t i)
{
	const struct step *step = &script->steps[i];
	struct dice dice = {act->sequence * 100 + i};
	struct leaf leaf = world_leaf(&dice);
	switch (step->kind) {
	case END:
		break;
	case PUT:
		return act_put(act, step->table, span_text(step->key), span_text(step->payload));
	case DROP:
		return act_drop(act, step->table, span_text(step->key));
	case ADD:
		return act_add(act, world_tenant(step->tenant), &leaf, &script->receipts[i]);
	case FAIL_NOW:
		return FAIL(DENIED, "the script says no");
	}
	return OK;
}

static fallible run_script(struct act *act, void *context)
{
	struct script *script = context;
	for (size_t i = 0; i < 8 && script->steps[i].kind != END; i++)
		TRY(run_step(act, script, i));
	return OK;
}

static fallible perform(struct world *world, enum act_kind kind, struct script *script)
{
	return world_perform(world, (struct act_job){.kind = kind, .run = run_script, .context = script});
}

static void works(struct world *world, enum act_kind kind, struct script *script)
{
	struct err err = perform(world, kind, script);
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
}

static void fails(struct world *world, enum act_kind kind, struct script *script, enum err_kind why)
{
	struct err err = perform(world, kind, script);
	cr_assert(err.kind == why, "kind %d: %s (%s)", err.kind, err.why, err.at);
}

static struct err find(
	struct world *world, enum table table, const char *key, struct row *row, char payload[static 64])
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct err err = reading_get(&reading, table, span_text(key), row);
	if (!err_failed(err))
		snprintf(payload, 64, "%.*s", SPAN_FMT(row->payload));
	return err;
}

static void holds(
	struct world *world, enum table table, const char *key, const char *payload, uint64_t version)
{
	struct row row;
	char found[64];
	struct err err = find(world, table, key, &row, found);
	cr_assert(!err_failed(err), "%s: %s", key, err.why);
	cr_assert(strcmp(found, payload) == 0 && row.version == version, "%s is %s, version %zu", key, found,
		(size_t)row.version);
}

static void lacks(struct world *world, enum table table, const char *key)
{
	struct row row;
	char found[64];
	cr_assert(find(world, table, key, &row, found).kind == ERR_NOT_FOUND, "%s is there", key);
}

/* The multiset sum over all protected rows, as verify computes it. */
static struct head_sum sum_of(struct world *world)
{
	struct head_sum sum = {0};
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	for (int table = 0; table < TABLE_COUNT; table++) {
		scoped(kv_cursor) rows = {0};
		if (!tables_is_protected((enum table)table))
			continue;
		world_must(kv_seek(&reading.txn, table, SPAN_NONE, &rows));
		while (kv_next(&rows)) {
			uint8_t term[HASH_WIDE];
			volume_row_term(fake_keys_table(), (enum table)table, rows.key, rows.value, term);
			head_add(&sum, term);
		}
	}
	return sum;
}

static void sum_holds(struct world *world)
{
	struct head_sum sum = sum_of(world);
	cr_assert(
		memcmp(&sum, &world->volume.head.sum, sizeof sum) == 0, "the head's sum is that of the rows");
}

/* Change a row behind the store's back. */
static void put_by_hand(struct world *world, enum table table, const char *key, struct span value)
{
	scoped(kv_txn) txn = {0};
	world_must(kv_write(world->volume.data, &txn));
	world_must(kv_put(&txn, (int)table, span_text(key), value));
	world_must(kv_commit(&txn));
}

static void read_by_hand(struct world *world, enum table table, const char *key, struct buf *value)
{
	scoped(kv_txn) txn = {0};
	struct span found;
	world_must(kv_read(world->volume.data, &txn));
	world_must(kv_get(&txn, (int)table, span_text(key), &found));
	buf_put(value, found);
}

static void make(struct world *world)
{
	world_make(world, &kv_mem, 0);
}

/* ---- off the record ---- */

Test(act, a_change_without_an_event_fails_as_our_mistake)
{
	scoped(world) world;
	make(&world);
	fails(&world, ACT_EVENT, &(struct script){{{PUT, TABLE_GRANT, "g", "1", 0}}}, ERR_BUG);
	lacks(&world, TABLE_GRANT, "g");
}

Test(act, housekeeping_commits_without_an_event)
{
	scoped(world) world;
	make(&world);
	works(&world, ACT_HOUSEKEEPING, &(struct script){{{PUT, TABLE_OUTBOX, "o", "1", 0}}});
	holds(&world, TABLE_OUTBOX, "o", "1", 0);
	cr_assert(world.volume.head.sequence == 0);
}

Test(act, a_failed_act_leaves_nothing)
{
	scoped(world) world;
	make(&world);
	works(&world, ACT_EVENT,
		&(struct script){{{PUT, TABLE_GRANT, "g", "1", 0}, {.kind = ADD, .tenant = 1}}});
	const struct head before = world.volume.head;
	struct script script = {{{PUT, TABLE_GRANT, "g", "2", 0}, {PUT, TABLE_OUTBOX, "o", "1", 0},
		{DROP, TABLE_GRANT, "g", NULL, 0}, {.kind = ADD, .tenant = 1}, {.kind = ADD, .tenant = 2},
		{.kind = FAIL_NOW}}};
	fails(&world, ACT_EVENT, &script, ERR_DENIED);
	cr_assert(memcmp(&before, &world.volume.head, sizeof before) == 0, "the head");
	cr_assert(tail_count(world.volume.tail) == 1, "the tail");
	holds(&world, TABLE_GRANT, "g", "1", 1);
	lacks(&world, TABLE_OUTBOX, "o");
	sum_holds(&world);
	works(&world, ACT_EVENT, &(struct script){{{.kind = ADD, .tenant = 2}}});
	cr_assert(world.volume.head.sequence == 2);
}

static fallible refuse_number(struct act *act, void *context)
{
	(void)act;
	(void)context;
	return FAIL(CONFLICT, "after the numbers were given");
}

/* The last moment at which an act can fail: its events have their numbers already. */
Test(act, a_failure_after_the_numbering_takes_the_numbers_back)
{
	scoped(world) world;
	make(&world);
	struct script first = {{{.kind = ADD, .tenant = 1}, {.kind = ADD, .tenant = 2}}},
		      second = {{{.kind = ADD, .tenant = 1}}};
	struct script failing = {
		{{PUT, TABLE_GRANT, "g", "1", 0}, {.kind = ADD, .tenant = 1}, {.kind = ADD, .tenant = 3}}};
	struct act_batch batch;
	world_must(act_batch_open(&world.volume, clock_now(), &batch));
	world_must(act_perform(&batch, &(struct act_job){.run = run_script, .context = &first}));
	struct act_job refused = {.run = run_script, .numbered = refuse_number, .context = &failing};
	cr_assert(act_perform(&batch, &refused).kind == ERR_CONFLICT);
	world_must(act_perform(&batch, &(struct act_job){.run = run_script, .context = &second}));
	world_must(act_batch_commit(&batch));
	act_batch_done(&batch);
	cr_assert(second.receipts[0].sequence == 3 && second.receipts[0].index == 1);
	lacks(&world, TABLE_GRANT, "g");
	sum_holds(&world);
	scoped(tree) tree = {0};
	world_must(tree_open(&world.volume, world_tenant(1), &tree));
	struct merkle_frontier expected = {0};
	merkle_grow(&expected, &first.receipts[0].leaf);
	merkle_grow(&expected, &second.receipts[0].leaf);
	struct merkle_hash root = merkle_root(&expected), found = merkle_root(&tree.frontier);
	cr_assert(tree.size == 2 && memcmp(&root, &found, sizeof root) == 0);
}

Test(act, a_batch_that_is_given_up_leaves_nothing)
{
	scoped(world) world;
	make(&world);
	struct script script = {{{PUT, TABLE_GRANT, "g", "1", 0}, {.kind = ADD, .tenant = 1}}};
	struct act_batch batch;
	world_must(act_batch_open(&world.volume, clock_now(), &batch));
	world_must(act_perform(&batch, &(struct act_job){.run = run_script, .context = &script}));
	act_batch_done(&batch);
	cr_assert(world.volume.head.sequence == 0 && tail_count(world.volume.tail) == 0);
	lacks(&world, TABLE_GRANT, "g");
}

Test(act, no_act_can_touch_the_log_or_the_head)
{
	scoped(world) world;
	make(&world);
	fails(&world, ACT_HOUSEKEEPING, &(struct script){{{PUT, TABLE_LOG, "12345678", "1", 0}}}, ERR_BUG);
	fails(&world, ACT_HOUSEKEEPING, &(struct script){{{PUT, TABLE_META, "head", "1", 0}}}, ERR_BUG);
	fails(&world, ACT_HOUSEKEEPING, &(struct script){{{DROP, TABLE_META, "format", NULL, 0}}}, ERR_BUG);
	works(&world, ACT_HOUSEKEEPING, &(struct script){{{PUT, TABLE_META, "other", "1", 0}}});
}

/* ---- protected rows ---- */

Test(act, versions_count_from_one)
{
	scoped(world) world;
	make(&world);
	for (uint64_t i = 1; i <= 5; i++) {
		works(&world, ACT_EVENT,
			&(struct script){{{PUT, TABLE_GRANT, "g", "x", 0}, {.kind = ADD, .tenant = 1}}});
		holds(&world, TABLE_GRANT, "g", "x", i);
	}
	sum_holds(&world);
}

Test(act, one_act_may_write_a_row_twice)
{
	scoped(world) world;
	make(&world);
	struct script script = {{{PUT, TABLE_GRANT, "g", "1", 0}, {PUT, TABLE_GRANT, "g", "2", 0},
		{.kind = ADD, .tenant = 1}}};
	works(&world, ACT_EVENT, &script);
	holds(&world, TABLE_GRANT, "g", "2", 2);
	sum_holds(&world);
}

static fallible copy_row(struct act *act, void *context)
{
	struct row row;
	(void)context;
	TRY(act_get(act, TABLE_GRANT, SPAN_LIT("g"), &row));
	TRY(act_put(act, TABLE_PERSON, SPAN_LIT("p"), row.payload));
	TRY(act_get(act, TABLE_OUTBOX, SPAN_LIT("o"), &row));
	TRY(act_put(act, TABLE_OUTBOX, SPAN_LIT("n"), row.payload));
	TRY(act_get(act, TABLE_OUTBOX, SPAN_LIT("n"), &row));
	return act_put(act, TABLE_OUTBOX, SPAN_LIT("o"), span_from(row.payload, 1));
}

Test(act, a_payload_may_come_straight_from_the_database)
{
	scoped(world) world;
	world_make(&world, &kv_lmdb, 0);
	works(&world, ACT_HOUSEKEEPING,
		&(struct script){{{PUT, TABLE_GRANT, "g", "text", 0}, {PUT, TABLE_OUTBOX, "o", "abc", 0}}});
	world_must(world_perform(&world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = copy_row}));
	holds(&world, TABLE_PERSON, "p", "text", 1);
	holds(&world, TABLE_OUTBOX, "n", "abc", 0);
	holds(&world, TABLE_OUTBOX, "o", "bc", 0);
}

Test(act, a_protected_row_edited_by_hand_is_forged)
{
	scoped(world) world;
	struct row row;
	char payload[64];
	make(&world);
	works(&world, ACT_EVENT,
		&(struct script){{{PUT, TABLE_GRANT, "g", "10 uses", 0}, {.kind = ADD, .tenant = 1}}});
	scoped(buf) value = BUF(512);
	read_by_hand(&world, TABLE_GRANT, "g", &value);
	for (size_t bit = 8; bit < value.len * 8; bit++) {
		value.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		put_by_hand(&world, TABLE_GRANT, "g", buf_span(&value));
		value.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		cr_assert(find(&world, TABLE_GRANT, "g", &row, payload).kind == ERR_FORGED, "bit %zu is read",
			bit);
	}
	fails(&world, ACT_EVENT,
		&(struct script){{{PUT, TABLE_GRANT, "g", "1", 0}, {.kind = ADD, .tenant = 1}}}, ERR_FORGED);
	fails(&world, ACT_EVENT,
		&(struct script){{{DROP, TABLE_GRANT, "g", NULL, 0}, {.kind = ADD, .tenant = 1}}},
		ERR_FORGED);
}

Test(act, a_protected_row_is_bound_to_its_key_and_table)
{
	scoped(world) world;
	struct row row;
	char payload[64];
	make(&world);
	works(&world, ACT_EVENT,
		&(struct script){{{PUT, TABLE_GRANT, "g", "1", 0}, {.kind = ADD, .tenant = 1}}});
	scoped(buf) value = BUF(512);
	read_by_hand(&world, TABLE_GRANT, "g", &value);
	put_by_hand(&world, TABLE_GRANT, "h", buf_span(&value));
	put_by_hand(&world, TABLE_PERSON, "g", buf_span(&value));
	cr_assert(find(&world, TABLE_GRANT, "h", &row, payload).kind == ERR_FORGED);
	cr_assert(find(&world, TABLE_PERSON, "g", &row, payload).kind == ERR_FORGED);
}

Test(act, dropping_a_row_that_is_not_there_is_not_found)
{
	scoped(world) world;
	make(&world);
	fails(&world, ACT_EVENT,
		&(struct script){{{DROP, TABLE_GRANT, "g", NULL, 0}, {.kind = ADD, .tenant = 1}}},
		ERR_NOT_FOUND);
	fails(&world, ACT_EVENT,
		&(struct script){{{DROP, TABLE_OUTBOX, "g", NULL, 0}, {.kind = ADD, .tenant = 1}}},
		ERR_NOT_FOUND);
}

Test(act, the_sum_follows_any_puts_and_drops)
{
	static const enum table TABLES[] = {TABLE_GRANT, TABLE_PERSON, TABLE_OUTBOX};
	static const char *const KEYS[] = {"a", "b", "c", "d"};
	static const char *const PAYLOADS[] = {"", "one", "another payload"};
	struct dice dice = {31};
	scoped(world) world;
	make(&world);
	for (int i = 0; i < 500; i++) {
		struct script script = {0};
		size_t count = 1 + dice_below(&dice, 5);
		for (size_t k = 0; k < count; k++)
			script.steps[k] =
				(struct step){dice_below(&dice, 3) ? PUT : DROP, TABLES[dice_below(&dice, 3)],
					KEYS[dice_below(&dice, 4)], PAYLOADS[dice_below(&dice, 3)], 0};
		script.steps[count] = (struct step){.kind = ADD, .tenant = 1};
		struct err err = perform(&world, ACT_EVENT, &script);
		cr_assert(!err_failed(err) || err.kind == ERR_NOT_FOUND);
		sum_holds(&world);
	}
}

Test(act, a_protected_row_reads_its_golden_file_for_ever)
{
	const struct volume volume = {.keys = fake_keys_table()};
	struct row row = {.payload = SPAN_LIT("a payload"), .version = 3, .sequence = 9}, read;
	scoped(buf) golden = BUF(512);
	scoped(buf) value = BUF(512);
	vectors_read_hex("golden/protected_row_1.hex", &golden);
	world_must(volume_check_row(&volume, TABLE_GRANT, SPAN_LIT("a key"), buf_span(&golden), &read));
	cr_assert(read.version == 3 && read.sequence == 9 && span_is(read.payload, "a payload"));
	volume_put_row(volume.keys, TABLE_GRANT, SPAN_LIT("a key"), &row, &value);
	cr_assert(span_equal(buf_span(&value), buf_span(&golden)), "the encoding is the golden one");
}

/* ---- numbers ---- */

static void check_receipt(
	struct world *world, const struct receipt *receipt, unsigned tenant, uint8_t chain[static HASH_BLAKE])
{
	struct log_row row;
	uint8_t link[HASH_BLAKE];
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	world_must(log_get(&reading.txn, receipt->sequence, &row));
	log_hash(&row);
	struct merkle_hash leaf = merkle_leaf(row.leaf);
	struct leaf read;
	world_must(leaf_decode(row.leaf, &read));
	cr_assert(ids_equal(row.tenant, world_tenant(tenant)) && row.index == receipt->index);
	cr_assert(ids_equal(read.event, receipt->event) && read.received.ms == receipt->time.ms);
	cr_assert(memcmp(&leaf, &receipt->leaf, sizeof leaf) == 0, "the leaf hash is that of the bytes");
	log_chain(chain, &row, link);
	cr_assert(memcmp(link, receipt->chain, sizeof link) == 0, "the chain goes on");
	memcpy(chain, link, sizeof link);
}

Test(act, receipts_say_where_each_event_stands)
{
	struct dice dice = {32};
	uint8_t chain[HASH_BLAKE] = {0};
	uint64_t indexes[3] = {0}, sequence = 0;
	scoped(world) world;
	make(&world);
	for (int i = 0; i < 60; i++) {
		struct script script = {0};
		size_t count = 1 + dice_below(&dice, 6);
		for (size_t k = 0; k < count; k++)
			script.steps[k] =
				(struct step){.kind = ADD, .tenant = (unsigned)dice_below(&dice, 3)};
		works(&world, ACT_EVENT, &script);
		for (size_t k = 0; k < count; k++) {
			cr_assert(script.receipts[k].sequence == ++sequence, "sequences have no gap");
			cr_assert(script.receipts[k].index == indexes[script.steps[k].tenant]++,
				"indexes have no gap");
			check_receipt(&world, &script.receipts[k], script.steps[k].tenant, chain);
		}
	}
	cr_assert(world.volume.head.sequence == sequence);
	cr_assert(memcmp(world.volume.head.chain, chain, sizeof chain) == 0);
}

struct many {
	size_t count;
	size_t leaf_bytes;
};

static fallible add_many(struct act *act, void *context)
{
	static const uint8_t LARGE[LEAF_MAX] = {0};
	const struct many *many = context;
	struct dice dice = {33};
	for (size_t i = 0; i < many->count; i++) {
		struct leaf leaf = world_leaf(&dice);
		leaf.parts[0].record = span_of(LARGE, many->leaf_bytes);
		TRY(act_add(act, world_tenant(0), &leaf, NULL));
	}
	return OK;
}

Test(act, takes_as_many_of_the_longest_events_as_it_promises)
{
	scoped(world) world;
	make(&world);
	struct many many = {ACT_EVENTS_MAX, LEAF_MAX - 150}; /* an envelope with its ids has less */
	world_must(world_perform(&world, (struct act_job){.run = add_many, .context = &many}));
	cr_assert(world.volume.head.sequence == ACT_EVENTS_MAX);
}

Test(act, refuses_more_events_than_it_promises)
{
	scoped(world) world;
	make(&world);
	struct many many = {ACT_EVENTS_MAX + 1, 10}, large = {1, LEAF_MAX};
	cr_assert(world_perform(&world, (struct act_job){.run = add_many, .context = &many}).kind ==
		ERR_TOO_LARGE);
	cr_assert(world_perform(&world, (struct act_job){.run = add_many, .context = &large}).kind ==
		ERR_TOO_LARGE);
	cr_assert(world.volume.head.sequence == 0 && tail_count(world.volume.tail) == 0);
}

Test(act, a_volume_for_reading_takes_no_acts)
{
	scoped(world) world;
	make(&world);
	world.volume.read_only = true;
	fails(&world, ACT_EVENT, &(struct script){{{.kind = ADD, .tenant = 1}}}, ERR_BUSY);
}
