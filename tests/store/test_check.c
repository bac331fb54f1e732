/* SPDX-License-Identifier: Apache-2.0 */
/* test_check - whoever changes one bit of a store is found, and the place is named. */
#include "store/check.h"

#include "crypto/checkpoint.h"
#include "store/log.h"
#include "tests/support/fake_keys.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { TENANTS = 3, EVENTS = 200 };

/* ---- a store with something of everything ---- */

static fallible put_grants(struct act *act, void *context)
{
	struct dice dice = {91};
	struct leaf leaf = world_leaf(&dice);
	TRY(act_put(act, TABLE_GRANT, SPAN_LIT("g1"), span_text(context)));
	TRY(act_put(act, TABLE_GRANT, SPAN_LIT("g2"), SPAN_LIT("another grant")));
	TRY(act_put(act, TABLE_PERSON, SPAN_LIT("p1"), SPAN_LIT("a person")));
	return act_add(act, world_tenant(0), &leaf, NULL);
}

static void put_raw(struct world *world, enum table table, struct span key, struct span value)
{
	scoped(kv_txn) txn = {0};
	world_must(kv_write(world->volume.data, &txn));
	if (value.at)
		world_must(kv_put(&txn, (int)table, key, value));
	else
		world_must(kv_drop(&txn, (int)table, key));
	world_must(kv_commit(&txn));
}

static void get_raw(struct world *world, enum table table, struct span key, struct buf *value)
{
	scoped(kv_txn) txn = {0};
	struct span found;
	world_must(kv_read(world->volume.data, &txn));
	world_must(kv_get(&txn, (int)table, key, &found));
	buf_clear(value);
	buf_put(value, found);
}

static void put_checkpoint(struct world *world, unsigned tenant)
{
	struct merkle_frontier frontier;
	scoped(buf) text = BUF(1024);
	scoped(buf) note = BUF(4096);
	scoped(buf) value = BUF(8192);
	tail_lock(world->volume.tail);
	tail_frontier(tail_tenant(world->volume.tail, world_tenant(tenant)), &frontier);
	tail_unlock(world->volume.tail);
	struct checkpoint checkpoint = {SPAN_LIT("muniment.test/log"), frontier.size, merkle_root(&frontier)};
	checkpoint_put(&text, &checkpoint);
	const struct keys *keys = fake_keys_table();
	world_must(keys->sign_checkpoint(
		NULL, world_tenant(tenant), buf_span(&text), checkpoint.size, checkpoint.root.bytes, &note));
	buf_put_u8(&value, 1);
	buf_put_u64(&value, checkpoint.size);
	buf_put(&value, SPAN_BYTES(checkpoint.root.bytes));
	buf_put(&value, buf_span(&note));
	put_raw(world, TABLE_CHECKPOINT, SPAN_BYTES(world_tenant(tenant).bytes), buf_span(&value));
}

static void make(struct world *world)
{
	struct dice dice = {92};
	world_make(world, &kv_mem, 0);
	world_must(world_perform(
		world, (struct act_job){.run = put_grants, .context = (char[]){"10 uses left"}}));
	world_grow(world, &dice, TENANTS, EVENTS / 2);
	put_checkpoint(world, 1);
	world_grow(world, &dice, TENANTS, EVENTS / 2 - 1);
	put_checkpoint(world, 2);
}

static struct check_report run(const struct world *world, const struct keys *keys)
{
	struct check_report report;
	const struct check_ask ask = {.data = world->volume.data, .keys = keys};
	world_must(check_volume(&ask, &report));
	return report;
}

static void finds(const struct world *world, enum check_fault fault, uint64_t sequence, const char *what)
{
	struct check_report report = run(world, fake_keys_table());
	cr_assert(report.fault == fault, "%s: %s", what, check_text(report.fault));
	cr_assert(report.sequence == sequence, "%s: entry %zu", what, (size_t)report.sequence);
}

/* ---- what holds ---- */

Test(check, a_store_that_nobody_touched_is_sound)
{
	scoped(world) world;
	make(&world);
	struct check_report report = run(&world, fake_keys_table());
	cr_assert(report.fault == CHECK_SOUND, "%s", check_text(report.fault));
	cr_assert(report.events == EVENTS && report.stubs == 0 && report.tenants == TENANTS);
	cr_assert(report.checkpoints == 2 && report.protected_rows == 3);
}

Test(check, an_empty_store_is_sound)
{
	scoped(world) world;
	world_make(&world, &kv_mem, 0);
	cr_assert(run(&world, fake_keys_table()).fault == CHECK_SOUND);
}

Test(check, the_log_can_be_checked_without_keys)
{
	scoped(world) world;
	make(&world);
	struct check_report report = run(&world, NULL);
	cr_assert(report.fault == CHECK_SOUND && report.events == EVENTS && report.protected_rows == 0);
}

Test(check, a_store_at_rest_is_opened_by_its_directory)
{
	struct kv *data = NULL;
	struct dice dice = {93};
	struct check_report report;
	scoped(world) world;
	world_make(&world, &kv_lmdb, 0);
	world_grow(&world, &dice, TENANTS, 50);
	world_close(&world);
	world_must(check_open(world.dir.path, &kv_lmdb, &data));
	const struct check_ask ask = {.data = data, .keys = fake_keys_table()};
	world_must(check_volume(&ask, &report));
	kv_close(data);
	cr_assert(report.fault == CHECK_SOUND && report.events == 50);
}

Test(check, finds_no_store_where_there_is_none)
{
	struct kv *data = NULL;
	scoped(temp_dir) dir = temp_dir_make();
	cr_assert(check_open(dir.path, &kv_lmdb, &data).kind == ERR_NOT_FOUND && !data);
}

static void count_progress(void *context, uint64_t done, uint64_t all)
{
	uint64_t *last = context;
	cr_assert(done >= *last && done <= all);
	*last = done;
}

Test(check, tells_how_far_it_is)
{
	uint64_t last = 0;
	struct check_report report;
	scoped(world) world;
	make(&world);
	const struct check_ask ask = {
		.data = world.volume.data, .progress = count_progress, .context = &last};
	world_must(check_volume(&ask, &report));
	cr_assert(last == EVENTS);
}

/* ---- a store in use ---- */

enum { SLICED_EVENTS = 3 * CHECK_SLICE_ROWS + 7 };

/* What check_live did with a store between its readings. */
struct live {
	struct world *world;
	size_t rests, rests_max; /* then it is called off */
	bool grows;              /* somebody writes in each rest */
	size_t told;
	uint64_t leaves; /* of those who were told */
};

static bool rest(void *context)
{
	struct live *live = context;
	struct dice dice = {95};
	cr_assert(!kv_in_use(live->world->volume.data), "nothing is read in a rest");
	if (live->grows)
		world_grow(live->world, &dice, TENANTS, 1);
	return ++live->rests <= live->rests_max;
}

static fallible note_tenant(void *context, struct id tenant, const struct merkle_frontier *tree)
{
	struct live *live = context;
	(void)tenant;
	live->told++;
	live->leaves += tree->size;
	return OK;
}

static fallible run_live(struct live *live, struct check_report *report)
{
	const struct check_ask ask = {.data = live->world->volume.data,
		.keys = fake_keys_table(),
		.context = live,
		.rest = rest,
		.tell = note_tenant};
	return check_live(&ask, report);
}

Test(check, reads_a_log_in_slices_while_others_write_up_to_where_it_stood)
{
	struct dice dice = {96};
	struct check_report report;
	scoped(world) world;
	make(&world);
	world_grow(&world, &dice, TENANTS, SLICED_EVENTS - EVENTS);
	struct live live = {.world = &world, .rests_max = 100, .grows = true};
	world_must(run_live(&live, &report));
	cr_assert(report.fault == CHECK_SOUND, "%s", check_text(report.fault));
	cr_assert(live.rests == 4, "a slice has at most %d entries: %zu", CHECK_SLICE_ROWS, live.rests);
	cr_assert(report.events == SLICED_EVENTS && report.checkpoints == 2);
	cr_assert(
		live.told == TENANTS && live.leaves == SLICED_EVENTS, "what was appended is the next one's");
}

Test(check, that_is_called_off_tells_nobody_anything)
{
	struct check_report report;
	scoped(world) world;
	make(&world);
	struct live live = {.world = &world};
	cr_assert(run_live(&live, &report).kind == ERR_BUSY && live.told == 0);
}

/* ---- the log ---- */

static void flip(struct world *world, enum table table, struct span key, size_t bit)
{
	scoped(buf) value = BUF(1 << 17);
	get_raw(world, table, key, &value);
	value.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	put_raw(world, table, key, buf_span(&value));
}

/* Any bit of any entry. Twice is once undone. */
Test(check, finds_any_flipped_bit_of_an_entry)
{
	struct dice dice = {94};
	scoped(world) world;
	make(&world);
	for (int i = 0; i < 1500; i++) {
		uint64_t sequence = 1 + dice_below(&dice, EVENTS);
		uint8_t key[8];
		scoped(buf) value = BUF(1 << 17);
		log_key(sequence, key);
		get_raw(&world, TABLE_LOG, SPAN_BYTES(key), &value);
		size_t bit = dice_below(&dice, value.len * 8);
		flip(&world, TABLE_LOG, SPAN_BYTES(key), bit);
		struct check_report report = run(&world, NULL);
		cr_assert(report.fault != CHECK_SOUND && report.sequence == sequence,
			"bit %zu of entry %zu: %s", bit, (size_t)sequence, check_text(report.fault));
		flip(&world, TABLE_LOG, SPAN_BYTES(key), bit);
	}
	cr_assert(run(&world, NULL).fault == CHECK_SOUND);
}

/* The same of a store in use: exactly that entry, and nobody is told that his log holds. */
Test(check, finds_any_flipped_bit_while_the_store_is_in_use)
{
	struct dice dice = {97};
	scoped(world) world;
	make(&world);
	for (int i = 0; i < 300; i++) {
		struct check_report report;
		struct live live = {.world = &world, .rests_max = 100};
		uint64_t sequence = 1 + dice_below(&dice, EVENTS);
		uint8_t key[8];
		scoped(buf) value = BUF(1 << 17);
		log_key(sequence, key);
		get_raw(&world, TABLE_LOG, SPAN_BYTES(key), &value);
		size_t bit = dice_below(&dice, value.len * 8);
		flip(&world, TABLE_LOG, SPAN_BYTES(key), bit);
		world_must(run_live(&live, &report));
		cr_assert(report.fault != CHECK_SOUND && report.sequence == sequence && live.told == 0,
			"bit %zu of entry %zu: %s", bit, (size_t)sequence, check_text(report.fault));
		flip(&world, TABLE_LOG, SPAN_BYTES(key), bit);
	}
}

Test(check, misses_an_entry_while_the_store_is_in_use)
{
	uint8_t key[8];
	struct check_report report;
	scoped(world) world;
	make(&world);
	struct live live = {.world = &world, .rests_max = 100};
	log_key(EVENTS, key);
	put_raw(&world, TABLE_LOG, SPAN_BYTES(key), SPAN_NONE);
	world_must(run_live(&live, &report));
	cr_assert(report.fault == CHECK_ROW_MISSING && report.sequence == EVENTS && live.told == 0);
}

struct place {
	const char *what;
	size_t byte;
	enum check_fault fault;
};

static void flip_each(struct world *world, uint64_t sequence, const struct place *places, size_t count)
{
	uint8_t key[8];
	log_key(sequence, key);
	for (size_t i = 0; i < count; i++) {
		flip(world, TABLE_LOG, SPAN_BYTES(key), places[i].byte * 8 + 4);
		finds(world, places[i].fault, sequence, places[i].what);
		flip(world, TABLE_LOG, SPAN_BYTES(key), places[i].byte * 8 + 4);
	}
}

Test(check, names_what_was_changed_in_an_entry)
{
	static const struct place PLACES[] = {
		{"version", 0, CHECK_ROW_FORM},
		{"index", 24, CHECK_INDEX},
		{"chain", 25, CHECK_CHAIN},
		{"the leaf's version", LOG_ROW_HEADER, CHECK_LEAF},
		{"the leaf", LOG_ROW_HEADER + 5, CHECK_CHAIN},
	};
	uint8_t key[8];
	scoped(world) world;
	make(&world);
	log_key(77, key);
	flip_each(&world, 77, PLACES, sizeof PLACES / sizeof PLACES[0]);
	flip(&world, TABLE_LOG, SPAN_BYTES(key), 16 * 8);
	struct check_report report = run(&world, NULL);
	cr_assert(report.fault == CHECK_INDEX && report.sequence == 77, "tenant");
}

/* The row in another form. */
static void rewrite(
	struct world *world, uint64_t sequence, void (*put)(const struct log_row *row, struct buf *value))
{
	uint8_t key[8];
	struct log_row row;
	scoped(buf) old = BUF(1 << 17);
	scoped(buf) value = BUF(1 << 17);
	log_key(sequence, key);
	get_raw(world, TABLE_LOG, SPAN_BYTES(key), &old);
	world_must(log_decode(SPAN_BYTES(key), buf_span(&old), &row));
	log_hash(&row);
	put(&row, &value);
	put_raw(world, TABLE_LOG, SPAN_BYTES(key), buf_span(&value));
}

static void put_stub(const struct log_row *row, struct buf *value)
{
	struct log_row stub = *row;
	stub.leaf = SPAN_NONE;
	log_encode(&stub, value);
}

/* As stores had it that were made before version 3. */
static void put_hashed(const struct log_row *row, struct buf *value)
{
	put_stub(row, value);
	value->data[0] = LOG_ROW_HASHED;
	buf_put(value, row->leaf);
}

Test(check, holds_an_entry_of_the_first_form_to_the_hash_beside_it)
{
	static const struct place PLACES[] = {
		{"chain", 25, CHECK_CHAIN},
		{"hash", 57, CHECK_LEAF},
		{"leaf", LOG_STUB_SIZE + 5, CHECK_LEAF},
	};
	scoped(world) world;
	make(&world);
	rewrite(&world, 77, put_hashed);
	cr_assert(run(&world, NULL).fault == CHECK_SOUND);
	flip_each(&world, 77, PLACES, sizeof PLACES / sizeof PLACES[0]);
}

static void move_row(struct world *world, uint64_t from, uint64_t to)
{
	uint8_t key[8], target[8];
	scoped(buf) value = BUF(1 << 17);
	log_key(from, key);
	log_key(to, target);
	get_raw(world, TABLE_LOG, SPAN_BYTES(key), &value);
	put_raw(world, TABLE_LOG, SPAN_BYTES(target), buf_span(&value));
	put_raw(world, TABLE_LOG, SPAN_BYTES(key), SPAN_NONE);
}

Test(check, finds_entries_that_were_taken_away_moved_or_added)
{
	scoped(world) newest;
	scoped(world) middle;
	scoped(world) first;
	scoped(world) moved;
	uint8_t key[8];
	make(&newest);
	log_key(EVENTS, key);
	put_raw(&newest, TABLE_LOG, SPAN_BYTES(key), SPAN_NONE);
	finds(&newest, CHECK_ROW_MISSING, EVENTS, "the newest");
	make(&middle);
	log_key(100, key);
	put_raw(&middle, TABLE_LOG, SPAN_BYTES(key), SPAN_NONE);
	finds(&middle, CHECK_ROW_MISSING, 100, "in the middle");
	make(&first);
	log_key(1, key);
	put_raw(&first, TABLE_LOG, SPAN_BYTES(key), SPAN_NONE);
	finds(&first, CHECK_ROW_MISSING, 1, "the first");
	make(&moved);
	move_row(&moved, 100, EVENTS + 5);
	finds(&moved, CHECK_ROW_MISSING, 100, "another key");
}

Test(check, finds_an_entry_behind_the_head)
{
	uint8_t key[8];
	scoped(world) world;
	scoped(buf) value = BUF(1 << 17);
	make(&world);
	log_key(EVENTS, key);
	get_raw(&world, TABLE_LOG, SPAN_BYTES(key), &value);
	log_key(EVENTS + 1, key);
	put_raw(&world, TABLE_LOG, SPAN_BYTES(key), buf_span(&value));
	finds(&world, CHECK_ROW_BEYOND, EVENTS + 1, "a copy of the last");
}

Test(check, finds_two_entries_that_changed_places)
{
	scoped(world) world;
	make(&world);
	move_row(&world, 60, EVENTS + 9);
	move_row(&world, 90, 60);
	move_row(&world, EVENTS + 9, 90);
	struct check_report report = run(&world, fake_keys_table());
	cr_assert((report.fault == CHECK_INDEX || report.fault == CHECK_CHAIN) && report.sequence == 60);
}

Test(check, a_stub_is_checked_by_its_hash)
{
	uint8_t key[8];
	scoped(world) world;
	make(&world);
	for (uint64_t sequence = 10; sequence < 20; sequence++)
		rewrite(&world, sequence, put_stub);
	struct check_report report = run(&world, fake_keys_table());
	cr_assert(report.fault == CHECK_SOUND && report.stubs == 10 && report.events == EVENTS);
	log_key(15, key);
	flip(&world, TABLE_LOG, SPAN_BYTES(key), 60 * 8);
	finds(&world, CHECK_CHAIN, 15, "the hash of a stub");
}

/* ---- head, format, checkpoints ---- */

Test(check, finds_any_flipped_bit_of_the_head)
{
	scoped(world) world;
	make(&world);
	for (size_t bit = 0; bit < 121 * 8; bit += 3) {
		flip(&world, TABLE_META, SPAN_LIT("head"), bit);
		struct check_report report = run(&world, fake_keys_table());
		cr_assert(report.fault == (bit < 8 ? CHECK_HEAD_FORM : CHECK_HEAD_FORGED) &&
			report.sequence == 0);
		flip(&world, TABLE_META, SPAN_LIT("head"), bit);
	}
}

Test(check, finds_a_head_that_is_missing_old_or_of_another_format)
{
	struct dice dice = {95};
	scoped(world) missing;
	scoped(world) old;
	scoped(world) format;
	scoped(buf) head = BUF(512);
	make(&missing);
	put_raw(&missing, TABLE_META, SPAN_LIT("head"), SPAN_NONE);
	finds(&missing, CHECK_HEAD_FORM, 0, "no head");
	make(&old);
	get_raw(&old, TABLE_META, SPAN_LIT("head"), &head);
	world_grow(&old, &dice, TENANTS, 1);
	put_raw(&old, TABLE_META, SPAN_LIT("head"), buf_span(&head));
	finds(&old, CHECK_ROW_BEYOND, EVENTS + 1, "an old head");
	make(&format);
	put_raw(&format, TABLE_META, SPAN_LIT("format"), SPAN_LIT("\x09"));
	finds(&format, CHECK_FORMAT, 0, "another format");
}

Test(check, finds_a_checkpoint_that_the_log_does_not_bear_out)
{
	struct world world;
	const struct id tenant = world_tenant(1);
	make(&world);
	/* Size, root, and the note's own text: the row and the note have to agree, whatever bit is changed.
	 */
	for (size_t byte = 0; byte < 1 + 8 + 32 + 60; byte++) {
		flip(&world, TABLE_CHECKPOINT, SPAN_BYTES(tenant.bytes), byte * 8);
		struct check_report report = run(&world, NULL);
		bool origin = byte >= 41 && byte < 41 + 17;
		cr_assert((report.fault == CHECK_CHECKPOINT_FORM) != origin, "byte %zu: %s", byte,
			check_text(report.fault));
		flip(&world, TABLE_CHECKPOINT, SPAN_BYTES(tenant.bytes), byte * 8);
	}
	world_done(&world);
}

/* A whole log was rewritten in a self-consistent way: only the checkpoint remembers. */
static void check_rewritten(size_t events, enum check_fault fault)
{
	struct dice dice = {96};
	scoped(world) honest;
	scoped(world) rewritten;
	scoped(buf) checkpoint = BUF(8192);
	const struct id tenant = world_tenant(1);
	make(&honest);
	get_raw(&honest, TABLE_CHECKPOINT, SPAN_BYTES(tenant.bytes), &checkpoint);
	world_make(&rewritten, &kv_mem, 0);
	world_grow(&rewritten, &dice, TENANTS, events);
	put_raw(&rewritten, TABLE_CHECKPOINT, SPAN_BYTES(tenant.bytes), buf_span(&checkpoint));
	struct check_report report = run(&rewritten, fake_keys_table());
	cr_assert(report.fault == fault && ids_equal(report.tenant, tenant), "%s", check_text(report.fault));
}

Test(check, finds_a_log_that_was_rewritten_behind_a_checkpoint)
{
	check_rewritten(EVENTS, CHECK_CHECKPOINT_ROOT);
}

Test(check, finds_a_log_that_is_shorter_than_a_checkpoint)
{
	check_rewritten(10, CHECK_CHECKPOINT_SIZE);
}

/* ---- protected rows ---- */

static void finds_row(struct world *world, enum check_fault fault, enum table table, const char *key)
{
	struct check_report report = run(world, fake_keys_table());
	cr_assert(report.fault == fault, "%s", check_text(report.fault));
	cr_assert(report.table == table && span_is(span_of(report.key, report.key_len), key));
}

Test(check, finds_any_flipped_bit_of_a_protected_row)
{
	scoped(world) world;
	scoped(buf) value = BUF(512);
	make(&world);
	get_raw(&world, TABLE_GRANT, SPAN_LIT("g1"), &value);
	for (size_t bit = 0; bit < value.len * 8; bit++) {
		flip(&world, TABLE_GRANT, SPAN_LIT("g1"), bit);
		finds_row(&world, bit < 8 ? CHECK_STATE_FORM : CHECK_STATE_FORGED, TABLE_GRANT, "g1");
		flip(&world, TABLE_GRANT, SPAN_LIT("g1"), bit);
	}
}

Test(check, finds_an_old_protected_row_that_was_put_back)
{
	scoped(world) world;
	scoped(buf) old = BUF(512);
	make(&world);
	get_raw(&world, TABLE_GRANT, SPAN_LIT("g1"), &old);
	world_must(world_perform(
		&world, (struct act_job){.run = put_grants, .context = (char[]){"0 uses left"}}));
	cr_assert(run(&world, fake_keys_table()).fault == CHECK_SOUND);
	put_raw(&world, TABLE_GRANT, SPAN_LIT("g1"), buf_span(&old));
	finds_row(&world, CHECK_SUM, TABLE_META, "head");
}

Test(check, finds_a_protected_row_that_was_taken_away_or_copied)
{
	scoped(world) gone;
	scoped(world) copied;
	scoped(buf) value = BUF(512);
	make(&gone);
	put_raw(&gone, TABLE_PERSON, SPAN_LIT("p1"), SPAN_NONE);
	finds_row(&gone, CHECK_SUM, TABLE_META, "head");
	make(&copied);
	get_raw(&copied, TABLE_GRANT, SPAN_LIT("g1"), &value);
	put_raw(&copied, TABLE_GRANT, SPAN_LIT("g3"), buf_span(&value));
	finds_row(&copied, CHECK_STATE_FORGED, TABLE_GRANT, "g3");
}
