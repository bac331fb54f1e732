/* SPDX-License-Identifier: Apache-2.0 */
/* act - run one act, number its events, and commit a batch of them at once. */
#include "store/act.h"

#include "store/words.h"

enum {
	ACT_VALUE_MAX = 4 * 1024 * 1024,
	ACT_RESERVE_PART = 16, /* of max_bytes: kept for housekeeping, which is what makes room again */
	ACT_RESERVE_MAX = 64 * 1024 * 1024,
};

struct act_pending {
	struct act_pending *next;
	struct id tenant;
	struct id event;
	struct span leaf; /* in the batch's arena */
	struct merkle_hash hash;
	const struct words *words; /* in the batch's arena; NULL = unknown */
	struct receipt *receipt;
};

fallible act_get(struct act *act, enum table table, struct span key, struct row *row)
{
	return volume_get(act->volume, act->txn, table, key, row);
}

/* What a protected row is before it is replaced or dropped; version 0 when there is none. Its term leaves the
 * sum. */
static fallible take_out(struct act *act, enum table table, struct span key, struct row *before)
{
	struct span value;
	uint8_t term[HASH_WIDE];
	struct err err = kv_get(act->txn, (int)table, key, &value);
	*before = (struct row){0};
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	TRY(volume_check_row(act->volume, table, key, value, before));
	volume_row_term(act->volume->keys, table, key, value, term);
	head_subtract(&act->change, term);
	return OK;
}

static fallible put_protected(struct act *act, enum table table, struct span key, struct span payload)
{
	struct row before;
	uint8_t term[HASH_WIDE];
	scoped(buf) value = BUF(ACT_VALUE_MAX);
	TRY(take_out(act, table, key, &before));
	struct row after = {.payload = payload, .version = before.version + 1, .sequence = act->sequence};
	volume_put_row(act->volume->keys, table, key, &after, &value);
	TRY(buf_check(&value));
	volume_row_term(act->volume->keys, table, key, buf_span(&value), term);
	head_add(&act->change, term);
	return kv_put(act->txn, (int)table, key, buf_span(&value));
}

/* The log and where it stands are written by the numbering alone. */
static fallible check_free(enum table table, struct span key)
{
	if (table == TABLE_LOG || (table == TABLE_META && (span_is(key, "head") || span_is(key, "format"))))
		return FAIL(BUG, "an act would write the log by hand");
	return OK;
}

static fallible put_plain(struct act *act, enum table table, struct span key, struct span payload)
{
	scoped(buf) value = BUF(ACT_VALUE_MAX);
	buf_put(&value, payload);
	TRY(buf_check(&value));
	return kv_put(act->txn, (int)table, key, buf_span(&value));
}

/* Copies, because a span into the database dies with the write that it is given to. */
fallible act_put(struct act *act, enum table table, struct span key, struct span payload)
{
	uint8_t name[KV_KEY_MAX];
	if (key.len == 0 || key.len > sizeof name)
		return FAIL(BUG, "a key is empty or over 500 bytes");
	TRY(check_free(table, key));
	memcpy(name, key.at, key.len);
	if (tables_is_protected(table))
		return put_protected(act, table, span_of(name, key.len), payload);
	return put_plain(act, table, span_of(name, key.len), payload);
}

fallible act_drop(struct act *act, enum table table, struct span key)
{
	struct row before;
	TRY(check_free(table, key));
	if (tables_is_protected(table))
		TRY(take_out(act, table, key, &before));
	return kv_drop(act->txn, (int)table, key);
}

fallible act_add(struct act *act, struct id tenant, struct leaf *leaf, struct receipt *receipt)
{
	scoped(buf) bytes = BUF(LEAF_MAX + 1);
	if (act->event_count >= ACT_EVENTS_MAX)
		return FAIL(TOO_LARGE, "one act has too many events");
	leaf->received = act->now;
	if (leaf->time.ms == 0)
		leaf->time = act->now;
	TRY(leaf_encode(leaf, &bytes));
	struct act_pending *pending = arena_alloc(act->arena, sizeof *pending);
	struct span copy = arena_copy(act->arena, buf_span(&bytes));
	if (!pending || !copy.at)
		return FAIL(NO_MEMORY, "a batch has no memory for another event");
	*pending = (struct act_pending){.tenant = tenant,
		.event = leaf->event,
		.leaf = copy,
		.hash = merkle_leaf(copy),
		.words = leaf->words ? words_copy(leaf->words, act->arena) : NULL,
		.receipt = receipt};
	if (act->last)
		act->last->next = pending;
	else
		act->first = pending;
	act->last = pending;
	act->event_count++;
	return OK;
}

void act_count(struct act *act)
{
	act->counted = true;
}

/* ---- numbering ---- */

static fallible number_one(
	struct act *act, struct act_batch *batch, struct head *head, const struct act_pending *pending)
{
	struct log_row row = {.sequence = head->sequence + 1,
		.tenant = pending->tenant,
		.leaf_hash = pending->hash,
		.leaf = pending->leaf,
		.words = pending->words};
	uint8_t key[8];
	scoped(buf) value = BUF(LOG_ROW_HEADER + LEAF_MAX);
	TRY(tail_batch_next(batch->rows, row.tenant, &row.index));
	log_chain(head->chain, &row, row.chain);
	log_encode(&row, &value);
	TRY(buf_check(&value));
	log_key(row.sequence, key);
	TRY(kv_append(act->txn, TABLE_LOG, SPAN_BYTES(key), buf_span(&value)));
	TRY(tail_batch_add(batch->rows, &row));
	head->sequence = row.sequence;
	memcpy(head->chain, row.chain, sizeof head->chain);
	if (!pending->receipt)
		return OK;
	*pending->receipt = (struct receipt){.event = pending->event,
		.index = row.index,
		.sequence = row.sequence,
		.time = act->now,
		.leaf = row.leaf_hash};
	memcpy(pending->receipt->chain, row.chain, sizeof row.chain);
	return OK;
}

static fallible number_all(struct act *act, struct act_batch *batch, struct head *head)
{
	for (const struct act_pending *pending = act->first; pending; pending = pending->next)
		TRY(number_one(act, batch, head, pending));
	head_join(&head->sum, &act->change);
	return OK;
}

static fallible run_inside(
	struct act *act, struct act_batch *batch, const struct act_job *job, struct head *head)
{
	TRY(job->run(act, job->context));
	if (job->kind == ACT_EVENT && act->event_count == 0 && !act->counted)
		return FAIL(BUG, "an act would change something off the record");
	TRY(number_all(act, batch, head));
	if (job->numbered)
		TRY(job->numbered(act, job->context));
	return OK;
}

bool act_batch_is_spoilt(const struct act_batch *batch)
{
	return err_failed(batch->txn.spoilt);
}

fallible act_perform(struct act_batch *batch, struct act_job *job)
{
	/* Events weigh about twice in the database: their row, and pages that are not full. */
	if (job->kind != ACT_HOUSEKEEPING && 2 * batch->arena.total >= batch->room)
		return FAIL(FULL, "the store is at the limit that was set for it");
	struct act act = {.volume = batch->volume,
		.txn = &batch->txn,
		.now = batch->now,
		.arena = &batch->arena,
		.sequence = batch->head.sequence + 1};
	struct head head = batch->head;
	size_t mark = tail_batch_mark(batch->rows);
	kv_save(&batch->txn, &batch->undo);
	struct err err = run_inside(&act, batch, job, &head);
	if (err_failed(err)) {
		IGNORE(kv_back(&batch->txn)); /* then the batch is spoilt */
		tail_batch_cut(batch->rows, mark);
		return err;
	}
	kv_keep(&batch->txn);
	batch->head = head;
	job->changed = act.changed;
	return OK;
}

/* ---- batches ---- */

static uint64_t room_of(const struct volume *volume)
{
	uint64_t max = volume->data_max_bytes;
	if (max == 0)
		return UINT64_MAX;
	uint64_t reserve =
		max / ACT_RESERVE_PART < ACT_RESERVE_MAX ? max / ACT_RESERVE_PART : ACT_RESERVE_MAX;
	uint64_t used = kv_used(volume->data) + reserve;
	return used < max ? max - used : 0;
}

fallible act_batch_open(struct volume *volume, struct instant now, struct act_batch *batch)
{
	if (volume->read_only)
		return FAIL(BUSY, "the volume takes no writes: its log is not the one that was signed");
	struct act_batch made = {.volume = volume,
		.now = now,
		.arena = ARENA(ACT_ARENA_MAX),
		.undo = KV_UNDO(ACT_ARENA_MAX),
		.head = volume->head,
		.room = room_of(volume)};
	TRY(tail_batch_open(volume->tail, &made.rows));
	struct err err = kv_write(volume->data, &made.txn);
	if (err_failed(err)) {
		tail_batch_done(made.rows);
		return err;
	}
	*batch = made;
	return OK;
}

void act_batch_done(struct act_batch *batch)
{
	kv_txn_done(&batch->txn);
	tail_batch_done(batch->rows);
	arena_done(&batch->arena);
	kv_undo_done(&batch->undo);
	batch->rows = NULL;
}

fallible act_batch_commit(struct act_batch *batch)
{
	scoped(buf) row = BUF(512);
	head_encode(&batch->head, batch->volume->keys, &row);
	TRY(buf_check(&row));
	TRY(kv_put(&batch->txn, TABLE_META, SPAN_LIT("head"), buf_span(&row)));
	TRY(kv_commit(&batch->txn));
	tail_batch_publish(batch->rows);
	batch->volume->head = batch->head;
	return OK;
}
