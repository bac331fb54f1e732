/* SPDX-License-Identifier: Apache-2.0 */
/* test_volume - one owner, and a start that rebuilds exactly what the stop left. */
#include "store/index/mount.h"
#include "store/volume.h"

#include "store/index/fold.h"
#include "store/index/index.h"
#include "tests/support/fake_keys.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TENANTS = 5, FOLD_ROWS = 300 };

static void make(struct world *world)
{
	world_make(world, &kv_lmdb, FOLD_ROWS);
}

/* ---- owning the directory ---- */

Test(volume, a_directory_has_one_owner)
{
	scoped(world) world;
	int second = -1;
	make(&world);
	struct err err = volume_lock(world.dir.path, &second);
	cr_assert(err.code == CODE_LOCKED_DIRECTORY && second == -1);
	world_close(&world);
	world_must(volume_lock(world.dir.path, &second));
	volume_unlock(second);
}

Test(volume, the_lock_makes_the_directory_for_its_owner_alone)
{
	scoped(temp_dir) dir = temp_dir_make();
	char path[128];
	int lock = -1;
	struct stat status;
	snprintf(path, sizeof path, "%s/new", dir.path);
	world_must(volume_lock(path, &lock));
	cr_assert(stat(path, &status) == 0 && (status.st_mode & 0777) == 0700);
	volume_unlock(lock);
}

Test(volume, refuses_to_create_over_a_store_that_is_there)
{
	scoped(world) world;
	make(&world);
	world_close(&world);
	world.ask.create = true;
	cr_assert(world_try_open(&world).kind == ERR_CONFLICT);
}

Test(volume, finds_no_store_in_an_empty_directory)
{
	scoped(world) world = {.dir = temp_dir_make(), .lock = -1};
	world.ask = (struct mount_ask){.backend = &kv_lmdb, .keys = fake_keys_table()};
	cr_assert(world_try_open(&world).kind == ERR_NOT_FOUND);
}

Test(volume, a_store_that_is_only_read_is_opened_without_its_index)
{
	struct dice dice = {80};
	scoped(world) world;
	make(&world);
	world_grow(&world, &dice, TENANTS, 100);
	world_close(&world);
	world.ask.read_only = true;
	world_open(&world);
	cr_assert(world.volume.head.sequence == 100 && !world.volume.tail && !world.volume.index);
}

/* ---- what a restart gives back ---- */

struct snapshot {
	struct head head;
	struct merkle_frontier trees[TENANTS];
	uint64_t folded[TENANTS];
	size_t tail_count;
	struct tail_row rows[2000];
};

static struct snapshot *take_snapshot(const struct world *world)
{
	struct snapshot *snapshot = calloc(1, sizeof *snapshot);
	struct tail *tail = world->volume.tail;
	cr_assert(snapshot);
	snapshot->head = world->volume.head;
	tail_lock(tail);
	for (unsigned i = 0; i < TENANTS; i++) {
		struct tail_tenant *tenant = tail_tenant(tail, world_tenant(i));
		if (!tenant)
			continue;
		tail_frontier(tenant, &snapshot->trees[i]);
		snapshot->folded[i] = tail_folded_size(tenant);
	}
	tail_unlock(tail);
	snapshot->tail_count = tail_copy(tail, snapshot->rows, 2000);
	return snapshot;
}

static bool same_row(const struct tail_row *a, const struct tail_row *b)
{
	return a->sequence == b->sequence && a->index == b->index && a->time.ms == b->time.ms &&
		ids_equal(a->event, b->event) && ids_equal(a->actor, b->actor) &&
		ids_equal(a->client, b->client) &&
		memcmp(&a->leaf_hash, &b->leaf_hash, sizeof a->leaf_hash) == 0 && a->action == b->action &&
		a->outcome == b->outcome && a->severity == b->severity;
}

static void check_same(const struct snapshot *before, const struct snapshot *after)
{
	cr_assert(memcmp(&before->head, &after->head, sizeof before->head) == 0, "the head");
	cr_assert(before->tail_count == after->tail_count, "%zu rows, then %zu", before->tail_count,
		after->tail_count);
	for (size_t i = 0; i < before->tail_count; i++)
		cr_assert(same_row(&before->rows[i], &after->rows[i]), "row %zu of the tail", i);
	for (unsigned i = 0; i < TENANTS; i++) {
		struct merkle_hash one = merkle_root(&before->trees[i]),
				   other = merkle_root(&after->trees[i]);
		cr_assert(before->trees[i].size == after->trees[i].size, "the size of tenant %u", i);
		cr_assert(memcmp(&one, &other, sizeof one) == 0, "the tree of tenant %u", i);
		cr_assert(before->folded[i] == after->folded[i], "the fold of tenant %u", i);
	}
}

static void check_restart(struct world *world)
{
	struct snapshot *before = take_snapshot(world);
	world_close(world);
	world_open(world);
	struct snapshot *after = take_snapshot(world);
	check_same(before, after);
	free(before);
	free(after);
}

Test(volume, a_restart_rebuilds_tail_trees_and_numbers)
{
	struct dice dice = {81};
	scoped(world) world;
	make(&world);
	check_restart(&world);
	for (int i = 0; i < 10; i++) {
		world_grow(&world, &dice, TENANTS, 1 + dice_below(&dice, FOLD_ROWS));
		if (tail_count(world.volume.tail) >= FOLD_ROWS)
			world_must(fold_once(&world.volume));
		check_restart(&world);
	}
	world_fold(&world);
	check_restart(&world);
	world_grow(&world, &dice, TENANTS, 10);
	check_restart(&world);
}

/* ---- the index is derived ---- */

/* All rows of an environment, map by map. */
static void dump(struct world *world, struct buf *out)
{
	scoped(kv_txn) txn = {0};
	world_must(kv_read(world->volume.index, &txn));
	for (int map = 0; map < INDEX_MAP_COUNT; map++) {
		scoped(kv_cursor) rows = {0};
		world_must(kv_seek(&txn, map, SPAN_NONE, &rows));
		while (kv_next(&rows)) {
			buf_put_u8(out, (uint8_t)map);
			buf_put_sized(out, rows.key);
			buf_put_u32(out, (uint32_t)rows.value.len);
			buf_put(out, rows.value);
		}
	}
	world_must(buf_check(out));
}

static void remove_index(const struct world *world)
{
	static const char *const FILES[] = {"data.mdb", "lock.mdb"};
	char path[128];
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/index/%s", world->dir.path, FILES[i]);
		cr_assert(unlink(path) == 0, "%s", path);
	}
}

static void grow_and_fold(struct world *world, uint64_t seed)
{
	struct dice dice = {seed};
	for (int i = 0; i < 5; i++) {
		world_grow(world, &dice, TENANTS, FOLD_ROWS);
		world_must(fold_once(&world->volume));
	}
	world_grow(world, &dice, TENANTS, 50);
}

Test(volume, an_index_that_was_thrown_away_is_rebuilt_byte_for_byte)
{
	scoped(world) world;
	scoped(buf) before = BUF(1 << 24);
	scoped(buf) after = BUF(1 << 24);
	make(&world);
	grow_and_fold(&world, 82);
	dump(&world, &before);
	struct snapshot *then = take_snapshot(&world);
	world_close(&world);
	remove_index(&world);
	world_open(&world);
	struct snapshot *now = take_snapshot(&world);
	dump(&world, &after);
	check_same(then, now);
	cr_assert(before.len > 10000 && span_equal(buf_span(&before), buf_span(&after)));
	free(then);
	free(now);
}

static void put_mark(struct world *world, const struct index_mark *mark)
{
	scoped(kv_txn) txn = {0};
	world_must(kv_write(world->volume.index, &txn));
	world_must(index_write_mark(&txn, mark));
	world_must(kv_commit(&txn));
}

static void check_rebuilt_after(struct world *world, void (*damage)(struct world *world))
{
	scoped(buf) before = BUF(1 << 24);
	scoped(buf) after = BUF(1 << 24);
	grow_and_fold(world, 83);
	dump(world, &before);
	damage(world);
	world_close(world);
	world_open(world);
	dump(world, &after);
	cr_assert(span_equal(buf_span(&before), buf_span(&after)));
}

static void mark_beyond(struct world *world)
{
	put_mark(world, &(struct index_mark){.sequence = 1000000, .segments = 20});
}

static void mark_of_another_log(struct world *world)
{
	put_mark(world, &(struct index_mark){.sequence = 1500, .segments = 5, .leaf.bytes = {1}});
}

static void mark_unreadable(struct world *world)
{
	scoped(kv_txn) txn = {0};
	world_must(kv_write(world->volume.index, &txn));
	world_must(kv_put(&txn, INDEX_META, SPAN_LIT("mark"), SPAN_LIT("?")));
	world_must(kv_commit(&txn));
}

static void tenant_unreadable(struct world *world)
{
	scoped(kv_txn) txn = {0};
	world_must(kv_write(world->volume.index, &txn));
	world_must(kv_put(&txn, INDEX_TENANT, SPAN_LIT("short"), SPAN_LIT("?")));
	world_must(kv_commit(&txn));
}

/* The log goes on from 6 leaves of this tenant, the index says 1. */
static void tenant_of_another_size(struct world *world)
{
	const struct merkle_frontier wrong = {.size = 1};
	scoped(buf) value = BUF(4096);
	scoped(kv_txn) txn = {0};
	index_put_frontier(&wrong, &value);
	world_must(kv_write(world->volume.index, &txn));
	world_must(kv_put(&txn, INDEX_TENANT, SPAN_BYTES(world_tenant(0).bytes), buf_span(&value)));
	world_must(kv_commit(&txn));
}

/* Noticed by the first fold after the start alone. */
static void tile_missing(struct world *world)
{
	struct dice dice = {86};
	uint8_t key[16 + 1 + 8] = {0};
	scoped(kv_txn) txn = {0};
	memcpy(key, world_tenant(0).bytes, 16);
	key[24] = 1;
	world_must(kv_write(world->volume.index, &txn));
	world_must(kv_drop(&txn, INDEX_TILE, SPAN_BYTES(key)));
	world_must(kv_commit(&txn));
	world_grow(world, &dice, 1, FOLD_ROWS);
}

static void file_overwritten(struct world *world)
{
	char path[128];
	world_close(world);
	snprintf(path, sizeof path, "%s/index/data.mdb", world->dir.path);
	FILE *file = fopen(path, "w");
	cr_assert(file);
	for (int i = 0; i < 4096; i++)
		fputs("not a database, ", file);
	fclose(file);
}

Test(volume, an_index_whose_mark_lies_beyond_the_log_is_rebuilt)
{
	scoped(world) world;
	make(&world);
	check_rebuilt_after(&world, mark_beyond);
}

Test(volume, an_index_of_another_log_is_rebuilt)
{
	scoped(world) world;
	make(&world);
	check_rebuilt_after(&world, mark_of_another_log);
}

Test(volume, an_index_that_can_not_be_read_is_rebuilt)
{
	scoped(world) mark;
	scoped(world) tenant;
	scoped(world) file;
	make(&mark);
	check_rebuilt_after(&mark, mark_unreadable);
	make(&tenant);
	check_rebuilt_after(&tenant, tenant_unreadable);
	make(&file);
	check_rebuilt_after(&file, file_overwritten);
}

Test(volume, an_index_whose_trees_are_not_those_of_the_log_is_rebuilt)
{
	scoped(world) world;
	make(&world);
	check_rebuilt_after(&world, tenant_of_another_size);
}

Test(volume, an_index_that_can_not_be_folded_on_is_rebuilt)
{
	scoped(world) world;
	scoped(kv_txn) txn = {0};
	struct index_mark mark;
	make(&world);
	grow_and_fold(&world, 87);
	tile_missing(&world);
	cr_assert(err_failed(fold_once(&world.volume)));
	world_close(&world);
	world_open(&world);
	world_must(kv_read(world.volume.index, &txn));
	world_must(index_read_mark(&txn, &mark));
	cr_assert(mark.sequence == 6 * FOLD_ROWS && tail_count(world.volume.tail) == 50);
}

/* ---- a log that contradicts itself ---- */

static void edit(struct world *world, uint64_t sequence, void (*change)(struct log_row *row))
{
	uint8_t key[8], leaf[512];
	struct log_row row;
	scoped(kv_txn) txn = {0};
	scoped(buf) value = BUF(4096);
	log_key(sequence, key);
	world_must(kv_write(world->volume.data, &txn));
	if (change) {
		world_must(log_get(&txn, sequence, &row));
		cr_assert(row.leaf.len <= sizeof leaf);
		memcpy(leaf, row.leaf.at, row.leaf.len);
		row.leaf.at = leaf;
		change(&row);
		log_encode(&row, &value);
		world_must(kv_put(&txn, TABLE_LOG, SPAN_BYTES(key), buf_span(&value)));
	} else {
		world_must(kv_drop(&txn, TABLE_LOG, SPAN_BYTES(key)));
	}
	world_must(kv_commit(&txn));
}

static void check_refused(struct world *world, enum err_kind kind)
{
	world_close(world);
	struct err err = world_try_open(world);
	cr_assert(err.kind == kind, "kind %d: %s", err.kind, err.why);
}

static void grow(struct world *world, size_t count)
{
	struct dice dice = {84};
	make(world);
	world_grow(world, &dice, TENANTS, count);
}

static void other_chain(struct log_row *row)
{
	row->chain[0] ^= 1;
}

static void other_index(struct log_row *row)
{
	row->index++;
}

Test(volume, refuses_a_log_that_is_shorter_than_its_head)
{
	scoped(world) world;
	grow(&world, 100);
	edit(&world, 100, NULL);
	check_refused(&world, ERR_CORRUPT);
}

Test(volume, refuses_a_log_whose_rows_are_all_gone)
{
	scoped(world) world;
	grow(&world, 3);
	for (uint64_t sequence = 1; sequence <= 3; sequence++)
		edit(&world, sequence, NULL);
	check_refused(&world, ERR_CORRUPT);
}

Test(volume, refuses_a_last_row_with_another_chain)
{
	scoped(world) world;
	grow(&world, 100);
	edit(&world, 100, other_chain);
	check_refused(&world, ERR_CORRUPT);
}

Test(volume, refuses_a_log_with_a_gap_behind_the_fold)
{
	scoped(world) world;
	grow(&world, 100);
	edit(&world, 50, NULL);
	check_refused(&world, ERR_CORRUPT);
}

/* A byte of the leaf's event id: still an event, at its index, but not the one that was chained. */
static void other_event(struct world *world, uint64_t sequence)
{
	uint8_t key[8];
	struct span value;
	scoped(kv_txn) txn = {0};
	scoped(buf) row = BUF(4096);
	log_key(sequence, key);
	world_must(kv_write(world->volume.data, &txn));
	world_must(kv_get(&txn, TABLE_LOG, SPAN_BYTES(key), &value));
	buf_put(&row, value);
	row.data[LOG_ROW_HEADER + 5] ^= 1;
	world_must(kv_put(&txn, TABLE_LOG, SPAN_BYTES(key), buf_span(&row)));
	world_must(kv_commit(&txn));
}

Test(volume, refuses_a_broken_chain_behind_the_fold)
{
	scoped(world) leaf;
	scoped(world) index;
	grow(&leaf, 100);
	other_event(&leaf, 50);
	check_refused(&leaf, ERR_CORRUPT);
	grow(&index, 100);
	edit(&index, 50, other_index);
	check_refused(&index, ERR_CORRUPT);
}

static void put_head(struct world *world, const struct head *head)
{
	scoped(buf) row = BUF(512);
	scoped(kv_txn) txn = {0};
	head_encode(head, fake_keys_table(), &row);
	world_must(kv_write(world->volume.data, &txn));
	world_must(kv_put(&txn, TABLE_META, SPAN_LIT("head"), buf_span(&row)));
	world_must(kv_commit(&txn));
}

/* What a restored head row looks like: genuine, but older than the log. */
Test(volume, refuses_a_head_that_is_older_than_the_log)
{
	struct dice dice = {85};
	scoped(world) world;
	grow(&world, 10);
	const struct head old = world.volume.head;
	world_grow(&world, &dice, TENANTS, 10);
	put_head(&world, &old);
	check_refused(&world, ERR_CORRUPT);
}

Test(volume, refuses_a_head_that_fails_its_mac)
{
	scoped(world) world;
	grow(&world, 10);
	scoped(kv_txn) txn = {0};
	scoped(buf) row = BUF(512);
	head_encode(&world.volume.head, fake_keys_table(), &row);
	row.data[50] ^= 1;
	world_must(kv_write(world.volume.data, &txn));
	world_must(kv_put(&txn, TABLE_META, SPAN_LIT("head"), buf_span(&row)));
	world_must(kv_commit(&txn));
	check_refused(&world, ERR_FORGED);
}

Test(volume, refuses_a_format_that_it_does_not_know)
{
	scoped(world) world;
	grow(&world, 10);
	scoped(kv_txn) txn = {0};
	world_must(kv_write(world.volume.data, &txn));
	world_must(kv_put(&txn, TABLE_META, SPAN_LIT("format"), SPAN_LIT("\x02")));
	world_must(kv_commit(&txn));
	check_refused(&world, ERR_CORRUPT);
}

/* ---- frontiers ---- */

Test(volume, a_frontier_of_any_size_is_read_back)
{
	struct merkle_frontier grown = {0};
	scoped(world) world;
	world_make(&world, &kv_mem, 0);
	for (unsigned i = 0; i < 300; i++) {
		struct merkle_frontier read;
		scoped(buf) value = BUF(4096);
		scoped(kv_txn) txn = {0};
		index_put_frontier(&grown, &value);
		world_must(kv_write(world.volume.index, &txn));
		world_must(kv_put(&txn, INDEX_TENANT, SPAN_BYTES(world_tenant(i).bytes), buf_span(&value)));
		world_must(index_read_frontier(&txn, world_tenant(i), &read));
		struct merkle_hash one = merkle_root(&grown), other = merkle_root(&read);
		cr_assert(grown.size == read.size && memcmp(&one, &other, sizeof one) == 0);
		const struct merkle_hash leaf = merkle_leaf(span_of(&i, sizeof i));
		merkle_grow(&grown, &leaf);
	}
}
