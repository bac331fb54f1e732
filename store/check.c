/* SPDX-License-Identifier: Apache-2.0 */
/* check - one walk over the log, then the checkpoints, then the protected rows. */
#include "store/check.h"

#include "base/arena.h"
#include "base/reader.h"
#include "crypto/checkpoint.h"
#include "crypto/leaf.h"
#include "store/head.h"
#include "store/log.h"
#include "store/volume.h"

#include <stdio.h>
#include <sys/stat.h>

enum {
	CHECK_ARENA_MAX = 1 << 30, /* bytes; a tenant takes about 2 KiB */
	CHECK_SLOTS_MAX = 1 << 26, /* bytes */
	CHECK_FIRST_SLOTS = 256,
	CHECK_PROGRESS = 1 << 16, /* entries between two calls */
	CHECKPOINT_VERSION = 1,
	FORMAT = 1,
};

/* A checkpoint that is waiting for its tenant's tree to reach its size. */
struct claim {
	struct claim *next; /* of the same size or larger */
	uint64_t size;
	struct merkle_hash root;
	bool is_mark;
};

struct check_tenant {
	struct id id;
	struct merkle_frontier frontier;
	struct claim *claims;
};

struct check {
	const struct check_ask *ask;
	struct check_report *report;
	struct kv_txn txn;
	struct arena arena;
	struct buf slots; /* pointers to tenants, open addressing */
	size_t slot_count;
	struct check_tenant *latest;
	struct head head;
	uint64_t sequence; /* of the last entry that holds */
	uint8_t chain[HASH_BLAKE];
};

static void check_done(struct check *check)
{
	kv_txn_done(&check->txn);
	arena_done(&check->arena);
	buf_done(&check->slots);
}

const char *check_text(enum check_fault fault)
{
	static const char *const TEXTS[CHECK_FAULT_COUNT] = {
		[CHECK_SOUND] = "everything holds",
		[CHECK_FORMAT] = "the store has no format that this program knows",
		[CHECK_HEAD_FORM] = "the head row is missing or not in its form",
		[CHECK_HEAD_FORGED] = "the head row fails its MAC",
		[CHECK_ROW_FORM] = "an entry is not in a known form",
		[CHECK_ROW_MISSING] = "an entry is missing",
		[CHECK_ROW_BEYOND] = "an entry stands behind the last one that the head row names",
		[CHECK_LEAF] =
			"an entry's bytes are no event, or do not have the hash that stands beside them",
		[CHECK_INDEX] = "an entry is not the next of its tenant",
		[CHECK_CHAIN] = "an entry is not what the chain was made over",
		[CHECK_HEAD_CHAIN] = "the head row names another chain than the last entry",
		[CHECK_CHECKPOINT_FORM] = "a checkpoint is not in its form, or contradicts its own note",
		[CHECK_CHECKPOINT_ROOT] = "a tenant's tree has another root than its checkpoint",
		[CHECK_CHECKPOINT_SIZE] = "a tenant's log is shorter than its checkpoint",
		[CHECK_STATE_FORM] = "a protected row is not in its form",
		[CHECK_STATE_FORGED] = "a protected row fails its MAC",
		[CHECK_SUM] = "a protected row is old, missing or too many",
		[CHECK_LOOKUP] =
			"a row is not listed where it has to be, or a ref leads to another than its own",
		[CHECK_KEYS] = "a wrapped key does not open in its place",
	};
	return TEXTS[fault];
}

static bool is_sound(const struct check *check)
{
	return check->report->fault == CHECK_SOUND;
}

static void accuse(struct check *check, enum check_fault fault, enum table table, struct span key)
{
	struct check_report *report = check->report;
	report->fault = fault;
	report->table = table;
	report->key_len = key.len < sizeof report->key ? key.len : sizeof report->key;
	if (report->key_len)
		memcpy(report->key, key.at, report->key_len);
}

static void accuse_entry(
	struct check *check, enum check_fault fault, uint64_t sequence, const struct log_row *row)
{
	uint8_t key[8];
	log_key(sequence, key);
	accuse(check, fault, TABLE_LOG, SPAN_BYTES(key));
	check->report->sequence = sequence;
	if (row) {
		check->report->tenant = row->tenant;
		check->report->index = row->index;
	}
}

static void accuse_checkpoint(struct check *check, enum check_fault fault, struct id tenant, uint64_t size)
{
	accuse(check, fault, TABLE_CHECKPOINT, SPAN_BYTES(tenant.bytes));
	check->report->tenant = tenant;
	check->report->index = size;
}

/* ---- tenants ---- */

static struct check_tenant **slot_of(struct buf *slots, size_t count, struct id id)
{
	struct check_tenant **table = (struct check_tenant **)(void *)slots->data;
	uint32_t back;
	memcpy(&back, id.bytes + 12, sizeof back);
	size_t slot = back & (count - 1);
	while (table[slot] && !ids_equal(table[slot]->id, id))
		slot = (slot + 1) & (count - 1);
	return &table[slot];
}

static fallible grow_slots(struct check *check)
{
	size_t count = check->slot_count ? check->slot_count * 2 : CHECK_FIRST_SLOTS;
	scoped(buf) slots = BUF(CHECK_SLOTS_MAX);
	uint8_t *room = buf_room(&slots, count * sizeof(struct check_tenant *));
	TRY(buf_check(&slots));
	memset(room, 0, slots.len);
	struct check_tenant **old = (struct check_tenant **)(void *)check->slots.data;
	for (size_t i = 0; i < check->slot_count; i++)
		if (old[i])
			*slot_of(&slots, count, old[i]->id) = old[i];
	buf_done(&check->slots);
	check->slots = take(&slots);
	check->slot_count = count;
	return OK;
}

static fallible find_tenant(struct check *check, struct id id, struct check_tenant **tenant)
{
	if (check->latest && ids_equal(check->latest->id, id)) {
		*tenant = check->latest;
		return OK;
	}
	if ((check->report->tenants + 1) * 2 > check->slot_count)
		TRY(grow_slots(check));
	struct check_tenant **slot = slot_of(&check->slots, check->slot_count, id);
	if (!*slot) {
		*slot = arena_alloc(&check->arena, sizeof **slot);
		if (!*slot)
			return FAIL(NO_MEMORY, "there is no memory for so many tenants");
		(*slot)->id = id;
		check->report->tenants++;
	}
	check->latest = *slot;
	*tenant = *slot;
	return OK;
}

/* ---- checkpoints ---- */

/* The signed text must say what the row says; whether the signature holds is for whoever has the key. */
static bool note_agrees(struct span note, const struct claim *claim)
{
	struct checkpoint said;
	const uint8_t *end = memmem(note.at, note.len, "\n\n", 2);
	if (!end || err_failed(checkpoint_parse(span_of(note.at, (size_t)(end - note.at) + 1), &said)))
		return false;
	return said.size == claim->size && memcmp(&said.root, &claim->root, sizeof said.root) == 0;
}

static bool read_claim(struct span value, struct claim *claim)
{
	struct reader reader = READER(value);
	uint8_t version = reader_u8(&reader);
	claim->size = reader_u64(&reader);
	reader_copy(&reader, claim->root.bytes, sizeof claim->root.bytes);
	return !reader.failed && version == CHECKPOINT_VERSION && note_agrees(reader.rest, claim);
}

static fallible make_claim(struct check *check, struct claim **claim)
{
	*claim = arena_alloc(&check->arena, sizeof **claim);
	return *claim ? OK : FAIL(NO_MEMORY, "there is no memory for so many checkpoints");
}

/* In the order of sizes: each is checked when the tree has grown to it. */
static fallible place_claim(struct check *check, struct id id, struct claim *claim)
{
	struct check_tenant *tenant;
	TRY(find_tenant(check, id, &tenant));
	struct claim **place = &tenant->claims;
	while (*place && (*place)->size < claim->size)
		place = &(*place)->next;
	claim->next = *place;
	*place = claim;
	return OK;
}

static fallible add_since(struct check *check, const struct check_since *since)
{
	struct claim *claim;
	TRY(make_claim(check, &claim));
	*claim = (struct claim){.size = since->size, .root = since->root, .is_mark = since->is_mark};
	return place_claim(check, since->tenant, claim);
}

static fallible add_claim(struct check *check, struct span key, struct span value)
{
	struct id id;
	struct claim *claim;
	TRY(make_claim(check, &claim));
	if (key.len < sizeof id.bytes || !read_claim(value, claim)) {
		accuse(check, CHECK_CHECKPOINT_FORM, TABLE_CHECKPOINT, key);
		return OK;
	}
	memcpy(id.bytes, key.at, sizeof id.bytes);
	return place_claim(check, id, claim);
}

/* Those whose size the tree has just reached. */
static void check_claims(struct check *check, struct check_tenant *tenant)
{
	while (tenant->claims && tenant->claims->size == tenant->frontier.size && is_sound(check)) {
		struct merkle_hash root = merkle_root(&tenant->frontier);
		if (memcmp(&root, &tenant->claims->root, sizeof root) != 0)
			accuse_checkpoint(check, CHECK_CHECKPOINT_ROOT, tenant->id, tenant->claims->size);
		else
			check->report->checkpoints += !tenant->claims->is_mark;
		tenant->claims = tenant->claims->next;
	}
}

static fallible read_checkpoints(struct check *check)
{
	scoped(kv_cursor) rows = {0};
	TRY(kv_seek(&check->txn, TABLE_CHECKPOINT, SPAN_NONE, &rows));
	while (is_sound(check) && kv_next(&rows))
		TRY(add_claim(check, rows.key, rows.value));
	TRY(rows.err);
	for (size_t i = 0; i < check->ask->since_count; i++)
		TRY(add_since(check, &check->ask->since[i]));
	struct check_tenant **tenants = (struct check_tenant **)(void *)check->slots.data;
	for (size_t i = 0; i < check->slot_count; i++)
		if (tenants[i])
			check_claims(check, tenants[i]);
	return OK;
}

static void check_claims_left(struct check *check)
{
	struct check_tenant **tenants = (struct check_tenant **)(void *)check->slots.data;
	for (size_t i = 0; is_sound(check) && i < check->slot_count; i++)
		if (tenants[i] && tenants[i]->claims)
			accuse_checkpoint(
				check, CHECK_CHECKPOINT_SIZE, tenants[i]->id, tenants[i]->claims->size);
}

/* ---- the log ---- */

/* A hash that was made from the leaf is its own; the chain holds it to what was written. */
static bool hash_holds(const struct log_row *row)
{
	if (!row->hash_is_stored)
		return true;
	struct merkle_hash hash = merkle_leaf(row->leaf);
	return memcmp(&hash, &row->leaf_hash, sizeof hash) == 0;
}

static bool leaf_holds(const struct log_row *row)
{
	struct leaf leaf;
	return hash_holds(row) && !err_failed(leaf_decode(row->leaf, &leaf));
}

static enum check_fault judge(const struct check *check, const struct check_tenant *tenant,
	const struct log_row *row, uint8_t chain[static HASH_BLAKE])
{
	if (row->sequence > check->head.sequence)
		return CHECK_ROW_BEYOND;
	if (row->leaf.len && !leaf_holds(row))
		return CHECK_LEAF;
	if (row->index != tenant->frontier.size)
		return CHECK_INDEX;
	log_chain(check->chain, row, chain);
	return memcmp(chain, row->chain, HASH_BLAKE) == 0 ? CHECK_SOUND : CHECK_CHAIN;
}

static fallible check_entry(struct check *check, struct span key, struct span value)
{
	struct log_row row;
	struct check_tenant *tenant;
	uint8_t chain[HASH_BLAKE];
	struct reader name = READER(key);
	uint64_t expected = check->sequence + 1, sequence = reader_u64(&name);
	if (sequence != expected || name.rest.len) {
		accuse_entry(check, CHECK_ROW_MISSING, expected, NULL);
		return OK;
	}
	if (err_failed(log_decode(key, value, &row))) {
		accuse_entry(check, CHECK_ROW_FORM, expected, NULL);
		return OK;
	}
	log_hash(&row);
	TRY(find_tenant(check, row.tenant, &tenant));
	enum check_fault fault = judge(check, tenant, &row, chain);
	if (fault != CHECK_SOUND) {
		row.index = tenant->frontier.size; /* whatever it says itself */
		accuse_entry(check, fault, expected, &row);
		return OK;
	}
	merkle_grow(&tenant->frontier, &row.leaf_hash);
	check->sequence = expected;
	memcpy(check->chain, chain, sizeof chain);
	check->report->events++;
	check->report->stubs += row.leaf.len == 0;
	check_claims(check, tenant);
	return OK;
}

static void report_progress(const struct check *check)
{
	if (check->ask->progress)
		check->ask->progress(check->ask->context, check->sequence, check->head.sequence);
}

static void check_chain_end(struct check *check)
{
	if (is_sound(check) && memcmp(check->chain, check->head.chain, HASH_BLAKE) != 0)
		accuse(check, CHECK_HEAD_CHAIN, TABLE_META, SPAN_LIT("head"));
}

static fallible check_log(struct check *check)
{
	scoped(kv_cursor) rows = {0};
	TRY(kv_seek(&check->txn, TABLE_LOG, SPAN_NONE, &rows));
	kv_fetch_ahead(&rows);
	while (is_sound(check) && kv_next(&rows)) {
		TRY(check_entry(check, rows.key, rows.value));
		if (check->sequence % CHECK_PROGRESS == 0)
			report_progress(check);
	}
	TRY(rows.err);
	report_progress(check);
	if (is_sound(check) && check->sequence < check->head.sequence)
		accuse_entry(check, CHECK_ROW_MISSING, check->sequence + 1, NULL);
	check_chain_end(check);
	return OK;
}

/* The next entries, in the reading that is open. */
static fallible check_slice(struct check *check)
{
	scoped(kv_cursor) rows = {0};
	uint8_t from[8];
	size_t bytes = 0;
	uint64_t begun = check->sequence, end = check->head.sequence;
	if (end - begun > CHECK_SLICE_ROWS)
		end = begun + CHECK_SLICE_ROWS;
	log_key(begun + 1, from);
	TRY(kv_seek(&check->txn, TABLE_LOG, SPAN_BYTES(from), &rows));
	kv_fetch_ahead(&rows);
	while (is_sound(check) && check->sequence < end && bytes < CHECK_SLICE_BYTES && kv_next(&rows)) {
		TRY(check_entry(check, rows.key, rows.value));
		bytes += rows.value.len;
	}
	TRY(rows.err);
	if (is_sound(check) && check->sequence == begun)
		accuse_entry(check, CHECK_ROW_MISSING, begun + 1, NULL);
	return OK;
}

static fallible check_slices(struct check *check)
{
	const struct check_ask *ask = check->ask;
	while (is_sound(check) && check->sequence < check->head.sequence) {
		if (!ask->rest(ask->context))
			return FAIL(BUSY, "the check was called off");
		TRY(kv_read(ask->data, &check->txn));
		struct err err = check_slice(check);
		kv_txn_done(&check->txn);
		TRY(err);
	}
	return OK;
}

static fallible tell_tenants(struct check *check)
{
	struct check_tenant **tenants = (struct check_tenant **)(void *)check->slots.data;
	for (size_t i = 0; i < check->slot_count; i++)
		if (tenants[i] && tenants[i]->frontier.size)
			TRY(check->ask->tell(check->ask->context, tenants[i]->id, &tenants[i]->frontier));
	return OK;
}

/* ---- the head and the protected rows ---- */

/* A row of the meta table; a missing one is empty. */
static fallible read_meta(struct check *check, const char *name, struct span *value)
{
	struct err err = kv_get(&check->txn, TABLE_META, span_text(name), value);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	*value = SPAN_NONE;
	return OK;
}

static fallible check_meta(struct check *check)
{
	struct span value;
	TRY(read_meta(check, "format", &value));
	if (value.len != 1 || value.at[0] != FORMAT) {
		accuse(check, CHECK_FORMAT, TABLE_META, SPAN_LIT("format"));
		return OK;
	}
	TRY(read_meta(check, "head", &value));
	struct err err = head_decode(value, check->ask->keys, &check->head);
	if (err_failed(err))
		accuse(check, err.kind == ERR_FORGED ? CHECK_HEAD_FORGED : CHECK_HEAD_FORM, TABLE_META,
			SPAN_LIT("head"));
	return OK;
}

static fallible check_table(struct check *check, enum table table, struct head_sum *sum)
{
	const struct volume volume = {.keys = check->ask->keys};
	scoped(kv_cursor) rows = {0};
	TRY(kv_seek(&check->txn, (int)table, SPAN_NONE, &rows));
	while (is_sound(check) && kv_next(&rows)) {
		struct row row;
		uint8_t term[HASH_WIDE];
		struct err err = volume_check_row(&volume, table, rows.key, rows.value, &row);
		if (err_failed(err)) {
			accuse(check, err.kind == ERR_FORGED ? CHECK_STATE_FORGED : CHECK_STATE_FORM, table,
				rows.key);
			return OK;
		}
		volume_row_term(volume.keys, table, rows.key, rows.value, term);
		head_add(sum, term);
		check->report->protected_rows++;
	}
	return rows.err;
}

static fallible check_state(struct check *check)
{
	struct head_sum sum = {0};
	if (!check->ask->keys)
		return OK;
	for (enum table table = 0; is_sound(check) && table < TABLE_COUNT; table++)
		if (tables_is_protected(table))
			TRY(check_table(check, table, &sum));
	if (is_sound(check) && memcmp(&sum, &check->head.sum, sizeof sum) != 0)
		accuse(check, CHECK_SUM, TABLE_META, SPAN_LIT("head"));
	return OK;
}

fallible check_open(const char *directory, const struct kv_backend *backend, struct kv **data)
{
	char path[4096];
	struct stat status;
	if (snprintf(path, sizeof path, "%s/data", directory) >= (int)sizeof path)
		return FAIL(INPUT, "the path of the data directory is too long");
	if (stat(path, &status) != 0)
		return FAIL(NOT_FOUND, "there is no store in this directory");
	const struct kv_ask ask = {
		.path = path, .maps = tables_names(), .map_count = TABLE_COUNT, .read_only = true};
	return kv_open(backend, &ask, data);
}

fallible check_rows(const struct check_ask *ask, struct check_report *report)
{
	scoped(check) check = {
		.ask = ask, .report = report, .arena = ARENA(CHECK_ARENA_MAX), .slots = BUF(CHECK_SLOTS_MAX)};
	*report = (struct check_report){0};
	TRY(kv_read(ask->data, &check.txn));
	TRY(check_meta(&check));
	return is_sound(&check) ? check_state(&check) : OK;
}

fallible check_live(const struct check_ask *ask, struct check_report *report)
{
	scoped(check) check = {
		.ask = ask, .report = report, .arena = ARENA(CHECK_ARENA_MAX), .slots = BUF(CHECK_SLOTS_MAX)};
	*report = (struct check_report){0};
	TRY(kv_read(ask->data, &check.txn));
	TRY(check_meta(&check));
	if (is_sound(&check))
		TRY(read_checkpoints(&check));
	kv_txn_done(&check.txn);
	TRY(check_slices(&check));
	check_chain_end(&check);
	check_claims_left(&check);
	return is_sound(&check) ? tell_tenants(&check) : OK;
}

fallible check_volume(const struct check_ask *ask, struct check_report *report)
{
	scoped(check) check = {
		.ask = ask, .report = report, .arena = ARENA(CHECK_ARENA_MAX), .slots = BUF(CHECK_SLOTS_MAX)};
	*report = (struct check_report){0};
	TRY(kv_read(ask->data, &check.txn));
	TRY(check_meta(&check));
	if (is_sound(&check))
		TRY(read_checkpoints(&check));
	if (is_sound(&check))
		TRY(check_log(&check));
	check_claims_left(&check);
	if (is_sound(&check))
		TRY(check_state(&check));
	return OK;
}
